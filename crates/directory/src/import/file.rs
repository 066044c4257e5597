//! A file as it came: what it is, how it is written, the day it is of. Read as often as needed, never unpacked as a whole.

use std::io::{Cursor, Read, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use renkei_base::{Fault, Refusal};
use sha2::{Digest, Sha256};

use super::text::{Encoding, Text};

/// Bytes of the unpacked text. The largest of the real ones (hours of clinics) has about 160 MB.
const UNPACKED_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes of an unpacked workbook: its texts are kept in memory.
const WORKBOOK_BYTES: u64 = 192 * 1024 * 1024;
/// Bytes from which a text is kept packed.
const LARGE: usize = 8 * 1024 * 1024;
/// Bytes that are looked at together.
const CHUNK: usize = 1 << 16;

/// A file that was understood.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name without folder, for people and the record of imports.
    pub file: String,
    /// Of the bytes as they came, hex.
    pub sha256: String,
    /// The day that the file's name (or the name inside the zip) ends in: `2025-06-01`.
    pub date: Option<String>,
    bytes: Arc<[u8]>,
    form: Form,
    /// Of the unpacked text.
    size: u64,
}

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text(Encoding),
    /// One text in a zip: where its bytes are, and whether they are packed.
    Zipped {
        encoding: Encoding,
        start: usize,
        end: usize,
        packed: bool,
    },
    /// An Excel file, by its content.
    Workbook,
}

