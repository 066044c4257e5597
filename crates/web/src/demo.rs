//! The sample region: one chooses whom to be. Each handler needs the proof that this is one, [`DemoMode`].

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::{DemoMode, Person};
use renkei_base::{Id, Role};
use renkei_directory::{Kind, Search};

use crate::error::Answer;
use crate::form::Form;
use crate::state::App;
use crate::visit::{Visit, own_place};
use crate::{login, session};

/// Institutions offered for a typed word.
const DESKS: usize = 12;

/// The sample people of one institution.
#[derive(Debug)]
pub(crate) struct Group {
    /// Empty for the people of the region.
    pub(crate) name: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) people: Vec<Person>,
}

/// Who plays a first round of a referral.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) sender: String,
    pub(crate) sender_clerk: Person,
    pub(crate) sender_doctor: Person,
    pub(crate) receiver: String,
    pub(crate) receiver_clerk: Person,
    pub(crate) receiver_doctor: Person,
}

/// The sample people by institution, in the order in which they were made.
pub(crate) async fn groups(app: &App, mode: &DemoMode) -> Result<Vec<Group>, Answer> {
    let mut groups: Vec<(Option<Id>, Group)> = Vec::new();
    for person in app.access.demo_people(mode).await? {
        let known = groups
            .iter_mut()
            .find(|(institution, _)| *institution == person.institution);
        match known {
            Some((_, group)) => group.people.push(person),
            None => groups.push((person.institution.clone(), new_group(app, person))),
        }
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

fn new_group(app: &App, person: Person) -> Group {
    let hit = person
        .institution
        .as_ref()
        .and_then(|id| app.finder.by_id(id));
    Group {
        kind: hit.as_ref().and_then(|hit| hit.kind),
        name: hit.map(|hit| hit.name).unwrap_or_default(),
        people: vec![person],
    }
}

/// Clerk and doctor of a clinic and of a hospital; of any two institutions where there are no such.
pub(crate) async fn cast(app: &App, mode: &DemoMode) -> Result<Option<Cast>, Answer> {
    let groups = groups(app, mode).await?;
    let desks: Vec<(&Group, &Person, &Person)> = groups
        .iter()
        .filter_map(|group| {
            Some((
                group,
                one(group, Role::LiaisonClerk)?,
                one(group, Role::Doctor)?,
            ))
        })
        .collect();
    let of_kind = |kind| {
        desks
            .iter()
            .position(|(group, _, _)| group.kind == Some(kind))
    };
    let sender = of_kind(Kind::Clinic).unwrap_or(0);
    let receiver = of_kind(Kind::Hospital)
        .filter(|at| *at != sender)
        .unwrap_or(sender + 1);
    let (Some(from), Some(to)) = (desks.get(sender), desks.get(receiver)) else {
        return Ok(None);
    };
    Ok(Some(Cast {
        sender: from.0.name.clone(),
        sender_clerk: from.1.clone(),
        sender_doctor: from.2.clone(),
        receiver: to.0.name.clone(),
        receiver_clerk: to.1.clone(),
        receiver_doctor: to.2.clone(),
    }))
}

fn one(group: &Group, role: Role) -> Option<&Person> {
    group.people.iter().find(|person| person.roles.has(role))
}

/// Institutions whose desk one may play.
pub(crate) fn desks(app: &App, words: &str) -> Vec<renkei_directory::finder::Hit> {
    if words.trim().is_empty() {
        return Vec::new();
    }
    let search = Search {
        words: words.to_owned(),
        limit: DESKS,
        ..Search::default()
    };
    app.finder.search(&search).hits
}

/// `POST /demo/be`: this person, without password.
pub(crate) async fn be(
    State(app): State<App>,
    v: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Answer> {
    let mode = app.demo.as_deref().ok_or(Answer::NotFound)?;
    let account = crate::visit::id(form.get("account"))?;
    become_person(
        &app,
        mode,
        &v,
        &headers,
        &account,
        own_place(form.get("next")).unwrap_or("/home"),
    )
    .await
}

/// `POST /demo/desk`: the liaison desk of any institution of the directory.
pub(crate) async fn desk(
    State(app): State<App>,
    v: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Answer> {
    let mode = app.demo.as_deref().ok_or(Answer::NotFound)?;
    let institution = crate::visit::id(form.get("institution"))?;
    let people = app.access.desk_of(mode, &v.ctx, &institution).await?;
    let wanted = Role::from_code(form.get("role")).unwrap_or(Role::LiaisonClerk);
    let person = people
        .iter()
        .find(|person| person.roles.has(wanted))
        .or(people.first());
    let account = person
        .map(|person| person.id.clone())
        .ok_or(Answer::NotFound)?;
    become_person(&app, mode, &v, &headers, &account, "/home").await
}

async fn become_person(
    app: &App,
    mode: &DemoMode,
    v: &Visit,
    headers: &HeaderMap,
    account: &Id,
    next: &str,
) -> Result<Response, Answer> {
    let new = app
        .access
        .become_person(mode, &v.ctx, account, login::agent(headers))
        .await?;
    if let Some(old) = &v.session {
        app.access.sign_out(&v.ctx, old).await?;
    }
    let cookie = [(header::SET_COOKIE, session::set(&app.config, &new))];
    Ok((cookie, Redirect::to(next)).into_response())
}
