//! A whole file of 医療情報ネット, in batches.

use std::collections::HashMap;

use jiff::ToSpan;
use renkei_access::policy::Action;
use renkei_base::{Ctx, Id};
use renkei_fhir::{Key, Location, Organization};
use renkei_store::institution::RegistryKey;
use renkei_store::{Changes, Failure, Note, Place, Store, StoreError, Stored};

use super::file::Source;
use super::medical::{Layout, Record};
use super::medical_apply::{Applied, Origin, apply};
use super::report::{Level, Remark, Report};
use super::{BATCH_ROWS, OnProgress, Progress, code_run, table};
use crate::gate;
use crate::institution::{OWN_SOURCE, PLACE};

/// How often a batch that met somebody else's change is decided again.
const TRIES: usize = 3;

/// Imports a file of 医療情報ネット. What is committed stays when it is cut off; running it again takes up the rest.
/// Codes that were waiting for one of the new institutions find it.
pub async fn medical_institutions(
    store: &Store,
    ctx: &Ctx,
    source: &Source,
    progress: OnProgress<'_>,
) -> Result<Report, Failure> {
    gate::region(ctx, Action::DirectoryImport)?;
    let mut run = Run::start(store, ctx, source).await?;
    run.all(progress).await?;
    let mut report = run.report;
    report.codes_found = code_run::settle_waiting(store, ctx).await?;
    code_run::record(store, ctx, "medical-institutions", source, &report).await?;
    Ok(report)
}

struct Run<'a> {
    store: &'a Store,
    ctx: &'a Ctx,
    source: &'a Source,
    date: String,
    day_before: String,
    /// By 医療情報ネット ID.
    known: HashMap<String, RegistryKey>,
    /// Lines of this file by ID, to see what is there twice.
    seen: HashMap<String, (u64, String)>,
    /// Fields that institutions have said themselves.
    own: HashMap<Id, Vec<String>>,
    report: Report,
}

/// What a batch will write, decided from what was read.
struct Plan {
    changes: Changes,
    keys: Vec<RegistryKey>,
}

impl<'a> Run<'a> {
    async fn start(store: &'a Store, ctx: &'a Ctx, source: &'a Source) -> Result<Self, Failure> {
        let today = ctx.at.in_japan().date();
        let date = source
            .date
            .as_deref()
            .and_then(|date| date.parse().ok())
            .unwrap_or(today);
        let before = date.checked_sub(1.day()).unwrap_or(date);
        let known = store.registry_keys().await?;
        let mut own: HashMap<Id, Vec<String>> = HashMap::new();
        for value in store.institution_values_from(OWN_SOURCE).await? {
            own.entry(value.institution).or_default().push(value.field);
        }
        Ok(Self {
            store,
            ctx,
            source,
            date: date.to_string(),
            day_before: before.to_string(),
            known: known
                .into_iter()
                .map(|key| (key.registry_id.clone(), key))
                .collect(),
            seen: HashMap::new(),
            own,
            report: Report::default(),
        })
    }

    async fn all(&mut self, progress: OnProgress<'_>) -> Result<(), Failure> {
        let mut reader = table::reader(&self.source.text);
        let mut row = csv::StringRecord::new();
        // A row that is no UTF-8 cannot be: the text was decoded before.
        let _ = reader.read_record(&mut row);
        let layout = Layout::find(&row)?;
        let bytes = self.source.text.len() as u64;
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        while reader.read_record(&mut row).unwrap_or(false) {
            let line = table::line_of(&self.source.text, &row);
            self.take(&layout, &row, line, &mut batch);
            if batch.len() == BATCH_ROWS {
                self.write(&batch).await?;
                batch.clear();
            }
            let done = self.report.rows() + batch.len() as u64;
            if done.is_multiple_of(BATCH_ROWS as u64) {
                let rows = estimate(done, row.position().map_or(0, csv::Position::byte), bytes);
                progress(Progress { done, rows });
            }
        }
        self.write(&batch).await?;
        let done = self.report.rows();
        progress(Progress { done, rows: done });
        Ok(())
    }

