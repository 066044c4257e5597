//! A document that asks for what it may not know: replies to letters of others.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Machine};
use renkei_care::document::{Paper, Refused, issue, receive};
use renkei_care::fhir;
use renkei_care::referral::{Command, State};
use renkei_fhir::document::{Letter, read};
use renkei_fhir::{Key, Resource};
use renkei_store::{AuditFilter, Query};
use renkei_testkit::Backend;

use crate::document::{
    CLINIC, HOSPITAL, clinic_system, gateway, inbox, machine, numbered, numbers, sent_letter,
    taken, text,
};
use crate::region::Region;

renkei_testkit::each_backend!(
    an_answer_tells_no_identifiers,
    a_reply_opens_no_case_to_a_gateway,
    a_guessed_patient_is_not_told,
    a_reply_tells_a_gateway_no_more,
    gateways_do_not_meet,
    the_same_from_two_is_one,
    what_others_ask_for_is_in_no_audit,
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

/// Everything that a program is given of what it sees, with ids that are made anew each time taken out.
async fn told(region: &Region, ctx: &Ctx) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for typ in [
        "Patient",
        "Task",
        "ServiceRequest",
        "Composition",
        "DocumentReference",
        "Bundle",
    ] {
        let query = Query::of(typ).include("Task", "patient");
        let query = if typ == "Task" { query } else { Query::of(typ) };
        let page = fhir::search(&region.care, ctx, &query).await.unwrap();
        for one in page.matches.into_iter().chain(page.included) {
            let key = one.key.clone();
            told.push((typ.to_owned(), one.resource.to_json()));
            let text = fhir::read_text(&region.care, ctx, &key).await.unwrap();
            told.push((typ.to_owned(), text.unwrap().body));
            for version in fhir::history(&region.care, ctx, &key).await.unwrap() {
                told.push((typ.to_owned(), version.resource.to_json()));
                let read = fhir::read_version(&region.care, ctx, &key, version.version);
                let read = read.await.unwrap().unwrap();
                told.push((typ.to_owned(), read.resource.to_json()));
            }
            let read = fhir::read(&region.care, ctx, &key).await.unwrap().unwrap();
            told.push((typ.to_owned(), read.resource.to_json()));
        }
        let query = Query::of(typ);
        let page = fhir::search_text(&region.care, ctx, &query).await.unwrap();
        let found = page.matches.into_iter().map(|one| one.text.body);
        told.extend(found.map(|text| (typ.to_owned(), text)));
    }
    told
}

async fn a_guessed_patient_is_not_told(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    // The clinic has a patient of its own, by its own letter.
    taken(&region, &clinic_system(&region), &text(&sent_letter("A-1"))).await;
    let store = &region.care.store;
    let program = Ctx::program(region.now(), region.ids.clone());
    let all = store.search(&program, &Query::of("Patient")).await.unwrap();
    let patient = all.matches[0].key.clone();

    // Number and birthday, guessed; the name not; then all three; then nothing that is right.
    let guesses = [
        ("A-42", "1948-02-29", "山田"),
        ("A-42", "1948-02-29", "𠮷田"),
        ("A-42", "1948-02-28", "𠮷田"),
        ("A-43", "1948-02-28", "𠮷田"),
    ];
    let mut heard = Vec::new();
    for (at, (number, birthday, family)) in guesses.into_iter().enumerate() {
        let mut letter = sent_letter(&format!("G-{at}"));
        letter.patient["identifier"][0]["value"] = number.into();
        letter.patient["birthDate"] = birthday.into();
        letter.patient["name"][0]["family"] = family.into();
        letter.patient["name"][0]["text"] = format!("{family} 花子").into();
        letter.patient["address"][0]["text"] = "どこか".into();
        let account = format!("client-gateway-{at}");
        let gateway = machine(&region, &account, None, Machine::Gateway);
        let received = taken(&region, &gateway, &text(&letter)).await;
        let told = told(&region, &gateway).await;
        assert!(!told.is_empty());
        for (typ, text) in &told {
            assert_ne!(typ, "Patient");
            assert!(!text.contains(patient.id.as_str()), "{text}");
            assert!(!text.contains("Patient/"), "{text}");
            assert!(!text.contains("宮城県仙台市"), "{text}");
        }
        let kinds: Vec<String> = told.into_iter().map(|(typ, _)| typ).collect();
        heard.push((received.created, received.version, received.warnings, kinds));
    }
    assert!(heard.windows(2).all(|pair| pair[0] == pair[1]), "{heard:?}");
    // Only the second was taken for the clinic's patient.
    let all = store.search(&program, &Query::of("Patient")).await.unwrap();
    assert_eq!(all.matches.len(), 4);
}

