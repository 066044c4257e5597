//! A form as a workbook (XLSX) that is filled in off line: ids in hidden columns, drop-downs for choices, everything but
//! the answers protected against slips. No password: who wants to change more can, and is told when it comes back.

use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, FormatBorder, Formula, ProtectionOptions, Workbook,
    Worksheet, XlsxError,
};

use crate::ReportError;

/// What a row looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormLook {
    Section,
    Question,
    Part,
    Columns,
    Explanation,
}

/// A cell that is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormCell {
    pub text: String,
    pub choices: Vec<String>,
    pub locked: bool,
    pub lines: u8,
}

/// A row. The id and the revision are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    pub id: String,
    pub look: FormLook,
    pub revision: String,
    pub number: String,
    pub text: String,
    pub hint: String,
    pub cells: Vec<FormCell>,
}

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The name of the sheet.
    pub sheet: String,
    pub title: String,
    /// Above the questions: who, until when, how.
    pub notes: Vec<String>,
    /// Headings of number, question, hint, answer.
    pub headings: [String; 4],
    /// What stands above the ids.
    pub id: String,
    pub rows: Vec<FormRow>,
    /// Name of the hidden sheet and its rows.
    pub about: (String, Vec<(String, String)>),
}

/// Columns, from 0.
const NUMBER: u16 = 2;
const ANSWER: u16 = 5;
/// The sheet with the texts of the drop-downs.
const CHOICES: &str = "choices";

/// The file.
pub fn form(form: &Form) -> Result<Vec<u8>, ReportError> {
    written(form).map_err(|error| ReportError::Sheet(error.to_string()))
}

struct Looks {
    head: Format,
    section: Format,
    text: Format,
    hint: Format,
    answer: Format,
    fixed: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let grey = Color::RGB(0x00F1_F3F5);
        let text = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_num_format("@");
        Self {
            head: Format::new().set_bold().set_background_color(grey),
            section: Format::new().set_bold().set_font_size(12),
            hint: text.clone().set_font_color(Color::RGB(0x0055_5555)),
            answer: text
                .clone()
                .set_unlocked()
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(0x00FF_FBE6)),
            fixed: text
                .clone()
                .set_border(FormatBorder::Thin)
                .set_background_color(grey),
            note: Format::new().set_num_format("@"),
            text,
        }
    }
}

fn written(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let mut lists: Vec<&[String]> = Vec::new();
    let page = book.add_worksheet();
    page.set_name(&form.sheet)?;
    prepare(page)?;
    let mut row = 0;
    let title = Format::new().set_bold().set_font_size(14);
    page.write_string_with_format(row, NUMBER, &form.title, &title)?;
    for note in &form.notes {
        row += 1;
        page.write_string_with_format(row, NUMBER, note, &looks.note)?;
    }
    row += 2;
    page.write_string(row, 0, &form.id)?;
    for (column, heading) in (NUMBER..).zip(&form.headings) {
        page.write_string_with_format(row, column, heading, &looks.head)?;
    }
    page.set_freeze_panes(row + 1, 0)?;
    page.set_repeat_rows(row, row)?;
    for one in &form.rows {
        row += 1;
        fill(page, row, one, &looks, &mut lists)?;
    }
    let options = ProtectionOptions {
        format_rows: true,
        format_columns: true,
        ..ProtectionOptions::default()
    };
    page.protect_with_options(&options);
    let about = book.add_worksheet();
    about.set_name(&form.about.0)?;
    about.set_very_hidden(true);
    for (row, (name, value)) in (0u32..).zip(&form.about.1) {
        about.write_string(row, 0, name)?;
        about.write_string(row, 1, value)?;
    }
    let choices = book.add_worksheet();
    choices.set_name(CHOICES)?;
    choices.set_very_hidden(true);
    for (column, list) in (0u16..).zip(&lists) {
        for (row, text) in (0u32..).zip(*list) {
            choices.write_string(row, column, text)?;
        }
    }
    book.save_to_buffer()
}

fn prepare(page: &mut Worksheet) -> Result<(), XlsxError> {
    for (column, width) in [(2u16, 8.0), (3, 48.0), (4, 30.0), (5, 30.0)] {
        page.set_column_width(column, width)?;
    }
    for column in ANSWER + 1..ANSWER + 20 {
        page.set_column_width(column, 16.0)?;
    }
    page.set_column_hidden(0)?;
    page.set_column_hidden(1)?;
    page.set_landscape();
    page.set_paper_size(9);
    page.set_print_fit_to_pages(1, 0);
    page.set_footer("&P / &N");
    Ok(())
}

fn fill<'f>(
    page: &mut Worksheet,
    row: u32,
    one: &'f FormRow,
    looks: &Looks,
    lists: &mut Vec<&'f [String]>,
) -> Result<(), XlsxError> {
    let look = match one.look {
        FormLook::Section => &looks.section,
        _ => &looks.text,
    };
    for (column, text) in [(0, &one.id), (1, &one.revision)] {
        if !text.is_empty() {
            page.write_string(row, column, text)?;
        }
    }
    for (column, text, look) in [
        (NUMBER, &one.number, look),
        (NUMBER + 1, &one.text, look),
        (NUMBER + 2, &one.hint, &looks.hint),
    ] {
        if !text.is_empty() {
            page.write_string_with_format(row, column, text, look)?;
        }
    }
    let lines = one.cells.iter().map(|cell| cell.lines).max().unwrap_or(1);
    if lines > 1 {
        page.set_row_height(row, f64::from(lines.min(20)) * 15.0)?;
    }
    for (column, cell) in (ANSWER..).zip(&one.cells) {
        let look = if cell.locked {
            &looks.fixed
        } else {
            &looks.answer
        };
        if cell.text.is_empty() {
            page.write_blank(row, column, look)?;
        } else {
            page.write_string_with_format(row, column, &cell.text, look)?;
        }
        if !cell.choices.is_empty() && !cell.locked {
            let list = list(&cell.choices, lists);
            page.add_data_validation(row, column, row, column, &list)?;
        }
    }
    Ok(())
}

/// A drop-down of the texts in a column of the hidden sheet; the same texts are there once.
fn list<'f>(choices: &'f [String], lists: &mut Vec<&'f [String]>) -> DataValidation {
    let place = lists.iter().position(|one| *one == choices);
    let place = place.unwrap_or_else(|| {
        lists.push(choices);
        lists.len() - 1
    });
    let column =
        rust_xlsxwriter::utility::column_number_to_name(u16::try_from(place).unwrap_or(u16::MAX));
    let range = format!("={CHOICES}!${column}$1:${column}${}", choices.len());
    DataValidation::new().allow_list_formula(Formula::new(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_workbook() {
        let choices = vec!["行っている".to_owned(), "行っていない".to_owned()];
        let row = |id: &str, look| FormRow {
            id: id.to_owned(),
            look,
            revision: "0".to_owned(),
            number: "ア①".to_owned(),
            text: "=1+1".to_owned(),
            hint: String::new(),
            cells: vec![FormCell {
                choices: choices.clone(),
                lines: 3,
                ..FormCell::default()
            }],
        };
        let made = form(&Form {
            sheet: "回答".to_owned(),
            title: "調査".to_owned(),
            notes: vec!["目黒区".to_owned()],
            rows: vec![row("a1", FormLook::Question), row("a2", FormLook::Part)],
            about: (
                "renkei".to_owned(),
                vec![("survey".to_owned(), "x".to_owned())],
            ),
            ..Form::default()
        });
        assert!(made.unwrap().starts_with(b"PK"));
    }
}
