//! Subscriptions: what a program is told, in which order, how often; and what it is never told.

use hmac::{Hmac, KeyInit, Mac};
use renkei_access::{Access, AccessConfig};
use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Machine};
use renkei_care::Care;
use renkei_care::subscription::deliver::{Post, Told};
use renkei_care::subscription::{Courier, Hosts, Letter, Lost};
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, ClientRow, ClientState};
use renkei_testkit::Backend;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::{Arc, Mutex};

use crate::fhir::{create, delete, machine, update, weight};
use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    changes_are_told_in_order_and_signed,
    what_failed_comes_again_under_its_ids,
    a_crash_before_remembering_is_a_repeat,
    an_endpoint_that_never_answers_is_given_up,
);

/// Takes letters, or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catcher {
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

pub(crate) struct Hooked {
    pub(crate) region: Region,
    pub(crate) catcher: Catcher,
    pub(crate) post: Post<Catcher>,
    /// The clinic's system.
    pub(crate) clinic: Ctx,
}

impl Hooked {
    pub(crate) async fn new(backend: &Backend) -> Self {
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

    pub(crate) fn now(&self) -> Ctx {
        Ctx {
            at: self.region.now(),
            ..self.clinic.clone()
        }
    }

    /// Asks, and takes the handshake.
    pub(crate) async fn subscribed(&self, criteria: &str) -> (Id, String) {
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

    pub(crate) async fn resource(&self, id: &Id) -> Resource {
        let key = Key::new("Subscription", id.clone());
        let read = self.region.care.store.read(&self.now(), &key).await;
        read.unwrap().unwrap().resource
    }

    pub(crate) async fn status(&self, id: &Id) -> String {
        self.resource(id).await.str_at("status").unwrap().to_owned()
    }

    pub(crate) fn taken(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.catcher.letters.lock().unwrap())
    }

    /// Delivers until there is nothing, and gives what was told: focus and event id.
    pub(crate) async fn told(&self, id: &Id) -> Vec<(String, String)> {
        while self.post.tell(id).await.unwrap() == Told::More {}
        self.taken().iter().flat_map(events).collect()
    }

    pub(crate) fn down(&self, down: bool) {
        *self.catcher.down.lock().unwrap() = down;
    }
}

pub(crate) fn post(care: &Care, region: &Region, catcher: &Catcher, holder: &str) -> Post<Catcher> {
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
pub(crate) async fn client(region: &Region, who: &Who) -> Ctx {
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

pub(crate) fn wanted(criteria: &str) -> Value {
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
pub(crate) async fn observe(hooked: &Hooked, patient: &Id, kg: f64) -> Key {
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
