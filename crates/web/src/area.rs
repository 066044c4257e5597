//! 圏域: which areas there are, and what is in each. Open to everybody.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use renkei_directory::Kind;
use renkei_directory::area::tally::{Counts, sum};
use renkei_directory::area::{
    Area, AreaKind, Atlas, Extent, Figure, Measure, Population, Validity,
};
use renkei_directory::function::Function;
use renkei_directory::municipal_figure::POPULATION;
use renkei_directory::municipality::Municipality;
use renkei_store::StoreError;
use serde::Deserialize;

use crate::error::{Answer, page};
use crate::function::Holder;
use crate::institution::list::area_value;
use crate::map::{figure_name, number};
use crate::municipality::{self, YearRow};
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// A kind of area; the first that has the code if empty.
    kind: String,
    /// `2026-04-01`; today if empty.
    date: String,
    /// The municipality that was asked for, where it became another.
    from: String,
}

impl Params {
    fn day(&self, v: &Visit) -> Date {
        let today = || v.ctx.at.in_japan().date();
        self.date.parse().unwrap_or_else(|_| today())
    }
}

#[derive(Template)]
#[template(path = "areas.html")]
struct List<'a> {
    v: &'a Visit,
    /// Each kind with its areas and their municipalities.
    kinds: Vec<(AreaKind, Vec<WithMembers>)>,
}

impl List<'_> {
    /// Whether the visitor keeps the areas.
    fn keeps(&self) -> bool {
        crate::guard::admit(crate::routes::DIRECTORY, self.v).is_ok()
    }
}

/// An area with its municipalities.
type WithMembers = (Area, Vec<Municipality>);

/// `GET /areas`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let (atlas, date) = (app.areas.atlas(), params.day(&v));
    let asked = AreaKind::from_code(&params.kind);
    let kinds = atlas
        .kinds(date)
        .filter(|kind| asked.is_none_or(|one| one == *kind));
    let kinds = kinds.map(|kind| {
        let areas = atlas.of_kind(kind, date).map(|area| {
            let members = atlas.members(kind, &area.code, date);
            (area.clone(), members.into_iter().cloned().collect())
        });
        (kind, areas.collect())
    });
    page(&List {
        v: &v,
        kinds: kinds.collect(),
    })
}

#[derive(Template)]
#[template(path = "area.html")]
struct One<'a> {
    v: &'a Visit,
    area: Area,
    members: Vec<MemberRow>,
    figures: Vec<FigureRow>,
    population: Option<Population>,
    /// Within the borders of the day, what rates are made with.
    base: Option<Population>,
    years: Vec<YearRow>,
    unstated: u32,
    /// Functions of the medical plan with the institutions that have them here.
    functions: Vec<(Function, Vec<Holder>)>,
    neighbours: Vec<Area>,
    others: Vec<Area>,
    history: Vec<String>,
    /// The newest day of the figures, or empty.
    date: String,
    /// The day that the page was asked for.
    day: Date,
}

impl One<'_> {
    fn placed(&self) -> bool {
        municipality::placed(&self.years)
    }

    /// Whether the population is of other borders than the page.
    fn is_then(&self) -> bool {
        let of = self.population.as_ref();
        of.is_some_and(|one| one.extent == Extent::Then)
    }

    /// What nobody stated: the municipalities of the day, added up.
    fn summed(&self) -> Option<&Population> {
        let base = self.base.as_ref();
        base.filter(|one| one.extent == Extent::Summed)
    }

    /// 高齢化率 in percent, where it is known.
    fn ageing(&self) -> Option<String> {
        let percent = self.population.as_ref()?.ageing()?;
        Some(number(percent, true))
    }

    /// Of its first municipality, for the map.
    fn prefecture(&self) -> &str {
        let first = self
            .members
            .first()
            .and_then(|one| one.municipality.code.get(..2));
        first.unwrap_or_default()
    }
}

/// A municipality of the area.
struct MemberRow {
    municipality: Municipality,
    institutions: u32,
    hospitals: u32,
    href: String,
}

/// A figure of the area, or of a municipality.
pub(crate) struct FigureRow {
    pub(crate) name: String,
    pub(crate) number: String,
    /// Empty where the population is not known.
    pub(crate) per: String,
    pub(crate) date: String,
    pub(crate) map: String,
    /// Institutions of the kind in the area; empty where it is not about them.
    pub(crate) search: String,
}

