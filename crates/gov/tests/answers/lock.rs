//! What was handed in stays whole, what is approved stays as it is, and nothing is shown that is not said any more.

use renkei_base::{Fault, Refusal};
use renkei_gov::answer::Value;
use renkei_gov::sheet::submit::Step;
use renkei_gov::survey::draft;
use renkei_gov::{matrix, survey_override};
use renkei_store::answer::{AnswerRow, SheetGuard};
use renkei_store::snapshot::SnapshotRow;
use renkei_store::{Changes, Failure, StoreError};
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(
    nothing_is_written_past_the_marks,
    a_correction_leaves_nothing_blank,
    nothing_is_written_once_it_is_approved,
    what_is_not_asked_or_not_said_is_no_example,
    a_discarded_draft_leaves_nothing,
    only_sheets_that_are_in_count_otherwise,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn handed_in(backend: Backend) -> World {
    let world = World::new(backend).await;
    world.filled().await;
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    world
}

async fn state(world: &World, state: &str) {
    let mut survey = world.store.survey(CODE).await.unwrap().unwrap();
    let was = survey.revision;
    state.clone_into(&mut survey.state);
    let mut changes = Changes::default();
    changes.put_survey(&survey, Some(was));
    world.store.commit(&world.program(), changes).await.unwrap();
}

async fn nothing_is_written_past_the_marks(backend: Backend) {
    let world = handed_in(backend).await;
    let mut changes = Changes::default();
    let at = world.program().at;
    changes.hold_sheet(CODE, &world.ward, SheetGuard::Unlocked, at);
    let written = world.store.commit(&world.owner(), changes).await;
    assert!(matches!(written, Err(StoreError::Conflict(_))));
}

async fn a_correction_leaves_nothing_blank(backend: Backend) {
    let world = handed_in(backend).await;
    let blank = world
        .correct(&world.approver(), entry("a1", 1, ""), "誤記")
        .await;
    assert_eq!(
        refusal(blank),
        Refusal::Invalid(vec![Fault::new("a1", "fault-answer-required")])
    );
    let other = world
        .correct(&world.approver(), entry("a1", 1, "no"), "誤記")
        .await;
    assert!(other.unwrap().is_whole());
}

async fn nothing_is_written_once_it_is_approved(backend: Backend) {
    let world = handed_in(backend).await;
    for (now, asks, unlocked) in [
        ("draft", false, true),
        ("open", true, true),
        ("closed", true, true),
        ("approved", false, false),
        ("published", false, false),
    ] {
        state(&world, now).await;
        let (mut one, mut other) = (Changes::default(), Changes::default());
        one.hold_asking_survey(CODE);
        other.hold_unlocked_survey(CODE);
        for (changes, may) in [(one, asks), (other, unlocked)] {
            let written = world.store.commit(&world.owner(), changes).await;
            assert_eq!(written.is_ok(), may, "{now}");
        }
    }
}

async fn put(world: &World, question: &str, change: impl Fn(&mut AnswerRow)) {
    let rows = world.store.answers(CODE, &world.ward).await.unwrap();
    let old = rows.into_iter().find(|row| row.question == question);
    let old = old.unwrap();
    let mut row = old.clone();
    row.revision += 1;
    change(&mut row);
    let mut changes = Changes::default();
    changes.put_answer(&row, Some(&old), "");
    world.store.commit(&world.program(), changes).await.unwrap();
}

async fn what_is_not_asked_or_not_said_is_no_example(backend: Backend) {
    let world = handed_in(backend).await;
    let survey = world.store.survey(CODE).await.unwrap().unwrap();
    let examples = async || matrix::examples(&world.store, &survey).await.unwrap();
    let said = |choice: &str| {
        let choice = choice.to_owned();
        move |row: &mut AnswerRow| {
            let choice = choice.clone();
            row.value = Value::One { choice }.write();
        }
    };
    put(&world, "a3", |row| row.explanation = "月に一度".to_owned()).await;
    assert_eq!(examples().await.len(), 1);
    put(&world, "a1", said("no")).await;
    assert!(examples().await.is_empty(), "not asked any more");
    put(&world, "a1", said("yes")).await;
    assert_eq!(examples().await.len(), 1);
    put(&world, "a3", |row| row.status = "undisclosed".to_owned()).await;
    assert!(examples().await.is_empty(), "not to be told");
}

async fn a_discarded_draft_leaves_nothing(backend: Backend) {
    let world = handed_in(backend).await;
    let row = SnapshotRow {
        survey: CODE.to_owned(),
        number: 1,
        kind: "published".to_owned(),
        label: String::new(),
        day: "2026-11-22".to_owned(),
        digest: String::new(),
        note: String::new(),
        done_by: None,
        done_at: world.program().at,
    };
    let mut changes = Changes::default();
    changes.put_snapshot(&row, "{}");
    world.store.commit(&world.program(), changes).await.unwrap();
    state(&world, "draft").await;
    draft::discard(&world.store, &world.owner(), CODE)
        .await
        .unwrap();
    let store = &world.store;
    assert!(store.survey(CODE).await.unwrap().is_none());
    assert!(store.snapshots(CODE).await.unwrap().is_empty());
    assert!(store.survey_events(CODE).await.unwrap().is_empty());
    assert!(store.answers_of_survey(CODE).await.unwrap().is_empty());
}

async fn only_sheets_that_are_in_count_otherwise(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let typed = survey_override::Typed {
        line: "a1".to_owned(),
        class: "yes".to_owned(),
        reason: "意見交換会".to_owned(),
        seen: None,
    };
    let early = survey_override::set(&world.store, &world.owner(), CODE, &world.ward, &typed).await;
    assert_eq!(refusal(early), Refusal::not_now("refuse-sheet-state"));
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    survey_override::set(&world.store, &world.owner(), CODE, &world.ward, &typed)
        .await
        .unwrap();
}
