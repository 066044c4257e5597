//! What the entries of a transaction write together: later ones see what earlier ones will have written, so that several
//! steps of one case are one commit.

use std::collections::BTreeMap;

use renkei_base::{Id, Micros, Refusal, Scope};
use renkei_fhir::Key;
use renkei_fhir::appointment::Appointment;
use renkei_fhir::composition::Composition;
use renkei_fhir::document_reference::DocumentReference;
use renkei_fhir::patient::Patient;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Changes, Put, Stored};

use super::Denied;
use super::door::Door;
use crate::policy;
use crate::referral::case::Case;

/// Parts of a case: each step was planned on what the one before it leaves.
const PARTS: [&str; 5] = [
    Appointment::TYPE,
    Composition::TYPE,
    DocumentReference::TYPE,
    ServiceRequest::TYPE,
    Task::TYPE,
];

/// What is to be written, and where in it each resource is.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(super) changes: Changes,
    at: BTreeMap<Key, usize>,
}

impl Pending {
    /// What an earlier entry writes under this key.
    pub(crate) fn put(&self, key: &Key) -> Option<&Put> {
        let put = self.changes.puts.get(*self.at.get(key)?);
        put.filter(|put| !put.delete)
    }

    /// Everything that earlier entries write.
    pub(crate) fn puts(&self) -> &[Put] {
        &self.changes.puts
    }

    /// Adds what an entry writes. The same resource twice in one commit is nobody's wish, unless the later version has seen
    /// the earlier one.
    pub(super) fn add(&mut self, mut changes: Changes) -> Result<(), Denied> {
        self.changes.take_rows(&mut changes);
        let before = self.changes.puts.len();
        for put in changes.puts {
            let key = put.resource.key().ok_or(Refusal::NotFound)?;
            let next = self.changes.puts.len();
            match self.at.insert(key.clone(), next) {
                None => self.changes.puts.push(put),
                Some(old) => {
                    let there = self.changes.puts.get_mut(old);
                    let there = there.filter(|there| old < before && follows(there, &put));
                    let there = there.ok_or_else(|| Refusal::not_now("refuse-fhir-twice"))?;
                    there.resource = put.resource;
                    there.delete = put.delete;
                    self.at.insert(key, old);
                }
            }
        }
        self.changes.grants.extend(changes.grants);
        self.changes.revokes.extend(changes.revokes);
        self.changes.notes.extend(changes.notes);
        self.changes.counts.extend(changes.counts);
        self.changes.tell.extend(changes.tell);
        Ok(())
    }

    /// Whether an earlier entry writes a part of this case.
    fn touches(&self, case: &Id) -> bool {
        self.changes.puts.iter().any(|put| is_of(put, case))
    }

    /// The case as it was read, with what earlier entries make of it. Versions stay those that the commit stands on.
    fn over(&self, case: &Id, mut found: Vec<Stored>, at: Micros) -> Vec<Stored> {
        for put in &self.changes.puts {
            let Some(key) = put.resource.key() else {
                continue;
            };
            let there = found.iter().position(|one| one.key == key);
            let of_patient = there.is_some() && key.typ == Patient::TYPE;
            if !is_of(put, case) && !of_patient {
                continue;
            }
            let draft = there
                .and_then(|at| found.get(at))
                .is_none_or(|one| one.draft);
            there.map(|at| found.remove(at));
            if !put.delete {
                found.push(stored(key, put, draft, at));
            }
        }
        found
    }
}

/// Whether a later version of the same resource was made of the earlier one: of a schedule only its horizon moves on.
fn follows(there: &Put, put: &Put) -> bool {
    let in_case = matches!(put.place.scope, Scope::Case(_)) && PARTS.contains(&put.resource.typ());
    let typ = put.resource.typ();
    typ == Schedule::TYPE || in_case && there.place == put.place && there.base == put.base
}

fn is_of(put: &Put, case: &Id) -> bool {
    matches!(&put.place.scope, Scope::Case(of) if of == case)
}

fn stored(key: Key, put: &Put, draft: bool, at: Micros) -> Stored {
    Stored {
        key,
        version: put.base,
        updated: at,
        deleted: false,
        draft,
        place: put.place.clone(),
        resource: put.resource.clone(),
    }
}

impl Door<'_> {
    /// A case as the entries before this one leave it. The audit gets one row with this action.
    pub(crate) async fn case(&self, id: &Id, action: &str) -> Result<Case, Denied> {
        if !self.pending.touches(id) {
            return Ok(Case::load(self.care, self.ctx, id, action).await?);
        }
        let task = self.pending.put(&Task::key(id));
        let found = match task.filter(|task| task.base == 0) {
            Some(task) => self.patient_of(task).await?,
            None => self.care.store.case(self.ctx, id, action).await?,
        };
        let found = self.pending.over(id, found, self.ctx.at);
        let case = Case::gather(id, found).ok_or(Refusal::NotFound)?;
        policy::may_read(self.ctx, &case)?;
        Ok(case)
    }

    /// The patient of a case that is not stored yet.
    async fn patient_of(&self, task: &Put) -> Result<Vec<Stored>, Denied> {
        let patient = task.place.patient.as_ref().ok_or(Refusal::NotFound)?;
        let key = Patient::key(patient);
        if let Some(put) = self.pending.put(&key) {
            return Ok(vec![stored(key, put, false, self.ctx.at)]);
        }
        Ok(self.care.store.read_many(self.ctx, &[key]).await?)
    }
}
