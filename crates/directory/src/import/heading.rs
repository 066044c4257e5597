//! A file that was refused for its headings: which are missing, which it has, and as what kind it could be read.

use renkei_base::Fault;
use renkei_base::name::search_key;

use super::file::Source;
use super::run::FileKind;
use super::table::Rows;
use super::{KINDS, member_run};

const MISSING: &str = "fault-import-heading-missing";
/// Headings that only files of a kind have.
const MARKS: [(&str, [&str; 3]); 2] = [
    (
        "medical-institutions",
        ["機関区分", "都道府県コード", "市区町村コード"],
    ),
    (
        "care-services",
        [
            "都道府県コード又は市町村コード",
            "サービスの種類",
            "事業所番号",
        ],
    ),
];
/// Headings that are told: nobody reads more.
const TOLD: usize = 12;

/// The faults of a file in words that help: one for all missing headings, one for those that are there, one for the kind that it looks like.
pub(super) fn explained(faults: Vec<Fault>, kind: &FileKind, source: &Source) -> Vec<Fault> {
    let (missing, mut told): (Vec<Fault>, Vec<Fault>) =
        faults.into_iter().partition(|fault| fault.key == MISSING);
    let first = first_row(source);
    if !missing.is_empty() {
        let names = missing.iter().flat_map(|fault| &fault.args);
        let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
        told.insert(0, Fault::new("file", MISSING).with("heading", list(&names)));
        if let Some(row) = &first {
            let there: Vec<&str> = row.iter().map(str::trim).collect();
            told.push(
                Fault::new("file", "fault-import-headings-there").with("headings", list(&there)),
            );
        }
    }
    if let Some(other) = first.and_then(|row| other_kind(&row, kind)) {
        told.push(looks_like(other));
    }
    told
}

/// That the file looks like this kind: its words are those of the kind.
pub(super) fn looks_like(kind: &FileKind) -> Fault {
    Fault::new("file", "fault-import-looks-like").with("kind", kind.code)
}

/// Another kind of which the first row may be. Lists of members have the loosest headings: they come last, behind files that
/// lack a heading but have those that nothing else has.
pub(super) fn other_kind(row: &csv::StringRecord, kind: &FileKind) -> Option<&'static FileKind> {
    let members = |one: &&FileKind| one.code == member_run::SOURCE;
    let strict = KINDS.iter().filter(|one| !members(one));
    let found = strict.clone().find(|one| (one.looks)(row));
    let marked = || strict.clone().find(|one| is_marked(row, one));
    let member = || KINDS.iter().find(|one| members(one) && (one.looks)(row));
    let found = found.or_else(marked).or_else(member)?;
    (found.code != kind.code).then_some(found)
}

/// Whether a row has most of the headings that only files of a kind have.
fn is_marked(row: &csv::StringRecord, kind: &FileKind) -> bool {
    let Some((_, marks)) = MARKS.iter().find(|(code, _)| *code == kind.code) else {
        return false;
    };
    let cells: Vec<String> = row.iter().map(search_key).collect();
    let there = marks
        .iter()
        .filter(|mark| cells.contains(&search_key(mark)));
    there.count() > marks.len() / 2
}

/// The first row of a text that is a table.
pub(super) fn first_row(source: &Source) -> Option<csv::StringRecord> {
    let mut rows = Rows::of(source).ok()?;
    rows.advance().ok()??;
    Some(rows.row().clone()).filter(|row| row.len() > 1)
}

fn list(names: &[&str]) -> String {
    let named = names.iter().filter(|name| !name.is_empty());
    let first: Vec<String> = named
        .take(TOLD)
        .map(|name| name.chars().filter(|c| !c.is_control()).take(40).collect())
        .collect();
    let more = if names.len() > TOLD { "、…" } else { "" };
    format!("{}{more}", first.join("、"))
}
