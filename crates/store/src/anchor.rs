//! Heads of the audit's chains, written where another hand would have to change them too: each hour, at the start and
//! at the end, each chain's head goes into another chain and into a file outside the database.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use renkei_base::Micros;
use renkei_base::clock::Span;

use crate::audit::{self, Record, fixed};
use crate::db::lane::Request;
use crate::{Store, StoreError};

/// The action of the first rows of a store, so that there are heads from the beginning.
const BEGIN: &str = "audit.begin";
/// The action of the rows that hold heads.
pub(crate) const ACTION: &str = "audit.head";
pub(crate) const FILE: &str = "audit-heads.log";
const EVERY: Span = Span::hours(1);

/// The end of a chain at some moment: its text form is `write-0 17 <64 hex digits>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) chain: String,
    pub(crate) seq: i64,
    pub(crate) hash: [u8; 32],
}

impl Anchor {
    pub(crate) fn to_text(&self) -> String {
        format!("{} {} {}", self.chain, self.seq, hex::encode(self.hash))
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let chain = parts.next()?.to_owned();
        let seq = parts.next()?.parse().ok()?;
        let hash = fixed(&hex::decode(parts.next()?).ok()?).ok()?;
        Some(Self { chain, seq, hash })
    }
}

pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

impl Store {
    /// Called after each write: once an hour, by the store's clock, the heads are written beside the work.
    pub(crate) fn anchor_when_due(&self) {
        let hour = self.clock().now().0.div_euclid(EVERY.0);
        if self.inner().anchored.swap(hour, Ordering::Relaxed) != hour {
            let store = self.clone();
            tokio::spawn(async move {
                if let Err(error) = store.anchor().await {
                    tracing::error!(%error, "the heads of the audit could not be written");
                }
            });
        }
    }

    /// At the start: a new audit begins, an old one's heads are written again.
    pub(crate) async fn begin_audit(&self) -> Result<(), StoreError> {
        if self.heads().await?.is_empty() {
            self.keep(vec![record(self.clock().now(), BEGIN, String::new())])
                .await?;
        }
        self.anchor().await
    }

    /// Writes the heads of this process's chains.
    pub(crate) async fn anchor(&self) -> Result<(), StoreError> {
        let now = self.clock().now();
        self.inner()
            .anchored
            .store(now.0.div_euclid(EVERY.0), Ordering::Relaxed);
        let anchors = self.heads().await?;
        // What is told outside must be on the disk inside.
        self.db().sync_log().await?;
        let heads = anchors.iter();
        let records: Vec<Record> = heads
            .map(|anchor| record(now, ACTION, anchor.to_text()))
            .collect();
        if !records.is_empty() {
            self.keep(records).await?;
        }
        let path = file(self.folder());
        let lines: String = anchors
            .iter()
            .map(|anchor| format!("{} {}\n", now.to_fhir(), anchor.to_text()))
            .collect();
        let written = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StoreError::Audit(error.to_string())),
            Err(error) => Err(StoreError::Audit(error.to_string())),
        }
    }

    /// In both chains.
    async fn keep(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.db().log(records.clone()).await?;
        let request = Request {
            records: Arc::new(records),
            ..Request::default()
        };
        self.db().commit(request).await
    }

    async fn heads(&self) -> Result<Vec<Anchor>, StoreError> {
        let mut anchors = Vec::new();
        for chain in self.db().chains() {
            let rows = self
                .db()
                .query_audit(audit::HEAD, vec![chain.as_str().into()])
                .await?;
            if let Some(row) = rows.first() {
                let (seq, hash) = (row.int(0)?, fixed(row.bytes(1)?)?);
                anchors.push(Anchor { chain, seq, hash });
            }
        }
        Ok(anchors)
    }
}

fn record(now: Micros, action: &str, detail: String) -> Record {
    Record {
        at: now,
        account: String::new(),
        institution: String::new(),
        action: action.to_owned(),
        patient: String::new(),
        what: String::new(),
        purpose: "system".to_owned(),
        request: String::new(),
        refused: false,
        detail,
    }
}

fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_survives_its_text() {
        let anchor = Anchor {
            chain: "write-0".to_owned(),
            seq: 17,
            hash: [7; 32],
        };
        assert_eq!(Anchor::from_text(&anchor.to_text()), Some(anchor));
        assert_eq!(Anchor::from_text("write-0 17 77"), None);
    }
}
