//! Why: who cancels says it, and the other side reads it.

use renkei_base::Refusal;
use renkei_care::fhir::{self, Write};
use renkei_care::referral::{ActForm, CancelReason, Command, State, Step};
use renkei_fhir::Key;
use renkei_testkit::Backend;
use serde_json::json;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    who_cancels_says_why,
    a_cancelled_booking_says_why,
    the_same_words_twice_are_said_once,
    a_program_says_why,
);

fn parsed(step: Step, reason: &str, text: &str) -> Result<Command, Refusal> {
    let form = ActForm {
        reason: reason.to_owned(),
        text: text.to_owned(),
        ..ActForm::default()
    };
    Command::parse(step, &form)
}

async fn who_cancels_says_why(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let clerk = &region.clinic_clerk;
    let unsaid = parsed(Step::Cancel, "", "").unwrap();
    assert_eq!(
        refusal(region.act(clerk, &case, unsaid).await),
        Refusal::fault("reason", "fault-required")
    );
    let why = parsed(Step::Cancel, "condition", "入院されました").unwrap();
    region.act(clerk, &case, why).await.unwrap();
    let view = region.view(&region.desk, &case).await.unwrap();
    let last = view.timeline.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.reason.as_str(), last.text.as_str()),
        ("cancel", "condition", "入院されました")
    );
}

async fn a_cancelled_booking_says_why(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.accepted().await;
    let slot = crate::booking::opened(&region, "10:00").await.remove(0).id;
    let none = parsed(Step::CancelBooking, "institution", "").unwrap();
    assert_eq!(
        refusal(region.act(&region.desk, &case, none.clone()).await),
        Refusal::not_now("refuse-not-booked"),
        "there is none"
    );
    region.book(&region.desk, &case, &slot).await.unwrap();
    for already in [false, true] {
        let done = region.act(&region.desk, &case, none.clone()).await.unwrap();
        assert_eq!((done.state, done.already), (State::Accepted, already));
    }
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    let last = view.timeline.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.reason.as_str()),
        ("cancel-booking", "institution")
    );
    assert!(view.news);
    // Booked again, it stands for no reason any more.
    region.book(&region.desk, &case, &slot).await.unwrap();
    let ctx = region.ctx(&region.desk);
    let key = Key::new("Task", case.clone());
    let task = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
    assert_eq!(task.resource.get("statusReason"), None);
}

async fn the_same_words_twice_are_said_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let act = |text: &str| parsed(Step::Cancel, "patient", text).unwrap();
    let done = region.act(&region.clinic_clerk, &case, act("辞退")).await;
    assert!(!done.unwrap().already);
    let again = region.act(&region.clinic_clerk, &case, act("辞退")).await;
    assert!(again.unwrap().already, "a double press");
    let own = region.act(&region.clinic_clerk, &case, act("転居")).await;
    assert_eq!(refusal(own), Refusal::not_now("refuse-done-by-you"));
    let other = region.act(&region.clinic_doctor, &case, act("転居")).await;
    assert_eq!(refusal(other), Refusal::not_now("refuse-already-done"));
}

async fn a_program_says_why(backend: Backend) {
    let region = Region::new(&backend).await;
    let reason = |code: &str| {
        let system = "https://renkei.example/fhir/CodeSystem/cancel-reason";
        json!({"coding": [{"system": system, "code": code}], "text": "転居"})
    };
    for (given, code) in [
        (Some(reason("patient")), "patient"),
        (Some(json!({"text": "転居"})), "other"),
        (None, ""),
    ] {
        let case = region.sent().await;
        let ctx = region.ctx(&region.clinic_clerk);
        let key = Key::new("Task", case.clone());
        let mut task = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
        task.resource.set("status", json!("cancelled"));
        if let Some(given) = given {
            task.resource.set("statusReason", given);
        }
        let write = Write::Update {
            key,
            resource: task.resource,
            if_match: None,
        };
        let written = fhir::write(&region.care, &ctx, write).await;
        if code.is_empty() {
            let said = format!("{:?}", written.unwrap_err());
            assert!(said.contains("Task.statusReason.coding"), "{said}");
            continue;
        }
        written.unwrap();
        let key = Key::new("Task", case.clone());
        let task = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
        let why = task.resource.get("statusReason").unwrap();
        assert_eq!(why["text"], json!("転居"));
        let view = region.view(&region.desk, &case).await.unwrap();
        assert_eq!(view.timeline.last().unwrap().reason, code);
    }
    assert_eq!(
        CancelReason::from_code("patient"),
        Some(CancelReason::Patient)
    );
}
