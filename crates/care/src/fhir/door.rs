//! The way of every write from outside: what is meant, what the noun makes of it, one commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use renkei_base::{Ctx, Refusal};
use renkei_fhir::appointment::Appointment;
use renkei_fhir::composition::Composition;
use renkei_fhir::document_reference::DocumentReference;
use renkei_fhir::patient::Patient;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::slot::Slot;
use renkei_fhir::subscription::Subscription;
use renkei_fhir::task::Task;
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Note, Place, Put, StoreError, Stored};

use super::meant::{self, Meant};
use super::pending::Pending;
use super::{
    Denied, Entry, Failed, Outcome, Refer, Write, Written, appointment, file, parts, reply, slot,
    step,
};
use crate::{Care, message, patient, record, subscription};

/// How often a write is tried when others change the same thing at the same moment.
const TRIES: usize = 4;

/// What the writes of one commit share.
#[derive(Debug)]
pub(crate) struct Door<'a> {
    pub(crate) care: &'a Care,
    pub(crate) ctx: &'a Ctx,
    /// What the entries before this one write.
    pub(crate) pending: Pending,
    /// What is noted when this entry is refused.
    pub(crate) tried: Note,
    /// Patients' numbers that were asked for.
    pub(crate) numbers: Option<Arc<patient::outside::Numbers>>,
}

/// What one write comes to.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) key: Key,
    pub(crate) outcome: Outcome,
    pub(crate) changes: Changes,
    /// Shown in this answer and never again.
    pub(crate) secret: Option<String>,
}

impl Planned {
    pub(crate) fn created(key: Key, changes: Changes) -> Self {
        Self {
            key,
            outcome: Outcome::Created,
            changes,
            secret: None,
        }
    }

    pub(crate) fn updated(key: Key, changes: Changes) -> Self {
        Self {
            key,
            outcome: Outcome::Updated,
            changes,
            secret: None,
        }
    }

    pub(crate) fn unchanged(key: Key) -> Self {
        Self {
            key,
            outcome: Outcome::Unchanged,
            changes: Changes::default(),
            secret: None,
        }
    }

    pub(crate) fn deleted(key: Key, changes: Changes) -> Self {
        Self {
            key,
            outcome: Outcome::Deleted,
            changes,
            secret: None,
        }
    }
}

impl Door<'_> {
    /// Where these live that the caller may see, or that earlier entries make. One audit row for each patient.
    pub(crate) async fn places(&self, keys: &[Key]) -> Result<Vec<(Key, Place)>, Denied> {
        let mut found: Vec<(Key, Place)> = Vec::with_capacity(keys.len());
        let mut others = Vec::new();
        for key in keys {
            match self.put(key) {
                Some(put) => found.push((key.clone(), put.place.clone())),
                None => others.push(key.clone()),
            }
        }
        if !others.is_empty() {
            let stored = self.care.store.read_many(self.ctx, &others).await?;
            found.extend(stored.into_iter().map(|one| (one.key, one.place)));
        }
        Ok(found)
    }

    /// What an earlier entry writes under this key.
    pub(crate) fn put(&self, key: &Key) -> Option<&Put> {
        self.pending.put(key)
    }
}

/// Does the entries in one commit.
pub(super) async fn pass(
    care: &Care,
    ctx: &Ctx,
    entries: &[Entry],
    refers: &[Refer],
) -> Result<Vec<Written>, Failed> {
    for attempt in 0..TRIES {
        let (planned, changes) = match plan(care, ctx, entries, refers, attempt).await {
            Ok(done) => done,
            Err((failed, tried)) => return Err(refused(care, ctx, failed, tried).await),
        };
        let written = match changes.puts.is_empty() {
            true => Vec::new(),
            false => match care.store.commit(ctx, changes).await {
                Ok(written) => written,
                Err(StoreError::Conflict(_)) => continue,
                Err(other) => return Err(whole(other.into())),
            },
        };
        return answers(care, ctx, planned, written).await.map_err(whole);
    }
    let failed = whole(Refusal::Conflict.into());
    Err(refused(care, ctx, failed, Note::new("resource.write")).await)
}

const fn whole(why: Denied) -> Failed {
    Failed { entry: None, why }
}

/// Keeps a refused try in the audit: a noun's own word for it, and codes.
async fn refused(care: &Care, ctx: &Ctx, mut failed: Failed, tried: Note) -> Failed {
    let code = match &failed.why {
        Denied::Refused(refusal) => refusal.code(),
        Denied::NotOffered(key) | Denied::Precondition(key) => (*key).to_owned(),
        Denied::Taken(fault) => format!("{}:{}", fault.field, fault.key),
        Denied::Store(_) => return failed,
    };
    if let Err(error) = care
        .store
        .audit(ctx, vec![tried.detail(code).refused()])
        .await
    {
        failed.why = error.into();
    }
    failed
}

