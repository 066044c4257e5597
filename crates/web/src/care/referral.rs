//! 紹介: the lists, the page of a case, its steps.

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_care::booking::{self, SlotView};
use renkei_care::referral::{
    self as case, ActForm, Command, DeclineReason, Event, ReferralView, Side, Step,
};
use renkei_care::work_list::{self, Listing, Row, Span};
use renkei_store::Failure;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Free times that a booking form offers at first.
const TIMES_OFFERED: usize = 12;
/// The same of each department, where any may take the case.
const TIMES_OF_EACH: usize = 4;
/// Free slots among which they are looked for: several may be at the same time.
const SLOTS_READ: usize = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListParams {
    side: String,
    over: String,
    after: String,
}

#[derive(Template)]
#[template(path = "care/referrals.html")]
struct Referrals<'a> {
    v: &'a Visit,
    side: Side,
    over: bool,
    list: Listing,
    /// What was looked for; empty for the lists.
    q: String,
}

/// `POST /referrals`: by a patient's name or a number, which so stay out of addresses.
pub(crate) async fn find(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let q = form.get("q").trim().to_owned();
    if q.is_empty() {
        return Ok(Redirect::to("/referrals").into_response());
    }
    let rows = work_list::find(&app.care, &v.ctx, &q).await?;
    page(&Referrals {
        v: &v,
        side: Side::Sender,
        over: false,
        list: Listing { rows, next: None },
        q,
    })
}

/// `GET /referrals?side=receiver&over=1`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<ListParams>,
) -> Result<Response, Answer> {
    let side = if params.side == "receiver" {
        Side::Receiver
    } else {
        Side::Sender
    };
    let over = params.over == "1";
    let span = if over { Span::Over } else { Span::Running };
    let cursor = Some(params.after.as_str()).filter(|text| !text.is_empty());
    let list = work_list::list(&app.care, &v.ctx, side, span, None, cursor).await?;
    page(&Referrals {
        v: &v,
        side,
        over,
        list,
        q: String::new(),
    })
}

impl Referrals<'_> {
    fn link(&self, side: &str, over: bool) -> String {
        format!("/referrals?side={side}&over={}", u8::from(over))
    }

    fn next(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("side", self.side.code());
        query.append_pair("over", if self.over { "1" } else { "0" });
        query.append_pair("after", cursor);
        format!("/referrals?{}", query.finish())
    }

    fn rows(&self) -> &[Row] {
        &self.list.rows
    }

    fn current(&self, side: &str, over: bool) -> bool {
        self.q.is_empty() && self.side.code() == side && self.over == over
    }
}

/// One case, with the form of the step that was refused, if one was.
#[derive(Template)]
#[template(path = "care/referral.html")]
struct CasePage<'a> {
    v: &'a Visit,
    c: ReferralView,
    /// Why the step was not taken, a text key.
    refused: Option<String>,
    /// It was sent to where nobody can sign in.
    absent: bool,
    /// Offered to who may book.
    slots: Vec<Times>,
    /// One's own, for who may choose the one that takes the case.
    departments: Vec<(Id, String)>,
    /// The step whose form is shown again.
    tried: String,
    form: Form,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "care/referral_part.html")]
struct CasePart<'a> {
    v: &'a Visit,
    c: ReferralView,
    slots: Vec<Times>,
    departments: Vec<(Id, String)>,
    tried: String,
    form: Form,
    faults: Faults,
}

/// `GET /referrals/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let shown = load(&app, &v, &id).await?;
    if v.fragment {
        let CasePage {
            v,
            c,
            slots,
            departments,
            tried,
            form,
            faults,
            ..
        } = shown;
        return page(&CasePart {
            v,
            c,
            slots,
            departments,
            tried,
            form,
            faults,
        });
    }
    page(&shown)
}

async fn load<'a>(app: &App, v: &'a Visit, id: &Id) -> Result<CasePage<'a>, Answer> {
    let c = case::view(&app.care, &v.ctx, id).await?;
    let departments = if chooses(&c) {
        super::slot::own_departments(app, v).await?
    } else {
        Vec::new()
    };
    let slots = if books(&c) {
        free(app, v, &c, &departments).await?
    } else {
        Vec::new()
    };
    let absent = waits_unseen(app, &c).await?;
    Ok(CasePage {
        v,
        c,
        refused: None,
        absent,
        slots,
        departments,
        tried: String::new(),
        form: Form::default(),
        faults: Faults::default(),
    })
}

/// Free times of one department.
#[derive(Debug)]
struct Times {
    /// Where there are several to choose from.
    department: Option<String>,
    slots: Vec<SlotView>,
}

