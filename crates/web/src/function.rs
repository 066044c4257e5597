//! 医療機能: the functions of the medical plan and who has them; the region decides what institutions ask for.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Id, Refusal};
use renkei_directory::AreaKind;
use renkei_directory::function::{self, Aspect, FAMILIES, Function, FunctionState, Typed};
use renkei_store::function::InstitutionFunction;
use renkei_store::{Failure, StoreError};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::institution::asking::named;
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// The code of an [`AreaKind`].
    kind: String,
}

/// An institution that has a function or asks for it.
pub(crate) struct Holder {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// Six digits.
    pub(crate) municipality: String,
    pub(crate) place: String,
    pub(crate) row: InstitutionFunction,
}

#[derive(Template)]
#[template(path = "functions.html")]
struct List<'a> {
    v: &'a Visit,
    families: Vec<(&'static str, Vec<(Function, usize)>)>,
    retired: Vec<Function>,
    /// With the name of the function.
    asked: Vec<(Function, Holder)>,
    decides: bool,
    defines: bool,
}

/// `GET /functions`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let all = function::all(&app.store).await?;
    let rows = app.store.institution_functions().await?;
    let today = v.now().in_japan().date().to_string();
    let mut families = FAMILIES.map(|family| (family, Vec::new()));
    let mut asked = Vec::new();
    let decides = decides(&v);
    for one in all.iter().filter(|one| one.active) {
        let own = rows.iter().filter(|row| row.function == one.code);
        let held = own.clone().filter(|row| function::holds(row, &today));
        if let Some((_, list)) = families
            .iter_mut()
            .find(|(family, _)| *family == one.family)
        {
            list.push((one.clone(), held.count()));
        }
        if decides {
            let waiting = own.filter(|row| row.state == FunctionState::Asked.code());
            asked.extend(waiting.filter_map(|row| Some((one.clone(), holder(&app, row)?))));
        }
    }
    page(&List {
        families: families.into(),
        retired: all.into_iter().filter(|one| !one.active).collect(),
        asked,
        decides,
        defines: defines(&v),
        v: &v,
    })
}

fn decides(v: &Visit) -> bool {
    permit(&v.ctx.caller, Action::FunctionsDecide, &Facts::NONE).is_ok()
}

fn defines(v: &Visit) -> bool {
    permit(&v.ctx.caller, Action::FunctionsManage, &Facts::NONE).is_ok()
}

/// The functions that institutions kept under these municipalities have on a day, each with who has it, in their order.
pub(crate) async fn held_in(
    app: &App,
    municipalities: &[String],
    day: &str,
) -> Result<Vec<(Function, Vec<Holder>)>, StoreError> {
    let all = function::all(&app.store).await?;
    let rows = app.store.institution_functions().await?;
    let held = rows.iter().filter(|row| function::holds(row, day));
    let held: Vec<Holder> = held.filter_map(|row| holder(app, row)).collect();
    let mut here: Vec<Holder> = held
        .into_iter()
        .filter(|one| municipalities.contains(&one.municipality))
        .collect();
    here.sort_by(|a, b| (&a.municipality, &a.name).cmp(&(&b.municipality, &b.name)));
    let mut found = Vec::new();
    for one in all.into_iter().filter(|one| one.active) {
        let (own, others): (Vec<Holder>, Vec<Holder>) = here
            .into_iter()
            .partition(|row| row.row.function == one.code);
        here = others;
        if !own.is_empty() {
            found.push((one, own));
        }
    }
    Ok(found)
}

fn holder(app: &App, row: &InstitutionFunction) -> Option<Holder> {
    let hit = app.finder.by_id(&row.institution)?;
    Some(Holder {
        id: hit.id,
        name: hit.name,
        municipality: hit.municipality,
        place: hit.municipality_name,
        row: row.clone(),
    })
}

#[derive(Template)]
#[template(path = "function.html")]
struct One<'a> {
    v: &'a Visit,
    function: Function,
    kinds: Vec<AreaKind>,
    kind: AreaKind,
    areas: Vec<Area>,
    /// Those in no area of the kind.
    outside: Vec<Holder>,
    asked: Vec<Holder>,
    decides: bool,
    defines: bool,
    form: Form,
    faults: Faults,
}

/// An area with who has the function there.
struct Area {
    code: String,
    name: String,
    holders: Vec<Holder>,
}

/// `GET /functions/{code}?kind=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let one = one(&app, &v, &code, &params.kind).await?;
    page(&one)
}

async fn one<'a>(app: &App, v: &'a Visit, code: &str, kind: &str) -> Result<One<'a>, Answer> {
    let function = found(app, code).await?;
    let (decides, defines) = (decides(v), defines(v));
    if !function.active && !defines {
        return Err(Answer::NotFound);
    }
    let day = v.now().in_japan().date();
    let today = day.to_string();
    let kinds: Vec<AreaKind> = AreaKind::ALL
        .into_iter()
        .filter(|kind| !app.areas.of_kind(*kind, day).is_empty())
        .collect();
    let kind = AreaKind::from_code(kind)
        .or_else(|| kinds.first().copied())
        .unwrap_or(AreaKind::SecondaryMedical);
    let rows = app.store.institution_functions().await?;
    let own = rows.iter().filter(|row| row.function == code);
    let held = own.clone().filter(|row| function::holds(row, &today));
    let mut held: Vec<Holder> = held.filter_map(|row| holder(app, row)).collect();
    held.sort_by(|a, b| (&a.municipality, &a.name).cmp(&(&b.municipality, &b.name)));
    let mut areas: Vec<Area> = app
        .areas
        .of_kind(kind, day)
        .into_iter()
        .map(|area| Area {
            code: area.code,
            name: area.name,
            holders: Vec::new(),
        })
        .collect();
    let mut outside = Vec::new();
    for one in held {
        let area = app.areas.of_municipality(kind, &one.municipality, day);
        let place = area.and_then(|area| areas.iter_mut().find(|one| one.code == area.code));
        match place {
            Some(place) => place.holders.push(one),
            None => outside.push(one),
        }
    }
    let asked = own.filter(|row| decides && row.state == FunctionState::Asked.code());
    Ok(One {
        v,
        asked: asked.filter_map(|row| holder(app, row)).collect(),
        function,
        kinds,
        kind,
        areas,
        outside,
        decides,
        defines,
        form: Form::default(),
        faults: Faults::default(),
    })
}

