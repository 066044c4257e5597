//! Explanations and documents that are there stay there; lines that count otherwise keep their history.

use renkei_base::clock::Span;
use renkei_base::{Fault, Refusal};
use renkei_gov::respondent::course::{Decision, decide};
use renkei_gov::sheet;
use renkei_gov::sheet::submit::Step;
use renkei_gov::survey_override::{self, Typed};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Changes, Failure};
use renkei_testkit::Backend;

use crate::world::{CODE, World, asked, entry};

renkei_testkit::each_backend!(
    who_says_nothing_of_an_explanation_leaves_it,
    the_last_document_that_is_asked_for_stays,
    lines_that_count_otherwise_keep_what_they_were,
    who_checks_sees_what_was_handed_in_and_nothing_of_the_inside,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn who_says_nothing_of_an_explanation_leaves_it(backend: Backend) {
    let world = World::new(backend).await;
    let (officer, colleague) = (world.officer(), world.colleague());
    let mut said = entry("a1", 0, "yes");
    said.typed.explanation = Some("窓口あり".to_owned());
    world.save(&officer, &[said]).await.unwrap();
    // A page without a field for it, read before the explanation was there.
    let saved = world.save(&colleague, &[entry("a1", 1, "no")]).await;
    assert!(saved.unwrap().is_whole());
    let mut more = entry("b1", 0, "5");
    more.typed.explanation = Some("概数".to_owned());
    world.save(&officer, &[more]).await.unwrap();
    let other = world
        .save(&colleague, &[entry("b1", 0, "5")])
        .await
        .unwrap();
    assert!(other.is_whole(), "the same number: {:?}", other.outcomes);
    let answers = world.store.answers(CODE, &world.ward).await.unwrap();
    let kept: Vec<&str> = answers.iter().map(|row| row.explanation.as_str()).collect();
    assert_eq!(kept, ["窓口あり", "概数"]);
}

async fn the_last_document_that_is_asked_for_stays(backend: Backend) {
    let world = World::new(backend).await;
    let mut body = asked();
    let file = body.sections[0]
        .questions
        .iter_mut()
        .find(|one| one.id == "c1");
    file.unwrap().required = true;
    let survey = world.store.survey(CODE).await.unwrap().unwrap();
    let row = world.store.questionnaire(&survey.questionnaire, 1).await;
    let row = row.unwrap().unwrap();
    let second = QuestionnaireRow {
        version: 2,
        body: serde_json::to_string(&body).unwrap(),
        ..row
    };
    let mut changes = Changes::default();
    changes.put_questionnaire(&second, None);
    let was = survey.revision;
    let survey = renkei_store::SurveyRow {
        questionnaire_version: 2,
        ..survey
    };
    changes.put_survey(&survey, Some(was));
    world.store.commit(&world.program(), changes).await.unwrap();

    world.filled().await;
    let officer = world.officer();
    let document = ("a.txt", b"text".to_vec());
    let sheet = sheet::file::attach(&world.store, &officer, world.place(), "c1", document, "");
    let sheet = sheet.await.unwrap();
    let blob = match &sheet.answers["c1"].value {
        Some(renkei_gov::Value::File { files }) => files[0].blob.clone(),
        other => panic!("{other:?}"),
    };
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    let gone = sheet::file::detach(
        &world.store,
        &world.approver(),
        world.place(),
        "c1",
        &blob,
        "取違え",
    )
    .await;
    let missing = Fault::new("c1", "fault-answer-required");
    assert_eq!(refusal(gone), Refusal::Invalid(vec![missing]));
    let answers = world.store.answers(CODE, &world.ward).await.unwrap();
    assert!(answers.iter().any(|row| row.value.contains(&blob)));
}

async fn lines_that_count_otherwise_keep_what_they_were(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    let set = |class: &str, reason: &str, seen| {
        let typed = Typed {
            line: "a3".to_owned(),
            class: class.to_owned(),
            reason: reason.to_owned(),
            seen,
        };
        let world = &world;
        async move {
            let owner = world.owner();
            survey_override::set(&world.store, &owner, CODE, &world.ward, &typed).await
        }
    };
    set("no", "対象外の事業", None).await.unwrap();
    // Sent twice it is once.
    set("no", "対象外の事業", None).await.unwrap();
    let there = world.store.overrides(CODE).await.unwrap();
    let seen = Some(there[0].done_at);
    world.clock.advance(Span::minutes(1));
    // Who has not seen it does not write over it.
    let blind = set("yes", "意見交換会", None).await;
    let told = Fault::new("line", "fault-override-there").with("reason", "対象外の事業");
    assert_eq!(refusal(blind), Refusal::Invalid(vec![told]));
    set("yes", "意見交換会", seen).await.unwrap();
    let now = world.store.overrides(CODE).await.unwrap();
    assert_eq!((now.len(), now[0].class.as_str()), (1, "yes"));
    set("", "取消", Some(now[0].done_at)).await.unwrap();
    assert!(world.store.overrides(CODE).await.unwrap().is_empty());
    let events = world.store.survey_events_of(CODE, Some(&world.ward)).await;
    let events = events.unwrap();
    let notes: Vec<(&str, &str)> = events
        .iter()
        .filter(|event| event.kind.starts_with("overrid"))
        .map(|event| (event.kind.as_str(), event.note.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            ("overridden", "アa3 実施→未実施 対象外の事業"),
            ("overridden", "アa3 未実施→実施 意見交換会"),
            ("override-dropped", "アa3 実施→実施 取消"),
        ]
    );
}

async fn who_checks_sees_what_was_handed_in_and_nothing_of_the_inside(backend: Backend) {
    let world = World::new(backend).await;
    let centre = world.stranger();
    let checker = centre.caller.institution.clone();
    let row = world.row().await;
    let survey = world.store.survey(CODE).await.unwrap().unwrap();
    let mut changes = Changes::default();
    let was = (row.revision, survey.revision);
    changes.put_respondent(&renkei_store::RespondentRow { checker, ..row }, Some(was.0));
    let survey = renkei_store::SurveyRow {
        chain: "checker,owner".to_owned(),
        ..survey
    };
    changes.put_survey(&survey, Some(was.1));
    world.store.commit(&world.program(), changes).await.unwrap();
    world.filled().await;
    let looked = sheet::load(&world.store, &centre, CODE, &world.ward).await;
    assert_eq!(
        refusal(looked),
        Refusal::not_now("refuse-sheet-not-handed-in")
    );
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    let looked = sheet::load(&world.store, &centre, CODE, &world.ward).await;
    let looked = looked.unwrap();
    let before = sheet::history::history(&world.store, &looked)
        .await
        .unwrap();
    assert!(before.is_empty(), "{before:?}");
    // What was sent back was seen, and is seen while it is mended.
    let back = decide(
        &world.store,
        &centre,
        world.place(),
        Decision::SendBack,
        "直して",
    );
    back.await.unwrap();
    world.clock.advance(Span::minutes(1));
    world
        .save(&world.officer(), &[entry("a3", 1, "no")])
        .await
        .unwrap();
    let looked = sheet::load(&world.store, &centre, CODE, &world.ward).await;
    let after = sheet::history::history(&world.store, &looked.unwrap()).await;
    let after = after.unwrap();
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].by, "", "its own people's names are its own");
    let owned = sheet::load(&world.store, &world.officer(), CODE, &world.ward).await;
    let owned = sheet::history::history(&world.store, &owned.unwrap())
        .await
        .unwrap();
    assert_eq!((owned.len(), owned[0].by.as_str()), (3, "officer"));
}
