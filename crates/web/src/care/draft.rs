//! 紹介状を書く: a form that saves itself, and shows both texts when two people write.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Id, Refusal};
use renkei_care::Priority;
use renkei_care::attachment::AttachmentView;
use renkei_care::patient::{self, PatientView};
use renkei_care::referral::{
    self as case, Command, DraftForm, DraftMeeting, DraftSaved, Side, Step,
};
use renkei_store::Failure;
use serde::Deserialize;

use super::addressee::{self, Addressee};
use super::medication::Medication;
use super::writing::{self, Marks, SavedPart};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewParams {
    patient: String,
    /// A referral of one's own to write again to somebody else.
    from: String,
}

#[derive(Template)]
#[template(path = "care/draft.html")]
struct DraftPage<'a> {
    v: &'a Visit,
    case: Id,
    patient: PatientView,
    form: Form,
    faults: Faults,
    addressee: Addressee,
    medication: Medication,
    files: Vec<AttachmentView>,
    /// What somebody else did meanwhile.
    marks: Marks,
    /// Why it was not taken, a text key.
    refused: Option<String>,
    /// What is shown was typed, and is not stored.
    unsaved: bool,
    /// Whether the caller may approve and send.
    sends: bool,
}

/// `GET /referrals/new?patient=&from=`
pub(crate) async fn new(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<NewParams>,
) -> Result<Response, Answer> {
    let Ok(patient) = params.patient.parse::<Id>() else {
        return Ok(Redirect::to("/patients").into_response());
    };
    let patient = patient::view(&app.care, &v.ctx, &patient).await?;
    let letter = match params.from.parse::<Id>() {
        Ok(before) => letter_again(&app, &v, &before, &patient).await?,
        Err(_) => DraftForm::default(),
    };
    let mut form = shown(&letter);
    form.set("patient", params.patient);
    form.set("base", "0");
    page(&DraftPage {
        v: &v,
        case: v.ctx.ids.id(),
        patient,
        form,
        faults: Faults::default(),
        addressee: Addressee::default(),
        medication: Medication::of(&letter),
        files: Vec::new(),
        marks: Marks::default(),
        refused: None,
        unsaved: false,
        sends: v.has_role("doctor"),
    })
}

/// The texts of a letter that one's institution has written for the patient, without its addressee.
async fn letter_again(
    app: &App,
    v: &Visit,
    before: &Id,
    patient: &PatientView,
) -> Result<DraftForm, Answer> {
    let before = case::view(&app.care, &v.ctx, before).await?;
    if before.side != Some(Side::Sender) || before.patient.id != patient.id {
        return Err(Answer::NotFound);
    }
    Ok(DraftForm {
        addressee: String::new(),
        department: String::new(),
        addressee_doctor: String::new(),
        ..before.letter
    })
}

/// `GET /referrals/{id}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    page(&stored(&app, &v, &id).await?)
}

/// The form of a draft that is stored.
async fn stored<'a>(app: &App, v: &'a Visit, id: &Id) -> Result<DraftPage<'a>, Answer> {
    let c = case::view(&app.care, &v.ctx, id).await?;
    if !c.may(Step::SaveDraft) {
        return Err(Refusal::not_now("refuse-letter-sent").into());
    }
    let mut form = shown(&c.letter);
    form.set("base", c.version.to_string());
    let addressee = addressee::of(app, v, &form).await?;
    Ok(DraftPage {
        v,
        case: id.clone(),
        patient: c.patient,
        medication: Medication::of(&c.letter),
        form,
        faults: Faults::default(),
        addressee,
        files: c.attachments,
        marks: Marks::default(),
        refused: None,
        unsaved: false,
        sends: v.has_role("doctor"),
    })
}

/// `GET /referrals/{id}/draft`: a reload after a refusal, back to the form.
pub(crate) async fn back(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    case::view(&app.care, &v.ctx, &id).await?;
    Ok(Redirect::to(&format!("/referrals/{id}/edit")).into_response())
}

/// `POST /referrals/{id}/draft`: saves; `then` says what comes after.
pub(crate) async fn save(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let base = form.get("base").parse().unwrap_or_default();
    let outcome = case::save_draft(&app.care, &v.ctx, &id, base, &typed(&form)).await;
    if v.fragment {
        return saved_part(&app, &v, id, base, outcome).await;
    }
    match outcome {
        Ok(DraftSaved::Saved { version }) => after(&app, &v, &id, version, &form).await,
        Ok(DraftSaved::Merged(meeting)) => merged(&app, &v, &id, &meeting, &form).await,
        Ok(DraftSaved::Conflict(meeting)) => conflict(&app, &v, id, form, &meeting).await,
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let faults = Faults::new(faults);
            let page = again(&app, &v, id, form, faults, Marks::default()).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(failure) => refused(&app, &v, id, form, failure).await,
    }
}

/// The form again, with what was typed, where the letter may not be written any more.
async fn refused(
    app: &App,
    v: &Visit,
    id: Id,
    form: Form,
    failure: Failure,
) -> Result<Response, Answer> {
    let Some((key, status)) = writing::refusal(&failure) else {
        return Err(failure.into());
    };
    let mut page = again(app, v, id, form, Faults::default(), Marks::default()).await?;
    page.refused = Some(key);
    page_with(status, &page)
}

