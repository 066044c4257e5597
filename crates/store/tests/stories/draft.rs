//! What is not issued is its owner's alone, whatever was granted; and so are the versions from before.

use renkei_base::{Ctx, Reach, Scope};
use renkei_store::history::HistoryQuery;
use renkei_store::{Changes, Query, StoreError, Stored};
use renkei_testkit::Backend;

use crate::world::{World, id, json, key, place};

renkei_testkit::each_backend!(
    a_draft_is_its_owners_by_any_method,
    versions_from_before_it_was_issued_stay_with_the_owner,
    what_was_thrown_away_unsent_is_never_seen,
    nobody_writes_on_anothers_draft,
    an_index_built_anew_hides_them_too,
);

fn request(status: &str) -> renkei_fhir::Resource {
    json(&format!(
        r#"{{"resourceType":"ServiceRequest","id":"c1","status":"{status}","subject":{{"reference":"Patient/p1"}}}}"#
    ))
}

/// A patient of the clinic; the case's request is a draft. The hospital has the case, the other clinic the record.
async fn region(backend: Backend) -> World {
    let world = World::open(backend).await;
    world.patient("p1", "c0", "clinic").await;
    let mut changes = Changes::default();
    changes.create(
        request("draft"),
        place("p1", Scope::Case(id("c1")), "clinic"),
    );
    let hospital = world.grant("p1", "hospital", Scope::Case(id("c1")));
    changes.grants.push(hospital);
    changes
        .grants
        .push(world.grant("p1", "other", Scope::Record));
    let clinic = world.doctor("clinic");
    world.store.commit(&clinic, changes).await.unwrap();
    world
}

/// The next version of the request, by the program.
async fn next(world: &World, resource: Option<renkei_fhir::Resource>) -> Stored {
    let program = world.program();
    let read = world.store.read(&program, &key("ServiceRequest/c1")).await;
    let read = read.unwrap().unwrap();
    let mut changes = Changes::default();
    match resource {
        Some(resource) => changes.update(&read, resource),
        None => changes.delete(&read),
    }
    world
        .store
        .commit(&program, changes)
        .await
        .unwrap()
        .remove(0)
}

/// Whether the current version is seen: all methods must agree.
async fn sees(world: &World, ctx: &Ctx) -> bool {
    let store = &world.store;
    let name = key("ServiceRequest/c1");
    let read = store.read(ctx, &name).await.unwrap();
    let text = store.read_text(ctx, &name).await.unwrap();
    assert_eq!(read.is_some(), text.is_some());
    let many = store.read_many(ctx, std::slice::from_ref(&name)).await;
    assert_eq!(read.is_some(), many.unwrap().len() == 1);
    let history = store.history(ctx, &name).await.unwrap();
    assert_eq!(read.is_some(), !history.is_empty());
    let case = store.case(ctx, &id("c1"), "referral.read").await.unwrap();
    assert_eq!(read.is_some(), !case.is_empty());
    for query in [
        Query::of("ServiceRequest").with("_id", "c1"),
        Query::of("ServiceRequest")
            .with("subject", "Patient/p1")
            .with("_id", "c1"),
    ] {
        let query = Query {
            total: true,
            ..query
        };
        let page = store.search(ctx, &query).await.unwrap();
        assert_eq!(page.total, Some(u64::from(read.is_some())));
        assert_eq!(page.matches.len(), usize::from(read.is_some()));
    }
    read.is_some()
}

async fn versions(world: &World, ctx: &Ctx) -> Vec<u32> {
    let name = key("ServiceRequest/c1");
    let mut seen = Vec::new();
    for version in 1..=5 {
        let read = world.store.read_version(ctx, &name, version).await.unwrap();
        seen.extend(read.map(|read| read.version));
    }
    let history = world.store.history(ctx, &name).await.unwrap();
    let mut listed: Vec<u32> = history.iter().map(|one| one.version).collect();
    listed.reverse();
    assert_eq!(seen, listed);
    seen
}

