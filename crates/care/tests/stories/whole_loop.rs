//! The whole loop, from both sides (stories A2, A6, A15, B17).

use renkei_base::clock::Span;
use renkei_base::{Micros, Refusal, Role};
use renkei_care::attachment::{self, Of};
use renkei_care::booking::{OpeningForm, free_slots, open_slots};
use renkei_care::letter;
use renkei_care::referral::{CancelReason, Command, DeclineReason, State, Step};
use renkei_care::reply::{self, ReplyForm, ReplySaved};
use renkei_care::work_list::{self, Filter, Group};
use renkei_testkit::Backend;

use crate::region::{Region, Who, refusal, reply_form};

renkei_testkit::each_backend!(
    a_referral_goes_round,
    a_clerk_drafts_and_a_doctor_signs,
    a_second_click_changes_nothing,
    an_incomplete_letter_stays,
    a_hospital_declines,
    a_sender_cancels,
    a_reply_may_stay_open,
);

async fn groups(region: &Region, who: &Who) -> Vec<(Group, usize)> {
    let list = work_list::work_list(&region.care, &region.ctx(who), &Filter::default())
        .await
        .unwrap();
    assert_eq!(list.rows.len(), list.total);
    assert!(list.rows.iter().all(|row| {
        list.groups
            .iter()
            .any(|(group, _)| row.group == Some(*group))
    }));
    list.groups
}

fn codes(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| step.code())
        .collect::<Vec<_>>()
        .join(" ")
}

async fn a_referral_goes_round(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clerk, doctor, desk) = (&region.clinic_clerk, &region.clinic_doctor, &region.desk);
    let case = region.draft().await;
    attachment::add(
        &region.care,
        &region.ctx(clerk),
        &case,
        Of::Letter,
        "心電図.pdf",
        b"%PDF-1.7 x".to_vec(),
    )
    .await
    .unwrap();
    assert_eq!(groups(&region, clerk).await, [(Group::Draft, 1)]);
    assert_eq!(groups(&region, desk).await, [], "a draft is the sender's");
    assert_eq!(refusal(region.view(desk, &case).await), Refusal::NotFound);
    assert_eq!(
        codes(&region.view(clerk, &case).await.unwrap().offers),
        "save-draft submit cancel"
    );
    region.act(clerk, &case, Command::Submit).await.unwrap();
    assert_eq!(groups(&region, clerk).await, []);
    assert_eq!(groups(&region, doctor).await, [(Group::Approve, 1)]);
    region.clock.advance(Span::minutes(1));
    let sent = region.act(doctor, &case, Command::Send).await.unwrap();
    assert_eq!((sent.state, sent.already), (State::Sent, false));

    let view = region.view(desk, &case).await.unwrap();
    assert_eq!(codes(&view.offers), "receive decline");
    assert_eq!(
        (view.drafted_by.as_str(), view.approved_by.as_str()),
        ("森 花子", "岩田 一郎")
    );
    assert_eq!(
        (
            view.sender.name.as_str(),
            view.addressee.department_name.as_str()
        ),
        ("岩田医院", "循環器内科")
    );
    assert_eq!(view.letter.medication_lines.len(), 2);
    assert_eq!(view.letter.course, "3日前から <労作時> の胸痛 & 動悸");
    assert_eq!(view.attachments.len(), 1);
    assert!(
        renkei_care::referral::number::holds(&view.number),
        "{}",
        view.number
    );
    assert_eq!(
        view.timeline
            .iter()
            .map(|e| e.code.as_str())
            .collect::<Vec<_>>(),
        ["send"]
    );
    assert_eq!(groups(&region, desk).await, [(Group::Receive, 1)]);
    for command in [
        Command::Receive,
        Command::StartTriage,
        Command::Accept {
            department: None,
            text: String::new(),
        },
    ] {
        region.clock.advance(Span::minutes(5));
        region.act(desk, &case, command).await.unwrap();
    }
    assert_eq!(groups(&region, desk).await, [(Group::Book, 1)]);

    let opening = OpeningForm {
        department: region.cardiology.to_string(),
        from: "R8.11.26".to_owned(),
        times: "9:00-10:00".to_owned(),
        minutes: "30".to_owned(),
        doctor: "髙木".to_owned(),
        place: "1階 3番".to_owned(),
        ..OpeningForm::default()
    };
    assert_eq!(
        open_slots(&region.care, &region.ctx(desk), &opening)
            .await
            .unwrap()
            .made,
        2
    );
    let free = free_slots(
        &region.care,
        &region.ctx(desk),
        &region.cardiology,
        region.now(),
        3,
    )
    .await
    .unwrap();
    assert_eq!(free.len(), 2);
    region.book(desk, &case, &free[0].id).await.unwrap();
    assert_eq!(groups(&region, desk).await, [], "the visit is not today");
    assert_eq!(groups(&region, doctor).await, [(Group::Booked, 1)]);
    let ticket = letter::ticket(&region.care, &region.ctx(doctor), &case)
        .await
        .unwrap();
    assert_eq!(
        (
            ticket.at.doctor.as_str(),
            ticket.place.as_str(),
            ticket.booked_by.as_str()
        ),
        ("髙木", "1階 3番", "佐藤 恵")
    );
    assert_eq!(
        ticket.start,
        Micros::from_fhir("2026-11-26T09:00:00+09:00").unwrap()
    );

    region.clock.set(ticket.start);
    assert_eq!(groups(&region, desk).await, [(Group::Arrive, 1)]);
    region
        .act(desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
    let view = region.view(doctor, &case).await.unwrap();
    assert_eq!(
        (view.state, view.arrived),
        (State::Arrived, Some(region.now())),
        "the sender is told"
    );
    assert_eq!(view.due, Some(region.now() + Span::days(7)));
    assert_eq!(groups(&region, desk).await, [(Group::Reply, 1)]);

    let saved = reply::save(&region.care, &region.ctx(desk), &case, 0, &reply_form(true))
        .await
        .unwrap();
    assert_eq!(saved, ReplySaved::Saved { version: 1 });
    assert!(
        region
            .view(doctor, &case)
            .await
            .unwrap()
            .reply_draft
            .is_none(),
        "a draft is the hospital's"
    );
    let refused =
        reply::release(&region.care, &region.ctx(desk), &case, 1, &reply_form(true)).await;
    assert!(matches!(refusal(refused), Refusal::Forbidden(_)));
    let done = region.release(&case, true).await.unwrap();
    assert_eq!(done.state, State::Closed);
    let view = region.view(doctor, &case).await.unwrap();
    assert_eq!(
        (view.replies.len(), view.replies[0].approved_by.as_str()),
        (1, "髙木 誠")
    );
    assert_eq!(groups(&region, doctor).await, [(Group::Read, 1)]);
    assert_eq!(groups(&region, desk).await, []);
    region
        .act(doctor, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, doctor).await, []);
    let data = letter::letter(&region.care, &region.ctx(desk), &case)
        .await
        .unwrap();
    assert_eq!(
        (data.draft, data.attachments),
        (false, vec!["心電図.pdf".to_owned()])
    );
    let paper = reply::data(
        &region.care,
        &region.ctx(doctor),
        &case,
        &view.replies[0].id,
    )
    .await
    .unwrap();
    assert_eq!(
        (paper.to.name.as_str(), paper.from.doctor.as_str()),
        ("岩田医院", "髙木 誠")
    );
}

