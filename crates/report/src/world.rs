//! The closed world that typst sees: the embedded templates, the fonts and one JSON file. No file system, no packages, no clock.

use std::sync::{LazyLock, Mutex, PoisonError};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::font::CASE;
use crate::parts::Stamp;
use crate::text::{Found, make_printable};
use crate::{ReportError, qr};

/// What the templates read with `json("data.json")`.
const DATA: &str = "data.json";

const TEMPLATES: [(&str, &str); 7] = [
    ("common.typ", include_str!("../templates/common.typ")),
    ("letter.typ", include_str!("../templates/letter.typ")),
    ("ticket.typ", include_str!("../templates/ticket.typ")),
    ("reply.typ", include_str!("../templates/reply.typ")),
    ("guide.typ", include_str!("../templates/guide.typ")),
    ("receipt.typ", include_str!("../templates/receipt.typ")),
    ("count.typ", include_str!("../templates/count.typ")),
];

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// One document at a time: typst's memory of its steps is shared, and each document ends with emptying it.
static TURN: Mutex<()> = Mutex::new(());

/// Templates, parsed once.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    TEMPLATES
        .iter()
        .filter_map(|(name, text)| Some(Source::new(file_id(name)?, (*text).to_owned())))
        .collect()
});

fn file_id(name: &str) -> Option<FileId> {
    VirtualPath::new(name)
        .ok()
        .map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

/// A finished document.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) pdf: Vec<u8>,
    /// What typst found odd; tests allow none. Read by tests only.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for tests, which refuse any warning")
    )]
    pub(crate) warnings: Vec<String>,
    /// Whether it conforms to PDF/A-2a and PDF/UA-1.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for tests, which refuse anything less")
    )]
    pub(crate) archival: bool,
}

/// Sets `document` with the template of that name and writes it as PDF.
///
/// Numbers must be strings in `document`: with serde_json's arbitrary precision, typst would read them as maps.
pub(crate) fn render<T: Serialize>(
    template: &'static str,
    document: &T,
    stamp: &Stamp,
) -> Result<Sheet, ReportError> {
    render_with(template, document, stamp, None)
}

/// [`render`] with a picture, an `<svg>` element, which the template finds at `data.picture`.
pub(crate) fn render_with<T: Serialize>(
    template: &'static str,
    document: &T,
    stamp: &Stamp,
    picture: Option<&str>,
) -> Result<Sheet, ReportError> {
    let main = SOURCES
        .iter()
        .map(Source::id)
        .find(|id| id.vpath().get_without_slash() == template)
        .ok_or_else(|| ReportError::Template(template, "not embedded".to_owned()))?;
    let desk = Desk {
        main,
        data: Bytes::from_string(data(document, stamp, picture)?),
    };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let sheet = print(template, &desk, stamp);
    // Nothing of one document serves the next; ten letters of fifty pages, kept, hold a gigabyte.
    comemo::evict(0);
    sheet
}

fn print(template: &'static str, desk: &Desk, stamp: &Stamp) -> Result<Sheet, ReportError> {
    let set = typst::compile::<PagedDocument>(desk);
    let warnings: Vec<String> = set
        .warnings
        .iter()
        .map(|warning| warning.message.to_string())
        .collect();
    for warning in &warnings {
        tracing::warn!(template, warning, "typst warned");
    }
    let pages = set
        .output
        .map_err(|errors| ReportError::Template(template, first(&errors)))?;
    let (pdf, archival) = export(template, &pages, stamp)?;
    Ok(Sheet {
        pdf,
        warnings,
        archival,
    })
}

/// The document, made printable, with its QR code and what the text needs.
fn data<T: Serialize>(
    document: &T,
    stamp: &Stamp,
    picture: Option<&str>,
) -> Result<String, ReportError> {
    let mut value = serde_json::to_value(document)?;
    let mut found = Found::default();
    make_printable(&mut value, &mut found);
    // Longest first, so that a kanji with a selector is found before the kanji alone.
    let rare: Vec<&String> = found.rare.iter().rev().collect();
    let code = stamp.url.as_deref().map(qr::svg).transpose()?;
    let all = json!({
        "doc": value, "qr": code, "picture": picture, "rare": rare, "geta": found.geta
    });
    Ok(all.to_string())
}

/// PDF/A-2a with PDF/UA-1; a document that cannot keep to them (no known case) is still written, as plain tagged PDF.
fn export(
    template: &'static str,
    pages: &PagedDocument,
    stamp: &Stamp,
) -> Result<(Vec<u8>, bool), ReportError> {
    let strict = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).ok();
    if let Some(pdf) =
        strict.and_then(|standards| typst_pdf::pdf(pages, &options(stamp, standards)).ok())
    {
        return Ok((pdf, true));
    }
    tracing::warn!(
        template,
        "document does not conform to PDF/A-2a and PDF/UA-1; written as plain PDF"
    );
    let pdf = typst_pdf::pdf(pages, &options(stamp, PdfStandards::default()))
        .map_err(|_| ReportError::Pdf(template))?;
    Ok((pdf, false))
}

fn options(stamp: &Stamp, standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(stamp.number.clone()),
        creator: Smart::Custom(Some("renkei".to_owned())),
        timestamp: midnight(stamp.day).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    }
}

fn midnight(day: Date) -> Option<Datetime> {
    let month = u8::try_from(day.month()).ok()?;
    Datetime::from_ymd_hms(
        i32::from(day.year()),
        month,
        u8::try_from(day.day()).ok()?,
        0,
        0,
        0,
    )
}

fn first(errors: &[SourceDiagnostic]) -> String {
    errors
        .first()
        .map(|error| error.message.to_string())
        .unwrap_or_default()
}

/// One document being set.
struct Desk {
    main: FileId,
    data: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &CASE.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = SOURCES.iter().find(|source| source.id() == id).cloned();
        found.ok_or_else(|| FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.vpath().get_without_slash() == DATA {
            return Ok(self.data.clone());
        }
        Err(FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        CASE.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
