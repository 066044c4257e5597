//! A document that asks for what it may not know: replies to letters of others.

use renkei_base::{Ctx, Machine};
use renkei_care::document::{Paper, issue, receive};
use renkei_care::referral::State;
use renkei_fhir::document::{Letter, read};
use renkei_fhir::{Key, Resource};
use renkei_store::Query;
use renkei_testkit::Backend;

use crate::document::{
    CLINIC, HOSPITAL, clinic_system, gateway, machine, numbered, numbers, sent_letter, taken, text,
};
use crate::region::Region;

renkei_testkit::each_backend!(
    an_answer_tells_no_identifiers,
    a_reply_opens_no_case_to_a_gateway,
);

const OTHER: &str = "0412345694";

async fn print(_: Paper) -> Option<Vec<u8>> {
    Some(b"%PDF-1.7 printed".to_vec())
}

/// The document of a letter from the clinic to the hospital.
async fn issued(region: &Region) -> (renkei_base::Id, Letter) {
    let case = region.sent().await;
    let ctx = Ctx::program(region.now(), region.ids.clone());
    let made = issue(&region.care, &ctx, &case, print).await.unwrap().made;
    let key = Key::new("Bundle", made[0].clone());
    let clinic = clinic_system(region);
    let found = region.care.store.read(&clinic, &key).await.unwrap();
    (case, read(&found.unwrap().resource))
}

/// An answer to this letter by whoever has this number.
fn answer(letter: &Letter, code: &str, number: &str) -> Letter {
    let mut answer = sent_letter(number);
    std::mem::swap(&mut answer.from, &mut answer.to);
    code.clone_into(&mut answer.from.code);
    answer.identifier.value = format!("{code}^2026^{number}");
    answer.answers = Some(letter.identifier.clone());
    answer
}

async fn an_answer_tells_no_identifiers(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    numbers(&region, &[(&region.other_clinic, OTHER)]).await;
    let (case, sent) = issued(&region).await;
    let other = Some(&region.other_clinic);
    let other = machine(&region, "client-other", other, Machine::Institution);
    // Whether the clinic asked somebody else under this number is none of their business.
    let mut nothing = sent.clone();
    nothing.identifier.value = format!("{CLINIC}^2026^nothing");
    let mut heard = Vec::new();
    for (letter, number) in [(&sent, "C-1"), (&nothing, "C-2")] {
        let text = text(&answer(letter, OTHER, number));
        let received = receive(&region.care, &other, &text).await;
        heard.push(received.map(|one| (one.created, one.version, one.warnings)));
    }
    assert_eq!(format!("{:?}", heard[0]), format!("{:?}", heard[1]));
    assert!(heard[0].is_ok(), "{heard:?}");
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!((view.state, view.replies.len()), (State::Sent, 0));
}

async fn a_reply_opens_no_case_to_a_gateway(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let (case, sent) = issued(&region).await;
    let gateway = gateway(&region);
    let reply = text(&answer(&sent, HOSPITAL, "B-1"));
    let received = taken(&region, &gateway, &reply).await;
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.state, State::RepliedFirst);
    // It brought the reply, not the letter: of the case it sees nothing, as before.
    for typ in ["Task", "ServiceRequest", "Composition"] {
        let key = Key::new(typ, case.clone());
        assert_eq!(region.care.store.read(&gateway, &key).await.unwrap(), None);
    }
    for typ in [
        "Bundle",
        "Patient",
        "Composition",
        "DocumentReference",
        "Task",
    ] {
        let found = region.care.store.search(&gateway, &Query::of(typ)).await;
        let found: Vec<Resource> = found
            .unwrap()
            .matches
            .into_iter()
            .map(|one| one.resource)
            .collect();
        assert_eq!(found, [], "{typ}");
    }
    let again = taken(&region, &gateway, &reply).await;
    assert_eq!((again.created, again.bundle), (false, received.bundle));
}
