//! The door for outside programs: what FHIR REST writes becomes the command that the button gives.
//!
//! | file | holds |
//! |---|---|
//! | [`kind`] | the one table: which type can be read, written, and why not |
//! | [`denied`] | why a write was not done |
//! | `door` | the way of all writes: what is meant, what it comes to, one commit |
//! | `meant` | conditional writes settled, ids given, references between entries put in place |
//! | `refer` | references inside a resource |
//! | `pending` | what the entries of a transaction write together |
//! | `step` | a changed Task as a step of its case |
//! | `parts`, `words`, `shape` | a referral's draft by its parts: the use cases, the form that they stand for, what may stand in them |
//! | `reply` | a reply as a Composition |
//! | `appointment`, `slot`, `file` | bookings, times, attachments |
//! | `masked` | what a gateway is not told of a letter's patient |
//!
//! A write never goes around a noun: what none owns is refused with its reason. Patients are `patient`'s,
//! clinical resources `record`'s.

mod again;
mod appointment;
pub mod denied;
pub(crate) mod door;
mod file;
pub mod kind;
mod masked;
mod meant;
mod parts;
mod pending;
pub(crate) mod refer;
mod reply;
mod shape;
mod slot;
pub(crate) mod step;
mod words;

use renkei_base::{Ctx, Micros};
use renkei_fhir::{Key, Resource};
use renkei_store::{FoundText, HistoryPage, HistoryQuery, Page, Query, Stored, StoredText};

pub use self::again::remember;
pub use self::denied::Denied;
pub use self::kind::{Kind, kind, kinds};
pub(crate) use self::step::{differs, only};
use crate::Care;

/// One write, as a client asks for it.
#[derive(Clone, Debug)]
pub enum Write {
    /// `POST [type]`; with `If-None-Exist` the search that must find nothing.
    Create {
        resource: Resource,
        if_none_exist: Option<Query>,
    },
    /// `PUT [type]/[id]`; `if_match` is the version that the client read.
    Update {
        key: Key,
        resource: Resource,
        if_match: Option<u32>,
    },
    /// `PUT [type]?search`
    ConditionalUpdate {
        query: Query,
        resource: Resource,
        if_match: Option<u32>,
    },
    /// `DELETE [type]/[id]`
    Delete { key: Key, if_match: Option<u32> },
    /// `DELETE [type]?search`
    ConditionalDelete { query: Query },
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 201
    Created,
    /// 200
    Updated,
    /// 200: it was so already, nothing was written.
    Unchanged,
    /// 204
    Deleted,
}

/// A write that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub key: Key,
    pub outcome: Outcome,
    /// The version now; 0 for a conditional delete that found nothing.
    pub version: u32,
    pub at: Micros,
    /// The resource as it is stored now; `None` when deleted.
    pub resource: Option<Resource>,
}

/// One write of a transaction, under the address that the other entries call it by.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `Bundle.entry.fullUrl`: `urn:uuid:…`, or empty.
    pub full_url: String,
    pub write: Write,
}

/// A reference by search (`Patient?identifier=…`) in an entry of a transaction.
#[derive(Clone, Debug)]
pub struct Refer {
    /// The number of the entry, from 0.
    pub entry: usize,
    /// As it stands in the resource.
    pub text: String,
    pub query: Query,
}

/// Why a transaction was not done: nothing of it was stored.
#[derive(Debug)]
pub struct Failed {
    /// Of the entry, from 0; `None` where the whole is meant.
    pub entry: Option<usize>,
    pub why: Denied,
}

/// Does one write.
///
/// # Errors
/// [`Denied`]; nothing was stored.
pub async fn write(care: &Care, ctx: &Ctx, write: Write) -> Result<Written, Denied> {
    let entry = Entry {
        full_url: String::new(),
        write,
    };
    match door::pass(care, ctx, &[entry], &[]).await {
        Ok(written) => written
            .into_iter()
            .next()
            .ok_or(Denied::NotOffered("refuse-fhir-not-kept")),
        Err(failed) => Err(failed.why),
    }
}

/// Does several writes in one commit, all or nothing; the answers are in the order of the entries.
/// References by `fullUrl` between the entries become references to what is stored.
///
/// # Errors
/// [`Failed`] with the entry that was refused.
pub async fn transaction(
    care: &Care,
    ctx: &Ctx,
    entries: Vec<Entry>,
) -> Result<Vec<Written>, Failed> {
    door::pass(care, ctx, &entries, &[]).await
}

