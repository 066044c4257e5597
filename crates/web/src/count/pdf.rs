//! `GET /surveys/{code}/table.pdf`: the table as it is printed for meetings.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use renkei_report as report;

use super::seen::{Params, Viewed};
use super::table::{Row, rows};
use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

pub(crate) async fn pdf(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?.named(&app, &v);
    let table = document(&v, &viewed);
    let made = tokio::task::spawn_blocking(move || report::count_table(&table)).await;
    match made {
        Ok(Ok(bytes)) => {
            let name = format!("inline; filename=\"{code}.pdf\"");
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            Ok((headers, bytes).into_response())
        }
        other => {
            tracing::error!(?other, "the table of a survey could not be printed");
            Err(Answer::Broken)
        }
    }
}

fn document(v: &Visit, viewed: &Viewed) -> report::CountTable {
    let figures = viewed.figures();
    let rows = rows(v, &figures, viewed.base);
    let uncounted = figures.sheets.iter().filter(|sheet| !sheet.counted);
    let uncounted: Vec<String> = uncounted.map(|sheet| sheet.name.clone()).collect();
    let about = v.t(&format!("count-base-{}-about", viewed.base.code()));
    let mut notes = vec![viewed.about(v), about];
    if viewed.least() > 0 {
        notes.push(v.t1("count-least", "least", viewed.least()));
        if !uncounted.is_empty() {
            notes.push(v.t1("count-uncounted-only", "count", uncounted.len()));
        }
    } else if !uncounted.is_empty() {
        let count = uncounted.len().to_string();
        let names = v.names(&uncounted);
        let values = [("count", count.as_str()), ("names", names.as_str())];
        notes.push(v.tn("count-uncounted", &values));
    }
    notes.retain(|note| !note.is_empty());
    let version = viewed.version.as_ref();
    report::CountTable {
        stamp: report::Stamp {
            number: viewed.code.clone(),
            url: None,
            day: viewed.day(),
            draft: version.is_none(),
            sample: viewed.body.invented,
        },
        title: viewed.title(v),
        heading: match viewed.as_of(v).as_str() {
            "" => v.t("count-table"),
            as_of => format!("{}（{as_of}）", v.t("count-table")),
        },
        n: figures.counted().count().to_string(),
        notes,
        footnotes: rows
            .iter()
            .flat_map(|row| footnotes(v, row, viewed.names))
            .collect(),
        words: report::CountWords {
            question: v.t("count-question"),
            counts: v.t("count-table"),
            yes: v.t("count-yes"),
            no: v.t("count-no"),
            sheets: v.t("count-sheets"),
            share: v.t("count-percent"),
            rest: v.t("count-rest"),
        },
        rows: rows.iter().map(printed).collect(),
        version: version.map_or_else(|| v.t("count-live"), |row| super::table::version(v, row)),
        digest: version.map_or_else(String::new, |row| row.digest.clone()),
    }
}

fn printed(row: &Row) -> report::CountRow {
    report::CountRow {
        span: row.span,
        item: row.item.clone(),
        title: row.title.clone(),
        label: row.number.clone(),
        text: row.text.clone(),
        choice: row.choice.clone(),
        yes: row.tally.yes.to_string(),
        yes_percent: row.yes_share(),
        no: row.no().to_string(),
        no_percent: row.no_share(),
        rest: row.rest().to_string(),
    }
}

/// The other base of a conditional line, what was reclassified, who did not answer.
fn footnotes(v: &Visit, row: &Row, named: bool) -> Vec<String> {
    let heading = format!("{}{}", row.item, row.label);
    let mut notes = Vec::new();
    if row.conditional() {
        let other = row.other();
        let key = if other.is_asked() {
            "count-of-asked"
        } else {
            "count-of-all"
        };
        let (n, yes, no) = (
            other.n().to_string(),
            other.tally.yes.to_string(),
            other.no().to_string(),
        );
        let (yes_percent, no_percent) = (other.yes_percent(), other.no_percent());
        let values = [
            ("n", n.as_str()),
            ("yes", yes.as_str()),
            ("yes_percent", yes_percent.as_str()),
            ("no", no.as_str()),
            ("no_percent", no_percent.as_str()),
        ];
        notes.push(format!("{heading} {}", v.tn(key, &values)));
    }
    let reasons = if named { row.reasons.as_slice() } else { &[] };
    for part in row.parts(v).iter().chain(reasons) {
        notes.push(format!("{heading} {part}"));
    }
    if row.tally.no_answer > 0 {
        notes.push(format!(
            "{heading} {} {}",
            v.t("count-no-answer"),
            row.tally.no_answer
        ));
    }
    notes
}
