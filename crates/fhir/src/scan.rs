//! Looks over JSON text before it is parsed: size, depth, and what a parser would silently swallow.
//!
//! It does not check the grammar; the parser does that afterwards.

use std::borrow::Cow;
use std::collections::HashSet;

use renkei_base::limits;

use crate::Malformed;

/// serde_json hides long numbers in an object with this key; text from outside must not carry it.
const NUMBER_KEY: &str = "$serde_json::private::";

/// An open object (with the names seen so far) or array.
enum Open<'a> {
    Object(HashSet<Cow<'a, str>>),
    Array,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    /// The next string of the innermost object is a member's name.
    name_next: bool,
    /// Values so far: each costs memory once it is parsed, however short it is written.
    values: usize,
}

/// Refuses text that is too large, too deep or of too many values, names an element twice, or holds a NUL character.
pub(crate) fn check(text: &str, bytes: usize) -> Result<(), Malformed> {
    if text.len() > bytes {
        return Err(Malformed::TooLarge);
    }
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
        name_next: false,
        values: 0,
    };
    while let Some(byte) = text.as_bytes().get(scan.at).copied() {
        scan.at += 1;
        scan.step(byte)?;
    }
    Ok(())
}

impl<'a> Scan<'a> {
    fn step(&mut self, byte: u8) -> Result<(), Malformed> {
        match byte {
            b'{' => self.enter(Open::Object(HashSet::new()))?,
            b'[' => self.enter(Open::Array)?,
            b'}' | b']' => {
                self.open.pop();
                self.name_next = false;
            }
            b',' => {
                self.count()?;
                self.name_next = matches!(self.open.last(), Some(Open::Object(_)));
            }
            b'"' => self.string()?,
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Malformed> {
        self.values += 1;
        if self.values > limits::JSON_VALUES {
            return Err(Malformed::TooMany);
        }
        Ok(())
    }

    fn enter(&mut self, open: Open<'a>) -> Result<(), Malformed> {
        self.count()?;
        if self.open.len() >= limits::JSON_DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.name_next = matches!(open, Open::Object(_));
        self.open.push(open);
        Ok(())
    }

    /// From behind the opening quote to behind the closing one.
    fn string(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.text.as_bytes().get(self.at) {
                None => return Ok(()), // the parser says what is wrong
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.refuse_nul()?;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        if std::mem::take(&mut self.name_next) {
            self.name(raw, escaped)?;
        }
        Ok(())
    }

    /// FHIR strings hold no NUL, and PostgreSQL cannot keep one.
    fn refuse_nul(&self) -> Result<(), Malformed> {
        match self.text.as_bytes().get(self.at..self.at + 6) {
            Some(b"\\u0000") => Err(Malformed::Nul),
            _ => Ok(()),
        }
    }

    fn name(&mut self, raw: &'a str, escaped: bool) -> Result<(), Malformed> {
        let name = if escaped {
            match serde_json::from_str::<String>(&format!("\"{raw}\"")) {
                Ok(name) => Cow::Owned(name),
                Err(_) => return Ok(()), // the parser says what is wrong
            }
        } else {
            Cow::Borrowed(raw)
        };
        if name.starts_with(NUMBER_KEY) {
            return Err(Malformed::Json("reserved element name".to_owned()));
        }
        let shown = printable(&name);
        let new = match self.open.last_mut() {
            Some(Open::Object(names)) => names.insert(name),
            _ => true,
        };
        if new {
            Ok(())
        } else {
            Err(Malformed::Twice(shown))
        }
    }
}

/// An element's name for an error text: only if it looks like one.
fn printable(name: &str) -> String {
    let plain = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain {
        name.to_owned()
    } else {
        "?".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Malformed> {
        super::check(text, limits::RESOURCE_BYTES)
    }

    #[test]
    fn values_are_counted() {
        let many = format!("[{}]", vec!["1"; limits::JSON_VALUES + 2].join(","));
        assert_eq!(check(&many), Err(Malformed::TooMany));
        assert_eq!(super::check("[1]", 2), Err(Malformed::TooLarge));
    }

    #[test]
    fn names_an_element_twice() {
        let twice = Err(Malformed::Twice("id".to_owned()));
        assert_eq!(check(r#"{"id":"1","id":"2"}"#), twice);
        assert_eq!(check(r#"{"id":"1","\u0069d":"2"}"#), twice);
        assert_eq!(check(r#"{"a":[{"x":1,"id":{"id":2},"id":3}]}"#), twice);
        assert_eq!(
            check(r#"{"a":{"id":"id"},"b":[{"id":1},{"id":1}],"id":"id,id"}"#),
            Ok(())
        );
    }

    #[test]
    fn depth_counts_objects_and_arrays() {
        let nested = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(check(&nested(limits::JSON_DEPTH)), Ok(()));
        assert_eq!(
            check(&nested(limits::JSON_DEPTH + 1)),
            Err(Malformed::TooDeep)
        );
        assert_eq!(
            check(&"{\"a\":".repeat(1_000_000)),
            Err(Malformed::TooLarge)
        );
        assert_eq!(check(&"[".repeat(100_000)), Err(Malformed::TooDeep));
        assert_eq!(
            check(&format!("{{\"a\":\"{}\"}}", "[".repeat(1_000))),
            Ok(())
        );
    }

    #[test]
    fn brackets_and_quotes_in_strings_are_text() {
        assert_eq!(check(r#"{"a":"\"}{,\"id\":","b":"\\","c":1}"#), Ok(()));
        assert_eq!(
            check(r#"{"a":"\\","a":1}"#),
            Err(Malformed::Twice("a".to_owned()))
        );
    }

    #[test]
    fn nul_and_the_parsers_own_key_are_refused() {
        assert_eq!(check(r#"{"a":"x\u0000"}"#), Err(Malformed::Nul));
        assert_eq!(check(r#"{"a":"x\\u0000"}"#), Ok(()));
        assert!(check(r#"{"a":{"$serde_json::private::Number":"1"}}"#).is_err());
    }
}
