//! `GET /surveys/{code}`: table, chart, groups, scores, versions.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use renkei_gov::count::change::{LineChange, since};
use renkei_gov::count::cross::Scores;
use renkei_gov::count::group::Grouping;
use renkei_gov::count::{Base, Figures, percent};
use renkei_gov::snapshot::SnapshotRow;
use renkei_gov::{Status, publication};

use super::seen::{Params, Viewed};
use super::table::{Row, rows};
use super::{chart, group};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

/// Names that are told in one place.
const NAMES: usize = 30;

#[derive(Template)]
#[template(path = "survey/results.html")]
struct Page<'a> {
    v: &'a Visit,
    viewed: Viewed,
    rows: Vec<Row>,
    /// Everybody who is counted; who handed in something; who is 集計外.
    n: u32,
    answered: u32,
    uncounted: Vec<String>,
    /// With their number alone, where names are not shown.
    uncounted_only: usize,
    areas: Vec<(String, String)>,
    by: Option<Grouping>,
    groups: Vec<group::Shown>,
    headings: Vec<String>,
    unions: Vec<Union>,
    scores: Scores,
    most: u32,
    changes: Vec<Since>,
    versions: Vec<SnapshotRow>,
    /// Safe as it is.
    svg: String,
    /// That was asked for, as it was: a number or `now`; nothing for the newest.
    version: String,
    /// `?…` of what is chosen, for files.
    query: String,
}

/// A question with several choices: who has any of them.
pub(crate) struct Union {
    pub(crate) label: String,
    pub(crate) yes: u32,
    pub(crate) n: u32,
    pub(crate) percent: String,
}

/// A line of now and of the asking before.
pub(crate) struct Since {
    pub(crate) heading: String,
    pub(crate) change: LineChange,
    /// Whether it is told who began and who ended.
    pub(crate) named: bool,
}

/// The key of a status's word.
pub(crate) fn status_key(status: Status) -> String {
    format!("count-status-{}", status.code())
}

/// `GET /surveys/{code}?base=asked&area=1303&by=area&version=2`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?.named(&app, &v);
    let figures = viewed.figures();
    let rows = rows(&v, &figures, viewed.base);
    // A group of an area would be two groups at once: of what holds counts alone, the area is shown.
    let one = viewed.names || viewed.area.is_empty();
    let by = Grouping::from_code(&params.by).filter(|_| one);
    let uncounted = uncounted(&figures);
    let hides = viewed.least() > 0;
    let scores = figures.scores();
    page(&Page {
        n: number(figures.counted().count()),
        answered: number(figures.counted().filter(|one| one.answered).count()),
        uncounted_only: if hides { uncounted.len() } else { 0 },
        uncounted: if hides { Vec::new() } else { uncounted },
        areas: areas(&app, &v, &viewed),
        groups: by.map_or_else(Vec::new, |by| {
            group::groups(&app, &v, &viewed, &figures, by)
        }),
        by,
        headings: figures
            .lines
            .iter()
            .map(renkei_gov::count::FigureLine::heading)
            .collect(),
        unions: unions(&figures, viewed.base),
        most: scores.histogram.values().copied().max().unwrap_or_default(),
        scores,
        changes: changes(&app, &viewed, &figures).await?,
        versions: publication::versions(&app.store, &code).await?,
        svg: chart::bars(&v, &v.t("count-chart"), viewed.no_answer(), &rows),
        query: query(&params),
        version: version(&viewed, &params),
        rows,
        viewed,
        v: &v,
    })
}

pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn uncounted(figures: &Figures) -> Vec<String> {
    let some = figures.sheets.iter().filter(|sheet| !sheet.counted);
    some.map(|sheet| sheet.name.clone()).collect()
}

