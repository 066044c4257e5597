//! 返書: the first one, interim ones and the final one; who owes what after each.

use renkei_base::clock::Span;
use renkei_base::{Id, Refusal};
use renkei_care::attachment::{self, Of};
use renkei_care::count;
use renkei_care::referral::{Command, Done, Side, State, Step};
use renkei_care::reply::{self, ReplyForm, ReplySaved};
use renkei_care::work_list::{self, Filter, Group};
use renkei_store::Failure;
use renkei_testkit::Backend;

use crate::region::{Region, Who, refusal, reply_form};

renkei_testkit::each_backend!(
    a_case_is_replied_to_three_times,
    a_sender_need_not_wait,
    a_begun_reply_outlives_the_closing,
    a_reply_that_nobody_asked_for_is_seen_when_begun,
    a_form_of_yesterday_is_no_second_reply,
);

/// Releases a reply of this kind with this word on how it goes on.
pub(crate) async fn release(
    region: &Region,
    case: &Id,
    kind: &str,
    closes: &str,
) -> Result<Done, Failure> {
    let form = ReplyForm {
        kind: kind.to_owned(),
        closes: closes.to_owned(),
        findings: format!("{kind} {}", region.now()),
        ..reply_form(false)
    };
    let view = region.view(&region.hospital_doctor, case).await?;
    let base = view.reply_draft.map_or(0, |draft| draft.version);
    let ctx = region.ctx(&region.hospital_doctor);
    reply::release(&region.care, &ctx, case, base, &form).await
}

async fn groups(region: &Region, who: &Who) -> Vec<(Group, usize)> {
    let list = work_list::work_list(&region.care, &region.ctx(who), &Filter::default())
        .await
        .unwrap();
    assert_eq!(list.rows.len(), list.total);
    list.groups
}

async fn attach(region: &Region, case: &Id, title: &str) {
    let ctx = region.ctx(&region.desk);
    let bytes = format!("%PDF-1.7 {title}").into_bytes();
    attachment::add(&region.care, &ctx, case, Of::Reply, title, bytes)
        .await
        .unwrap();
}

