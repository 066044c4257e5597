//! Words of Japanese prescriptions: where directions (用法) begin, what is a quantity, what is a note.

/// Index of the first token that belongs to directions; the length when there is none.
pub(super) fn usage_start(tokens: &[&str]) -> usize {
    tokens
        .iter()
        .position(|token| is_usage(token))
        .unwrap_or(tokens.len())
}

/// Whether directions name a drug after all: `朝 アムロジピン 1錠` is a line of its own, not directions for the drug above.
/// Better a line too many for the person to join than a drug hidden in another's directions.
pub(super) fn names_drug(usage: &[&str]) -> bool {
    usage
        .iter()
        .filter(|token| !is_usage(token) && !is_quantity_token(token))
        .any(|token| {
            let katakana = |c: &char| matches!(c, 'ァ'..='ヺ' | 'ー');
            let kampo = token.ends_with(['湯', '散']) && token.chars().count() >= 3;
            kampo || token.chars().filter(katakana).count() >= 3 || token.contains('錠')
        })
}

/// Beginnings that only directions have.
const BEGINNINGS: &str = "\
    毎食 食前 食後 食間 食直 朝食 昼食 夕食 朝夕 朝昼 昼夕 朝・ 夕・ 眠前 就寝 寝る前 起床 毎朝 \
    毎夕 毎晩 毎日 隔日 隔週 頓服 頓用 適宜 適量 必要時 用法 両眼 右眼 左眼 患部 医師の指示 \
    自己調節 n.d.E v.d.E v.d.S";

/// Whether a token begins directions: `分3`, `1日3回`, `毎食後`, `7日分`, `疼痛時`, `3x`, `×14日`.
fn is_usage(token: &str) -> bool {
    let token = token.trim_start_matches(['(', '（', '[', '「', '/', '、', ',']);
    let digit_after = |name: &str| {
        let rest = token.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    BEGINNINGS
        .split_whitespace()
        .any(|beginning| token.starts_with(beginning))
        || matches!(
            token,
            "朝" | "昼" | "夕" | "夜" | "外用" | "内服" | "塗布" | "貼付" | "点眼" | "吸入"
        )
        || ["分", "週", "月", "朝", "昼", "夕", "×", "x", "X"]
            .into_iter()
            .any(digit_after)
        || counted_usage(token)
        || occasion(token)
}

/// `1日3回`, `1回1錠`, `7日分`, `14日間`, `10回分`, `3x`, `3×`, `14TD`.
fn counted_usage(token: &str) -> bool {
    let rest = token.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = rest.len() < token.len();
    counted
        && (rest.starts_with('日')
            || rest.starts_with("回")
            || rest.starts_with('×')
            || rest.starts_with("TD")
            || matches!(
                rest.to_ascii_lowercase().as_str(),
                "x" | "xn" | "xm" | "xa" | "xma"
            ))
}

/// `疼痛時`, `38度以上の発熱時に`: short and ends with the occasion.
fn occasion(token: &str) -> bool {
    let token = token.trim_end_matches([')', '）', '、', '。', 'に']);
    token.ends_with('時') && (2..=12).contains(&token.chars().count())
}

/// Units of quantities.
const UNITS: &str = "\
    カプセル キット シート ブリスター パック 単位 吸入 滴 錠 包 枚 本 個 瓶 管 丸 袋 筒 cap \
    tab mg mL ml kg μg cc g T C P V A";

/// Whether the tokens are nothing but quantities: `3錠`, `3 錠`, `1日量 3錠`.
pub(super) fn is_quantity(tokens: &[&str]) -> bool {
    !tokens.is_empty()
        && tokens.iter().all(|token| is_quantity_token(token))
        && tokens.iter().any(|t| t.contains(is_digit))
}

fn is_quantity_token(token: &str) -> bool {
    let rest = token.trim_start_matches(|c: char| is_digit(c) || matches!(c, '.' | '/'));
    let rest = rest.trim_end_matches(['。', '、', ',']);
    rest.is_empty() || UNITS.split_whitespace().any(|unit| unit == rest)
}

const fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '½' | '¼' | '¾' | '⅓' | '⅔')
}

/// Whether a line is a heading or a note, which takes no directions: `【内服】`, `※粉砕`, `定期処方:`.
pub(super) fn is_note(line: &str) -> bool {
    line.starts_with(['【', '※', '<', '〈', '《', '≪', '#', '=', '→']) || line.ends_with(':')
}
