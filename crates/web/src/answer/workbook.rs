//! The form as a workbook: made, brought back, looked at, taken.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_base::{Fault, Refusal};
use renkei_gov::answer::input::Typed;
use renkei_gov::questionnaire::{Question, QuestionKind};
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry, Origin, Sheet};
use renkei_gov::workbook::{self, Difference, layout};
use renkei_report::form as report;
use renkei_store::Failure;

use super::sent::Sent;
use super::{address, answered, beside, refused, save, view};
use crate::error::{Answer, page, page_with};
use crate::form::Form;
use crate::question::only_if;
use crate::state::App;
use crate::visit::Visit;

/// `GET /surveys/{code}/answer/{respondent}/form.xlsx`
pub(crate) async fn form(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let form = made(&v, &sheet);
    let made = tokio::task::spawn_blocking(move || report::form(&form)).await;
    let bytes = made.map_err(|_| Answer::Broken)?.map_err(|error| {
        tracing::error!(%error, "a form failed");
        Answer::Broken
    })?;
    let file = format!("{}-{code}.xlsx", sheet.row.name);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_DISPOSITION,
            crate::care::document::disposition(&file),
        ),
    ];
    Ok((headers, bytes).into_response())
}

fn made(v: &Visit, sheet: &Sheet) -> report::Form {
    let hint = |question: &Question| hint(v, sheet, question);
    let rows = workbook::rows(&sheet.questionnaire, &sheet.answers, v.lang(), &hint);
    let cell = |cell: workbook::FormCell| report::FormCell {
        text: cell.text,
        choices: cell.choices,
        locked: cell.locked,
        lines: cell.lines,
    };
    let row = |row: workbook::FormRow| report::FormRow {
        look: match row.look {
            workbook::Look::Section => report::FormLook::Section,
            workbook::Look::Question => report::FormLook::Question,
            workbook::Look::Part => report::FormLook::Part,
            workbook::Look::Columns => report::FormLook::Columns,
            workbook::Look::Explanation => report::FormLook::Explanation,
        },
        id: row.id,
        revision: row.revision,
        number: row.number,
        text: row.text,
        hint: row.hint,
        cells: row.cells.into_iter().map(cell).collect(),
    };
    let about = workbook::preview::about(sheet).rows();
    let until = v.t1("survey-until", "day", v.last_day(sheet.row.closes));
    let headings = ["number", "question", "hint", "answer"];
    report::Form {
        sheet: layout::SHEET.to_owned(),
        title: crate::survey::title(v, sheet.survey()),
        notes: vec![
            format!("{}  {until}", sheet.row.name),
            v.t("answer-form-how"),
            v.t("answer-no-patients"),
        ],
        headings: headings.map(|one| v.t(&format!("answer-form-{one}"))),
        id: layout::HEADING.to_owned(),
        rows: rows.into_iter().map(row).collect(),
        about: (
            layout::ABOUT.to_owned(),
            about.map(|(name, value)| (name.to_owned(), value)).into(),
        ),
    }
}

/// How a question is filled in.
fn hint(v: &Visit, sheet: &Sheet, question: &Question) -> String {
    let lang = v.lang();
    let mut hints = only_if(v, &sheet.questionnaire, question);
    if question.required {
        hints.push(v.t("required"));
    }
    match &question.kind {
        QuestionKind::One { .. } => hints.push(v.t("answer-form-one")),
        QuestionKind::Many { .. } => hints.push(v.t("answer-form-many")),
        QuestionKind::Number {
            unit,
            least,
            most,
            decimals,
        } => {
            let bounds = match (least, most) {
                (Some(least), Some(most)) => {
                    let values = [("least", least.as_str()), ("most", most.as_str())];
                    v.tn("question-range", &values)
                }
                (Some(least), None) => v.t1("question-least", "least", least),
                (None, Some(most)) => v.t1("question-most", "most", most),
                (None, None) => String::new(),
            };
            let digits = match decimals {
                0 => v.t("question-whole"),
                more => v.t1("question-decimals", "digits", more),
            };
            let parts = [unit.say(lang), &bounds, &digits];
            let parts: Vec<&str> = parts.into_iter().filter(|one| !one.is_empty()).collect();
            hints.push(parts.join(" "));
        }
        QuestionKind::Date => hints.push(v.t("question-date-hint")),
        QuestionKind::Text { most, .. } => hints.push(v.t1("question-chars", "most", most)),
        QuestionKind::File { .. } => hints.push(v.t("answer-form-file")),
        QuestionKind::Table { .. } => hints.push(v.t("answer-form-table")),
    }
    let definition = question.definition.say(lang);
    if !definition.is_empty() {
        hints.push(definition.to_owned());
    }
    hints.join("\n")
}

