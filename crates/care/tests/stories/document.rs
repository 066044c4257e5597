//! The standard letter comes in: from a system of its own, through a gateway, twice, at once, broken, from nobody we know.

use renkei_access::reach;
use renkei_base::{Caller, Ctx, Id, Machine, Micros, Role, Roles};
use renkei_care::document::{Received, Refused, original, receive};
use renkei_care::referral::State;
use renkei_care::work_list::{self, Filter, Group};
use renkei_care::{attachment, letter, patient};
use renkei_fhir::document::{Enclosed, Identifier, Letter, Section, Sender, build};
use renkei_fhir::{Key, Organization, Resource};
use renkei_store::institution::{DepartmentRow, InstitutionRow};
use renkei_store::{Changes, Query};
use renkei_testkit::Backend;
use serde_json::json;

use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    a_letter_becomes_a_referral,
    the_same_again_is_the_same,
    two_at_once_are_one,
    a_patient_is_known_by_number_and_birthday,
    two_letters_of_a_new_patient_at_once,
);

pub(crate) const CLINIC: &str = "0412345678";
pub(crate) const HOSPITAL: &str = "0412345686";

/// Gives the institutions their numbers, as an import would.
pub(crate) async fn numbered(region: &Region) {
    numbers(
        region,
        &[(&region.clinic, CLINIC), (&region.hospital, HOSPITAL)],
    )
    .await;
}

pub(crate) async fn numbers(region: &Region, numbers: &[(&Id, &str)]) {
    let ctx = Ctx::program(region.now(), region.ids.clone());
    let mut changes = Changes::default();
    for (id, code) in numbers {
        let stored = region
            .care
            .store
            .read(&ctx, &Organization::key(id))
            .await
            .unwrap()
            .unwrap();
        let mut organization = Organization::from_resource(stored.resource.clone()).unwrap();
        organization.set_code(code);
        let name = organization.name().to_owned();
        changes.update(&stored, organization.into_resource());
        changes.put_institution(&InstitutionRow {
            id: (*id).clone(),
            kind: "clinic".to_owned(),
            prefecture: "04".to_owned(),
            municipality: String::new(),
            registry_id: None,
            code: Some((*code).to_owned()),
            name,
            kana: String::new(),
            short: String::new(),
            other_names: String::new(),
            address: String::new(),
            active: true,
            source: String::new(),
            source_date: String::new(),
            fingerprint: String::new(),
            updated: ctx.at,
        });
    }
    changes.put_department(&DepartmentRow {
        id: region.cardiology.clone(),
        institution: region.hospital.clone(),
        code: String::new(),
        name: "循環器内科".to_owned(),
        active: true,
        updated: ctx.at,
    });
    region.care.store.commit(&ctx, changes).await.unwrap();
}

pub(crate) fn machine(
    region: &Region,
    account: &str,
    institution: Option<&Id>,
    kind: Machine,
) -> Ctx {
    let roles = match kind {
        Machine::Institution => Roles::new([Role::LiaisonClerk]),
        Machine::Gateway => Roles::default(),
    };
    let caller = Caller {
        account: Some(account.parse().unwrap()),
        name: account.to_owned(),
        institution: institution.cloned(),
        roles,
        machine: Some(kind),
    };
    Ctx {
        reach: reach(&caller),
        caller,
        ..region.ctx(&region.clinic_clerk)
    }
}

pub(crate) fn clinic_system(region: &Region) -> Ctx {
    machine(
        region,
        "client-clinic",
        Some(&region.clinic),
        Machine::Institution,
    )
}

pub(crate) fn hospital_system(region: &Region) -> Ctx {
    machine(
        region,
        "client-hospital",
        Some(&region.hospital),
        Machine::Institution,
    )
}

pub(crate) fn gateway(region: &Region) -> Ctx {
    machine(region, "client-gateway", None, Machine::Gateway)
}

pub(crate) fn desk_of_the_region(region: &Region) -> Ctx {
    let mut ctx = region.ctx(&region.stranger);
    ctx.caller.account = Some("acc-region".parse().unwrap());
    ctx.caller.roles = Roles::new([Role::RegionDesk]);
    ctx.reach = reach(&ctx.caller);
    ctx
}

fn section(code: &str, title: &str, text: &str) -> Section {
    Section {
        code: code.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Section::default()
    }
}

