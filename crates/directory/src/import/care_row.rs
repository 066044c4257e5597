//! One row of 介護サービス情報公表: a service of a care office. Nothing in it is trusted.

use renkei_base::code::{MunicipalityCode, Prefecture};
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Refusal, name};
use renkei_store::opening::{Opening, What};
use sha2::{Digest, Sha256};

use super::medical::{in_japan, web_address};
use super::medical_days::DAYS;
use super::report::{Level, Remark};
use super::shape::Shape;
use super::table::{Column, Columns};
use crate::Kind;

const CODE: usize = 0;
const PREFECTURE: usize = 1;
const CITY: usize = 2;
const NAME: usize = 3;
const KANA: usize = 4;
const SERVICE: usize = 5;
const ADDRESS: usize = 6;
const BUILDING: usize = 7;
const LATITUDE: usize = 8;
const LONGITUDE: usize = 9;
const PHONE: usize = 10;
const FAX: usize = 11;
const NUMBER: usize = 12;
const DAYS_OPEN: usize = 13;
const DAYS_NOTE: usize = 14;
const CAPACITY: usize = 15;
const URL: usize = 16;

const ADDRESS_CHARS: usize = 400;
const NOTE_CHARS: usize = 2_000;
/// More than the largest home of the country has.
const MOST: u32 = 2_000;
const WHOLE_DAY: u16 = 1_440;

/// Services by their code and the name that the column サービスの種類 has.
const SERVICES: [(&str, &str); 33] = [
    ("110", "訪問介護"),
    ("120", "訪問入浴介護"),
    ("130", "訪問看護"),
    ("140", "訪問リハビリテーション"),
    ("150", "通所介護"),
    ("155", "療養通所介護"),
    ("160", "通所リハビリテーション"),
    ("170", "福祉用具貸与"),
    ("210", "短期入所生活介護"),
    ("220", "短期入所療養介護（介護老人保健施設）"),
    ("230", "短期入所療養介護（療養病床を有する病院等）"),
    ("320", "認知症対応型共同生活介護"),
    ("331", "特定施設入居者生活介護（有料老人ホーム）"),
    ("332", "特定施設入居者生活介護（軽費老人ホーム）"),
    (
        "334",
        "特定施設入居者生活介護（サービス付き高齢者向け住宅）",
    ),
    (
        "335",
        "特定施設入居者生活介護（有料老人ホーム・外部サービス利用型）",
    ),
    (
        "336",
        "特定施設入居者生活介護（軽費老人ホーム・外部サービス利用型）",
    ),
    (
        "337",
        "特定施設入居者生活介護（サービス付き高齢者向け住宅・外部サービス利用型）",
    ),
    ("361", "地域密着型特定施設入居者生活介護（有料老人ホーム）"),
    ("362", "地域密着型特定施設入居者生活介護（軽費老人ホーム）"),
    (
        "364",
        "地域密着型特定施設入居者生活介護（サービス付き高齢者向け住宅）",
    ),
    ("410", "特定福祉用具販売"),
    ("430", "居宅介護支援"),
    ("510", "介護老人福祉施設"),
    ("520", "介護老人保健施設"),
    ("530", "介護療養型医療施設"),
    ("540", "地域密着型介護老人福祉施設入所者生活介護"),
    ("550", "介護医療院"),
    ("710", "夜間対応型訪問介護"),
    ("720", "認知症対応型通所介護"),
    ("730", "小規模多機能型居宅介護"),
    ("760", "定期巡回・随時対応型訪問介護看護"),
    ("770", "複合型サービス（看護小規模多機能型居宅介護）"),
];
/// Names of a service that came later than its code, or beside it.
const OTHER_NAMES: [(&str, &str); 5] = [
    ("770", "看護小規模多機能型居宅介護"),
    ("780", "地域密着型通所介護"),
    ("331", "特定施設入居者生活介護"),
    ("361", "地域密着型特定施設入居者生活介護"),
    ("540", "地域密着型介護老人福祉施設"),
];

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareRow {
    pub line: u64,
    /// 介護事業所番号, ten digits.
    pub number: String,
    /// Three digits.
    pub service: &'static str,
    pub kind: Kind,
    pub name: String,
    pub kana: String,
    pub prefecture: String,
    /// Empty where the row has only the prefecture's code.
    pub municipality: String,
    pub address: String,
    /// Degrees, as the file writes them.
    pub position: Option<(String, String)>,
    pub phone: String,
    pub fax: String,
    pub url: String,
    /// Days on which it is closed, where the row says on which it is open.
    pub closed: Vec<Opening>,
    pub days_note: String,
    /// `None` for a blank. 0 is what offices write that have none.
    pub capacity: Option<u32>,
    pub warnings: Vec<Remark>,
}

