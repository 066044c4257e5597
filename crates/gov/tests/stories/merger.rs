//! A municipality that was merged in mid-year: its sheet goes to its successor or stays, nobody is shut out, and next year's
//! officer finds what both had said.

use jiff::civil::date;
use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::Areas;
use renkei_directory::area::merger::{Merger, Successor, merge};
use renkei_gov::answer::input::Typed;
use renkei_gov::respondent::merger::{hand_over, merged};
use renkei_gov::respondent::{Universe, expect, rate};
use renkei_gov::sheet::previous::{previous, take_over};
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry};
use renkei_gov::survey::{Typed as TypedSurvey, course, draft, seen};
use renkei_gov::{Value, reminder};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HACHIOJI, MEGURO, SURVEY, World, universe};

each_backend!(
    a_merger_while_it_is_answered,
    a_merger_before_the_next_asking,
    a_successor_without_an_office_is_told,
);

/// 世田谷区, into which 目黒区 is merged here.
const SETAGAYA: &str = "131121";
const NEXT: &str = "home-care-2027";

fn key(failure: Failure) -> String {
    match failure {
        Failure::Refused(Refusal::NotNow(key) | Refusal::Forbidden(key)) => key,
        Failure::Refused(Refusal::NotFound) => "not-found".to_owned(),
        other => format!("{other:?}"),
    }
}

async fn unite(world: &mut World, into: Successor) {
    let merger = Merger {
        from: vec![MEGURO.to_owned()],
        into: vec![into],
        on: date(2026, 4, 1),
        areas: Vec::new(),
    };
    merge(&world.store, &world.program(), &merger)
        .await
        .unwrap();
    world.areas = Areas::load(&world.store).await.unwrap();
}

async fn into_setagaya(world: &mut World) {
    let into = Successor {
        code: SETAGAYA.to_owned(),
        ..Successor::default()
    };
    unite(world, into).await;
}

fn entry(question: &str, value: &str) -> Entry {
    Entry {
        question: question.to_owned(),
        revision: 0,
        typed: Typed {
            values: vec![value.to_owned()],
            ..Typed::default()
        },
    }
}

async fn write(world: &World, ctx: &Ctx, office: &Id, value: &str) -> Result<(), Failure> {
    let entries = [entry("a1", value)];
    let manner = &Manner::TYPING;
    let saved = sheet::save(&world.store, ctx, (SURVEY, office), &entries, manner).await?;
    assert!(saved.is_whole(), "{:?}", saved.outcomes);
    Ok(())
}

async fn over(world: &World, ctx: &Ctx, office: &Id) -> Result<(), Failure> {
    let (store, areas, finder) = (&world.store, &world.areas, &world.finder);
    hand_over(store, areas, finder, ctx, (SURVEY, office), "合併").await
}

async fn a_merger_while_it_is_answered(backend: Backend) {
    let mut world = World::open(backend).await;
    let (meguro, setagaya) = (world.office(MEGURO), world.office(SETAGAYA));
    let owner = world.officer(&world.prefecture);
    let (before, after) = (world.officer(&meguro), world.officer(&setagaya));
    write(&world, &before, &meguro, "yes").await.unwrap();
    let early = over(&world, &owner, &meguro).await;
    assert_eq!(key(early.unwrap_err()), "refuse-sheet-not-merged");
    into_setagaya(&mut world).await;
    let today = owner.at.in_japan().date();
    let found = merged(
        &world.areas,
        &world.finder,
        &world.sheet(MEGURO).await,
        today,
    );
    let found = found.unwrap();
    assert_eq!(
        (found.name.as_str(), found.office.as_ref()),
        ("世田谷区", Some(&setagaya))
    );
    // Only who asks hands over; until then the successor sees nothing of it.
    let own = over(&world, &before, &meguro).await;
    assert_eq!(key(own.unwrap_err()), "not-found");
    let sees = seen::sheet(&world.store, &after, SURVEY, &meguro).await;
    assert_eq!(key(sees.unwrap_err()), "not-found");
    over(&world, &owner, &meguro).await.unwrap();
    let again = over(&world, &owner, &meguro).await;
    assert_eq!(key(again.unwrap_err()), "refuse-sheet-merged");
    let row = world.sheet(MEGURO).await;
    assert_eq!(
        (
            row.counted,
            row.uncounted_why.as_str(),
            row.successor.as_ref()
        ),
        (false, "合併", Some(&setagaya))
    );
    let rate = rate::rate(&world.store, SURVEY).await.unwrap();
    assert_eq!((rate.expected, rate.uncounted), (52, 10));
    // The successor reads it, takes answers over, and writes in its own only. Others see nothing.
    assert!(
        sheet::load(&world.store, &after, SURVEY, &meguro)
            .await
            .is_ok()
    );
    let theirs = write(&world, &after, &meguro, "no").await;
    assert_eq!(key(theirs.unwrap_err()), "refuse-sheet-looks-only");
    let other = world.officer(&world.office(HACHIOJI));
    let sees = seen::sheet(&world.store, &other, SURVEY, &meguro).await;
    assert_eq!(key(sees.unwrap_err()), "not-found");
    let atlas = world.areas.atlas();
    let survey = world.survey().await;
    let row = world.sheet(SETAGAYA).await;
    let beside = previous(&world.store, &atlas, &survey, &row).await.unwrap();
    let names: Vec<&str> = beside.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["目黒区"]);
    let place = (SURVEY, &setagaya);
    let from = ("a1", meguro.as_str());
    let took = take_over(&world.store, &atlas, &after, place, from).await;
    let choice = "yes".to_owned();
    assert_eq!(
        took.unwrap().sheet.answers["a1"].value,
        Some(Value::One { choice })
    );
    // Nobody is shut out, and nobody is reminded of what another one answers.
    let entries = [entry("a2", "yes")];
    let (place, manner) = ((SURVEY, &meguro), &Manner::TYPING);
    let goes_on = sheet::save(&world.store, &before, place, &entries, manner).await;
    assert!(goes_on.unwrap().is_whole());
    let mail = renkei_store::MailRow {
        id: world.ids.id(),
        about: "x".to_owned(),
        topic: reminder::topic(SURVEY),
        kind: "survey-before".to_owned(),
        institution: meguro,
        address: "a@example.jp".to_owned(),
        lang: renkei_base::Lang::Ja,
        details: String::new(),
        state: renkei_store::MailState::Waiting,
        tries: 0,
        next: owner.at,
        fault: String::new(),
        created_at: owner.at,
        done_at: None,
    };
    let mut changes = renkei_store::Changes::default();
    changes.put_mail(&mail);
    world.store.commit(&world.program(), changes).await.unwrap();
    let catcher = crate::mails::Catcher::default();
    let sent = crate::mails::outbox(&world, &catcher).work().await;
    assert_eq!(sent.unwrap(), 0);
}

