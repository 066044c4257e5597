//! Several steps of one case in one transaction, all or nothing; references by search; replies.

use renkei_base::Id;
use renkei_base::clock::Span;
use renkei_care::fhir::{self, Entry, Outcome, Refer, Write};
use renkei_care::referral::State;
use renkei_fhir::{Key, Resource};
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir::{create, machine, patient, said, update, weight};
use crate::fhir_step::{booking, file, letter, made, open, request, resource, task};
use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    made_and_sent_at_once,
    accepted_and_booked_at_once,
    nothing_of_what_fails,
    a_draft_is_changed_and_sent,
    references_by_search,
    replies_close_the_loop,
);

const NUMBER: &str = "urn:oid:1.2.392.100495.20.3.51.11311234567";

fn work(status: &str) -> Value {
    json!({"resourceType": "Task", "status": status, "intent": "order", "focus": {"reference": "urn:uuid:r"}})
}

/// A patient, a letter with a file, and a Task that sends it.
fn whole(status: &str) -> Vec<Entry> {
    let mut sent = request("urn:uuid:p");
    sent["supportingInfo"] = json!([{"reference": "urn:uuid:l"}]);
    if status == "requested" {
        sent["status"] = json!("active");
    }
    vec![
        made("urn:uuid:t", &work(status)),
        made("urn:uuid:f", &file("urn:uuid:r", "JVBERi0xLjcK")),
        made("urn:uuid:l", &letter("urn:uuid:p")),
        made("urn:uuid:r", &sent),
        made("urn:uuid:p", &patient("1")),
    ]
}

fn put(resource: Resource) -> Entry {
    Entry {
        full_url: String::new(),
        write: Write::Update {
            key: resource.key().unwrap(),
            if_match: resource.version(),
            resource,
        },
    }
}

async fn stepped(region: &Region, who: &Who, case: &Id, status: &str) -> Entry {
    let mut task = task(region, &machine(region, who), case).await;
    task.set("status", json!(status));
    put(task)
}

/// A case that was sent.
async fn sent(region: &Region) -> Id {
    let ctx = machine(region, &region.clinic_doctor);
    let written = fhir::transaction(&region.care, &ctx, whole("requested")).await;
    written.unwrap()[3].key.id.clone()
}

/// A case that was received.
async fn received(region: &Region) -> Id {
    let case = sent(region).await;
    region.clock.advance(Span::minutes(1));
    let desk = machine(region, &region.desk);
    let mut task = task(region, &desk, &case).await;
    task.set("status", json!("received"));
    update(region, &desk, task, None).await.unwrap();
    case
}

async fn made_and_sent_at_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_doctor);
    let written = fhir::transaction(&region.care, &ctx, whole("requested")).await;
    let written = written.unwrap();
    let case = written[3].key.id.clone();
    // One commit, one version of everything.
    for one in &written {
        assert_eq!(
            (one.outcome, one.version),
            (Outcome::Created, 1),
            "{:?}",
            one.key
        );
    }
    let task = written[0].resource.as_ref().unwrap();
    assert_eq!(task.str_at("status"), Some("requested"));
    let request = written[3].resource.as_ref().unwrap();
    assert_eq!(request.str_at("status"), Some("active"));
    // The addressee has it, with its file; the letter is the version that the case names.
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(
        (view.state, view.letter.course.as_str()),
        (State::Sent, "3日前から胸痛")
    );
    assert_eq!(view.attachments.len(), 1);
    let letter = fhir::read(&region.care, &ctx, &written[2].key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (letter.version, letter.resource.str_at("status")),
        (1, Some("final"))
    );
    // Whoever may not send makes nothing.
    let clerk = machine(&region, &region.clinic_clerk);
    let mut entries = whole("requested");
    entries[4] = made("urn:uuid:p", &patient("2"));
    let refused = fhir::transaction(&region.care, &clerk, entries)
        .await
        .unwrap_err();
    assert_eq!(refused.entry, Some(0));
    let query = Query::of("Patient").with("identifier", format!("{NUMBER}|2"));
    let found = fhir::search(&region.care, &clerk, &query).await.unwrap();
    assert!(found.matches.is_empty());
}

async fn accepted_and_booked_at_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = received(&region).await;
    let slots = open(&region, &region.desk, 2).await;
    region.clock.advance(Span::minutes(5));
    let desk = machine(&region, &region.desk);
    let entries = vec![
        made("", &booking(&case, &slots[0])),
        stepped(&region, &region.desk, &case, "accepted").await,
    ];
    let written = fhir::transaction(&region.care, &desk, entries)
        .await
        .unwrap();
    assert_eq!(written[0].outcome, Outcome::Created);
    assert_eq!(
        (written[1].outcome, written[1].version),
        (Outcome::Updated, 3)
    );
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.state, State::Booked);
    // Both steps are told of.
    let steps: Vec<&str> = view.timeline.iter().map(|one| one.code.as_str()).collect();
    assert!(steps.ends_with(&["accept", "book"]), "{steps:?}");
    // The same case twice in one transaction is nobody's wish.
    let one = stepped(&region, &region.desk, &case, "in-progress").await;
    let twice = fhir::transaction(&region.care, &desk, vec![one.clone(), one]).await;
    let twice = twice.unwrap_err();
    assert_eq!(
        (twice.entry, said::<()>(Err(twice.why)).as_str()),
        (Some(1), "refuse-fhir-twice")
    );
}