/// The kind of institution that offers a service.
pub fn kind_of(service: &str) -> Kind {
    match service {
        "130" => Kind::VisitingNurse,
        "430" => Kind::CareManager,
        "320" | "331" | "332" | "334" | "335" | "336" | "337" | "361" | "362" | "364" | "510"
        | "520" | "530" | "540" | "550" => Kind::CareHome,
        _ => Kind::CareService,
    }
}

/// The code of a service by its name, whatever brackets and widths it is written with.
fn service_of(text: &str) -> Option<&'static str> {
    let key = name::search_key(text);
    let all = SERVICES.iter().chain(&OTHER_NAMES);
    let mut found = all.filter(|(_, name)| name::search_key(name) == key);
    found.next().map(|(code, _)| *code)
}

/// The layout of a file.
#[derive(Clone, Debug)]
pub struct CareLayout(pub(super) Columns);

impl CareLayout {
    pub fn find(headings: &csv::StringRecord) -> Result<Self, Refusal> {
        let known = [
            Column::required(&["都道府県コード又は市町村コード", "市町村コード"])
                .holds(Shape::MunicipalityCode),
            Column::optional(&["都道府県名"]),
            Column::optional(&["市区町村名"]).holds(Shape::Municipality),
            Column::required(&["事業所名"]).holds(Shape::Name),
            Column::optional(&["事業所名カナ"]).holds(Shape::Kana),
            Column::required(&["サービスの種類"]),
            Column::required(&["住所"]).holds(Shape::Address),
            Column::optional(&["方書（ビル名等）", "方書"])
                .holds(Shape::Building)
                .behind(ADDRESS),
            Column::optional(&["緯度"]).holds(Shape::Latitude),
            Column::optional(&["経度"]).holds(Shape::Longitude),
            Column::optional(&["電話番号"]).holds(Shape::Phone),
            Column::optional(&["FAX番号"])
                .holds(Shape::Phone)
                .behind(PHONE),
            Column::required(&["事業所番号"]),
            Column::optional(&["利用可能曜日"]),
            Column::optional(&["利用可能曜日特記事項"]),
            Column::optional(&["定員"]),
            Column::optional(&["URL"]).holds(Shape::WebPage),
        ];
        Columns::find(&known, headings).map(Self)
    }

    /// Reads one row. The refusal says the first thing that is wrong.
    pub fn read(&self, row: &csv::StringRecord, line: u64) -> Result<CareRow, Remark> {
        let reader = Reader {
            columns: &self.0,
            row,
            line,
        };
        if row.len() != self.0.width {
            return Err(reader.refused("", "fault-import-row-width", &row.len().to_string()));
        }
        reader.read()
    }
}

struct Reader<'a> {
    columns: &'a Columns,
    row: &'a csv::StringRecord,
    line: u64,
}

impl<'a> Reader<'a> {
    fn read(&self) -> Result<CareRow, Remark> {
        let mut warnings = Vec::new();
        let (prefecture, municipality) = self.place(&mut warnings)?;
        let number = self.number(prefecture, &mut warnings)?;
        let service = self.cell(SERVICE);
        let service = service_of(service)
            .ok_or_else(|| self.refused("サービスの種類", "fault-import-service", service))?;
        Ok(CareRow {
            line: self.line,
            number,
            service,
            kind: kind_of(service),
            name: self.needed(NAME, "事業所名", LINE_CHARS)?,
            kana: name::to_katakana(self.text(KANA, "事業所名カナ", 2 * LINE_CHARS)?),
            prefecture: prefecture.code(),
            municipality,
            address: self.address(prefecture)?,
            position: self.position(&mut warnings),
            phone: self.text(PHONE, "電話番号", 40)?.to_owned(),
            fax: self.text(FAX, "FAX番号", 40)?.to_owned(),
            url: self.url(&mut warnings),
            closed: self.closed(&mut warnings),
            days_note: self
                .text(DAYS_NOTE, "利用可能曜日特記事項", NOTE_CHARS)?
                .to_owned(),
            capacity: self.capacity(&mut warnings),
            warnings,
        })
    }

