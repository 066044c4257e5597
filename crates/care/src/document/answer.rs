//! A reply that came in: the steps that its institution would have taken here, up to the released reply.

use renkei_base::{Ctx, Id, Refusal, limits};
use renkei_fhir::document::{Identifier, Letter};
use renkei_fhir::element::text_of;
use renkei_fhir::service_request::ServiceRequest;
use renkei_store::{Changes, DocumentRow, Failure, Query, Stored, escape};
use serde_json::json;

use super::acting::signed;
use super::arrive::{Arrived, registered_as};
use super::map::reply_of;
use super::{Finding, Refused, beyond};
use crate::Care;
use crate::attachment::{self, Of};
use crate::referral::case::Case;
use crate::referral::{Command, State, act};
use crate::reply::{self, ReplyForm};

/// Requests that are looked through for the one that an identifier names: others may have used it too.
const SAME: usize = 100;

/// Takes a reply: its case is led to where a reply is possible, and the reply is released. Each step is done once, however
/// often the document comes; the Bundle is stored last.
pub(super) async fn take(
    care: &Care,
    ctx: &Ctx,
    arrived: &Arrived,
    case: &Id,
    row: &mut DocumentRow,
) -> Result<Changes, Refused> {
    let case = find(care, ctx, case, row).await?;
    row.kind = "reply".to_owned();
    row.case = case.id.clone();
    row.patient = case.patient_id.clone();
    let Some(institution) = &row.from.institution else {
        return Err(other_case());
    };
    let doctor = signed(ctx, institution, &arrived.letter.from.doctor);
    if !is_out(&case, arrived) {
        let form = goes_on(reply_of(&arrived.letter), &case, &arrived.letter);
        fits(&form)?;
        free(&case, &form)?;
        lead(care, &doctor, &case).await?;
        release(care, &doctor, &case.id, arrived, &form).await?;
    }
    Ok(Changes::default())
}

/// How it goes on: as the document says. After the first one, what says nothing is no end.
fn goes_on(form: ReplyForm, case: &Case, letter: &Letter) -> ReplyForm {
    let (closes, kind) = match (letter.closes, case.last_reply()) {
        (true, None) => ("on", ""),
        (true, Some(_)) => ("on", "final"),
        (false, None) if letter.more => ("more", ""),
        (false, None) => ("", ""),
        (false, Some(_)) => ("more", "interim"),
    };
    ReplyForm {
        closes: closes.to_owned(),
        kind: kind.to_owned(),
        ..form
    }
}

fn other_case() -> Refused {
    let path = "Bundle.entry[0].resource.relatesTo";
    Refused::Faulty(vec![Finding::error(
        "renkei-answers",
        path,
        "answers-other",
    )])
}

/// The case that an identifier names: of a letter that was issued here, or of one that came in.
pub(super) async fn answered(
    care: &Care,
    ctx: &Ctx,
    answers: &Identifier,
    row: &DocumentRow,
) -> Result<Option<Id>, Failure> {
    if let Some(asked) = &row.to.institution {
        let issued = care.store.document(&registered_as(asked, answers)).await?;
        if let Some(issued) = issued {
            let key = ServiceRequest::key(&issued.case);
            let stored = care.store.read(&beyond(ctx), &key).await?;
            if stored.is_some_and(|stored| is_between(&stored, row)) {
                return Ok(Some(issued.case));
            }
        }
    }
    let value = format!("{}|{}", escape(&answers.system), escape(&answers.value));
    // The number of the letter, or that of its correction.
    for param in ["requisition", "identifier"] {
        let query = Query::of(ServiceRequest::TYPE)
            .with(param, value.clone())
            .count(SAME);
        let found = care.store.search(&beyond(ctx), &query).await?.matches;
        let between = found.into_iter().find(|stored| is_between(stored, row));
        if let Some(stored) = between {
            return Ok(Some(stored.key.id));
        }
    }
    Ok(None)
}

/// Whether a request was made by whom the document is for, to whom it is from. What others asked of others is as unknown
/// as what was never asked: an answer must not tell which identifiers there are.
fn is_between(stored: &Stored, row: &DocumentRow) -> bool {
    let request = ServiceRequest::from_resource(stored.resource.clone());
    let performer = request.and_then(|one| one.performer("Organization").map(|(id, _)| id));
    stored.place.owner == row.to.institution && performer == row.from.institution
}

