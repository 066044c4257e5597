//! What a value looks like, whatever its heading says. Pure; a help to see columns that stand under each other's headings.

use renkei_base::code::Prefecture;
use renkei_base::text::usual_width;

/// What a column should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Of an institution.
    Name,
    Kana,
    Address,
    /// Of a municipality or ward.
    Municipality,
    Phone,
    PostalCode,
    WebPage,
    Latitude,
    Longitude,
    /// 方書: a building, a floor.
    Building,
    /// 0 or 1.
    Flag,
    /// Digits alone.
    Count,
    /// Of Latin letters, digits and hyphens.
    Code,
    /// Three digits, or five or six with the prefecture.
    MunicipalityCode,
}

/// Words that names of institutions have and addresses have not.
const WORDS: [&str; 34] = [
    "病院",
    "医院",
    "クリニック",
    "診療所",
    "薬局",
    "歯科",
    "内科",
    "外科",
    "眼科",
    "皮膚科",
    "小児科",
    "精神科",
    "整形",
    "助産",
    "療養所",
    "保健所",
    "医療センター",
    "介護",
    "看護",
    "事業所",
    "ステーション",
    "ホーム",
    "デイサービス",
    "ケアセンター",
    "サービス",
    "ヘルパー",
    "老健",
    "苑",
    "荘",
    "の里",
    "の家",
    "医師会",
    "法人",
    "支援センター",
];
/// Fewer are part of something else.
const PHONE_DIGITS: usize = 6;
/// Japan, with room.
const LATITUDES: std::ops::RangeInclusive<f64> = 20.0..=46.0;
const LONGITUDES: std::ops::RangeInclusive<f64> = 122.0..=154.0;
/// How far into an address its municipality ends: 東京都西多摩郡日の出町.
const MUNICIPALITY_CHARS: usize = 12;

impl Shape {
    /// In the order in which a strange value is asked.
    const ALL: [Self; 9] = [
        Self::WebPage,
        Self::PostalCode,
        Self::Phone,
        Self::Latitude,
        Self::Longitude,
        Self::Address,
        Self::Kana,
        Self::Name,
        Self::Municipality,
    ];

    /// Its words: `import-shape-CODE`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kana => "kana",
            Self::Address => "address",
            Self::Municipality => "municipality",
            Self::Phone => "phone",
            Self::PostalCode => "postal-code",
            Self::WebPage => "web-page",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::Building => "building",
            Self::Flag => "flag",
            Self::Count => "count",
            Self::Code => "code",
            Self::MunicipalityCode => "municipality-code",
        }
    }

    /// What a value looks like; `None` where that is open.
    pub fn of(text: &str) -> Option<Self> {
        let text = usual_width(text);
        Self::ALL.into_iter().find(|shape| shape.is(text.trim()))
    }

    /// Whether a value may stand in a column of this shape. What looks like nothing known may, where the shape is loose.
    pub fn takes(self, text: &str) -> bool {
        let wide = usual_width(text);
        let text = wide.trim();
        match self {
            // Names may be of kana or Latin letters alone, numbers in kana, a telephone's with words beside it.
            Self::Name => {
                !matches!(Self::of(text), Some(other) if !matches!(other, Self::Name | Self::Kana))
            }
            Self::Kana => !text.chars().any(is_kanji) && text.chars().any(char::is_alphabetic),
            Self::Address => !matches!(
                Self::of(text),
                Some(other) if !matches!(other, Self::Address | Self::Municipality)
            ),
            Self::Municipality => is_municipality(text),
            Self::Phone => {
                let loose = !matches!(Self::of(text), Some(other) if other != Self::Phone);
                loose && text.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS
            }
            Self::PostalCode => {
                text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            }
            Self::WebPage => {
                let other = Self::of(text);
                other.is_none() || other == Some(Self::WebPage)
            }
            // What is no number at all has its own remark.
            Self::Latitude | Self::Longitude => {
                let other = Self::of(text);
                other.is_none() || other == Some(self)
            }
            Self::Building => !matches!(
                Self::of(text),
                Some(Self::Address | Self::Phone | Self::WebPage)
            ),
            Self::Flag => matches!(text, "0" | "1"),
            Self::Count => text.chars().all(|c| c.is_ascii_digit() || c == ','),
            Self::Code => text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
            Self::MunicipalityCode => {
                let digits = text.bytes().all(|b| b.is_ascii_digit());
                digits && matches!(text.len(), 3 | 5 | 6)
            }
        }
    }

    fn is(self, text: &str) -> bool {
        match self {
            Self::Name => WORDS.iter().any(|word| text.contains(word)),
            Self::Kana => is_kana(text),
            Self::Address => is_address(text),
            Self::Municipality => is_municipality(text),
            Self::Phone => is_phone(text),
            Self::PostalCode => is_postal_code(text),
            Self::WebPage => ["http://", "https://", "www."]
                .iter()
                .any(|start| text.to_ascii_lowercase().starts_with(start)),
            Self::Latitude => degrees(text).is_some_and(|one| LATITUDES.contains(&one)),
            Self::Longitude => degrees(text).is_some_and(|one| LONGITUDES.contains(&one)),
            // Anything may look like these.
            Self::Building | Self::Flag | Self::Count | Self::Code | Self::MunicipalityCode => {
                false
            }
        }
    }
}

