//! Slots that can be booked, by their beginning: an index of Slot resources, kept in the commit that writes them.

use renkei_base::{Id, Micros};
use renkei_fhir::slot::Slot;

use crate::changes::Stored;
use crate::db::{Step, Value};
use crate::{Store, StoreError};

const CLEAR: &str = "delete from free_slot where slot = $1";

const INSERT: &str =
    "insert into free_slot (slot, institution, department, start) values ($1, $2, $3, $4)";

const FIRST: &str = "select institution, department, min(start) from free_slot where start >= $1 \
    group by institution, department";

const MARK: &str = "select coalesce(max(updated), 0) from resource where typ = 'Slot'";

/// Time goes on: after so many microseconds a first free slot may have passed.
const MINUTE: i64 = 60_000_000;

/// The first free slot of a department, or of an institution without departments (`department` is the institution then).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstFree {
    pub institution: Id,
    pub department: Id,
    pub start: Micros,
}

/// A mark that differs after each change of a slot, and each minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotMark {
    updated: i64,
    minute: i64,
}

impl Store {
    /// The first free slot of each department that has one from now on, in no order.
    pub async fn first_free(&self) -> Result<Vec<FirstFree>, StoreError> {
        let now = vec![Value::from(self.clock().now())];
        let rows = self.db().query(FIRST, now).await?;
        let first = rows.iter().map(|row| {
            Ok(FirstFree {
                institution: row.id(0)?,
                department: row.id(1)?,
                start: Micros(row.int(2)?),
            })
        });
        first.collect()
    }

    /// Whether [`Self::first_free`] may say something new.
    pub async fn slot_mark(&self) -> Result<SlotMark, StoreError> {
        let rows = self.db().query(MARK, vec![]).await?;
        Ok(SlotMark {
            updated: rows.first().map_or(Ok(0), |row| row.int(0))?,
            minute: self.clock().now().0 / MINUTE,
        })
    }
}

/// The row of a slot that can be booked; none for anything else.
pub(crate) fn insert(stored: &Stored) -> Option<Step> {
    if stored.key.typ != Slot::TYPE {
        return None;
    }
    let slot = Slot::from_resource(stored.resource.clone())?;
    if slot.status() != "free" {
        return None;
    }
    let params = vec![
        Value::from(&stored.key.id),
        Value::from(stored.place.owner.as_ref()?),
        Value::from(&slot.schedule()?),
        Value::from(slot.start()?),
    ];
    Some(Step::any(INSERT, params))
}

/// Forgets a slot, before its next version is looked at.
pub(crate) fn clear(typ: &str, id: &str) -> Option<Step> {
    (typ == Slot::TYPE).then(|| Step::any(CLEAR, vec![id.into()]))
}