/// The free times of the department that takes the case; where none does yet, of all that one has.
async fn free(
    app: &App,
    v: &Visit,
    c: &ReferralView,
    departments: &[(Id, String)],
) -> Result<Vec<Times>, Answer> {
    let whole = c
        .addressee
        .institution
        .clone()
        .map(|id| (id, String::new()));
    let (all, limit): (Vec<(Id, String)>, usize) = match &c.addressee.department {
        Some(department) => (vec![(department.clone(), String::new())], TIMES_OFFERED),
        None => (
            departments.iter().cloned().chain(whole).collect(),
            TIMES_OF_EACH,
        ),
    };
    let mut groups = Vec::new();
    for (id, name) in all {
        let found = booking::free_slots(&app.care, &v.ctx, &id, v.now(), SLOTS_READ).await?;
        let slots = times(found, limit);
        if !slots.is_empty() {
            let department = (!name.is_empty()).then_some(name);
            groups.push(Times { department, slots });
        }
    }
    Ok(groups)
}

/// One slot for each time, doctor and place, the first ones.
fn times(mut free: Vec<SlotView>, limit: usize) -> Vec<SlotView> {
    let mut seen = HashSet::new();
    free.retain(|slot| seen.insert((slot.start, slot.doctor.clone(), slot.place.clone())));
    free.truncate(limit);
    free
}

/// Whether a sent letter lies where nobody can sign in.
async fn waits_unseen(app: &App, c: &ReferralView) -> Result<bool, Answer> {
    match &c.addressee.institution {
        Some(id) if c.side == Some(Side::Sender) && c.state == case::State::Sent => {
            Ok(!app.access.has_desk(id).await?)
        }
        _ => Ok(false),
    }
}

/// Whether the caller may say which department takes the case.
fn chooses(c: &ReferralView) -> bool {
    c.side == Some(Side::Receiver) && (c.may(Step::Assign) || books(c))
}

fn books(c: &ReferralView) -> bool {
    c.may(Step::Book) || c.may(Step::Rebook)
}

