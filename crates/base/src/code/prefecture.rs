//! The prefectures, by JIS X 0401 number.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::normal;

/// A prefecture; the number is 1 to 47.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefecture(u8);

/// Japanese and English names, 01 first.
#[rustfmt::skip]
const NAMES: [(&str, &str); 47] = [
    ("北海道", "Hokkaido"), ("青森県", "Aomori"), ("岩手県", "Iwate"), ("宮城県", "Miyagi"), ("秋田県", "Akita"),
    ("山形県", "Yamagata"), ("福島県", "Fukushima"), ("茨城県", "Ibaraki"), ("栃木県", "Tochigi"), ("群馬県", "Gunma"),
    ("埼玉県", "Saitama"), ("千葉県", "Chiba"), ("東京都", "Tokyo"), ("神奈川県", "Kanagawa"), ("新潟県", "Niigata"),
    ("富山県", "Toyama"), ("石川県", "Ishikawa"), ("福井県", "Fukui"), ("山梨県", "Yamanashi"), ("長野県", "Nagano"),
    ("岐阜県", "Gifu"), ("静岡県", "Shizuoka"), ("愛知県", "Aichi"), ("三重県", "Mie"), ("滋賀県", "Shiga"),
    ("京都府", "Kyoto"), ("大阪府", "Osaka"), ("兵庫県", "Hyogo"), ("奈良県", "Nara"), ("和歌山県", "Wakayama"),
    ("鳥取県", "Tottori"), ("島根県", "Shimane"), ("岡山県", "Okayama"), ("広島県", "Hiroshima"), ("山口県", "Yamaguchi"),
    ("徳島県", "Tokushima"), ("香川県", "Kagawa"), ("愛媛県", "Ehime"), ("高知県", "Kochi"), ("福岡県", "Fukuoka"),
    ("佐賀県", "Saga"), ("長崎県", "Nagasaki"), ("熊本県", "Kumamoto"), ("大分県", "Oita"), ("宮崎県", "Miyazaki"),
    ("鹿児島県", "Kagoshima"), ("沖縄県", "Okinawa"),
];

impl Prefecture {
    /// All, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=47).map(Self)
    }

    pub fn from_number(number: u8) -> Option<Self> {
        (1..=47).contains(&number).then_some(Self(number))
    }

    /// A code (`13`, `1`, `01`), a name (`東京都`) or a name without its ending (`東京`); also English.
    pub fn parse(text: &str) -> Option<Self> {
        let text = normal(text);
        if (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().and_then(Self::from_number);
        }
        Self::all().find(|one| {
            let name = one.name();
            name == text || one.short() == text || one.english().eq_ignore_ascii_case(&text)
        })
    }

    /// The prefecture that an address begins with, and the rest of the address.
    pub fn of_address(address: &str) -> Option<(Self, &str)> {
        let address = address.trim_start();
        Self::all().find_map(|one| Some((one, address.strip_prefix(one.name())?)))
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// Two digits.
    pub fn code(self) -> String {
        format!("{:02}", self.0)
    }

    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// Without 都, 府 or 県: `東京`, `北海道`.
    pub fn short(self) -> &'static str {
        let name = self.name();
        let ending = ['都', '府', '県']
            .iter()
            .find_map(|end| name.strip_suffix(*end));
        ending.unwrap_or(name)
    }

    pub fn english(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        let index = usize::from(self.0).saturating_sub(1);
        NAMES.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Prefecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

impl From<Prefecture> for String {
    fn from(prefecture: Prefecture) -> Self {
        prefecture.code()
    }
}

impl TryFrom<String> for Prefecture {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a prefecture")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_lead_to_each_other() {
        for one in Prefecture::all() {
            for text in [
                one.code(),
                one.name().to_owned(),
                one.short().to_owned(),
                one.english().to_owned(),
            ] {
                assert_eq!(Prefecture::parse(&text), Some(one), "{text}");
            }
        }
        let short = |number| Prefecture::from_number(number).unwrap().short();
        assert_eq!((short(1), short(13), short(26)), ("北海道", "東京", "京都"));
        assert_eq!(
            Prefecture::parse("１３").map(Prefecture::name),
            Some("東京都")
        );
        for bad in ["", "0", "00", "48", "013", "京", "都"] {
            assert_eq!(Prefecture::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_begin_with_a_prefecture() {
        let (prefecture, rest) = Prefecture::of_address("京都府京都市北区").unwrap();
        assert_eq!((prefecture.number(), rest), (26, "京都市北区"));
        assert_eq!(Prefecture::of_address("仙台市青葉区"), None);
    }
}
