//! A step with its content.

use renkei_base::{Fault, Id, Micros, Refusal};

use super::Verb;

/// Why a hospital says no. The message key is `decline-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    /// 空きがない
    NoCapacity,
    /// 診療の対象外
    OutOfScope,
    /// 専門の医師がいない
    NoSpecialist,
    /// 他の医療機関が適当
    OtherInstitution,
    /// 情報が足りない
    InsufficientInformation,
    /// 二重の紹介
    Duplicate,
    /// その他 (with a text)
    Other,
}

impl DeclineReason {
    pub const ALL: [Self; 7] = [
        Self::NoCapacity,
        Self::OutOfScope,
        Self::NoSpecialist,
        Self::OtherInstitution,
        Self::InsufficientInformation,
        Self::Duplicate,
        Self::Other,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCapacity => "no-capacity",
            Self::OutOfScope => "out-of-scope",
            Self::NoSpecialist => "no-specialist",
            Self::OtherInstitution => "other-institution",
            Self::InsufficientInformation => "insufficient-information",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A time that is booked without having been opened as a slot before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSlot {
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
}

/// Which time is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    /// A free slot of the department.
    Slot(Id),
    /// A new time.
    New(NewSlot),
}

/// A step of [`super::act()`]. Drafts and replies have their own functions, since they carry texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Submit,
    Return { text: String },
    Send,
    Receive,
    StartTriage,
    Accept { text: String },
    Decline { reason: DeclineReason, text: String },
    Book(Time),
    Rebook(Time),
    CancelBooking { text: String },
    Arrive,
    Close,
    Acknowledge,
    Cancel { text: String },
}

/// The fields of every step's form, as typed; each step reads its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ActForm {
    /// `decline`: code of a [`DeclineReason`].
    pub reason: String,
    /// `return`, `accept`, `decline`, `cancel-booking`, `cancel`: a text for the other side (for `return`: for the drafter).
    pub text: String,
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
}

impl Command {
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Submit => Verb::Submit,
            Self::Return { .. } => Verb::Return,
            Self::Send => Verb::Send,
            Self::Receive => Verb::Receive,
            Self::StartTriage => Verb::StartTriage,
            Self::Accept { .. } => Verb::Accept,
            Self::Decline { .. } => Verb::Decline,
            Self::Book(_) => Verb::Book,
            Self::Rebook(_) => Verb::Rebook,
            Self::CancelBooking { .. } => Verb::CancelBooking,
            Self::Arrive => Verb::Arrive,
            Self::Close => Verb::Close,
            Self::Acknowledge => Verb::Acknowledge,
            Self::Cancel { .. } => Verb::Cancel,
        }
    }

    /// From a posted form.
    ///
    /// # Errors
    /// `Invalid` with faults that name the fields of [`ActForm`]; `NotFound` for verbs that are no step of `act`
    /// (`save-draft`, `save-reply`, `reply`).
    pub fn parse(_verb: Verb, _form: &ActForm) -> Result<Self, Refusal> {
        Err(Refusal::Invalid(vec![Fault::new("", "fault-unbuilt")]))
    }
}
