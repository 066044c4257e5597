//! Who is asked: a rule of municipalities and institutions, worked out against the directory as of a day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use renkei_base::Id;
use renkei_base::code::MunicipalityCode;
use renkei_directory::finder::Hit;
use renkei_directory::municipality::{Municipality, MunicipalityKind};
use renkei_directory::{AreaKind, Areas, Filter, Finder, Kind, Search};

/// Most respondents of one survey.
pub const MOST: usize = 20_000;
/// 圏域 by which municipalities are chosen and health centres found.
const AREAS: AreaKind = AreaKind::SecondaryMedical;

/// The rule, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Universe {
    /// Municipalities of these kinds; none is asked where this is empty.
    pub municipalities: Vec<MunicipalityKind>,
    /// Two digits; empty is everywhere.
    pub prefecture: String,
    /// Codes of 二次医療圏; empty is all.
    pub areas: Vec<String>,
    /// Institutions of these kinds.
    pub kinds: Vec<Kind>,
    /// Of those institutions only such with all these tags, and all these functions.
    pub tags: Vec<String>,
    pub functions: Vec<String>,
    /// A list of names: one a line, an institution's number, id or name, or a municipality's code.
    pub list: String,
    /// Codes of 二次医療圏 whose respondents are asked and not counted (島しょ), and why.
    pub uncounted_areas: Vec<String>,
    pub uncounted_why: String,
    /// Whether a health centre looks at the sheets of municipalities.
    pub checked: bool,
}

impl Universe {
    /// Whether areas are left out of the counts and nobody says why.
    pub const fn lacks_why(&self) -> bool {
        !self.uncounted_areas.is_empty() && self.uncounted_why.is_empty()
    }
}

/// One that is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub respondent: Id,
    /// Six digits, or empty.
    pub municipality: String,
    /// The municipality's for municipalities, else the institution's.
    pub name: String,
    pub counted: bool,
    pub uncounted_why: String,
    pub checker: Option<Id>,
}

/// Who is asked, and who cannot be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Municipalities by code, then institutions by municipality and name.
    pub expected: Vec<Expected>,
    /// Municipalities that have no office in the directory: code and name.
    pub without_office: Vec<(String, String)>,
    /// Lines of the list that mean nothing, or more than one institution.
    pub unknown: Vec<String>,
    /// Municipalities of the list that were merged, and what is asked in their place.
    pub merged: Vec<(String, String)>,
    /// There are more than [`MOST`].
    pub too_many: bool,
}

/// Works a rule out.
pub fn find(areas: &Areas, finder: &Finder, rule: &Universe, day: Date) -> Found {
    let work = Work {
        areas,
        finder,
        rule,
        day,
        offices: offices_at(areas, finder, day),
        centres: of_kinds(finder, vec![Kind::HealthCentre]),
    };
    let mut found = Found::default();
    let mut taken = BTreeSet::new();
    for one in work.municipalities() {
        work.take_municipality(&one, &mut taken, &mut found);
    }
    for hit in work.institutions() {
        work.take(&hit, &mut taken, &mut found);
    }
    for line in rule
        .list
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        work.take_line(line, &mut taken, &mut found);
    }
    found.too_many = found.expected.len() > MOST;
    found
}

struct Work<'a> {
    areas: &'a Areas,
    finder: &'a Finder,
    rule: &'a Universe,
    day: Date,
    /// By the municipality's code.
    offices: BTreeMap<String, Hit>,
    centres: Vec<Hit>,
}

