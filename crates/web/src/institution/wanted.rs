//! What an address of the list asks for: `/institutions?q=WORDS&area=1303&tag=…`. These names stay (`docs/search.md`).

mod reader;

use jiff::civil::Date;
use renkei_directory::finder::{Beds, Open};
use renkei_directory::{AreaKind, Filter, Search};

use self::reader::Reader;
use crate::state::App;
use crate::visit::Visit;

/// Longer than any list.
const LAST_PAGE: usize = 1_000_000;
/// Weekdays in addresses, Monday first, then holidays.
pub(super) const DAYS: [&str; 8] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol"];

/// The query as it was sent: names and values, empty ones left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pairs: Vec<(String, String)>,
    /// From 1.
    pub(crate) page: usize,
}

/// A condition that cannot be kept, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// What is looked for, and what of it nobody understands.
#[derive(Debug)]
pub(crate) struct Understood {
    pub(crate) search: Search,
    pub(crate) unknown: Vec<Unknown>,
    /// The weekday that hours are told of: 1 Monday … 8 holidays.
    pub(crate) day: Option<u8>,
}

/// Those of [`NAMES`] that can be wrong: each has its word in `list-name-…`.
pub const CONDITIONS: [&str; 15] = [
    "q",
    "trouble",
    "kind",
    "prefecture",
    "municipality",
    "area",
    "tag",
    "function",
    "beds",
    "open",
    "at",
    "near",
    "within",
    "free",
    "sort",
];

/// What may be asked; everything else in an address is of other pages or of other times.
pub(crate) const NAMES: [&str; 19] = [
    "q",
    "trouble",
    "kind",
    "prefecture",
    "municipality",
    "area",
    "department",
    "tag",
    "function",
    "bed",
    "beds",
    "open",
    "at",
    "near",
    "within",
    "free",
    "sort",
    "closed",
    "page",
];

impl Wanted {
    pub(crate) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim().to_owned();
            let pair = (name.into_owned(), value);
            let known = NAMES.contains(&pair.0.as_str());
            if !known || pair.1.is_empty() || asked.pairs.contains(&pair) {
                continue;
            }
            if pair.0 == "page" {
                asked.page = pair.1.parse().unwrap_or(1).min(LAST_PAGE);
            } else {
                asked.pairs.push(pair);
            }
        }
        asked.page = asked.page.max(1);
        asked
    }

    /// The first value of a name, or the empty text.
    pub(crate) fn one(&self, name: &str) -> &str {
        let first = self.pairs.iter().find(|(one, _)| one == name);
        first.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.pairs.iter().filter(move |(one, _)| one == name);
        pairs.map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
    }

    /// `200`, `20-199`, `-19`; of the kind `bed`, else of all. `None` where it is neither.
    pub(super) fn beds(&self) -> Option<Beds> {
        let text = self.one("beds");
        let kind = match self.one("bed") {
            "" => "total",
            kind => kind,
        };
        let (least, most) = match text.split_once('-') {
            Some((least, most)) => (number(least, 0)?, number(most, u32::MAX)?),
            None => (text.parse().ok()?, u32::MAX),
        };
        let known = crate::say::BEDS.iter().any(|(code, _)| *code == kind);
        known.then(|| Beds {
            kind: kind.to_owned(),
            least,
            most: (most != u32::MAX).then_some(most),
        })
    }

    /// The conditions as they were sent.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Without all conditions of these names.
    pub(super) fn without_all(&self, names: &[&str]) -> String {
        self.written("", 1, |one, _| !names.contains(&one))
    }

    /// The address of the list in this form (``, `.csv` …) with this page.
    pub(crate) fn address(&self, form: &str, page: usize) -> String {
        self.written(form, page, |_, _| true)
    }

    /// With this as the only value of a name.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut pairs = self.pairs.clone();
        pairs.retain(|(one, _)| one != name);
        pairs.push((name.to_owned(), value.to_owned()));
        Self { pairs, page: 1 }.address("", 1)
    }

    /// Without one condition.
    pub(crate) fn without(&self, name: &str, value: &str) -> String {
        self.written("", 1, |one, other| one != name || other != value)
    }

    fn written(&self, form: &str, page: usize, keep: impl Fn(&str, &str) -> bool) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs.iter().filter(|(name, value)| keep(name, value)) {
            query.append_pair(name, value);
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        let joint = if query.is_empty() { "" } else { "?" };
        format!("/institutions{form}{joint}{query}")
    }

    /// The search that it means today.
    pub(crate) fn understood(&self, app: &App, v: &Visit) -> Understood {
        let mut reader = Reader {
            app,
            v,
            asked: self,
            unknown: Vec::new(),
        };
        let mut filter = reader.filter();
        let words = reader.words(&mut filter);
        let from = reader.from();
        let within = reader.within(from);
        let by_free = reader.by_free();
        let own = own_place(app, v);
        let day = match filter.open {
            Some(Open::On { day, .. }) => Some(day),
            _ => None,
        };
        Understood {
            search: Search {
                words,
                sentence: true,
                filter: Filter { within, ..filter },
                around: own
                    .as_deref()
                    .map(|own| around(app, v, own))
                    .unwrap_or_default(),
                near: own,
                from,
                by_free,
                ..Search::default()
            },
            unknown: reader.unknown,
            day,
        }
    }
}

/// The municipality of the reader's own institution.
pub(crate) fn own_place(app: &App, v: &Visit) -> Option<String> {
    let own = v.ctx.caller.institution.as_ref();
    let hit = own.and_then(|id| app.finder.by_id(id))?;
    (!hit.municipality.is_empty()).then_some(hit.municipality)
}

/// The municipalities of its 二次医療圏.
pub(crate) fn around(app: &App, v: &Visit, municipality: &str) -> Vec<String> {
    let (kind, today) = (AreaKind::SecondaryMedical, today(v));
    let Some(area) = app.areas.of_municipality(kind, municipality, today) else {
        return Vec::new();
    };
    let members = app.areas.members(kind, &area.code, today);
    members.into_iter().map(|one| one.code).collect()
}

pub(crate) fn today(v: &Visit) -> Date {
    v.now().in_japan().date()
}

fn number(text: &str, nothing: u32) -> Option<u32> {
    if text.is_empty() {
        return Some(nothing);
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        let asked = Wanted::of("q=%E7%9B%AE&tag=a&tag=b&tag=a&kind=&utm=1&page=2&lang=en");
        assert_eq!((asked.one("q"), asked.page), ("目", 2));
        assert_eq!(asked.all("tag").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            asked.address(".csv", 1),
            "/institutions.csv?q=%E7%9B%AE&tag=a&tag=b"
        );
        assert_eq!(asked.without("tag", "a"), "/institutions?q=%E7%9B%AE&tag=b");
        assert_eq!(
            Wanted::of("municipality=131105&kind=clinic").with("municipality", "131121"),
            "/institutions?kind=clinic&municipality=131121"
        );
        assert_eq!(Wanted::of("").address("", 3), "/institutions?page=3");
        for page in ["page=0", "page=-1", "page=99999999999999999999", "page=x"] {
            assert_eq!(Wanted::of(page).page, 1, "{page}");
        }
    }
}
