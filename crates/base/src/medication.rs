//! Pasted medication text to lines for a person to confirm.
//!
//! Nothing is dropped and nothing is understood beyond where a drug begins and where directions (用法) begin: each result
//! carries the pasted lines that it came from. Directions go to the drugs above them, as in a prescription; a blank line, a
//! new number, and directions themselves end such a group.

mod marker;
mod usage;

use crate::text::{clean, usual_width};
use marker::marker;
use usage::{is_note, is_quantity, names_drug, usage_start};

/// One drug, or a line that could not be told from one (a heading, a note).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MedicationLine {
    /// The number in front (`Rp1)`, `①`), as far as there was one.
    pub group: Option<u32>,
    /// The drug with its quantity, in usual widths, without bullet and number. Never empty.
    pub drug: String,
    /// The directions, `分3 毎食後 7日分`; empty where none were found.
    pub usage: String,
    /// The pasted lines as they were, joined by `\n`. Directions for several drugs are in each of them.
    pub original: String,
}

impl MedicationLine {
    /// Drug and directions as one line of text, the form for letters.
    pub fn text(&self) -> String {
        match self.usage.as_str() {
            "" => self.drug.clone(),
            usage => format!("{} {usage}", self.drug),
        }
    }
}

/// Splits pasted text. As many results as there are drugs; the caller applies `limits::MEDICATION_LINES`.
pub fn split_medication(text: &str) -> Vec<MedicationLine> {
    let mut splitter = Splitter::default();
    for original in text.replace("\r\n", "\n").split([
        '\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}',
    ]) {
        splitter.take(original);
    }
    splitter.finish()
}

#[derive(Default)]
struct Splitter {
    done: Vec<MedicationLine>,
    /// Index of the first drug that following directions belong to.
    group_start: usize,
    /// The next drug begins a new group.
    closed: bool,
    /// A blank line came since the last line with text.
    gap: bool,
    /// A number that stood alone on its line, with that line.
    waiting: Option<(u32, String)>,
}

impl Splitter {
    fn take(&mut self, original: &str) {
        let (number, rest) = marker(original);
        let tokens: Vec<&str> = rest.split_whitespace().collect();
        match (number, tokens.as_slice()) {
            (None, []) => self.blank(original),
            (Some(number), []) => {
                self.flush_waiting();
                self.waiting = Some((number, original.to_owned()));
            }
            (None, tokens) if self.waiting.is_none() && self.attach(tokens, original) => {}
            (number, tokens) => self.drug(number, tokens, original),
        }
        if !tokens.is_empty() {
            self.gap = false;
        }
    }

    /// A line without text: nothing of it is lost unless it had a lone bullet, which is kept with the drug above.
    fn blank(&mut self, original: &str) {
        self.gap = true;
        if original
            .chars()
            .all(|c| c.is_whitespace() || c.is_control())
        {
            return;
        }
        match self.done.last_mut() {
            Some(last) => append(&mut last.original, original, '\n'),
            None => self.drug(None, &[original], original),
        }
    }

    /// Adds directions or a quantity to the drugs above; `false` when the line is neither or there is no drug.
    fn attach(&mut self, tokens: &[&str], original: &str) -> bool {
        let usage_at = usage_start(tokens);
        let (quantity, usage) = tokens.split_at(usage_at);
        let continues = quantity.is_empty() || (!self.gap && is_quantity(quantity));
        if !continues || names_drug(usage) || self.done.is_empty() {
            return false;
        }
        // A quantity belongs to the one drug above; directions to all of the group. Notes and headings take neither.
        let from = match quantity {
            [] => self.group_start,
            _ => self.done.len() - 1,
        };
        let drugs = self.done.iter_mut().skip(from);
        let mut attached = false;
        for line in drugs.filter(|line| !is_note(&line.drug)) {
            append(&mut line.drug, &quantity.join(" "), ' ');
            append(&mut line.usage, &usage.join(" "), ' ');
            append(&mut line.original, original, '\n');
            attached = true;
        }
        self.closed |= attached && !usage.is_empty();
        attached
    }

