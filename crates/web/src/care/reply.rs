//! 返書: written by anybody who cares for patients, released by a doctor.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Id, Refusal};
use renkei_care::attachment::AttachmentView;
use renkei_care::referral::{self as case, ReferralView, Step};
use renkei_care::reply::{self, ReplyForm, ReplyMeeting, ReplySaved};
use renkei_store::Failure;

use super::writing::{self, Marks, SavedPart, shown, typed};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "care/reply.html")]
struct ReplyPage<'a> {
    v: &'a Visit,
    c: ReferralView,
    form: Form,
    faults: Faults,
    /// What somebody else did meanwhile.
    marks: Marks,
    /// Why it was not taken, a text key.
    refused: Option<String>,
    /// What is shown was typed, and is not stored.
    unsaved: bool,
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
    if !c.may(Step::SaveReply) && !c.may(Step::Reply) {
        return Err(Refusal::not_now("refuse-no-reply-now").into());
    }
    Ok(stored(v, c))
}

fn stored(v: &Visit, c: ReferralView) -> ReplyPage<'_> {
    let (mut form, base) = match &c.reply_draft {
        Some(draft) => (shown(&draft.form), draft.version),
        None => (shown(&ReplyForm::default()), 0),
    };
    form.set("base", base.to_string());
    ReplyPage {
        v,
        c,
        form,
        faults: Faults::default(),
        marks: Marks::default(),
        refused: None,
        unsaved: false,
    }
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
            Err(Failure::Refused(Refusal::Conflict)) => unread(&app, &v, &id, base, form).await,
            Err(failure) => again(&app, &v, &id, form, failure).await,
        };
    }
    let saved = reply::save(&app.care, &v.ctx, &id, base, &typed(&form)).await;
    if v.fragment {
        let address = format!("/referrals/{id}/reply");
        return SavedPart::new(&v, "reply", id, base, saved)?.answer(&address);
    }
    after(&app, &v, &id, form, saved).await
}

/// What the pressed button wants after the save.
async fn after(
    app: &App,
    v: &Visit,
    id: &Id,
    form: Form,
    saved: Result<ReplySaved, Failure>,
) -> Result<Response, Answer> {
    let leaves = form.get("then") == "leave";
    match saved {
        Ok(ReplySaved::Merged(meeting)) if !leaves => merged(app, v, id, &meeting, &form).await,
        Ok(ReplySaved::Conflict(meeting)) => conflict(app, v, id, &meeting).await,
        Ok(_) => {
            let there = if leaves { "" } else { "/reply" };
            Ok(Redirect::to(&format!("/referrals/{id}{there}")).into_response())
        }
        Err(failure) => again(app, v, id, form, failure).await,
    }
}

/// Not released, since somebody else wrote meanwhile: what is stored now, or both texts. A doctor signs what was read.
async fn unread(app: &App, v: &Visit, id: &Id, base: u32, form: Form) -> Result<Response, Answer> {
    let saved = reply::save(&app.care, &v.ctx, id, base, &typed(&form)).await;
    after(app, v, id, form, saved).await
}

/// Stored together with what somebody else wrote.
async fn merged(
    app: &App,
    v: &Visit,
    id: &Id,
    meeting: &ReplyMeeting,
    form: &Form,
) -> Result<Response, Answer> {
    let mut shown = load(app, v, id).await?;
    shown.marks = Marks::of(meeting);
    shown.marks.waits = form.get("then") == "release";
    page(&shown)
}

/// Both wrote in one field: both are shown.
async fn conflict(
    app: &App,
    v: &Visit,
    id: &Id,
    meeting: &ReplyMeeting,
) -> Result<Response, Answer> {
    let mut page = load(app, v, id).await?;
    page.form = shown(&meeting.form);
    page.form.set("base", meeting.version.to_string());
    page.marks = Marks::of(meeting);
    page.marks.say("closes", |code| match code {
        "on" => v.t("reply-closes"),
        "more" => v.t("reply-more"),
        _ => v.t("reply-open"),
    });
    page.marks
        .say("kind", |code| v.t(&format!("reply-kind-{code}")));
    page.unsaved = true;
    page_with(StatusCode::CONFLICT, &page)
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
    if let Some((key, status)) = writing::refusal(&failure) {
        let key = match key.as_str() {
            // That text is of letters; a draft of a reply goes on the doctors' list.
            "refuse-needs-doctor" => "refuse-reply-needs-doctor".to_owned(),
            _ => key,
        };
        let mut page = stored(v, case::view(&app.care, &v.ctx, id).await?);
        page.form = form;
        page.refused = Some(key);
        page.unsaved = true;
        return page_with(status, &page);
    }
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => {
            let mut page = load(app, v, id).await?;
            page.form = form;
            page.faults = Faults::new(faults);
            page.unsaved = true;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        other => Err(other.into()),
    }
}

impl ReplyPage<'_> {
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
