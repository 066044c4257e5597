//! 予約: slots of a department and the appointments in them. A slot is never given twice.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::Care;

/// Whether a slot can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    Free,
    Booked,
    Withdrawn,
}

impl SlotState {
    /// The message key is `slot-` and this.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Booked => "booked",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A slot as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    pub id: Id,
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
    pub state: SlotState,
    /// The case that has it, where the caller may see that.
    pub case: Option<Id>,
}

/// An appointment as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentView {
    pub id: Id,
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
    /// FHIR appointment status: `booked`, `arrived`, `cancelled`.
    pub status: String,
    pub by: String,
    pub at: Micros,
}

/// The form that opens slots, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct OpeningForm {
    /// HealthcareService id.
    pub department: String,
    /// First and last day, typed freely.
    pub from: String,
    pub to: String,
    /// `mon`, `tue`, … `sun`; all days from Monday to Friday when none is given.
    pub weekdays: Vec<String>,
    /// Times or ranges, separated by blanks or commas: `9:00-11:00, 14:30`.
    pub times: String,
    /// Length of one slot, 5–240.
    pub minutes: String,
    /// How many patients at the same time, 1–20; 1 when empty.
    pub capacity: String,
    pub doctor: String,
    pub place: String,
}

/// How many slots an opening made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenedSlots {
    pub made: usize,
    /// Were there already, or lie in the past.
    pub skipped: usize,
}

/// At most this many slots in one opening.
pub const OPENING_SLOTS: usize = 2_000;

/// Opens slots of a department of the caller's institution. The same opening twice makes nothing twice.
///
/// # Errors
/// `Invalid` with faults that name the fields of [`OpeningForm`]; `Forbidden`; `NotFound` for a department of others.
pub async fn open_slots(
    _care: &Care,
    _ctx: &Ctx,
    _form: &OpeningForm,
) -> Result<OpenedSlots, Failure> {
    crate::text::unbuilt()
}

/// All slots of a department of the caller's institution in `[from, to)`, by time, with the cases that have them.
///
/// # Errors
/// `NotFound` for a department of others.
pub async fn slots(
    _care: &Care,
    _ctx: &Ctx,
    _department: &Id,
    _from: Micros,
    _to: Micros,
) -> Result<Vec<SlotView>, Failure> {
    crate::text::unbuilt()
}

/// The first free slots of any department from a time on.
pub async fn free_slots(
    _care: &Care,
    _ctx: &Ctx,
    _department: &Id,
    _from: Micros,
    _limit: usize,
) -> Result<Vec<SlotView>, Failure> {
    crate::text::unbuilt()
}

/// Withdraws a free slot of the caller's institution. Twice is once.
///
/// # Errors
/// `NotNow` where it is booked, `NotFound`, `Forbidden`.
pub async fn withdraw(_care: &Care, _ctx: &Ctx, _slot: &Id) -> Result<(), Failure> {
    crate::text::unbuilt()
}
