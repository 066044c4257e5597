//! A whole file of 医療情報ネット, in batches: one of the ten tables, found by its headings.

use std::collections::{HashMap, HashSet};

use jiff::ToSpan;
use renkei_base::Id;
use renkei_fhir::{Key, Location, Organization};
use renkei_store::institution::RegistryKey;
use renkei_store::opening::Hours;
use renkei_store::{BedSet, Changes, Failure, Note, Place, Position, StoreError, Stored};

use super::medical::{Layout, Record};
use super::medical_apply::{Applied, Origin, SOURCE, apply};
use super::report::{Change, LISTED, Level, Remark};
use super::run::{Import, TRIES};
use super::table::{Rows, has_heading};
use super::{BATCH_ROWS, code_run, difference, medical_hours};
use crate::institution::{OWN_SOURCE, PLACE};

/// Imports a file of 医療情報ネット. Codes that were waiting for one of the new institutions find it.
pub(super) async fn medical_institutions(import: &mut Import<'_>) -> Result<(), Failure> {
    let mut rows = import.rows()?;
    let _ = rows.advance()?;
    let headings = rows.row();
    if has_heading(headings, "診療科目コード") && !has_heading(headings, "機関区分") {
        return medical_hours::hours(import).await;
    }
    let layout = Layout::find(headings)?;
    if import.is_doubtful(&layout.columns)? {
        return Ok(());
    }
    let mut run = Run::start(import).await?;
    run.all(rows, &layout).await?;
    run.missing().await?;
    if !import.is_dry() {
        import.report.codes_found = code_run::settle_waiting(import.store, import.ctx).await?;
    }
    Ok(())
}

/// An institution that is there already.
struct Known {
    id: Id,
    print: Print,
    /// A place among [`Run::dates`].
    date: u32,
}

/// The first half of a fingerprint: two rows that differ do not share it.
type Print = [u8; 16];

struct Run<'a, 'b> {
    import: &'a mut Import<'b>,
    day_before: String,
    /// By 医療情報ネット ID. These two are held for all rows at once, so they are small.
    known: HashMap<Box<str>, Known>,
    /// Days of files: few.
    dates: Vec<String>,
    /// Lines of this file by ID, to see what is there twice.
    seen: HashMap<Box<str>, (u32, Print)>,
    /// Fields that institutions have said themselves.
    own: HashMap<Id, Vec<String>>,
    /// Kinds and prefectures of the file: what else is known of them is missing in it.
    covered: HashSet<(String, String)>,
}

/// What a batch will write, decided from what was read.
struct Plan {
    changes: Changes,
    /// New ones have `None`.
    differences: Vec<Option<Vec<Change>>>,
}

impl<'a, 'b> Run<'a, 'b> {
    async fn start(import: &'a mut Import<'b>) -> Result<Self, Failure> {
        let date: jiff::civil::Date = import.date.parse().unwrap_or_default();
        let before = date.checked_sub(1.day()).unwrap_or(date);
        let mut dates = Vec::new();
        let known = import.store.registry_keys().await?;
        let known = known.into_iter().map(|key| known_by_id(key, &mut dates));
        let known = known.collect();
        let mut own: HashMap<Id, Vec<String>> = HashMap::new();
        for value in import.store.institution_values_from(OWN_SOURCE).await? {
            own.entry(value.institution).or_default().push(value.field);
        }
        Ok(Self {
            import,
            day_before: before.to_string(),
            known,
            dates,
            seen: HashMap::new(),
            own,
            covered: HashSet::new(),
        })
    }

    async fn all(&mut self, mut rows: Rows, layout: &Layout) -> Result<(), Failure> {
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        let mut told = 0;
        while let Some(line) = rows.advance()? {
            self.take(layout, rows.row(), line, &mut batch);
            if batch.len() == BATCH_ROWS {
                self.write(&batch).await?;
                batch.clear();
            }
            let done = self.import.report.rows() + batch.len() as u64;
            if done >= told + BATCH_ROWS as u64 {
                told = done;
                self.import.tell(done, rows.estimate(done));
            }
        }
        self.write(&batch).await
    }

