//! 予約票: the page that the patient carries to the appointment.

use serde::Serialize;

use crate::parts::{Party, Person, Stamp};
use crate::{ReportError, world};

/// An appointment as the patient must know it.
#[derive(Debug, Clone, Serialize)]
pub struct Ticket {
    pub stamp: Stamp,
    pub patient: Person,
    /// Where to go: institution, department, doctor, address, telephone.
    pub at: Party,
    /// Where in the building, such as 1階 3番窓口.
    pub place: Option<String>,
    /// Day in 和暦 with its weekday, such as 令和8年12月3日（木）.
    pub date: String,
    /// The same day in 西暦, printed small.
    pub western: Option<String>,
    /// Such as 午前10時30分.
    pub time: String,
    /// When to be there, such as 15分前までに受付へ.
    pub arrival: Option<String>,
    /// What to bring, one thing each.
    pub bring: Vec<String>,
    /// How to get there.
    pub access: Option<String>,
    /// Other things to know, such as 朝食を抜いてください.
    pub notes: Vec<String>,
    /// Institution (and person) that made the appointment.
    pub issued_by: String,
    /// Telephone of who made it.
    pub issued_phone: Option<String>,
    /// Day of issue in 和暦.
    pub issued_on: String,
}

/// The ticket as PDF, one A4 page: the type shrinks a little where the texts are long.
///
/// # Errors
/// [`ReportError`] where the QR code cannot hold the URL, or the template is broken.
pub fn ticket(ticket: &Ticket) -> Result<Vec<u8>, ReportError> {
    world::render("ticket.typ", ticket, &ticket.stamp).map(|sheet| sheet.pdf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{Proof, hospital, person, proof, stamp};

    fn sample() -> Ticket {
        Ticket {
            stamp: stamp("B-2026-000045"),
            patient: person(),
            at: hospital(),
            place: Some("1階 3番窓口（地域連携室）".to_owned()),
            date: "令和8年12月3日（木）".to_owned(),
            western: Some("2026年12月3日".to_owned()),
            time: "午前10時30分".to_owned(),
            arrival: Some("15分前までに受付へお越しください".to_owned()),
            bring: ["この予約票", "マイナンバーカードまたは資格確認書", "お薬手帳", "診察券（お持ちの方）", "紹介状（診療情報提供書）"].map(str::to_owned).to_vec(),
            access: Some("JR静岡駅北口から徒歩15分。バスは「市民病院前」下車すぐ。\n駐車場は200台（受診の方は無料）。".to_owned()),
            notes: vec!["お薬はいつもどおり飲んでください。".to_owned()],
            issued_by: "岩田内科医院　鈴木 洋子".to_owned(),
            issued_phone: Some("054-200-0001".to_owned()),
            issued_on: "令和8年11月22日".to_owned(),
        }
    }

    fn set(name: &str, ticket: &Ticket) -> Option<Proof> {
        proof(name, "ticket.typ", ticket, &ticket.stamp)
    }

    #[test]
    fn a_ticket_is_one_page_with_day_time_and_place() {
        let Some(proof) = set("ticket", &sample()) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        for text in [
            "予約票",
            "髙橋 花子",
            "令和8年12月3日（木）",
            "午前10時30分",
            "循環器内科",
            "054-200-1000",
            "お薬手帳",
            "B-2026-000045",
        ] {
            proof.has(text);
        }
    }

    #[test]
    fn a_ticket_with_much_to_say_is_still_one_page() {
        let mut ticket = sample();
        ticket.stamp.sample = true;
        ticket.patient.name =
            "アレクサンドラ・マリア・ゴンザレス・デ・ラ・クルス・イ・フェルナンデス".to_owned();
        ticket.at.institution =
            "独立行政法人地域医療機能推進機構静岡中央総合医療センター附属東部地域医療支援病院"
                .to_owned();
        ticket.bring = (1..=14)
            .map(|n| format!("持ち物その{n}（検査の結果とお薬の説明書）"))
            .collect();
        ticket.notes = (1..=6).map(|n| format!("{n}番目のお願い：検査の前日の午後9時から検査が終わるまで、水とお茶のほかは召し上がらないでください。")).collect();
        let Some(proof) = set("ticket-long", &ticket) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        proof.has("持ち物その14");
        proof.has("6番目のお願い");
        proof.has("見本");
    }

    #[test]
    fn a_ticket_with_nothing_optional_is_whole() {
        let ticket = Ticket {
            stamp: Stamp {
                url: None,
                ..stamp("B-2026-000046")
            },
            patient: Person {
                name: "𠮷野 太郎".to_owned(),
                ..Person::default()
            },
            at: Party {
                institution: "静岡市民病院".to_owned(),
                ..Party::default()
            },
            place: None,
            western: None,
            arrival: None,
            bring: Vec::new(),
            access: None,
            notes: Vec::new(),
            issued_phone: None,
            ..sample()
        };
        let Some(proof) = set("ticket-bare", &ticket) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        proof.has("𠮷野 太郎");
        assert!(ticket_bytes(&ticket).starts_with(b"%PDF"));
    }

    fn ticket_bytes(document: &Ticket) -> Vec<u8> {
        ticket(document).unwrap()
    }
}
