//! 連携ツール: maps, guidebooks, lists of links and forms that somebody keeps, and what was done with each in which year.
//! Those of renkei itself are guides; these are registered so that everybody finds them.

use renkei_access::policy::Action;
use renkei_base::era::FiscalYear;
use renkei_base::{Ctx, Fault, Id, Refusal};
pub use renkei_store::tool::{ToolRow, ToolYear};
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::area::{AreaKind, Areas};
use crate::gate;
use crate::guide::Audience;
use crate::import::medical::web_address;
use crate::institution::line;

/// Kinds of tool: マップ, ガイドブック, リンク集・ネット, 診療情報提供書などの様式.
pub const KINDS: [&str; 4] = ["map", "guidebook", "links", "form"];
/// 作成, 更新, 配布, 活用促進.
pub const ACTS: [&str; 4] = ["made", "updated", "handed-out", "promoted"];

/// A tool with its years, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    pub row: ToolRow,
    pub years: Vec<ToolYear>,
}

/// What a person typed of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub kind: String,
    pub name: String,
    /// Code of a 二次保健医療圏, or empty for the whole region.
    pub area: String,
    pub audience: String,
    pub url: String,
    pub note: String,
    /// Of the tool that was shown; 0 for a new one.
    pub revision: i64,
}

/// All tools that the caller may see: visitors see those for residents.
pub async fn list(store: &Store, ctx: &Ctx) -> Result<Vec<Tool>, StoreError> {
    let years = store.tool_years().await?;
    let rows = store.tools().await?.into_iter();
    let seen = rows
        .filter(|row| ctx.caller.account.is_some() || row.audience == Audience::Residents.code());
    let tools = seen.map(|row| {
        let mine = years.iter().filter(|year| year.tool == row.id);
        let mut years: Vec<ToolYear> = mine.cloned().collect();
        years.sort_by_key(|year| std::cmp::Reverse(year.fiscal_year));
        Tool { row, years }
    });
    Ok(tools.collect())
}

/// A tool that the caller may see.
pub async fn get(store: &Store, ctx: &Ctx, id: &Id) -> Result<Tool, Failure> {
    let all = list(store, ctx).await?;
    let found = all.into_iter().find(|tool| tool.row.id == *id);
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Registers a tool. Returns its id.
pub async fn register(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    typed: &Typed,
) -> Result<Id, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let row = checked(ctx, areas, ctx.ids.id(), typed)?;
    put(store, ctx, "tool.register", &row).await?;
    Ok(row.id)
}

/// Changes what is said of a tool.
pub async fn edit(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    id: &Id,
    typed: &Typed,
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    get(store, ctx, id).await?;
    let row = checked(ctx, areas, id.clone(), typed)?;
    put(store, ctx, "tool.edit", &row).await
}

async fn put(store: &Store, ctx: &Ctx, action: &str, row: &ToolRow) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.put_tool(row);
    changes.note(Note::new(action).detail(row.id.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Says what was done with a tool in a fiscal year, written as people do: 令和元年度, R1, 2019.
pub async fn note_year(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    (year, act): (&str, &str),
    note: &str,
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    get(store, ctx, id).await?;
    let mut faults = Vec::new();
    let fiscal_year = match FiscalYear::parse(year) {
        Ok(year) => i64::from(year.0),
        Err(fault) => {
            faults.push(fault.fault("year"));
            0
        }
    };
    if !ACTS.contains(&act) {
        faults.push(Fault::new("act", "fault-tool-act"));
    }
    let note = line(note, "year_note", &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let mut changes = Changes::default();
    changes.put_tool_year(&ToolYear {
        tool: id.clone(),
        fiscal_year,
        act: act.to_owned(),
        note,
    });
    changes.note(Note::new("tool.year").detail(format!("{id} {fiscal_year} {act}")));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Takes back what was said to have been done.
pub async fn forget_year(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    (fiscal_year, act): (i64, &str),
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    get(store, ctx, id).await?;
    let mut changes = Changes::default();
    changes.remove_tool_year(id, fiscal_year, act);
    changes.note(Note::new("tool.forget").detail(format!("{id} {fiscal_year} {act}")));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn checked(ctx: &Ctx, areas: &Areas, id: Id, typed: &Typed) -> Result<ToolRow, Refusal> {
    let mut faults = Vec::new();
    let name = line(&typed.name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-tool-name"));
    }
    if !KINDS.contains(&typed.kind.as_str()) {
        faults.push(Fault::new("kind", "fault-tool-kind"));
    }
    if Audience::from_code(&typed.audience).is_none() {
        faults.push(Fault::new("audience", "fault-guide-audience"));
    }
    let today = ctx.at.in_japan().date();
    let area = AreaKind::SecondaryMedical;
    if !typed.area.is_empty() && areas.area(area, &typed.area, today).is_none() {
        faults.push(Fault::new("area", "fault-guide-areas"));
    }
    let url = match typed.url.trim() {
        "" => String::new(),
        text => web_address(text).unwrap_or_else(|| {
            faults.push(Fault::new("url", "fault-institution-url"));
            String::new()
        }),
    };
    let note = line(&typed.note, "note", &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    Ok(ToolRow {
        id,
        kind: typed.kind.clone(),
        name,
        area: typed.area.clone(),
        audience: typed.audience.clone(),
        url,
        note,
        revision: typed.revision + 1,
        updated: ctx.at,
    })
}
