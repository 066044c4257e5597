//! Text that looks as if it said who somebody is: names, telephone numbers, days of birth, addresses. Pure.
//! A help for the writer, no proof: an uncommon name without a title is not found. Who wrote it may say that nobody is meant.

use renkei_base::Fault;
use renkei_base::text::usual_width;

use super::surname;

/// Titles after a name.
const TITLES: [&str; 9] = [
    "さん",
    "様",
    "さま",
    "氏",
    "君",
    "くん",
    "ちゃん",
    "殿",
    "先生",
];
/// Words before a title that name nobody.
const NOBODY: [&str; 43] = [
    "本人",
    "ご本人",
    "家族",
    "ご家族",
    "父",
    "お父",
    "母",
    "お母",
    "夫",
    "妻",
    "ご主人",
    "主人",
    "奥",
    "お子",
    "子ども",
    "子供",
    "お子様",
    "息子",
    "娘",
    "兄",
    "お兄",
    "姉",
    "お姉",
    "弟",
    "妹",
    "祖父",
    "祖母",
    "おじい",
    "おばあ",
    "患者",
    "利用者",
    "相談者",
    "皆",
    "みな",
    "お客",
    "主治医の",
    "担当の",
    "かかりつけの",
    "学校の",
    "神",
    "同",
    "有",
    "近所の",
];
/// Whole words before a title that are a calling or an office.
const CALLINGS: [&str; 14] = [
    "看護師",
    "保健師",
    "医師",
    "薬剤師",
    "介護福祉士",
    "相談員",
    "民生委員",
    "ケアマネ",
    "ケアマネジャー",
    "ヘルパー",
    "ハローワーク",
    "職員",
    "友人",
    "大家",
];

/// Faults of a field whose text seems to name somebody.
pub fn check(field: &str, text: &str) -> Vec<Fault> {
    let text = usual_width(text);
    let mut faults = Vec::new();
    if names_somebody(&text) || surname::names_somebody(&text) {
        faults.push(Fault::new(field, "fault-enquiry-name"));
    }
    if has_number(&text) {
        faults.push(Fault::new(field, "fault-enquiry-number"));
    }
    if has_birthday(&text) {
        faults.push(Fault::new(field, "fault-enquiry-birthday"));
    }
    if has_address(&text) {
        faults.push(Fault::new(field, "fault-enquiry-address"));
    }
    faults
}

/// A title with a word of kanji or katakana right before it that is not one of those above.
fn names_somebody(text: &str) -> bool {
    TITLES.iter().any(|title| {
        text.match_indices(title).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let word = last_word(before);
            let named = !word.is_empty() && !word.chars().all(is_hiragana);
            named
                && !CALLINGS.contains(&word)
                && !NOBODY.iter().any(|nobody| before.ends_with(nobody))
        })
    })
}

/// What stands before, up to a space or a sign.
fn last_word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_kanji(*c) || is_katakana(*c))
        .last();
    start.map_or("", |(at, _)| text.get(at..).unwrap_or_default())
}

/// Nine digits or more with hyphens and brackets between, or seven without, or a mail address: a number of somebody.
fn has_number(text: &str) -> bool {
    let (mut digits, mut together) = (0, 0);
    for c in text.chars() {
        together = if c.is_ascii_digit() { together + 1 } else { 0 };
        if c.is_ascii_digit() {
            digits += 1;
        } else if !matches!(c, '-' | '(' | ')' | '‐' | '－' | '−' | 'ー') {
            digits = 0;
        }
        if digits >= 9 || together >= 7 {
            return true;
        }
    }
    if has_telephone(text) {
        return true;
    }
    text.split_once('@').is_some_and(|(before, after)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        letter(before.chars().next_back()) && letter(after.chars().next())
    })
}

/// Ten digits or more from a zero on, whatever single signs stand between them: 080 1111 2222, 03.5555.0001.
fn has_telephone(text: &str) -> bool {
    let mut digits = 0;
    let mut before = ' ';
    for c in text.chars() {
        let between = matches!(
            c,
            ' ' | '\u{3000}'
                | '.'
                | '．'
                | '・'
                | '-'
                | '‐'
                | '–'
                | '—'
                | '―'
                | '－'
                | '−'
                | 'ー'
                | '('
                | ')'
                | '/'
        );
        digits = match (c.is_ascii_digit(), digits) {
            (true, 0) if c == '0' && !before.is_ascii_digit() => 1,
            (true, 1..) => digits + 1,
            (false, 1..) if between => digits,
            _ => 0,
        };
        if digits >= 10 {
            return true;
        }
        before = c;
    }
    false
}

/// A year, a month and a day that are called a birth, or a whole date of a year long ago.
fn has_birthday(text: &str) -> bool {
    let born = ["生年月日", "年生まれ", "日生まれ", "日生", "誕生日"];
    let date = born.iter().any(|word| text.contains(word));
    let eras = ["明治", "大正", "昭和"];
    let old = eras.iter().any(|era| {
        text.match_indices(era).any(|(at, _)| {
            let rest: String = text
                .get(at..)
                .unwrap_or_default()
                .chars()
                .take(12)
                .collect();
            rest.contains('月') && rest.contains('日')
        })
    });
    (date && text.chars().any(|c| c.is_ascii_digit())) || old || has_old_date(text)
}

