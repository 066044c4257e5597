//! Tables of imports: codes that wait for their institution, and the runs themselves.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A row of a code list that found no institution, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeWait {
    /// Ten digits.
    pub code: String,
    pub prefecture: String,
    /// With the legal person in front, as the list writes it.
    pub name: String,
    pub postal: String,
    pub address: String,
    /// Institutions that it may be. Empty where none was found.
    pub candidates: Vec<Id>,
    /// The file.
    pub source: String,
    pub line: i64,
    pub since: Micros,
}

/// One import that ran to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRun {
    pub id: Id,
    /// As on the command line: `medical-institutions`.
    pub kind: String,
    /// The file's name without its folder.
    pub file: String,
    pub sha256: String,
    pub started: Micros,
    pub ended: Micros,
    pub account: Option<Id>,
    pub accepted: i64,
    pub unchanged: i64,
    pub waiting: i64,
    pub refused: i64,
    pub warned: i64,
}

/// What an import has to know of an institution that its file no longer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    pub id: Id,
    /// 医療情報ネット ID.
    pub registry_id: String,
    pub kind: String,
    pub prefecture: String,
    pub name: String,
    pub active: bool,
}

const REGISTERED: &str = "select id, registry_id, kind, prefecture, name, active from institution \
    where id > $1 and registry_id is not null order by id limit $2";
/// Rows read at a time.
const PAGE: i64 = 2_000;

const PUT_WAIT: &str = "insert into code_wait (code, prefecture, name, postal, address, candidates, source, line, since, \
    state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting') on conflict (code) do update set \
    name = excluded.name, postal = excluded.postal, address = excluded.address, candidates = excluded.candidates, \
    source = excluded.source, line = excluded.line";

const END_WAIT: &str = "update code_wait set state = $2, institution = $3, done_by = $4, done_at = $5 \
    where code = $1 and state = 'waiting'";

const WAITS: &str = "select code, prefecture, name, postal, address, candidates, source, line, since from code_wait \
    where state = 'waiting' order by code";

const WAITS_WITH_CANDIDATES: &str = "select code, prefecture, name, postal, address, candidates, source, line, since \
    from code_wait where state = 'waiting' and candidates <> '' order by code limit $1";

const WAIT_COUNTS: &str = "select coalesce(sum(case when candidates <> '' then 1 else 0 end), 0), \
    coalesce(sum(case when candidates = '' then 1 else 0 end), 0) from code_wait where state = 'waiting'";

const WAIT: &str = "select code, prefecture, name, postal, address, candidates, source, line, since from code_wait \
    where code = $1 and state = 'waiting'";

const DISMISSED: &str = "select code from code_wait where state = 'dismissed'";

const PUT_RUN: &str = "insert into import_run (id, kind, file, sha256, started, ended, account, accepted, unchanged, \
    waiting, refused, warned) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const RUNS: &str = "select id, kind, file, sha256, started, ended, account, accepted, unchanged, waiting, refused, \
    warned from import_run order by ended desc, id desc limit $1";

impl Changes {
    /// Keeps a code until its institution is known. Once confirmed or dismissed it stays so.
    pub fn put_code_wait(&mut self, wait: &CodeWait) {
        let candidates: Vec<&str> = wait.candidates.iter().map(Id::as_str).collect();
        self.steps.push(Step::any(
            PUT_WAIT,
            vec![
                Value::from(wait.code.as_str()),
                Value::from(wait.prefecture.as_str()),
                Value::from(wait.name.as_str()),
                Value::from(wait.postal.as_str()),
                Value::from(wait.address.as_str()),
                Value::from(candidates.join(" ")),
                Value::from(wait.source.as_str()),
                Value::from(wait.line),
                Value::from(wait.since),
            ],
        ));
    }

    /// Ends the waiting of a code. `institution` is `None` for a code that is dismissed. A conflict when it no longer waits.
    pub fn end_code_wait(
        &mut self,
        code: &str,
        institution: Option<&Id>,
        by: Option<&Id>,
        at: Micros,
    ) {
        let state = if institution.is_some() {
            "confirmed"
        } else {
            "dismissed"
        };
        self.steps.push(Step::one(
            END_WAIT,
            vec![
                Value::from(code),
                Value::from(state),
                Value::from(institution),
                Value::from(by),
                Value::from(at),
            ],
            format!("code {code}"),
        ));
    }

