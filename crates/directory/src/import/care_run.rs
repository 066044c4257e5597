//! A whole file of 介護サービス情報公表: offices by their number, one row for each service of an office.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::ToSpan;
use renkei_base::Id;
use renkei_fhir::{Key, Location, Organization};
use renkei_store::institution::{InstitutionRow, InstitutionValue};
use renkei_store::opening::Hours;
use renkei_store::{Changes, Failure, InstitutionNumber, Note, Position, StoreError, Stored};

use super::care_row::{CareLayout, CareRow};
use super::medical_run::{pair, views};
use super::report::{Change, Level, Remark};
use super::run::{Import, TRIES};
use super::table::Rows;
use super::{BATCH_ROWS, difference};
use crate::institution::{OWN_SOURCE, PLACE, row_of};
use crate::matching::{Party, Verdict, verdicts};
use crate::{Kind, municipality};

/// The name of this source in the tables.
pub(crate) const SOURCE: &str = "care-services";
/// The register of the numbers.
pub(crate) const SYSTEM: &str = "care-office";

/// Imports a file.
pub(super) async fn care_services(import: &mut Import<'_>) -> Result<(), Failure> {
    let mut rows = import.rows()?;
    let _ = rows.advance()?;
    let layout = CareLayout::find(rows.row())?;
    if import.is_doubtful(&layout.0)? {
        return Ok(());
    }
    let mut run = Run::start(import).await?;
    run.all(rows, &layout).await?;
    run.missing();
    Ok(())
}

/// An office that is there already.
#[derive(Debug)]
struct Office {
    id: Id,
    /// By service: fingerprint and date.
    services: HashMap<String, (String, String)>,
}