async fn a_case_is_replied_to_three_times(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clinic, desk) = (&region.clinic_doctor, &region.desk);
    let case = region.arrived().await;
    assert_eq!(groups(&region, desk).await, [(Group::Reply, 1)]);
    attach(&region, &case, "初回.pdf").await;
    let first = release(&region, &case, "", "more").await.unwrap();
    assert_eq!(first.state, State::RepliedFirst);
    let view = region.view(clinic, &case).await.unwrap();
    assert_eq!((view.more, view.news), (true, true));
    assert_eq!(view.holder, Some(Side::Receiver));
    assert_eq!(
        view.due.map(|due| due - region.now()),
        Some(Span::days(30)),
        "2026-12-24 is a working day"
    );
    assert_eq!(groups(&region, clinic).await, [(Group::Read, 1)]);
    assert_eq!(groups(&region, desk).await, [(Group::Reply, 1)]);
    assert!(view.may(Step::Acknowledge) && view.may(Step::Close));
    assert!(
        !region
            .view(desk, &case)
            .await
            .unwrap()
            .may(Step::Acknowledge)
    );
    for already in [false, true] {
        let read = region.act(clinic, &case, Command::Acknowledge).await;
        assert_eq!(read.unwrap().already, already);
    }
    assert_eq!(groups(&region, clinic).await, []);

    region.clock.advance(Span::days(2));
    let interim = ReplyForm {
        kind: "interim".to_owned(),
        ..reply_form(false)
    };
    let saved = reply::save(&region.care, &region.ctx(desk), &case, 0, &interim).await;
    assert_eq!(saved.unwrap(), ReplySaved::Saved { version: 1 });
    attach(&region, &case, "経過.pdf").await;
    assert_eq!(groups(&region, desk).await, [(Group::Release, 1)]);
    assert_eq!(
        groups(&region, clinic).await,
        [],
        "a draft is the hospital's"
    );
    let ctx = region.ctx(&region.hospital_doctor);
    let unread = ReplyForm {
        findings: "ほかの所見".to_owned(),
        ..interim.clone()
    };
    assert_eq!(
        refusal(reply::release(&region.care, &ctx, &case, 0, &unread).await),
        Refusal::Conflict,
        "a doctor signs what was read"
    );
    let base = 1;
    for already in [false, true] {
        let done = reply::release(&region.care, &ctx, &case, base, &interim)
            .await
            .unwrap();
        assert_eq!((done.state, done.already), (State::RepliedInterim, already));
    }
    assert_eq!(groups(&region, clinic).await, [(Group::Read, 1)]);
    assert_eq!(groups(&region, desk).await, [(Group::Reply, 1)]);

    region.clock.advance(Span::days(2));
    let last = release(&region, &case, "final", "").await.unwrap();
    assert_eq!(last.state, State::Closed);
    assert_eq!(groups(&region, clinic).await, [(Group::Read, 1)]);
    assert_eq!(groups(&region, desk).await, []);
    let view = region.view(clinic, &case).await.unwrap();
    let replies: Vec<(&str, usize)> = view
        .replies
        .iter()
        .map(|reply| (reply.kind.as_str(), reply.attachments.len()))
        .collect();
    assert_eq!(replies, [("first", 1), ("interim", 1), ("final", 0)]);
    let paper = reply::data(
        &region.care,
        &region.ctx(clinic),
        &case,
        &view.replies[1].id,
    )
    .await
    .unwrap();
    assert_eq!(
        (paper.kind.as_str(), paper.attachments),
        ("interim", vec!["経過.pdf".to_owned()])
    );
    let counts = region.care.store.counts(&region.hospital).await.unwrap();
    let replied = counts.iter().find(|row| row.indicator == count::REPLIED);
    assert_eq!(
        replied.map(|row| (row.numerator, row.denominator)),
        Some((1, 1)),
        "only the first is counted"
    );
}

async fn a_sender_need_not_wait(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    attach(&region, &case, "初回.pdf").await;
    release(&region, &case, "", "more").await.unwrap();
    let file = region.view(&region.desk, &case).await.unwrap().replies[0].attachments[0]
        .id
        .clone();
    assert_eq!(
        refusal(attachment::remove(&region.care, &region.ctx(&region.desk), &case, &file).await),
        Refusal::not_now("refuse-already-replied"),
        "what went out stays"
    );
    region
        .act(&region.clinic_clerk, &case, Command::Close)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    assert_eq!(groups(&region, &region.desk).await, []);
    // What the hospital promised arrives all the same: to be read, in a case that stays closed.
    for already in [false, true] {
        let late = release(&region, &case, "final", "").await.unwrap();
        assert_eq!((late.state, late.already), (State::Closed, already));
    }
    assert_eq!(
        groups(&region, &region.clinic_doctor).await,
        [(Group::Read, 1)]
    );
    assert_eq!(groups(&region, &region.desk).await, []);
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.replies.len(), 2);
    assert!(view.news && view.may(Step::Acknowledge) && !view.may(Step::Close));
    region
        .act(&region.clinic_clerk, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    // A pathology report that comes after the final reply.
    region.clock.advance(Span::days(9));
    let late = release(&region, &case, "interim", "").await.unwrap();
    assert_eq!(late.state, State::Closed);
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!((view.holder, view.more), (Some(Side::Sender), false));
    assert!(matches!(
        refusal(
            reply::save(
                &region.care,
                &region.ctx(&region.clinic_doctor),
                &case,
                0,
                &reply_form(false)
            )
            .await
        ),
        Refusal::Forbidden(_)
    ));
}

