//! Sort keys, and where a page goes on.
//!
//! Pages are cut by key, not by number: a cursor carries the sort keys and the id of the last row, so that rows that
//! come in between move nothing. Keys that could tell who a person is stay out of it (it stands in addresses and logs):
//! of those it carries only the id, and the key is looked up again, within the caller's reach.

use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::search::{self, Kind, Param};
use sha2::{Digest, Sha256};

use super::{Planner, Sql, by_resource, check, table};
use crate::StoreError;
use crate::db::{Row, Value};
use crate::query::{Order, Query};

/// Sort keys of a search at most.
const KEYS: usize = 4;
/// Bytes of the checksum at the end of a cursor.
const SUM: usize = 8;
/// What follows every string.
const LAST: &str = "\u{10FFFF}";

/// One sort key.
#[derive(Clone, Copy)]
enum Sort {
    Id,
    Updated,
    Param(&'static Param),
}

/// The sort keys of a search, the last of which is always the id.
pub(crate) struct Sorting {
    keys: Vec<(Sort, bool)>,
}

/// Where a page begins: after the row with these keys.
pub(crate) type After = Vec<Value>;

impl Sorting {
    /// Refuses what cannot be sorted by.
    pub(crate) fn of(query: &Query) -> Result<Self, StoreError> {
        if query.order.len() > KEYS {
            return Err(StoreError::Query("_sort".to_owned()));
        }
        let mut keys = Vec::with_capacity(query.order.len() + 1);
        for order in &query.order {
            keys.push((sort(&query.typ, order)?, order.descending));
        }
        if !keys.iter().any(|(key, _)| matches!(key, Sort::Id)) {
            keys.push((Sort::Id, false));
        }
        Ok(Self { keys })
    }

    /// The columns of [`page`]'s rows before the keys.
    pub(crate) const BEFORE_KEYS: usize = 1;

    /// The cursor behind a row of [`page`].
    pub(crate) fn cursor(&self, query: &Query, row: &Row) -> Result<String, StoreError> {
        let mut keys = vec![serde_json::Value::from(row.text(0)?)];
        for (at, (sort, _)) in self.keys.iter().enumerate() {
            keys.push(match row.0.get(at + Self::BEFORE_KEYS) {
                _ if secret(*sort) => serde_json::Value::Null,
                Some(Value::Int(number)) => serde_json::Value::from(*number),
                Some(Value::Text(text)) => serde_json::Value::from(text.as_str()),
                _ => return Err(StoreError::Corrupt("a sort key".to_owned())),
            });
        }
        let mut bytes = serde_json::Value::from(keys).to_string().into_bytes();
        bytes.extend(sum(query, &bytes));
        Ok(hex::encode(bytes))
    }

    /// The id and the keys that a cursor carries; secret ones are nothing. An error for what is no cursor of this search.
    fn read(&self, query: &Query, cursor: &str) -> Result<(Id, Vec<Option<Value>>), StoreError> {
        let bytes = hex::decode(cursor).map_err(|_| no_cursor())?;
        let at = bytes.len().checked_sub(SUM).ok_or_else(no_cursor)?;
        let (text, given) = bytes.split_at_checked(at).ok_or_else(no_cursor)?;
        if given != sum(query, text) {
            return Err(no_cursor());
        }
        let values: Vec<serde_json::Value> =
            serde_json::from_slice(text).map_err(|_| no_cursor())?;
        let (id, keys) = values.split_first().ok_or_else(no_cursor)?;
        let id = id
            .as_str()
            .and_then(|id| id.parse().ok())
            .ok_or_else(no_cursor)?;
        if keys.len() != self.keys.len() {
            return Err(no_cursor());
        }
        let mut carried = Vec::with_capacity(keys.len());
        for ((sort, _), key) in self.keys.iter().zip(keys) {
            let number = key.as_i64().map(Value::Int);
            let text = key.as_str().map(Value::from);
            carried.push(match sort {
                sort if secret(*sort) => None,
                Sort::Updated => Some(number.ok_or_else(no_cursor)?),
                Sort::Param(param) if param.kind == Kind::Date => {
                    Some(number.ok_or_else(no_cursor)?)
                }
                _ => Some(text.ok_or_else(no_cursor)?),
            });
        }
        Ok((id, carried))
    }
}

fn no_cursor() -> StoreError {
    StoreError::Query("_cursor".to_owned())
}

/// Strings are names and addresses; and everything of a Patient says who that is.
fn secret(sort: Sort) -> bool {
    match sort {
        Sort::Param(param) => param.kind == Kind::String || param.typ == "Patient",
        Sort::Id | Sort::Updated => false,
    }
}

fn sort(typ: &str, order: &Order) -> Result<Sort, StoreError> {
    let unknown = || StoreError::Query(format!("_sort {}", order.param));
    match order.param.as_str() {
        "_id" => Ok(Sort::Id),
        "_lastUpdated" => Ok(Sort::Updated),
        // Of all parts of a name, one is the key that lists are ordered by.
        "name" | "phonetic" | "family" => search::param(typ, "x-order")
            .or_else(|| search::param(typ, &order.param))
            .map(Sort::Param)
            .ok_or_else(unknown),
        name => match search::param(typ, name) {
            Some(param) if matches!(param.kind, Kind::Date | Kind::String | Kind::Token) => {
                Ok(Sort::Param(param))
            }
            _ => Err(unknown()),
        },
    }
}

/// A checksum over the search and a cursor's content: a cursor of another search, or a changed one, is refused.
fn sum(query: &Query, content: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"renkei cursor 1");
    for part in [
        query.typ.clone(),
        format!("{:?}", query.clauses),
        format!("{:?}", query.order),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(content);
    hash.finalize().into_iter().take(SUM).collect()
}

/// The ids of one page, `limit` rows at most, each with its sort keys. `after` is what [`after`]'s statement gave.
pub(crate) fn page(
    ctx: &Ctx,
    query: &Query,
    sorting: &Sorting,
    after: Option<&After>,
    limit: usize,
) -> Result<Sql, StoreError> {
    let mut planner = Planner::new(ctx);
    let found = planner.found(&query.typ, &query.clauses)?;
    let keys = planner.keys(&query.typ, sorting, &found.row);
    let columns: Vec<String> = keys
        .iter()
        .enumerate()
        .map(|(at, key)| format!("{key} as k{at}"))
        .collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("s.k{at}")).collect();
    let order: Vec<String> = sorting
        .keys
        .iter()
        .zip(&names)
        .map(|((_, descending), name)| format!("{name}{}", if *descending { " desc" } else { "" }))
        .collect();
    let beyond = match after {
        Some(after) => format!(" where {}", planner.beyond(sorting, &names, after)),
        None => String::new(),
    };
    let limit = planner.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let text = format!(
        "select s.id, {names} from (select {row}.id, {columns} from {from}) s{beyond} \
         order by {order} limit {limit}",
        names = names.join(", "),
        row = found.row,
        columns = columns.join(", "),
        from = found.from,
        order = order.join(", "),
    );
    Ok(planner.done(text))
}

