//! A copy of everything in one file, made while everything goes on; and a region made of such a file.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | making one, and making a region of one |
//! | `archive` | the file: tar in zstd, its manifest with checksums at the end |
//! | `scratch` | the folder beside it where the copies lie meanwhile |
//!
//! Order matters: the heads of the audit first, then the database, then the attachments. So each head is in the database
//! that is copied after it, and each attachment that the database names is there (it is stored before it is named).

mod archive;
mod scratch;

use std::path::{Path, PathBuf};

use renkei_base::{Ctx, Micros};
use serde::{Deserialize, Serialize};

use self::scratch::Scratch;
use crate::changes::Note;
use crate::db::{Db, postgres, sqlite};
use crate::migrate::Migration;
use crate::store::{Config, Database};
use crate::{Store, StoreError, anchor, blob, migrate};

/// The form of the archive. A program reads its own and older ones.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables";

/// Ways in that may have been ended after the archive was made, each with its table: a restored region begins without them.
/// Without the secret of challenges none that was given before is answered.
pub(crate) const ENDED: [(&str, &str); 4] = [
    ("session", "delete from session"),
    ("client_token", "delete from client_token"),
    ("enrolment", "delete from enrolment where used is null"),
    (
        "setting",
        "delete from setting where name = 'passkey-secret'",
    ),
];

/// What stands at the end of an archive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// `sqlite` or `postgres`
    pub(crate) database: String,
    /// Microseconds
    pub(crate) made: i64,
    pub(crate) migrations: Vec<(i64, String)>,
    /// PostgreSQL's tables, each a file.
    pub(crate) tables: Vec<Table>,
    pub(crate) files: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// Hex
    pub(crate) sha256: String,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub made: Micros,
    pub files: u64,
    /// Of the files, before they were packed.
    pub bytes: u64,
    /// SHA-256 of the archive, in hex: to be kept elsewhere, since who can change the archive can change its manifest.
    pub sha256: String,
}

fn failed(what: &Path) -> impl FnOnce(std::io::Error) -> StoreError + use<> {
    let what = what.display().to_string();
    move |error| StoreError::Blob(format!("{what}: {error}"))
}

/// Runs what blocks where it disturbs nobody.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Driver(error.to_string()))?
}

impl Store {
    /// Copies everything into a new file: database, reads' audit rows, audit heads and attachments as of one moment.
    /// Others go on reading and writing. Audited. The file is for its owner's eyes only, and complete or not there.
    pub async fn backup(&self, ctx: &Ctx, file: &Path) -> Result<Copied, StoreError> {
        if file.exists() {
            let file = file.display();
            return Err(StoreError::Blob(format!(
                "{file} is there already, and a backup never writes over a file: name another one, or move this one away"
            )));
        }
        self.audit(ctx, vec![Note::new("backup.make")]).await?;
        let scratch = Scratch::beside(file)?;
        let folder = self.folder().to_owned();
        let heads = scratch.path().join(anchor::FILE);
        std::fs::copy(anchor::file(&folder), &heads).map_err(failed(&heads))?;
        let (database, tables) = match self.db() {
            Db::Sqlite(_) => {
                let (from, to) = (folder.clone(), scratch.path().to_owned());
                apart(move || sqlite::copy::copy(&from, &to)).await?;
                ("sqlite", Vec::new())
            }
            Db::Postgres(db) => {
                let to = scratch.path().join(TABLES);
                scratch::make(&to)?;
                ("postgres", postgres::copy::dump(db.target(), &to).await?)
            }
        };
        let manifest = Manifest {
            format: FORMAT,
            database: database.to_owned(),
            made: ctx.at.0,
            migrations: migrate::ALL
                .iter()
                .map(|one| (one.number, one.checksum()))
                .collect(),
            tables,
            files: Vec::new(),
        };
        let file = file.to_owned();
        let blobs = blob::folder(&folder);
        apart(move || archive::write(&scratch, &blobs, manifest, &file)).await
    }
}

/// Makes a region of an archive, in an empty folder (and an empty database). Every file is compared with the manifest
/// before any of them is put in its place. Nobody is signed in to it, no token of a program is good, and no link is open
/// that was not used: any of them may have been ended after the archive was made.
/// The caller opens the region and looks at its audit.
pub async fn restore(config: &Config, file: &Path) -> Result<Copied, StoreError> {
    empty(&config.data)?;
    let target = match &config.database {
        Database::Sqlite => None,
        Database::Postgres { url, roots } => {
            let target = postgres::tls::Target::new(url, roots.as_deref())?;
            postgres::copy::empty(&target).await?;
            Some(target)
        }
    };
    let scratch = Scratch::beside(&config.data.join("restored"))?;
    let (from, to) = (file.to_owned(), scratch.path().to_owned());
    let (manifest, copied) = apart(move || archive::read(&from, &to)).await?;
    let known = known(&manifest)?;
    match (&target, manifest.database.as_str()) {
        (None, "sqlite") | (Some(_), "postgres") => {}
        (_, other) => {
            return Err(StoreError::Driver(format!(
                "the archive holds a {other} database, and the configuration names another kind"
            )));
        }
    }
    if let Some(target) = &target {
        let tables = scratch.path().join(TABLES);
        postgres::copy::load(target, &tables, &manifest.tables, &known).await?;
    }
    let data = config.data.clone();
    let is_sqlite = target.is_none();
    apart(move || {
        if is_sqlite {
            sqlite::copy::end(&scratch.path().join(crate::store::SQLITE_FILE), &ENDED)?;
        }
        place(&scratch, &data, &manifest)
    })
    .await?;
    Ok(copied)
}

fn empty(data: &Path) -> Result<(), StoreError> {
    let mut entries = match std::fs::read_dir(data) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return scratch::make(data);
        }
        Err(error) => return Err(failed(data)(error)),
    };
    match entries.next() {
        None => Ok(()),
        Some(_) => {
            let data = data.display();
            Err(StoreError::Blob(format!(
                "{data} is not empty: a region is only restored into an empty folder"
            )))
        }
    }
}

/// The migrations of an archive, all of which this program must know.
fn known(manifest: &Manifest) -> Result<Vec<&'static Migration>, StoreError> {
    migrate::pending(migrate::ALL.iter(), &manifest.migrations)?;
    let numbers: Vec<i64> = manifest
        .migrations
        .iter()
        .map(|(number, _)| *number)
        .collect();
    let all = migrate::ALL.iter();
    Ok(all.filter(|one| numbers.contains(&one.number)).collect())
}

/// Puts the files into their places; the database last, so that a folder with half of them is none of a region.
fn place(scratch: &Scratch, data: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let files = manifest.files.iter();
    let tables = format!("{TABLES}/");
    let mut names: Vec<&str> = files
        .map(|entry| entry.name.as_str())
        .filter(|name| !name.starts_with(&tables))
        .collect();
    names.sort_by_key(|name| *name == crate::store::SQLITE_FILE);
    for name in names {
        let to: PathBuf = data.join(name);
        if let Some(folder) = to.parent() {
            scratch::make(folder)?;
        }
        std::fs::rename(scratch.path().join(name), &to).map_err(failed(&to))?;
    }
    let folder = std::fs::File::open(data).map_err(failed(data))?;
    folder.sync_all().map_err(failed(data))
}
