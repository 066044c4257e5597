//! What the audit keeps of sheets: each act and each try that was refused, in codes and ids; never an answer.

use renkei_base::Clock;
use renkei_base::clock::Span;
use renkei_gov::respondent::course::{Decision, decide};
use renkei_gov::respondent::desk::{self, Act};
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::submit::Step;
use renkei_gov::sheet::{self, Origin};
use renkei_gov::survey::course;
use renkei_gov::workbook;
use renkei_store::AuditFilter;
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(
    every_act_on_a_sheet_is_kept,
    every_refused_try_is_kept,
    what_a_sender_made_up_is_not_kept,
);

/// What was logged, the first first: `act detail`, with `!` before what was refused.
async fn logged(world: &World) -> Vec<String> {
    let filter = AuditFilter {
        until: world.clock.now() + Span::days(1),
        action: "survey".to_owned(),
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = world.store.audit_rows(&filter).await.unwrap();
    let ward = world.ward.to_string();
    let line = |row: &renkei_store::AuditRow| {
        let refused = if row.refused { "!" } else { "" };
        assert!(!row.account.is_empty() && row.patient.is_empty());
        format!("{refused}{} {}", row.action, row.detail.replace(&ward, "W"))
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.reverse();
    lines
}

/// The moment goes on, so that rows of two chains have an order.
fn tick(world: &World) {
    world.clock.advance(Span::seconds(1));
}

async fn sound(world: &World) {
    let verdict = world.store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{:?}", verdict.problems);
}

async fn every_act_on_a_sheet_is_kept(backend: Backend) {
    let world = World::new(backend).await;
    let place = world.place();
    let saved = [entry("a1", 0, "yes"), entry("b1", 0, "20")];
    world.save(&world.officer(), &saved).await.unwrap();
    tick(&world);
    // Nothing new: nothing is written.
    world
        .save(&world.officer(), &[entry("a1", 1, "yes")])
        .await
        .unwrap();
    let manner = Manner {
        origin: Origin::Workbook,
        ..Manner::TYPING
    };
    let brought = [entry("a3", 0, "yes")];
    sheet::save(&world.store, &world.officer(), place, &brought, &manner)
        .await
        .unwrap();
    tick(&world);
    let document = ("a.pdf", b"%PDF-1.7\n".to_vec());
    let with = sheet::file::attach(&world.store, &world.officer(), place, "c1", document, "")
        .await
        .unwrap();
    let Some(renkei_gov::Value::File { files }) = with.answers["c1"].value.clone() else {
        panic!("{:?}", with.answers)
    };
    tick(&world);
    sheet::file::detach(
        &world.store,
        &world.officer(),
        place,
        "c1",
        &files[0].blob,
        "",
    )
    .await
    .unwrap();
    tick(&world);
    let colleague = world.colleague().caller.account.unwrap();
    let questions = ["b1".to_owned()];
    let person = colleague.as_str();
    sheet::hand::hand(
        &world.store,
        &world.officer(),
        place,
        &questions,
        person,
        "台帳で",
    )
    .await
    .unwrap();
    tick(&world);
    sheet::hand::give_back(&world.store, &world.colleague(), place, &questions, "済み")
        .await
        .unwrap();
    tick(&world);
    world
        .step(&world.officer(), Step::Propose, "お願いします")
        .await
        .unwrap();
    tick(&world);
    world
        .step(&world.approver(), Step::Submit, "")
        .await
        .unwrap();
    tick(&world);
    world
        .correct(&world.approver(), entry("b1", 1, "21"), "数え違い")
        .await
        .unwrap();
    tick(&world);
    decide(&world.store, &world.owner(), place, Decision::Accept, "")
        .await
        .unwrap();
    let lines = logged(&world).await;
    let person = format!("survey.hand {CODE} W {person} b1");
    assert_eq!(
        lines,
        [
            format!("survey.save {CODE} W browser a1 b1"),
            format!("survey.workbook {CODE} W workbook a3"),
            format!("survey.attach {CODE} W browser c1"),
            format!("survey.detach {CODE} W browser c1"),
            person,
            format!("survey.give-back {CODE} W b1"),
            format!("survey.awaiting {CODE} W"),
            format!("survey.submitted {CODE} W"),
            format!("survey.correct {CODE} W browser b1"),
            format!("survey.accepted {CODE} W"),
        ]
    );
    sound(&world).await;
}

async fn every_refused_try_is_kept(backend: Backend) {
    let world = World::new(backend).await;
    let place = world.place();
    world.filled().await;
    tick(&world);
    let before = logged(&world).await.len();
    let yes = [entry("a1", 1, "no")];
    // Another institution: by the form, by looking, by a workbook, by what the owner may.
    let stranger = |world: &World| world.stranger();
    world.save(&stranger(&world), &yes).await.unwrap_err();
    tick(&world);
    let read = sheet::load(&world.store, &stranger(&world), CODE, &world.ward).await;
    read.unwrap_err();
    tick(&world);
    let file = b"PK".to_vec();
    let brought = workbook::preview(&world.store, &stranger(&world), place, file).await;
    brought.unwrap_err();
    tick(&world);
    let count = Act::Count {
        counted: false,
        why: "理由",
    };
    let counted = desk::act(&world.store, &world.officer(), place, &count).await;
    counted.unwrap_err();
    tick(&world);
    let closed = course::close(&world.store, &world.officer(), CODE, 1, "").await;
    closed.unwrap_err();
    tick(&world);
    // Without the right to hand it in, without a reason, in the wrong state.
    let alone = world.step(&world.officer(), Step::Submit, "").await;
    alone.unwrap_err();
    tick(&world);
    let nothing = world.step(&world.approver(), Step::Refuse, "").await;
    nothing.unwrap_err();
    tick(&world);
    let early = decide(&world.store, &world.owner(), place, Decision::Accept, "").await;
    early.unwrap_err();
    // After its last day.
    world.clock.advance(Span::days(20));
    world.save(&world.officer(), &yes).await.unwrap_err();
    tick(&world);
    let document = ("a.pdf", b"%PDF-1.7\n".to_vec());
    let officer = world.officer();
    let late = sheet::file::attach(&world.store, &officer, place, "c1", document, "").await;
    late.unwrap_err();
    let lines = logged(&world).await;
    assert_eq!(
        lines[before..],
        [
            format!("!survey.save not-found {CODE} W"),
            format!("!survey.read not-found {CODE} W"),
            format!("!survey.workbook not-found {CODE} W"),
            format!("!survey.counted-out not-found {CODE} W"),
            format!("!survey.closed not-found {CODE}"),
            format!("!survey.submitted refuse-needs-approver {CODE} W"),
            format!("!survey.refused comment:fault-required {CODE} W"),
            format!("!survey.accepted refuse-sheet-state {CODE} W"),
            format!("!survey.save refuse-sheet-over {CODE} W"),
            format!("!survey.attach refuse-sheet-over {CODE} W"),
        ]
    );
    sound(&world).await;
}

async fn what_a_sender_made_up_is_not_kept(backend: Backend) {
    let world = World::new(backend).await;
    let name = "山田太郎";
    let read = sheet::load(&world.store, &world.officer(), name, &world.ward).await;
    read.unwrap_err();
    tick(&world);
    let asked = world.save(&world.officer(), &[entry(name, 0, name)]).await;
    asked.unwrap_err();
    tick(&world);
    let document = ("a.pdf", b"%PDF-1.7\n".to_vec());
    let officer = world.officer();
    let attached = sheet::file::attach(&world.store, &officer, world.place(), name, document, "");
    attached.await.unwrap_err();
    let lines = logged(&world).await;
    assert_eq!(
        lines,
        [
            "!survey.read not-found ? W".to_owned(),
            format!("!survey.save ?:fault-answer-question {CODE} W"),
            format!("!survey.attach ?:fault-answer-question {CODE} W"),
        ]
    );
}
