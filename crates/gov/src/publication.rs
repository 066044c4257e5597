//! Versions of a survey's figures for everybody. A version never changes; what was corrected is published as the next.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Refusal};
use renkei_directory::area::Areas;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::snapshot::{self, PUBLISHED, Snapshot, SnapshotRow};
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{SurveyState, seen};
use crate::{approver, audit};

/// Publishes the figures of a survey that its owner's approver stands for. Returns the number of the version, from 1. Where
/// it is published already (a form that was sent twice), that is the newest one.
///
/// # Errors
/// `refuse-survey-not-approved`; `refuse-needs-approver`.
pub async fn publish(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    code: &str,
    note: &str,
) -> Result<i64, Failure> {
    let done = publish_tried(store, ctx, areas, code, note).await;
    let note = Note::new("survey.publish").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn publish_tried(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    code: &str,
    note: &str,
) -> Result<i64, Failure> {
    let mut survey = seen::owned(store, ctx, code).await?;
    approver::stand(store, ctx, Action::SurveyApprove, &survey.owner).await?;
    let newest = store.newest_snapshot(code, PUBLISHED).await?;
    if seen::state_of(&survey) == SurveyState::Published
        && let Some((newest, _)) = &newest
    {
        return Ok(newest.number);
    }
    if seen::state_of(&survey) != SurveyState::Approved {
        return Err(Refusal::not_now("refuse-survey-not-approved").into());
    }
    let note = said("note", note, false)?;
    let body = snapshot::now(store, &survey, areas).await?;
    let row = snapshot::row(store, ctx, &survey, PUBLISHED, &body).await?;
    // Opened again and nothing corrected: what is out stays the newest version.
    let same = newest.filter(|(before, _)| before.digest == row.digest);
    let row = SnapshotRow { note, ..row };
    let was = survey.revision;
    SurveyState::Published.code().clone_into(&mut survey.state);
    survey.updated_at = ctx.at;
    let mut changes = Changes::default();
    if same.is_none() {
        changes.put_snapshot(&row, &snapshot::written(&body)?);
    }
    changes.put_survey(&survey, Some(was));
    changes.put_survey_event(&event(ctx, code, None, "published", &row.note));
    changes.note(Note::new("survey.publish").detail(code));
    changes.tell.push(survey.owner);
    store.commit(ctx, changes).await?;
    Ok(same.map_or(row.number, |(before, _)| before.number))
}

/// The version that everybody sees: the newest one, also while the next is being made.
pub async fn newest(store: &Store, code: &str) -> Result<Option<Snapshot>, StoreError> {
    snapshot::newest(store, code, PUBLISHED).await
}

/// All versions, the newest first.
pub async fn versions(store: &Store, code: &str) -> Result<Vec<SnapshotRow>, StoreError> {
    let all = store.snapshots(code).await?;
    Ok(all
        .into_iter()
        .filter(|one| one.kind == PUBLISHED)
        .collect())
}

/// One version; nothing where the number is of a snapshot that was only presented.
pub async fn version(
    store: &Store,
    code: &str,
    number: i64,
) -> Result<Option<Snapshot>, StoreError> {
    let found = snapshot::read(store, code, number).await?;
    Ok(found.filter(|one| one.row.kind == PUBLISHED))
}
