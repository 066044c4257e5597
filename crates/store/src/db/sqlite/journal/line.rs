//! One audit row as bytes: its length, its number, a check, its fields.

use renkei_base::Micros;
use sha2::{Digest, Sha256};

use crate::audit::Record;

/// Texts of a record.
const TEXTS: usize = 8;

/// A record as bytes, before it has its number.
#[derive(Debug)]
pub(super) struct Line {
    body: Vec<u8>,
    check: u64,
}

impl Line {
    pub(super) fn of(record: &Record) -> Self {
        let mut body = Vec::with_capacity(320);
        body.extend(record.at.0.to_be_bytes());
        body.push(u8::from(record.refused));
        for text in texts(record) {
            body.extend(length(text).to_be_bytes());
            body.extend(text.as_bytes());
        }
        let check = check(&body);
        Self { body, check }
    }

    /// Appends it with its number: length of the body (`u32`), number (`i64`), check (`u64`), all big endian, the body.
    pub(super) fn write(&self, number: i64, into: &mut Vec<u8>) {
        into.extend(length(&self.body).to_be_bytes());
        into.extend(number.to_be_bytes());
        into.extend(mixed(self.check, number).to_be_bytes());
        into.extend(&self.body);
    }
}

/// All of a file's rows from its beginning, as far as one follows the other: what stands behind them is of an earlier use
/// of the file, or was not written to its end.
pub(super) fn read(bytes: &[u8]) -> Vec<(i64, Record)> {
    let mut rest = bytes;
    let mut rows: Vec<(i64, Record)> = Vec::new();
    while let Some((number, record)) = next(&mut rest) {
        if rows.last().is_some_and(|(last, _)| number != last + 1) {
            break;
        }
        rows.push((number, record));
    }
    rows
}

fn next(rest: &mut &[u8]) -> Option<(i64, Record)> {
    let size = usize::try_from(u32::from_be_bytes(chunk(rest)?)).ok()?;
    let number = i64::from_be_bytes(chunk(rest)?);
    let said = u64::from_be_bytes(chunk(rest)?);
    let mut body = part(rest, size)?;
    if mixed(check(body), number) != said {
        return None;
    }
    Some((number, record(&mut body)?))
}

fn record(body: &mut &[u8]) -> Option<Record> {
    let at = Micros(i64::from_be_bytes(chunk(body)?));
    let [refused] = chunk(body)?;
    let mut texts: [String; TEXTS] = Default::default();
    for text in &mut texts {
        let size = usize::try_from(u32::from_be_bytes(chunk(body)?)).ok()?;
        *text = std::str::from_utf8(part(body, size)?).ok()?.to_owned();
    }
    let [
        account,
        institution,
        action,
        patient,
        what,
        purpose,
        request,
        detail,
    ] = texts;
    Some(Record {
        at,
        account,
        institution,
        action,
        patient,
        what,
        purpose,
        request,
        refused: refused != 0,
        detail,
    })
}

fn texts(record: &Record) -> [&str; TEXTS] {
    [
        &record.account,
        &record.institution,
        &record.action,
        &record.patient,
        &record.what,
        &record.purpose,
        &record.request,
        &record.detail,
    ]
}

/// No text of a record comes near the end of 32 bits.
fn length(bytes: impl AsRef<[u8]>) -> u32 {
    u32::try_from(bytes.as_ref().len()).unwrap_or(u32::MAX)
}

fn chunk<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*chunk)
}

fn part<'a>(rest: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (part, after) = rest.split_at_checked(size)?;
    *rest = after;
    Some(part)
}

/// Tells a row that was written to its end from one that was not.
fn check(body: &[u8]) -> u64 {
    let hash: [u8; 32] = Sha256::digest(body).into();
    hash.first_chunk()
        .map_or(0, |first| u64::from_be_bytes(*first))
}

/// The check of a row in its place.
const fn mixed(check: u64, number: i64) -> u64 {
    check ^ number.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> Record {
        Record {
            at: Micros(7),
            account: name.to_owned(),
            institution: "i".to_owned(),
            action: "resource.read".to_owned(),
            patient: "p".to_owned(),
            what: "Patient/p".to_owned(),
            purpose: "treatment".to_owned(),
            request: "r".to_owned(),
            refused: name == "no",
            detail: String::new(),
        }
    }

    fn written(rows: &[(i64, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, name) in rows {
            Line::of(&row(name)).write(*number, &mut bytes);
        }
        bytes
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let bytes = written(&[(5, "a"), (6, "no"), (7, "山")]);
        let rows = [(5, row("a")), (6, row("no")), (7, row("山"))];
        assert_eq!(read(&bytes), rows);
    }

    #[test]
    fn what_is_of_an_earlier_use_is_not_read() {
        let bytes = written(&[(5, "a"), (6, "b"), (2, "old"), (3, "old")]);
        assert_eq!(read(&bytes).len(), 2);
    }

    #[test]
    fn a_row_that_was_cut_off_or_changed_ends_it() {
        let whole = written(&[(1, "a"), (2, "b")]);
        let one = written(&[(1, "a")]).len();
        for end in one..whole.len() {
            assert_eq!(read(&whole[..end]).len(), 1, "{end}");
        }
        for at in one..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(read(&bytes).len(), 1, "{at}");
        }
    }
}