async fn nothing_of_what_fails(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = received(&region).await;
    let slots = open(&region, &region.desk, 1).await;
    region.clock.advance(Span::minutes(5));
    let desk = machine(&region, &region.desk);
    let entries = vec![
        stepped(&region, &region.desk, &case, "accepted").await,
        made("", &booking(&case, &slots[0])),
        // Its patient is not the case's.
        made("", &weight("Patient/nobody", 60.0)),
    ];
    let failed = fhir::transaction(&region.care, &desk, entries)
        .await
        .unwrap_err();
    assert_eq!(failed.entry, Some(2));
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(view.state, State::Received);
    let slot = fhir::read(&region.care, &desk, &slots[0])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(slot.resource.str_at("status"), Some("free"));
    // A step that the one before does not allow.
    let entries = vec![
        stepped(&region, &region.desk, &case, "rejected").await,
        made("", &booking(&case, &slots[0])),
    ];
    assert!(
        fhir::transaction(&region.care, &desk, entries)
            .await
            .is_err()
    );
    assert_eq!(
        region.view(&region.desk, &case).await.unwrap().state,
        State::Received
    );
}

async fn a_draft_is_changed_and_sent(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_doctor);
    let written = fhir::transaction(&region.care, &ctx, whole("draft"))
        .await
        .unwrap();
    let case = written[3].key.id.clone();
    let mut words = written[3].resource.clone().unwrap();
    words.set("note", json!([{"text": "昨夜から増悪"}]));
    let entries = vec![
        stepped(&region, &region.clinic_doctor, &case, "requested").await,
        put(words),
    ];
    let written = fhir::transaction(&region.care, &ctx, entries)
        .await
        .unwrap();
    assert_eq!((written[0].version, written[1].version), (2, 2));
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(
        (view.state, view.letter.course.as_str()),
        (State::Sent, "昨夜から増悪")
    );
    let key = Key::new("Composition", case);
    let letter = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
    assert_eq!(
        (letter.version, letter.resource.str_at("status")),
        (2, Some("final"))
    );
}

async fn references_by_search(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let there = create(&region, &ctx, patient("7")).await.unwrap();
    let text = |number: &str| format!("Patient?identifier={NUMBER}|{number}");
    let query =
        |number: &str| Query::of("Patient").with("identifier", format!("{NUMBER}|{number}"));
    let refer = |number: &str| Refer {
        entry: 0,
        text: text(number),
        query: query(number),
    };
    let only = |number: &str| vec![made("", &weight(&text(number), 60.5))];
    let written = fhir::transaction_with(&region.care, &ctx, only("7"), &[refer("7")]).await;
    let body = written.unwrap().remove(0).resource.unwrap();
    let subject = |body: &Resource| body.at(&["subject", "reference"]).unwrap().clone();
    assert_eq!(subject(&body), json!(there.key.to_string()));
    assert_eq!(
        fhir::searched(&resource(&weight(&text("7"), 1.0))),
        [text("7")]
    );
    // None, and somebody else's, are the same.
    let hospital = machine(&region, &region.desk);
    create(&region, &hospital, patient("8")).await.unwrap();
    for number in ["8", "9"] {
        let refused =
            fhir::transaction_with(&region.care, &ctx, only(number), &[refer(number)]).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.entry, Some(0));
        assert_eq!(said::<()>(Err(refused.why)), "refuse-fhir-reference");
    }
    create(&region, &ctx, patient("11")).await.unwrap();
    let name = "Patient?name=佐藤".to_owned();
    let several = vec![made("", &weight(&name, 60.5))];
    let refer_to_name = Refer {
        entry: 0,
        text: name,
        query: Query::of("Patient").with("name", "佐藤"),
    };
    let two = fhir::transaction_with(&region.care, &ctx, several, &[refer_to_name]).await;
    assert_eq!(said::<()>(Err(two.unwrap_err().why)), "refuse-fhir-several");
    // What the same transaction makes only where nothing is found: the first time made, then found.
    let both = || {
        let mut list = only("10");
        list.push(Entry {
            full_url: String::new(),
            write: Write::Create {
                resource: resource(&patient("10")),
                if_none_exist: Some(query("10")),
            },
        });
        list
    };
    let mut keys = Vec::new();
    for outcome in [Outcome::Created, Outcome::Unchanged] {
        let written = fhir::transaction_with(&region.care, &ctx, both(), &[refer("10")]).await;
        let written = written.unwrap();
        assert_eq!(written[1].outcome, outcome);
        let body = written[0].resource.as_ref().unwrap();
        assert_eq!(subject(body), json!(written[1].key.to_string()));
        keys.push(written[1].key.clone());
    }
    assert_eq!(keys[0], keys[1]);
}