    fn cell(&self, column: usize) -> &'a str {
        self.columns.cell(self.row, column).unwrap_or_default()
    }

    fn refused(&self, field: &str, reason: &'static str, value: &str) -> Remark {
        Remark::new(self.line, Level::Refused, field, reason, value)
    }

    fn warned(&self, field: &str, reason: &'static str, value: &str) -> Remark {
        Remark::new(self.line, Level::Warned, field, reason, value)
    }

    /// The municipality. A zero that a spreadsheet took comes back where the check digit and the prefecture's name prove it.
    fn place(&self, warnings: &mut Vec<Remark>) -> Result<(Prefecture, String), Remark> {
        let field = "都道府県コード又は市町村コード";
        let text = self.cell(CODE);
        let code = MunicipalityCode::from_spreadsheet(text)
            .map_err(|fault| self.refused(field, fault.key(), text))?;
        let prefecture = code
            .prefecture()
            .ok_or_else(|| self.refused(field, "fault-import-prefecture", text))?;
        let said = self.cell(PREFECTURE);
        if !said.is_empty() && said != prefecture.name() {
            return Err(self.refused(field, "fault-import-municipality", text));
        }
        if text.len() == 5 {
            warnings.push(self.warned(field, "fault-import-municipality-zero", text));
        }
        let municipality = match code.is_prefecture() {
            true => String::new(),
            false => code.into(),
        };
        Ok((prefecture, municipality))
    }

    /// Ten digits that begin with the prefecture's. A zero that a spreadsheet took comes back only where prefecture and check
    /// digit both prove it: it is never guessed.
    fn number(&self, prefecture: Prefecture, warnings: &mut Vec<Remark>) -> Result<String, Remark> {
        let field = "事業所番号";
        let text = self.cell(NUMBER);
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let begins = |number: &str| number.starts_with(&prefecture.code());
        match text.len() {
            10 if plain && begins(text) => {
                if !check_digit_holds(text) {
                    warnings.push(self.warned(field, "fault-import-office-check", text));
                }
                Ok(text.to_owned())
            }
            9 if plain => {
                let whole = format!("0{text}");
                if begins(&whole) && check_digit_holds(&whole) {
                    warnings.push(self.warned(field, "fault-import-office-zero", text));
                    Ok(whole)
                } else {
                    Err(self.refused(field, "fault-import-office", text))
                }
            }
            _ => Err(self.refused(field, "fault-import-office", text)),
        }
    }

    fn needed(&self, column: usize, field: &str, chars: usize) -> Result<String, Remark> {
        let text = self.text(column, field, chars)?;
        if text.is_empty() {
            return Err(self.refused(field, "fault-import-empty", ""));
        }
        Ok(text.to_owned())
    }

    fn text(&self, column: usize, field: &str, chars: usize) -> Result<&'a str, Remark> {
        let text = self.cell(column);
        if text.chars().any(char::is_control) {
            return Err(self.refused(field, "fault-import-control", text));
        }
        if text.chars().count() > chars {
            return Err(self.refused(field, "fault-import-too-long", text));
        }
        Ok(text)
    }

    /// With prefecture, municipality and building, each once.
    fn address(&self, prefecture: Prefecture) -> Result<String, Remark> {
        let mut address = self.needed(ADDRESS, "住所", ADDRESS_CHARS)?;
        if Prefecture::of_address(&address).is_none() {
            let city = self.cell(CITY);
            let city = if address.starts_with(city) { "" } else { city };
            address = format!("{}{city}{address}", prefecture.name());
        }
        let building = self.text(BUILDING, "方書（ビル名等）", ADDRESS_CHARS)?;
        if !building.is_empty() && !address.contains(building) {
            address = format!("{address} {building}");
        }
        Ok(address)
    }

    fn position(&self, warnings: &mut Vec<Remark>) -> Option<(String, String)> {
        let (latitude, longitude) = (self.cell(LATITUDE), self.cell(LONGITUDE));
        let reason = match (latitude.parse::<f64>(), longitude.parse::<f64>()) {
            _ if latitude.is_empty() && longitude.is_empty() => "fault-import-position-none",
            (Ok(lat), Ok(lon)) if lat == 0.0 && lon == 0.0 => "fault-import-position-none",
            (Ok(lat), Ok(lon)) if in_japan(lat, lon) => {
                return Some((latitude.to_owned(), longitude.to_owned()));
            }
            (Ok(lat), Ok(lon)) if in_japan(lon, lat) => "fault-import-position-swapped",
            (Ok(_), Ok(_)) => "fault-import-position-outside",
            _ => "fault-import-position",
        };
        let both = format!("{latitude}, {longitude}");
        warnings.push(self.warned("緯度", reason, &both));
        None
    }

    fn url(&self, warnings: &mut Vec<Remark>) -> String {
        let text = self.cell(URL);
        let url = web_address(text);
        if url.is_none() && !text.is_empty() {
            warnings.push(self.warned("URL", "fault-import-url", text));
        }
        url.unwrap_or_default()
    }

    /// `平日,土曜日`, `月火水`: the days that it does not name are closed.
    fn closed(&self, warnings: &mut Vec<Remark>) -> Vec<Opening> {
        let text = self.cell(DAYS_OPEN);
        if text.is_empty() {
            return Vec::new();
        }
        let plain = text
            .replace("平日", "月火水木金")
            .replace("毎日", "月火水木金土日祝");
        // 曜日 after a day is no Sunday, 祝日 neither.
        let plain = plain.replace("曜日", "").replace("祝日", "祝");
        let open: Vec<bool> = DAYS.iter().map(|(_, sign)| plain.contains(sign)).collect();
        if !open.contains(&true) {
            warnings.push(self.warned("利用可能曜日", "fault-import-days", text));
            return Vec::new();
        }
        let closed = (1..).zip(open).filter(|(_, open)| !open);
        closed
            .map(|(weekday, _)| Opening {
                department: String::new(),
                weekday,
                week: 0,
                from: 0,
                until: WHOLE_DAY,
                what: What::Closed,
            })
            .collect()
    }

    fn capacity(&self, warnings: &mut Vec<Remark>) -> Option<u32> {
        let text = self.cell(CAPACITY);
        let number = text.trim_end_matches('人').parse().ok();
        let number = number.filter(|number| *number <= MOST);
        if number.is_none() && !text.is_empty() {
            warnings.push(self.warned("定員", "fault-import-capacity", text));
        }
        number
    }
}

