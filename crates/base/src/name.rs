//! Search keys and sort keys of Japanese names: what is typed with any keyboard finds what is written in any form.

mod variant;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

/// The key under which a name, title or address is stored for searching, and to which the words of a query are folded.
///
/// NFKC, lower case, hiragana, one dash (`-`, also for the long vowel), no blanks, middle dots or apostrophes, one form of each kanji,
/// `々` written out. Empty for a text without anything to search. Idempotent.
pub fn search_key(text: &str) -> String {
    fold_common(text).unwrap_or_else(|| fold_until_stable(text))
}

fn fold_until_stable(text: &str) -> String {
    let mut key = fold_once(text);
    // A second pass is needed only where folding made new pairs (か + blank + dakuten). Every known text is stable after three.
    for _ in 0..4 {
        let next = fold_once(&key);
        if next == key {
            break;
        }
        key = next;
    }
    key
}

/// As [`fold_once`], for texts of characters that normalisation maps one by one and that never join: nearly all of them,
/// and several times faster. None where another occurs.
fn fold_common(text: &str) -> Option<String> {
    let mut key = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    for c in text.chars() {
        let narrow = match c {
            ' '..='~' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '・' | '々' | '\u{3000}' => c,
            '\u{4E00}'..='\u{9FFF}' => c,
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => shifted(c, -0xFEE0),
            _ => return None,
        };
        if is_ignored(narrow) {
            continue;
        }
        let folded = folded(narrow.to_ascii_lowercase(), before);
        key.push(folded);
        before = Some(folded);
    }
    Some(key)
}

fn fold_once(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let kept = text.chars().filter(|c| !is_ignored(*c)).map(joining_mark);
    for c in kept.nfkc().flat_map(char::to_lowercase).nfkc() {
        if is_ignored(c) {
            continue;
        }
        let folded = folded(c, before);
        key.push(folded);
        before = Some(folded);
    }
    key
}

/// One character after normalisation, and the one that was folded before it.
fn folded(c: char, before: Option<char>) -> char {
    match c {
        '々' | 'ゝ' | 'ヽ' => before.unwrap_or(c),
        'ヵ' | 'ゕ' => 'か',
        'ヶ' | 'ゖ' => 'け',
        dash if is_dash(dash) => '-',
        other => variant::fold(hiragana_of(other)),
    }
}

/// The key that lists are ordered by (五十音順): compare the bytes (`collate "C"` on PostgreSQL).
///
/// First level: kana without marks and in full size, the long vowel as the vowel it prolongs. After a blank, which
/// sorts before everything, the search key decides: か before が, っ before つ.
pub fn kana_sort_key(kana: &str) -> String {
    let key = search_key(kana);
    let mut base = String::with_capacity(key.len() * 2 + 1);
    let mut before = None;
    for c in key.nfd() {
        let plain = match c {
            '\u{3099}' | '\u{309A}' => continue,
            '-' => before.and_then(vowel_of).unwrap_or(c),
            other => full_size(other),
        };
        base.push(plain);
        before = Some(plain);
    }
    base.push(' ');
    base.push_str(&key);
    base
}

/// Full-width katakana for all kana, whatever they were; the rest stays as it is.
pub fn to_katakana(text: &str) -> String {
    full_width_kana(text).chars().map(katakana_of).collect()
}

/// Hiragana for all kana, whatever they were; the rest stays as it is.
pub fn to_hiragana(text: &str) -> String {
    full_width_kana(text).chars().map(hiragana_of).collect()
}

/// Whether this can stand in a kana field: at least one kana, and besides kana only long vowels, middle dots and blanks.
pub fn is_kana(text: &str) -> bool {
    let mut any = false;
    for c in full_width_kana(text).chars() {
        let kana = matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ');
        if !(kana || c.is_whitespace() || matches!(c, 'ー' | '・')) {
            return false;
        }
        any |= kana;
    }
    any
}