async fn saved_part(
    app: &App,
    v: &Visit,
    case: Id,
    before: u32,
    outcome: Result<DraftSaved, Failure>,
) -> Result<Response, Answer> {
    let address = format!("/referrals/{case}/edit");
    let mut part = SavedPart::new(v, "letter", case, before, outcome)?;
    let chosen = ["addressee", "department", "addressee_doctor"];
    if let Some(form) = chosen.iter().find_map(|field| part.taken(field)).cloned() {
        part.push(addressee::part_of(app, v, form).await?);
    }
    if let Some(form) = part.taken("medication") {
        let medication = Medication::of(&writing::typed(form));
        part.push(medication.part(v)?);
    }
    part.answer(&address)
}

/// Stored together with what somebody else wrote: both are shown, and a button that wants to send waits until they are read.
async fn merged(
    app: &App,
    v: &Visit,
    id: &Id,
    meeting: &DraftMeeting,
    form: &Form,
) -> Result<Response, Answer> {
    if form.get("then") == "leave" {
        return Ok(Redirect::to(&format!("/referrals/{id}")).into_response());
    }
    let mut shown = stored(app, v, id).await?;
    shown.marks = Marks::of(meeting);
    shown.marks.waits = matches!(form.get("then"), "send" | "submit");
    page(&shown)
}

/// Both wrote in one field: both are shown, and saving again is a choice made with both in view.
async fn conflict(
    app: &App,
    v: &Visit,
    id: Id,
    form: Form,
    meeting: &DraftMeeting,
) -> Result<Response, Answer> {
    let mut marks = Marks::of(meeting);
    // Two who corrected the lines of one text see lines.
    if meeting.theirs.medication == meeting.form.medication {
        marks.say("medication", |_| meeting.theirs.medication_lines.join("\n"));
    }
    let theirs = addressee::of(app, v, &shown(&meeting.theirs)).await?;
    marks.say("addressee", |_| theirs.name());
    marks.say("department", |id| theirs.department(id));
    marks.say("priority", |code| v.t(&format!("priority-{code}")));
    let mut both = shown(&meeting.form);
    both.set("patient", form.get("patient"));
    both.set("base", meeting.version.to_string());
    let page = again(app, v, id, both, Faults::default(), marks).await?;
    page_with(StatusCode::CONFLICT, &page)
}

/// What the pressed button wants after the save.
async fn after(
    app: &App,
    v: &Visit,
    id: &Id,
    version: u32,
    form: &Form,
) -> Result<Response, Answer> {
    let command = match form.get("then") {
        "submit" => Command::Submit,
        "send" => Command::Send,
        "find" => {
            let mut shown = stored(app, v, id).await?;
            shown.form.set("q", form.get("q"));
            shown.addressee = addressee::of(app, v, &shown.form).await?;
            return page(&shown);
        }
        "split" => {
            let mut shown = stored(app, v, id).await?;
            shown.medication = Medication::anew(&typed(&shown.form));
            shown.unsaved = true;
            return page(&shown);
        }
        "leave" => return Ok(Redirect::to(&format!("/referrals/{id}")).into_response()),
        _ => return Ok(Redirect::to(&format!("/referrals/{id}/edit")).into_response()),
    };
    match case::act(&app.care, &v.ctx, id, Some(version), command).await {
        Ok(_) => Ok(Redirect::to(&format!("/referrals/{id}")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => with_faults(app, v, id, faults).await,
        Err(other) => Err(other.into()),
    }
}

/// The stored draft with what stands in its way.
pub(super) async fn with_faults(
    app: &App,
    v: &Visit,
    id: &Id,
    faults: Vec<Fault>,
) -> Result<Response, Answer> {
    let mut shown = stored(app, v, id).await?;
    shown.faults = Faults::new(faults);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The form again, with what was typed, and with what stands in the way.
async fn again<'a>(
    app: &App,
    v: &'a Visit,
    id: Id,
    form: Form,
    faults: Faults,
    marks: Marks,
) -> Result<DraftPage<'a>, Answer> {
    let patient = crate::visit::id(form.get("patient"))?;
    let patient = patient::view(&app.care, &v.ctx, &patient).await?;
    let addressee = addressee::of(app, v, &form).await?;
    let files = if form.get("base") == "0" {
        Vec::new()
    } else {
        case::view(&app.care, &v.ctx, &id).await?.attachments
    };
    Ok(DraftPage {
        v,
        case: id,
        patient,
        medication: Medication::of(&typed(&form)),
        form,
        faults,
        addressee,
        files,
        marks,
        refused: None,
        unsaved: true,
        sends: v.has_role("doctor"),
    })
}

impl DraftPage<'_> {
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }

    fn is_chosen(&self, id: &Id) -> bool {
        self.addressee.is(id)
    }

    fn attaches_to(&self) -> &'static str {
        "letter"
    }

    fn is_stored(&self) -> bool {
        self.form.get("base") != "0"
    }
}

fn typed(form: &Form) -> DraftForm {
    DraftForm {
        patient: form.get("patient").to_owned(),
        addressee: addressee::chosen(form).to_owned(),
        ..writing::typed(form)
    }
}

fn shown(letter: &DraftForm) -> Form {
    let mut form = writing::shown(letter);
    form.set("patient", letter.patient.clone());
    form
}
