//! 連絡: a word between the two sides of a case, until it was read.

use renkei_base::Refusal;
use renkei_care::message;
use renkei_care::referral::{Command, Side, Step};
use renkei_care::work_list::{self, Filter, Group};
use renkei_store::Failure;
use renkei_testkit::Backend;

use crate::region::{Region, Who, refusal};

renkei_testkit::each_backend!(a_message_waits_until_it_was_read, who_may_write);

async fn write(
    region: &Region,
    who: &Who,
    case: &renkei_base::Id,
    text: &str,
) -> Result<(), Failure> {
    message::write(&region.care, &region.ctx(who), case, text).await
}

async fn groups(region: &Region, who: &Who) -> Vec<(Group, usize)> {
    let list = work_list::work_list(&region.care, &region.ctx(who), &Filter::default())
        .await
        .unwrap();
    list.groups
}

async fn a_message_waits_until_it_was_read(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clinic, desk) = (&region.clinic_doctor, &region.desk);
    let case = region.sent().await;
    for _ in 0..2 {
        write(&region, clinic, &case, " 車いすで伺います ")
            .await
            .unwrap();
    }
    let view = region.view(desk, &case).await.unwrap();
    assert!(view.unread && view.news && view.may(Step::Acknowledge));
    let said = view.timeline.iter().filter(|one| one.code == "message");
    let said: Vec<(&str, Side)> = said.map(|one| (one.text.as_str(), one.side)).collect();
    assert_eq!(said, [("車いすで伺います", Side::Sender)], "once");
    // It is the hospital's turn as well: the case is in both groups, and counted once.
    let ctx = region.ctx(desk);
    let list = work_list::work_list(&region.care, &ctx, &Filter::default())
        .await
        .unwrap();
    assert_eq!(list.groups, [(Group::Receive, 1), (Group::Message, 1)]);
    assert_eq!((list.total, list.rows.len()), (1, 1));
    assert!(list.rows[0].unread);
    let wanted = Filter {
        group: Some(Group::Message),
        ..Filter::default()
    };
    let some = work_list::work_list(&region.care, &ctx, &wanted).await;
    assert_eq!(some.unwrap().rows.len(), 1);
    assert_eq!(groups(&region, clinic).await, []);
    // Who answers has read.
    write(&region, desk, &case, "承知しました").await.unwrap();
    assert_eq!(groups(&region, desk).await, [(Group::Receive, 1)]);
    assert_eq!(groups(&region, clinic).await, [(Group::Message, 1)]);
    // Steps of the others leave it there.
    region.act(desk, &case, Command::Receive).await.unwrap();
    assert_eq!(groups(&region, clinic).await, [(Group::Message, 1)]);
    for already in [false, true] {
        let read = region.act(clinic, &case, Command::Acknowledge).await;
        assert_eq!(read.unwrap().already, already);
    }
    assert_eq!(groups(&region, clinic).await, []);
    assert_eq!(groups(&region, desk).await, [(Group::Decide, 1)]);
    assert!(!region.view(clinic, &case).await.unwrap().news);
}

async fn who_may_write(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let early = write(&region, &region.clinic_doctor, &case, "まだです").await;
    assert_eq!(refusal(early), Refusal::not_now("refuse-not-sent"));
    assert!(
        !region
            .view(&region.clinic_doctor, &case)
            .await
            .unwrap()
            .writes
    );
    let case = region.sent().await;
    for who in [&region.stranger] {
        let foreign = write(&region, who, &case, "だれ？").await;
        assert_eq!(refusal(foreign), Refusal::NotFound);
    }
    let empty = write(&region, &region.desk, &case, "  ").await;
    assert_eq!(refusal(empty), Refusal::fault("text", "fault-required"));
    assert!(region.view(&region.desk, &case).await.unwrap().writes);
    // Also after the end: a question on what was declined.
    let done = region.arrived().await;
    region.release(&done, true).await.unwrap();
    write(
        &region,
        &region.clinic_doctor,
        &done,
        "ありがとうございました",
    )
    .await
    .unwrap();
    assert_eq!(
        groups(&region, &region.desk).await.last(),
        Some(&(Group::Message, 1))
    );
    region
        .act(&region.desk, &done, Command::Acknowledge)
        .await
        .unwrap();
    let view = region.view(&region.clinic_doctor, &done).await.unwrap();
    assert_eq!(
        view.holder,
        Some(Side::Sender),
        "the reply is still to read"
    );
}
