//! Who sees what: by every method, and for writes too.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Grantee, Reach, Scope};
use renkei_store::{Access, Changes, StoreError};
use renkei_testkit::Backend;

use crate::world::{World, id, json, key, place, public, slot};

renkei_testkit::each_backend!(
    a_stranger_sees_nothing_by_any_method,
    a_case_opens_the_case_and_who_the_patient_is,
    the_record_opens_everything,
    a_right_ends,
    a_person_can_be_granted_too,
    a_case_of_a_person_does_not_say_who_the_patient_is,
    what_cannot_be_seen_cannot_be_written,
    what_has_no_patient_is_everyones,
);

const ALL: [&str; 3] = ["Observation/obs-p1", "Patient/p1", "ServiceRequest/c1"];

/// What is seen of the patient by every method: each must agree.
async fn seen(world: &World, ctx: &Ctx) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for name in ALL {
        let key = key(name);
        let read = world.store.read(ctx, &key).await.unwrap();
        let text = world.store.read_text(ctx, &key).await.unwrap();
        let version = world.store.read_version(ctx, &key, 1).await.unwrap();
        let history = world.store.history(ctx, &key).await.unwrap();
        // The text of the same row, and nothing of one that `read` does not give.
        let parsed = read
            .as_ref()
            .map(|read| (read.version, read.updated, read.resource.to_json()));
        let plain = text.map(|text| (text.version, text.updated, text.body));
        assert_eq!(parsed, plain, "{name}");
        assert_eq!(read.is_some(), version.is_some(), "{name}");
        assert_eq!(read.is_some(), !history.is_empty(), "{name}");
        if read.is_some() {
            seen.push(name);
        }
    }
    let keys: Vec<_> = ALL.into_iter().map(key).collect();
    let many = world.store.read_many(ctx, &keys).await.unwrap();
    let many: Vec<String> = many.iter().map(|one| one.key.to_string()).collect();
    assert_eq!(many, seen);
    let case = world
        .store
        .case(ctx, &id("c1"), "referral.read")
        .await
        .unwrap();
    let mut case: Vec<String> = case.iter().map(|one| one.key.to_string()).collect();
    case.sort();
    let of_case: Vec<_> = seen
        .iter()
        .filter(|name| !name.starts_with("Obs"))
        .collect();
    assert_eq!(case.iter().collect::<Vec<_>>(), of_case);
    seen
}

async fn a_stranger_sees_nothing_by_any_method(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    assert_eq!(seen(&world, &world.doctor("clinic")).await, ALL);
    assert!(seen(&world, &world.doctor("stranger")).await.is_empty());
    let mut nobody = world.doctor("clinic");
    for reach in [Reach::NoPatients, Reach::Granted(Vec::new())] {
        nobody.reach = reach;
        assert!(seen(&world, &nobody).await.is_empty());
    }
}

