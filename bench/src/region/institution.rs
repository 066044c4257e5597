//! Institutions of every common kind, all over the country, with invented names.

use renkei_base::Id;
use renkei_base::Scope;
use renkei_base::code::{MunicipalityCode, Prefecture};
use renkei_directory::Kind;
use renkei_fhir::{Location, Organization};
use renkei_store::institution::InstitutionRow;
use renkei_store::{Changes, Place};

use super::Making;
use crate::Done;

/// Kind, and what its names end with.
const KINDS: [(Kind, &str, &str); 8] = [
    (Kind::Hospital, "病院", "ビョウイン"),
    (Kind::Clinic, "内科クリニック", "ナイカクリニック"),
    (Kind::Clinic, "医院", "イイン"),
    (Kind::Clinic, "整形外科", "セイケイゲカ"),
    (Kind::DentalClinic, "歯科医院", "シカイイン"),
    (
        Kind::DentalClinic,
        "デンタルクリニック",
        "デンタルクリニック",
    ),
    (Kind::Pharmacy, "薬局", "ヤッキョク"),
    (
        Kind::VisitingNurse,
        "訪問看護ステーション",
        "ホウモンカンゴステーション",
    ),
];

const NAMES: [(&str, &str); 40] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡邊", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("齋藤", "サイトウ"),
    ("清水", "シミズ"),
    ("山崎", "ヤマザキ"),
    ("森", "モリ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
    ("阿部", "アベ"),
    ("石川", "イシカワ"),
    ("山下", "ヤマシタ"),
    ("中島", "ナカジマ"),
    ("石井", "イシイ"),
    ("小川", "オガワ"),
    ("前田", "マエダ"),
    ("岡田", "オカダ"),
    ("長谷川", "ハセガワ"),
    ("藤田", "フジタ"),
    ("後藤", "ゴトウ"),
    ("近藤", "コンドウ"),
    ("村上", "ムラカミ"),
    ("遠藤", "エンドウ"),
    ("青木", "アオキ"),
    ("坂本", "サカモト"),
];

const PLACES: [(&str, &str); 12] = [
    ("", ""),
    ("中央", "チュウオウ"),
    ("駅前", "エキマエ"),
    ("北", "キタ"),
    ("南", "ミナミ"),
    ("東", "ヒガシ"),
    ("西", "ニシ"),
    ("さくら", "サクラ"),
    ("みどり", "ミドリ"),
    ("ひまわり", "ヒマワリ"),
    ("港", "ミナト"),
    ("本町", "ホンチョウ"),
];

/// Writes them; the first is a hospital.
pub(super) async fn make(making: &Making, many: usize) -> Done<Vec<Id>> {
    let ids: Vec<Id> = (0..many).map(|_| making.ids.id()).collect();
    let numbered: Vec<(usize, &Id)> = ids.iter().enumerate().collect();
    let ctx = making.ctx();
    for some in numbered.chunks(25) {
        let mut changes = Changes::default();
        for (number, id) in some {
            one(*number, id, ctx.at, &mut changes)?;
        }
        making.store.commit(&ctx, changes).await?;
    }
    Ok(ids)
}

fn one(number: usize, id: &Id, at: renkei_base::Micros, changes: &mut Changes) -> Done<()> {
    let none = || "a table that is too short";
    let (kind, end, end_kana) = KINDS.get(number % KINDS.len()).ok_or_else(none)?;
    let (name, kana) = NAMES.get(number * 7 % NAMES.len()).ok_or_else(none)?;
    let (place, place_kana) = PLACES.get(number / 3 % PLACES.len()).ok_or_else(none)?;
    // Five digits: a prefecture and one of its first cities; the sixth is the check digit.
    let municipality =
        MunicipalityCode::parse(&format!("{:02}{}", 1 + number % 47, 201 + number / 47 % 12));
    let municipality = municipality.map_err(|fault| format!("{fault:?}"))?;
    let prefecture = municipality.prefecture();
    let address = format!(
        "{}見本{}市{}町{}丁目{}番{}号",
        prefecture.map(Prefecture::name).unwrap_or_default(),
        201 + number / 47 % 12,
        place,
        1 + number % 9,
        1 + number % 30,
        1 + number % 17
    );
    let row = InstitutionRow {
        id: id.clone(),
        kind: kind.code().to_owned(),
        prefecture: prefecture.map(Prefecture::code).unwrap_or_default(),
        municipality: municipality.as_str().to_owned(),
        registry_id: Some(format!("{:02}9{number:010}", 1 + number % 47)),
        code: Some(format!("{:02}1{number:07}", 1 + number % 47)),
        name: format!("医療法人社団見本会 {place}{name}{end}"),
        kana: format!("{place_kana}{kana}{end_kana}"),
        short: format!("{place}{name}{end}"),
        other_names: String::new(),
        address,
        active: true,
        source: "bench".to_owned(),
        source_date: "2026-06-01".to_owned(),
        fingerprint: String::new(),
        updated: at,
    };
    changes.put_institution(&row);
    let place = Place {
        patient: None,
        scope: Scope::Record,
        owner: None,
    };
    changes.create(organization(&row).into_resource(), place.clone());
    let mut location = Location::of_institution(id);
    location.set_name(&row.name);
    changes.create(location.into_resource(), place);
    Ok(())
}

fn organization(row: &InstitutionRow) -> Organization {
    let mut organization = Organization::new(&row.id);
    organization.set_name(&row.name);
    organization.set_kana(Some(&row.kana));
    organization.set_short_name(Some(&row.short));
    organization.set_kind(&row.kind);
    organization.set_prefecture(&row.prefecture);
    organization.set_municipality(&row.municipality);
    organization.set_address(&row.address);
    if let Some(id) = &row.registry_id {
        organization.set_registry_id(id);
    }
    if let Some(code) = &row.code {
        organization.set_code(code);
    }
    organization
}
