//! Lists of members (医師会名簿, 連携医名簿 …): names with an address or a municipality, from Excel or CSV, whatever the headings.

use std::collections::{HashMap, HashSet};

use renkei_base::Id;
use renkei_base::limits::LINE_CHARS;
use renkei_base::name::search_key;
use renkei_store::import_wait::ImportWait;
use renkei_store::institution::InstitutionValue;
use renkei_store::{Changes, Failure, Note};

use super::BATCH_ROWS;
use super::doubt::{Expected, Judge};
use super::file::refused;
use super::report::{Level, Remark};
use super::run::Import;
use super::shape::Shape;
use super::wait;
use super::workbook::Workbook;
use crate::matching::named::{Directory, Meant, Wanted};

/// The name of this source in the tables, and the kind of file.
pub(crate) const SOURCE: &str = "members";

/// Headings by what they mean, as search keys; a heading that contains one of them means it too.
const NAME: &[&str] = &[
    "医療機関名",
    "施設名",
    "事業所名",
    "機関名",
    "正式名称",
    "名称",
    "会員名",
    "病院名",
    "診療所名",
    "薬局名",
    "name",
];
const PLACE: &[&str] = &[
    "住所",
    "所在地",
    "市区町村",
    "区市町村",
    "市町村",
    "address",
];
const PREFECTURE: &[&str] = &["都道府県"];
/// Rows above the headings that a list may have: its title, a date.
const TITLE_ROWS: usize = 15;

/// Whether this may be the row of headings of such a list.
pub(super) fn looks(row: &csv::StringRecord) -> bool {
    let cells = row.iter().map(str::to_owned).collect();
    Layout::find(&vec![(1, cells)]).is_ok()
}

/// A list's rows: line and cells.
type Table = Vec<(u64, Vec<String>)>;

/// Imports a list.
pub(super) async fn members(import: &mut Import<'_>) -> Result<(), Failure> {
    let table = table(import)?;
    let layout = Layout::find(&table)?;
    if import.ends_here(layout.judged(&table)) {
        return Ok(());
    }
    let rows = import.store.institutions().await?;
    let aliases = import.store.institution_aliases().await?;
    let known = import.store.institution_values_from(SOURCE).await?;
    let dismissed = import.store.dismissed_imports(SOURCE).await?;
    let list = list_name(&import.source.file);
    let field = field(&list);
    let mut run = Run {
        directory: Directory::new(&rows, &aliases),
        names: rows.into_iter().map(|row| (row.id, row.name)).collect(),
        members: known
            .into_iter()
            .filter(|value| value.field == field && value.value == list)
            .map(|value| value.institution)
            .collect(),
        dismissed: dismissed.into_iter().collect(),
        seen: HashSet::new(),
        import,
        list,
        field,
        changes: Changes::default(),
        pending: 0,
    };
    let total = table.len() as u64;
    for (line, cells) in table.into_iter().filter(|(line, _)| *line > layout.line) {
        run.take(&layout, line, &cells).await?;
        let done = run.import.report.rows();
        if done.is_multiple_of(BATCH_ROWS as u64) {
            run.import.tell(done, total);
        }
    }
    run.write().await?;
    run.missing();
    Ok(())
}

/// The first sheet that has anything, or the rows of a CSV.
fn table(import: &Import<'_>) -> Result<Table, Failure> {
    if !import.source.is_workbook() {
        let mut rows = import.rows()?;
        let mut table = Vec::new();
        while let Some(line) = rows.advance()? {
            let cells = rows.row().iter().map(|cell| cell.trim().to_owned());
            table.push((line, cells.collect()));
        }
        return Ok(table);
    }
    let mut workbook = Workbook::open(import.source)?;
    for name in workbook.names() {
        let sheet = workbook.sheet(&name)?;
        if !sheet.rows.is_empty() {
            let rows = sheet.rows.iter();
            return Ok(rows
                .map(|row| (row.number, row.cells().map(str::to_owned).collect()))
                .collect());
        }
    }
    Ok(Vec::new())
}

