//! history: of one resource, of a type, of all types.

use renkei_access::Interaction;
use renkei_base::Micros;
use renkei_care::fhir::{self, Kind};
use renkei_fhir::Key;
use renkei_fhir::bundle::{Answered, Page, Response};
use renkei_fhir::summary::Elements;
use renkei_store::{HistoryQuery, Stored};

use super::act::Place;
use super::asked::Pairs;
use super::no::{No, unknown};
use super::read::split;
use super::reply::{Reply, etag};
use super::search::most;

/// Which part of a history is wanted.
struct Wanted {
    since: Option<Micros>,
    count: usize,
    cursor: Option<String>,
    elements: Elements,
    /// As it was asked, for links; without the cursor.
    said: Pairs,
}

impl Wanted {
    fn of(place: &Place<'_>, pairs: &Pairs) -> Result<Self, No> {
        let (elements, rest) = split(pairs)?;
        let mut wanted = Self {
            since: None,
            count: 0,
            cursor: None,
            elements,
            said: pairs
                .iter()
                .filter(|(name, _)| name != "_cursor")
                .cloned()
                .collect(),
        };
        for (name, value) in &rest {
            match name.as_str() {
                "_since" => {
                    let since = Micros::from_fhir(value).ok_or_else(|| unknown("_since"))?;
                    wanted.since = Some(since);
                }
                "_count" => {
                    let count = value.parse().ok().filter(|count| *count > 0);
                    wanted.count = count.ok_or_else(|| unknown("_count"))?;
                }
                "_cursor" => wanted.cursor = Some(value.clone()),
                _ if place.manner.lenient => wanted.said.retain(|(said, _)| said != name),
                _ => return Err(unknown(name)),
            }
        }
        Ok(wanted)
    }

    fn count(&self) -> usize {
        match self.count {
            0 => renkei_base::limits::PAGE_ROWS,
            some => some.min(renkei_base::limits::PAGE_ROWS_MAX),
        }
    }
}

/// `GET [type]/[id]/_history`
pub(crate) async fn of_one(place: &Place<'_>, key: &Key, pairs: &Pairs) -> Result<Reply, No> {
    let wanted = Wanted::of(place, pairs)?;
    let before: Option<u32> = match &wanted.cursor {
        Some(cursor) => Some(cursor.parse().map_err(|_| unknown("_cursor"))?),
        None => None,
    };
    let ctx = &place.guest.ctx;
    let mut versions = fhir::history(&place.care, ctx, key).await?;
    if versions.is_empty() {
        return Err(No::not_found());
    }
    versions.retain(|one| wanted.since.is_none_or(|since| one.updated >= since));
    let total = versions.len();
    versions.retain(|one| before.is_none_or(|before| one.version < before));
    let more = versions.len() > wanted.count();
    versions.truncate(wanted.count());
    let next = versions
        .last()
        .filter(|_| more)
        .map(|last| last.version.to_string());
    Ok(page(
        place,
        &format!("{key}/_history"),
        &wanted,
        versions,
        Some(total),
        next,
    ))
}

/// `GET [type]/_history`
pub(crate) async fn of_type(
    place: &Place<'_>,
    kind: &'static Kind,
    pairs: &Pairs,
) -> Result<Reply, No> {
    several(place, &[kind], &format!("{}/_history", kind.name), pairs).await
}

/// `GET _history`: of all types that the token may search.
pub(crate) async fn of_all(place: &Place<'_>, pairs: &Pairs) -> Result<Reply, No> {
    let kinds = fhir::kinds().iter();
    let allowed: Vec<&'static Kind> = kinds
        .filter(|kind| place.guest.allows(kind.name, Interaction::Search))
        .collect();
    if allowed.is_empty() {
        place.guest.may("*", Interaction::Search)?;
    }
    several(place, &allowed, "_history", pairs).await
}

async fn several(
    place: &Place<'_>,
    kinds: &[&'static Kind],
    path: &str,
    pairs: &Pairs,
) -> Result<Reply, No> {
    let wanted = Wanted::of(place, pairs)?;
    let types: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let most = kinds.iter().filter_map(|kind| most(kind)).min();
    let query = HistoryQuery {
        typ: types.first().copied().unwrap_or_default().to_owned(),
        since: wanted.since,
        count: most.map_or(wanted.count, |most| wanted.count().min(most)),
        cursor: wanted.cursor.clone(),
    };
    let found = fhir::histories(&place.care, &place.guest.ctx, &types, &query).await?;
    let (versions, next) = (found.versions, found.next);
    Ok(page(place, path, &wanted, versions, None, next))
}

fn page(
    place: &Place<'_>,
    path: &str,
    wanted: &Wanted,
    versions: Vec<Stored>,
    total: Option<usize>,
    next: Option<String>,
) -> Reply {
    let base = place.base();
    let link = |cursor: Option<&str>| link(&base, path, &wanted.said, cursor);
    let mut links = vec![("self", link(wanted.cursor.as_deref()))];
    links.extend(next.map(|next| ("next", link(Some(&next)))));
    let page = Page {
        typ: "history",
        total: total.and_then(|total| u64::try_from(total).ok()),
        links,
        entries: versions
            .into_iter()
            .map(|one| entry(&base, one, &wanted.elements))
            .collect(),
        narrowed: wanted.elements != Elements::All,
        ..Page::default()
    };
    Reply::ok(page.to_json())
}

fn entry(base: &str, one: Stored, elements: &Elements) -> Answered {
    let (method, url, status) = match (one.deleted, one.version) {
        (true, _) => ("DELETE", one.key.to_string(), "204 No Content"),
        (false, 1) => ("POST", one.key.typ.clone(), "201 Created"),
        (false, _) => ("PUT", one.key.to_string(), "200 OK"),
    };
    Answered {
        full_url: Some(format!("{base}/{}", one.key)),
        request: Some((method, url)),
        response: Some(Response {
            status: status.to_owned(),
            etag: Some(etag(one.version)),
            modified: Some(one.updated.to_fhir()),
            ..Response::default()
        }),
        body: (!one.deleted).then(|| elements.of(one.resource).to_json()),
        mode: None,
    }
}

/// An address with these parameters, and where to go on.
pub(crate) fn link(base: &str, path: &str, said: &Pairs, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in said {
        query.append_pair(name, value);
    }
    if let Some(cursor) = cursor {
        query.append_pair("_cursor", cursor);
    }
    match query.finish() {
        query if query.is_empty() => format!("{base}/{path}"),
        query => format!("{base}/{path}?{query}"),
    }
}
