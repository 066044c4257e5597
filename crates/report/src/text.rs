//! Makes any text printable: an archival PDF may hold no character without a glyph, and people write every character there is.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::font::{CASE, Variant};

/// 〓, which Japanese printers set where a type is missing.
const GETA: char = '〓';
/// Letters without a place to break are given one after this many, and then at each step, so that no line runs out of its frame.
const UNBROKEN: usize = 28;
const STEP: usize = 7;

/// What the printable form of a document needs besides its text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Characters, some with a selector, that only the rare font draws; the templates choose it for them.
    pub(crate) rare: BTreeSet<String>,
    /// Whether 〓 stands for something that no font can draw.
    pub(crate) geta: bool,
}

/// Rewrites every string below `value`.
pub(crate) fn make_printable(value: &mut Value, found: &mut Found) {
    match value {
        Value::String(text) => *text = printable(text, found),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| make_printable(item, found)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| make_printable(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with line ends as `\n`, kana marks composed, long words breakable, and 〓 for what cannot be printed.
pub(crate) fn printable(text: &str, found: &mut Found) -> String {
    let text = text.replace("\r\n", "\n");
    let mut out = String::with_capacity(text.len());
    let mut unbroken = 0;
    let mut characters = text.trim_end().chars().peekable();
    while let Some(character) = characters.next() {
        unbroken = if character.is_ascii_graphic() {
            unbroken + 1
        } else {
            0
        };
        match characters.peek().copied() {
            Some(selector) if is_selector(selector) => {
                characters.next();
                push_variant(character, selector, &mut out, found);
            }
            Some(mark) if let Some(composed) = compose(character, mark) => {
                characters.next();
                out.push(composed);
            }
            _ => push(character, &mut out, found),
        }
        if unbroken >= UNBROKEN && unbroken % STEP == 0 {
            out.push('\u{200B}');
        }
    }
    out
}

/// A variation selector follows its character: kept where a font can draw the variant, else the plain character is right.
fn push_variant(character: char, selector: char, out: &mut String, found: &mut Found) {
    push(character, out, found);
    match CASE.variant(character, selector) {
        Variant::Text => out.push(selector),
        Variant::Rare => {
            out.push(selector);
            found.rare.insert(String::from_iter([character, selector]));
        }
        Variant::None => {}
    }
}

fn push(character: char, out: &mut String, found: &mut Found) {
    match character {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
        '\t' => out.push('\u{3000}'),
        _ if character.is_control() || is_ignorable(character) => {}
        _ if is_private(character) => lose(out, found),
        _ if CASE.covers(character) => {
            if CASE.only_rare(character) {
                found.rare.insert(character.to_string());
            }
            out.push(character);
        }
        _ if character.is_whitespace() => out.push(' '),
        _ => match stand_in(character) {
            Some(other) => out.push_str(&other),
            None => lose(out, found),
        },
    }
}

/// The same meaning in characters that can be printed: SpO₂ as SpO2, ☑ as ✓.
fn stand_in(character: char) -> Option<String> {
    let other: String = match character {
        '☐' => "□".to_owned(),
        '☑' | '✔' | '✅' => "✓".to_owned(),
        _ => character.nfkc().collect(),
    };
    other.chars().all(|c| CASE.covers(c)).then_some(other)
}

fn lose(out: &mut String, found: &mut Found) {
    found.geta = true;
    out.push(GETA);
}

/// Kana and a combining mark as one character: か and U+3099 is が. Files from a Mac hold them apart.
fn compose(base: char, mark: char) -> Option<char> {
    let step = match mark {
        '\u{3099}' => 1,
        '\u{309A}' => 2,
        _ => return None,
    };
    let voiced = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ";
    match base {
        'う' | 'ウ' if step == 1 => Some(if base == 'う' { 'ゔ' } else { 'ヴ' }),
        _ if !voiced.contains(base) => None,
        _ if step == 2 && !"はひふへほハヒフヘホ".contains(base) => None,
        _ => char::from_u32(u32::from(base) + step),
    }
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Marks without ink: zero-width spaces and joiners, directions, byte order mark, tags, selectors that follow nothing.
fn is_ignorable(character: char) -> bool {
    is_selector(character)
        || matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// 外字 of another system: the same number is another character here, and the archival standard refuses it.
fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str) -> (String, bool) {
        let mut found = Found::default();
        let out = printable(text, &mut found);
        (out, found.geta)
    }

    #[test]
    fn markup_and_rare_kanji_pass_as_they_are() {
        let text = "#let x = $a_1$ *太字* [リンク] @ref <label> \\ ` 髙﨑𠮷齋";
        assert_eq!(print(text), (text.to_owned(), false));
    }

    #[test]
    fn what_no_font_can_draw_becomes_geta() {
        assert_eq!(
            print("頭痛😀、外字\u{E000}"),
            ("頭痛〓、外字〓".to_owned(), true)
        );
    }

    #[test]
    fn variants_are_kept_where_the_rare_font_has_them() {
        let mut found = Found::default();
        let text = "渡邉\u{E010F}辻\u{E0100}";
        assert_eq!(
            printable(&format!("{text}山\u{E01EF}"), &mut found),
            format!("{text}山")
        );
        // 辻 with its selector is in the text fonts.
        assert_eq!(found.rare.into_iter().collect::<Vec<_>>(), ["邉\u{E010F}"]);
    }

    #[test]
    fn what_has_no_glyph_but_a_plain_form_takes_that() {
        assert_eq!(
            print("SpO₂ 10⁻³ ☑済 ☐未"),
            ("SpO2 10−³ ✓済 □未".to_owned(), false)
        );
    }

    #[test]
    fn controls_vanish_and_lines_stay() {
        assert_eq!(
            print("一\r\n二\u{0}\u{200B}\t三\u{7}\r四\n\n"),
            ("一\n二\u{3000}三\n四".to_owned(), false)
        );
    }

    #[test]
    fn kana_marks_are_composed() {
        assert_eq!(print("か\u{3099}ハ\u{309A}ウ\u{3099}あ").0, "がパヴあ");
    }

    #[test]
    fn a_long_word_can_break() {
        let (out, _) = print(&"A".repeat(60));
        assert_eq!(out.matches('\u{200B}').count(), 5);
        assert!(!print(&"A".repeat(27)).0.contains('\u{200B}'));
        assert_eq!(out.replace('\u{200B}', ""), "A".repeat(60));
    }
}
