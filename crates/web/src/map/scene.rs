//! What a map shows: which places, which figure, as of when; the rows of the table are the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use renkei_base::Lang;
use renkei_base::code::Prefecture;
use renkei_directory::area::tally::{Counts, sum};
use renkei_directory::area::{AreaKind, Atlas, Extent, Figure, Measure, Population};
use renkei_report::map::{breaks, class_of};

use super::{Params, figure_name, number};
use crate::state::App;
use crate::visit::Visit;

/// What places are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    Area(AreaKind),
    Municipality,
    Prefecture,
}

impl Grouping {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Area(kind) => kind.code(),
            Self::Municipality => "municipality",
            Self::Prefecture => "prefecture",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        match code {
            "municipality" => Some(Self::Municipality),
            "prefecture" => Some(Self::Prefecture),
            other => AreaKind::from_code(other).map(Self::Area),
        }
    }

    pub(crate) fn name(self, v: &Visit) -> String {
        match self {
            Self::Area(kind) => v.t(kind.key()),
            Self::Municipality => v.t("map-kind-municipality"),
            Self::Prefecture => v.t("map-kind-prefecture"),
        }
    }
}

/// One place of the map, one row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) href: String,
    /// Codes of its municipalities.
    pub(crate) members: Vec<String>,
    pub(crate) value: Option<f64>,
    pub(crate) class: Option<usize>,
    /// For rates: what they are made of.
    pub(crate) count: Option<f64>,
    pub(crate) population: Option<Population>,
}

impl Entry {
    pub(crate) fn counted(&self, v: &Visit) -> String {
        self.count
            .map_or_else(|| v.t("map-unknown"), |count| number(count, false))
    }

    pub(crate) fn people(&self, v: &Visit) -> String {
        let people = self
            .population
            .as_ref()
            .map(|one| crate::say::count(one.people));
        people.unwrap_or_else(|| v.t("map-unknown"))
    }
}

/// Everything that one map shows.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) grouping: Grouping,
    pub(crate) figure: Option<Figure>,
    pub(crate) date: Date,
    /// Whether the date was asked for.
    pub(crate) dated: bool,
    pub(crate) prefecture: Option<Prefecture>,
    /// Those that have municipalities, code and name.
    pub(crate) prefectures: Vec<(String, String)>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) breaks: Vec<f64>,
    /// The day of the figure, or empty.
    pub(crate) figure_date: String,
    /// Institutions that leave their beds blank.
    pub(crate) unstated: u32,
    /// Pins without a point.
    pub(crate) unplaced: usize,
    /// Whether outlines are drawn, not tiles.
    pub(crate) drawn: bool,
}

impl Scene {
    pub(crate) fn of(app: &App, v: &Visit, params: &Params) -> Self {
        let atlas = app.areas.atlas();
        let tally = app.areas.tally();
        let asked: Option<Date> = params.date.parse().ok();
        let date = asked.unwrap_or_else(|| v.ctx.at.in_japan().date());
        let first = || {
            atlas
                .kinds(date)
                .next()
                .map_or(Grouping::Municipality, Grouping::Area)
        };
        let grouping = Grouping::parse(&params.kind).unwrap_or_else(first);
        let figure = Figure::parse(&params.figure);
        let counts = tally.at(&atlas, date);
        let prefectures = prefectures(&atlas, date);
        let prefecture = match grouping {
            Grouping::Prefecture => None,
            _ => chosen(&prefectures, &params.prefecture, &counts),
        };
        let maker = Maker {
            atlas: &atlas,
            counts: &counts,
            date,
            figure,
            lang: v.lang(),
        };
        let mut entries = maker.entries(grouping, prefecture);
        let values: Vec<f64> = entries.iter().filter_map(|one| one.value).collect();
        let breaks = breaks(&values);
        for one in &mut entries {
            one.class = one.value.map(|value| class_of(value, &breaks));
        }
        let unstated = match figure.map(|one| one.measure) {
            Some(Measure::Beds(_) | Measure::PsychiatricHospitals) => {
                let members: BTreeSet<&String> =
                    entries.iter().flat_map(|one| &one.members).collect();
                let counts = members.iter().filter_map(|code| counts.get(code.as_str()));
                sum(counts).unstated()
            }
            _ => 0,
        };
        let name = |one: &Prefecture| named(*one, v.lang()).to_owned();
        Self {
            grouping,
            figure,
            date,
            dated: asked.is_some(),
            prefecture,
            prefectures: prefectures
                .iter()
                .map(|one| (one.code(), name(one)))
                .collect(),
            entries,
            breaks,
            figure_date: figure
                .map(|one| one.date(&tally).to_owned())
                .unwrap_or_default(),
            unstated,
            unplaced: 0,
            drawn: false,
        }
    }

