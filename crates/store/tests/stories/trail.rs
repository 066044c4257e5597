//! What auditors find: of a patient all that was read, long ago and just now.

use renkei_base::Micros;
use renkei_base::clock::Span;
use renkei_store::AuditFilter;
use renkei_testkit::Backend;

use crate::world::{World, key};

renkei_testkit::each_backend!(all_reads_of_a_patient_are_found);

/// More than two segments of SQLite's index of patients, and some rows behind them.
const READS: usize = 4_500;

async fn all_reads_of_a_patient_are_found(backend: Backend) {
    let mut world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    world.patient("p2", "c2", "clinic").await;
    let began = world.now();
    for number in 0..READS {
        if number % 100 == 0 {
            world.clock.advance(Span::minutes(1));
        }
        let which = ["Patient/p1", "Patient/p2", "Patient/p2"][number % 3];
        let doctor = world.doctor("clinic");
        world.store.read(&doctor, &key(which)).await.unwrap();
    }
    world.reopen().await.unwrap();
    let filter = |patient: &str, from, until| AuditFilter {
        from,
        until,
        patient: patient.to_owned(),
        action: "resource.read".to_owned(),
        limit: 10_000,
        ..AuditFilter::default()
    };
    for (patient, many) in [("p1", READS / 3), ("p2", READS * 2 / 3), ("p3", 0)] {
        let all = filter(patient, Micros(0), Micros::NEVER);
        let rows = world.store.audit_rows(&all).await.unwrap();
        assert_eq!(rows.len(), many, "{patient}");
        assert!(rows.iter().all(|row| row.patient == patient));
        assert!(rows.is_sorted_by(|one, other| one.at >= other.at));
    }
    // Of a time in the middle: the minute has a hundred reads.
    let minute = began + Span::minutes(20);
    let some = filter("p2", minute, minute + Span::minutes(3));
    let rows = world.store.audit_rows(&some).await.unwrap();
    assert_eq!(rows.len(), 200);
    let verdict = world.store.verify_audit(|_| {}).await.unwrap();
    assert!(verdict.sound(), "{:?}", verdict.problems);
}
