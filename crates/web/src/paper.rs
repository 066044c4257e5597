//! What stands on a printed page, so that its living page is found again: when it was printed, its address, and that as a
//! code for a phone.

use renkei_report::qr;

use crate::visit::Visit;

/// Longer addresses make codes that no phone reads from paper.
const LONGEST: usize = 600;

/// The foot of a printed page.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    /// The address as people read and type it.
    pub(crate) address: String,
    /// An `<svg>` element, or empty.
    pub(crate) code: String,
}

impl Paper {
    /// Of the page that is visited.
    fn of(v: &Visit) -> Self {
        let address = format!("{}{}", v.site, v.here);
        let code = (address.len() <= LONGEST).then(|| qr::svg(&address).unwrap_or_default());
        Self {
            address: readable(&address),
            code: code.unwrap_or_default(),
        }
    }
}

impl Visit {
    pub(crate) fn paper(&self) -> Paper {
        Paper::of(self)
    }
}

/// An address with its Japanese as letters: `%E7%9B%AE` is 目. What is written in ASCII stays as it is.
fn readable(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut letters: Vec<u8> = Vec::new();
    let mut rest = address;
    while let Some(first) = rest.chars().next() {
        let byte = rest
            .strip_prefix('%')
            .and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok())
            .filter(|byte| !byte.is_ascii());
        if let Some(byte) = byte {
            letters.push(byte);
            rest = rest.get(3..).unwrap_or_default();
        } else {
            flush(&mut letters, &mut out);
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    flush(&mut letters, &mut out);
    out
}

/// Bytes that are no text are written as they came.
fn flush(letters: &mut Vec<u8>, out: &mut String) {
    match str::from_utf8(letters) {
        Ok(text) if !text.contains(|c: char| c.is_control() || c.is_whitespace()) => {
            out.push_str(text);
        }
        _ => out.extend(letters.iter().map(|byte| format!("%{byte:02X}"))),
    }
    letters.clear();
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn addresses_are_read_by_people() {
        for (address, shown) in [
            (
                "/institutions?q=%E7%9C%A0%E3%82%8C%E3%81%AA%E3%81%84&tag=a%26b",
                "/institutions?q=眠れない&tag=a%26b",
            ),
            ("/a?q=%E7%9C&b=%FF", "/a?q=%E7%9C&b=%FF"),
            ("/a?q=%", "/a?q=%"),
            ("/a?q=%E3%80%80", "/a?q=%E3%80%80"),
        ] {
            assert_eq!(readable(address), shown);
        }
    }
}