/// As [`transaction`], with references by search: each must find one resource, or be the condition of an entry.
///
/// # Errors
/// As [`transaction`]; [`Denied::Precondition`] for a reference that finds none or several.
pub async fn transaction_with(
    care: &Care,
    ctx: &Ctx,
    entries: Vec<Entry>,
    refers: &[Refer],
) -> Result<Vec<Written>, Failed> {
    door::pass(care, ctx, &entries, refers).await
}

/// The references of a resource that are searches, each once: `Patient?identifier=…`, also under a base of ours.
pub fn searched(resource: &Resource) -> Vec<String> {
    let all = refer::all(resource).into_iter();
    let mut list: Vec<String> = all
        .map(|one| one.reference)
        .filter(|text| text.contains('?') && !text.starts_with(['#', '?']))
        .collect();
    list.sort();
    list.dedup();
    list
}

/// Reads one resource as text; a deleted one comes with `deleted`. `None` for what is not there or not to be seen.
///
/// # Errors
/// [`Denied::NotOffered`] for a type that is not kept.
pub async fn read_text(care: &Care, ctx: &Ctx, key: &Key) -> Result<Option<StoredText>, Denied> {
    readable(&key.typ)?;
    let found = care.store.read_text(ctx, key).await?;
    Ok(found.map(|one| masked::text(ctx, one)))
}

/// Reads one resource.
///
/// # Errors
/// As [`read_text`].
pub async fn read(care: &Care, ctx: &Ctx, key: &Key) -> Result<Option<Stored>, Denied> {
    readable(&key.typ)?;
    let found = care.store.read(ctx, key).await?;
    Ok(found.map(|one| masked::stored(ctx, one)))
}

/// Reads one version.
///
/// # Errors
/// As [`read_text`].
pub async fn read_version(
    care: &Care,
    ctx: &Ctx,
    key: &Key,
    version: u32,
) -> Result<Option<Stored>, Denied> {
    readable(&key.typ)?;
    let found = care.store.read_version(ctx, key, version).await?;
    Ok(found.map(|one| masked::stored(ctx, one)))
}

/// All versions, newest first; empty for what is not there or not to be seen.
///
/// # Errors
/// As [`read_text`].
pub async fn history(care: &Care, ctx: &Ctx, key: &Key) -> Result<Vec<Stored>, Denied> {
    readable(&key.typ)?;
    let found = care.store.history(ctx, key).await?;
    let masked = found.into_iter().map(|one| masked::stored(ctx, one));
    Ok(masked.collect())
}

/// One page of the history of these types together, newest first.
///
/// # Errors
/// As [`read_text`], and a cursor that is none.
pub async fn histories(
    care: &Care,
    ctx: &Ctx,
    types: &[&str],
    query: &HistoryQuery,
) -> Result<HistoryPage, Denied> {
    for typ in types {
        readable(typ)?;
    }
    let found = match types {
        [_] => care.store.type_history(ctx, query).await?,
        _ => care.store.system_history(ctx, types, query).await?,
    };
    let versions = found.versions.into_iter();
    Ok(HistoryPage {
        versions: versions.map(|one| masked::stored(ctx, one)).collect(),
        next: found.next,
    })
}

/// Searches.
///
/// # Errors
/// As [`read_text`], and what the planner does not know.
pub async fn search(care: &Care, ctx: &Ctx, query: &Query) -> Result<Page, Denied> {
    readable(&query.typ)?;
    Ok(masked::page(ctx, care.store.search(ctx, query).await?))
}

/// As [`search`], what is found as text.
///
/// # Errors
/// As [`search`].
pub async fn search_text(care: &Care, ctx: &Ctx, query: &Query) -> Result<Page<FoundText>, Denied> {
    readable(&query.typ)?;
    let found = care.store.search_text(ctx, query).await?;
    Ok(masked::page_of_texts(ctx, found))
}

fn readable(typ: &str) -> Result<(), Denied> {
    match kind(typ) {
        Some(_) => Ok(()),
        None => Err(Denied::NotOffered("refuse-fhir-not-kept")),
    }
}
