//! The list of institutions, found by anybody.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use renkei_base::code::Prefecture;
use renkei_base::holiday::WorkingDays;
use renkei_base::{Id, Lang, limits};
use renkei_directory::finder::Hit;
use renkei_directory::opening::{HOLIDAY, Week};
use renkei_directory::tag::{Family, Tag};
use renkei_directory::{AreaKind, Found, Kind, function, institution, tag};
use renkei_store::OpeningSet;

use super::condition::{self, Condition};
use super::help::{self, Help};
use super::picture::{self, Picture};
use super::wanted::{self, Unknown, Wanted};
use crate::error::{Answer, page};
use crate::map::tiles;
use crate::state::App;
use crate::visit::Visit;

/// Times that are offered.
pub(crate) const TIMES: [(&str, &str); 5] = [
    ("now", "start-now"),
    ("sat", "start-saturday"),
    ("sun", "start-sunday"),
    ("hol", "start-holiday"),
    ("night", "start-night"),
];
/// Distances that are offered, in kilometres.
const WITHIN: [u32; 5] = [1, 3, 5, 10, 30];
/// Days within which a free slot is asked for.
const FREE: [u32; 4] = [3, 7, 14, 30];

#[derive(Template)]
#[template(path = "institutions.html")]
struct List<'a> {
    v: &'a Visit,
    asked: &'a Wanted,
    kinds: Vec<(Kind, usize)>,
    /// Code and name; only one needs no choice.
    prefectures: Vec<(String, &'static str)>,
    /// The code of the prefecture chosen, or empty.
    chosen: &'a str,
    /// Code and name, of the prefecture chosen.
    municipalities: Vec<(String, String)>,
    /// Value and name, by kind.
    areas: Vec<(AreaKind, Vec<(String, String)>)>,
    tags: Vec<(Family, Vec<Tag>)>,
    functions: Vec<(String, String)>,
    hours: bool,
    /// Whether anybody has free slots here.
    free: bool,
    result: Results,
}

#[derive(Template)]
#[template(path = "institution_rows.html")]
struct Rows<'a> {
    v: &'a Visit,
    result: Results,
}

/// What was found, and how it is told.
struct Results {
    rows: Vec<Row>,
    total: usize,
    pages: Pages,
    unknown: Vec<(Unknown, String)>,
    /// What a sentence was taken for: 目黒区・精神科・土曜.
    said: String,
    /// Where to turn to before the list, or in place of it.
    help: Help,
    /// What was asked for, in words.
    conditions: Vec<Condition>,
    /// The day that the hours are of.
    day: String,
    /// Addresses of the same as files.
    files: Vec<(&'static str, String)>,
    /// All of them on a map, if these are not too many.
    map: Option<Picture>,
    /// Where the pins come from for the tiles of others, where the operator allows these.
    tiles: Option<String>,
    distances: bool,
    hours: bool,
    /// Whether free slots were asked for.
    free: bool,
}

/// One line of the list.
struct Row {
    hit: Hit,
    phone: String,
    /// `9:00～12:30`, or empty.
    hours: String,
    closed_that_day: bool,
    /// When the first free slot is, in words.
    free: Option<String>,
}

/// Which page of a list this is.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Addresses of the neighbours.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl List<'_> {
    fn times(&self) -> [(&'static str, &'static str); 5] {
        TIMES
    }

    fn within(&self) -> [u32; 5] {
        WITHIN
    }

    fn free_days(&self) -> [u32; 4] {
        FREE
    }

    /// What was asked for besides those: a day, or another number.
    fn free_day(&self) -> Option<&str> {
        let asked = self.asked.one("free");
        let offered = FREE.iter().any(|days| days.to_string() == asked);
        (!asked.is_empty() && !offered).then_some(asked)
    }
}

impl Row {
    /// `1.2`
    fn kilometres(&self) -> Option<String> {
        let metres = self.hit.distance?;
        Some(format!("{}.{}", metres / 1_000, metres / 100 % 10))
    }
}

/// `GET /institutions?q=…`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Answer> {
    let asked = Wanted::of(&query.unwrap_or_default());
    // One that was merged leads to what it became.
    let (atlas, today) = (app.areas.atlas(), wanted::today(&v));
    let now = atlas.at(asked.one("municipality"), today);
    if now != asked.one("municipality") {
        return Ok(Redirect::to(&asked.with("municipality", now)).into_response());
    }
    let _turn = app.turns.take().await;
    let result = result(&app, &v, &asked).await?;
    if v.fragment {
        return page(&Rows { v: &v, result });
    }
    let all = municipalities(&app, &v);
    let prefectures = prefectures(&all, v.lang());
    // A municipality may come without its prefecture, as from the first page.
    let chosen = match asked.one("prefecture") {
        "" => asked.one("municipality").get(..2).unwrap_or_default(),
        chosen => chosen,
    };
    let one = prefectures.len() <= 1;
    let tiles = result.tiles.is_some();
    let answer = page(&List {
        municipalities: all
            .into_iter()
            .filter(|(code, _)| one || !chosen.is_empty() && code.starts_with(chosen))
            .collect(),
        prefectures,
        chosen,
        kinds: app.finder.kinds(),
        areas: areas(&app, &v),
        tags: tags(&app).await?,
        functions: functions(&app, &v).await?,
        hours: app.finder.has_hours(),
        free: app.finder.has_free(),
        v: &v,
        asked: &asked,
        result,
    })?;
    Ok(if tiles { tiles::opened(answer) } else { answer })
}