/// Half-width kana become full-width, and kana followed by a loose dakuten or handakuten become one character.
/// Nothing else changes: a general normalisation would replace the 神 of U+FA19 by the common one.
pub(crate) fn full_width_kana(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let wide = text.chars().flat_map(|c| match c {
        '\u{FF61}'..='\u{FF9F}' => std::iter::once(c).nfkc().next(),
        other => Some(joining_mark(other)),
    });
    for c in wide {
        let joined = match c {
            '\u{3099}' | '\u{309A}' => out.chars().next_back().and_then(|last| compose(last, c)),
            _ => None,
        };
        match joined {
            Some(one) => {
                out.pop();
                out.push(one);
            }
            None => out.push(c),
        }
    }
    out
}

/// The joining form of a spacing dakuten or handakuten (NFKC would put a blank between kana and mark).
fn joining_mark(c: char) -> char {
    match c {
        '゛' | 'ﾞ' => '\u{3099}',
        '゜' | 'ﾟ' => '\u{309A}',
        other => other,
    }
}

/// Variation selectors: they choose a glyph (辻 with one dot or two), not a character.
pub(crate) const fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_variation_selector(c)
        || matches!(
            c,
            '・' | '･' | '·' | '\'' | '’' | '＇' | '\u{AD}' | '\u{200B}'
                ..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
        )
}

pub(crate) const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '−' | '─' | '━' | 'ー' | 'ｰ' | '－' | '﹣' | '﹘'
    )
}

fn hiragana_of(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(c, -0x60),
        other => other,
    }
}

fn katakana_of(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(c, 0x60),
        other => other,
    }
}

fn shifted(c: char, by: i32) -> char {
    u32::from(c)
        .checked_add_signed(by)
        .and_then(char::from_u32)
        .unwrap_or(c)
}

fn full_size(c: char) -> char {
    match c {
        'ぁ' => 'あ',
        'ぃ' => 'い',
        'ぅ' => 'う',
        'ぇ' => 'え',
        'ぉ' => 'お',
        'っ' => 'つ',
        'ゃ' => 'や',
        'ゅ' => 'ゆ',
        'ょ' => 'よ',
        'ゎ' => 'わ',
        other => other,
    }
}

