//! A sheet leaves its respondent, comes on paper, is corrected.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Refusal};
use renkei_gov::respondent::course::{Decision, decide};
use renkei_gov::sheet;
use renkei_gov::sheet::door::Origin;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::submit::Step;
use renkei_store::{Changes, Failure, RespondentRow};
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(
    an_officer_proposes_and_the_approver_hands_in,
    what_must_be_answered_stops_the_submission,
    a_correction_needs_a_reason_and_changes_the_marks,
    paper_is_typed_in_by_who_asked,
    an_answer_while_it_is_handed_in_is_not_lost,
    questions_go_to_a_colleague_and_back,
    an_explanation_is_asked_for_and_given,
    a_correction_goes_the_way_of_the_sheet_again,
    after_the_close_only_what_was_asked_about_is_written,
    a_wish_ends_by_who_had_it,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn an_officer_proposes_and_the_approver_hands_in(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let (officer, approver) = (world.officer(), world.approver());
    let alone = world.step(&officer, Step::Submit, "").await;
    assert_eq!(refusal(alone), Refusal::forbidden("refuse-needs-approver"));
    world
        .step(&officer, Step::Propose, "お願いします")
        .await
        .unwrap();
    let writes = world.save(&officer, &[entry("a1", 1, "no")]).await;
    assert_eq!(refusal(writes), Refusal::not_now("refuse-sheet-awaiting"));
    world
        .step(&approver, Step::Refuse, "数を確かめて")
        .await
        .unwrap();
    assert_eq!(world.row().await.state, "returned");
    world.step(&officer, Step::Propose, "").await.unwrap();
    world.step(&approver, Step::Submit, "").await.unwrap();
    // The form was sent twice.
    world.step(&approver, Step::Submit, "").await.unwrap();
    let row = world.row().await;
    assert_eq!(
        (row.state.as_str(), row.marks.as_str()),
        ("submitted", "yy")
    );
    let events = world
        .store
        .survey_events_of(CODE, Some(&world.ward))
        .await
        .unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["awaiting", "refused", "awaiting", "submitted"]);
}

async fn what_must_be_answered_stops_the_submission(backend: Backend) {
    let world = World::new(backend).await;
    let early = world.step(&world.approver(), Step::Submit, "").await;
    let missing = Fault::new("a1", "fault-answer-required");
    assert_eq!(refusal(early), Refusal::Invalid(vec![missing]));
    world.filled().await;
    world.clock.advance(Span::days(10));
    let late = world.step(&world.approver(), Step::Submit, "").await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-sheet-over"));
}

async fn a_correction_needs_a_reason_and_changes_the_marks(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let approver = world.approver();
    world.step(&approver, Step::Submit, "").await.unwrap();
    let no_reason = world.correct(&approver, entry("a1", 1, "no"), " ").await;
    assert_eq!(
        refusal(no_reason),
        Refusal::fault("why", "fault-answer-why")
    );
    let done = world
        .correct(&approver, entry("a1", 1, "no"), "数え違い")
        .await
        .unwrap();
    assert!(done.is_whole());
    let row = world.row().await;
    assert_eq!(
        (row.state.as_str(), row.marks.as_str()),
        ("submitted", "n-")
    );
    let changes = world.store.answer_changes(CODE, &world.ward).await.unwrap();
    assert_eq!(changes[0].why, "数え違い");
    decide(
        &world.store,
        &world.owner(),
        world.place(),
        Decision::Accept,
        "",
    )
    .await
    .unwrap();
    let late = world.correct(&approver, entry("a1", 2, "yes"), "x").await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-sheet-accepted"));
    // Who asked may still, with a reason.
    let by_owner = world
        .correct(&world.owner(), entry("a1", 2, "yes"), "電話で確認")
        .await;
    assert!(by_owner.unwrap().is_whole());
    assert_eq!(world.row().await.marks, "yy");
}

