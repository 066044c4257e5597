//! The embedded fonts: BIZ UDP Gothic for labels and tickets, BIZ UD Mincho (of fixed width, so that columns of results stay columns) for text, IPAmj Mincho for rare kanji.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;

include!(concat!(env!("OUT_DIR"), "/fonts.rs"));

/// File of the running text.
const TEXT: &str = "BIZUDMincho-Regular.ttf";
/// File whose font knows the kanji of family registers and their variation sequences.
const RARE: &str = "ipamjm.ttf";

/// All fonts, loaded once for the process.
pub(crate) static CASE: LazyLock<Case> = LazyLock::new(Case::load);

/// The type case: typst's book and the fonts in the book's order.
pub(crate) struct Case {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
    text: Option<FontInstance>,
    rare: Option<FontInstance>,
}

/// Which font draws a character with a variation selector.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The fonts of the running text (BIZ UD fonts share their repertoire).
    Text,
    /// Only IPAmj Mincho.
    Rare,
    /// None: the plain character must do.
    None,
}

impl Case {
    fn load() -> Self {
        let named: Vec<(&str, Font)> = files()
            .into_iter()
            .flat_map(|(name, bytes)| Font::iter(Bytes::new(bytes)).map(move |font| (name, font)))
            .collect();
        let find = |file| {
            named
                .iter()
                .find(|(name, _)| *name == file)
                .map(|(_, font)| instance(font))
        };
        let (text, rare) = (find(TEXT), find(RARE));
        let fonts: Vec<Font> = named.into_iter().map(|(_, font)| font).collect();
        Self {
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            text,
            rare,
        }
    }

    /// Whether some font has a glyph for the character.
    pub(crate) fn covers(&self, character: char) -> bool {
        self.fonts
            .iter()
            .any(|font| font.info().coverage.contains(u32::from(character)))
    }

    /// Whether the fonts of the text lack a glyph that the rare one has.
    pub(crate) fn only_rare(&self, character: char) -> bool {
        let has = |font: &Option<FontInstance>| {
            font.as_ref()
                .is_some_and(|font| font.font().info().coverage.contains(u32::from(character)))
        };
        has(&self.rare) && !has(&self.text)
    }

    /// The font for this character with this variation selector.
    pub(crate) fn variant(&self, character: char, selector: char) -> Variant {
        let has = |font: &Option<FontInstance>| {
            font.as_ref().is_some_and(|font| {
                font.ttf()
                    .glyph_variation_index(character, selector)
                    .is_some()
            })
        };
        match (has(&self.text), has(&self.rare)) {
            (true, _) => Variant::Text,
            (false, true) => Variant::Rare,
            (false, false) => Variant::None,
        }
    }
}

fn instance(font: &Font) -> FontInstance {
    font.clone().instantiate(
        FontVariant::default(),
        Abs::pt(10.0),
        &FontVariations::default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_that_the_templates_name_are_there() {
        let families: Vec<&str> = CASE.book.families().map(|(name, _)| name).collect();
        assert_eq!(families, ["BIZ UDMincho", "BIZ UDPGothic", "IPAmjMincho"]);
    }

    #[test]
    fn rare_kanji_of_names_have_glyphs() {
        for character in "髙﨑𠮷齋邉渡祐德濵㐂".chars() {
            assert!(CASE.covers(character), "{character}");
        }
        assert!(CASE.only_rare('𠮷') && !CASE.only_rare('髙'));
        assert!(!CASE.covers('\u{1F600}'));
        assert_eq!(CASE.variant('辻', '\u{E0100}'), Variant::Text);
        assert_eq!(CASE.variant('邉', '\u{E010F}'), Variant::Rare);
        assert_eq!(CASE.variant('山', '\u{E01EF}'), Variant::None);
    }
}