async fn found(app: &App, code: &str) -> Result<Function, Answer> {
    function::get(&app.store, code)
        .await?
        .ok_or(Answer::NotFound)
}

/// `POST /functions/{code}/assign`: the region's yes or no, or an assignment that nobody asked for.
pub(crate) async fn assign(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    found(&app, &code).await?;
    let Some(institution) = named(&app, form.get("institution")) else {
        let faults = Faults::one("institution", "fault-function-institution");
        return again(&app, &v, &code, form, faults).await;
    };
    let day = |name: &str| {
        let text = form.get(name).trim();
        let date = renkei_base::era::parse(text).map(|date| date.to_string());
        date.unwrap_or_else(|_| text.to_owned())
    };
    let (from, until) = (day("from"), day("until"));
    let (store, ctx) = (&app.store, &v.ctx);
    let done = match form.get("then") {
        "end" => function::end(store, ctx, &institution, &code).await,
        then => {
            let state = if then == "refuse" {
                FunctionState::Refused
            } else {
                FunctionState::Approved
            };
            let decision = (state, from.as_str(), until.as_str(), form.get("note"));
            function::assign(store, ctx, &institution, &code, decision).await
        }
    };
    match done {
        Ok(()) => {
            app.finder.refresh(store).await?;
            Ok(Redirect::to(&format!("/functions/{code}")).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            again(&app, &v, &code, form, Faults::new(faults)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn again(
    app: &App,
    v: &Visit,
    code: &str,
    form: Form,
    faults: Faults,
) -> Result<Response, Answer> {
    let again = One {
        form,
        faults,
        ..one(app, v, code, "").await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

#[derive(Template)]
#[template(path = "function_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    action: String,
    form: Form,
    faults: Faults,
    function: Option<Function>,
}

/// `GET /functions/new`
pub(crate) async fn new(v: Visit) -> Result<Response, Answer> {
    page(&blank(&v, Form::default()))
}

fn blank(v: &Visit, form: Form) -> FormPage<'_> {
    FormPage {
        v,
        action: "/functions/new".to_owned(),
        form,
        faults: Faults::default(),
        function: None,
    }
}

/// `POST /functions/new`
pub(crate) async fn add(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let done = function::define(&app.store, &v.ctx, &typed(&form)).await;
    finish(&app, blank(&v, form), done.map(|_| ())).await
}

/// `GET /functions/{code}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let function = found(&app, &code).await?;
    let typed = Typed::of(&function);
    let mut form = Form::default();
    for (name, text) in [
        ("family", typed.family),
        ("name", typed.name),
        ("english", typed.english),
        ("goals", typed.goals),
        ("requirements", typed.requirements),
        ("examples", typed.examples),
    ] {
        form.set(name, text);
    }
    page(&existing(&v, form, function))
}

fn existing(v: &Visit, form: Form, function: Function) -> FormPage<'_> {
    FormPage {
        action: format!("/functions/{}/edit", function.code),
        function: Some(function),
        ..blank(v, form)
    }
}

/// `POST /functions/{code}/edit`, with `then=retire` or `restore` too
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let function = found(&app, &code).await?;
    let (store, ctx) = (&app.store, &v.ctx);
    let done = match form.get("then") {
        "retire" => function::set_active(store, ctx, &code, false).await,
        "restore" => function::set_active(store, ctx, &code, true).await,
        _ => function::edit(store, ctx, &code, &typed(&form)).await,
    };
    finish(&app, existing(&v, form, function), done).await
}

async fn finish(
    app: &App,
    shown: FormPage<'_>,
    done: Result<(), Failure>,
) -> Result<Response, Answer> {
    match done {
        Ok(()) => {
            app.finder.refresh(&app.store).await?;
            Ok(Redirect::to("/functions").into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = FormPage {
                faults: Faults::new(faults),
                ..shown
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

fn typed(form: &Form) -> Typed {
    let text = |name: &str| form.get(name).to_owned();
    Typed {
        family: text("family"),
        name: text("name"),
        english: text("english"),
        goals: text("goals"),
        requirements: text("requirements"),
        examples: text("examples"),
    }
}

impl List<'_> {
    /// How many goals, requirements and examples a function has.
    fn counts(&self, one: &Function) -> String {
        let [goals, requirements, examples] =
            Aspect::ALL.map(|aspect| one.of(aspect).count().to_string());
        let values = [
            ("goals", goals.as_str()),
            ("requirements", requirements.as_str()),
            ("examples", examples.as_str()),
        ];
        self.v.tn("function-counts", &values)
    }
}
