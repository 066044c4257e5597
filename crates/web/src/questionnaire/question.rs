//! One question in the builder, with its preview beside it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Refusal};
use renkei_gov::questionnaire::act::{self, Version};
use renkei_gov::questionnaire::check::{check, number_faults};
use renkei_gov::questionnaire::edit::{Edit, Kept, digest};
use renkei_gov::questionnaire::{Class, Question, QuestionKind, Questionnaire};
use renkei_store::Failure;

use super::typed::{self, Sheet};
use super::{address, number};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::question::{Filled, Shown};
use crate::state::App;
use crate::visit::{Visit, id};

/// Kinds that a question can be turned into.
const KINDS: [&str; 7] = ["one", "many", "number", "date", "text", "file", "table"];

#[derive(Template)]
#[template(path = "questionnaire_question.html")]
struct FormPage<'a> {
    v: &'a Visit,
    now: &'a Version,
    kept: &'a Kept,
    /// As it is typed, whether it can be or not.
    question: &'a Question,
    sheet: Sheet,
    /// Of the question that is stored.
    was: String,
    faults: Faults,
    conflict: bool,
    shown: Shown<'a>,
    /// Questions that a condition can be about, with their numbers.
    before: Vec<(String, &'a Question)>,
}

impl FormPage<'_> {
    fn say<'w>(&self, words: &'w renkei_gov::questionnaire::Words) -> &'w str {
        words.say(self.v.lang())
    }

    fn action(&self) -> String {
        format!(
            "{}/questions/{}",
            address(&self.now.row.id),
            self.question.id
        )
    }

    /// Whether earlier versions bind its kind.
    fn bound(&self) -> bool {
        self.kept.kind(&self.question.id).is_some()
    }

    fn asked_when(&self, other: &str, choice: &str) -> bool {
        self.question
            .when
            .iter()
            .any(|when| when.question == other && when.any.iter().any(|one| one == choice))
    }

    fn has_condition(&self, other: &str) -> bool {
        self.question.when.iter().any(|when| when.question == other)
    }

    fn number(&self) -> String {
        number(&self.now.body, self.question)
    }

    fn is_kind(&self, code: &str) -> bool {
        self.question.kind.code() == code
    }

    fn kind_key(&self) -> String {
        format!("question-kind-{}", self.question.kind.code())
    }

    /// Name, value and key of the text of the fields of a number.
    fn number_fields(&self) -> [(&'static str, &str, &'static str); 5] {
        let sheet = &self.sheet;
        [
            ("unit", &sheet.unit.ja, "question-unit"),
            ("unit-en", &sheet.unit.en, "question-unit-english"),
            ("least", &sheet.least, "question-least-value"),
            ("most", &sheet.most, "question-most-value"),
            ("decimals", &sheet.decimals, "question-decimals-value"),
        ]
    }

    fn text_fields(&self) -> [(&'static str, &str, &'static str); 2] {
        [
            ("lines", &self.sheet.lines, "question-lines-value"),
            ("most", &self.sheet.most, "question-chars-value"),
        ]
    }

    fn explain_fields(&self) -> [(&'static str, &str, &'static str); 2] {
        let words = self.question.explain.as_ref();
        let (ja, en) = words.map_or(("", ""), |words| (&words.ja, &words.en));
        [
            ("explain-text", ja, "question-explain-what"),
            ("explain-text-en", en, "questionnaire-english-text"),
        ]
    }

    fn class_is(&self, class: &Option<Class>, code: &str) -> bool {
        typed::class_code(*class) == code
    }
}

fn form_page<'a>(
    v: &'a Visit,
    (now, kept): (&'a Version, &'a Kept),
    question: &'a Question,
    was: String,
) -> FormPage<'a> {
    let choosable = |(section, one): (&'a renkei_gov::Section, &'a Question)| {
        let choices = !one.kind.choices().is_empty();
        choices.then(|| (format!("{}{}", section.label, one.label), one))
    };
    let before = now
        .body
        .questions()
        .take_while(|(_, one)| one.id != question.id)
        .filter_map(choosable);
    FormPage {
        v,
        now,
        kept,
        question,
        sheet: Sheet::of(question),
        was,
        faults: Faults::default(),
        conflict: false,
        shown: Shown::new(v, &now.body, question, Filled::default()),
        before: before.collect(),
    }
}

