//! Documents of an answer: PDF, workbooks and letters without macros, text. By their content, which their name must fit.
//! Pictures are not taken: they tell where and with what they were made; a PDF of them does.

use std::io::Cursor;

use renkei_base::{Ctx, Fault, Id, Refusal, limits, text};
use renkei_store::{Failure, Store, StoreError};

use super::door::{self, Origin};
use super::save::{TRIES, complete, written};
use super::{Sheet, load};
use crate::answer::File;
use crate::answer::input::Given;
use crate::{QuestionKind, Status, Value, audit};

/// What the audit calls it.
const ATTACH: &str = "survey.attach";
const DETACH: &str = "survey.detach";

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Workbook,
    Letter,
    Csv,
    Text,
}

impl Kind {
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Letter => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Self::Csv => "text/csv",
            Self::Text => "text/plain",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Workbook => "xlsx",
            Self::Letter => "docx",
            Self::Csv => "csv",
            Self::Text => "txt",
        }
    }
}

/// What a document is, by its content.
///
/// # Errors
/// The key of the fault: `fault-file-empty`, `fault-file-macros`, `fault-document-kind`.
pub fn kind_of(bytes: &[u8]) -> Result<Kind, &'static str> {
    match bytes {
        [] => Err("fault-file-empty"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Kind::Pdf),
        [b'P', b'K', ..] => office(bytes),
        _ if is_text(bytes) => Ok(Kind::Csv),
        _ => Err("fault-document-kind"),
    }
}

/// What a document is where its name says the same; no name says nothing.
///
/// # Errors
/// As [`kind_of`]; `fault-file-name` where the name says something else.
pub fn named(name: &str, bytes: &[u8]) -> Result<Kind, &'static str> {
    let kind = kind_of(bytes)?;
    if name.is_empty() {
        return Ok(kind);
    }
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    match (kind, ending.to_ascii_lowercase().as_str()) {
        (Kind::Csv, "txt") => Ok(Kind::Text),
        (kind, ending) if ending == kind.ending() => Ok(kind),
        _ => Err("fault-file-name"),
    }
}

/// By the parts of the package (ECMA-376).
fn office(bytes: &[u8]) -> Result<Kind, &'static str> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| "fault-document-kind")?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|name| name.to_ascii_lowercase()))
        .collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    if names.iter().any(|name| name.ends_with("vbaproject.bin")) {
        return Err("fault-file-macros");
    }
    if has("xl/workbook.xml") {
        Ok(Kind::Workbook)
    } else if has("word/document.xml") {
        Ok(Kind::Letter)
    } else {
        Err("fault-document-kind")
    }
}

/// Text without control characters, and no page that a browser runs.
fn is_text(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n');
    let markup = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    bytes.iter().all(plain) && !markup
}

/// Adds a document to an answer. The same bytes twice are once. Returns the sheet as it is then.
///
/// # Errors
/// `Invalid` on the question's id: `fault-file-empty`, `fault-file-too-large` (max), `fault-file-macros`,
/// `fault-document-kind`, `fault-file-name`, `fault-files-too-many` (max); as [`door::pass`].
pub async fn attach(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    question: &str,
    document: (&str, Vec<u8>),
    why: &str,
) -> Result<Sheet, Failure> {
    let done = attach_tried(store, ctx, sheet, question, document, why).await;
    audit::noted(store, ctx, ATTACH, sheet, done).await
}

async fn attach_tried(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    question: &str,
    (name, bytes): (&str, Vec<u8>),
    why: &str,
) -> Result<Sheet, Failure> {
    let refused = |fault: Fault| Refusal::Invalid(vec![fault]);
    if bytes.len() > limits::ATTACHMENT_BYTES {
        let max = limits::ATTACHMENT_BYTES / 1024 / 1024;
        let fault = Fault::new(question, "fault-file-too-large").with("max", max);
        return Err(refused(fault).into());
    }
    // Browsers send a path from some systems; the last part is the name.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = text::line(question, name, limits::LINE_CHARS).map_err(refused)?;
    let kind = named(&name, &bytes).map_err(|key| refused(Fault::new(question, key)))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    // Asked before anything is kept.
    let there = load::find(store, ctx, sheet).await?;
    door::pass(&there, ctx, why)?;
    let most = most(&there, question)?;
    let file = File {
        blob: store.put_blob(bytes).await?,
        name: if name.is_empty() {
            format!("file.{}", kind.ending())
        } else {
            name
        },
        media_type: kind.mime().to_owned(),
        bytes: size,
    };
    changed(store, ctx, sheet, (question, ATTACH), why, |files| {
        if files.iter().any(|one| one.blob == file.blob) {
            return Ok(());
        }
        if files.len() >= most {
            let fault = Fault::new(question, "fault-files-too-many").with("max", most);
            return Err(refused(fault));
        }
        files.push(file.clone());
        Ok(())
    })
    .await
}

