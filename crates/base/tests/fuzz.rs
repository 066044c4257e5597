//! What people and files say in dates, names, medication and codes, broken in all ways: read or refused, and what was
//! read comes back.
#![cfg(test)]

use std::hint::black_box;

use renkei_base::code::{InstitutionCode, InsurerNumber, MemberId, MunicipalityCode, Prefecture};
use renkei_base::code::{postal_code, telephone, telephone_key};
use renkei_base::era::{self, FiscalYear, Month};
use renkei_base::medication::split_medication;
use renkei_base::name::{is_kana, kana_sort_key, search_key, to_hiragana, to_katakana};
use renkei_base::{Id, Micros};
use renkei_testkit::Fuzz;

const DATES: &[&str] = &[
    "S25.4.1",
    "昭和25年4月1日",
    "昭和元年12月26日",
    "R8/11/22",
    "h元-5-1",
    "㍼25.4.1",
    "S250401",
    "1950-4-1",
    "19500401",
    "1950年4月1日（昭和25年）",
    "1950(昭和25)年4月1日",
    "3250401",
    "令和八年十一月二十二日（日曜日）生",
    "平成31年4月30日",
    "明治6年1月1日",
    "令和8年度",
    "2026-11",
    "R8.11",
];
const ERAS: &[&str] = &[
    "明治", "大正", "昭和", "平成", "令和", "元年", "㍾", "㍿", "年度", "曜日", "(", "）", "生",
    "99999999",
];

#[test]
fn fuzz_dates() {
    let mut fuzz = Fuzz::new(DATES, ERAS);
    while let Some(text) = fuzz.next() {
        // Years of an era have two digits.
        if let Ok(date) = era::parse(&text)
            && date.year() < 2118
        {
            for again in [
                era::wareki(date),
                era::wareki_short(date),
                era::seireki(date),
                era::both(date),
            ] {
                assert_eq!(era::parse(&again), Ok(date), "{again}");
            }
        }
        if let Ok(month) = Month::parse(&text) {
            assert_eq!(Month::parse(&month.to_string()), Ok(month));
        }
        if let Ok(year) = FiscalYear::parse(&text)
            && year.0 < 2118
        {
            assert_eq!(FiscalYear::parse(&year.wareki()), Ok(year));
        }
        drop(renkei_base::era::FiscalYears::parse(&text));
    }
}

#[test]
fn fuzz_instants() {
    let good = [
        "2026-11-22T10:00:00+09:00",
        "2026-11-22T01:02:03.000004Z",
        "1950-04-01T00:00:00-12:00",
    ];
    let mut fuzz = Fuzz::new(
        &good,
        &[
            "9999",
            "-9999",
            "24:00",
            "23:59:60",
            "[Asia/Tokyo]",
            "0000",
            "+25:00",
        ],
    );
    while let Some(text) = fuzz.next() {
        if let Some(at) = Micros::from_fhir(&text) {
            assert_eq!(Micros::from_fhir(&at.to_fhir()), Some(at));
            black_box(Micros::from_japan(at.in_japan()));
        }
    }
}

#[test]
fn fuzz_names() {
    let good = [
        "𠮷田　太郎",
        "ﾖｼﾀﾞ ﾀﾛｳ",
        "よしだ・たろう",
        "葛󠄀城 髙﨑",
        "O'Neil-髙橋",
        "医療法人社団　青葉会",
        "ヴァイオリンー",
        "佐々木",
    ];
    let mut fuzz = Fuzz::new(
        &good,
        &[
            "々",
            "ー",
            "ﾞ",
            "゛",
            "か\u{3099}",
            "㈱",
            "ﷺ",
            "ｶﾞ",
            "İ",
            "\u{e0100}",
        ],
    );
    while let Some(text) = fuzz.next() {
        let key = search_key(&text);
        assert_eq!(search_key(&key), key, "idempotent");
        assert!(kana_sort_key(&text).len() <= 64 + text.len() * 40);
        let kana = to_katakana(&text);
        assert_eq!(to_katakana(&kana), kana);
        assert_eq!(
            to_katakana(&to_hiragana(&kana)),
            to_katakana(&to_hiragana(&text))
        );
        assert!(!is_kana(&text) || is_kana(&kana));
        drop(text.parse::<Id>());
    }
}

#[test]
fn fuzz_medication() {
    let good = [
        "アムロジピン錠5mg 1錠 1日1回朝食後\nアスピリン腸溶錠100mg 1錠 1日1回朝食後",
        "Rp1) ロキソニン錠60mg 3錠\n　　ムコスタ錠100mg 3錠\n　　分3 毎食後 7日分\nRp2) モーラステープ 1日1枚",
        "①酸化マグネシウム330mg 3T 3×N\n②センノシド 2T 眠前\n\n以上、お願いします",
        "・ワーファリン 2.5mg\r\n・ラシックス 20mg 1T1x朝",
    ];
    let mut fuzz = Fuzz::new(
        &good,
        &[
            "Rp",
            "1)",
            "①",
            "分3",
            "毎食後",
            "7日分",
            "\n\n",
            "\r\n",
            "・",
            "10.",
            "99999999999",
            "×",
        ],
    );
    while let Some(text) = fuzz.next() {
        let lines = split_medication(&text);
        assert!(lines.len() <= text.chars().count());
        for line in &lines {
            assert!(!line.drug.is_empty() && !line.text().is_empty());
        }
        // Nothing is dropped.
        let plain = text.replace("\r\n", "\n");
        let kept: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.original.split('\n'))
            .collect();
        if !lines.is_empty() {
            for part in plain.split([
                '\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}',
            ]) {
                assert!(
                    !part.chars().any(char::is_alphanumeric) || kept.contains(&part),
                    "{part:?} of {lines:?}"
                );
            }
        }
    }
}

#[test]
fn fuzz_codes() {
    let good = [
        "0412345678",
        "041009",
        "04100",
        "06123456",
        "06123456:12:345:01",
        "981-3131",
        "022-000-0000",
        "+81-22-000-0000",
        "宮城県仙台市青葉区",
        "０４１２３４５６７８",
    ];
    let mut fuzz = Fuzz::new(
        &good,
        &["：", "ー", "〒", "(内線)", "県", "000000000000", "-"],
    );
    while let Some(text) = fuzz.next() {
        for code in [InstitutionCode::parse(&text), InstitutionCode::read(&text)]
            .into_iter()
            .flatten()
        {
            assert_eq!(InstitutionCode::read(code.as_str()), Ok(code));
        }
        for code in [InsurerNumber::parse(&text), InsurerNumber::read(&text)]
            .into_iter()
            .flatten()
        {
            assert_eq!(InsurerNumber::read(code.as_str()), Ok(code));
        }
        for code in [
            MunicipalityCode::parse(&text),
            MunicipalityCode::from_spreadsheet(&text),
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(MunicipalityCode::parse(code.as_str()), Ok(code));
        }
        if let Ok(person) = MemberId::parse(&text) {
            drop((
                person.symbol().len(),
                person.number().len(),
                person.branch().len(),
                person.key(),
            ));
        }
        if let Ok(code) = postal_code(&text) {
            assert_eq!(postal_code(&code), Ok(code.clone()));
        }
        if let Ok(number) = telephone(&text) {
            assert_eq!(telephone(&number), Ok(number.clone()));
        }
        drop((telephone_key(&text), Prefecture::parse(&text)));
        black_box(Prefecture::of_address(&text).map(|(_, rest)| rest.len()));
    }
}