type Plans = (Vec<Planned>, Changes);

/// What the entries come to, or the one that is refused with what was tried.
async fn plan(
    care: &Care,
    ctx: &Ctx,
    entries: &[Entry],
    refers: &[Refer],
    attempt: usize,
) -> Result<Plans, (Failed, Note)> {
    let mut door = Door {
        care,
        ctx,
        pending: Pending::default(),
        tried: Note::new("resource.write"),
        numbers: None,
    };
    let at = |entry, why| Failed {
        entry: Some(entry),
        why,
    };
    let mut all = Vec::with_capacity(entries.len());
    for (number, entry) in entries.iter().enumerate() {
        match meant::settle(&door, &entry.write, attempt).await {
            Ok(one) => all.push(one),
            Err(why) => return Err((at(number, why), tried(&entry.write))),
        }
    }
    if let Some(number) = meant::twice(&all) {
        let why = Refusal::not_now("refuse-fhir-twice").into();
        let tried = entries.get(number).map(|entry| tried(&entry.write));
        return Err((at(number, why), tried.unwrap_or(door.tried)));
    }
    let known = meant::referred(&door, entries, &all, refers).await;
    let known = known.map_err(|failed| (failed, Note::new("resource.write")))?;
    meant::join(entries, &mut all, known);
    let mut planned: Vec<(usize, Planned)> = Vec::with_capacity(all.len());
    for (number, one) in ordered(&all) {
        door.tried = entries
            .get(number)
            .map_or_else(|| Note::new("resource.write"), |e| tried(&e.write));
        match noun(&mut door, one, &all).await {
            Ok(mut done) => {
                let changes = std::mem::take(&mut done.changes);
                if let Err(why) = door.pending.add(changes) {
                    return Err((at(number, why), door.tried));
                }
                planned.push((number, done));
            }
            Err(why) => return Err((at(number, why), door.tried)),
        }
    }
    planned.sort_by_key(|(number, _)| *number);
    let planned = planned.into_iter().map(|(_, planned)| planned).collect();
    Ok((planned, door.pending.changes))
}

/// Deletes first, then what is new (patients and cases before what hangs on them), then changes; the steps of a case in
/// the order in which they are taken.
fn ordered(all: &[Meant]) -> Vec<(usize, &Meant)> {
    let rank = |meant: &Meant| match meant {
        Meant::Delete(_) | Meant::Nothing(_) => 0,
        Meant::There(_) => 1,
        Meant::Create(resource) => match resource.typ() {
            Patient::TYPE => 2,
            ServiceRequest::TYPE | Schedule::TYPE => 3,
            Task::TYPE if parts::is_sent(resource) => 8,
            Composition::TYPE if reply::is_reply(resource) => 11,
            Task::TYPE | Composition::TYPE | Slot::TYPE => 4,
            "Observation" => 5,
            Appointment::TYPE | message::TYPE => 9,
            _ => 6,
        },
        Meant::Update(_, resource) => match (resource.typ(), resource.str_at("status")) {
            (Task::TYPE, Some("in-progress")) => 10,
            (Task::TYPE, Some("completed" | "cancelled")) => 12,
            (Task::TYPE, _) => 8,
            (Appointment::TYPE, _) => 9,
            _ => 7,
        },
    };
    let mut list: Vec<(usize, &Meant)> = all.iter().enumerate().collect();
    list.sort_by_key(|(_, meant)| rank(meant));
    list
}

fn tried(write: &Write) -> Note {
    match write {
        Write::Create { resource, .. } => {
            Note::new("resource.create").detail(resource.typ().to_owned())
        }
        Write::Update { key, .. } => Note::new("resource.update").what(key.clone()),
        Write::Delete { key, .. } => Note::new("resource.delete").what(key.clone()),
        Write::ConditionalUpdate { .. } => Note::new("resource.update"),
        Write::ConditionalDelete { .. } => Note::new("resource.delete"),
    }
}

/// Asks the noun that owns it.
async fn noun(door: &mut Door<'_>, one: &Meant, all: &[Meant]) -> Result<Planned, Denied> {
    match one {
        Meant::There(stored) => Ok(Planned::unchanged(stored.key.clone())),
        Meant::Nothing(key) => Ok(Planned::deleted(key.clone(), Changes::default())),
        Meant::Create(resource) => create(door, resource, all).await,
        Meant::Update(stored, resource) => update(door, stored, resource).await,
        Meant::Delete(stored) => delete(door, stored).await,
    }
}