#[derive(Template)]
#[template(path = "survey/answer_workbook.html")]
struct Looked<'a> {
    v: &'a Visit,
    base: String,
    sheet: Sheet,
    lines: Vec<Line>,
    faults: Vec<Fault>,
    /// The sheet was handed in: a reason goes with the change.
    needs_why: bool,
}

struct Line {
    number: String,
    there: String,
    file: String,
    one: Difference,
    /// Names and values of the fields with what was typed.
    fields: Vec<(String, String)>,
}

/// `POST /surveys/{code}/answer/{respondent}/workbook`: what a filled form would change. Nothing is stored.
pub(crate) async fn upload(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let file = sent.files.into_iter().find(|file| file.field == "workbook");
    let bytes = file.map(|file| file.bytes).unwrap_or_default();
    let looked = workbook::preview(&app.store, &v.ctx, place, bytes).await;
    let looked = match looked {
        Ok(looked) => looked,
        Err(Failure::Refused(refusal)) => return refused(&app, &v, place, refusal).await,
        Err(other) => return Err(other.into()),
    };
    let line = |one: Difference| Line {
        number: view::number(&looked.sheet, &one.question),
        there: beside::said(&v, &looked.sheet, &one.question, &one.there),
        file: beside::said(&v, &looked.sheet, &one.question, &one.file),
        fields: fields(&looked.sheet, &one),
        one,
    };
    let status = match looked.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let shown = Looked {
        v: &v,
        base: address(&code, &respondent),
        lines: looked.differences.into_iter().map(line).collect(),
        faults: looked.faults,
        needs_why: looked.sheet.state().counts(),
        sheet: looked.sheet,
    };
    if status == StatusCode::OK {
        page(&shown)
    } else {
        page_with(status, &shown)
    }
}

/// The fields that a question's form would have with what the file says.
fn fields(sheet: &Sheet, one: &Difference) -> Vec<(String, String)> {
    let id = &one.question;
    let Typed {
        values,
        rows,
        status,
        explanation,
    } = &one.typed;
    let mut fields = vec![
        (format!("revision.{id}"), one.revision.to_string()),
        (format!("status.{id}"), status.clone()),
    ];
    if let Some(explanation) = explanation {
        fields.push((format!("explanation.{id}"), explanation.clone()));
    }
    for value in values {
        fields.push((format!("answer.{id}"), value.clone()));
    }
    let question = sheet.questionnaire.question(id);
    if let Some(QuestionKind::Table { columns, .. }) = question.map(|question| &question.kind) {
        for (number, row) in rows.iter().enumerate() {
            for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                let name = format!("cell.{id}.{number}.{}", column.id);
                fields.push((name, cell.clone()));
            }
        }
    }
    fields
}

/// `POST /surveys/{code}/answer/{respondent}/workbook/take`: stores what was looked at, all or nothing.
pub(crate) async fn take(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let entries: Vec<Entry> = save::typed(&sheet, &form, None)
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| form.holds("take", &entry.question))
        .collect();
    let manner = Manner {
        origin: Origin::Workbook,
        why: form.get("why").to_owned(),
        whole: true,
    };
    let saved = sheet::save(&app.store, &v.ctx, place, &entries, &manner).await;
    let taken = saved.and_then(|saved| match saved.is_whole() {
        true => Ok(()),
        // Somebody wrote while this was looked at: the file is brought again, and shows what is there now.
        false => Err(Refusal::not_now("refuse-workbook-newer").into()),
    });
    answered(&app, &v, place, taken).await
}
