//! 集計結果: the table of a survey in the layout in which it is printed for meetings.

use serde::Serialize;

use crate::parts::Stamp;
use crate::{ReportError, world};

/// One line of the table, every value as it is to be printed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CountRow {
    /// Lines of the section, on its first one; else 0.
    pub span: usize,
    pub item: String,
    pub title: String,
    /// `①`
    pub label: String,
    pub text: String,
    pub choice: String,
    pub yes: String,
    /// `92.5%`
    pub yes_percent: String,
    pub no: String,
    pub no_percent: String,
    /// Neither of the two.
    pub rest: String,
}

/// Fixed words in the reader's language.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CountWords {
    pub question: String,
    pub counts: String,
    pub yes: String,
    pub no: String,
    pub sheets: String,
    pub share: String,
    pub rest: String,
}

/// The table.
#[derive(Debug, Clone, Serialize)]
pub struct CountTable {
    pub stamp: Stamp,
    pub title: String,
    /// `集計結果（27年10月現在）`
    pub heading: String,
    pub n: String,
    /// Above the table.
    pub notes: Vec<String>,
    /// Below it: other bases, what was reclassified.
    pub footnotes: Vec<String>,
    pub words: CountWords,
    pub rows: Vec<CountRow>,
    pub version: String,
    pub digest: String,
}

/// The table as PDF (A4).
///
/// # Errors
/// [`ReportError`] where the template is broken.
pub fn count_table(table: &CountTable) -> Result<Vec<u8>, ReportError> {
    world::render("count.typ", table, &table.stamp).map(|sheet| sheet.pdf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{proof, stamp};

    #[test]
    fn the_table_stands_on_one_page() {
        let row = |at: usize| {
            CountRow {
            span: if at.is_multiple_of(2) { 2 } else { 0 },
            item: "ア".to_owned(),
            title: "地域の医療・介護サービス資源の把握".to_owned(),
            label: "①".to_owned(),
            text: "地域の医療機関、介護事業者等の住所、連絡先、機能等について把握及び情報収集を行っていますか。".to_owned(),
            choice: String::new(),
            yes: "49".to_owned(),
            yes_percent: "92.5%".to_owned(),
            no: "4".to_owned(),
            no_percent: "7.5%".to_owned(),
            rest: "0".to_owned(),
        }
        };
        let words = |text: &str| text.to_owned();
        let table = CountTable {
            stamp: stamp("home-care-2015"),
            title: "在宅医療・介護連携推進事業の取組状況".to_owned(),
            heading: "集計結果（27年10月現在）".to_owned(),
            n: "53".to_owned(),
            notes: vec!["島しょ部は集計外".to_owned()],
            footnotes: vec!["ア③：聞かれた49のうち40（81.6%）".to_owned()],
            words: CountWords {
                question: words("項目"),
                counts: words("集計状況"),
                yes: words("実施"),
                no: words("未実施"),
                sheets: words("区市町村数"),
                share: words("全体の%"),
                rest: words("その他（不明・非公表・無回答等）"),
            },
            rows: (0..12).map(row).collect(),
            version: "第2版".to_owned(),
            digest: "ab".repeat(32),
        };
        let Some(proof) = proof("count", "count.typ", &table, &table.stamp) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        for text in ["集計結果", "92.5%", "n=53", "81.6%", "その他"] {
            proof.has(text);
        }
    }
}