/// A day of the last century in digits: `1955/5/3`, `1955年5月3日`.
fn has_old_date(text: &str) -> bool {
    let digits = |part: &str| part.chars().next().is_some_and(|c| c.is_ascii_digit());
    text.match_indices("19").any(|(at, _)| {
        let rest: String = text
            .get(at..)
            .unwrap_or_default()
            .chars()
            .take(12)
            .collect();
        let parts: Vec<&str> = rest.splitn(3, ['/', '.', '-', '年', '月']).collect();
        match parts[..] {
            [year, month, day] => {
                let year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
                year && digits(month) && month.len() <= 2 && digits(day)
            }
            _ => false,
        }
    })
}

/// A number of a block or a house: `中町1丁目`, `碑文谷1-2-3`, `二丁目5番地`.
fn has_address(text: &str) -> bool {
    let numbered = |word: &str| {
        let mut found = text.match_indices(word);
        found.any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default().chars().next_back();
            before.is_some_and(|c| c.is_ascii_digit() || NUMERALS.contains(c))
        })
    };
    numbered("丁目") || numbered("番地") || has_block(text)
}

const NUMERALS: &str = "一二三四五六七八九十";
/// What is counted, not lived in: 週2-3回.
const COUNTERS: &str = "回人日名歳才件時週か度年月分ヶヵ錠";

/// `町1-2-3`, `谷3-4`: kanji, and right behind them numbers with hyphens.
fn has_block(text: &str) -> bool {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() && is_kanji(before) {
            let rest = text.get(at..).unwrap_or_default();
            let block: String = rest
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '-')
                .collect();
            let parts = block.split('-').filter(|part| !part.is_empty());
            let after = rest.get(block.len()..).unwrap_or_default().chars().next();
            let counted = after.is_some_and(|c| COUNTERS.contains(c));
            if parts.count() >= 2 && !counted && !block.starts_with("20") {
                return true;
            }
        }
        before = c;
    }
    false
}

pub(super) const fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '々')
}

const fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30A1}'..='\u{30FA}' | 'ー')
}

const fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_somebody() {
        for (text, keys) in [
            ("母親のもの忘れについて。もの忘れ外来を紹介した。", vec![]),
            ("ご本人さんから。お母様のこと。", vec![]),
            ("患者さんが眠れないとのこと", vec![]),
            ("皆さんに案内した。主治医の先生と話すよう勧めた。", vec![]),
            ("田中さんから電話", vec!["fault-enquiry-name"]),
            ("スズキ様の件", vec!["fault-enquiry-name"]),
            ("折り返し 03-5555-0001", vec!["fault-enquiry-number"]),
            (
                "折り返し ０９０１２３４５６７８",
                vec!["fault-enquiry-number"],
            ),
            ("昭和25年3月4日生まれ", vec!["fault-enquiry-birthday"]),
            ("生年月日 1950/3/4", vec!["fault-enquiry-birthday"]),
            ("1955/5/3生の方", vec!["fault-enquiry-birthday"]),
            ("1955年5月3日の方", vec!["fault-enquiry-birthday"]),
            ("080 1111 2222 に折り返す", vec!["fault-enquiry-number"]),
            ("０８０　１１１１　２２２２へ", vec!["fault-enquiry-number"]),
            ("03.5555.0001へ", vec!["fault-enquiry-number"]),
            ("090–1111–2222へ", vec!["fault-enquiry-number"]),
            ("2026年11月22日 09:00と10:30 3件", vec![]),
            ("保険証 12345678", vec!["fault-enquiry-number"]),
            ("返事は hana@example.jp へ", vec!["fault-enquiry-number"]),
            ("田中看護師さんから", vec!["fault-enquiry-name"]),
            ("看護師さんへ。ハローワークさんを紹介した。", vec![]),
            ("2026年4月から月2回通っている", vec![]),
            ("佐藤花子が来所", vec!["fault-enquiry-name"]),
            ("山田 太郎より", vec!["fault-enquiry-name"]),
            ("田中から折り返しの電話", vec!["fault-enquiry-name"]),
            ("田中医院と山本内科を案内した。中村病院へ。", vec![]),
            ("川口市の保健所、村上駅前の相談室を案内", vec![]),
            ("中町1丁目の方", vec!["fault-enquiry-address"]),
            ("目黒区碑文谷１－２－３", vec!["fault-enquiry-address"]),
            ("二丁目5番地に住む", vec!["fault-enquiry-address"]),
            ("窓口は1-2人で対応、週2-3回", vec![]),
            ("資料は2026-11-22に渡した", vec![]),
            ("1998年ごろから。2026-11-22 に再び相談", vec![]),
        ] {
            let found: Vec<String> = check("note", text).into_iter().map(|one| one.key).collect();
            assert_eq!(found, keys, "{text}");
        }
    }
}
