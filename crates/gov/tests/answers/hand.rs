//! Questions in a colleague's hands: it is told by one mail, and finds them where it begins.

use std::sync::{Arc, Mutex};

use renkei_base::clock::Span;
use renkei_base::{Ctx, Lang};
use renkei_gov::mail::deliver::{Carrier, Letter, Lost, Outbox};
use renkei_gov::mail::{Details, place};
use renkei_gov::respondent::desk::{self, Act, Contact};
use renkei_gov::sheet::hand::{give_back, hand, mine};
use renkei_store::MailState;
use renkei_testkit::Backend;

use crate::world::{CODE, World};

renkei_testkit::each_backend!(
    one_mail_for_what_is_handed_over,
    a_colleague_without_an_address_is_reached_by_the_sheet,
);

const TOPIC: &str = "handing/home-care-2026";

#[derive(Clone, Default)]
struct Catcher(Arc<Mutex<Vec<Letter>>>);

impl Carrier for Catcher {
    async fn send(&self, letter: Letter) -> Result<(), Lost> {
        self.0.lock().unwrap().push(letter);
        Ok(())
    }
}

/// Works the outbox off; the addresses and texts that went out.
async fn sent(world: &World) -> Vec<(String, String)> {
    let catcher = Catcher::default();
    let outbox = Outbox {
        store: world.store.clone(),
        carrier: catcher.clone(),
        writer: Arc::new(|kind: &str, _: Lang, details: &Details| {
            (kind.to_owned(), format!("{kind} {}", details.write()))
        }),
        clock: world.clock.shared(),
        ids: world.ids(),
        holder: world.ids().id(),
    };
    outbox.work().await.unwrap();
    let caught = catcher.0.lock().unwrap();
    caught
        .iter()
        .map(|letter| (letter.to.clone(), letter.body.clone()))
        .collect()
}

async fn give(world: &World, to: &Ctx, questions: &[&str]) {
    let questions: Vec<String> = questions.iter().map(|one| (*one).to_owned()).collect();
    let person = to.caller.account.clone().unwrap();
    let (store, officer) = (&world.store, world.officer());
    hand(
        store,
        &officer,
        world.place(),
        &questions,
        person.as_str(),
        "台帳で",
    )
    .await
    .unwrap();
}

async fn one_mail_for_what_is_handed_over(backend: Backend) {
    let world = World::new(backend).await;
    let colleague = world.colleague();
    assert!(
        place::set_own(&world.store, &colleague, "nishi")
            .await
            .is_err()
    );
    place::set_own(&world.store, &colleague, "nishi@example.jp")
        .await
        .unwrap();
    // To oneself nothing is told.
    give(&world, &world.officer(), &["a3"]).await;
    assert!(sent(&world).await.is_empty());
    give(&world, &colleague, &["b1"]).await;
    // The form was sent twice, and there is more on the same day.
    give(&world, &colleague, &["b1"]).await;
    give(&world, &colleague, &["a1"]).await;
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let (to, text) = &mails[0];
    assert_eq!(to, "nishi@example.jp");
    assert!(text.starts_with("handing ") && text.contains("/surveys/home-care-2026/answer"));
    for hidden in ["試験", "台帳で", "b1", "目黒区"] {
        assert!(!text.contains(hidden), "{text}");
    }
    let found = mine(&world.store, &colleague).await.unwrap();
    assert_eq!(found.len(), 1);
    let ids: Vec<&str> = found[0]
        .questions
        .iter()
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!((ids, found[0].notes.len()), (vec!["a1", "b1"], 1));
    assert_eq!(found[0].questions[0].1, "アa1");
    assert_eq!(mine(&world.store, &world.approver()).await.unwrap(), []);
    // What was given back before its mail went out needs none.
    world.clock.advance(Span::days(1));
    let questions = ["a1".to_owned(), "b1".to_owned()];
    give_back(&world.store, &colleague, world.place(), &questions, "")
        .await
        .unwrap();
    give(&world, &colleague, &["a1"]).await;
    give_back(&world.store, &colleague, world.place(), &questions, "")
        .await
        .unwrap();
    assert!(sent(&world).await.is_empty());
    let log = world.store.mails_of(TOPIC, 10).await.unwrap();
    let states: Vec<MailState> = log.iter().map(|mail| mail.state).collect();
    assert_eq!(states, [MailState::Dropped, MailState::Sent]);
    assert_eq!(mine(&world.store, &colleague).await.unwrap(), []);
    // Who asks does not see it in the log of reminders.
    let reminders = world.store.mails_of(&format!("survey/{CODE}"), 10).await;
    assert!(reminders.unwrap().is_empty());
}

async fn a_colleague_without_an_address_is_reached_by_the_sheet(backend: Backend) {
    let world = World::new(backend).await;
    give(&world, &world.colleague(), &["b1"]).await;
    assert!(sent(&world).await.is_empty(), "nobody can be reached");
    let contact = Contact {
        mail: "kaigo@example.jp".to_owned(),
        ..Contact::default()
    };
    let act = Act::Contact(&contact);
    desk::act(&world.store, &world.officer(), world.place(), &act)
        .await
        .unwrap();
    give(&world, &world.colleague(), &["a1"]).await;
    assert_eq!(sent(&world).await[0].0, "kaigo@example.jp");
    // Once its sheet is closed nothing is asked of anybody.
    world.clock.advance(Span::days(20));
    assert_eq!(mine(&world.store, &world.colleague()).await.unwrap(), []);
}
