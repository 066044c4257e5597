//! What was handed in, as PDF.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use renkei_base::{Lang, Micros, Refusal};
use renkei_gov::answer::condition;
use renkei_gov::questionnaire::{Question, Section};
use renkei_gov::sheet::{self, Sheet};
use renkei_report as report;

use super::address;
use crate::error::Answer;
use crate::look::Look;
use crate::question::words;
use crate::say::letter_day;
use crate::state::App;
use crate::visit::Visit;

/// `GET /surveys/{code}/answer/{respondent}/receipt.pdf`: once the sheet has been handed in.
pub(crate) async fn pdf(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    if !sheet.state().counts() {
        return Err(Refusal::not_now("refuse-sheet-not-submitted").into());
    }
    let by = match &sheet.row.submitted_by {
        Some(account) => app.store.account(account).await?,
        None => None,
    };
    let name = by.map(|account| account.name).unwrap_or_default();
    let receipt = document(&app, &v, &sheet, &name);
    let done = tokio::task::spawn_blocking(move || report::receipt(&receipt)).await;
    let bytes = done.map_err(|_| Answer::Broken)?.map_err(|error| {
        tracing::error!(%error, "a receipt failed");
        Answer::Broken
    })?;
    let file = format!("{}-{code}.pdf", sheet.row.name);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/pdf"),
        ),
        (
            header::CONTENT_DISPOSITION,
            crate::care::document::disposition(&file),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// What is printed are the answers as they stand: when the last of them was corrected, or nothing.
fn corrected(v: &Visit, sheet: &Sheet, submitted: Micros) -> String {
    let all = sheet.questionnaire.questions();
    let moments = all.filter_map(|(_, one)| Some(sheet.answer_row(&one.id)?.answered_at));
    match moments.max().filter(|last| *last > submitted) {
        Some(last) => {
            let when = format!("{} {}", letter_day(last), v.clock(last));
            v.t1("answer-receipt-corrected", "when", when)
        }
        None => String::new(),
    }
}

/// Documents are in Japanese.
fn document(app: &App, v: &Visit, sheet: &Sheet, by: &str) -> report::Receipt {
    let mut v = v.clone();
    v.ctx.lang = Lang::Ja;
    v.look = Look::default();
    let survey = sheet.survey();
    let at = sheet.row.submitted_at.unwrap_or(sheet.row.updated_at);
    let asked = condition::asked(&sheet.questionnaire, &sheet.answers);
    let line = |question: &Question| {
        let answer = sheet.answers.get(&question.id);
        let said = words(
            &v,
            question,
            answer.filter(|answer| answer.says_something()),
        );
        let asked = asked.contains(question.id.as_str());
        report::ReceiptLine {
            number: question.label.clone(),
            text: question.text.ja.clone(),
            answer: match (asked, said.is_empty()) {
                (false, _) => v.t("answer-receipt-not-asked"),
                (true, true) => v.t("answer-receipt-blank"),
                (true, false) => said,
            },
            explanation: answer.map_or(String::new(), |answer| answer.explanation.clone()),
        }
    };
    let section = |section: &Section| report::ReceiptSection {
        label: section.label.clone(),
        title: section.title.ja.clone(),
        lines: section.questions.iter().map(line).collect(),
    };
    report::Receipt {
        stamp: report::Stamp {
            number: survey.code.clone(),
            url: Some(format!(
                "{}{}",
                app.config.base_url,
                address(&survey.code, &sheet.row.respondent)
            )),
            day: at.in_japan().date(),
            draft: false,
            sample: app.demo.is_some(),
        },
        title: survey.title.clone(),
        as_of: survey.as_of.clone(),
        respondent: sheet.row.name.clone(),
        owner: crate::survey::name(app, &survey.owner),
        state: v.t(&format!("sheet-state-{}", sheet.state().code())),
        submitted: format!(
            "{} {}　{by}{}",
            letter_day(at),
            v.clock(at),
            corrected(&v, sheet, at)
        ),
        digest: sheet.digest(),
        sections: sheet.questionnaire.sections.iter().map(section).collect(),
        note: v.t("answer-receipt-note"),
    }
}
