//! 区市町村: the areas that one belongs to, who lives there, and what became of it. Open to everybody.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use renkei_directory::area::{Area, AreaKind, Atlas, Extent, Population};
use renkei_directory::municipal_figure::POPULATION;
use renkei_directory::municipality::Municipality;

use crate::area::{self, FigureRow, InAddresses, figures};
use crate::error::{Answer, page};
use crate::map::number;
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "municipality.html")]
struct One<'a> {
    v: &'a Visit,
    one: Municipality,
    areas: Vec<Area>,
    years: Vec<YearRow>,
    figures: Vec<FigureRow>,
    /// Who lives there, what rates are made with.
    base: Option<Population>,
    /// The newest day of the figures, or empty.
    date: String,
    unstated: u32,
    institutions: u32,
    /// What became of others that were asked for, and of this one.
    notices: Vec<String>,
    successors: Vec<Municipality>,
    history: Vec<String>,
    day: Date,
}

/// Who lives somewhere, in one year.
pub(crate) struct YearRow {
    pub(crate) date: String,
    /// Of which borders it is, where these are not those of the page.
    pub(crate) place: String,
    pub(crate) people: String,
    pub(crate) over_65: String,
    pub(crate) ageing: String,
    pub(crate) source: String,
}

impl YearRow {
    pub(crate) fn of(v: &Visit, one: &Population, place: String) -> Self {
        let ageing = one.ageing();
        let ageing = ageing.map(|percent| format!("{}%", number(percent, true)));
        Self {
            date: v.date(&one.date),
            place,
            people: crate::say::count(one.people),
            over_65: one.over_65.map(crate::say::count).unwrap_or_default(),
            ageing: ageing.unwrap_or_default(),
            source: one.source.clone(),
        }
    }
}

/// Whether any of them is of other borders than those of the page.
pub(crate) fn placed(years: &[YearRow]) -> bool {
    years.iter().any(|row| !row.place.is_empty())
}

impl One<'_> {
    fn placed(&self) -> bool {
        placed(&self.years)
    }

    fn prefecture(&self) -> &str {
        self.one.code.get(..2).unwrap_or_default()
    }
}

/// `GET /areas/131105`: one that was merged leads to what it became.
pub(crate) fn show(
    app: &App,
    v: &Visit,
    code: &str,
    (day, asked, from): (Date, bool, &str),
) -> Result<Response, Answer> {
    let atlas = app.areas.atlas();
    let one = atlas.municipality(code).ok_or(Answer::NotFound)?.clone();
    let now = atlas.at(code, day);
    if now != code {
        let date = if asked {
            format!("&date={day}")
        } else {
            String::new()
        };
        let to = format!("/areas/{now}?from={code}{date}");
        return Ok(Redirect::to(&to).into_response());
    }
    let areas = AreaKind::ALL.into_iter();
    let areas = areas.flat_map(|kind| {
        atlas
            .of_municipality(kind, code, day)
            .cloned()
            .collect::<Vec<_>>()
    });
    let successors = one.successors.iter();
    let over = one.validity.to.is_some_and(|to| to < day);
    let tally = app.areas.tally();
    let counts = tally.at(&atlas, day).remove(code).unwrap_or_default();
    let base = atlas.population_of(code, day);
    let figures = figures(app, v, &place(code), &counts, base.as_ref());
    let mut notices = Vec::new();
    if over {
        notices.extend(became(v, &atlas, &one));
    }
    if let Some(old) = atlas
        .municipality(from)
        .filter(|_| atlas.at(from, day) == code)
    {
        notices.extend(became(v, &atlas, old));
    }
    page(&One {
        areas: areas.collect(),
        years: years(v, &atlas, code, day),
        date: area::newest(&figures),
        figures,
        base,
        unstated: area::unstated(&counts),
        institutions: counts.institutions.values().sum(),
        notices,
        successors: successors
            .filter_map(|code| atlas.municipality(code).cloned())
            .filter(|_| over)
            .collect(),
        history: history(v, &atlas, code),
        v,
        one,
        day,
    })
}

fn place(code: &str) -> InAddresses {
    let prefecture = code.get(..2).unwrap_or_default();
    InAddresses {
        list: format!("prefecture={prefecture}&municipality={code}"),
        map: format!("kind=municipality&prefecture={prefecture}"),
    }
}

/// What one became, in words.
fn became(v: &Visit, atlas: &Atlas, old: &Municipality) -> Option<String> {
    let next = old.validity.to?.tomorrow().ok()?;
    let names: Vec<&str> = old
        .successors
        .iter()
        .filter_map(|code| atlas.municipality(code))
        .map(|one| one.name.as_str())
        .collect();
    let key = match names.len() {
        0 => return None,
        1 => "municipality-now",
        _ => "municipality-divided",
    };
    let (date, new) = (v.date(&next.to_string()), names.join(&v.t("area-comma")));
    let args = [
        ("old", old.name.as_str()),
        ("new", new.as_str()),
        ("date", date.as_str()),
    ];
    Some(v.tn(key, &args))
}

/// What became part of it, the newest first.
fn history(v: &Visit, atlas: &Atlas, code: &str) -> Vec<String> {
    let mut parts: Vec<&Municipality> = atlas.predecessors(code).collect();
    parts.sort_by_key(|one| std::cmp::Reverse(one.validity.to));
    let lines = parts.into_iter().filter_map(|one| became(v, atlas, one));
    lines.collect()
}

/// The newest year first. Where its borders of a day are those after a merger: what was stated before it, each apart, and
/// what that adds up to.
fn years(v: &Visit, atlas: &Atlas, code: &str, day: Date) -> Vec<YearRow> {
    let mut years = atlas.figures().years(POPULATION, day);
    years.sort_unstable_by(|a, b| b.cmp(a));
    let rows = years
        .into_iter()
        .flat_map(|year| year_rows(v, atlas, code, year, day));
    rows.collect()
}

fn year_rows(v: &Visit, atlas: &Atlas, code: &str, year: i16, day: Date) -> Vec<YearRow> {
    let whole = atlas.inhabitants_in(code, year, day);
    if let Some(own) = whole.as_ref().filter(|whole| whole.extent == Extent::Same) {
        return vec![YearRow::of(v, own, String::new())];
    }
    let grounds = atlas.grounds(code, day).into_iter();
    let parts = grounds.filter_map(|part| {
        let name = &atlas.municipality(part)?.name;
        let place = v.t1("municipality-before", "name", name.as_str());
        Some(YearRow::of(v, &atlas.stated_of(part, year)?, place))
    });
    let sum = whole.map(|whole| YearRow::of(v, &whole, v.t("municipality-summed")));
    parts.chain(sum).collect()
}