/// The draft with its question, and what binds it.
async fn read(
    app: &App,
    v: &Visit,
    key: &str,
    question: &str,
) -> Result<(Version, Kept, Question), Answer> {
    let versions = act::versions(&app.store, &v.ctx, &id(key)?).await?;
    let mut versions = versions.into_iter();
    let now = versions.next().ok_or(Answer::NotFound)?;
    let there = now.body.question(question).cloned();
    let there = there.filter(|_| now.is_draft()).ok_or(Answer::NotFound)?;
    let kept = Kept::of(versions.map(|one| one.body));
    Ok((now, kept, there))
}

/// `GET /questionnaires/{id}/questions/{question}`
pub(crate) async fn show_one(
    State(app): State<App>,
    v: Visit,
    Path((key, question)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let (now, kept, question) = read(&app, &v, &key, &question).await?;
    let was = digest(&question);
    let shown = form_page(&v, (&now, &kept), &question, was);
    let faults = problems(&now.body, &kept, &question);
    page(&FormPage {
        faults: Faults::new(unless_new(&question, faults)),
        ..shown
    })
}

/// What is wrong with this question alone.
fn problems(body: &Questionnaire, kept: &Kept, question: &Question) -> Vec<Fault> {
    let all = check(body, kept).into_iter();
    all.filter(|fault| fault.field == question.id).collect()
}

/// A question without words has only just been added: no complaints yet.
fn unless_new(question: &Question, faults: Vec<Fault>) -> Vec<Fault> {
    if question.text.is_empty() {
        Vec::new()
    } else {
        faults
    }
}

/// `POST /questionnaires/{id}/questions/{question}`. `then`: `save`, `stay`, `more` (blank lines), `kind`.
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path((key, question)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let (now, kept, there) = read(&app, &v, &key, &question).await?;
    let (typed, mut faults) = typed::question(&form, &there, &kept);
    faults.extend(number_faults(&typed));
    let then = form.get("then");
    if matches!(then, "more" | "kind") {
        let mut shown = form_page(&v, (&now, &kept), &typed, form.get("was").to_owned());
        shown.sheet.more(&form);
        return page(&shown);
    }
    let done = if faults.is_empty() {
        let edit = Edit::Question {
            was: form.get("was").to_owned(),
            question: Box::new(typed.clone()),
        };
        let seen = now.row.revision;
        act::edit(&app.store, &v.ctx, &now.row.id, seen, &edit).await
    } else {
        Err(Refusal::Invalid(faults).into())
    };
    match done {
        Ok(id) if then == "stay" => {
            let to = format!("{}/questions/{id}", address(&now.row.id));
            Ok(Redirect::to(&to).into_response())
        }
        Ok(id) => Ok(Redirect::to(&format!("{}#{id}", address(&now.row.id))).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let was = form.get("was").to_owned();
            let again = FormPage {
                faults: Faults::new(faults),
                ..form_page(&v, (&now, &kept), &typed, was)
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        // What was typed stays; saving once more takes it in place of what the other one saved.
        Err(Failure::Refused(Refusal::Conflict)) => {
            let again = FormPage {
                conflict: true,
                ..form_page(&v, (&now, &kept), &typed, digest(&there))
            };
            page_with(StatusCode::CONFLICT, &again)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "questionnaire_question_shown.html")]
struct Part<'a> {
    v: &'a Visit,
    shown: Shown<'a>,
    problems: Faults,
}

/// `POST /questionnaires/{id}/questions/{question}/preview`: the preview of what is typed just now. Nothing is stored.
pub(crate) async fn preview_one(
    State(app): State<App>,
    v: Visit,
    Path((key, question)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let (mut now, kept, there) = read(&app, &v, &key, &question).await?;
    let (typed, mut faults) = typed::question(&form, &there, &kept);
    for section in &mut now.body.sections {
        for one in &mut section.questions {
            if one.id == typed.id {
                *one = typed.clone();
            }
        }
    }
    faults.extend(problems(&now.body, &kept, &typed));
    page(&Part {
        v: &v,
        shown: Shown::new(&v, &now.body, &typed, Filled::default()),
        problems: Faults::new(unless_new(&typed, faults)),
    })
}
