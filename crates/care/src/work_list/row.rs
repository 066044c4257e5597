//! A case as a line of a list.

use std::collections::BTreeMap;

use renkei_base::{Ctx, Id};
use renkei_fhir::patient::Patient;
use renkei_fhir::task::{Entry, Task};
use renkei_store::Stored;

use super::Row;
use super::item::Item;
use crate::Priority;
use crate::patient::PatientView;
use crate::referral::turn::RETURNED;
use crate::referral::view::reason_key;
use crate::referral::{Side, State, Step};

/// The patients of a page of cases, each drawn once.
pub(super) struct Patients(BTreeMap<Id, PatientView>);

impl Patients {
    pub(super) fn of(ctx: &Ctx, included: Vec<Stored>) -> Self {
        let patients = included
            .into_iter()
            .filter(|stored| stored.key.typ == Patient::TYPE);
        let views = patients.filter_map(|stored| {
            let patient = Patient::from_resource(stored.resource)?;
            Some((stored.key.id, PatientView::of(&patient, 0, ctx.at)))
        });
        Self(views.collect())
    }
}

/// `None` where it is no case of a referral.
pub(super) fn row(
    ctx: &Ctx,
    stored: Stored,
    patients: &Patients,
    item: Option<&Item>,
) -> Option<Row> {
    let task = Task::from_resource(stored.resource)?;
    let state = State::from_code(task.state()?)?;
    let (sender, sender_name) = task.requester()?;
    let side = if ctx.caller.institution.as_ref() == Some(&sender) {
        Side::Sender
    } else {
        Side::Receiver
    };
    let partner = match side {
        Side::Sender => task.owner().map_or("", |(_, name)| name),
        Side::Receiver => sender_name,
    };
    let patient = patients.0.get(&task.patient()?);
    let patient =
        |part: fn(&PatientView) -> &String| patient.map(part).cloned().unwrap_or_default();
    let due = match item {
        // What is new is the other side's to do; a patient is told before the visit.
        Some(item) if item.is_news && state.is_booked() => task.visit(),
        Some(item) if item.is_news => None,
        _ => task.due(),
    };
    let said = said(&task, state);
    Some(Row {
        case: task.focus()?.id,
        number: task.number().to_owned(),
        state,
        group: item.map(|item| item.group),
        band: item.map(|item| item.band),
        unread: item.is_some_and(|item| item.unread),
        side,
        priority: Priority::from_code(task.priority()).unwrap_or_default(),
        patient: patient(|one| &one.name),
        kana: patient(|one| &one.kana),
        birthday: patient(|one| &one.birthday),
        sex: patient(|one| &one.sex),
        partner: partner.to_owned(),
        department: task.department().map_or("", |(_, name)| name).to_owned(),
        subject: task.description().to_owned(),
        due,
        overdue: due.is_some_and(|due| due < ctx.at) && item.is_none_or(|item| !item.is_news),
        visit: task.visit(),
        since: task.since().unwrap_or(stored.updated),
        reason: said
            .as_ref()
            .map(|entry| reason_key(&entry.code, &entry.reason))
            .unwrap_or_default(),
        note: said.map(|entry| entry.text).unwrap_or_default(),
    })
}

/// What somebody wrote that the reader of the list wants to know: why it came back, or was declined or cancelled.
fn said(task: &Task, state: State) -> Option<Entry> {
    let step = match state {
        State::Draft if task.mark() == Some(RETURNED) => Step::Return,
        State::Declined => Step::Decline,
        State::Cancelled => Step::Cancel,
        State::Accepted => Step::CancelBooking,
        _ => return None,
    };
    let entries = task.entries();
    let mut last = entries.into_iter().rev();
    // Later lines may be that it was read, or a message.
    let quiet = [Step::Acknowledge.code(), "message", Step::Assign.code()];
    last.find(|entry| entry.code == step.code() || !quiet.contains(&entry.code.as_str()))
        .filter(|entry| entry.code == step.code())
}
