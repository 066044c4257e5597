//! 利用者: an institution's people for its administrator; administrators and the people of the region for the region's.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::account::Invitation;
use renkei_access::{NewPerson, Person};
use renkei_base::{Id, Lang, Refusal, Role, Roles};
use renkei_directory::Search;
use renkei_directory::finder::Hit;
use renkei_store::{AccountState, Failure};
use serde::Deserialize;

use crate::confirm::{self, Gate};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Roles that an institution's administrator gives.
const LOCAL: &[Role] = &[
    Role::Doctor,
    Role::Nurse,
    Role::LiaisonClerk,
    Role::InstitutionAdmin,
    Role::Officer,
    Role::Approver,
];
/// Roles that the region's administrator gives.
const REGIONAL: &[Role] = &[
    Role::InstitutionAdmin,
    Role::RegionDesk,
    Role::RegionAdmin,
    Role::Auditor,
];
/// Institutions offered for a typed name.
const OFFERED: usize = 10;

#[derive(Template)]
#[template(path = "people.html")]
struct List<'a> {
    v: &'a Visit,
    rows: Vec<Row>,
}

struct Row {
    person: Person,
    institution: String,
    review_due: bool,
}

#[derive(Template)]
#[template(path = "people_new.html")]
struct New<'a> {
    v: &'a Visit,
    roles: &'static [Role],
    form: Form,
    faults: Faults,
    /// Institutions to choose from, for the region's administrator.
    choices: Vec<Hit>,
    /// Somebody who has this login already, and is the caller's to look at.
    taken: Option<Id>,
}

/// The one-time link, shown once.
#[derive(Template)]
#[template(path = "people_link.html")]
struct Link<'a> {
    v: &'a Visit,
    person: Person,
    institution: String,
    url: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "people_one.html")]
struct One<'a> {
    v: &'a Visit,
    person: Person,
    institution: String,
    review_due: bool,
    /// It is the caller: nothing to change here.
    own: bool,
    roles: &'static [Role],
    form: Form,
    faults: Faults,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    institution: String,
}

fn is_regional(v: &Visit) -> bool {
    v.ctx.caller.has(Role::RegionAdmin)
}

fn roles_to_give(v: &Visit) -> &'static [Role] {
    if is_regional(v) { REGIONAL } else { LOCAL }
}

/// `GET /people`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let people = all(&app, &v).await?;
    let rows = people
        .into_iter()
        .map(|person| row(&app, &v, person))
        .collect();
    page(&List { v: &v, rows })
}

async fn all(app: &App, v: &Visit) -> Result<Vec<Person>, Answer> {
    if is_regional(v) {
        return Ok(app.access.administrators(&v.ctx).await?);
    }
    Ok(app.access.people(&v.ctx, v.ctx.institution()?).await?)
}

fn row(app: &App, v: &Visit, person: Person) -> Row {
    Row {
        institution: institution_name(app, &person),
        review_due: person.review_is_due(v.now(), app.access.config().review),
        person,
    }
}

fn institution_name(app: &App, person: &Person) -> String {
    let hit = person
        .institution
        .as_ref()
        .and_then(|id| app.finder.by_id(id));
    hit.map(|hit| hit.name).unwrap_or_default()
}

/// `GET /people/new?institution=`
pub(crate) async fn new(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("lang", "ja");
    let chosen = params
        .institution
        .parse::<Id>()
        .ok()
        .and_then(|id| app.finder.by_id(&id));
    if let Some(hit) = chosen.as_ref().filter(|_| is_regional(&v)) {
        form.set("institution", hit.id.as_str());
        form.set("words", hit.name.as_str());
        form.set("roles", Role::InstitutionAdmin.code());
    }
    page(&blank(&v, form, chosen.into_iter().collect()))
}

fn blank(v: &Visit, form: Form, choices: Vec<Hit>) -> New<'_> {
    New {
        v,
        roles: roles_to_give(v),
        form,
        faults: Faults::default(),
        choices: if is_regional(v) { choices } else { Vec::new() },
        taken: None,
    }
}