/// A reply that was begun when the clinic closed the case is not out of sight.
async fn a_begun_reply_outlives_the_closing(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    release(&region, &case, "", "more").await.unwrap();
    let begun = ReplyForm {
        kind: "final".to_owned(),
        ..reply_form(false)
    };
    let desk = region.ctx(&region.desk);
    reply::save(&region.care, &desk, &case, 0, &begun)
        .await
        .unwrap();
    region
        .act(&region.clinic_doctor, &case, Command::Close)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    assert_eq!(groups(&region, &region.desk).await, [(Group::Release, 1)]);
    // It may be let be,
    region
        .act(&region.desk, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.desk).await, []);
    // and taken up again.
    let more = ReplyForm {
        findings: "病理: 良性".to_owned(),
        ..begun
    };
    reply::save(&region.care, &desk, &case, 1, &more)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.desk).await, [(Group::Release, 1)]);
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    let doctor = region.ctx(&region.hospital_doctor);
    let done = reply::release(&region.care, &doctor, &case, 2, &more).await;
    assert_eq!(done.unwrap().state, State::Closed);
    assert_eq!(groups(&region, &region.desk).await, []);
    assert_eq!(
        groups(&region, &region.clinic_doctor).await,
        [(Group::Read, 1)]
    );
    // The clinic has not read yet; the next one is begun.
    let next = ReplyForm {
        kind: "interim".to_owned(),
        ..reply_form(false)
    };
    reply::save(&region.care, &desk, &case, 0, &next)
        .await
        .unwrap();
    assert_eq!(
        groups(&region, &region.clinic_doctor).await,
        [(Group::Read, 1)]
    );
    region
        .act(&region.clinic_doctor, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    assert_eq!(groups(&region, &region.desk).await, [(Group::Release, 1)]);
}

/// Nothing more was promised, and the hospital begins another reply all the same.
async fn a_reply_that_nobody_asked_for_is_seen_when_begun(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clinic, desk) = (&region.clinic_doctor, &region.desk);
    let case = region.arrived().await;
    release(&region, &case, "", "").await.unwrap();
    assert_eq!(groups(&region, desk).await, []);
    let begun = ReplyForm {
        kind: "interim".to_owned(),
        ..reply_form(false)
    };
    reply::save(&region.care, &region.ctx(desk), &case, 0, &begun)
        .await
        .unwrap();
    assert_eq!(groups(&region, desk).await, [(Group::Release, 1)]);
    assert_eq!(groups(&region, clinic).await, [(Group::Read, 1)]);
    // Reading and closing is the clinic's all the same, as often as it presses.
    for already in [false, true] {
        let read = region.act(clinic, &case, Command::Acknowledge).await;
        assert_eq!(read.unwrap().already, already);
    }
    assert_eq!(groups(&region, clinic).await, []);
    region.act(clinic, &case, Command::Close).await.unwrap();
    assert_eq!(groups(&region, clinic).await, []);
    assert_eq!(groups(&region, desk).await, [(Group::Release, 1)]);
    let late = release(&region, &case, "final", "").await.unwrap();
    assert_eq!(late.state, State::Closed);
    assert_eq!(groups(&region, clinic).await, [(Group::Read, 1)]);
    assert_eq!(groups(&region, desk).await, []);
}

async fn a_form_of_yesterday_is_no_second_reply(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    for kind in ["interim", "final", "nonsense"] {
        assert_eq!(
            refusal(release(&region, &case, kind, "").await),
            Refusal::fault("kind", "fault-unknown-code")
        );
    }
    release(&region, &case, "", "").await.unwrap();
    assert_eq!(
        region
            .view(&region.clinic_doctor, &case)
            .await
            .unwrap()
            .holder,
        Some(Side::Sender),
        "nothing more was promised"
    );
    // The other doctor's window still shows the first reply.
    region.clock.advance(Span::minutes(1));
    assert_eq!(
        refusal(release(&region, &case, "", "on").await),
        Refusal::not_now("refuse-already-replied")
    );
    let desk = region.ctx(&region.desk);
    let old = reply::save(&region.care, &desk, &case, 1, &reply_form(false)).await;
    assert_eq!(refusal(old), Refusal::not_now("refuse-already-replied"));
    let done = release(&region, &case, "final", "").await.unwrap();
    assert_eq!(done.state, State::Closed);
}
