//! 宛先待ちの紹介状: letters that came in and name an institution that the directory does not know. The region's desk says
//! which one it is, or that there is none. It sees names and codes of institutions, never a patient.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_fhir::document;
use renkei_fhir::patient::Patient;
use renkei_fhir::{Key, Organization};
use renkei_store::{Changes, DocumentParty, DocumentRow, DocumentState, Failure, Note, StoreError};
use serde_json::{Value, json};

use crate::Care;
use crate::document::{beyond, letter};
use crate::tries::{TRIES, noted};

/// Letters shown at a time.
const SHOWN: u32 = 200;

/// A letter that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The id of its Bundle.
    pub id: Id,
    pub at: Micros,
    /// As sent, and the institution where the directory knows it.
    pub from: DocumentParty,
    pub to: DocumentParty,
    /// The client that brought it.
    pub source: String,
}

/// What the desk says: an institution's id for each that was not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ArrivalForm {
    pub from: String,
    pub to: String,
}

/// What became of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is in the addressee's inbox.
    Delivered,
    /// It was done before.
    Already,
}

/// The letters that wait, oldest first.
///
/// # Errors
/// `NotFound` for callers who are no desk.
pub async fn waiting(care: &Care, ctx: &Ctx) -> Result<Vec<Arrival>, Failure> {
    may(ctx)?;
    let rows = care
        .store
        .documents_in(DocumentState::Waiting, SHOWN)
        .await?;
    Ok(rows.into_iter().map(arrival).collect())
}

/// How many wait.
///
/// # Errors
/// As [`waiting`].
pub async fn count(care: &Care, ctx: &Ctx) -> Result<usize, Failure> {
    may(ctx)?;
    Ok(care.store.count_documents(DocumentState::Waiting).await?)
}

/// One letter that waits.
///
/// # Errors
/// `NotFound` where none waits under that id.
pub async fn view(care: &Care, ctx: &Ctx, id: &Id) -> Result<Arrival, Failure> {
    may(ctx)?;
    let row = care.store.document_of(id).await?;
    let row = row.filter(|row| row.state == DocumentState::Waiting);
    Ok(arrival(row.ok_or(Refusal::NotFound)?))
}

/// Says which institutions are meant: the letter becomes a referral in the addressee's inbox.
///
/// # Errors
/// `Invalid` on `from` or `to`, `NotNow` (refused before), `NotFound`.
pub async fn assign(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &ArrivalForm,
) -> Result<Settled, Failure> {
    let done = assign_tried(care, ctx, id, form).await;
    noted(care, ctx, Note::new("arrival.assign").what(key(id)), done).await
}