/// `POST /people/new`
pub(crate) async fn invite(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    if let Gate::Ask(page) = confirm::gate(&app, &v, &form).await? {
        return Ok(page);
    }
    let choices = choices(&app, &v, &form);
    let person = typed(&form, &choices);
    if let Some(key) = institution_fault(&form, &choices) {
        let shown = New {
            faults: Faults::one("words", key),
            ..blank(&v, form, choices)
        };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    match app.access.invite(&v.ctx, &person).await {
        Ok(invitation) => handed_over(&app, &v, &invitation).await,
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let taken = all(&app, &v).await?;
            let login = renkei_access::person::normal_login(&person.login);
            let shown = New {
                taken: taken
                    .into_iter()
                    .find(|one| one.login == login)
                    .map(|one| one.id),
                faults: Faults::new(faults),
                ..blank(&v, form, choices)
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

/// The institution that was chosen, or those that the typed words may mean.
fn choices(app: &App, v: &Visit, form: &Form) -> Vec<Hit> {
    if !is_regional(v) {
        return Vec::new();
    }
    let chosen = form
        .get("institution")
        .parse::<Id>()
        .ok()
        .and_then(|id| app.finder.by_id(&id));
    if let Some(hit) = chosen {
        return vec![hit];
    }
    let words = form.get("words").trim();
    if words.is_empty() {
        return Vec::new();
    }
    let search = Search {
        words: words.to_owned(),
        limit: OFFERED,
        ..Search::default()
    };
    app.finder.search(&search).hits
}

/// What has to be decided about the institution before anything else.
fn institution_fault(form: &Form, choices: &[Hit]) -> Option<&'static str> {
    match choices {
        [] if !form.get("words").trim().is_empty() => Some("fault-people-institution-none"),
        [] | [_] => None,
        _ => Some("fault-people-institution-choose"),
    }
}

fn typed(form: &Form, choices: &[Hit]) -> NewPerson {
    let only = match choices {
        [one] => Some(one.id.clone()),
        _ => None,
    };
    NewPerson {
        login: form.get("login").to_owned(),
        name: form.get("name").to_owned(),
        kana: form.get("kana").to_owned(),
        institution: only,
        roles: roles(form),
        lang: if form.get("lang") == "en" {
            Lang::En
        } else {
            Lang::Ja
        },
    }
}

fn roles(form: &Form) -> Roles {
    Roles::new(
        form.all("roles")
            .iter()
            .filter_map(|code| Role::from_code(code)),
    )
}

async fn handed_over(app: &App, v: &Visit, invitation: &Invitation) -> Result<Response, Answer> {
    let person = app.access.person(&v.ctx, &invitation.account).await?;
    page(&Link {
        v,
        institution: institution_name(app, &person),
        person,
        url: format!("{}/enrol/{}", app.config.base_url, invitation.link.reveal()),
        expires: v.when(invitation.expires),
    })
}

/// `GET /people/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let person = app.access.person(&v.ctx, &crate::visit::id(&id)?).await?;
    page(&one(&app, &v, person))
}

fn one<'a>(app: &App, v: &'a Visit, person: Person) -> One<'a> {
    let Row {
        person,
        institution,
        review_due,
    } = row(app, v, person);
    let roles = person
        .roles
        .iter()
        .map(|role| ("roles".to_owned(), role.code().to_owned()));
    One {
        own: v.ctx.caller.account.as_ref() == Some(&person.id),
        form: Form::from_pairs(roles),
        person,
        institution,
        review_due,
        v,
        roles: roles_to_give(v),
        faults: Faults::default(),
    }
}

/// `POST /people/{id}/roles`
pub(crate) async fn change_roles(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let person = app.access.person(&v.ctx, &id).await?;
    if let Gate::Ask(page) = confirm::gate(&app, &v, &form).await? {
        return Ok(page);
    }
    let given = roles_to_give(&v);
    // What this administrator does not give stays as it is.
    let kept = person.roles.iter().filter(|role| !given.contains(role));
    let wanted = Roles::new(kept.chain(roles(&form).iter().filter(|role| given.contains(role))));
    match app.access.change_roles(&v.ctx, &id, &wanted).await {
        Ok(()) => Ok(back(&id)),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let shown = One {
                form,
                faults: Faults::new(faults),
                ..one(&app, &v, person)
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /people/{id}/suspend`
pub(crate) async fn suspend(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    app.access.suspend(&v.ctx, &id).await?;
    Ok(back(&id))
}

/// `POST /people/{id}/unsuspend`
pub(crate) async fn unsuspend(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    if app.access.person(&v.ctx, &id).await?.state == AccountState::Suspended {
        app.access.unsuspend(&v.ctx, &id).await?;
    }
    Ok(back(&id))
}

/// `POST /people/{id}/review`
pub(crate) async fn review(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    app.access.review(&v.ctx, &id).await?;
    Ok(back(&id))
}

/// `POST /people/{id}/link`: takes the present way in away and gives a new link.
pub(crate) async fn reset(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    // Whoever is not theirs to manage is not there, before anything is asked.
    app.access.person(&v.ctx, &id).await?;
    if let Gate::Ask(page) = confirm::gate(&app, &v, &form).await? {
        return Ok(page);
    }
    let invitation = app.access.reset(&v.ctx, &id).await?;
    handed_over(&app, &v, &invitation).await
}

fn back(id: &Id) -> Response {
    Redirect::to(&format!("/people/{id}")).into_response()
}
