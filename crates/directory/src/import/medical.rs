//! One row of 医療情報ネット, checked. Nothing in it is trusted.

use renkei_base::code::{MunicipalityCode, Prefecture};
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Refusal, name};
use renkei_store::opening::Opening;
use sha2::{Digest, Sha256};

use super::medical_times::{self, Span, Table};
use super::report::{Level, Remark};
use super::shape::Shape;
use super::table::{Column, Columns};
use super::{medical_beds, medical_days};
use crate::Kind;

const ID: usize = 0;
const NAME: usize = 1;
const KANA: usize = 2;
const SHORT: usize = 3;
const LATIN: usize = 4;
const KIND: usize = 5;
const PREFECTURE: usize = 6;
const MUNICIPALITY: usize = 7;
const ADDRESS: usize = 8;
const LATITUDE: usize = 9;
const LONGITUDE: usize = 10;
const URL: usize = 11;
const CLOSED_NOTE: usize = 12;
const BEDS: usize = 13;
const DAYS: usize = BEDS + medical_beds::KINDS.len();

/// Characters of an ID by the official definition, and of the longer texts.
const ID_CHARS: usize = 20;
const ADDRESS_CHARS: usize = 400;
const NOTE_CHARS: usize = 2_000;
const URL_CHARS: usize = 500;

/// A value of a column: `None` where the file has no such column, so nothing is said about it.
pub type Given<T> = Option<Option<T>>;

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub line: u64,
    pub registry_id: String,
    pub name: String,
    pub kana: Given<String>,
    pub short: Given<String>,
    pub latin: Given<String>,
    pub kind: Kind,
    pub prefecture: String,
    pub municipality: String,
    pub address: String,
    /// Degrees, latitude and longitude, as the file writes them.
    pub position: Given<(String, String)>,
    pub url: Given<String>,
    pub closed_days: Given<Vec<String>>,
    pub closed_note: Given<String>,
    pub beds: Given<Vec<(&'static str, u32)>>,
    /// Hours of maternity homes and pharmacies, without the closed days.
    pub openings: Option<Vec<Opening>>,
    pub warnings: Vec<Remark>,
}

/// The layout of a file.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) columns: Columns,
    /// Codes of the days that may be closed, in the order of their columns.
    days: Vec<String>,
    /// Of the spans that the file has: with the place of the first of the two columns.
    spans: Vec<(usize, Span)>,
}

impl Layout {
    pub fn find(headings: &csv::StringRecord) -> Result<Self, Refusal> {
        let mut known = vec![
            Column::required(&["ID"]),
            Column::required(&["正式名称", "名称"]).holds(Shape::Name),
            Column::optional(&["正式名称（フリガナ）", "フリガナ"])
                .holds(Shape::Kana)
                .behind(NAME),
            Column::optional(&["略称"]).holds(Shape::Name).behind(KANA),
            Column::optional(&["英語表記（ローマ字表記）", "ローマ字"])
                .holds(Shape::Name)
                .behind(SHORT),
            Column::required(&["機関区分"]),
            Column::required(&["都道府県コード"]),
            Column::required(&["市区町村コード"]).holds(Shape::MunicipalityCode),
            Column::required(&["所在地"]).holds(Shape::Address),
            Column::optional(&["所在地座標（緯度）"]).holds(Shape::Latitude),
            Column::optional(&["所在地座標（経度）"]).holds(Shape::Longitude),
            Column::optional(&["案内用ホームページアドレス", "薬局のホームページアドレス"])
                .holds(Shape::WebPage),
            Column::optional(&[
                "その他の休診日（gw、お盆等）",
                "その他の休診日",
                "その他の休業日（gw、お盆等）",
                "その他の閉店日（gw、お盆等）",
            ]),
        ];
        known.extend(medical_beds::columns(known.len()));
        let (days, day_columns): (Vec<_>, Vec<_>) =
            medical_days::columns(known.len()).into_iter().unzip();
        known.extend(day_columns);
        let first = known.len();
        let (spans, columns) = medical_times::columns(Table::Facility, first);
        known.extend(columns);
        let columns = Columns::find(&known, headings)?;
        let spans = (first..).step_by(2).zip(spans);
        Ok(Self {
            days,
            spans: spans.filter(|(at, _)| columns.has(*at)).collect(),
            columns,
        })
    }

