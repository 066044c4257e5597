//! Files whose columns stand under each other's headings, and files of another kind: told before anything is written.

use renkei_base::{Fault, Refusal};
use renkei_directory::import::{Choice, Report};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(
    swapped_headings_are_asked_about,
    a_file_of_another_kind_is_told
);

const CARE: &str = "都道府県コード又は市町村コード,都道府県名,市区町村名,事業所名,事業所名カナ,サービスの種類,住所,緯度,経度,電話番号,事業所番号";
const CARE_ROWS: [&str; 2] = [
    "131105,東京都,目黒区,ひまわり訪問看護ステーション,ヒマワリホウモンカンゴステーション,訪問看護,目黒区中目黒1-2-3,35.64,139.70,03-5555-0001,1360000010",
    "131105,東京都,目黒区,さくら訪問看護,サクラホウモンカンゴ,訪問看護,目黒区碑文谷3-4,35.63,139.69,03-5555-0002,1360000028",
];
const MEMBERS: &str = "医療機関名,住所";
const MEMBER_ROWS: [&str; 2] = [
    "目黒ひかり病院,東京都目黒区碑文谷1-2",
    "井上病院,沖縄県那覇市天久１",
];
const AREAS: &str = "圏域コード,圏域名,市区町村コード,市区町村名";
const AREA_ROWS: [&str; 2] = [
    "1303,区西南部,131105,目黒区",
    "1303,区西南部,131121,世田谷区",
];
const CODE_ROWS: [&str; 2] = [
    "010112489,0112489,医療法人 愛全病院,005-0813,札幌市南区川沿１３条２丁目",
    "010112489,0112489,医療法人 愛全病院,005-0813,札幌市南区川沿１３条２丁目",
];

/// The headings with two of them exchanged.
fn swapped(headings: &str, one: &str, other: &str) -> String {
    let exchange = |heading| match heading {
        heading if heading == one => other,
        heading if heading == other => one,
        heading => heading,
    };
    let list: Vec<&str> = headings.split(',').map(exchange).collect();
    list.join(",")
}

fn named(report: &Report) -> Vec<&str> {
    let doubts = report.doubts.iter();
    doubts.map(|doubt| doubt.heading.as_str()).collect()
}

async fn swapped_headings_are_asked_about(backend: Backend) {
    let world = World::new(backend).await;
    let medical = "medical-institutions";
    for (kind, headings, rows, one, other) in [
        (medical, HEADINGS, &ROWS[..], "正式名称", "所在地"),
        (
            medical,
            HEADINGS,
            &ROWS[..],
            "正式名称",
            "正式名称（フリガナ）",
        ),
        (
            medical,
            HEADINGS,
            &ROWS[..],
            "所在地座標（緯度）",
            "所在地座標（経度）",
        ),
        ("care-services", CARE, &CARE_ROWS[..], "事業所名", "住所"),
        ("care-services", CARE, &CARE_ROWS[..], "緯度", "経度"),
        (
            "care-services",
            CARE,
            &CARE_ROWS[..],
            "電話番号",
            "事業所名",
        ),
        ("members", MEMBERS, &MEMBER_ROWS[..], "医療機関名", "住所"),
        ("areas", AREAS, &AREA_ROWS[..], "圏域名", "市区町村名"),
    ] {
        let file = csv(&swapped(headings, one, other), rows);
        let report = world.import(kind, "a.csv", &file, Choice::WRITE).await;
        let report = report.unwrap();
        let told = named(&report);
        assert!(report.stopped, "{kind} {one} {other}: {report:?}");
        assert!(told.contains(&one) || told.contains(&other), "{told:?}");
        assert_eq!(report.rows(), 0, "{kind}: nothing was done");
    }
    let mut file = CODE_ROWS.join("\n");
    for (one, other) in [
        ("医療法人 愛全病院", "#"),
        ("札幌市南区川沿１３条２丁目", "医療法人 愛全病院"),
        ("#", "札幌市南区川沿１３条２丁目"),
    ] {
        file = file.replace(one, other);
    }
    let report = world.codes("a.csv", file.as_bytes()).await.unwrap();
    assert_eq!((report.stopped, named(&report)), (true, vec!["3", "5"]));
    assert_eq!(world.store.institutions().await.unwrap(), []);
    assert_eq!(world.store.import_waits(9).await.unwrap(), []);
    assert_eq!(world.store.import_runs(9).await.unwrap(), []);

    // A look tells it, and what would be written; a person may say that it is right.
    let file = csv(&swapped(HEADINGS, "正式名称", "所在地"), &ROWS[..1]);
    let look = world
        .import(medical, "a.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!(
        (look.accepted, named(&look)),
        (1, vec!["正式名称", "所在地"])
    );
    let right = Choice {
        columns_right: true,
        ..Choice::WRITE
    };
    let written = world.import(medical, "a.csv", &file, right).await.unwrap();
    assert_eq!((written.accepted, written.stopped), (1, false));
    // Files as they should be are not asked about.
    for (kind, headings, rows) in [
        (medical, HEADINGS, &ROWS[..]),
        ("care-services", CARE, &CARE_ROWS[..]),
        ("members", MEMBERS, &MEMBER_ROWS[..]),
        ("areas", AREAS, &AREA_ROWS[..]),
    ] {
        let file = csv(headings, rows);
        let look = world.import(kind, "b.csv", &file, Choice::LOOK).await;
        assert_eq!(look.unwrap().doubts, [], "{kind}");
    }
}

