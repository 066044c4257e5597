//! Reads the directory: some rows after others, and while some are taken in, the next are read.

use std::future::Future;

use renkei_store::{Store, StoreError};
use tokio::task::spawn_blocking;

use super::pack::Pack;
use super::packer::{Packer, Placed};
use super::source::Source;

pub(super) async fn pack(store: &Store) -> Result<Pack, StoreError> {
    let packer = Packer::new(&store.departments().await?);
    let packer = all(
        packer,
        |last| {
            let store = store.clone();
            async move { store.institutions_after(last.as_ref()).await }
        },
        |packer, rows| packer.add(&rows),
    )
    .await?;
    let placed = blocking(move || packer.placed()).await?;
    let placed = all(
        placed,
        |last| {
            let store = store.clone();
            async move { store.openings_after(last.as_ref()).await }
        },
        Placed::add_openings,
    )
    .await?;
    let placed = all(
        placed,
        |last| {
            let store = store.clone();
            async move { store.positions_after(last.as_ref()).await }
        },
        |placed, positions| placed.add_positions(&positions),
    )
    .await?;
    let placed = all(
        placed,
        |last| {
            let store = store.clone();
            async move { store.beds_after(last.as_ref()).await }
        },
        |placed, beds| placed.add_beds(&beds),
    )
    .await?;
    let few = Source::few(store).await?;
    blocking(move || placed.finish(&few)).await
}

/// Takes in all rows of a table. `next` reads those after one.
async fn all<T, R, F>(
    mut into: T,
    next: impl Fn(Option<R>) -> F,
    take: fn(&mut T, Vec<R>),
) -> Result<T, StoreError>
where
    T: Send + 'static,
    R: Clone + Send + 'static,
    F: Future<Output = Result<Vec<R>, StoreError>>,
{
    let mut rows = next(None).await?;
    while let Some(last) = rows.last().cloned() {
        let taking = blocking(move || {
            take(&mut into, rows);
            into
        });
        let (read, taken) = tokio::join!(next(Some(last)), taking);
        (rows, into) = (read?, taken?);
    }
    Ok(into)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| StoreError::Driver(error.to_string()))
}