    /// Reads one row. The refusal says the first thing that is wrong.
    pub fn read(&self, row: &csv::StringRecord, line: u64) -> Result<Record, Remark> {
        let reader = RowReader {
            layout: self,
            row,
            line,
        };
        if row.len() != self.columns.width {
            return Err(reader.refused("", "fault-import-row-width", &row.len().to_string()));
        }
        reader.record()
    }
}

struct RowReader<'a> {
    layout: &'a Layout,
    row: &'a csv::StringRecord,
    line: u64,
}

impl<'a> RowReader<'a> {
    fn record(&self) -> Result<Record, Remark> {
        let mut warnings = Vec::new();
        let prefecture = self.prefecture(&mut warnings)?;
        let registry_id = self.registry_id(&prefecture)?;
        let kind = Kind::from_registry(self.cell(KIND))
            .ok_or_else(|| self.refused("機関区分", "fault-import-row-kind", self.cell(KIND)))?;
        Ok(Record {
            line: self.line,
            registry_id,
            name: self.needed(NAME, "正式名称", LINE_CHARS)?,
            kana: self.kana(&mut warnings)?,
            short: self.optional(SHORT, "略称", LINE_CHARS)?,
            latin: self.optional(LATIN, "英語表記（ローマ字表記）", 2 * LINE_CHARS)?,
            kind,
            municipality: self.municipality(&prefecture)?,
            address: self.needed(ADDRESS, "所在地", ADDRESS_CHARS)?,
            prefecture,
            position: self.position(&mut warnings),
            url: self.url(&mut warnings),
            closed_days: self.closed_days(),
            closed_note: self.optional(CLOSED_NOTE, "その他の休診日", NOTE_CHARS)?,
            beds: self.beds(&mut warnings),
            openings: self.openings(&mut warnings),
            warnings,
        })
    }