/// A letter of the clinic to the hospital, with that number.
pub(crate) fn sent_letter(number: &str) -> Letter {
    Letter {
        identifier: Identifier {
            system: renkei_fhir::system::BUNDLE.to_owned(),
            value: format!("{CLINIC}^2026^{number}"),
        },
        at: Micros::from_fhir("2026-11-22T01:00:00Z").unwrap(),
        from: Sender {
            code: CLINIC.to_owned(),
            name: "岩田医院".to_owned(),
            doctor: "岩田 一郎".to_owned(),
            ..Sender::default()
        },
        to: Sender {
            code: HOSPITAL.to_owned(),
            name: "市民病院".to_owned(),
            doctor: "髙木 誠".to_owned(),
            department: "循環器内科".to_owned(),
            ..Sender::default()
        },
        patient: json!({
            "resourceType": "Patient",
            "identifier": [
                {"system": "https://renkei.example/fhir/sid/patient-number/x", "value": "A-42"},
                {"system": renkei_fhir::system::INSURED_PERSON, "value": "06123456:12:345:01"},
            ],
            "name": [{
                "extension": [{"url": renkei_fhir::system::NAME_REPRESENTATION, "valueCode": "IDE"}],
                "text": "𠮷田 花子", "family": "𠮷田", "given": ["花子"],
            }],
            "gender": "female",
            "birthDate": "1948-02-29",
            "address": [{"text": "宮城県仙台市"}],
        }),
        keeper: CLINIC.to_owned(),
        sections: vec![
            section("950", "紹介目的", "精査のお願い"),
            section("340", "傷病名・主訴", "狭心症の疑い"),
            section("360", "現病歴", "3日前から胸痛"),
            section("510", "アレルギー・不耐性反応", "サバ、ヨード禁"),
            section(
                "430",
                "投薬指示",
                "アムロジピン錠5mg 1錠 1日1回朝食後\nアスピリン腸溶錠100mg 1錠 1日1回朝食後",
            ),
            section("220", "備考・連絡情報", "車いす"),
        ],
        pdf: vec![Enclosed {
            title: "紹介状.pdf".to_owned(),
            mime: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7 letter".to_vec(),
        }],
        ..Letter::default()
    }
}

pub(crate) fn text(letter: &Letter) -> String {
    build(&"letter".parse().unwrap(), letter, [9; 16]).to_json()
}

pub(crate) async fn taken(region: &Region, ctx: &Ctx, text: &str) -> Received {
    match receive(&region.care, ctx, text).await {
        Ok(received) => received,
        Err(refused) => panic!("{refused:?}"),
    }
}

/// The only case in the hospital's inbox.
pub(crate) async fn inbox(region: &Region, who: &Who) -> Vec<Id> {
    let list = work_list::work_list(&region.care, &region.ctx(who), &Filter::default())
        .await
        .unwrap();
    list.rows
        .into_iter()
        .filter(|row| row.group == Some(Group::Receive))
        .map(|row| row.case)
        .collect()
}

