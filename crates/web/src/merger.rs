//! 合併: municipalities that become one. The region looks at what changes, writes it, and takes back what was wrong.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use renkei_base::code::MunicipalityCode;
use renkei_base::{Fault, Refusal, era};
use renkei_directory::AreaKind;
use renkei_directory::area::merger::{self, KindChange, Merger, Preview, Successor};
use renkei_directory::area::{Atlas, merger_undo};
use renkei_store::Failure;
use renkei_store::merger::MergerRow;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Codes of one form.
const CODES: usize = 50;

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// `done` or `undone`.
    state: String,
}

#[derive(Template)]
#[template(path = "mergers.html")]
struct List<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    recorded: Vec<Recorded>,
    /// The key of what was done.
    done: Option<&'static str>,
}

/// A merger in words.
struct Recorded {
    row: MergerRow,
    /// Code and name.
    from: Vec<(String, String)>,
    into: Vec<(String, String)>,
}

/// `GET /areas/mergers`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let mut shown = blank(&app, &v, Form::default()).await?;
    shown.done = match params.state.as_str() {
        "done" => Some("merger-done"),
        "undone" => Some("merger-undone"),
        _ => None,
    };
    page(&shown)
}

async fn blank<'a>(app: &App, v: &'a Visit, form: Form) -> Result<List<'a>, Answer> {
    let atlas = app.areas.atlas();
    let rows = app.store.mergers().await?;
    Ok(List {
        v,
        form,
        faults: Faults::default(),
        recorded: rows.into_iter().map(|row| recorded(&atlas, row)).collect(),
        done: None,
    })
}

fn recorded(atlas: &Atlas, row: MergerRow) -> Recorded {
    let named = |codes: &[String]| codes.iter().map(|code| named(atlas, code)).collect();
    Recorded {
        from: named(&row.predecessors),
        into: named(&row.successors),
        row,
    }
}

fn named(atlas: &Atlas, code: &str) -> (String, String) {
    let one = atlas.municipality(code);
    let name = one.map_or_else(String::new, |one| one.name.clone());
    (code.to_owned(), name)
}

/// `POST /areas/mergers`: looks at what was typed (`then=look`), writes it (`then=write`), or goes back to it.
pub(crate) async fn record(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    if form.get("then") == "back" {
        return page(&blank(&app, &v, form).await?);
    }
    app.areas.refresh(&app.store).await?;
    let merger = match typed(&form) {
        Ok(merger) => merger,
        Err(refusal) => return again(&app, &v, form, refusal).await,
    };
    let preview = match merger::look(&app.areas.atlas(), &merger, v.ctx.at) {
        Ok(preview) => preview,
        Err(refusal) => return again(&app, &v, form, refusal).await,
    };
    let shown = check(&app, &v, &form, &merger, &preview);
    if form.get("then") != "write" {
        return page(&shown);
    }
    match merger::merge(&app.store, &v.ctx, &merger).await {
        Ok(_) => {
            app.areas.refresh(&app.store).await?;
            Ok(Redirect::to("/areas/mergers?state=done").into_response())
        }
        // The choice of an area is missing: it is on the page that was looked at.
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &Check { faults, ..shown })
        }
        Err(other) => Err(other.into()),
    }
}

/// The form again, with what is wrong.
async fn again(app: &App, v: &Visit, form: Form, refusal: Refusal) -> Result<Response, Answer> {
    let Refusal::Invalid(faults) = refusal else {
        return Err(Failure::from(refusal).into());
    };
    let again = List {
        faults: Faults::new(faults),
        ..blank(app, v, form).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

/// What was typed.
fn typed(form: &Form) -> Result<Merger, Refusal> {
    let day = era::parse(form.get("on"));
    let on = day.map_err(|fault| Refusal::Invalid(vec![fault.fault("on")]))?;
    let (names, kanas) = (words(form.get("name")), words(form.get("kana")));
    let into = words(form.get("into")).into_iter().enumerate();
    let at = |list: &[String], number: usize| list.get(number).cloned().unwrap_or_default();
    let into = into.map(|(number, code)| Successor {
        code: six(&code),
        name: at(&names, number),
        kana: at(&kanas, number),
    });
    let areas = AreaKind::ALL.into_iter().filter_map(|kind| {
        let area = form.get(&field(kind)).to_owned();
        (!area.is_empty()).then_some((kind, area))
    });
    let merger = Merger {
        from: words(form.get("from"))
            .iter()
            .map(|code| six(code))
            .collect(),
        into: into.collect(),
        on,
        areas: areas.collect(),
    };
    if merger.from.len() > CODES || merger.into.len() > CODES {
        return Err(Refusal::Invalid(vec![Fault::new(
            "from",
            "fault-merger-divided",
        )]));
    }
    Ok(merger)
}

/// The field of the choice of an area.
fn field(kind: AreaKind) -> String {
    format!("area-{}", kind.code())
}

fn words(text: &str) -> Vec<String> {
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';');
    let words = text.split(apart).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Six digits, where they can be known; else as typed.
fn six(text: &str) -> String {
    let code = MunicipalityCode::parse(text);
    code.map_or_else(|_| text.to_owned(), |code| code.as_str().to_owned())
}

#[derive(Template)]
#[template(path = "merger_check.html")]
struct Check<'a> {
    v: &'a Visit,
    form: &'a Form,
    faults: Faults,
    on: String,
    eve: String,
    /// Code and name.
    ends: Vec<(String, String)>,
    /// Code, name, and whether it is new.
    begins: Vec<(String, String, bool)>,
    institutions: u32,
    divided: bool,
    kinds: Vec<KindRow>,
}

/// A kind of area, as it was and as it will be.
struct KindRow {
    kind: AreaKind,
    areas: Vec<AreaRow>,
    /// The field, where there is something to choose.
    field: Option<String>,
    /// Code, name, and whether it is chosen.
    choices: Vec<(String, String, bool)>,
}

/// An area that changes.
struct AreaRow {
    code: String,
    name: String,
    /// Until the eve, and from the day on; each with its heading.
    sides: [(String, Side); 2],
}

/// An area on one side of the day.
struct Side {
    members: usize,
    names: Vec<String>,
    people: Option<u32>,
}

impl Check<'_> {
    /// What was typed, for the next step. The choices of areas are fields of their own.
    fn hidden(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = ["on", "from", "into", "name", "kana"];
        names.into_iter().map(|name| (name, self.form.get(name)))
    }

    fn successors(&self) -> String {
        let names: Vec<&str> = self
            .begins
            .iter()
            .map(|(_, name, _)| name.as_str())
            .collect();
        names.join(&self.v.t("area-comma"))
    }
}

