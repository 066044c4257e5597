//! Tables `release` and `release_file`: what was published of the directory, and when. Written once, never changed.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow {
    /// `2026-11-22`; a second one of a day is `2026-11-22-2`.
    pub id: String,
    pub made_at: Micros,
    /// `None` for the program's own.
    pub made_by: Option<Id>,
}

/// One file of a publication. Its bytes are a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFile {
    pub release: String,
    /// `institutions.csv`
    pub name: String,
    /// `text/csv`
    pub media: String,
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// Rows without the headings.
    pub records: i64,
}

const PUT: &str =
    "insert into release (id, made_at, made_by) values ($1, $2, $3) on conflict do nothing";
const PUT_FILE: &str = "insert into release_file (release, name, media, sha256, size, records) \
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
const NEWEST: &str = "select id, made_at, made_by from release order by made_at desc limit $1";
const FILES: &str = "select release, name, media, sha256, size, records from release_file \
    where release = $1 order by name";

impl Changes {
    /// Publishes. Where there is one of this id already, the commit is a conflict.
    pub fn put_release(&mut self, row: &ReleaseRow, files: &[ReleaseFile]) {
        let params = vec![
            Value::from(row.id.as_str()),
            Value::from(row.made_at),
            Value::from(row.made_by.as_ref()),
        ];
        self.steps.push(Step::one(PUT, params, "release"));
        for file in files {
            let params = vec![
                Value::from(row.id.as_str()),
                Value::from(file.name.as_str()),
                Value::from(file.media.as_str()),
                Value::from(file.sha256.as_str()),
                Value::from(file.size),
                Value::from(file.records),
            ];
            self.steps.push(Step::one(PUT_FILE, params, "release"));
        }
    }
}

impl Store {
    /// The newest publications, the newest first. They are public, so nothing is filtered or audited.
    pub async fn releases(&self, limit: u32) -> Result<Vec<ReleaseRow>, StoreError> {
        let params = vec![Value::from(i64::from(limit))];
        let rows = self.db().query(NEWEST, params).await?;
        rows.iter().map(release).collect()
    }

    /// The files of a publication, by name.
    pub async fn release_files(&self, release: &str) -> Result<Vec<ReleaseFile>, StoreError> {
        let rows = self.db().query(FILES, vec![Value::from(release)]).await?;
        rows.iter().map(file).collect()
    }
}

fn release(row: &Row) -> Result<ReleaseRow, StoreError> {
    Ok(ReleaseRow {
        id: row.text(0)?.to_owned(),
        made_at: row.micros(1)?,
        made_by: id_opt(row, 2)?,
    })
}

fn file(row: &Row) -> Result<ReleaseFile, StoreError> {
    Ok(ReleaseFile {
        release: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        media: row.text(2)?.to_owned(),
        sha256: row.text(3)?.to_owned(),
        size: row.int(4)?,
        records: row.int(5)?,
    })
}