/// `GET /referrals/{id}/steps/{step}`: a reload after a refusal, back to the case.
pub(crate) async fn back(
    State(app): State<App>,
    v: Visit,
    Path((id, _)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    case::view(&app.care, &v.ctx, &id).await?;
    Ok(Redirect::to(&format!("/referrals/{id}")).into_response())
}

/// `POST /referrals/{id}/steps/{step}`
pub(crate) async fn step(
    State(app): State<App>,
    v: Visit,
    Path((id, code)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let step = Step::from_code(&code).ok_or(Answer::NotFound)?;
    let refusal = match take(&app, &v, &id, step, &form).await {
        Ok(()) => return Ok(Redirect::to(&format!("/referrals/{id}#next")).into_response()),
        Err(Failure::Refused(refusal)) => refusal,
        Err(other) => return Err(other.into()),
    };
    // The case as it is now, with the reason and what was typed: nobody has to look for it again.
    let mut shown = load(&app, &v, &id).await?;
    shown.tried = code;
    shown.form = form;
    let status = match refusal {
        Refusal::Invalid(faults) => {
            shown.faults = Faults::new(faults);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::NotFound => return Err(Answer::NotFound),
        Refusal::Forbidden(key) => shown.refuse(key, StatusCode::FORBIDDEN),
        Refusal::NotNow(key) => shown.refuse(key, StatusCode::CONFLICT),
        Refusal::Conflict => shown.refuse("refuse-conflict-shown".to_owned(), StatusCode::CONFLICT),
    };
    page_with(status, &shown)
}

impl CasePage<'_> {
    fn refuse(&mut self, key: String, status: StatusCode) -> StatusCode {
        self.refused = Some(key);
        status
    }
}

async fn take(app: &App, v: &Visit, id: &Id, step: Step, form: &Form) -> Result<(), Failure> {
    let command = Command::parse(step, &typed(v, form))?;
    let seen = form.get("seen").parse().ok();
    case::act(&app.care, &v.ctx, id, seen, command).await?;
    Ok(())
}

fn typed(v: &Visit, form: &Form) -> ActForm {
    let text = |name| form.get(name).to_owned();
    ActForm {
        reason: text("reason"),
        text: text("text"),
        department: text("department"),
        early: text("early"),
        slot: text("slot"),
        date: super::slot::coming_day(form.get("date"), v.now().in_japan().date()),
        time: text("time"),
        minutes: text("minutes"),
        doctor: text("doctor"),
        place: text("place"),
    }
}

/// What the page and its part show alike.
macro_rules! case_helpers {
    ($name:ident) => {
        impl $name<'_> {
            /// Whether the step is offered.
            fn may(&self, code: &str) -> bool {
                Step::from_code(code).is_some_and(|step| self.c.may(step))
            }

            /// Whether it is the caller's side's turn.
            fn mine(&self) -> bool {
                self.c.holder.is_some() && self.c.holder == self.c.side
            }

            /// Whether the step is the one that usually comes next.
            fn leads(&self, code: &str) -> bool {
                match code {
                    "start-triage" => false,
                    "submit" => !self.may("send"),
                    "close" => !self.may("acknowledge"),
                    "arrive" => !self.may("book"),
                    _ => true,
                }
            }

            /// What the step's button says here.
            fn label(&self, code: &str) -> String {
                match code {
                    "arrive" if self.may("book") => "step-arrive-unbooked".to_owned(),
                    "close" if self.c.side == Some(Side::Sender) => "step-close-read".to_owned(),
                    "acknowledge" if self.c.state.is_booked() => {
                        "step-acknowledge-booked".to_owned()
                    }
                    "acknowledge" if self.c.state.is_replied() => {
                        "step-acknowledge-reply".to_owned()
                    }
                    _ => crate::say::step_key(code),
                }
            }

            /// Whether it is a plain button: nothing has to be asked first.
            fn is_plain(&self, code: &str) -> bool {
                self.may(code) && (code != "arrive" || self.c.early.is_none())
            }

            /// The department that a form offers first: what was chosen in it, else the one that has the case.
            fn is_department(&self, step: &str, id: &Id) -> bool {
                if self.tried == step {
                    return self.form.get("department") == id.as_str();
                }
                self.c.addressee.department.as_ref() == Some(id)
            }

            /// Name of the department that has the case, where it is not open any more.
            fn shut(&self) -> Option<&str> {
                let now = self.c.addressee.department.as_ref()?;
                let open = self.departments.iter().any(|(id, _)| id == now);
                (!open).then_some(self.c.addressee.department_name.as_str())
            }

            /// Whether another department has the case than the letter was written to.
            fn is_moved(&self) -> bool {
                let now = &self.c.addressee.department_name;
                !now.is_empty() && *now != self.c.asked_department
            }

            /// Whether the case is on the straight way, neither declined nor cancelled.
            fn on_track(&self) -> bool {
                stage_of(&self.c).is_some()
            }

            /// What the doctor wrote who gave the draft back, until it is handed in again.
            fn returned(&self) -> Option<&Event> {
                let last = self.c.timeline.last()?;
                (self.c.state.code() == "draft" && last.code == Step::Return.code()).then_some(last)
            }

            /// Where the letter is written again to somebody else, once this referral has come to nothing.
            fn again(&self) -> Option<String> {
                let over = matches!(self.c.state.code(), "declined" | "cancelled");
                let patient = self.c.patient.id.as_ref()?;
                let address = format!("/referrals/new?patient={patient}&from={}", self.c.case);
                (over && self.c.side == Some(Side::Sender)).then_some(address)
            }

            /// How it was cancelled, if it was.
            fn cancelled(&self) -> Option<&Event> {
                let over = self.c.state.code() == "cancelled";
                let mut events = self.c.timeline.iter().rev();
                events.find(|event| over && event.code == Step::Cancel.code())
            }

            fn any_step(&self) -> bool {
                !self.c.offers.is_empty()
            }

            fn reasons(&self) -> [DeclineReason; 7] {
                DeclineReason::ALL
            }

            fn track(&self) -> Vec<Stage> {
                track(&self.c)
            }

            /// The faults of a step's form, none for the others.
            fn faults_of(&self, step: &str) -> Faults {
                if self.tried == step {
                    self.faults.clone()
                } else {
                    Faults::default()
                }
            }

            fn typed_in(&self, step: &str, field: &str) -> &str {
                if self.tried == step {
                    self.form.get(field)
                } else {
                    ""
                }
            }

            fn sections(&self) -> Vec<(&'static str, &str)> {
                sections(&self.c)
            }
        }
    };
}
case_helpers!(CasePage);
case_helpers!(CasePart);

/// One stage of the bar on top of a case.
#[derive(Debug)]
struct Stage {
    key: &'static str,
    class: &'static str,
}

/// The straight way through the loop; what left it shows its own state beside.
const STAGES: [(&str, &[&str]); 7] = [
    ("stage-draft", &["draft", "ready"]),
    ("stage-sent", &["sent"]),
    ("stage-received", &["received", "triage"]),
    ("stage-accepted", &["accepted"]),
    ("stage-booked", &["booked", "rebooked"]),
    ("stage-arrived", &["arrived"]),
    (
        "stage-replied",
        &["replied-first", "replied-interim", "closed"],
    ),
];

fn stage_of(c: &ReferralView) -> Option<usize> {
    STAGES
        .iter()
        .position(|(_, states)| states.contains(&c.state.code()))
}

fn track(c: &ReferralView) -> Vec<Stage> {
    let at = stage_of(c);
    let class = |index: usize| match at {
        Some(now) if index < now => "done",
        Some(now) if index == now => "now",
        _ => "",
    };
    STAGES
        .iter()
        .enumerate()
        .map(|(index, (key, _))| Stage {
            key,
            class: class(index),
        })
        .collect()
}

/// The letter's texts with their headings, in the order of 様式11; what is empty is left out.
fn sections(c: &ReferralView) -> Vec<(&'static str, &str)> {
    let letter = &c.letter;
    [
        ("letter-purpose", &letter.purpose),
        ("letter-diagnosis", &letter.diagnosis),
        ("letter-past_history", &letter.past_history),
        ("letter-family_history", &letter.family_history),
        ("letter-course", &letter.course),
        ("letter-treatment", &letter.treatment),
        ("letter-remarks", &letter.remarks),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(key, text)| (key, text.as_str()))
    .collect()
}
