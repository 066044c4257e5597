//! A step with its content.

use renkei_base::clock::Span;
use renkei_base::{Fault, Id, Micros, Refusal};

use super::{CancelReason, DeclineReason, Step};
use crate::civil;
use crate::text::Check;

/// A time that is booked without having been opened as a slot before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSlot {
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
    /// The department that it is of, where that is not the case's.
    pub department: Option<Id>,
    /// Wanted although the same doctor is booked then.
    pub confirmed: bool,
}

/// Which time is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    /// A free slot of one's institution; its department takes the case.
    Slot(Id),
    /// A new time.
    New(NewSlot),
}

/// A step of [`super::act()`]. Drafts and replies have their own functions, since they carry texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Submit,
    Return {
        text: String,
    },
    Send,
    Receive,
    StartTriage,
    Assign {
        department: Id,
    },
    Accept {
        department: Option<Id>,
        text: String,
    },
    Decline {
        reason: DeclineReason,
        text: String,
    },
    Book(Time),
    Rebook(Time),
    CancelBooking {
        reason: CancelReason,
        text: String,
    },
    /// `early`: the patient came before the day of the appointment.
    Arrive {
        early: bool,
    },
    UndoArrive {
        text: String,
    },
    Close,
    Acknowledge,
    /// Once it was sent, with a reason.
    Cancel {
        reason: Option<CancelReason>,
        text: String,
    },
}

/// The fields of every step's form, as typed; each step reads its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ActForm {
    /// `decline`: code of a [`DeclineReason`]; `cancel-booking`, `cancel`: of a [`CancelReason`].
    pub reason: String,
    /// `return`, `accept`, `decline`, `cancel-booking`, `undo-arrive`, `cancel`: a text for the other side (for `return`: for the drafter).
    pub text: String,
    /// `assign`, `accept`, `book`, `rebook`: id of a department of one's own; empty where it stays as it is.
    pub department: String,
    /// `arrive`: not empty where the patient came before the day of the appointment.
    pub early: String,
    /// `book`, `rebook`: id of a free slot; when empty, a new time from the fields below.
    pub slot: String,
    /// A date, typed freely.
    pub date: String,
    /// `10:30`
    pub time: String,
    /// Length in minutes; 15 when empty.
    pub minutes: String,
    pub doctor: String,
    pub place: String,
    /// Not empty where a new time is wanted although the same doctor is booked then.
    pub beside: String,
}

impl Command {
    pub const fn step(&self) -> Step {
        match self {
            Self::Submit => Step::Submit,
            Self::Return { .. } => Step::Return,
            Self::Send => Step::Send,
            Self::Receive => Step::Receive,
            Self::StartTriage => Step::StartTriage,
            Self::Assign { .. } => Step::Assign,
            Self::Accept { .. } => Step::Accept,
            Self::Decline { .. } => Step::Decline,
            Self::Book(_) => Step::Book,
            Self::Rebook(_) => Step::Rebook,
            Self::CancelBooking { .. } => Step::CancelBooking,
            Self::Arrive { .. } => Step::Arrive,
            Self::UndoArrive { .. } => Step::UndoArrive,
            Self::Close => Step::Close,
            Self::Acknowledge => Step::Acknowledge,
            Self::Cancel { .. } => Step::Cancel,
        }
    }

    /// Code of the reason that comes with it, or empty.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Decline { reason, .. } => reason.code(),
            Self::CancelBooking { reason, .. }
            | Self::Cancel {
                reason: Some(reason),
                ..
            } => reason.code(),
            _ => "",
        }
    }

    /// From a posted form.
    ///
    /// # Errors
    /// `Invalid` with faults that name the fields of [`ActForm`]; `NotFound` for steps that are no step of `act`
    /// (`save-draft`, `save-reply`, `reply`).
    pub fn parse(step: Step, form: &ActForm) -> Result<Self, Refusal> {
        let mut check = Check::default();
        let text = check.long("text", &form.text);
        let command = match step {
            Step::Submit => Self::Submit,
            Step::Return => Self::Return { text },
            Step::Send => Self::Send,
            Step::Receive => Self::Receive,
            Step::StartTriage => Self::StartTriage,
            Step::Assign => Self::Assign {
                department: chosen(form)?,
            },
            Step::Accept => Self::Accept {
                department: check.kept(department(form)),
                text,
            },
            Step::Decline => Self::Decline {
                reason: declines(&mut check, form, &text),
                text,
            },
            Step::Book => Self::Book(time(&mut check, form)),
            Step::Rebook => Self::Rebook(time(&mut check, form)),
            Step::CancelBooking => {
                let reason = cancels(&mut check, step, form, &text);
                if reason.is_none() && form.reason.is_empty() {
                    check.fault(Fault::new("reason", "fault-required"));
                }
                let reason = reason.unwrap_or(CancelReason::Other);
                Self::CancelBooking { reason, text }
            }
            Step::Arrive => Self::Arrive {
                early: !form.early.is_empty(),
            },
            Step::UndoArrive => {
                check.require("text", &text);
                Self::UndoArrive { text }
            }
            Step::Close => Self::Close,
            Step::Acknowledge => Self::Acknowledge,
            Step::Cancel => Self::Cancel {
                reason: cancels(&mut check, step, form, &text),
                text,
            },
            Step::SaveDraft | Step::SaveReply | Step::Reply => return Err(Refusal::NotFound),
        };
        check.done()?;
        Ok(command)
    }
}

