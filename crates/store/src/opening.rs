//! Table `opening`: departments and hours of institutions, as each source says them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// What one can do there in that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// 診療時間
    Consultation,
    /// 外来受付時間
    Reception,
    /// 開店・営業・相談時間
    Open,
    /// 休診・休業, the whole day.
    Closed,
}

impl What {
    pub const ALL: [Self; 4] = [
        Self::Consultation,
        Self::Reception,
        Self::Open,
        Self::Closed,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Reception => "reception",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }

    /// In the packed text.
    const fn letter(self) -> &'static str {
        match self {
            Self::Consultation => "c",
            Self::Reception => "r",
            Self::Open => "o",
            Self::Closed => "x",
        }
    }

    fn from_letter(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.letter() == letter)
    }
}

/// One stretch of time of one weekday.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// The code of the department in [`Hours::departments`], or empty for the whole institution.
    pub department: String,
    /// 1 Monday … 7 Sunday, 8 holidays.
    pub weekday: u8,
    /// 1–5: only that week of the month. 0: every week.
    pub week: u8,
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, later than `from`; more than 1,440 goes into the next day.
    pub until: u16,
    pub what: What,
}

/// A department (診療科) as the source names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Department {
    /// Of the source: five digits in 医療情報ネット, an id where the institution says it itself.
    pub code: String,
    pub name: String,
}

/// Departments and hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    pub departments: Vec<Department>,
    pub openings: Vec<Opening>,
}

/// What one source says of one institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningSet {
    pub institution: Id,
    /// `medical-information-net`, `own` …
    pub source: String,
    /// `2025-06-01`, or empty.
    pub source_date: String,
    /// Packed: [`Hours::unpack`].
    pub hours: String,
}

impl OpeningSet {
    pub fn hours(&self) -> Hours {
        Hours::unpack(&self.hours)
    }
}

/// Days after which a stretch may end: 02:00 of the next day is 1,560.
pub const LATEST: u16 = 2 * 1_440;

impl Hours {
    pub const fn is_empty(&self) -> bool {
        self.departments.is_empty() && self.openings.is_empty()
    }

    /// A text with one line a department (`d|01001|内科`) and one line a stretch with its days
    /// (`c|01001|540-720|1,2,3,6w1`). Equal hours give equal texts.
    pub fn pack(&self) -> String {
        let mut text = String::new();
        let mut departments: Vec<&Department> = self.departments.iter().collect();
        departments.sort();
        departments.dedup();
        for one in departments {
            // Writing to memory does not fail.
            let _ = writeln!(text, "d|{}|{}", plain(&one.code), plain(&one.name));
        }
        let mut lines: BTreeMap<_, Vec<(u8, u8)>> = BTreeMap::new();
        for one in &self.openings {
            let key = (one.department.as_str(), one.what, one.from, one.until);
            lines.entry(key).or_default().push((one.weekday, one.week));
        }
        for ((department, what, from, until), mut days) in lines {
            days.sort_unstable();
            days.dedup();
            let days: Vec<String> = days.into_iter().map(day_text).collect();
            let (letter, department) = (what.letter(), plain(department));
            let _ = writeln!(
                text,
                "{letter}|{department}|{from}-{until}|{}",
                days.join(",")
            );
        }
        text
    }

    /// What [`Hours::pack`] made. Lines that are not of this shape are left out.
    pub fn unpack(text: &str) -> Self {
        let mut hours = Self::default();
        for line in text.lines() {
            let cells: Vec<&str> = line.split('|').collect();
            match cells.as_slice() {
                ["d", code, name] => hours.departments.push(Department {
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                }),
                [letter, department, span, days] => {
                    hours
                        .openings
                        .extend(stretch(letter, department, span, days));
                }
                _ => {}
            }
        }
        hours
    }
}

/// Without the signs that part the packed text.
fn plain(text: &str) -> String {
    text.replace(['|', '\n', '\r'], " ")
}

fn day_text((weekday, week): (u8, u8)) -> String {
    match week {
        0 => weekday.to_string(),
        week => format!("{weekday}w{week}"),
    }
}

fn stretch(letter: &str, department: &str, span: &str, days: &str) -> Vec<Opening> {
    let (Some(what), Some((from, until))) = (What::from_letter(letter), span.split_once('-'))
    else {
        return Vec::new();
    };
    let (Ok(from), Ok(until)) = (from.parse::<u16>(), until.parse::<u16>()) else {
        return Vec::new();
    };
    let days = days.split(',').filter_map(|day| {
        let (weekday, week) = day.split_once('w').unwrap_or((day, "0"));
        let (weekday, week) = (weekday.parse().ok()?, week.parse().ok()?);
        ((1..=8).contains(&weekday) && week <= 5).then_some((weekday, week))
    });
    days.map(|(weekday, week)| Opening {
        department: department.to_owned(),
        weekday,
        week,
        from,
        until,
        what,
    })
    .collect()
}

