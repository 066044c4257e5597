//! Bars as SVG: 実施, 未実施, 非該当 and 無回答 of each line. The table beside it says the same.

use std::fmt::Write as _;

use super::table::Row;
use crate::visit::Visit;

const WIDTH: u32 = 720;
const LEFT: u32 = 110;
const BAR: u32 = 22;
const STEP: u32 = 32;
const TOP: u32 = 40;
const FILLS: [(&str, &str); 5] = [
    ("count-yes", "#1d64a3"),
    ("count-no", "#c9dff0"),
    ("count-not-asked", "#e4e1d8"),
    ("count-other", "#f0c987"),
    ("count-no-answer", "#fff"),
];

/// The picture as an `<svg>` element. `blank`: what it is called that a line has no answer, a text key.
pub(crate) fn bars(v: &Visit, title: &str, blank: &str, rows: &[Row]) -> String {
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let height = TOP + count * STEP + 8;
    let mut body = legend(v, blank);
    for (at, row) in (0u32..).zip(rows) {
        bar(v, blank, &mut body, TOP + at * STEP, row);
    }
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"sans-serif\" font-size=\"14\" fill=\"#1a1a1a\"><title>{title}</title>{body}</svg>"
    )
}

fn legend(v: &Visit, blank: &str) -> String {
    let mut text = String::new();
    let mut x = LEFT;
    for (key, fill) in FILLS {
        let word = word(v, key, blank);
        let width = u32::try_from(word.chars().count()).unwrap_or(8) * 15;
        let _ = write!(
            text,
            "<rect x=\"{x}\" y=\"8\" width=\"14\" height=\"14\" fill=\"{fill}\" stroke=\"#3c4650\"/>\
             <text x=\"{}\" y=\"20\">{}</text>",
            x + 20,
            escape(&word)
        );
        x += width + 34;
    }
    text
}

fn word(v: &Visit, key: &str, blank: &str) -> String {
    v.t(match key {
        "count-no-answer" => blank,
        key => key,
    })
}

fn bar(v: &Visit, blank: &str, body: &mut String, y: u32, row: &Row) {
    let tally = &row.tally;
    let name = escape(&format!("{} {}", row.item, row.label));
    let _ = write!(body, "<text x=\"4\" y=\"{}\">{name}</text>", y + 16);
    if tally.all == 0 {
        return;
    }
    let parts = [
        tally.yes,
        tally.no,
        tally.not_asked,
        tally.other(),
        tally.no_answer,
    ];
    let room = u64::from(WIDTH - LEFT - 10);
    let mut before = 0u32;
    for ((key, fill), part) in FILLS.iter().zip(parts) {
        if part == 0 {
            continue;
        }
        let at = |count: u32| {
            let x = room * u64::from(count) / u64::from(tally.all);
            LEFT + u32::try_from(x).unwrap_or_default()
        };
        let (from, to) = (at(before), at(before + part));
        before += part;
        let word = escape(&word(v, key, blank));
        let ink = if *key == "count-yes" {
            "#fff"
        } else {
            "#1a1a1a"
        };
        let _ = write!(
            body,
            "<g><title>{name} {word} {part}</title><rect x=\"{from}\" y=\"{y}\" width=\"{}\" height=\"{BAR}\" \
             fill=\"{fill}\" stroke=\"#3c4650\"/>",
            to - from
        );
        if to - from > 18 {
            let _ = write!(
                body,
                "<text x=\"{}\" y=\"{}\" fill=\"{ink}\">{part}</text>",
                from + 5,
                y + 16
            );
        }
        body.push_str("</g>");
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
