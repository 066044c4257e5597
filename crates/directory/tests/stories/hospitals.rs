//! Files of 医療情報ネット with the traps that real ones have.

use renkei_base::{Refusal, Role};
use renkei_directory::import::{self, Choice, Level, Source};
use renkei_directory::{Finder, institution};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(
    twice_is_once,
    next_years_file_keeps_the_old_name,
    every_refused_row_is_told_with_its_place,
    columns_may_move_but_not_be_missing,
    lost_zeros_are_reported_and_nothing_is_overwritten,
    what_an_institution_said_itself_stays,
    only_the_region_imports,
    an_older_file_changes_nothing,
);

async fn twice_is_once(backend: Backend) {
    let world = World::new(backend).await;
    let file = csv(HEADINGS, &ROWS);
    let first = world.hospitals("h_20250601.csv", &file).await.unwrap();
    assert_eq!(
        first.to_json(),
        r#"{"accepted":5,"unchanged":0,"waiting":0,"refused":0,"warned":3}"#
    );
    let bom = [b"\xEF\xBB\xBF".as_slice(), &file].concat();
    let again = world.hospitals("h_20250601.csv", &bom).await.unwrap();
    assert_eq!(
        again.to_json(),
        r#"{"accepted":0,"unchanged":5,"waiting":0,"refused":0,"warned":3}"#
    );
    let text = String::from_utf8(file).unwrap();
    let (sjis, _, lossy) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lossy);
    let other = world.hospitals("h_20250601.csv", &sjis).await.unwrap();
    assert_eq!((other.accepted, other.unchanged), (0, 5));

    let id = world
        .store
        .institution_by_registry_id("0111010000010")
        .await
        .unwrap()
        .unwrap();
    let one = institution::get(&world.store, &world.program(), &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.organization.municipality(), Some("011011"));
    assert_eq!(one.organization.beds("psychiatric"), Some(32));
    assert_eq!(one.organization.beds("tuberculosis"), None);
    let location = one.location.unwrap();
    assert_eq!(location.position(), Some((43.055405, 141.333497)));
    assert_eq!(location.closed_days(), Some(vec!["sun", "holiday"]));
    assert_eq!(
        (one.row.source_date.as_str(), one.row.source.as_str()),
        ("2025-06-01", "medical-information-net")
    );
    assert_eq!(world.store.import_runs(9).await.unwrap().len(), 3);
}

async fn next_years_file_keeps_the_old_name(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let renamed = ROWS.map(|row| row.replace("昭和大学附属烏山病院", "昭和医科大学烏山病院"));
    let renamed = renamed.each_ref().map(String::as_str);
    let report = world
        .hospitals("h_20260601.csv", &csv(HEADINGS, &renamed))
        .await
        .unwrap();
    assert_eq!((report.accepted, report.unchanged), (1, 4));

    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(finder.len(), 5, "still one institution");
    let hit = finder.by_registry_id("131120001").unwrap();
    assert_eq!(hit.name, "昭和医科大学烏山病院");
    let one = institution::get(&world.store, &world.program(), &hit.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        one.organization.name_on("2019-05-01"),
        "昭和大学附属烏山病院"
    );
    assert_eq!(
        one.organization.name_on("2026-06-01"),
        "昭和医科大学烏山病院"
    );
    let search = renkei_directory::Search {
        words: "昭和大学附属烏山".to_owned(),
        ..Default::default()
    };
    assert_eq!(finder.search(&search).total, 1, "found by its old name");
}

