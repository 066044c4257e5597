//! 返書: written by anybody who cares for patients, released by a doctor.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Id, Refusal};
use renkei_care::attachment::AttachmentView;
use renkei_care::referral::{self as case, ReferralView, Verb};
use renkei_care::reply::{self, ReplyForm, ReplySaved, ReplyView};
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

const FIELDS: [&str; 7] = [
    "diagnosis",
    "findings",
    "plan",
    "medication",
    "next_visit",
    "request",
    "closes",
];

#[derive(Template)]
#[template(path = "care/reply.html")]
struct ReplyPage<'a> {
    v: &'a Visit,
    c: ReferralView,
    form: Form,
    faults: Faults,
    conflict: Option<Box<ReplyView>>,
}

/// The answer to a save by itself.
#[derive(Template)]
#[template(path = "care/draft_saved.html")]
struct SavedPart<'a> {
    v: &'a Visit,
    base: u32,
    conflict: bool,
    faults: Faults,
    case: Id,
    files: Vec<AttachmentView>,
    /// Saved for the first time: from now on files can be attached.
    first: bool,
}

/// `GET /referrals/{id}/reply`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    page(&load(&app, &v, &id).await?)
}

async fn load<'a>(app: &App, v: &'a Visit, id: &Id) -> Result<ReplyPage<'a>, Answer> {
    let c = case::view(&app.care, &v.ctx, id).await?;
    if !c.may(Verb::SaveReply) && !c.may(Verb::Reply) {
        return Err(Refusal::not_now("refuse-no-reply-now").into());
    }
    let (mut form, base) = match &c.reply_draft {
        Some(draft) => (shown(&draft.form), draft.version),
        None => (shown(&ReplyForm::default()), 0),
    };
    form.set("base", base.to_string());
    Ok(ReplyPage {
        v,
        c,
        form,
        faults: Faults::default(),
        conflict: None,
    })
}

/// `POST /referrals/{id}/reply`: saves, or with `then=release` sends it to the referring institution.
pub(crate) async fn save(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let base = form.get("base").parse().unwrap_or_default();
    if form.get("then") == "release" && !v.fragment {
        let done = reply::release(&app.care, &v.ctx, &id, base, &typed(&form)).await;
        return match done {
            Ok(_) => Ok(Redirect::to(&format!("/referrals/{id}")).into_response()),
            Err(failure) => again(&app, &v, &id, form, failure).await,
        };
    }
    let saved = reply::save(&app.care, &v.ctx, &id, base, &typed(&form)).await;
    if v.fragment {
        return saved_part(&v, id, base, saved);
    }
    match saved {
        Ok(ReplySaved::Saved { .. }) => {
            let there = if form.get("then") == "leave" {
                ""
            } else {
                "/reply"
            };
            Ok(Redirect::to(&format!("/referrals/{id}{there}")).into_response())
        }
        Ok(ReplySaved::Conflict(theirs)) => conflict(&app, &v, &id, form, theirs).await,
        Err(failure) => again(&app, &v, &id, form, failure).await,
    }
}

fn saved_part(
    v: &Visit,
    case: Id,
    before: u32,
    saved: Result<ReplySaved, Failure>,
) -> Result<Response, Answer> {
    let (base, conflict, faults) = match saved {
        Ok(ReplySaved::Saved { version }) => (version, false, Faults::default()),
        Ok(ReplySaved::Conflict(_)) => (before, true, Faults::default()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => (before, false, Faults::new(faults)),
        Err(other) => return Err(other.into()),
    };
    page(&SavedPart {
        v,
        base,
        conflict,
        faults,
        case,
        files: Vec::new(),
        first: before == 0 && base != 0,
    })
}

impl SavedPart<'_> {
    fn attaches_to(&self) -> &'static str {
        "reply"
    }
}

/// The stored reply with what stands in its way.
pub(super) async fn with_faults(
    app: &App,
    v: &Visit,
    id: &Id,
    faults: Vec<Fault>,
) -> Result<Response, Answer> {
    let mut shown = load(app, v, id).await?;
    shown.faults = Faults::new(faults);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The form again with what was typed.
async fn again(
    app: &App,
    v: &Visit,
    id: &Id,
    form: Form,
    failure: Failure,
) -> Result<Response, Answer> {
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => {
            let mut page = load(app, v, id).await?;
            page.form = form;
            page.faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Released against an old version: show what is stored now beside what was typed.
        Failure::Refused(Refusal::Conflict) => {
            let stored = case::view(&app.care, &v.ctx, id).await?.reply_draft;
            match stored {
                Some(theirs) => conflict(app, v, id, form, Box::new(theirs)).await,
                None => Err(Refusal::Conflict.into()),
            }
        }
        other => Err(other.into()),
    }
}

async fn conflict(
    app: &App,
    v: &Visit,
    id: &Id,
    mut form: Form,
    theirs: Box<ReplyView>,
) -> Result<Response, Answer> {
    let mut page = load(app, v, id).await?;
    form.set("base", theirs.version.to_string());
    page.form = form;
    page.conflict = Some(theirs);
    page_with(StatusCode::CONFLICT, &page)
}

impl ReplyPage<'_> {
    fn theirs(&self, field: &str) -> Option<String> {
        let theirs = shown(&self.conflict.as_ref()?.form).get(field).to_owned();
        (theirs != self.form.get(field)).then_some(theirs)
    }

    fn attaches_to(&self) -> &'static str {
        "reply"
    }

    fn files(&self) -> &[AttachmentView] {
        self.c
            .reply_draft
            .as_ref()
            .map_or(&[], |draft| draft.attachments.as_slice())
    }
}

fn typed(form: &Form) -> ReplyForm {
    let text = |name| form.get(name).to_owned();
    ReplyForm {
        diagnosis: text("diagnosis"),
        findings: text("findings"),
        plan: text("plan"),
        medication: text("medication"),
        next_visit: text("next_visit"),
        request: text("request"),
        closes: text("closes"),
    }
}

fn shown(reply: &ReplyForm) -> Form {
    let values = [
        &reply.diagnosis,
        &reply.findings,
        &reply.plan,
        &reply.medication,
        &reply.next_visit,
        &reply.request,
        &reply.closes,
    ];
    Form::from_pairs(
        FIELDS
            .iter()
            .zip(values)
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    )
}
