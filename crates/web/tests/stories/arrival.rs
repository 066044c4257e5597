//! 宛先待ちの紹介状: the region's desk finds the institution that a letter means, and sees nothing of the patient.

use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Machine, Reach, Role, Roles};
use renkei_care::document::receive;
use renkei_directory::institution::{NewInstitution, register};
use renkei_fhir::document::{Identifier, Letter, Section, Sender, build};
use renkei_fhir::system::{BUNDLE, INSURED_PERSON};
use renkei_testkit::{Backend, each_backend};
use renkei_web::issue_due;

use crate::common::World;

each_backend!(the_desk_delivers_a_letter, letters_of_the_sample_go_out);

async fn numbered(world: &World, name: &str, code: &str) -> Id {
    let new = NewInstitution {
        kind: "clinic".to_owned(),
        name: name.to_owned(),
        municipality: "131105".to_owned(),
        address: "目黒区1-1".to_owned(),
        code: code.to_owned(),
        ..NewInstitution::default()
    };
    let id = register(&world.app.store, &world.ctx(), &new)
        .await
        .unwrap();
    world.app.finder.refresh(&world.app.store).await.unwrap();
    id
}

/// A letter through a gateway, from a clinic that is known to a hospital whose number is wrong.
async fn arrive(world: &World, from: &str, to: &str) -> Id {
    let section = |code: &str| Section {
        code: code.to_owned(),
        text: "本文".to_owned(),
        ..Section::default()
    };
    let party = |name: &str, code: &str| Sender {
        code: code.to_owned(),
        name: name.to_owned(),
        doctor: "岩田 一郎".to_owned(),
        ..Sender::default()
    };
    let letter = Letter {
        identifier: Identifier {
            system: BUNDLE.to_owned(),
            value: format!("{from}^2026^1"),
        },
        at: world.ctx().at,
        from: party("岩田医院", from),
        to: party("市民", to),
        patient: serde_json::json!({
            "resourceType": "Patient",
            "identifier": [{"system": INSURED_PERSON, "value": "06123456:12:345:01"}],
            "name": [{"text": "秘密 花子", "family": "秘密", "given": ["花子"]}],
            "gender": "female", "birthDate": "1948-02-29",
        }),
        sections: vec![section("950"), section("340"), section("360")],
        ..Letter::default()
    };
    let account: Id = "client-gateway".parse().unwrap();
    let ctx = Ctx {
        reach: Reach::Granted(vec![renkei_base::Grantee::Person(account.clone())]),
        caller: Caller {
            account: Some(account),
            name: "gateway".to_owned(),
            institution: None,
            roles: Roles::default(),
            machine: Some(Machine::Gateway),
        },
        ids: Arc::clone(&world.ids),
        ..world.ctx()
    };
    let bundle = build(&"b".parse().unwrap(), &letter, [3; 16]).to_json();
    receive(&world.app.care, &ctx, &bundle)
        .await
        .unwrap()
        .bundle
}

async fn the_desk_delivers_a_letter(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = numbered(&world, "岩田医院", "1311234566").await;
    let hospital = numbered(&world, "市民病院", "1319876541").await;
    let letter = arrive(&world, "1311234566", "1311111111").await;
    let desk = world.person("desk", None, &[Role::RegionDesk]).await;
    let desk = world.browser(&desk.id).await;

    let home = desk.get("/home").await.text();
    assert!(home.contains("<a href=\"/arrivals\">1</a>"), "{home}");
    let list = desk.get("/arrivals").await.text();
    assert!(
        list.contains("岩田医院") && list.contains("1311111111"),
        "{list}"
    );
    assert!(list.contains(&format!("/arrivals/{letter}")));
    let one = desk.get(&format!("/arrivals/{letter}")).await.text();
    // The name as sent is searched at once.
    assert!(
        one.contains(hospital.as_str()) && one.contains("1319876541"),
        "{one}"
    );
    for page in [&list, &one] {
        assert!(!page.contains("秘密") && !page.contains("花子") && !page.contains("1948"));
    }
    let other = desk
        .get(&format!("/arrivals/{letter}?to_q=岩田"))
        .await
        .text();
    assert!(other.contains(clinic.as_str()), "{other}");

    let path = format!("/arrivals/{letter}/assign");
    let none = desk.post(&path, &[("to_q", "市民")]).await;
    assert_eq!(none.status_code(), 422);
    assert!(none.text().contains(hospital.as_str()), "the search stays");
    let done = desk.post(&path, &[("to", hospital.as_str())]).await;
    assert_eq!(done.header("location"), "/arrivals?done=delivered");
    let list = desk.get("/arrivals?done=delivered").await.text();
    assert!(
        list.contains("届きました") && !list.contains("岩田医院"),
        "{list}"
    );
    // Pressed twice: the same. Refused afterwards: no.
    let again = desk.post(&path, &[("to", hospital.as_str())]).await;
    assert_eq!(again.status_code(), 303);
    let late = desk.post(&format!("/arrivals/{letter}/refuse"), &[]).await;
    assert_eq!(late.status_code(), 409);
    let gone = desk.get(&format!("/arrivals/{letter}")).await;
    assert_eq!(gone.status_code(), 404);

    // It is in the hospital's inbox, and its page and its paper can be seen.
    let nurse = world.person("nurse", Some(&hospital), &[Role::Nurse]).await;
    let nurse = world.browser(&nurse.id).await;
    let home = nurse.get("/home").await.text();
    assert!(home.contains("秘密 花子"), "{home}");
    let case = home
        .split("/referrals/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let pdf = nurse.get(&format!("/referrals/{case}/letter.pdf")).await;
    assert_eq!(pdf.status_code(), 200);

    // Who has nothing to do with it finds nothing.
    let stranger = world.clinic("よその医院").await;
    let stranger = world
        .person("stranger", Some(&stranger), &[Role::Doctor])
        .await;
    let stranger = world.browser(&stranger.id).await;
    for path in ["/arrivals".to_owned(), format!("/arrivals/{letter}")] {
        assert_eq!(stranger.get(&path).await.status_code(), 404);
    }
}

/// Every letter and reply of the sample region is a document without a fault, made once.
async fn letters_of_the_sample_go_out(backend: Backend) {
    let world = World::sample(backend).await;
    let mut place = None;
    let made = issue_due(&world.app, &mut place, false).await.unwrap();
    assert!(made > 0, "{made}");
    assert_eq!(issue_due(&world.app, &mut None, false).await.unwrap(), 0);
    let query = renkei_store::Query::of("Bundle").count(200);
    let found = world.app.store.search(&world.ctx(), &query).await.unwrap();
    assert!(found.matches.len() >= made.min(50));
    for stored in &found.matches {
        let findings = renkei_fhir::document::check(&stored.resource);
        assert_eq!(findings, [], "{}", stored.key);
        let letter = renkei_fhir::document::read(&stored.resource);
        assert_eq!(letter.pdf.len(), 1, "{}", stored.key);
        if let Some(folder) = std::env::var_os("RENKEI_ISSUED") {
            let path = std::path::Path::new(&folder).join(format!("{}.json", stored.key.id));
            std::fs::write(path, stored.resource.to_json()).unwrap();
        }
    }
}
