//! Furigana in the texts of the message files, written as 漢字《かんじ》, or ｜子ども《こども》 where the word is more than kanji.

use std::borrow::Cow;

const OPEN: char = '《';
const CLOSE: char = '》';
const FROM: char = '｜';
/// Stands for [`OPEN`] in values that come from people, which have no readings. For private use in Unicode.
const OTHER: char = '\u{E000}';

/// A value as it goes into a text.
pub(crate) fn guarded(value: &str) -> Cow<'_, str> {
    if value.contains(OPEN) {
        value.replace(OPEN, "\u{E000}").into()
    } else {
        value.into()
    }
}

fn unguarded(text: String) -> String {
    if text.contains(OTHER) {
        text.replace(OTHER, "《")
    } else {
        text
    }
}

/// The text without its readings.
pub(crate) fn plain(text: String) -> String {
    if !text.contains(OPEN) {
        return unguarded(text);
    }
    let mut out = String::with_capacity(text.len());
    for piece in pieces(&text) {
        out.push_str(piece.text);
    }
    unguarded(out)
}

/// The text as HTML, with its readings above the words or without.
pub(crate) fn html(text: &str, shown: bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in pieces(text) {
        match piece.reading.filter(|_| shown) {
            Some(reading) => {
                out.push_str("<ruby>");
                escape(piece.text, &mut out);
                out.push_str("<rp>（</rp><rt>");
                escape(reading, &mut out);
                out.push_str("</rt><rp>）</rp></ruby>");
            }
            None => escape(piece.text, &mut out),
        }
    }
    unguarded(out)
}

struct Piece<'a> {
    text: &'a str,
    reading: Option<&'a str>,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((reading, next)) = after.split_once(CLOSE) else {
            break;
        };
        let (plain, word) = match before.rsplit_once(FROM) {
            Some((plain, word)) => (plain, word),
            None => before.split_at(start_of_kanji(before)),
        };
        pieces.push(Piece {
            text: plain,
            reading: None,
        });
        pieces.push(Piece {
            text: word,
            reading: Some(reading),
        });
        rest = next;
    }
    pieces.push(Piece {
        text: rest,
        reading: None,
    });
    pieces
}

/// Where the kanji at the end of a text begin.
fn start_of_kanji(text: &str) -> usize {
    let kanji = |c: &char| matches!(c, '\u{3400}'..='\u{9FFF}' | '々' | '\u{F900}'..='\u{FAFF}');
    let end = text.chars().rev().take_while(kanji).map(char::len_utf8);
    text.len() - end.sum::<usize>()
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&#38;"),
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_stand_above_their_words_or_nowhere() {
        let text = "お医者《いしゃ》さんに ｜聞く《きく》 <1>";
        assert_eq!(plain(text.to_owned()), "お医者さんに 聞く <1>");
        assert_eq!(html(text, false), "お医者さんに 聞く &#60;1&#62;");
        assert_eq!(
            html("お医者《いしゃ》さん", true),
            "お<ruby>医者<rp>（</rp><rt>いしゃ</rt><rp>）</rp></ruby>さん"
        );
        assert_eq!(plain("《".to_owned()), "《");
    }

    #[test]
    fn values_have_no_readings() {
        let text = format!("相談《そうだん》：{}", guarded("《新館》<b>"));
        assert_eq!(plain(text.clone()), "相談：《新館》<b>");
        assert!(html(&text, true).ends_with("：《新館》&#60;b&#62;"));
    }
}