async fn paper_is_typed_in_by_who_asked(backend: Backend) {
    let world = World::new(backend).await;
    world.clock.advance(Span::days(20));
    let owner = world.owner();
    let empty = world.step(&owner, Step::Submit, "郵送").await;
    assert_eq!(refusal(empty), Refusal::not_now("refuse-sheet-blank"));
    let empty = world.step(&owner, Step::SubmitWithBlanks, "郵送").await;
    assert_eq!(refusal(empty), Refusal::not_now("refuse-sheet-blank"));
    let manner = Manner {
        origin: Origin::Paper,
        ..Manner::TYPING
    };
    let entries = [entry("b1", 0, "5")];
    let typed = sheet::save(&world.store, &owner, world.place(), &entries, &manner).await;
    assert!(typed.unwrap().is_whole());
    let blanks = world.step(&owner, Step::Submit, "郵送").await;
    assert!(matches!(refusal(blanks), Refusal::Invalid(_)));
    let silent = world.step(&owner, Step::SubmitWithBlanks, " ").await;
    assert!(matches!(refusal(silent), Refusal::Invalid(_)));
    let by_officer = world
        .step(&world.officer(), Step::SubmitWithBlanks, "x")
        .await;
    assert!(by_officer.is_err(), "only for paper");
    world
        .step(&owner, Step::SubmitWithBlanks, "郵送、空欄は確認済み")
        .await
        .unwrap();
    let row = world.row().await;
    assert_eq!(row.state, "submitted");
    assert!(row.marks.starts_with('.'), "blank: {}", row.marks);
    let answers = world.store.answers(CODE, &world.ward).await.unwrap();
    assert_eq!(answers[0].origin, "paper");
}

async fn an_answer_while_it_is_handed_in_is_not_lost(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let (approver, officer): (Ctx, Ctx) = (world.approver(), world.officer());
    let typed = [entry("a3", 1, "no")];
    let (submitted, saved) = tokio::join!(
        world.step(&approver, Step::Submit, ""),
        world.save(&officer, &typed),
    );
    submitted.unwrap();
    let marks = world.row().await.marks;
    match saved {
        Ok(saved) => assert_eq!((saved.is_whole(), marks.as_str()), (true, "yn")),
        Err(Failure::Refused(_)) => assert_eq!(marks, "yy"),
        Err(other) => panic!("{other:?}"),
    }
}

async fn questions_go_to_a_colleague_and_back(backend: Backend) {
    let world = World::new(backend).await;
    let (officer, colleague) = (world.officer(), world.colleague());
    let person = colleague.caller.account.clone().unwrap();
    let questions = ["b1".to_owned()];
    let given = |who: String| {
        let (world, officer, questions) = (&world, &officer, &questions);
        async move {
            sheet::hand::hand(
                &world.store,
                officer,
                world.place(),
                questions,
                &who,
                "台帳で",
            )
            .await
        }
    };
    given(person.to_string()).await.unwrap();
    let none = sheet::hand::hand(&world.store, &officer, world.place(), &[], "", "").await;
    assert_eq!(
        refusal(none),
        Refusal::fault("questions", "fault-handing-none")
    );
    assert_eq!(
        refusal(given("nobody".to_owned()).await),
        Refusal::fault("person", "fault-handing-person")
    );
    let held = world.store.handings_of(&person).await.unwrap();
    assert_eq!((held.len(), held[0].note.as_str()), (1, "台帳で"));
    sheet::hand::give_back(&world.store, &colleague, world.place(), &questions, "")
        .await
        .unwrap();
    assert!(world.store.handings_of(&person).await.unwrap().is_empty());
}

async fn an_explanation_is_asked_for_and_given(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let (officer, owner) = (world.officer(), world.owner());
    let own = sheet::explain::ask(&world.store, &officer, world.place(), "a1", "なぜ").await;
    assert_eq!(refusal(own), Refusal::forbidden("refuse-sheet-asks-not"));
    sheet::explain::ask(
        &world.store,
        &owner,
        world.place(),
        "a1",
        "なぜ増えましたか",
    )
    .await
    .unwrap();
    let wanted = sheet::explain::wanted(&world.store, world.place())
        .await
        .unwrap();
    assert_eq!(wanted.len(), 1);
    let mut answer = entry("a1", 1, "yes");
    answer.typed.explanation = Some("窓口を開いたため".to_owned());
    world.save(&officer, &[answer]).await.unwrap();
    let wanted = sheet::explain::wanted(&world.store, world.place())
        .await
        .unwrap();
    assert!(wanted.is_empty());
}

