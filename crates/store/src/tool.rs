//! Tables `tool` and `tool_year`: 連携ツール of the region, and what was done with each in which fiscal year.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A map, guidebook, list of links or form that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRow {
    pub id: Id,
    /// `map`, `guidebook`, `links`, `form`.
    pub kind: String,
    pub name: String,
    /// Code of an area, or empty for the whole region.
    pub area: String,
    /// `residents` or `professionals`.
    pub audience: String,
    /// Where it is, or empty.
    pub url: String,
    pub note: String,
    /// From 1; each change is one more.
    pub revision: i64,
    pub updated: Micros,
}

/// What was done with a tool in a fiscal year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolYear {
    pub tool: Id,
    /// 2019 is 令和元年度.
    pub fiscal_year: i64,
    /// `made`, `updated`, `handed-out`, `promoted`.
    pub act: String,
    pub note: String,
}

const MAKE: &str = "insert into tool (id, kind, name, area, audience, url, note, revision, updated) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
const CHANGE: &str = "update tool set kind = $2, name = $3, area = $4, audience = $5, url = $6, note = $7, \
    revision = $8, updated = $9 where id = $1 and revision = $8 - 1";
const ALL: &str = "select id, kind, name, area, audience, url, note, revision, updated from tool order by area, name, id";
const PUT_YEAR: &str = "insert into tool_year (tool, fiscal_year, act, note) values ($1, $2, $3, $4) \
    on conflict (tool, fiscal_year, act) do update set note = excluded.note";
const REMOVE_YEAR: &str = "delete from tool_year where tool = $1 and fiscal_year = $2 and act = $3";
const YEARS: &str =
    "select tool, fiscal_year, act, note from tool_year order by tool, fiscal_year, act";

impl Changes {
    /// Writes a tool: a new one has the revision 1. Where somebody else changed it meanwhile, the commit is a conflict.
    pub fn put_tool(&mut self, row: &ToolRow) {
        let statement = if row.revision == 1 { MAKE } else { CHANGE };
        let params = vec![
            Value::from(&row.id),
            Value::from(row.kind.as_str()),
            Value::from(row.name.as_str()),
            Value::from(row.area.as_str()),
            Value::from(row.audience.as_str()),
            Value::from(row.url.as_str()),
            Value::from(row.note.as_str()),
            Value::from(row.revision),
            Value::from(row.updated),
        ];
        self.steps.push(Step::one(statement, params, "tool"));
    }

    /// Writes what was done with a tool in a year.
    pub fn put_tool_year(&mut self, row: &ToolYear) {
        let params = vec![
            Value::from(&row.tool),
            Value::from(row.fiscal_year),
            Value::from(row.act.as_str()),
            Value::from(row.note.as_str()),
        ];
        self.steps.push(Step::any(PUT_YEAR, params));
    }

    /// Takes back what was said to have been done.
    pub fn remove_tool_year(&mut self, tool: &Id, fiscal_year: i64, act: &str) {
        let params = vec![Value::from(tool), fiscal_year.into(), act.into()];
        self.steps.push(Step::any(REMOVE_YEAR, params));
    }
}

impl Store {
    /// All tools, by area and name.
    pub async fn tools(&self) -> Result<Vec<ToolRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(tool).collect()
    }

    /// What was done with all tools, by tool, year and act.
    pub async fn tool_years(&self) -> Result<Vec<ToolYear>, StoreError> {
        let rows = self.db().query(YEARS, vec![]).await?;
        rows.iter().map(year).collect()
    }
}

fn tool(row: &Row) -> Result<ToolRow, StoreError> {
    Ok(ToolRow {
        id: row.id(0)?,
        kind: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        area: row.text(3)?.to_owned(),
        audience: row.text(4)?.to_owned(),
        url: row.text(5)?.to_owned(),
        note: row.text(6)?.to_owned(),
        revision: row.int(7)?,
        updated: row.micros(8)?,
    })
}

fn year(row: &Row) -> Result<ToolYear, StoreError> {
    Ok(ToolYear {
        tool: row.id(0)?,
        fiscal_year: row.int(1)?,
        act: row.text(2)?.to_owned(),
        note: row.text(3)?.to_owned(),
    })
}
