//! What one may not see is as if it were not there: matches, totals, chains, includes, order.

use renkei_base::{Micros, Scope};
use renkei_store::StoreError;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, id, parse, patient};

each_backend!(
    only_granted_patients_are_found,
    a_case_shows_itself_and_who_it_is_about,
    chains_tell_nothing_of_hidden_patients,
    includes_leave_out_what_is_hidden,
    rights_run_out,
    a_cursor_to_what_is_hidden_is_no_cursor,
    drafts_are_found_by_their_owner_alone,
);

/// Two patients at two clinics; both were referred to the hospital by one case each, p1 by a whole record.
pub(crate) async fn region(backend: Backend) -> World {
    let world = World::open(backend).await;
    for name in ["clinic1", "clinic2", "hospital"] {
        world
            .public(&format!(
                r#"{{"resourceType":"Organization","id":"{name}","name":"{name}"}}"#
            ))
            .await;
    }
    for (p, family, clinic) in [("p1", "山田", "clinic1"), ("p2", "山本", "clinic2")] {
        world
            .record(p, &patient(p, family, "花子", ("ヤマ", "ハナコ")))
            .await;
        let note = format!(
            r#"{{"resourceType":"Observation","id":"o{p}","code":{{"coding":[{{"code":"bp"}}]}},"subject":{{"reference":"Patient/{p}"}}}}"#
        );
        world.record(p, &note).await;
        let case = format!("s{p}");
        for json in [
            format!(
                r#"{{"resourceType":"ServiceRequest","id":"{case}","subject":{{"reference":"Patient/{p}"}}}}"#
            ),
            format!(
                r#"{{"resourceType":"Task","id":"t{p}","status":"requested","focus":{{"reference":"ServiceRequest/{case}"}},
                "for":{{"reference":"Patient/{p}"}},"owner":{{"reference":"Organization/hospital"}},
                "requester":{{"reference":"Organization/{clinic}"}}}}"#
            ),
        ] {
            world.put(&json, Some(p), Scope::Case(id(&case))).await;
        }
        world.grant(clinic, p, Scope::Record, Micros::NEVER).await;
    }
    world
        .grant("hospital", "p1", Scope::Case(id("sp1")), Micros::NEVER)
        .await;
    world
}

async fn only_granted_patients_are_found(backend: Backend) {
    let world = region(backend).await;
    let cases = [
        ("Patient", ["p1", "p2", "p1", ""]),
        ("Patient?name=山", ["p1", "p2", "p1", ""]),
        ("Patient?_id=p1,p2", ["p1", "p2", "p1", ""]),
        ("Patient?name:missing=false", ["p1", "p2", "p1", ""]),
        ("Patient?gender:not=male", ["p1", "p2", "p1", ""]),
        (
            "Task?owner=Organization/hospital",
            ["tp1", "tp2", "tp1", ""],
        ),
        ("Task?status=requested", ["tp1", "tp2", "tp1", ""]),
        ("Observation?code=bp", ["op1", "op2", "", ""]),
        ("Observation?_lastUpdated=ge2000", ["op1", "op2", "", ""]),
        ("Organization?_sort=_id", ["clinic1 clinic2 hospital"; 4]),
    ];
    let callers = [
        world.of("clinic1"),
        world.of("clinic2"),
        world.of("hospital"),
        world.stranger(),
    ];
    for (address, expected) in cases {
        for (ctx, found) in callers.iter().zip(expected) {
            assert_eq!(
                world.finds(ctx, address).await,
                found,
                "{address} {:?}",
                ctx.reach
            );
        }
    }
}

async fn a_case_shows_itself_and_who_it_is_about(backend: Backend) {
    let world = region(backend).await;
    let hospital = world.of("hospital");
    assert_eq!(world.finds(&hospital, "Patient").await, "p1");
    assert_eq!(world.finds(&hospital, "ServiceRequest").await, "sp1");
    assert_eq!(world.finds(&hospital, "Observation").await, "");
    world
        .grant("hospital", "p1", Scope::Record, Micros::NEVER)
        .await;
    assert_eq!(world.finds(&hospital, "Observation").await, "op1");
}

/// A public resource that points to a hidden patient must not tell anything of the patient.
async fn chains_tell_nothing_of_hidden_patients(backend: Backend) {
    let world = region(backend).await;
    for p in ["p1", "p2"] {
        let json = format!(
            r#"{{"resourceType":"Appointment","id":"a{p}","status":"booked","participant":[{{"actor":{{"reference":"Patient/{p}"}}}}]}}"#
        );
        world.public(&json).await;
    }
    let clinic = world.of("clinic1");
    assert_eq!(
        world.finds(&clinic, "Appointment?status=booked").await,
        "ap1 ap2"
    );
    for chain in [
        "patient.name=山",
        "patient:Patient.phonetic=ヤマ",
        "patient._id=p1,p2",
        "patient.name:missing=false",
        "patient._lastUpdated=ge2000",
        "patient.gender:missing=true",
    ] {
        for also in ["", "&status=booked", "&_sort=-_id"] {
            let address = format!("Appointment?{chain}{also}");
            assert_eq!(world.finds(&clinic, &address).await, "ap1", "{address}");
            assert_eq!(
                world.finds(&world.stranger(), &address).await,
                "",
                "{address}"
            );
        }
    }
}

