//! Slots that can be booked: the first of each department, kept in the commit that changes a slot.

use renkei_base::clock::Span;
use renkei_base::{Clock, Micros};
use renkei_store::Changes;
use renkei_testkit::Backend;

use crate::world::{World, id, json, public};

renkei_testkit::each_backend!(the_first_of_each_department);

async fn the_first_of_each_department(backend: Backend) {
    let world = World::open(backend).await;
    let now = world.clock.now();
    let at = |hours: i64| now + Span::hours(hours);
    let slot = |name: &str, department: &str, start: Micros| {
        json(&format!(
            r#"{{"resourceType":"Slot","id":"{name}","status":"free","schedule":{{"reference":"Schedule/{department}"}},
                "start":"{}","end":"{}"}}"#,
            start.to_fhir(),
            (start + Span::minutes(15)).to_fhir()
        ))
    };
    let first = async || {
        let mut found: Vec<(String, String, i64)> = Vec::new();
        for one in world.store.first_free().await.unwrap() {
            let hours = (one.start - world.clock.now()).0 / 3_600_000_000;
            found.push((
                one.institution.to_string(),
                one.department.to_string(),
                hours,
            ));
        }
        found.sort();
        found
    };
    let said = |one: (&str, &str, i64)| (one.0.to_owned(), one.1.to_owned(), one.2);
    let mark = world.store.slot_mark().await.unwrap();
    let mut made = Vec::new();
    for (name, department, owner, hours) in [
        ("a1", "a", "h1", 1),
        ("a2", "a", "h1", 5),
        ("b1", "b", "h1", 3),
        ("c1", "h2", "h2", 2),
        ("c0", "h2", "h2", -2),
    ] {
        let slot = slot(name, department, at(hours));
        world.clock.advance(Span::minutes(0));
        made.push(world.create(slot, public(Some(owner))).await.unwrap());
    }
    assert_ne!(world.store.slot_mark().await.unwrap(), mark);
    let whole = [("h1", "a", 1), ("h1", "b", 3), ("h2", "h2", 2)].map(said);
    assert_eq!(first().await, whole);

    // Booked, freed again, gone; each with its commit.
    let mut changes = Changes::default();
    let mut booked = made[0].resource.clone();
    booked.set("status", "busy".into());
    changes.update(&made[0], booked);
    changes.delete(&made[2]);
    let written = world.store.commit(&world.program(), changes).await.unwrap();
    assert_eq!(first().await, [("h1", "a", 5), ("h2", "h2", 2)].map(said));
    let taken = written.iter().find(|one| one.key.id == id("a1")).unwrap();
    let mut changes = Changes::default();
    let mut free = taken.resource.clone();
    free.set("status", "free".into());
    changes.update(taken, free);
    world.store.commit(&world.program(), changes).await.unwrap();
    assert_eq!(first().await, [("h1", "a", 1), ("h2", "h2", 2)].map(said));

    // What has passed is no longer free, and the index can be built anew.
    world.clock.advance(Span::hours(3));
    assert_eq!(first().await, [("h1", "a", 2)].map(said));
    let program = world.program();
    world.store.reindex(&program, |_| ()).await.unwrap();
    assert_eq!(first().await, [("h1", "a", 2)].map(said));
}
