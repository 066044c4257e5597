//! 紹介状を書く: a form that saves itself, and shows both texts when two people write.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Id, Refusal};
use renkei_care::Priority;
use renkei_care::attachment::AttachmentView;
use renkei_care::letter::split_medication;
use renkei_care::patient::{self, PatientView};
use renkei_care::referral::{
    self as case, Command, DraftConflict, DraftForm, DraftSaved, Side, Verb,
};
use renkei_store::Failure;
use serde::Deserialize;

use super::addressee::{self, Addressee};
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
    lines: Vec<String>,
    files: Vec<AttachmentView>,
    /// What somebody else wrote meanwhile.
    conflict: Option<Box<DraftConflict>>,
    /// Whether the caller may approve and send.
    sends: bool,
}

/// The answer to a save by itself: when, and the version that the next save stands on.
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

#[derive(Template)]
#[template(path = "care/medication_lines.html")]
struct Lines<'a> {
    v: &'a Visit,
    lines: Vec<String>,
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
        lines: letter.medication_lines,
        files: Vec::new(),
        conflict: None,
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
    if !c.may(Verb::SaveDraft) {
        return Err(Refusal::not_now("refuse-letter-sent").into());
    }
    let mut form = shown(&c.letter);
    form.set("base", c.version.to_string());
    let addressee = addressee::of(app, v, &form).await?;
    Ok(DraftPage {
        v,
        case: id.clone(),
        patient: c.patient,
        lines: c.letter.medication_lines.clone(),
        form,
        faults: Faults::default(),
        addressee,
        files: c.attachments,
        conflict: None,
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
        return saved_part(&v, id, base, outcome);
    }
    match outcome {
        Ok(DraftSaved::Saved { version }) => after(&app, &v, &id, version, &form).await,
        Ok(DraftSaved::Conflict(conflict)) => {
            again(&app, &v, id, form, Faults::default(), Some(conflict)).await
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            again(&app, &v, id, form, Faults::new(faults), None).await
        }
        Err(other) => Err(other.into()),
    }
}

fn saved_part(
    v: &Visit,
    case: Id,
    before: u32,
    outcome: Result<DraftSaved, Failure>,
) -> Result<Response, Answer> {
    let (base, conflict, faults) = match outcome {
        Ok(DraftSaved::Saved { version }) => (version, false, Faults::default()),
        // The base stays old, so that nothing overwrites before a person has looked at both.
        Ok(DraftSaved::Conflict(_)) => (before, true, Faults::default()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => (before, false, Faults::new(faults)),
        Err(other) => return Err(other.into()),
    };
    let first = before == 0 && base != 0;
    // A page loaded again shows this draft, and does not begin another.
    let address = first.then(|| format!("/referrals/{case}/edit"));
    let part = page(&SavedPart {
        v,
        base,
        conflict,
        faults,
        case,
        files: Vec::new(),
        first,
    })?;
    Ok((address.map(|address| [("HX-Replace-Url", address)]), part).into_response())
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
async fn again(
    app: &App,
    v: &Visit,
    id: Id,
    mut form: Form,
    faults: Faults,
    conflict: Option<Box<DraftConflict>>,
) -> Result<Response, Answer> {
    let patient = crate::visit::id(form.get("patient"))?;
    let patient = patient::view(&app.care, &v.ctx, &patient).await?;
    if let Some(conflict) = &conflict {
        // Saving again is now a choice made with both texts in view; what only the other wrote is not lost by it.
        form.set("base", conflict.version.to_string());
        keep_theirs(&mut form, &shown(&conflict.theirs), &conflict.differs);
    }
    let addressee = addressee::of(app, v, &form).await?;
    let files = if form.get("base") == "0" {
        Vec::new()
    } else {
        case::view(&app.care, &v.ctx, &id).await?.attachments
    };
    let shown = DraftPage {
        v,
        case: id,
        patient,
        lines: form.all("medication_lines").to_vec(),
        form,
        faults,
        addressee,
        files,
        conflict,
        sends: v.has_role("doctor"),
    };
    page_with(StatusCode::CONFLICT, &shown)
}

/// Fields that were left empty take what the other wrote.
fn keep_theirs(form: &mut Form, theirs: &Form, differs: &[&'static str]) {
    for field in differs {
        if form.get(field).trim().is_empty() {
            form.set(field, theirs.get(field));
        }
    }
}

/// `POST /referrals/medication`: the pasted text as lines to confirm. By POST, since it is a patient's.
pub(crate) async fn medication(v: Visit, form: Form) -> Result<Response, Answer> {
    let lines = split_medication(form.get("medication"));
    page(&Lines { v: &v, lines })
}

impl SavedPart<'_> {
    fn attaches_to(&self) -> &'static str {
        "letter"
    }
}

impl DraftPage<'_> {
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }

    /// What the other person wrote in a field that differs.
    fn theirs(&self, field: &str) -> Option<String> {
        let conflict = self.conflict.as_ref()?;
        let differs = conflict.differs.contains(&field);
        differs.then(|| shown(&conflict.theirs).get(field).to_owned())
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
    let text = |name| form.get(name).to_owned();
    DraftForm {
        patient: text("patient"),
        addressee: addressee::chosen(form).to_owned(),
        department: text("department"),
        addressee_doctor: text("addressee_doctor"),
        priority: text("priority"),
        purpose: text("purpose"),
        diagnosis: text("diagnosis"),
        course: text("course"),
        past_history: text("past_history"),
        family_history: text("family_history"),
        treatment: text("treatment"),
        medication: text("medication"),
        medication_lines: form.all("medication_lines").to_vec(),
        remarks: text("remarks"),
    }
}

fn shown(letter: &DraftForm) -> Form {
    let values = [
        ("patient", &letter.patient),
        ("addressee", &letter.addressee),
        ("department", &letter.department),
        ("addressee_doctor", &letter.addressee_doctor),
        ("priority", &letter.priority),
        ("purpose", &letter.purpose),
        ("diagnosis", &letter.diagnosis),
        ("course", &letter.course),
        ("past_history", &letter.past_history),
        ("family_history", &letter.family_history),
        ("treatment", &letter.treatment),
        ("medication", &letter.medication),
        ("remarks", &letter.remarks),
    ];
    let lines = letter
        .medication_lines
        .iter()
        .map(|line| ("medication_lines".to_owned(), line.clone()));
    Form::from_pairs(
        values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .chain(lines),
    )
}
