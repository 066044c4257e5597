//! A filled form becomes what was typed in it. Whatever is not as the form was made is refused with the cell's address;
//! nothing is taken by half.

use std::collections::BTreeMap;
use std::sync::Arc;

use renkei_base::Fault;

use super::layout::{self, ABOUT, ANSWER, About, HEADING, ID, REVISION, SHEET};
use super::page::{Page, pages};
use super::word;
use crate::answer::input::{NONE, Typed};
use crate::questionnaire::{Cell, Column, Question, QuestionKind, Questionnaire};

/// What was typed for one question, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub question: String,
    /// Of the answer that the form was made with.
    pub revision: i64,
    pub typed: Typed,
    /// `回答!F12`
    pub address: String,
    /// Of a table's cells, by `ROW.COLUMN` with rows from 1.
    pub cells: BTreeMap<String, String>,
}

/// Rows of ids, from above.
type Rows<'p> = BTreeMap<&'p str, u32>;

/// Reads a form that [`super::open`] has let through.
///
/// # Errors
/// Faults with the cell's address as field: `fault-workbook-not-ours`, `-survey` (found), `-respondent`, `-version`,
/// `-id-changed` (found, wanted), `-id-unknown` (found), `-id-twice` (found), `-row-missing` (wanted), `-row-inserted`,
/// `-cell-error`, `-formula`, `-joined` (until), `-choice` (found), `-tick` (found).
pub fn read(
    bytes: Arc<[u8]>,
    questionnaire: &Questionnaire,
    wanted: &About,
) -> Result<Vec<Filled>, Vec<Fault>> {
    let read = pages(bytes, &[ABOUT, SHEET]).map_err(|fault| vec![fault])?;
    let Some([about, page]) = read.as_deref() else {
        return Err(vec![Fault::new("workbook", "fault-workbook-not-ours")]);
    };
    whose(about, wanted).map_err(|fault| vec![fault])?;
    let rows = placed(page, questionnaire)?;
    let mut faults: Vec<Fault> = page
        .broken()
        .iter()
        .filter(|(_, column)| *column >= ANSWER)
        .map(|(row, column)| Fault::new(page.address(*row, *column), "fault-workbook-cell-error"))
        .collect();
    let waiting = page
        .waiting()
        .iter()
        .filter(|(_, column)| *column >= ANSWER);
    faults
        .extend(waiting.map(|(row, column)| {
            Fault::new(page.address(*row, *column), "fault-workbook-formula")
        }));
    faults.extend(joined(page));
    let mut filled = Vec::new();
    for (_, question) in questionnaire.questions() {
        match one(page, &rows, question) {
            Ok(one) => filled.push(one),
            Err(more) => faults.extend(more),
        }
    }
    match faults.is_empty() {
        true => Ok(filled),
        false => Err(faults),
    }
}

/// Answers that were joined into one cell: all but the first are lost. A single answer over several columns is one still.
fn joined(page: &Page) -> Vec<Fault> {
    let lost = |[first, last]: &&[(u32, u32); 2]| {
        let rows = first.0 != last.0;
        let table = page.cell(first.0, ID).contains('#') && first.1 != last.1;
        last.1 >= ANSWER && (rows || table || first.1 < ANSWER)
    };
    let all = page.joined().iter().filter(lost);
    all.map(|[first, last]| {
        let until = page.address(last.0, last.1);
        let (_, until) = until.split_once('!').unwrap_or_default();
        Fault::new(page.address(first.0, first.1), "fault-workbook-joined").with("until", until)
    })
    .collect()
}

/// Whether it is this survey's form, for this respondent, of this version.
fn whose(about: &Page, wanted: &About) -> Result<(), Fault> {
    const KEYS: [&str; 4] = [
        "fault-workbook-survey",
        "fault-workbook-respondent",
        "fault-workbook-version",
        "fault-workbook-not-ours",
    ];
    for (place, ((name, value), key)) in (0..).zip(wanted.rows().into_iter().zip(KEYS)) {
        if about.cell(place, 0) != name {
            return Err(Fault::new(
                about.address(place, 0),
                "fault-workbook-not-ours",
            ));
        }
        let found = about.cell(place, 1);
        if found != value {
            return Err(Fault::new(about.address(place, 1), key).with("found", found));
        }
    }
    Ok(())
}

