//! What a file is, before anything of it is read: no macros, no bomb, no other format.

use std::io::Cursor;
use std::sync::Arc;

use renkei_base::Fault;
use renkei_directory::import::package::{self, Bounds, Odd};

/// Bytes of a filled form; one of 200 questions has about 30 kB.
pub const WORKBOOK_BYTES: usize = 10 * 1024 * 1024;
const PARTS: usize = 2_000;
/// Sheets of macros from before there was a language for them.
const MACRO_SHEETS: &str = "xl/macrosheets/";

/// A workbook of the format XLSX without macros, or what is wrong with it.
///
/// # Errors
/// A fault without a cell: `fault-workbook-too-large` (max), `-old`, `-none`, `-broken`, `-macros`, `-other-program`.
pub fn open(bytes: Vec<u8>) -> Result<Arc<[u8]>, Fault> {
    let refused = |key| Fault::new("workbook", key);
    if bytes.len() > WORKBOOK_BYTES {
        return Err(refused("fault-workbook-too-large").with("max", WORKBOOK_BYTES / 1024 / 1024));
    }
    // OLE: the format before 2007, and workbooks with a password.
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(refused("fault-workbook-old"));
    }
    if !bytes.starts_with(b"PK") {
        return Err(refused("fault-workbook-none"));
    }
    let bytes: Arc<[u8]> = bytes.into();
    let archive = zip::ZipArchive::new(Cursor::new(Arc::clone(&bytes)));
    let mut archive = archive.map_err(|_| refused("fault-workbook-broken"))?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|name| name.to_ascii_lowercase()))
        .collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    let macros = |name: &String| name.ends_with("vbaproject.bin") || name.starts_with(MACRO_SHEETS);
    if names.iter().any(macros) {
        return Err(refused("fault-workbook-macros"));
    }
    if has("content.xml") && has("mimetype") {
        return Err(refused("fault-workbook-other-program"));
    }
    if !has("xl/workbook.xml") {
        return Err(refused("fault-workbook-none"));
    }
    if archive.len() > PARTS {
        return Err(refused("fault-workbook-too-large").with("max", WORKBOOK_BYTES / 1024 / 1024));
    }
    match package::measure(&mut archive, Bounds::SMALL) {
        Ok(()) => Ok(bytes),
        Err(Odd::Bomb) => Err(refused("fault-workbook-bomb")),
        Err(Odd::Broken) => Err(refused("fault-workbook-broken")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn key(bytes: Vec<u8>) -> String {
        open(bytes).unwrap_err().key
    }

    #[test]
    fn what_is_no_workbook_is_told_apart() {
        let book: (&str, &[u8]) = ("xl/workbook.xml", b"<x/>");
        assert!(open(package(&[book])).is_ok());
        for (bytes, wanted) in [
            (vec![0; WORKBOOK_BYTES + 1], "fault-workbook-too-large"),
            (vec![0xD0, 0xCF, 0x11, 0xE0, 0], "fault-workbook-old"),
            (b"a,b".to_vec(), "fault-workbook-none"),
            (b"PK\x03\x04".to_vec(), "fault-workbook-broken"),
            (package(&[("a.txt", b"x")]), "fault-workbook-none"),
            (
                package(&[book, ("xl/vbaProject.bin", b"x")]),
                "fault-workbook-macros",
            ),
            (
                package(&[book, ("xl/macrosheets/sheet1.xml", b"x")]),
                "fault-workbook-macros",
            ),
            (
                package(&[("mimetype", b"x"), ("content.xml", b"x")]),
                "fault-workbook-other-program",
            ),
        ] {
            assert_eq!(key(bytes), wanted);
        }
        let mut half = package(&[book, ("b", &[7; 4000])]);
        half.truncate(half.len() / 2);
        assert_eq!(key(half), "fault-workbook-broken");
    }

    /// So many blocks of a text in each of two parts.
    fn blown(text: &[u8], blocks: u64) -> Vec<u8> {
        let block = text.repeat((1 << 20) / text.len());
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            for _ in 0..blocks {
                zip.write_all(&block).unwrap();
            }
        }
        zip.finish().unwrap().into_inner()
    }

    /// A file of 300 kB whose sheet has gigabytes is left after the first of them.
    #[test]
    fn a_bomb_is_refused_before_it_is_kept() {
        let bomb = blown(b" ", (Bounds::SMALL.bytes >> 21) + 1);
        assert!(bomb.len() < 1 << 20, "small as it comes");
        assert_eq!(key(bomb), "fault-workbook-bomb");
        // Each of these becomes a text of its own in memory: few bytes in the file, many there.
        let texts = blown(b"<si/>", 4);
        assert!(texts.len() < 1 << 17, "small as it comes");
        assert_eq!(key(texts), "fault-workbook-bomb");
        let few = blown(b"<si><t>x</t></si>", 1);
        assert!(open(few).is_ok());
    }

    #[test]
    fn texts_that_stand_for_texts_are_refused() {
        let laughs =
            br#"<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst/>"#;
        let book: (&str, &[u8]) = ("xl/workbook.xml", b"<x/>");
        let shared = ("xl/sharedStrings.xml", laughs.as_slice());
        assert_eq!(key(package(&[book, shared])), "fault-workbook-bomb");
        let nearly = (
            "xl/sharedStrings.xml",
            b"<!DOC<!-- TYPE --><sst/>".as_slice(),
        );
        assert!(open(package(&[book, nearly])).is_ok());
        // In another encoding the words would not be found.
        let wide = ("xl/sharedStrings.xml", b"<\0s\0s\0t\0/\0>\0".as_slice());
        assert_eq!(key(package(&[book, wide])), "fault-workbook-broken");
        let picture = ("xl/media/a.png", b"\0\0".as_slice());
        assert!(open(package(&[book, picture])).is_ok());
    }

    /// The reader would make room for as many texts as a file says that it has, and the program end for want of memory.
    #[test]
    fn a_promise_of_texts_is_not_believed() {
        let book: (&str, &[u8]) = ("xl/workbook.xml", b"<x/>");
        let with = |text: &str| {
            let text = format!("<sst count=\"1\" {text}/>");
            open(package(&[book, ("xl/sharedStrings.xml", text.as_bytes())]))
        };
        for many in [
            "uniqueCount=\"99999999999999\"",
            "uniqueCount = '9999999'",
            "uniqueCount=\n\"0000001\"",
        ] {
            assert_eq!(with(many).unwrap_err().key, "fault-workbook-bomb", "{many}");
        }
        for few in ["uniqueCount=\"999999\"", "uniqueCount=\"1\" x=\"99999999\""] {
            assert!(with(few).is_ok(), "{few}");
        }
    }
}
