//! Subscriptions: what a program is told, in which order, how often; and what it is never told.

use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use renkei_access::{Access, AccessConfig};
use renkei_base::clock::Span;
use renkei_base::{Ctx, Grantee, Id, Machine, Micros, Scope};
use renkei_care::Care;
use renkei_care::referral::Command;
use renkei_care::subscription::deliver::{Post, Told};
use renkei_care::subscription::{Courier, Hosts, Letter, Lost};
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, ClientRow, ClientState};
use renkei_testkit::Backend;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::document::{gateway, inbox, numbered, sent_letter, taken, text};
use crate::fhir::{create, delete, machine, said, update, weight};
use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    changes_are_told_in_order_and_signed,
    what_failed_comes_again_under_its_ids,
    a_crash_before_remembering_is_a_repeat,
    drafts_and_foreign_patients_are_never_told,
    what_may_be_seen_no_more_is_not_told,
    who_may_come_in_no_more_is_told_nothing,
    an_endpoint_that_never_answers_is_given_up,
    only_what_is_allowed_can_be_asked,
    a_subscription_is_its_makers,
    an_end_comes_by_itself,
    a_gateway_is_told_of_what_it_brought,
);

/// Takes letters, or not.
#[derive(Clone, Debug, Default)]
struct Catcher {
    letters: Arc<Mutex<Vec<Letter>>>,
    down: Arc<Mutex<bool>>,
}

impl Courier for Catcher {
    async fn post(&self, letter: Letter) -> Result<(), Lost> {
        self.letters.lock().unwrap().push(letter);
        match *self.down.lock().unwrap() {
            true => Err(Lost("status-503".to_owned())),
            false => Ok(()),
        }
    }
}

struct Hooked {
    region: Region,
    catcher: Catcher,
    post: Post<Catcher>,
    /// The clinic's system.
    clinic: Ctx,
}

impl Hooked {
    async fn new(backend: &Backend) -> Self {
        let mut region = Region::new(backend).await;
        let hosts = Hosts::new(&["hooks.example.jp".to_owned()], &[]);
        region.care = region.care.clone().with_hosts(hosts);
        let catcher = Catcher::default();
        let post = post(&region.care, &region, &catcher, "p1");
        let clinic = client(&region, &region.clinic_doctor).await;
        Self {
            region,
            catcher,
            post,
            clinic,
        }
    }

    fn now(&self) -> Ctx {
        Ctx {
            at: self.region.now(),
            ..self.clinic.clone()
        }
    }

    /// Asks, and takes the handshake.
    async fn subscribed(&self, criteria: &str) -> (Id, String) {
        let written = create(&self.region, &self.now(), wanted(criteria))
            .await
            .unwrap();
        let resource = written.resource.unwrap();
        let secret = resource.list("extension")[0]["valueString"]
            .as_str()
            .unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(self.post.tell(&written.key.id).await.unwrap(), Told::More);
        let taken = self.taken();
        assert_eq!(events(&taken[0]).len(), 0, "the handshake tells nothing");
        assert_eq!(self.status(&written.key.id).await, "active");
        (written.key.id, secret.to_owned())
    }

    async fn resource(&self, id: &Id) -> Resource {
        let key = Key::new("Subscription", id.clone());
        let read = self.region.care.store.read(&self.now(), &key).await;
        read.unwrap().unwrap().resource
    }

    async fn status(&self, id: &Id) -> String {
        self.resource(id).await.str_at("status").unwrap().to_owned()
    }

    fn taken(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.catcher.letters.lock().unwrap())
    }

    /// Delivers until there is nothing, and gives what was told: focus and event id.
    async fn told(&self, id: &Id) -> Vec<(String, String)> {
        while self.post.tell(id).await.unwrap() == Told::More {}
        self.taken().iter().flat_map(events).collect()
    }

    fn down(&self, down: bool) {
        *self.catcher.down.lock().unwrap() = down;
    }
}

