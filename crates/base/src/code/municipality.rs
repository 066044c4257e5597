//! 全国地方公共団体コード: JIS X 0401 and X 0402 numbers and the check digit of the ministry.

use serde::{Deserialize, Serialize};

use super::{CodeFault, Kind, Prefecture, digits, text_code};

/// Six digits: prefecture 2, municipality 3 (000 the prefecture itself), check digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MunicipalityCode(String);

text_code!(MunicipalityCode, MunicipalityCode::parse);

impl MunicipalityCode {
    /// Six digits with the right check digit, or five, which get theirs.
    pub fn parse(text: &str) -> Result<Self, CodeFault> {
        let digits = digits(text).ok_or(CodeFault::Shape(Kind::Municipality))?;
        match digits.split_at_checked(5) {
            Some((five, "")) => Self::from_five(five),
            Some((five, last)) if last.len() == 1 => {
                let code = Self::from_five(five)?;
                if code.0 == digits {
                    Ok(code)
                } else {
                    Err(CodeFault::CheckDigit(Kind::Municipality))
                }
            }
            _ => Err(CodeFault::Shape(Kind::Municipality)),
        }
    }

    /// From a column of six-digit codes whose leading zero a spreadsheet took (`11011` is 011011, Sapporo Chūō).
    pub fn from_spreadsheet(text: &str) -> Result<Self, CodeFault> {
        let digits = digits(text).filter(|digits| matches!(digits.len(), 5 | 6));
        let digits = digits.ok_or(CodeFault::Shape(Kind::Municipality))?;
        Self::parse(&format!("{digits:0>6}"))
    }

    /// From two columns, `01` and `101`.
    pub fn from_parts(prefecture: &str, municipality: &str) -> Result<Self, CodeFault> {
        let shape = CodeFault::Shape(Kind::Municipality);
        let prefecture =
            Prefecture::parse(prefecture).ok_or(CodeFault::Prefecture(Kind::Municipality))?;
        let number = digits(municipality).filter(|number| (1..=3).contains(&number.len()));
        Self::from_five(&format!("{prefecture}{:0>3}", number.ok_or(shape)?))
    }

    fn from_five(five: &str) -> Result<Self, CodeFault> {
        let prefecture = five
            .split_at_checked(2)
            .and_then(|(two, _)| Prefecture::parse(two));
        if prefecture.is_none() {
            return Err(CodeFault::Prefecture(Kind::Municipality));
        }
        let sum: u32 = five
            .bytes()
            .zip([6, 5, 4, 3, 2])
            .map(|(b, weight)| u32::from(b.wrapping_sub(b'0')) * weight)
            .sum();
        Ok(Self(format!("{five}{}", (11 - sum % 11) % 10)))
    }

    /// Without the check digit, as maps and statistics write it.
    pub fn five(&self) -> &str {
        self.0.split_at_checked(5).map_or("", |(five, _)| five)
    }

    pub fn prefecture(&self) -> Option<Prefecture> {
        self.0
            .split_at_checked(2)
            .and_then(|(two, _)| Prefecture::parse(two))
    }

    /// Whether it names a prefecture, not a municipality.
    pub fn is_prefecture(&self) -> bool {
        self.five().ends_with("000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published codes; the weighted sums of 011011 and 130001 have the remainders 0 and 10, whose digit is 1.
    const PUBLISHED: [&str; 10] = [
        "010006", "011002", "011011", "131016", "131041", "130001", "141003", "271004", "401307",
        "472018",
    ];

    #[test]
    fn five_digits_get_the_published_check_digit() {
        for code in PUBLISHED {
            let (five, _) = code.split_at(5);
            assert_eq!(MunicipalityCode::parse(five).unwrap().as_str(), code);
            assert_eq!(MunicipalityCode::parse(code).unwrap().five(), five);
        }
    }

    #[test]
    fn nine_of_ten_last_digits_are_wrong() {
        for code in PUBLISHED {
            let (five, _) = code.split_at(5);
            let right =
                (0..=9).filter(|last| MunicipalityCode::parse(&format!("{five}{last}")).is_ok());
            assert_eq!(right.count(), 1, "{code}");
        }
    }

    #[test]
    fn other_ways_to_write_it() {
        assert_eq!(
            MunicipalityCode::parse("１３１０１６").unwrap().as_str(),
            "131016"
        );
        assert_eq!(
            MunicipalityCode::parse("13101-6").unwrap().as_str(),
            "131016"
        );
        assert_eq!(
            MunicipalityCode::from_spreadsheet("11011")
                .unwrap()
                .as_str(),
            "011011"
        );
        assert_eq!(
            MunicipalityCode::from_spreadsheet("131016")
                .unwrap()
                .as_str(),
            "131016"
        );
        assert_eq!(
            MunicipalityCode::from_parts("01", "101").unwrap().as_str(),
            "011011"
        );
        assert_eq!(
            MunicipalityCode::from_parts("1", "3").unwrap().five(),
            "01003"
        );
        assert!(MunicipalityCode::parse("130001").unwrap().is_prefecture());
    }

    #[test]
    fn wrong_codes() {
        use CodeFault::{CheckDigit, Prefecture, Shape};
        for (text, fault) in [
            ("131017", CheckDigit(Kind::Municipality)),
            ("481016", Prefecture(Kind::Municipality)),
            ("00101", Prefecture(Kind::Municipality)),
            ("1310", Shape(Kind::Municipality)),
            ("1310166", Shape(Kind::Municipality)),
            ("", Shape(Kind::Municipality)),
            ("千代田区", Shape(Kind::Municipality)),
        ] {
            assert_eq!(MunicipalityCode::parse(text), Err(fault), "{text}");
        }
    }
}
