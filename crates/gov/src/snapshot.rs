//! Figures as they were shown on a day or published. Written once, never changed; what became different since is told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Ctx, Fault, Refusal, era, text};
use renkei_directory::area::{AreaKind, Areas};
pub use renkei_store::snapshot::SnapshotRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError, SurveyRow};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit;
use crate::count::change::{Difference, differences};
use crate::count::{self, Figures};
use crate::matrix::{self, Example};
use crate::survey::{SurveyState, seen};

/// Shown at a meeting.
pub const PRESENTED: &str = "presented";
/// A version for everybody.
pub const PUBLISHED: &str = "published";

/// What a snapshot keeps, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub title: String,
    pub english: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub about_english: String,
    /// As people write it: `27年10月現在`.
    pub as_of: String,
    /// The last day of its window, whose areas hold.
    pub day: String,
    /// What percentages are of unless a reader chooses.
    pub base: String,
    /// 見本: nobody answered this.
    pub invented: bool,
    /// What everybody sees: 0, who said what; else counts alone, and no group of fewer sheets.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least: i64,
    /// Code of the asking before it, or empty.
    #[serde(default)]
    pub previous: String,
    /// The names of the areas that its sheets are in, by code, as they were.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub areas: BTreeMap<String, String>,
    pub figures: Figures,
    /// What respondents explained and attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(least: &i64) -> bool {
    *least == 0
}

/// A snapshot, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub row: SnapshotRow,
    pub body: Body,
}

/// Which lines say something else since a snapshot, with who wrote last what they stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub difference: Difference,
    /// Account, moment and reason; nothing where no answer was written (a sheet that was handed in, an override).
    pub by: Option<(Option<renkei_base::Id>, renkei_base::Micros, String)>,
}

/// Keeps the figures as they stand now, under a name and a day as people write it. Returns its number.
///
/// # Errors
/// `Invalid` on `label` and `day`; `refuse-survey-not-open` of a draft; `NotFound` to all but the owner.
pub async fn present(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    code: &str,
    label: &str,
    day: &str,
) -> Result<i64, Failure> {
    let done = present_tried(store, ctx, areas, code, label, day).await;
    let note = Note::new("survey.present").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn present_tried(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    code: &str,
    label: &str,
    day: &str,
) -> Result<i64, Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    if seen::state_of(&survey) == SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-not-open").into());
    }
    let label = text::required_line("label", label, LINE_CHARS);
    let label = label.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let day = match day.trim() {
        "" => ctx.at.in_japan().date(),
        typed => era::parse(typed)
            .map_err(|_| Refusal::Invalid(vec![Fault::new("day", "fault-survey-day")]))?,
    };
    let body = now(store, &survey, areas).await?;
    let mut changes = Changes::default();
    let row = row(store, ctx, &survey, PRESENTED, &body).await?;
    let row = SnapshotRow {
        label,
        day: day.to_string(),
        ..row
    };
    changes.put_snapshot(&row, &written(&body)?);
    changes.note(Note::new("survey.present").detail(code));
    changes.tell.push(survey.owner);
    store.commit(ctx, changes).await?;
    Ok(row.number)
}

/// The figures as they stand now, as a snapshot would keep them.
pub async fn now(store: &Store, survey: &SurveyRow, areas: &Areas) -> Result<Body, StoreError> {
    Ok(Body {
        examples: matrix::examples(store, survey).await?,
        ..figures(store, survey, areas).await?
    })
}

/// The same without examples, for which all answers are looked through.
pub async fn figures(store: &Store, survey: &SurveyRow, areas: &Areas) -> Result<Body, StoreError> {
    let figures = count::live(store, survey, areas).await?;
    Ok(Body {
        areas: names(areas, &figures, count::load::day(survey)),
        title: survey.title.clone(),
        english: survey.english.clone(),
        about: survey.about.clone(),
        about_english: survey.about_english.clone(),
        as_of: survey.as_of.clone(),
        day: count::load::day(survey).to_string(),
        base: survey.base.clone(),
        invented: survey.invented,
        least: survey.least,
        previous: survey.previous.clone(),
        figures,
        examples: Vec::new(),
    })
}

