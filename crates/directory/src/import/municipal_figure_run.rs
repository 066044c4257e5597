//! A whole list of inhabitants: what it says that the table does not say yet.

use std::collections::HashMap;

use renkei_store::municipal_figure::MunicipalFigureRow;
use renkei_store::{Changes, Failure, Note};

use super::municipal_figure_row::{self, CODE_NAME, FigureRecord};
use super::report::{Change, Level, Remark};
use super::run::Import;
use super::table::Columns;
use crate::area::Areas;
use crate::municipal_figure::{OVER_65, POPULATION};

/// Rows of one commit: plain upserts.
const BATCH: usize = 300;

/// Imports the inhabitants of municipalities by year. What it leaves out stays as it is.
pub(super) async fn municipal_figures(import: &mut Import<'_>) -> Result<(), Failure> {
    let atlas = Areas::load(import.store).await?.atlas();
    let known = known(import).await?;
    let mut table = import.rows()?;
    if table.advance()?.is_none() {
        return Ok(());
    }
    let columns = Columns::find(&municipal_figure_row::columns(), table.row())?;
    if import.is_doubtful(&columns)? {
        return Ok(());
    }
    let this_year = import.ctx.at.in_japan().year();
    let mut seen: HashMap<(String, i16), FigureRecord> = HashMap::new();
    let mut steps = Vec::new();
    while let Some(line) = table.advance()? {
        let read = municipal_figure_row::read(&columns, table.row(), line, (&atlas, this_year));
        let mut row = match read {
            Ok(row) => row,
            Err(remark) => {
                import.report.refuse(remark);
                continue;
            }
        };
        let key = (row.municipality.clone(), row.year);
        if let Some(first) = seen.get(&key) {
            if (first.people, first.over_65) == (row.people, row.over_65) {
                import.report.unchanged += 1;
            } else {
                let (reason, line) = ("fault-import-figure-twice", first.line.to_string());
                let remark = Remark::new(row.line, Level::Refused, CODE_NAME, reason, &line);
                import.report.refuse(remark);
            }
            continue;
        }
        import.report.warn(std::mem::take(&mut row.warnings));
        tell(import, &row, &known, &mut steps);
        seen.insert(key, row);
        if steps.len() >= BATCH {
            write(import, &mut steps).await?;
            let done = import.report.rows();
            import.tell(done, table.estimate(done));
        }
    }
    write(import, &mut steps).await
}

type Known = HashMap<(String, String, i16), MunicipalFigureRow>;

async fn known(import: &Import<'_>) -> Result<Known, Failure> {
    let rows = import.store.municipal_figures().await?.into_iter();
    let key = |row: &MunicipalFigureRow| (row.municipality.clone(), row.figure.clone(), row.year);
    Ok(rows.map(|row| (key(&row), row)).collect())
}

/// What a row makes new, changes, or leaves as it is.
fn tell(
    import: &mut Import<'_>,
    row: &FigureRecord,
    known: &Known,
    steps: &mut Vec<MunicipalFigureRow>,
) {
    let stated = [(POPULATION, Some(row.people)), (OVER_65, row.over_65)];
    let (mut changes, mut new, before) = (Vec::new(), false, steps.len());
    for (figure, value) in stated {
        let Some(value) = value else { continue };
        let key = (row.municipality.clone(), figure.to_owned(), row.year);
        let old = known.get(&key);
        let same = |old: &MunicipalFigureRow| {
            (old.value, &old.date, &old.source) == (i64::from(value), &row.date, &row.source)
        };
        if old.is_some_and(same) {
            continue;
        }
        let mut differ = |field, old: String, new: String| {
            if old != new {
                changes.push(Change { field, old, new });
            }
        };
        match old {
            None => {
                new |= figure == POPULATION;
                differ(figure, String::new(), value.to_string());
            }
            Some(old) => {
                differ(figure, old.value.to_string(), value.to_string());
                if figure == POPULATION {
                    differ("figure-date", old.date.clone(), row.date.clone());
                    differ("source", old.source.clone(), row.source.clone());
                }
            }
        }
        steps.push(MunicipalFigureRow {
            municipality: row.municipality.clone(),
            figure: figure.to_owned(),
            year: row.year,
            value: i64::from(value),
            date: row.date.clone(),
            source: row.source.clone(),
            updated: import.ctx.at,
        });
    }
    let name = format!("{} {} {}", row.municipality, row.name, row.year);
    if steps.len() == before {
        import.report.unchanged += 1;
    } else if new {
        import.report.create(row.line, &name);
    } else {
        import.report.change(row.line, &name, changes);
    }
}

async fn write(
    import: &mut Import<'_>,
    steps: &mut Vec<MunicipalFigureRow>,
) -> Result<(), Failure> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut changes = Changes::default();
    for row in steps.drain(..) {
        changes.put_municipal_figure(&row);
    }
    let detail = format!(
        "municipal-figures {} rows {}",
        import.source.sha256,
        import.report.rows()
    );
    changes.note(Note::new("area.import").detail(detail));
    import.commit(changes).await?;
    Ok(())
}
