//! What a write means before any noun is asked: conditional writes settled, what is there read, ids given.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::{Fault, Id, Refusal};
use renkei_fhir::composition::Composition;
use renkei_fhir::element::key_of;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_fhir::{Key, Resource};
use renkei_store::{Clause, Query, Stored};
use sha2::{Digest as _, Sha256};

use super::door::Door;
use super::{Denied, Entry, Failed, Kind, Refer, Write, kind, refer};

/// How many ids of one condition are looked at.
const CLAIMS: usize = 8;

/// A write, settled.
#[derive(Clone, Debug)]
pub(super) enum Meant {
    /// Under the id that the resource carries now.
    Create(Resource),
    Update(Stored, Resource),
    Delete(Stored),
    /// `If-None-Exist` found this.
    There(Stored),
    /// A delete that has nothing to do.
    Nothing(Key),
}

impl Meant {
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Self::Create(resource) => resource.key(),
            Self::Update(stored, _) | Self::Delete(stored) | Self::There(stored) => {
                Some(stored.key.clone())
            }
            Self::Nothing(key) => Some(key.clone()),
        }
    }
}

/// Settles one write. `attempt` counts how often the whole was tried before.
pub(super) async fn settle(
    door: &Door<'_>,
    write: &Write,
    attempt: usize,
) -> Result<Meant, Denied> {
    match write {
        Write::Create {
            resource,
            if_none_exist,
        } => {
            offered(resource.typ(), |kind| kind.create)?;
            let Some(query) = if_none_exist else {
                return Ok(Meant::Create(named(resource, &door.ctx.ids.id())));
            };
            match one(door, query, resource.typ()).await? {
                Some(there) => Ok(Meant::There(there)),
                None => Ok(Meant::Create(named(
                    resource,
                    &claim(door, query, attempt).await?,
                ))),
            }
        }
        Write::Update {
            key,
            resource,
            if_match,
        } => {
            offered(&key.typ, |kind| kind.update)?;
            same_key(key, resource, true)?;
            let stored = current(door, key).await?;
            let stored = stored.filter(|stored| !stored.deleted);
            let stored = stored.ok_or(Refusal::NotFound)?;
            update(stored, resource, *if_match)
        }
        Write::ConditionalUpdate {
            query,
            resource,
            if_match,
        } => change(door, query, resource, *if_match, attempt).await,
        Write::Delete { key, if_match } => {
            offered(&key.typ, |kind| kind.delete)?;
            let stored = current(door, key).await?.ok_or(Refusal::NotFound)?;
            same_version(&stored, *if_match)?;
            Ok(if stored.deleted {
                Meant::Nothing(stored.key)
            } else {
                Meant::Delete(stored)
            })
        }
        Write::ConditionalDelete { query } => {
            offered(&query.typ, |kind| kind.delete)?;
            let found = one(door, query, &query.typ).await?;
            let nothing = || Key::new(&query.typ, door.ctx.request.clone());
            Ok(found.map_or_else(|| Meant::Nothing(nothing()), Meant::Delete))
        }
    }
}

/// `PUT [type]?search`: what is found, or a new one.
async fn change(
    door: &Door<'_>,
    query: &Query,
    resource: &Resource,
    if_match: Option<u32>,
    attempt: usize,
) -> Result<Meant, Denied> {
    offered(&query.typ, |kind| kind.update)?;
    if let Some(stored) = one(door, query, resource.typ()).await? {
        same_key(&stored.key, resource, false)?;
        return update(stored, resource, if_match);
    }
    // Ids are given here.
    if resource.get("id").is_some() {
        return Err(Refusal::NotFound.into());
    }
    offered(&query.typ, |kind| kind.create)?;
    let id = claim(door, query, attempt).await?;
    Ok(Meant::Create(named(resource, &id)))
}