/// `None` where none is said, or one that the step does not know.
fn cancels(check: &mut Check, step: Step, form: &ActForm, text: &str) -> Option<CancelReason> {
    if form.reason.is_empty() {
        return None;
    }
    let reason = CancelReason::from_code(&form.reason);
    let Some(reason) = reason.filter(|reason| CancelReason::of(step).contains(reason)) else {
        check.fault(Fault::new("reason", "fault-unknown-code"));
        return None;
    };
    if reason == CancelReason::Other {
        check.require("text", text);
    }
    Some(reason)
}

fn declines(check: &mut Check, form: &ActForm, text: &str) -> DeclineReason {
    let Some(reason) = DeclineReason::from_code(&form.reason) else {
        let key = if form.reason.is_empty() {
            "fault-required"
        } else {
            "fault-unknown-code"
        };
        check.fault(Fault::new("reason", key));
        return DeclineReason::Other;
    };
    if reason == DeclineReason::Other {
        check.require("text", text);
    }
    reason
}

/// A department that may be left open.
fn department(form: &ActForm) -> Result<Option<Id>, Fault> {
    if form.department.is_empty() {
        return Ok(None);
    }
    let id = form.department.parse();
    id.map(Some)
        .map_err(|_| Fault::new("department", "fault-department-unknown"))
}

fn chosen(form: &ActForm) -> Result<Id, Refusal> {
    let id = department(form).map_err(|fault| Refusal::Invalid(vec![fault]))?;
    id.ok_or(Refusal::fault("department", "fault-required"))
}

fn time(check: &mut Check, form: &ActForm) -> Time {
    if !form.slot.is_empty() {
        if let Ok(id) = form.slot.parse() {
            return Time::Slot(id);
        }
        check.fault(Fault::new("slot", "fault-slot-unknown"));
    } else if form.date.trim().is_empty() && form.time.trim().is_empty() {
        check.fault(Fault::new("", "fault-slot-choose"));
        return Time::New(NewSlot {
            start: Micros::default(),
            end: Micros::default(),
            doctor: String::new(),
            place: String::new(),
            department: None,
            confirmed: false,
        });
    }
    Time::New(new_slot(check, form))
}

fn new_slot(check: &mut Check, form: &ActForm) -> NewSlot {
    let day = check.kept(civil::day("date", &form.date).map(Some));
    let clock = check.kept(civil::clock("time", &form.time).map(Some));
    let minutes = check.kept(civil::number("minutes", &form.minutes, 15, 5..=480));
    let start = day
        .zip(clock)
        // What no instant can hold is far beyond every limit.
        .map(|(day, clock)| Micros::from_japan(day.to_datetime(clock)).unwrap_or(Micros::NEVER));
    let start = start.unwrap_or_default();
    NewSlot {
        start,
        end: Micros(start.0.saturating_add(Span::minutes(minutes).0)),
        doctor: check.line("doctor", &form.doctor),
        place: check.line("place", &form.place),
        department: check.kept(department(form)),
        confirmed: !form.beside.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(step: Step, form: &ActForm) -> String {
        format!("{:?}", Command::parse(step, form))
    }

    #[test]
    fn a_time_is_typed_freely() {
        let form = ActForm {
            date: "R8.12.3".to_owned(),
            time: "１０時半".to_owned(),
            ..ActForm::default()
        };
        let Ok(Command::Book(Time::New(slot))) = Command::parse(Step::Book, &form) else {
            panic!()
        };
        assert_eq!(slot.start.to_fhir(), "2026-12-03T01:30:00.000000Z");
        assert_eq!(slot.end - slot.start, Span::minutes(15));
    }

    #[test]
    fn faults_name_their_fields() {
        let form = ActForm {
            date: "2026-02-30".to_owned(),
            time: "25:00".to_owned(),
            minutes: "x".to_owned(),
            reason: "nope".to_owned(),
            ..ActForm::default()
        };
        insta::assert_snapshot!(parsed(Step::Book, &form), @r#"Err(Invalid([Fault { field: "date", key: "fault-date-no-such-day", args: [("year", "2026"), ("month", "2"), ("day", "30"), ("last", "28")] }, Fault { field: "time", key: "fault-time", args: [] }, Fault { field: "minutes", key: "fault-number-range", args: [("min", "5"), ("max", "480")] }]))"#);
        insta::assert_snapshot!(parsed(Step::Decline, &form), @r#"Err(Invalid([Fault { field: "reason", key: "fault-unknown-code", args: [] }]))"#);
        let other = ActForm {
            reason: "other".to_owned(),
            ..ActForm::default()
        };
        insta::assert_snapshot!(parsed(Step::Decline, &other), @r#"Err(Invalid([Fault { field: "text", key: "fault-required", args: [] }]))"#);
        insta::assert_snapshot!(parsed(Step::Cancel, &other), @r#"Err(Invalid([Fault { field: "text", key: "fault-required", args: [] }]))"#);
        insta::assert_snapshot!(parsed(Step::CancelBooking, &ActForm::default()), @r#"Err(Invalid([Fault { field: "reason", key: "fault-required", args: [] }]))"#);
        // What only the program itself says.
        let moved = ActForm {
            reason: "department".to_owned(),
            ..ActForm::default()
        };
        insta::assert_snapshot!(parsed(Step::CancelBooking, &moved), @r#"Err(Invalid([Fault { field: "reason", key: "fault-unknown-code", args: [] }]))"#);
    }
}