impl Source {
    /// Understands a text (CSV, JSON), a zip with one, and an Excel workbook (`.xlsx`), by content and not by name.
    /// Texts: UTF-8 with or without BOM, Shift_JIS, UTF-16 with BOM.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Refusal> {
        let mut source = Self {
            file: name.to_owned(),
            sha256: hex::encode(Sha256::digest(&bytes)),
            date: day_in(name),
            bytes: bytes.into(),
            form: Form::Text(Encoding::Utf8),
            size: 0,
        };
        if source.bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(refused("fault-import-excel-old"));
        }
        if source.bytes.starts_with(b"PK") {
            source.open_zip()?;
        }
        if source.form != Form::Workbook {
            source.sniff()?;
            source.pack();
        }
        Ok(source)
    }

    /// Whether it is an Excel file.
    pub fn is_workbook(&self) -> bool {
        self.form == Form::Workbook
    }

    /// The bytes of a workbook as they came.
    pub fn bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.bytes)
    }

    /// Bytes of the text, unpacked and before any change of encoding.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The text from its beginning, as UTF-8 with `\n` for every line break. Refused for an Excel file.
    pub fn open(&self) -> Result<Text, Refusal> {
        match self.form {
            Form::Text(encoding) | Form::Zipped { encoding, .. } => {
                Ok(Text::new(self.unpacked(), encoding))
            }
            Form::Workbook => Err(refused("fault-import-excel")),
        }
    }

    /// The whole text in memory: for JSON. CSV is read row by row.
    pub fn text(&self) -> Result<String, Refusal> {
        let mut text = String::new();
        let read = self.open()?.read_to_string(&mut text);
        read.map_err(|_| refused("fault-import-encoding"))?;
        Ok(text)
    }

    fn unpacked(&self) -> Box<dyn Read + Send> {
        match self.form {
            Form::Zipped {
                start,
                end,
                packed: true,
                ..
            } => Box::new(DeflateDecoder::new(self.part(start, end))),
            Form::Zipped { start, end, .. } => Box::new(self.part(start, end)),
            Form::Text(_) | Form::Workbook => Box::new(self.part(0, self.bytes.len())),
        }
    }

    fn part(&self, start: usize, end: usize) -> Part {
        Part {
            bytes: Arc::clone(&self.bytes),
            at: start,
            end,
        }
    }

    /// Finds the one text in a zip, or that the zip is a workbook. Everything is unpacked once, and counted: sizes may lie.
    fn open_zip(&mut self) -> Result<(), Refusal> {
        let broken = || refused("fault-import-zip-broken");
        let mut archive =
            zip::ZipArchive::new(Cursor::new(Arc::clone(&self.bytes))).map_err(|_| broken())?;
        if archive.index_for_name("[Content_Types].xml").is_some() {
            self.form = Form::Workbook;
            return measure(&mut archive);
        }
        // A name in an old encoding may be that of a CSV.
        let names = archive
            .file_names()
            .map(|name| name.map_or_else(|_| ".csv".to_owned(), String::from));
        let names: Vec<(usize, String)> = names
            .enumerate()
            .filter(|(_, name)| is_text(name))
            .collect();
        let [(place, name)] = names.as_slice() else {
            return Err(refused("fault-import-zip-entries"));
        };
        let mut entry = archive.by_index(*place).map_err(|_| broken())?;
        let packed = match entry.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            _ => return Err(broken()),
        };
        let start = entry.data_start().and_then(|at| usize::try_from(at).ok());
        let start = start.ok_or_else(broken)?;
        let size = usize::try_from(entry.compressed_size()).map_err(|_| broken())?;
        let end = start.checked_add(size).ok_or_else(broken)?;
        // The archive's own reader knows the checksum; ours does not.
        let unpacked = std::io::copy(
            &mut (&mut entry).take(UNPACKED_BYTES + 1),
            &mut std::io::sink(),
        );
        if unpacked.map_err(|_| broken())? > UNPACKED_BYTES {
            return Err(refused("fault-import-too-large"));
        }
        self.date = self.date.take().or_else(|| day_in(name));
        self.form = Form::Zipped {
            encoding: Encoding::Utf8,
            start,
            end: end.min(self.bytes.len()),
            packed,
        };
        Ok(())
    }

    /// Finds the encoding by reading the text to its end, and its size.
    fn sniff(&mut self) -> Result<(), Refusal> {
        let unread = |_| refused("fault-import-zip-broken");
        let mut start = [0; 3];
        let mut filled = 0;
        let mut reader = self.unpacked();
        while let Some(rest) = start.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match reader.read(rest).map_err(unread)? {
                0 => break,
                count => filled += count,
            }
        }
        for encoding in Encoding::by_start(start.get(..filled).unwrap_or_default()) {
            let mut text = Text::new(self.unpacked(), *encoding);
            if is_read_whole(&mut text) {
                self.size = text.bytes_read();
                self.set_encoding(*encoding);
                return Ok(());
            }
        }
        Err(refused("fault-import-encoding"))
    }

    /// Packs a large text: it is held for as long as an import takes, and read a few times.
    fn pack(&mut self) {
        let Form::Text(encoding) = self.form else {
            return;
        };
        if self.bytes.len() < LARGE {
            return;
        }
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        let packed = packer.write_all(&self.bytes);
        // Who cannot pack keeps it as it is.
        if let Ok(packed) = packed.and_then(|()| packer.finish()) {
            self.form = Form::Zipped {
                encoding,
                start: 0,
                end: packed.len(),
                packed: true,
            };
            self.bytes = packed.into();
        }
    }

    fn set_encoding(&mut self, found: Encoding) {
        match &mut self.form {
            Form::Text(encoding) | Form::Zipped { encoding, .. } => *encoding = found,
            Form::Workbook => {}
        }
    }
}

fn is_read_whole(text: &mut Text) -> bool {
    let mut chunk = vec![0; CHUNK];
    loop {
        match text.read(&mut chunk) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// A part of the bytes, read from its start.
#[derive(Debug)]
struct Part {
    bytes: Arc<[u8]>,
    at: usize,
    end: usize,
}

impl Read for Part {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let end = self.end.min(self.bytes.len());
        let mut rest = self.bytes.get(self.at..end).unwrap_or_default();
        let count = rest.read(into)?;
        self.at += count;
        Ok(count)
    }
}

pub(super) fn refused(key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new("file", key)])
}

/// Unpacks all entries of a workbook without keeping them: what is far too large is refused before it is read.
fn measure(archive: &mut zip::ZipArchive<Cursor<Arc<[u8]>>>) -> Result<(), Refusal> {
    let broken = |_| refused("fault-import-zip-broken");
    let mut total = 0;
    for place in 0..archive.len() {
        let entry = archive
            .by_index(place)
            .map_err(|_| refused("fault-import-zip-broken"))?;
        let left = WORKBOOK_BYTES + 1 - total;
        total += std::io::copy(&mut entry.take(left), &mut std::io::sink()).map_err(broken)?;
        if total > WORKBOOK_BYTES {
            return Err(refused("fault-import-too-large"));
        }
    }
    Ok(())
}