async fn includes_leave_out_what_is_hidden(backend: Backend) {
    let world = region(backend).await;
    for p in ["p1", "p2"] {
        let json = format!(
            r#"{{"resourceType":"Appointment","id":"a{p}","status":"booked","participant":[{{"actor":{{"reference":"Patient/{p}"}}}}]}}"#
        );
        world.public(&json).await;
    }
    let clinic = world.of("clinic1");
    for (address, found) in [
        ("Appointment?_include=Appointment:patient", "Patient/p1"),
        ("Organization?_revinclude=Task:owner", "Task/tp1"),
        ("Organization?_id=clinic2&_revinclude=Task:requester", ""),
        (
            "Patient?_revinclude=Observation:subject&_revinclude=Task:patient",
            "Observation/op1 Task/tp1",
        ),
    ] {
        let page = world
            .store
            .search(&clinic, &parse(address).unwrap())
            .await
            .unwrap();
        let keys: Vec<String> = page
            .included
            .iter()
            .map(|one| one.key.to_string())
            .collect();
        assert_eq!(keys.join(" "), found, "{address}");
    }
}

async fn rights_run_out(backend: Backend) {
    let world = World::open(backend).await;
    world
        .record("p", &patient("p", "山田", "花子", ("ヤマダ", "ハナコ")))
        .await;
    let until = world.of("x").at + renkei_base::clock::Span::seconds(60);
    world.grant("x", "p", Scope::Identity, until).await;
    assert_eq!(world.finds(&world.of("x"), "Patient?name=山").await, "p");
    assert_eq!(world.finds(&world.of("x"), "Patient").await, "p");
    world.forward(60).await;
    assert_eq!(world.finds(&world.of("x"), "Patient?name=山").await, "");
    assert_eq!(world.finds(&world.of("x"), "Patient").await, "");
}

/// A cursor made by somebody who sees more must not tell where a hidden patient stands in the order of names.
async fn a_cursor_to_what_is_hidden_is_no_cursor(backend: Backend) {
    let world = region(backend).await;
    let mut query = parse("Patient?_sort=name&_count=1").unwrap();
    let all = world
        .store
        .search(&world.of("clinic2"), &query)
        .await
        .unwrap();
    assert_eq!(all.next, None);
    let all = world.store.search(&world.program(), &query).await.unwrap();
    query.cursor = all.next;
    let hidden_from = if all.matches[0].key.id.as_str() == "p1" {
        "clinic2"
    } else {
        "clinic1"
    };
    match world.store.search(&world.of(hidden_from), &query).await {
        Err(StoreError::Query(name)) => assert_eq!(name, "_cursor"),
        other => panic!("{other:?}"),
    }
}

/// A letter that is not sent: by value, without a clause, through a chain, by includes, in totals and orders.
async fn drafts_are_found_by_their_owner_alone(backend: Backend) {
    let world = region(backend).await;
    let case = Scope::Case(id("sp1"));
    for (json, name) in [
        (
            r#"{"resourceType":"ServiceRequest","id":"d","status":"draft","priority":"stat","subject":{"reference":"Patient/p1"}}"#,
            "clinic1",
        ),
        (
            r#"{"resourceType":"Task","id":"dt","status":"requested","focus":{"reference":"ServiceRequest/d"},"for":{"reference":"Patient/p1"}}"#,
            "clinic1",
        ),
    ] {
        world
            .put_for(json, Some("p1"), case.clone(), Some(name))
            .await;
    }
    world
        .grant("clinic2", "p1", Scope::Record, Micros::NEVER)
        .await;
    let cases = [
        ("ServiceRequest?priority=stat", ["d", ""]),
        (
            "ServiceRequest?subject=Patient/p1&_sort=_id",
            ["d sp1", "sp1"],
        ),
        ("ServiceRequest?_id=d", ["d", ""]),
        ("Task?focus:ServiceRequest.priority=stat", ["dt", ""]),
        ("Task?focus:ServiceRequest._id=d", ["dt", ""]),
    ];
    for (address, [owner, others]) in cases {
        let found = world.finds(&world.of("clinic1"), address).await;
        assert_eq!(found, owner, "{address}");
        for other in ["clinic2", "hospital"] {
            let found = world.finds(&world.of(other), address).await;
            assert_eq!(found, others, "{address} {other}");
        }
    }
    for (address, name, found) in [
        ("Task?_id=dt&_include=Task:focus", "clinic1", 1),
        ("Task?_id=dt&_include=Task:focus", "clinic2", 0),
        (
            "Patient?_id=p1&_revinclude=ServiceRequest:subject",
            "clinic1",
            2,
        ),
        (
            "Patient?_id=p1&_revinclude=ServiceRequest:subject",
            "clinic2",
            1,
        ),
    ] {
        let query = parse(address).unwrap();
        let page = world.store.search(&world.of(name), &query).await.unwrap();
        assert_eq!(page.included.len(), found, "{address} {name}");
    }
}
