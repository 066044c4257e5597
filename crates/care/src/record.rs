//! The record: the clinical resources of a patient, as institutions write them. Without pages yet.
//!
//! | file | holds |
//! |---|---|
//! | `shape` | the table: what R4 asks of each type |
//! | `check` | whether a resource has that shape |
//!
//! The institution that registered a patient writes, everybody with access to the record reads. A resource never moves
//! to another patient, and points only to what its writer sees, never into another patient's record.

mod check;
mod shape;

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Fault, Id, Refusal, Scope};
use renkei_fhir::element::key_of;
use renkei_fhir::patient::Patient;
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Note, Place, Stored};

pub(crate) use self::check::is_date;
use self::shape::{Shape, shape};
use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};
use crate::fhir::refer;

/// Names of bytes in the store: only this program writes them.
const CONTENT: &str = "urn:sha256:";

/// A new clinical resource, under the id that it carries.
pub(crate) async fn create(door: &mut Door<'_>, resource: &Resource) -> Result<Planned, Denied> {
    let shape = shape(resource.typ()).ok_or(Denied::NotOffered("refuse-fhir-not-kept"))?;
    let key = resource.key().ok_or(Refusal::NotFound)?;
    let patient = patient_of(resource, shape)?;
    door.tried = Note::new("record.create").what(key.clone());
    well_formed(resource, shape)?;
    let place = Place {
        patient: Some(patient.clone()),
        scope: Scope::Record,
        owner: Some(door.ctx.institution()?.clone()),
    };
    may_write(door, resource, shape, &patient).await?;
    let mut changes = Changes::default();
    changes.create(resource.clone(), place);
    changes.note(note("record.create", &patient, &key));
    Ok(Planned::created(key, changes))
}

/// A new version of one that the caller's institution wrote.
pub(crate) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    resource: &Resource,
) -> Result<Planned, Denied> {
    let shape = shape(resource.typ()).ok_or(Denied::NotOffered("refuse-fhir-not-kept"))?;
    door.tried = Note::new("record.update").what(stored.key.clone());
    let home = own(door.ctx, stored)?;
    let patient = patient_of(resource, shape)?;
    if patient != home {
        let at = format!("{}.{}", shape.typ, shape.patient);
        return Err(Refusal::Invalid(vec![Fault::new(at, "fault-fhir-patient-fixed")]).into());
    }
    well_formed(resource, shape)?;
    may_write(door, resource, shape, &patient).await?;
    let mut changes = Changes::default();
    changes.update(stored, resource.clone());
    changes.note(note("record.update", &patient, &stored.key));
    Ok(Planned::updated(stored.key.clone(), changes))
}

/// Takes one of the caller's institution away; its history stays.
pub(crate) async fn delete(door: &mut Door<'_>, stored: &Stored) -> Result<Planned, Denied> {
    let shape = shape(&stored.key.typ).ok_or(Denied::NotOffered("refuse-fhir-not-kept"))?;
    door.tried = Note::new("record.delete").what(stored.key.clone());
    let home = own(door.ctx, stored)?;
    let places = door.places(&[Patient::key(&home)]).await?;
    is_home(door.ctx, &places, shape, &home)?;
    let mut changes = Changes::default();
    changes.delete(stored);
    changes.note(note("record.delete", &home, &stored.key));
    Ok(Planned::deleted(stored.key.clone(), changes))
}

fn note(action: &str, patient: &Id, key: &Key) -> Note {
    Note::new(action).patient(patient).what(key.clone())
}

/// The patient of a stored resource, if the caller's institution wrote it.
fn own(ctx: &Ctx, stored: &Stored) -> Result<Id, Refusal> {
    if stored.place.owner != ctx.caller.institution {
        return Err(Refusal::forbidden("refuse-other-institution"));
    }
    stored.place.patient.clone().ok_or(Refusal::NotFound)
}

/// The patient that a resource names.
fn patient_of(resource: &Resource, shape: &Shape) -> Result<Id, Refusal> {
    let at = format!("{}.{}", shape.typ, shape.patient);
    let invalid = |key| Refusal::Invalid(vec![Fault::new(at.clone(), key)]);
    let value = resource
        .get(shape.patient)
        .ok_or_else(|| invalid("fault-required"))?;
    let key = key_of(value).filter(|key| key.typ == Patient::TYPE);
    Ok(key.ok_or_else(|| invalid("fault-fhir-patient"))?.id)
}

