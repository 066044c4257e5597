//! 診療情報提供書 and 予約票: what their PDFs need, and the lines of a medication text.

use renkei_base::{Ctx, Id, Micros, Refusal, medication};
use renkei_fhir::composition::Mode;
use renkei_store::Failure;

use crate::document::{Further, further};
use crate::patient::PatientView;
use crate::referral::case::Case;
use crate::referral::draft;
use crate::referral::view::asked_department;
use crate::{Care, Party, Priority, attachment, booking, party};

/// A letter of referral in plain strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterData {
    pub case: Id,
    /// 紹介番号; empty on a draft.
    pub number: String,
    /// Day of sending; of the last change on a draft.
    pub date: Micros,
    pub draft: bool,
    pub to: Party,
    pub from: Party,
    pub patient: PatientView,
    pub priority: Priority,
    pub purpose: String,
    pub diagnosis: String,
    pub past_history: String,
    pub family_history: String,
    pub course: String,
    pub treatment: String,
    pub medication: Vec<String>,
    pub remarks: String,
    /// What a letter from outside says beyond these.
    pub further: Vec<Further>,
    /// Titles of the attachments.
    pub attachments: Vec<String>,
    pub drafted_by: String,
    /// Empty on a draft.
    pub approved_by: String,
}

/// 予約票 in plain strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketData {
    pub case: Id,
    pub number: String,
    pub patient: PatientView,
    /// Where to go; `doctor` is whom the appointment is with.
    pub at: Party,
    /// Where in the building.
    pub place: String,
    pub start: Micros,
    pub end: Micros,
    /// Who referred.
    pub from: Party,
    /// Who made the appointment, and when.
    pub booked_by: String,
    pub booked_at: Micros,
}

/// The letter of a case.
///
/// # Errors
/// `NotFound`.
pub async fn letter(care: &Care, ctx: &Ctx, case: &Id) -> Result<LetterData, Failure> {
    let case = Case::load(care, ctx, case, "referral.letter").await?;
    let (mut from, mut to) = party::parties(care, ctx, &case).await?;
    // As it was written, whichever department takes it now.
    to.department_name = asked_department(&case);
    let letter = &case.letter.view;
    if let Some(sent) = letter.date().filter(|_| letter.is_final()) {
        party::as_of(care, ctx, &mut from, sent).await?;
        party::as_of(care, ctx, &mut to, sent).await?;
    }
    let form = draft::form_of(&case);
    let medication = form.medication_now();
    let name = |mode| {
        letter
            .attester(mode)
            .map_or("", |(name, _)| name)
            .to_owned()
    };
    Ok(LetterData {
        case: case.id.clone(),
        number: case.task.view.number().to_owned(),
        date: letter.date().unwrap_or(case.letter.stored.updated),
        draft: !letter.is_final(),
        to,
        from,
        patient: PatientView::of(&case.patient.view, case.patient.stored.version, ctx.at),
        priority: case.priority(),
        purpose: form.purpose,
        diagnosis: form.diagnosis,
        past_history: form.past_history,
        family_history: form.family_history,
        course: form.course,
        treatment: form.treatment,
        medication,
        remarks: form.remarks,
        further: further(&case),
        attachments: attachment::titles(&case, attachment::Of::Letter),
        drafted_by: name(Mode::Drafted),
        approved_by: name(Mode::Approved),
    })
}

/// The ticket of a case's appointment.
///
/// # Errors
/// `NotFound`, also where nothing is booked.
pub async fn ticket(care: &Care, ctx: &Ctx, case: &Id) -> Result<TicketData, Failure> {
    let case = Case::load(care, ctx, case, "referral.ticket").await?;
    let held = case.appointment().ok_or(Refusal::NotFound)?;
    let booked = booking::appointment_view(&case, held).ok_or(Refusal::NotFound)?;
    let (from, mut at) = party::parties(care, ctx, &case).await?;
    at.doctor.clone_from(&booked.doctor);
    Ok(TicketData {
        case: case.id.clone(),
        number: case.task.view.number().to_owned(),
        patient: PatientView::of(&case.patient.view, case.patient.stored.version, ctx.at),
        at,
        place: booked.place,
        start: booked.start,
        end: booked.end,
        from,
        booked_by: booked.by,
        booked_at: booked.at,
    })
}

/// Splits a pasted medication text into lines to confirm: one drug with its dose and usage each.
pub fn split_medication(text: &str) -> Vec<String> {
    medication::split_medication(text)
        .iter()
        .map(medication::MedicationLine::text)
        .collect()
}
