//! What an address of the list asks for: `/institutions?q=WORDS&area=1303&tag=…`. These names stay (`docs/search.md`).

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use renkei_base::Micros;
use renkei_base::code::Prefecture;
use renkei_base::holiday::WorkingDays;
use renkei_directory::finder::{Beds, Open, Point};
use renkei_directory::{AreaKind, Filter, Kind, Search};

use crate::state::App;
use crate::visit::Visit;

/// Longer than any list.
const LAST_PAGE: usize = 1_000_000;
/// Kilometres within which anybody looks.
const WITHIN_KM: u32 = 500;
/// Days within which a free slot may be asked for.
const FREE_DAYS: i64 = 366;
/// Weekdays in addresses, Monday first, then holidays.
const DAYS: [&str; 8] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol"];

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
pub const CONDITIONS: [&str; 14] = [
    "q",
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
pub(crate) const NAMES: [&str; 18] = [
    "q",
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

    /// Whether any of the less common conditions is set.
    pub(crate) fn is_deep(&self) -> bool {
        let common = ["q", "prefecture", "municipality", "open"];
        self.pairs
            .iter()
            .any(|(name, _)| !common.contains(&name.as_str()))
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

struct Reader<'a> {
    app: &'a App,
    v: &'a Visit,
    asked: &'a Wanted,
    unknown: Vec<Unknown>,
}

impl Reader<'_> {
    fn no(&mut self, name: &'static str, value: &str) {
        self.unknown.push(Unknown {
            name,
            value: value.chars().take(60).collect(),
        });
    }

    fn filter(&mut self) -> Filter {
        let asked = self.asked;
        let mut kinds = Vec::new();
        for code in asked.all("kind") {
            match Kind::from_code(code) {
                Some(kind) => kinds.push(kind),
                None => self.no("kind", code),
            }
        }
        let prefecture = asked.one("prefecture");
        let code = |one: Prefecture| one.code() == prefecture;
        if !prefecture.is_empty() && !Prefecture::all().any(code) {
            self.no("prefecture", prefecture);
        }
        let tags = self.codes("tag", &self.app.finder.tags());
        let functions = self.codes("function", &counted(self.app.finder.functions()));
        let municipality = self.municipality();
        let area = self.municipalities();
        Filter {
            kinds,
            prefecture: some(prefecture),
            municipality: None,
            municipalities: self.ground(municipality, area),
            department: some(asked.one("department")),
            tags,
            functions,
            beds: self.beds(),
            open: self.open(),
            free_until: self.free(),
            within: None,
            closed: asked.one("closed") == "yes",
        }
    }

    /// Codes that nobody carries are still codes where the region has them; others are unknown.
    fn codes(&mut self, name: &'static str, known: &[(String, usize)]) -> Vec<String> {
        let codes: Vec<String> = self.asked.all(name).map(str::to_owned).collect();
        for code in &codes {
            let plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !plain && !known.iter().any(|(one, _)| one == code) {
                self.no(name, code);
            }
        }
        codes
    }

    /// A municipality that was chosen before another prefecture was does not count.
    fn municipality(&mut self) -> Option<String> {
        let asked = self.asked;
        let code = some(asked.one("municipality"))?;
        if !code.starts_with(asked.one("prefecture")) {
            return None;
        }
        let finder = &self.app.finder;
        let known = self.app.areas.municipality(&code).is_some() || finder.middle(&code).is_some();
        if !known && finder.municipality_name(&code) == code {
            self.no("municipality", &code);
        }
        Some(code)
    }

    /// The codes that institutions there may have: those of municipalities that were merged too.
    fn ground(
        &self,
        municipality: Option<String>,
        area: Option<Vec<String>>,
    ) -> Option<Vec<String>> {
        let Some(code) = municipality else {
            return area;
        };
        let (atlas, day) = (self.app.areas.atlas(), today(self.v));
        let codes = atlas.grounds(atlas.at(&code, day), day).into_iter();
        let inside = |one: &&str| {
            let area = area.as_ref();
            area.is_none_or(|codes| codes.iter().any(|code| code == one))
        };
        Some(codes.filter(inside).map(str::to_owned).collect())
    }

    /// The words that are left when the names of merged municipalities are taken as places: addresses keep the old names.
    fn words(&self, filter: &mut Filter) -> String {
        let (atlas, day) = (self.app.areas.atlas(), today(self.v));
        let mut left = Vec::new();
        for word in self.asked.one("q").split_whitespace() {
            let same = atlas.municipalities(day).filter(|one| one.name == word);
            let same: Vec<&str> = same.map(|one| one.code.as_str()).collect();
            if !same
                .iter()
                .any(|one| atlas.predecessors(one).next().is_some())
            {
                left.push(word);
                continue;
            }
            let mut codes: Vec<String> = Vec::new();
            for one in same {
                let grounds = atlas.grounds(one, day).into_iter();
                codes.extend(grounds.map(str::to_owned));
            }
            if let Some(asked) = &filter.municipalities {
                codes.retain(|code| asked.contains(code));
            }
            filter.municipalities = Some(codes);
        }
        left.join(" ")
    }

    /// `1303` of the 二次医療圏, or `KIND:CODE` of any other kind.
    fn municipalities(&mut self) -> Option<Vec<String>> {
        let text = some(self.asked.one("area"))?;
        let (kind, code) = match text.split_once(':') {
            Some((kind, code)) => (AreaKind::from_code(kind), code),
            None => (Some(AreaKind::SecondaryMedical), text.as_str()),
        };
        let day = today(self.v);
        let area = kind.and_then(|kind| self.app.areas.area(kind, code, day));
        let Some((kind, _)) = kind.zip(area) else {
            self.no("area", &text);
            return None;
        };
        Some(self.app.areas.grounds(kind, code, day))
    }

    /// `200`, `20-199`, `-19`; of the kind `bed`, else of all.
    fn beds(&mut self) -> Option<Beds> {
        let text = some(self.asked.one("beds"))?;
        let kind = some(self.asked.one("bed")).unwrap_or_else(|| "total".to_owned());
        let (least, most) = match text.split_once('-') {
            Some((least, most)) => (number(least, 0), number(most, u32::MAX)),
            None => (text.parse().ok(), Some(u32::MAX)),
        };
        let known = crate::say::BEDS.iter().any(|(code, _)| *code == kind);
        match (least, most) {
            (Some(least), Some(most)) if known => Some(Beds {
                kind,
                least,
                most: (most != u32::MAX).then_some(most),
            }),
            _ => {
                self.no("beds", &text);
                None
            }
        }
    }

    fn open(&mut self) -> Option<Open> {
        let code = match self.asked.one("open") {
            "" if self.asked.one("at").is_empty() => return None,
            "" => self.today().to_owned(),
            code => code.to_owned(),
        };
        let minute = match some(self.asked.one("at")) {
            None => None,
            Some(text) => match text.parse::<Time>() {
                Ok(time) => Some(minutes(time)),
                Err(_) => {
                    self.no("at", &text);
                    None
                }
            },
        };
        let day = DAYS.iter().position(|one| *one == code);
        match (
            code.as_str(),
            day.and_then(|day| u8::try_from(day + 1).ok()),
        ) {
            (_, Some(day)) => Some(Open::On { day, minute }),
            ("now", _) => Some(Open::At(self.v.now().in_japan())),
            ("night", _) => Some(Open::Evening),
            _ => {
                self.no("open", &code);
                None
            }
        }
    }

    /// A time of day without a weekday is today's.
    fn today(&self) -> &'static str {
        let date = today(self.v);
        let day = if WorkingDays::default().is_holiday(date) {
            DAYS.last()
        } else {
            DAYS.get(usize::from(
                date.weekday().to_monday_zero_offset().unsigned_abs(),
            ))
        };
        day.copied().unwrap_or_default()
    }

    /// Days from today on (`7`), or the last day (`2026-12-05`), to its end.
    fn free(&mut self) -> Option<Micros> {
        let text = some(self.asked.one("free"))?;
        let days = text
            .parse::<i64>()
            .ok()
            .filter(|days| (0..=FREE_DAYS).contains(days));
        let last = match days {
            Some(days) => today(self.v).checked_add(days.days()).ok(),
            None => text.parse::<Date>().ok(),
        };
        let end = last.and_then(|day| day.tomorrow().ok());
        if end.is_none() {
            self.no("free", &text);
        }
        // The last microsecond of the day.
        let end = end.and_then(|day| Micros::from_japan(day.at(0, 0, 0, 0)))?;
        Some(Micros(end.0 - 1))
    }

    fn by_free(&mut self) -> bool {
        match self.asked.one("sort") {
            "" => false,
            "free" => true,
            other => {
                self.no("sort", other);
                false
            }
        }
    }

    /// A municipality, or a point.
    fn from(&mut self) -> Option<Point> {
        let text = some(self.asked.one("near"))?;
        let point = Point::parse(&text).or_else(|| self.middle(&text));
        if point.is_none() {
            self.no("near", &text);
        }
        point
    }

    /// The middle of a municipality, or of the first of those that became it.
    fn middle(&self, code: &str) -> Option<Point> {
        let (atlas, day) = (self.app.areas.atlas(), today(self.v));
        let mut grounds = atlas.grounds(code, day).into_iter();
        grounds.find_map(|one| self.app.finder.middle(one))
    }

    fn within(&mut self, from: Option<Point>) -> Option<u32> {
        let text = some(self.asked.one("within"))?;
        match text.parse::<u32>() {
            Ok(km) if (1..=WITHIN_KM).contains(&km) => from.map(|_| km * 1_000),
            _ => {
                self.no("within", &text);
                None
            }
        }
    }
}

fn minutes(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

fn number(text: &str, nothing: u32) -> Option<u32> {
    if text.is_empty() {
        return Some(nothing);
    }
    text.parse().ok()
}

fn counted(codes: Vec<String>) -> Vec<(String, usize)> {
    codes.into_iter().map(|code| (code, 1)).collect()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
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