/// Where the columns stand, and the line of the headings.
struct Layout {
    line: u64,
    name: usize,
    place: Option<usize>,
    prefecture: Option<usize>,
}

impl Layout {
    /// The first row that has a heading for a name and another one.
    fn find(table: &Table) -> Result<Self, Failure> {
        for (line, cells) in table.iter().take(TITLE_ROWS) {
            let keys: Vec<String> = cells.iter().map(|cell| search_key(cell)).collect();
            let at = |words: &[&str]| -> Vec<usize> {
                // The words are in order: the surest first.
                let found = words.iter().map(|word| -> Vec<usize> {
                    let fits = |key: &String| *key == search_key(word);
                    places(&keys, fits)
                });
                let near = words.iter().map(|word| -> Vec<usize> {
                    let fits = |key: &String| key.contains(&search_key(word));
                    places(&keys, fits)
                });
                found
                    .chain(near)
                    .find(|found| !found.is_empty())
                    .unwrap_or_default()
            };
            let names = at(NAME);
            if keys.iter().filter(|key| !key.is_empty()).count() < 2 {
                continue;
            }
            match names.as_slice() {
                [] => {}
                [name] => {
                    let other = |found: Vec<usize>| found.into_iter().find(|at| at != name);
                    return Ok(Self {
                        line: *line,
                        name: *name,
                        place: other(at(PLACE)),
                        prefecture: other(at(PREFECTURE)),
                    });
                }
                [_, _, ..] => {
                    let heading = cells
                        .get(*names.first().unwrap_or(&0))
                        .map_or("", String::as_str);
                    let fault = renkei_base::Fault::new("file", "fault-import-heading-twice");
                    let faults = vec![fault.with("heading", heading)];
                    return Err(renkei_base::Refusal::Invalid(faults).into());
                }
            }
        }
        Err(refused("fault-import-members-headings").into())
    }

    /// What the columns of names and places hold.
    fn judged(&self, table: &Table) -> Judge {
        let headings = table.iter().find(|(line, _)| *line == self.line);
        let heading = |at: usize| headings.and_then(|(_, cells)| cells.get(at)).cloned();
        let column = |place: usize, shape| Expected {
            place,
            heading: heading(place).unwrap_or_default(),
            shape: Some(shape),
            ..Expected::default()
        };
        let mut expected = vec![column(self.name, Shape::Name)];
        expected.extend(self.place.map(|at| column(at, Shape::Address)));
        let mut judge = Judge::new(expected);
        for (_, cells) in table.iter().filter(|(line, _)| *line > self.line) {
            judge.see(|at| cells.get(at).map_or("", String::as_str));
        }
        judge
    }
}

fn places(keys: &[String], fits: impl Fn(&String) -> bool) -> Vec<usize> {
    let found = keys.iter().enumerate().filter(|(_, key)| fits(key));
    found.map(|(at, _)| at).collect()
}

struct Run<'a, 'b> {
    import: &'a mut Import<'b>,
    directory: Directory,
    names: HashMap<Id, String>,
    /// Of this list by earlier files.
    members: HashSet<Id>,
    dismissed: HashSet<String>,
    seen: HashSet<Id>,
    list: String,
    field: String,
    changes: Changes,
    pending: usize,
}

