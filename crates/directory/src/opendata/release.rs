//! Dated publications: files with their checksums, written once.

use jiff::civil::Date;
use renkei_access::policy::Action;
use renkei_base::{Ctx, Refusal};
pub use renkei_store::opendata::{ReleaseFile, ReleaseRow};
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use super::{Dataset, Format, Reading, all, file_name};
use crate::area::Areas;
use crate::gate;

/// Publications that a list shows.
const SHOWN: u32 = 120;
/// Publications of one day that are looked for before giving up.
const OF_A_DAY: usize = 100;

/// A publication with its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub row: ReleaseRow,
    pub files: Vec<ReleaseFile>,
}

/// The publications, the newest first.
pub async fn releases(store: &Store) -> Result<Vec<Release>, StoreError> {
    let mut all = Vec::new();
    for row in store.releases(SHOWN).await? {
        let files = store.release_files(&row.id).await?;
        all.push(Release { row, files });
    }
    Ok(all)
}

/// The files of one publication.
pub async fn files(store: &Store, release: &str) -> Result<Vec<ReleaseFile>, StoreError> {
    store.release_files(release).await
}

/// Whether the newest publication is of an earlier month.
pub async fn due(store: &Store, today: Date) -> Result<bool, StoreError> {
    let newest = store.releases(1).await?;
    let month = newest.first().map(|row| row.made_at.in_japan().date());
    Ok(month.is_none_or(|day| (day.year(), day.month()) < (today.year(), today.month())))
}

/// Publishes the directory as it is now. Returns the id of the publication, the newest one's where nothing has changed
/// since.
pub async fn release(store: &Store, ctx: &Ctx, areas: &Areas) -> Result<String, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let today = ctx.at.in_japan().date();
    let mut files = Vec::new();
    for (dataset, format) in all() {
        files.push(file(store, areas, (dataset, format), today).await?);
    }
    let before = releases(store).await?;
    if let Some(newest) = before.first().filter(|newest| same(&newest.files, &files)) {
        return Ok(newest.row.id.clone());
    }
    let row = ReleaseRow {
        id: free(&before, today)?,
        made_at: ctx.at,
        made_by: ctx.caller.account.clone(),
    };
    for file in &mut files {
        file.release.clone_from(&row.id);
    }
    let mut changes = Changes::default();
    changes.put_release(&row, &files);
    changes.note(Note::new("opendata.release").detail(row.id.as_str()));
    store.commit(ctx, changes).await?;
    Ok(row.id)
}

/// Writes the bytes, which nothing names until the publication is committed.
async fn file(
    store: &Store,
    areas: &Areas,
    (dataset, format): (Dataset, Format),
    today: Date,
) -> Result<ReleaseFile, StoreError> {
    let mut reading = Reading::begin(store, areas, (dataset, format), today).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = reading.next().await? {
        bytes.extend(piece);
    }
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    Ok(ReleaseFile {
        release: String::new(),
        name: file_name(dataset, format),
        media: format.media().to_owned(),
        sha256: store.put_blob(bytes).await?,
        size,
        records: reading.records,
    })
}

fn same(old: &[ReleaseFile], new: &[ReleaseFile]) -> bool {
    let sum = |files: &[ReleaseFile]| {
        let mut sums: Vec<(String, String)> = files
            .iter()
            .map(|file| (file.name.clone(), file.sha256.clone()))
            .collect();
        sums.sort();
        sums
    };
    sum(old) == sum(new)
}

/// The day, or the day with the next number.
fn free(before: &[Release], today: Date) -> Result<String, Refusal> {
    let taken = |id: &String| before.iter().any(|one| one.row.id == *id);
    let numbered = (2..OF_A_DAY).map(|number| format!("{today}-{number}"));
    std::iter::once(today.to_string())
        .chain(numbered)
        .find(|id| !taken(id))
        .ok_or(Refusal::Conflict)
}
