//! Tables `import_wait` and `institution_alias`: rows that wait for a person to say which institution they mean, and what
//! was decided, for the next list.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A row that names an institution which was not found, or not surely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportWait {
    /// The kind of file: `members`, `bed-reports`.
    pub kind: String,
    /// Of the row within its kind: the same row of the next file has the same.
    pub key: String,
    /// As typed.
    pub name: String,
    /// Municipality or address as typed, or empty.
    pub place: String,
    /// Two digits, or empty.
    pub prefecture: String,
    /// What the row says, packed by its kind.
    pub detail: String,
    /// Institutions that it may be, the likeliest first.
    pub candidates: Vec<Id>,
    /// The file.
    pub source: String,
    pub source_date: String,
    pub line: i64,
    pub since: Micros,
}

/// A text that means an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionAlias {
    pub name: String,
    pub place: String,
    pub prefecture: String,
    pub institution: Id,
    pub source: String,
    pub since: Micros,
    pub by: Option<Id>,
}

const PUT: &str = "insert into import_wait (kind, key, name, place, prefecture, detail, candidates, source, source_date, \
    line, since, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting') on conflict (kind, key) \
    do update set detail = excluded.detail, candidates = excluded.candidates, source = excluded.source, \
    source_date = excluded.source_date, line = excluded.line";

const END: &str = "update import_wait set state = $3, institution = $4, done_by = $5, done_at = $6 \
    where kind = $1 and key = $2 and state = 'waiting'";

const WAITING: &str = "select kind, key, name, place, prefecture, detail, candidates, source, source_date, line, since \
    from import_wait where state = 'waiting' order by case when candidates = '' then 1 else 0 end, kind desc, key limit $1";

const ONE: &str = "select kind, key, name, place, prefecture, detail, candidates, source, source_date, line, since \
    from import_wait where kind = $1 and key = $2 and state = 'waiting'";

const DISMISSED: &str = "select key from import_wait where state = 'dismissed' and kind = $1";

const COUNT: &str = "select count(*) from import_wait where state = 'waiting'";

const PUT_ALIAS: &str = "insert into institution_alias (name, place, prefecture, institution, source, since, by_account) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (name, place, prefecture) do update set \
    institution = excluded.institution, source = excluded.source, since = excluded.since, \
    by_account = excluded.by_account";

const ALIASES: &str = "select name, place, prefecture, institution, source, since, by_account from institution_alias \
    order by name, place, prefecture";

const ALIASES_OF: &str = "select name, place, prefecture, institution, source, since, by_account from institution_alias \
    where institution = $1 order by name, place";

impl Changes {
    /// Keeps a row until its institution is known. Once confirmed or dismissed it stays so.
    pub fn put_import_wait(&mut self, wait: &ImportWait) {
        let candidates: Vec<&str> = wait.candidates.iter().map(Id::as_str).collect();
        self.steps.push(Step::any(
            PUT,
            vec![
                wait.kind.as_str().into(),
                wait.key.as_str().into(),
                wait.name.as_str().into(),
                wait.place.as_str().into(),
                wait.prefecture.as_str().into(),
                wait.detail.as_str().into(),
                candidates.join(" ").into(),
                wait.source.as_str().into(),
                wait.source_date.as_str().into(),
                wait.line.into(),
                wait.since.into(),
            ],
        ));
    }

    /// Ends the waiting of a row. `institution` is `None` for one that is dismissed. A conflict when it no longer waits.
    pub fn end_import_wait(
        &mut self,
        wait: &ImportWait,
        institution: Option<&Id>,
        by: Option<&Id>,
        at: Micros,
    ) {
        let state = if institution.is_some() {
            "confirmed"
        } else {
            "dismissed"
        };
        let params = vec![
            wait.kind.as_str().into(),
            wait.key.as_str().into(),
            state.into(),
            Value::from(institution),
            Value::from(by),
            at.into(),
        ];
        let what = format!("import {} {}", wait.kind, wait.key);
        self.steps.push(Step::one(END, params, what));
    }

    /// Remembers what a text means.
    pub fn put_institution_alias(&mut self, alias: &InstitutionAlias) {
        self.steps.push(Step::any(
            PUT_ALIAS,
            vec![
                alias.name.as_str().into(),
                alias.place.as_str().into(),
                alias.prefecture.as_str().into(),
                Value::from(&alias.institution),
                alias.source.as_str().into(),
                alias.since.into(),
                Value::from(alias.by.as_ref()),
            ],
        ));
    }
}

impl Store {
    /// Rows that wait: those with candidates first.
    pub async fn import_waits(&self, limit: usize) -> Result<Vec<ImportWait>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.db().query(WAITING, vec![limit.into()]).await?;
        rows.iter().map(wait).collect()
    }

    pub async fn import_wait(
        &self,
        kind: &str,
        key: &str,
    ) -> Result<Option<ImportWait>, StoreError> {
        let rows = self.db().query(ONE, vec![kind.into(), key.into()]).await?;
        rows.first().map(wait).transpose()
    }

    pub async fn import_wait_count(&self) -> Result<u64, StoreError> {
        let rows = self.db().query(COUNT, vec![]).await?;
        let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Keys of rows that a person has said mean no institution here.
    pub async fn dismissed_imports(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.db().query(DISMISSED, vec![kind.into()]).await?;
        rows.iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect()
    }

    pub async fn institution_aliases(&self) -> Result<Vec<InstitutionAlias>, StoreError> {
        let rows = self.db().query(ALIASES, vec![]).await?;
        rows.iter().map(alias).collect()
    }

    /// What one institution is called in lists.
    pub async fn aliases_of(&self, institution: &Id) -> Result<Vec<InstitutionAlias>, StoreError> {
        let rows = self
            .db()
            .query(ALIASES_OF, vec![institution.into()])
            .await?;
        rows.iter().map(alias).collect()
    }
}

fn wait(row: &Row) -> Result<ImportWait, StoreError> {
    let candidates = row.text(6)?.split_whitespace();
    Ok(ImportWait {
        kind: row.text(0)?.to_owned(),
        key: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        place: row.text(3)?.to_owned(),
        prefecture: row.text(4)?.to_owned(),
        detail: row.text(5)?.to_owned(),
        candidates: candidates.filter_map(|id| id.parse().ok()).collect(),
        source: row.text(7)?.to_owned(),
        source_date: row.text(8)?.to_owned(),
        line: row.int(9)?,
        since: row.micros(10)?,
    })
}

fn alias(row: &Row) -> Result<InstitutionAlias, StoreError> {
    Ok(InstitutionAlias {
        name: row.text(0)?.to_owned(),
        place: row.text(1)?.to_owned(),
        prefecture: row.text(2)?.to_owned(),
        institution: row.id(3)?,
        source: row.text(4)?.to_owned(),
        since: row.micros(5)?,
        by: match row.text_opt(6)? {
            Some(_) => Some(row.id(6)?),
            None => None,
        },
    })
}
