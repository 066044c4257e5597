//! Lists of members: what is sure is taken, what is mistyped is suggested, the rest waits for a person.

use renkei_base::{Refusal, Role};
use renkei_directory::import::{Choice, wait};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, World, csv};

each_backend!(
    a_mistyped_name_gets_a_suggestion,
    lists_are_read_whatever_their_headings,
    only_the_region_decides,
);

const KIND: &str = "members";

async fn hospitals(world: &World) {
    let rows = [
        "132870723,東京海道病院,トウキョウカイドウビョウイン,,1,13,205,東京都青梅市末広町１－４－５,35.78,139.28,,0,0,,240,240",
        "132870724,青梅市立総合医療センター,オウメ,,1,13,205,東京都青梅市東青梅４－１６－５,35.78,139.27,,0,0,479,50,529",
        "131100002,目黒あおば病院,メグロアオバビョウイン,,1,13,110,東京都目黒区中目黒１－２－３,35.64,139.70,,0,0,60,0,60",
    ];
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &rows))
        .await
        .unwrap();
}

async fn a_mistyped_name_gets_a_suggestion(backend: Backend) {
    let world = World::new(backend).await;
    hospitals(&world).await;
    let file = csv(
        "区市町村,委託先",
        &[
            "青梅市,東京北海道病院",
            "目黒区,目黒あおば病院",
            "目黒区,どこにもない医院",
        ],
    );
    let file = String::from_utf8(file)
        .unwrap()
        .replace("委託先", "医療機関名")
        .into_bytes();
    let look = world
        .import(KIND, "委託先_20260401.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    let report = world
        .import(KIND, "委託先_20260401.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(report.to_json(), look.to_json());
    assert_eq!(
        report.to_json(),
        r#"{"accepted":1,"unchanged":0,"waiting":2,"refused":0,"warned":0}"#
    );
    let ctx = world.person(Role::RegionDesk, None);
    let waits = wait::waiting(&world.store, &ctx, 9).await.unwrap();
    let one = waits
        .iter()
        .find(|one| one.name == "東京北海道病院")
        .unwrap();
    let tokyo = world
        .store
        .institution_by_registry_id("132870723")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        one.candidates,
        std::slice::from_ref(&tokyo),
        "東京海道病院 is suggested"
    );
    let other = waits
        .iter()
        .find(|one| one.name == "どこにもない医院")
        .unwrap();
    assert!(other.candidates.is_empty());

    wait::confirm(&world.store, &ctx, &one.kind, &one.key, &tokyo)
        .await
        .unwrap();
    wait::dismiss(&world.store, &ctx, &other.kind, &other.key)
        .await
        .unwrap();
    let aliases = world.store.aliases_of(&tokyo).await.unwrap();
    assert_eq!(
        (aliases[0].name.as_str(), aliases[0].place.as_str()),
        ("東京北海道病院", "青梅市"),
        "as typed"
    );
    let values = world.store.institution_values(&tokyo).await.unwrap();
    let member = values
        .iter()
        .find(|one| one.field.starts_with("member-"))
        .unwrap();
    assert_eq!(
        (member.value.as_str(), member.source.as_str()),
        ("委託先", "members")
    );
    let twice = wait::confirm(&world.store, &ctx, &one.kind, &one.key, &tokyo).await;
    assert!(matches!(twice, Err(Failure::Refused(Refusal::NotFound))));
    // Next year's list needs nobody, and tells who has left.
    let next = csv(
        "区市町村,医療機関名",
        &["青梅市,東京北海道病院", "目黒区,どこにもない医院"],
    );
    let next = world
        .import(KIND, "委託先_20270401.csv", &next, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(
        (next.unchanged, next.accepted, next.waiting, next.missing),
        (2, 0, 0, 1)
    );
    assert_eq!(next.missing_names, ["目黒あおば病院"]);
}

/// A workbook with one sheet of texts.
pub(crate) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    use std::io::Write;
    let mut sheet = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (row, cells) in (1..).zip(rows) {
        sheet.push_str(&format!("<row r=\"{row}\">"));
        for (column, cell) in (b'A'..=b'Z').zip(cells.iter()) {
            let at = format!("{}{row}", char::from(column));
            sheet.push_str(&format!(
                "<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"
            ));
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let files = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{office}\"><sheets><sheet name=\"1301東京都区中央部\" sheetId=\"1\" r:id=\"s1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"s1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn lists_are_read_whatever_their_headings(backend: Backend) {
    let world = World::new(backend).await;
    hospitals(&world).await;
    let file = workbook(&[
        &["会員名簿（令和８年度）"],
        &["No", "所在地", "施設の名称", "電話"],
        &[
            "1",
            "東京都青梅市末広町1-4-5",
            "医療法人　東京海道病院",
            "0428-00-0000",
        ],
        &["2", "目黒区中目黒", "目黒あおば病院", ""],
        &["3", "目黒区", "", ""],
    ]);
    // The name says CSV, the content is Excel: the content counts.
    let report = world
        .import(KIND, "会員名簿.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(
        report.to_json(),
        r#"{"accepted":2,"unchanged":0,"waiting":0,"refused":1,"warned":0}"#
    );
    assert_eq!(
        (report.remarks[0].line, report.remarks[0].reason),
        (5, "fault-import-empty")
    );
    let without = csv("a,b", &["1,2"]);
    let refused = world.import(KIND, "x.csv", &without, Choice::WRITE).await;
    let Err(Failure::Refused(Refusal::Invalid(faults))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(faults[0].key, "fault-import-members-headings");
    let half = &file[..file.len() / 2];
    assert!(
        world
            .import(KIND, "x.xlsx", half, Choice::WRITE)
            .await
            .is_err()
    );
}

async fn only_the_region_decides(backend: Backend) {
    let world = World::new(backend).await;
    hospitals(&world).await;
    let doctor = world.person(Role::Doctor, None);
    assert!(wait::waiting(&world.store, &doctor, 9).await.is_err());
    let tokyo = world
        .store
        .institution_by_registry_id("132870723")
        .await
        .unwrap()
        .unwrap();
    let tried = wait::confirm(&world.store, &doctor, KIND, "x", &tokyo).await;
    assert!(matches!(tried, Err(Failure::Refused(_))));
}
