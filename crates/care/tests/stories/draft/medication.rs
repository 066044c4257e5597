//! The lines of a medication text belong to the text that they were made from: a drug that was added to the text afterwards
//! is never missing from a letter.

use renkei_base::{Fault, Id, Refusal};
use renkei_care::letter::letter;
use renkei_care::referral::{Command, DraftForm, DraftSaved, Origin};
use renkei_fhir::Key;
use renkei_fhir::composition::Composition;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use super::save;
use crate::fhir::{machine, said, update};
use crate::region::{Region, Who, refusal};

renkei_testkit::each_backend!(
    a_drug_that_was_added_is_not_missing,
    one_adds_a_drug_and_the_other_corrects_a_line,
    a_program_changes_text_or_lines,
);

const ADDED: &str = "ワーファリン錠1mg 2錠 夕食後";

async fn form(region: &Region, case: &Id) -> DraftForm {
    let clerk = &region.clinic_clerk;
    region.view(clerk, case).await.unwrap().letter
}

async fn printed(region: &Region, case: &Id) -> Vec<String> {
    let ctx = region.ctx(&region.clinic_clerk);
    letter(&region.care, &ctx, case).await.unwrap().medication
}

fn refused() -> Refusal {
    Refusal::Invalid(vec![Fault::new("medication", "fault-medication-old-lines")])
}

/// A draft whose first line was corrected by hand.
async fn corrected(region: &Region) -> (Id, DraftForm) {
    let case = region.draft().await;
    let mut form = form(region, &case).await;
    form.medication_lines[0].push_str(" 粉砕");
    let saved = save(region, &region.clinic_clerk, &case, 1, &form).await;
    assert_eq!(saved, DraftSaved::Saved { version: 2 });
    (case, form)
}

async fn a_drug_that_was_added_is_not_missing(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clerk, doctor) = (&region.clinic_clerk, &region.clinic_doctor);
    let (case, before) = corrected(&region).await;
    let added = DraftForm {
        medication: format!("{}\n{ADDED}", before.medication),
        ..before.clone()
    };
    save(&region, clerk, &case, 2, &added).await;
    let stored = form(&region, &case).await;
    assert!(stored.has_old_lines(), "{stored:?}");
    for command in [Command::Submit, Command::Send] {
        let who = if command == Command::Submit {
            clerk
        } else {
            doctor
        };
        assert_eq!(refusal(region.act(who, &case, command).await), refused());
    }
    let whole = [&before.medication_lines[..], &[ADDED.to_owned()]].concat();
    assert_eq!(printed(&region, &case).await, whole, "as a draft");
    let anew = stored.lines_anew();
    let lines = whole.iter().cloned();
    let origins = [Origin::Stays, Origin::Stays, Origin::New];
    assert_eq!(anew.lines, lines.zip(origins).collect::<Vec<_>>());
    // The text as it was: nothing is in the way.
    save(&region, clerk, &case, 3, &before).await;
    assert_eq!(form(&region, &case).await, before);
    // Made anew and confirmed.
    let split = DraftForm {
        medication_of: added.medication.clone(),
        medication_lines: whole.clone(),
        ..added
    };
    save(&region, clerk, &case, 4, &split).await;
    region.act(clerk, &case, Command::Submit).await.unwrap();
    // A waiting letter is refused as well.
    let fewer = DraftForm {
        medication: ADDED.to_owned(),
        ..split.clone()
    };
    save(&region, doctor, &case, 6, &fewer).await;
    assert_eq!(
        refusal(region.act(doctor, &case, Command::Send).await),
        refused()
    );
    assert_eq!(printed(&region, &case).await, [ADDED]);
    save(&region, doctor, &case, 7, &split).await;
    region.act(doctor, &case, Command::Send).await.unwrap();
    assert_eq!(printed(&region, &case).await, whole);
}