    pub(crate) fn has_figure(&self, code: &str) -> bool {
        self.figure.is_some_and(|figure| figure.code() == code)
    }

    pub(crate) fn has_prefecture(&self, code: &str) -> bool {
        self.prefecture.is_some_and(|one| one.code() == code)
    }

    /// Whether there are so many places that their names are small.
    pub(crate) fn many(&self) -> bool {
        self.grouping == Grouping::Municipality
    }

    /// The words of the figure, or of the grouping where there is none.
    pub(crate) fn title(&self, v: &Visit) -> String {
        let place = self
            .prefecture
            .map(|one| named(one, v.lang()))
            .unwrap_or_default();
        let title = match self.figure {
            Some(figure) => figure_name(v, figure),
            None => v.t1("map-of", "kind", self.grouping.name(v)),
        };
        format!("{place} {title}").trim().to_owned()
    }

    pub(crate) fn text(&self, value: impl std::borrow::Borrow<Option<f64>>) -> Option<String> {
        let per = self.per();
        value.borrow().map(|value| number(value, per))
    }

    /// The sum over all places; none for rates, whose sum means nothing.
    pub(crate) fn total(&self) -> Option<String> {
        self.figure.filter(|figure| !figure.is_rate())?;
        let all: Vec<f64> = self.entries.iter().filter_map(|one| one.value).collect();
        let divides = matches!(self.grouping, Grouping::Area(kind) if kind.divides());
        (!divides && !all.is_empty()).then(|| number(all.iter().sum(), false))
    }

    /// The days of the populations that rates were made with.
    pub(crate) fn population_dates(&self, v: &Visit) -> String {
        let populations = self
            .entries
            .iter()
            .filter_map(|one| one.population.as_ref());
        let dates: BTreeSet<&str> = populations.map(|one| one.date.as_str()).collect();
        let dates: Vec<String> = dates.into_iter().map(|date| v.date(date)).collect();
        dates.join(", ")
    }

    /// The places whose population was added up over mergers; empty where no population is shown.
    pub(crate) fn summed(&self, v: &Visit) -> String {
        let shown = self.per() || self.of_people();
        let summed = self.entries.iter().filter(|one| {
            let of = one.population.as_ref();
            shown && of.is_some_and(|of| of.extent == Extent::Summed)
        });
        let names: Vec<&str> = summed.map(|one| one.name.as_str()).collect();
        names.join(&v.t("area-comma"))
    }

    /// Whether a share is shown, with what it is made of.
    pub(crate) fn per(&self) -> bool {
        self.figure.is_some_and(Figure::is_rate)
    }

    /// Whether it is about people, not institutions.
    pub(crate) fn of_people(&self) -> bool {
        self.figure.is_some_and(Figure::is_people)
    }

    /// The heading of the share.
    pub(crate) fn rate_name(&self, v: &Visit) -> String {
        match self.figure {
            Some(figure) if figure.is_people() => figure_name(v, figure),
            _ => v.t("area-per"),
        }
    }

    /// The heading of what the share is made of.
    pub(crate) fn counted_name(&self, v: &Visit) -> String {
        match self.figure {
            Some(figure) if figure.is_people() => figure_name(v, figure.counted()),
            _ => v.t("area-number"),
        }
    }

    /// What the classes mean, the lightest first.
    pub(crate) fn classes(&self, v: &Visit) -> Vec<String> {
        let per = self.per();
        let word = |value: f64| number(value, per);
        let mut words = Vec::new();
        let least = self
            .entries
            .iter()
            .filter_map(|one| one.value)
            .fold(f64::INFINITY, f64::min);
        if !least.is_finite() {
            return words;
        }
        let mut from = least;
        for limit in &self.breaks {
            words.push(v.tn(
                "map-class-span",
                &[
                    ("from", word(from).as_str()),
                    ("to", word(self.below(*limit)).as_str()),
                ],
            ));
            from = *limit;
        }
        words.push(v.t1("map-class-from", "from", word(from)));
        words
    }

    /// The last value that is written below a limit.
    fn below(&self, limit: f64) -> f64 {
        if self.per() { limit - 0.1 } else { limit - 1.0 }
    }

    /// The address of this map, or of its picture.
    pub(crate) fn address(&self, path: &str, pins: &str) -> String {
        let mut query = format!("{path}?kind={}", self.grouping.code());
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                query.push_str(&format!("&{name}={value}"));
            }
        };
        add("figure", &self.figure.map(Figure::code).unwrap_or_default());
        add(
            "prefecture",
            &self.prefecture.map(Prefecture::code).unwrap_or_default(),
        );
        if self.dated {
            add("date", &self.date.to_string());
        }
        if renkei_directory::Kind::from_code(pins).is_some() {
            add("pins", pins);
        }
        query
    }
}

