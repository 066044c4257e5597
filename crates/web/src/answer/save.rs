//! Answers typed in the browser: saved by themselves while they are typed, or by a button.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_gov::answer::condition;
use renkei_gov::answer::input::Typed;
use renkei_gov::sheet::door::{self, Hand};
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry, Origin, Outcome, Saved, Sheet};
use renkei_store::Failure;

use super::sent::Sent;
use super::view::{self, Around, Noted, SheetPage};
use super::{address, refused};
use crate::error::{Answer, page, page_with};
use crate::form::Form;
use crate::question::Filled;
use crate::state::App;
use crate::visit::Visit;

/// `POST /surveys/{code}/answer/{respondent}`: saves; `then` says what comes after.
pub(crate) async fn save(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let then = sent.form.get("then").to_owned();
    let typed = typed(&sheet, &sent.form, then.strip_prefix("theirs."));
    let entries: Vec<Entry> = typed.iter().map(|(_, entry)| entry.clone()).collect();
    let manner = manner(&sheet, &v, sent.form.get("why"));
    let saved = sheet::save(&app.store, &v.ctx, place, &entries, &manner).await;
    let typed: BTreeMap<String, Filled> = typed
        .into_iter()
        .map(|(filled, entry)| (entry.question, filled))
        .collect();
    if v.fragment {
        return part(&app, &v, &sent.form, saved?).await;
    }
    match saved {
        Ok(saved) if saved.is_whole() => {
            after(&app, &v, place, &sent, &then, saved, &manner.why).await
        }
        Ok(saved) => {
            let noted = Noted::of(&saved, typed);
            let status = if noted.theirs.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::CONFLICT
            };
            let shown = SheetPage::of(&app, &v, saved.sheet, &noted, true).await?;
            page_with(status, &shown.because(&manner.why))
        }
        Err(Failure::Refused(refusal)) => {
            unsaved(&app, &v, place, typed, refusal, &manner.why).await
        }
        Err(other) => Err(other.into()),
    }
}

/// As whom the caller writes decides how the answers are marked.
fn manner(sheet: &Sheet, v: &Visit, why: &str) -> Manner {
    let origin = match door::hand(sheet, &v.ctx) {
        Ok(Hand::Owner) => Origin::Paper,
        _ => Origin::Browser,
    };
    Manner {
        origin,
        why: why.to_owned(),
        whole: false,
    }
}

/// The questions of a form, each with its fields and as an entry. `but` is left as it is stored.
pub(super) fn typed(sheet: &Sheet, form: &Form, but: Option<&str>) -> Vec<(Filled, Entry)> {
    let there = sheet.questionnaire.questions().filter(|(_, question)| {
        form.has(&format!("revision.{}", question.id)) && but != Some(question.id.as_str())
    });
    there
        .map(|(_, question)| {
            let filled = Filled::typed(question, form);
            let revision = form.get(&format!("revision.{}", question.id));
            let entry = Entry {
                question: question.id.clone(),
                revision: revision.parse().unwrap_or_default(),
                typed: Typed {
                    values: filled.values.clone(),
                    rows: filled.rows.clone(),
                    status: filled.status.clone(),
                    // A page that had no field for it leaves it as it is.
                    explanation: form
                        .has(&format!("explanation.{}", question.id))
                        .then(|| filled.explanation.clone()),
                },
            };
            let files = sheet.answers.get(&question.id);
            let files = Filled::of(files).files;
            (Filled { files, ..filled }, entry)
        })
        .collect()
}

/// Nothing could be stored: the page shows what was typed, and why.
async fn unsaved(
    app: &App,
    v: &Visit,
    (code, respondent): (&str, &Id),
    typed: BTreeMap<String, Filled>,
    refusal: Refusal,
    why: &str,
) -> Result<Response, Answer> {
    let (status, key, faults) = match refusal {
        Refusal::Invalid(faults) => (StatusCode::UNPROCESSABLE_ENTITY, None, faults),
        Refusal::NotNow(key) => (StatusCode::CONFLICT, Some(key), Vec::new()),
        Refusal::Forbidden(key) => (StatusCode::FORBIDDEN, Some(key), Vec::new()),
        other => return Err(other.into()),
    };
    let sheet = sheet::load(&app.store, &v.ctx, code, respondent).await?;
    let noted = Noted {
        typed,
        faults,
        unsaved: true,
        ..Noted::default()
    };
    let mut shown = SheetPage::of(app, v, sheet, &noted, true).await?;
    shown.refused = key;
    page_with(status, &shown.because(why))
}

