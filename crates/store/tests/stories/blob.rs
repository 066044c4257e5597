//! Attachments by their content.

use renkei_testkit::Backend;

use crate::world::World;

renkei_testkit::each_backend!(bytes_come_back_by_their_hash);

async fn bytes_come_back_by_their_hash(backend: Backend) {
    let world = World::open(backend).await;
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let name = world.store.put_blob(bytes.clone()).await.unwrap();
    assert_eq!(world.store.put_blob(bytes.clone()).await.unwrap(), name);
    assert_eq!(world.store.blob(&name).await.unwrap(), Some(bytes));
    for unknown in ["", "../renkei.db", &"0".repeat(64)] {
        assert_eq!(world.store.blob(unknown).await.unwrap(), None);
    }
    // What was changed on the disk is not given out.
    let path = world
        .backend
        .folder()
        .join("blobs")
        .join(name.get(..2).unwrap())
        .join(&name);
    std::fs::write(&path, b"other").unwrap();
    assert!(world.store.blob(&name).await.is_err());
}