async fn result(app: &App, v: &Visit, asked: &Wanted) -> Result<Results, Answer> {
    let understood = asked.understood(app, v);
    let conditions = condition::of(app, v, asked, &understood).await?;
    let plain = understood.unknown.is_empty();
    let mut search = understood.search;
    search.offset = (asked.page - 1).saturating_mul(limits::PAGE_ROWS);
    search.limit = limits::PAGE_ROWS;
    let distances = search.from.is_some();
    let free = search.by_free || search.filter.free_until.is_some();
    // What cannot be kept is no reason to show everything.
    let (found, places) = if understood.unknown.is_empty() {
        app.finder.search_counted(&search, picture::MOST)
    } else {
        Default::default()
    };
    let map = picture::of_found(app, v, asked, (&search, &places));
    let date = date_of(wanted::today(v), understood.day);
    let holiday = match understood.day {
        Some(day) => day == HOLIDAY,
        None => WorkingDays::default().is_holiday(date),
    };
    let (pages, total) = (pages(asked, &found), found.total);
    let said = said(v, &found);
    let help = help::of(app, v, asked, plain && total == 0).await?;
    let rows = rows(app, v, found.hits, (date, holiday, understood.day)).await?;
    let day = match understood.day {
        Some(day) => v.t(&format!("list-day-{day}")),
        None => v.t("list-today"),
    };
    let unknown = understood.unknown.into_iter();
    Ok(Results {
        said,
        help,
        conditions,
        hours: rows
            .iter()
            .any(|row| !row.hours.is_empty() || row.closed_that_day),
        rows,
        total,
        pages,
        unknown: unknown
            .map(|one| {
                let href = asked.without(one.name, asked.one(one.name));
                (one, href)
            })
            .collect(),
        day,
        files: ["csv", "xlsx", "geojson"]
            .map(|kind| (kind, asked.address(&format!(".{kind}"), 1)))
            .to_vec(),
        tiles: map
            .is_some()
            .then(|| asked.address(".geojson", 1))
            .filter(|_| app.config.gsi_tiles),
        map,
        distances,
        free,
    })
}

/// The rows of one page: what stands beside the found ones is read for all of them together.
async fn rows(app: &App, v: &Visit, hits: Vec<Hit>, day: Day) -> Result<Vec<Row>, Answer> {
    let ids: Vec<Id> = hits.iter().map(|hit| hit.id.clone()).collect();
    let mut phones = institution::phones(&app.store, &v.ctx, &ids).await?;
    let mut sets: HashMap<Id, Vec<OpeningSet>> = HashMap::new();
    for set in app.store.openings_among(&ids).await? {
        sets.entry(set.institution.clone()).or_default().push(set);
    }
    let row_of = |hit: Hit| {
        let phone = phones.remove(&hit.id).unwrap_or_default();
        let week = Week::of(sets.get(&hit.id).map_or(&[][..], Vec::as_slice));
        row(v, hit, phone, &week, day)
    };
    Ok(hits.into_iter().map(row_of).collect())
}

/// The day that hours are told of, whether it is a holiday, and the weekday where one is asked for.
type Day = (Date, bool, Option<u8>);

fn row(v: &Visit, hit: Hit, phone: String, week: &Week, (date, holiday, asked): Day) -> Row {
    // Of a weekday all weeks count, whichever comes next: 第1・3週 9:00～12:00.
    let some_weeks = asked.map(|day| week.of_some_weeks(day));
    let some_weeks = some_weeks.filter(|spans| !spans.is_empty());
    let spans = week.of_day(date, holiday);
    let told = match &some_weeks {
        Some(spans) => v.hours_of(spans),
        None => {
            let told = spans.iter().flatten();
            let told = told.map(|(from, until)| v.stretch(*from, *until));
            told.collect::<Vec<_>>().join(", ")
        }
    };
    Row {
        phone,
        hours: told,
        closed_that_day: some_weeks.is_none() && spans.is_some_and(|spans| spans.is_empty()),
        free: hit.first_free.map(|at| v.when(at)),
        hit,
    }
}