    /// Sorts a row: refused, unchanged, or for the batch.
    fn take(
        &mut self,
        layout: &Layout,
        row: &csv::StringRecord,
        line: u64,
        batch: &mut Vec<Record>,
    ) {
        let report = &mut self.import.report;
        let mut record = match layout.read(row, line) {
            Ok(record) => record,
            Err(remark) => return report.refuse(remark),
        };
        let print = print_of(&record.fingerprint());
        if let Some((first, other)) = self.seen.get(record.registry_id.as_str()) {
            if *other == print {
                report.unchanged += 1;
            } else {
                let (first, key) = (first.to_string(), "fault-import-id-twice");
                report.refuse(Remark::new(line, Level::Refused, "ID", key, &first));
            }
            return;
        }
        self.covered
            .insert((record.kind.code().to_owned(), record.prefecture.clone()));
        let id = record.registry_id.as_str().into();
        let place = u32::try_from(line).unwrap_or(u32::MAX);
        self.seen.insert(id, (place, print));
        let mut warnings = std::mem::take(&mut record.warnings);
        match self.known.get(record.registry_id.as_str()) {
            Some(known) if known.print == print => report.unchanged += 1,
            Some(known) if date_of(&self.dates, known) > self.import.date.as_str() => {
                let (key, date) = ("fault-import-older", date_of(&self.dates, known));
                warnings.push(Remark::new(line, Level::Warned, "", key, date));
                report.unchanged += 1;
            }
            _ => batch.push(record),
        }
        report.warn(warnings);
    }

    async fn write(&mut self, batch: &[Record]) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        for attempt in 1.. {
            let Plan {
                changes,
                differences,
            } = self.plan(batch).await?;
            match self.import.commit(changes).await {
                Err(StoreError::Conflict(_)) if attempt < TRIES => continue,
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
            for (record, changes) in batch.iter().zip(differences) {
                match changes {
                    None => self.import.report.create(record.line, &record.name),
                    Some(changes) => self
                        .import
                        .report
                        .change(record.line, &record.name, changes),
                }
            }
            break;
        }
        Ok(())
    }

    async fn plan(&self, batch: &[Record]) -> Result<Plan, Failure> {
        let mut changes = Changes::default();
        let mut differences = Vec::with_capacity(batch.len());
        let mut stored = self.read(batch).await?;
        let ctx = self.import.ctx;
        let origin = Origin {
            date: &self.import.date,
            day_before: &self.day_before,
            at: ctx.at,
        };
        for record in batch {
            let known = self.known.get(record.registry_id.as_str());
            let id = known.map_or_else(|| ctx.ids.id(), |key| key.id.clone());
            let own = self.own.get(&id).map_or(&[][..], Vec::as_slice);
            let pair = known.and_then(|_| pair(&mut stored, &id));
            let before = pair.as_ref().and_then(views);
            let old = before
                .as_ref()
                .map(|(organization, location)| difference::values(organization, location));
            let applied = apply(record, before, &id, own, origin);
            differences.push(match old {
                Some(old) => Some(self.difference(&id, &old, &applied).await?),
                None => None,
            });
            self.put(&mut changes, pair.as_ref(), applied, &id);
        }
        let lines = (
            batch.first().map_or(0, |r| r.line),
            batch.last().map_or(0, |r| r.line),
        );
        let detail = format!(
            "medical-institutions {} lines {}-{}",
            self.import.source.sha256, lines.0, lines.1
        );
        changes.note(Note::new("institution.import").detail(detail));
        Ok(Plan {
            changes,
            differences,
        })
    }