async fn checked(backend: Backend) -> World {
    let world = World::new(backend).await;
    world.filled().await;
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    let row = world.row().await;
    let was = row.revision;
    let state = "checked".to_owned();
    let mut changes = Changes::default();
    changes.put_respondent(&RespondentRow { state, ..row }, Some(was));
    world.store.commit(&world.program(), changes).await.unwrap();
    world
}

/// What nobody else has seen is looked at again, and an officer does not get round the approver.
async fn a_correction_goes_the_way_of_the_sheet_again(backend: Backend) {
    let world = checked(backend).await;
    let officer = world
        .correct(&world.officer(), entry("a1", 1, "no"), "誤記")
        .await;
    assert_eq!(refusal(officer), Refusal::forbidden("refuse-sheet-correct"));
    world
        .correct(&world.owner(), entry("b1", 0, "5"), "電話で確認")
        .await
        .unwrap();
    assert_eq!(world.row().await.state, "checked");
    world
        .correct(&world.approver(), entry("a1", 1, "no"), "誤記")
        .await
        .unwrap();
    assert_eq!(world.row().await.state, "submitted");
    let events = world
        .store
        .survey_events_of(CODE, Some(&world.ward))
        .await
        .unwrap();
    let told: Vec<&str> = events
        .iter()
        .filter(|event| event.kind == "corrected")
        .map(|event| event.note.as_str())
        .collect();
    assert_eq!(told, ["アb1 電話で確認", "アa1 誤記"]);
}

async fn after_the_close_only_what_was_asked_about_is_written(backend: Backend) {
    let world = checked(backend).await;
    world.clock.advance(Span::days(10));
    let approver = world.approver();
    let late = world.correct(&approver, entry("a1", 1, "no"), "誤記").await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-sheet-over"));
    sheet::explain::ask(&world.store, &world.owner(), world.place(), "a1", "なぜ")
        .await
        .unwrap();
    let due = sheet::explain::due(&world.store, &approver).await.unwrap();
    assert_eq!(due[0].asked[0].1, "アa1");
    for other in [entry("a1", 1, "no"), entry("b1", 0, "5")] {
        let late = world.correct(&approver, other, "誤記").await;
        assert_eq!(refusal(late), Refusal::not_now("refuse-sheet-over"));
    }
    let mut said = entry("a1", 1, "yes");
    said.typed.explanation = Some("窓口を開いたため".to_owned());
    let alone = world.save(&world.officer(), &[said.clone()]).await;
    assert_eq!(refusal(alone), Refusal::forbidden("refuse-sheet-correct"));
    world.save(&approver, &[said]).await.unwrap();
    let due = sheet::explain::due(&world.store, &approver).await.unwrap();
    assert!(due.is_empty());
    let events = world.store.survey_events_of(CODE, Some(&world.ward)).await;
    assert_eq!(events.unwrap().last().unwrap().kind, "explained");
}

async fn a_wish_ends_by_who_had_it(backend: Backend) {
    let world = checked(backend).await;
    let (owner, other) = (world.owner(), world.owner());
    let ask = |ctx: Ctx, wanted: &'static str| {
        let world = &world;
        async move { sheet::explain::ask(&world.store, &ctx, world.place(), "a1", wanted).await }
    };
    let nothing = Refusal::fault("a1", "fault-explanation-empty");
    assert_eq!(refusal(ask(owner.clone(), " ").await), nothing);
    ask(owner.clone(), "なぜ").await.unwrap();
    assert_eq!(refusal(ask(other, "").await), nothing);
    ask(owner, "").await.unwrap();
    let left = sheet::explain::wanted(&world.store, world.place()).await;
    assert!(left.unwrap().is_empty());
}
