//! A patient as an outside program sends it: the rules of the form, and every element kept as it came.

use std::collections::BTreeSet;
use std::sync::Arc;

use renkei_access::{Action, Facts, permit};
use renkei_base::{Fault, Grantee, Id, Micros, Refusal, Scope, limits};
use renkei_fhir::element::{key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::{Key, Organization, Resource};
use renkei_store::{Access, Changes, Clause, Note, Place, Query};
use serde_json::Value;

use super::number;
use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};
use crate::{party, record};

/// FHIR administrative-gender.
const SEXES: [&str; 4] = ["male", "female", "other", "unknown"];

/// Numbers asked for in one search.
const NUMBERS: usize = 50;

/// What is known of an institution's numbers while the entries of one transaction are looked at.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The national system of the institution; empty where it has no number itself.
    own: String,
    /// Its stored patients that have a number of one of the new ones.
    stored: Vec<Resource>,
}

impl Numbers {
    /// Asked for `news`, of which `itself` may be stored already. Nearly always nobody has their numbers, and one look at who
    /// claims them says so; only else they are searched for.
    async fn of(
        door: &Door<'_>,
        institution: &Id,
        news: &[&Resource],
        itself: Option<&Id>,
    ) -> Result<Self, Denied> {
        let own = party::number_system(door.care, door.ctx, institution).await?;
        let claims: BTreeSet<String> = news
            .iter()
            .flat_map(|one| number::claims(one, institution, &own))
            .collect();
        let claims: Vec<String> = claims.into_iter().collect();
        let holders = door
            .care
            .store
            .holders(number::NUMBER, institution, &claims);
        if holders.await?.iter().all(|holder| Some(holder) == itself) {
            let stored = Vec::new();
            return Ok(Self { own, stored });
        }
        let wanted = news
            .iter()
            .flat_map(|one| number::searched(one, institution, &own));
        let wanted: Vec<String> = wanted.collect();
        let mut stored = Vec::new();
        for values in wanted.chunks(NUMBERS) {
            let organization = Organization::key(institution).to_string();
            let mut query = Query::of(Patient::TYPE).with("organization", organization);
            query.clauses.push(Clause {
                param: "identifier".to_owned(),
                modifier: None,
                chain: None,
                values: values.to_vec(),
            });
            let query = query.count(limits::PAGE_ROWS_MAX);
            let page = door.care.store.search(door.ctx, &query).await?;
            stored.extend(page.matches.into_iter().map(|found| found.resource));
        }
        Ok(Self { own, stored })
    }
}

/// Registers a patient of the caller's institution, one of the `news` of its transaction. Nobody is asked about people of the
/// same name: whoever wants that sends a condition.
pub(crate) async fn create(
    door: &mut Door<'_>,
    sent: &Resource,
    news: &[&Resource],
) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = Note::new("patient.register").what(key.clone());
    permit(&door.ctx.caller, Action::PatientRegister, &Facts::NONE)?;
    let institution = door.ctx.institution()?.clone();
    // Asked once for all that the transaction registers.
    let numbers = match &door.numbers {
        Some(numbers) => Arc::clone(numbers),
        None => Arc::new(Numbers::of(door, &institution, news, None).await?),
    };
    door.numbers = Some(Arc::clone(&numbers));
    let patient = checked(door, sent, &institution, &numbers, None).await?;
    let place = Place {
        patient: Some(key.id.clone()),
        scope: Scope::Identity,
        owner: Some(institution.clone()),
    };
    let mut changes = Changes::default();
    let numbers = number::claimed(&patient, &institution, &numbers.own);
    number::claim_all(
        &mut changes,
        &institution,
        &key.id,
        &BTreeSet::new(),
        &numbers,
    );
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
    let known = Numbers::of(door, &home, &[sent], Some(&key.id)).await?;
    let patient = checked(door, sent, &home, &known, Some(&stored.resource)).await?;
    if crate::fhir::door::same(&patient, &stored.resource) {
        return Ok(Planned::unchanged(key));
    }
    let mut changes = Changes::default();
    let numbers = |patient| number::claimed(patient, &home, &known.own);
    let (old, new) = (numbers(&stored.resource), numbers(&patient));
    number::claim_all(&mut changes, &home, &key.id, &old, &new);
    changes.update(stored, patient);
    let note = Note::new("patient.update").patient(&key.id);
    changes.note(note.what(key.clone()));
    changes.tell.push(home);
    Ok(Planned::updated(key, changes))
}

/// The resource as it is kept: as it came, managed by its institution, with its 患者番号 where pages and letters look for it.
async fn checked(
    door: &Door<'_>,
    sent: &Resource,
    institution: &Id,
    numbers: &Numbers,
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
    let mut patient = sent.clone();
    if let Err(fault) = number::settle(&mut patient, institution, &numbers.own, old) {
        faults.push(fault);
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    taken(door, &patient, institution, numbers)?;
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

/// A 患者番号 belongs to one patient of an institution: of its own it is given once, and the number of another institution is
/// one person's, too.
fn taken(
    door: &Door<'_>,
    patient: &Resource,
    institution: &Id,
    numbers: &Numbers,
) -> Result<(), Denied> {
    let own = numbers.own.as_str();
    if number::claimed(patient, institution, own).is_empty() {
        return Ok(());
    }
    let pending = door.pending.puts().iter().filter(|put| {
        let of_us = put.place.owner.as_ref() == Some(institution);
        put.resource.typ() == Patient::TYPE && of_us && !put.delete
    });
    let pending: Vec<&Resource> = pending.map(|put| &put.resource).collect();
    // What an earlier entry makes of a stored one counts, not what it was.
    let stored = numbers.stored.iter();
    let stored = stored.filter(|one| pending.iter().all(|put| put.id() != one.id()));
    let held: BTreeSet<String> = stored
        .chain(pending.iter().copied())
        .filter(|other| other.id() != patient.id())
        .flat_map(|other| number::claimed(other, institution, own))
        .collect();
    let mut list = patient.list("identifier").iter().enumerate();
    let at = list.find_map(|(at, one)| {
        let number = number::of(one, institution, own)?;
        held.contains(&number).then_some(at)
    });
    match at {
        None => Ok(()),
        Some(at) => Err(Denied::Taken(fault(
            &format!("identifier[{at}]"),
            "fault-fhir-number-taken",
        ))),
    }
}
