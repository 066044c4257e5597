//! Typed text before it is stored: line ends, control characters, lengths. What the person wrote stays: 𠮷, variation selectors,
//! compatibility kanji, full-width forms. Escaping is the business of whoever shows it.

use crate::Fault;
use crate::limits::TEXT_CHARS;
use crate::name::{full_width_kana, is_variation_selector};

/// A one-line field, cleaned; empty when nothing was typed. Line ends and tabs become blanks.
///
/// # Errors
/// `fault-too-long` (max, length), `fault-text-direction`, `fault-text-encoding` (line).
pub fn line(field: &str, text: &str, max: usize) -> Result<String, Fault> {
    let text = clean(text).replace(['\n', '\t'], " ").trim().to_owned();
    checked(field, text, max)
}

/// A one-line field that must not be empty: as [`line()`], and `fault-required`.
pub fn required_line(field: &str, text: &str, max: usize) -> Result<String, Fault> {
    required(field, line(field, text, max)?)
}

/// A field of several lines, cleaned, at most [`TEXT_CHARS`] long; empty when nothing was typed. Lines end with `\n`,
/// without blanks before it; blank lines at both ends are dropped, indentation and tabs stay.
///
/// # Errors
/// As [`line()`].
pub fn long_text(field: &str, text: &str) -> Result<String, Fault> {
    let text = clean(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n").trim_matches('\n').to_owned();
    checked(field, text, TEXT_CHARS)
}

/// A field of several lines that must not be empty: as [`long_text`], and `fault-required`.
pub fn required_long_text(field: &str, text: &str) -> Result<String, Fault> {
    required(field, long_text(field, text)?)
}

/// The text with `\n` as line end, without control and invisible characters (tab stays), kana and dakuten joined.
/// Does not look at lengths or writing direction.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept: String = text
        .chars()
        .filter_map(|c| match c {
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\n' | '\t' => Some(c),
            _ if c.is_control() || is_invisible(c) => None,
            _ => Some(c),
        })
        .collect();
    joined_kana(&kept)
}

/// Characters as a person counts them: 𠮷 is one, and so is a kanji with its variation selector.
pub fn char_count(text: &str) -> usize {
    let mut free = false;
    let mut count = 0;
    for c in text.chars() {
        // One selector per character goes with it; more are no writing and count.
        let rides = free && is_variation_selector(c);
        count += usize::from(!rides);
        free = !rides && !is_variation_selector(c);
    }
    count
}

/// Whether the text turns the direction of writing round, so that what is read is not what is stored.
pub fn has_direction_override(text: &str) -> bool {
    text.contains(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

/// Whether the text has characters of private use (外字): another system's shapes, which nobody else can show. For warnings.
pub fn has_private_use(text: &str) -> bool {
    text.contains(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}'))
}

/// ASCII in half width, kana in full width, ㎎ as mg and the full-width blank as a blank; the rest, ½ and ① too, as it is.
/// For texts that a program reads (medication lines); names stay as typed.
pub fn usual_width(text: &str) -> String {
    let narrow: String = text.chars().map(half_width).collect();
    full_width_kana(&narrow)
        .chars()
        .fold(String::with_capacity(narrow.len()), |mut out, c| {
            match unit(c) {
                Some(letters) => out.push_str(letters),
                None => out.push(c),
            }
            out
        })
}

fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '！'..='～' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        other => other,
    }
}

/// The squared units of prescriptions.
const fn unit(c: char) -> Option<&'static str> {
    match c {
        '㎎' => Some("mg"),
        '㎏' => Some("kg"),
        '㎍' => Some("μg"),
        '㎖' => Some("mL"),
        '㎗' => Some("dL"),
        '㏄' => Some("cc"),
        '㌘' => Some("グラム"),
        '㍉' => Some("ミリ"),
        '㌫' => Some("パーセント"),
        _ => None,
    }
}

/// Joins loose dakuten (か and U+3099, as some computers type が) without touching half-width kana.
fn joined_kana(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let mark = matches!(c, '\u{3099}' | '\u{309A}');
        let before = out.chars().next_back().filter(|_| mark);
        match before.and_then(|before| unicode_normalization::char::compose(before, c)) {
            Some(one) => {
                out.pop();
                out.push(one);
            }
            None => out.push(c),
        }
    }
    out
}

/// Format characters that show nothing and no script of ours needs. Zero-width joiners stay (emoji, Indic names),
/// and so do the overrides, which [`checked`] refuses instead of hiding them.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}'
    )
}