fn faults(answer: Result<Report, Failure>) -> Vec<Fault> {
    match answer {
        Err(Failure::Refused(Refusal::Invalid(faults))) => faults,
        other => panic!("{other:?}"),
    }
}

async fn a_file_of_another_kind_is_told(backend: Backend) {
    let world = World::new(backend).await;
    let care = csv(CARE, &CARE_ROWS);
    let told = faults(world.hospitals("a.csv", &care).await);
    let keys: Vec<&str> = told.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "fault-import-heading-missing",
            "fault-import-headings-there",
            "fault-import-looks-like"
        ]
    );
    assert_eq!(
        told[0].args[0].1,
        "ID、正式名称、機関区分、都道府県コード、市区町村コード、所在地"
    );
    assert!(
        told[1].args[0]
            .1
            .starts_with("都道府県コード又は市町村コード、都道府県名、市区町村名、事業所名")
    );
    assert_eq!(told[2].args[0].1, "care-services");
    let hospitals = csv(HEADINGS, &ROWS);
    for (kind, file, like) in [
        ("areas", &hospitals, "medical-institutions"),
        ("institution-codes", &hospitals, "medical-institutions"),
        ("institution-codes", &csv(MEMBERS, &MEMBER_ROWS), "members"),
        (
            "care-services",
            &CODE_ROWS.join("\n").into_bytes(),
            "institution-codes",
        ),
        ("medical-institutions", &csv(AREAS, &AREA_ROWS), "areas"),
    ] {
        let told = faults(world.import(kind, "a.csv", file, Choice::WRITE).await);
        let last = told.last().unwrap();
        assert_eq!(
            (last.key.as_str(), last.args[0].1.as_str()),
            ("fault-import-looks-like", like),
            "{kind}"
        );
    }
    // A heading is missing, but it is no list of members.
    for lost in ["正式名称", "所在地"] {
        let headings = HEADINGS.replacen(lost, "備考", 1);
        let file = csv(&headings, &ROWS);
        let told = faults(world.hospitals("a.csv", &file).await);
        let keys: Vec<&str> = told.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "fault-import-heading-missing",
                "fault-import-headings-there"
            ],
            "{lost}"
        );
        let told = faults(world.import("areas", "a.csv", &file, Choice::WRITE).await);
        let last = told.last().unwrap();
        assert_eq!(last.args[0].1, "medical-institutions", "{lost}");
    }
}
