//! A whole list of areas: what it says that the tables do not say yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use renkei_base::Micros;
use renkei_store::area::{AreaMemberRow, AreaRow};
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure, Note};

use super::area_row::{self, AreaRecord};
use super::report::{Change, Level, Remark, Report};
use super::run::Import;
use super::table::{Columns, Rows};
use crate::area::{AreaKind, Areas, Atlas, Member, Validity};
use crate::municipality::MunicipalityKind;

/// Rows of one commit: plain upserts.
const BATCH: usize = 300;

/// Imports a list of areas. What it leaves out stays as it is, and is named.
pub(super) async fn areas(import: &mut Import<'_>) -> Result<(), Failure> {
    let atlas = Areas::load(import.store).await?.atlas();
    let mut table = import.rows()?;
    if table.advance()?.is_none() {
        return Ok(());
    }
    let columns = Columns::find(&area_row::columns(), table.row())?;
    if import.is_doubtful(&columns)? {
        return Ok(());
    }
    let rows = read_all(import, (table, &columns), &atlas)?;
    let date = import.date.parse().unwrap_or_default();
    let mut plan = Plan {
        atlas: &atlas,
        date,
        at: import.ctx.at,
        steps: Vec::new(),
    };
    let rows = plan.places(rows, &mut import.report);
    plan.members(&rows, &mut import.report);
    missing(&atlas, &rows, date, &mut import.report);
    let steps = plan.steps;
    for batch in steps.chunks(BATCH) {
        let mut changes = Changes::default();
        batch.iter().for_each(|step| step.write(&mut changes));
        let detail = format!("areas {} rows {}", import.source.sha256, batch.len());
        changes.note(Note::new("area.import").detail(detail));
        import.commit(changes).await?;
    }
    Ok(())
}

/// Rows that can be taken and do not contradict one another.
fn read_all(
    import: &mut Import<'_>,
    (mut table, columns): (Rows, &Columns),
    atlas: &Atlas,
) -> Result<Vec<AreaRecord>, Failure> {
    let report = &mut import.report;
    let mut rows: Vec<AreaRecord> = Vec::new();
    let mut seen: HashMap<(AreaKind, String), Vec<usize>> = HashMap::new();
    let mut names: HashMap<(AreaKind, String), String> = HashMap::new();
    while let Some(line) = table.advance()? {
        let mut row = match area_row::read(columns, table.row(), line, atlas) {
            Ok(row) => row,
            Err(remark) => {
                report.refuse(remark);
                continue;
            }
        };
        report.warn(std::mem::take(&mut row.warnings));
        let refused = |field: &str, reason, value: &str| {
            Remark::new(line, Level::Refused, field, reason, value)
        };
        let name = names
            .entry((row.kind, row.area.clone()))
            .or_insert_with(|| row.area_name.clone());
        if *name != row.area_name {
            report.refuse(refused("圏域名", "fault-import-area-names", &row.area_name));
            continue;
        }
        let places = seen
            .entry((row.kind, row.municipality.clone()))
            .or_default();
        let earlier = places.iter().filter_map(|at| rows.get(*at));
        match clash(&row, earlier) {
            Some(first) if first.area == row.area && first.validity == row.validity => {
                report.unchanged += 1;
            }
            Some(first) => {
                let first = first.line.to_string();
                report.refuse(refused("市区町村コード", "fault-import-area-twice", &first));
            }
            None => {
                places.push(rows.len());
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// An earlier row that says something of the same municipality, kind and time.
fn clash<'a>(
    row: &AreaRecord,
    mut earlier: impl Iterator<Item = &'a AreaRecord>,
) -> Option<&'a AreaRecord> {
    let validity = |row: &AreaRecord| row.validity.unwrap_or_default();
    earlier.find(|first| {
        validity(first).meets(validity(row)) && (first.area == row.area || !row.kind.divides())
    })
}

/// One row to write.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Municipality(MunicipalityRow),
    Area(AreaRow),
    Member(AreaMemberRow),
    NoMember(AreaMemberRow),
    NoArea(AreaRow),
}

impl Step {
    fn write(&self, changes: &mut Changes) {
        match self {
            Self::Municipality(row) => changes.put_municipality(row),
            Self::Area(row) => changes.put_area(row),
            Self::Member(row) => changes.put_area_member(row),
            Self::NoMember(row) => changes.remove_area_member(row),
            Self::NoArea(row) => changes.remove_area(&row.kind, &row.code, &row.valid_from),
        }
    }
}

/// What will be written.
struct Plan<'a> {
    atlas: &'a Atlas,
    /// The day that the file is of.
    date: Date,
    at: Micros,
    steps: Vec<Step>,
}

