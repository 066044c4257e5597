//! In what order the work list stands: nothing urgent below what is old, nothing old below for good.

use renkei_base::clock::Span;
use renkei_base::{Id, Micros};
use renkei_care::message;
use renkei_care::referral::{self, Command, DraftForm};
use renkei_care::work_list::{self, Band, Filter};
use renkei_testkit::Backend;

use crate::region::{Region, Who};

renkei_testkit::each_backend!(urgent_before_old_and_old_before_late);

async fn sent(region: &Region, priority: &str) -> Id {
    let patient = region.patient().await;
    let case = region.ids.id();
    let form = DraftForm {
        priority: priority.to_owned(),
        ..region.draft_form(&patient)
    };
    let ctx = region.ctx(&region.clinic_clerk);
    referral::save_draft(&region.care, &ctx, &case, 0, &form)
        .await
        .unwrap();
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    case
}

async fn list(region: &Region, who: &Who, limit: usize) -> Vec<(Option<Band>, Id)> {
    let filter = Filter {
        limit,
        ..Filter::default()
    };
    let list = work_list::work_list(&region.care, &region.ctx(who), &filter).await;
    let rows = list.unwrap().rows.into_iter();
    rows.map(|row| (row.band, row.case)).collect()
}

async fn urgent_before_old_and_old_before_late(backend: Backend) {
    let region = Region::new(&backend).await;
    let at = |text: &str| Micros::from_fhir(&format!("{text}:00+09:00")).unwrap();
    // Late by more than five working days on the 8th; a holiday lies between.
    region.clock.set(at("2026-11-24T10:00"));
    let old = sent(&region, "routine").await;
    region.clock.advance(Span::hours(1));
    let older_urgent = sent(&region, "urgent").await;
    // Late by four.
    region.clock.set(at("2026-12-01T10:00"));
    let late = sent(&region, "routine").await;
    region.clock.set(at("2026-12-07T10:00"));
    let late_urgent = sent(&region, "urgent").await;
    let today = sent(&region, "routine").await;
    region.clock.set(at("2026-12-08T09:00"));
    let told = region.arrived().await;
    region.release(&told, true).await.unwrap();
    message::write(
        &region.care,
        &region.ctx(&region.clinic_clerk),
        &told,
        "御礼",
    )
    .await
    .unwrap();
    let stat = sent(&region, "stat").await;
    let asap = sent(&region, "asap").await;
    let coming = sent(&region, "routine").await;
    let expected = [
        (Band::Urgent, &stat),
        (Band::Urgent, &asap),
        (Band::Long, &older_urgent),
        (Band::Long, &old),
        (Band::Late, &late_urgent),
        (Band::Late, &late),
        (Band::Today, &today),
        (Band::Today, &told),
        (Band::Coming, &coming),
    ];
    let expected: Vec<(Option<Band>, Id)> = expected
        .into_iter()
        .map(|(band, case)| (Some(band), case.clone()))
        .collect();
    assert_eq!(list(&region, &region.desk, 0).await, expected);
    // A short list has the first of all, not the first of those that are due first.
    assert_eq!(list(&region, &region.desk, 2).await, expected[..2]);
    // Also when they are late, they stay before what is only older.
    region.clock.advance(Span::days(1));
    assert_eq!(list(&region, &region.desk, 2).await, expected[..2]);
}
