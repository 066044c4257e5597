//! A case as it is stored: its resources, read in one query.

use renkei_base::{Ctx, Id, Micros, Refusal, Scope};
use renkei_fhir::Resource;
use renkei_fhir::appointment::Appointment;
use renkei_fhir::composition::{Composition, REPLY_KIND};
use renkei_fhir::document_reference::DocumentReference;
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Failure, Place, Stored};

use super::{Side, State, Step};
use crate::{Care, Priority, policy};

/// A stored resource and its view.
#[derive(Clone, Debug)]
pub(crate) struct Held<T> {
    pub(crate) stored: Stored,
    pub(crate) view: T,
}

/// Everything of one case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: Id,
    pub(crate) patient_id: Id,
    pub(crate) sender: Id,
    pub(crate) state: State,
    pub(crate) task: Held<Task>,
    pub(crate) request: Held<ServiceRequest>,
    pub(crate) letter: Held<Composition>,
    pub(crate) patient: Held<Patient>,
    pub(crate) replies: Vec<Held<Composition>>,
    pub(crate) files: Vec<Held<DocumentReference>>,
    pub(crate) appointments: Vec<Held<Appointment>>,
}

impl Case {
    /// Reads a case; the audit gets one row with this action.
    pub(crate) async fn load(
        care: &Care,
        ctx: &Ctx,
        id: &Id,
        action: &str,
    ) -> Result<Self, Failure> {
        let found = care.store.case(ctx, id, action).await?;
        let case = Self::gather(id, found).ok_or(Refusal::NotFound)?;
        // A shared record opens the compartment to the store's filter; a case is still only for those whom it concerns.
        // What is not sent, letters and replies and their files, the store gives to nobody but its writer.
        policy::may_read(ctx, &case)?;
        Ok(case)
    }

    /// `None` when something that every case has is missing.
    pub(crate) fn gather(id: &Id, found: Vec<Stored>) -> Option<Self> {
        let mut task = None;
        let mut request = None;
        let mut letter = None;
        let mut patient = None;
        let (mut replies, mut files, mut appointments) = (Vec::new(), Vec::new(), Vec::new());
        for stored in found {
            let own = stored.key.id == *id;
            match stored.key.typ.as_str() {
                Task::TYPE if own => task = held(stored, Task::from_resource),
                ServiceRequest::TYPE if own => {
                    request = held(stored, ServiceRequest::from_resource);
                }
                Composition::TYPE if own => letter = held(stored, Composition::from_resource),
                Composition::TYPE => replies.extend(held(stored, Composition::from_resource)),
                Patient::TYPE => patient = held(stored, Patient::from_resource),
                DocumentReference::TYPE => {
                    files.extend(held(stored, DocumentReference::from_resource));
                }
                Appointment::TYPE => appointments.extend(held(stored, Appointment::from_resource)),
                _ => {}
            }
        }
        replies.retain(|reply: &Held<Composition>| reply.view.kind(REPLY_KIND).is_some());
        let (task, patient): (Held<Task>, Held<Patient>) = (task?, patient?);
        Some(Self {
            id: id.clone(),
            patient_id: patient.stored.key.id.clone(),
            sender: task.view.requester()?.0,
            state: State::from_code(task.view.state()?)?,
            task,
            request: request?,
            letter: letter?,
            patient,
            replies,
            files,
            appointments,
        })
    }

    /// Whether anybody but the sender knows of it.
    pub(crate) fn was_sent(&self) -> bool {
        self.task.view.started().is_some()
    }

    /// The version that pages hold.
    pub(crate) const fn version(&self) -> u32 {
        self.task.stored.version
    }

    pub(crate) fn addressee(&self) -> Option<Id> {
        self.task.view.owner().map(|(id, _)| id)
    }

    pub(crate) fn priority(&self) -> Priority {
        Priority::from_code(self.task.view.priority()).unwrap_or_default()
    }

    /// Which end the caller's institution is.
    pub(crate) fn side(&self, ctx: &Ctx) -> Option<Side> {
        let mine = ctx.caller.institution.as_ref()?;
        if *mine == self.sender {
            return Some(Side::Sender);
        }
        (self.was_sent() && self.addressee().as_ref() == Some(mine)).then_some(Side::Receiver)
    }

    /// The institution at an end.
    pub(crate) fn institution(&self, side: Side) -> Option<Id> {
        match side {
            Side::Sender => Some(self.sender.clone()),
            Side::Receiver => self.addressee(),
        }
    }

    /// Whose turn it is.
    pub(crate) fn holder(&self) -> Option<Side> {
        let holder = self.task.view.holder()?;
        let side = if holder == self.sender {
            Side::Sender
        } else {
            Side::Receiver
        };
        Some(side)
    }

    /// Where a resource of the case lives that this institution makes.
    pub(crate) fn place(&self, owner: &Id) -> Place {
        place(&self.patient_id, &self.id, owner)
    }

    /// The appointment that stands.
    pub(crate) fn appointment(&self) -> Option<&Held<Appointment>> {
        self.appointments
            .iter()
            .rev()
            .find(|one| one.view.status() != "cancelled")
    }

    /// When the patient came, unless that was taken back.
    pub(crate) fn arrived(&self) -> Option<Micros> {
        let entries = self.task.view.entries();
        let mut last = entries.iter().rev();
        let last = last.find(|entry| {
            entry.code == Step::Arrive.code() || entry.code == Step::UndoArrive.code()
        });
        last.filter(|entry| entry.code == Step::Arrive.code())
            .map(|entry| entry.at)
    }

    /// The latest of the released replies.
    pub(crate) fn last_reply(&self) -> Option<&Held<Composition>> {
        let released = self.replies.iter().filter(|reply| reply.view.is_final());
        released.max_by_key(|reply| reply.view.date())
    }

    /// The reply being written.
    pub(crate) fn reply_draft(&self) -> Option<&Held<Composition>> {
        self.replies.iter().find(|reply| !reply.view.is_final())
    }
}

/// Where the resources of a case live.
pub(crate) fn place(patient: &Id, case: &Id, owner: &Id) -> Place {
    Place {
        patient: Some(patient.clone()),
        scope: Scope::Case(case.clone()),
        owner: Some(owner.clone()),
    }
}

pub(crate) fn held<T>(stored: Stored, view: fn(Resource) -> Option<T>) -> Option<Held<T>> {
    let view = view(stored.resource.clone())?;
    Some(Held { stored, view })
}
