//! Builds the search index anew from the bodies, while everything goes on: in small batches, and from where it stopped.
//!
//! First every resource's rows are written as they should be, then rows that no body explains are swept out.
//! At every moment a search finds what it should.

use std::collections::HashSet;

use renkei_base::Ctx;
use renkei_fhir::Key;

use crate::changes::Stored;
use crate::db::lane::Request;
use crate::db::{Row, Step};
use crate::resource::{COLUMNS, patient, stored};
use crate::{Store, StoreError, index, setting};

/// Resources in one transaction: a few milliseconds of the writer.
const RESOURCES: i64 = 40;
/// Resources looked at in one step of the sweep.
const HELD_ROWS: i64 = 256;
/// Where the work stands, while it is not done.
const SETTING: &str = "reindex";
/// How often a batch is tried that somebody else's writes come between.
const TRIES: usize = 20;

/// Nothing changes, but a version that is no longer current makes it a conflict.
const STILL: &str =
    "update resource set version = version where typ = $1 and id = $2 and version = $3";

/// The next resources that have rows in one table of the index.
const HELD: [&str; 5] = [
    "select distinct patient, typ, id from ix_token \
     where (patient, typ, id) > ($1, $2, $3) order by patient, typ, id limit $4",
    "select distinct patient, typ, id from ix_string \
     where (patient, typ, id) > ($1, $2, $3) order by patient, typ, id limit $4",
    "select distinct patient, typ, id from ix_reference \
     where (patient, typ, id) > ($1, $2, $3) order by patient, typ, id limit $4",
    "select distinct patient, typ, id from ix_date \
     where (patient, typ, id) > ($1, $2, $3) order by patient, typ, id limit $4",
    "select distinct patient, typ, id from ix_quantity \
     where (patient, typ, id) > ($1, $2, $3) order by patient, typ, id limit $4",
];

impl Store {
    /// Rebuilds the whole index with the program's own context. Tells how many resources are done.
    /// When it was stopped, the next call goes on from there.
    pub async fn reindex(
        &self,
        ctx: &Ctx,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<u64, StoreError> {
        let mut done = 0;
        let mut after = self.setting(SETTING).await?.unwrap_or_default();
        while let Some((last, count)) = self.reindex_batch(&after).await? {
            done += count;
            after = last;
            progress(done);
        }
        for held in HELD {
            self.sweep(ctx, held).await?;
        }
        self.apply(vec![setting::forget(SETTING)]).await?;
        Ok(done)
    }

    /// The rows of the next resources; says which was the last and how many they were.
    async fn reindex_batch(&self, after: &str) -> Result<Option<(String, u64)>, StoreError> {
        let (typ, id) = after.split_once('/').unwrap_or_default();
        let sql = format!(
            "select {COLUMNS} from resource r where (r.typ, r.id) > ($1, $2) \
             order by r.typ, r.id limit $3"
        );
        for _ in 0..TRIES {
            let params = vec![typ.into(), id.into(), RESOURCES.into()];
            let rows = self.db().query(sql.clone(), params).await?;
            let found = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = found.last().map(|last| last.key.to_string()) else {
                return Ok(None);
            };
            let mut steps = vec![setting::write(SETTING, &last)];
            for one in found.iter().filter(|one| !one.deleted) {
                steps.push(still(one));
                steps.extend(index::clear(
                    patient(&one.place),
                    &one.key.typ,
                    one.key.id.as_str(),
                ));
                steps.extend(index::insert(one));
            }
            match self.apply(steps).await {
                Ok(()) => return Ok(Some((last, found.len() as u64))),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }

    /// Clears what is held of resources that are not there, or not in this place.
    async fn sweep(&self, ctx: &Ctx, held: &'static str) -> Result<(), StoreError> {
        let mut after = ["".into(), "".into(), "".into()].to_vec();
        loop {
            let mut params = after.clone();
            params.push(HELD_ROWS.into());
            let rows = self.db().query(held, params).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.0.clone();
            let mut steps = Vec::new();
            for (patient, typ, id) in self.orphans(ctx, &rows).await? {
                steps.extend(index::clear(&patient, &typ, &id));
            }
            if !steps.is_empty() {
                self.apply(steps).await?;
            }
        }
    }

    /// Those that no resource explains. An id is never used again, and a resource keeps its place,
    /// so nobody's write can come between this and the clearing.
    async fn orphans(
        &self,
        ctx: &Ctx,
        rows: &[Row],
    ) -> Result<Vec<(String, String, String)>, StoreError> {
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            keys.push(Key::new(row.text(1)?, row.id(2)?));
        }
        let found: Vec<crate::Stored> = self.fetch(ctx, &keys, false).await?;
        let places: HashSet<(&str, &Key)> = found
            .iter()
            .map(|one| (patient(&one.place), &one.key))
            .collect();
        let mut orphans = Vec::new();
        for (row, key) in rows.iter().zip(&keys) {
            let of = row.text(0)?;
            if !places.contains(&(of, key)) {
                orphans.push((of.to_owned(), key.typ.clone(), key.id.to_string()));
            }
        }
        Ok(orphans)
    }

    async fn apply(&self, steps: Vec<Step>) -> Result<(), StoreError> {
        let request = Request {
            steps,
            ..Request::default()
        };
        self.db().commit(request).await
    }
}

fn still(one: &Stored) -> Step {
    let params = vec![
        one.key.typ.as_str().into(),
        (&one.key.id).into(),
        i64::from(one.version).into(),
    ];
    Step::one(STILL, params, one.key.to_string())
}
