//! What waits for an institution, or what it waits for, counted from the index alone: no body is read, no patient is named.

use renkei_base::{Ctx, Id, Micros};

use crate::db::{Row, Value};
use crate::{Store, StoreError, filter};

// `cross join` keeps SQLite from starting with the states of all tasks; the empty text after a parameter's name keeps
// PostgreSQL from the index by value.
const SELECT: &str = "select h.param, s.code, coalesce(p.code, ''), coalesce(m.code, ''), count(*), \
    sum(case when d.low < $2 then 1 else 0 end), sum(case when d.low < $3 then 1 else 0 end) \
    from ix_token h cross join ix_token s \
    left join ix_token p on p.patient = h.patient and p.typ = 'Task' and p.id = h.id and p.param || '' = 'performer' \
    left join ix_token m on m.patient = h.patient and m.typ = 'Task' and m.id = h.id and m.param || '' = 'x-mark' \
    left join ix_date d on d.patient = h.patient and d.typ = 'Task' and d.id = h.id and d.param || '' = 'x-due' \
    where h.typ = 'Task' and h.param in ('x-holder', 'x-news', 'x-watcher') and h.code = $1 \
    and s.patient = h.patient and s.typ = 'Task' and s.id = h.id and s.param || '' = 'business-status' and ";
const GROUP: &str = " group by h.param, s.code, coalesce(p.code, ''), coalesce(m.code, '')";

/// How a Task concerns an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// It is its turn.
    Turn,
    /// It has news to read.
    News,
    /// It waits for the other.
    Watch,
}

impl Concern {
    pub const ALL: [Self; 3] = [Self::Turn, Self::News, Self::Watch];

    /// The search parameter that finds them by the institution.
    pub const fn param(self) -> &'static str {
        match self {
            Self::Turn => "x-holder",
            Self::News => "x-news",
            Self::Watch => "x-watcher",
        }
    }
}

/// Tasks of one state, one mark and one department that concern an institution in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub concern: Concern,
    /// The code of `x-mark`; empty where there is none.
    pub mark: String,
    /// The code of `businessStatus`.
    pub state: String,
    /// The code of `performerType`; empty where there is none.
    pub department: String,
    pub count: usize,
    /// How many of them are due before each of the two instants.
    pub before: [usize; 2],
}

impl Store {
    /// Counts the Tasks that concern an institution, within the caller's reach.
    pub async fn waiting(
        &self,
        ctx: &Ctx,
        institution: &Id,
        before: [Micros; 2],
    ) -> Result<Vec<Waiting>, StoreError> {
        let (sql, params) = statement(ctx, institution, before);
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(waiting).collect()
    }
}

/// The statement and its parameters.
pub(crate) fn statement(
    ctx: &Ctx,
    institution: &Id,
    [first, second]: [Micros; 2],
) -> (String, Vec<Value>) {
    let mut params = vec![
        Value::from(institution),
        Value::from(first),
        Value::from(second),
    ];
    let visible = filter::visible(&ctx.reach, ctx.at, "h", &mut params);
    (format!("{SELECT}{visible}{GROUP}"), params)
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    let number = |at| Ok::<_, StoreError>(usize::try_from(row.int(at)?).unwrap_or(0));
    let param = row.text(0)?;
    let concern = Concern::ALL.into_iter().find(|one| one.param() == param);
    Ok(Waiting {
        concern: concern.unwrap_or(Concern::Turn),
        state: row.text(1)?.to_owned(),
        department: row.text(2)?.to_owned(),
        mark: row.text(3)?.to_owned(),
        count: number(4)?,
        before: [number(5)?, number(6)?],
    })
}