async fn a_merger_before_the_next_asking(backend: Backend) {
    let mut world = World::open(backend).await;
    let (meguro, setagaya) = (world.office(MEGURO), world.office(SETAGAYA));
    for (municipality, office, value) in [(MEGURO, &meguro, "yes"), (SETAGAYA, &setagaya, "no")] {
        let ctx = world.officer(office);
        write(&world, &ctx, office, value).await.unwrap();
        world.put(municipality, "submitted").await;
    }
    into_setagaya(&mut world).await;
    let owner = world.officer(&world.prefecture);
    let typed = TypedSurvey {
        code: NEXT.to_owned(),
        previous: SURVEY.to_owned(),
        ..world.typed()
    };
    let asked = world.survey().await.questionnaire;
    draft::create(&world.store, &owner, &asked, 1, &typed)
        .await
        .unwrap();
    let (areas, finder) = (&world.areas, &world.finder);
    // By its old code the new one is asked, and that is told.
    let by_code = Universe {
        list: MEGURO.to_owned(),
        ..Universe::default()
    };
    let found = expect::expect(&world.store, areas, finder, &owner, NEXT, &by_code).await;
    let found = found.unwrap();
    assert_eq!(found.merged, [("目黒区".to_owned(), "世田谷区".to_owned())]);
    assert_eq!(found.expected[0].respondent, setagaya);
    let found = expect::expect(&world.store, areas, finder, &owner, NEXT, &universe()).await;
    assert_eq!(found.unwrap().expected.len(), 61);
    let next = world.store.survey(NEXT).await.unwrap().unwrap();
    course::open(&world.store, &owner, NEXT, next.revision)
        .await
        .unwrap();
    let row = world.store.respondent(NEXT, &setagaya).await.unwrap();
    let atlas = world.areas.atlas();
    let beside = previous(&world.store, &atlas, &next, &row.unwrap()).await;
    let beside = beside.unwrap();
    let said: Vec<(&str, String)> = beside
        .iter()
        .map(|one| {
            let value = one.answers["a1"].value.as_ref();
            (one.name.as_str(), value.map(Value::write).unwrap())
        })
        .collect();
    assert_eq!(
        said,
        [
            ("世田谷区", r#"{"choice":"no"}"#.to_owned()),
            ("目黒区", r#"{"choice":"yes"}"#.to_owned()),
        ]
    );
    // One that was not merged sees its own alone.
    let hachioji = world.office(HACHIOJI);
    world.put(HACHIOJI, "submitted").await;
    let row = world.store.respondent(NEXT, &hachioji).await.unwrap();
    let beside = previous(&world.store, &atlas, &next, &row.unwrap()).await;
    assert_eq!(beside.unwrap().len(), 1);
}

async fn a_successor_without_an_office_is_told(backend: Backend) {
    let mut world = World::open(backend).await;
    // 13137 with its check digit: no such ward, and no office of one.
    let into = Successor {
        code: "131377".to_owned(),
        name: "見本区".to_owned(),
        kana: String::new(),
    };
    unite(&mut world, into).await;
    let meguro = world.office(MEGURO);
    let owner = world.officer(&world.prefecture);
    let no_office = over(&world, &owner, &meguro).await;
    assert_eq!(key(no_office.unwrap_err()), "refuse-sheet-no-office");
    // The sheet stays open all the same.
    let before = world.officer(&meguro);
    write(&world, &before, &meguro, "yes").await.unwrap();
}