const PUT: &str = "insert into opening (institution, source, source_date, hours, updated) values ($1, $2, $3, $4, $5) \
    on conflict (institution, source) do update set source_date = excluded.source_date, hours = excluded.hours, \
    updated = excluded.updated";

const REMOVE: &str = "delete from opening where institution = $1 and source = $2";

const SOME: &str = "select institution, source, source_date, hours from opening \
    where institution > $1 or (institution = $1 and source > $2) order by institution, source limit $3";

const OF: &str = "select institution, source, source_date, hours from opening where institution = $1 order by source";

/// Sets read at a time.
const PAGE: i64 = 2_000;
/// Institutions asked for in one statement.
const AMONG: usize = 200;

impl Changes {
    /// Replaces what this source says of the departments and hours of an institution; without any it says nothing more.
    pub fn put_openings(
        &mut self,
        institution: &Id,
        source: (&str, &str),
        hours: &Hours,
        at: Micros,
    ) {
        let (name, date) = source;
        let id = Value::from(institution);
        self.steps.push(if hours.is_empty() {
            Step::any(REMOVE, vec![id, name.into()])
        } else {
            let hours = Value::from(hours.pack());
            Step::any(PUT, vec![id, name.into(), date.into(), hours, at.into()])
        });
    }
}

impl Store {
    /// The sets of all institutions, by institution and source. Packed: 180,000 institutions are some 50 MB.
    pub async fn openings(&self) -> Result<Vec<OpeningSet>, StoreError> {
        let mut all = Vec::new();
        loop {
            let page = self.openings_after(all.last()).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The next 2,000 sets after one: for those who do not want all of them in memory.
    pub async fn openings_after(
        &self,
        last: Option<&OpeningSet>,
    ) -> Result<Vec<OpeningSet>, StoreError> {
        let (institution, source) = last.map_or(("", ""), |set| {
            (set.institution.as_str(), set.source.as_str())
        });
        let params = vec![institution.into(), source.into(), PAGE.into()];
        let rows = self.db().query(SOME, params).await?;
        rows.iter().map(opening_set).collect()
    }

    /// What the sources say of these institutions, as of one page of a list. In no order among them.
    pub async fn openings_among(&self, institutions: &[Id]) -> Result<Vec<OpeningSet>, StoreError> {
        let mut found = Vec::new();
        for some in institutions.chunks(AMONG) {
            let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
            let sql = format!(
                "select institution, source, source_date, hours from opening where institution in ({}) \
                 order by institution, source",
                places.join(", ")
            );
            let params = some.iter().map(Value::from).collect();
            let rows = self.db().query(sql, params).await?;
            for row in &rows {
                found.push(opening_set(row)?);
            }
        }
        Ok(found)
    }

    /// What the sources say of one institution. `renkei_directory::opening::Week` puts them together.
    pub async fn openings_of(&self, institution: &Id) -> Result<Vec<OpeningSet>, StoreError> {
        let rows = self.db().query(OF, vec![institution.into()]).await?;
        rows.iter().map(opening_set).collect()
    }
}

fn opening_set(row: &Row) -> Result<OpeningSet, StoreError> {
    Ok(OpeningSet {
        institution: row.id(0)?,
        source: row.text(1)?.to_owned(),
        source_date: row.text(2)?.to_owned(),
        hours: row.text(3)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_hours_come_back() {
        let opening = |weekday, week, from, what, department: &str| Opening {
            department: department.to_owned(),
            weekday,
            week,
            from,
            until: from + 180,
            what,
        };
        let mut hours = Hours {
            departments: vec![Department {
                code: "01001".to_owned(),
                name: "内|科".to_owned(),
            }],
            openings: vec![
                opening(6, 2, 540, What::Consultation, "01001"),
                opening(1, 0, 540, What::Consultation, "01001"),
                opening(8, 0, 0, What::Closed, ""),
            ],
        };
        let text = hours.pack();
        assert_eq!(text, "d|01001|内 科\nx||0-180|8\nc|01001|540-720|1,6w2\n");
        hours.departments[0].name = "内 科".to_owned();
        hours.openings.sort();
        let mut back = Hours::unpack(&text);
        back.openings.sort();
        assert_eq!(back, hours);
        assert_eq!(
            Hours::unpack("z|1\nc|x|9|1\nc|x|1-2|9,1w6\n"),
            Hours::default()
        );
    }
}