    /// What people see changed. Beyond those that are listed it is not looked for.
    async fn difference(
        &self,
        id: &Id,
        old: &[(&'static str, String)],
        new: &Applied,
    ) -> Result<Vec<Change>, Failure> {
        if self.import.report.differences.len() >= LISTED {
            return Ok(Vec::new());
        }
        let values = difference::values(&new.organization, &new.location);
        let mut changes = difference::changes(old, &values);
        if let Some(hours) = &new.hours {
            let sets = self.import.store.openings_of(id).await?;
            let before = sets.iter().find(|set| set.source == SOURCE);
            let before = before.map(|set| set.hours()).unwrap_or_default();
            changes.extend(hours_change(&before, hours));
        }
        Ok(changes)
    }

    /// Both resources of each institution of the batch that is there already.
    async fn read(&self, batch: &[Record]) -> Result<HashMap<Key, Stored>, Failure> {
        let ids = batch
            .iter()
            .filter_map(|record| Some(&self.known.get(record.registry_id.as_str())?.id));
        let keys: Vec<Key> = ids
            .flat_map(|id| [Organization::key(id), Location::key(id)])
            .collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let stored = self.import.store.read_many(self.import.ctx, &keys).await?;
        Ok(stored
            .into_iter()
            .map(|one| (one.key.clone(), one))
            .collect())
    }

    fn put(
        &self,
        changes: &mut Changes,
        pair: Option<&(Stored, Stored)>,
        applied: Applied,
        id: &Id,
    ) {
        let (date, at) = (self.import.date.as_str(), self.import.ctx.at);
        changes.put_institution(&applied.row);
        if let Some(hours) = &applied.hours {
            changes.put_openings(id, (SOURCE, date), hours, at);
        }
        if let Some(beds) = applied.beds {
            let set = BedSet {
                institution: id.clone(),
                source: SOURCE.to_owned(),
                source_date: date.to_owned(),
                beds,
            };
            changes.put_beds(&set, at);
        }
        match applied.position {
            Some(Some((latitude, longitude))) => {
                let position = Position {
                    institution: id.clone(),
                    latitude,
                    longitude,
                    source: SOURCE.to_owned(),
                    source_date: date.to_owned(),
                };
                changes.put_position(&position, at);
            }
            Some(None) if pair.is_some() => changes.remove_position(id),
            Some(None) | None => {}
        }
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

    /// Counts what earlier files had of these kinds and prefectures, and this one has not.
    async fn missing(&mut self) -> Result<(), Failure> {
        let mut last = String::new();
        loop {
            let page = self.import.store.registered_after(&last).await?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            end.id.as_str().clone_into(&mut last);
            for one in &page {
                let covered = (one.kind.clone(), one.prefecture.clone());
                let seen = self.seen.contains_key(one.registry_id.as_str());
                if one.active && !seen && self.covered.contains(&covered) {
                    self.import.report.miss(&one.name);
                }
            }
        }
    }
}

/// The change of hours, in one line before and one after.
pub(super) fn hours_change(before: &Hours, after: &Hours) -> Option<Change> {
    (before.pack() != after.pack()).then(|| Change {
        field: "hours",
        old: difference::hours_text(before),
        new: difference::hours_text(after),
    })
}

fn known_by_id(key: RegistryKey, dates: &mut Vec<String>) -> (Box<str>, Known) {
    let place = dates.iter().position(|date| *date == key.source_date);
    let place = place.unwrap_or_else(|| {
        dates.push(key.source_date);
        dates.len() - 1
    });
    let known = Known {
        id: key.id,
        print: print_of(&key.fingerprint),
        date: u32::try_from(place).unwrap_or(u32::MAX),
    };
    (key.registry_id.into(), known)
}

fn date_of<'a>(dates: &'a [String], known: &Known) -> &'a str {
    dates.get(known.date as usize).map_or("", String::as_str)
}

/// Of the hex digits that are stored.
fn print_of(fingerprint: &str) -> Print {
    let mut print = Print::default();
    let digits = fingerprint.get(..32).unwrap_or_default();
    // What is no fingerprint equals none.
    let _ = hex::decode_to_slice(digits, &mut print);
    print
}

pub(super) fn pair(stored: &mut HashMap<Key, Stored>, id: &Id) -> Option<(Stored, Stored)> {
    Some((
        stored.remove(&Organization::key(id))?,
        stored.remove(&Location::key(id))?,
    ))
}

pub(super) fn views(pair: &(Stored, Stored)) -> Option<(Organization, Location)> {
    let organization = Organization::from_resource(pair.0.resource.clone())?;
    Some((
        organization,
        Location::from_resource(pair.1.resource.clone())?,
    ))
}