/// What entries are made from.
struct Maker<'a> {
    atlas: &'a Atlas,
    counts: &'a BTreeMap<&'a str, Counts>,
    date: Date,
    figure: Option<Figure>,
    lang: Lang,
}

impl Maker<'_> {
    fn entries(&self, grouping: Grouping, prefecture: Option<Prefecture>) -> Vec<Entry> {
        let start = prefecture.map(Prefecture::code).unwrap_or_default();
        match grouping {
            Grouping::Area(kind) => self.areas(kind, &start),
            Grouping::Municipality => self.municipalities(&start),
            Grouping::Prefecture => Prefecture::all().map(|one| self.prefecture(one)).collect(),
        }
    }

    fn areas(&self, kind: AreaKind, start: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        for area in self.atlas.of_kind(kind, self.date) {
            let members = self.atlas.members(kind, &area.code, self.date);
            if !members.iter().any(|one| one.code.starts_with(start)) {
                continue;
            }
            // A part of a municipality has no figures of its own.
            let whole = |code: &str| {
                self.atlas
                    .of_municipality(kind, code, self.date)
                    .nth(1)
                    .is_none()
            };
            let known = members.iter().all(|one| whole(&one.code));
            entries.push(self.entry(
                known,
                Entry {
                    code: area.code.clone(),
                    name: area.name.clone(),
                    href: format!("/areas/{}?kind={}", area.code, kind.code()),
                    members: members.into_iter().map(|one| one.code.clone()).collect(),
                    population: self.atlas.population_within(kind, &area.code, self.date),
                    value: None,
                    class: None,
                    count: None,
                },
            ));
        }
        entries
    }

    fn municipalities(&self, start: &str) -> Vec<Entry> {
        let all = self.atlas.municipalities(self.date);
        let chosen = all.filter(|one| one.code.starts_with(start));
        let entries = chosen.map(|one| {
            let kind = match self.figure.map(|figure| figure.measure) {
                Some(Measure::Institutions(kind)) => format!("&kind={}", kind.code()),
                Some(Measure::Beds(_) | Measure::PsychiatricHospitals) => {
                    "&kind=hospital".to_owned()
                }
                _ => String::new(),
            };
            self.entry(
                true,
                Entry {
                    code: one.code.clone(),
                    name: one.name.clone(),
                    href: format!(
                        "/institutions?prefecture={}&municipality={}{kind}",
                        one.code.get(..2).unwrap_or_default(),
                        one.code
                    ),
                    members: vec![one.code.clone()],
                    population: self.atlas.population_of(&one.code, self.date),
                    value: None,
                    class: None,
                    count: None,
                },
            )
        });
        entries.collect()
    }

    fn prefecture(&self, one: Prefecture) -> Entry {
        let code = one.code();
        let members = self
            .counts
            .keys()
            .filter(|member| member.starts_with(&code));
        let entry = Entry {
            href: format!(
                "/map?kind=municipality&prefecture={code}{}",
                match self.figure {
                    Some(figure) => format!("&figure={}", figure.code()),
                    None => String::new(),
                }
            ),
            name: named(one, self.lang).to_owned(),
            members: members.map(|member| (*member).to_owned()).collect(),
            population: None,
            value: None,
            class: None,
            count: None,
            code,
        };
        self.entry(true, entry)
    }

    /// With its figures.
    fn entry(&self, known: bool, entry: Entry) -> Entry {
        let counts = entry
            .members
            .iter()
            .filter_map(|code| self.counts.get(code.as_str()));
        let counts = sum(counts);
        let figure = self.figure.filter(|figure| known || figure.is_people());
        let value = |figure: Figure| figure.value(&counts, entry.population.as_ref());
        Entry {
            value: figure.and_then(value),
            count: figure.map(Figure::counted).and_then(value),
            ..entry
        }
    }
}

fn prefectures(atlas: &Atlas, date: Date) -> Vec<Prefecture> {
    let found: BTreeSet<Prefecture> = atlas
        .municipalities(date)
        .filter_map(|one| one.prefecture())
        .collect();
    found.into_iter().collect()
}

/// The prefecture asked for; else the one with the most institutions.
fn chosen(
    known: &[Prefecture],
    asked: &str,
    counts: &BTreeMap<&str, Counts>,
) -> Option<Prefecture> {
    let asked = Prefecture::parse(asked).filter(|one| known.contains(one));
    let size = |one: &Prefecture| {
        let code = one.code();
        let inside = counts.iter().filter(|(place, _)| place.starts_with(&code));
        inside
            .map(|(_, counts)| counts.institutions.values().sum::<u32>())
            .sum::<u32>()
    };
    asked.or_else(|| known.iter().copied().rev().max_by_key(size))
}

fn named(prefecture: Prefecture, lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => prefecture.name(),
        Lang::En => prefecture.english(),
    }
}