async fn a_clerk_drafts_and_a_doctor_signs(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    region
        .act(&region.clinic_clerk, &case, Command::Submit)
        .await
        .unwrap();
    let refused = refusal(region.act(&region.clinic_clerk, &case, Command::Send).await);
    assert_eq!(refused, Refusal::forbidden("refuse-needs-doctor"));
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert!(!view.may(Step::Send) && view.may(Step::Return));
    let data = letter::letter(&region.care, &region.ctx(&region.clinic_doctor), &case)
        .await
        .unwrap();
    assert_eq!(
        (
            data.draft,
            data.drafted_by.as_str(),
            data.approved_by.as_str()
        ),
        (true, "森 花子", "")
    );
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let data = letter::letter(&region.care, &region.ctx(&region.clinic_clerk), &case)
        .await
        .unwrap();
    assert_eq!(
        (
            data.draft,
            data.drafted_by.as_str(),
            data.approved_by.as_str()
        ),
        (false, "森 花子", "岩田 一郎")
    );
    assert!(Role::Doctor.cares());
}

async fn a_second_click_changes_nothing(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let steps = [
        (&region.clinic_clerk, Command::Submit),
        (&region.clinic_doctor, Command::Send),
        (&region.desk, Command::Receive),
        (&region.desk, Command::StartTriage),
        (
            &region.desk,
            Command::Accept {
                department: None,
                text: String::new(),
            },
        ),
        (&region.desk, Command::Arrive { early: false }),
    ];
    for (who, command) in steps {
        let first = region.act(who, &case, command.clone()).await.unwrap();
        let second = region.act(who, &case, command).await.unwrap();
        assert!(!first.already && second.already);
        assert_eq!((first.state, first.version), (second.state, second.version));
    }
    let first = region.release(&case, false).await.unwrap();
    assert_eq!(
        first,
        region
            .release(&case, false)
            .await
            .map(|done| renkei_care::referral::Done {
                already: false,
                ..done
            })
            .unwrap()
    );
    let other = ReplyForm {
        findings: "あとから".to_owned(),
        ..reply_form(false)
    };
    let ctx = region.ctx(&region.hospital_doctor);
    assert_eq!(
        refusal(reply::release(&region.care, &ctx, &case, 0, &other).await),
        Refusal::not_now("refuse-already-replied"),
        "another text is not lost without a word"
    );
    for already in [false, true] {
        let done = region
            .act(&region.clinic_doctor, &case, Command::Close)
            .await
            .unwrap();
        assert_eq!((done.state, done.already), (State::Closed, already));
    }
    assert_eq!(
        region
            .view(&region.desk, &case)
            .await
            .unwrap()
            .replies
            .len(),
        1
    );
}