impl Work<'_> {
    fn municipalities(&self) -> Vec<Municipality> {
        let atlas = self.areas.atlas();
        let all = atlas.municipalities(self.day);
        let fits = |one: &&Municipality| {
            one.kind
                .is_some_and(|kind| self.rule.municipalities.contains(&kind))
                && (self.rule.prefecture.is_empty() || one.code.starts_with(&self.rule.prefecture))
                && self.in_areas(&one.code)
        };
        all.filter(fits).cloned().collect()
    }

    fn in_areas(&self, municipality: &str) -> bool {
        self.rule.areas.is_empty() || self.is_in(municipality, &self.rule.areas)
    }

    fn is_in(&self, municipality: &str, areas: &[String]) -> bool {
        let area = self.areas.of_municipality(AREAS, municipality, self.day);
        area.is_some_and(|area| areas.contains(&area.code))
    }

    fn institutions(&self) -> Vec<Hit> {
        if self.rule.kinds.is_empty() {
            return Vec::new();
        }
        let filter = Filter {
            kinds: self.rule.kinds.clone(),
            prefecture: Some(self.rule.prefecture.clone()).filter(|code| !code.is_empty()),
            tags: self.rule.tags.clone(),
            functions: self.rule.functions.clone(),
            ..Filter::default()
        };
        let mut hits = all(self.finder, filter);
        hits.retain(|hit| self.in_areas(&hit.municipality));
        hits.sort_by(|a, b| {
            (&a.municipality, &a.name, &a.id).cmp(&(&b.municipality, &b.name, &b.id))
        });
        hits
    }

    fn take_municipality(&self, one: &Municipality, taken: &mut BTreeSet<Id>, found: &mut Found) {
        let Some(office) = self.offices.get(&one.code) else {
            found
                .without_office
                .push((one.code.clone(), one.name.clone()));
            return;
        };
        if taken.insert(office.id.clone()) {
            found.expected.push(Expected {
                name: one.name.clone(),
                checker: self.checker(&one.code),
                ..self.expected(office)
            });
        }
    }

    fn take(&self, hit: &Hit, taken: &mut BTreeSet<Id>, found: &mut Found) {
        if taken.insert(hit.id.clone()) {
            found.expected.push(self.expected(hit));
        }
    }

    fn expected(&self, hit: &Hit) -> Expected {
        let uncounted = self.is_in(&hit.municipality, &self.rule.uncounted_areas);
        Expected {
            respondent: hit.id.clone(),
            municipality: hit.municipality.clone(),
            name: hit.name.clone(),
            counted: !uncounted,
            uncounted_why: match uncounted {
                true => self.rule.uncounted_why.clone(),
                false => String::new(),
            },
            checker: None,
        }
    }

    /// One line of a list of names.
    fn take_line(&self, line: &str, taken: &mut BTreeSet<Id>, found: &mut Found) {
        if let Ok(code) = MunicipalityCode::parse(line)
            && let Some(one) = self.areas.municipality(code.as_str())
        {
            let atlas = self.areas.atlas();
            let now = atlas.municipality(atlas.at(&one.code, self.day)).cloned();
            let now = now.unwrap_or_else(|| one.clone());
            if now.code != one.code {
                found.merged.push((one.name, now.name.clone()));
            }
            return self.take_municipality(&now, taken, found);
        }
        match self.named(line) {
            Some(hit) => self.take(&hit, taken, found),
            None => found.unknown.push(line.to_owned()),
        }
    }

    fn named(&self, line: &str) -> Option<Hit> {
        let by_id = line.parse().ok().and_then(|id| self.finder.by_id(&id));
        let by_number = || {
            self.finder
                .by_code(line)
                .or_else(|| self.finder.by_registry_id(line))
        };
        by_id.or_else(by_number).or_else(|| self.by_name(line))
    }

    /// The one institution of this name; none where there are two.
    fn by_name(&self, name: &str) -> Option<Hit> {
        let search = Search {
            words: name.to_owned(),
            ..Search::default()
        };
        let mut hits = self.finder.search(&search).hits;
        hits.retain(|hit| hit.active && hit.name == name);
        match hits.len() {
            1 => hits.pop(),
            _ => None,
        }
    }

    /// The health centre of a municipality: its own, else the only one of its area.
    fn checker(&self, municipality: &str) -> Option<Id> {
        if !self.rule.checked {
            return None;
        }
        let atlas = self.areas.atlas();
        let own = |hit: &&Hit| atlas.at(&hit.municipality, self.day) == municipality;
        if let Some(own) = self.centres.iter().find(own) {
            return Some(own.id.clone());
        }
        let area = self.areas.of_municipality(AREAS, municipality, self.day)?;
        let near = |hit: &&Hit| self.is_in(&hit.municipality, std::slice::from_ref(&area.code));
        let mut near = self.centres.iter().filter(near);
        match (near.next(), near.next()) {
            (Some(only), None) => Some(only.id.clone()),
            _ => None,
        }
    }
}

/// The health centre that looks at the sheet of a municipality.
pub(super) fn checker(areas: &Areas, finder: &Finder, municipality: &str, day: Date) -> Option<Id> {
    let rule = Universe {
        checked: true,
        ..Universe::default()
    };
    let work = Work {
        areas,
        finder,
        rule: &rule,
        day,
        offices: BTreeMap::new(),
        centres: of_kinds(finder, vec![Kind::HealthCentre]),
    };
    work.checker(municipality)
}

/// The office of each municipality: a ward's before another one there.
pub(super) fn offices(finder: &Finder) -> BTreeMap<String, Hit> {
    let mut offices: BTreeMap<String, Hit> = BTreeMap::new();
    for kind in [Kind::WardOffice, Kind::MunicipalOffice] {
        for hit in of_kinds(finder, vec![kind]) {
            if !hit.municipality.is_empty() {
                offices.entry(hit.municipality.clone()).or_insert(hit);
            }
        }
    }
    offices
}

/// The same as of a day: where a municipality has no office of its own, one of those that it was made of answers for it,
/// which stand under their old codes.
fn offices_at(areas: &Areas, finder: &Finder, day: Date) -> BTreeMap<String, Hit> {
    let atlas = areas.atlas();
    let own = offices(finder);
    let mut offices = own.clone();
    for (code, hit) in own {
        let now = atlas.at(&code, day).to_owned();
        offices.entry(now).or_insert(hit);
    }
    offices
}

/// The open institutions of some kinds, by id.
fn of_kinds(finder: &Finder, kinds: Vec<Kind>) -> Vec<Hit> {
    let filter = Filter {
        kinds,
        ..Filter::default()
    };
    all(finder, filter)
}

fn all(finder: &Finder, filter: Filter) -> Vec<Hit> {
    let search = Search {
        filter,
        limit: MOST + 1,
        ..Search::default()
    };
    let mut hits = finder.search_all(&search).hits;
    hits.sort_by(|a, b| a.id.cmp(&b.id));
    hits
}