async fn a_draft_is_its_owners_by_any_method(backend: Backend) {
    let world = region(backend).await;
    assert!(sees(&world, &world.doctor("clinic")).await);
    assert!(sees(&world, &world.program()).await);
    for other in ["hospital", "other", "stranger"] {
        assert!(!sees(&world, &world.doctor(other)).await, "{other}");
    }
    let mut nobody = world.doctor("clinic");
    nobody.reach = Reach::NoPatients;
    assert!(!sees(&world, &nobody).await);
    next(&world, Some(request("active"))).await;
    for other in ["hospital", "other"] {
        assert!(sees(&world, &world.doctor(other)).await, "{other}");
    }
    assert!(!sees(&world, &world.doctor("stranger")).await);
}

async fn versions_from_before_it_was_issued_stay_with_the_owner(backend: Backend) {
    let world = region(backend).await;
    for status in ["draft", "active", "completed"] {
        next(&world, Some(request(status))).await;
    }
    assert_eq!(
        versions(&world, &world.doctor("clinic")).await,
        [1, 2, 3, 4]
    );
    for other in ["hospital", "other"] {
        assert_eq!(
            versions(&world, &world.doctor(other)).await,
            [3, 4],
            "{other}"
        );
    }
    let of_type = HistoryQuery {
        typ: "ServiceRequest".to_owned(),
        ..HistoryQuery::default()
    };
    for (name, count) in [
        ("clinic", 5),
        ("hospital", 2),
        ("other", 3),
        ("stranger", 0),
    ] {
        let history = world
            .store
            .type_history(&world.doctor(name), &of_type)
            .await;
        assert_eq!(history.unwrap().versions.len(), count, "{name}");
    }
    // What is written on again is a draft again; with it the versions before are out of sight.
    next(&world, Some(request("draft"))).await;
    assert!(versions(&world, &world.doctor("hospital")).await.is_empty());
}

async fn what_was_thrown_away_unsent_is_never_seen(backend: Backend) {
    let world = region(backend).await;
    next(&world, Some(request("revoked"))).await;
    for other in ["hospital", "other"] {
        assert!(!sees(&world, &world.doctor(other)).await, "{other}");
    }
    next(&world, None).await;
    for other in ["hospital", "other"] {
        let other = world.doctor(other);
        assert!(versions(&world, &other).await.is_empty());
        let tomb = world.store.read(&other, &key("ServiceRequest/c1")).await;
        assert_eq!(tomb.unwrap(), None);
    }
    assert_eq!(versions(&world, &world.doctor("clinic")).await, [1, 2, 3]);
}

async fn nobody_writes_on_anothers_draft(backend: Backend) {
    let world = region(backend).await;
    let program = world.program();
    let draft = world.store.read(&program, &key("ServiceRequest/c1")).await;
    let draft = draft.unwrap().unwrap();
    let mut update = Changes::default();
    update.update(&draft, request("active"));
    let mut delete = Changes::default();
    delete.delete(&draft);
    let mut create = Changes::default();
    create.create(
        json(r#"{"resourceType":"Task","id":"t9","status":"draft"}"#),
        place("p1", Scope::Case(id("c1")), "clinic"),
    );
    for changes in [update, delete, create] {
        let hospital = world.doctor("hospital");
        let result = world.store.commit(&hospital, changes).await;
        assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
    }
}

/// Built anew, the index says the same; a draft without an owner is nobody's but the program's.
async fn an_index_built_anew_hides_them_too(backend: Backend) {
    let world = region(backend).await;
    let mut lost = place("p1", Scope::Case(id("c1")), "clinic");
    lost.owner = None;
    let note = json(r#"{"resourceType":"Composition","id":"l1","status":"preliminary"}"#);
    world.create(note, lost).await.unwrap();
    world.store.reindex(&world.program(), |_| {}).await.unwrap();
    assert!(sees(&world, &world.doctor("clinic")).await);
    assert!(!sees(&world, &world.doctor("hospital")).await);
    for name in ["clinic", "hospital", "other"] {
        let read = world
            .store
            .read(&world.doctor(name), &key("Composition/l1"))
            .await;
        assert_eq!(read.unwrap(), None);
    }
}
