//! What one waits for: what is late with the others, and what is new.

use renkei_base::Id;
use renkei_base::clock::Span;
use renkei_care::referral::{ActForm, CancelReason, Command, Step};
use renkei_care::work_list::{self, Filter, Group, WorkList};
use renkei_testkit::Backend;

use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    what_is_late_with_the_other_side,
    a_date_is_told_once,
    a_draft_that_came_back_says_why,
);

async fn list(region: &Region, who: &Who, group: Option<Group>) -> WorkList {
    let filter = Filter {
        group,
        ..Filter::default()
    };
    work_list::work_list(&region.care, &region.ctx(who), &filter)
        .await
        .unwrap()
}

async fn groups(region: &Region, who: &Who) -> Vec<(Group, usize)> {
    let all = list(region, who, None).await;
    assert_eq!(all.rows.len(), all.total);
    for (group, count) in &all.groups {
        let some = list(region, who, Some(*group)).await;
        assert_eq!(some.rows.len(), *count, "{group:?}");
        assert!(some.rows.iter().all(|row| row.group == Some(*group)));
    }
    all.groups
}

async fn book(region: &Region, case: &Id, step: Step, day: &str) {
    let form = ActForm {
        date: day.to_owned(),
        time: "10:00".to_owned(),
        ..ActForm::default()
    };
    let command = Command::parse(step, &form).unwrap();
    region.act(&region.desk, case, command).await.unwrap();
}

async fn what_is_late_with_the_other_side(backend: Backend) {
    let region = Region::new(&backend).await;
    let clinic = &region.clinic_doctor;
    let sent = region.sent().await;
    region.sent().await;
    assert_eq!(groups(&region, clinic).await, [], "not yet");
    region.clock.advance(Span::minutes(24 * 60 + 1));
    assert_eq!(groups(&region, clinic).await, [(Group::LateReceive, 2)]);
    let late = list(&region, clinic, None).await;
    assert_eq!(late.overdue, 2);
    assert!(late.rows.iter().all(|row| row.overdue));
    region
        .act(&region.desk, &sent, Command::Receive)
        .await
        .unwrap();
    region.arrived().await;
    let begun = region.arrived().await;
    renkei_care::reply::save(
        &region.care,
        &region.ctx(&region.desk),
        &begun,
        0,
        &crate::region::reply_form(false),
    )
    .await
    .unwrap();
    region.clock.advance(Span::days(20));
    assert_eq!(
        groups(&region, clinic).await,
        [
            (Group::LateReceive, 1),
            (Group::LateDecide, 1),
            (Group::LateReply, 2)
        ]
    );
    assert_eq!(
        groups(&region, &region.desk).await,
        [
            (Group::Receive, 1),
            (Group::Decide, 1),
            (Group::Reply, 1),
            (Group::Release, 1)
        ],
        "the receiver's own"
    );
    assert_eq!(groups(&region, &region.stranger).await, []);
}

async fn a_date_is_told_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clinic, desk) = (&region.clinic_clerk, &region.desk);
    let case = region.accepted().await;
    assert_eq!(groups(&region, clinic).await, []);
    book(&region, &case, Step::Book, "2026-11-27").await;
    assert_eq!(groups(&region, clinic).await, [(Group::Booked, 1)]);
    let row = &list(&region, clinic, None).await.rows[0];
    assert_eq!((row.due, row.overdue), (row.visit, false));
    for already in [false, true] {
        let told = region.act(clinic, &case, Command::Acknowledge).await;
        assert_eq!(told.unwrap().already, already);
    }
    assert_eq!(groups(&region, clinic).await, []);
    book(&region, &case, Step::Rebook, "2026-11-30").await;
    assert_eq!(groups(&region, clinic).await, [(Group::Booked, 1)], "again");
    let cancel = Command::CancelBooking {
        reason: CancelReason::Institution,
        text: "担当医の不在".to_owned(),
    };
    region.act(desk, &case, cancel).await.unwrap();
    assert_eq!(groups(&region, clinic).await, [(Group::Unbooked, 1)]);
    book(&region, &case, Step::Book, "2026-12-01").await;
    region
        .clock
        .set(renkei_base::Micros::from_fhir("2026-12-01T10:05:00+09:00").unwrap());
    let unsaid = region.accepted().await;
    book(&region, &unsaid, Step::Book, "2026-12-02").await;
    region
        .act(desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
    region.clock.advance(Span::days(2));
    assert_eq!(
        groups(&region, clinic).await,
        [(Group::LateArrive, 1)],
        "the visit is over: now one asks whether the patient came"
    );
    region
        .act(desk, &unsaid, Command::Arrive { early: false })
        .await
        .unwrap();
    assert_eq!(
        groups(&region, clinic).await,
        [],
        "who has come need not be told"
    );
}

async fn a_draft_that_came_back_says_why(backend: Backend) {
    let region = Region::new(&backend).await;
    let clerk = &region.clinic_clerk;
    let case = region.draft().await;
    region.draft().await;
    region.act(clerk, &case, Command::Submit).await.unwrap();
    let back = Command::Return {
        text: "検査値を書き足してください".to_owned(),
    };
    region
        .act(&region.clinic_doctor, &case, back)
        .await
        .unwrap();
    assert_eq!(
        groups(&region, clerk).await,
        [(Group::Returned, 1), (Group::Draft, 1)]
    );
    let some = list(&region, clerk, Some(Group::Returned)).await;
    assert_eq!(some.rows[0].note, "検査値を書き足してください");
    region.act(clerk, &case, Command::Submit).await.unwrap();
    assert_eq!(groups(&region, clerk).await, [(Group::Draft, 1)]);
}
