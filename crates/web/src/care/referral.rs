//! 紹介: the page of a case, and what is done on it.
//!
//! | file | holds |
//! |---|---|
//! | `list` | the long lists, and finding a case |
//! | `stage` | how far a case has come, and what its letter says |
//! | `step` | taking a step |
//! | `times` | free times: the first ones, and all of a week |
//! | `message` | a word to the other side |

mod list;
mod message;
mod stage;
mod step;
mod times;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use renkei_base::{Id, Micros};
use renkei_care::referral::{
    self as case, CancelReason, DeclineReason, Event, ReferralView, Side, Step,
};
use renkei_care::reply::ReplyView;

use self::stage::{Stage, sections, stage_of, track};
use self::times::{Times, free};
use crate::error::{Answer, page};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

pub(crate) use self::list::{find, list};
pub(crate) use self::message::{back as back_from_message, write as write_message};
pub(crate) use self::step::{back, step};
pub(crate) use self::times::show as show_times;

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
    let departments = departments(app, v, &c).await?;
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

/// One's own departments, for who may choose among them.
async fn departments(app: &App, v: &Visit, c: &ReferralView) -> Result<Vec<(Id, String)>, Answer> {
    match chooses(c) {
        true => super::slot::own_departments(app, v).await,
        false => Ok(Vec::new()),
    }
}

fn books(c: &ReferralView) -> bool {
    c.may(Step::Book) || c.may(Step::Rebook)
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
                    "acknowledge" if self.c.only_message => "step-acknowledge-message".to_owned(),
                    "acknowledge" if self.is_reply_let_be() => "step-acknowledge-unsent".to_owned(),
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

            /// Whether a reply to a closed case was begun, and need not go out.
            fn is_reply_let_be(&self) -> bool {
                let late = self.c.state == case::State::Closed && self.mine();
                late && self.c.side == Some(Side::Receiver)
            }

            /// What the button says that begins a reply, or goes on with it.
            fn reply_label(&self) -> &'static str {
                match self.c.state {
                    case::State::Closed => "step-write-late-reply",
                    _ if self.c.replies.is_empty() => "step-write-reply",
                    _ => "step-write-next-reply",
                }
            }

            /// A reply that was begun and cannot be gone on with here and now.
            fn shelved(&self) -> Option<&ReplyView> {
                let draft = self.c.reply_draft.as_ref();
                draft.filter(|_| !self.may("save-reply"))
            }

            /// The reasons to choose from; none where nobody else knows of the case.
            fn causes(&self, code: &str) -> &'static [CancelReason] {
                match Step::from_code(code) {
                    Some(step) if self.c.sent.is_some() => CancelReason::of(step),
                    _ => &[],
                }
            }

            /// The time that stands.
            fn booked_at(&self) -> Option<Micros> {
                let visit = self.c.appointment.as_ref();
                visit
                    .filter(|_| self.c.state.is_booked())
                    .map(|visit| visit.start)
            }

            /// Whether the patient came early, and the time was given back.
            fn is_given_back(&self) -> bool {
                let visit = self.c.appointment.as_ref();
                visit.is_some_and(|visit| visit.given_back)
            }

            /// Whether a typed time must be confirmed.
            fn is_beside(&self, step: &str) -> bool {
                self.faults_of(step).of("beside").is_some()
            }

            /// How the booking was taken back, until there is another.
            fn unbooked(&self) -> Option<&Event> {
                let gone = self.c.state == case::State::Accepted;
                let last = self.c.timeline.iter().rev().find(|event| {
                    event.code == Step::CancelBooking.code() || event.code == Step::Accept.code()
                });
                last.filter(|event| gone && event.code == Step::CancelBooking.code())
            }

            /// What the two sides wrote to each other, oldest first.
            fn messages(&self) -> Vec<&Event> {
                let all = self.c.timeline.iter();
                all.filter(|event| event.code == "message").collect()
            }

            /// Whether the caller's side wrote it.
            fn is_own(&self, event: &Event) -> bool {
                Some(event.side) == self.c.side
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
