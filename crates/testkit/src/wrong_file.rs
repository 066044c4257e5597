//! Files as they come when something went wrong with them, each with the place and the reason that must be told: for the
//! rules, the page and the command alike.

use std::io::{Cursor, Write};

/// What must be told of a file.
#[derive(Clone, Debug)]
pub enum Told {
    /// All of it is refused, for this reason.
    File(&'static str),
    /// Its columns are asked about; this heading is named.
    Columns(&'static str),
    /// Line, level, heading and reason of each remark.
    Rows(Vec<(u64, &'static str, &'static str, &'static str)>),
}

/// A file with something wrong in it.
#[derive(Clone, Debug)]
pub struct WrongFile {
    /// In a few words, for the message of a test that fails.
    pub what: &'static str,
    /// The kind of file, as it is said to be.
    pub kind: &'static str,
    pub name: &'static str,
    /// A good file of the kind that came before.
    pub before: Option<Vec<u8>>,
    pub bytes: Vec<u8>,
    pub told: Told,
    /// Rows that are taken, wait or are known already where the good part is kept.
    pub good: u64,
}

impl WrongFile {
    /// Rows that are refused.
    pub fn refused(&self) -> u64 {
        match &self.told {
            Told::Rows(rows) => rows.iter().filter(|row| row.1 == "refused").count() as u64,
            Told::File(_) | Told::Columns(_) => 0,
        }
    }
}

const MEDICAL: &str = "medical-institutions";
const CODES: &str = "institution-codes";
const HEADINGS: &str = "ID,正式名称,正式名称（フリガナ）,略称,機関区分,都道府県コード,市区町村コード,所在地,所在地座標（緯度）,所在地座標（経度）,一般病床,精神病床,合計病床数";
const SAPPORO: &str = "0111010000010,札幌医科大学附属病院,サッポロイカダイガクフゾクビョウイン,札医大,1,01,101,北海道札幌市中央区南１条西１６丁目２９１番地,43.055405,141.333497,816,32,848";
const HIKARI: &str = "1311000000201,目黒ひかり病院,メグロヒカリビョウイン,光,1,13,110,東京都目黒区碑文谷１－２,35.64,139.70,40,10,50";
const AOBA: &str = "1311000000202,目黒あおば病院,メグロアオバビョウイン,青,1,13,110,東京都目黒区中目黒３－４,35.63,139.69,60,20,80";
const WEST: &str = r#"{"type":"Feature","properties":{"N03_007":"13101","N03_004":"千代田区"},"geometry":{"type":"Polygon","coordinates":[[[139.0,35.0],[139.5,35.0],[139.5,35.5],[139.0,35.5],[139.0,35.0]]]}}"#;
const OPEN: &str = r#"{"type":"Feature","properties":{"N03_007":"13102","N03_004":"中央区"},"geometry":{"type":"Polygon","coordinates":[[[139.5,35.0],[140.0,35.0],[140.0,35.5]]]}}"#;

fn csv(headings: &str, rows: &[&str]) -> Vec<u8> {
    let mut lines = vec![headings];
    lines.extend(rows);
    lines.join("\r\n").into_bytes()
}

fn medical(what: &'static str, bytes: Vec<u8>, told: Told, good: u64) -> WrongFile {
    WrongFile {
        what,
        kind: MEDICAL,
        name: "h_20250601.csv",
        before: None,
        bytes,
        told,
        good,
    }
}

/// All of them.
pub fn wrong_files() -> Vec<WrongFile> {
    let mut all = lost_zeros();
    all.extend(columns());
    all.extend(halves());
    all.extend(positions_and_beds());
    all.extend(others());
    all
}

fn lost_zeros() -> Vec<WrongFile> {
    let spoilt = SAPPORO
        .replace("0111010000010", "111010000010")
        .replace(",01,", ",1,")
        .replace("札医大", "改");
    let told = Told::Rows(vec![(2, "refused", "ID", "fault-import-id-zeros")]);
    let file = medical(
        "leading zeros lost",
        csv(HEADINGS, &[&spoilt, HIKARI]),
        told,
        1,
    );
    vec![WrongFile {
        before: Some(csv(HEADINGS, &[SAPPORO])),
        ..file
    }]
}

fn columns() -> Vec<WrongFile> {
    let rows = [SAPPORO, HIKARI, AOBA];
    let swapped = HEADINGS
        .replacen("正式名称,", "#,", 1)
        .replacen("所在地,", "正式名称,", 1)
        .replacen("#,", "所在地,", 1);
    let missing = HEADINGS.replacen("機関区分", "区分でない", 1);
    let doubled = HEADINGS.replacen("略称", "正式名称", 1);
    vec![
        medical(
            "columns swapped",
            csv(&swapped, &rows),
            Told::Columns("正式名称"),
            0,
        ),
        medical(
            "a column missing",
            csv(&missing, &rows),
            Told::File("fault-import-heading-missing"),
            0,
        ),
        medical(
            "a column doubled",
            csv(&doubled, &rows),
            Told::File("fault-import-heading-twice"),
            0,
        ),
    ]
}

fn halves() -> Vec<WrongFile> {
    let whole = csv(HEADINGS, &[SAPPORO, HIKARI, AOBA]);
    let cut = |bytes: usize| {
        let mut half = whole.clone();
        half.truncate(whole.len() - bytes);
        half
    };
    let told = || Told::Rows(vec![(4, "refused", "", "fault-import-row-width")]);
    let coordinates = ",35.63,139.69,60,20,80".len();
    vec![
        medical("half a file", cut(coordinates), told(), 2),
        medical("half a character", cut(coordinates + 1), told(), 2),
    ]
}

fn positions_and_beds() -> Vec<WrongFile> {
    let place = |what, position: &str, reason| {
        let row = HIKARI.replace("35.64,139.70", position);
        let told = Told::Rows(vec![(3, "warned", "所在地座標", reason)]);
        medical(what, csv(HEADINGS, &[SAPPORO, &row, AOBA]), told, 3)
    };
    let total = |row: &str, from: &str, to: &str| row.replace(from, to);
    let beds = [
        total(SAPPORO, ",816,32,848", ",816,32,849"),
        total(HIKARI, ",40,10,50", ",40,10,"),
        total(AOBA, ",60,20,80", ",,,"),
    ];
    let told = [
        "fault-import-beds-total",
        "fault-import-beds-no-total",
        "fault-import-beds-blank",
    ];
    let told = (2..).zip(told);
    let told = told.map(|(line, reason)| (line, "warned", "合計病床数", reason));
    let rows: Vec<&str> = beds.iter().map(String::as_str).collect();
    vec![
        place("no position", "0.0,0.0", "fault-import-position-none"),
        place(
            "a position the wrong way round",
            "139.70,35.64",
            "fault-import-position-swapped",
        ),
        place(
            "a position outside Japan",
            "51.5,-0.12",
            "fault-import-position-outside",
        ),
        medical(
            "beds that do not add up",
            csv(HEADINGS, &rows),
            Told::Rows(told.collect()),
            3,
        ),
    ]
}

fn others() -> Vec<WrongFile> {
    let namesake = AOBA.replace("1311000000202", "1311000000201");
    let twice = "010112489,0112489,札幌医科大学附属病院,0608543,札幌市中央区南一条西１６丁目２９１";
    let nameless = "131012343,1012343,名もない診療所,1000001,千代田区千代田１";
    let other = "131012343,1012343,別の名の診療所,1000001,千代田区千代田１";
    let codes = |what, rows: &[&str], told, good| WrongFile {
        kind: CODES,
        name: "codes.csv",
        ..medical(what, rows.join("\r\n").into_bytes(), Told::Rows(told), good)
    };
    let rings = format!(r#"{{"type":"FeatureCollection","features":[{WEST},{OPEN}]}}"#);
    let broken = (2, "refused", "geometry", "fault-import-boundary-open");
    let id_twice = Told::Rows(vec![(4, "refused", "ID", "fault-import-id-twice")]);
    let code_twice = vec![
        (2, "refused", "1", "fault-import-code-twice"),
        (1, "waiting", "", "fault-import-code-nobody"),
    ];
    vec![
        medical(
            "two institutions with one identifier",
            csv(HEADINGS, &[SAPPORO, HIKARI, &namesake]),
            id_twice,
            2,
        ),
        codes("a row repeated", &[twice, twice], vec![], 2),
        codes(
            "two institutions with one code",
            &[nameless, other],
            code_twice,
            1,
        ),
        medical(
            "an Excel file named .csv",
            packed("[Content_Types].xml", 1),
            Told::File("fault-import-excel"),
            0,
        ),
        medical(
            "an old Excel file named .csv",
            vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
            Told::File("fault-import-excel-old"),
            0,
        ),
        medical(
            "a zip bomb",
            packed("h.csv", BOMB),
            Told::File("fault-import-too-large"),
            0,
        ),
        WrongFile {
            kind: "boundaries",
            name: "N03-2021.geojson",
            ..medical(
                "broken rings",
                rings.into_bytes(),
                Told::Rows(vec![broken]),
                1,
            )
        },
    ]
}

/// Blocks of a mebibyte.
const BOMB: usize = 520;

/// A zip with one file of so many blocks of nothing.
fn packed(name: &str, blocks: usize) -> Vec<u8> {
    let block = vec![b'0'; 1 << 20];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file(name, options).expect("a zip in memory");
    for _ in 0..blocks {
        zip.write_all(&block).expect("a zip in memory");
    }
    zip.finish().expect("a zip in memory").into_inner()
}
