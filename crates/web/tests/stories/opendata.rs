//! Open data as programs and browsers fetch it.

use renkei_testkit::{Backend, each_backend};

use crate::common::World;

each_backend!(packed_files_are_whole);

/// What packs an answer asks the stream once more after its end.
async fn packed_files_are_whole(backend: Backend) {
    let world = World::sample(backend).await;
    for name in ["institutions.csv", "institutions.json", "areas.csv"] {
        let path = format!("/opendata/{name}");
        let plain = world.server.get(&path).await;
        let packed = world
            .server
            .get(&path)
            .add_header("accept-encoding", "gzip");
        let packed = packed.await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{name}");
        let bytes = packed.as_bytes().len();
        assert!(bytes > 0 && bytes < plain.as_bytes().len(), "{name}");
    }
}
