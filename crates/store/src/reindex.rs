//! Builds the search index anew from the bodies, while everything goes on: in small batches, and from where it stopped.
//!
//! First every resource's rows are written as they should be, then rows that no body explains are swept out.
//! At every moment a search finds what it should.

use renkei_base::Ctx;
use renkei_fhir::Key;
use renkei_fhir::search::Kind;

use crate::changes::Stored;
use crate::db::lane::Request;
use crate::db::{Row, Step, Value};
use crate::resource::{COLUMNS, stored};
use crate::{Store, StoreError, index, setting};

/// Resources in one transaction: a few milliseconds of the writer.
const RESOURCES: i64 = 40;
/// Index rows looked at in one step of the sweep.
const ROWS: usize = 400;
/// Where the work stands, while it is not done.
const SETTING: &str = "reindex";
/// How often a batch is tried that somebody else's writes come between.
const TRIES: usize = 20;

/// Nothing changes, but a version that is no longer current makes it a conflict.
const STILL: &str =
    "update resource set version = version where typ = $1 and id = $2 and version = $3";

/// One index table: its rows in the order of its key.
struct Sweep {
    kind: Kind,
    /// Columns as `index::keys` has them.
    select: &'static str,
    /// Where the columns of the table's key stand among them.
    order: &'static [usize],
}

const SWEEPS: [Sweep; 5] = [
    Sweep {
        kind: Kind::Token,
        select: "select patient, typ, id, param, system, code, updated from ix_token \
            where (patient, typ, param, code, updated, id, system) > ($1, $2, $3, $4, $5, $6, $7) \
            order by patient, typ, param, code, updated, id, system limit 400",
        order: &[0, 1, 3, 5, 6, 2, 4],
    },
    Sweep {
        kind: Kind::String,
        select: "select patient, typ, id, param, norm, updated from ix_string \
            where (patient, typ, param, norm, updated, id) > ($1, $2, $3, $4, $5, $6) \
            order by patient, typ, param, norm, updated, id limit 400",
        order: &[0, 1, 3, 4, 5, 2],
    },
    Sweep {
        kind: Kind::Reference,
        select: "select patient, typ, id, param, target_type, target_id, updated from ix_reference \
            where (patient, typ, param, target_id, updated, id, target_type) > ($1, $2, $3, $4, $5, $6, $7) \
            order by patient, typ, param, target_id, updated, id, target_type limit 400",
        order: &[0, 1, 3, 5, 6, 2, 4],
    },
    Sweep {
        kind: Kind::Date,
        select: "select patient, typ, id, param, low, high, updated from ix_date \
            where (patient, typ, param, low, high, id) > ($1, $2, $3, $4, $5, $6) \
            order by patient, typ, param, low, high, id limit 400",
        order: &[0, 1, 3, 4, 5, 2],
    },
    Sweep {
        kind: Kind::Quantity,
        select: "select patient, typ, id, param, value, system, code, updated from ix_quantity \
            where (patient, typ, param, value, id, code, system) > ($1, $2, $3, $4, $5, $6, $7) \
            order by patient, typ, param, value, id, code, system limit 400",
        order: &[0, 1, 3, 4, 2, 6, 5],
    },
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
        for sweep in &SWEEPS {
            self.sweep(ctx, sweep).await?;
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
                steps.extend(index::remove(one));
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

    async fn sweep(&self, ctx: &Ctx, sweep: &Sweep) -> Result<(), StoreError> {
        let mut after: Vec<Value> = sweep
            .order
            .iter()
            .map(|column| sweep.first(*column))
            .collect();
        loop {
            let rows = self.db().query(sweep.select, after.clone()).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = sweep
                .order
                .iter()
                .filter_map(|column| last.0.get(*column).cloned())
                .collect();
            let whole = rows.len() == ROWS;
            self.sweep_rows(ctx, sweep.kind, rows).await?;
            if !whole {
                return Ok(());
            }
        }
    }

    /// Deletes those of the rows that their resource, as it is now, does not give.
    async fn sweep_rows(&self, ctx: &Ctx, kind: Kind, rows: Vec<Row>) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let mut keys = Vec::new();
            for row in &rows {
                keys.push(Key::new(row.text(1)?, row.id(2)?));
            }
            keys.sort();
            keys.dedup();
            let found = self.fetch(ctx, &keys, true).await?;
            let known: Vec<_> = found.iter().flat_map(index::keys).collect();
            let stale = |row: &&Row| !known.iter().any(|(of, key)| *of == kind && *key == row.0);
            let mut steps: Vec<Step> = Vec::new();
            for row in rows.iter().filter(stale) {
                let (typ, id) = (row.text(1)?, row.text(2)?);
                let of = |one: &&Stored| one.key.typ == typ && one.key.id.as_str() == id;
                steps.extend(found.iter().find(of).map(still));
                steps.extend(index::remove_row(kind, row.0.clone()));
            }
            if steps.is_empty() {
                return Ok(());
            }
            match self.apply(steps).await {
                Err(StoreError::Conflict(_)) => {}
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }

    async fn apply(&self, steps: Vec<Step>) -> Result<(), StoreError> {
        let request = Request {
            steps,
            ..Request::default()
        };
        self.db().commit(request).await
    }
}

impl Sweep {
    /// Less than any value of a column.
    fn first(&self, column: usize) -> Value {
        let updated = self
            .order
            .iter()
            .max()
            .is_some_and(|last| column > 3 && column == *last);
        match (self.kind, column) {
            (Kind::Date, 4 | 5) => Value::Int(i64::MIN),
            (Kind::Quantity, 4) => Value::Real(f64::NEG_INFINITY),
            (Kind::Token | Kind::String | Kind::Reference, _) if updated => Value::Int(i64::MIN),
            _ => Value::from(""),
        }
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
