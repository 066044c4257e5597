//! Forms that come back as spreadsheet programs and people make them: read, or refused with the cell's address.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use renkei_base::{Fault, Lang};
use renkei_gov::answer::Answers;
use renkei_gov::answer::input::{self, Given};
use renkei_gov::questionnaire::{
    Cell, Column, Question, QuestionKind, Questionnaire, Section, Words,
};
use renkei_gov::workbook::{self, About, Filled};
use renkei_gov::{Status, Value};

use crate::world::asked;

fn about() -> About {
    About {
        survey: "home-care-2026".to_owned(),
        respondent: "r1".to_owned(),
        questionnaire: "q1/1".to_owned(),
    }
}

/// `a1` yes or no, `a3` after it, `b1` a number, `c1` documents, then `d1` a date and `t1` a table of a text and a number.
fn questionnaire() -> Questionnaire {
    let words = |ja: &str| Words::new(ja, "");
    let question = |id: &str, kind| Question {
        id: id.to_owned(),
        label: id.to_owned(),
        text: words(id),
        definition: Words::default(),
        source: String::new(),
        kind,
        required: false,
        when: Vec::new(),
        explain: None,
        counted: false,
    };
    let column = |id: &str, cell| Column {
        id: id.to_owned(),
        text: words(id),
        cell,
    };
    let number = Cell::Number {
        unit: Words::default(),
        decimals: 0,
    };
    let table = QuestionKind::Table {
        columns: vec![column("name", Cell::Text { most: 20 }), column("n", number)],
        rows: Vec::new(),
        most: 3,
    };
    let mut asked = asked();
    asked.sections.push(Section {
        label: "イ".to_owned(),
        title: words("日と表"),
        questions: vec![question("d1", QuestionKind::Date), question("t1", table)],
    });
    asked
}

/// A form as a program saves it: cells by address as XML, which tests put others in place of.
struct Book {
    cells: BTreeMap<String, String>,
    /// The row of each id, from 1.
    rows: BTreeMap<String, usize>,
    /// Below the cells of the sheet.
    below: String,
    about: Vec<(String, String)>,
    /// Of the sheet with the answers, in the list of sheets.
    state: &'static str,
    strings: String,
}

