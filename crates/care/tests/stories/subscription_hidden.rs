//! What may not be seen is not told, whoever brought it in.

use renkei_base::{Ctx, Grantee, Id, Machine, Micros, Scope};
use renkei_care::referral::Command;
use renkei_care::subscription::deliver::Told;
use renkei_fhir::Key;
use renkei_store::{Changes, ClientRow, ClientState};
use renkei_testkit::Backend;

use crate::document::{gateway, inbox, numbered, sent_letter, taken, text};
use crate::fhir::{create, delete, said};
use crate::region::Region;
use crate::subscription::{Hooked, client, observe, wanted};

renkei_testkit::each_backend!(
    drafts_and_foreign_patients_are_never_told,
    what_may_be_seen_no_more_is_not_told,
    who_may_come_in_no_more_is_told_nothing,
    a_gateway_is_told_of_what_it_brought,
);

async fn drafts_and_foreign_patients_are_never_told(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let hospital = client(&hooked.region, &hooked.region.hospital_doctor).await;
    let made = create(&hooked.region, &hospital, wanted("Task"))
        .await
        .unwrap();
    let id = made.key.id;
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::More);
    hooked.taken();
    let stranger = client(&hooked.region, &hooked.region.stranger).await;
    let foreign = create(&hooked.region, &stranger, wanted("Task"))
        .await
        .unwrap();
    let foreign = foreign.key.id;
    assert_eq!(hooked.post.tell(&foreign).await.unwrap(), Told::More);
    hooked.taken();
    let draft = hooked.region.draft().await;
    assert_eq!(hooked.told(&id).await, [], "a draft is its owner's alone");
    let case = hooked.region.sent().await;
    let told = hooked.told(&id).await;
    assert!(!told.is_empty());
    assert!(
        told.iter()
            .all(|(focus, _)| focus.starts_with(&format!("Task/{case}/"))),
        "{told:?}"
    );
    // Not the versions from before it was sent either: only what can be read is told.
    let store = &hooked.region.care.store;
    let ctx = Ctx {
        at: hooked.region.now(),
        ..hospital.clone()
    };
    for (focus, _) in &told {
        let (_, version) = focus.rsplit_once('/').unwrap();
        let key = Key::new("Task", case.clone());
        let read = store
            .read_version(&ctx, &key, version.parse().unwrap())
            .await;
        assert!(read.unwrap().is_some(), "{focus}");
    }
    drop(draft);
    assert_eq!(
        hooked.told(&foreign).await,
        [],
        "a stranger is told nothing at all"
    );
}

async fn what_may_be_seen_no_more_is_not_told(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let hospital = client(&hooked.region, &hooked.region.hospital_doctor).await;
    let made = create(&hooked.region, &hospital, wanted("Task"))
        .await
        .unwrap();
    assert_eq!(hooked.post.tell(&made.key.id).await.unwrap(), Told::More);
    hooked.taken();
    let case = hooked.region.sent().await;
    assert!(hooked.told(&made.key.id).await.len() == 1);
    hooked
        .region
        .act(&hooked.region.desk, &case, Command::Receive)
        .await
        .unwrap();
    // Between the change and the delivery, the access ends.
    let store = &hooked.region.care.store;
    let program = Ctx::program(hooked.region.now(), hooked.region.ids.clone());
    let task = store
        .read(&program, &Key::new("Task", case.clone()))
        .await
        .unwrap()
        .unwrap();
    let mut changes = Changes::default();
    changes.revokes.push(renkei_store::Access {
        patient: task.place.patient.unwrap(),
        grantee: Grantee::Institution(hooked.region.hospital.clone()),
        scope: Scope::Case(case.clone()),
        until: Micros::NEVER,
    });
    store.commit(&program, changes).await.unwrap();
    assert_eq!(hooked.told(&made.key.id).await, []);
}

async fn who_may_come_in_no_more_is_told_nothing(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let (id, _) = hooked.subscribed("Observation").await;
    observe(&hooked, &patient, 61.0).await;
    let client = hooked.clinic.caller.account.clone().unwrap();
    let program = Ctx::program(hooked.region.now(), hooked.region.ids.clone());
    hooked
        .post
        .access
        .suspend_client(&program, &client)
        .await
        .unwrap();
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Ended);
    assert_eq!(hooked.taken(), []);
    let resource = hooked.resource(&id).await;
    assert_eq!(
        (resource.str_at("status"), resource.str_at("error")),
        (Some("error"), Some("client-suspended"))
    );
    assert_eq!(hooked.post.due().await.unwrap(), []);
}

/// A gateway as it is stored and as it comes in.
async fn relay(region: &Region, name: &str) -> Ctx {
    let mut ctx = gateway(region);
    let row = ClientRow {
        id: region.ids.id(),
        version: 0,
        name: name.to_owned(),
        kind: Machine::Gateway,
        institution: None,
        roles: ctx.caller.roles.clone(),
        scopes: "system/*.cruds".to_owned(),
        keys: String::new(),
        state: ClientState::Active,
        created: region.now(),
        created_by: None,
        used: None,
    };
    let mut changes = Changes::default();
    changes.create_client(&row);
    let program = Ctx::program(region.now(), region.ids.clone());
    region.care.store.commit(&program, changes).await.unwrap();
    ctx.caller.account = Some(row.id);
    ctx.reach = renkei_access::reach(&ctx.caller);
    ctx
}

async fn a_gateway_is_told_of_what_it_brought(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let region = &hooked.region;
    numbered(region).await;
    let own = relay(region, "own").await;
    let other = relay(region, "other").await;
    let mut asked = Vec::new();
    for (who, criteria) in [(&own, "Task"), (&own, "Patient"), (&other, "Task")] {
        let made = create(region, who, wanted(criteria)).await.unwrap();
        assert_eq!(hooked.post.tell(&made.key.id).await.unwrap(), Told::More);
        asked.push(made.key);
    }
    hooked.taken();
    // Of cases that others sent, nothing; of its own letter, this case; of whom it is, nothing.
    region.sent().await;
    assert_eq!(hooked.told(&asked[0].id).await, []);
    taken(region, &own, &text(&sent_letter("G-1"))).await;
    let case = inbox(region, &region.desk).await;
    let view = |focus: &str| focus.split('/').nth(1).unwrap().to_owned();
    let told = hooked.told(&asked[0].id).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let brought = view(&told[0].0);
    assert!(case.iter().any(|one| one.as_str() == brought), "{told:?}");
    let brought: Id = brought.parse().unwrap();
    let receive = Command::Receive;
    region.act(&region.desk, &brought, receive).await.unwrap();
    let told = hooked.told(&asked[0].id).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(view(&told[0].0), brought.as_str());
    for key in &asked[1..] {
        assert_eq!(hooked.told(&key.id).await, [], "{key}");
    }
    // The subscription is its own: no other gateway, no institution and no person finds it, nor it theirs.
    let clinics = hooked.subscribed("Task").await.0;
    let clinics = Key::new("Subscription", clinics);
    let hospital = client(region, &region.hospital_doctor).await;
    let clerk = region.ctx(&region.clinic_clerk);
    let store = &region.care.store;
    for stranger in [&other, &hospital, &clerk] {
        assert!(store.read(stranger, &asked[0]).await.unwrap().is_none());
        let gone = delete(region, stranger, &asked[0]).await;
        let never = Key::new("Subscription", "never".parse().unwrap());
        assert_eq!(said(gone), said(delete(region, stranger, &never).await));
    }
    assert!(store.read(&own, &asked[0]).await.unwrap().is_some());
    assert!(store.read(&own, &clinics).await.unwrap().is_none());
}
