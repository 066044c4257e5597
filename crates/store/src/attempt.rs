//! Tries to sign in, counted for each login and each address.

use renkei_base::Micros;

use crate::db::{Step, Value};
use crate::{Changes, Store, StoreError};

/// What a count of tries belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    Login,
    Address,
}

impl AttemptKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Address => "address",
        }
    }
}

/// How often it failed, and when it was last tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptRow {
    /// 0 when there is no row.
    pub failures: i64,
    pub last: Micros,
}

const SELECT: &str = "select failures, last from attempt where kind = $1 and key = $2";
const MAKE: &str = "insert into attempt (kind, key, failures, last) values ($1, $2, 0, 0) on conflict (kind, key) do nothing";
const COUNT: &str = "update attempt set failures = $3, last = $4 where kind = $1 and key = $2 and failures = $5 and last = $6";
const CLEAR: &str = "delete from attempt where kind = $1 and key = $2";
const HALVE: &str = "update attempt set failures = failures / 2 where kind = $1 and key = $2";
const DROP_OLD: &str = "delete from attempt where last < $1";

impl Changes {
    /// Sets a count; stands on what was read: of many tries at the same moment only one goes on.
    pub fn count_attempt(
        &mut self,
        kind: AttemptKind,
        key: &str,
        read: AttemptRow,
        now: AttemptRow,
    ) {
        let who: Vec<Value> = vec![kind.code().into(), key.into()];
        self.steps.push(Step::any(MAKE, who));
        let params: Vec<Value> = vec![
            kind.code().into(),
            key.into(),
            now.failures.into(),
            now.last.into(),
            read.failures.into(),
            read.last.into(),
        ];
        self.steps.push(Step::one(COUNT, params, "attempt"));
    }

    pub fn clear_attempts(&mut self, kind: AttemptKind, key: &str) {
        self.steps
            .push(Step::any(CLEAR, vec![kind.code().into(), key.into()]));
    }

    pub fn halve_attempts(&mut self, kind: AttemptKind, key: &str) {
        self.steps
            .push(Step::any(HALVE, vec![kind.code().into(), key.into()]));
    }

    pub fn drop_old_attempts(&mut self, before: Micros) {
        self.steps.push(Step::any(DROP_OLD, vec![before.into()]));
    }
}

impl Store {
    pub async fn attempts(&self, kind: AttemptKind, key: &str) -> Result<AttemptRow, StoreError> {
        let rows = self
            .db()
            .query(SELECT, vec![kind.code().into(), key.into()])
            .await?;
        let Some(row) = rows.first() else {
            return Ok(AttemptRow::default());
        };
        Ok(AttemptRow {
            failures: row.int(0)?,
            last: row.micros(1)?,
        })
    }
}
