//! Printed versions, and what differs between two.

use std::collections::BTreeMap;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id};
use renkei_store::guide::{GuideRow, GuideVersionRow};
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use super::Entry;
use crate::gate;

/// The versions of a guide, the newest first.
pub async fn versions(store: &Store, guide: &Id) -> Result<Vec<GuideVersionRow>, StoreError> {
    store.guide_versions(guide).await
}

/// What a version printed.
pub async fn kept(store: &Store, version: &GuideVersionRow) -> Result<Vec<Entry>, StoreError> {
    let bytes = store.blob(&version.entries).await?;
    let bytes = bytes.ok_or_else(|| StoreError::Corrupt("a guide's entries".to_owned()))?;
    serde_json::from_slice(&bytes).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Keeps a printed version of this number for ever.
///
/// # Errors
/// A conflict where somebody else printed this number meanwhile.
pub async fn keep(
    store: &Store,
    ctx: &Ctx,
    guide: &GuideRow,
    number: i64,
    (entries, pdf): (&[Entry], Vec<u8>),
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let text = serde_json::to_vec(entries).map_err(|error| StoreError::Blob(error.to_string()))?;
    let row = GuideVersionRow {
        guide: guide.id.clone(),
        number,
        day: ctx.at.in_japan().date().to_string(),
        title: guide.title.clone(),
        pdf: store.put_blob(pdf).await?,
        entries: store.put_blob(text).await?,
        institutions: i64::try_from(entries.len()).unwrap_or(i64::MAX),
        made_by: ctx.caller.account.clone(),
        made_at: ctx.at,
    };
    let mut changes = Changes::default();
    changes.put_guide_version(&row);
    changes.note(Note::new("guide.print").detail(format!("{} {number}", guide.id)));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// What differs between two lists of entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    pub added: Vec<Entry>,
    pub gone: Vec<Entry>,
    /// Before and now.
    pub changed: Vec<(Entry, Entry)>,
}

impl Difference {
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty() && self.changed.is_empty()
    }
}

/// From the older to the newer.
pub fn difference(old: &[Entry], new: &[Entry]) -> Difference {
    let by_id = |entries: &[Entry]| -> BTreeMap<String, Entry> {
        let pairs = entries.iter().map(|one| (one.id.clone(), one.clone()));
        pairs.collect()
    };
    let before = by_id(old);
    let now = by_id(new);
    let gone = old.iter().filter(|one| !now.contains_key(&one.id));
    let added = new.iter().filter(|one| !before.contains_key(&one.id));
    let both = new.iter().filter_map(|one| {
        let was = before.get(&one.id)?;
        (was != one).then(|| (was.clone(), one.clone()))
    });
    Difference {
        added: added.cloned().collect(),
        gone: gone.cloned().collect(),
        changed: both.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, phone: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            phone: phone.to_owned(),
            ..Entry::default()
        }
    }

    #[test]
    fn what_came_what_went_what_changed() {
        let old = [entry("a", "1"), entry("b", "2"), entry("c", "3")];
        let new = [entry("b", "2"), entry("c", "4"), entry("d", "5")];
        let found = difference(&old, &new);
        assert_eq!(found.added, [entry("d", "5")]);
        assert_eq!(found.gone, [entry("a", "1")]);
        assert_eq!(found.changed, [(entry("c", "3"), entry("c", "4"))]);
        assert!(difference(&old, &old).is_empty());
        assert_eq!(difference(&[], &new).added.len(), 3);
    }
}
