//! FHIR search: ids first, then the bodies of one page, then what they include.

use std::collections::BTreeSet;

use renkei_base::{Ctx, Id, limits};
use renkei_fhir::Key;

use crate::changes::{FoundText, Note, Stored};
use crate::db::Row;
use crate::planner::{self, include, order};
use crate::query::{Include, Page, Query};
use crate::{Store, StoreError, resource};

/// Included resources of one page at most, for each `_include` and `_revinclude`.
const INCLUDED: usize = 1_000;
/// Includes of one search at most.
const INCLUDES: usize = 10;
/// How far `:iterate` goes from the matches.
const ROUNDS: usize = 4;

/// What rows of [`COLUMNS`](crate::resource::COLUMNS) are read as: parsed, or as text.
pub(crate) trait Found: Sized {
    fn read(row: &Row) -> Result<Self, StoreError>;
    fn key(&self) -> &Key;
    fn patient(&self) -> Option<&Id>;
}

impl Found for Stored {
    fn read(row: &Row) -> Result<Self, StoreError> {
        resource::stored(row)
    }
    fn key(&self) -> &Key {
        &self.key
    }
    fn patient(&self) -> Option<&Id> {
        self.place.patient.as_ref()
    }
}

impl Found for FoundText {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let (text, patient) = resource::stored_text(row)?;
        Ok(Self {
            key: Key::new(row.text(1)?, row.id(2)?),
            patient,
            text,
        })
    }
    fn key(&self) -> &Key {
        &self.key
    }
    fn patient(&self) -> Option<&Id> {
        self.patient.as_ref()
    }
}

impl Store {
    /// FHIR search within the caller's reach. One audit row, with the patients found, before the answer.
    ///
    /// Strings are compared folded (`renkei_base::name::search_key`), `:exact` too. Without an order, by id.
    /// The total is counted under the same filter. What is not known is [`StoreError::Query`] with its name.
    pub async fn search(&self, ctx: &Ctx, query: &Query) -> Result<Page, StoreError> {
        self.search_for(ctx, query).await
    }

    /// As [`Store::search`], for doors that pass resources on as they are: their texts are not parsed.
    pub async fn search_text(
        &self,
        ctx: &Ctx,
        query: &Query,
    ) -> Result<Page<FoundText>, StoreError> {
        self.search_for(ctx, query).await
    }

    async fn search_for<T: Found>(&self, ctx: &Ctx, query: &Query) -> Result<Page<T>, StoreError> {
        let (matches, next) = self.matches(ctx, query).await?;
        let included = self.included(ctx, query, &matches).await?;
        let total = match query.total {
            true => Some(self.total(ctx, query).await?),
            false => None,
        };
        let notes = note(&query.typ, &matches, &included);
        self.log(ctx, notes.into_iter().collect()).await?;
        Ok(Page {
            matches,
            included,
            next,
            total,
        })
    }