    fn cell(&self, column: usize) -> &'a str {
        self.given(column).unwrap_or_default()
    }

    fn given(&self, column: usize) -> Option<&'a str> {
        self.layout.columns.cell(self.row, column)
    }

    fn refused(&self, field: &str, reason: &'static str, value: &str) -> Remark {
        Remark::new(self.line, Level::Refused, field, reason, value)
    }

    fn warned(&self, field: &str, reason: &'static str, value: &str) -> Remark {
        Remark::new(self.line, Level::Warned, field, reason, value)
    }

    /// A spreadsheet takes the leading zero of a prefecture; one digit can only be that.
    fn prefecture(&self, warnings: &mut Vec<Remark>) -> Result<String, Remark> {
        let field = "都道府県コード";
        let text = self.cell(PREFECTURE);
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let found = Prefecture::parse(text).filter(|_| digits);
        let found = found.ok_or_else(|| self.refused(field, "fault-import-prefecture", text))?;
        if text.len() == 1 {
            warnings.push(self.warned(field, "fault-import-zero-restored", text));
        }
        Ok(found.code())
    }

    /// Digits, in some prefectures letters too. Every ID begins with its prefecture's number. One that does not has lost its zeros, or stands in the wrong row:
    /// it is never guessed.
    fn registry_id(&self, prefecture: &str) -> Result<String, Remark> {
        let text = self.cell(ID);
        let fits =
            (1..=ID_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits {
            return Err(self.refused("ID", "fault-import-id", text));
        }
        if text.starts_with(prefecture) {
            return Ok(text.to_owned());
        }
        let lost = prefecture
            .strip_prefix('0')
            .is_some_and(|rest| text.starts_with(rest));
        let key = if lost {
            "fault-import-id-zeros"
        } else {
            "fault-import-id-prefecture"
        };
        Err(self.refused("ID", key, text))
    }

    /// Three digits in the official file; five or six (with its check digit) are understood too.
    fn municipality(&self, prefecture: &str) -> Result<String, Remark> {
        let text = self.cell(MUNICIPALITY);
        let code = match text.len() {
            0..=3 => MunicipalityCode::from_parts(prefecture, text),
            _ if prefecture.starts_with('0') => MunicipalityCode::from_spreadsheet(text),
            _ => MunicipalityCode::parse(text),
        };
        let code = code.map_err(|fault| self.refused("市区町村コード", fault.key(), text))?;
        if code.as_str().starts_with(prefecture) && !code.is_prefecture() {
            Ok(code.into())
        } else {
            Err(self.refused("市区町村コード", "fault-import-municipality", text))
        }
    }

    fn needed(&self, column: usize, field: &str, chars: usize) -> Result<String, Remark> {
        let text = self.line_of(column, field, chars)?;
        if text.is_empty() {
            Err(self.refused(field, "fault-import-empty", ""))
        } else {
            Ok(text.to_owned())
        }
    }

    fn optional(&self, column: usize, field: &str, chars: usize) -> Result<Given<String>, Remark> {
        if self.given(column).is_none() {
            return Ok(None);
        }
        let text = self.line_of(column, field, chars)?;
        Ok(Some((!text.is_empty()).then(|| text.to_owned())))
    }

    fn line_of(&self, column: usize, field: &str, chars: usize) -> Result<&'a str, Remark> {
        let text = self.cell(column);
        if text.chars().any(char::is_control) {
            return Err(self.refused(field, "fault-import-control", text));
        }
        if text.chars().count() > chars {
            return Err(self.refused(field, "fault-import-too-long", text));
        }
        Ok(text)
    }

    fn kana(&self, warnings: &mut Vec<Remark>) -> Result<Given<String>, Remark> {
        let field = "正式名称（フリガナ）";
        let kana = self.optional(KANA, field, 2 * LINE_CHARS)?;
        if kana == Some(None) {
            warnings.push(self.warned(field, "fault-import-kana-empty", ""));
        }
        Ok(kana.map(|kana| kana.map(|kana| name::to_katakana(&kana))))
    }

    fn position(&self, warnings: &mut Vec<Remark>) -> Given<(String, String)> {
        let (latitude, longitude) = (self.given(LATITUDE)?, self.given(LONGITUDE)?);
        let both = format!("{latitude}, {longitude}");
        let reason = match (latitude.parse::<f64>(), longitude.parse::<f64>()) {
            _ if latitude.is_empty() && longitude.is_empty() => "fault-import-position-none",
            (Ok(lat), Ok(lon)) if lat == 0.0 && lon == 0.0 => "fault-import-position-none",
            (Ok(lat), Ok(lon)) if in_japan(lat, lon) => {
                return Some(Some((latitude.to_owned(), longitude.to_owned())));
            }
            (Ok(lat), Ok(lon)) if in_japan(lon, lat) => "fault-import-position-swapped",
            (Ok(_), Ok(_)) => "fault-import-position-outside",
            _ => "fault-import-position",
        };
        warnings.push(self.warned("所在地座標", reason, &both));
        Some(None)
    }

    /// Pages link to it, so only http and https; a bare host name gets its scheme.
    fn url(&self, warnings: &mut Vec<Remark>) -> Given<String> {
        let text = self.given(URL)?;
        if text.is_empty() {
            return Some(None);
        }
        let url = web_address(text);
        if url.is_none() {
            warnings.push(self.warned("案内用ホームページアドレス", "fault-import-url", text));
        }
        Some(url)
    }

    fn closed_days(&self) -> Given<Vec<String>> {
        let days = self.layout.days.iter().enumerate();
        let cells: Vec<(&str, &str)> = days
            .filter_map(|(at, code)| Some((code.as_str(), self.given(DAYS + at)?)))
            .collect();
        (!cells.is_empty()).then(|| medical_days::closed(cells))
    }

    fn openings(&self, warnings: &mut Vec<Remark>) -> Option<Vec<Opening>> {
        let spans = &self.layout.spans;
        let mut openings = Vec::new();
        for (at, span) in spans {
            let cells = (self.cell(*at), self.cell(at + 1));
            match medical_times::stretch(span, "", cells) {
                Ok(found) => openings.extend(found),
                Err(key) => {
                    let value = format!("{}-{}", cells.0, cells.1);
                    warnings.push(self.warned(&span.heading, key, &value));
                }
            }
        }
        (!spans.is_empty()).then_some(openings)
    }

    fn beds(&self, warnings: &mut Vec<Remark>) -> Given<Vec<(&'static str, u32)>> {
        let mut at = BEDS..DAYS;
        let cells: [Option<&str>; 8] =
            std::array::from_fn(|_| at.next().and_then(|column| self.given(column)));
        if cells.iter().all(Option::is_none) {
            return None;
        }
        let (beds, doubts) = medical_beds::read(cells);
        warnings.extend(
            doubts
                .into_iter()
                .map(|(reason, heading)| self.warned(heading, reason, "")),
        );
        Some(Some(beds))
    }
}