fn post(care: &Care, region: &Region, catcher: &Catcher, holder: &str) -> Post<Catcher> {
    Post {
        care: care.clone(),
        access: Access::new(
            care.store.clone(),
            AccessConfig::default(),
            region.ids.clone(),
        ),
        courier: catcher.clone(),
        clock: region.clock.shared(),
        ids: region.ids.clone(),
        holder: holder.parse().unwrap(),
    }
}

/// A machine client with the rights of that person, as it is stored and as it comes in.
async fn client(region: &Region, who: &Who) -> Ctx {
    let mut ctx = machine(region, who);
    let row = ClientRow {
        id: region.ids.id(),
        version: 0,
        name: format!("his-{}", ctx.caller.institution.as_ref().unwrap()),
        kind: Machine::Institution,
        institution: ctx.caller.institution.clone(),
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

fn wanted(criteria: &str) -> Value {
    json!({
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "電子カルテに知らせる",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": "https://hooks.example.jp/renkei", "payload": "application/fhir+json"},
    })
}

/// Focus and id of each event of a letter.
fn events(letter: &Letter) -> Vec<(String, String)> {
    let body: Value = serde_json::from_str(&letter.body).unwrap();
    let parameters = body["parameter"].as_array().unwrap().clone();
    let events = parameters
        .iter()
        .filter(|one| one["name"] == "notificationEvent");
    events
        .map(|one| {
            let part = |name: &str| {
                let parts = one["part"].as_array().unwrap();
                parts
                    .iter()
                    .find(|part| part["name"] == name)
                    .unwrap()
                    .clone()
            };
            let focus = part("focus")["valueReference"]["reference"]
                .as_str()
                .unwrap()
                .to_owned();
            (
                focus,
                part("id")["valueString"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn header<'a>(letter: &'a Letter, name: &str) -> &'a str {
    let found = letter.headers.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str()).unwrap()
}

/// As the documentation says that a receiver checks.
fn is_signed(letter: &Letter, secret: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(header(letter, "renkei-timestamp").as_bytes());
    mac.update(b".");
    mac.update(letter.body.as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    header(letter, "renkei-signature") == format!("v1={hex}")
}

/// Writes an observation of an own patient; its id.
async fn observe(hooked: &Hooked, patient: &Id, kg: f64) -> Key {
    let body = weight(&format!("Patient/{patient}"), kg);
    create(&hooked.region, &hooked.now(), body)
        .await
        .unwrap()
        .key
}

async fn changes_are_told_in_order_and_signed(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let (id, secret) = hooked.subscribed("Observation?category=vital-signs").await;
    assert_eq!(hooked.told(&id).await, [], "what was before is not told");
    let mut expected = Vec::new();
    for kg in [61.0, 62.0, 63.0] {
        let key = observe(&hooked, &patient, kg).await;
        expected.push(format!("{key}/_history/1"));
        hooked.region.clock.advance(Span::seconds(1));
    }
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::More);
    let letters = hooked.taken();
    assert_eq!(letters.len(), 1);
    assert!(is_signed(&letters[0], &secret));
    assert!(!is_signed(&letters[0], "another"));
    assert_eq!(header(&letters[0], "renkei-subscription"), id.as_str());
    let told: Vec<String> = events(&letters[0])
        .into_iter()
        .map(|(focus, _)| focus)
        .collect();
    assert_eq!(told, expected);
    for name in ["佐藤", "62", "Patient", "vital"] {
        assert!(
            !letters[0].body.contains(name),
            "{name}: {}",
            letters[0].body
        );
    }
    assert_eq!(hooked.told(&id).await, []);
    // What is deleted is told, since it cannot be asked any more what it said.
    let gone: Key = expected[0]
        .split("/_history")
        .next()
        .map(|key| {
            let (typ, id) = key.split_once('/').unwrap();
            Key::new(typ, id.parse().unwrap())
        })
        .unwrap();
    delete(&hooked.region, &hooked.now(), &gone).await.unwrap();
    assert_eq!(hooked.told(&id).await[0].0, format!("{gone}/_history/2"));
    // The secret is shown once.
    assert!(!hooked.resource(&id).await.to_json().contains(&secret));
}

async fn what_failed_comes_again_under_its_ids(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let (id, _) = hooked.subscribed("Observation").await;
    observe(&hooked, &patient, 61.0).await;
    hooked.down(true);
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Later);
    let first = events(&hooked.taken()[0]);
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Later);
    assert_eq!(hooked.taken(), [], "not before the pause is over");
    hooked.region.clock.advance(Span::seconds(5));
    let second = observe(&hooked, &patient, 62.0).await;
    hooked.down(false);
    let told = hooked.told(&id).await;
    assert_eq!(told[0], first[0], "the same id for the same change");
    assert_eq!(told[1].0, format!("{second}/_history/1"));
    assert_ne!(told[1].1, told[0].1);
    assert_eq!(told.len(), 2);
}

async fn a_crash_before_remembering_is_a_repeat(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let (id, _) = hooked.subscribed("Observation").await;
    observe(&hooked, &patient, 61.0).await;
    let row = hooked
        .region
        .care
        .store
        .subscription(&id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::More);
    let before = hooked.taken();
    // As if the program had ended before it remembered: the row is as it was.
    let mut changes = Changes::default();
    changes.turn_subscription(&row);
    let program = Ctx::program(hooked.region.now(), hooked.region.ids.clone());
    hooked
        .region
        .care
        .store
        .commit(&program, changes)
        .await
        .unwrap();
    // Another process goes on.
    let other = post(&hooked.region.care, &hooked.region, &hooked.catcher, "p2");
    assert_eq!(other.tell(&id).await.unwrap(), Told::More);
    let again = hooked.taken();
    assert_eq!(events(&again[0]), events(&before[0]));
    assert_eq!(
        header(&again[0], "renkei-delivery"),
        header(&before[0], "renkei-delivery")
    );
    // While it is at it, the first one keeps away.
    observe(&hooked, &patient, 62.0).await;
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Later);
    hooked.region.clock.advance(Span::seconds(31));
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::More);
    assert_eq!(hooked.taken().len(), 1);
}

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

