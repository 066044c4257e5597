//! 回答の控え: what a respondent handed in, for its files.

use serde::Serialize;

use crate::parts::Stamp;
use crate::{ReportError, world};

/// One answer, as it is to be printed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReceiptLine {
    /// `①`
    pub number: String,
    pub text: String,
    pub answer: String,
    pub explanation: String,
}

/// A group of questions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReceiptSection {
    pub label: String,
    pub title: String,
    pub lines: Vec<ReceiptLine>,
}

/// The receipt.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    pub stamp: Stamp,
    pub title: String,
    pub as_of: String,
    pub respondent: String,
    pub owner: String,
    pub state: String,
    /// When and by whom.
    pub submitted: String,
    /// SHA-256 of the answers: the same answers, the same digits.
    pub digest: String,
    pub sections: Vec<ReceiptSection>,
    /// What the paper is for.
    pub note: String,
}

/// The receipt as PDF (A4).
///
/// # Errors
/// [`ReportError`] where the QR code cannot hold the URL, or the template is broken.
pub fn receipt(receipt: &Receipt) -> Result<Vec<u8>, ReportError> {
    world::render("receipt.typ", receipt, &receipt.stamp).map(|sheet| sheet.pdf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{proof, stamp};

    #[test]
    fn a_receipt_says_who_said_what_and_when() {
        let line = |number: &str| ReceiptLine {
            number: number.to_owned(),
            text: "地域の医療機関等の住所、連絡先、機能を把握していますか。#1".to_owned(),
            answer: "行っている".to_owned(),
            explanation: "毎年4月に更新\n*随時*も".to_owned(),
        };
        let receipt = Receipt {
            stamp: stamp("home-care-2026"),
            title: "在宅医療・介護連携推進事業の取組状況".to_owned(),
            as_of: "令和8年10月現在".to_owned(),
            respondent: "目黒区".to_owned(),
            owner: "東京都".to_owned(),
            state: "提出済み".to_owned(),
            submitted: "令和8年11月22日 18:00　承認 花子".to_owned(),
            digest: "ab".repeat(32),
            sections: vec![ReceiptSection {
                label: "ア".to_owned(),
                title: "資源の把握".to_owned(),
                lines: (1..=30).map(|number| line(&format!("①{number}"))).collect(),
            }],
            note: "この控えは提出した時点の内容です。".to_owned(),
        };
        let Some(proof) = proof("receipt", "receipt.typ", &receipt, &receipt.stamp) else {
            return;
        };
        assert!(proof.pages >= 2);
        for text in ["回答の控え", "目黒区", "行っている", "提出済み", "#1"] {
            proof.has(text);
        }
    }
}