/// From Okinotorishima to Etorofu, from Yonaguni to Minamitorishima.
pub(super) fn in_japan(latitude: f64, longitude: f64) -> bool {
    (20.0..=46.0).contains(&latitude) && (122.0..=154.0).contains(&longitude)
}

/// An address that a page may link to: http or https; a bare host name gets `http://`.
pub fn web_address(text: &str) -> Option<String> {
    let fits = |text: &str| {
        text.chars().count() <= URL_CHARS
            && !text
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"'))
    };
    if !fits(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    let host = rest
        .unwrap_or(&lower)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let is_host = name.contains('.')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    match rest {
        _ if !is_host => None,
        Some(_) => Some(text.to_owned()),
        None if host.contains(':') => None,
        None => Some(format!("http://{text}")),
    }
}

impl Record {
    /// Of everything that the row says. The number in front changes with the meaning of the fields.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(text.as_bytes());
            hash.update([0]);
        };
        add("2");
        for text in [
            &self.registry_id,
            &self.name,
            &self.prefecture,
            &self.municipality,
            &self.address,
        ] {
            add(text);
        }
        add(self.kind.code());
        for text in [
            &self.kana,
            &self.short,
            &self.latin,
            &self.url,
            &self.closed_note,
        ] {
            add(match text {
                None => "\u{1}",
                Some(None) => "",
                Some(Some(text)) => text,
            });
        }
        if let Some(Some((latitude, longitude))) = &self.position {
            add(latitude);
            add(longitude);
        }
        add("days");
        if let Some(Some(days)) = &self.closed_days {
            add(&days.join(" "));
        }
        add("beds");
        for (kind, number) in self.beds.iter().flatten().flatten() {
            add(kind);
            add(&number.to_string());
        }
        add("hours");
        for one in self.openings.iter().flatten() {
            add(&format!(
                "{} {} {} {}",
                one.weekday,
                one.what.code(),
                one.from,
                one.until
            ));
        }
        let digest = hash.finalize();
        hex::encode(digest.get(..16).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for (text, url) in [
            ("https://例え.jp/病院", Some("https://例え.jp/病院")),
            ("www.byo-in.com/a?b", Some("http://www.byo-in.com/a?b")),
            ("javascript:alert(1)", None),
            ("htpp://www.n2jinhinyouki.com/", None),
            ("central@bz01.plala.or.jp", None),
            ("www//obitoku.com/", None),
            ("http://a b.jp/", None),
            ("なし", None),
        ] {
            assert_eq!(web_address(text).as_deref(), url, "{text}");
        }
    }
}
