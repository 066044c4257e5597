//! The builder's buttons: sections and questions added, moved, copied, removed; and the steps of a version.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::limits::{LINE_CHARS, NOTE_CHARS};
use renkei_base::{Fault, Id, Refusal};
use renkei_gov::questionnaire::edit::Edit;
use renkei_gov::questionnaire::{Questionnaire, Words, act};
use renkei_store::Failure;

use super::view::One;
use super::{address, chosen};
use crate::error::{Answer, page_with};
use crate::form::Form;
use crate::state::App;
use crate::visit::{Visit, id};

/// `POST /questionnaires/{id}/edit`: `do` says what, `question.up.q3` or `section.add`.
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = id(&key)?;
    let done = match wanted(&form) {
        Ok(edit) => {
            let seen = form.get("revision").parse().unwrap_or_default();
            let touched = act::edit(&app.store, &v.ctx, &id, seen, &edit).await;
            touched.map(|touched| place(&id, &edit, &touched))
        }
        Err(refusal) => Err(refusal.into()),
    };
    finish(&app, &v, &id, done, Some(&form)).await
}

/// Where the hand was: a new question opens, what was moved is in sight.
fn place(id: &Id, edit: &Edit, touched: &str) -> String {
    let at = address(id);
    match edit {
        Edit::AddQuestion { .. } => format!("{at}/questions/{touched}"),
        Edit::MoveQuestion { .. } | Edit::CopyQuestion { .. } => format!("{at}#{touched}"),
        Edit::Head { .. } => at,
        _ => format!("{at}#section-{touched}"),
    }
}

fn wanted(form: &Form) -> Result<Edit, Refusal> {
    let parts: Vec<&str> = form.get("do").splitn(3, '.').collect();
    let at = |text: &str| text.parse::<usize>().map_err(|_| Refusal::Conflict);
    Ok(match *parts.as_slice() {
        ["head"] => Edit::Head {
            title: words(form, "title", LINE_CHARS)?,
            about: words(form, "about", 2 * NOTE_CHARS)?,
        },
        ["section", "add"] => Edit::AddSection,
        ["section", "save", place] => Edit::Section {
            at: at(place)?,
            label: line(form, "label", 20)?,
            title: words(form, "title", LINE_CHARS)?,
        },
        ["section", "up", place] => Edit::MoveSection {
            at: at(place)?,
            up: true,
        },
        ["section", "down", place] => Edit::MoveSection {
            at: at(place)?,
            up: false,
        },
        ["section", "copy", place] => Edit::CopySection { at: at(place)? },
        ["section", "remove", place] => Edit::RemoveSection { at: at(place)? },
        ["question", "add", place] => Edit::AddQuestion {
            section: at(place)?,
            kind: form.get("kind").to_owned(),
        },
        ["question", "up", id] => Edit::MoveQuestion {
            id: id.to_owned(),
            up: true,
        },
        ["question", "down", id] => Edit::MoveQuestion {
            id: id.to_owned(),
            up: false,
        },
        ["question", "copy", id] => Edit::CopyQuestion { id: id.to_owned() },
        ["question", "remove", id] => Edit::RemoveQuestion { id: id.to_owned() },
        _ => return Err(Refusal::NotFound),
    })
}

pub(super) fn line(form: &Form, name: &str, most: usize) -> Result<String, Refusal> {
    renkei_base::text::line(name, form.get(name), most)
        .map_err(|fault| Refusal::Invalid(vec![fault]))
}

/// Japanese in the field, English in `NAME-en`.
pub(super) fn words(form: &Form, name: &str, most: usize) -> Result<Words, Refusal> {
    let long = |name: &str| {
        let text = renkei_base::text::long_text(name, form.get(name))
            .map_err(|fault| Refusal::Invalid(vec![fault]))?;
        let length = renkei_base::text::char_count(&text);
        if length > most {
            let fault = Fault::new(name, "fault-too-long");
            let fault = fault.with("max", most).with("length", length);
            return Err(Refusal::Invalid(vec![fault]));
        }
        Ok(text)
    };
    Ok(Words::new(long(name)?, long(&format!("{name}-en"))?))
}

/// On to where it goes, or the questionnaire again with what was wrong.
async fn finish(
    app: &App,
    v: &Visit,
    id: &Id,
    done: Result<String, Failure>,
    typed: Option<&Form>,
) -> Result<Response, Answer> {
    let (mut faults, conflict) = match done {
        Ok(to) => return Ok(Redirect::to(&to).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => (faults, false),
        Err(Failure::Refused(Refusal::Conflict)) => (Vec::new(), true),
        Err(other) => return Err(other.into()),
    };
    let mut versions = act::versions(&app.store, &v.ctx, id).await?;
    let mut open = None;
    if let (Some(form), Some(draft)) = (typed, versions.first_mut())
        && !conflict
        && draft.is_draft()
    {
        open = keep(form, &mut draft.body, &mut faults);
    }
    let now = chosen(&versions, None)?;
    let status = if conflict {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = One::of(v, &versions, now).told(faults, conflict, open);
    page_with(status, &page)
}

/// Puts what was typed and refused into what is shown, and names the fields of its faults as the page does. Returns which
/// form stays open: `head`, or `section-N`.
fn keep(form: &Form, body: &mut Questionnaire, faults: &mut [Fault]) -> Option<String> {
    let raw = |name: &str| Words::new(form.get(name), form.get(&format!("{name}-en")));
    let parts: Vec<&str> = form.get("do").splitn(3, '.').collect();
    match *parts.as_slice() {
        ["head"] => {
            body.title = raw("title");
            body.about = raw("about");
            Some("head".to_owned())
        }
        ["section", "save", place] => {
            let at = place.parse::<usize>().ok()?;
            let section = body.sections.get_mut(at)?;
            form.get("label").clone_into(&mut section.label);
            section.title = raw("title");
            for fault in faults {
                fault.field = format!("{}-{at}", fault.field);
            }
            Some(format!("section-{at}"))
        }
        _ => None,
    }
}

/// `POST /questionnaires/{id}/steps/{step}`: finish, next, copy, retire, restore, discard.
pub(crate) async fn step(
    State(app): State<App>,
    v: Visit,
    Path((key, step)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let id = id(&key)?;
    let seen = form.get("revision").parse().unwrap_or_default();
    let version = form.get("version").parse().unwrap_or_default();
    let (store, ctx) = (&app.store, &v.ctx);
    let done: Result<String, Failure> = match step.as_str() {
        "finish" => act::finish(store, ctx, &id, seen, form.get("note"))
            .await
            .map(|()| address(&id)),
        "next" => act::next(store, ctx, &id).await.map(|_| address(&id)),
        "copy" => act::copy(store, ctx, &id, version)
            .await
            .map(|id| address(&id)),
        "retire" | "restore" => act::set_retired(store, ctx, &id, version, step == "retire")
            .await
            .map(|()| format!("{}?version={version}", address(&id))),
        "discard" => discard(&app, &v, &id, seen).await,
        _ => return Err(Answer::NotFound),
    };
    finish(&app, &v, &id, done, None).await
}

/// Of a first version nothing is left.
async fn discard(app: &App, v: &Visit, id: &Id, seen: i64) -> Result<String, Failure> {
    let versions = act::versions(&app.store, &v.ctx, id).await?;
    act::discard(&app.store, &v.ctx, id, seen).await?;
    Ok(if versions.len() > 1 {
        address(id)
    } else {
        "/questionnaires".to_owned()
    })
}