fn checked(field: &str, text: String, max: usize) -> Result<String, Fault> {
    if has_direction_override(&text) {
        return Err(Fault::new(field, "fault-text-direction"));
    }
    if let Some(index) = text.lines().position(|line| line.contains('\u{FFFD}')) {
        return Err(Fault::new(field, "fault-text-encoding").with("line", index + 1));
    }
    let length = char_count(&text);
    if length > max {
        return Err(Fault::new(field, "fault-too-long")
            .with("max", max)
            .with("length", length));
    }
    Ok(text)
}

fn required(field: &str, text: String) -> Result<String, Fault> {
    if text.chars().all(char::is_whitespace) {
        return Err(Fault::new(field, "fault-required"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key_of(result: Result<String, Fault>) -> String {
        result.unwrap_err().key
    }

    #[test]
    fn lines_are_cleaned() {
        for (typed, kept) in [
            ("  山田　太郎\r\n", "山田　太郎"),
            ("山田\t太郎", "山田 太郎"),
            ("山田\n太郎", "山田 太郎"),
            ("山\u{0}田\u{7}\u{1b}[31m", "山田[31m"),
            ("\u{FEFF}山田\u{200B}", "山田"),
            ("か\u{3099}く", "がく"),
            ("𠮷田", "𠮷田"),
            ("辻\u{E0100}", "辻\u{E0100}"),
            ("\u{FA19}谷", "\u{FA19}谷"),
            ("ﾔﾏﾀﾞ", "ﾔﾏﾀﾞ"),
            ("<b>太郎</b>", "<b>太郎</b>"),
            ("", ""),
        ] {
            assert_eq!(line("name", typed, 100).as_deref(), Ok(kept), "{typed:?}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(line("name", &"𠮷".repeat(100), 100).is_ok());
        assert!(line("name", &"辻\u{E0100}".repeat(100), 100).is_ok());
        let fault = line("name", &"あ".repeat(101), 100).unwrap_err();
        assert_eq!(fault.key, "fault-too-long");
        assert_eq!(
            fault.args,
            [
                ("max".to_owned(), "100".to_owned()),
                ("length".to_owned(), "101".to_owned())
            ]
        );
        assert_eq!(
            char_count(&"\u{FE0F}".repeat(50)),
            50,
            "a row of selectors is no free ride"
        );
        assert_eq!(char_count("辻\u{E0100}\u{E0100}\u{E0100}"), 3);
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(
            key_of(line("name", "山田\u{202E}txt", 100)),
            "fault-text-direction"
        );
        assert_eq!(
            key_of(line("name", "山\u{FFFD}田", 100)),
            "fault-text-encoding"
        );
        assert_eq!(
            key_of(required_line("name", "　\u{200B} ", 100)),
            "fault-required"
        );
        assert_eq!(
            key_of(required_long_text("course", "\r\n \r\n")),
            "fault-required"
        );
        let fault = long_text("course", "よい\nわるい\u{FFFD}").unwrap_err();
        assert_eq!(fault.args, [("line".to_owned(), "2".to_owned())]);
        assert_eq!(
            key_of(long_text("course", &"あ".repeat(TEXT_CHARS + 1))),
            "fault-too-long"
        );
    }

    #[test]
    fn long_texts_keep_their_lines() {
        let typed = "\r\n　経過は以下の通り。  \r\n\r\n\t1. 血圧\r　 130/80\u{2028}以上\n\n";
        assert_eq!(
            long_text("course", typed).as_deref(),
            Ok("　経過は以下の通り。\n\n\t1. 血圧\n　 130/80\n以上")
        );
    }

    #[test]
    fn widths_for_programs() {
        assert_eq!(usual_width("ｱﾑﾛｼﾞﾋﾟﾝ錠５㎎　½錠①"), "アムロジピン錠5mg ½錠①");
    }

    #[test]
    fn private_use_is_seen() {
        assert!(has_private_use("山\u{E38B}"));
        assert!(!has_private_use("𠮷辻\u{E0100}髙"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
            if let Ok(once) = long_text("course", &text) {
                prop_assert_eq!(long_text("course", &once), Ok(once));
            }
            if let Ok(once) = line("name", &text, 1000) {
                prop_assert!(!once.contains(char::is_control));
                prop_assert_eq!(line("name", &once, 1000), Ok(once));
            }
        }
    }
}
