//! The work list at its real size. Not a bench (that is in `bench/`), but a look at whether it can be met.

use renkei_base::{Ctx, Id, Scope};
use renkei_care::referral::{Side, State};
use renkei_care::work_list::{self, Filter};
use renkei_fhir::patient::{Patient, Script};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Access, Changes, Place};
use renkei_testkit::Backend;

use crate::region::Region;

const ALL: usize = 100_000;
const OPEN: usize = 500;

#[test]
#[ignore = "takes a minute; run by hand with --run-ignored"]
fn on_sqlite() {
    renkei_testkit::backend::run(five_hundred_open_among_a_hundred_thousand(Backend::sqlite()));
}

#[test]
#[ignore = "takes some minutes; run by hand with --run-ignored"]
fn on_postgres() {
    if !renkei_testkit::backend::without_postgres() {
        let backend = Backend::postgres();
        renkei_testkit::backend::run(five_hundred_open_among_a_hundred_thousand(backend));
    }
}

async fn five_hundred_open_among_a_hundred_thousand(backend: Backend) {
    let region = Region::new(&backend).await;
    fill(&region).await;
    let ctx = region.ctx(&region.desk);
    let mut times = Vec::new();
    for _ in 0..50 {
        #[expect(clippy::disallowed_methods, reason = "measures")]
        let start = std::time::Instant::now();
        let list = work_list::work_list(&region.care, &ctx, &Filter::default())
            .await
            .unwrap();
        times.push(start.elapsed());
        assert_eq!((list.total, list.rows.len()), (OPEN, 50));
    }
    times.sort();
    eprintln!("work list: median {:?}, slowest {:?}", times[25], times[49]);
    #[expect(clippy::disallowed_methods, reason = "measures")]
    let start = std::time::Instant::now();
    let list = work_list::list(
        &region.care,
        &ctx,
        Side::Receiver,
        work_list::Span::Over,
        None,
        None,
    )
    .await
    .unwrap();
    eprintln!(
        "closed list: {:?}, {} rows",
        start.elapsed(),
        list.rows.len()
    );
    assert_eq!((list.rows.len(), list.next.is_some()), (50, true));
}

async fn fill(region: &Region) {
    for batch in 0..ALL / 500 {
        // Written over some hours: the newest come first.
        region.clock.advance(renkei_base::clock::Span::minutes(1));
        let ctx = Ctx::program(region.now(), region.ids.clone());
        let mut changes = Changes::default();
        for number in 0..500 {
            add(region, &mut changes, batch * 500 + number);
        }
        region.care.store.commit(&ctx, changes).await.unwrap();
    }
}

fn add(region: &Region, changes: &mut Changes, number: usize) {
    let patient_id = region.ids.id();
    let case: Id = region.ids.id();
    let mut patient = Patient::new(&patient_id);
    patient.set_name(Script::Kanji, "山田", &format!("{number}"));
    patient.set_birthday("1950-04-01");
    patient.set_institution(&region.clinic, "岩田医院");
    let place = |scope| Place {
        patient: Some(patient_id.clone()),
        scope,
        owner: Some(region.clinic.clone()),
    };
    changes.create(patient.into_resource(), place(Scope::Identity));
    let open = number.is_multiple_of(ALL / OPEN);
    let state = if open { State::Sent } else { State::Closed };
    let mut task = Task::new(&case);
    task.set_patient(&patient_id);
    task.set_focus(&ServiceRequest::key(&case));
    task.set_requester(&region.clinic, "岩田医院");
    task.set_owner(Some((&region.hospital, "市民病院")));
    task.set_department(Some((&region.cardiology, "循環器内科")));
    task.set_state(state.code(), state.task_status());
    task.set_started(region.now());
    if open {
        task.set_holder(Some(&region.hospital));
        task.set_due(Some(
            region.now() + renkei_base::clock::Span::minutes(i64::try_from(number).unwrap()),
        ));
    }
    changes.create(task.into_resource(), place(Scope::Case(case.clone())));
    for (institution, scope) in [
        (&region.clinic, Scope::Record),
        (&region.hospital, Scope::Case(case)),
    ] {
        changes.grants.push(Access {
            patient: patient_id.clone(),
            grantee: renkei_base::Grantee::Institution(institution.clone()),
            scope,
            until: renkei_base::Micros::NEVER,
        });
    }
}
