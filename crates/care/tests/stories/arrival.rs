//! 来院: recorded on the day, before it only by who says so, and taken back where it was a mistake.

use renkei_base::clock::Span;
use renkei_base::{Id, Micros, Refusal};
use renkei_care::count;
use renkei_care::referral::{ActForm, Command, State, Step};
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    who_comes_before_the_day_is_asked_about,
    a_mistaken_arrival_is_taken_back,
    after_a_reply_the_patient_was_there,
    the_time_of_who_came_early_is_for_others,
    a_begun_reply_is_not_hidden,
);

async fn booked(region: &Region) -> Id {
    let case = region.accepted().await;
    let form = ActForm {
        date: "2026-11-27".to_owned(),
        time: "10:00".to_owned(),
        ..ActForm::default()
    };
    let book = Command::parse(Step::Book, &form).unwrap();
    region.act(&region.desk, &case, book).await.unwrap();
    case
}

fn undo(text: &str) -> Command {
    Command::UndoArrive {
        text: text.to_owned(),
    }
}

async fn who_comes_before_the_day_is_asked_about(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = booked(&region).await;
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(view.early, Micros::from_fhir("2026-11-27T10:00:00+09:00"));
    assert_eq!(
        refusal(
            region
                .act(&region.desk, &case, Command::Arrive { early: false })
                .await
        ),
        Refusal::fault("early", "fault-visit-not-yet")
    );
    let early = region
        .act(&region.desk, &case, Command::Arrive { early: true })
        .await;
    assert_eq!(early.unwrap().state, State::Arrived);
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert!(view.appointment.unwrap().given_back);
    // On the day itself, at any hour of Japan's day, nobody is asked.
    let case = booked(&region).await;
    region
        .clock
        .set(Micros::from_fhir("2026-11-26T15:01:00Z").unwrap());
    assert_eq!(region.view(&region.desk, &case).await.unwrap().early, None);
    region
        .act(&region.desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
}

async fn a_mistaken_arrival_is_taken_back(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = booked(&region).await;
    let due = region.view(&region.desk, &case).await.unwrap().due;
    region
        .act(&region.desk, &case, Command::Arrive { early: true })
        .await
        .unwrap();
    assert!(matches!(
        refusal(region.act(&region.clinic_clerk, &case, undo("違う")).await),
        Refusal::Forbidden(_)
    ));
    assert_eq!(
        refusal(region.act(&region.stranger, &case, undo("違う")).await),
        Refusal::NotFound
    );
    let unsaid = Command::parse(Step::UndoArrive, &ActForm::default());
    assert_eq!(unsaid, Err(Refusal::fault("text", "fault-required")));
    // The next month: what is corrected was counted in November.
    region.clock.advance(Span::days(14));
    for already in [false, true] {
        let done = region
            .act(&region.desk, &case, undo("別の患者"))
            .await
            .unwrap();
        assert_eq!((done.state, done.already), (State::Booked, already));
    }
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!((view.arrived, view.due), (None, due));
    assert_eq!(view.appointment.unwrap().status, "booked");
    let said: Vec<(&str, &str)> = view
        .timeline
        .iter()
        .rev()
        .take(2)
        .map(|event| (event.code.as_str(), event.text.as_str()))
        .collect();
    assert_eq!(said, [("undo-arrive", "別の患者"), ("arrive", "")]);
    let counts = region.care.store.counts(&region.hospital).await.unwrap();
    for row in counts {
        if [count::ARRIVED, count::REPLIED].contains(&row.indicator.as_str()) {
            assert_eq!(
                (row.period.as_str(), row.numerator, row.denominator),
                ("2026-11", 0, 0),
                "{}",
                row.indicator
            );
        }
    }
    region
        .act(&region.desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.arrived, Some(region.now()));
}

async fn after_a_reply_the_patient_was_there(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.accepted().await;
    assert_eq!(
        refusal(region.act(&region.desk, &case, undo("違う")).await),
        Refusal::not_now("refuse-not-arrived")
    );
    region
        .act(&region.desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
    let done = region.act(&region.desk, &case, undo("違う")).await.unwrap();
    assert_eq!(done.state, State::Accepted, "there was no appointment");
    region
        .act(&region.desk, &case, Command::Arrive { early: false })
        .await
        .unwrap();
    region.release(&case, false).await.unwrap();
    assert_eq!(
        refusal(region.act(&region.desk, &case, undo("違う")).await),
        Refusal::not_now("refuse-already-replied")
    );
    let view = region.view(&region.desk, &case).await.unwrap();
    assert!(!view.may(Step::UndoArrive));
}

async fn the_time_of_who_came_early_is_for_others(backend: Backend) {
    let region = Region::new(&backend).await;
    let (desk, clinic) = (&region.desk, &region.clinic_doctor);
    let slot = crate::booking::opened(&region, "10:00").await.remove(0).id;
    let case = region.accepted().await;
    region.book(desk, &case, &slot).await.unwrap();
    let early = Command::Arrive { early: true };
    for already in [false, true] {
        let done = region.act(desk, &case, early.clone()).await.unwrap();
        assert_eq!((done.state, done.already), (State::Arrived, already));
    }
    assert_eq!(crate::booking::free(&region).await.len(), 1);
    // By mistake: it is still there, and taken again.
    region.act(desk, &case, undo("別の患者")).await.unwrap();
    assert_eq!(crate::booking::free(&region).await.len(), 0);
    let view = region.view(clinic, &case).await.unwrap();
    assert_eq!(view.state, State::Booked);
    assert!(!view.appointment.unwrap().given_back);
    // By mistake, and somebody else has it by now.
    region.act(desk, &case, early).await.unwrap();
    let other = region.accepted().await;
    region.book(desk, &other, &slot).await.unwrap();
    for already in [false, true] {
        let done = region.act(desk, &case, undo("別の患者")).await.unwrap();
        assert_eq!((done.state, done.already), (State::Accepted, already));
    }
    let view = region.view(clinic, &case).await.unwrap();
    assert!(view.news, "the clinic has told the patient a time");
    assert_eq!(view.appointment, None);
    let said: Vec<(&str, &str)> = view.timeline.iter().rev().take(2).map(why).collect();
    assert_eq!(said, [("undo-arrive", ""), ("cancel-booking", "given")]);
    assert_eq!(
        region.view(clinic, &other).await.unwrap().state,
        State::Booked
    );
}

fn why(event: &renkei_care::referral::Event) -> (&str, &str) {
    (event.code.as_str(), event.reason.as_str())
}

async fn a_begun_reply_is_not_hidden(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = booked(&region).await;
    let arrive = Command::Arrive { early: true };
    region
        .act(&region.desk, &case, arrive.clone())
        .await
        .unwrap();
    let form = crate::region::reply_form(false);
    let ctx = region.ctx(&region.desk);
    renkei_care::reply::save(&region.care, &ctx, &case, 0, &form)
        .await
        .unwrap();
    region
        .act(&region.desk, &case, undo("別の患者"))
        .await
        .unwrap();
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(view.reply_draft.unwrap().form, form, "it can be read");
    let clinic = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(clinic.reply_draft, None);
    region.act(&region.desk, &case, arrive).await.unwrap();
    let view = region.view(&region.desk, &case).await.unwrap();
    assert!(view.may(Step::SaveReply));
    assert_eq!(view.reply_draft.unwrap().form, form, "and gone on with");
}
