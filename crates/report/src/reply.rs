//! 返書: what became of a referral, for the doctor who referred.

use serde::Serialize;

use crate::parts::{Party, Person, Stamp};
use crate::{ReportError, world};

/// Which of the replies of the closed loop it is; the template has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyKind {
    /// 来院報告: the patient has come.
    Arrival,
    /// 初回報告: first findings.
    First,
    /// 経過報告.
    Interim,
    /// 最終報告.
    Final,
    /// 助言: answered without a visit.
    Advice,
}

/// A reply. Sections without text are left out.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub stamp: Stamp,
    pub kind: ReplyKind,
    /// Day of the reply in 和暦.
    pub date: String,
    /// The referring institution and doctor.
    pub to: Party,
    /// Who answers; its doctor signs.
    pub from: Party,
    pub patient: Person,
    /// Number of the referral.
    pub referral: String,
    /// Day of the referral in 和暦.
    pub referred_on: String,
    /// Day of the visit in 和暦.
    pub visited_on: Option<String>,
    /// 診断名.
    pub diagnosis: Option<String>,
    /// 所見・検査結果.
    pub findings: Option<String>,
    /// 治療方針.
    pub plan: Option<String>,
    /// 処方の変更, one line each.
    pub medication: Vec<String>,
    /// 次回受診.
    pub next_visit: Option<String>,
    /// かかりつけ医へのお願い.
    pub request: Option<String>,
    /// 添付資料, one line each.
    pub attachments: Vec<String>,
    pub drafted_by: Option<String>,
    /// The doctor who approved it; `None` while it is a draft.
    pub approved_by: Option<String>,
}

/// The reply as PDF (A4).
///
/// # Errors
/// [`ReportError`] where the QR code cannot hold the URL, or the template is broken.
pub fn reply(reply: &Reply) -> Result<Vec<u8>, ReportError> {
    world::render("reply.typ", reply, &reply.stamp).map(|sheet| sheet.pdf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{Proof, clinic, hospital, person, proof, stamp};

    fn sample() -> Reply {
        let text = |text: &str| Some(text.to_owned());
        Reply {
            stamp: stamp("A-2026-000077"),
            kind: ReplyKind::First,
            date: "令和8年12月4日".to_owned(),
            to: clinic(),
            from: hospital(),
            patient: person(),
            referral: "R-2026-000123".to_owned(),
            referred_on: "令和8年11月22日".to_owned(),
            visited_on: text("令和8年12月3日"),
            diagnosis: text("労作性狭心症（#9 中等度狭窄の疑い）"),
            findings: text(
                "心電図：洞調律、安静時に有意なST変化なし。\n心エコー：EF 62 %、壁運動異常なし。\n運動負荷心電図：V4–V6で1.5 mmのST低下を認めました。",
            ),
            plan: text("冠動脈CTを12月10日に予定しました。有意狭窄があれば冠動脈造影を行います。"),
            medication: vec![
                "［追加］アスピリン腸溶錠100mg　1回1錠　1日1回　朝食後".to_owned(),
                "［追加］ビソプロロール錠0.625mg　1回1錠　1日1回　朝食後".to_owned(),
            ],
            next_visit: text("令和8年12月10日（木）　午後2時　冠動脈CT"),
            request: text(
                "降圧薬と血糖降下薬は、引き続き貴院にてご処方をお願いいたします。CT前日より2日間、メトホルミンの休薬をお願いいたします。",
            ),
            attachments: vec!["心エコー報告書".to_owned()],
            drafted_by: None,
            approved_by: text("望月 さくら"),
        }
    }

    fn set(name: &str, reply: &Reply) -> Option<Proof> {
        proof(name, "reply.typ", reply, &reply.stamp)
    }

    #[test]
    fn a_first_reply_says_whom_when_and_what() {
        let Some(proof) = set("reply", &sample()) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        for text in [
            "初回報告",
            "岩田内科医院",
            "先生",
            "R-2026-000123",
            "令和8年12月3日",
            "運動負荷心電図",
            "アスピリン",
            "承認：望月 さくら",
        ] {
            proof.has(text);
        }
    }

    #[test]
    fn each_kind_has_its_word_and_empty_sections_are_left_out() {
        let kinds = [
            (ReplyKind::Arrival, "来院報告"),
            (ReplyKind::Interim, "経過報告"),
            (ReplyKind::Final, "最終報告"),
            (ReplyKind::Advice, "助言"),
        ];
        for (kind, word) in kinds {
            let bare = Reply {
                kind,
                visited_on: None,
                diagnosis: None,
                findings: None,
                plan: None,
                medication: Vec::new(),
                next_visit: None,
                request: None,
                attachments: Vec::new(),
                ..sample()
            };
            let Some(proof) = set("reply-bare", &bare) else {
                return;
            };
            assert_eq!(proof.pages, 1);
            proof.has(word);
            assert!(!proof.run().contains("治療方針"));
        }
    }

    #[test]
    fn a_long_reply_goes_on_with_its_heading() {
        let mut long = sample();
        long.stamp.draft = true;
        long.findings = Some(
            (1..=90)
                .map(|n| format!("{n}. {}", sample().findings.unwrap()))
                .collect::<Vec<_>>()
                .join("\n"),
        );
        let Some(proof) = set("reply-long", &long) else {
            return;
        };
        assert!(proof.pages >= 4);
        proof.has("所見・検査結果（続き）");
        proof.has("90. 心電図");
        assert_eq!(reply(&long).unwrap()[..5], *b"%PDF-");
    }
}