fn update(stored: Stored, resource: &Resource, if_match: Option<u32>) -> Result<Meant, Denied> {
    same_version(&stored, if_match)?;
    let resource = named(resource, &stored.key.id);
    Ok(Meant::Update(stored, resource))
}

fn same_version(stored: &Stored, if_match: Option<u32>) -> Result<(), Denied> {
    match if_match {
        Some(version) if version != stored.version => {
            Err(Denied::Precondition("refuse-fhir-version"))
        }
        _ => Ok(()),
    }
}

fn offered(typ: &str, asked: fn(&Kind) -> bool) -> Result<(), Denied> {
    match kind(typ) {
        None => Err(Denied::NotOffered("refuse-fhir-not-kept")),
        Some(kind) if !asked(kind) => Err(Denied::NotOffered(kind.why)),
        Some(_) => Ok(()),
    }
}

fn same_key(key: &Key, resource: &Resource, required: bool) -> Result<(), Denied> {
    if resource.typ() != key.typ {
        return Err(Refusal::fault("resourceType", "fault-fhir-other-type").into());
    }
    let fits = match resource.get("id") {
        None => !required,
        Some(_) => resource.id().as_ref() == Some(&key.id),
    };
    match fits {
        true => Ok(()),
        false => Err(fault(&key.typ, "id", "fault-fhir-other-id").into()),
    }
}

fn fault(typ: &str, element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(format!("{typ}.{element}"), key)])
}

async fn current(door: &Door<'_>, key: &Key) -> Result<Option<Stored>, Denied> {
    Ok(door.care.store.read(door.ctx, key).await?)
}

/// The one match of a condition, or none.
async fn one(door: &Door<'_>, query: &Query, typ: &str) -> Result<Option<Stored>, Denied> {
    if query.typ != typ {
        return Err(Refusal::fault("resourceType", "fault-fhir-other-type").into());
    }
    if query.clauses.is_empty() {
        return Err(Denied::Precondition("refuse-fhir-no-condition"));
    }
    let query = Query {
        clauses: query.clauses.clone(),
        ..Query::of(typ).count(2)
    };
    let page = door.care.store.search(door.ctx, &query).await?;
    let mut found = page.matches.into_iter();
    match (found.next(), found.next()) {
        (one, None) => Ok(one),
        _ => Err(Denied::Precondition("refuse-fhir-several")),
    }
}

/// The id of what a condition did not find: the same for all who ask the same for the same institution, so that only one of
/// them makes it. On a later attempt, the first that is not taken (by something that fits no longer).
async fn claim(door: &Door<'_>, query: &Query, attempt: usize) -> Result<Id, Denied> {
    let mut clauses: Vec<&Clause> = query.clauses.iter().collect();
    clauses.sort_by(|one, other| (&one.param, &one.values).cmp(&(&other.param, &other.values)));
    let institution = door.ctx.institution()?;
    for number in 0..CLAIMS {
        let words = format!("{institution} {} {clauses:?} {number}", query.typ);
        let digest = Sha256::digest(words.as_bytes());
        let hex: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let id: Id = hex
            .parse()
            .map_err(|_| Refusal::fault("", "fault-case-id"))?;
        if attempt == 0
            || current(door, &Key::new(&query.typ, id.clone()))
                .await?
                .is_none()
        {
            return Ok(id);
        }
    }
    Ok(door.ctx.ids.id())
}

/// The resource under this id, which stands second, as everywhere.
fn named(resource: &Resource, id: &Id) -> Resource {
    if resource.id().as_ref() == Some(id) {
        return resource.clone();
    }
    let mut new = Resource::new(resource.typ(), id);
    for (name, value) in resource.json() {
        if name != "resourceType" && name != "id" {
            new.set(name, value.clone());
        }
    }
    new
}