impl Run<'_, '_> {
    async fn take(&mut self, layout: &Layout, line: u64, cells: &[String]) -> Result<(), Failure> {
        let cell = |at: Option<usize>| {
            let found = at.and_then(|at| cells.get(at));
            found.map(|cell| cell.trim().to_owned()).unwrap_or_default()
        };
        let (name, place) = (cell(Some(layout.name)), cell(layout.place));
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let reason = match name.chars().count() {
            0 => Some("fault-import-empty"),
            count if count > LINE_CHARS => Some("fault-import-too-long"),
            _ if name.chars().chain(place.chars()).any(char::is_control) => {
                Some("fault-import-control")
            }
            _ => None,
        };
        if let Some(reason) = reason {
            let remark = Remark::new(line, Level::Refused, "", reason, &name);
            self.import.report.refuse(remark);
            return Ok(());
        }
        let said = cell(layout.prefecture);
        let prefecture = renkei_base::code::Prefecture::all()
            .find(|one| one.name() == said || one.short() == said)
            .map(|one| one.code());
        let wanted = Wanted {
            name,
            prefecture: prefecture.unwrap_or_default(),
            place,
        };
        match self.directory.find(&wanted) {
            Meant::Sure(id) => self.give(line, &id),
            Meant::Perhaps(candidates) => self.wait(line, wanted, candidates),
        }
        if self.pending >= BATCH_ROWS {
            self.write().await?;
        }
        Ok(())
    }

    fn give(&mut self, line: u64, id: &Id) {
        if !self.seen.insert(id.clone()) || self.members.contains(id) {
            self.import.report.unchanged += 1;
            return;
        }
        let name = self.names.get(id).cloned().unwrap_or_default();
        self.import.report.create(line, &name);
        let date = self.import.date.clone();
        give(&mut self.changes, id, (&self.field, &self.list), &date);
        self.pending += 1;
    }

    fn wait(&mut self, line: u64, wanted: Wanted, candidates: Vec<Id>) {
        let report = &mut self.import.report;
        let key = wait::key(
            &format!("{}\n{}", self.list, wanted.name),
            &wanted.place,
            &wanted.prefecture,
        );
        if self.dismissed.contains(&key) {
            report.unchanged += 1;
            return;
        }
        let reason = match candidates.is_empty() {
            true => "fault-import-nobody",
            false => "fault-import-several",
        };
        report.wait(Remark::new(line, Level::Waiting, "", reason, &wanted.name));
        self.changes.put_import_wait(&ImportWait {
            kind: SOURCE.to_owned(),
            key,
            name: wanted.name,
            place: wanted.place,
            prefecture: wanted.prefecture,
            detail: format!("{}\n{}", self.field, self.list),
            candidates,
            source: self.import.source.file.clone(),
            source_date: self.import.date.clone(),
            line: i64::try_from(line).unwrap_or_default(),
            since: self.import.ctx.at,
        });
        self.pending += 1;
    }

    async fn write(&mut self) -> Result<(), Failure> {
        if self.pending == 0 {
            return Ok(());
        }
        let mut changes = std::mem::take(&mut self.changes);
        changes.note(Note::new("institution.import").detail(format!(
            "members {} {} rows",
            self.import.source.sha256, self.pending
        )));
        self.pending = 0;
        self.import.commit(changes).await?;
        Ok(())
    }

    /// Members by earlier files that this one does not name.
    fn missing(&mut self) {
        for id in self.members.difference(&self.seen) {
            let name = self.names.get(id).map_or("", String::as_str);
            self.import.report.miss(name);
        }
    }
}

/// Writes that an institution is in a list.
pub(super) fn give(changes: &mut Changes, id: &Id, list: (&str, &str), date: &str) {
    changes.put_institution_value(&InstitutionValue {
        institution: id.clone(),
        field: list.0.to_owned(),
        value: list.1.to_owned(),
        source: SOURCE.to_owned(),
        source_date: date.to_owned(),
        confirmed_by: None,
        confirmed_at: None,
    });
}

/// The list by its file: the name without its end and its date, so that next year's file is the same list.
fn list_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain = stem.trim_end_matches(|c: char| c.is_ascii_digit() || "_-. 　".contains(c));
    let name = if plain.is_empty() { stem } else { plain };
    name.chars().take(LINE_CHARS).collect()
}

/// The field of a list among an institution's values.
fn field(list: &str) -> String {
    format!(
        "member-{}",
        wait::key(list, "", "").get(..12).unwrap_or_default()
    )
}