fn check<'a>(
    app: &App,
    v: &'a Visit,
    form: &'a Form,
    merger: &Merger,
    preview: &Preview,
) -> Check<'a> {
    let atlas = app.areas.atlas();
    let eve = merger.on.yesterday().unwrap_or(merger.on);
    let rows = preview.merged.municipalities.iter();
    let ends = rows.filter(|row| !row.successors.is_empty());
    let ends: Vec<(String, String)> = ends
        .map(|row| (row.code.clone(), row.name.clone()))
        .collect();
    let tally = app.areas.tally();
    let counts = tally.at(&atlas, eve);
    let count = |(code, _): &(String, String)| {
        let counts = counts.get(code.as_str());
        counts.map_or(0, |one| one.institutions.values().sum::<u32>())
    };
    let begins = merger.into.iter().map(|one| {
        let (code, name) = named(&preview.after, &one.code);
        let is_new = atlas.municipality(&code).is_none();
        (code, name, is_new)
    });
    let kinds = preview.merged.kinds.iter();
    Check {
        v,
        form,
        faults: Faults::default(),
        on: v.date(&merger.on.to_string()),
        eve: v.date(&eve.to_string()),
        institutions: ends.iter().map(count).sum(),
        divided: merger.into.len() > 1,
        ends,
        begins: begins.collect(),
        kinds: kinds
            .map(|kind| kind_row(v, (&atlas, &preview.after), kind, (eve, merger.on), form))
            .collect(),
    }
}

fn kind_row(
    v: &Visit,
    (before, after): (&Atlas, &Atlas),
    change: &KindChange,
    (eve, on): (Date, Date),
    form: &Form,
) -> KindRow {
    let kind = change.kind;
    let codes: BTreeSet<&String> = change
        .before
        .iter()
        .chain(&change.after)
        .map(|(_, area)| area)
        .collect();
    let name = |code: &str| {
        let area = before.area(kind, code, eve);
        area.map_or_else(|| code.to_owned(), |area| area.name.clone())
    };
    let said = |key: &str, day: Date| v.t1(key, "date", v.date(&day.to_string()));
    let areas = codes.into_iter().map(|code| AreaRow {
        code: code.clone(),
        name: name(code),
        sides: [
            (said("merger-before", eve), side(before, kind, code, eve)),
            (said("merger-after", on), side(after, kind, code, on)),
        ],
    });
    let field = field(kind);
    let chosen = form.get(&field);
    let stays = |code: &String| change.after.iter().any(|(_, area)| area == code);
    let choices = change.choices.iter().map(|code| {
        let on = if chosen.is_empty() {
            stays(code)
        } else {
            chosen == code
        };
        (code.clone(), name(code), on)
    });
    KindRow {
        kind,
        areas: areas.collect(),
        choices: choices.collect(),
        field: (!change.choices.is_empty()).then_some(field),
    }
}

fn side(atlas: &Atlas, kind: AreaKind, code: &str, day: Date) -> Side {
    let members = atlas.members(kind, code, day);
    Side {
        members: members.len(),
        names: members.iter().map(|one| one.name.clone()).collect(),
        people: atlas
            .population_within(kind, code, day)
            .map(|one| one.people),
    }
}

#[derive(Template)]
#[template(path = "merger.html")]
struct One<'a> {
    v: &'a Visit,
    one: Recorded,
    /// A newer one that has to be taken back first.
    later: Option<String>,
}

/// `GET /areas/mergers/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let rows = app.store.mergers().await?;
    let id = crate::visit::id(&id)?;
    let row = rows.iter().find(|row| row.id == id);
    let row = row.ok_or(Answer::NotFound)?;
    let later =
        merger_undo::stands_on(&rows, row).map(|other| format!("/areas/mergers/{}", other.id));
    page(&One {
        v: &v,
        one: recorded(&app.areas.atlas(), row.clone()),
        later,
    })
}

/// `POST /areas/mergers/{id}/undo`
pub(crate) async fn undo(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    merger_undo::undo(&app.store, &v.ctx, &crate::visit::id(&id)?).await?;
    app.areas.refresh(&app.store).await?;
    Ok(Redirect::to("/areas/mergers?state=undone").into_response())
}
