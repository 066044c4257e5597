//! Reminders: on their days, to those who have not answered, once each; also where the program ends in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use renkei_base::clock::Span;
use renkei_base::{Clock, Lang, Role};
use renkei_directory::confirmation;
use renkei_gov::mail::deliver::{Carrier, Fate, LINES, Letter, Lost, Outbox};
use renkei_gov::mail::{self, Details};
use renkei_gov::reminder;
use renkei_gov::respondent::desk::{self, Act, Contact};
use renkei_store::MailState;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HACHIOJI, MEGURO, SURVEY, World};

each_backend!(
    on_their_days_to_those_who_have_not_answered,
    a_program_that_ends_sends_nothing_twice,
    what_fails_is_tried_again_and_told,
    thousands_go_out_on_a_few_lines,
    one_that_ends_in_the_middle_of_many_sends_none_twice,
    the_yearly_confirmation_reminds
);

/// Catches mails, or loses them.
#[derive(Clone, Default)]
pub(crate) struct Catcher {
    caught: Arc<Mutex<Vec<Letter>>>,
    lost: Arc<Mutex<Option<Lost>>>,
    /// Mails that are handed over at this moment, and the most there were.
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    /// After so many the server takes what it gets and says nothing more.
    silent_after: Option<usize>,
}

impl Carrier for Catcher {
    async fn send(&self, letter: Letter) -> Result<(), Lost> {
        if let Some(lost) = self.lost.lock().unwrap().clone() {
            return Err(lost);
        }
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        tokio::task::yield_now().await;
        let caught = {
            let mut all = self.caught.lock().unwrap();
            all.push(letter);
            all.len()
        };
        if self.silent_after.is_some_and(|most| caught > most) {
            std::future::pending::<()>().await;
        }
        self.now.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Catcher {
    fn taken(&self) -> Vec<Letter> {
        std::mem::take(&mut self.caught.lock().unwrap())
    }
}

pub(crate) fn outbox(world: &World, catcher: &Catcher) -> Outbox<Catcher> {
    Outbox {
        store: world.store.clone(),
        carrier: catcher.clone(),
        writer: Arc::new(|kind: &str, _: Lang, details: &Details| {
            (kind.to_owned(), format!("{} {}", details.day, details.path))
        }),
        clock: world.clock.shared(),
        ids: Arc::clone(&world.ids),
        holder: world.ids.id(),
    }
}

async fn reach(world: &World, municipality: &str) {
    let contact = Contact {
        name: "係".to_owned(),
        phone: String::new(),
        mail: format!("a{municipality}@city.example.jp"),
    };
    let office = world.office(municipality);
    let owner = world.officer(&world.prefecture);
    let done = desk::act(
        &world.store,
        &owner,
        (SURVEY, &office),
        &Act::Contact(&contact),
    )
    .await;
    done.unwrap();
}

/// To ten in the morning in Japan, so many days before (or after) the last day.
async fn go(world: &World, days: i64) {
    let last = world.survey().await.closes;
    let to = last - Span::hours(14) + Span::days(days);
    world.clock.advance(to - world.clock.now());
}

/// Story 34.
async fn on_their_days_to_those_who_have_not_answered(backend: Backend) {
    let world = World::open(backend).await;
    let catcher = Catcher::default();
    let outbox = outbox(&world, &catcher);
    for one in [MEGURO, HACHIOJI] {
        reach(&world, one).await;
    }
    let mut told = Vec::new();
    for days in -10..=10 {
        go(&world, days).await;
        // Twice a day, by two processes.
        for _ in 0..2 {
            reminder::write(&world.store, &world.program())
                .await
                .unwrap();
            outbox.work().await.unwrap();
        }
        if days == 1 {
            world.put(HACHIOJI, "submitted").await;
        }
        told.extend(catcher.taken().into_iter().map(|letter| (days, letter)));
    }
    let mut days: Vec<(i64, &str)> = told
        .iter()
        .map(|(days, letter)| (*days, letter.to.as_str()))
        .collect();
    // Those of one day go out on several lines.
    days.sort_unstable();
    let (meguro, hachioji) = ("a131105@city.example.jp", "a132012@city.example.jp");
    assert_eq!(
        days,
        [
            (-7, meguro),
            (-7, hachioji),
            (-1, meguro),
            (-1, hachioji),
            (1, meguro),
            (1, hachioji),
            (7, meguro),
        ]
    );
    assert_eq!(told[0].1.subject, "survey-before");
    assert_eq!(told[6].1.subject, "survey-after");
    assert!(told[0].1.body.ends_with("/surveys/home-care-2026/answer"));
    let log = world.store.mails_of(&reminder::topic(SURVEY), 100).await;
    assert_eq!(log.unwrap().len(), 7);
}

async fn a_program_that_ends_sends_nothing_twice(backend: Backend) {
    let world = World::open(backend).await;
    let catcher = Catcher::default();
    let outbox = outbox(&world, &catcher);
    reach(&world, MEGURO).await;
    go(&world, -7).await;
    reminder::write(&world.store, &world.program())
        .await
        .unwrap();
    // It was taken, and the program ended before anybody wrote what came of it.
    let ctx = world.program();
    let mail = world.store.mails_due(ctx.at, 10).await.unwrap().remove(0);
    let dead = world.ids.id();
    let until = ctx.at + Span::minutes(5);
    assert!(
        world
            .store
            .take_mail(&ctx, &mail.id, &dead, until)
            .await
            .unwrap()
    );
    assert!(
        !world
            .store
            .take_mail(&ctx, &mail.id, &dead, until)
            .await
            .unwrap()
    );
    outbox.work().await.unwrap();
    world.clock.advance(Span::minutes(6));
    outbox.work().await.unwrap();
    assert!(catcher.taken().is_empty(), "perhaps it had gone out");
    let topic = reminder::topic(SURVEY);
    let log = world.store.mails_of(&topic, 10).await.unwrap();
    assert_eq!(log[0].state, MailState::Unsure);
    // A person decides.
    let ctx = world.officer(&world.prefecture);
    let other = mail::send_again(&world.store, &ctx, "survey/another", &mail.id).await;
    assert!(other.is_err(), "not of this log");
    mail::send_again(&world.store, &ctx, &topic, &mail.id)
        .await
        .unwrap();
    outbox.work().await.unwrap();
    assert_eq!(catcher.taken().len(), 1);
    assert!(
        mail::send_again(&world.store, &ctx, &topic, &mail.id)
            .await
            .is_err()
    );
}

async fn what_fails_is_tried_again_and_told(backend: Backend) {
    let world = World::open(backend).await;
    let catcher = Catcher::default();
    let outbox = outbox(&world, &catcher);
    reach(&world, MEGURO).await;
    reach(&world, HACHIOJI).await;
    go(&world, -7).await;
    reminder::write(&world.store, &world.program())
        .await
        .unwrap();
    let lost = |code: &str, fate| {
        Some(Lost {
            code: code.to_owned(),
            fate,
        })
    };
    *catcher.lost.lock().unwrap() = lost("connect", Fate::Later);
    outbox.work().await.unwrap();
    let topic = reminder::topic(SURVEY);
    let log = world.store.mails_of(&topic, 10).await.unwrap();
    assert!(
        log.iter()
            .all(|mail| mail.state == MailState::Waiting && mail.tries == 1)
    );
    *catcher.lost.lock().unwrap() = lost("status-550", Fate::Never);
    outbox.work().await.unwrap();
    let log = world.store.mails_of(&topic, 10).await.unwrap();
    assert!(log.iter().all(|mail| mail.tries == 1), "not at once");
    world.clock.advance(Span::minutes(2));
    // One of them answers meanwhile: it is left in peace.
    world.put(HACHIOJI, "submitted").await;
    outbox.work().await.unwrap();
    let log = world.store.mails_of(&topic, 10).await.unwrap();
    let mut states: Vec<MailState> = log.iter().map(|mail| mail.state).collect();
    states.sort();
    assert_eq!(states, [MailState::Failed, MailState::Dropped]);
    assert!(log.iter().any(|mail| mail.fault == "status-550"));
}

/// One reminder and so many times two hundred more.
async fn many(world: &World, batches: usize) {
    let ctx = world.program();
    reminder::write(&world.store, &ctx).await.unwrap();
    let model = world.store.mails_due(ctx.at, 1).await.unwrap().remove(0);
    for batch in 0..batches {
        let mut changes = renkei_store::Changes::default();
        for n in 0..200 {
            let mut mail = model.clone();
            mail.id = ctx.ids.id();
            mail.about = format!("{}/{batch}/{n}", model.about);
            changes.put_mail(&mail);
        }
        world.store.commit(&ctx, changes).await.unwrap();
    }
}

/// Decision 81: what was taken and not settled is unsure, however many lines there were.
async fn one_that_ends_in_the_middle_of_many_sends_none_twice(backend: Backend) {
    let world = World::open(backend).await;
    reach(&world, MEGURO).await;
    go(&world, -7).await;
    many(&world, 2).await;
    let first = Catcher {
        silent_after: Some(150),
        ..Catcher::default()
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), async {
        let outbox = outbox(&world, &first);
        let work = outbox.work();
        tokio::pin!(work);
        loop {
            // Until every line waits for a word.
            tokio::select! {
                done = &mut work => panic!("{done:?}"),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
            if first.caught.lock().unwrap().len() == 150 + LINES {
                return;
            }
        }
    });
    ended.await.unwrap();
    world.clock.advance(Span::minutes(6));
    let second = Catcher::default();
    let sent = outbox(&world, &second).work().await.unwrap();
    let mut ids: Vec<String> = Vec::new();
    for letter in first.taken().iter().chain(&second.taken()) {
        ids.push(letter.id.to_string());
    }
    assert_eq!((sent, ids.len()), (401 - 150 - LINES, 401), "each went out");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 401, "and none twice");
    let counts = world.store.mail_counts(&reminder::topic(SURVEY)).await;
    let lines = i64::try_from(LINES).unwrap();
    let unsure = (MailState::Unsure, lines);
    assert!(counts.unwrap().contains(&unsure), "a person decides");
}

async fn thousands_go_out_on_a_few_lines(backend: Backend) {
    let world = World::open(backend).await;
    let catcher = Catcher::default();
    let outbox = outbox(&world, &catcher);
    reach(&world, MEGURO).await;
    go(&world, -7).await;
    many(&world, 5).await;
    assert_eq!(outbox.work().await.unwrap(), 1_001);
    let lines = catcher.most.load(Ordering::Relaxed);
    assert!((2..=LINES).contains(&lines), "{lines}");
    assert_eq!(outbox.work().await.unwrap(), 0);
    let mut ids: Vec<String> = catcher
        .taken()
        .iter()
        .map(|one| one.id.to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1_001);
}

async fn the_yearly_confirmation_reminds(backend: Backend) {
    let world = World::new(backend).await;
    let catcher = Catcher::default();
    let outbox = outbox(&world, &catcher);
    let (store, office) = (&world.store, world.office(MEGURO));
    let own = world.officer(&office);
    let set = async |typed: &str| mail::place::set(store, &own, &office, typed).await;
    assert!(set("meguro").await.is_err());
    set("a131105@city.example.jp").await.unwrap();
    let stranger = world.officer(&world.office(HACHIOJI));
    let theirs = mail::place::set(store, &stranger, &office, "x@example.jp").await;
    assert!(theirs.is_err());
    assert!(mail::place::get(store, &stranger, &office).await.is_err());
    let desk = world.person(&world.prefecture, Role::RegionDesk);
    let round = confirmation::open(store, &desk, "令和8年度の確認", "2026-12-20")
        .await
        .unwrap();
    let mut told = Vec::new();
    for day in 6..=27 {
        let at = jiff::civil::date(2026, 12, day).at(10, 0, 0, 0);
        world
            .clock
            .set(renkei_base::Micros::from_japan(at).unwrap());
        reminder::write(store, &world.program()).await.unwrap();
        outbox.work().await.unwrap();
        told.extend(
            catcher
                .taken()
                .into_iter()
                .map(|letter| (day, letter.subject)),
        );
        if day == 20 {
            let parts: Vec<String> = confirmation::PARTS.map(str::to_owned).to_vec();
            let admin = world.person(&office, Role::InstitutionAdmin);
            let done = confirmation::confirm(store, &admin, &round, &office, &parts[..3]).await;
            done.unwrap();
        }
        if day == 22 {
            let parts: Vec<String> = confirmation::PARTS.map(str::to_owned).to_vec();
            let admin = world.person(&office, Role::InstitutionAdmin);
            let done = confirmation::confirm(store, &admin, &round, &office, &parts).await;
            done.unwrap();
        }
    }
    let expected = [
        (6, "confirmation-before"),
        (17, "confirmation-before"),
        (21, "confirmation-after"),
    ];
    assert_eq!(told, expected.map(|(day, kind)| (day, kind.to_owned())));
}
