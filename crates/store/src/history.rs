//! The history of a type, or of several: every version of everything of it that the caller may see, newest first.

use std::cmp::Ordering;

use renkei_base::{Ctx, Id, Micros, Reach, limits};

use crate::changes::Stored;
use crate::db::Value;
use crate::resource::{COLUMNS, stored};
use crate::{Store, StoreError, filter, planner};

/// Which part of a type's history is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    pub typ: String,
    /// Only what was written from then on.
    pub since: Option<Micros>,
    /// At most this many (`limits::PAGE_ROWS` when 0).
    pub count: usize,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// One page of a history.
#[derive(Clone, Debug, Default)]
pub struct HistoryPage {
    pub versions: Vec<Stored>,
    /// Present when there is more.
    pub next: Option<String>,
}

impl Store {
    /// One page of the history of a type within the caller's reach. One audit row for each patient.
    ///
    /// # Errors
    /// [`StoreError::Query`] for a cursor that is none.
    pub async fn type_history(
        &self,
        ctx: &Ctx,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StoreError> {
        let mut found = self.histories(ctx, &[&query.typ], query).await?;
        let last = found.versions.last().filter(|_| found.next.is_some());
        found.next =
            last.map(|last| format!("{}.{}.{}", last.updated.0, last.version, last.key.id));
        Ok(found)
    }

    /// As [`Store::type_history`], of several types together.
    ///
    /// # Errors
    /// As [`Store::type_history`].
    pub async fn system_history(
        &self,
        ctx: &Ctx,
        types: &[&str],
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StoreError> {
        self.histories(ctx, types, query).await
    }

    async fn histories(
        &self,
        ctx: &Ctx,
        types: &[&str],
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StoreError> {
        let Some(first) = types.first() else {
            return Ok(HistoryPage::default());
        };
        let count = match query.count {
            0 => limits::PAGE_ROWS,
            some => some.min(limits::PAGE_ROWS_MAX),
        };
        let after = query.cursor.as_deref();
        let after = after.map(|text| cursor(text, first)).transpose()?;
        let (sql, params) = statement(ctx, types, query.since, after.as_ref(), count + 1);
        let rows = self.db().query(sql, params).await?;
        let mut versions = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        let more = versions.len() > count;
        versions.truncate(count);
        self.note_found(ctx, "resource.history", &versions).await?;
        let last = versions.last().filter(|_| more);
        let next = last.map(|last| format!("{}.{}.{}", last.updated.0, last.version, last.key));
        Ok(HistoryPage { versions, next })
    }
}

/// The last row of a page.
#[derive(Debug)]
pub(crate) struct After {
    pub(crate) at: i64,
    pub(crate) typ: String,
    pub(crate) id: Id,
    pub(crate) version: i64,
}

/// `time.version.id` in a history of one type, `time.version.Type/id` in one of several.
fn cursor(text: &str, typ: &str) -> Result<After, StoreError> {
    let mut parts = text.splitn(3, '.');
    let mut read = || -> Option<After> {
        let at = parts.next()?.parse().ok()?;
        let version = parts.next()?.parse().ok()?;
        let (typ, id) = parts
            .next()
            .map(|rest| rest.split_once('/').unwrap_or((typ, rest)))?;
        Some(After {
            at,
            typ: typ.to_owned(),
            id: id.parse().ok()?,
            version,
        })
    };
    read().ok_or_else(|| StoreError::Query("_cursor".to_owned()))
}

/// The newest of both tables, each type by its index.
pub(crate) fn statement(
    ctx: &Ctx,
    types: &[&str],
    since: Option<Micros>,
    after: Option<&After>,
    limit: usize,
) -> (String, Vec<Value>) {
    let mut params = Vec::new();
    let mut bind = |value: Value| {
        params.push(value);
        format!("${}", params.len())
    };
    let names: Vec<String> = types.iter().map(|typ| bind(Value::from(*typ))).collect();
    let since = since.map(|since| format!(" and r.updated >= {}", bind(since.into())));
    let after = after.map(|after| {
        let (at, id) = (bind(after.at.into()), bind((&after.id).into()));
        let version = bind(after.version.into());
        let same = format!(
            " and r.updated <= {at} and (r.updated < {at} or r.id > {id} \
             or (r.id = {id} and r.version < {version}))"
        );
        (after.typ.as_str(), at, same)
    });
    let limit = bind(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let private = types.iter().any(|typ| !planner::PUBLIC.contains(typ));
    let own = if private {
        own_patients(ctx, &mut params)
    } else {
        String::new()
    };
    let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
    let mut halves = Vec::with_capacity(types.len() * 2);
    for (typ, name) in types.iter().zip(&names) {
        let mut wanted = since.clone().unwrap_or_default();
        // By time, then by type: types before that of the last row are done with its time.
        if let Some((last, at, same)) = &after {
            match typ.cmp(last) {
                Ordering::Less => wanted.push_str(&format!(" and r.updated < {at}")),
                Ordering::Equal => wanted.push_str(same),
                Ordering::Greater => wanted.push_str(&format!(" and r.updated <= {at}")),
            }
        }
        if !planner::PUBLIC.contains(typ) {
            wanted.push_str(&own);
        }
        for table in ["resource", "version"] {
            halves.push(format!(
                "select * from (select {COLUMNS} from {table} r where r.typ = {name}{wanted} and {visible} \
                 order by r.updated desc, r.id, r.version desc limit {limit}) {table}s"
            ));
        }
    }
    let sql = format!(
        "select {COLUMNS} from ({}) r order by r.updated desc, r.typ, r.id, r.version desc limit {limit}",
        halves.join(" union all "),
    );
    (sql, params)
}

/// The patients whom the caller may see lead, as in a search without a condition.
fn own_patients(ctx: &Ctx, params: &mut Vec<Value>) -> String {
    let Reach::Granted(grantees) = &ctx.reach else {
        return String::new();
    };
    if grantees.is_empty() {
        return String::new();
    }
    let mut pairs = Vec::with_capacity(grantees.len());
    for grantee in grantees {
        params.push(Value::from(grantee.kind()));
        params.push(Value::from(grantee.id()));
        pairs.push(format!("(${}, ${})", params.len() - 1, params.len()));
    }
    params.push(Value::from(ctx.at));
    format!(
        " and r.patient in (select '' union select own.patient from access own \
         where (own.kind, own.grantee) in (values {}) and own.until > ${})",
        pairs.join(", "),
        params.len()
    )
}