    pub(crate) async fn matches<T: Found>(
        &self,
        ctx: &Ctx,
        query: &Query,
    ) -> Result<(Vec<T>, Option<String>), StoreError> {
        let count = match query.count {
            0 => limits::PAGE_ROWS,
            some => some.min(limits::PAGE_ROWS_MAX),
        };
        let sorting = order::Sorting::of(query)?;
        let after = match &query.cursor {
            Some(cursor) => Some(self.after(ctx, query, &sorting, cursor).await?),
            None => None,
        };
        // One more than asked for: whether there is a next page.
        let sql = order::page(ctx, query, &sorting, after.as_ref(), count + 1)?;
        let rows = self.db().query(sql.text, sql.params).await?;
        let next = match rows.get(count) {
            Some(_) => rows
                .get(count - 1)
                .map(|row| sorting.cursor(query, row))
                .transpose()?,
            None => None,
        };
        let keys = rows
            .iter()
            .take(count)
            .map(|row| Ok(Key::new(&query.typ, row.id(0)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok((self.fetch(ctx, &keys, false).await?, next))
    }

    async fn after(
        &self,
        ctx: &Ctx,
        query: &Query,
        sorting: &order::Sorting,
        cursor: &str,
    ) -> Result<order::After, StoreError> {
        match order::after(ctx, query, sorting, cursor)? {
            Ok(after) => Ok(after),
            Err(lookup) => {
                let (text, params) = (lookup.sql.text.clone(), lookup.sql.params.clone());
                let rows = self.db().query(text, params).await?;
                lookup.keys(&rows)
            }
        }
    }

    async fn total(&self, ctx: &Ctx, query: &Query) -> Result<u64, StoreError> {
        let sql = planner::total(ctx, query)?;
        let rows = self.db().query(sql.text, sql.params).await?;
        let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// What the includes of a search add to its matches, each once.
    async fn included<T: Found>(
        &self,
        ctx: &Ctx,
        query: &Query,
        matches: &[T],
    ) -> Result<Vec<T>, StoreError> {
        let asked: Vec<&Include> = query.includes.iter().chain(&query.iterate).collect();
        if asked.len() > INCLUDES {
            return Err(StoreError::Query("_include".to_owned()));
        }
        for one in &asked {
            include::param(one)?;
        }
        let mine =
            |one: &&Include| !matches!(one, Include::Forward { typ, .. } if *typ != query.typ);
        if let Some(other) = query.includes.iter().find(|one| !mine(one)) {
            return Err(include::unknown(other));
        }
        let mut seen: BTreeSet<Key> = matches.iter().map(|one| one.key().clone()).collect();
        let first: Vec<&T> = matches.iter().collect();
        let mut found: Vec<T> = self.round(ctx, &asked, &first, &mut seen).await?;
        let again: Vec<&Include> = query.iterate.iter().collect();
        let mut from = 0;
        for _ in 1..ROUNDS {
            let last: Vec<&T> = found.iter().skip(from).collect();
            if again.is_empty() || last.is_empty() || found.len() >= INCLUDED {
                break;
            }
            let next = self.round(ctx, &again, &last, &mut seen).await?;
            from = found.len();
            found.extend(next);
        }
        Ok(found)
    }

    /// What these includes add to these resources, without what was seen.
    async fn round<T: Found>(
        &self,
        ctx: &Ctx,
        asked: &[&Include],
        of: &[&T],
        seen: &mut BTreeSet<Key>,
    ) -> Result<Vec<T>, StoreError> {
        let types: BTreeSet<&str> = of.iter().map(|one| one.key().typ.as_str()).collect();
        let mut keys = BTreeSet::new();
        for one in asked {
            for typ in types.iter().filter(|typ| include::is_of(one, typ)) {
                let of = of.iter().copied().filter(|from| from.key().typ == **typ);
                let of: Vec<&T> = of.collect();
                let Some(sql) = include::include(ctx, typ, one, &of, INCLUDED)? else {
                    continue;
                };
                let rows = self.db().query(sql.text, sql.params).await?;
                for row in &rows {
                    keys.insert(key(row)?);
                }
            }
        }
        let keys: Vec<Key> = keys
            .into_iter()
            .filter(|key| seen.insert(key.clone()))
            .collect();
        self.fetch(ctx, &keys, false).await
    }
}

/// The audit line: type, how many, and whose data was found; never what was asked for, which may be a name.
/// None for what has no patient. A search that found no patient's data is noted too: somebody may be guessing.
fn note<T: Found>(typ: &str, matches: &[T], included: &[T]) -> Option<Note> {
    let patients: BTreeSet<&Id> = matches
        .iter()
        .chain(included)
        .filter_map(Found::patient)
        .collect();
    if patients.is_empty() && planner::PUBLIC.contains(&typ) {
        return None;
    }
    let mut detail = format!("{typ} {}", matches.len() + included.len());
    for patient in &patients {
        detail.push(' ');
        detail.push_str(patient.as_str());
    }
    let mut note = Note::new("resource.search").detail(detail);
    if let (1, Some(patient)) = (patients.len(), patients.first()) {
        note = note.patient(patient);
    }
    Some(note)
}

fn key(row: &Row) -> Result<Key, StoreError> {
    Ok(Key::new(row.text(0)?, row.id(1)?))
}
