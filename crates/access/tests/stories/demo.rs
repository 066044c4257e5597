//! The sample region: whom one may be, and where.

use renkei_access::{DemoMode, Entry, NewPerson, Person};
use renkei_base::Role;
use renkei_store::Changes;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, keys, person};

each_backend!(
    only_on_loopback,
    one_chooses_whom_to_be,
    sample_people_have_no_other_way_in,
    the_desk_of_any_institution,
    never_among_real_people
);

const LOOPBACK: &str = "127.0.0.1:8080";

/// A sample region with one person.
async fn sample(world: &World, typed: &NewPerson) -> (DemoMode, Person) {
    let mode = world
        .access
        .demo_mode(&world.program(), LOOPBACK.parse().unwrap())
        .await
        .unwrap();
    let mut changes = Changes::default();
    let person = world
        .access
        .enter_person(&mode, &world.program(), typed, &mut changes)
        .unwrap();
    world.store.commit(&world.program(), changes).await.unwrap();
    (mode, person)
}

async fn only_on_loopback(backend: Backend) {
    let world = World::empty(backend).await;
    for outside in ["0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080"] {
        let mode = world
            .access
            .demo_mode(&world.program(), outside.parse().unwrap())
            .await;
        assert_eq!(keys(mode), "refuse-demo-loopback", "{outside}");
    }
    assert!(!world.access.is_sample().await.unwrap());
}

async fn one_chooses_whom_to_be(backend: Backend) {
    let world = World::empty(backend).await;
    let hospital = world.hospital("見本病院").await;
    let typed = person("iwata", Some(&hospital), &[Role::Doctor]);
    let (mode, iwata) = sample(&world, &typed).await;
    let offered = world.access.demo_people(&mode).await.unwrap();
    assert_eq!(offered, std::slice::from_ref(&iwata));

    let become_iwata = async || {
        world
            .access
            .become_person(&mode, &world.visitor(), &iwata.id, "test")
            .await
    };
    let session = become_iwata().await.unwrap();
    let who = world.who(&session.token).await.unwrap();
    assert_eq!(who.account, iwata.id);
    let by = world.program();
    world.access.suspend(&by, &iwata.id).await.unwrap();
    assert_eq!(keys(become_iwata().await), "not found");
    world.access.unsuspend(&by, &iwata.id).await.unwrap();
    assert_eq!(keys(become_iwata().await), "done");
}

async fn sample_people_have_no_other_way_in(backend: Backend) {
    let world = World::empty(backend).await;
    let typed = person("region", None, &[Role::RegionAdmin]);
    sample(&world, &typed).await;
    let entry = Entry {
        login: "region".to_owned(),
        password: String::new(),
        code: String::new(),
        agent: String::new(),
    };
    let tried = world.access.sign_in(&world.visitor(), &entry).await;
    assert_eq!(keys(tried), "fault-signin");
    // A sample administrator does not open the door to the network.
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