    /// Sorts a row: refused, unchanged, or for the batch.
    fn take(
        &mut self,
        layout: &Layout,
        row: &csv::StringRecord,
        line: u64,
        batch: &mut Vec<Record>,
    ) {
        let mut record = match layout.read(row, line) {
            Ok(record) => record,
            Err(remark) => return self.report.refuse(remark),
        };
        let print = record.fingerprint();
        if let Some((first, other)) = self.seen.get(&record.registry_id) {
            if *other == print {
                self.report.unchanged += 1;
            } else {
                let first = first.to_string();
                self.report.refuse(Remark::new(
                    line,
                    Level::Refused,
                    "ID",
                    "fault-import-id-twice",
                    &first,
                ));
            }
            return;
        }
        self.seen
            .insert(record.registry_id.clone(), (line, print.clone()));
        let mut warnings = std::mem::take(&mut record.warnings);
        match self.known.get(&record.registry_id) {
            Some(known) if known.fingerprint == print => self.report.unchanged += 1,
            Some(known) if known.source_date > self.date => {
                let value = &known.source_date;
                warnings.push(Remark::new(
                    line,
                    Level::Warned,
                    "",
                    "fault-import-older",
                    value,
                ));
                self.report.unchanged += 1;
            }
            _ => batch.push(record),
        }
        self.report.warn(warnings);
    }

    async fn write(&mut self, batch: &[Record]) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        for attempt in 1.. {
            let Plan { changes, keys } = self.plan(batch).await?;
            match self.store.commit(self.ctx, changes).await {
                Err(StoreError::Conflict(_)) if attempt < TRIES => {}
                Err(error) => return Err(error.into()),
                Ok(_) => {
                    self.report.accepted += batch.len() as u64;
                    self.known
                        .extend(keys.into_iter().map(|key| (key.registry_id.clone(), key)));
                    break;
                }
            }
        }
        Ok(())
    }

    async fn plan(&self, batch: &[Record]) -> Result<Plan, Failure> {
        let mut changes = Changes::default();
        let mut keys = Vec::with_capacity(batch.len());
        let mut stored = self.read(batch).await?;
        let origin = Origin {
            date: &self.date,
            day_before: &self.day_before,
            at: self.ctx.at,
        };
        for record in batch {
            let known = self.known.get(&record.registry_id);
            let id = known.map_or_else(|| self.ctx.ids.id(), |key| key.id.clone());
            let own = self.own.get(&id).map_or(&[][..], Vec::as_slice);
            let pair = known.and_then(|_| pair(&mut stored, &id));
            let before = pair.as_ref().and_then(views);
            let applied = apply(record, before, &id, own, origin);
            keys.push(RegistryKey {
                id,
                registry_id: record.registry_id.clone(),
                fingerprint: applied.row.fingerprint.clone(),
                source_date: self.date.clone(),
            });
            put(&mut changes, pair.as_ref(), applied);
        }
        let lines = (
            batch.first().map_or(0, |r| r.line),
            batch.last().map_or(0, |r| r.line),
        );
        let detail = format!(
            "medical-institutions {} lines {}-{}",
            self.source.sha256, lines.0, lines.1
        );
        changes.note(Note::new("institution.import").detail(detail));
        Ok(Plan { changes, keys })
    }

    /// Both resources of each institution of the batch that is there already.
    async fn read(&self, batch: &[Record]) -> Result<HashMap<Key, Stored>, Failure> {
        let ids = batch
            .iter()
            .filter_map(|record| Some(&self.known.get(&record.registry_id)?.id));
        let keys: Vec<Key> = ids
            .flat_map(|id| [Organization::key(id), Location::key(id)])
            .collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let stored = self.store.read_many(self.ctx, &keys).await?;
        Ok(stored
            .into_iter()
            .map(|one| (one.key.clone(), one))
            .collect())
    }
}

fn pair(stored: &mut HashMap<Key, Stored>, id: &Id) -> Option<(Stored, Stored)> {
    Some((
        stored.remove(&Organization::key(id))?,
        stored.remove(&Location::key(id))?,
    ))
}

fn views(pair: &(Stored, Stored)) -> Option<(Organization, Location)> {
    let organization = Organization::from_resource(pair.0.resource.clone())?;
    Some((
        organization,
        Location::from_resource(pair.1.resource.clone())?,
    ))
}

fn put(changes: &mut Changes, pair: Option<&(Stored, Stored)>, applied: Applied) {
    changes.put_institution(&applied.row);
    let (organization, location) = (
        applied.organization.into_resource(),
        applied.location.into_resource(),
    );
    match pair {
        Some((old, old_location)) => {
            changes.update(old, organization);
            changes.update(old_location, location);
        }
        None => {
            let place: Place = PLACE;
            changes.create(organization, place.clone());
            changes.create(location, place);
        }
    }
}

/// How many rows the file has, if the rest is like what came so far.
fn estimate(done: u64, read: u64, bytes: u64) -> u64 {
    done.saturating_mul(bytes)
        .checked_div(read)
        .map_or(done, |rows| rows.max(done))
}
