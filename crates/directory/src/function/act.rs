//! Defining functions, asking for them, deciding about who has them.

use renkei_access::policy::Action;
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_store::function::{FunctionItem, FunctionRow, InstitutionFunction};
use renkei_store::{Changes, Failure, Note, Store};

use super::{Aspect, FAMILIES, Function, FunctionState, STEP, all, get};
use crate::day;
use crate::gate;
use crate::institution::{OWN_SOURCE, line};

/// Items of one aspect, at most.
const ITEMS: usize = 40;

/// A function as it is typed. The items are one a line, Japanese and after ` | ` English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub family: String,
    pub name: String,
    pub english: String,
    pub goals: String,
    pub requirements: String,
    pub examples: String,
}

impl Typed {
    /// What a form shows of a function.
    pub fn of(function: &Function) -> Self {
        let lines = |aspect| {
            let each = function.of(aspect).map(|item| {
                if item.english.is_empty() {
                    item.name.clone()
                } else {
                    format!("{} | {}", item.name, item.english)
                }
            });
            each.collect::<Vec<_>>().join("\n")
        };
        Self {
            family: function.family.clone(),
            name: function.name.clone(),
            english: function.english.clone(),
            goals: lines(Aspect::Goal),
            requirements: lines(Aspect::Requirement),
            examples: lines(Aspect::Example),
        }
    }
}

/// Defines a function. Returns its code.
pub async fn define(store: &Store, ctx: &Ctx, typed: &Typed) -> Result<String, Failure> {
    gate::region(ctx, Action::FunctionsManage)?;
    let known = all(store).await?;
    let code = format!("own-{}", ctx.ids.id());
    let last = known.iter().map(|one| one.place).max().unwrap_or(0);
    let (row, items) = checked(typed, &known, &code, last + STEP, ctx)?;
    put(store, ctx, &row, &items, "function.define").await?;
    Ok(code)
}

/// Changes the name of a function and what it asks for.
pub async fn edit(store: &Store, ctx: &Ctx, code: &str, typed: &Typed) -> Result<(), Failure> {
    gate::region(ctx, Action::FunctionsManage)?;
    let known = all(store).await?;
    let now = known
        .iter()
        .find(|one| one.code == code)
        .ok_or(Refusal::NotFound)?;
    let (row, items) = checked(typed, &known, code, now.place, ctx)?;
    let row = FunctionRow {
        active: now.active,
        ..row
    };
    put(store, ctx, &row, &items, "function.edit").await
}

/// Retires a function or takes it into use again. Who has it keeps it, unseen while it is retired.
pub async fn set_active(store: &Store, ctx: &Ctx, code: &str, active: bool) -> Result<(), Failure> {
    gate::region(ctx, Action::FunctionsManage)?;
    let now = get(store, code).await?.ok_or(Refusal::NotFound)?;
    let known = Vec::new();
    let (row, items) = checked(&Typed::of(&now), &known, code, now.place, ctx)?;
    let act = if active {
        "function.restore"
    } else {
        "function.retire"
    };
    put(store, ctx, &FunctionRow { active, ..row }, &items, act).await
}