async fn an_endpoint_that_never_answers_is_given_up(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let (id, _) = hooked.subscribed("Observation").await;
    observe(&hooked, &patient, 61.0).await;
    hooked.down(true);
    let mut tries = 0;
    while hooked.post.tell(&id).await.unwrap() == Told::Later {
        hooked.region.clock.advance(Span::hours(1));
        tries += 1;
        assert!(tries < 100);
    }
    assert_eq!(hooked.taken().len(), 20);
    let mut resource = hooked.resource(&id).await;
    assert_eq!(
        (resource.str_at("status"), resource.str_at("error")),
        (Some("error"), Some("status-503"))
    );
    // Begun again, it goes on where it stopped.
    hooked.down(false);
    resource.set("status", json!("requested"));
    update(&hooked.region, &hooked.now(), resource, None)
        .await
        .unwrap();
    assert_eq!(hooked.told(&id).await.len(), 1);
    let resource = hooked.resource(&id).await;
    assert_eq!(
        (resource.str_at("status"), resource.get("error")),
        (Some("active"), None)
    );
}

async fn only_what_is_allowed_can_be_asked(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    for (element, value, expected) in [
        (
            "/channel/endpoint",
            "https://evil.example/",
            "Subscription.channel.endpoint fault-endpoint-host",
        ),
        (
            "/channel/endpoint",
            "http://hooks.example.jp/",
            "Subscription.channel.endpoint fault-endpoint-https",
        ),
        (
            "/channel/endpoint",
            "https://169.254.169.254/",
            "Subscription.channel.endpoint fault-endpoint-host",
        ),
        (
            "/channel/type",
            "email",
            "Subscription.channel.type fault-subscription-channel",
        ),
        (
            "/channel/payload",
            "text/html",
            "Subscription.channel.payload fault-subscription-payload",
        ),
        (
            "/status",
            "active",
            "Subscription.status fault-subscription-status",
        ),
        ("/reason", "", "Subscription.reason fault-required"),
        (
            "/criteria",
            "Task?nothing=1",
            "Subscription.criteria fault-subscription-parameter",
        ),
        (
            "/criteria",
            "Task?patient.name=x",
            "Subscription.criteria fault-subscription-simple",
        ),
        (
            "/criteria",
            "Basic",
            "Subscription.criteria fault-subscription-type",
        ),
        (
            "/end",
            "2020-01-01T00:00:00Z",
            "Subscription.end fault-subscription-end",
        ),
    ] {
        let mut body = wanted("Task");
        match body.pointer_mut(element) {
            Some(there) => *there = json!(value),
            None => body["end"] = json!(value),
        }
        let result = create(&hooked.region, &hooked.now(), body).await;
        assert_eq!(said(result), expected, "{element} {value}");
    }
    // A person is not a program.
    let person = hooked.region.ctx(&hooked.region.clinic_doctor);
    let result = create(&hooked.region, &person, wanted("Task")).await;
    assert_eq!(said(result), "refuse-subscription-machine");
    for _ in 0..20 {
        create(&hooked.region, &hooked.now(), wanted("Task"))
            .await
            .unwrap();
    }
    let result = create(&hooked.region, &hooked.now(), wanted("Task")).await;
    assert_eq!(said(result), "refuse-subscription-many");
}