fn is_text(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let known = [".csv", ".txt", ".json", ".geojson", ".topojson"];
    known.iter().any(|end| lower.ends_with(end)) && !lower.starts_with("__macosx/")
}

/// Eight digits at the end of a file's stem that are a day.
fn day_in(name: &str) -> Option<String> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let start = stem.len().checked_sub(8)?;
    let digits = stem.get(start..)?;
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let date =
        jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (date.year() >= 1990).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use encoding_rs::SHIFT_JIS;

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn text(bytes: &[u8]) -> Result<String, Refusal> {
        Source::read("x.csv", bytes.to_vec())?.text()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let wanted = "正式名称,髙橋病院①\r\n";
        let sjis = SHIFT_JIS.encode(wanted).0.into_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(wanted.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let bom = [b"\xEF\xBB\xBF", wanted.as_bytes()].concat();
        for bytes in [
            wanted.as_bytes(),
            &bom,
            &sjis,
            &utf16,
            &zipped(&[("a.CSV", &bom)]),
            &zipped(&[("a.csv", &sjis)]),
        ] {
            assert_eq!(text(bytes).as_deref(), Ok("正式名称,髙橋病院①\n"));
        }
        assert_eq!(text(b"").as_deref(), Ok(""));
    }

    #[test]
    fn a_large_text_is_the_same_and_small_in_memory() {
        let wanted = "正式名称,髙橋病院①\n".repeat(LARGE / 20);
        let source = Source::read("x.csv", wanted.clone().into_bytes()).unwrap();
        assert!(source.bytes.len() < LARGE / 10);
        assert_eq!(source.size(), wanted.len() as u64);
        assert!(source.text().unwrap() == wanted);
        let (sjis, _, _) = SHIFT_JIS.encode(&wanted);
        assert!(text(&sjis).unwrap() == wanted);
    }

    #[test]
    fn what_is_no_table_is_told_apart() {
        let large = zipped(&[("a.csv", &vec![b'a'; 1 << 20])]);
        assert!(text(&large).is_ok(), "a megabyte is no bomb");
        let half = &large[..large.len() / 2];
        for (bytes, key) in [
            (
                zipped(&[("[Content_Types].xml", b"<x/>")]),
                "fault-import-excel",
            ),
            (vec![0xD0, 0xCF, 0x11, 0xE0, 0], "fault-import-excel-old"),
            (
                zipped(&[("a.csv", b"1"), ("b.csv", b"2")]),
                "fault-import-zip-entries",
            ),
            (zipped(&[("a.pdf", b"1")]), "fault-import-zip-entries"),
            (half.to_vec(), "fault-import-zip-broken"),
            (vec![0x81, 0xFF, 0x00], "fault-import-encoding"),
            (b"\xEF\xBB\xBF\xFF".to_vec(), "fault-import-encoding"),
        ] {
            assert_eq!(text(&bytes), Err(Refusal::fault("file", key)), "{key}");
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_kept() {
        let block = vec![0; 1 << 20];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a.csv", zip::write::SimpleFileOptions::default())
            .unwrap();
        for _ in 0..=UNPACKED_BYTES >> 20 {
            zip.write_all(&block).unwrap();
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 1 << 20, "small as it comes");
        assert_eq!(
            text(&bomb),
            Err(Refusal::fault("file", "fault-import-too-large"))
        );
    }

    #[test]
    fn the_day_of_a_file_stands_in_its_name() {
        assert_eq!(
            day_in("01-1_hospital_facility_info_20250601.csv").as_deref(),
            Some("2025-06-01")
        );
        for name in ["202508_all.zip", "x_20251301.csv", "12345678.csv", ""] {
            assert_eq!(day_in(name), None, "{name}");
        }
        let inside = zipped(&[("a_20241201.csv", b"ID")]);
        assert_eq!(
            Source::read("upload.zip", inside).unwrap().date.as_deref(),
            Some("2024-12-01")
        );
    }
}