    pub fn put_import_run(&mut self, run: &ImportRun) {
        self.steps.push(Step::any(
            PUT_RUN,
            vec![
                Value::from(&run.id),
                Value::from(run.kind.as_str()),
                Value::from(run.file.as_str()),
                Value::from(run.sha256.as_str()),
                Value::from(run.started),
                Value::from(run.ended),
                Value::from(run.account.as_ref()),
                Value::from(run.accepted),
                Value::from(run.unchanged),
                Value::from(run.waiting),
                Value::from(run.refused),
                Value::from(run.warned),
            ],
        ));
    }
}

impl Store {
    /// All codes that wait, by code.
    pub async fn code_waits(&self) -> Result<Vec<CodeWait>, StoreError> {
        let rows = self.db().query(WAITS, vec![]).await?;
        rows.iter().map(code_wait).collect()
    }

    /// Codes that wait and have candidates: those that a person can decide now.
    pub async fn code_waits_to_confirm(&self, limit: usize) -> Result<Vec<CodeWait>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .db()
            .query(WAITS_WITH_CANDIDATES, vec![Value::from(limit)])
            .await?;
        rows.iter().map(code_wait).collect()
    }

    /// Codes that wait: those with candidates, and those without.
    pub async fn code_wait_counts(&self) -> Result<(u64, u64), StoreError> {
        let rows = self.db().query(WAIT_COUNTS, vec![]).await?;
        let count = |column| {
            let number = rows.first().map_or(Ok(0), |row| row.int(column))?;
            Ok::<_, StoreError>(u64::try_from(number).unwrap_or_default())
        };
        Ok((count(0)?, count(1)?))
    }

    pub async fn code_wait(&self, code: &str) -> Result<Option<CodeWait>, StoreError> {
        let rows = self.db().query(WAIT, vec![Value::from(code)]).await?;
        rows.first().map(code_wait).transpose()
    }

    /// The next institutions with a 医療情報ネット ID after an id, in their order; none is the end.
    pub async fn registered_after(&self, last: &str) -> Result<Vec<Registered>, StoreError> {
        let params = vec![Value::from(last), PAGE.into()];
        let rows = self.db().query(REGISTERED, params).await?;
        rows.iter().map(registered).collect()
    }

    /// Codes that a person has said belong to no institution here.
    pub async fn dismissed_codes(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.db().query(DISMISSED, vec![]).await?;
        rows.iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect()
    }

    /// The last imports, newest first.
    pub async fn import_runs(&self, limit: usize) -> Result<Vec<ImportRun>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.db().query(RUNS, vec![Value::from(limit)]).await?;
        rows.iter().map(import_run).collect()
    }
}

fn code_wait(row: &Row) -> Result<CodeWait, StoreError> {
    Ok(CodeWait {
        code: row.text(0)?.to_owned(),
        prefecture: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        postal: row.text(3)?.to_owned(),
        address: row.text(4)?.to_owned(),
        candidates: row
            .text(5)?
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .collect(),
        source: row.text(6)?.to_owned(),
        line: row.int(7)?,
        since: row.micros(8)?,
    })
}

fn registered(row: &Row) -> Result<Registered, StoreError> {
    Ok(Registered {
        id: row.id(0)?,
        registry_id: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        prefecture: row.text(3)?.to_owned(),
        name: row.text(4)?.to_owned(),
        active: row.int(5)? != 0,
    })
}

fn import_run(row: &Row) -> Result<ImportRun, StoreError> {
    Ok(ImportRun {
        id: row.id(0)?,
        kind: row.text(1)?.to_owned(),
        file: row.text(2)?.to_owned(),
        sha256: row.text(3)?.to_owned(),
        started: row.micros(4)?,
        ended: row.micros(5)?,
        account: match row.text_opt(6)? {
            Some(_) => Some(row.id(6)?),
            None => None,
        },
        accepted: row.int(7)?,
        unchanged: row.int(8)?,
        waiting: row.int(9)?,
        refused: row.int(10)?,
        warned: row.int(11)?,
    })
}
