//! Tables of the functions of the medical plan (医療機能), and which institution has which.
//!
//! As with tags, the table `medical_function` holds only what the region has defined or changed.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A function that the region has defined or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRow {
    pub code: String,
    /// `psychiatric`, `home-care` …
    pub family: String,
    pub name: String,
    pub english: String,
    pub place: i64,
    pub active: bool,
    pub updated: Micros,
}

/// One goal, requirement or example of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionItem {
    pub function: String,
    /// `goal`, `requirement`, `example`
    pub aspect: String,
    /// From 1, in order.
    pub number: i64,
    pub name: String,
    pub english: String,
}

/// That an institution has a function, has asked for it, or had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionFunction {
    pub institution: Id,
    pub function: String,
    /// `asked`, `approved`, `refused`, `ended`
    pub state: String,
    /// `2026-04-01`, or empty.
    pub from: String,
    pub until: String,
    pub note: String,
    pub source: String,
    pub source_date: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const PUT: &str = "insert into medical_function (code, family, name, english, place, active, updated) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (code) do update set family = excluded.family, \
    name = excluded.name, english = excluded.english, place = excluded.place, active = excluded.active, \
    updated = excluded.updated";
const ALL: &str = "select code, family, name, english, place, active, updated from medical_function order by code";
const CLEAR_ITEMS: &str = "delete from medical_function_item where function = $1";
const PUT_ITEM: &str = "insert into medical_function_item (function, aspect, number, name, english) \
    values ($1, $2, $3, $4, $5)";
const ITEMS: &str = "select function, aspect, number, name, english from medical_function_item \
    order by function, aspect, number";
const PUT_OF: &str = "insert into institution_function (institution, function, state, valid_from, valid_to, note, \
    source, source_date, done_by, done_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
    on conflict (institution, function) do update set state = excluded.state, valid_from = excluded.valid_from, \
    valid_to = excluded.valid_to, note = excluded.note, source = excluded.source, \
    source_date = excluded.source_date, done_by = excluded.done_by, done_at = excluded.done_at";
const ALL_OF: &str = "select institution, function, state, valid_from, valid_to, note, source, source_date, done_by, \
    done_at from institution_function order by function, institution";
const OF: &str = "select institution, function, state, valid_from, valid_to, note, source, source_date, done_by, \
    done_at from institution_function where institution = $1 order by function";
const IN_STATE: &str = "select institution, function, state, valid_from, valid_to, note, source, source_date, \
    done_by, done_at from institution_function where state = $1 order by done_at, institution, function";

impl Changes {
    /// Writes a function with all its items, new or changed.
    pub fn put_function(&mut self, row: &FunctionRow, items: &[FunctionItem]) {
        let params = vec![
            Value::from(row.code.as_str()),
            Value::from(row.family.as_str()),
            Value::from(row.name.as_str()),
            Value::from(row.english.as_str()),
            Value::from(row.place),
            Value::from(row.active),
            Value::from(row.updated),
        ];
        self.steps.push(Step::any(PUT, params));
        let function = vec![Value::from(row.code.as_str())];
        self.steps.push(Step::any(CLEAR_ITEMS, function));
        for item in items {
            let params = vec![
                Value::from(row.code.as_str()),
                Value::from(item.aspect.as_str()),
                Value::from(item.number),
                Value::from(item.name.as_str()),
                Value::from(item.english.as_str()),
            ];
            self.steps.push(Step::any(PUT_ITEM, params));
        }
    }

    /// Writes how an institution stands to a function.
    pub fn put_institution_function(&mut self, row: &InstitutionFunction) {
        let params = vec![
            Value::from(&row.institution),
            Value::from(row.function.as_str()),
            Value::from(row.state.as_str()),
            Value::from(row.from.as_str()),
            Value::from(row.until.as_str()),
            Value::from(row.note.as_str()),
            Value::from(row.source.as_str()),
            Value::from(row.source_date.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(PUT_OF, params));
    }
}

impl Store {
    /// Functions that the region has defined or changed; `renkei_directory::function::all` has those of the program too.
    pub async fn functions(&self) -> Result<Vec<FunctionRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(function).collect()
    }

    /// The items of those functions.
    pub async fn function_items(&self) -> Result<Vec<FunctionItem>, StoreError> {
        let rows = self.db().query(ITEMS, vec![]).await?;
        rows.iter().map(item).collect()
    }

    /// Which institution stands how to which function: all of them, by function. Only `approved` ones are public.
    pub async fn institution_functions(&self) -> Result<Vec<InstitutionFunction>, StoreError> {
        let rows = self.db().query(ALL_OF, vec![]).await?;
        rows.iter().map(held).collect()
    }

    /// The functions of one institution, whatever their state.
    pub async fn functions_of(
        &self,
        institution: &Id,
    ) -> Result<Vec<InstitutionFunction>, StoreError> {
        let rows = self.db().query(OF, vec![Value::from(institution)]).await?;
        rows.iter().map(held).collect()
    }

    /// Functions in a state: `asked` are those that the region has to decide about.
    pub async fn functions_in(&self, state: &str) -> Result<Vec<InstitutionFunction>, StoreError> {
        let rows = self.db().query(IN_STATE, vec![Value::from(state)]).await?;
        rows.iter().map(held).collect()
    }
}

fn function(row: &Row) -> Result<FunctionRow, StoreError> {
    Ok(FunctionRow {
        code: row.text(0)?.to_owned(),
        family: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        english: row.text(3)?.to_owned(),
        place: row.int(4)?,
        active: row.int(5)? != 0,
        updated: row.micros(6)?,
    })
}

fn item(row: &Row) -> Result<FunctionItem, StoreError> {
    Ok(FunctionItem {
        function: row.text(0)?.to_owned(),
        aspect: row.text(1)?.to_owned(),
        number: row.int(2)?,
        name: row.text(3)?.to_owned(),
        english: row.text(4)?.to_owned(),
    })
}

fn held(row: &Row) -> Result<InstitutionFunction, StoreError> {
    Ok(InstitutionFunction {
        institution: row.id(0)?,
        function: row.text(1)?.to_owned(),
        state: row.text(2)?.to_owned(),
        from: row.text(3)?.to_owned(),
        until: row.text(4)?.to_owned(),
        note: row.text(5)?.to_owned(),
        source: row.text(6)?.to_owned(),
        source_date: row.text(7)?.to_owned(),
        done_by: id_opt(row, 8)?,
        done_at: row.micros(9)?,
    })
}
