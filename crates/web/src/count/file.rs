//! The figures as files: `table.csv`, `answers.csv` with fixed columns, and a workbook.
//!
//! The headings of the two CSV files are the same in every language, and so are their words: they are for programs.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use renkei_gov::Status;
use renkei_report::sheet::{Cell, Sheet};

use super::seen::{Params, Viewed};
use super::table::rows;
use crate::error::Answer;
use crate::sheet::plain;
use crate::state::App;
use crate::visit::Visit;

/// Columns that stay as they are: what is neither (不明, 非公表) is the base without the others.
const TABLE: [&str; 9] = [
    "item",
    "question",
    "base",
    "yes",
    "yes_percent",
    "no",
    "no_percent",
    "not_asked",
    "no_answer",
];
const ANSWERS: [&str; 6] = [
    "municipality_code",
    "municipality",
    "area_code",
    "item",
    "question",
    "status",
];
/// Columns of the workbook: text key and width.
const SHEET: [(&str, u8); 12] = [
    ("count-item", 6),
    ("count-question", 12),
    ("count-text", 60),
    ("count-n", 6),
    ("count-yes", 8),
    ("count-yes-percent", 8),
    ("count-no", 8),
    ("count-no-percent", 8),
    ("count-not-asked", 8),
    ("count-no-answer", 8),
    ("count-other-column", 12),
    ("count-overridden", 10),
];

/// `GET /api/surveys/{code}/table.csv?base=asked&area=1303`
pub(crate) async fn table_csv(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(TABLE);
    for row in rows(&v, &viewed.figures(), viewed.base) {
        let _ = writer.write_record([
            plain(&row.item).as_ref(),
            plain(&row.label).as_ref(),
            &row.n().to_string(),
            &row.tally.yes.to_string(),
            &row.yes_percent(),
            &row.no().to_string(),
            &row.no_percent(),
            &row.tally.not_asked.to_string(),
            &row.tally.no_answer.to_string(),
        ]);
    }
    Ok(file(&format!("{code}-table.csv"), writer))
}

/// `GET /api/surveys/{code}/answers.csv`: what every sheet that is counted says to every line.
///
/// # Errors
/// `NotFound` for whoever sees only counts.
pub(crate) async fn answers_csv(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?;
    if !viewed.names {
        return Err(Answer::NotFound);
    }
    let figures = viewed.figures();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(ANSWERS);
    for sheet in figures.counted() {
        for (line, said) in figures.lines.iter().zip(figures.said(sheet)) {
            let _ = writer.write_record([
                sheet.municipality.as_str(),
                plain(&sheet.name).as_ref(),
                &sheet.area,
                plain(&line.item).as_ref(),
                plain(&line.label).as_ref(),
                said.status.word(),
            ]);
        }
    }
    Ok(file(&format!("{code}-answers.csv"), writer))
}

fn file(name: &str, writer: csv::Writer<Vec<u8>>) -> Response {
    let bytes = writer.into_inner().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}

/// `GET /surveys/{code}/table.xlsx`: the table, and who said what for whoever sees it.
pub(crate) async fn xlsx(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?.named(&app, &v);
    let mut sheets = vec![table(&v, &viewed)];
    if viewed.names {
        sheets.push(matrix(&v, &viewed));
    }
    let made = tokio::task::spawn_blocking(move || renkei_report::sheet::book(&sheets)).await;
    match made {
        Ok(Ok(bytes)) => {
            let headers = [
                (
                    header::CONTENT_TYPE,
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
                ),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{code}.xlsx\""),
                ),
            ];
            Ok((headers, bytes).into_response())
        }
        other => {
            tracing::error!(?other, "a workbook of a survey could not be made");
            Err(Answer::Broken)
        }
    }
}

fn table(v: &Visit, viewed: &Viewed) -> Sheet {
    let number = |count: u32| Cell::Number(f64::from(count));
    let share = |text: String| match text.as_str() {
        "" => Cell::Empty,
        _ => Cell::Text(format!("{text}%")),
    };
    let cells = rows(v, &viewed.figures(), viewed.base)
        .into_iter()
        .map(|row| {
            vec![
                Cell::Text(row.item.clone()),
                Cell::Text(row.label.clone()),
                Cell::Text(row.text.clone()),
                number(row.n()),
                number(row.tally.yes),
                share(row.yes_percent()),
                number(row.no()),
                share(row.no_percent()),
                number(row.tally.not_asked),
                number(row.tally.no_answer),
                number(row.tally.other()),
                number(row.tally.yes_overridden + row.tally.no_overridden),
            ]
        });
    Sheet {
        name: v.t("count-table"),
        columns: SHEET.map(|(key, width)| (v.t(key), width)).to_vec(),
        rows: cells.collect(),
    }
}

fn matrix(v: &Visit, viewed: &Viewed) -> Sheet {
    let figures = viewed.figures();
    let mut columns = vec![
        (v.t("count-municipality-code"), 10),
        (v.t("count-municipality"), 14),
        (v.t("count-area"), 8),
    ];
    columns.extend(figures.lines.iter().map(|line| (line.heading(), 9)));
    // A word is looked up once, not in each of two hundred thousand cells.
    let mut words: BTreeMap<Status, String> = BTreeMap::new();
    let rows = figures.counted().map(|sheet| {
        let mut cells = vec![
            Cell::Text(sheet.municipality.clone()),
            Cell::Text(sheet.name.clone()),
            Cell::Text(sheet.area.clone()),
        ];
        let said = figures.said(sheet).into_iter();
        cells.extend(said.map(|one| {
            let word = words.entry(one.status);
            let word = word.or_insert_with(|| v.t(&super::show::status_key(one.status)));
            Cell::Text(word.clone())
        }));
        cells
    });
    Sheet {
        name: v.t("count-matrix"),
        rows: rows.collect(),
        columns,
    }
}