fn names(areas: &Areas, figures: &Figures, day: Date) -> BTreeMap<String, String> {
    let sheets = figures.sheets.iter().filter(|one| !one.area.is_empty());
    let codes: BTreeSet<&str> = sheets.map(|one| one.area.as_str()).collect();
    let named = codes.into_iter().filter_map(|code| {
        let area = areas.area(AreaKind::SecondaryMedical, code, day)?;
        Some((code.to_owned(), area.name))
    });
    named.collect()
}

/// Published versions count from 1; what was only shown counts down from -1, so that it takes no number from them.
fn next(all: &[SnapshotRow], kind: &str) -> i64 {
    let numbers = || all.iter().map(|one| one.number);
    if kind != PUBLISHED {
        return numbers().min().unwrap_or(0).min(0) - 1;
    }
    let published = all.iter().filter(|one| one.kind == PUBLISHED);
    let newest = published.map(|one| one.number).max().unwrap_or(0);
    let taken = |number: &i64| numbers().any(|one| one == *number);
    (newest + 1..).find(|number| !taken(number)).unwrap_or(1)
}

/// The next row of a survey, today and without a label.
pub(crate) async fn row(
    store: &Store,
    ctx: &Ctx,
    survey: &SurveyRow,
    kind: &str,
    body: &Body,
) -> Result<SnapshotRow, StoreError> {
    let all = store.snapshots(&survey.code).await?;
    Ok(SnapshotRow {
        survey: survey.code.clone(),
        number: next(&all, kind),
        kind: kind.to_owned(),
        label: String::new(),
        day: ctx.at.in_japan().date().to_string(),
        digest: digest(&written(body)?),
        note: String::new(),
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    })
}

pub(crate) fn written(body: &Body) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// A snapshot of a survey.
pub async fn read(store: &Store, code: &str, number: i64) -> Result<Option<Snapshot>, StoreError> {
    let found = store.snapshot(code, number).await?;
    found.map(parsed).transpose()
}

/// The newest snapshot of a kind.
pub async fn newest(store: &Store, code: &str, kind: &str) -> Result<Option<Snapshot>, StoreError> {
    let found = store.newest_snapshot(code, kind).await?;
    found.map(parsed).transpose()
}

/// A body that is not what was written is no snapshot.
fn parsed((row, text): (SnapshotRow, String)) -> Result<Snapshot, StoreError> {
    let what = || format!("snapshot {} of {}", row.number, row.survey);
    if digest(&text) != row.digest {
        return Err(StoreError::Corrupt(what()));
    }
    match serde_json::from_str(&text) {
        Ok(body) => Ok(Snapshot { row, body }),
        Err(error) => Err(StoreError::Corrupt(format!("{}: {error}", what()))),
    }
}

/// How many lines became different since a snapshot, and the first `most` of them with who changed them: all of a sheet did
/// that was handed in since.
pub async fn changed(
    store: &Store,
    snapshot: &Snapshot,
    now: &Figures,
    most: usize,
) -> Result<(usize, Vec<Changed>), StoreError> {
    let mut found = differences(&snapshot.body.figures, now);
    let count = found.len();
    found.truncate(most);
    let row = &snapshot.row;
    let mut changes = Vec::with_capacity(found.len());
    for difference in found {
        let question = difference.line.split('.').next().unwrap_or_default();
        let place = (row.survey.as_str(), difference.respondent.as_str());
        let last = store.last_answer_change(place, question, row.done_at);
        let by = last
            .await?
            .map(|write| (write.changed_by, write.changed_at, write.why));
        changes.push(Changed { by, difference });
    }
    Ok((count, changes))
}