/// Text and lines are one field: the two of them are never put together from two people.
async fn one_adds_a_drug_and_the_other_corrects_a_line(backend: Backend) {
    let region = Region::new(&backend).await;
    let (case, before) = corrected(&region).await;
    let added = DraftForm {
        medication: format!("{}\n{ADDED}", before.medication),
        ..before.clone()
    };
    save(&region, &region.clinic_doctor, &case, 2, &added).await;
    // Somebody who writes elsewhere takes both over.
    let elsewhere = DraftForm {
        remarks: "車いす".to_owned(),
        ..before.clone()
    };
    let clerk: &Who = &region.clinic_clerk;
    let DraftSaved::Merged(meeting) = save(&region, clerk, &case, 2, &elsewhere).await else {
        panic!()
    };
    assert_eq!(meeting.taken, ["medication"]);
    assert_eq!(
        meeting.form,
        DraftForm {
            remarks: "車いす".to_owned(),
            ..added.clone()
        }
    );
    assert!(form(&region, &case).await.has_old_lines());
    let mut line = before;
    line.medication_lines[1].push_str(" 休薬中");
    let DraftSaved::Conflict(meeting) = save(&region, clerk, &case, 2, &line).await else {
        panic!()
    };
    assert_eq!(meeting.differs, ["medication"]);
    assert_eq!(meeting.theirs.medication, added.medication);
}

/// The letter as a program reads it, changed.
async fn put(region: &Region, case: &Id, change: impl FnOnce(&mut Value)) -> String {
    let ctx = machine(region, &region.clinic_clerk);
    let key = Key::new(Composition::TYPE, case.clone());
    let stored = region.care.store.read(&ctx, &key).await.unwrap().unwrap();
    let mut letter = Value::Object(stored.resource.json().clone());
    change(&mut letter);
    let done = update(region, &ctx, crate::fhir::resource(&letter), None).await;
    match done {
        Ok(_) => String::new(),
        refused => said(refused),
    }
}

fn text(letter: &mut Value, words: &str) {
    let sections = letter["section"][0]["section"].as_array_mut().unwrap();
    let of = |one: &&mut Value| one["code"]["coding"][0]["code"] == "430";
    let section = sections.iter_mut().find(of).unwrap();
    section["text"] = json!({
        "status": "generated",
        "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>", words.replace('\n', "<br/>")),
    });
}

async fn a_program_changes_text_or_lines(backend: Backend) {
    let region = Region::new(&backend).await;
    let (case, before) = corrected(&region).await;
    let more = format!("{}\n{ADDED}", before.medication);
    // The text alone: the lines that came along are those of before.
    assert_eq!(put(&region, &case, |letter| text(letter, &more)).await, "");
    let stored = form(&region, &case).await;
    assert!(stored.has_old_lines(), "{stored:?}");
    // Written back as it was read, or without what renkei alone says.
    let date = json!("2026-11-20T09:00:00+09:00");
    assert_eq!(
        put(&region, &case, |letter| letter["date"] = date.clone()).await,
        ""
    );
    let bare = |letter: &mut Value| {
        letter.as_object_mut().unwrap().remove("extension").unwrap();
    };
    assert_eq!(put(&region, &case, bare).await, "");
    assert!(form(&region, &case).await.has_old_lines());
    let foreign = |letter: &mut Value| {
        letter["extension"] = json!([{"url": "urn:x-own", "valueString": "x"}]);
    };
    assert_eq!(
        put(&region, &case, foreign).await,
        "Composition.extension fault-fhir-read-only"
    );
    let submit = region.act(&region.clinic_clerk, &case, Command::Submit);
    assert_eq!(refusal(submit.await), refused());
    // No lines: made anew. Other lines: of the text that comes with them.
    let none = |letter: &mut Value| {
        letter.as_object_mut().unwrap().remove("contained").unwrap();
    };
    assert_eq!(put(&region, &case, none).await, "");
    let stored = form(&region, &case).await;
    assert_eq!(
        (stored.medication_lines.len(), stored.has_old_lines()),
        (3, false)
    );
    let other = |letter: &mut Value| {
        text(letter, ADDED);
        let mut line = letter["contained"][2].take();
        line["medicationCodeableConcept"]["text"] = json!("ワルファリン 2mg");
        letter["contained"] = json!([line]);
    };
    assert_eq!(put(&region, &case, other).await, "");
    assert_eq!(printed(&region, &case).await, ["ワルファリン 2mg"]);
    let done = region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await;
    done.unwrap();
}