/// A row and what it changes besides the membership.
struct Told {
    row: AreaRecord,
    changes: Vec<Change>,
    fresh: bool,
}

impl Plan<'_> {
    /// Municipalities and areas that are not there yet, and areas with another name.
    fn places(&mut self, rows: Vec<AreaRecord>, report: &mut Report) -> Vec<Told> {
        let (mut municipalities, mut areas) = (BTreeSet::new(), BTreeSet::new());
        let mut told = Vec::with_capacity(rows.len());
        for row in rows {
            let known = self.atlas.municipality(&row.municipality).is_some();
            if !known && municipalities.insert(row.municipality.clone()) {
                let Some(kind) = MunicipalityKind::of_name(&row.municipality_name) else {
                    report.refuse(Remark::new(
                        row.line,
                        Level::Refused,
                        "市区町村名",
                        "fault-import-area-municipality-name",
                        &row.municipality_name,
                    ));
                    continue;
                };
                self.steps
                    .push(Step::Municipality(self.municipality(&row, kind)));
            }
            let mut one = Told {
                changes: Vec::new(),
                fresh: !known,
                row,
            };
            if areas.insert((one.row.kind, one.row.area.clone())) {
                self.area(&mut one);
            }
            told.push(one);
        }
        told
    }

    fn municipality(&self, row: &AreaRecord, kind: MunicipalityKind) -> MunicipalityRow {
        MunicipalityRow {
            code: row.municipality.clone(),
            name: row.municipality_name.clone(),
            kana: String::new(),
            kind: kind.code().to_owned(),
            valid_from: String::new(),
            valid_to: String::new(),
            successors: Vec::new(),
            updated: self.at,
        }
    }

    /// The area of a row: new, renamed from the day of the file on, or as it is.
    fn area(&mut self, told: &mut Told) {
        let row = &told.row;
        let ever = self
            .atlas
            .of_code(&row.area)
            .filter(|area| area.kind == row.kind);
        let Some(last) = ever.last() else {
            told.fresh = true;
            let new = self.area_row(row, "", Validity::ALWAYS);
            return self.steps.push(Step::Area(new));
        };
        if last.name == row.area_name {
            return;
        }
        told.changes.push(Change {
            field: "name",
            old: last.name.clone(),
            new: row.area_name.clone(),
        });
        let eve = self.date.yesterday().unwrap_or(self.date);
        let old = Validity::new(last.validity.from, Some(eve));
        let mut before = self.area_row(row, &last.kana, old);
        before.name.clone_from(&last.name);
        if old.reversed() {
            // Renamed on the very day, or earlier: it never had the other name.
            self.steps.push(Step::NoArea(before));
        } else {
            self.steps.push(Step::Area(before));
        }
        let from = Validity::new(Some(self.date), last.validity.to);
        let after = self.area_row(row, "", from);
        self.steps.push(Step::Area(after));
    }

    fn area_row(&self, row: &AreaRecord, kana: &str, validity: Validity) -> AreaRow {
        let (valid_from, valid_to) = validity.text();
        AreaRow {
            kind: row.kind.code().to_owned(),
            code: row.area.clone(),
            name: row.area_name.clone(),
            kana: kana.to_owned(),
            valid_from,
            valid_to,
            updated: self.at,
        }
    }

    /// Memberships: each row is new, a change of what is there, or there already.
    fn members(&mut self, told: &[Told], report: &mut Report) {
        let mut stated: BTreeMap<(AreaKind, &str), Vec<&Told>> = BTreeMap::new();
        for one in told {
            let key = (one.row.kind, one.row.municipality.as_str());
            stated.entry(key).or_default().push(one);
        }
        for one in told {
            let key = (one.row.kind, one.row.municipality.as_str());
            let all = stated.get(&key).map(Vec::as_slice).unwrap_or_default();
            self.member(one, all, report);
        }
    }

    fn member(&mut self, told: &Told, stated: &[&Told], report: &mut Report) {
        let row = &told.row;
        let end = self.merged(row);
        let known: Vec<&Member> = self
            .atlas
            .memberships(&row.municipality)
            .filter(|member| member.kind == row.kind)
            .collect();
        let own: Vec<&&Member> = known
            .iter()
            .filter(|member| member.area == row.area)
            .collect();
        let name = format!("{} {} {}", row.area, row.area_name, row.municipality_name);
        let there = own.iter().any(|member| match row.validity {
            // A blank first day says nothing of when it began.
            Some(Validity { from: None, to }) => {
                let over = end.is_some_and(|end| end < self.date);
                member.validity.to == to.or(end) && (over || member.validity.holds(self.date))
            }
            Some(Validity { from, to }) => member.validity == Validity::new(from, to.or(end)),
            None => {
                member.validity.holds(self.date) || (end.is_some() && member.validity.to == end)
            }
        });
        let new = self.validity(row, &known);
        // What ended by a merger belongs nowhere else afterwards.
        let there = there || (end.is_some() && new.reversed());
        if there {
            return match (told.fresh, told.changes.is_empty()) {
                (false, true) => report.unchanged += 1,
                _ => report.change(row.line, &name, told.changes.clone()),
            };
        }
        let mut changes = told.changes.clone();
        for old in own.iter().filter(|old| old.validity.meets(new)) {
            changes.push(Change {
                field: "validity",
                old: span(old.validity),
                new: span(new),
            });
            self.steps.push(Step::NoMember(self.member_row(
                row,
                &old.area,
                old.validity,
            )));
        }
        if !row.kind.divides() {
            for old in known
                .iter()
                .filter(|old| old.area != row.area && old.validity.meets(new))
            {
                changes.push(Change {
                    field: "area",
                    old: old.area.clone(),
                    new: row.area.clone(),
                });
                let said = stated.iter().any(|other| other.row.area == old.area);
                self.end(row, old, new, said);
            }
        }
        self.steps
            .push(Step::Member(self.member_row(row, &row.area, new)));
        if changes.is_empty() {
            report.create(row.line, &name);
        } else {
            report.change(row.line, &name, changes);
        }
    }

    /// The last day of a municipality that became another: a list that does not say so does not bring it back.
    fn merged(&self, row: &AreaRecord) -> Option<Date> {
        let one = self.atlas.municipality(&row.municipality)?;
        one.validity.to.filter(|_| !one.successors.is_empty())
    }

    /// From when to when a row holds: as it says; else from the day of the file on, where the municipality belonged elsewhere.
    fn validity(&self, row: &AreaRecord, known: &[&Member]) -> Validity {
        let elsewhere = known.iter().any(|member| member.area != row.area);
        let said = row.validity.unwrap_or_default();
        let said = Validity::new(said.from, said.to.or_else(|| self.merged(row)));
        if elsewhere && said.from.is_none() {
            Validity::new(Some(self.date), said.to)
        } else {
            said
        }
    }

    /// Ends a membership on the eve of the new one, unless the file itself says when it ends.
    fn end(&mut self, row: &AreaRecord, old: &Member, new: Validity, said: bool) {
        if said {
            return;
        }
        let eve = new.from.and_then(|from| from.yesterday().ok());
        let until = Validity::new(old.validity.from, eve);
        let before = self.member_row(row, &old.area, until);
        self.steps.push(if eve.is_none() || until.reversed() {
            Step::NoMember(before)
        } else {
            Step::Member(before)
        });
    }

    fn member_row(&self, row: &AreaRecord, area: &str, validity: Validity) -> AreaMemberRow {
        let (valid_from, valid_to) = validity.text();
        AreaMemberRow {
            kind: row.kind.code().to_owned(),
            area: area.to_owned(),
            municipality: row.municipality.clone(),
            valid_from,
            valid_to,
            updated: self.at,
        }
    }
}

