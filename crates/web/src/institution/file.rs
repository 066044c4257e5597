//! The list of institutions as files: `/institutions.csv`, `.xlsx`, `.geojson`, with the conditions of the page.
//!
//! What everybody sees of an institution, and nothing else: also for those who are signed in.

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_base::Micros;
use renkei_directory::finder::Hit;
use renkei_directory::tag;
use renkei_report::sheet::{Cell, Sheet};
use serde_json::{Value, json};

use super::wanted::Wanted;
use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// Institutions of one file; more are in the open data.
const MOST: usize = 10_000;

/// Text keys of the columns, with their widths.
const COLUMNS: [(&str, u8); 16] = [
    ("institution-name", 36),
    ("list-kana", 30),
    ("institution-kind", 14),
    ("institution-code", 13),
    ("institution-registry", 18),
    ("list-municipality-code", 12),
    ("institution-municipality", 14),
    ("institution-address", 40),
    ("list-latitude", 11),
    ("list-longitude", 11),
    ("list-metres", 9),
    ("institution-beds-total", 9),
    ("list-free", 16),
    ("list-tags", 40),
    ("list-active", 8),
    ("list-page", 60),
];

/// One line: the institution, and its tags by name.
struct Line {
    hit: Hit,
    tags: Vec<String>,
    url: String,
}

/// `GET /institutions.csv?…`
pub(crate) async fn csv(
    State(app): State<App>,
    v: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Answer> {
    let lines = lines(&app, &v, query).await?;
    let head = COLUMNS.map(|(key, _)| v.t(key));
    let rows = lines.iter().map(|line| cells(&v, line).map(text));
    Ok(crate::sheet::csv(
        "institutions.csv",
        std::iter::once(head).chain(rows),
    ))
}

/// `GET /institutions.xlsx?…`
pub(crate) async fn xlsx(
    State(app): State<App>,
    v: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Answer> {
    let lines = lines(&app, &v, query).await?;
    let sheet = Sheet {
        name: v.t("place-institutions"),
        columns: COLUMNS.map(|(key, width)| (v.t(key), width)).to_vec(),
        rows: lines.iter().map(|line| cells(&v, line).to_vec()).collect(),
    };
    let made = tokio::task::spawn_blocking(move || renkei_report::sheet::xlsx(&sheet)).await;
    match made {
        Ok(Ok(bytes)) => Ok(file(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "institutions.xlsx",
            bytes,
        )),
        other => {
            tracing::error!(?other, "a sheet could not be made");
            Err(Answer::Broken)
        }
    }
}

/// `GET /institutions.geojson?…` (RFC 7946). Those that say not where they lie have no geometry.
pub(crate) async fn geojson(
    State(app): State<App>,
    v: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Answer> {
    let lines = lines(&app, &v, query).await?;
    let features: Vec<Value> = lines.iter().map(feature).collect();
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    Ok(file(
        "application/geo+json",
        "institutions.geojson",
        text.into_bytes(),
    ))
}

fn file(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// A condition that cannot be kept gives the page that says so, never a file of everything.
async fn lines(app: &App, v: &Visit, query: Option<String>) -> Result<Vec<Line>, Answer> {
    let wanted = Wanted::of(&query.unwrap_or_default());
    let understood = wanted.understood(app, v);
    if !understood.unknown.is_empty() {
        return Err(Answer::Refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "refuse-list-condition".to_owned(),
        ));
    }
    let mut search = understood.search;
    search.limit = MOST;
    let found = app.finder.search_all(&search);
    let tags = tag::all(&app.store).await?;
    let name = |code: &String| {
        let known = tags.iter().find(|tag| tag.code == *code);
        known.map_or_else(|| code.clone(), |tag| tag.name(v.lang()).to_owned())
    };
    let line = |hit: Hit| Line {
        tags: hit.tags.iter().map(name).collect(),
        url: format!("{}/institutions/{}", app.config.base_url, hit.id),
        hit,
    };
    Ok(found.hits.into_iter().map(line).collect())
}

fn cells(v: &Visit, line: &Line) -> [Cell; COLUMNS.len()] {
    let hit = &line.hit;
    let said = |text: &str| Cell::Text(text.to_owned());
    let point = hit.point;
    [
        said(&hit.name),
        said(&hit.kana),
        hit.kind
            .map_or(Cell::Empty, |kind| Cell::Text(v.t(kind.key()))),
        said(&hit.code),
        said(&hit.registry_id),
        said(&hit.municipality),
        said(&hit.municipality_name),
        said(&hit.address),
        point.map_or(Cell::Empty, |point| Cell::Number(rounded(point.latitude))),
        point.map_or(Cell::Empty, |point| Cell::Number(rounded(point.longitude))),
        hit.distance
            .map_or(Cell::Empty, |far| Cell::Number(f64::from(far))),
        hit.beds
            .map_or(Cell::Empty, |beds| Cell::Number(f64::from(beds))),
        hit.first_free
            .map_or(Cell::Empty, |at| Cell::Text(minute_of(at))),
        Cell::Text(line.tags.join("・")),
        Cell::Text(v.t(if hit.active {
            "list-open"
        } else {
            "institution-closed"
        })),
        said(&line.url),
    ]
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => text,
        Cell::Number(number) => number.to_string(),
        Cell::Empty => String::new(),
    }
}

/// `2026-11-24 09:00` in Japan's time.
fn minute_of(at: Micros) -> String {
    at.in_japan().strftime("%Y-%m-%d %H:%M").to_string()
}

/// Some metres are exact enough, and all that is kept.
fn rounded(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}

fn feature(line: &Line) -> Value {
    let hit = &line.hit;
    let geometry = hit.point.map(|point| {
        let pair = [rounded(point.longitude), rounded(point.latitude)];
        json!({ "type": "Point", "coordinates": pair })
    });
    json!({
        "type": "Feature",
        "id": hit.id.to_string(),
        "geometry": geometry,
        "properties": {
            "name": hit.name,
            "kana": hit.kana,
            "kind": hit.kind.map(renkei_directory::Kind::code),
            "code": hit.code,
            "registry_id": hit.registry_id,
            "municipality": hit.municipality,
            "municipality_name": hit.municipality_name,
            "address": hit.address,
            "beds": hit.beds,
            "first_free": hit.first_free.map(|at| at.in_japan().strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()),
            "tags": hit.tags,
            "active": hit.active,
            "distance_m": hit.distance,
            "url": line.url,
        },
    })
}