/// A letter of the clinic's patient, guessed right, by whom one reads the reply: under an identifier that many letters have.
async fn a_reply_tells_a_gateway_no_more(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    taken(&region, &clinic_system(&region), &text(&sent_letter("A-1"))).await;
    let guessed = |purpose: &str| {
        let mut letter = sent_letter("G-1");
        letter.sections[0].text = purpose.to_owned();
        letter.patient["address"][0]["text"] = "どこか".into();
        letter
    };
    for number in 0..60 {
        let account = format!("client-many-{number}");
        let other = machine(&region, &account, None, Machine::Gateway);
        taken(&region, &other, &text(&guessed(&number.to_string()))).await;
    }
    let gateway = gateway(&region);
    taken(&region, &gateway, &text(&guessed("最後"))).await;
    let store = &region.care.store;
    let tasks = store.search(&gateway, &Query::of("Task")).await.unwrap();
    let case = tasks.matches[0].key.id.clone();
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(view.patient.address, "宮城県仙台市", "it is the clinic's");
    let accept = Command::Accept {
        department: None,
        text: String::new(),
    };
    for step in [Command::Receive, accept, Command::Arrive { early: false }] {
        region.act(&region.desk, &case, step).await.unwrap();
    }
    region.release(&case, true).await.unwrap();
    let ctx = Ctx::program(region.now(), region.ids.clone());
    let print = |paper: Paper| async move { Some(format!("{paper:?}").into_bytes()) };
    let made = issue(&region.care, &ctx, &case, print).await.unwrap().made;
    let key = Key::new("Bundle", made[0].clone());
    let reply = region.care.store.read(&gateway, &key).await.unwrap();
    let reply = reply.unwrap().resource;
    let mut said = read(&reply);
    assert_eq!(said.patient["address"][0]["text"], "どこか");
    let printed = said.pdf.remove(0);
    let printed = String::from_utf8(printed.bytes).unwrap();
    assert!(!printed.contains("address: \"宮城県仙台市\""), "{printed}");
    assert!(printed.contains("どこか"), "{printed}");
}

async fn gateways_do_not_meet(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let own = clinic_system(&region);
    let one = machine(&region, "client-one", None, Machine::Gateway);
    let two = machine(&region, "client-two", None, Machine::Gateway);
    for (ctx, purpose) in [(&own, "甲"), (&one, "乙"), (&two, "丙")] {
        let mut letter = sent_letter("A-1");
        letter.sections[0].text = purpose.to_owned();
        let received = taken(&region, ctx, &text(&letter)).await;
        assert!(received.created, "as if nobody had used the identifier");
        assert!(!taken(&region, ctx, &text(&letter)).await.created);
        let query = Query::of("Composition");
        let found = region.care.store.search(ctx, &query).await.unwrap();
        assert!(
            found
                .matches
                .iter()
                .any(|one| { one.resource.to_json().contains(purpose) })
        );
        if ctx.caller.machine == Some(Machine::Gateway) {
            assert_eq!(found.matches.len(), 1, "its own letter alone");
        }
        // Its own identifier with other content is still told.
        letter.sections[0].text = format!("{purpose}{purpose}");
        let again = receive(&region.care, ctx, &text(&letter)).await;
        assert!(matches!(again, Err(Refused::Differs(_))), "{again:?}");
    }
}

async fn the_same_from_two_is_one(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let one = machine(&region, "client-one", None, Machine::Gateway);
    let two = machine(&region, "client-two", None, Machine::Gateway);
    let bundle = text(&sent_letter("A-1"));
    let care = &region.care;
    let both = tokio::join!(receive(care, &one, &bundle), receive(care, &two, &bundle));
    let (a, b) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!((a.created != b.created, &a.bundle), (true, &b.bundle));
    let third = taken(&region, &clinic_system(&region), &bundle).await;
    assert_eq!((third.created, &third.bundle), (false, &a.bundle));
    assert_eq!(inbox(&region, &region.desk).await.len(), 1);
    // Who came second had all of the document, and is given nothing more.
    let late = if a.created { &two } else { &one };
    for typ in ["Task", "Bundle", "ServiceRequest", "Patient"] {
        let found = care.store.search(late, &Query::of(typ)).await.unwrap();
        assert_eq!(found.matches.len(), 0, "{typ}");
    }
}

async fn what_others_ask_for_is_in_no_audit(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    numbers(&region, &[(&region.other_clinic, OTHER)]).await;
    let (case, sent) = issued(&region).await;
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let patient = view.patient.id.unwrap();
    let start = region.now();
    let other = Some(&region.other_clinic);
    let other = machine(&region, "client-other", other, Machine::Institution);
    let gateway = gateway(&region);
    for (ctx, number) in [(&other, "C-1"), (&gateway, "C-2")] {
        let answer = text(&answer(&sent, OTHER, number));
        drop(receive(&region.care, ctx, &answer).await);
        let identifier = &sent.identifier;
        let value = format!("{}|{}", identifier.system, identifier.value);
        for (typ, param, value) in [
            ("ServiceRequest", "requisition", value.as_str()),
            ("ServiceRequest", "requisition", &view.number),
            ("Task", "group-identifier", &view.number),
            ("Task", "identifier", &view.number),
            ("Bundle", "identifier", &value),
        ] {
            let query = Query::of(typ).with(param, value);
            drop(fhir::search(&region.care, ctx, &query).await);
            drop(fhir::search_text(&region.care, ctx, &query).await);
        }
        for key in [
            Key::new("Task", case.clone()),
            Key::new("Patient", patient.clone()),
        ] {
            assert_eq!(fhir::read(&region.care, ctx, &key).await.unwrap(), None);
        }
    }
    let filter = AuditFilter {
        from: start,
        until: region.now() + Span::days(1),
        limit: 1_000,
        ..AuditFilter::default()
    };
    let rows = region.care.store.audit_rows(&filter).await.unwrap();
    let asked = ["client-other", "client-gateway"];
    let of_them = rows
        .iter()
        .filter(|row| asked.contains(&row.account.as_str()));
    let of_them: Vec<String> = of_them.map(|row| format!("{row:?}")).collect();
    assert!(of_them.len() > 8, "{of_them:?}");
    // What they asked for by its id they named themselves; they were not told whose it is.
    let told = of_them.iter().filter(|row| !row.contains("refused: true"));
    for row in told {
        assert!(!row.contains(patient.as_str()), "{row}");
    }
}
