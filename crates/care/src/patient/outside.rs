//! A patient as an outside program sends it: the rules of the form, and every element kept as it came.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Fault, Grantee, Id, Micros, Refusal, Scope};
use renkei_fhir::element::{key_of, text_of};
use renkei_fhir::patient::{LOCAL, Patient};
use renkei_fhir::{Key, Organization, Resource};
use renkei_store::{Access, Changes, Note, Place, Query, escape};
use serde_json::Value;

use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};
use crate::record;

/// FHIR administrative-gender.
const SEXES: [&str; 4] = ["male", "female", "other", "unknown"];

/// Registers a patient of the caller's institution. Nobody is asked about people of the same name: whoever wants that
/// sends a condition.
pub(crate) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = Note::new("patient.register").what(key.clone());
    permit(&door.ctx.caller, Action::PatientRegister, &Facts::NONE)?;
    let institution = door.ctx.institution()?.clone();
    let patient = checked(door, sent, &institution, None).await?;
    let place = Place {
        patient: Some(key.id.clone()),
        scope: Scope::Identity,
        owner: Some(institution.clone()),
    };
    let mut changes = Changes::default();
    let number = local_id(&patient);
    super::claim(&mut changes, &institution, &key.id, "", &number);
    changes.create(patient, place);
    changes.grants.push(Access {
        patient: key.id.clone(),
        grantee: Grantee::Institution(institution.clone()),
        scope: Scope::Record,
        until: Micros::NEVER,
    });
    let note = Note::new("patient.register").patient(&key.id);
    changes.note(note.what(key.clone()));
    changes.tell.push(institution);
    Ok(Planned::created(key, changes))
}

/// Changes a patient of the caller's institution.
pub(crate) async fn update(
    door: &mut Door<'_>,
    stored: &renkei_store::Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    let key = stored.key.clone();
    door.tried = Note::new("patient.update").what(key.clone());
    let home = stored.place.owner.clone().ok_or(Refusal::NotFound)?;
    let facts = Facts {
        owner: true,
        ..Facts::patient(&door.ctx.caller, &home)
    };
    permit(&door.ctx.caller, Action::PatientEdit, &facts)?;
    let patient = checked(door, sent, &home, Some(&stored.resource)).await?;
    if crate::fhir::door::same(&patient, &stored.resource) {
        return Ok(Planned::unchanged(key));
    }
    let mut changes = Changes::default();
    let (old, new) = (local_id(&stored.resource), local_id(&patient));
    super::claim(&mut changes, &home, &key.id, &old, &new);
    changes.update(stored, patient);
    let note = Note::new("patient.update").patient(&key.id);
    changes.note(note.what(key.clone()));
    changes.tell.push(home);
    Ok(Planned::updated(key, changes))
}

/// The number that its institution gave.
fn local_id(patient: &Resource) -> String {
    let patient = Patient::from_resource(patient.clone());
    patient.map_or_else(String::new, |patient| patient.local_id().to_owned())
}

/// The resource as it is kept: as it came, and managed by its institution.
async fn checked(
    door: &Door<'_>,
    sent: &Resource,
    institution: &Id,
    old: Option<&Resource>,
) -> Result<Resource, Denied> {
    let mut faults = faults(sent, door.ctx.at);
    let managing = sent.get("managingOrganization").and_then(key_of);
    if managing.is_some_and(|key| key != Organization::key(institution)) {
        faults.push(fault("managingOrganization", "fault-fhir-own-only"));
    }
    // Who is the same person, people confirm.
    if sent.get("link") != old.and_then(|old| old.get("link")) {
        faults.push(fault("link", "fault-fhir-read-only"));
    }
    pointed(door, sent, &mut faults).await?;
    if faults.is_empty() {
        taken(door, sent, institution, &mut faults).await?;
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let mut patient = sent.clone();
    if patient.get("managingOrganization").is_none() {
        let was = old.and_then(|old| old.get("managingOrganization"));
        let own = || serde_json::json!({"reference": Organization::key(institution).to_string()});
        patient.set("managingOrganization", was.cloned().unwrap_or_else(own));
    }
    Ok(patient)
}

/// What the form asks for too: a name, a whole birthday that has been, a sex.
fn faults(sent: &Resource, now: Micros) -> Vec<Fault> {
    let mut faults = Vec::new();
    let named = |name: &Value| {
        ["family", "text"]
            .iter()
            .any(|part| !text_of(name, part).trim().is_empty())
    };
    if !sent.list("name").iter().any(named) {
        faults.push(fault("name.family", "fault-required"));
    }
    let today = now.in_japan().date();
    let birthday = sent.str_at("birthDate").unwrap_or_default();
    match birthday.parse::<jiff::civil::Date>() {
        _ if birthday.is_empty() => faults.push(fault("birthDate", "fault-required")),
        Ok(day) if day <= today && birthday.len() == 10 => {}
        _ => faults.push(fault("birthDate", "fault-fhir-date")),
    }
    match sent.str_at("gender") {
        Some(sex) if SEXES.contains(&sex) => {}
        Some(_) => faults.push(fault("gender", "fault-unknown-code")),
        None => faults.push(fault("gender", "fault-required")),
    }
    for list in [
        "identifier",
        "name",
        "telecom",
        "address",
        "contact",
        "extension",
    ] {
        if sent.get(list).is_some_and(|value| !value.is_array()) {
            faults.push(fault(list, "fault-fhir-list"));
        }
    }
    faults
}

fn fault(element: &str, key: &'static str) -> Fault {
    Fault::new(format!("Patient.{element}"), key)
}

/// Everything that it points to is seen by the caller, and is no patient's.
async fn pointed(door: &Door<'_>, sent: &Resource, faults: &mut Vec<Fault>) -> Result<(), Denied> {
    let wanted = record::references(sent)?;
    let keys: Vec<Key> = wanted.iter().map(|(_, key)| key.clone()).collect();
    let places = door.places(&keys).await?;
    for (at, key) in wanted {
        let place = places.iter().find(|(found, _)| *found == key);
        let open = place.is_some_and(|(_, place)| place.patient.is_none());
        if !open && !at.starts_with("Patient.link") {
            faults.push(Fault::new(at, "fault-fhir-reference-unknown"));
        }
    }
    Ok(())
}

/// 患者番号 of the institution belongs to one patient.
async fn taken(
    door: &Door<'_>,
    sent: &Resource,
    institution: &Id,
    faults: &mut Vec<Fault>,
) -> Result<(), Denied> {
    let system = format!("{LOCAL}{institution}");
    for (at, one) in sent.list("identifier").iter().enumerate() {
        let value = text_of(one, "value");
        if text_of(one, "system") != system || value.is_empty() {
            continue;
        }
        let query = Query::of(Patient::TYPE)
            .with("identifier", format!("{system}|{}", escape(value)))
            .count(2);
        let page = door.care.store.search(door.ctx, &query).await?;
        let own = sent.id();
        let stored = page
            .matches
            .iter()
            .any(|found| Some(&found.key.id) != own.as_ref());
        let pending = door.pending.puts().iter().any(|put| {
            let mut list = put.resource.list("identifier").iter();
            put.resource.typ() == Patient::TYPE && list.any(|other| other == one)
        });
        if stored || pending {
            faults.push(fault(
                &format!("identifier[{at}]"),
                "fault-fhir-number-taken",
            ));
        }
    }
    Ok(())
}
