//! 地図: municipalities and areas with any figure, drawn on the server, with a table beside it. Open to everybody.

mod picture;
mod scene;
pub(crate) mod tiles;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use renkei_directory::Kind;
use renkei_directory::area::{Figure, Measure};
use renkei_report::map::Swatch;
use serde::Deserialize;

pub(crate) use self::picture::rings;
use self::scene::{Grouping, Scene};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// A kind of area, `municipality` or `prefecture`.
    kind: String,
    /// `hospital`, `psychiatric-beds-per-100000` …, or empty.
    figure: String,
    /// Two digits.
    prefecture: String,
    /// `2026-04-01`; today if empty.
    date: String,
    /// A kind of institution.
    pins: String,
}

#[derive(Template)]
#[template(path = "map.html")]
struct Page<'a> {
    v: &'a Visit,
    scene: Scene,
    /// Code and name.
    groupings: Vec<(String, String)>,
    figures: Vec<(String, String)>,
    pins: Vec<(String, String)>,
    chosen_pins: String,
    /// The picture, safe as it is.
    svg: String,
    /// The legend in the page's own letters: its title, colours, where the outlines come from.
    key: String,
    swatches: Vec<Swatch>,
    source: String,
    /// What of the address nobody understands, in words.
    unknown: Vec<String>,
    /// What was chosen, in words, for paper.
    conditions: String,
    /// The address of the picture alone.
    picture: String,
    /// Where the pins come from for the tiles of others, where the operator allows these.
    tiles: Option<String>,
}

/// `GET /map?kind=secondary-medical-area&figure=psychiatric-beds&prefecture=13`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let scene = Scene::of(&app, &v, &params);
    let (map, unplaced) = picture::map(&app, &v, &scene, Kind::from_code(&params.pins));
    let drawn = map.places.iter().any(|place| !place.rings.is_empty());
    let scene = Scene {
        unplaced,
        drawn,
        ..scene
    };
    let tiles = Kind::from_code(&params.pins).map(|kind| {
        let code = scene.prefecture.map(|one| one.code()).unwrap_or_default();
        format!(
            "/institutions.geojson?kind={}&prefecture={code}",
            kind.code()
        )
    });
    let tiles = tiles.filter(|_| app.config.gsi_tiles);
    let offered = tiles.is_some();
    let answer = page(&Page {
        tiles,
        groupings: groupings(&app, &v),
        figures: figures(&app, &v),
        pins: kinds(&app, &v),
        chosen_pins: params.pins.clone(),
        key: map
            .legend
            .as_ref()
            .map(|one| one.title.clone())
            .unwrap_or_default(),
        swatches: renkei_report::map::swatches(&map),
        source: map.words.source.clone(),
        unknown: unknown(&v, &params),
        conditions: conditions(&v, &scene, &params),
        svg: renkei_report::map::svg(&map),
        picture: scene.address("/map.svg", &params.pins),
        v: &v,
        scene,
    })?;
    Ok(if offered {
        tiles::opened(answer)
    } else {
        answer
    })
}

/// `GET /map.svg`: the picture alone.
pub(crate) async fn picture(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let scene = Scene::of(&app, &v, &params);
    let (map, _) = picture::map(&app, &v, &scene, Kind::from_code(&params.pins));
    let headers = [(header::CONTENT_TYPE, "image/svg+xml")];
    Ok((headers, renkei_report::map::svg(&map)).into_response())
}

/// What was asked for and cannot be shown: the map is of something else then.
fn unknown(v: &Visit, params: &Params) -> Vec<String> {
    let asked = [
        (
            "map-kind",
            &params.kind,
            Grouping::parse(&params.kind).is_some(),
        ),
        (
            "map-figure",
            &params.figure,
            Figure::parse(&params.figure).is_some(),
        ),
        (
            "map-pins",
            &params.pins,
            Kind::from_code(&params.pins).is_some(),
        ),
    ];
    let wrong = asked
        .into_iter()
        .filter(|(_, value, known)| !value.is_empty() && !known);
    wrong
        .map(|(name, value, _)| {
            let name = v.t(name);
            v.tn(
                "list-unknown",
                &[("name", name.as_str()), ("value", value.as_str())],
            )
        })
        .collect()
}

/// What was chosen besides what the title says: 東京都　点：診療所　2026年4月1日（令和8年4月1日）時点
fn conditions(v: &Visit, scene: &Scene, params: &Params) -> String {
    let code = scene.prefecture.map(|one| one.code()).unwrap_or_default();
    let mut prefectures = scene.prefectures.iter();
    let prefecture = prefectures.find(|(one, _)| *one == code);
    let pins = Kind::from_code(&params.pins).map(|kind| {
        let kind = v.t(kind.key());
        v.t1("map-conditions-pins", "kind", kind)
    });
    let day = v.t1("area-at", "date", v.date(&scene.date.to_string()));
    let said = prefecture.map(|(_, name)| name.clone());
    let said: Vec<String> = said.into_iter().chain(pins).chain([day]).collect();
    said.join("　")
}

/// What places are put together by: the kinds of area that there are, municipalities, prefectures.
fn groupings(app: &App, v: &Visit) -> Vec<(String, String)> {
    let today = v.ctx.at.in_japan().date();
    let atlas = app.areas.atlas();
    let kinds = atlas.kinds(today).map(Grouping::Area);
    let all = kinds.chain([Grouping::Municipality, Grouping::Prefecture]);
    all.map(|one| (one.code().to_owned(), one.name(v)))
        .collect()
}

fn figures(app: &App, v: &Visit) -> Vec<(String, String)> {
    let figures = Figure::all(&app.areas.tally(), app.areas.atlas().figures());
    figures
        .into_iter()
        .map(|one| (one.code(), figure_name(v, one)))
        .collect()
}

fn kinds(app: &App, v: &Visit) -> Vec<(String, String)> {
    let tally = app.areas.tally();
    tally
        .kinds()
        .map(|kind| (kind.code().to_owned(), v.t(kind.key())))
        .collect()
}

/// A figure in words.
pub(crate) fn figure_name(v: &Visit, figure: Figure) -> String {
    let name = match figure.measure {
        Measure::Institutions(kind) => v.t1("figure-institutions", "kind", v.t(kind.key())),
        Measure::PsychiatricHospitals => v.t("figure-psychiatric-hospitals"),
        Measure::Beds(kind) => v.t(&format!("figure-beds-{kind}")),
        Measure::Population => v.t("figure-population"),
        Measure::Over65 => v.t("figure-population-65"),
        Measure::Ageing => v.t("figure-ageing"),
    };
    if figure.per {
        v.t1("figure-per", "figure", name)
    } else {
        name
    }
}

/// A value as people read it: whole numbers with commas, rates with one digit behind the point.
pub(crate) fn number(value: f64, per: bool) -> String {
    if per {
        let text = format!("{value:.1}");
        let (whole, rest) = text.split_once('.').unwrap_or((&text, "0"));
        format!("{}.{rest}", crate::say::count(whole))
    } else {
        crate::say::count(format!("{value:.0}"))
    }
}
