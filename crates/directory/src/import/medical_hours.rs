//! 診療科・診療時間票 of 医療情報ネット: departments and hours of institutions that are there already.

use std::collections::{HashMap, HashSet};

use renkei_base::limits::LINE_CHARS;
use renkei_base::{Id, Refusal};
use renkei_store::opening::{Department, Hours, Opening};
use renkei_store::{Changes, Failure, Note};
use sha2::{Digest, Sha256};

use super::BATCH_ROWS;
use super::medical_run::hours_change;
use super::medical_times::{self, Span, Table};
use super::report::{LISTED, Level, Remark};
use super::run::Import;
use super::table::{Column, Columns};

/// The name of this source in the tables: beside the closed days of the other table, not instead of them.
pub(crate) const SOURCE: &str = "medical-information-net-hours";

const ID: usize = 0;
const CODE: usize = 1;
const NAME: usize = 2;
const BAND: usize = 3;
const FIRST_SPAN: usize = 4;
const CODE_CHARS: usize = 8;

/// The layout of a file.
#[derive(Clone, Debug)]
pub struct HoursLayout {
    columns: Columns,
    spans: Vec<(usize, Span)>,
}

/// One row: a department's stretches in one band of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursRow {
    pub registry_id: String,
    pub department: Department,
    pub openings: Vec<Opening>,
    pub warnings: Vec<Remark>,
}

impl HoursLayout {
    pub fn find(headings: &csv::StringRecord) -> Result<Self, Refusal> {
        let mut known = vec![
            Column::required(&["ID"]),
            Column::required(&["診療科目コード"]),
            Column::required(&["診療科目名"]),
            Column::optional(&["診療時間帯"]),
        ];
        let (spans, columns) = medical_times::columns(Table::Hours, FIRST_SPAN);
        // A table without any hours is another table: all are needed.
        known.extend(columns.into_iter().map(|column| Column {
            required: true,
            ..column
        }));
        Ok(Self {
            columns: Columns::find(&known, headings)?,
            spans: (FIRST_SPAN..).step_by(2).zip(spans).collect(),
        })
    }

    /// Reads one row. The refusal says the first thing that is wrong.
    pub fn read(&self, row: &csv::StringRecord, line: u64) -> Result<HoursRow, Remark> {
        let refused = |field: &str, reason, value: &str| {
            Remark::new(line, Level::Refused, field, reason, value)
        };
        if row.len() != self.columns.width {
            let width = row.len().to_string();
            return Err(refused("", "fault-import-row-width", &width));
        }
        let cell = |column| self.columns.cell(row, column).unwrap_or_default();
        let (id, code, name, band) = (cell(ID), cell(CODE), cell(NAME), cell(BAND));
        if id.is_empty() || id.len() > 20 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(refused("ID", "fault-import-id", id));
        }
        let plain = code.bytes().all(|b| b.is_ascii_alphanumeric());
        if code.is_empty() || code.len() > CODE_CHARS || !plain {
            return Err(refused(
                "診療科目コード",
                "fault-import-department-code",
                code,
            ));
        }
        let reason = match name.chars().count() {
            0 => Some("fault-import-empty"),
            count if count > LINE_CHARS => Some("fault-import-too-long"),
            _ if name.chars().any(char::is_control) => Some("fault-import-control"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Err(refused("診療科目名", reason, name));
        }
        if !matches!(band, "" | "1" | "2" | "3" | "4") {
            return Err(refused("診療時間帯", "fault-import-band", band));
        }
        let mut read = HoursRow {
            registry_id: id.to_owned(),
            department: Department {
                code: code.to_owned(),
                name: name.to_owned(),
            },
            openings: Vec::new(),
            warnings: Vec::new(),
        };
        for (at, span) in &self.spans {
            let cells = (cell(*at), cell(at + 1));
            match medical_times::stretch(span, code, cells) {
                Ok(found) => read.openings.extend(found),
                Err(key) => {
                    let value = format!("{}-{}", cells.0, cells.1);
                    let field = span.heading.as_str();
                    read.warnings
                        .push(Remark::new(line, Level::Warned, field, key, &value));
                }
            }
        }
        Ok(read)
    }
}

/// The rows of one institution.
#[derive(Debug, Default)]
struct Group {
    registry_id: String,
    line: u64,
    rows: u64,
    hours: Hours,
}

impl Group {
    fn add(&mut self, row: HoursRow) {
        self.rows += 1;
        self.hours.departments.push(row.department);
        self.hours.openings.extend(row.openings);
    }
}

/// An institution by its ID, with what is known of its hours.
struct Known {
    id: Id,
    print: Option<[u8; 16]>,
    date: Box<str>,
}

struct Run<'a, 'b> {
    import: &'a mut Import<'b>,
    known: HashMap<Box<str>, Known>,
    batch: Vec<Group>,
}

/// Imports the hours. Rows of one institution stand together in the official files; where they do not, all are gathered first.
pub(super) async fn hours(import: &mut Import<'_>) -> Result<(), Failure> {
    let scattered = is_scattered(import)?;
    let mut rows = import.rows()?;
    let _ = rows.advance()?;
    let layout = HoursLayout::find(rows.row())?;
    if import.is_doubtful(&layout.columns)? {
        return Ok(());
    }
    let known = known(import).await?;
    let mut run = Run {
        import,
        known,
        batch: Vec::with_capacity(BATCH_ROWS),
    };
    let mut gathered: HashMap<String, Group> = HashMap::new();
    let mut group = Group::default();
    let mut done = 0;
    while let Some(line) = rows.advance()? {
        done += 1;
        if done % 1_000 == 0 {
            run.import.tell(done, rows.estimate(done));
        }
        let Some(row) = run.read(&layout, rows.row(), line) else {
            continue;
        };
        let new = || Group {
            registry_id: row.registry_id.clone(),
            line,
            ..Group::default()
        };
        if scattered {
            gathered
                .entry(row.registry_id.clone())
                .or_insert_with(new)
                .add(row);
            continue;
        }
        if group.registry_id != row.registry_id {
            let next = new();
            run.end(std::mem::replace(&mut group, next)).await?;
        }
        group.add(row);
    }
    run.end(group).await?;
    for (_, group) in gathered {
        run.end(group).await?;
    }
    run.write().await
}

