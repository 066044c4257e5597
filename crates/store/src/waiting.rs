//! What waits for an institution, counted from the index alone: no body is read, no patient is named.

use renkei_base::{Ctx, Id, Micros};

use crate::db::{Row, Value};
use crate::{Store, StoreError, filter};

// `cross join` keeps SQLite from starting with the states of all tasks; the empty text after a parameter's name keeps
// PostgreSQL from the index by value.
const SELECT: &str = "select s.code, coalesce(p.code, ''), count(*), \
    sum(case when d.low < $2 then 1 else 0 end), sum(case when d.low < $3 then 1 else 0 end) \
    from ix_token h cross join ix_token s \
    left join ix_token p on p.patient = h.patient and p.typ = 'Task' and p.id = h.id and p.param || '' = 'performer' \
    left join ix_date d on d.patient = h.patient and d.typ = 'Task' and d.id = h.id and d.param || '' = 'x-due' \
    where h.typ = 'Task' and h.param = 'x-holder' and h.code = $1 \
    and s.patient = h.patient and s.typ = 'Task' and s.id = h.id and s.param || '' = 'business-status' and ";
const GROUP: &str = " group by s.code, coalesce(p.code, '')";

/// Tasks of one state and one department that wait for an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The code of `businessStatus`.
    pub state: String,
    /// The code of `performerType`; empty where there is none.
    pub department: String,
    pub count: usize,
    /// How many of them are due before each of the two instants.
    pub before: [usize; 2],
}

impl Store {
    /// Counts the Tasks whose turn it is (`x-holder`), within the caller's reach.
    pub async fn waiting(
        &self,
        ctx: &Ctx,
        institution: &Id,
        before: [Micros; 2],
    ) -> Result<Vec<Waiting>, StoreError> {
        let [first, second] = before;
        let mut params = vec![
            Value::from(institution),
            Value::from(first),
            Value::from(second),
        ];
        let visible = filter::visible(&ctx.reach, ctx.at, "h", &mut params);
        let rows = self
            .db()
            .query(format!("{SELECT}{visible}{GROUP}"), params)
            .await?;
        rows.iter().map(waiting).collect()
    }
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    let number = |at| Ok::<_, StoreError>(usize::try_from(row.int(at)?).unwrap_or(0));
    Ok(Waiting {
        state: row.text(0)?.to_owned(),
        department: row.text(1)?.to_owned(),
        count: number(2)?,
        before: [number(3)?, number(4)?],
    })
}
