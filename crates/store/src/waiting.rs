//! What waits for an institution, or what it waits for, from the index alone: no body is read, no patient is named.

use std::str::FromStr;

use renkei_base::{Ctx, Id, Micros};

use crate::db::{Row, Value};
use crate::{Store, StoreError, filter};

// `cross join` keeps SQLite from starting with the states of all tasks; the empty text after a parameter's name keeps
// PostgreSQL from the index by value.
const SELECT: &str = "select h.param, h.id, s.code, coalesce(p.code, ''), coalesce(m.code, ''), coalesce(u.code, ''), d.low \
    from ix_token h cross join ix_token s \
    left join ix_token p on p.patient = h.patient and p.typ = 'Task' and p.id = h.id and p.param || '' = 'performer' \
    left join ix_token m on m.patient = h.patient and m.typ = 'Task' and m.id = h.id and m.param || '' = 'x-mark' \
    left join ix_token u on u.patient = h.patient and u.typ = 'Task' and u.id = h.id and u.param || '' = 'priority' \
    left join ix_date d on d.patient = h.patient and d.typ = 'Task' and d.id = h.id and d.param || '' = 'x-due' \
    where h.typ = 'Task' and h.param in ('x-holder', 'x-news', 'x-unread', 'x-watcher') and h.code = $1 \
    and (h.param <> 'x-watcher' or d.low < $2) \
    and s.patient = h.patient and s.typ = 'Task' and s.id = h.id and s.param || '' = 'business-status' and ";

/// How a Task concerns an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// It is its turn.
    Turn,
    /// It has news to read.
    News,
    /// It waits for the other.
    Watch,
    /// It has a message to read.
    Message,
}

impl Concern {
    pub const ALL: [Self; 4] = [Self::Turn, Self::News, Self::Watch, Self::Message];

    /// The search parameter that finds them by the institution.
    pub const fn param(self) -> &'static str {
        match self {
            Self::Turn => "x-holder",
            Self::News => "x-news",
            Self::Watch => "x-watcher",
            Self::Message => "x-unread",
        }
    }
}

/// A Task that concerns an institution in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub task: Id,
    pub concern: Concern,
    /// The code of `x-mark`; empty where there is none.
    pub mark: String,
    /// The code of `businessStatus`.
    pub state: String,
    /// The code of `performerType`; empty where there is none.
    pub department: String,
    /// The code of `priority`; empty where there is none.
    pub priority: String,
    /// Until when the holder has time.
    pub due: Option<Micros>,
}

impl Store {
    /// The Tasks that concern an institution, within the caller's reach; of those that it watches, the ones that were due
    /// before `late`. One that concerns it in two ways is there twice. In no order.
    pub async fn waiting(
        &self,
        ctx: &Ctx,
        institution: &Id,
        late: Micros,
    ) -> Result<Vec<Waiting>, StoreError> {
        let (sql, params) = statement(ctx, institution, late);
        let rows = self.db().query(sql, params).await?;
        Ok(rows
            .iter()
            .map(waiting)
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }
}

/// The statement and its parameters.
pub(crate) fn statement(ctx: &Ctx, institution: &Id, late: Micros) -> (String, Vec<Value>) {
    let mut params = vec![Value::from(institution), Value::from(late)];
    let visible = filter::visible(&ctx.reach, ctx.at, "h", &mut params);
    (format!("{SELECT}{visible}"), params)
}

/// `None` for an id that is none.
fn waiting(row: &Row) -> Result<Option<Waiting>, StoreError> {
    let param = row.text(0)?;
    let concern = Concern::ALL.into_iter().find(|one| one.param() == param);
    let Ok(task) = Id::from_str(row.text(1)?) else {
        return Ok(None);
    };
    Ok(Some(Waiting {
        task,
        concern: concern.unwrap_or(Concern::Turn),
        state: row.text(2)?.to_owned(),
        department: row.text(3)?.to_owned(),
        mark: row.text(4)?.to_owned(),
        priority: row.text(5)?.to_owned(),
        due: row.int_opt(6)?.map(Micros),
    }))
}
