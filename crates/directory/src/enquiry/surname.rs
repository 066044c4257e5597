//! Names without a title: a common surname alone, or with a given name behind it. Pure.

use super::nameless::is_kanji;

/// Common surnames that are no word and no well-known place besides.
const COMMON: [&str; 78] = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "渡邊",
    "渡邉",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "松本",
    "井上",
    "木村",
    "斎藤",
    "斉藤",
    "齋藤",
    "齊藤",
    "山崎",
    "阿部",
    "橋本",
    "山下",
    "中島",
    "前田",
    "藤田",
    "後藤",
    "岡田",
    "長谷川",
    "村上",
    "近藤",
    "坂本",
    "遠藤",
    "青木",
    "藤井",
    "西村",
    "福田",
    "三浦",
    "藤原",
    "岡本",
    "松田",
    "中川",
    "原田",
    "田村",
    "竹内",
    "石田",
    "森田",
    "柴田",
    "酒井",
    "工藤",
    "宮本",
    "内田",
    "安藤",
    "谷口",
    "丸山",
    "今井",
    "藤本",
    "武田",
    "村田",
    "杉山",
    "増田",
    "菅原",
    "岩崎",
    "桜井",
    "櫻井",
    "野口",
    "松尾",
    "木下",
    "菊地",
    "菊池",
    "野村",
    "新井",
    "川口",
    "吉川",
    "河野",
];
/// A kanji behind a surname with which the word is an institution or a place: 田中医院, 川口市, 前田北.
const PLACES: &str =
    "医病内外歯眼皮薬院総記県市区町村駅郡線式公台橋川通北南東西産婦耳整神小中大高学保老特デ";
/// Characters of a given name.
const GIVEN: std::ops::RangeInclusive<usize> = 1..=3;
/// What follows a surname that stands alone.
const AFTER: [&str; 12] = [
    "から", "より", "が", "は", "の", "に", "を", "と", "も", "、", "。", " ",
];

/// Whether a text has a surname that stands for a person.
pub(super) fn names_somebody(text: &str) -> bool {
    COMMON.iter().any(|surname| {
        text.match_indices(surname).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + surname.len()..).unwrap_or_default();
            !before.is_some_and(is_kanji) && is_person(after)
        })
    })
}

fn is_person(after: &str) -> bool {
    let rest = after.trim_start_matches([' ', '\u{3000}']);
    let given: String = rest.chars().take_while(|c| is_kanji(*c)).collect();
    if given.chars().next().is_some_and(|c| PLACES.contains(c)) {
        return false;
    }
    match given.chars().count() {
        0 => after.is_empty() || AFTER.iter().any(|word| after.starts_with(word)),
        count => GIVEN.contains(&count),
    }
}
