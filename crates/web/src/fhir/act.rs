//! One interaction, from a route or from an entry of a batch: is it offered, is the token good for it, what does it do.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use renkei_access::Interaction;
use renkei_base::Id;
use renkei_care::Care;
use renkei_care::fhir::{Kind, Write, kind};
use renkei_care::subscription;
use renkei_fhir::subscription::Subscription;
use renkei_fhir::{Key, Resource};
use renkei_store::Query;

use super::asked::{self, Asked, Pairs};
use super::door::Guest;
use super::header::Manner;
use super::no::No;
use super::once::Again;
use super::reply::Reply;
use super::{batch, document, history, read, search, write};
use crate::state::App;

/// What a request is about, once its address is read.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Read(Key),
    Version(Key, u32),
    History(Key),
    TypeHistory(&'static Kind),
    SystemHistory,
    /// A document byte for byte as it came.
    Original(Key),
    Search(&'static Kind),
    Write(Box<Write>),
}

impl Act {
    /// The search of a conditional write.
    fn condition(&self) -> Option<&Query> {
        let Self::Write(write) = self else {
            return None;
        };
        match &**write {
            Write::Create { if_none_exist, .. } => if_none_exist.as_ref(),
            Write::ConditionalUpdate { query, .. } | Write::ConditionalDelete { query } => {
                Some(query)
            }
            Write::Update { .. } | Write::Delete { .. } => None,
        }
    }
}

/// Where an interaction takes place.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) app: &'a App,
    pub(crate) guest: &'a Guest,
    pub(crate) manner: &'a Manner,
    /// Writes go through here: with a key for retries it remembers them.
    pub(crate) care: Care,
}

impl Place<'_> {
    /// `https://host/fhir`
    pub(crate) fn base(&self) -> String {
        base(self.app)
    }
}

pub(crate) fn base(app: &App) -> String {
    format!("{}/fhir", app.config.base_url)
}

/// One request over HTTP.
pub(crate) async fn answer(
    app: &App,
    guest: &Guest,
    manner: &Manner,
    again: Option<&Again>,
    asked: Asked,
) -> Result<Response, No> {
    let care = again.map_or_else(|| app.care.clone(), |again| again.care(app));
    let place = Place {
        app,
        guest,
        manner,
        care,
    };
    let post = asked.method == Method::POST;
    let reply = match asked.parts().as_slice() {
        [] if post => batch::answer(&place, again, asked).await?,
        ["Bundle"] if post => document::take(&place, &asked).await?,
        _ => perform(&place, asked).await?,
    };
    Ok(reply.response(&place.base()))
}

/// One interaction on a resource or a type.
pub(crate) async fn perform(place: &Place<'_>, mut asked: Asked) -> Result<Reply, No> {
    let act = of(place.guest, &mut asked)?;
    match act {
        Act::Read(key) => read::current(place, &key, &asked).await,
        Act::Version(key, version) => read::version(place, &key, version, &asked).await,
        Act::History(key) => history::of_one(place, &key, &asked.pairs).await,
        Act::Original(key) => document::original(place, &key).await,
        Act::SystemHistory => history::of_all(place, &asked.pairs).await,
        Act::TypeHistory(kind) => history::of_type(place, kind, &asked.pairs).await,
        Act::Search(kind) => search::answer(place, kind, &asked).await,
        Act::Write(write) => write::one(place, *write).await,
    }
}

/// What is asked for, if it is offered and the token is good for it.
pub(crate) fn of(guest: &Guest, asked: &mut Asked) -> Result<Act, No> {
    let path = std::mem::take(&mut asked.path);
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let name = parts.first().copied().unwrap_or_default();
    let looks = matches!(asked.method, Method::GET | Method::HEAD);
    if looks && parts == ["_history"] {
        // Each type by itself is asked for there.
        return Ok(Act::SystemHistory);
    }
    let kind = kind(name).ok_or_else(not_kept)?;
    let act = match (asked.method.as_str(), parts.get(1..).unwrap_or_default()) {
        ("GET" | "HEAD", rest) => look(kind, rest)?,
        ("POST", ["_search"]) => Act::Search(kind),
        ("POST" | "PUT" | "DELETE", rest) => change(kind, rest, asked)?,
        ("PATCH", _) => return Err(refused("refuse-fhir-patch", kind)),
        _ => return Err(No::bare(StatusCode::METHOD_NOT_ALLOWED)),
    };
    if let Some(query) = act.condition() {
        search::may(guest, query)?;
    }
    for (name, interaction) in needs(kind, &act) {
        guest.may(name, interaction)?;
    }
    told_of(guest, &act)?;
    Ok(act)
}

/// Who wants to be told of a type has to be good for reading it and for searching by what is asked.
fn told_of(guest: &Guest, act: &Act) -> Result<(), No> {
    let Act::Write(write) = act else {
        return Ok(());
    };
    let (Write::Create { resource, .. } | Write::ConditionalUpdate { resource, .. }) = &**write
    else {
        return Ok(());
    };
    // Criteria that cannot be read are refused by the noun.
    let view = Subscription::from_resource(resource.clone());
    if let Some(query) = view.and_then(|view| subscription::query(view.criteria()).ok()) {
        guest.may(&query.typ, Interaction::Read)?;
        guest.may(&query.typ, Interaction::Search)?;
    }
    Ok(())
}

pub(crate) fn not_kept() -> No {
    No::new(
        StatusCode::NOT_FOUND,
        "not-supported",
        "refuse-fhir-not-kept",
    )
}

