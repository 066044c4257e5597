//! What a letter names, in codes too: Conditions and drugs of the sender's own record go along where the letter says their
//! names, and nothing goes that the letter does not say.

use renkei_base::{Ctx, medication};
use renkei_fhir::document::{self, Drug, Letter};
use renkei_fhir::element::text_of;
use renkei_fhir::patient::Patient;
use renkei_store::{Failure, Query, Stored};
use serde_json::Value;

use super::beyond;
use super::map::{DIAGNOSIS, MEDICATION, PAST};
use crate::Care;
use crate::referral::case::Case;

/// Conditions, and drugs, of a record that are looked through.
const LOOKED: usize = 200;
/// Shorter names stand in other words by chance.
const NAME_CHARS: usize = 2;

/// Puts the codes into the sections of a letter.
pub(super) async fn put(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    letter: &mut Letter,
) -> Result<(), Failure> {
    let conditions = own(care, ctx, case, "Condition").await?;
    let drugs = own(care, ctx, case, "MedicationRequest").await?;
    let at = letter.at;
    for section in &mut letter.sections {
        section.coded = match section.code.as_str() {
            DIAGNOSIS | PAST => named(&conditions, &section.code, &section.text),
            MEDICATION => lines(&section.text, at, &drugs),
            _ => Vec::new(),
        };
    }
    Ok(())
}

/// What the sender's own record has of that type.
async fn own(care: &Care, ctx: &Ctx, case: &Case, typ: &str) -> Result<Vec<Value>, Failure> {
    let query = Query::of(typ)
        .with("subject", Patient::key(&case.patient_id).to_string())
        .sort("_lastUpdated", true)
        .count(LOOKED);
    let found = care.store.search(&beyond(ctx), &query).await?.matches;
    let mine = |one: &Stored| one.place.owner.as_ref() == Some(&case.sender);
    let found = found.into_iter().filter(mine);
    Ok(found.map(|one| one.resource.into_value()).collect())
}

/// The Conditions that a text names; what is over belongs to the past.
fn named(conditions: &[Value], section: &str, text: &str) -> Vec<Value> {
    let said = conditions
        .iter()
        .filter(|one| is_named(one, "code", text))
        .filter_map(document::condition);
    said.filter(|one| is_over(one) == (section == PAST))
        .collect()
}

fn is_named(resource: &Value, element: &str, text: &str) -> bool {
    let mut names = document::names(resource, element).into_iter();
    names.any(|name| name.chars().count() >= NAME_CHARS && text.contains(name))
}

fn is_over(condition: &Value) -> bool {
    let status = condition.get("clinicalStatus");
    let codings = status.and_then(|status| status.get("coding")?.as_array());
    let mut codings = codings.map_or(&[][..], Vec::as_slice).iter();
    codings.any(|one| matches!(text_of(one, "code"), "inactive" | "remission" | "resolved"))
}

/// Each line of the medication, with the code of the record's drug where that is the same.
fn lines(text: &str, at: renkei_base::Micros, drugs: &[Value]) -> Vec<Value> {
    let mut said = Vec::new();
    let (mut group, mut place) = (0, 0);
    let mut last = None;
    for line in medication::split_medication(text) {
        (group, place) = match line.group {
            Some(number) if last == Some(number) => (group, place + 1),
            _ => (group + 1, 1),
        };
        last = line.group;
        let drug = Drug {
            name: &line.drug,
            usage: &line.usage,
            group: (group, place),
        };
        let same = |one: &&Value| is_named(one, "medicationCodeableConcept", &line.drug);
        said.push(document::medication(&drug, at, drugs.iter().find(same)));
    }
    said
}