/// The ids that a form has, in order; those of a table's last rows may be missing where the form was made with fewer.
fn expected(questionnaire: &Questionnaire) -> Vec<String> {
    let answers = crate::answer::Answers::new();
    layout::rows(questionnaire, &answers, renkei_base::Lang::Ja, &|_| {
        String::new()
    })
    .into_iter()
    .map(|row| row.id)
    .filter(|id| !id.is_empty())
    .collect()
}

/// Where each id is. All that are expected are there once, in their order, and nothing else is filled in.
fn placed<'p>(page: &'p Page, questionnaire: &Questionnaire) -> Result<Rows<'p>, Vec<Fault>> {
    let expected = expected(questionnaire);
    let ids: Vec<(u32, &str)> = page.column(ID).collect();
    let Some(head) = ids.iter().position(|(_, id)| *id == HEADING) else {
        return Err(vec![Fault::new(
            page.address(0, ID),
            "fault-workbook-not-ours",
        )]);
    };
    let top = ids.get(head).map_or(0, |(row, _)| *row);
    let ids = ids.get(head + 1..).unwrap_or_default();
    let mut faults = Vec::new();
    let mut rows = Rows::new();
    for (row, id) in ids {
        if rows.insert(id, *row).is_some() {
            faults.push(
                Fault::new(page.address(*row, ID), "fault-workbook-id-twice").with("found", id),
            );
        }
    }
    let strange: Vec<(u32, &str)> = ids
        .iter()
        .copied()
        .filter(|(_, id)| !expected.iter().any(|one| one == id) && !is_kept(questionnaire, id))
        .collect();
    let mut last = top;
    let mut changed = Vec::new();
    for wanted in &expected {
        if let Some(row) = rows.get(wanted.as_str()) {
            last = *row;
            continue;
        }
        // What stands where it should be.
        let here = strange.iter().find(|(row, _)| *row == last + 1);
        faults.push(match here {
            Some((row, found)) => {
                changed.push(*row);
                last = *row;
                Fault::new(page.address(*row, ID), "fault-workbook-id-changed")
                    .with("found", found)
                    .with("wanted", wanted)
            }
            None => Fault::new(page.address(last + 1, ID), "fault-workbook-row-missing")
                .with("wanted", wanted),
        });
    }
    for (row, found) in strange.iter().filter(|(row, _)| !changed.contains(row)) {
        let fault = Fault::new(page.address(*row, ID), "fault-workbook-id-unknown");
        faults.push(fault.with("found", found));
    }
    let typed =
        |row: &u32| *row > top && page.cell(*row, ID).is_empty() && page.has_from(*row, ANSWER);
    for row in page.rows().iter().filter(|row| typed(row)) {
        let address = page.address(*row, ANSWER);
        faults.push(Fault::new(address, "fault-workbook-row-inserted"));
    }
    match faults.is_empty() {
        true => Ok(rows),
        false => Err(faults),
    }
}

/// Rows that a form has only because of an answer: further ones of a table, choices that are retired.
fn is_kept(questionnaire: &Questionnaire, id: &str) -> bool {
    if let Some((question, row)) = id.split_once('#') {
        let question = questionnaire.question(question);
        return match question.map(|question| &question.kind) {
            Some(QuestionKind::Table { rows, most, .. }) => {
                let row = row.parse::<u16>().unwrap_or(u16::MAX);
                rows.is_empty() && row <= *most
            }
            _ => false,
        };
    }
    let Some((question, code)) = id.split_once('.') else {
        return false;
    };
    let question = questionnaire.question(question);
    question.is_some_and(|question| question.kind.choices().iter().any(|one| one.code == code))
}