/// A place in the addresses of the list and of the map.
pub(crate) struct InAddresses {
    /// `area=1303`, `municipality=131105`
    pub(crate) list: String,
    /// `kind=municipality&prefecture=13`
    pub(crate) map: String,
}

/// `GET /areas/1303?kind=secondary-medical-area`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let (atlas, tally, day) = (app.areas.atlas(), app.areas.tally(), params.day(&v));
    let Some(area) = found(&atlas, &code, &params.kind, day).cloned() else {
        let asked = params.date.parse::<Date>().is_ok();
        return municipality::show(&app, &v, &code, (day, asked, &params.from));
    };
    let members = atlas.members(area.kind, &area.code, day);
    let counts = tally.at(&atlas, day);
    let of = |one: &Municipality| counts.get(one.code.as_str()).cloned().unwrap_or_default();
    let own: Vec<Counts> = members.iter().map(|one| of(one)).collect();
    let all = sum(&own);
    let population = atlas.population(area.kind, &area.code, day);
    let base = atlas.population_within(area.kind, &area.code, day);
    let place = InAddresses {
        list: format!("area={}", area_value(area.kind, &area.code)),
        map: format!("kind={}", area.kind.code()),
    };
    // A part of a municipality has no figures of its own.
    let figures = if area.kind.divides() {
        Vec::new()
    } else {
        figures(&app, &v, &place, &all, base.as_ref())
    };
    page(&One {
        members: members
            .iter()
            .zip(&own)
            .map(|(one, counts)| member(one, counts))
            .collect(),
        date: newest(&figures),
        figures,
        population,
        base,
        years: years(&v, &atlas, &area, day),
        unstated: unstated(&all),
        functions: functions(&app, &area, day).await?,
        neighbours: neighbours(&app, &atlas, &area, day),
        others: others(&atlas, &area, &members, day),
        history: history(&v, &atlas, &area),
        v: &v,
        area,
        day,
    })
}

/// A part of a municipality has no institutions of its own.
async fn functions(
    app: &App,
    area: &Area,
    day: Date,
) -> Result<Vec<(Function, Vec<Holder>)>, StoreError> {
    if area.kind.divides() {
        return Ok(Vec::new());
    }
    let grounds = app.areas.grounds(area.kind, &area.code, day);
    crate::function::held_in(app, &grounds, &day.to_string()).await
}

fn found<'a>(atlas: &'a Atlas, code: &str, kind: &str, day: Date) -> Option<&'a Area> {
    match AreaKind::from_code(kind) {
        Some(kind) => atlas.area(kind, code, day),
        None => AreaKind::ALL
            .into_iter()
            .find_map(|kind| atlas.area(kind, code, day)),
    }
}

fn member(one: &Municipality, counts: &Counts) -> MemberRow {
    let prefecture = one.code.get(..2).unwrap_or_default();
    MemberRow {
        municipality: one.clone(),
        institutions: counts.institutions.values().sum(),
        hospitals: counts.of_kind(Kind::Hospital),
        href: format!(
            "/institutions?prefecture={prefecture}&municipality={}",
            one.code
        ),
    }
}

/// What was counted, with rates where the population is known.
pub(crate) fn figures(
    app: &App,
    v: &Visit,
    place: &InAddresses,
    counts: &Counts,
    population: Option<&Population>,
) -> Vec<FigureRow> {
    let tally = app.areas.tally();
    let told = |one: &Figure| match one.measure {
        Measure::Institutions(kind) => {
            counts.of_kind(kind) > 0 || matches!(kind, Kind::Hospital | Kind::Clinic)
        }
        _ => !one.is_people(),
    };
    let all = Figure::all(&tally, app.areas.atlas().figures()).into_iter();
    let plain = all.filter(|one| !one.per && told(one));
    let rows = plain.map(|figure| {
        let per = Figure {
            per: true,
            ..figure
        }
        .value(counts, population);
        let search = match figure.measure {
            Measure::Institutions(kind) => {
                format!("/institutions?{}&kind={}", place.list, kind.code())
            }
            _ => String::new(),
        };
        FigureRow {
            name: figure_name(v, figure),
            number: figure
                .value(counts, population)
                .map_or_else(|| v.t("map-unknown"), |value| number(value, false)),
            per: per.map(|value| number(value, true)).unwrap_or_default(),
            date: figure.date(&tally).to_owned(),
            map: format!("/map?{}&figure={}", place.map, figure.code()),
            search,
        }
    });
    rows.collect()
}

