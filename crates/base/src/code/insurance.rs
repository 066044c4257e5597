//! 保険者番号 and the identifier of an insured person that JP-CLINS makes from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CodeFault, Kind, digits, mod10_holds, normal, text_code};

/// 保険者番号, kept as eight digits; the six digits of 国民健康保険 get two zeros in front.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InsurerNumber(String);

text_code!(InsurerNumber, InsurerNumber::read);

impl InsurerNumber {
    /// As a person types it: six or eight digits with the right check digit (modulus 10).
    pub fn parse(text: &str) -> Result<Self, CodeFault> {
        let number = Self::read(text)?;
        if number.check_digit_holds() {
            Ok(number)
        } else {
            Err(CodeFault::CheckDigit(Kind::Insurer))
        }
    }

    /// As a document brings it: the check digit is not looked at (the example of JP-CLINS has a wrong one).
    pub fn read(text: &str) -> Result<Self, CodeFault> {
        let digits = digits(text).filter(|digits| matches!(digits.len(), 6 | 8));
        let digits = digits.ok_or(CodeFault::Shape(Kind::Insurer))?;
        Ok(Self(format!("{digits:0>8}")))
    }

    pub fn check_digit_holds(&self) -> bool {
        mod10_holds(&self.0)
    }

    /// As the card shows it: six digits where the first two of eight are zeros.
    pub fn on_card(&self) -> &str {
        self.0.strip_prefix("00").unwrap_or(&self.0)
    }
}

/// 被保険者個人識別子: `保険者番号8:記号:番号:枝番2`; a part that is absent is empty (JP-CLINS).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberId {
    insurer: InsurerNumber,
    symbol: String,
    number: String,
    branch: String,
}

impl MemberId {
    /// From the fields of a card. Blanks are left out; `branch` is a number of one or two digits or empty.
    pub fn build(
        insurer: InsurerNumber,
        symbol: &str,
        number: &str,
        branch: &str,
    ) -> Result<Self, CodeFault> {
        let shape = CodeFault::Shape(Kind::Member);
        let (symbol, number) = (part(symbol).ok_or(shape)?, part(number).ok_or(shape)?);
        let branch = digits(branch)
            .filter(|branch| branch.len() <= 2)
            .ok_or(shape)?;
        if symbol.is_empty() && number.is_empty() {
            return Err(shape);
        }
        let branch = if branch.is_empty() {
            branch
        } else {
            format!("{branch:0>2}")
        };
        Ok(Self {
            insurer,
            symbol,
            number,
            branch,
        })
    }

    /// From the identifier's value. The check digit of the insurer's number is not looked at.
    pub fn parse(value: &str) -> Result<Self, CodeFault> {
        let parts: Vec<&str> = value.trim().split(':').collect();
        match parts.as_slice() {
            [insurer, symbol, number, branch] if insurer.len() == 8 => {
                Self::build(InsurerNumber::read(insurer)?, symbol, number, branch)
            }
            _ => Err(CodeFault::Shape(Kind::Member)),
        }
    }

    pub const fn insurer(&self) -> &InsurerNumber {
        &self.insurer
    }

    /// 記号, as written on the card; often empty.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// 番号, as written on the card.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// 枝番, two digits or empty.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// For comparing: full-width and half-width forms are the same (`１８７` and `187`).
    pub fn key(&self) -> String {
        normal(&self.to_string())
    }
}

/// A part as written, without blanks; `None` when it would break the identifier.
fn part(text: &str) -> Option<String> {
    let part: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let breaks = |c: char| c.is_control() || matches!(c, ':' | '：' | '^' | '\\');
    (!part.contains(breaks)).then_some(part)
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}:{}",
            self.insurer, self.symbol, self.number, self.branch
        )
    }
}

impl From<MemberId> for String {
    fn from(id: MemberId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for MemberId {
    type Error = CodeFault;
    fn try_from(value: String) -> Result<Self, CodeFault> {
        Self::parse(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insurer_numbers() {
        for (typed, kept, on_card) in [
            ("33120015", "33120015", "33120015"),
            ("３３１２００１５", "33120015", "33120015"),
            ("138057", "00138057", "138057"),
            ("00138057", "00138057", "138057"),
        ] {
            let number = InsurerNumber::parse(typed).unwrap();
            assert_eq!((number.as_str(), number.on_card()), (kept, on_card));
        }
        assert_eq!(
            InsurerNumber::parse("33120016"),
            Err(CodeFault::CheckDigit(Kind::Insurer))
        );
        assert_eq!(
            InsurerNumber::parse("138058"),
            Err(CodeFault::CheckDigit(Kind::Insurer))
        );
        for bad in ["", "3312001", "331200155", "あ"] {
            assert_eq!(
                InsurerNumber::parse(bad),
                Err(CodeFault::Shape(Kind::Insurer)),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_published_example_is_read_and_written_as_it_is() {
        let value = "00012345:あいう:１８７:05";
        let id = MemberId::parse(value).unwrap();
        assert_eq!(id.to_string(), value);
        assert_eq!(
            (id.insurer().as_str(), id.symbol(), id.number(), id.branch()),
            ("00012345", "あいう", "１８７", "05")
        );
        assert_eq!(
            id.key(),
            MemberId::parse("00012345:あいう:187:05").unwrap().key()
        );
    }

    #[test]
    fn built_from_a_card() {
        let insurer = || InsurerNumber::parse("138057").unwrap();
        let built = |symbol, number, branch| {
            MemberId::build(insurer(), symbol, number, branch).map(|id| id.to_string())
        };
        assert_eq!(built("", "12 34", "1"), Ok("00138057::1234:01".to_owned()));
        assert_eq!(
            built("１２", "３４", "０１"),
            Ok("00138057:１２:３４:01".to_owned())
        );
        assert_eq!(built("12", "34", ""), Ok("00138057:12:34:".to_owned()));
        for (symbol, number, branch) in [
            ("", "", "01"),
            ("1:2", "3", ""),
            ("1", "2", "123"),
            ("1", "2", "x"),
            ("1", "2\u{7}", ""),
        ] {
            assert_eq!(
                built(symbol, number, branch),
                Err(CodeFault::Shape(Kind::Member))
            );
        }
        for bad in ["", "138057:1:2:", "00138057:1:2", "00138057:1:2:03:4"] {
            assert_eq!(
                MemberId::parse(bad),
                Err(CodeFault::Shape(Kind::Member)),
                "{bad}"
            );
        }
    }
}
