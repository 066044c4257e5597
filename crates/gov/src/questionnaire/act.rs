//! Making, changing and finishing questionnaires: what an officer does with those of its institution.

use std::collections::BTreeSet;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use super::Questionnaire;
use super::check::{check, refused};
use super::edit::{Edit, Kept, apply};
use crate::gate;

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionState {
    Draft,
    /// May be asked, and never changes.
    Final,
    /// Offered no more for new surveys; those that asked it keep it.
    Retired,
}

impl VersionState {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Final, Self::Retired];

    /// The code in the table and in message keys (`questionnaire-state-CODE`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Final => "final",
            Self::Retired => "retired",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A version with what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub row: QuestionnaireRow,
    pub body: Questionnaire,
}

impl Version {
    fn of(row: QuestionnaireRow) -> Result<Self, StoreError> {
        let body = read_body(&row)?;
        Ok(Self { row, body })
    }

    pub fn state(&self) -> VersionState {
        VersionState::from_code(&self.row.state).unwrap_or(VersionState::Retired)
    }

    pub fn is_draft(&self) -> bool {
        self.state() == VersionState::Draft
    }
}

fn read_body(row: &QuestionnaireRow) -> Result<Questionnaire, StoreError> {
    serde_json::from_str(&row.body)
        .map_err(|error| StoreError::Corrupt(format!("questionnaire {}: {error}", row.id)))
}

fn write_body(body: &Questionnaire) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// What a survey asks, without asking who wants to know: for sheets, counts and publications, which have their own gates.
pub async fn asked(
    store: &Store,
    id: &Id,
    version: i64,
) -> Result<Option<Questionnaire>, StoreError> {
    let row = store.questionnaire(id, version).await?;
    row.as_ref().map(read_body).transpose()
}

/// All versions of all questionnaires of the caller's institution, the last changed first.
pub async fn list(store: &Store, ctx: &Ctx) -> Result<Vec<QuestionnaireRow>, Failure> {
    let own = ctx.institution()?;
    gate::own(ctx, Action::QuestionnaireEdit, own)?;
    Ok(store.questionnaires_of(own).await?)
}

/// All versions of one questionnaire of the caller's institution, the newest first. At least one.
pub async fn versions(store: &Store, ctx: &Ctx, id: &Id) -> Result<Vec<Version>, Failure> {
    let rows = store.questionnaire_versions(id).await?;
    let first = rows.first().ok_or(Refusal::NotFound)?;
    gate::own(ctx, Action::QuestionnaireEdit, &first.owner)?;
    let versions: Result<Vec<Version>, StoreError> = rows.into_iter().map(Version::of).collect();
    Ok(versions?)
}

/// One version of a questionnaire of the caller's institution.
pub async fn get(store: &Store, ctx: &Ctx, id: &Id, version: i64) -> Result<Version, Failure> {
    let row = store.questionnaire(id, version).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    gate::own(ctx, Action::QuestionnaireEdit, &row.owner)?;
    Ok(Version::of(row)?)
}

/// The newest version, draft or not.
pub async fn newest(store: &Store, ctx: &Ctx, id: &Id) -> Result<Version, Failure> {
    let versions = versions(store, ctx, id).await?;
    Ok(versions.into_iter().next().ok_or(Refusal::NotFound)?)
}

/// Begins a questionnaire of an institution as a draft, empty or from a template or a file. Returns its id.
///
/// `from`: `ID/VERSION` where it is a copy of another one, or empty.
pub async fn make(
    store: &Store,
    ctx: &Ctx,
    owner: &Id,
    body: &Questionnaire,
    from: &str,
) -> Result<Id, Failure> {
    gate::own(ctx, Action::QuestionnaireEdit, owner)?;
    let id = ctx.ids.id();
    let row = QuestionnaireRow {
        copied_from: from.to_owned(),
        ..draft(ctx, &id, owner, body)
    };
    put(store, ctx, "questionnaire.make", &row, None).await?;
    Ok(id)
}

fn draft(ctx: &Ctx, id: &Id, owner: &Id, body: &Questionnaire) -> QuestionnaireRow {
    QuestionnaireRow {
        id: id.clone(),
        version: 1,
        owner: owner.clone(),
        state: VersionState::Draft.code().to_owned(),
        title: body.title.ja.clone(),
        english: body.title.en.clone(),
        body: write_body(body),
        copied_from: String::new(),
        note: String::new(),
        created_by: ctx.caller.account.clone(),
        created_at: ctx.at,
        updated_by: ctx.caller.account.clone(),
        updated_at: ctx.at,
        revision: 1,
    }
}

/// A questionnaire of its own with the same questions. Returns its id.
pub async fn copy(store: &Store, ctx: &Ctx, id: &Id, version: i64) -> Result<Id, Failure> {
    let from = get(store, ctx, id, version).await?;
    let source = format!("{id}/{version}");
    make(store, ctx, &from.row.owner, &from.body, &source).await
}

/// Changes the draft of a questionnaire. Returns the id of the question or the place of the section that was touched.
///
/// `seen`: the revision that the person had before them. Where somebody else changed the draft since, it is a conflict;
/// one question written while others changed other questions is not (see [`Edit::Question`]).
pub async fn edit(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    seen: i64,
    edit: &Edit,
) -> Result<String, Failure> {
    let versions = versions(store, ctx, id).await?;
    let (now, kept) = open(versions)?;
    if now.row.revision != seen && !edit.stands_alone() {
        return Err(Refusal::Conflict.into());
    }
    let mut body = now.body.clone();
    let touched = apply(&mut body, &kept, edit)?;
    if body == now.body {
        return Ok(touched);
    }
    write(store, ctx, "questionnaire.edit", &now, &body).await?;
    Ok(touched)
}

