//! Typed numbers. What is no number is refused with what to do instead, not guessed at.

use renkei_base::Fault;
use renkei_base::text::usual_width;

use crate::questionnaire::Words;

/// What a number may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    pub unit: &'a Words,
    /// Inclusive: `0`, `99.5`.
    pub least: Option<&'a str>,
    pub most: Option<&'a str>,
    /// Digits after the point.
    pub decimals: u8,
}

/// Digits before the point that are taken: the largest sums of money of the state have fewer.
const DIGITS: usize = 18;
/// Digits after the point that bounds are compared to.
const SCALE: usize = 12;
/// Words that make a number uncertain, before it or behind it.
const ABOUT: [&str; 25] = [
    "約",
    "およそ",
    "おおよそ",
    "概ね",
    "おおむね",
    "程度",
    "ほど",
    "くらい",
    "ぐらい",
    "前後",
    "以上",
    "以下",
    "未満",
    "超",
    "弱",
    "強",
    "数",
    "余",
    "頃",
    "~",
    "〜",
    "≒",
    ">",
    "<",
    "?",
];
/// Words for a share.
const SHARES: [&str; 5] = ["%", "パーセント", "割", "分の", "‰"];
/// Words that say that there is nothing, where a number is wanted.
const NOTHING: [&str; 12] = [
    "なし",
    "無し",
    "無",
    "ない",
    "無い",
    "-",
    "ー",
    "―",
    "—",
    "‐",
    "該当なし",
    "n/a",
];

/// Marks between two numbers.
const BETWEEN: [&str; 13] = [
    "~",
    "〜",
    "～",
    "-",
    "–",
    "—",
    "―",
    "ー",
    "から",
    "ないし",
    "か",
    "、",
    "/",
];
/// Words that say that it cannot be told, which is a choice of its own.
const UNKNOWN: [&str; 8] = [
    "不明",
    "わからない",
    "分からない",
    "未把握",
    "把握していない",
    "非公表",
    "unknown",
    "not known",
];

/// A typed number as it is kept: half-width, without grouping and unit, decimals as typed.
///
/// # Errors
/// `fault-answer-about` (number), `fault-answer-one-number`, `fault-answer-unknown`, `fault-answer-share`,
/// `fault-answer-nothing`, `fault-answer-unit` (number, unit), `fault-answer-bare` (number),
/// `fault-answer-number`, `fault-answer-grouping`, `fault-answer-decimals` (max) or `-whole`, `fault-answer-long`,
/// `fault-answer-range` (least, most), `-least`, `-most`.
pub fn number(field: &str, typed: &str, bounds: Bounds<'_>) -> Result<String, Fault> {
    let text = usual_width(typed).trim().replace('−', "-");
    let bare = without_unit(&text, bounds.unit).trim();
    let kept = plain(bare).map_err(|key| told(field, key, bare, bounds))?;
    let decimals = kept.split_once('.').map_or(0, |(_, behind)| behind.len());
    if decimals > usize::from(bounds.decimals) {
        let key = match bounds.decimals {
            0 => "fault-answer-whole",
            _ => "fault-answer-decimals",
        };
        return Err(Fault::new(field, key).with("max", bounds.decimals));
    }
    within(field, &kept, bounds)?;
    Ok(kept)
}

/// The text without the unit of the question behind it: `20人` is 20 where people are counted.
fn without_unit<'a>(text: &'a str, unit: &Words) -> &'a str {
    let share = match usual_width(&unit.ja).trim() {
        "パーセント" => "%",
        _ => "",
    };
    [unit.ja.as_str(), unit.en.as_str(), share]
        .into_iter()
        .map(usual_width)
        .filter(|unit| !unit.trim().is_empty())
        .find_map(|unit| text.strip_suffix(unit.trim()))
        .filter(|rest| rest.trim().ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(text)
}

/// Digits with at most one point; sign, grouping and leading zeros are put in order. The key of the fault otherwise.
fn plain(text: &str) -> Result<String, &'static str> {
    let (negative, rest) = match text.strip_prefix(['-', '△', '▲']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (before, behind) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if !digits(behind) || (rest.contains('.') && behind.is_empty()) {
        return Err("fault-answer-number");
    }
    let before = ungrouped(before)?;
    if !digits(&before) || (before.is_empty() && behind.is_empty()) {
        return Err("fault-answer-number");
    }
    let whole = match before.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    if whole.len() > DIGITS || behind.len() > SCALE {
        return Err("fault-answer-long");
    }
    let point = if behind.is_empty() { "" } else { "." };
    let zero = whole == "0" && behind.chars().all(|c| c == '0');
    let sign = if negative && !zero { "-" } else { "" };
    Ok(format!("{sign}{whole}{point}{behind}"))
}

