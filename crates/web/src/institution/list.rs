//! The list of institutions, found by anybody.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use renkei_base::code::Prefecture;
use renkei_base::holiday::WorkingDays;
use renkei_base::{Lang, limits};
use renkei_directory::finder::Hit;
use renkei_directory::opening::{HOLIDAY, Week};
use renkei_directory::tag::{Family, Tag};
use renkei_directory::{AreaKind, Found, Kind, function, institution, tag};

use super::picture::{self, Picture};
use super::wanted::{self, Unknown, Wanted};
use crate::error::{Answer, page};
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
    /// The day that the hours are of.
    day: String,
    /// Addresses of the same as files.
    files: Vec<(&'static str, String)>,
    /// All of them on a map, if these are not too many.
    map: Option<Picture>,
    distances: bool,
    hours: bool,
}

/// One line of the list.
struct Row {
    hit: Hit,
    phone: String,
    /// `9:00–12:30`, or empty.
    hours: String,
    closed_that_day: bool,
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
    let result = result(&app, &v, &asked).await?;
    if v.fragment {
        return page(&Rows { v: &v, result });
    }
    let all = app.finder.municipalities();
    let prefectures = prefectures(&all, v.lang());
    // A municipality may come without its prefecture, as from the first page.
    let chosen = match asked.one("prefecture") {
        "" => asked.one("municipality").get(..2).unwrap_or_default(),
        chosen => chosen,
    };
    let one = prefectures.len() <= 1;
    page(&List {
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
        v: &v,
        asked: &asked,
        result,
    })
}

async fn result(app: &App, v: &Visit, asked: &Wanted) -> Result<Results, Answer> {
    let understood = asked.understood(app, v);
    let mut search = understood.search;
    search.offset = (asked.page - 1).saturating_mul(limits::PAGE_ROWS);
    search.limit = limits::PAGE_ROWS;
    let distances = search.from.is_some();
    // What cannot be kept is no reason to show everything.
    let found = if understood.unknown.is_empty() {
        app.finder.search(&search)
    } else {
        Found::default()
    };
    let map = (1..=picture::MOST).contains(&found.total);
    let map = map.then(|| picture::of_found(app, v, asked, &search));
    let date = date_of(wanted::today(v), understood.day);
    let holiday = match understood.day {
        Some(day) => day == HOLIDAY,
        None => WorkingDays::default().is_holiday(date),
    };
    let (pages, total) = (pages(asked, &found), found.total);
    let mut rows = Vec::with_capacity(found.hits.len());
    for hit in found.hits {
        rows.push(row(app, v, hit, date, holiday).await?);
    }
    let day = match understood.day {
        Some(day) => v.t(&format!("list-day-{day}")),
        None => v.t("list-today"),
    };
    let unknown = understood.unknown.into_iter();
    Ok(Results {
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
        map: map.flatten(),
        distances,
    })
}

async fn row(app: &App, v: &Visit, hit: Hit, date: Date, holiday: bool) -> Result<Row, Answer> {
    let read = institution::get(&app.store, &v.ctx, &hit.id).await?;
    let phone =
        read.map(|one| institution::contact_of(&one.organization, one.location.as_ref()).phone);
    let week = Week::of(&app.store.openings_of(&hit.id).await?);
    let spans = week.of_day(date, holiday);
    let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    let told: Vec<String> = spans
        .iter()
        .flatten()
        .map(|(from, until)| format!("{}–{}", clock(*from), clock(*until)))
        .collect();
    Ok(Row {
        phone: phone.unwrap_or_default(),
        hours: told.join(", "),
        closed_that_day: spans.is_some_and(|spans| spans.is_empty()),
        hit,
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

/// Areas that have a municipality with institutions.
fn areas(app: &App, v: &Visit) -> Vec<(AreaKind, Vec<(String, String)>)> {
    let (atlas, today) = (app.areas.atlas(), wanted::today(v));
    let there = app.finder.municipalities();
    let has = |kind: AreaKind, code: &str| {
        let members = atlas.members(kind, code, today);
        let known = |one: &str| there.iter().any(|(code, _)| code == one);
        members.iter().any(|one| known(&one.code))
    };
    let value = |kind: AreaKind, code: &str| match kind {
        AreaKind::SecondaryMedical => code.to_owned(),
        other => format!("{}:{code}", other.code()),
    };
    let of_kind = |kind: AreaKind| {
        let areas = atlas.of_kind(kind, today);
        let areas = areas.filter(|area| has(kind, &area.code));
        let list: Vec<(String, String)> = areas
            .map(|area| (value(kind, &area.code), area.name.clone()))
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