fn reply(case: &Id, kind: &str, findings: &str) -> Value {
    let section = |code: &str, text: &str| {
        json!({"code": {"coding": [{"system": "https://renkei.example/fhir/CodeSystem/reply-section", "code": code}]},
            "text": {"status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>")}})
    };
    json!({
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "https://renkei.example/fhir/CodeSystem/reply-kind", "code": kind}]},
        "relatesTo": [{"code": "appends", "targetReference": {"reference": format!("Composition/{case}")}}],
        "author": [{"type": "Practitioner", "display": "髙橋 直樹"}],
        "section": [section("diagnosis", "狭心症"), section("findings", findings), section("plan", "薬物療法")],
    })
}

async fn replies_close_the_loop(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = sent(&region).await;
    let doctor = machine(&region, &region.hospital_doctor);
    let early = said(create(&region, &doctor, reply(&case, "first", "x")).await);
    assert_eq!(early, "refuse-not-arrived");
    for status in ["received", "accepted"] {
        region.clock.advance(Span::minutes(1));
        let mut task = task(&region, &doctor, &case).await;
        task.set("status", json!(status));
        update(&region, &doctor, task, None).await.unwrap();
    }
    // Seen and answered in one commit.
    let arrived = stepped(&region, &region.hospital_doctor, &case, "in-progress").await;
    let entries = vec![made("", &reply(&case, "first", "有意狭窄なし")), arrived];
    let written = fhir::transaction(&region.care, &doctor, entries)
        .await
        .unwrap();
    assert_eq!(
        written[0].key.to_string(),
        format!("Composition/{case}-first")
    );
    let clinic = machine(&region, &region.clinic_doctor);
    let read = fhir::read(&region.care, &clinic, &written[0].key)
        .await
        .unwrap()
        .unwrap();
    let body = &read.resource;
    assert_eq!(body.str_at("status"), Some("final"));
    assert!(body.to_json().contains("有意狭窄なし") && body.to_json().contains("髙橋 直樹"));
    // The same again is once; another first one is not.
    let again = create(&region, &doctor, reply(&case, "first", "有意狭窄なし"))
        .await
        .unwrap();
    assert_eq!(
        (again.outcome, &again.key),
        (Outcome::Unchanged, &written[0].key)
    );
    let other = said(create(&region, &doctor, reply(&case, "first", "他")).await);
    assert_eq!(other, "refuse-already-replied");
    let last = create(&region, &doctor, reply(&case, "final", "治療終了"))
        .await
        .unwrap();
    assert_eq!(last.outcome, Outcome::Created);
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!((view.state, view.replies.len()), (State::Closed, 2));
    let mut lines = Vec::new();
    for (what, name, value) in [
        ("no relation", "relatesTo", json!([])),
        (
            "another relation",
            "relatesTo",
            json!([{"code": "replaces", "targetReference": {"reference": format!("Composition/{case}")}}]),
        ),
        ("a draft", "status", json!("preliminary")),
        (
            "somebody else",
            "subject",
            json!({"reference": "Patient/nobody"}),
        ),
        ("a section", "section", json!([{"title": "x"}])),
        ("an element", "event", json!([])),
        (
            "an extension",
            "extension",
            json!([{"url": "urn:x", "valueString": "x"}]),
        ),
        (
            "a kind",
            "type",
            json!({"coding": [{"system": "https://renkei.example/fhir/CodeSystem/reply-kind", "code": "last"}]}),
        ),
    ] {
        let mut bad = reply(&case, "interim", "x");
        bad[name] = value;
        lines.push(format!(
            "{what}: {}",
            said(create(&region, &doctor, bad).await)
        ));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    no relation: Composition.relatesTo fault-required
    another relation: Composition.relatesTo fault-fhir-answers
    a draft: Composition.status fault-fhir-final-only
    somebody else: Composition.subject fault-fhir-reference-unknown
    a section: Composition.section[0] fault-fhir-section
    an element: Composition.event fault-fhir-read-only
    an extension: Composition.extension fault-fhir-read-only
    a kind: Composition.type fault-unknown-code
    ");
    // Who has nothing to do with it finds nothing.
    let stranger = machine(&region, &region.stranger);
    let none = said(create(&region, &stranger, reply(&case, "final", "x")).await);
    let nothing: Id = "01999999-0000-7000-8000-000000000000".parse().unwrap();
    let never = said(create(&region, &stranger, reply(&nothing, "final", "x")).await);
    assert_eq!((none.as_str(), never.as_str()), ("not found", "not found"));
}
