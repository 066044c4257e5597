//! Codes and numbers with a shape of their own, read as people type them and kept in one form.
//!
//! | file | holds |
//! |---|---|
//! | `code/prefecture.rs` | the 47 prefectures |
//! | `code/municipality.rs` | 全国地方公共団体コード, six digits with check digit |
//! | `code/institution.rs` | 保険医療機関番号, ten digits |
//! | `code/insurance.rs` | 保険者番号, 被保険者個人識別子 |
//! | `code/contact.rs` | postal codes, telephone numbers |

mod contact;
mod institution;
mod insurance;
mod municipality;
mod prefecture;

use unicode_normalization::UnicodeNormalization;

use crate::Fault;
use crate::name::is_dash;

pub use contact::{postal_code, telephone, telephone_key};
pub use institution::{FeeTable, InstitutionCode};
pub use insurance::{InsurerNumber, MemberId};
pub use municipality::MunicipalityCode;
pub use prefecture::Prefecture;

/// Which code is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Municipality,
    Institution,
    Insurer,
    Member,
    Postal,
    Telephone,
}

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// Not the digits that it needs.
    #[error("{0:?}: wrong shape")]
    Shape(Kind),
    /// The check digit does not fit: a digit is wrong or two are swapped.
    #[error("{0:?}: wrong check digit")]
    CheckDigit(Kind),
    /// The first two digits are no prefecture (01 to 47).
    #[error("{0:?}: no such prefecture")]
    Prefecture(Kind),
    /// The third digit of an institution code is no fee table.
    #[error("no such fee table")]
    FeeTable,
}

impl CodeFault {
    /// The message key: `fault-` code `-` what is wrong with it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Shape(Kind::Municipality) => "fault-municipality-code-shape",
            Self::Shape(Kind::Institution) => "fault-institution-code-shape",
            Self::Shape(Kind::Insurer) => "fault-insurer-number-shape",
            Self::Shape(Kind::Member) => "fault-member-id-shape",
            Self::Shape(Kind::Postal) => "fault-postal-code-shape",
            Self::Shape(Kind::Telephone) => "fault-telephone-shape",
            Self::CheckDigit(Kind::Municipality) => "fault-municipality-code-check-digit",
            Self::CheckDigit(Kind::Institution) => "fault-institution-code-check-digit",
            Self::CheckDigit(_) => "fault-insurer-number-check-digit",
            Self::Prefecture(Kind::Municipality) => "fault-municipality-code-prefecture",
            Self::Prefecture(_) => "fault-institution-code-prefecture",
            Self::FeeTable => "fault-institution-code-fee-table",
        }
    }

    pub fn fault(self, field: &str) -> Fault {
        Fault::new(field, self.key())
    }
}

/// Typed text as plain ASCII where it has such a form: NFKC, without blanks, one dash.
fn normal(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect()
}

/// The digits of typed text; dashes, dots and commas between them are left out, as in `13-1-8814790`.
/// `None` when there is anything else.
fn digits(text: &str) -> Option<String> {
    let plain: String = normal(text)
        .chars()
        .filter(|c| !matches!(c, '-' | '.' | ',' | '・' | '、'))
        .collect();
    plain.bytes().all(|b| b.is_ascii_digit()).then_some(plain)
}

/// Whether the last digit is the modulus-10 check digit of 保険者番号 and 医療機関コード
/// (weights 2, 1, 2, … from the right, digits of products added).
fn mod10_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, b)| {
            let product = u32::from(b.wrapping_sub(b'0')) * if place % 2 == 1 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A code that parses from text and is kept as text: `Display`, `as_str`, serde as a checked string.
macro_rules! text_code {
    ($name:ident, $read:path) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::code::CodeFault;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                $read(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }
    };
}
use text_code;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_example_of_the_check_digit() {
        assert!(mod10_holds("33120015"));
        assert!(!mod10_holds("33120016"));
        assert!(!mod10_holds("33120051"), "two digits swapped");
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_a_fault(text in "\\PC*|[0-9０-９:〒#+() -]{0,16}") {
            let _ = MunicipalityCode::parse(&text);
            let _ = MunicipalityCode::from_spreadsheet(&text);
            let _ = InstitutionCode::parse(&text);
            let _ = InsurerNumber::parse(&text);
            let _ = MemberId::parse(&text);
            let _ = Prefecture::parse(&text);
            let _ = postal_code(&text);
            let _ = telephone(&text);
        }
    }
}
