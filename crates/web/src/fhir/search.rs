//! search: by address or by form, one page of matches with what they include.

use renkei_access::Interaction;
use renkei_base::limits;
use renkei_care::fhir::{self, Kind};
use renkei_fhir::bundle::{Answered, Page};
use renkei_fhir::capability;
use renkei_fhir::operation_outcome::Severity;
use renkei_fhir::search::{self, Kind as Sort};
use renkei_fhir::summary::Elements;
use renkei_store::{FoundText, Include, Query, is_public};

use super::act::Place;
use super::asked::{Asked, Pairs};
use super::door::Guest;
use super::history::link;
use super::no::{No, Say, text, unknown};
use super::read::{narrowed, split};
use super::reply::Reply;
use super::value;

/// Parameters that say how to answer.
const MANNER: [&str; 9] = [
    "_count",
    "_cursor",
    "_include",
    "_include:iterate",
    "_revinclude",
    "_revinclude:iterate",
    "_sort",
    "_summary",
    "_total",
];

/// How one client library asks for `_total=accurate`; its one value is `count`.
const TOTAL_METHOD: &str = "_totalMethod";

/// A search as it was understood.
struct Wanted {
    query: Query,
    elements: Elements,
    /// Only how many there are.
    count_only: bool,
    /// As it was asked and used, for links; without the cursor.
    said: Pairs,
    /// What was left out.
    ignored: Pairs,
}

/// `GET [type]?…` and `POST [type]/_search`
pub(crate) async fn answer(
    place: &Place<'_>,
    kind: &'static Kind,
    asked: &Asked,
) -> Result<Reply, No> {
    let wanted = wanted(place, kind, &asked.pairs)?;
    may(place.guest, &wanted.query)?;
    let found = fhir::search_text(&place.care, &place.guest.ctx, &wanted.query)
        .await
        .map_err(|denied| value::denied(kind, denied))?;
    let alone = wanted.query.cursor.is_none() && found.next.is_none();
    let total = found
        .total
        .or_else(|| u64::try_from(found.matches.len()).ok().filter(|_| alone));
    let mut page = Page {
        typ: "searchset",
        total,
        links: links(place, kind, &wanted, asked.form, found.next.as_deref()),
        narrowed: wanted.elements != Elements::All,
        ..Page::default()
    };
    if !wanted.count_only {
        let base = place.base();
        let seen = |one: &FoundText| place.guest.allows(&one.key.typ, Interaction::Read);
        let included = found.included.into_iter().filter(seen);
        let matches = found.matches.into_iter().map(|one| (one, "match"));
        for (one, mode) in matches.chain(included.map(|one| (one, "include"))) {
            page.entries
                .push(entry(&base, one, &wanted.elements, mode)?);
        }
    }
    page.entries.extend(outcome(place, &wanted.ignored));
    Ok(Reply::ok(page.to_json()))
}

fn entry(
    base: &str,
    one: FoundText,
    elements: &Elements,
    mode: &'static str,
) -> Result<Answered, No> {
    Ok(Answered {
        full_url: Some(format!("{base}/{}", one.key)),
        body: Some(narrowed(elements, one.text.body)?),
        mode: Some(mode),
        ..Answered::default()
    })
}

/// Which parameters were left out, for a lenient client.
fn outcome(place: &Place<'_>, ignored: &Pairs) -> Option<Answered> {
    if ignored.is_empty() {
        return None;
    }
    let names: Vec<&str> = ignored.iter().map(|(name, _)| name.as_str()).collect();
    let mut no = No::bad("not-supported", "fhir-ignored").arg("names", names.join(", "));
    for say in &mut no.says {
        say.severity = Severity::Warning;
    }
    Some(Answered {
        body: Some(no.outcome(&place.guest.messages, place.guest.ctx.lang)),
        mode: Some("outcome"),
        ..Answered::default()
    })
}

fn wanted(place: &Place<'_>, kind: &'static Kind, pairs: &Pairs) -> Result<Wanted, No> {
    let (elements, rest) = split(pairs)?;
    let mut ignored = Pairs::new();
    let mut used = Pairs::new();
    for (name, value) in rest {
        match usable(kind, &name, &value) {
            Ok(()) if name == TOTAL_METHOD => used.push(("_total".into(), "accurate".into())),
            Ok(()) => used.push((name, value)),
            Err(_) if place.manner.lenient => ignored.push((name, value)),
            Err(no) => return Err(no),
        }
    }
    let counts =
        |name: &str, value: &str| matches!((name, value), ("_summary", "count") | ("_count", "0"));
    let count_only = used.iter().any(|(name, value)| counts(name, value));
    let plain = used
        .iter()
        .filter(|(name, value)| name != "_summary" && !counts(name, value));
    let mut query = query(kind, plain)?;
    if let Some(most) = most(kind) {
        query.count = match query.count {
            0 => most,
            some => some.min(most),
        };
    }
    if count_only {
        query.count = 1;
        query.total = true;
        query.includes.clear();
        query.iterate.clear();
    }
    let said = pairs
        .iter()
        .filter(|pair| pair.0 != "_cursor" && !ignored.contains(pair));
    Ok(Wanted {
        query,
        elements,
        count_only,
        said: said.cloned().collect(),
        ignored,
    })
}

