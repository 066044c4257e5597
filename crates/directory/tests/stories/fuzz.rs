//! Files of institutions and of codes, broken in all ways: imported, or refused with a reason and a place.

use std::io::Write as _;

use renkei_directory::import::medical::Layout;
use renkei_directory::import::medical_hours::HoursLayout;
use renkei_directory::import::table::Rows;
use renkei_directory::import::{Source, code_row};
use renkei_store::Failure;
use renkei_testkit::{Backend, Fuzz, each_backend};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(fuzz_whole_files);

const WORDS: &[&str] = &[
    ",",
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    "ID,",
    "正式名称",
    "1,13,112,",
    "0.0",
    "-999",
    "1e9",
    "\u{feff}",
    "\0",
    "北海道",
    "99999999999999999999",
    "https://",
    "javascript:alert(1)",
    "=1+1",
    "　",
    "－",
];

fn file() -> String {
    String::from_utf8(csv(HEADINGS, &ROWS)).unwrap()
}

#[test]
fn fuzz_rows() {
    let good = file();
    let codes = "04,1,1,2345678,岩田医院,981-3131,宮城県仙台市泉区1-2,022-000-0000\n4,1,1,0,,,,\n";
    let mut fuzz = Fuzz::new(&[&good, codes], WORDS);
    while let Some(text) = fuzz.next() {
        let Ok(source) = Source::read("x_20250601.csv", text.into_bytes()) else {
            continue;
        };
        let mut rows = Rows::of(&source).unwrap();
        if rows.advance().unwrap().is_none() {
            continue;
        }
        let (columns, hours) = (Layout::find(rows.row()), HoursLayout::find(rows.row()));
        while let Some(line) = rows.advance().unwrap() {
            assert!(line >= 1);
            let row = rows.row();
            drop(code_row::read(row, line));
            drop(hours.as_ref().map(|hours| hours.read(row, line)));
            if let Ok(Ok(record)) = columns.as_ref().map(|columns| columns.read(row, line)) {
                assert!(!record.fingerprint().is_empty());
            }
        }
    }
}

/// Encodings and archives are bytes before they are text.
#[test]
fn fuzz_bytes() {
    let text = file();
    let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("h_20250601.csv", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let good = [sjis.into_owned(), zip, utf16, text.into_bytes()];
    // A byte for each character, there and back.
    let chars: Vec<String> = good
        .iter()
        .map(|bytes| bytes.iter().copied().map(char::from).collect())
        .collect();
    let chars: Vec<&str> = chars.iter().map(String::as_str).collect();
    let mut fuzz = Fuzz::new(
        &chars,
        &[
            "PK\u{3}\u{4}",
            "PK\u{1}\u{2}",
            "PK\u{5}\u{6}",
            "\u{ff}\u{fe}",
            "\0\0",
            "\u{ff}\u{ff}\u{ff}\u{ff}",
        ],
    );
    while let Some(text) = fuzz.next() {
        let bytes = text.chars().map(|c| u32::from(c) as u8).collect();
        if let Ok(source) = Source::read("x.zip", bytes)
            && let Ok(mut rows) = Rows::of(&source)
        {
            drop(rows.advance());
            drop(Layout::find(rows.row()));
        }
    }
}

async fn fuzz_whole_files(backend: Backend) {
    let world = World::new(backend).await;
    let good = file();
    let mut fuzz = Fuzz::new(&[&good], WORDS);
    let mut accepted = 0;
    while let Some(text) = fuzz.next() {
        match world.hospitals("h_20250601.csv", text.as_bytes()).await {
            Ok(report) => accepted += report.accepted,
            Err(Failure::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
        if let Err(Failure::Store(error)) = world.codes("c.csv", text.as_bytes()).await {
            panic!("{error}");
        }
    }
    assert!(accepted >= 5);
}