fn text(text: &str) -> String {
    format!(r#"t="inlineStr"><is><t>{text}</t></is>"#)
}

impl Book {
    fn new() -> Self {
        let rows = workbook::rows(&questionnaire(), &Answers::new(), Lang::Ja, &|_| {
            String::new()
        });
        let mut book = Self {
            cells: BTreeMap::new(),
            rows: BTreeMap::new(),
            below: String::new(),
            about: about()
                .rows()
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            state: "",
            strings: String::new(),
        };
        book.cells.insert("A1".to_owned(), text("id"));
        let rows = rows.into_iter().filter(|row| !row.id.is_empty());
        for (number, row) in (2..).zip(rows) {
            book.cells.insert(format!("A{number}"), text(&row.id));
            if !row.revision.is_empty() {
                book.cells.insert(format!("B{number}"), text(&row.revision));
            }
            book.rows.insert(row.id, number);
        }
        book
    }

    /// The address of an answer's cell.
    fn at(&self, id: &str, column: char) -> String {
        format!("{column}{}", self.rows[id])
    }

    fn put(mut self, id: &str, column: char, cell: &str) -> Self {
        let at = self.at(id, column);
        self.cells.insert(at, cell.to_owned());
        self
    }

    fn sheet(&self) -> String {
        let mut rows: BTreeMap<usize, String> = BTreeMap::new();
        for (at, cell) in &self.cells {
            let row: usize = row_of(at).parse().unwrap();
            let line = rows.entry(row).or_default();
            write!(line, r#"<c r="{at}" {cell}</c>"#).unwrap();
        }
        let mut all = String::new();
        for (row, line) in rows {
            write!(all, r#"<row r="{row}">{line}</row>"#).unwrap();
        }
        worksheet(&all, &self.below)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut about = String::new();
        for (row, (name, value)) in (1..).zip(&self.about) {
            let (name, value) = (text(name), text(value));
            write!(
                about,
                r#"<row r="{row}"><c r="A{row}" {name}</c><c r="B{row}" {value}</c></row>"#
            )
            .unwrap();
        }
        let (answers, about, state) = (self.sheet(), worksheet(&about, ""), self.state);
        let sheets = format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="回答" sheetId="1" r:id="r1"{state}/><sheet name="renkei" sheetId="2" state="veryHidden" r:id="r2"/></sheets></workbook>"#
        );
        let of = |id: &str, kind: &str, target: &str| {
            let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            format!(r#"<Relationship Id="{id}" Type="{base}/{kind}" Target="{target}"/>"#)
        };
        let relations = format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}{}{}{}</Relationships>"#,
            of("r1", "worksheet", "worksheets/sheet1.xml"),
            of("r2", "worksheet", "worksheets/sheet2.xml"),
            of("r3", "styles", "styles.xml"),
            of("r4", "sharedStrings", "sharedStrings.xml"),
        );
        // The second format is a day, the third a share.
        let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/></cellXfs></styleSheet>"#;
        let strings = format!(
            r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>"#,
            self.strings
        );
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let package = format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"#,
            of("r1", "officeDocument", "xl/workbook.xml"),
        );
        for (name, part) in [
            ("_rels/.rels", package.as_str()),
            ("xl/workbook.xml", &sheets),
            ("xl/_rels/workbook.xml.rels", &relations),
            ("xl/worksheets/sheet1.xml", &answers),
            ("xl/worksheets/sheet2.xml", &about),
            ("xl/styles.xml", styles),
            ("xl/sharedStrings.xml", &strings),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(part.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn read(&self) -> Result<BTreeMap<String, Filled>, Vec<Fault>> {
        let bytes = workbook::open(self.bytes()).map_err(|fault| vec![fault])?;
        let all = workbook::read(bytes, &questionnaire(), &about())?;
        Ok(all
            .into_iter()
            .map(|one| (one.question.clone(), one))
            .collect())
    }

    /// The first fault: its cell and key, with the cell that is meant.
    fn refused(&self) -> (String, String) {
        let faults = self.read().unwrap_err();
        (faults[0].field.clone(), faults[0].key.clone())
    }

    /// What a question's cell comes to by the rules of the form.
    fn given(&self, id: &str) -> Result<Given, Vec<Fault>> {
        let all = self.read().unwrap();
        let questionnaire = questionnaire();
        input::read(questionnaire.question(id).unwrap(), &all[id].typed, None)
    }
}

fn worksheet(rows: &str, below: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{below}</worksheet>"#
    )
}

fn at(cell: &str, key: &str) -> (String, String) {
    (format!("回答!{cell}"), format!("fault-workbook-{key}"))
}

#[test]
fn a_form_comes_back_as_it_was_filled_in() {
    let book = Book::new()
        .put("a1", 'F', &text("yes"))
        .put("t1#1", 'F', &text("研修"))
        .put("t1#1", 'G', "><v>20</v>");
    let all = book.read().unwrap();
    assert_eq!(all["a1"].typed.values, ["yes"]);
    assert_eq!(all["a1"].address, format!("回答!{}", book.at("a1", 'F')));
    let rows = vec![vec!["研修".to_owned(), "20".to_owned()]];
    assert_eq!(book.given("t1").unwrap().value, Some(Value::Table { rows }));
    assert_eq!(book.given("b1"), Ok(Given::BLANK), "a blank is no zero");
}

#[test]
fn a_formula_is_read_by_its_value() {
    let done = r#"t="str"><f>CONCATENATE("y","es")</f><v>yes</v>"#;
    let all = Book::new().put("a1", 'F', done).read().unwrap();
    assert_eq!(all["a1"].typed.values, ["yes"]);
    let sum = Book::new().put("b1", 'F', "><f>SUM(1,2)</f><v>3</v>");
    let number = "3".to_owned();
    assert_eq!(
        sum.given("b1").unwrap().value,
        Some(Value::Number { number })
    );
    // Nobody has worked these out; also in a table.
    for (id, column) in [("b1", 'F'), ("t1#2", 'G')] {
        let waits = Book::new().put(id, column, "><f>SUM(1,2)</f>");
        assert_eq!(waits.refused(), at(&waits.at(id, column), "formula"));
    }
}

#[test]
fn an_error_is_told_with_its_cell() {
    for (id, column) in [("a1", 'F'), ("b1", 'F'), ("t1#2", 'F'), ("t1#3", 'G')] {
        let book = Book::new().put(id, column, r#"t="e"><v>#DIV/0!</v>"#);
        assert_eq!(book.refused(), at(&book.at(id, column), "cell-error"));
    }
    // Beside the answers it is nobody's business.
    let beside = Book::new().put("b1", 'D', r#"t="e"><v>#N/A</v>"#);
    assert!(beside.read().is_ok());
}

#[test]
fn cells_of_a_table_are_told_apart() {
    let book = Book::new()
        .put("t1#1", 'F', &text("研修"))
        .put("t1#3", 'G', &text("約20"));
    let faults = book.given("t1").unwrap_err();
    let all = book.read().unwrap();
    let field = faults[0].field.strip_prefix("t1.").unwrap();
    // Blank rows in between stay where they are: the address is that of the cell.
    let address = all["t1"].cells.get(field);
    assert_eq!(address, Some(&format!("回答!{}", book.at("t1#3", 'G'))));
    let beyond = Book::new().put("t1#1", 'H', &text("どこの列でもない"));
    assert!(beyond.read().is_ok(), "no column of the question");
}

#[test]
fn joined_cells_that_lose_answers_are_refused() {
    let joined = |from: String, to: String| {
        let mut book = Book::new().put("a1", 'F', &text("yes"));
        book.below =
            format!(r#"<mergeCells count="1"><mergeCell ref="{from}:{to}"/></mergeCells>"#);
        book
    };
    let plain = Book::new();
    let (a1, a3) = (plain.at("a1", 'F'), plain.at("a3", 'F'));
    let rows = joined(a1.clone(), a3);
    assert_eq!(rows.refused(), at(&a1, "joined"));
    let table = joined(plain.at("t1#1", 'F'), plain.at("t1#1", 'G'));
    assert_eq!(table.refused(), at(&plain.at("t1#1", 'F'), "joined"));
    let over_text = joined(plain.at("a1", 'D'), a1.clone());
    assert_eq!(over_text.refused(), at(&plain.at("a1", 'D'), "joined"));
    // One answer over two columns is one answer, and headings are ours.
    assert!(joined(a1, plain.at("a1", 'G')).read().is_ok());
    assert!(
        joined(plain.at("a1", 'C'), plain.at("a3", 'D'))
            .read()
            .is_ok()
    );
}

#[test]
fn a_hidden_sheet_and_hidden_rows_are_read() {
    let mut book = Book::new().put("b1", 'F', "><v>7</v>");
    book.state = r#" state="hidden""#;
    let number = "7".to_owned();
    assert_eq!(
        book.given("b1").unwrap().value,
        Some(Value::Number { number })
    );
}

#[test]
fn a_day_is_a_day_and_a_number_is_none() {
    let day = Book::new().put("d1", 'F', r#"s="1"><v>46113</v>"#);
    let date = "2026-04-01".to_owned();
    assert_eq!(day.given("d1").unwrap().value, Some(Value::Date { date }));
    // The number of a day whose format was lost is not guessed at.
    let bare = Book::new().put("d1", 'F', "><v>46113</v>");
    assert_eq!(bare.given("d1").unwrap_err()[0].field, "d1");
    // A day in the cell of a number is no number.
    let wrong = Book::new().put("b1", 'F', r#"s="1"><v>46113</v>"#);
    assert!(wrong.given("b1").is_err());
    let share = Book::new().put("b1", 'F', r#"s="2"><v>0.5</v>"#);
    assert_eq!(share.given("b1").unwrap_err()[0].key, "fault-answer-share");
    assert_eq!(Book::new().given("d1").unwrap().status, Status::NoAnswer);
}

#[test]
fn forms_of_others_and_of_before_are_refused() {
    for (place, value, key) in [
        (0, "home-care-2025", "survey"),
        (1, "r2", "respondent"),
        (2, "q1/2", "version"),
        (3, "9", "not-ours"),
    ] {
        let mut book = Book::new();
        book.about[place].1 = value.to_owned();
        let cell = format!("renkei!B{}", place + 1);
        assert_eq!(book.refused(), (cell, format!("fault-workbook-{key}")));
    }
    let mut book = Book::new();
    book.about.clear();
    assert_eq!(book.refused().1, "fault-workbook-not-ours");
}

/// The number in a cell's address: columns have one letter here.
fn row_of(at: &str) -> &str {
    at.trim_start_matches(|letter: char| letter.is_ascii_uppercase())
}

#[test]
fn rows_that_are_gone_or_changed_are_told_with_their_cell() {
    let plain = Book::new();
    let row = plain.rows["a3"];
    let mut gone = Book::new();
    gone.cells.retain(|at, _| row_of(at) != row.to_string());
    assert_eq!(gone.refused(), at(&format!("A{row}"), "row-missing"));
    let changed = Book::new().put("a3", 'A', &text("a9"));
    assert_eq!(changed.refused(), at(&format!("A{row}"), "id-changed"));
    let twice = Book::new().put("a3", 'A', &text("a1"));
    assert_eq!(twice.refused(), at(&format!("A{row}"), "id-twice"));
    let last = plain.rows.values().max().unwrap() + 1;
    let mut added = Book::new();
    added.cells.insert(format!("F{last}"), text("書き足した"));
    assert_eq!(added.refused(), at(&format!("F{last}"), "row-inserted"));
    let choice = Book::new().put("a1", 'F', &text("たぶん"));
    assert_eq!(choice.refused(), at(&choice.at("a1", 'F'), "choice"));
}

/// One long text that every cell points at: 200 kB in the file, gigabytes if it were copied.
#[test]
fn one_text_in_every_cell_is_left_in_time() {
    let mut book = Book::new();
    book.strings = format!("<si><t>{}</t></si>", "あ".repeat(30_000));
    for row in 100..4_000 {
        let cell = r#"t="s"><v>0</v>"#;
        for column in 'F'..='M' {
            book.cells.insert(format!("{column}{row}"), cell.to_owned());
        }
    }
    assert!(book.bytes().len() < 300 << 10);
    let refused = book.refused();
    assert_eq!(
        refused,
        ("workbook".to_owned(), "fault-workbook-cells".to_owned())
    );
}

/// Whatever is cut off or turned over, it is a form or a fault, in bounded time.
#[test]
fn a_broken_file_is_a_fault() {
    let whole = Book::new().put("a1", 'F', &text("yes")).bytes();
    for end in (0..whole.len()).step_by(97) {
        if let Ok(bytes) = workbook::open(whole[..end].to_vec()) {
            let _ = workbook::read(bytes, &questionnaire(), &about());
        }
    }
    for place in (0..whole.len()).step_by(61) {
        let mut other = whole.clone();
        other[place] ^= 0x55;
        if let Ok(bytes) = workbook::open(other) {
            let _ = workbook::read(bytes, &questionnaire(), &about());
        }
    }
}