async fn create(
    door: &mut Door<'_>,
    resource: &Resource,
    all: &[Meant],
) -> Result<Planned, Denied> {
    let news = || {
        all.iter().filter_map(|one| match one {
            Meant::Create(resource) => Some(resource),
            _ => None,
        })
    };
    match resource.typ() {
        Patient::TYPE => {
            let news: Vec<&Resource> = news().filter(|one| one.typ() == Patient::TYPE).collect();
            patient::outside::create(door, resource, &news).await
        }
        ServiceRequest::TYPE => {
            let news: Vec<&Resource> = news().collect();
            parts::create(door, resource, &news).await
        }
        Composition::TYPE if reply::is_reply(resource) => reply::create(door, resource).await,
        Task::TYPE | Composition::TYPE => parts::joined(door, resource).await,
        Appointment::TYPE => appointment::create(door, resource).await,
        Slot::TYPE => slot::create(door, resource).await,
        Schedule::TYPE => slot::create_schedule(door, resource).await,
        DocumentReference::TYPE if file::is_of_case(resource) => file::create(door, resource).await,
        // A document comes in by its own door, alone.
        "Bundle" => Err(Denied::NotOffered("refuse-fhir-document")),
        message::TYPE => message::create(door, resource).await,
        Subscription::TYPE => subscription::create(door, resource).await,
        _ => record::create(door, resource).await,
    }
}

async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    resource: &Resource,
) -> Result<Planned, Denied> {
    if same(&stored.resource, resource) {
        return Ok(Planned::unchanged(stored.key.clone()));
    }
    match resource.typ() {
        Patient::TYPE => patient::outside::update(door, stored, resource).await,
        Task::TYPE => step::update(door, stored, resource).await,
        ServiceRequest::TYPE | Composition::TYPE => parts::update(door, stored, resource).await,
        Appointment::TYPE => appointment::update(door, stored, resource).await,
        Slot::TYPE => slot::update(door, stored, resource).await,
        Schedule::TYPE => slot::update_schedule(door, stored, resource).await,
        DocumentReference::TYPE if file::is_kept_in_case(stored) => {
            Err(Denied::NotOffered("refuse-fhir-file"))
        }
        Subscription::TYPE => subscription::update(door, stored, resource).await,
        _ => record::update(door, stored, resource).await,
    }
}

async fn delete(door: &mut Door<'_>, stored: &Stored) -> Result<Planned, Denied> {
    match stored.key.typ.as_str() {
        DocumentReference::TYPE if file::is_kept_in_case(stored) => {
            file::delete(door, stored).await
        }
        Subscription::TYPE => subscription::delete(door, stored).await,
        _ => record::delete(door, stored).await,
    }
}

/// Whether both say the same, apart from what the store stamps.
pub(crate) fn same(one: &Resource, other: &Resource) -> bool {
    bare(one) == bare(other)
}

fn bare(resource: &Resource) -> serde_json::Map<String, serde_json::Value> {
    let mut json = resource.json().clone();
    if let Some(serde_json::Value::Object(meta)) = json.get_mut("meta") {
        meta.shift_remove("versionId");
        meta.shift_remove("lastUpdated");
        if meta.is_empty() {
            json.shift_remove("meta");
        }
    }
    json
}

/// The answers, in the order of the entries. What was not written is read as it stands.
async fn answers(
    care: &Care,
    ctx: &Ctx,
    planned: Vec<Planned>,
    written: Vec<Stored>,
) -> Result<Vec<Written>, Denied> {
    let written = written.into_iter().map(|new| (new.key.clone(), new));
    let mut written: BTreeMap<Key, Stored> = written.collect();
    let mut list = Vec::with_capacity(planned.len());
    for one in planned {
        let mut stored = written.remove(&one.key);
        if stored.is_none() && one.outcome != Outcome::Deleted {
            stored = care.store.read(ctx, &one.key).await?;
        }
        let gone = one.outcome == Outcome::Deleted;
        list.push(Written {
            key: one.key,
            outcome: one.outcome,
            version: stored.as_ref().map_or(0, |stored| stored.version),
            at: stored.as_ref().map_or(ctx.at, |stored| stored.updated),
            resource: stored
                .filter(|_| !gone)
                .map(|stored| subscription::shown(stored.resource, one.secret.as_deref())),
        });
    }
    Ok(list)
}
