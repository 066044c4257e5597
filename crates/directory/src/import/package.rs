//! What a workbook's package comes to when it is unpacked, before a reader keeps anything of it.

use std::io::{Cursor, Error, Read, Write};
use std::sync::Arc;

/// What no spreadsheet program writes: texts that stand for texts that stand for texts.
const DECLARES: &[u8] = b"<!DOCTYPE";
/// How many shared texts a part says that it has. The reader makes room for as many before it has read one.
const COUNTS: &[u8] = b"uniqueCount";

/// How much a package may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of all unpacked parts.
    pub bytes: u64,
    /// Beginnings and ends of elements in all parts. The reader keeps some bytes for each cell and each shared text, however
    /// short it is in the file: this bounds how often. A form of 200 questions has about 20,000.
    pub tags: u64,
    /// Digits of the number of shared texts that a part promises.
    pub digits: usize,
}

impl Bounds {
    /// A form or a table that people send.
    pub const SMALL: Self = Self {
        bytes: 32 * 1024 * 1024,
        tags: 1_000_000,
        digits: 6,
    };
    /// A list of a whole country.
    pub const LIST: Self = Self {
        bytes: 192 * 1024 * 1024,
        tags: 20_000_000,
        digits: 7,
    };
}

/// Why a package is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// It comes to more than it may, or promises to.
    Bomb,
    /// Cut off, or not what it says.
    Broken,
}

/// Unpacks all parts without keeping them: sizes in the file may lie.
///
/// # Errors
/// What is wrong with it.
pub fn measure(
    archive: &mut zip::ZipArchive<Cursor<Arc<[u8]>>>,
    bounds: Bounds,
) -> Result<(), Odd> {
    let mut measure = Measure::new(bounds);
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| Odd::Broken)?;
        measure.begin();
        let copied = std::io::copy(&mut part.take(bounds.bytes + 1), &mut measure);
        if measure.is_over() {
            return Err(Odd::Bomb);
        }
        copied.map_err(|_| Odd::Broken)?;
    }
    Ok(())
}

/// What unpacked parts come to. Takes no more than it may.
#[derive(Debug)]
struct Measure {
    bounds: Bounds,
    bytes: u64,
    tags: u64,
    /// The first two bytes of the part.
    first: [Option<u8>; 2],
    declares: bool,
    promises: bool,
    /// How much of [`DECLARES`] and of [`COUNTS`] the last bytes are.
    declared: usize,
    counted: usize,
    /// Digits behind [`COUNTS`]; none where it was not there.
    digits: Option<usize>,
    /// A byte that no XML has, except in encodings in which its words would not be found.
    wide: bool,
}

impl Measure {
    const fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            bytes: 0,
            tags: 0,
            first: [None; 2],
            declares: false,
            promises: false,
            declared: 0,
            counted: 0,
            digits: None,
            wide: false,
        }
    }

    const fn is_over(&self) -> bool {
        let many = self.bytes > self.bounds.bytes || self.tags > self.bounds.tags;
        many || self.declares || self.promises
    }

    const fn begin(&mut self) {
        self.first = [None; 2];
        self.wide = false;
        self.declared = 0;
        self.counted = 0;
        self.digits = None;
    }

    /// Whether the part is XML in an encoding in which nothing of this would be found. Its name says nothing: any part can be
    /// said to be a sheet.
    const fn is_hidden(&self) -> bool {
        let xml = matches!(
            self.first,
            [Some(b'<' | b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xFE), _]
                | [Some(0xFF), Some(0xFE)]
                | [Some(0), Some(b'<')]
        );
        xml && self.wide
    }

    fn take(&mut self, byte: u8) {
        match &mut self.first {
            [first @ None, _] | [_, first @ None] => *first = Some(byte),
            _ => {}
        }
        self.tags += u64::from(byte == b'<');
        self.wide |= byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n');
        self.declared = further(DECLARES, self.declared, byte);
        self.declares |= self.declared == DECLARES.len();
        self.digits = match (self.digits, byte) {
            (Some(digits), b'0'..=b'9') => Some(digits + 1),
            (Some(0), b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n' | b'+') => Some(0),
            _ => None,
        };
        self.promises |= self
            .digits
            .is_some_and(|digits| digits > self.bounds.digits);
        self.counted = further(COUNTS, self.counted, byte);
        if self.counted == COUNTS.len() {
            self.digits = Some(0);
        }
    }
}

/// How much of a word the last bytes are. Its first byte is in it once.
fn further(word: &[u8], matched: usize, byte: u8) -> usize {
    match word.get(matched) {
        Some(next) if next.eq_ignore_ascii_case(&byte) => matched + 1,
        _ => usize::from(word.first() == Some(&byte)),
    }
}

impl Write for Measure {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        self.bytes += part.len() as u64;
        for byte in part {
            self.take(*byte);
        }
        match self.is_over() || self.is_hidden() {
            true => Err(Error::other("too much")),
            false => Ok(part.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Source;
    use crate::import::workbook::{Limits, Workbook};

    fn book(shared: &str) -> Source {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("[Content_Types].xml", "<Types/>"),
            ("xl/workbook.xml", "<workbook><sheets/></workbook>"),
            ("xl/sharedStrings.xml", shared),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        Source::read("x.xlsx", zip.finish().unwrap().into_inner()).unwrap()
    }

    /// The reader would make room for them, and the program end for want of memory: a table may come from anybody.
    #[test]
    fn a_promise_of_texts_is_not_believed_by_any_reader() {
        let many = book("<sst count=\"1\" uniqueCount=\"900000000\"/>");
        for limits in [Limits::LIST, Limits::ANYBODY] {
            let refused = Workbook::within(&many, limits).unwrap_err();
            assert!(
                format!("{refused:?}").contains("fault-import-too-large"),
                "{refused:?}"
            );
        }
        let list = book("<sst count=\"1\" uniqueCount=\"9000000\"/>");
        let refused = Workbook::within(&list, Limits::ANYBODY).unwrap_err();
        assert!(format!("{refused:?}").contains("fault-import-too-large"));
    }
}
