//! FHIR's escapes in the values of a search: `\,` `\|` `\$` `\\` (FHIR R4, search, §3.1.1.4.0.1).
//!
//! A [`crate::Clause`] holds values already split at commas, with the other escapes still in them.

/// Splits at commas that are not escaped. The escapes stay.
pub fn split_values(raw: &str) -> Vec<String> {
    split(raw, ',')
}

/// Splits at bars that are not escaped. The escapes stay.
pub(crate) fn split_pipe(value: &str) -> Vec<String> {
    split(value, '|')
}

fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == at && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts
}

/// Takes the escapes out. A backslash before anything else stands for itself.
pub(crate) fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next @ (',' | '|' | '$' | '\\'))) => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// Puts escapes in, for a value that comes from a person or a document: `a|b` is then one code and not a system with a code.
pub fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, ',' | '|' | '$' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_bars_split_unless_escaped() {
        assert_eq!(split_values(r"a,b\,c,\\,d"), ["a", r"b\,c", r"\\", "d"]);
        assert_eq!(split_pipe(r"http://x|a\|b"), ["http://x", r"a\|b"]);
        assert_eq!(split_values(""), [""]);
    }

    #[test]
    fn escaping_and_taking_out_are_inverse() {
        for text in ["", r"\", r"a|b,c$d\e", "山田\\", r"\\", r"\x"] {
            assert_eq!(plain(&escape(text)), text);
        }
        assert_eq!(plain(r"\x\"), r"\x\");
    }
}