/// `1,234` is 1234; `1,23` is refused: it may be a decimal of elsewhere.
fn ungrouped(text: &str) -> Result<String, &'static str> {
    if !text.contains(',') {
        return Ok(text.to_owned());
    }
    let groups: Vec<&str> = text.split(',').collect();
    let (first, rest) = groups.split_first().unwrap_or((&"", &[]));
    let right = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if !right {
        return Err("fault-answer-grouping");
    }
    Ok(groups.concat())
}

/// The fault that says best what is wrong with a text that is no number.
fn told(field: &str, key: &'static str, text: &str, bounds: Bounds<'_>) -> Fault {
    if key != "fault-answer-number" {
        return Fault::new(field, key).with("max", DIGITS);
    }
    let lower = text.to_lowercase();
    if NOTHING.contains(&lower.as_str()) {
        return Fault::new(field, "fault-answer-nothing");
    }
    if UNKNOWN.contains(&lower.as_str()) {
        return Fault::new(field, "fault-answer-unknown");
    }
    if is_two(text) {
        return Fault::new(field, "fault-answer-one-number");
    }
    let found = digits_in(text);
    if SHARES.iter().any(|word| lower.contains(word)) {
        return Fault::new(field, "fault-answer-share").with("number", found);
    }
    if !found.is_empty() && ABOUT.iter().any(|word| text.contains(word)) {
        return Fault::new(field, "fault-answer-about").with("number", found);
    }
    let behind = text
        .strip_prefix(found.as_str())
        .filter(|_| !found.is_empty());
    if behind.is_some_and(is_exponent) {
        return Fault::new(field, key);
    }
    if behind.is_some_and(|behind| behind.trim().starts_with(char::is_alphabetic)) {
        let unit = bounds.unit.ja.clone();
        return if unit.is_empty() {
            Fault::new(field, "fault-answer-bare").with("number", found)
        } else {
            Fault::new(field, "fault-answer-unit")
                .with("number", found)
                .with("unit", unit)
        };
    }
    Fault::new(field, key)
}

/// `20~30`, `20か30`: two numbers with a mark between them.
fn is_two(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let behind = first.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let last = behind.trim_end_matches(|c: char| !c.is_ascii_digit());
    !last.is_empty() && BETWEEN.iter().any(|mark| last.contains(mark))
}

/// `e3` of `1e3`, as programs write large numbers.
fn is_exponent(behind: &str) -> bool {
    behind.strip_prefix(['e', 'E']).is_some_and(|rest| {
        rest.trim_start_matches(['+', '-'])
            .starts_with(|c: char| c.is_ascii_digit())
    })
}

/// The first digits of a text.
fn digits_in(text: &str) -> String {
    text.chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .collect::<String>()
        .trim_end_matches(['.', ','])
        .to_owned()
}

fn within(field: &str, kept: &str, bounds: Bounds<'_>) -> Result<(), Fault> {
    let value = scaled(kept);
    let beyond = |bound: Option<&str>, wrong: fn(i128, i128) -> bool| {
        bound.is_some_and(|bound| match (value, scaled(bound)) {
            (Some(value), Some(bound)) => wrong(value, bound),
            _ => false,
        })
    };
    let low = beyond(bounds.least, |value, least| value < least);
    let high = beyond(bounds.most, |value, most| value > most);
    if !low && !high {
        return Ok(());
    }
    Err(match (bounds.least, bounds.most) {
        (Some(least), Some(most)) => Fault::new(field, "fault-answer-range")
            .with("least", least)
            .with("most", most),
        (Some(least), None) => Fault::new(field, "fault-answer-least").with("least", least),
        (_, most) => Fault::new(field, "fault-answer-most").with("most", most.unwrap_or_default()),
    })
}

