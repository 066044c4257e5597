//! The values of a search: none, or not of the form that its parameter has. What is wrong with the name is `no::unknown`.

use renkei_care::fhir::{Denied, Kind};
use renkei_fhir::search::{self, Kind as Sort};
use renkei_store::{StoreError, split_values};

use super::no::{No, plain, unknown};

/// Whether a value, or one of several, says nothing: as a condition it would find what nobody asked for.
pub(crate) fn is_empty(value: &str) -> bool {
    split_values(value).iter().any(|one| one.trim().is_empty())
}

pub(crate) fn empty(name: &str) -> No {
    bad(name, "fhir-value-empty")
}

/// A search that the store refuses.
pub(crate) fn denied(kind: &Kind, denied: Denied) -> No {
    match denied {
        Denied::Store(error) => refused(kind, error),
        other => other.into(),
    }
}

pub(crate) fn refused(kind: &Kind, error: StoreError) -> No {
    match error {
        StoreError::Query(name) => wrong(kind, &name),
        other => other.into(),
    }
}

/// What cannot be used: the value, with the form that it should have, where the name is a good one.
pub(crate) fn wrong(kind: &Kind, name: &str) -> No {
    match form(kind, name) {
        Some(key) => bad(name, key),
        None => unknown(name),
    }
}

pub(crate) fn bad(name: &str, key: &str) -> No {
    let name = plain(name);
    No::bad("value", key).arg("name", name.clone()).at(&name)
}

/// How the values of a parameter look; nothing where the name may be what is wrong, and for chains.
fn form(kind: &Kind, name: &str) -> Option<&'static str> {
    // The store says what an order or an include was about behind a blank.
    let name = name.split(' ').next().unwrap_or_default();
    match name {
        "_count" => return Some("fhir-value-count"),
        "_cursor" => return Some("fhir-value-cursor"),
        "_include" | "_include:iterate" => return Some("fhir-value-include"),
        "_revinclude" | "_revinclude:iterate" => return Some("fhir-value-revinclude"),
        "_lastUpdated" => return Some("fhir-value-date"),
        "_sort" => return Some("fhir-value-sort"),
        "_total" => return Some("fhir-value-total"),
        _ => {}
    }
    let (head, modifier) = match name.split_once(':') {
        Some((head, modifier)) => (head, Some(modifier)),
        None => (name, None),
    };
    let sort = search::param(kind.name, head)?.kind;
    match (modifier, sort) {
        (Some("missing"), _) => Some("fhir-value-missing"),
        (None, Sort::Date) => Some("fhir-value-date"),
        (None, Sort::Quantity) => Some("fhir-value-quantity"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_empty_where_one_of_several_is() {
        for value in ["", " ", ",", "a,", "a,,b", "\u{3000}"] {
            assert!(is_empty(value), "{value:?}");
        }
        for value in ["a", "a,b", r"\,", "|", "0"] {
            assert!(!is_empty(value), "{value:?}");
        }
    }

    #[test]
    fn a_good_name_has_a_form_for_its_values() {
        let patient = renkei_care::fhir::kind("Patient").unwrap();
        for (name, key) in [
            ("birthdate", Some("fhir-value-date")),
            ("_lastUpdated", Some("fhir-value-date")),
            ("gender:missing", Some("fhir-value-missing")),
            ("_sort nothing", Some("fhir-value-sort")),
            ("_include Task:status", Some("fhir-value-include")),
            ("birthdate:not", None),
            ("name:text", None),
            ("nothing", None),
            ("general-practitioner.name", None),
        ] {
            assert_eq!(form(patient, name), key, "{name}");
        }
    }
}
