//! A corrected letter (`relatesTo` with `replaces`): the letter of its case says the new words from now on, as a version of
//! its own; files are those of the correction. What was said before stays in the history, and its document as it came.

use renkei_base::Ctx;
use renkei_fhir::document::{self, Identifier};
use renkei_fhir::element::text_of;
use renkei_fhir::task::Entry;
use renkei_store::{Changes, DocumentRow, Failure};
use serde_json::{Value, json};

use super::arrive::{Arrived, bundle_key, registered};
use super::map::subject;
use super::{Finding, Refused, beyond, letter};
use crate::Care;
use crate::attachment::{self, Of};
use crate::referral::case::Case;
use crate::text::headline;

/// The word of the case's history.
const CODE: &str = "correct";
/// Characters of the line that lists show.
const SUBJECT_CHARS: usize = 40;
const PATH: &str = "Bundle.entry[0].resource.relatesTo";

/// The case of the letter that is replaced: one that this sender sent (a gateway: that it brought itself) to the same
/// addressee. What is of others is as unknown as what never was.
pub(super) async fn replaced(
    care: &Care,
    ctx: &Ctx,
    replaces: &Identifier,
    row: &DocumentRow,
) -> Result<Option<(Case, DocumentRow)>, Failure> {
    let name = registered(ctx, &row.from, replaces);
    let Some(old) = care.store.document(&name).await? else {
        return Ok(None);
    };
    let found = care
        .store
        .case(&beyond(ctx), &old.case, "document.receive")
        .await?;
    let case = Case::gather(&old.case, found);
    let same = |case: &Case| {
        // A reply is known too, to be refused.
        if old.kind != "letter" {
            return true;
        }
        row.from.institution.as_ref() == Some(&case.sender)
            && row.to.institution.is_some()
            && row.to.institution == case.addressee()
            && case.was_sent()
    };
    Ok(case.filter(same).map(|case| (case, old)))
}

/// The changes of a correction.
pub(super) async fn take(
    care: &Care,
    ctx: &Ctx,
    arrived: &Arrived,
    (case, old): (Case, DocumentRow),
    row: &mut DocumentRow,
) -> Result<Changes, Refused> {
    let new = &arrived.letter;
    // A reply that is out is answered by another one.
    if old.kind != "letter" {
        return Err(refused("replaces-reply"));
    }
    if case.state.is_over() {
        return Err(refused("replaces-over"));
    }
    let before = care
        .store
        .read(&beyond(ctx), &bundle_key(&old.bundle))
        .await?;
    let before = before.map(|stored| document::read(&stored.resource).patient);
    if !before.is_some_and(|before| is_same_person(&before, &new.patient)) {
        return Err(refused("replaces-patient"));
    }
    row.case = case.id.clone();
    row.patient = case.patient_id.clone();
    let Some(ends) = letter::ends(care, ctx, row).await? else {
        return Err(refused("replaces-over"));
    };
    let mut changes = Changes::default();
    let words = letter::composition(ctx, row, new, &ends);
    changes.update(&case.letter.stored, words);
    let mut request = case.request.view.clone();
    request.set_reason(&subject(new));
    let mut request = request.into_resource();
    // It may be answered by this number as well.
    let mut known = request.list("identifier").to_vec();
    known.push(json!({"system": new.identifier.system, "value": new.identifier.value}));
    request.set("identifier", Value::Array(known));
    changes.update(&case.request.stored, request);
    for file in attachment::files(&case, Of::Letter) {
        changes.delete(&file.stored);
    }
    let place = letter::place(row, row.from.institution.as_ref());
    for file in new.pdf.iter().chain(&new.files) {
        let resource = letter::enclosed(care, ctx, row, new, file).await?;
        changes.create(resource, place.clone());
    }
    let mut task = case.task.view.clone();
    task.set_letter(&case.id, case.letter.stored.version + 1);
    task.set_description(&headline(&subject(new), SUBJECT_CHARS));
    let entry = Entry {
        at: ctx.at,
        code: CODE.to_owned(),
        by: new.from.doctor.clone(),
        institution: row.from.institution.clone(),
        text: String::new(),
        reason: String::new(),
    };
    task.push_entry(&entry, None);
    task.set_modified(ctx.at);
    changes.update(&case.task.stored, task.into_resource());
    changes.tell.extend(row.from.institution.clone());
    changes.tell.extend(row.to.institution.clone());
    Ok(changes)
}

/// Said where what is replaced is not known: then it is a letter of its own.
pub(super) fn unknown() -> Finding {
    Finding::error("renkei-replaces", PATH, "replaces-unknown").warning()
}

fn refused(key: &str) -> Refused {
    Refused::Faulty(vec![Finding::error("renkei-replaces", PATH, key)])
}

/// Whether both documents are about the same person: a correction does not move a case to another one.
fn is_same_person(one: &Value, other: &Value) -> bool {
    let born = |patient: &Value| text_of(patient, "birthDate").to_owned();
    let names = |patient: &Value| -> Vec<String> {
        let list = patient.get("name").and_then(Value::as_array);
        let list = list.map_or(&[][..], Vec::as_slice).iter();
        list.map(|name| text_of(name, "family").to_owned())
            .collect()
    };
    let others = names(other);
    born(one) == born(other) && names(one).iter().any(|name| others.contains(name))
}