/// The areas that sheets are in, by code.
pub(crate) fn areas(app: &App, v: &Visit, viewed: &Viewed) -> Vec<(String, String)> {
    let sheets = viewed.body.figures.counted();
    let mut codes: Vec<&str> = sheets.map(|sheet| sheet.area.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.retain(|code| !code.is_empty());
    let small = viewed.small_areas();
    let named = codes.into_iter().filter(|code| !small.contains(*code));
    named
        .map(|code| (code.to_owned(), group::area(app, v, viewed, code)))
        .collect()
}

fn unions(figures: &Figures, base: Base) -> Vec<Union> {
    let each = figures
        .unions()
        .into_iter()
        .filter_map(|(question, tally)| {
            let line = figures
                .lines
                .iter()
                .find(|line| line.question == question)?;
            Some(Union {
                label: format!("{}{}", line.item, line.number()),
                yes: tally.yes,
                n: tally.n(base),
                percent: tally.yes_percent(base),
            })
        });
    each.collect()
}

/// Since the asking before, where that is published.
async fn changes(app: &App, viewed: &Viewed, now: &Figures) -> Result<Vec<Since>, Answer> {
    let previous = viewed.body.previous.as_str();
    if previous.is_empty() {
        return Ok(Vec::new());
    }
    let Some(before) = publication::newest(&app.store, previous).await? else {
        return Ok(Vec::new());
    };
    // Who began or ended tells what it said before: told where both say who said what.
    let named = viewed.names && (before.body.least == 0 || viewed.owner());
    if before.body.least > 0 && !viewed.area.is_empty() && !named {
        return Ok(Vec::new());
    }
    let before = match viewed.area.as_str() {
        "" => before.body.figures,
        area => before.body.figures.only(|sheet| sheet.area == area),
    };
    let each = since(&before, now).into_iter().map(|change| {
        let line = now.lines.iter().find(|line| line.id == change.line);
        Since {
            heading: line
                .map(renkei_gov::count::FigureLine::heading)
                .unwrap_or_default(),
            named,
            change,
        }
    });
    Ok(each.collect())
}

/// The version that an address names, as what it was read as.
fn version(viewed: &Viewed, params: &Params) -> String {
    match (params.version.as_str(), &viewed.version) {
        ("", _) => String::new(),
        (_, Some(row)) => row.number.to_string(),
        (_, None) => "now".to_owned(),
    }
}

fn query(params: &Params) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("base", &params.base),
        ("area", &params.area),
        ("version", &params.version),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    match query.finish().as_str() {
        "" => String::new(),
        text => format!("?{text}"),
    }
}

impl Page<'_> {
    /// Names in a sentence, as many as can be read, and how many more.
    fn some(&self, names: &[String]) -> String {
        let shown = self.v.names(names.get(..NAMES).unwrap_or(names));
        match names.len().saturating_sub(NAMES) {
            0 => shown,
            more => format!("{shown} {}", self.v.t1("count-more-names", "count", more)),
        }
    }

    /// Whether the choice of an area answers; of what holds counts alone, an area is not divided any further.
    fn offers_area(&self) -> bool {
        self.viewed.divides() && (self.viewed.names || self.by.is_none())
    }

    fn offers_by(&self) -> bool {
        self.viewed.divides() && (self.viewed.names || self.viewed.area.is_empty())
    }

    fn by_code(&self) -> &'static str {
        self.by.map_or("", Grouping::code)
    }

    fn overall(&self) -> String {
        percent(self.scores.done, self.scores.of)
    }

    /// In percent of the widest bar.
    fn width(&self, count: &u32) -> u32 {
        count * 100 / self.most.max(1)
    }

    /// The same page with another base.
    fn with_base(&self, base: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("base", base);
        for (name, value) in [("area", self.viewed.area.as_str()), ("by", self.by_code())] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if !self.version.is_empty() {
            query.append_pair("version", &self.version);
        }
        format!("/surveys/{}?{}", self.viewed.code, query.finish())
    }

    fn base_about(&self) -> String {
        self.v
            .t(&format!("count-base-{}-about", self.viewed.base.code()))
    }

    fn by_name(&self) -> String {
        self.v.t(&format!("count-by-{}", self.by_code()))
    }

    fn is_base(&self, base: &Base) -> bool {
        *base == self.viewed.base
    }

    fn is_area(&self, code: &str) -> bool {
        code == self.viewed.area
    }

    /// For links to one line. Codes of areas are digits.
    fn and_rest(&self) -> String {
        let rest = [("area", &self.viewed.area), ("version", &self.version)];
        let some = rest.iter().filter(|(_, value)| !value.is_empty());
        some.map(|(name, value)| format!("&amp;{name}={value}"))
            .collect()
    }

    /// For links to what is not of an area.
    fn only_version(&self) -> String {
        match self.version.as_str() {
            "" => String::new(),
            version => format!("?version={version}"),
        }
    }

    /// One area of this version, on this base.
    fn to_area(&self, area: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("area", area);
        if self.viewed.base.code() != self.viewed.body.base {
            query.append_pair("base", self.viewed.base.code());
        }
        if !self.version.is_empty() {
            query.append_pair("version", &self.version);
        }
        format!("/surveys/{}?{}", self.viewed.code, query.finish())
    }

    fn conditional(&self) -> bool {
        self.rows.iter().any(Row::conditional)
    }
}