    fn drug(&mut self, number: Option<u32>, tokens: &[&str], original: &str) {
        let waiting = self.waiting.take();
        let mut line = MedicationLine::default();
        if let Some((_, lines)) = &waiting {
            append(&mut line.original, lines, '\n');
        }
        append(&mut line.original, original, '\n');
        let number = number.or(waiting.map(|(number, _)| number));
        if self.closed || self.gap || number.is_some() || self.done.is_empty() {
            self.group_start = self.done.len();
        }
        // Directions without a drug stay visible as a line of their own.
        let (drug, usage) = match usage_start(tokens) {
            0 => (tokens, [].as_slice()),
            at => tokens.split_at(at),
        };
        line.group = number.or_else(|| {
            self.done
                .last()
                .filter(|_| self.group_start < self.done.len())?
                .group
        });
        line.drug = drug.join(" ");
        line.usage = usage.join(" ");
        self.closed = usage_start(tokens) < tokens.len();
        self.done.push(line);
    }

    /// A number line without anything after it.
    fn flush_waiting(&mut self) {
        if let Some((number, original)) = self.waiting.take() {
            let text = usual_width(&clean(&original));
            self.drug(Some(number), &[text.trim()], &original);
            self.closed = true;
        }
    }

    fn finish(mut self) -> Vec<MedicationLine> {
        self.flush_waiting();
        self.done
    }
}

