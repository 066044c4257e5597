//! The one door for writes: everything of one act, all or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use renkei_base::{Ctx, Id};
use renkei_fhir::Key;

use crate::audit::Record;
use crate::changes::{Changes, Note, Put, Stored};
use crate::db::Step;
use crate::db::lane::Request;
use crate::feed::Fed;
use crate::{Store, StoreError, access, count, index, resource};

impl Store {
    /// Writes everything or nothing, with audit, index, access rows, feed and counts, in one transaction.
    /// Returns what was written, with new versions. Tells the watchers afterwards.
    ///
    /// A put on what the caller may not see, on another version than the current one, or into another place,
    /// is a [`StoreError::Conflict`], the same for all three. Rows that this act grants count as there already.
    pub async fn commit(&self, ctx: &Ctx, changes: Changes) -> Result<Vec<Stored>, StoreError> {
        let old = self.replaced(ctx, &changes.puts).await?;
        let (request, written) = self.request(ctx, changes, &old)?;
        let tell = request.tell.clone();
        self.db().commit(request).await?;
        self.tell(&tell);
        self.anchor_when_due();
        Ok(written)
    }

    /// The current versions that the puts replace, for the index rows that go.
    async fn replaced(&self, ctx: &Ctx, puts: &[Put]) -> Result<Vec<Stored>, StoreError> {
        let keys: Vec<Key> = puts
            .iter()
            .filter(|put| put.base > 0)
            .filter_map(|put| put.resource.key())
            .collect();
        let old: Vec<Stored> = self.fetch(ctx, &keys, true).await?;
        for put in puts.iter().filter(|put| put.base > 0) {
            let key = put.resource.key();
            let known = old
                .iter()
                .any(|old| Some(&old.key) == key.as_ref() && old.version == put.base);
            if !known {
                let what = key.map(|key| key.to_string()).unwrap_or_default();
                return Err(StoreError::Conflict(what));
            }
        }
        Ok(old)
    }

    fn request(
        &self,
        ctx: &Ctx,
        changes: Changes,
        old: &[Stored],
    ) -> Result<(Request, Vec<Stored>), StoreError> {
        let notes = notes(changes.notes, &changes.puts);
        let mut steps: Vec<Step> = changes.grants.iter().map(access::grant).collect();
        let mut written = Vec::with_capacity(changes.puts.len());
        for put in changes.puts {
            let key = put.resource.key();
            let before = old.iter().find(|old| Some(&old.key) == key.as_ref());
            let new = resource::stamped(ctx, put, before)?;
            steps.extend(resource::steps(ctx, self.db().backend(), &new));
            let indexed = before.filter(|before| !before.deleted);
            steps.extend(indexed.map(index::remove).unwrap_or_default());
            if !new.deleted {
                steps.extend(index::insert(&new));
            }
            written.push(new);
        }
        steps.extend(changes.counts.iter().map(count::step));
        steps.extend(changes.steps);
        if let Some(once) = self.remembered() {
            steps.extend(once.steps(ctx, &written));
        }
        steps.extend(changes.revokes.iter().map(access::revoke));
        let request = Request {
            steps,
            records: Arc::new(
                notes
                    .into_iter()
                    .map(|note| Record::new(ctx, note))
                    .collect(),
            ),
            fed: written.iter().map(fed).collect(),
            tell: told(changes.tell, &written),
        };
        Ok((request, written))
    }
}

/// The act's own notes, and one for each patient that they leave out: nothing goes unaudited.
fn notes(mut notes: Vec<Note>, puts: &[Put]) -> Vec<Note> {
    let mut left = Vec::new();
    for put in puts {
        let Some(patient) = &put.place.patient else {
            continue;
        };
        let noted = |note: &Note| note.patient.as_ref() == Some(patient);
        if !notes.iter().any(noted) && !left.contains(&patient) {
            left.push(patient);
        }
    }
    notes.extend(left.into_iter().map(|patient| {
        let of_patient = |put: &&Put| put.place.patient.as_ref() == Some(patient);
        unsaid(patient, puts.iter().filter(of_patient))
    }));
    notes
}

/// What no noun said: names what was written.
fn unsaid<'a>(patient: &Id, puts: impl Iterator<Item = &'a Put>) -> Note {
    let puts: Vec<&Put> = puts.collect();
    let action = match puts.first() {
        Some(Put { delete: true, .. }) => "resource.delete",
        Some(Put { base: 0, .. }) => "resource.create",
        _ => "resource.update",
    };
    let keys: Vec<Key> = puts.iter().filter_map(|put| put.resource.key()).collect();
    let mut note = Note::new(action).patient(patient);
    note.what = keys.first().cloned();
    if keys.len() > 1 {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        note.detail = names.join(" ");
    }
    note
}

fn fed(new: &Stored) -> Fed {
    Fed {
        at: new.updated,
        patient: new.place.patient.clone(),
        key: new.key.clone(),
        version: new.version,
        institution: new.place.owner.clone(),
    }
}

fn told(tell: Vec<Id>, written: &[Stored]) -> Vec<Id> {
    let owners = written.iter().filter_map(|new| new.place.owner.clone());
    let all: BTreeSet<Id> = tell.into_iter().chain(owners).collect();
    all.into_iter().collect()
}