/// The newest day of figures, or empty.
pub(crate) fn newest(figures: &[FigureRow]) -> String {
    let dates = figures.iter().map(|row| &row.date);
    dates.max().cloned().unwrap_or_default()
}

/// Hospitals that leave their beds blank, where others state theirs.
pub(crate) fn unstated(counts: &Counts) -> u32 {
    if counts.states_beds() {
        counts.unstated()
    } else {
        0
    }
}

/// Who lived in the area as it was in each year, the newest first.
fn years(v: &Visit, atlas: &Atlas, area: &Area, day: Date) -> Vec<YearRow> {
    let mut years = atlas.figures().years(POPULATION, day);
    years.sort_unstable_by(|a, b| b.cmp(a));
    let known = years
        .into_iter()
        .filter_map(|year| atlas.population_in(area.kind, &area.code, year, day));
    let rows = known.map(|one| {
        let place = match one.extent {
            Extent::Then => v.t("area-population-then"),
            Extent::Same | Extent::Summed => String::new(),
        };
        YearRow::of(v, &one, place)
    });
    rows.collect()
}

/// Areas of the same kind that share a border; none where no outlines are known.
fn neighbours(app: &App, atlas: &Atlas, area: &Area, day: Date) -> Vec<Area> {
    let boundaries = app.areas.boundaries();
    let all: Vec<&Area> = atlas.of_kind(area.kind, day).collect();
    let groups: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let members = atlas.members(area.kind, &one.code, day);
            members.into_iter().map(|one| one.code.clone()).collect()
        })
        .collect();
    let Some(own) = all.iter().position(|one| one.code == area.code) else {
        return Vec::new();
    };
    let touching = boundaries.touching(&groups);
    let other = touching
        .into_iter()
        .filter_map(|(a, b)| match (a == own, b == own) {
            (true, _) => Some(b),
            (_, true) => Some(a),
            _ => None,
        });
    other
        .filter_map(|at| all.get(at))
        .map(|one| (*one).clone())
        .collect()
}

/// Areas of other kinds that have one of its municipalities.
fn others(atlas: &Atlas, area: &Area, members: &[&Municipality], day: Date) -> Vec<Area> {
    let mut all: Vec<Area> = Vec::new();
    for kind in AreaKind::ALL.into_iter().filter(|kind| *kind != area.kind) {
        for one in members {
            for other in atlas.of_municipality(kind, &one.code, day) {
                if !all.contains(other) {
                    all.push(other.clone());
                }
            }
        }
    }
    all
}

/// From when to when, in words.
fn span(v: &Visit, validity: Validity) -> String {
    let (from, to) = validity.text();
    match (from.is_empty(), to.is_empty()) {
        (true, true) => v.t("area-always"),
        (false, true) => v.t1("area-since", "from", v.date(&from)),
        (true, false) => v.t1("area-until", "to", v.date(&to)),
        (false, false) => {
            let (from, to) = (v.date(&from), v.date(&to));
            v.tn(
                "area-between",
                &[("from", from.as_str()), ("to", to.as_str())],
            )
        }
    }
}

/// Names it had, municipalities that came and went.
fn history(v: &Visit, atlas: &Atlas, area: &Area) -> Vec<String> {
    let names: Vec<&Area> = atlas
        .of_code(&area.code)
        .filter(|one| one.kind == area.kind)
        .collect();
    let mut lines = Vec::new();
    if names.len() > 1 {
        lines.extend(names.iter().map(|one| {
            let span = span(v, one.validity);
            v.tn(
                "area-renamed",
                &[("name", one.name.as_str()), ("span", span.as_str())],
            )
        }));
    }
    for member in atlas.members_ever(area.kind, &area.code) {
        let name = atlas.municipality(&member.municipality);
        let name = name.map_or(member.municipality.as_str(), |one| one.name.as_str());
        let (from, to) = member.validity.text();
        if !from.is_empty() {
            let from = v.date(&from);
            lines.push(v.tn(
                "area-joined",
                &[("municipality", name), ("from", from.as_str())],
            ));
        }
        if !to.is_empty() {
            let to = v.date(&to);
            lines.push(v.tn("area-left", &[("municipality", name), ("to", to.as_str())]));
        }
    }
    lines
}
