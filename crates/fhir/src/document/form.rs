//! How texts of a document are written.

use jiff::Timestamp;
use jiff::civil::Date;

use super::rules::Form;

impl Form {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Instant => "form-instant",
            Self::DateTime => "form-date-time",
            Self::Date => "form-date",
            Self::BundleIdentifier => "form-bundle-identifier",
        }
    }

    pub(super) fn holds(self, text: &str) -> bool {
        match self {
            Self::Instant => is_instant(text),
            Self::DateTime => is_partial(text) || is_instant(text),
            Self::Date => is_partial(text),
            Self::BundleIdentifier => is_bundle_identifier(text),
        }
    }
}

/// To the second at least, with its zone.
fn is_instant(text: &str) -> bool {
    text.get(10..11) == Some("T")
        && text.get(16..17) == Some(":")
        && text.len() >= 20
        && text.parse::<Timestamp>().is_ok()
}

/// `2026`, `2026-11`, `2026-11-22`.
fn is_partial(text: &str) -> bool {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return false,
    };
    full.parse::<Date>().is_ok()
}

/// 保険医療機関番号: prefecture 2, fee table 1, institution 7.
pub(super) fn is_institution_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().all(u8::is_ascii_digit)
        && matches!(bytes.first(), Some(b'0'..=b'4'))
        && matches!(bytes.get(2), Some(b'1'..=b'3'))
}

/// Institution's number, year and a name of the institution's own, with `^` between (R2152).
fn is_bundle_identifier(text: &str) -> bool {
    let parts: Vec<&str> = text.split('^').collect();
    let [institution, year, name] = parts.as_slice() else {
        return false;
    };
    is_institution_number(institution)
        && year.len() == 4
        && matches!(year.as_bytes(), [b'2', b'0', b'2' | b'3', b'0'..=b'9'])
        && (1..=36).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// 被保険者個人識別子: `insurer 8:symbol:number:branch 2 or nothing`, without blanks (R1013).
pub(super) fn is_member_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [insurer, symbol, number, branch] = parts.as_slice() else {
        return false;
    };
    let plain = |part: &str| !part.contains(|c: char| c.is_whitespace() || c == '^' || c == '\\');
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    insurer.len() == 8
        && digits(insurer)
        && plain(symbol)
        && plain(number)
        && (branch.is_empty() || branch.len() == 2 && digits(branch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for good in ["0412345678", "1311234567", "4739999999"] {
            assert!(is_institution_number(good), "{good}");
        }
        for bad in [
            "",
            "5012345678",
            "0442345678",
            "04123456789",
            "041234567",
            "04１2345678",
        ] {
            assert!(!is_institution_number(bad), "{bad}");
        }
        for good in [
            "1318814790^2024^0123-Referral-203949583949",
            "0412345678^2039^a",
        ] {
            assert!(Form::BundleIdentifier.holds(good), "{good}");
        }
        for bad in [
            "1318814790^2024",
            "1318814790^2019^1",
            "1318814790^2040^1",
            "1318814790^2024^",
            "1318814790^2024^a_b",
            "1318814790^2024^0123456789012345678901234567890123456",
            "123456",
        ] {
            assert!(!Form::BundleIdentifier.holds(bad), "{bad}");
        }
        for good in ["00012345:あいう:１８７:05", "06123456::9:", "00000000:::"] {
            assert!(is_member_id(good), "{good}");
        }
        for bad in [
            "12345:a:1:01",
            "00012345:a　b:1:01",
            "00012345:a:1:1",
            "00012345:a:1",
            "0001234a:a:1:01",
        ] {
            assert!(!is_member_id(bad), "{bad}");
        }
    }

    #[test]
    fn times() {
        for good in [
            "2026-11-22T10:00:00+09:00",
            "2026-11-22T01:00:00Z",
            "2026-11-22T01:00:00.123456Z",
        ] {
            assert!(
                Form::Instant.holds(good) && Form::DateTime.holds(good),
                "{good}"
            );
        }
        for bad in [
            "2026-11-22",
            "2026-11-22T10:00+09:00",
            "2026-11-22T10:00:00",
            "2026-13-22T10:00:00Z",
            "",
            "昨日",
        ] {
            assert!(!Form::Instant.holds(bad), "{bad}");
        }
        for good in ["2026", "2026-02", "2024-02-29"] {
            assert!(Form::Date.holds(good), "{good}");
        }
        for bad in ["2026-02-29", "26", "2026-2-1", "平成元年"] {
            assert!(!Form::Date.holds(bad), "{bad}");
        }
    }
}