async fn assign_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &ArrivalForm,
) -> Result<Settled, Failure> {
    may(ctx)?;
    for _ in 0..TRIES {
        let mut row = care.store.document_of(id).await?.ok_or(Refusal::NotFound)?;
        match row.state {
            DocumentState::Waiting => {}
            DocumentState::Refused => return Err(Refusal::not_now("refuse-arrival-refused").into()),
            _ if names_same(&row, form) => return Ok(Settled::Already),
            _ => return Err(Refusal::not_now("refuse-arrival-settled").into()),
        }
        name(care, ctx, &mut row, form).await?;
        let changes = delivered(care, ctx, &mut row).await?;
        match care.store.commit(&beyond(ctx), changes).await {
            Ok(_) => return Ok(Settled::Delivered),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// Says that there is no such institution: the letter goes back to who brought it.
///
/// # Errors
/// `NotNow` (delivered before), `NotFound`.
pub async fn refuse(care: &Care, ctx: &Ctx, id: &Id) -> Result<Settled, Failure> {
    let done = refuse_tried(care, ctx, id).await;
    noted(care, ctx, Note::new("arrival.refuse").what(key(id)), done).await
}

async fn refuse_tried(care: &Care, ctx: &Ctx, id: &Id) -> Result<Settled, Failure> {
    may(ctx)?;
    let mut row = care.store.document_of(id).await?.ok_or(Refusal::NotFound)?;
    match row.state {
        DocumentState::Waiting => {}
        DocumentState::Refused => return Ok(Settled::Already),
        _ => return Err(Refusal::not_now("refuse-arrival-settled").into()),
    }
    row.state = DocumentState::Refused;
    let mut changes = Changes::default();
    settle(ctx, &mut row, &mut changes, "arrival.refuse");
    // Who brought it finds this by the Bundle: Task?focus=Bundle/…
    let mut task = renkei_fhir::Resource::new("Task", &row.case);
    task.set("status", Value::from("rejected"));
    task.set("intent", Value::from("order"));
    task.set("focus", json!({"reference": key(id).to_string()}));
    task.set(
        "statusReason",
        json!({"coding": [{"system": REASON, "code": "unknown-institution"}]}),
    );
    task.set("lastModified", Value::from(ctx.at.to_fhir()));
    changes.create(task, letter::place(&row, None));
    care.store.commit(&beyond(ctx), changes).await?;
    Ok(Settled::Delivered)
}

/// Why a letter went back.
const REASON: &str = "https://renkei.example/fhir/CodeSystem/arrival-reason";

fn key(id: &Id) -> Key {
    Key::new("Bundle", id.clone())
}

fn may(ctx: &Ctx) -> Result<(), Refusal> {
    permit(&ctx.caller, Action::DirectoryConfirm, &Facts::NONE)
}

fn arrival(row: DocumentRow) -> Arrival {
    Arrival {
        id: row.bundle,
        at: row.at,
        from: row.from,
        to: row.to,
        source: row.source,
    }
}

fn names_same(row: &DocumentRow, form: &ArrivalForm) -> bool {
    let same = |party: &DocumentParty, typed: &str| {
        typed.is_empty() || party.institution.as_ref().map(Id::as_str) == Some(typed)
    };
    same(&row.from, &form.from) && same(&row.to, &form.to)
}

/// Fills in the institutions that were not known.
async fn name(
    care: &Care,
    ctx: &Ctx,
    row: &mut DocumentRow,
    form: &ArrivalForm,
) -> Result<(), Failure> {
    for (field, party, typed) in [
        ("from", &mut row.from, form.from.as_str()),
        ("to", &mut row.to, form.to.as_str()),
    ] {
        if party.institution.is_some() {
            continue;
        }
        let unknown = || Refusal::fault(field, "fault-institution-unknown");
        if typed.is_empty() {
            return Err(Refusal::fault(field, "fault-required").into());
        }
        let id: Id = typed.parse().map_err(|_| unknown())?;
        let found = care.store.read_many(ctx, &[Organization::key(&id)]).await?;
        found.first().ok_or_else(unknown)?;
        party.institution = Some(id);
    }
    if row.from.institution == row.to.institution {
        return Err(Refusal::fault("to", "fault-addressee-self").into());
    }
    Ok(())
}

/// The letter as a case, now that both institutions are known.
async fn delivered(care: &Care, ctx: &Ctx, row: &mut DocumentRow) -> Result<Changes, Failure> {
    let program = beyond(ctx);
    let bundle = care.store.read(&program, &key(&row.bundle)).await?;
    let sent = document::read(&bundle.ok_or(Refusal::NotFound)?.resource);
    let ends = letter::ends(care, ctx, row)
        .await?
        .ok_or(Refusal::NotFound)?;
    let known = care
        .store
        .read_many(&program, &[Patient::key(&row.patient)])
        .await?;
    row.state = DocumentState::Received;
    let mut changes = letter::case(care, ctx, row, &sent, &ends, known.first()).await?;
    settle(ctx, row, &mut changes, "arrival.assign");
    Ok(changes)
}

fn settle(ctx: &Ctx, row: &mut DocumentRow, changes: &mut Changes, action: &str) {
    row.done_by.clone_from(&ctx.caller.account);
    row.done_at = Some(ctx.at);
    changes.settle_document(row);
    let note = Note::new(action)
        .patient(&row.patient)
        .what(key(&row.bundle));
    changes.note(note.detail(row.state.code()));
}