/// Gives the parts of a referral the id of their case, and puts what is stored in the place of the entries' own addresses.
pub(super) fn join(entries: &[Entry], meant: &mut [Meant], searched: BTreeMap<String, Key>) {
    let mut known = addresses(entries, meant);
    known.extend(searched);
    let letters: Vec<(String, Id)> = meant.iter().flat_map(letters_of).collect();
    for (entry, meant) in entries.iter().zip(meant.iter_mut()) {
        let Meant::Create(resource) = meant else {
            continue;
        };
        let id = match resource.typ() {
            Task::TYPE => resource
                .get("focus")
                .and_then(|focus| of_case(focus, &known)),
            Composition::TYPE => letters
                .iter()
                .find(|(address, _)| !address.is_empty() && *address == entry.full_url)
                .map(|(_, id)| id.clone()),
            _ => None,
        };
        if let Some(id) = id {
            *resource = named(resource, &id);
            if !entry.full_url.is_empty() {
                known.insert(entry.full_url.clone(), Key::new(resource.typ(), id));
            }
        }
    }
    for meant in meant {
        if let Meant::Create(resource) | Meant::Update(_, resource) = meant {
            refer::replace(resource, &known);
        }
    }
}

/// The second entry for a resource that another one changes or deletes already.
pub(super) fn twice(meant: &[Meant]) -> Option<usize> {
    let mut seen = BTreeSet::new();
    meant.iter().position(|one| match one {
        Meant::Update(stored, _) | Meant::Delete(stored) => !seen.insert(stored.key.clone()),
        _ => false,
    })
}

/// What references by search point to: the one match, or what an entry with the same condition makes.
pub(super) async fn referred(
    door: &Door<'_>,
    entries: &[Entry],
    meant: &[Meant],
    refers: &[Refer],
) -> Result<BTreeMap<String, Key>, Failed> {
    let mut known = BTreeMap::new();
    for refer in refers {
        let failed = |why| Failed {
            entry: Some(refer.entry),
            why,
        };
        let found = one(door, &refer.query, &refer.query.typ).await;
        let key = match found.map_err(failed)? {
            Some(stored) => Some(stored.key),
            None => made(entries, meant, &refer.query),
        };
        let key = key.ok_or_else(|| failed(Denied::Precondition("refuse-fhir-reference")))?;
        known.insert(refer.text.clone(), key);
    }
    Ok(known)
}

/// What an entry makes that is to be made only where this search finds nothing.
fn made(entries: &[Entry], meant: &[Meant], query: &Query) -> Option<Key> {
    let mut pairs = entries.iter().zip(meant);
    let (_, made) = pairs.find(|(entry, _)| match &entry.write {
        Write::Create { if_none_exist, .. } => if_none_exist.as_ref() == Some(query),
        Write::ConditionalUpdate { query: own, .. } => own == query,
        _ => false,
    })?;
    made.key()
}

fn addresses(entries: &[Entry], meant: &[Meant]) -> BTreeMap<String, Key> {
    let pairs = entries.iter().zip(meant);
    pairs
        .filter(|(entry, _)| !entry.full_url.is_empty())
        .filter_map(|(entry, meant)| Some((entry.full_url.clone(), meant.key()?)))
        .collect()
}

/// The case that a Task is about.
fn of_case(focus: &serde_json::Value, known: &BTreeMap<String, Key>) -> Option<Id> {
    let text = focus.get("reference")?.as_str()?;
    let key = known.get(text).cloned().or_else(|| key_of(focus))?;
    (key.typ == ServiceRequest::TYPE).then_some(key.id)
}

/// The addresses by which a new ServiceRequest calls its letter, with its id.
fn letters_of(meant: &Meant) -> Vec<(String, Id)> {
    let Meant::Create(resource) = meant else {
        return Vec::new();
    };
    let (ServiceRequest::TYPE, Some(id)) = (resource.typ(), resource.id()) else {
        return Vec::new();
    };
    let list = resource.list("supportingInfo").iter();
    list.filter_map(|one| one.get("reference")?.as_str())
        .map(|address| (address.to_owned(), id.clone()))
        .collect()
}
