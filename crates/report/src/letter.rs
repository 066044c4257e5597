//! 診療情報提供書 in the layout of 別紙様式11 of the fee schedule.

use serde::Serialize;

use crate::parts::{Party, Person, Stamp};
use crate::{ReportError, world};

/// A letter of referral. Every value is printed as it stands; line ends in long texts are kept.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    pub stamp: Stamp,
    /// 年月日 in 和暦.
    pub date: String,
    /// 紹介先医療機関等名, 担当医.
    pub to: Party,
    /// 紹介元: 所在地, 名称, 電話番号, 医師氏名.
    pub from: Party,
    pub patient: Person,
    /// Such as 至急; `None` for an ordinary letter.
    pub priority: Option<String>,
    /// 傷病名.
    pub diagnosis: String,
    /// 紹介目的.
    pub purpose: String,
    /// 既往歴及び家族歴.
    pub history: Option<String>,
    /// 症状経過及び検査結果.
    pub course: Option<String>,
    /// 治療経過.
    pub treatment: Option<String>,
    /// 現在の処方, one line each.
    pub prescription: Vec<String>,
    /// 備考.
    pub remarks: Option<String>,
    /// 添付資料, one line each.
    pub attachments: Vec<String>,
    /// Who drafted it, where that was not the doctor.
    pub drafted_by: Option<String>,
    /// The doctor who approved it; `None` while it is a draft.
    pub approved_by: Option<String>,
}