/// A prefecture or a municipality, and behind it a number.
fn is_address(text: &str) -> bool {
    let rest = match Prefecture::of_address(text) {
        Some((_, rest)) => Some(rest),
        None => behind_municipality(text),
    };
    rest.is_some_and(has_number)
}

fn behind_municipality(text: &str) -> Option<&str> {
    let mut start = text.char_indices().take(MUNICIPALITY_CHARS).skip(1);
    let (at, sign) = start.find(|(_, c)| matches!(c, '市' | '区' | '町' | '村'))?;
    text.get(at + sign.len_utf8()..)
}

fn has_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) || text.contains("丁目") || text.contains("番地")
}

fn is_municipality(text: &str) -> bool {
    let count = text.chars().count();
    (2..=MUNICIPALITY_CHARS).contains(&count)
        && text.ends_with(['市', '区', '町', '村'])
        && !text.chars().any(|c| c.is_ascii_digit())
}

fn is_kana(text: &str) -> bool {
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}');
    text.chars().any(kana)
        && text
            .chars()
            .all(|c| kana(c) || c.is_whitespace() || "・-.()".contains(c))
}

/// `03-5555-0001`, `0355550001`.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with(['0', '('])
        && matches!(digits, 10 | 11)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-() ".contains(c))
}

/// `152-0001`. Seven digits alone may be anything.
fn is_postal_code(text: &str) -> bool {
    let code = text.trim_start_matches('〒').trim();
    let marked = text.starts_with('〒');
    let parts = code.split_once('-');
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    match parts {
        Some((first, second)) => digits(first, 3) && digits(second, 4),
        None => marked && digits(code, 7),
    }
}

/// With a decimal point: whole numbers may be anything.
fn degrees(text: &str) -> Option<f64> {
    text.contains('.').then(|| text.parse().ok())?
}

const fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_values_look_like() {
        for (text, shape) in [
            ("東京都目黒区中目黒１－２－３", Some(Shape::Address)),
            ("札幌市南区川沿１３条２丁目", Some(Shape::Address)),
            ("西多摩郡日の出町平井2780", Some(Shape::Address)),
            ("東京都立松沢病院", Some(Shape::Name)),
            ("医療法人　愛全病院", Some(Shape::Name)),
            ("メグロヒカリビョウイン", Some(Shape::Kana)),
            ("ﾒｸﾞﾛﾋｶﾘﾋﾞｮｳｲﾝ", Some(Shape::Kana)),
            ("03-5555-0001", Some(Shape::Phone)),
            ("０３（５５５５）０００１", Some(Shape::Phone)),
            ("152-0001", Some(Shape::PostalCode)),
            ("〒1520001", Some(Shape::PostalCode)),
            ("https://example.jp/", Some(Shape::WebPage)),
            ("35.64", Some(Shape::Latitude)),
            ("139.70", Some(Shape::Longitude)),
            ("目黒区", Some(Shape::Municipality)),
            ("1520001", None),
            ("0.0", None),
            ("あおば123", None),
        ] {
            assert_eq!(Shape::of(text), shape, "{text}");
        }
    }

    #[test]
    fn what_columns_take() {
        for (shape, text, taken) in [
            (Shape::Name, "ひまわり", true),
            (Shape::Name, "東京都目黒区碑文谷1-2", false),
            (Shape::Name, "03-5555-0001", false),
            (Shape::Kana, "ビョウイン", true),
            (Shape::Kana, "ABC", true),
            (Shape::Kana, "目黒病院", false),
            (Shape::Kana, "131100", false),
            (Shape::Address, "東京都目黒区碑文谷", true),
            (Shape::Address, "目黒区", true),
            (Shape::Address, "目黒ひかり病院", false),
            (Shape::Municipality, "区西南部", false),
            (Shape::Municipality, "札幌市中央区", true),
            (Shape::Phone, "03-5555-0001（内線2）", true),
            (Shape::Phone, "目黒区上目黒1-1", false),
            (Shape::PostalCode, "50813", true),
            (Shape::PostalCode, "東京都", false),
            (Shape::WebPage, "example.jp", true),
            (Shape::WebPage, "東京都目黒区碑文谷1-2", false),
            (Shape::Latitude, "139.7", false),
            (Shape::Latitude, "0.0", true),
            (Shape::Longitude, "35.6", false),
        ] {
            assert_eq!(shape.takes(text), taken, "{shape:?} {text}");
        }
    }
}