async fn an_incomplete_letter_stays(backend: Backend) {
    let region = Region::new(&backend).await;
    let patient = region.patient().await;
    let case = region.ids.id();
    let form = renkei_care::referral::DraftForm {
        patient: patient.to_string(),
        ..Default::default()
    };
    let ctx = region.ctx(&region.clinic_doctor);
    renkei_care::referral::save_draft(&region.care, &ctx, &case, 0, &form)
        .await
        .unwrap();
    for command in [Command::Submit, Command::Send] {
        let Refusal::Invalid(faults) =
            refusal(region.act(&region.clinic_doctor, &case, command).await)
        else {
            panic!()
        };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["addressee", "purpose", "diagnosis", "course"]);
    }
    assert_eq!(
        region
            .view(&region.clinic_doctor, &case)
            .await
            .unwrap()
            .state,
        State::Draft
    );
}

async fn a_hospital_declines(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let decline = Command::Decline {
        reason: DeclineReason::NoCapacity,
        text: "満床のため".to_owned(),
    };
    region
        .act(&region.desk, &case, decline.clone())
        .await
        .unwrap();
    // The same click again is once; another answer is not dropped without a word.
    assert!(
        region
            .act(&region.desk, &case, decline)
            .await
            .unwrap()
            .already
    );
    for (reason, text) in [
        (DeclineReason::NoCapacity, "来月なら可能です"),
        (DeclineReason::OutOfScope, "満床のため"),
    ] {
        let text = text.to_owned();
        let other = Command::Decline { reason, text };
        assert_eq!(
            refusal(region.act(&region.desk, &case, other).await),
            Refusal::not_now("refuse-done-by-you")
        );
    }
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let why = view.declined.unwrap();
    assert_eq!(
        (why.reason.as_str(), why.text.as_str()),
        ("no-capacity", "満床のため")
    );
    assert_eq!(
        groups(&region, &region.clinic_doctor).await,
        [(Group::Declined, 1)]
    );
    assert!(matches!(
        refusal(region.act(&region.desk, &case, Command::Acknowledge).await),
        Refusal::Forbidden(_)
    ));
    region
        .act(&region.clinic_clerk, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.clinic_doctor).await, []);
    assert_eq!(
        refusal(region.act(&region.desk, &case, Command::Receive).await),
        Refusal::not_now("refuse-declined")
    );
}

async fn a_sender_cancels(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.accepted().await;
    let cancel = Command::Cancel {
        reason: Some(CancelReason::Patient),
        text: "他院に入院".to_owned(),
    };
    region
        .act(&region.clinic_clerk, &case, cancel.clone())
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.desk).await, [(Group::Cancelled, 1)]);
    region
        .act(&region.desk, &case, Command::Acknowledge)
        .await
        .unwrap();
    assert_eq!(groups(&region, &region.desk).await, []);
    let arrived = region.arrived().await;
    let refused = refusal(
        region
            .act(&region.clinic_clerk, &arrived, cancel.clone())
            .await,
    );
    assert_eq!(refused, Refusal::not_now("refuse-already-arrived"));
    let draft = region.draft().await;
    region
        .act(&region.clinic_clerk, &draft, cancel)
        .await
        .unwrap();
    assert_eq!(
        refusal(region.view(&region.desk, &draft).await),
        Refusal::NotFound,
        "never sent"
    );
    let desk = region.ctx(&region.desk);
    let over = work_list::list(
        &region.care,
        &desk,
        renkei_care::referral::Side::Receiver,
        work_list::Span::Over,
        None,
        None,
    );
    assert_eq!(over.await.unwrap().rows.len(), 1);
}

async fn a_reply_may_stay_open(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    assert_eq!(
        region.release(&case, false).await.unwrap().state,
        State::RepliedFirst
    );
    assert_eq!(
        groups(&region, &region.clinic_clerk).await,
        [(Group::Read, 1)]
    );
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(codes(&view.offers), "close");
    region
        .act(&region.clinic_clerk, &case, Command::Close)
        .await
        .unwrap();
    assert_eq!(
        groups(&region, &region.clinic_clerk).await,
        [],
        "who closes has read"
    );
    assert_eq!(groups(&region, &region.desk).await, []);
}
