//! Tables of the yearly confirmation: rounds, what was confirmed in them, what was heard on the telephone.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A round in which every institution looks at its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRow {
    pub id: Id,
    pub name: String,
    /// The last day: `2026-12-20`.
    pub deadline: String,
    pub opened_by: Option<Id>,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
}

/// A part of a page that an institution has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationRow {
    pub round: Id,
    pub institution: Id,
    pub part: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

/// What the region's desk heard from an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationNote {
    pub id: Id,
    pub round: Id,
    pub institution: Id,
    pub note: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const OPEN: &str = "insert into confirmation_round (id, name, deadline, opened_by, opened_at, closed_at) \
    select $1, $2, $3, $4, $5, null where not exists (select 1 from confirmation_round where closed_at is null)";
const CLOSE: &str =
    "update confirmation_round set closed_at = $2 where id = $1 and closed_at is null";
const ROUNDS: &str = "select id, name, deadline, opened_by, opened_at, closed_at from confirmation_round \
    order by opened_at desc, id desc";
const PUT: &str = "insert into confirmation (round, institution, part, done_by, done_at) \
    values ($1, $2, $3, $4, $5) on conflict (round, institution, part) do update set \
    done_by = excluded.done_by, done_at = excluded.done_at";
const OF_ROUND: &str = "select round, institution, part, done_by, done_at from confirmation where round = $1 \
    order by institution, part";
const OF: &str = "select round, institution, part, done_by, done_at from confirmation where institution = $1 \
    order by done_at, part";
const NOTE: &str = "insert into confirmation_note (id, round, institution, note, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6)";
const NOTES: &str = "select id, round, institution, note, done_by, done_at from confirmation_note \
    where round = $1 order by institution, done_at, id";

impl Changes {
    /// Opens a round. A conflict where one is open.
    pub fn open_round(&mut self, row: &RoundRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(row.name.as_str()),
            Value::from(row.deadline.as_str()),
            Value::from(row.opened_by.as_ref()),
            Value::from(row.opened_at),
        ];
        self.steps
            .push(Step::one(OPEN, params, "confirmation_round"));
    }

    /// Closes a round. A conflict where it is not open.
    pub fn close_round(&mut self, id: &Id, at: Micros) {
        let params = vec![Value::from(id), Value::from(at)];
        self.steps
            .push(Step::one(CLOSE, params, "confirmation_round"));
    }

    /// Says that a part of a page is right. Twice is once, the last one counts.
    pub fn put_confirmation(&mut self, row: &ConfirmationRow) {
        let params = vec![
            Value::from(&row.round),
            Value::from(&row.institution),
            Value::from(row.part.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    pub fn put_confirmation_note(&mut self, row: &ConfirmationNote) {
        let params = vec![
            Value::from(&row.id),
            Value::from(&row.round),
            Value::from(&row.institution),
            Value::from(row.note.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(NOTE, params));
    }
}

impl Store {
    /// All rounds, the last one first.
    pub async fn confirmation_rounds(&self) -> Result<Vec<RoundRow>, StoreError> {
        let rows = self.db().query(ROUNDS, vec![]).await?;
        rows.iter().map(round).collect()
    }

    /// What was confirmed in a round, by institution.
    pub async fn confirmations(&self, round: &Id) -> Result<Vec<ConfirmationRow>, StoreError> {
        let rows = self.db().query(OF_ROUND, vec![Value::from(round)]).await?;
        rows.iter().map(confirmation).collect()
    }

    /// What an institution has confirmed, in all rounds.
    pub async fn confirmations_of(
        &self,
        institution: &Id,
    ) -> Result<Vec<ConfirmationRow>, StoreError> {
        let rows = self.db().query(OF, vec![Value::from(institution)]).await?;
        rows.iter().map(confirmation).collect()
    }

    /// The notes of a round, by institution, the oldest first.
    pub async fn confirmation_notes(
        &self,
        round: &Id,
    ) -> Result<Vec<ConfirmationNote>, StoreError> {
        let rows = self.db().query(NOTES, vec![Value::from(round)]).await?;
        rows.iter().map(note).collect()
    }
}

fn round(row: &Row) -> Result<RoundRow, StoreError> {
    Ok(RoundRow {
        id: row.id(0)?,
        name: row.text(1)?.to_owned(),
        deadline: row.text(2)?.to_owned(),
        opened_by: id_opt(row, 3)?,
        opened_at: row.micros(4)?,
        closed_at: row.int_opt(5)?.map(Micros),
    })
}

fn confirmation(row: &Row) -> Result<ConfirmationRow, StoreError> {
    Ok(ConfirmationRow {
        round: row.id(0)?,
        institution: row.id(1)?,
        part: row.text(2)?.to_owned(),
        done_by: id_opt(row, 3)?,
        done_at: row.micros(4)?,
    })
}

fn note(row: &Row) -> Result<ConfirmationNote, StoreError> {
    Ok(ConfirmationNote {
        id: row.id(0)?,
        round: row.id(1)?,
        institution: row.id(2)?,
        note: row.text(3)?.to_owned(),
        done_by: id_opt(row, 4)?,
        done_at: row.micros(5)?,
    })
}
