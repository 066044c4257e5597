//! 病床機能報告 by area: the beds of each function go to the institutions that are meant by name and municipality.

use std::collections::{HashMap, HashSet};

use renkei_base::Id;
use renkei_store::import_wait::ImportWait;
use renkei_store::institution::InstitutionValue;
use renkei_store::{BedSet, Changes, Failure, Note};

use super::BATCH_ROWS;
use super::bed_check;
use super::bed_sheet::{self, BedArea, BedRow, BedSheet};
use super::doubt::{Expected, Judge};
use super::report::{Change, Level, Remark};
use super::run::Import;
use super::shape::Shape;
use super::wait;
use super::workbook::Workbook;
use crate::Kind;
use crate::matching::named::{Directory, Meant, Wanted};

/// The name of this source in the tables, and the kind of file.
pub(crate) const SOURCE: &str = "bed-reports";
/// The value that says in which 構想区域 an institution reported.
pub(crate) const AREA_FIELD: &str = "regional-plan-area";

struct Run<'a, 'b> {
    import: &'a mut Import<'b>,
    directory: Directory,
    names: HashMap<Id, String>,
    /// What was reported before, packed.
    before: HashMap<Id, String>,
    dismissed: HashSet<String>,
    /// Institutions that a row of this file meant already.
    taken: HashMap<Id, u64>,
    changes: Changes,
    pending: usize,
}

/// Imports a workbook, sheet by sheet.
pub(super) async fn bed_reports(import: &mut Import<'_>) -> Result<(), Failure> {
    let sheets = sheets(&mut Workbook::open(import.source)?)?;
    let mut judge = judged(&sheets);
    let read = sheets
        .iter()
        .filter_map(|(name, read)| Some((name, read.as_ref().ok()?)));
    judge.add(read.flat_map(|(name, read)| bed_check::doubts(name, read)));
    if import.ends_here(judge) {
        return Ok(());
    }
    let mut rows = import.store.institutions().await?;
    rows.retain(|row| {
        let kind = Kind::from_code(&row.kind);
        matches!(kind, Some(Kind::Hospital | Kind::Clinic))
    });
    let aliases = import.store.institution_aliases().await?;
    let beds = import.store.beds().await?;
    let dismissed = import.store.dismissed_imports(SOURCE).await?;
    let mut run = Run {
        directory: Directory::new(&rows, &aliases),
        names: rows.into_iter().map(|row| (row.id, row.name)).collect(),
        before: beds
            .into_iter()
            .filter(|set| set.source == SOURCE)
            .map(|set| (set.institution, BedSet::pack(&set.beds)))
            .collect(),
        dismissed: dismissed.into_iter().collect(),
        import,
        taken: HashMap::new(),
        changes: Changes::default(),
        pending: 0,
    };
    let of = sheets.len() as u64;
    for (at, (name, read)) in (1..).zip(sheets) {
        match read {
            Ok(read) => {
                let sums = bed_check::remarks(&name, &read);
                run.import.report.warn(read.remarks);
                run.import.report.warn(sums);
                for row in read.rows {
                    run.take(&read.area, row, &name).await?;
                }
            }
            Err(remark) => run.import.report.refuse(remark),
        }
        let done = run.import.report.rows();
        run.import.tell(done, done * of / at);
    }
    run.write().await
}

/// A sheet's name, and what it says or lacks.
type ReadSheet = (String, Result<BedSheet, Remark>);

/// All sheets with their names: some thousand rows, looked at as a whole before anything is written.
fn sheets(workbook: &mut Workbook) -> Result<Vec<ReadSheet>, Failure> {
    let mut sheets = Vec::new();
    for name in workbook.names() {
        let read = bed_sheet::read(&workbook.sheet(&name)?);
        sheets.push((name, read));
    }
    Ok(sheets)
}

/// What the columns of names and places hold, by the first sheet that can be read.
fn judged(sheets: &[ReadSheet]) -> Judge {
    let columns = [("医療機関名", Shape::Name), ("所在地", Shape::Address)];
    let columns = (0..)
        .zip(columns)
        .map(|(place, (heading, shape))| Expected {
            place,
            heading: heading.to_owned(),
            shape: Some(shape),
            ..Expected::default()
        });
    let mut judge = Judge::new(columns.collect());
    let first = sheets.iter().find_map(|(_, read)| read.as_ref().ok());
    for row in first.into_iter().flat_map(|sheet| &sheet.rows) {
        judge.see(|at| if at == 0 { &row.name } else { &row.place });
    }
    judge
}

