//! The region is what it says it is, on each database.
#![cfg(test)]

use std::collections::BTreeMap;
use std::time::Instant;

use renkei_access::{Access, AccessConfig};
use renkei_base::{Caller, Clock, Ctx, Micros};
use renkei_care::referral::State;
use renkei_care::{Care, Deadlines};
use renkei_fhir::Key;
use renkei_sample::{Made, SEED, SampleError, data::Data};
use renkei_store::Store;
use renkei_testkit::{Backend, CountingIds, TestClock, each_backend};

each_backend!(
    everyone_is_there,
    every_state_is_there,
    the_same_seed_gives_the_same_bodies,
    a_region_cut_off_is_not_taken_for_one
);

/// A Sunday night: what happened in working hours lies on the days before.
const NOW: &str = "2026-11-22T23:40:00+09:00";

struct World {
    store: Store,
    care: Care,
    access: Access,
    now: Micros,
}

async fn open(backend: &Backend) -> World {
    let clock = TestClock::at(NOW);
    let store = Store::open(&backend.config(), clock.shared())
        .await
        .unwrap();
    let access = Access::new(store.clone(), AccessConfig::cheap(), CountingIds::shared(1));
    World {
        care: Care::new(store.clone(), Deadlines::default()),
        access,
        now: clock.now(),
        store,
    }
}

impl World {
    fn ctx(&self) -> Ctx {
        Ctx::program(self.now, CountingIds::shared(99))
    }

    /// A doctor of the institution that wrote the letter.
    async fn sender(&self, made: &Made, data: &Data, case: &str) -> Ctx {
        let row = data.referrals.iter().find(|row| row.key == case).unwrap();
        let patient = data
            .patients
            .iter()
            .find(|one| one.key == row.patient)
            .unwrap();
        let doctor = data
            .people
            .iter()
            .find(|one| one.institution == patient.institution && one.roles.contains("doctor"));
        let account = self
            .store
            .account(&made.people[&doctor.unwrap().login])
            .await
            .unwrap()
            .unwrap();
        let caller = Caller {
            account: Some(account.id),
            name: account.name,
            institution: account.institution,
            roles: account.roles,
            machine: None,
        };
        Ctx {
            reach: renkei_access::reach(&caller),
            caller,
            ..self.ctx()
        }
    }

    async fn make(&self) -> Result<Made, SampleError> {
        let listen = "127.0.0.1:8080".parse().unwrap();
        let mode = self.access.demo_mode(&self.ctx(), listen).await.unwrap();
        renkei_sample::make(&self.access, &self.care, &mode, SEED, self.now).await
    }
}

async fn everyone_is_there(backend: Backend) {
    let world = open(&backend).await;
    #[expect(clippy::disallowed_methods, reason = "the test tells how long it took")]
    let start = Instant::now();
    let made = world.make().await.unwrap();
    println!(
        "made in {:?}, postgres: {}",
        start.elapsed(),
        backend.is_postgres()
    );

    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for row in world.store.institutions().await.unwrap() {
        *kinds.entry(row.kind).or_default() += 1;
        assert!(row.name.contains("見本"), "{}", row.name);
    }
    let all: Vec<&str> = renkei_directory::Kind::ALL
        .iter()
        .map(|kind| kind.code())
        .collect();
    assert!(
        all.iter().all(|kind| kinds.contains_key(*kind)),
        "{kinds:?}"
    );
    assert_eq!(
        (
            kinds["hospital"],
            kinds["clinic"],
            kinds.values().sum::<usize>()
        ),
        (5, 8, 96)
    );

    let mut roles: BTreeMap<&str, usize> = BTreeMap::new();
    for id in made.people.values() {
        let row = world.store.account(id).await.unwrap().unwrap();
        for role in row.roles.iter() {
            *roles.entry(role.code()).or_default() += 1;
        }
    }
    for role in renkei_base::Role::ALL {
        assert!(roles.contains_key(role.code()), "{roles:?}");
    }
    assert_eq!(made.people.len(), 54);
    assert_eq!(
        (
            made.patients.len(),
            made.cases.len(),
            made.departments.len()
        ),
        (200, 91, 17)
    );
    assert_eq!(
        renkei_sample::state(&world.store).await.unwrap(),
        renkei_sample::State::Made
    );
    assert!(
        matches!(world.make().await, Err(SampleError::Half)),
        "a second region"
    );
    world.store.close().await.unwrap();
}

