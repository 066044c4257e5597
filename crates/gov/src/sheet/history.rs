//! Who wrote what in a sheet, and when: every write with what was there before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use renkei_base::{Id, Micros};
use renkei_store::answer::AnswerChange;
use renkei_store::{AccountRow, Failure, Store};

use super::Sheet;
use crate::answer::input::Given;
use crate::{Status, Value};

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub question: String,
    pub before: Given,
    pub after: Given,
    pub why: String,
    pub origin: String,
    /// The name as it is today; empty for a program.
    pub by: String,
    pub at: Micros,
    pub revision: i64,
}

/// Every write of a sheet, the last first: to who asked and who answers; to others what was corrected since it was handed in.
pub async fn history(store: &Store, sheet: &Sheet) -> Result<Vec<Written>, Failure> {
    let mut changes = store
        .answer_changes(&sheet.survey().code, &sheet.row.respondent)
        .await?;
    if !sheet.own && !sheet.seen.owner {
        changes.retain(|one| Some(one.changed_at) > sheet.row.submitted_at);
    }
    let people = changes.iter().filter_map(|one| one.changed_by.clone());
    let names = names_beside(store, sheet, people).await?;
    changes
        .iter()
        .map(|change| written(change, &names))
        .collect()
}

/// The names of people by their accounts, as who looks at a sheet sees them: those of the respondent's own people are for its
/// own alone, and empty for others.
pub async fn names_beside(
    store: &Store,
    sheet: &Sheet,
    people: impl Iterator<Item = Id>,
) -> Result<BTreeMap<Id, String>, Failure> {
    let mut names = BTreeMap::new();
    for person in people {
        if let Entry::Vacant(place) = names.entry(person) {
            let found = store.account(place.key()).await?;
            let is_shown = |found: &AccountRow| {
                sheet.own || found.institution.as_ref() != Some(&sheet.row.respondent)
            };
            let found = found.filter(is_shown);
            place.insert(found.map(|found| found.name).unwrap_or_default());
        }
    }
    Ok(names)
}

/// The names of people by their accounts.
pub async fn names(
    store: &Store,
    people: impl Iterator<Item = Id>,
) -> Result<BTreeMap<Id, String>, Failure> {
    let mut names = BTreeMap::new();
    for person in people {
        if let Entry::Vacant(place) = names.entry(person) {
            let found = store.account(place.key()).await?;
            place.insert(found.map(|found| found.name).unwrap_or_default());
        }
    }
    Ok(names)
}

fn written(change: &AnswerChange, names: &BTreeMap<Id, String>) -> Result<Written, Failure> {
    let given = |value: &str, status: &str, explanation: &str| -> Result<Given, Failure> {
        Ok(Given {
            value: Value::read(value)?,
            status: Status::from_code(status).unwrap_or(Status::NoAnswer),
            explanation: explanation.to_owned(),
        })
    };
    let name = change.changed_by.as_ref().and_then(|by| names.get(by));
    Ok(Written {
        question: change.question.clone(),
        before: given(
            &change.old_value,
            &change.old_status,
            &change.old_explanation,
        )?,
        after: given(
            &change.new_value,
            &change.new_status,
            &change.new_explanation,
        )?,
        why: change.why.clone(),
        origin: change.origin.clone(),
        by: name.cloned().unwrap_or_default(),
        at: change.changed_at,
        revision: change.revision,
    })
}
