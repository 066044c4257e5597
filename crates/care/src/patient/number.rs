//! 患者番号 as programs write it: in the national system of the institution that gave it, or in renkei's own. The two say
//! the same of an institution's own number, so what is kept has it in renkei's, where pages and letters look for it.

use std::collections::BTreeSet;

use renkei_base::{Fault, Id};
use renkei_fhir::Resource;
use renkei_fhir::element::text_of;
use renkei_fhir::patient::{LOCAL, Patient};
use renkei_store::{Changes, escape};
use serde_json::Value;

/// Beginning of the national system, before the digit for the kind of institution.
const NATIONAL: &str = "urn:oid:1.2.392.100495.20.3.51.";

/// As it is claimed: an institution's own number by itself, another institution's with its system. `own` is the national
/// system of the institution, empty where it has no number itself.
pub(super) fn of(identifier: &Value, institution: &Id, own: &str) -> Option<String> {
    let (system, value) = (text_of(identifier, "system"), text_of(identifier, "value"));
    let is_own = is_local(system, institution) || (!own.is_empty() && system == own);
    match value {
        "" => None,
        _ if is_own => Some(value.to_owned()),
        _ if is_number(system) => Some(format!("{system}|{value}")),
        _ => None,
    }
}

fn is_local(system: &str, institution: &Id) -> bool {
    system.strip_prefix(LOCAL) == Some(institution.as_str())
}

fn is_number(system: &str) -> bool {
    system.starts_with(LOCAL) || system.starts_with(NATIONAL)
}

/// All that a patient claims.
pub(super) fn claimed(patient: &Resource, institution: &Id, own: &str) -> BTreeSet<String> {
    let list = patient.list("identifier").iter();
    list.filter_map(|one| of(one, institution, own)).collect()
}

/// Under what somebody may have claimed one of a patient's numbers: the institution's own also as it was claimed before the
/// institution had a number itself.
pub(super) fn claims(patient: &Resource, institution: &Id, own: &str) -> BTreeSet<String> {
    let mut claims = claimed(patient, institution, own);
    if !own.is_empty() {
        claims.extend(claimed(patient, institution, ""));
    }
    claims
}

/// The values of a search for whoever has one of these numbers, its own in both systems.
pub(super) fn searched(patient: &Resource, institution: &Id, own: &str) -> BTreeSet<String> {
    let list = patient.list("identifier").iter();
    let pairs = list.map(|one| (text_of(one, "system"), text_of(one, "value")));
    let numbers = pairs.filter(|(system, value)| is_number(system) && !value.is_empty());
    let local = format!("{LOCAL}{institution}");
    numbers
        .flat_map(|(system, value)| {
            let also = (!own.is_empty() && system == own).then_some(local.as_str());
            let systems = [Some(system), also].into_iter().flatten();
            systems.map(move |system| format!("{}|{}", escape(system), escape(value)))
        })
        .collect()
}

/// What a patient's number is claimed as: each is given once by an institution.
pub(super) const NUMBER: &str = "patient-number";

/// Claims the number that a patient has from now on, and gives the old one back.
pub(crate) fn claim(changes: &mut Changes, institution: &Id, patient: &Id, old: &str, new: &str) {
    let set = |number: &str| -> BTreeSet<String> {
        let number = Some(number.to_owned()).filter(|number| !number.is_empty());
        number.into_iter().collect()
    };
    claim_all(changes, institution, patient, &set(old), &set(new));
}

/// As [`claim`], where a patient has numbers of several institutions.
pub(super) fn claim_all(
    changes: &mut Changes,
    institution: &Id,
    patient: &Id,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) {
    for number in old.difference(new) {
        changes.unclaim(NUMBER, institution, number, patient);
    }
    for number in new.difference(old) {
        changes.claim(NUMBER, institution, number, patient);
    }
}

/// The one value in a system; a fault where there are several.
fn single(patient: &Resource, is: impl Fn(&str) -> bool) -> Result<String, Fault> {
    let list = patient.list("identifier").iter().enumerate();
    let mut found = list.filter(|(_, one)| is(text_of(one, "system")));
    let first = found.next();
    match found.next() {
        None => Ok(first.map_or_else(String::new, |(_, one)| text_of(one, "value").to_owned())),
        Some((at, _)) => Err(two(at)),
    }
}