/// Takes a document away from an answer; it stays in the history.
///
/// # Errors
/// As [`attach`]; `fault-answer-required` where it is the last one of an answer that has to be there in a sheet that was
/// handed in.
pub async fn detach(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    question: &str,
    blob: &str,
    why: &str,
) -> Result<Sheet, Failure> {
    let done = changed(store, ctx, sheet, (question, DETACH), why, |files| {
        files.retain(|file| file.blob != blob);
        Ok(())
    });
    audit::noted(store, ctx, DETACH, sheet, done.await).await
}

/// A document of a sheet with its bytes.
///
/// # Errors
/// `NotFound` where no answer of the sheet has it.
pub async fn open(store: &Store, sheet: &Sheet, blob: &str) -> Result<(File, Vec<u8>), Failure> {
    let mut all = sheet
        .answers
        .values()
        .flat_map(|answer| files(&answer.value));
    let file = all
        .find(|file| file.blob == blob)
        .ok_or(Refusal::NotFound)?;
    let bytes = store.blob(&file.blob).await?.ok_or(Refusal::NotFound)?;
    Ok((file.clone(), bytes))
}

fn files(value: &Option<Value>) -> &[File] {
    match value {
        Some(Value::File { files }) => files,
        _ => &[],
    }
}

fn most(sheet: &Sheet, question: &str) -> Result<usize, Refusal> {
    match sheet.questionnaire.question(question).map(|one| &one.kind) {
        Some(QuestionKind::File { most }) => Ok(usize::from(*most)),
        _ => Err(Refusal::fault(question, "fault-answer-question")),
    }
}

async fn changed(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    (question, act): (&str, &str),
    why: &str,
    change: impl Fn(&mut Vec<File>) -> Result<(), Refusal>,
) -> Result<Sheet, Failure> {
    for _ in 0..TRIES {
        let sheet = load::find(store, ctx, (code, respondent)).await?;
        let pass = door::pass(&sheet, ctx, why)?;
        most(&sheet, question)?;
        let there = sheet.given(question);
        let mut list = files(&there.value).to_vec();
        change(&mut list)?;
        if list == files(&there.value) {
            return Ok(sheet);
        }
        let status = if list.is_empty() {
            Status::NoAnswer
        } else {
            Status::Stated
        };
        let given = Given {
            value: Some(Value::File { files: list }).filter(|_| status == Status::Stated),
            status,
            explanation: there.explanation,
        };
        let origin = match pass.hand {
            door::Hand::Owner => Origin::Paper,
            _ => Origin::Browser,
        };
        pass.allows(&sheet, &[(question, &given)])?;
        if pass.marked && origin != Origin::Paper {
            complete(&sheet, &[(question, &given)])?;
        }
        let changes = written(ctx, &sheet, &pass, &[(question, &given)], (origin, act));
        match store.commit(ctx, changes).await {
            Ok(_) => return load::find(store, ctx, (code, respondent)).await,
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn package(parts: &[&str]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in parts {
            zip.start_file(*part, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_document_is_what_it_holds() {
        for (bytes, kind) in [
            (b"%PDF-1.7\n".to_vec(), Ok(Kind::Pdf)),
            (package(&["xl/workbook.xml"]), Ok(Kind::Workbook)),
            (package(&["word/document.xml"]), Ok(Kind::Letter)),
            ("項目,数\r\n".as_bytes().to_vec(), Ok(Kind::Csv)),
            (
                package(&["xl/workbook.xml", "xl/vbaProject.bin"]),
                Err("fault-file-macros"),
            ),
            (package(&["a.txt"]), Err("fault-document-kind")),
            (b"PK".to_vec(), Err("fault-document-kind")),
            (b" <html>".to_vec(), Err("fault-document-kind")),
            (vec![0xFF, 0xD8, 0xFF, 0], Err("fault-document-kind")),
            (Vec::new(), Err("fault-file-empty")),
        ] {
            assert_eq!(kind_of(&bytes), kind);
        }
    }

    #[test]
    fn a_name_says_what_the_document_is() {
        let (pdf, text) = (b"%PDF-1.7\n".as_slice(), b"a,b".as_slice());
        for (name, bytes, kind) in [
            ("a.PDF", pdf, Ok(Kind::Pdf)),
            ("a.csv", text, Ok(Kind::Csv)),
            ("a.b.txt", text, Ok(Kind::Text)),
            ("", text, Ok(Kind::Csv)),
            ("x.exe", text, Err("fault-file-name")),
            ("a.pdf", text, Err("fault-file-name")),
            ("a.csv", pdf, Err("fault-file-name")),
            ("csv", text, Err("fault-file-name")),
        ] {
            assert_eq!(named(name, bytes), kind, "{name}");
        }
    }
}