/// The vowel of a full-size kana without marks.
fn vowel_of(c: char) -> Option<char> {
    const ROWS: [(char, &str); 5] = [
        ('あ', "あかさたなはまやらわ"),
        ('い', "いきしちにひみりゐ"),
        ('う', "うくすつぬふむゆる"),
        ('え', "えけせてねへめれゑ"),
        ('お', "おこそとのほもよろを"),
    ];
    ROWS.iter()
        .find(|(_, row)| row.contains(c))
        .map(|(vowel, _)| *vowel)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_name_typed_differently_has_one_key() {
        for (one, other) in [
            ("山田太郎", "山田 太郎"),
            ("山田太郎", "山田　太郎 "),
            ("ﾔﾏﾀﾞ", "やまだ"),
            ("ヤマダ", "やまだ"),
            ("ﾎﾟｰﾙ", "ぽーる"),
            ("か゛", "が"),
            ("か\u{3099}", "ガ"),
            ("山崎", "山﨑"),
            ("山碕", "山嵜"),
            ("髙橋", "高橋"),
            ("渡邉", "渡邊"),
            ("渡辺", "渡邊\u{E0104}"),
            ("斉藤", "齋藤"),
            ("齊藤", "斎藤"),
            ("𠮷野", "吉野"),
            ("濵田", "浜田"),
            ("龍彌", "竜弥"),
            ("佐々木", "佐佐木"),
            ("\u{F9DC}", "隆"),
            ("\u{FA19}", "神"),
            ("辻\u{E0100}", "辻"),
            ("ジョン・スミス", "ジョンスミス"),
            ("O'BRIEN", "obrien"),
            ("O’Brien", "obrien"),
            ("鎌ヶ谷", "鎌ケ谷"),
            ("１−２―３", "1-2-3"),
            ("コーヒー", "こーひー"),
            ("ＡＢＣ医院", "abc医院"),
            ("㈱", "(株)"),
            ("臺灣", "台湾"),
            ("藥局", "薬局"),
        ] {
            assert_eq!(search_key(one), search_key(other), "{one} {other}");
        }
    }

    #[test]
    fn different_names_keep_different_keys() {
        for (one, other) in [
            ("やまだ", "やまた"),
            ("太一", "太ー"),
            ("山口", "山ロ"),
            ("李", "杏"),
        ] {
            assert_ne!(search_key(one), search_key(other), "{one} {other}");
        }
    }

    #[test]
    fn one_and_two_characters_are_found_inside_a_name() {
        let name = search_key("𠮷田　龍之介");
        for word in ["吉", "𠮷", "竜", "田龍", "之"] {
            assert!(name.contains(&search_key(word)), "{word}");
        }
        assert_eq!(search_key("々"), "々");
        assert_eq!(search_key(" 　"), "");
    }

    #[test]
    fn lists_are_in_gojuon_order() {
        let sorted = [
            "アイダ",
            "あおき",
            "ああ",
            "かーた",
            "かあつ",
            "カトウ",
            "がとう",
            "かとうだ",
            "さつき",
            "さっき",
            "はた",
            "ぱた",
            "ばた",
            "わだ",
        ];
        let mut names = sorted;
        names.sort_by_key(|name| kana_sort_key(name));
        assert_eq!(
            names,
            [
                "ああ",
                "アイダ",
                "あおき",
                "かーた",
                "かあつ",
                "カトウ",
                "がとう",
                "かとうだ",
                "さっき",
                "さつき",
                "はた",
                "ばた",
                "ぱた",
                "わだ"
            ]
        );
    }

    #[test]
    fn kana_fields() {
        assert_eq!(to_katakana("やまだ ﾀﾛｳ"), "ヤマダ タロウ");
        assert_eq!(to_katakana("ﾊﾞｰﾍﾞｷｭｰ"), "バーベキュー");
        assert_eq!(to_hiragana("ヤマダ　ｼﾞﾛｳ"), "やまだ　じろう");
        assert_eq!(
            to_katakana("\u{FA19}"),
            "\u{FA19}",
            "compatibility kanji stay"
        );
        for good in [
            "やまだ",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            "ヴァン・デル・ベルグ",
            "キャサリーン",
            "か\u{3099}",
        ] {
            assert!(is_kana(good), "{good}");
        }
        for bad in ["", "　", "ー", "山田", "Yamada", "やまだ1"] {
            assert!(!is_kana(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn keys_are_idempotent(text in "\\PC*") {
            let key = search_key(&text);
            prop_assert_eq!(&search_key(&key), &key);
        }

        #[test]
        fn keys_of_japanese_are_idempotent(text in "[ぁ-ヾ゛゜ｦ-ﾟ\u{3099}\u{309A} 々-〇一-十\u{FA11}-\u{FA2D}ー・A-zＡ-Ｚ\u{E0100}]{0,12}") {
            let key = search_key(&text);
            prop_assert_eq!(&search_key(&key), &key);
            prop_assert!(!key.chars().any(char::is_whitespace));
        }

        #[test]
        fn common_texts_have_the_same_key_on_the_short_way(text in "[ -~ぁ-ゖァ-ヺー・々\u{3000}一-\u{9FFF}髙﨑０-９Ａ-Ｚａ-ｚヵヶ]{0,12}") {
            if let Some(key) = fold_common(&text) {
                prop_assert_eq!(key, fold_until_stable(&text));
            }
        }

        #[test]
        fn katakana_and_hiragana_have_one_key(text in "[ぁ-ゖー]{1,12}") {
            prop_assert_eq!(search_key(&text), search_key(&to_katakana(&text)));
            prop_assert_eq!(kana_sort_key(&text), kana_sort_key(&to_katakana(&text)));
            prop_assert_eq!(to_hiragana(&to_katakana(&text)), text);
        }
    }
}