struct Run<'a, 'b> {
    import: &'a mut Import<'b>,
    day_before: String,
    /// By number.
    offices: HashMap<String, Office>,
    /// Institutions of these kinds without a number: registered by hand, or by another list.
    unnumbered: Vec<InstitutionRow>,
    own: HashMap<Id, Vec<String>>,
    /// Number and service of the rows so far: line and fingerprint.
    seen: HashMap<(String, &'static str), (u64, String)>,
    /// Services and prefectures of the file.
    covered: HashSet<(&'static str, String)>,
}

/// An office as a batch will write it.
struct Target {
    id: Id,
    stored: Option<(Stored, Stored)>,
    organization: Organization,
    location: Location,
    /// `None` for a new one.
    before: Option<Vec<(&'static str, String)>>,
    values: Vec<InstitutionValue>,
}

impl<'a, 'b> Run<'a, 'b> {
    async fn start(import: &'a mut Import<'b>) -> Result<Self, Failure> {
        let date: jiff::civil::Date = import.date.parse().unwrap_or_default();
        let before = date.checked_sub(1.day()).unwrap_or(date);
        let mut offices: HashMap<String, Office> = HashMap::new();
        let mut numbered = HashSet::new();
        for number in import.store.institution_numbers(SYSTEM).await? {
            numbered.insert(number.institution.clone());
            let office = offices.entry(number.value).or_insert_with(|| Office {
                id: number.institution,
                services: HashMap::new(),
            });
            let said = (number.fingerprint, number.source_date);
            office.services.insert(number.part, said);
        }
        let mut own: HashMap<Id, Vec<String>> = HashMap::new();
        for value in import.store.institution_values_from(OWN_SOURCE).await? {
            own.entry(value.institution).or_default().push(value.field);
        }
        let mut unnumbered = import.store.institutions().await?;
        unnumbered.retain(|one| one.active && is_care(one) && !numbered.contains(&one.id));
        Ok(Self {
            import,
            day_before: before.to_string(),
            offices,
            unnumbered,
            own,
            seen: HashMap::new(),
            covered: HashSet::new(),
        })
    }

    async fn all(&mut self, mut rows: Rows, layout: &CareLayout) -> Result<(), Failure> {
        let mut batch: Vec<CareRow> = Vec::with_capacity(BATCH_ROWS);
        while let Some(line) = rows.advance()? {
            self.take(layout, rows.row(), line, &mut batch);
            if batch.len() == BATCH_ROWS {
                self.write(&batch).await?;
                batch.clear();
                let done = self.import.report.rows();
                self.import.tell(done, rows.estimate(done));
            }
        }
        self.write(&batch).await
    }

    /// Sorts a row: refused, unchanged, or for the batch.
    fn take(
        &mut self,
        layout: &CareLayout,
        row: &csv::StringRecord,
        line: u64,
        batch: &mut Vec<CareRow>,
    ) {
        let report = &mut self.import.report;
        let mut row = match layout.read(row, line) {
            Ok(row) => row,
            Err(remark) => return report.refuse(remark),
        };
        let print = row.fingerprint();
        let key = (row.number.clone(), row.service);
        if let Some((first, other)) = self.seen.get(&key) {
            if *other == print {
                report.unchanged += 1;
            } else {
                let (first, key) = (first.to_string(), "fault-import-office-twice");
                report.refuse(Remark::new(line, Level::Refused, "事業所番号", key, &first));
            }
            return;
        }
        self.seen.insert(key, (line, print.clone()));
        self.covered.insert((row.service, row.prefecture.clone()));
        let mut warnings = std::mem::take(&mut row.warnings);
        let office = self.offices.get(&row.number);
        match office.and_then(|office| office.services.get(row.service)) {
            Some((known, _)) if *known == print => report.unchanged += 1,
            Some((_, date)) if *date > self.import.date => {
                let key = "fault-import-older";
                warnings.push(Remark::new(line, Level::Warned, "", key, date));
                report.unchanged += 1;
            }
            _ => batch.push(row),
        }
        report.warn(warnings);
    }

    async fn write(&mut self, batch: &[CareRow]) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        let adopted = self.adopted(batch);
        for attempt in 1.. {
            let (changes, told, numbers) = self.plan(batch, &adopted).await?;
            match self.import.commit(changes).await {
                Err(StoreError::Conflict(_)) if attempt < TRIES => continue,
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
            for (row, changes) in batch.iter().zip(told) {
                match changes {
                    None => self.import.report.create(row.line, &row.name),
                    Some(changes) => self.import.report.change(row.line, &row.name, changes),
                }
            }
            for number in numbers {
                let office = self.offices.entry(number.value).or_insert_with(|| Office {
                    id: number.institution,
                    services: HashMap::new(),
                });
                let said = (number.fingerprint, number.source_date);
                office.services.insert(number.part, said);
            }
            break;
        }
        Ok(())
    }

    /// Institutions without a number that rows surely mean, by the row's number.
    fn adopted(&self, batch: &[CareRow]) -> HashMap<String, Id> {
        let new: Vec<&CareRow> = batch
            .iter()
            .filter(|row| !self.offices.contains_key(&row.number))
            .collect();
        if new.is_empty() || self.unnumbered.is_empty() {
            return HashMap::new();
        }
        let city = |code: &str| municipality::known(code).unwrap_or_default();
        let party = |prefecture: &str, name: &str, address: &str, code: &str| {
            Party::new(prefecture, name, address, city(code))
        };
        let ours: Vec<Party> = new
            .iter()
            .map(|row| party(&row.prefecture, &row.name, &row.address, &row.municipality))
            .collect();
        let theirs: Vec<Party> = self
            .unnumbered
            .iter()
            .map(|one| party(&one.prefecture, &one.name, &one.address, &one.municipality))
            .collect();
        let found = new.iter().zip(verdicts(&ours, &theirs));
        found
            .filter_map(|(row, verdict)| match verdict {
                Verdict::Sure(at, _) => {
                    Some((row.number.clone(), self.unnumbered.get(at)?.id.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// What the batch writes, what each row changes (`None` for a new office), and the numbers given.
    async fn plan(
        &self,
        batch: &[CareRow],
        adopted: &HashMap<String, Id>,
    ) -> Result<(Changes, Vec<Option<Vec<Change>>>, Vec<InstitutionNumber>), Failure> {
        let ids: Vec<Option<Id>> = batch.iter().map(|row| self.id_of(row, adopted)).collect();
        let mut stored = self.read(&ids).await?;
        let mut targets: HashMap<String, Target> = HashMap::new();
        let mut order = Vec::new();
        let mut told = Vec::with_capacity(batch.len());
        let mut numbers = Vec::with_capacity(batch.len());
        let mut changes = Changes::default();
        for (row, id) in batch.iter().zip(ids) {
            if !targets.contains_key(&row.number) {
                let target = self.target(id, &mut stored).await?;
                targets.insert(row.number.clone(), target);
                order.push(row.number.clone());
            }
            let Some(target) = targets.get_mut(&row.number) else {
                continue;
            };
            told.push(self.apply(row, target));
            let number = InstitutionNumber {
                system: SYSTEM.to_owned(),
                value: row.number.clone(),
                part: row.service.to_owned(),
                institution: target.id.clone(),
                fingerprint: row.fingerprint(),
                source_date: self.import.date.clone(),
            };
            changes.put_institution_number(&number);
            self.beside(&mut changes, row, target);
            numbers.push(number);
        }
        for number in order {
            if let Some(target) = targets.remove(&number) {
                self.put(&mut changes, target);
            }
        }
        let (first, last) = (batch.first(), batch.last());
        changes.note(Note::new("institution.import").detail(format!(
            "care-services {} lines {}-{}",
            self.import.source.sha256,
            first.map_or(0, |row| row.line),
            last.map_or(0, |row| row.line)
        )));
        Ok((changes, told, numbers))
    }

    fn id_of(&self, row: &CareRow, adopted: &HashMap<String, Id>) -> Option<Id> {
        let office = self
            .offices
            .get(&row.number)
            .map(|office| office.id.clone());
        office.or_else(|| adopted.get(&row.number).cloned())
    }

    async fn read(&self, ids: &[Option<Id>]) -> Result<HashMap<Key, Stored>, Failure> {
        let known: BTreeSet<&Id> = ids.iter().flatten().collect();
        let keys: Vec<Key> = known
            .into_iter()
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

    async fn target(
        &self,
        id: Option<Id>,
        stored: &mut HashMap<Key, Stored>,
    ) -> Result<Target, Failure> {
        let known = id.as_ref().and_then(|id| pair(stored, id));
        let seen = known.as_ref().and_then(views);
        let id = id.unwrap_or_else(|| self.import.ctx.ids.id());
        let before = seen
            .as_ref()
            .map(|(organization, location)| difference::values(organization, location));
        let values = match before {
            Some(_) => self.import.store.institution_values(&id).await?,
            None => Vec::new(),
        };
        let (organization, location) =
            seen.unwrap_or_else(|| (Organization::new(&id), Location::of_institution(&id)));
        Ok(Target {
            id,
            stored: known,
            organization,
            location,
            before,
            values,
        })
    }

    /// Writes what the row says into the office. What it changes; `None` for a new office.
    fn apply(&self, row: &CareRow, target: &mut Target) -> Option<Vec<Change>> {
        let own = self.own.get(&target.id).map_or(&[][..], Vec::as_slice);
        let is_own = |field: &str| own.iter().any(|one| one == field);
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let organization = &mut target.organization;
        organization.set_care_office(&row.number);
        let kind = organization.kind().and_then(Kind::from_code);
        if kind.is_none_or(|kind| rank(row.kind) > rank(kind)) {
            organization.set_kind(row.kind.code());
        }
        organization.set_prefecture(&row.prefecture);
        if !row.municipality.is_empty() {
            organization.set_municipality(&row.municipality);
        }
        if !is_own("name") {
            organization.rename(&row.name, &self.day_before);
            target.location.set_name(&row.name);
        }
        if !is_own("kana") {
            organization.set_kana(given(&row.kana).as_deref());
        }
        if !is_own("address") {
            organization.set_address(&row.address);
        }
        for (field, system, text) in [
            ("url", "url", &row.url),
            ("phone", "phone", &row.phone),
            ("fax", "fax", &row.fax),
        ] {
            if !is_own(field) && !text.is_empty() {
                organization.set_telecom(system, Some(text));
            }
        }
        if let Some((lat, lon)) = row.position.as_ref().filter(|_| !is_own("position")) {
            target.location.set_position(Some((lat, lon)));
        }
        let mut changes = self.set_values(row, target);
        let old = target.before.as_ref()?;
        let new = difference::values(&target.organization, &target.location);
        let mut all = difference::changes(old, &new);
        all.append(&mut changes);
        target.before = Some(new);
        Some(all)
    }

    /// The values with a source of their own: services, capacity, note on the days.
    fn set_values(&self, row: &CareRow, target: &mut Target) -> Vec<Change> {
        let services = value_of(target, "services");
        let mut all: BTreeSet<&str> = services.split_whitespace().collect();
        all.insert(row.service);
        let all: Vec<&str> = all.into_iter().collect();
        let capacity = row.capacity.map(|n| n.to_string()).unwrap_or_default();
        let fields = [
            ("services", "services".to_owned(), all.join(" ")),
            ("capacity", format!("capacity-{}", row.service), capacity),
            (
                "days-note",
                format!("days-note-{}", row.service),
                row.days_note.clone(),
            ),
        ];
        let mut changes = Vec::new();
        for (word, field, new) in fields {
            let old = value_of(target, &field);
            if old == new {
                continue;
            }
            target.values.retain(|one| one.field != field);
            target.values.push(InstitutionValue {
                institution: target.id.clone(),
                field,
                value: new.clone(),
                source: SOURCE.to_owned(),
                source_date: self.import.date.clone(),
                confirmed_by: None,
                confirmed_at: None,
            });
            changes.push(Change {
                field: word,
                old,
                new,
            });
        }
        changes
    }

    /// Hours and position, which have tables of their own.
    fn beside(&self, changes: &mut Changes, row: &CareRow, target: &Target) {
        let (date, at) = (self.import.date.as_str(), self.import.ctx.at);
        let source = format!("{SOURCE}-{}", row.service);
        let hours = Hours {
            departments: Vec::new(),
            openings: row.closed.clone(),
        };
        if target.stored.is_some() || !hours.is_empty() {
            changes.put_openings(&target.id, (&source, date), &hours, at);
        }
        if let Some((latitude, longitude)) = target.location.position() {
            let position = Position {
                institution: target.id.clone(),
                latitude,
                longitude,
                source: SOURCE.to_owned(),
                source_date: date.to_owned(),
            };
            changes.put_position(&position, at);
        }
    }

    fn put(&self, changes: &mut Changes, target: Target) {
        let mut row = row_of(&target.organization, &target.id);
        SOURCE.clone_into(&mut row.source);
        self.import.date.clone_into(&mut row.source_date);
        row.updated = self.import.ctx.at;
        changes.put_institution(&row);
        for value in target.values.iter().filter(|one| one.source == SOURCE) {
            changes.put_institution_value(value);
        }
        let (organization, location) = (
            target.organization.into_resource(),
            target.location.into_resource(),
        );
        match &target.stored {
            Some((old, old_location)) => {
                changes.update(old, organization);
                changes.update(old_location, location);
            }
            None => {
                changes.create(organization, PLACE);
                changes.create(location, PLACE);
            }
        }
    }

    /// Counts the offices that earlier files of the same services and prefectures had, and this one has not.
    fn missing(&mut self) {
        for (number, office) in &self.offices {
            let prefecture = number.get(..2).unwrap_or_default().to_owned();
            for service in office.services.keys() {
                let covered = self.covered.iter().find(|(one, _)| one == service);
                let Some((service, _)) = covered else {
                    continue;
                };
                let here = self.covered.contains(&(*service, prefecture.clone()));
                if here && !self.seen.contains_key(&(number.clone(), *service)) {
                    self.import.report.miss(number);
                }
            }
        }
    }
}

fn value_of(target: &Target, field: &str) -> String {
    let found = target.values.iter().find(|one| one.field == field);
    found.map(|one| one.value.clone()).unwrap_or_default()
}

/// The kind of an office with several services: the one that people look for it by.
const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::CareHome => 3,
        Kind::VisitingNurse => 2,
        Kind::CareManager => 1,
        _ => 0,
    }
}

fn is_care(row: &InstitutionRow) -> bool {
    matches!(
        Kind::from_code(&row.kind),
        Some(Kind::VisitingNurse | Kind::CareManager | Kind::CareService | Kind::CareHome)
    )
}
