//! The bullet or number in front of a pasted line.

use crate::name::is_dash;
use crate::text::{clean, usual_width};

/// The number in front of a line, and the line in usual widths without bullet and number.
pub(super) fn marker(original: &str) -> (Option<u32>, String) {
    let text = usual_width(&clean(original));
    let text = text.trim_start().trim_start_matches(is_bullet).trim_start();
    let mut chars = text.chars();
    if let Some(number) = chars.next().and_then(circled) {
        let rest = chars.as_str().trim_start_matches([')', '.', ':', '、']);
        return (
            Some(number),
            rest.trim_start_matches(is_bullet).trim().to_owned(),
        );
    }
    match numbered(text) {
        Some((number, rest)) => (
            Some(number),
            rest.trim_start_matches(is_bullet).trim().to_owned(),
        ),
        None => (None, text.trim_end().to_owned()),
    }
}

/// `Rp1)`, `Rp.1`, `処方1`, `【Rp1】`, `No.1`, `(1)`, `1)`, `1.`, `1:` and a first spreadsheet column.
fn numbered(text: &str) -> Option<(u32, &str)> {
    let opened = text.trim_start_matches(['(', '[', '【', '<', '〔']);
    let is_opened = opened.len() < text.len();
    let named = strip_name(opened);
    let digits_from = named.unwrap_or(opened);
    let rest = digits_from.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = digits_from
        .strip_suffix(rest)
        .filter(|digits| (1..=2).contains(&digits.len()))?;
    let number = digits.parse().ok()?;
    let mut after = rest.chars();
    let ended = match after.next() {
        None => named.is_some(),
        Some(')' | ']' | '】' | '>' | '〕') => true,
        // Not 1.5g, not 5-FU.
        Some('.' | ':' | '、') if !is_opened => {
            !after.as_str().starts_with(|c: char| c.is_ascii_digit())
        }
        Some('\t') => true,
        Some(c) if named.is_some() => return (!c.is_ascii_digit()).then_some((number, rest)),
        _ => false,
    };
    ended.then(|| {
        (
            number,
            after
                .as_str()
                .trim_start_matches([')', ']', '】', '.', ':']),
        )
    })
}

/// What follows `Rp`, `Rp.`, `No.` or `処方`, where digits follow.
fn strip_name(text: &str) -> Option<&str> {
    let names = ["Rp", "RP", "rp", "No", "NO", "no", "処方"];
    let rest = names.iter().find_map(|name| text.strip_prefix(name))?;
    let rest = rest.trim_start_matches(['.', ' ', ':', '-']);
    rest.starts_with(|c: char| c.is_ascii_digit())
        .then_some(rest)
}

fn circled(c: char) -> Option<u32> {
    let from = |first: char, number: u32| {
        u32::from(c)
            .checked_sub(u32::from(first))
            .map(|n| n + number)
    };
    match c {
        '①'..='⑳' => from('①', 1),
        '㉑'..='㉟' => from('㉑', 21),
        '⑴'..='⒇' => from('⑴', 1),
        '⒈'..='⒛' => from('⒈', 1),
        '❶'..='❿' => from('❶', 1),
        _ => None,
    }
}

fn is_bullet(c: char) -> bool {
    matches!(
        c,
        '・' | '·'
            | '•'
            | '●'
            | '○'
            | '◯'
            | '◎'
            | '■'
            | '□'
            | '◆'
            | '◇'
            | '▲'
            | '△'
            | '▼'
            | '▽'
            | '▪'
            | '*'
            | '〇'
    ) || (is_dash(c) && c != 'ー')
}