impl Run<'_, '_> {
    /// A row that can be taken.
    fn read(
        &mut self,
        layout: &HoursLayout,
        row: &csv::StringRecord,
        line: u64,
    ) -> Option<HoursRow> {
        let report = &mut self.import.report;
        let mut row = match layout.read(row, line) {
            Ok(row) => row,
            Err(remark) => {
                report.refuse(remark);
                return None;
            }
        };
        let id = row.registry_id.as_str();
        if !self.known.contains_key(id) {
            // With its zeros it would be known: it is told, never guessed.
            let zeros =
                (1..4).any(|n| self.known.contains_key(format!("{:0<n$}{id}", "").as_str()));
            let key = if zeros {
                "fault-import-id-zeros"
            } else {
                "fault-import-institution-unknown"
            };
            report.refuse(Remark::new(line, Level::Refused, "ID", key, id));
            return None;
        }
        report.warn(std::mem::take(&mut row.warnings));
        Some(row)
    }

    /// An institution's rows are all there.
    async fn end(&mut self, group: Group) -> Result<(), Failure> {
        let Some(known) = self.known.get(group.registry_id.as_str()) else {
            return Ok(());
        };
        let report = &mut self.import.report;
        if known.print == Some(print(&group.hours.pack())) {
            report.unchanged += group.rows;
        } else if *known.date > *self.import.date {
            report.unchanged += group.rows;
            let (key, date) = ("fault-import-older", &known.date);
            report.warn(vec![Remark::new(group.line, Level::Warned, "", key, date)]);
        } else {
            self.batch.push(group);
        }
        if self.batch.len() == BATCH_ROWS {
            self.write().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        let mut changes = Changes::default();
        for group in &batch {
            let Some(known) = self.known.get(group.registry_id.as_str()) else {
                continue;
            };
            let source = (SOURCE, self.import.date.as_str());
            changes.put_openings(&known.id, source, &group.hours, self.import.ctx.at);
        }
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(());
        };
        changes.note(Note::new("institution.import").detail(format!(
            "medical-institutions {} lines {}-{}",
            self.import.source.sha256, first.line, last.line
        )));
        for group in &batch {
            self.tell(group).await?;
        }
        self.import.commit(changes).await?;
        Ok(())
    }

    /// Counts an institution's rows, and lists what they change.
    async fn tell(&mut self, group: &Group) -> Result<(), Failure> {
        let Some(known) = self.known.get(group.registry_id.as_str()) else {
            return Ok(());
        };
        let mut name = group.registry_id.clone();
        let mut changed = Vec::new();
        if self.import.report.differences.len() < LISTED {
            let sets = self.import.store.openings_of(&known.id).await?;
            let before = sets.iter().find(|set| set.source == SOURCE);
            let before = before.map(|set| set.hours()).unwrap_or_default();
            changed.extend(hours_change(&before, &group.hours));
            if let Some(row) = self.import.store.institution(&known.id).await? {
                name = row.name;
            }
        }
        let is_new = known.print.is_none();
        let report = &mut self.import.report;
        report.change(group.line, &name, changed);
        report.accepted += group.rows - 1;
        report.created += if is_new { group.rows } else { 0 };
        Ok(())
    }
}

/// All institutions that have an ID, with the fingerprint of their hours.
async fn known(import: &Import<'_>) -> Result<HashMap<Box<str>, Known>, Failure> {
    let mut prints: HashMap<Id, ([u8; 16], Box<str>)> = HashMap::new();
    let mut last = None;
    loop {
        let page = import.store.openings_after(last.as_ref()).await?;
        for set in page.iter().filter(|set| set.source == SOURCE) {
            let date = set.source_date.as_str().into();
            prints.insert(set.institution.clone(), (print(&set.hours), date));
        }
        last = page.into_iter().next_back();
        if last.is_none() {
            break;
        }
    }
    let keys = import.store.registry_keys().await?;
    Ok(keys
        .into_iter()
        .map(|key| {
            let hours = prints.remove(&key.id);
            let (print, date) =
                hours.map_or((None, "".into()), |(print, date)| (Some(print), date));
            let id = key.id;
            (key.registry_id.into(), Known { id, print, date })
        })
        .collect())
}

/// Whether rows of one institution stand apart.
fn is_scattered(import: &Import<'_>) -> Result<bool, Failure> {
    let mut rows = import.rows()?;
    let _ = rows.advance()?;
    let columns = Columns::find(&[Column::required(&["ID"])], rows.row())?;
    let mut ended: HashSet<Box<str>> = HashSet::new();
    let mut current: Box<str> = "".into();
    while rows.advance()?.is_some() {
        let id = columns.cell(rows.row(), 0).unwrap_or_default();
        if *current != *id {
            if ended.contains(id) {
                return Ok(true);
            }
            ended.insert(std::mem::replace(&mut current, id.into()));
        }
    }
    Ok(false)
}

fn print(hours: &str) -> [u8; 16] {
    let digest = Sha256::digest(hours.as_bytes());
    let mut print = [0; 16];
    for (to, from) in print.iter_mut().zip(digest) {
        *to = from;
    }
    print
}
