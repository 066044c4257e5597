//! What an institution said is neither its municipality's nor its neighbour's; another questionnaire is no asking before.

use renkei_base::clock::Span;
use renkei_base::{Id, Refusal};
use renkei_gov::answer::input::Typed;
use renkei_gov::mail;
use renkei_gov::reminder;
use renkei_gov::respondent::expect;
use renkei_gov::respondent::universe::Expected;
use renkei_gov::sheet::previous::previous;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry};
use renkei_gov::survey::{Typed as TypedSurvey, draft};
use renkei_store::{Changes, Failure, MailRow, MailState, RespondentRow, SurveyRow};
use renkei_testkit::{Backend, each_backend};

use crate::mails::{Catcher, outbox};
use crate::world::{MEGURO, SURVEY, World};

each_backend!(
    what_a_neighbour_said_is_not_last_years,
    another_questionnaire_is_no_asking_before,
    a_mail_that_is_wanted_again_is_sent_however_old,
);

fn expected(respondent: &Id, name: &str) -> Expected {
    Expected {
        respondent: respondent.clone(),
        municipality: MEGURO.to_owned(),
        name: name.to_owned(),
        counted: true,
        uncounted_why: String::new(),
        checker: None,
    }
}

/// Writes one answer as a program, and puts the sheet into the state of one that was handed in.
async fn handed_in(world: &World, respondent: &Id, value: &str) {
    let entry = Entry {
        question: "a1".to_owned(),
        revision: 0,
        typed: Typed {
            values: vec![value.to_owned()],
            ..Typed::default()
        },
    };
    let place = (SURVEY, respondent);
    let officer = world.officer(respondent);
    let saved = sheet::save(&world.store, &officer, place, &[entry], &Manner::TYPING).await;
    assert!(saved.unwrap().is_whole());
    let row = world.store.respondent(SURVEY, respondent).await.unwrap();
    let row = row.unwrap();
    let was = row.revision;
    let state = "submitted".to_owned();
    let mut changes = Changes::default();
    changes.put_respondent(&RespondentRow { state, ..row }, Some(was));
    world.store.commit(&world.program(), changes).await.unwrap();
}

async fn what_a_neighbour_said_is_not_last_years(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    // A hospital in 目黒区 was asked beside the ward.
    let hospital = world.centre.clone();
    let (areas, finder) = (&world.areas, &world.finder);
    expect::add(
        &world.store,
        areas,
        finder,
        &owner,
        SURVEY,
        hospital.as_str(),
    )
    .await
    .unwrap();
    handed_in(&world, &hospital, "no").await;
    handed_in(&world, &world.office(MEGURO), "yes").await;
    let next = SurveyRow {
        code: "home-care-next".to_owned(),
        previous: SURVEY.to_owned(),
        ..world.survey().await
    };
    let atlas = world.areas.atlas();
    let beside = async |respondent: &Id, name: &str| {
        let row = expect::row(&next, &expected(respondent, name), 0, &owner);
        let all = previous(&world.store, &atlas, &next, &row).await.unwrap();
        all.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    // One that is asked for the first time has no last year, whoever is its neighbour.
    let new = world.ids.id();
    assert!(beside(&new, "見本新病院").await.is_empty());
    assert_eq!(
        beside(&hospital, "見本目黒保健所").await,
        ["見本目黒保健所"]
    );
    // Another office of the ward answers for the same ward.
    assert_eq!(beside(&new, "目黒区").await, ["目黒区"]);
}

async fn another_questionnaire_is_no_asking_before(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    let other = world.questionnaire().await;
    let typed = TypedSurvey {
        code: "home-care-other".to_owned(),
        previous: SURVEY.to_owned(),
        ..world.typed()
    };
    let made = draft::create(&world.store, &owner, &other, 1, &typed).await;
    match made.unwrap_err() {
        Failure::Refused(Refusal::Invalid(faults)) => {
            assert_eq!(faults[0].key, "fault-survey-previous-other");
        }
        failure => panic!("{failure:?}"),
    }
    let same = world.survey().await.questionnaire;
    let made = draft::create(&world.store, &owner, &same, 1, &typed).await;
    made.unwrap();
}

async fn a_mail_that_is_wanted_again_is_sent_however_old(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    let id = world.ids.id();
    let topic = reminder::topic(SURVEY);
    let mail = MailRow {
        id: id.clone(),
        about: "x".to_owned(),
        topic: topic.clone(),
        kind: "survey-before".to_owned(),
        institution: world.office(MEGURO),
        address: "a@example.jp".to_owned(),
        lang: renkei_base::Lang::Ja,
        details: String::new(),
        state: MailState::Waiting,
        tries: 0,
        next: owner.at,
        fault: String::new(),
        created_at: owner.at,
        done_at: None,
    };
    let mut changes = Changes::default();
    changes.put_mail(&mail);
    world.store.commit(&world.program(), changes).await.unwrap();
    // A program took it on Friday and ended; nobody looks before Monday.
    let ctx = world.program();
    let (holder, until) = (world.ids.id(), ctx.at + Span::minutes(5));
    let taken = world.store.take_mail(&ctx, &id, &holder, until);
    assert!(taken.await.unwrap());
    world.clock.advance(Span::days(3));
    let catcher = Catcher::default();
    assert_eq!(outbox(&world, &catcher).work().await.unwrap(), 0);
    let owner = world.officer(&world.prefecture);
    mail::send_again(&world.store, &owner, &topic, &id)
        .await
        .unwrap();
    assert_eq!(outbox(&world, &catcher).work().await.unwrap(), 1);
}