/// A plain number times 10 to the 12th, for comparing without rounding.
pub fn scaled(text: &str) -> Option<i128> {
    let text = plain(text).ok()?;
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let (before, behind) = rest.split_once('.').unwrap_or((rest, ""));
    let digits: i128 = format!("{before}{behind:0<SCALE$}").parse().ok()?;
    Some(if negative { -digits } else { digits })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people() -> Words {
        Words {
            ja: "人".to_owned(),
            en: "people".to_owned(),
        }
    }

    fn read(typed: &str, decimals: u8) -> Result<String, String> {
        let unit = people();
        let bounds = Bounds {
            unit: &unit,
            least: Some("0"),
            most: Some("99999.5"),
            decimals,
        };
        number("a1", typed, bounds).map_err(|fault| fault.key)
    }

    #[test]
    fn numbers_as_people_type_them() {
        for (typed, kept) in [
            ("20", "20"),
            ("２０", "20"),
            (" ２０ 人", "20"),
            ("20people", "20"),
            ("1,234", "1234"),
            ("１，２３４", "1234"),
            ("007", "7"),
            ("0", "0"),
            ("-0", "0"),
            ("+5", "5"),
            ("99999", "99999"),
        ] {
            assert_eq!(read(typed, 0).as_deref(), Ok(kept), "{typed}");
        }
        for (typed, kept) in [("2.50", "2.50"), ("．５", "0.5"), ("99999.5", "99999.5")] {
            assert_eq!(read(typed, 2).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        for (typed, key) in [
            ("約20", "fault-answer-about"),
            ("20人程度", "fault-answer-about"),
            ("10〜20", "fault-answer-one-number"),
            ("10~20", "fault-answer-one-number"),
            ("20人～30人", "fault-answer-one-number"),
            ("20-30", "fault-answer-one-number"),
            ("不明", "fault-answer-unknown"),
            ("20以上", "fault-answer-about"),
            ("数百", "fault-answer-number"),
            ("50%", "fault-answer-share"),
            ("５０％", "fault-answer-share"),
            ("5割", "fault-answer-share"),
            ("三分の一", "fault-answer-share"),
            ("なし", "fault-answer-nothing"),
            ("ー", "fault-answer-nothing"),
            ("-", "fault-answer-nothing"),
            ("20件", "fault-answer-unit"),
            ("二十", "fault-answer-number"),
            ("1e3", "fault-answer-number"),
            ("1E+2", "fault-answer-number"),
            ("1,23", "fault-answer-grouping"),
            ("1.", "fault-answer-number"),
            (".", "fault-answer-number"),
            ("1.5", "fault-answer-whole"),
            ("-1", "fault-answer-range"),
            ("△1", "fault-answer-range"),
            ("100000", "fault-answer-range"),
            ("1234567890123456789", "fault-answer-long"),
        ] {
            assert_eq!(read(typed, 0), Err(key.to_owned()), "{typed}");
        }
        assert_eq!(read("1.555", 2), Err("fault-answer-decimals".to_owned()));
        let unit = people();
        let bounds = Bounds {
            unit: &unit,
            least: None,
            most: None,
            decimals: 0,
        };
        let fault = number("a1", "約２０", bounds).unwrap_err();
        assert_eq!(fault.args, [("number".to_owned(), "20".to_owned())]);
    }

    #[test]
    fn a_share_is_a_number_where_the_unit_is_one() {
        let unit = Words {
            ja: "％".to_owned(),
            en: "%".to_owned(),
        };
        let bounds = Bounds {
            unit: &unit,
            least: Some("0"),
            most: Some("100"),
            decimals: 1,
        };
        assert_eq!(number("a1", "50.5％", bounds).as_deref(), Ok("50.5"));
    }

    #[test]
    fn bounds_are_compared_exactly() {
        for (less, more) in [
            ("0.1", "0.10000001"),
            ("-2", "-1.5"),
            ("9", "10"),
            ("-0.5", "0"),
        ] {
            assert!(scaled(less) < scaled(more), "{less} {more}");
        }
        assert_eq!(scaled("1.50"), scaled("1.5"));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_it_is_a_number_or_a_fault(typed in any::<String>()) {
            if let Ok(kept) = read(&typed, 3) {
                prop_assert_eq!(read(&kept, 3), Ok(kept.clone()));
                prop_assert!(scaled(&kept).is_some());
            }
        }
    }
}
