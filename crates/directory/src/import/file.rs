//! A file's bytes as text: zip or plain, encoding found by itself.

use std::io::{Cursor, Read};

use encoding_rs::{SHIFT_JIS, UTF_16BE, UTF_16LE};
use renkei_base::{Fault, Refusal};
use sha2::{Digest, Sha256};

/// Bytes of the unpacked text. The largest of the real files (clinics) has about 60 MB.
const UNPACKED_BYTES: u64 = 300 * 1024 * 1024;

/// A file that was understood as text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name without folder, for people and the record of imports.
    pub file: String,
    /// Of the bytes as they came, hex.
    pub sha256: String,
    pub text: String,
    /// The day that the file's name (or the name inside the zip) ends in: `2025-06-01`.
    pub date: Option<String>,
}

impl Source {
    /// Understands a zip with one CSV, or a CSV: UTF-8 with or without BOM, Shift_JIS, UTF-16 with BOM.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Refusal> {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let (inner, bytes) = if bytes.starts_with(b"PK") {
            unzip(bytes)?
        } else {
            (String::new(), bytes)
        };
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(refused("fault-import-excel"));
        }
        Ok(Self {
            file: name.to_owned(),
            sha256,
            text: decode(bytes)?,
            date: day_in(name).or_else(|| day_in(&inner)),
        })
    }
}

fn refused(key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new("file", key)])
}

/// The name and bytes of the one CSV in a zip.
fn unzip(bytes: Vec<u8>) -> Result<(String, Vec<u8>), Refusal> {
    let broken = || refused("fault-import-zip-broken");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return Err(refused("fault-import-excel"));
    }
    // A name in an old encoding may be that of a CSV.
    let names = archive
        .file_names()
        .map(|name| name.map_or_else(|_| ".csv".to_owned(), String::from));
    let names: Vec<(usize, String)> = names.enumerate().filter(|(_, name)| is_csv(name)).collect();
    let [(place, name)] = names.as_slice() else {
        return Err(refused("fault-import-zip-entries"));
    };
    let entry = archive.by_index(*place).map_err(|_| broken())?;
    let mut unpacked = Vec::new();
    // The stated size may lie, so what comes out is counted.
    entry
        .take(UNPACKED_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|_| broken())?;
    if unpacked.len() as u64 > UNPACKED_BYTES {
        return Err(refused("fault-import-too-large"));
    }
    Ok((name.clone(), unpacked))
}

fn is_csv(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (lower.ends_with(".csv") || lower.ends_with(".txt")) && !lower.starts_with("__macosx/")
}

fn decode(bytes: Vec<u8>) -> Result<String, Refusal> {
    let other = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            return String::from_utf8(rest.to_vec()).map_err(|_| refused("fault-import-encoding"));
        }
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        _ => SHIFT_JIS,
    };
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    let (text, _, errors) = other.decode(&bytes);
    if errors {
        Err(refused("fault-import-encoding"))
    } else {
        Ok(text.into_owned())
    }
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
        Source::read("x.csv", bytes.to_vec()).map(|source| source.text)
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
        ] {
            assert_eq!(text(bytes).as_deref(), Ok(wanted));
        }
    }

    #[test]
    fn what_is_no_table_is_told_apart() {
        let bomb = zipped(&[("a.csv", &vec![b'a'; 1 << 20])]);
        assert!(text(&bomb).is_ok(), "a megabyte is no bomb");
        let half = &bomb[..bomb.len() / 2];
        for (bytes, key) in [
            (
                zipped(&[("[Content_Types].xml", b"<x/>")]),
                "fault-import-excel",
            ),
            (vec![0xD0, 0xCF, 0x11, 0xE0, 0], "fault-import-excel"),
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
