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
    let viewed = Viewed::of(&app, &v, &code, &params).await?;
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
    let uncounted: Vec<&str> = uncounted.map(|sheet| sheet.name.as_str()).collect();
    let about = v.t(&format!("count-base-{}-about", viewed.base.code()));
    let mut notes = vec![viewed.about(v), about];
    if !uncounted.is_empty() {
        let count = uncounted.len().to_string();
        let names = uncounted.join("、");
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
        heading: format!("{}（{}）", v.t("count-table"), viewed.body.as_of),
        n: figures.counted().count().to_string(),
        notes,
        footnotes: rows.iter().flat_map(|row| footnotes(v, row)).collect(),
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
        label: row.label.chars().take(1).collect(),
        text: row.text.clone(),
        choice: row.choice.clone(),
        yes: row.tally.yes.to_string(),
        yes_percent: format!("{}%", row.yes_percent()),
        no: row.no().to_string(),
        no_percent: format!("{}%", row.no_percent()),
        rest: row.rest().to_string(),
    }
}

/// The other base of a conditional line, what was reclassified, who did not answer.
fn footnotes(v: &Visit, row: &Row) -> Vec<String> {
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
    if let Some((plain, over)) = row.yes_parts() {
        let (plain, over) = (plain.to_string(), over.to_string());
        let values = [("plain", plain.as_str()), ("over", over.as_str())];
        notes.push(format!(
            "{heading} {}",
            v.tn("count-overridden-parts", &values)
        ));
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
