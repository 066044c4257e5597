//! A whole list of mergers, in the order of their days: each stands on those before it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_base::{Fault, Refusal};
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure};

use super::merger_row::{self, DATE, MergerRecord, NEW_CODE, OLD_CODE};
use super::report::{Change, Level, Remark, Report};
use super::run::Import;
use super::table::Columns;
use crate::area::merger::{self, KindChange, Merged, Merger, Preview, Successor};
use crate::area::{Areas, Atlas};

/// The rows of one merger.
struct Group {
    merger: Merger,
    rows: Vec<MergerRecord>,
}

/// Imports a list of mergers. Each is written as a whole, or not at all.
pub(super) async fn mergers(import: &mut Import<'_>) -> Result<(), Failure> {
    let mut known = import.store.municipalities().await?;
    let mut atlas = Atlas::clone(&*Areas::load(import.store).await?.atlas());
    let rows = read_all(import, &atlas)?;
    let by_day = by_day(rows);
    for (day, rows) in by_day {
        for mut group in groups(day, rows) {
            let told = told(&mut group, &atlas);
            import.report.unchanged += told;
            if group.rows.is_empty() {
                continue;
            }
            match look(import, &atlas, &group) {
                Err(remarks) => remarks
                    .into_iter()
                    .for_each(|one| import.report.refuse(one)),
                Ok(preview) => {
                    for row in &mut group.rows {
                        import.report.warn(std::mem::take(&mut row.warnings));
                    }
                    report(&mut import.report, &preview, &group);
                    let mut changes = Changes::default();
                    let (id, merged) = (import.ctx.ids.id(), &preview.merged);
                    let ctx = import.ctx;
                    merger::write(
                        &mut changes,
                        ctx,
                        &id,
                        &group.merger,
                        merged,
                        &atlas,
                        &known,
                    );
                    import.commit(changes).await?;
                    replace(&mut known, merged);
                    atlas = preview.after;
                }
            }
        }
    }
    Ok(())
}

fn read_all(import: &mut Import<'_>, atlas: &Atlas) -> Result<Vec<MergerRecord>, Failure> {
    let mut table = import.rows()?;
    if table.advance()?.is_none() {
        return Ok(Vec::new());
    }
    let columns = Columns::find(&merger_row::columns(), table.row())?;
    if import.is_doubtful(&columns)? {
        return Ok(Vec::new());
    }
    let mut rows: Vec<MergerRecord> = Vec::new();
    while let Some(line) = table.advance()? {
        match merger_row::read(&columns, table.row(), line, atlas) {
            Err(remark) => import.report.refuse(remark),
            Ok(row) => {
                let same = |other: &MergerRecord| {
                    (&other.old, &other.new, other.on) == (&row.old, &row.new, row.on)
                };
                if rows.iter().any(same) {
                    import.report.unchanged += 1;
                } else {
                    rows.push(row);
                }
            }
        }
    }
    Ok(rows)
}

fn by_day(rows: Vec<MergerRecord>) -> BTreeMap<Date, Vec<MergerRecord>> {
    let mut days: BTreeMap<Date, Vec<MergerRecord>> = BTreeMap::new();
    for row in rows {
        days.entry(row.on).or_default().push(row);
    }
    days
}

/// The mergers of a day: those that become the same one; one that becomes several is divided.
fn groups(day: Date, rows: Vec<MergerRecord>) -> Vec<Group> {
    let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let target = targets.entry(row.old.clone()).or_default();
        target.push(row.new.clone());
    }
    let mut groups: BTreeMap<Vec<String>, Group> = BTreeMap::new();
    for row in rows {
        let into = targets.get(&row.old).cloned().unwrap_or_default();
        let group = groups.entry(into).or_insert_with(|| Group {
            merger: Merger {
                on: day,
                ..Merger::default()
            },
            rows: Vec::new(),
        });
        let known = |one: &Successor| one.code == row.new;
        if !group.merger.into.iter().any(known) {
            group.merger.into.push(Successor {
                code: row.new.clone(),
                name: row.name.clone(),
                kana: row.kana.clone(),
            });
        }
        if let Some(one) = group.merger.into.iter_mut().find(|one| one.code == row.new)
            && one.name.is_empty()
        {
            one.name.clone_from(&row.name);
        }
        if !group.merger.from.contains(&row.old) {
            group.merger.from.push(row.old.clone());
        }
        group.rows.push(row);
    }
    groups.into_values().collect()
}