fn well_formed(resource: &Resource, shape: &Shape) -> Result<(), Refusal> {
    let faults = check::check(resource, shape);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

/// Whether the caller may write about this patient, and everything that the resource points to is there for them.
async fn may_write(
    door: &Door<'_>,
    resource: &Resource,
    shape: &Shape,
    patient: &Id,
) -> Result<(), Denied> {
    let wanted = references(resource)?;
    let mut keys: Vec<Key> = wanted.iter().map(|(_, key)| key.clone()).collect();
    keys.push(Patient::key(patient));
    keys.sort();
    keys.dedup();
    let places = door.places(&keys).await?;
    is_home(door.ctx, &places, shape, patient)?;
    let mut faults = outside(wanted, &places, patient);
    foreign_bytes(resource, &mut faults);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults).into()),
    }
}

/// Refuses what points to something that the caller does not see, or into another patient's record. `known` need not be
/// looked at.
pub(crate) async fn points_inside(
    door: &Door<'_>,
    resource: &Resource,
    patient: &Id,
    known: &[Key],
) -> Result<(), Denied> {
    let mut wanted = references(resource)?;
    wanted.retain(|(_, key)| !known.contains(key));
    let keys: Vec<Key> = wanted.iter().map(|(_, key)| key.clone()).collect();
    let places = door.places(&keys).await?;
    let faults = outside(wanted, &places, patient);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults).into()),
    }
}

fn outside(wanted: Vec<(String, Key)>, places: &[(Key, Place)], patient: &Id) -> Vec<Fault> {
    let inside = |key: &Key| {
        let place = places.iter().find(|(found, _)| found == key);
        place.is_some_and(|(_, place)| place.patient.as_ref().is_none_or(|other| other == patient))
    };
    let unknown = wanted.into_iter().filter(|(_, key)| !inside(key));
    unknown
        .map(|(at, _)| Fault::new(at, "fault-fhir-reference-unknown"))
        .collect()
}

fn is_home(ctx: &Ctx, places: &[(Key, Place)], shape: &Shape, patient: &Id) -> Result<(), Refusal> {
    let key = Patient::key(patient);
    let place = places.iter().find(|(found, _)| *found == key);
    let home = place.and_then(|(_, place)| place.owner.as_ref());
    let Some(home) = home else {
        let at = format!("{}.{}", shape.typ, shape.patient);
        return Err(Refusal::Invalid(vec![Fault::new(
            at,
            "fault-fhir-reference-unknown",
        )]));
    };
    // What is seen here is opened by an access row: the caller's institution is involved.
    let facts = Facts {
        owner: true,
        ..Facts::patient(&ctx.caller, home)
    };
    permit(&ctx.caller, Action::RecordWrite, &facts)
}

/// The literal references of a resource, by what they point to. Contained resources are the resource's own.
pub(crate) fn references(resource: &Resource) -> Result<Vec<(String, Key)>, Refusal> {
    let inside = refer::contained(resource);
    let mut keys = Vec::new();
    let mut faults = Vec::new();
    for found in refer::all(resource) {
        if let Some(id) = found.reference.strip_prefix('#') {
            if !id.is_empty() && !inside.contains(&id) {
                faults.push(Fault::new(found.path, "fault-fhir-reference-contained"));
            }
            continue;
        }
        match Key::from_reference(&found.reference) {
            Some(key) => keys.push((found.path, key)),
            None => faults.push(Fault::new(found.path, "fault-fhir-reference-shape")),
        }
    }
    match faults.is_empty() {
        true => Ok(keys),
        false => Err(Refusal::Invalid(faults)),
    }
}

/// Bytes of the store are named only by this program: a name from outside would open somebody else's file.
pub(crate) fn foreign_bytes(resource: &Resource, faults: &mut Vec<Fault>) {
    for path in ["content.attachment.url", "presentedForm.url"] {
        for (at, value) in check::find(resource, path) {
            if value.as_str().is_some_and(|url| url.starts_with(CONTENT)) {
                faults.push(Fault::new(at, "fault-fhir-bytes"));
            }
        }
    }
}
