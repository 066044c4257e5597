//! Postal codes and telephone numbers.

use super::{CodeFault, Kind, digits, normal};

/// `981-3131` from `9813131`, `〒９８１−３１３１` and the like.
pub fn postal_code(text: &str) -> Result<String, CodeFault> {
    let text = text.trim().trim_start_matches(['〒', '〶']);
    let digits = digits(text).filter(|digits| digits.len() == 7);
    let parts = digits
        .as_deref()
        .and_then(|digits| digits.split_at_checked(3));
    let (area, rest) = parts.ok_or(CodeFault::Shape(Kind::Postal))?;
    Ok(format!("{area}-{rest}"))
}

/// A telephone or fax number in ASCII, with the hyphens that were typed: `022-717-7000` from `０２２（７１７）７０００`.
///
/// Ten or eleven digits from 0; `+81…` becomes 0…; `#7119` and three digits from 1 for the services that have such numbers.
pub fn telephone(text: &str) -> Result<String, CodeFault> {
    let shape = CodeFault::Shape(Kind::Telephone);
    let plain = normal(text);
    let plain = plain
        .strip_prefix("tel")
        .or_else(|| plain.strip_prefix("TEL"))
        .unwrap_or(&plain);
    let plain = plain.trim_start_matches([':', '.']);
    let home = match plain.strip_prefix("+81") {
        Some(rest) => {
            let rest = rest.trim_start_matches('-').replace("(0)", "");
            format!("0{}", rest.trim_start_matches('0'))
        }
        None => plain.to_owned(),
    };
    let number = hyphenated(&home).ok_or(shape)?;
    let digits = telephone_key(&number);
    let fits = match (number.strip_prefix('#'), digits.len()) {
        (Some(rest), _) => rest.len() == 4 && !rest.contains('-'),
        (None, 3) => number.starts_with('1'),
        (None, 10 | 11) => number.starts_with('0') && !number.starts_with("00"),
        _ => false,
    };
    if fits { Ok(number) } else { Err(shape) }
}

/// The digits alone, for comparing and searching.
pub fn telephone_key(text: &str) -> String {
    normal(text).chars().filter(char::is_ascii_digit).collect()
}

/// Brackets and dots become single hyphens; `None` when anything but digits and a leading `#` is left.
fn hyphenated(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('#') {
        Some(rest) => ("#", rest),
        None => ("", text),
    };
    let parts: Vec<&str> = rest
        .split(['-', '(', ')', '.', '・'])
        .filter(|part| !part.is_empty())
        .collect();
    let plain = parts
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    (plain && !parts.is_empty()).then(|| format!("{sign}{}", parts.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes() {
        for text in [
            "9813131",
            "981-3131",
            "〒981-3131",
            "９８１−３１３１",
            "〒 981ー3131",
        ] {
            assert_eq!(postal_code(text).as_deref(), Ok("981-3131"), "{text}");
        }
        for text in ["", "981-313", "981-31311", "仙台市", "981-313O"] {
            assert_eq!(
                postal_code(text),
                Err(CodeFault::Shape(Kind::Postal)),
                "{text}"
            );
        }
    }

    #[test]
    fn telephone_numbers() {
        for (typed, kept) in [
            ("022-717-7000", "022-717-7000"),
            ("０２２（７１７）７０００", "022-717-7000"),
            ("(022)717-7000", "022-717-7000"),
            ("022ー717ー7000", "022-717-7000"),
            ("0227177000", "0227177000"),
            ("TEL:022-717-7000", "022-717-7000"),
            ("090 1234 5678", "09012345678"),
            ("+81-22-717-7000", "022-717-7000"),
            ("+81(0)22-717-7000", "022-717-7000"),
            ("0120-000-000", "0120-000-000"),
            ("＃7119", "#7119"),
            ("119", "119"),
        ] {
            assert_eq!(telephone(typed).as_deref(), Ok(kept), "{typed}");
        }
        for text in [
            "",
            "717-7000",
            "022-717-70000000",
            "022-717-700O",
            "内線12",
            "00-1234-5678",
            "#",
            "-",
            "1234567890",
        ] {
            assert_eq!(
                telephone(text),
                Err(CodeFault::Shape(Kind::Telephone)),
                "{text}"
            );
        }
        assert_eq!(telephone_key("０２２−７１７−７０００"), "0227177000");
    }
}
