//! Audit records: what is kept of an act, and how records are chained.

use renkei_base::{Ctx, Id, Micros};
use sha2::{Digest, Sha256};

use crate::StoreError;
use crate::changes::Note;
use crate::db::{Row, Value};

pub(crate) const INSERT: &str = "insert into audit (chain, seq, at, account, institution, action, \
    patient, what, purpose, request, refused, detail, hash) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
pub(crate) const HEAD: &str =
    "select seq, hash from audit where chain = $1 order by seq desc limit 1";
/// The next chain after a name, so that all are found without reading all rows.
pub(crate) const NEXT_CHAIN: &str = "select min(chain) from audit where chain > $1";
pub(crate) const COLUMNS: &str = "chain, seq, at, account, institution, action, patient, what, \
    purpose, request, refused, detail, hash";

/// Rows of one segment of the index of patients (the file of reads' audit rows; `0021_trail.sql`).
pub(crate) const SEGMENT: i64 = 2_048;
/// How many segments there are.
pub(crate) const SEGMENTS: &str = "select coalesce(max(segment) + 1, 0) from audit_segment";
/// A new segment: its number, its chain, after which row, to which.
pub(crate) const ADD_SEGMENT: &str = "insert into audit_segment (segment, low, high) \
    select $1, min(at), max(at) from audit where chain = $2 and seq > $3 and seq <= $4 having min(at) is not null";
/// As [`ADD_SEGMENT`]: whose rows are in it.
pub(crate) const ADD_PATIENTS: &str = "insert into audit_of (segment, patient, seq) \
    select $1, patient, seq from audit where chain = $2 and seq > $3 and seq <= $4 and patient <> '' \
    order by patient, seq";

/// The hash before the first row of a chain.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// One row of the audit, before a writer gives it its place in a chain. Codes and ids, never a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) at: Micros,
    pub(crate) account: String,
    pub(crate) institution: String,
    pub(crate) action: String,
    pub(crate) patient: String,
    pub(crate) what: String,
    pub(crate) purpose: String,
    pub(crate) request: String,
    pub(crate) refused: bool,
    pub(crate) detail: String,
}

fn text(id: Option<&Id>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

impl Record {
    pub(crate) fn new(ctx: &Ctx, note: Note) -> Self {
        Self {
            at: ctx.at,
            account: text(ctx.caller.account.as_ref()),
            institution: text(ctx.caller.institution.as_ref()),
            action: note.action,
            patient: text(note.patient.as_ref()),
            what: note.what.map(|key| key.to_string()).unwrap_or_default(),
            purpose: ctx.purpose.code().to_owned(),
            request: ctx.request.to_string(),
            refused: note.refused,
            detail: note.detail,
        }
    }

    /// The hash of this record as row `seq` of `chain` after `previous`: SHA-256 over the previous hash
    /// and every field with its length before it, so that no two records have the same bytes.
    pub(crate) fn hash(&self, chain: &str, seq: i64, previous: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(seq.to_be_bytes());
        hash.update(self.at.0.to_be_bytes());
        hash.update([u8::from(self.refused)]);
        for field in [
            chain,
            &self.account,
            &self.institution,
            &self.action,
            &self.patient,
            &self.what,
            &self.purpose,
            &self.request,
            &self.detail,
        ] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().into()
    }

    fn values(&self, chain: &str, seq: i64, hash: &[u8; 32]) -> Vec<Value> {
        vec![
            Value::from(chain),
            Value::from(seq),
            Value::from(self.at),
            Value::from(self.account.as_str()),
            Value::from(self.institution.as_str()),
            Value::from(self.action.as_str()),
            Value::from(self.patient.as_str()),
            Value::from(self.what.as_str()),
            Value::from(self.purpose.as_str()),
            Value::from(self.request.as_str()),
            Value::from(self.refused),
            Value::from(self.detail.as_str()),
            Value::from(hash.to_vec()),
        ]
    }
}

/// A row of the audit as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) chain: String,
    pub(crate) seq: i64,
    pub(crate) record: Record,
    pub(crate) hash: Vec<u8>,
}

impl Sealed {
    /// From a row of [`COLUMNS`].
    pub(crate) fn from_row(row: &Row) -> Result<Self, StoreError> {
        let text = |column| row.text(column).map(str::to_owned);
        Ok(Self {
            chain: text(0)?,
            seq: row.int(1)?,
            record: Record {
                at: row.micros(2)?,
                account: text(3)?,
                institution: text(4)?,
                action: text(5)?,
                patient: text(6)?,
                what: text(7)?,
                purpose: text(8)?,
                request: text(9)?,
                refused: row.int(10)? != 0,
                detail: text(11)?,
            },
            hash: row.bytes(12)?.to_vec(),
        })
    }
}

/// Where a writer's chains of audit rows and feed rows end. Goes back when a transaction does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) chain: String,
    pub(crate) seq: i64,
    pub(crate) hash: [u8; 32],
    /// The last number of the feed.
    pub(crate) feed: i64,
}

impl Head {
    /// From the rows of [`HEAD`] and `feed::HEAD`.
    pub(crate) fn from_rows(chain: &str, audit: &[Row], feed: &[Row]) -> Result<Self, StoreError> {
        let mut head = Self {
            chain: chain.to_owned(),
            seq: 0,
            hash: GENESIS,
            feed: 0,
        };
        if let Some(row) = audit.first() {
            head.seq = row.int(0)?;
            head.hash = fixed(row.bytes(1)?)?;
        }
        if let Some(row) = feed.first() {
            head.feed = row.int_opt(0)?.unwrap_or_default();
        }
        Ok(head)
    }

    /// Appends a record; returns the values of [`INSERT`].
    pub(crate) fn seal(&mut self, record: &Record) -> Vec<Value> {
        self.seq += 1;
        self.hash = record.hash(&self.chain, self.seq, &self.hash);
        record.values(&self.chain, self.seq, &self.hash)
    }
}

pub(crate) fn fixed(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Corrupt("an audit hash is not 32 bytes".to_owned()))
}
