//! Words in cells that are read again. Both languages are read, whichever was written.

use renkei_base::Lang;
use renkei_base::text::usual_width;

use crate::questionnaire::{Choice, Words};

/// What a box is ticked with.
pub const TICK: &str = "○";
const TICKED: [&str; 14] = [
    "○", "〇", "◯", "●", "◎", "✓", "✔", "レ", "o", "x", "1", "true", "yes", "はい",
];
const NOT_TICKED: [&str; 8] = ["", "×", "✕", "0", "false", "no", "いいえ", "-"];

/// That none of several choices applies; that nobody knows; that it is not for others.
pub const NONE: (&str, &str) = ("いずれもない", "None of these");
pub const UNKNOWN: (&str, &str) = ("不明", "Not known");
pub const UNDISCLOSED: (&str, &str) = ("非公表", "Not disclosed");

/// The one of two languages.
pub const fn say(word: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => word.0,
        Lang::En => word.1,
    }
}

pub fn is(text: &str, word: (&str, &str)) -> bool {
    plain(text) == plain(word.0) || plain(text) == plain(word.1)
}

/// The code of a status that stands in place of a value.
pub fn status(text: &str) -> Option<&'static str> {
    if is(text, UNKNOWN) {
        Some("unknown")
    } else if is(text, UNDISCLOSED) {
        Some("undisclosed")
    } else {
        None
    }
}

/// Whether a box is ticked; none for what is neither.
pub fn ticked(text: &str) -> Option<bool> {
    let text = plain(text);
    let one_of = |list: &[&str]| list.contains(&text.as_str());
    if one_of(&TICKED) {
        Some(true)
    } else if one_of(&NOT_TICKED) {
        Some(false)
    } else {
        None
    }
}

/// The choice that a cell names, by its text in either language, its label or its code.
pub fn choice<'c>(choices: &'c [Choice], text: &str) -> Option<&'c Choice> {
    let wanted = plain(text);
    let names = |choice: &Choice| {
        [
            &choice.text.ja,
            &choice.text.en,
            &choice.label,
            &choice.code,
        ]
        .into_iter()
        .any(|name| !name.is_empty() && plain(name) == wanted)
    };
    choices.iter().find(|choice| names(choice))
}

/// The text in a language, or in the other one.
pub fn of(words: &Words, lang: Lang) -> &str {
    match lang {
        Lang::En if !words.en.is_empty() => &words.en,
        _ => &words.ja,
    }
}

fn plain(text: &str) -> String {
    usual_width(text).trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_people_fill_them() {
        for (text, read) in [
            ("○", Some(true)),
            (" 〇 ", Some(true)),
            ("１", Some(true)),
            ("", Some(false)),
            ("×", Some(false)),
            ("たぶん", None),
        ] {
            assert_eq!(ticked(text), read, "{text}");
        }
        assert_eq!(status("不明 "), Some("unknown"));
        assert_eq!(status("Not disclosed"), Some("undisclosed"));
        assert_eq!(status("不明瞭"), None);
    }
}
