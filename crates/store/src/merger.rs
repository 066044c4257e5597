//! Table `area_merger`: what was said of mergers of municipalities, and how it was before.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A merger that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergerRow {
    pub id: Id,
    /// The first day of the new, `2027-04-01`.
    pub on_day: String,
    /// Six digits each.
    pub predecessors: Vec<String>,
    pub successors: Vec<String>,
    /// The rows as they were before it, as the noun's rules wrote them.
    pub before: String,
    pub recorded: Micros,
    /// `None` for the program's own work.
    pub account: Option<Id>,
    /// When it was taken back.
    pub undone: Option<Micros>,
    pub undone_by: Option<Id>,
}

const ADD: &str = "insert into area_merger (id, on_day, predecessors, successors, before, recorded, account) \
    values ($1, $2, $3, $4, $5, $6, $7)";

const UNDO: &str =
    "update area_merger set undone = $2, undone_by = $3 where id = $1 and undone is null";

const ALL: &str = "select id, on_day, predecessors, successors, before, recorded, account, undone, undone_by \
    from area_merger order by recorded desc, id desc";

const ONE: &str = "select id, on_day, predecessors, successors, before, recorded, account, undone, undone_by \
    from area_merger where id = $1";

impl Changes {
    /// Records a merger.
    pub fn add_merger(&mut self, row: &MergerRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(row.on_day.as_str()),
            Value::from(row.predecessors.join(" ").as_str()),
            Value::from(row.successors.join(" ").as_str()),
            Value::from(row.before.as_str()),
            Value::from(row.recorded),
            Value::from(row.account.as_ref()),
        ];
        self.steps
            .push(Step::one(ADD, params, format!("merger {}", row.id)));
    }

    /// Says that a merger was taken back; a conflict where somebody did so already.
    pub fn undo_merger(&mut self, id: &Id, at: Micros, by: Option<&Id>) {
        let params = vec![Value::from(id), Value::from(at), Value::from(by)];
        self.steps
            .push(Step::one(UNDO, params, format!("merger {id}")));
    }
}

impl Store {
    /// All mergers, those that were taken back too; the last recorded first.
    pub async fn mergers(&self) -> Result<Vec<MergerRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(merger).collect()
    }

    /// One merger.
    pub async fn merger(&self, id: &Id) -> Result<Option<MergerRow>, StoreError> {
        let rows = self.db().query(ONE, vec![id.into()]).await?;
        rows.first().map(merger).transpose()
    }
}

fn merger(row: &Row) -> Result<MergerRow, StoreError> {
    let codes = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Ok(MergerRow {
        id: row.id(0)?,
        on_day: row.text(1)?.to_owned(),
        predecessors: codes(row.text(2)?),
        successors: codes(row.text(3)?),
        before: row.text(4)?.to_owned(),
        recorded: row.micros(5)?,
        account: id_opt(row, 6)?,
        undone: row.int_opt(7)?.map(Micros),
        undone_by: id_opt(row, 8)?,
    })
}