/// The last digit of a 介護事業所番号: modulus 10, weights 2 and 1 from the right, digits of the products summed.
fn check_digit_holds(number: &str) -> bool {
    let mut digits = number.chars().rev().map(|c| c.to_digit(10));
    let Some(Some(check)) = digits.next() else {
        return false;
    };
    let mut sum = 0;
    for (digit, weight) in digits.zip([2, 1].into_iter().cycle()) {
        let Some(digit) = digit else {
            return false;
        };
        let product = digit * weight;
        sum += product / 10 + product % 10;
    }
    (10 - sum % 10) % 10 == check
}

impl CareRow {
    /// Of everything that the row says. The number in front changes with the meaning of the fields.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let capacity = self.capacity.map(|n| n.to_string()).unwrap_or_default();
        let (latitude, longitude) = self.position.clone().unwrap_or_default();
        let closed: Vec<String> = self
            .closed
            .iter()
            .map(|one| one.weekday.to_string())
            .collect();
        for text in [
            "1",
            &self.number,
            self.service,
            &self.name,
            &self.kana,
            &self.prefecture,
            &self.municipality,
            &self.address,
            &latitude,
            &longitude,
            &self.phone,
            &self.fax,
            &self.url,
            &closed.join(" "),
            &self.days_note,
            &capacity,
        ] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let digest = hash.finalize();
        hex::encode(digest.get(..16).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_an_office() {
        for (number, holds) in [
            ("0190100370", true),
            ("1492601818", true),
            ("1171111111", false),
            ("019010037X", false),
            ("", false),
        ] {
            assert_eq!(check_digit_holds(number), holds, "{number}");
        }
    }

    #[test]
    fn services_are_found_by_name() {
        assert_eq!(service_of("訪問看護"), Some("130"));
        assert_eq!(service_of("定期巡回･随時対応型訪問介護看護"), Some("760"));
        assert_eq!(service_of("看護小規模多機能型居宅介護"), Some("770"));
        assert_eq!(service_of("病院"), None);
        assert_eq!(
            (
                kind_of("130"),
                kind_of("510"),
                kind_of("430"),
                kind_of("760")
            ),
            (
                Kind::VisitingNurse,
                Kind::CareHome,
                Kind::CareManager,
                Kind::CareService
            )
        );
    }
}