/// The case, where it is between the same two institutions.
async fn find(care: &Care, ctx: &Ctx, case: &Id, row: &DocumentRow) -> Result<Case, Refused> {
    let found = care
        .store
        .case(&beyond(ctx), case, "document.receive")
        .await?;
    let case = Case::gather(case, found).ok_or_else(other_case)?;
    let back = row.to.institution.as_ref() == Some(&case.sender);
    let from = row.from.institution.is_some() && row.from.institution == case.addressee();
    if back && from && case.was_sent() {
        Ok(case)
    } else {
        Err(other_case())
    }
}

/// Who answers has received, accepted and seen the patient.
async fn lead(care: &Care, doctor: &Ctx, case: &Case) -> Result<(), Failure> {
    let mut steps = Vec::new();
    if case.state == State::Sent {
        steps.push(Command::Receive);
    }
    if matches!(case.state, State::Sent | State::Received | State::Triage) {
        steps.push(Command::Accept {
            department: None,
            text: String::new(),
        });
    }
    if !matches!(
        case.state,
        State::Arrived | State::RepliedFirst | State::RepliedInterim | State::Closed
    ) {
        steps.push(Command::Arrive { early: true });
    }
    for step in steps {
        act(care, doctor, &case.id, None, step).await?;
    }
    Ok(())
}

async fn release(
    care: &Care,
    doctor: &Ctx,
    case: &Id,
    arrived: &Arrived,
    form: &ReplyForm,
) -> Result<(), Refused> {
    let letter = &arrived.letter;
    reply::save(care, doctor, case, 0, form).await?;
    let base = mark(care, doctor, case, arrived).await?;
    for file in letter.pdf.iter().chain(&letter.files) {
        let title = if file.title.is_empty() {
            "返書"
        } else {
            &file.title
        };
        let added = attachment::add(care, doctor, case, Of::Reply, title, file.bytes.clone());
        match added.await {
            // What is no file for us (a broken picture, a text) stays in the document.
            Ok(_) | Err(Failure::Refused(Refusal::Invalid(_))) => {}
            Err(other) => return Err(other.into()),
        }
    }
    reply::release(care, doctor, case, base, form).await?;
    Ok(())
}

/// Writes the document's identifier on the reply, so that it never goes out as a document of ours. Returns its version.
async fn mark(care: &Care, doctor: &Ctx, case: &Id, arrived: &Arrived) -> Result<u32, Failure> {
    let case = Case::load(care, doctor, case, "document.receive").await?;
    let draft = case.reply_draft().ok_or(Refusal::Conflict)?;
    let identifier = &arrived.letter.identifier;
    let value = json!({"system": identifier.system, "value": identifier.value});
    if draft.stored.resource.get("identifier") == Some(&value) {
        return Ok(draft.stored.version);
    }
    let mut resource = draft.stored.resource.clone();
    resource.set("identifier", value);
    let mut changes = Changes::default();
    changes.update(&draft.stored, resource);
    care.store.commit(doctor, changes).await?;
    Ok(draft.stored.version + 1)
}

/// Whether this document's reply is out already.
fn is_out(case: &Case, arrived: &Arrived) -> bool {
    let value = &arrived.letter.identifier.value;
    let mut released = case.replies.iter().filter(|held| held.view.is_final());
    released.any(|held| {
        let identifier = held.stored.resource.get("identifier");
        identifier.is_some_and(|one| text_of(one, "value") == value)
    })
}

/// What a reply cannot hold is said before anything is done.
fn fits(form: &ReplyForm) -> Result<(), Refused> {
    let texts = [
        &form.diagnosis,
        &form.findings,
        &form.plan,
        &form.medication,
        &form.request,
    ];
    let long = texts
        .iter()
        .any(|text| text.chars().count() > limits::TEXT_CHARS);
    if long || form.next_visit.chars().count() > limits::LINE_CHARS {
        let path = "Bundle.entry[0].resource.section";
        let finding = Finding::error("renkei-text", path, "text-too-long");
        let finding = finding.with("max", limits::TEXT_CHARS.to_string());
        return Err(Refused::Faulty(vec![finding]));
    }
    Ok(())
}

/// A reply that a colleague is writing is not written over.
fn free(case: &Case, form: &ReplyForm) -> Result<(), Refused> {
    match case.reply_draft() {
        Some(draft) if reply::form_of(&draft.view) != *form => {
            let path = "Bundle.entry[0].resource.relatesTo";
            let finding = Finding::error("renkei-answers", path, "answers-begun");
            Err(Refused::Faulty(vec![finding]))
        }
        _ => Ok(()),
    }
}
