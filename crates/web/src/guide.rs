//! 連携マップ, ガイドブック: found by everybody, made by the region's desk, printed in versions that stay.

mod edit;
mod picture;
mod print;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use renkei_base::Id;
use renkei_base::era::FiscalYear;
use renkei_directory::area::{AreaKind, Areas};
use renkei_directory::guide::{self, Difference, Entry, GuideRow, GuideVersionRow, MOST};
use renkei_directory::tool::{self, Tool, ToolYear};

pub(crate) use self::edit::{change, edit, make, new, offer, retire};
pub(crate) use self::print::{issue, pdf};
use crate::error::{Answer, page};
use crate::routes::DIRECTORY;
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "guides.html")]
struct List<'a> {
    v: &'a Visit,
    guides: Vec<Row>,
    tools: Vec<Tool>,
    areas: &'a Areas,
    keeps: bool,
}

struct Row {
    guide: GuideRow,
    areas: Vec<String>,
    newest: Option<GuideVersionRow>,
}

#[derive(Template)]
#[template(path = "guide.html")]
struct One<'a> {
    v: &'a Visit,
    guide: GuideRow,
    areas: Vec<String>,
    places: Vec<Place>,
    /// The map, safe as it is.
    map: Option<String>,
    count: usize,
    too_many: bool,
    versions: Vec<GuideVersionRow>,
    /// Since the newest version, for those who print.
    difference: Option<Difference>,
    keeps: bool,
}

/// A municipality with what lies in it.
pub(crate) struct Place {
    pub(crate) name: String,
    /// The number of its first entry, counted through the whole list.
    pub(crate) first: usize,
    pub(crate) entries: Vec<Entry>,
}

impl Place {
    /// Its entries with their numbers, as in the list, in print and on the map.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Entry)> {
        (self.first..).zip(&self.entries)
    }
}

fn keeps(v: &Visit) -> bool {
    v.signed_in && crate::guard::admit(DIRECTORY, v).is_ok()
}

/// `GET /guides`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let versions = app.store.newest_guide_versions().await?;
    let guides = guide::list(&app.store, &v.ctx).await?;
    let rows = guides.into_iter().map(|guide| Row {
        areas: area_names(&app, &v, &guide),
        newest: versions.iter().find(|one| one.guide == guide.id).cloned(),
        guide,
    });
    page(&List {
        guides: rows.collect(),
        tools: tool::list(&app.store, &v.ctx).await?,
        areas: &app.areas,
        keeps: keeps(&v),
        v: &v,
    })
}

impl List<'_> {
    fn area(&self, code: &str) -> String {
        let today = self.v.now().in_japan().date();
        let area = self.areas.area(AreaKind::SecondaryMedical, code, today);
        area.map(|area| area.name).unwrap_or_default()
    }

    /// 令和元年度 作成
    fn year(&self, year: &ToolYear) -> String {
        let number = i16::try_from(year.fiscal_year).unwrap_or_default();
        let words = match self.v.lang() {
            renkei_base::Lang::Ja => FiscalYear(number).wareki(),
            renkei_base::Lang::En => format!("FY{number}"),
        };
        format!("{words} {}", self.v.t(&format!("tool-act-{}", year.act)))
    }
}

/// `GET /guides/{id}`: what it would say today, and its versions.
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
) -> Result<Response, Answer> {
    let guide = guide::get(&app.store, &v.ctx, &id(&key)?).await?;
    let (entries, too_many) = now(&app, &v, &guide).await?;
    let versions = guide::versions(&app.store, &guide.id).await?;
    let keeps = keeps(&v);
    let difference = match versions.first() {
        Some(newest) if keeps => {
            let old = guide::kept(&app.store, newest).await?;
            Some(guide::difference(&old, &entries))
        }
        _ => None,
    };
    let count = entries.len();
    let places = places(entries);
    page(&One {
        areas: area_names(&app, &v, &guide),
        map: picture::of(&app, &v, &guide, (&places, true)),
        count,
        places,
        too_many,
        versions,
        difference,
        keeps,
        v: &v,
        guide,
    })
}

/// The entries as of now, and whether there are more than a guide takes.
async fn now(app: &App, v: &Visit, guide: &GuideRow) -> Result<(Vec<Entry>, bool), Answer> {
    let today = v.now().in_japan().date();
    let mut hits = guide::choose(&app.finder, &app.areas, guide, today);
    let too_many = hits.len() > MOST;
    hits.truncate(MOST);
    let entries = guide::entries(&app.store, &v.ctx, guide, &hits).await?;
    Ok((entries, too_many))
}

fn places(entries: Vec<Entry>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (entry, number) in entries.into_iter().zip(1..) {
        match places.last_mut() {
            Some(place) if place.name == entry.municipality_name => place.entries.push(entry),
            _ => places.push(Place {
                name: entry.municipality_name.clone(),
                first: number,
                entries: vec![entry],
            }),
        }
    }
    places
}

fn area_names(app: &App, v: &Visit, guide: &GuideRow) -> Vec<String> {
    let today = v.now().in_japan().date();
    let name = |code: &String| {
        let kind = AreaKind::from_code(&guide.area_kind)?;
        app.areas.area(kind, code, today).map(|area| area.name)
    };
    guide.areas.iter().filter_map(name).collect()
}

/// Days of a line of hours: 月・火・水.
pub(crate) fn days(v: &Visit, days: &[u8]) -> String {
    let names = days.iter().map(|day| v.t(&format!("guide-day-{day}")));
    let names: Vec<String> = names.collect();
    names.join(if v.lang() == renkei_base::Lang::Ja {
        "・"
    } else {
        ", "
    })
}

/// A PDF to be shown in the browser under this name.
fn inline(file: &str, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(&format!("inline; filename=\"{file}\""))
        .unwrap_or(HeaderValue::from_static("inline"));
    let heads = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/pdf"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (heads, bytes).into_response()
}

/// `2` of `2.pdf`.
fn number(file: &str) -> Option<i64> {
    file.strip_suffix(".pdf")?.parse().ok()
}

/// The number that the next version gets.
fn next(versions: &[GuideVersionRow]) -> i64 {
    versions.first().map_or(1, |newest| newest.number + 1)
}

/// Where a guide lives.
fn address(guide: &Id) -> String {
    format!("/guides/{guide}")
}