async fn a_letter_becomes_a_referral(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let bundle = text(&sent_letter("A-1"));
    let ctx = clinic_system(&region);
    let received = taken(&region, &ctx, &bundle).await;
    assert!(received.created);
    assert_eq!((received.version, received.warnings), (1, vec![]));

    let cases = inbox(&region, &region.desk).await;
    assert_eq!(cases.len(), 1);
    let view = region.view(&region.desk, &cases[0]).await.unwrap();
    assert_eq!(view.state, State::Sent);
    assert_eq!(view.sender.name, "岩田医院");
    assert_eq!(
        (view.approved_by.as_str(), view.addressee.doctor.as_str()),
        ("岩田 一郎", "髙木 誠")
    );
    assert_eq!(
        (view.patient.name.as_str(), view.patient.birthday.as_str()),
        ("𠮷田 花子", "1948-02-29")
    );
    assert_eq!(
        (
            view.patient.insurer.as_str(),
            view.patient.local_id.as_str()
        ),
        ("06123456", "A-42")
    );
    assert_eq!(view.addressee.department_name, "循環器内科");
    assert_eq!(view.letter.purpose, "精査のお願い");
    assert_eq!(view.letter.medication_lines.len(), 2);
    assert_eq!(view.letter.remarks, "車いす");
    assert_eq!(view.further.len(), 1);
    assert_eq!(
        (
            view.further[0].title.as_str(),
            view.further[0].text.as_str()
        ),
        ("アレルギー・不耐性反応", "サバ、ヨード禁")
    );
    assert_eq!(view.attachments.len(), 1);
    assert_eq!(view.attachments[0].title, "紹介状.pdf");
    let desk = region.ctx(&region.desk);
    let opened = attachment::open(&region.care, &desk, &cases[0], &view.attachments[0].id)
        .await
        .unwrap();
    assert_eq!(
        (opened.mime.as_str(), opened.bytes),
        ("application/pdf", b"%PDF-1.7 letter".to_vec())
    );
    let printed = letter::letter(&region.care, &desk, &cases[0])
        .await
        .unwrap();
    assert!(!printed.draft);
    assert_eq!(printed.further, view.further);

    // A Task whose focus is the request, whose requisition is the document's identifier.
    let found = region
        .care
        .store
        .read(&desk, &Key::new("ServiceRequest", cases[0].clone()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        found.resource.at(&["requisition", "value"]).unwrap(),
        &format!("{CLINIC}^2026^A-1")
    );
    // The clinic's own people see it among theirs; the document is both sides' and comes back as it was.
    assert!(region.view(&region.clinic_clerk, &cases[0]).await.is_ok());
    for reader in [&ctx, &desk] {
        let stored = region
            .care
            .store
            .read(reader, &Key::new("Bundle", received.bundle.clone()))
            .await
            .unwrap()
            .unwrap();
        let sent = Resource::from_json(&bundle).unwrap();
        assert_eq!(stored.resource.get("entry"), sent.get("entry"));
        let bytes = original(&region.care, reader, &received.bundle)
            .await
            .unwrap();
        assert_eq!(bytes, bundle.as_bytes());
        let query = Query::of("Bundle").with(
            "identifier",
            format!("{}|{CLINIC}^2026^A-1", renkei_fhir::system::BUNDLE),
        );
        assert_eq!(
            region
                .care
                .store
                .search(reader, &query)
                .await
                .unwrap()
                .matches
                .len(),
            1
        );
    }
    // The loop goes on as with any referral.
    region
        .act(
            &region.desk,
            &cases[0],
            renkei_care::referral::Command::Receive,
        )
        .await
        .unwrap();
}

async fn the_same_again_is_the_same(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = clinic_system(&region);
    let letter = sent_letter("A-1");
    let first = taken(&region, &ctx, &text(&letter)).await;
    // Other order of keys, other stamps: still the same.
    let mut again: serde_json::Value = serde_json::from_str(&text(&letter)).unwrap();
    again["id"] = json!("other");
    again["meta"]["lastUpdated"] = json!("2026-11-23T00:00:00Z");
    again.as_object_mut().unwrap().sort_keys();
    let second = taken(&region, &ctx, &again.to_string()).await;
    assert_eq!((second.created, &second.bundle), (false, &first.bundle));
    assert_eq!(inbox(&region, &region.desk).await.len(), 1);

    let mut other = letter;
    other.sections[0].text = "別の内容".to_owned();
    match receive(&region.care, &ctx, &text(&other)).await {
        Err(Refused::Differs(finding)) => assert_eq!(finding.path, "Bundle.identifier.value"),
        other => panic!("{other:?}"),
    }
    assert_eq!(inbox(&region, &region.desk).await.len(), 1);
}

async fn two_at_once_are_one(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = clinic_system(&region);
    let bundle = text(&sent_letter("A-1"));
    let care = &region.care;
    let all = tokio::join!(
        receive(care, &ctx, &bundle),
        receive(care, &ctx, &bundle),
        receive(care, &ctx, &bundle),
        receive(care, &ctx, &bundle)
    );
    let all: Vec<Received> = [all.0, all.1, all.2, all.3]
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(all.iter().filter(|one| one.created).count(), 1);
    assert!(all.iter().all(|one| one.bundle == all[0].bundle));
    assert_eq!(inbox(&region, &region.desk).await.len(), 1);
}

async fn a_patient_is_known_by_number_and_birthday(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = clinic_system(&region);
    taken(&region, &ctx, &text(&sent_letter("A-1"))).await;
    taken(&region, &ctx, &text(&sent_letter("A-2"))).await;
    let clerk = region.ctx(&region.clinic_clerk);
    assert_eq!(
        patient::find(&region.care, &clerk, "花子", 10)
            .await
            .unwrap()
            .len(),
        1
    );

    let mut other = sent_letter("A-3");
    other.patient["birthDate"] = json!("1990-01-01");
    let received = taken(&region, &ctx, &text(&other)).await;
    assert_eq!(
        received.warnings,
        [],
        "which numbers there are is in no answer"
    );
    let case = inbox(&region, &region.desk).await;
    let mut sent = Vec::new();
    for case in &case {
        let view = region.view(&region.clinic_clerk, case).await.unwrap();
        sent.push((view.patient.local_id, view.patient.number_sent));
    }
    sent.sort();
    let own = ("A-42".to_owned(), String::new());
    let other_one = (String::new(), "A-42".to_owned());
    assert_eq!(sent, [other_one, own.clone(), own], "but on the page");
    let found = patient::find(&region.care, &clerk, "花子", 10)
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        found.iter().filter(|one| one.local_id == "A-42").count(),
        1,
        "a number is one patient's"
    );
    // The same number at another institution is another person.
    let hospital = region.ctx(&region.desk);
    assert_eq!(
        patient::find(&region.care, &hospital, "A-42", 10)
            .await
            .unwrap()
            .len(),
        0
    );
}

async fn two_letters_of_a_new_patient_at_once(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = clinic_system(&region);
    let (one, other) = (text(&sent_letter("A-1")), text(&sent_letter("A-2")));
    let both = tokio::join!(
        receive(&region.care, &ctx, &one),
        receive(&region.care, &ctx, &other)
    );
    assert!(both.0.unwrap().created && both.1.unwrap().created);
    let clerk = region.ctx(&region.clinic_clerk);
    let found = patient::find(&region.care, &clerk, "A-42", 10).await;
    assert_eq!(found.unwrap().len(), 1);
    assert_eq!(inbox(&region, &region.desk).await.len(), 2);
}