fn two(at: usize) -> Fault {
    Fault::new(format!("Patient.identifier[{at}]"), "fault-fhir-number-two")
}

/// Gives a patient its own number in renkei's system, where it came in the national one.
///
/// # Errors
/// The fault of a patient with two numbers of its own institution.
pub(super) fn settle(
    patient: &mut Resource,
    institution: &Id,
    own: &str,
    old: Option<&Resource>,
) -> Result<(), Fault> {
    let local = single(patient, |system| is_local(system, institution))?;
    let national = match own {
        "" => String::new(),
        own => single(patient, |system| system == own)?,
    };
    if national.is_empty() || national == local {
        return Ok(());
    }
    // Who changes the national one and sends ours as it was read means the national one.
    let before = old.map(|old| single(old, |system| is_local(system, institution)));
    let as_read = matches!(before, Some(Ok(before)) if before == local);
    if !local.is_empty() && !as_read {
        let mut list = patient.list("identifier").iter();
        let at = list.position(|one| is_local(text_of(one, "system"), institution));
        return Err(two(at.unwrap_or_default()));
    }
    if let Some(mut typed) = Patient::from_resource(patient.clone()) {
        typed.set_local_id(institution, &national);
        *patient = typed.into_resource();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: &str = "urn:oid:1.2.392.100495.20.3.51.11311234567";

    fn institution() -> Id {
        "org".parse().unwrap()
    }

    fn patient(identifiers: &[(&str, &str)]) -> Resource {
        let list = identifiers.iter();
        let list: Vec<Value> = list
            .map(|(system, value)| json!({"system": system, "value": value}))
            .collect();
        let value = json!({"resourceType": "Patient", "id": "p", "identifier": list});
        Resource::from_json(&value.to_string()).unwrap()
    }

    fn local() -> String {
        format!("{LOCAL}org")
    }

    #[test]
    fn an_own_number_is_one_in_either_system() {
        let other = format!("{LOCAL}elsewhere");
        let national = "urn:oid:1.2.392.100495.20.3.51.11319999999";
        let one = patient(&[
            (&other, "5"),
            (OWN, "42"),
            (national, "42"),
            ("urn:x", "7"),
            (&local(), "42"),
            (&local(), ""),
        ]);
        let said: Vec<String> = claimed(&one, &institution(), OWN).into_iter().collect();
        let wanted = [
            "42".to_owned(),
            format!("{other}|5"),
            format!("{national}|42"),
        ];
        assert_eq!(said, wanted);
        assert_eq!(searched(&one, &institution(), OWN).len(), 4);
        let before = [format!("{OWN}|42")];
        let all: BTreeSet<String> = wanted.into_iter().chain(before).collect();
        assert_eq!(claims(&one, &institution(), OWN), all);
        // Without a number of its own, no national system is the institution's.
        assert!(claimed(&one, &institution(), "").contains(&format!("{OWN}|42")));
    }

    fn settled(sent: &[(&str, &str)], old: Option<&[(&str, &str)]>) -> Result<String, String> {
        let mut sent = patient(sent);
        let old = old.map(patient);
        settle(&mut sent, &institution(), OWN, old.as_ref()).map_err(|fault| fault.field)?;
        Ok(single(&sent, |system| is_local(system, &institution())).unwrap())
    }

    #[test]
    fn a_number_is_settled() {
        let local = local();
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(settled(&[(OWN, "1")], None), ok("1"));
        assert_eq!(settled(&[(&local, "1")], None), ok("1"));
        assert_eq!(settled(&[(OWN, "1"), (&local, "1")], None), ok("1"));
        assert_eq!(settled(&[], Some(&[(&local, "1")])), ok(""));
        let old: &[(&str, &str)] = &[(OWN, "1"), (&local, "1")];
        assert_eq!(settled(&[(OWN, "2"), (&local, "1")], Some(old)), ok("2"));
        assert_eq!(settled(&[(OWN, "2")], Some(old)), ok("2"));
        let two = Err("Patient.identifier[1]".to_owned());
        assert_eq!(settled(&[(OWN, "1"), (&local, "2")], Some(old)), two);
        assert_eq!(settled(&[(OWN, "1"), (&local, "2")], None), two);
        assert_eq!(settled(&[(OWN, "1"), (OWN, "2")], None), two);
    }
}
