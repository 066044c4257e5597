//! The first page, open to everybody: help by place, by trouble, by time; and what else there is.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_base::Lang;
use renkei_base::code::Prefecture;
use renkei_directory::tag::{self, Family};
use renkei_directory::{Kind, finder};

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

struct Link {
    href: String,
    /// HTML
    text: String,
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
    let (places, by_prefecture) = places(&app, &v);
    page(&Start {
        institutions: app.finder.len(),
        places,
        by_prefecture,
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

fn places(app: &App, v: &Visit) -> (Vec<Place>, bool) {
    let all = counted(app, v);
    if all.len() <= MUNICIPALITIES {
        let place = |(code, name, count)| Place { code, name, count };
        return (all.into_iter().map(place).collect(), false);
    }
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
    let all: Vec<Place> = prefectures(&pairs, v.lang())
        .into_iter()
        .map(place)
        .collect();
    debug_assert!(all.len() <= Prefecture::all().count());
    (all, true)
}

fn worries(app: &App, v: &Visit) -> Vec<Link> {
    let there = app.finder.troubles();
    let known = |code: &&str| there.iter().find(|(one, _)| one.code == **code);
    let link = |(code, (trouble, _)): (&str, &(finder::Trouble, usize))| {
        let words = match v.lang() {
            Lang::Ja => trouble.words.first(),
            Lang::En => trouble.english.first(),
        };
        Link {
            href: address("q", words.map(String::as_str).unwrap_or_default()),
            text: v.ruby(&format!("worry-{code}")),
        }
    };
    let found = TROUBLES
        .iter()
        .filter_map(|code| Some((*code, known(code)?)));
    found.map(link).collect()
}

/// The worries in plain words that some desk or institution says it listens to.
async fn listened_to(app: &App, v: &Visit) -> Result<Vec<Link>, Answer> {
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
