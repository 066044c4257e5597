//! The sample region: whom one may be, and where.

use renkei_access::Entry;
use renkei_base::Role;
use renkei_store::Changes;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, keys, person};

each_backend!(
    one_chooses_whom_to_be,
    the_desk_of_any_institution,
    never_among_real_people
);

const LOOPBACK: &str = "127.0.0.1:8080";

async fn one_chooses_whom_to_be(backend: Backend) {
    let world = World::empty(backend).await;
    let outside = world
        .access
        .demo_mode(&world.program(), "0.0.0.0:8080".parse().unwrap())
        .await;
    assert_eq!(keys(outside), "refuse-demo-loopback");
    assert!(!world.access.is_sample().await.unwrap());
    let mode = world
        .access
        .demo_mode(&world.program(), LOOPBACK.parse().unwrap())
        .await
        .unwrap();
    let hospital = world.hospital("見本病院").await;
    let mut changes = Changes::default();
    let typed = person("iwata", Some(&hospital), &[Role::Doctor]);
    let iwata = world
        .access
        .enter_person(&mode, &world.program(), &typed, &mut changes)
        .unwrap();
    world.store.commit(&world.program(), changes).await.unwrap();
    assert_eq!(
        world.access.demo_people(&mode).await.unwrap(),
        std::slice::from_ref(&iwata)
    );

    let session = world
        .access
        .become_person(&mode, &world.visitor(), &iwata.id, "test")
        .await
        .unwrap();
    let who = world.who(&session.token).await.unwrap();
    assert_eq!(who.account, iwata.id);
    // Without a password there is no other way in.
    let entry = Entry {
        login: "iwata".to_owned(),
        password: String::new(),
        code: String::new(),
        agent: String::new(),
    };
    assert_eq!(
        keys(world.access.sign_in(&world.visitor(), &entry).await),
        "fault-signin"
    );
    world
        .access
        .suspend(&world.program(), &iwata.id)
        .await
        .unwrap();
    assert_eq!(
        keys(
            world
                .access
                .become_person(&mode, &world.visitor(), &iwata.id, "")
                .await
        ),
        "not found"
    );
    world
        .access
        .unsuspend(&world.program(), &iwata.id)
        .await
        .unwrap();
    assert_eq!(
        keys(
            world
                .access
                .become_person(&mode, &world.visitor(), &iwata.id, "")
                .await
        ),
        "done"
    );
    // A sample administrator does not open the door to the network.
    let region = person("region", None, &[Role::RegionAdmin]);
    let mut changes = Changes::default();
    world
        .access
        .enter_person(&mode, &world.program(), &region, &mut changes)
        .unwrap();
    world.store.commit(&world.program(), changes).await.unwrap();
    assert!(!world.access.administrator_enrolled().await.unwrap());
}

async fn the_desk_of_any_institution(backend: Backend) {
    let world = World::empty(backend).await;
    let mode = world
        .access
        .demo_mode(&world.program(), LOOPBACK.parse().unwrap())
        .await
        .unwrap();
    let hospital = world.hospital("本物の名の病院").await;
    let visitor = world.visitor();
    let (one, two) = tokio::join!(
        world.access.desk_of(&mode, &visitor, &hospital),
        world.access.desk_of(&mode, &visitor, &hospital),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    let roles: Vec<Role> = one.iter().flat_map(|person| person.roles.iter()).collect();
    assert!(roles.contains(&Role::Doctor) && roles.contains(&Role::LiaisonClerk));
    assert_eq!(one.len(), 2);
    let nowhere = "no-such".parse().unwrap();
    assert_eq!(
        keys(world.access.desk_of(&mode, &visitor, &nowhere).await),
        "not found"
    );
}

async fn never_among_real_people(backend: Backend) {
    let world = World::new(backend).await;
    let mode = world
        .access
        .demo_mode(&world.program(), LOOPBACK.parse().unwrap())
        .await;
    assert_eq!(keys(mode), "refuse-demo-real");
}
