//! Several people in one sheet, and the window.

use proptest::prelude::*;
use renkei_base::clock::Span;
use renkei_base::{Clock, Micros, Refusal};
use renkei_gov::respondent::{SheetState, open};
use renkei_gov::sheet::{self, Outcome};
use renkei_gov::survey::{SurveyState, Window};
use renkei_gov::{Status, Value};
use renkei_store::{Failure, StoreError};
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(
    several_people_write_one_sheet,
    two_write_one_question,
    what_is_wrong_is_told_and_the_rest_is_kept,
    what_stops_being_asked_keeps_its_answer,
    nothing_slips_in_after_the_end,
    to_a_stranger_there_is_no_sheet,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn several_people_write_one_sheet(backend: Backend) {
    let world = World::new(backend).await;
    let (one, other) = (world.officer(), world.colleague());
    let mine = [entry("a1", 0, "yes")];
    // Who has not touched the first question sends it as it was read.
    let theirs = [entry("a1", 0, ""), entry("b1", 0, "２０人")];
    let (first, second) = tokio::join!(world.save(&one, &mine), world.save(&other, &theirs));
    assert!(first.unwrap().is_whole() && second.unwrap().is_whole());
    let sheet = sheet::load(&world.store, &one, CODE, &world.ward)
        .await
        .unwrap();
    assert_eq!(sheet.state(), SheetState::Answering);
    let number = "20".to_owned();
    assert_eq!(sheet.answers["b1"].value, Some(Value::Number { number }));
    assert!(sheet.answers["a1"].value.is_some());
    let again = world.save(&other, &[entry("a1", 0, "")]).await.unwrap();
    assert_eq!(again.outcome("a1"), Some(&Outcome::Taken));
}

async fn two_write_one_question(backend: Backend) {
    let world = World::new(backend).await;
    let (one, other) = (world.officer(), world.colleague());
    world.save(&one, &[entry("b1", 0, "20")]).await.unwrap();
    let met = world
        .save(&other, &[entry("b1", 0, "30"), entry("a1", 0, "yes")])
        .await
        .unwrap();
    let Some(Outcome::Conflict(theirs)) = met.outcome("b1") else {
        panic!("{:?}", met.outcomes)
    };
    let number = "20".to_owned();
    assert_eq!(theirs.answer.value, Some(Value::Number { number }));
    assert_eq!(theirs.by, one.caller.account);
    assert_eq!(
        met.outcome("a1"),
        Some(&Outcome::Stored),
        "the rest is kept"
    );
    // With both in view.
    let revision = met.sheet.revision("b1");
    let chosen = world
        .save(&other, &[entry("b1", revision, "30")])
        .await
        .unwrap();
    assert!(chosen.is_whole());
    let history = sheet::history::history(&world.store, &chosen.sheet)
        .await
        .unwrap();
    let written: Vec<_> = history.iter().filter(|one| one.question == "b1").collect();
    assert_eq!(written.len(), 2, "nothing is lost");
    let number = "20".to_owned();
    assert_eq!(written[0].before.value, Some(Value::Number { number }));
    assert_eq!(written[0].by, "colleague");
}

async fn what_is_wrong_is_told_and_the_rest_is_kept(backend: Backend) {
    let world = World::new(backend).await;
    let saved = world
        .save(
            &world.officer(),
            &[entry("a1", 0, "yes"), entry("b1", 0, "約20")],
        )
        .await
        .unwrap();
    assert_eq!(saved.faults()[0].key, "fault-answer-about-explain");
    assert_eq!(saved.sheet.revision("a1"), 1);
    assert_eq!(saved.sheet.revision("b1"), 0);
    let unknown = world.save(&world.officer(), &[entry("z9", 0, "x")]).await;
    assert_eq!(
        refusal(unknown),
        Refusal::fault("z9", "fault-answer-question")
    );
}

async fn what_stops_being_asked_keeps_its_answer(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let saved = world
        .save(&world.officer(), &[entry("a1", 1, "no")])
        .await
        .unwrap();
    assert!(saved.sheet.answers["a3"].value.is_some());
    let marks =
        renkei_gov::answer::condition::marks(&saved.sheet.questionnaire, &saved.sheet.answers);
    assert_eq!(marks.0, [Status::No, Status::NotAsked]);
}

async fn nothing_slips_in_after_the_end(backend: Backend) {
    let world = World::new(backend).await;
    let early = world.officer();
    world.clock.advance(Span::days(10));
    let late = world.save(&world.officer(), &[entry("a1", 0, "yes")]).await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-sheet-over"));
    // The statement asks again, whatever was read before.
    let mut changes = renkei_store::Changes::default();
    changes.hold_sheet(
        CODE,
        &world.ward,
        renkei_store::answer::SheetGuard::Open,
        world.clock.now(),
    );
    let written = world.store.commit(&early, changes).await;
    assert!(
        matches!(written, Err(StoreError::Conflict(_))),
        "{written:?}"
    );
}

async fn to_a_stranger_there_is_no_sheet(backend: Backend) {
    let world = World::new(backend).await;
    let stranger = world.stranger();
    assert_eq!(
        refusal(world.save(&stranger, &[entry("a1", 0, "yes")]).await),
        Refusal::NotFound
    );
    let nothing = sheet::load(&world.store, &stranger, "none", &world.ward).await;
    assert_eq!(refusal(nothing), Refusal::NotFound);
}

proptest! {
    /// Story 34: a sheet in its respondent's hands is open exactly inside its window.
    #[test]
    fn open_inside_the_window_and_only_there(opens in -50i64..50, long in 0i64..50, at in -60i64..110) {
        let window = Window { opens: Micros(opens), closes: Micros(opens + long) };
        for survey in SurveyState::ALL {
            for sheet in SheetState::ALL {
                let inside = opens <= at && at < opens + long;
                let hands = matches!(
                    sheet,
                    SheetState::Unanswered | SheetState::Answering | SheetState::Returned
                );
                prop_assert_eq!(
                    open(survey, sheet, window, Micros(at)),
                    inside && hands && survey == SurveyState::Open
                );
            }
        }
    }
}