async fn every_refused_row_is_told_with_its_place(backend: Backend) {
    let world = World::new(backend).await;
    let too_long = ROWS[0].replace("札幌医科大学附属病院", &"長".repeat(101));
    let rows = [
        "\"0111010000010\",\"札幌\n病院\",,,1,01,101,北海道札幌市中央区,,,,,,,,",
        "0111010000011,甲病院,,,9,01,101,北海道札幌市中央区,,,,,,,,",
        "0111010000012,甲病院,,,1,48,101,北海道札幌市中央区,,,,,,,,",
        "0111010000013,甲病院,,,1,01,011012,北海道札幌市中央区,,,,,,,,",
        "0111010000014,,,,1,01,101,北海道札幌市中央区,,,,,,,,",
        "0111010000015,甲病院,,,1,01,101",
        "01110-1,甲病院,,,1,01,101,北海道札幌市中央区,,,,,,,,",
        "4711010000016,甲病院,,,1,01,101,北海道札幌市中央区,,,,,,,,",
        &too_long,
        ROWS[0],
        ROWS[0],
        &ROWS[0].replace("札医大", "別の略称"),
        "0111010000099,乙病院,オツ,,1,01,011011,北海道札幌市中央区,141.3,43.0,javascript:x,,,4O,,40",
    ];
    let report = world
        .hospitals("h.csv", &csv(HEADINGS, &rows))
        .await
        .unwrap();
    assert_eq!(
        report.to_json(),
        r#"{"accepted":2,"unchanged":1,"waiting":0,"refused":10,"warned":1}"#
    );
    assert_eq!(report.rows(), rows.len() as u64);
    let told: Vec<String> = report
        .remarks
        .iter()
        .map(|remark| {
            format!(
                "{} {} {} {}",
                remark.line,
                remark.level.code(),
                remark.field,
                remark.reason
            )
        })
        .collect();
    insta::allow_duplicates! { insta::assert_snapshot!(told.join("\n"), @r"
    2 refused 正式名称 fault-import-control
    4 refused 機関区分 fault-import-row-kind
    5 refused 都道府県コード fault-import-prefecture
    6 refused 市区町村コード fault-municipality-code-check-digit
    7 refused 正式名称 fault-import-empty
    8 refused  fault-import-row-width
    9 refused ID fault-import-id
    10 refused ID fault-import-id-prefecture
    11 refused 正式名称 fault-import-too-long
    14 refused ID fault-import-id-twice
    15 warned 所在地座標 fault-import-position-swapped
    15 warned 案内用ホームページアドレス fault-import-url
    15 warned 一般病床 fault-import-beds
    15 warned 合計病床数 fault-import-beds-total
    "); }
    let rejects = String::from_utf8(report.rejects_csv(|key| key.to_owned())).unwrap();
    assert!(rejects.starts_with("\u{FEFF}line,level,field,reason,value,text\n2,refused,正式名称,fault-import-control,札幌病院,"));
}

async fn columns_may_move_but_not_be_missing(backend: Backend) {
    let world = World::new(backend).await;
    let moved = csv(
        "所在地,機関区分,ID,正式名称,市区町村コード,都道府県コード",
        &["東京都目黒区中町１,1,131100009,丙病院,110,13"],
    );
    assert_eq!(world.hospitals("m.csv", &moved).await.unwrap().accepted, 1);
    let missing = world
        .hospitals("x.csv", &csv("ID,正式名称", &["1,2"]))
        .await;
    let Err(Failure::Refused(Refusal::Invalid(faults))) = missing else {
        panic!("{missing:?}")
    };
    assert_eq!(
        faults[0].args[0].1,
        "機関区分、都道府県コード、市区町村コード、所在地"
    );
}

async fn lost_zeros_are_reported_and_nothing_is_overwritten(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let spoilt = ROWS[0]
        .replace("0111010000010", "111010000010")
        .replace(",01,", ",1,")
        .replace("札医大", "改");
    let report = world
        .hospitals("h_20260601.csv", &csv(HEADINGS, &[&spoilt, ROWS[1]]))
        .await
        .unwrap();
    assert_eq!(
        (report.refused, report.unchanged, report.accepted),
        (1, 1, 0)
    );
    assert_eq!(report.reasons().get("fault-import-id-zeros"), Some(&1));
    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(
        (
            finder.len(),
            finder
                .by_registry_id("0111010000010")
                .unwrap()
                .short
                .as_str()
        ),
        (5, "札医大")
    );
}

async fn what_an_institution_said_itself_stays(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let id = world
        .store
        .institution_by_registry_id("131100002")
        .await
        .unwrap()
        .unwrap();
    let own = world.person(Role::InstitutionAdmin, Some(&id));
    let contact = institution::Contact {
        phone: "０３（１２３４）５６７８".to_owned(),
        url: "https://aoba.example.jp/".to_owned(),
        address: "目黒区新しい町９".to_owned(),
        desk: "地域連携室".to_owned(),
        desk_phone: "03-1234-5679".to_owned(),
        hours: "平日 9:00–17:00\r\n土曜は午前".to_owned(),
        access: "駅から徒歩5分".to_owned(),
        ..Default::default()
    };
    institution::edit(&world.store, &own, &id, &contact)
        .await
        .unwrap();
    let changed = ROWS[2]
        .replace("www.example.jp", "www.other.jp")
        .replace(",60,0,61", ",50,0,50");
    let report = world
        .hospitals("h_20260601.csv", &csv(HEADINGS, &[&changed]))
        .await
        .unwrap();
    assert_eq!(report.accepted, 1);
    let one = institution::get(&world.store, &own, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        one.organization.telecom("url"),
        Some("https://aoba.example.jp/")
    );
    assert_eq!(one.organization.telecom("phone"), Some("03-1234-5678"));
    assert_eq!(one.organization.beds("total"), Some(50));
    let said = institution::contact_of(&one.organization, one.location.as_ref());
    assert_eq!(said.address, "東京都目黒区新しい町９");
    assert_eq!(
        (said.desk.as_str(), said.desk_phone.as_str()),
        ("地域連携室", "03-1234-5679")
    );
    assert_eq!(said.hours, "平日 9:00–17:00\n土曜は午前");
    assert_eq!(said.access, "駅から徒歩5分");
    let fields: Vec<&str> = one
        .values
        .iter()
        .map(|value| value.field.as_str())
        .collect();
    let said_itself = [
        "access",
        "address",
        "desk",
        "desk_phone",
        "hours",
        "phone",
        "url",
    ];
    assert_eq!(fields, said_itself);
    assert!(one.values.iter().all(|value| value.confirmed_at.is_some()));

    let bad = institution::Contact {
        phone: "内線12".to_owned(),
        fax: "\u{7}".to_owned(),
        url: "javascript:alert(1)".to_owned(),
        ..Default::default()
    };
    let Err(Failure::Refused(Refusal::Invalid(faults))) =
        institution::edit(&world.store, &own, &id, &bad).await
    else {
        panic!("refused")
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["phone", "fax", "url"]);
    let stranger = world.person(Role::InstitutionAdmin, Some(&world.ids.id()));
    let refused = institution::edit(&world.store, &stranger, &id, &contact).await;
    assert!(matches!(
        refused,
        Err(Failure::Refused(Refusal::Forbidden(_)))
    ));
}

async fn only_the_region_imports(backend: Backend) {
    let world = World::new(backend).await;
    let source = Source::read("h.csv", csv(HEADINGS, &ROWS)).unwrap();
    let kind = import::kind("medical-institutions").unwrap();
    for role in Role::ALL
        .into_iter()
        .filter(|role| !matches!(role, Role::RegionAdmin | Role::RegionDesk))
    {
        let ctx = world.person(role, None);
        let tried = import::import(
            &world.store,
            &ctx,
            kind,
            &source,
            Choice::WRITE,
            &mut |_| {},
        )
        .await;
        assert!(
            matches!(tried, Err(Failure::Refused(Refusal::NotFound))),
            "{role:?}"
        );
    }
    assert!(world.store.institutions().await.unwrap().is_empty());
}

async fn an_older_file_changes_nothing(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let old = ROWS[4].replace("井上病院", "旧井上病院");
    let report = world
        .hospitals("h_20240601.csv", &csv(HEADINGS, &[&old]))
        .await
        .unwrap();
    assert_eq!(
        (report.unchanged, report.warned, report.accepted),
        (1, 1, 0)
    );
    assert!(
        report
            .remarks
            .iter()
            .all(|remark| remark.level == Level::Warned && remark.reason == "fault-import-older")
    );
}