/// Takes out the rows that are recorded already. How many they were.
fn told(group: &mut Group, atlas: &Atlas) -> u64 {
    let eve = group.merger.on.yesterday().ok();
    let done = |row: &MergerRecord| {
        let old = atlas.municipality(&row.old);
        old.is_some_and(|old| old.validity.to == eve && old.successors.contains(&row.new))
    };
    let before = group.rows.len();
    let stays = |row: &MergerRecord| row.old == row.new;
    group.rows.retain(|row| !done(row));
    if before > group.rows.len() && group.rows.iter().all(stays) {
        group.rows.clear();
    }
    let left: Vec<String> = group.rows.iter().map(|row| row.old.clone()).collect();
    group.merger.from.retain(|code| left.contains(code));
    (before - group.rows.len()) as u64
}

/// What the merger changes, or why each of its rows is refused.
fn look(import: &Import<'_>, atlas: &Atlas, group: &Group) -> Result<Preview, Vec<Remark>> {
    let each = |field: &str, reason: &'static str, value: &dyn Fn(&MergerRecord) -> String| {
        let rows = group.rows.iter();
        rows.map(|row| Remark::new(row.line, Level::Refused, field, reason, &value(row)))
            .collect()
    };
    match merger::look(atlas, &group.merger, import.ctx.at) {
        Ok(preview) => {
            let undecided: Vec<String> = preview.merged.undecided().map(open).collect();
            if undecided.is_empty() {
                return Ok(preview);
            }
            let open = undecided.join("; ");
            Err(each("", "fault-import-merger-area", &|_| open.clone()))
        }
        Err(Refusal::Invalid(faults)) => {
            let fault = faults.into_iter().next();
            let fault = fault.unwrap_or_else(|| Fault::new("", "fault-merger-none"));
            let about = fault.args.first().map(|(_, code)| code.clone());
            let (field, reason) = reason(&fault);
            Err(each(field, reason, &|row| {
                about.clone().unwrap_or_else(|| match field {
                    DATE => row.on.to_string(),
                    NEW_CODE => row.new.clone(),
                    OLD_CODE => row.old.clone(),
                    _ => row.name.clone(),
                })
            }))
        }
        Err(_) => Err(each("", "fault-import-merger-area", &|_| String::new())),
    }
}

/// `secondary-medical-area 1303 1311`
fn open(kind: &KindChange) -> String {
    format!("{} {}", kind.kind.name(), kind.choices.join(" / "))
}

/// The column and the words of a fault: without its code, which stands beside them.
fn reason(fault: &Fault) -> (&'static str, &'static str) {
    match fault.key.as_str() {
        "fault-merger-over" if fault.field == "into" => (NEW_CODE, "fault-import-merger-over"),
        "fault-merger-over" => (OLD_CODE, "fault-import-merger-over"),
        "fault-merger-early" => (DATE, "fault-import-merger-early"),
        "fault-merger-unknown" => (OLD_CODE, "fault-import-merger-unknown"),
        "fault-merger-prefecture" => (NEW_CODE, "fault-import-merger-prefecture"),
        "fault-merger-divided" => (NEW_CODE, "fault-import-merger-divided"),
        "fault-merger-name" => ("新市区町村名", "fault-merger-name"),
        "fault-merger-kana" => ("新市区町村名（かな）", "fault-merger-kana"),
        "fault-merger-date" => (DATE, "fault-merger-date"),
        "fault-import-area-prefecture" => (NEW_CODE, "fault-import-area-prefecture"),
        _ => (OLD_CODE, "fault-merger-self"),
    }
}

fn report(report: &mut Report, preview: &Preview, group: &Group) {
    let name = |code: &str| {
        let known = preview.after.municipality(code);
        let name = known.map_or_else(String::new, |one| one.name.clone());
        format!("{code} {name}").trim().to_owned()
    };
    for row in &group.rows {
        if row.old == row.new {
            report.change(row.line, &name(&row.old), Vec::new());
            continue;
        }
        let mut changes = vec![Change {
            field: "merger",
            old: name(&row.old),
            new: format!("{} ({})", name(&row.new), row.on),
        }];
        for kind in &preview.merged.kinds {
            changes.extend(moved(kind, row));
        }
        report.change(row.line, &name(&row.old), changes);
    }
}

/// That the people of a municipality come into another area.
fn moved(kind: &KindChange, row: &MergerRecord) -> Option<Change> {
    let areas = |all: &[(String, String)], code: &str| {
        let own = all.iter().filter(|(one, _)| one == code);
        let areas: Vec<&str> = own.map(|(_, area)| area.as_str()).collect();
        areas.join(" ")
    };
    let (old, new) = (areas(&kind.before, &row.old), areas(&kind.after, &row.new));
    (old != new).then(|| Change {
        field: "area",
        old: format!("{} {old}", kind.kind.name()),
        new: format!("{} {new}", kind.kind.name()),
    })
}

/// The municipalities as they are after a merger.
fn replace(known: &mut Vec<MunicipalityRow>, merged: &Merged) {
    for row in &merged.municipalities {
        known.retain(|old| old.code != row.code);
        known.push(row.clone());
    }
}