fn look(kind: &'static Kind, rest: &[&str]) -> Result<Act, No> {
    let key = |id: &str| Ok::<_, No>(Key::new(kind.name, self::id(id)?));
    Ok(match rest {
        [] => Act::Search(kind),
        ["_history"] => Act::TypeHistory(kind),
        [id] => Act::Read(key(id)?),
        [id, "_history"] => Act::History(key(id)?),
        [id, "$original"] if kind.name == "Bundle" => Act::Original(key(id)?),
        [id, "_history", version] => {
            Act::Version(key(id)?, version.parse().map_err(|_| No::not_found())?)
        }
        _ => return Err(No::bare(StatusCode::NOT_FOUND)),
    })
}

/// What is no id is nothing.
fn id(text: &str) -> Result<Id, No> {
    text.parse().map_err(|_| No::not_found())
}

fn change(kind: &'static Kind, rest: &[&str], asked: &mut Asked) -> Result<Act, No> {
    offered(kind, asked.method.as_str())?;
    let if_match = asked.conditions.if_match;
    let write = match (asked.method.as_str(), rest) {
        ("POST", []) => Write::Create {
            resource: resource(kind, asked)?,
            if_none_exist: if_none_exist(kind, asked)?,
        },
        ("PUT", [id]) => Write::Update {
            key: Key::new(kind.name, self::id(id)?),
            resource: with_id(resource(kind, asked)?, id)?,
            if_match,
        },
        ("PUT", []) => Write::ConditionalUpdate {
            query: condition(kind, &asked.pairs)?,
            resource: resource(kind, asked)?,
            if_match,
        },
        ("DELETE", [id]) => Write::Delete {
            key: Key::new(kind.name, self::id(id)?),
            if_match,
        },
        ("DELETE", []) => Write::ConditionalDelete {
            query: condition(kind, &asked.pairs)?,
        },
        _ => return Err(No::bare(StatusCode::METHOD_NOT_ALLOWED)),
    };
    Ok(Act::Write(Box::new(write)))
}

fn offered(kind: &'static Kind, method: &str) -> Result<(), No> {
    let offered = match method {
        "POST" => kind.create,
        "PUT" => kind.update,
        _ => kind.delete,
    };
    offered.then_some(()).ok_or_else(|| refused(kind.why, kind))
}

fn refused(key: &str, kind: &Kind) -> No {
    let writes = [
        (kind.create, "POST"),
        (kind.update, "PUT"),
        (kind.delete, "DELETE"),
    ];
    let methods: Vec<&str> = ["GET", "HEAD"]
        .into_iter()
        .chain(
            writes
                .into_iter()
                .filter(|(offered, _)| *offered)
                .map(|(_, method)| method),
        )
        .collect();
    No::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", key).allowing(methods.join(", "))
}

fn resource(kind: &Kind, asked: &mut Asked) -> Result<Resource, No> {
    let resource = asked.resource.take();
    let resource = resource.ok_or_else(|| No::bad("structure", "fhir-no-type"))?;
    if resource.typ() == kind.name {
        return Ok(resource);
    }
    Err(No::bad("invalid", "fhir-type-differs")
        .arg("kind", kind.name)
        .at("resourceType"))
}

fn with_id(resource: Resource, id: &str) -> Result<Resource, No> {
    match resource.str_at("id") {
        Some(own) if own == id => Ok(resource),
        _ => Err(No::bad("invalid", "fhir-id-differs").at("id")),
    }
}

fn if_none_exist(kind: &Kind, asked: &Asked) -> Result<Option<Query>, No> {
    let Some(search) = &asked.conditions.if_none_exist else {
        return Ok(None);
    };
    let search = search.rsplit('?').next().unwrap_or_default();
    let pairs = asked::pairs(search);
    asked::checked(&pairs)?;
    condition(kind, &pairs).map(Some)
}

/// The search that a reference is: `Patient?identifier=…`, also with our own address before it.
pub(crate) fn reference(place: &Place<'_>, text: &str) -> Result<Query, No> {
    let own = text.strip_prefix(&place.base());
    let (name, search) = own
        .unwrap_or(text)
        .trim_start_matches('/')
        .split_once('?')
        .ok_or_else(not_kept)?;
    let kind = kind(name).ok_or_else(not_kept)?;
    let pairs = asked::pairs(search);
    asked::checked(&pairs)?;
    let query = condition(kind, &pairs)?;
    search::may(place.guest, &query)?;
    place.guest.may(kind.name, Interaction::Search)?;
    Ok(query)
}

/// The search of a conditional write: without one, everything would be meant.
fn condition(kind: &Kind, pairs: &Pairs) -> Result<Query, No> {
    let query = search::query(kind, pairs.iter().filter(|(name, _)| name != "_format"))?;
    if query.clauses.is_empty() {
        return Err(No::new(
            StatusCode::PRECONDITION_FAILED,
            "incomplete",
            "fhir-no-condition",
        ));
    }
    Ok(query)
}

/// The scopes that an act needs. A condition tells what is there, so it needs the right to search.
fn needs(kind: &'static Kind, act: &Act) -> Vec<(&'static str, Interaction)> {
    let main = match act {
        Act::Read(_) | Act::Version(..) | Act::History(_) | Act::Original(_) => Interaction::Read,
        Act::TypeHistory(_) | Act::SystemHistory | Act::Search(_) => Interaction::Search,
        Act::Write(write) => match **write {
            Write::Create { .. } => Interaction::Create,
            Write::Update { .. } | Write::ConditionalUpdate { .. } => Interaction::Update,
            Write::Delete { .. } | Write::ConditionalDelete { .. } => Interaction::Delete,
        },
    };
    let mut all = vec![(kind.name, main)];
    if act.condition().is_some() {
        all.push((kind.name, Interaction::Search));
    }
    all
}