/// `2024-04-01/2030-03-31`, open ends as `..`.
fn span(validity: Validity) -> String {
    let (from, to) = validity.text();
    let open = |text: String| {
        if text.is_empty() {
            "..".to_owned()
        } else {
            text
        }
    };
    format!("{}/{}", open(from), open(to))
}

/// Memberships of today that the file leaves out, of the kinds and prefectures that it is about.
fn missing(atlas: &Atlas, told: &[Told], date: Date, report: &mut Report) {
    let prefecture = |code: &str| code.get(..2).unwrap_or_default().to_owned();
    let about: BTreeSet<(AreaKind, String)> = told
        .iter()
        .map(|one| (one.row.kind, prefecture(&one.row.municipality)))
        .collect();
    let stated: BTreeSet<(AreaKind, &str)> = told
        .iter()
        .map(|one| (one.row.kind, one.row.municipality.as_str()))
        .collect();
    for municipality in atlas.municipalities(date) {
        for member in atlas.memberships(&municipality.code) {
            let key = (member.kind, prefecture(&municipality.code));
            let left_out = !stated.contains(&(member.kind, municipality.code.as_str()));
            if about.contains(&key) && left_out && member.validity.holds(date) {
                report.miss(&format!(
                    "{} {} {}",
                    member.kind.name(),
                    member.area,
                    municipality.name
                ));
            }
        }
    }
}
