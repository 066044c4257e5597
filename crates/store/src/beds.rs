//! Table `institution_beds`: beds of institutions by kind, as each source says them.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A number, or why there is none. Never 0 for a number that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BedCount {
    Stated(u32),
    /// 未報告
    Unreported,
    /// 非公表 (`*`)
    Withheld,
    /// 非該当 (`-`)
    NotApplicable,
    /// 未確認・不明 (three crosses)
    Unknown,
}

impl BedCount {
    pub const fn stated(self) -> Option<u32> {
        match self {
            Self::Stated(number) => Some(number),
            _ => None,
        }
    }

    /// Number, or the code of the status.
    fn text(self) -> String {
        match self {
            Self::Stated(number) => number.to_string(),
            Self::Unreported => "unreported".to_owned(),
            Self::Withheld => "withheld".to_owned(),
            Self::NotApplicable => "not-applicable".to_owned(),
            Self::Unknown => "unknown".to_owned(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "unreported" => Some(Self::Unreported),
            "withheld" => Some(Self::Withheld),
            "not-applicable" => Some(Self::NotApplicable),
            "unknown" => Some(Self::Unknown),
            number => number.parse().ok().map(Self::Stated),
        }
    }
}

/// What one source says of the beds of one institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedSet {
    pub institution: Id,
    /// `medical-information-net`, `bed-reports` …
    pub source: String,
    /// `2025-06-01`, or empty.
    pub source_date: String,
    /// By kind. 医療情報ネット: `general`, `long-term`, `psychiatric`, `tuberculosis`, `infectious`, `long-term-medical`,
    /// `long-term-care`, `total`. 病床機能報告: `advanced`, `acute`, `recovery`, `chronic` ….
    /// A kind that is blank in the source is not there.
    pub beds: Vec<(String, BedCount)>,
}

impl BedSet {
    /// `general=40 total=60`: equal beds give equal texts.
    pub fn pack(beds: &[(String, BedCount)]) -> String {
        let beds: Vec<String> = beds
            .iter()
            .map(|(kind, count)| format!("{kind}={}", count.text()))
            .collect();
        beds.join(" ")
    }

    /// What [`BedSet::pack`] made. What is not of this shape is left out.
    pub fn unpack(text: &str) -> Vec<(String, BedCount)> {
        let parts = text.split(' ').filter_map(|one| {
            let (kind, count) = one.split_once('=')?;
            Some((kind.to_owned(), BedCount::parse(count)?))
        });
        parts.collect()
    }

    /// The number of one kind; `None` where the source leaves it blank or gives a status.
    pub fn stated(&self, kind: &str) -> Option<u32> {
        let found = self.beds.iter().find(|(one, _)| one == kind)?;
        found.1.stated()
    }
}

const PUT: &str = "insert into institution_beds (institution, source, source_date, beds, updated) \
    values ($1, $2, $3, $4, $5) on conflict (institution, source) do update set source_date = excluded.source_date, \
    beds = excluded.beds, updated = excluded.updated";

const REMOVE: &str = "delete from institution_beds where institution = $1 and source = $2";

const ALL: &str = "select institution, source, source_date, beds from institution_beds \
    where institution > $1 or (institution = $1 and source > $2) order by institution, source limit $3";

const OF: &str = "select institution, source, source_date, beds from institution_beds \
    where institution = $1 order by source";

/// Sets read at a time.
const PAGE: i64 = 5_000;

impl Changes {
    /// Replaces what this source says of the beds of an institution; without any it says nothing more.
    pub fn put_beds(&mut self, set: &BedSet, at: Micros) {
        let (id, source) = (
            Value::from(&set.institution),
            Value::from(set.source.as_str()),
        );
        self.steps.push(if set.beds.is_empty() {
            Step::any(REMOVE, vec![id, source])
        } else {
            let beds = BedSet::pack(&set.beds);
            let date = Value::from(set.source_date.as_str());
            Step::any(PUT, vec![id, source, date, beds.into(), at.into()])
        });
    }
}

impl Store {
    /// The beds of all institutions that have any in a list, by institution and source.
    pub async fn beds(&self) -> Result<Vec<BedSet>, StoreError> {
        let mut all: Vec<BedSet> = Vec::new();
        loop {
            let page = self.beds_after(all.last()).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The next of these after one: for those who do not want all of them in memory.
    pub async fn beds_after(&self, last: Option<&BedSet>) -> Result<Vec<BedSet>, StoreError> {
        let (institution, source) = last.map_or(("", ""), |set| {
            (set.institution.as_str(), set.source.as_str())
        });
        let params = vec![institution.into(), source.into(), PAGE.into()];
        let rows = self.db().query(ALL, params).await?;
        rows.iter().map(bed_set).collect()
    }

    pub async fn beds_of(&self, institution: &Id) -> Result<Vec<BedSet>, StoreError> {
        let rows = self.db().query(OF, vec![institution.into()]).await?;
        rows.iter().map(bed_set).collect()
    }
}

pub(crate) fn bed_set(row: &Row) -> Result<BedSet, StoreError> {
    Ok(BedSet {
        institution: row.id(0)?,
        source: row.text(1)?.to_owned(),
        source_date: row.text(2)?.to_owned(),
        beds: BedSet::unpack(row.text(3)?),
    })
}