/// Writes the whole draft anew, as a program sends it. What final versions bind is asked when it becomes final.
///
/// # Errors
/// `refuse-questionnaire-final`; `Conflict` where the draft is no longer at the revision `seen`.
pub async fn replace(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    seen: i64,
    body: &Questionnaire,
) -> Result<(), Failure> {
    let (now, _) = open(versions(store, ctx, id).await?)?;
    if now.row.revision != seen {
        return Err(Refusal::Conflict.into());
    }
    write(store, ctx, "questionnaire.edit", &now, body).await
}

/// The draft, and what the final versions before it bind.
fn open(versions: Vec<Version>) -> Result<(Version, Kept), Refusal> {
    let mut versions = versions.into_iter();
    let now = versions.next().ok_or(Refusal::NotFound)?;
    if !now.is_draft() {
        return Err(Refusal::not_now("refuse-questionnaire-final"));
    }
    Ok((now, Kept::of(versions.map(|one| one.body))))
}

async fn write(
    store: &Store,
    ctx: &Ctx,
    act: &str,
    now: &Version,
    body: &Questionnaire,
) -> Result<(), Failure> {
    let row = QuestionnaireRow {
        title: body.title.ja.clone(),
        english: body.title.en.clone(),
        body: write_body(body),
        ..touched(ctx, &now.row)
    };
    put(store, ctx, act, &row, Some(now.row.revision)).await
}

/// The row as the caller writes it now.
fn touched(ctx: &Ctx, row: &QuestionnaireRow) -> QuestionnaireRow {
    QuestionnaireRow {
        updated_by: ctx.caller.account.clone(),
        updated_at: ctx.at,
        revision: row.revision + 1,
        ..row.clone()
    }
}

/// Declares the draft final: from now on it can be asked and never changes. Refused with everything that is wrong.
pub async fn finish(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    seen: i64,
    note: &str,
) -> Result<(), Failure> {
    let versions = versions(store, ctx, id).await?;
    let (now, kept) = open(versions)?;
    if now.row.revision != seen {
        return Err(Refusal::Conflict.into());
    }
    refused(check(&now.body, &kept))?;
    let row = QuestionnaireRow {
        state: VersionState::Final.code().to_owned(),
        note: renkei_base::text::line("note", note, renkei_base::limits::LINE_CHARS)
            .map_err(|fault| Refusal::Invalid(vec![fault]))?,
        ..touched(ctx, &now.row)
    };
    put(store, ctx, "questionnaire.finish", &row, Some(seen)).await
}

/// A draft of the next version from the newest final one. Returns its number.
pub async fn next(store: &Store, ctx: &Ctx, id: &Id) -> Result<i64, Failure> {
    let now = newest(store, ctx, id).await?;
    if now.is_draft() {
        return Err(Refusal::not_now("refuse-questionnaire-draft-there").into());
    }
    let row = QuestionnaireRow {
        version: now.row.version + 1,
        copied_from: now.row.copied_from.clone(),
        ..draft(ctx, id, &now.row.owner, &now.body)
    };
    put(store, ctx, "questionnaire.next", &row, None).await?;
    Ok(row.version)
}

/// Takes a final version out of use, or back. Surveys that ask it go on.
pub async fn set_retired(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    version: i64,
    retired: bool,
) -> Result<(), Failure> {
    let now = get(store, ctx, id, version).await?;
    let (from, to) = if retired {
        (VersionState::Final, VersionState::Retired)
    } else {
        (VersionState::Retired, VersionState::Final)
    };
    if now.state() == to {
        return Ok(());
    }
    if now.state() != from {
        return Err(Refusal::not_now("refuse-questionnaire-not-final").into());
    }
    let row = QuestionnaireRow {
        state: to.code().to_owned(),
        ..touched(ctx, &now.row)
    };
    let act = if retired {
        "questionnaire.retire"
    } else {
        "questionnaire.restore"
    };
    put(store, ctx, act, &row, Some(now.row.revision)).await
}

/// Throws a draft away.
pub async fn discard(store: &Store, ctx: &Ctx, id: &Id, seen: i64) -> Result<(), Failure> {
    let now = newest(store, ctx, id).await?;
    if !now.is_draft() {
        return Err(Refusal::not_now("refuse-questionnaire-final").into());
    }
    let mut changes = Changes::default();
    changes.remove_questionnaire(id, now.row.version, seen);
    changes.note(note("questionnaire.discard", &now.row));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// The ids of questions and choices that the final versions before the newest one bind: for the builder, which retires
/// such choices instead of removing them.
pub async fn kept(store: &Store, ctx: &Ctx, id: &Id) -> Result<Kept, Failure> {
    let versions = versions(store, ctx, id).await?;
    Ok(Kept::of(versions.into_iter().skip(1).map(|one| one.body)))
}

async fn put(
    store: &Store,
    ctx: &Ctx,
    act: &str,
    row: &QuestionnaireRow,
    was: Option<i64>,
) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.put_questionnaire(row, was);
    changes.note(note(act, row));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn note(act: &str, row: &QuestionnaireRow) -> Note {
    Note::new(act).detail(format!("{}/{}", row.id, row.version))
}

/// Ids that are taken: those of all versions.
pub(super) fn taken(body: &Questionnaire, kept: &Kept) -> BTreeSet<String> {
    let here = body.questions().map(|(_, question)| question.id.clone());
    here.chain(kept.questions().map(str::to_owned)).collect()
}