/// Refuses what a lenient client wants left out: a name that is none of ours, a parameter without a value.
fn usable(kind: &Kind, name: &str, value: &str) -> Result<(), No> {
    match (name, value) {
        (TOTAL_METHOD, "count") => Ok(()),
        _ if !known(kind, name) => Err(unknown(name)),
        _ if value::is_empty(value) => Err(value::empty(name)),
        _ => Ok(()),
    }
}

/// Documents are large: few on a page.
pub(crate) fn most(kind: &Kind) -> Option<usize> {
    (kind.name == "Bundle").then_some(limits::PAGE_DOCUMENTS)
}

/// Whether a parameter is one of ours, whatever its modifier and value.
fn known(kind: &Kind, name: &str) -> bool {
    if let Some(rest) = name.strip_prefix("_has:") {
        return has(kind, rest);
    }
    let head = name.split([':', '.']).next().unwrap_or_default();
    MANNER.contains(&name)
        || matches!(head, "_id" | "_lastUpdated")
        || search::param(kind.name, head).is_some()
}

/// Whether `Observation:patient:code` is something of ours that points to this type, which belongs to patients.
fn has(kind: &Kind, rest: &str) -> bool {
    if is_public(kind.name) {
        return false;
    }
    let mut parts = rest.splitn(3, ':');
    let (Some(typ), Some(reference), Some(asked)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let asked = asked.split(':').next().unwrap_or_default();
    let points = search::param(typ, reference)
        .is_some_and(|param| param.kind == Sort::Reference && capability::points(param, kind.name));
    let other = fhir::kind(typ).filter(|_| points);
    other.is_some_and(|other| asked != "_has" && known(other, asked) && !MANNER.contains(&asked))
}

/// The search of these parameters. What is not known is refused.
pub(crate) fn query<'a>(
    kind: &Kind,
    pairs: impl Iterator<Item = &'a (String, String)> + Clone,
) -> Result<Query, No> {
    for (name, value) in pairs.clone() {
        usable(kind, name, value)?;
    }
    let totals = ["none", "estimate", "accurate"];
    let odd =
        |(name, value): &&(String, String)| name == "_total" && !totals.contains(&value.as_str());
    if pairs.clone().any(|pair| odd(&pair)) {
        return Err(value::wrong(kind, "_total"));
    }
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    Query::from_pairs(kind.name, pairs).map_err(|error| value::refused(kind, error))
}

/// A chain and an include look at other types: the token has to be good for those too.
pub(crate) fn may(guest: &Guest, query: &Query) -> Result<(), No> {
    for clause in &query.clauses {
        match &clause.chain {
            Some((typ, _)) if !typ.is_empty() => guest.may(typ, Interaction::Search)?,
            Some((_, chained)) => {
                let targets =
                    search::param(&query.typ, &clause.param).map_or(&[][..], |param| param.targets);
                for typ in targets.iter().filter(|typ| fhir::kind(typ).is_some()) {
                    if search::param(typ, chained).is_some() || chained.starts_with('_') {
                        guest.may(typ, Interaction::Search)?;
                    }
                }
            }
            None => {}
        }
    }
    for include in query.includes.iter().chain(&query.iterate) {
        if let Include::Reverse { typ, .. } = include {
            guest.may(typ, Interaction::Search)?;
        }
    }
    Ok(())
}

/// `self` and `next`. What came in a form and could tell who somebody is goes into no address: the next page of such a
/// search is asked for by sending the same form there.
fn links(
    place: &Place<'_>,
    kind: &Kind,
    wanted: &Wanted,
    form: bool,
    next: Option<&str>,
) -> Vec<(&'static str, String)> {
    let base = place.base();
    let hidden = form
        && wanted
            .query
            .clauses
            .iter()
            .any(|clause| tells(kind, clause));
    let (path, said) = match hidden {
        true => (format!("{}/_search", kind.name), Pairs::new()),
        false => (kind.name.to_owned(), wanted.said.clone()),
    };
    let cursor = wanted.query.cursor.as_deref();
    let mut links = vec![("self", link(&base, &path, &said, cursor))];
    links.extend(next.map(|next| ("next", link(&base, &path, &said, Some(next)))));
    links
}

/// Whether a condition could name a person: texts, and everything of a patient but its id.
fn tells(kind: &Kind, clause: &renkei_store::Clause) -> bool {
    let of = |typ: &str, name: &str| {
        let sort = search::param(typ, name).map(|param| param.kind);
        sort == Some(Sort::String) || (typ == "Patient" && !name.starts_with('_'))
    };
    match &clause.chain {
        Some(_) => true,
        None => of(kind.name, &clause.param) || clause.param == "identifier",
    }
}

/// Something worth knowing about what was done.
pub(crate) fn information(key: &str) -> Say {
    Say {
        severity: Severity::Information,
        code: "informational",
        text: text(key),
        rule: None,
    }
}