/// What the pressed button wants after the save.
async fn after(
    app: &App,
    v: &Visit,
    place: (&str, &Id),
    sent: &Sent,
    then: &str,
    saved: Saved,
    why: &str,
) -> Result<Response, Answer> {
    if let Err(failure) = files(app, v, place, sent, why).await {
        return match failure {
            Failure::Refused(refusal) => refused(app, v, place, refusal).await,
            other => Err(other.into()),
        };
    }
    let (step, rest) = then.split_once('.').unwrap_or((then, ""));
    let (question, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let comment = sent.form.get("comment");
    let done = match step {
        "propose" | "submit" => match super::step::of(step, &sent.form) {
            Some(step) => sheet::submit::step(&app.store, &v.ctx, place, step, comment).await,
            None => Ok(()),
        },
        "back" => {
            let questions = [question.to_owned()];
            sheet::hand::give_back(&app.store, &v.ctx, place, &questions, "").await
        }
        "same" => {
            let atlas = app.areas.atlas();
            let from = (question, rest);
            let took = sheet::previous::take_over(&app.store, &atlas, &v.ctx, place, from).await;
            match took {
                Ok(took) if !took.is_whole() => {
                    Err(Failure::Refused(Refusal::Invalid(took.faults())))
                }
                took => took.map(|_| ()),
            }
        }
        _ => Ok(()),
    };
    match done {
        Ok(()) => {
            let edit = if saved.sheet.is_open(&v.ctx) {
                ""
            } else {
                "?edit=1"
            };
            let edit = if matches!(step, "propose" | "submit" | "leave") {
                ""
            } else {
                edit
            };
            let to = format!("{}{edit}#{question}", address(place.0, place.1));
            Ok(Redirect::to(to.trim_end_matches('#')).into_response())
        }
        Err(Failure::Refused(refusal)) => refused(app, v, place, refusal).await,
        Err(other) => Err(other.into()),
    }
}

/// Documents that came with the form, and those that go.
async fn files(
    app: &App,
    v: &Visit,
    place: (&str, &Id),
    sent: &Sent,
    why: &str,
) -> Result<(), Failure> {
    for (name, blob) in sent.form.pairs() {
        if let Some(question) = name.strip_prefix("drop.") {
            sheet::file::detach(&app.store, &v.ctx, place, question, blob, why).await?;
        }
    }
    for file in &sent.files {
        if let Some(question) = file.field.strip_prefix("file.") {
            let document = (file.name.as_str(), file.bytes.clone());
            sheet::file::attach(&app.store, &v.ctx, place, question, document, why).await?;
        }
    }
    Ok(())
}

/// What the script is told of a question.
struct Told {
    id: String,
    revision: i64,
    /// `stored`, `taken`, `conflict`, `fault`.
    state: &'static str,
    /// The fault as text.
    text: String,
    /// The question anew.
    html: String,
}

/// The answer to a save by itself.
#[derive(Template)]
#[template(path = "survey/answer_saved.html")]
struct SavedPart<'a> {
    v: &'a Visit,
    told: Vec<Told>,
    not_asked: String,
    answered: usize,
    asked: usize,
    stored: bool,
}

/// `seen` of the form says which revisions the page has: `a1:3 a2:0`. What is newer comes with the answer.
async fn part(app: &App, v: &Visit, form: &Form, saved: Saved) -> Result<Response, Answer> {
    let around = Around::of(app, v, &saved.sheet, true).await?;
    let seen: BTreeMap<&str, i64> = form
        .get("seen")
        .split(' ')
        .filter_map(|one| one.split_once(':'))
        .filter_map(|(id, revision)| Some((id, revision.parse().ok()?)))
        .collect();
    let sheet = &saved.sheet;
    let mut told = Vec::new();
    for (_, question) in sheet.questionnaire.questions() {
        let id = question.id.as_str();
        let revision = sheet.revision(id);
        let mut noted = Noted::default();
        let (state, text) = match saved.outcome(id) {
            Some(Outcome::Stored) => ("stored", String::new()),
            Some(Outcome::Faults(faults)) => {
                let text = faults.iter().map(|fault| v.fault(fault));
                ("fault", text.collect::<Vec<_>>().join(" "))
            }
            Some(Outcome::Conflict(theirs)) => {
                let filled = Filled::typed(question, form);
                noted.typed.insert(id.to_owned(), filled);
                noted.theirs.insert(id.to_owned(), theirs.clone());
                ("conflict", String::new())
            }
            Some(Outcome::Taken) => ("taken", String::new()),
            None if seen.get(id).is_some_and(|seen| *seen < revision) => ("taken", String::new()),
            None => continue,
        };
        if state == "taken" {
            noted.taken.push(id.to_owned());
        }
        let anew = matches!(state, "taken" | "conflict");
        told.push(Told {
            id: id.to_owned(),
            revision,
            state,
            text,
            html: match anew {
                true => view::question(v, sheet, &around, question, &noted)?,
                false => String::new(),
            },
        });
    }
    let (answered, asked) = condition::progress(&sheet.questionnaire, &sheet.answers);
    let ids = condition::asked(&sheet.questionnaire, &sheet.answers);
    let not_asked: Vec<&str> = sheet
        .questionnaire
        .questions()
        .map(|(_, question)| question.id.as_str())
        .filter(|id| !ids.contains(id))
        .collect();
    page(&SavedPart {
        v,
        stored: saved.is_whole(),
        told,
        not_asked: not_asked.join(" "),
        answered,
        asked,
    })
}