async fn a_subscription_is_its_makers(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let (id, secret) = hooked.subscribed("Observation").await;
    let key = Key::new("Subscription", id.clone());
    let stranger = client(&hooked.region, &hooked.region.stranger).await;
    let seen = hooked
        .region
        .care
        .store
        .read(&stranger, &key)
        .await
        .unwrap();
    assert!(seen.is_none(), "another institution does not know of it");
    let clerk = client_named(&hooked.region, &hooked.region.clinic_clerk).await;
    assert_eq!(
        said(delete(&hooked.region, &clerk, &key).await),
        "refuse-subscription-other"
    );
    let mut other = hooked.resource(&id).await;
    other.set("criteria", json!("Task"));
    let result = update(&hooked.region, &hooked.now(), other, None).await;
    assert_eq!(said(result), "Subscription.criteria fault-fhir-read-only");
    // Sent back with what was shown: the secret is not kept in it.
    let mut off = hooked.resource(&id).await;
    off.set("status", json!("off"));
    let url = "https://renkei.example/fhir/StructureDefinition/subscription-secret";
    off.set("extension", json!([{"url": url, "valueString": secret}]));
    update(&hooked.region, &hooked.now(), off, None)
        .await
        .unwrap();
    assert_eq!(hooked.status(&id).await, "off");
    assert!(!hooked.resource(&id).await.to_json().contains(&secret));
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Ended);
    delete(&hooked.region, &hooked.now(), &key).await.unwrap();
    assert_eq!(
        hooked.region.care.store.subscription(&id).await.unwrap(),
        None
    );
}

/// Another client of the same institution.
async fn client_named(region: &Region, who: &Who) -> Ctx {
    let mut ctx = machine(region, who);
    ctx.caller.account = Some("another-client".parse().unwrap());
    ctx.reach = renkei_access::reach(&ctx.caller);
    ctx
}

async fn an_end_comes_by_itself(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let mut body = wanted("Observation");
    let end = hooked.region.now() + Span::hours(1);
    body["end"] = json!(end.to_fhir());
    let made = create(&hooked.region, &hooked.now(), body).await.unwrap();
    assert_eq!(hooked.told(&made.key.id).await, []);
    observe(&hooked, &patient, 61.0).await;
    hooked.region.clock.advance(Span::hours(2));
    assert_eq!(hooked.post.tell(&made.key.id).await.unwrap(), Told::Ended);
    assert_eq!(hooked.taken(), []);
    assert_eq!(hooked.status(&made.key.id).await, "off");
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
