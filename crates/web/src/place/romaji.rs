//! Hiragana in Latin letters, after Hepburn as on road signs: long vowels without a sign, `n` before every consonant.

/// Ends of names of municipalities, and what stands for them.
const ENDS: [(&str, &str, &str); 6] = [
    ("区", "く", "ku"),
    ("市", "し", "shi"),
    ("町", "ちょう", "cho"),
    ("町", "まち", "machi"),
    ("村", "むら", "mura"),
    ("村", "そん", "son"),
];

const PAIRS: [(&str, &str); 36] = [
    ("きゃ", "kya"),
    ("きゅ", "kyu"),
    ("きょ", "kyo"),
    ("しゃ", "sha"),
    ("しゅ", "shu"),
    ("しょ", "sho"),
    ("ちゃ", "cha"),
    ("ちゅ", "chu"),
    ("ちょ", "cho"),
    ("にゃ", "nya"),
    ("にゅ", "nyu"),
    ("にょ", "nyo"),
    ("ひゃ", "hya"),
    ("ひゅ", "hyu"),
    ("ひょ", "hyo"),
    ("みゃ", "mya"),
    ("みゅ", "myu"),
    ("みょ", "myo"),
    ("りゃ", "rya"),
    ("りゅ", "ryu"),
    ("りょ", "ryo"),
    ("ぎゃ", "gya"),
    ("ぎゅ", "gyu"),
    ("ぎょ", "gyo"),
    ("じゃ", "ja"),
    ("じゅ", "ju"),
    ("じょ", "jo"),
    ("びゃ", "bya"),
    ("びゅ", "byu"),
    ("びょ", "byo"),
    ("ぴゃ", "pya"),
    ("ぴゅ", "pyu"),
    ("ぴょ", "pyo"),
    ("ぢゃ", "ja"),
    ("ぢゅ", "ju"),
    ("ぢょ", "jo"),
];

/// Rows of five: the vowels あいうえお, then each consonant with its own spellings.
const ROWS: [(&str, [&str; 5]); 13] = [
    ("あいうえお", ["a", "i", "u", "e", "o"]),
    ("かきくけこ", ["ka", "ki", "ku", "ke", "ko"]),
    ("さしすせそ", ["sa", "shi", "su", "se", "so"]),
    ("たちつてと", ["ta", "chi", "tsu", "te", "to"]),
    ("なにぬねの", ["na", "ni", "nu", "ne", "no"]),
    ("はひふへほ", ["ha", "hi", "fu", "he", "ho"]),
    ("まみむめも", ["ma", "mi", "mu", "me", "mo"]),
    ("らりるれろ", ["ra", "ri", "ru", "re", "ro"]),
    ("がぎぐげご", ["ga", "gi", "gu", "ge", "go"]),
    ("ざじずぜぞ", ["za", "ji", "zu", "ze", "zo"]),
    ("だぢづでど", ["da", "ji", "zu", "de", "do"]),
    ("ばびぶべぼ", ["ba", "bi", "bu", "be", "bo"]),
    ("ぱぴぷぺぽ", ["pa", "pi", "pu", "pe", "po"]),
];
const ODD: [(char, &str); 7] = [
    ('や', "ya"),
    ('ゆ', "yu"),
    ('よ', "yo"),
    ('わ', "wa"),
    ('を', "o"),
    ('ん', "n"),
    ('ゔ', "vu"),
];

/// `目黒区` with `めぐろく`: `Meguro-ku`.
pub(super) fn municipality(name: &str, kana: &str) -> String {
    let end = ENDS
        .iter()
        .find(|(sign, read, _)| name.ends_with(sign) && kana.ends_with(read));
    let stem = end.and_then(|(_, read, latin)| Some((kana.strip_suffix(read)?, *latin)));
    match stem {
        Some((stem, latin)) if !stem.is_empty() => format!("{}-{latin}", self::name(stem)),
        _ => self::name(kana),
    }
}

/// `くせいなんぶ`: `Kuseinanbu`.
pub(super) fn name(kana: &str) -> String {
    let latin = letters(kana);
    let mut chars = latin.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn letters(kana: &str) -> String {
    let mut latin = String::new();
    let mut rest = kana;
    let mut doubled = false;
    while let Some(first) = rest.chars().next() {
        let pair = PAIRS.iter().find(|(pair, _)| rest.starts_with(pair));
        let (sound, length) = match pair {
            Some((pair, sound)) => (Some(*sound), pair.len()),
            None => (one(first), first.len_utf8()),
        };
        rest = rest.get(length..).unwrap_or_default();
        match sound {
            _ if first == 'っ' => doubled = true,
            _ if first == 'ー' => {}
            // A long vowel is written once.
            Some("u") if latin.ends_with(['o', 'u']) => {}
            Some("o") if latin.ends_with('o') => {}
            Some(sound) => {
                if std::mem::take(&mut doubled) {
                    let again = if sound.starts_with("ch") { "t" } else { sound };
                    latin.extend(again.chars().next());
                }
                latin.push_str(sound);
            }
            None => latin.push(first),
        }
    }
    latin
}

fn one(kana: char) -> Option<&'static str> {
    let odd = ODD.iter().find(|(one, _)| *one == kana);
    if let Some((_, sound)) = odd {
        return Some(sound);
    }
    ROWS.iter().find_map(|(row, sounds)| {
        let at = row.chars().position(|one| one == kana)?;
        sounds.get(at).copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn municipalities_as_on_road_signs() {
        for (name, kana, latin) in [
            ("目黒区", "めぐろく", "Meguro-ku"),
            ("中央区", "ちゅうおうく", "Chuo-ku"),
            ("文京区", "ぶんきょうく", "Bunkyo-ku"),
            ("大田区", "おおたく", "Ota-ku"),
            ("江東区", "こうとうく", "Koto-ku"),
            ("新宿区", "しんじゅくく", "Shinjuku-ku"),
            ("八王子市", "はちおうじし", "Hachioji-shi"),
            ("福生市", "ふっさし", "Fussa-shi"),
            ("調布市", "ちょうふし", "Chofu-shi"),
            ("西東京市", "にしとうきょうし", "Nishitokyo-shi"),
            ("大島町", "おおしままち", "Oshima-machi"),
            ("奥多摩町", "おくたままち", "Okutama-machi"),
            ("葉山町", "はやままち", "Hayama-machi"),
            ("檜原村", "ひのはらむら", "Hinohara-mura"),
            ("新島村", "にいじまむら", "Niijima-mura"),
        ] {
            assert_eq!(municipality(name, kana), latin);
        }
        assert_eq!(super::name("くせいなんぶ"), "Kuseinanbu");
        assert_eq!(super::name("とうしょ"), "Tosho");
        assert_eq!(super::name("いっちょう"), "Itcho");
    }
}
