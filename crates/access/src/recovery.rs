//! Recovery codes: ten, on paper, each good once in place of the second factor. The password is still needed.

use renkei_base::{Id, Ids};

use crate::secret::digest;

pub(crate) const CODES: usize = 10;
const GROUPS: usize = 4;
const GROUP: usize = 4;
/// Crockford's alphabet: no letter that looks like a digit or another letter.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, `xxxx-xxxx-xxxx-xxxx` (80 bits each). Shown once.
pub(crate) fn new_codes(ids: &dyn Ids) -> Vec<String> {
    (0..CODES).map(|_| code(ids.secret())).collect()
}

fn code(secret: [u8; 32]) -> String {
    let letters: Vec<char> = secret
        .iter()
        .take(GROUPS * GROUP)
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
        .map(|byte| char::from(*byte))
        .collect();
    let groups: Vec<String> = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// What is stored, however it was typed; `None` for what cannot be a code.
pub(crate) fn hash(account: &Id, typed: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = typed
        .nfkc()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .take(GROUPS * GROUP + 1)
        .collect();
    (plain.len() == GROUPS * GROUP).then(|| digest(account.as_str(), &plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let account: Id = "a1".parse().unwrap();
        let shown = code(std::array::from_fn(|i| u8::try_from(i * 37 % 256).unwrap()));
        insta::assert_snapshot!(shown, @"05af-msy3-8djq-w16b");
        let stored = hash(&account, &shown).unwrap();
        assert_eq!(
            hash(&account, "  O5AF MSY3 8DJQ WI6B ").as_ref(),
            Some(&stored)
        );
        assert_eq!(
            hash(&account, "０５ａｆmsy38djqwl6b").as_ref(),
            Some(&stored)
        );
        assert_ne!(hash(&"a2".parse().unwrap(), &shown), Some(stored));
        assert_eq!(hash(&account, "123456"), None);
        assert_eq!(hash(&account, &shown.repeat(2)), None);
    }
}
