//! The conditions of an address, one by one; what nobody understands is kept to be told.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use renkei_base::Micros;
use renkei_base::code::Prefecture;
use renkei_base::holiday::WorkingDays;
use renkei_directory::finder::{Beds, Open, Point};
use renkei_directory::{AreaKind, Filter, Kind};

use super::{DAYS, Unknown, Wanted, today};
use crate::state::App;
use crate::visit::Visit;

/// Kilometres within which anybody looks.
const WITHIN_KM: u32 = 500;
/// Days within which a free slot may be asked for.
const FREE_DAYS: i64 = 366;

pub(super) struct Reader<'a> {
    pub(super) app: &'a App,
    pub(super) v: &'a Visit,
    pub(super) asked: &'a Wanted,
    pub(super) unknown: Vec<Unknown>,
}

impl Reader<'_> {
    fn no(&mut self, name: &'static str, value: &str) {
        self.unknown.push(Unknown {
            name,
            value: value.chars().take(60).collect(),
        });
    }

    pub(super) fn filter(&mut self) -> Filter {
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
        let troubles = self.app.finder.troubles().into_iter();
        let troubles: Vec<_> = troubles.map(|(one, count)| (one.code, count)).collect();
        let troubles = self.codes("trouble", &troubles);
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
            troubles,
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
    pub(super) fn words(&self, filter: &mut Filter) -> String {
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

    fn beds(&mut self) -> Option<Beds> {
        let text = some(self.asked.one("beds"))?;
        let beds = self.asked.beds();
        if beds.is_none() {
            self.no("beds", &text);
        }
        beds
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

    pub(super) fn by_free(&mut self) -> bool {
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
    pub(super) fn from(&mut self) -> Option<Point> {
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

    pub(super) fn within(&mut self, from: Option<Point>) -> Option<u32> {
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

fn counted(codes: Vec<String>) -> Vec<(String, usize)> {
    codes.into_iter().map(|code| (code, 1)).collect()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