async fn put(
    store: &Store,
    ctx: &Ctx,
    row: &FunctionRow,
    items: &[FunctionItem],
    act: &str,
) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.put_function(row, items);
    changes.note(Note::new(act).detail(row.code.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn checked(
    typed: &Typed,
    known: &[Function],
    code: &str,
    place: i64,
    ctx: &Ctx,
) -> Result<(FunctionRow, Vec<FunctionItem>), Refusal> {
    let mut faults = Vec::new();
    if !FAMILIES.contains(&typed.family.as_str()) {
        faults.push(Fault::new("family", "fault-function-family"));
    }
    let name = line(&typed.name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-function-name"));
    }
    let key = renkei_base::name::search_key(&name);
    let mut others = known.iter().filter(|one| one.code != code && one.active);
    if others
        .any(|one| one.family == typed.family && renkei_base::name::search_key(&one.name) == key)
    {
        faults.push(Fault::new("name", "fault-function-twice"));
    }
    let english = line(&typed.english, "english", &mut faults);
    let mut items = Vec::new();
    for (aspect, field, text) in [
        (Aspect::Goal, "goals", &typed.goals),
        (Aspect::Requirement, "requirements", &typed.requirements),
        (Aspect::Example, "examples", &typed.examples),
    ] {
        items.extend(lines(code, aspect, field, text, &mut faults));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let row = FunctionRow {
        code: code.to_owned(),
        family: typed.family.clone(),
        english: if english.is_empty() {
            name.clone()
        } else {
            english
        },
        name,
        place,
        active: true,
        updated: ctx.at,
    };
    Ok((row, items))
}

fn lines(
    code: &str,
    aspect: Aspect,
    field: &str,
    text: &str,
    faults: &mut Vec<Fault>,
) -> Vec<FunctionItem> {
    let said: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect();
    if said.len() > ITEMS {
        faults.push(Fault::new(field, "fault-function-items").with("limit", ITEMS));
    }
    if said.iter().any(|one| one.chars().count() > 2 * LINE_CHARS) {
        faults.push(Fault::new(field, "fault-institution-too-long").with("limit", 2 * LINE_CHARS));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r'))
    {
        faults.push(Fault::new(field, "fault-institution-control"));
    }
    let each = said.into_iter().zip(1..).map(|(one, number)| {
        let (name, english) = one.split_once('|').unwrap_or((one, ""));
        FunctionItem {
            function: code.to_owned(),
            aspect: aspect.code().to_owned(),
            number,
            name: name.trim().to_owned(),
            english: english.trim().to_owned(),
        }
    });
    each.collect()
}

/// An institution asks for a function, or takes its question back. What is approved already stays so.
pub async fn ask(
    store: &Store,
    ctx: &Ctx,
    institution: &Id,
    function: &str,
    wanted: bool,
) -> Result<(), Failure> {
    gate::own(ctx, institution)?;
    let known = get(store, function).await?.ok_or(Refusal::NotFound)?;
    let now = store.functions_of(institution).await?;
    let now = now.into_iter().find(|row| row.function == function);
    let state = now.as_ref().map(|row| row.state.as_str());
    let asked = state == Some(FunctionState::Asked.code());
    let approved = state == Some(FunctionState::Approved.code());
    if wanted == asked || approved {
        return Ok(());
    }
    if wanted && !known.active {
        return Err(Refusal::not_now("refuse-function-retired").into());
    }
    let (state, act) = if wanted {
        (FunctionState::Asked, "function.ask")
    } else {
        (FunctionState::Ended, "function.take-back")
    };
    let row = InstitutionFunction {
        state: state.code().to_owned(),
        ..blank(ctx, institution, function)
    };
    keep(store, ctx, &row, act).await
}

/// The region says whether an institution has a function, from when to when (`2026-04-01`, or empty).
pub async fn assign(
    store: &Store,
    ctx: &Ctx,
    institution: &Id,
    function: &str,
    decision: (FunctionState, &str, &str, &str),
) -> Result<(), Failure> {
    gate::region(ctx, Action::FunctionsDecide)?;
    get(store, function).await?.ok_or(Refusal::NotFound)?;
    store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    let (state, from, until, note) = decision;
    let mut faults = Vec::new();
    let note = line(note, "note", &mut faults);
    let today = ctx.at.in_japan().date();
    for (field, text) in [("from", from), ("until", until)] {
        if !text.is_empty() && day::read(text, today).is_none() {
            faults.push(Fault::new(field, "fault-function-day"));
        }
    }
    if !from.is_empty() && !until.is_empty() && from > until {
        faults.push(Fault::new("until", "fault-function-days"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let row = InstitutionFunction {
        state: state.code().to_owned(),
        from: from.to_owned(),
        until: until.to_owned(),
        note,
        source: "region".to_owned(),
        ..blank(ctx, institution, function)
    };
    keep(store, ctx, &row, "function.decide").await
}

/// The region takes a function away from today on; that it was there stays.
pub async fn end(
    store: &Store,
    ctx: &Ctx,
    institution: &Id,
    function: &str,
) -> Result<(), Failure> {
    gate::region(ctx, Action::FunctionsDecide)?;
    let rows = store.functions_of(institution).await?;
    let row = rows
        .into_iter()
        .find(|row| row.function == function)
        .ok_or(Refusal::NotFound)?;
    let row = InstitutionFunction {
        state: FunctionState::Ended.code().to_owned(),
        until: ctx.at.in_japan().date().to_string(),
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
        ..row
    };
    keep(store, ctx, &row, "function.decide").await
}

fn blank(ctx: &Ctx, institution: &Id, function: &str) -> InstitutionFunction {
    InstitutionFunction {
        institution: institution.clone(),
        function: function.to_owned(),
        state: String::new(),
        from: String::new(),
        until: String::new(),
        note: String::new(),
        source: OWN_SOURCE.to_owned(),
        source_date: ctx.at.in_japan().date().to_string(),
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    }
}

async fn keep(
    store: &Store,
    ctx: &Ctx,
    row: &InstitutionFunction,
    act: &str,
) -> Result<(), Failure> {
    let before = store
        .institution(&row.institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    let mut changes = Changes::default();
    changes.put_institution_function(row);
    changes.touch_institution(&row.institution, before.updated, ctx.at);
    changes.note(
        Note::new(act)
            .what(renkei_fhir::Organization::key(&row.institution))
            .detail(format!("{} {}", row.function, row.state)),
    );
    changes.tell.push(row.institution.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}
