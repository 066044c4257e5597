//! The history of a type: every version of everything of it that the caller may see, newest first.

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
        let count = match query.count {
            0 => limits::PAGE_ROWS,
            some => some.min(limits::PAGE_ROWS_MAX),
        };
        let after = query.cursor.as_deref().map(cursor).transpose()?;
        let (sql, params) = statement(ctx, query, after.as_ref(), count + 1);
        let rows = self.db().query(sql, params).await?;
        let mut versions = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        let more = versions.len() > count;
        versions.truncate(count);
        self.note_found(ctx, "resource.history", &versions).await?;
        let next = versions
            .last()
            .filter(|_| more)
            .map(|last| format!("{}.{}.{}", last.updated.0, last.version, last.key.id));
        Ok(HistoryPage { versions, next })
    }
}

/// The last row of a page: when, which version, which id.
type After = (i64, i64, Id);

fn cursor(text: &str) -> Result<After, StoreError> {
    let mut parts = text.splitn(3, '.');
    let mut read = || -> Option<After> {
        let at = parts.next()?.parse().ok()?;
        let version = parts.next()?.parse().ok()?;
        Some((at, version, parts.next()?.parse().ok()?))
    };
    read().ok_or_else(|| StoreError::Query("_cursor".to_owned()))
}

/// The newest of both tables, each by its index.
pub(crate) fn statement(
    ctx: &Ctx,
    query: &HistoryQuery,
    after: Option<&After>,
    limit: usize,
) -> (String, Vec<Value>) {
    let mut params = vec![Value::from(query.typ.as_str())];
    let mut bind = |value: Value| {
        params.push(value);
        format!("${}", params.len())
    };
    let mut wanted = String::new();
    if let Some(since) = query.since {
        wanted.push_str(&format!(" and r.updated >= {}", bind(since.into())));
    }
    if let Some((at, version, id)) = after {
        let (at, id) = (bind((*at).into()), bind(id.into()));
        let version = bind((*version).into());
        wanted.push_str(&format!(
            " and r.updated <= {at} and (r.updated < {at} or r.id > {id} \
             or (r.id = {id} and r.version < {version}))"
        ));
    }
    let limit = bind(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let own = own_patients(ctx, &query.typ, &mut params);
    let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
    let half = |table: &str| {
        format!(
            "select * from (select {COLUMNS} from {table} r where r.typ = $1{wanted}{own} and {visible} \
             order by r.updated desc, r.id, r.version desc limit {limit}) {table}s"
        )
    };
    let sql = format!(
        "select {COLUMNS} from ({} union all {}) r order by r.updated desc, r.id, r.version desc limit {limit}",
        half("resource"),
        half("version"),
    );
    (sql, params)
}

/// The patients whom the caller may see lead, as in a search without a condition.
fn own_patients(ctx: &Ctx, typ: &str, params: &mut Vec<Value>) -> String {
    let Reach::Granted(grantees) = &ctx.reach else {
        return String::new();
    };
    if grantees.is_empty() || planner::PUBLIC.contains(&typ) {
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