/// 目黒区・精神科・土曜
fn said(v: &Visit, found: &Found) -> String {
    let words = found.said.iter().map(|one| match v.lang() {
        Lang::Ja => one.japanese.as_str(),
        Lang::En => one.english.as_str(),
    });
    let words: Vec<&str> = words.collect();
    words.join(match v.lang() {
        Lang::Ja => "・",
        Lang::En => ", ",
    })
}

/// The next day of this number, today included. Holidays are asked of as such, on whatever day.
fn date_of(today: Date, day: Option<u8>) -> Date {
    let weekday = |date: Date| date.weekday().to_monday_one_offset().unsigned_abs();
    let wanted = |date: &Date| day.is_none_or(|day| day == HOLIDAY || weekday(*date) == day);
    let next = (0..7).filter_map(|days| today.checked_add(days.days()).ok());
    next.into_iter().find(wanted).unwrap_or(today)
}

fn pages(asked: &Wanted, found: &Found) -> Pages {
    let before = (asked.page - 1).saturating_mul(limits::PAGE_ROWS);
    let last = before.saturating_add(found.hits.len());
    let address = |page| asked.address("", page);
    Pages {
        first: if found.hits.is_empty() { 0 } else { before + 1 },
        last: if found.hits.is_empty() { 0 } else { last },
        before: (asked.page > 1).then(|| address(asked.page - 1)),
        after: (last < found.total).then(|| address(asked.page + 1)),
    }
}

/// Municipalities of today that have institutions, by code: what was merged is in what it became.
fn municipalities(app: &App, v: &Visit) -> Vec<(String, String)> {
    let (atlas, today) = (app.areas.atlas(), wanted::today(v));
    let now = |(code, name): (String, String)| match atlas.at(&code, today) {
        same if same == code => (code, name),
        other => {
            let one = atlas.municipality(other);
            (other.to_owned(), one.map_or(name, |one| one.name.clone()))
        }
    };
    let all: BTreeMap<String, String> = app.finder.municipalities().into_iter().map(now).collect();
    all.into_iter().collect()
}

/// Those that have institutions, in the order of their codes.
pub(crate) fn prefectures(
    municipalities: &[(String, String)],
    lang: Lang,
) -> Vec<(String, &'static str)> {
    let has = |code: &str| municipalities.iter().any(|(one, _)| one.starts_with(code));
    let all = Prefecture::all().map(|prefecture| (prefecture.code(), prefecture));
    let there = all.filter(|(code, _)| has(code));
    let name = |prefecture: Prefecture| match lang {
        Lang::Ja => prefecture.name(),
        Lang::En => prefecture.english(),
    };
    there
        .map(|(code, prefecture)| (code, name(prefecture)))
        .collect()
}

/// How addresses name an area: [`Wanted`] reads it, the select has it.
pub(crate) fn area_value(kind: AreaKind, code: &str) -> String {
    match kind {
        AreaKind::SecondaryMedical => code.to_owned(),
        other => format!("{}:{code}", other.code()),
    }
}

/// Areas that have a municipality with institutions.
fn areas(app: &App, v: &Visit) -> Vec<(AreaKind, Vec<(String, String)>)> {
    let (atlas, today) = (app.areas.atlas(), wanted::today(v));
    let there = app.finder.municipalities();
    let has = |kind: AreaKind, code: &str| {
        let known = |one: &str| there.binary_search_by(|(code, _)| code.as_str().cmp(one));
        let members = atlas.members(kind, code, today).into_iter();
        let mut codes = members.flat_map(|one| atlas.grounds(&one.code, today));
        codes.any(|one| known(one).is_ok())
    };
    let of_kind = |kind: AreaKind| {
        let areas = atlas.of_kind(kind, today);
        let areas = areas.filter(|area| has(kind, &area.code));
        let list: Vec<(String, String)> = areas
            .map(|area| (area_value(kind, &area.code), area.name.clone()))
            .collect();
        (!list.is_empty()).then_some((kind, list))
    };
    atlas.kinds(today).filter_map(of_kind).collect()
}

/// Tags that somebody carries, by family.
async fn tags(app: &App) -> Result<Vec<(Family, Vec<Tag>)>, Answer> {
    let carried = app.finder.tags();
    let mut all = tag::all(&app.store).await?;
    all.retain(|one| one.active && carried.iter().any(|(code, _)| *code == one.code));
    let mut families: Vec<(Family, Vec<Tag>)> = Vec::new();
    for one in all {
        match families.last_mut() {
            Some((family, list)) if *family == one.family => list.push(one),
            _ => families.push((one.family, vec![one])),
        }
    }
    Ok(families)
}

async fn functions(app: &App, v: &Visit) -> Result<Vec<(String, String)>, Answer> {
    let held = app.finder.functions();
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let all = function::all(&app.store).await?;
    let there = all
        .into_iter()
        .filter(|one| one.active && held.contains(&one.code));
    Ok(there
        .map(|one| (one.code.clone(), one.name(v.lang()).to_owned()))
        .collect())
}