/// Where a cursor points to: its keys at once, or the statement that looks them up (its one row has the same columns as
/// those of [`page`]; without a row the cursor is no longer one).
pub(crate) fn after(
    ctx: &Ctx,
    query: &Query,
    sorting: &Sorting,
    cursor: &str,
) -> Result<Result<After, Lookup>, StoreError> {
    check(&query.typ, &query.clauses)?;
    let (id, carried) = sorting.read(query, cursor)?;
    if let Some(all) = carried.iter().cloned().collect::<Option<After>>() {
        return Ok(Ok(all));
    }
    let mut planner = Planner::new(ctx);
    let keys = planner.keys(&query.typ, sorting, "m0");
    let typ = planner.bind(query.typ.as_str());
    let id = planner.bind(&id);
    let visible = planner.visible("m0");
    let text = format!(
        "select m0.id, {} from resource m0 where m0.typ = {typ} and m0.id = {id} and m0.deleted = 0 and {visible}",
        keys.join(", ")
    );
    Ok(Err(Lookup {
        sql: planner.done(text),
        carried,
    }))
}

/// A statement for the keys that a cursor does not carry.
pub(crate) struct Lookup {
    pub(crate) sql: Sql,
    carried: Vec<Option<Value>>,
}

impl Lookup {
    /// The keys: what was carried, and the rest from the row that was found.
    pub(crate) fn keys(&self, rows: &[Row]) -> Result<After, StoreError> {
        let row = rows.first().ok_or_else(no_cursor)?;
        let found = row.0.iter().skip(Sorting::BEFORE_KEYS);
        let keys = self.carried.iter().zip(found);
        Ok(keys
            .map(|(carried, found)| carried.clone().unwrap_or_else(|| found.clone()))
            .collect())
    }
}

impl Planner<'_> {
    /// The expressions of the sort keys for a row. What has no value comes last, in either direction.
    fn keys(&mut self, typ: &str, sorting: &Sorting, row: &str) -> Vec<String> {
        sorting
            .keys
            .iter()
            .map(|(sort, descending)| match sort {
                Sort::Id => format!("{row}.id"),
                Sort::Updated => format!("{row}.updated"),
                Sort::Param(param) => self.key(typ, param, *descending, row),
            })
            .collect()
    }

    fn key(&mut self, typ: &str, param: &Param, descending: bool, row: &str) -> String {
        let column = match param.kind {
            Kind::Date => "low",
            Kind::String => "norm",
            _ => "code",
        };
        let pick = if descending { "max" } else { "min" };
        let none = match (param.kind, descending) {
            (Kind::Date, false) => self.bind(Micros::NEVER),
            (Kind::Date, true) => self.bind(Micros(i64::MIN)),
            (_, false) => self.bind(LAST),
            (_, true) => self.bind(""),
        };
        let typ = self.bind(typ);
        let name = self.bind(param.name);
        format!(
            "coalesce((select {pick}(o.{column}) from {table} o where o.patient = {row}.patient \
             and o.typ = {typ} and o.id = {row}.id and {param} = {name}), {none})",
            table = table(param.kind),
            param = by_resource("o")
        )
    }

    /// Behind the row with these keys: beyond in the first key, or equal there and beyond in the next, and so on.
    fn beyond(&mut self, sorting: &Sorting, names: &[String], after: &After) -> String {
        let mut text = "1 = 0".to_owned();
        let keys = sorting.keys.iter().zip(names).zip(after);
        let first = keys.clone().next().map(|(((_, descending), name), value)| {
            let sign = if *descending { "<=" } else { ">=" };
            format!("{name} {sign} {}", self.bind(value.clone()))
        });
        for (((_, descending), name), value) in keys.rev() {
            let sign = if *descending { "<" } else { ">" };
            let value = self.bind(value.clone());
            text = format!("({name} {sign} {value} or ({name} = {value} and {text}))");
        }
        // Said once more by itself, so that an index in the order of the first key is entered where the page begins.
        match first {
            Some(first) => format!("{first} and {text}"),
            None => text,
        }
    }
}