fn append(to: &mut String, more: &str, between: char) {
    if !to.is_empty() && !more.is_empty() {
        to.push(between);
    }
    to.push_str(more);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One result a line: number | drug | usage.
    fn split(text: &str) -> String {
        let show = |line: &MedicationLine| {
            let group = line.group.map_or("-".to_owned(), |n| n.to_string());
            let usage = if line.usage.is_empty() {
                "-"
            } else {
                &line.usage
            };
            format!("{group} | {} | {usage}", line.drug)
        };
        split_medication(text)
            .iter()
            .map(show)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_prescription_with_rp_numbers() {
        insta::assert_snapshot!(split(
            "Rp1) ｱﾑﾛｼﾞﾋﾟﾝOD錠５ｍｇ「ﾄｰﾜ」　1錠\r\n　　 カンデサルタン錠8mg 1錠\r\n　　　分1 朝食後 30日分\r\n\
             Rp2) メトホルミン塩酸塩錠250mgMT 3錠\r\n　　　分3 毎食後 30日分\r\nRp3)\r\nロキソプロフェンNaテープ100mg 14枚\r\n1日1回 腰\r\n"
        ), @r"
            1 | アムロジピンOD錠5mg「トーワ」 1錠 | 分1 朝食後 30日分
            1 | カンデサルタン錠8mg 1錠 | 分1 朝食後 30日分
            2 | メトホルミン塩酸塩錠250mgMT 3錠 | 分3 毎食後 30日分
            3 | ロキソプロフェンNaテープ100mg 14枚 | 1日1回 腰
            ");
    }

    #[test]
    fn bullets_and_one_line_each() {
        insta::assert_snapshot!(split(
            "・アムロジピン(5) 1T 分1 朝食後\n● ワーファリン錠1mg 2.5錠 夕食後\n- カロナール錠200 1回2錠 疼痛時 10回分\n＊バイアスピリン100mg\n※ワーファリンは手術5日前に中止"
        ), @r"
            - | アムロジピン(5) 1T | 分1 朝食後
            - | ワーファリン錠1mg 2.5錠 | 夕食後
            - | カロナール錠200 | 1回2錠 疼痛時 10回分
            - | バイアスピリン100mg | -
            - | ※ワーファリンは手術5日前に中止 | -
            ");
    }

    #[test]
    fn circled_numbers_and_blank_lines() {
        insta::assert_snapshot!(split(
            "【内服】\nランソプラゾールOD錠15mg 1錠\n※粉砕\n分1 夕食後\n①アムロジピン錠5mg 1錠\n分1 朝食後\n\n②メトグルコ錠250mg 3錠\n③ジャヌビア錠50mg 1錠\n\n分1 朝食後 28日分\n\n5-FU軟膏5%\n1.5g\n患部に塗布"
        ), @r"
            - | 【内服】 | -
            - | ランソプラゾールOD錠15mg 1錠 | 分1 夕食後
            - | ※粉砕 | -
            1 | アムロジピン錠5mg 1錠 | 分1 朝食後
            2 | メトグルコ錠250mg 3錠 | -
            3 | ジャヌビア錠50mg 1錠 | 分1 朝食後 28日分
            - | 5-FU軟膏5% 1.5g | 患部に塗布
            ");
    }

    #[test]
    fn no_drug_hides_in_the_directions_of_another() {
        insta::assert_snapshot!(split("朝 アムロジピン5mg 1錠\n夕 葛根湯 1包\n1日1回 ロキソニンテープ 腰\n内服 バイアスピリン 1錠\n分1 朝食後"), @r"
        - | 朝 アムロジピン5mg 1錠 | -
        - | 夕 葛根湯 1包 | -
        - | 1日1回 ロキソニンテープ 腰 | -
        - | 内服 バイアスピリン 1錠 | 分1 朝食後
        ");
    }

    #[test]
    fn a_spreadsheet() {
        insta::assert_snapshot!(split("1\tアムロジピン錠5mg\t1\t錠\t分1朝食後\t30日分\n2\t酸化マグネシウム錠330mg\t3\t錠\t分3毎食後\t30日分\n"), @r"
            1 | アムロジピン錠5mg 1 錠 | 分1朝食後 30日分
            2 | 酸化マグネシウム錠330mg 3 錠 | 分3毎食後 30日分
            ");
    }

    #[test]
    fn old_abbreviations_and_halves() {
        insta::assert_snapshot!(split("1. ラシックス20㎎ 1½T 1x 朝\n2．アルダクトンA 1T\n3x n.d.E 14TD\n分3 毎食後"), @r"
            1 | ラシックス20mg 1½T | 1x 朝
            2 | アルダクトンA 1T | 3x n.d.E 14TD 分3 毎食後
            ");
    }

    #[test]
    fn directions_without_a_drug_stay() {
        insta::assert_snapshot!(split("分3 毎食後 7日分"), @"- | 分3 毎食後 7日分 | -");
        insta::assert_snapshot!(split("Rp1)"), @"1 | Rp1) | -");
        assert_eq!(split_medication(" \n\t\r\n　"), []);
    }

    #[test]
    fn the_pasted_lines_are_kept_as_they_were() {
        let lines = split_medication("　・ｱｽﾋﾟﾘﾝ　１錠 \r\n・ﾌｧﾓﾁｼﾞﾝ 1錠\r\n  分２ 朝夕食後");
        assert_eq!(lines[0].original, "　・ｱｽﾋﾟﾘﾝ　１錠 \n  分２ 朝夕食後");
        assert_eq!(lines[1].original, "・ﾌｧﾓﾁｼﾞﾝ 1錠\n  分２ 朝夕食後");
        assert_eq!(lines[0].text(), "アスピリン 1錠 分2 朝夕食後");
    }

    fn nothing_is_lost(text: &str) -> Result<(), TestCaseError> {
        let lines = split_medication(text);
        for pasted in text.split(['\n', '\r']) {
            let blank = pasted.chars().all(|c| c.is_whitespace() || c.is_control());
            let kept = lines.iter().any(|line| line.original.contains(pasted));
            prop_assert!(blank || kept, "{pasted:?} is lost from {lines:?}");
        }
        prop_assert!(lines.iter().all(|line| !line.drug.trim().is_empty()));
        Ok(())
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "[ -~\n\r\t　-〿ぁ-ヾ一-十ｦ-ﾟ①-⒇]{0,80}") {
            nothing_is_lost(&text)?;
        }

        #[test]
        fn no_prescription_is_lost(parts in proptest::collection::vec(
            prop_oneof!["Rp1\\)", "①", "・", "-", "アスピリン錠100mg", "1錠", "1\\.5g", "分3 毎食後", "疼痛時", "7日分", " ", "\t", "\n", "\n\n"], 0..30,
        )) {
            nothing_is_lost(&parts.concat())?;
        }
    }
}