impl Run<'_, '_> {
    async fn take(&mut self, area: &BedArea, row: BedRow, sheet: &str) -> Result<(), Failure> {
        let wanted = Wanted {
            name: row.name.clone(),
            prefecture: area.prefecture.clone(),
            place: row.place.clone(),
        };
        let candidates = match self.directory.find(&wanted) {
            Meant::Sure(id) => match self.taken.get(&id) {
                None => return self.give(area, row, id).await,
                // Two rows cannot both mean it.
                Some(_) => vec![id],
            },
            Meant::Perhaps(candidates) => candidates,
        };
        self.wait(area, row, candidates, sheet).await
    }

    async fn give(&mut self, area: &BedArea, row: BedRow, id: Id) -> Result<(), Failure> {
        self.taken.insert(id.clone(), row.line);
        let new = BedSet::pack(&row.beds);
        let old = self.before.get(&id);
        if old == Some(&new) {
            self.import.report.unchanged += 1;
            return Ok(());
        }
        let name = self.names.get(&id).cloned().unwrap_or_default();
        match old {
            None => self.import.report.create(row.line, &name),
            Some(old) => {
                let change = Change {
                    field: "beds-reported",
                    old: old.clone(),
                    new: new.clone(),
                };
                self.import.report.change(row.line, &name, vec![change]);
            }
        }
        let when = (self.import.date.as_str(), self.import.ctx.at);
        give(&mut self.changes, &id, &new, &area.code, when);
        self.more().await
    }

    async fn wait(
        &mut self,
        area: &BedArea,
        row: BedRow,
        candidates: Vec<Id>,
        sheet: &str,
    ) -> Result<(), Failure> {
        let key = wait::key(&row.name, &row.place, &area.prefecture);
        if self.dismissed.contains(&key) {
            self.import.report.unchanged += 1;
            return Ok(());
        }
        let reason = match candidates.is_empty() {
            true => "fault-import-nobody",
            false => "fault-import-several",
        };
        let remark = Remark::new(row.line, Level::Waiting, sheet, reason, &row.name);
        self.import.report.wait(remark);
        // Thousands of clinics are in no directory of hospitals: nobody could decide about these.
        if candidates.is_empty() {
            return Ok(());
        }
        self.changes.put_import_wait(&ImportWait {
            kind: SOURCE.to_owned(),
            key,
            name: row.name,
            place: row.place,
            prefecture: area.prefecture.clone(),
            detail: format!("{}\n{}", area.code, BedSet::pack(&row.beds)),
            candidates,
            source: self.import.source.file.clone(),
            source_date: self.import.date.clone(),
            line: i64::try_from(row.line).unwrap_or_default(),
            since: self.import.ctx.at,
        });
        self.more().await
    }

    async fn more(&mut self) -> Result<(), Failure> {
        self.pending += 1;
        if self.pending >= BATCH_ROWS {
            self.write().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), Failure> {
        if self.pending == 0 {
            return Ok(());
        }
        let mut changes = std::mem::take(&mut self.changes);
        changes.note(Note::new("institution.import").detail(format!(
            "bed-reports {} {} rows",
            self.import.source.sha256, self.pending
        )));
        self.pending = 0;
        self.import.commit(changes).await?;
        Ok(())
    }
}

/// Writes beds and area of an institution, as the report says them.
pub(super) fn give(
    changes: &mut Changes,
    id: &Id,
    beds: &str,
    area: &str,
    when: (&str, renkei_base::Micros),
) {
    let (date, at) = when;
    let set = BedSet {
        institution: id.clone(),
        source: SOURCE.to_owned(),
        source_date: date.to_owned(),
        beds: BedSet::unpack(beds),
    };
    changes.put_beds(&set, at);
    changes.put_institution_value(&InstitutionValue {
        institution: id.clone(),
        field: AREA_FIELD.to_owned(),
        value: area.to_owned(),
        source: SOURCE.to_owned(),
        source_date: date.to_owned(),
        confirmed_by: None,
        confirmed_at: None,
    });
}
