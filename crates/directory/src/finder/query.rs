//! Typed words as keys, and which kinds and prefectures they mean.

use renkei_base::code::Prefecture;
use renkei_base::name::search_key;

use super::bits::Bits;
use super::meaning::Meanings;
use crate::Kind;

/// More words than anybody types; the rest is not looked at.
const WORDS: usize = 8;
/// As many characters as anybody types; the rest is not looked at.
const TYPED: usize = 200;

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) key: String,
    /// Kinds (places in `Kind::ALL`) that it means, as bits.
    pub(super) kinds: u32,
    /// The number of the prefecture that it means, or 0.
    pub(super) prefecture: u8,
    /// Those that it means as a tag, a function, a department of a list, an everyday word.
    pub(super) meant: Option<Bits>,
}

impl Word {
    /// Whether only the text can match it.
    pub(super) const fn is_plain(&self) -> bool {
        self.kinds == 0 && self.prefecture == 0 && self.meant.is_none()
    }
}

/// The words, in the order typed.
pub(super) fn words(typed: &str, meanings: &Meanings) -> Vec<Word> {
    let typed: String = typed.chars().take(TYPED).collect();
    // An everyday word may have blanks: cannot sleep.
    let whole = word(&typed, meanings);
    if whole.meant.is_some() {
        return vec![whole];
    }
    let mut words = Vec::new();
    for part in typed.split(|c: char| c.is_whitespace() || c == '\u{3000}' || c == '、') {
        // 東京都目黒区 means both, wherever the address keeps them.
        match Prefecture::of_address(part) {
            Some((prefecture, rest)) if !rest.is_empty() => {
                words.push(word(prefecture.name(), meanings));
                words.push(word(rest, meanings));
            }
            _ => words.push(word(part, meanings)),
        }
    }
    words.retain(|word| !word.key.is_empty());
    words.truncate(WORDS);
    words
}

fn word(text: &str, meanings: &Meanings) -> Word {
    let key = search_key(text);
    let kinds = Kind::ALL.iter().enumerate();
    let meant = kinds.filter(|(_, kind)| kind.words().contains(&key.as_str()));
    Word {
        kinds: meant.fold(0, |bits, (place, _)| bits | 1 << place),
        prefecture: prefecture(text),
        meant: meanings.of(&key).cloned(),
        key,
    }
}

/// By its name only: two digits may be the beginning of any code.
fn prefecture(text: &str) -> u8 {
    let digits = text.chars().any(char::is_numeric);
    Prefecture::parse(text)
        .filter(|_| !digits)
        .map_or(0, Prefecture::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_understood() {
        let keys = |typed| {
            words(typed, &Meanings::default())
                .into_iter()
                .map(|word| word.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("　メグロ　ﾋﾞｮｳｲﾝ "), ["めぐろ", "びょういん"]);
        assert_eq!(keys("東京都目黒区、精神科"), ["東京都", "目黒区", "精神科"]);
        assert_eq!(keys("東京歯科大学"), ["東京歯科大学"]);
        let words = |typed| super::words(typed, &Meanings::default());
        assert_eq!(words("東京").first().map(|word| word.prefecture), Some(13));
        assert_eq!(words("13").first().map(|word| word.prefecture), Some(0));
        assert!(!words("病院").first().unwrap().is_plain());
        assert_eq!(words(&"a ".repeat(100)).len(), WORDS);
    }
}
