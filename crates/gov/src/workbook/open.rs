//! What a file is, before anything of it is read: no macros, no bomb, no other format.

use std::io::Cursor;
use std::sync::Arc;

use renkei_base::Fault;

/// Bytes of a filled form; one of 200 questions has about 30 kB.
pub const WORKBOOK_BYTES: usize = 10 * 1024 * 1024;
/// Bytes of its unpacked parts together, and how many there are.
const UNPACKED_BYTES: u64 = 96 * 1024 * 1024;
const PARTS: usize = 2_000;

type Archive = zip::ZipArchive<Cursor<Arc<[u8]>>>;

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
    if names.iter().any(|name| name.ends_with("vbaproject.bin")) {
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
    measure(&mut archive).map_err(refused)?;
    Ok(bytes)
}

/// Unpacks all parts without keeping them: sizes in the file may lie.
fn measure(archive: &mut Archive) -> Result<(), &'static str> {
    let mut total = 0;
    for place in 0..archive.len() {
        let part = archive
            .by_index(place)
            .map_err(|_| "fault-workbook-broken")?;
        let left = UNPACKED_BYTES + 1 - total;
        let mut part = std::io::Read::take(part, left);
        total +=
            std::io::copy(&mut part, &mut std::io::sink()).map_err(|_| "fault-workbook-broken")?;
        if total > UNPACKED_BYTES {
            return Err("fault-workbook-bomb");
        }
    }
    Ok(())
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

    #[test]
    fn a_bomb_is_refused_before_it_is_kept() {
        let block = vec![0; 1 << 20];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            for _ in 0..=UNPACKED_BYTES >> 21 {
                zip.write_all(&block).unwrap();
            }
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 1 << 20, "small as it comes");
        assert_eq!(key(bomb), "fault-workbook-bomb");
    }
}
