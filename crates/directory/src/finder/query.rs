//! Typed words as keys, and which kinds and prefectures they mean.

use renkei_base::code::Prefecture;
use renkei_base::name::search_key;

use crate::Kind;

/// More words than anybody types; the rest is not looked at.
const WORDS: usize = 8;

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) key: String,
    /// Kinds (places in `Kind::ALL`) that it means, as bits.
    pub(super) kinds: u32,
    /// The number of the prefecture that it means, or 0.
    pub(super) prefecture: u8,
}

impl Word {
    /// Whether only the text can match it.
    pub(super) const fn is_plain(&self) -> bool {
        self.kinds == 0 && self.prefecture == 0
    }
}

/// The words, in the order typed.
pub(super) fn words(typed: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for part in typed.split(|c: char| c.is_whitespace() || c == '\u{3000}' || c == '、') {
        // 東京都目黒区 means both, wherever the address keeps them.
        match Prefecture::of_address(part) {
            Some((prefecture, rest)) if !rest.is_empty() => {
                words.push(word(prefecture.name()));
                words.push(word(rest));
            }
            _ => words.push(word(part)),
        }
    }
    words.retain(|word| !word.key.is_empty());
    words.truncate(WORDS);
    words
}

fn word(text: &str) -> Word {
    let key = search_key(text);
    let kinds = Kind::ALL.iter().enumerate();
    let meant = kinds.filter(|(_, kind)| kind.words().contains(&key.as_str()));
    Word {
        kinds: meant.fold(0, |bits, (place, _)| bits | 1 << place),
        prefecture: prefecture(text),
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
            words(typed)
                .into_iter()
                .map(|word| word.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("　メグロ　ﾋﾞｮｳｲﾝ "), ["めぐろ", "びょういん"]);
        assert_eq!(keys("東京都目黒区、精神科"), ["東京都", "目黒区", "精神科"]);
        assert_eq!(keys("東京歯科大学"), ["東京歯科大学"]);
        assert_eq!(words("東京").first().map(|word| word.prefecture), Some(13));
        assert_eq!(words("13").first().map(|word| word.prefecture), Some(0));
        assert!(!words("病院").first().unwrap().is_plain());
        assert_eq!(words(&"a ".repeat(100)).len(), WORDS);
    }
}
