//! What came on paper is handed in by who asked; what the respondent writes itself is the respondent's.

use renkei_base::Refusal;
use renkei_base::clock::Span;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::submit::Step;
use renkei_gov::sheet::{self, Origin};
use renkei_store::Failure;
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(
    what_nobody_approved_is_not_taken_as_paper,
    what_an_approver_looks_at_is_changed_by_nobody,
    what_is_left_after_its_days_is_taken_with_a_reason,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn on_paper() -> Manner {
    Manner {
        origin: Origin::Paper,
        ..Manner::TYPING
    }
}

async fn what_nobody_approved_is_not_taken_as_paper(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let owner = world.owner();
    for step in [Step::Submit, Step::SubmitWithBlanks] {
        let taken = world.step(&owner, step, "紙").await;
        assert_eq!(refusal(taken), Refusal::not_now("refuse-sheet-not-paper"));
    }
    let row = world.row().await;
    assert_eq!((row.state.as_str(), row.marks.as_str()), ("answering", ""));
}

async fn what_an_approver_looks_at_is_changed_by_nobody(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.owner();
    let entries = [entry("a1", 0, "yes"), entry("a3", 0, "yes")];
    let typed = sheet::save(&world.store, &owner, world.place(), &entries, &on_paper()).await;
    assert!(typed.unwrap().is_whole());
    world
        .step(&world.officer(), Step::Propose, "")
        .await
        .unwrap();
    let entries = [entry("a1", 1, "no")];
    let typed = sheet::save(&world.store, &owner, world.place(), &entries, &on_paper()).await;
    assert_eq!(
        refusal(typed),
        Refusal::not_now("refuse-sheet-awaiting-own")
    );
    let taken = world.step(&owner, Step::Submit, "紙").await;
    assert_eq!(refusal(taken), Refusal::not_now("refuse-sheet-not-paper"));
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    assert_eq!(world.row().await.marks, "yy");
}

async fn what_is_left_after_its_days_is_taken_with_a_reason(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    world.clock.advance(Span::days(10));
    let owner = world.owner();
    let silent = world.step(&owner, Step::Submit, "").await;
    assert_eq!(
        refusal(silent),
        Refusal::fault("comment", "fault-sheet-not-paper")
    );
    world
        .step(&owner, Step::Submit, "担当課長に電話で確認")
        .await
        .unwrap();
    let events = world
        .store
        .survey_events_of(CODE, Some(&world.ward))
        .await
        .unwrap();
    let last = events.last().unwrap();
    assert_eq!(
        (last.kind.as_str(), last.note.as_str()),
        ("submitted-paper", "担当課長に電話で確認")
    );
}