async fn every_state_is_there(backend: Backend) {
    let world = open(&backend).await;
    let made = world.make().await.unwrap();
    let data = Data::read().unwrap();
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    let mut late = 0;
    for (key, case) in &made.cases {
        let ctx = world.sender(&made, &data, key).await;
        let view = renkei_care::referral::view(&world.care, &ctx, case)
            .await
            .unwrap();
        *states.entry(view.state).or_default() += 1;
        late += usize::from(view.overdue);
        let times: Vec<Micros> = view.timeline.iter().map(|event| event.at).collect();
        assert!(
            times.is_sorted() && times.last() <= Some(&world.now),
            "{key}: {times:?}"
        );
        assert_eq!(
            view.number.is_empty(),
            matches!(view.state, State::Draft | State::Ready | State::Cancelled)
                && view.sent.is_none(),
            "{key}"
        );
    }
    for state in State::ALL {
        assert!(states.contains_key(&state), "{state:?} of {states:?}");
    }
    assert!((10..30).contains(&late), "{late} late");
    assert_eq!(states.values().sum::<usize>(), 91);
    world.store.close().await.unwrap();
}

async fn the_same_seed_gives_the_same_bodies(backend: Backend) {
    let first = bodies(&backend).await;
    let other = if backend.is_postgres() {
        Backend::postgres()
    } else {
        Backend::sqlite()
    };
    let second = bodies(&other).await;
    assert!(first.len() > 1000, "{}", first.len());
    for (key, body) in &first {
        assert_eq!(second.get(key), Some(body), "{key}");
    }
    assert_eq!(first.len(), second.len());
}

/// Every resource of the region, by key.
async fn bodies(backend: &Backend) -> BTreeMap<String, String> {
    let world = open(backend).await;
    world.make().await.unwrap();
    let ctx = world.ctx();
    let mut keys: Vec<Key> = Vec::new();
    let mut cursor = String::new();
    loop {
        let (fed, next) = world.store.feed(&cursor, 500).await.unwrap();
        if fed.is_empty() {
            break;
        }
        keys.extend(fed.into_iter().map(|one| one.key));
        cursor = next;
    }
    keys.sort();
    keys.dedup();
    let stored = world.store.read_many(&ctx, &keys).await.unwrap();
    world.store.close().await.unwrap();
    let text = |one: &renkei_store::Stored| one.resource.to_json();
    stored
        .iter()
        .map(|one| (one.key.to_string(), text(one)))
        .collect()
}

async fn a_region_cut_off_is_not_taken_for_one(backend: Backend) {
    let world = open(&backend).await;
    assert_eq!(
        renkei_sample::state(&world.store).await.unwrap(),
        renkei_sample::State::Empty
    );
    let new = renkei_directory::institution::NewInstitution {
        kind: "clinic".to_owned(),
        name: "見本診療所".to_owned(),
        municipality: "131105".to_owned(),
        address: "見本1-1".to_owned(),
        ..Default::default()
    };
    renkei_directory::institution::register(&world.store, &world.ctx(), &new)
        .await
        .unwrap();
    assert_eq!(
        renkei_sample::state(&world.store).await.unwrap(),
        renkei_sample::State::Half
    );
    assert!(matches!(world.make().await, Err(SampleError::Half)));
    world.store.close().await.unwrap();
}

#[test]
fn names_that_break_software_are_there() {
    let data = Data::read().unwrap();
    let names: Vec<String> = data
        .patients
        .iter()
        .map(|row| format!("{}{}", row.form.family, row.form.given))
        .collect();
    for wanted in ["髙", "﨑", "𠮷", "齋", "斎", "齊", "濵", "・", "\u{e0100}"] {
        let there = names.iter().any(|name| name.contains(wanted))
            || data.people.iter().any(|row| row.name.contains(wanted));
        assert!(there, "{wanted}");
    }
    let count = |test: fn(&renkei_care::patient::PatientForm) -> bool| {
        data.patients.iter().filter(|row| test(&row.form)).count()
    };
    assert!(count(|form| form.given.is_empty()) >= 3);
    assert!(count(|form| form.family_kana.is_empty()) >= 5);
    assert_eq!(
        count(|form| form.family == "佐藤"
            && form.given == "愛"
            && form.birthday == "昭和60年5月5日"),
        2
    );
    for day in [
        "昭和64年1月7日",
        "平成元年1月8日",
        "令和2年2月29日",
        "昭和27年2月29日",
    ] {
        assert!(
            data.patients.iter().any(|row| row.form.birthday == day),
            "{day}"
        );
    }
    assert!(count(|form| form.birthday.starts_with("大正")) >= 3);
    assert!(names.iter().any(|name| name.chars().count() > 25));
    // No id of one person stands for another.
    let keys: std::collections::BTreeSet<&str> =
        data.patients.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys.len(), 200);
}
