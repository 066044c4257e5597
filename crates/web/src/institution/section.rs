//! Sections of an institution's page, each edited on its own: hours, tags, doctors, questions by telephone, for members.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::finder::Hit;
use renkei_directory::profile::{self, Fields, NEW_ROWS, Saved, Section};
use renkei_directory::tag::{self, Family, Tag};
use renkei_store::Failure;

use super::edit::{own, stored};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// The query of the weekdays' form after the hours in words were changed.
pub(super) const COMPARE: &str = "compare";
/// Before the names of the fields that say what the form showed at first.
const WAS: &str = "was_";

#[derive(Template)]
#[template(path = "institution_section.html")]
struct FormPage<'a> {
    v: &'a Visit,
    hit: Hit,
    section: Section,
    /// What the form showed at first.
    shown: Fields,
    form: Form,
    faults: Faults,
    /// Ids of rows, those for new ones last.
    rows: Vec<String>,
    tags: Vec<(Family, Vec<Tag>)>,
    /// What somebody else stored meanwhile in fields that were changed here too.
    theirs: Vec<(String, String)>,
    /// The hours in the institution's own words, beside those by weekday.
    guidance: String,
    /// Whether these words were just changed: the weekdays may say something else now.
    asked: bool,
}

/// What a form brings back.
struct Typed {
    shown: Option<Fields>,
    typed: Fields,
}

/// `GET /institutions/{id}/edit/{section}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((id, section)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let section = Section::from_code(&section).ok_or(Answer::NotFound)?;
    let now = profile::fields(&app.store, &hit.id, section).await?;
    let form = form_of(&now);
    page(&FormPage {
        asked: query.as_deref() == Some(COMPARE),
        ..form_page(&app, &v, (hit, section), now, form).await?
    })
}

/// `POST /institutions/{id}/edit/{section}`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path((id, section)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let section = Section::from_code(&section).ok_or(Answer::NotFound)?;
    let sent = typed(&form);
    let (store, ctx) = (&app.store, &v.ctx);
    let values = (sent.shown.as_ref(), &sent.typed);
    match profile::save(store, ctx, &hit.id, section, values).await {
        Ok(Saved::Done) => {
            app.finder.refresh(store).await?;
            Ok(Redirect::to(&format!("/institutions/{}", hit.id)).into_response())
        }
        Ok(Saved::Differs(theirs)) => {
            // Saving again is a choice made with both in view.
            let now = profile::fields(store, &hit.id, section).await?;
            let again = FormPage {
                theirs,
                ..form_page(&app, &v, (hit, section), now, form).await?
            };
            page_with(StatusCode::CONFLICT, &again)
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let shown = sent.shown.unwrap_or_default();
            let again = FormPage {
                faults: Faults::new(faults),
                ..form_page(&app, &v, (hit, section), shown, form).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

async fn form_page<'a>(
    app: &App,
    v: &'a Visit,
    (hit, section): (Hit, Section),
    shown: Fields,
    form: Form,
) -> Result<FormPage<'a>, Answer> {
    let tags = if section == Section::Tags {
        by_family(tag::all(&app.store).await?, &shown)
    } else {
        Vec::new()
    };
    let guidance = if section == Section::Hours {
        stored(app, v, &hit).await?.hours
    } else {
        String::new()
    };
    Ok(FormPage {
        guidance,
        asked: false,
        v,
        hit,
        section,
        rows: rows(&shown, &form),
        shown,
        form,
        faults: Faults::default(),
        tags,
        theirs: Vec::new(),
    })
}

/// Tags that can be given, and retired ones that are carried.
fn by_family(tags: Vec<Tag>, carried: &Fields) -> Vec<(Family, Vec<Tag>)> {
    let mut families: Vec<(Family, Vec<Tag>)> = Family::ALL.map(|one| (one, Vec::new())).into();
    for tag in tags {
        let offered = tag.active || carried.contains_key(&tag.code);
        let place = families.iter_mut().find(|(one, _)| *one == tag.family);
        if let (Some((_, tags)), true) = (place, offered) {
            tags.push(tag);
        }
    }
    families
}

fn rows(shown: &Fields, form: &Form) -> Vec<String> {
    let typed = form.pairs().map(|(name, _)| name);
    let names = shown.keys().map(String::as_str).chain(typed);
    let mut rows: BTreeSet<String> = names
        .filter(|name| !name.starts_with(WAS))
        .filter_map(|name| name.split_once('.'))
        .map(|(_, row)| row.to_owned())
        .collect();
    rows.extend((1..=NEW_ROWS).map(|nth| format!("new{nth}")));
    rows.into_iter().collect()
}

fn form_of(fields: &Fields) -> Form {
    let mut form = Form::default();
    for (name, value) in fields {
        form.set(name, value.as_str());
    }
    form
}

fn typed(form: &Form) -> Typed {
    let (mut shown, mut typed) = (Fields::new(), Fields::new());
    for (name, value) in form.pairs() {
        match name.strip_prefix(WAS) {
            Some(name) => shown.insert(name.to_owned(), value.to_owned()),
            None if matches!(name, "token" | "shown") => None,
            None => typed.insert(name.to_owned(), value.to_owned()),
        };
    }
    Typed {
        shown: form.has("shown").then_some(shown),
        typed,
    }
}

impl FormPage<'_> {
    /// Where the section begins that is edited.
    fn here(&self) -> &'static str {
        self.section.code()
    }

    /// The name of a field, whichever row it is in.
    fn label(&self, field: &str) -> String {
        let (part, _) = field.split_once('.').unwrap_or((field, ""));
        match self.section {
            Section::Tags => {
                let mut tags = self.tags.iter().flat_map(|(_, tags)| tags);
                let tag = tags.find(|tag| tag.code == field);
                tag.map_or_else(
                    || field.to_owned(),
                    |tag| tag.name(self.v.lang()).to_owned(),
                )
            }
            section => self.v.t(&format!("profile-{}-{part}", section.code())),
        }
    }

    fn is_new(row: &str) -> bool {
        row.starts_with("new")
    }
}
