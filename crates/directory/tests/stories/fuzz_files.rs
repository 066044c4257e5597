//! Boundaries, workbooks and tables of services and hours, broken in all ways: read, or refused with a reason.

use std::io::Write as _;

use renkei_directory::boundary::{dissolve, read, topology};
use renkei_directory::import::care_row::CareLayout;
use renkei_directory::import::medical_hours::HoursLayout;
use renkei_directory::import::workbook::Workbook;
use renkei_directory::import::{Source, bed_sheet};
use renkei_testkit::Fuzz;

const SHAPES: &[&str] = &[
    r#"{"type":"FeatureCollection","name":"N03-21_13_210101","features":[{"type":"Feature","properties":{"N03_001":"東京都","N03_004":"目黒区","N03_007":"13110"},"geometry":{"type":"Polygon","coordinates":[[[139.68,35.64],[139.70,35.64],[139.70,35.62],[139.68,35.62],[139.68,35.64]]]}}]}"#,
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"N03_003":"西多摩郡","N03_004":"瑞穂町","N03_007":"13303"},"geometry":{"type":"MultiPolygon","coordinates":[[[[139.3,35.7],[139.4,35.7],[139.4,35.8],[139.3,35.7]],[[139.35,35.71],[139.36,35.71],[139.36,35.72],[139.35,35.71]]]]}}]}"#,
    r#"{"type":"Topology","transform":{"scale":[0.001,0.001],"translate":[139.0,35.0]},"arcs":[[[0,0],[10,0],[0,10],[-10,-10]],[[5,5],[1,1]]],"objects":{"N03-21_13_210101":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[0]],"properties":{"N03_004":"目黒区","N03_007":"13110"}},{"type":"MultiPolygon","arcs":[[[-1]],[[1]]],"properties":{"N03_007":"13103"}}]}}}"#,
];
const SHAPE_WORDS: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    "null",
    "-1",
    "-2147483648",
    "1e400",
    "NaN",
    "139.70",
    "[139.68,35.64]",
    "[0,0]",
    "[]",
    "\"arcs\":",
    "\"transform\":null",
    "\"Polygon\"",
    "\"coordinates\":",
    "\"geometry\":null",
    "18446744073709551616",
    "\"N03_007\":13110",
];

#[test]
fn fuzz_boundaries() {
    let mut fuzz = Fuzz::new(SHAPES, SHAPE_WORDS);
    let mut whole = 0;
    while let Some(text) = fuzz.next() {
        let Ok(found) = read::features(&text) else {
            continue;
        };
        let polygons = found
            .features
            .iter()
            .filter_map(|one| one.polygons.as_ref().ok());
        let mut shapes: Vec<_> = polygons
            .cloned()
            .map(|rings| rings.into_iter().flatten().collect::<Vec<_>>())
            .collect();
        whole += shapes.len();
        drop(dissolve::dissolve(shapes.iter().map(Vec::as_slice)));
        drop(dissolve::inner(shapes.iter().map(Vec::as_slice)));
        topology::simplify(&mut shapes, 10);
        for one in &found.features {
            assert!(one.properties.nobodys() || one.properties.full_name().len() <= text.len());
        }
    }
    assert!(whole > 0, "nothing was ever read");
}

const PARTS: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="区中央部" sheetId="1" r:id="r1"/></sheets></workbook>"#,
    ),
    (
        "xl/sharedStrings.xml",
        r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2"><si><t>医療機関名</t></si><si><t>高度急性期</t></si></sst>"#,
    ),
    (
        "xl/worksheets/sheet1.xml",
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:C2"/><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>急性期</t></is></c></row><row r="2"><c r="A2" t="str"><v>岩田病院</v></c><c r="B2"><v>120</v></c><c r="C2"><v>1.5e3</v></c></row></sheetData></worksheet>"#,
    ),
];

/// A workbook whose part of this number is another text.
fn workbook(part: usize, text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, (name, good)) in PARTS.iter().enumerate() {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        let text = if number == part { text } else { good };
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn fuzz_workbooks() {
    let good: Vec<&str> = PARTS.iter().map(|(_, text)| *text).collect();
    let words = [
        "<row r=\"1048576\">",
        "<row>",
        "</row>",
        "<c r=\"XFD1\">",
        "<c r=\"A0\">",
        "<c>",
        "</c>",
        "<v>",
        "</v>",
        "t=\"s\"",
        "t=\"e\"",
        "<v>99999999999</v>",
        "<v>-1</v>",
        "&#x0;",
        "&amp;",
        "&undefined;",
        "<!DOCTYPE x [<!ENTITY y \"z\">]>",
        "<mergeCell ref=\"A1:XFD1048576\"/>",
        "<dimension ref=\"A1:XFD1048576\"/>",
        "]]>",
        "\u{feff}",
    ];
    let mut fuzz = Fuzz::new(&good, &words);
    let (mut given, mut cells) = (0, 0);
    while let Some(text) = fuzz.next() {
        // The good ones come first, each in its own place.
        let part = if given < PARTS.len() {
            given
        } else {
            fuzz.below(PARTS.len())
        };
        given += 1;
        let Ok(source) = Source::read("beds.xlsx", workbook(part, &text)) else {
            continue;
        };
        let Ok(mut book) = Workbook::open(&source) else {
            continue;
        };
        for name in book.names() {
            if let Ok(sheet) = book.sheet(&name) {
                cells += sheet.rows.iter().flat_map(|row| row.cells()).count();
                drop(bed_sheet::read(&sheet));
            }
        }
    }
    assert!(cells > 0, "nothing was ever read");
}

#[test]
fn fuzz_tables_of_services_and_hours() {
    let care = "都道府県コード又は市町村コード,事業所名,サービスの種類,住所,緯度,電話番号,事業所番号,利用可能曜日,定員\n131105,めぐろ訪問看護,訪問看護,東京都目黒区上目黒2-19-15,35.64,03-0000-0000,1362012345,平日,20\n";
    let mut hours = String::from("ID,診療科目コード,診療科目名,診療時間帯");
    let mut row = String::from("1311234567890,01001,内科,1");
    for day in ["月", "火", "水", "木", "金", "土", "日", "祝"] {
        for what in [
            "診療開始時間",
            "診療終了時間",
            "外来受付開始時間",
            "外来受付終了時間",
        ] {
            hours.push_str(&format!(",{day}_{what}"));
            row.push_str(",9:00");
        }
    }
    let hours = format!("{hours}\n{row}\n");
    let words = [
        ",",
        "\"",
        "\n",
        "24:00",
        "25:61",
        "9時",
        "09:00:00",
        "-1",
        "平日",
        "月火水",
        "祝",
        "第2・4",
        "9999999999",
        "１０：３０",
    ];
    let mut fuzz = Fuzz::new(&[care, &hours], &words);
    while let Some(text) = fuzz.next() {
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let Ok(headings) = rows.headers().cloned() else {
            continue;
        };
        let (services, times) = (CareLayout::find(&headings), HoursLayout::find(&headings));
        for (line, row) in rows.records().map_while(Result::ok).enumerate() {
            let line = line as u64 + 2;
            drop(services.as_ref().map(|layout| layout.read(&row, line)));
            drop(times.as_ref().map(|layout| layout.read(&row, line)));
        }
    }
}