async fn a_case_opens_the_case_and_who_the_patient_is(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let mut changes = Changes::default();
    changes
        .grants
        .push(world.grant("p1", "hospital", Scope::Case(id("c1"))));
    changes
        .grants
        .push(world.grant("p1", "other", Scope::Case(id("c2"))));
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    assert_eq!(
        seen(&world, &world.doctor("hospital")).await,
        ["Patient/p1", "ServiceRequest/c1"]
    );
    let other = world.doctor("other");
    assert!(
        world
            .store
            .read(&other, &key("Patient/p1"))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        world
            .store
            .read(&other, &key("ServiceRequest/c1"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .store
            .case(&other, &id("c1"), "referral.read")
            .await
            .unwrap()
            .is_empty()
    );
    for word in ["identity", "record"] {
        assert!(
            world
                .store
                .case(&world.doctor("clinic"), &id(word), "x.read")
                .await
                .unwrap()
                .is_empty()
        );
    }
}

async fn the_record_opens_everything(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let mut changes = Changes::default();
    changes
        .grants
        .push(world.grant("p1", "hospital", Scope::Record));
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    assert_eq!(seen(&world, &world.doctor("hospital")).await, ALL);
    let mut changes = Changes::default();
    changes
        .revokes
        .push(world.grant("p1", "hospital", Scope::Record));
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    assert!(seen(&world, &world.doctor("hospital")).await.is_empty());
}

async fn a_right_ends(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let mut changes = Changes::default();
    changes.grants.push(Access {
        until: world.now() + Span::hours(24),
        ..world.grant("p1", "hospital", Scope::Record)
    });
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    assert_eq!(seen(&world, &world.doctor("hospital")).await, ALL);
    world.clock.advance(Span::hours(24));
    assert!(seen(&world, &world.doctor("hospital")).await.is_empty());
}

async fn a_person_can_be_granted_too(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let mut changes = Changes::default();
    changes.grants.push(Access {
        grantee: Grantee::Person(id("dr-night")),
        ..world.grant("p1", "x", Scope::Record)
    });
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    assert_eq!(seen(&world, &world.doctor("night")).await, ALL);
    // An institution of the same name is another grantee.
    assert!(seen(&world, &world.doctor("dr-night")).await.is_empty());
}

async fn a_case_of_a_person_does_not_say_who_the_patient_is(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let own = |name: &str, scope| Access {
        grantee: Grantee::Person(id(name)),
        ..world.grant("p1", "x", scope)
    };
    let mut changes = Changes::default();
    changes.grants = vec![
        own("dr-case", Scope::Case(id("c1"))),
        own("dr-identity", Scope::Identity),
        own("dr-both", Scope::Case(id("c1"))),
        own("dr-both", Scope::Identity),
        own("dr-record", Scope::Record),
    ];
    let clinic = world.doctor("clinic");
    world.store.commit(&clinic, changes).await.unwrap();
    for (name, sees) in [
        ("case", vec!["ServiceRequest/c1"]),
        ("both", vec!["Patient/p1", "ServiceRequest/c1"]),
        ("record", ALL.to_vec()),
    ] {
        assert_eq!(seen(&world, &world.doctor(name)).await, sees, "{name}");
    }
    // Who the patient is, by a row of its own, and nothing else.
    let identity = world.doctor("identity");
    let keys: Vec<_> = ALL.into_iter().map(key).collect();
    let many = world.store.read_many(&identity, &keys).await.unwrap();
    assert_eq!(many.len(), 1);
    assert_eq!(many[0].key, key("Patient/p1"));
}

async fn what_cannot_be_seen_cannot_be_written(backend: Backend) {
    let world = World::open(backend).await;
    let written = world.patient("p1", "c1", "clinic").await;
    let stranger = world.doctor("stranger");
    for (number, old) in written.iter().enumerate() {
        let mut update = Changes::default();
        update.update(old, old.resource.clone());
        let mut delete = Changes::default();
        delete.delete(old);
        let mut create = Changes::default();
        create.create(slot(&format!("new-{number}")), old.place.clone());
        for changes in [update, delete, create] {
            let result = world.store.commit(&stranger, changes).await;
            assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
        }
        let read = world
            .store
            .read(&world.program(), &old.key)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&read, old);
    }
    // A case lets write into the case, not into the record.
    let mut changes = Changes::default();
    changes
        .grants
        .push(world.grant("p1", "hospital", Scope::Case(id("c1"))));
    world
        .store
        .commit(&world.doctor("clinic"), changes)
        .await
        .unwrap();
    let hospital = world.doctor("hospital");
    for (name, scope, may) in [
        ("in", Scope::Case(id("c1")), true),
        ("other", Scope::Case(id("c2")), false),
        ("record", Scope::Record, false),
    ] {
        let mut changes = Changes::default();
        changes.create(
            json(&format!(
                r#"{{"resourceType":"Task","id":"{name}","status":"requested"}}"#
            )),
            place("p1", scope, "hospital"),
        );
        assert_eq!(
            world.store.commit(&hospital, changes).await.is_ok(),
            may,
            "{name}"
        );
    }
}

async fn what_has_no_patient_is_everyones(backend: Backend) {
    let world = World::open(backend).await;
    world
        .create(slot("s1"), public(Some("hospital")))
        .await
        .unwrap();
    for reach in [Reach::NoPatients, Reach::Everything] {
        let mut ctx = world.doctor("clinic");
        ctx.reach = reach;
        assert!(
            world
                .store
                .read(&ctx, &key("Slot/s1"))
                .await
                .unwrap()
                .is_some()
        );
    }
    assert!(
        world
            .store
            .read(&world.doctor("clinic"), &key("Slot/s1"))
            .await
            .unwrap()
            .is_some()
    );
}