fn one(page: &Page, rows: &Rows<'_>, question: &Question) -> Result<Filled, Vec<Fault>> {
    let id = question.id.as_str();
    let at = |id: &str| rows.get(id).copied().unwrap_or_default();
    let row = at(id);
    let cell = page.cell(row, ANSWER);
    let explanation = format!("{id}!");
    let mut typed = Typed {
        // A form has no cell for explanations that are not asked for.
        explanation: rows
            .contains_key(explanation.as_str())
            .then(|| page.cell(at(&explanation), ANSWER).to_owned()),
        ..Typed::default()
    };
    if let Some(status) = word::status(cell) {
        status.clone_into(&mut typed.status);
    } else {
        match &question.kind {
            QuestionKind::One { choices } if !cell.trim().is_empty() => {
                let choice = word::choice(choices, cell)
                    .ok_or_else(|| vec![unknown(page.address(row, ANSWER), cell)])?;
                typed.values.push(choice.code.clone());
            }
            QuestionKind::Many { .. } => typed.values = boxes(page, rows, question, (row, cell))?,
            QuestionKind::Table { columns, .. } => {
                typed.rows = table(page, rows, id, columns)?;
            }
            _ => typed.values.push(cell.to_owned()),
        }
    }
    Ok(Filled {
        question: id.to_owned(),
        revision: page.cell(row, REVISION).trim().parse().unwrap_or_default(),
        typed,
        address: page.address(row, ANSWER),
        cells: cells(page, rows, question),
    })
}

/// Where the cells of a table are.
fn cells(page: &Page, rows: &Rows<'_>, question: &Question) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    let QuestionKind::Table { columns, .. } = &question.kind else {
        return cells;
    };
    for number in 1.. {
        let Some(row) = rows.get(format!("{}#{number}", question.id).as_str()) else {
            break;
        };
        for (place, column) in (ANSWER..).zip(columns) {
            let name = format!("{number}.{}", column.id);
            cells.insert(name, page.address(*row, place));
        }
    }
    cells
}

fn unknown(address: String, found: &str) -> Fault {
    Fault::new(address, "fault-workbook-choice").with("found", found)
}

fn boxes(
    page: &Page,
    rows: &Rows<'_>,
    question: &Question,
    (row, cell): (u32, &str),
) -> Result<Vec<String>, Vec<Fault>> {
    let mut chosen = Vec::new();
    let mut faults = Vec::new();
    if word::is(cell, word::NONE) {
        chosen.push(NONE.to_owned());
    } else if !cell.trim().is_empty() {
        faults.push(unknown(page.address(row, ANSWER), cell));
    }
    for choice in question.kind.choices() {
        let id = format!("{}.{}", question.id, choice.code);
        let Some(row) = rows.get(id.as_str()) else {
            continue;
        };
        let cell = page.cell(*row, ANSWER);
        match word::ticked(cell) {
            Some(true) => chosen.push(choice.code.clone()),
            Some(false) => {}
            None => {
                let address = page.address(*row, ANSWER);
                faults.push(Fault::new(address, "fault-workbook-tick").with("found", cell));
            }
        }
    }
    match faults.is_empty() {
        true => Ok(chosen),
        false => Err(faults),
    }
}

fn table(
    page: &Page,
    rows: &Rows<'_>,
    id: &str,
    columns: &[Column],
) -> Result<Vec<Vec<String>>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut table = Vec::new();
    for number in 1.. {
        let Some(row) = rows.get(format!("{id}#{number}").as_str()) else {
            break;
        };
        let cells = (ANSWER..).zip(columns).map(|(place, column)| {
            let text = page.cell(*row, place);
            match &column.cell {
                Cell::One { choices } if !text.trim().is_empty() => {
                    let choice = word::choice(choices, text);
                    choice.map_or_else(
                        || {
                            faults.push(unknown(page.address(*row, place), text));
                            String::new()
                        },
                        |choice| choice.code.clone(),
                    )
                }
                _ => text.to_owned(),
            }
        });
        table.push(cells.collect());
    }
    match faults.is_empty() {
        true => Ok(table),
        false => Err(faults),
    }
}