/// The letter as PDF (A4).
///
/// # Errors
/// [`ReportError`] where the QR code cannot hold the URL, or the template is broken.
pub fn letter(letter: &Letter) -> Result<Vec<u8>, ReportError> {
    world::render("letter.typ", letter, &letter.stamp).map(|sheet| sheet.pdf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{Proof, clinic, hospital, person, proof, stamp};

    fn sample() -> Letter {
        let text = |text: &str| Some(text.to_owned());
        Letter {
            stamp: stamp("R-2026-000123"),
            date: "令和8年11月22日".to_owned(),
            to: hospital(),
            from: clinic(),
            patient: person(),
            priority: None,
            diagnosis: "1. 労作性狭心症の疑い\n2. 高血圧症\n3. 2型糖尿病".to_owned(),
            purpose: "労作時胸部圧迫感の精査・加療のお願い".to_owned(),
            history: text(
                "既往歴：平成20年 胆石症にて腹腔鏡下胆嚢摘出術。薬剤アレルギーなし。\n家族歴：父 心筋梗塞（68歳）、母 脳梗塞。",
            ),
            course: text(
                "平素より大変お世話になっております。高血圧症、2型糖尿病にて当院に通院中の方です。\n本年10月頃より、坂道を上ると前胸部の圧迫感を自覚され、安静にすると5分ほどで消失するとのことです。11月20日の心電図では、安静時に明らかなST変化を認めませんでした。\n血圧 142/78 mmHg、脈拍 72/分 整、SpO₂ 97 %（室内気）。\nHbA1c 7.2 %、LDL-C 138 mg/dL、Cr 0.81 mg/dL、eGFR 51.3、BNP 46.2 pg/mL。",
            ),
            treatment: text(
                "降圧薬と経口血糖降下薬を継続し、ニトログリセリン舌下錠を頓用で処方しました。症状は週に1～2回で、増悪傾向はありません。",
            ),
            prescription: [
                "アムロジピンOD錠5mg　1回1錠　1日1回　朝食後　28日分",
                "メトホルミン塩酸塩錠250mg　1回1錠　1日2回　朝・夕食後　28日分",
                "ニトログリセリン舌下錠0.3mg　1回1錠　胸痛時　10回分",
            ]
            .map(str::to_owned)
            .to_vec(),
            remarks: text("ご多用のところ恐れ入りますが、よろしくお願い申し上げます。"),
            attachments: vec![
                "心電図（令和8年11月20日）1枚".to_owned(),
                "血液検査結果（令和8年11月20日）1枚".to_owned(),
            ],
            drafted_by: text("鈴木 洋子（事務）"),
            approved_by: text("岩田 一郎"),
        }
    }

    fn set(name: &str, letter: &Letter) -> Option<Proof> {
        proof(name, "letter.typ", letter, &letter.stamp)
    }

    #[test]
    fn an_ordinary_letter_is_one_page_with_the_fields_of_the_form_in_order() {
        let Some(proof) = set("letter", &sample()) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        let run = proof.run();
        let fields = [
            "別紙様式11",
            "診療情報提供書",
            "紹介先医療機関等名",
            "担当医",
            "殿",
            "紹介元医療機関",
            "電話番号",
            "医師氏名",
            "患者氏名",
            "生年月日",
            "患者住所",
            "傷病名",
            "紹介目的",
            "既往歴及び家族歴",
            "症状経過及び検査結果",
            "治療経過",
            "現在の処方",
            "備考",
            "添付資料",
            "作成：鈴木洋子",
            "承認：岩田一郎",
            "1／1頁",
        ];
        let mut rest = run.as_str();
        for field in fields {
            let Some((_, after)) = rest.split_once(field) else {
                panic!("{field} is missing or out of order in\n{}", proof.text)
            };
            rest = after;
        }
        proof.has("昭和15年3月2日（86歳）");
        assert!(!run.contains("見本") && !run.contains("下書き") && !run.contains('〓'));
    }

    #[test]
    fn a_long_letter_repeats_its_headings_and_loses_nothing() {
        let mut letter = sample();
        let paragraph = letter.course.clone().unwrap();
        let course: Vec<String> = (1..=12)
            .map(|n| format!("（第{n}段）{paragraph}"))
            .collect();
        letter.course = Some(course.join("\n\n"));
        letter.prescription = (1..=40)
            .map(|n| format!("{n}) アムロジピンOD錠5mg　1回1錠　1日1回　朝食後　28日分"))
            .collect();
        let Some(proof) = set("letter-long", &letter) else {
            return;
        };
        assert!((3..=6).contains(&proof.pages), "{} pages", proof.pages);
        proof.has("症状経過及び検査結果（続き）");
        assert_eq!(proof.run().matches("続紙").count(), proof.pages - 1);
        assert_eq!(
            proof.run().matches("R-2026-000123").count(),
            proof.pages + 1
        );
        for n in 1..=12 {
            proof.has(&format!("（第{n}段）"));
        }
        proof.has("40) アムロジピン");
        proof.has(&format!("{0}／{0}頁", proof.pages));
    }

    #[test]
    fn empty_optional_fields_leave_the_form_as_it_is() {
        let letter = Letter {
            to: Party {
                institution: "静岡市民病院".to_owned(),
                ..Party::default()
            },
            from: Party {
                institution: "岩田内科医院".to_owned(),
                ..Party::default()
            },
            patient: Person {
                name: "山田 太郎".to_owned(),
                ..Person::default()
            },
            history: None,
            course: None,
            treatment: None,
            prescription: Vec::new(),
            remarks: None,
            attachments: Vec::new(),
            drafted_by: None,
            approved_by: None,
            stamp: Stamp {
                url: None,
                draft: true,
                sample: true,
                ..stamp("R-2026-000124")
            },
            ..sample()
        };
        let Some(proof) = set("letter-empty", &letter) else {
            return;
        };
        assert_eq!(proof.pages, 1);
        for field in ["現在の処方", "備考", "下書き", "見本"] {
            proof.has(field);
        }
        assert!(!proof.run().contains("承認"));
    }

    #[test]
    fn rare_kanji_variants_and_very_long_names_are_printed() {
        let mut letter = sample();
        letter.priority = Some("至急".to_owned());
        letter.patient.name = "髙﨑𠮷齋 渡邉\u{E010F}邊\u{E0108} 辻\u{E0100}".to_owned();
        letter.patient.kana = None;
        letter.to.institution =
            "独立行政法人地域医療機能推進機構静岡中央総合医療センター附属東部地域医療支援病院"
                .to_owned();
        letter.to.doctor = Some(
            "アレクサンドラ・マリア・ゴンザレス・デ・ラ・クルス・イ・フェルナンデス".to_owned(),
        );
        letter.from.address = Some("〒420-0853 静岡県静岡市葵区追手町九丁目五番地の十二 メディカルプラザ静岡セントラルタワー東館アネックス11階1102号室".to_owned());
        letter.patient.address = Some("静岡県".repeat(40));
        letter.patient.occupation = Some("会社役員・非常勤講師・町内会長".to_owned());
        letter.remarks = Some(format!("URL {} 外字\u{E001} 絵文字😀", "a".repeat(300)));
        let Some(proof) = set("letter-names", &letter) else {
            return;
        };
        proof.has("髙﨑𠮷齋");
        proof.has(&"a".repeat(300));
        proof.has("外字〓絵文字〓");
        proof.has("〓は、この様式では印字できない文字です");
        proof.has(&letter.to.institution);
        proof.has("至急");
    }

    #[test]
    fn markup_in_the_texts_is_only_text() {
        let markup = "#let x = 1 #panic() $ a^2 $ *b* _c_ [d] <e> @f `g` \\ // h /* i */ = j + k #{1+1} --- ... \"q\" 'r' ~";
        let mut letter = sample();
        letter.course = Some(markup.to_owned());
        letter.patient.name = "#panic[*]".to_owned();
        letter.prescription = vec!["- [ ] #eval(\"1\")".to_owned(), "/ a: b".to_owned()];
        letter.to.institution = "== #set page(width: 1pt)".to_owned();
        let Some(proof) = set("letter-markup", &letter) else {
            return;
        };
        proof.has(markup);
        proof.has("#panic[*]");
        proof.has("- [ ] #eval(\"1\")");
        proof.has("== #set page(width: 1pt)");
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes() {
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(|| letter(&sample()).unwrap());
            (letter(&sample()).unwrap(), other.join().unwrap())
        });
        assert!(one == other, "two threads wrote different bytes");
    }
}
