//! The first page, open to everybody: help by place, by trouble, by time; and what else there is.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_base::Lang;
use renkei_directory::tag::{self, Family};
use renkei_directory::{AreaKind, Kind};

use crate::demo::{self, Cast};
use crate::error::{Answer, page};
use crate::institution::list::{TIMES, prefectures};
use crate::state::App;
use crate::visit::Visit;

/// Everyday troubles on the page, by their codes in the table of the directory: the commonest first.
const TROUBLES: [&str; 17] = [
    "cold",
    "stomach",
    "bones",
    "teeth",
    "eyes",
    "ears",
    "skin",
    "child",
    "pregnancy",
    "chest",
    "diabetes",
    "sleep",
    "mood",
    "memory",
    "drinking",
    "childmind",
    "home",
];
/// More municipalities than this are offered by prefecture.
const MUNICIPALITIES: usize = 80;

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    v: &'a Visit,
    institutions: usize,
    /// Municipalities, or prefectures where there are many.
    places: Vec<Place>,
    by_prefecture: bool,
    /// The other prefectures, where the region's own municipalities stand first.
    others: Vec<Place>,
    hours: bool,
    worries: Vec<Link>,
    /// Worries that consultation desks listen to.
    asked: Vec<Link>,
    desks: usize,
    kinds: Vec<(Kind, usize)>,
    /// In the sample region: whom to be for a first round.
    cast: Option<Cast>,
}

struct Place {
    code: String,
    name: String,
    count: usize,
}

pub(crate) struct Link {
    pub(crate) href: String,
    /// HTML
    pub(crate) text: String,
}

impl Start<'_> {
    fn times(&self) -> [(&'static str, &'static str); 5] {
        TIMES
    }
}

/// `GET /`
pub(crate) async fn show(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let cast = match app.demo.as_deref() {
        Some(mode) => demo::cast(&app, mode).await?,
        None => None,
    };
    let kinds = app.finder.kinds();
    let desks = kinds
        .iter()
        .find(|(kind, _)| *kind == Kind::ConsultationDesk);
    let (places, by_prefecture, others) = places(&app, &v);
    page(&Start {
        institutions: app.finder.len(),
        places,
        by_prefecture,
        others,
        hours: app.finder.has_hours(),
        worries: worries(&app, &v),
        asked: listened_to(&app, &v).await?,
        desks: desks.map_or(0, |(_, count)| *count),
        kinds,
        cast,
        v: &v,
    })
}

/// Municipalities of today: what was merged is in what it became.
fn counted(app: &App, v: &Visit) -> Vec<(String, String, usize)> {
    let (atlas, today) = (app.areas.atlas(), v.now().in_japan().date());
    let mut all: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for (code, name, count) in app.finder.municipality_counts() {
        let now = atlas.at(&code, today);
        let known = atlas.municipality(now).filter(|_| now != code);
        let name = known.map_or(name, |one| one.name.clone());
        let place = all.entry(now.to_owned()).or_insert((name, 0));
        place.1 += count;
    }
    let each = all.into_iter();
    each.map(|(code, (name, count))| (code, name, count))
        .collect()
}

/// What the region is of, where all its areas are in one prefecture.
fn home(app: &App, v: &Visit) -> Option<String> {
    let (atlas, today) = (app.areas.atlas(), v.now().in_japan().date());
    let kind = AreaKind::SecondaryMedical;
    let areas = atlas.of_kind(kind, today);
    let members = areas.flat_map(|area| atlas.members(kind, &area.code, today));
    let mut prefectures = members.filter_map(|one| one.code.get(..2));
    let first = prefectures.next()?;
    prefectures
        .all(|one| one == first)
        .then(|| first.to_owned())
}

/// Municipalities; prefectures where there are too many of them, or beside those of the region's own.
fn places(app: &App, v: &Visit) -> (Vec<Place>, bool, Vec<Place>) {
    let all = counted(app, v);
    let place = |(code, name, count)| Place { code, name, count };
    if all.len() <= MUNICIPALITIES {
        return (all.into_iter().map(place).collect(), false, Vec::new());
    }
    let prefectures = by_prefecture(&all, v.lang());
    let Some(home) = home(app, v) else {
        return (prefectures, true, Vec::new());
    };
    let own = all.into_iter().filter(|(code, ..)| code.starts_with(&home));
    let own: Vec<Place> = own.map(place).collect();
    if own.is_empty() {
        return (prefectures, true, Vec::new());
    }
    let others = prefectures.into_iter().filter(|one| one.code != home);
    (own, false, others.collect())
}

fn by_prefecture(all: &[(String, String, usize)], lang: Lang) -> Vec<Place> {
    let pairs: Vec<(String, String)> = all
        .iter()
        .map(|(code, name, _)| (code.clone(), name.clone()))
        .collect();
    let place = |(code, name): (String, &str)| Place {
        count: all
            .iter()
            .filter(|(one, ..)| one.starts_with(&code))
            .map(|(.., count)| count)
            .sum(),
        name: name.to_owned(),
        code,
    };
    let all = prefectures(&pairs, lang).into_iter();
    all.map(place).collect()
}

pub(crate) fn worries(app: &App, v: &Visit) -> Vec<Link> {
    let there = app.finder.troubles();
    let known = |code: &&&str| there.iter().any(|(one, _)| one.code == ***code);
    // By the code: names have such short words by chance.
    let link = |code: &&str| Link {
        href: address("trouble", code),
        text: v.ruby(&format!("worry-{code}")),
    };
    TROUBLES.iter().filter(known).map(link).collect()
}

/// The worries in plain words that some desk or institution says it listens to.
pub(crate) async fn listened_to(app: &App, v: &Visit) -> Result<Vec<Link>, Answer> {
    let carried = app.finder.tags();
    let all = tag::all(&app.store).await?;
    let there = all.into_iter().filter(|one| {
        let known = carried.iter().any(|(code, _)| *code == one.code);
        one.active && one.family == Family::Worry && known
    });
    Ok(there
        .map(|one| Link {
            href: address("tag", &one.code),
            text: escaped(one.name(v.lang())),
        })
        .collect())
}

fn address(name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    format!("/institutions?{query}")
}

fn escaped(text: &str) -> String {
    crate::ruby::html(&crate::ruby::guarded(text), false)
}
