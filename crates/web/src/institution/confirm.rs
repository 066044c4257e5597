//! 掲載内容の確認: an institution says of each part of its page that it is right.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::confirmation::{self, Due, PARTS};
use renkei_directory::finder::Hit;
use renkei_directory::profile::hours;
use renkei_directory::{department, function, institution, tag};
use renkei_store::Failure;
use renkei_store::confirmation::RoundRow;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "institution_confirm.html")]
struct Look<'a> {
    v: &'a Visit,
    hit: Hit,
    round: Option<RoundRow>,
    due: Due,
    parts: Vec<Part>,
    edits: bool,
    faults: Faults,
}

/// A part of the page, as it is now.
struct Part {
    code: &'static str,
    said: String,
    /// When it was confirmed in this round.
    done: Option<String>,
    /// Where it is changed.
    href: String,
}

/// `GET /institutions/{id}/confirmation`
pub(crate) async fn look(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let hit = kept(&app, &v, &id)?;
    page(&look_at(&app, &v, hit, Faults::default()).await?)
}

/// `POST /institutions/{id}/confirmation`
pub(crate) async fn confirm(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let hit = kept(&app, &v, &id)?;
    let round = crate::visit::id(form.get("round"))?;
    let parts = form.all("part");
    match confirmation::confirm(&app.store, &v.ctx, &round, &hit.id, parts).await {
        Ok(()) => {
            let to = if v.ctx.caller.institution.as_ref() == Some(&hit.id) {
                format!("/institutions/{}", hit.id)
            } else {
                format!("/confirmations/{round}")
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = look_at(&app, &v, hit, Faults::new(faults)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// An institution whose page the caller may confirm; of others there is no such page.
fn kept(app: &App, v: &Visit, id: &str) -> Result<Hit, Answer> {
    let id = crate::visit::id(id)?;
    let hit = app.finder.by_id(&id).ok_or(Answer::NotFound)?;
    if institution::may_confirm(&v.ctx, &id) {
        Ok(hit)
    } else {
        Err(Answer::NotFound)
    }
}

async fn look_at<'a>(
    app: &App,
    v: &'a Visit,
    hit: Hit,
    faults: Faults,
) -> Result<Look<'a>, Answer> {
    let round = confirmation::open_round(&app.store).await?;
    let today = v.now().in_japan().date();
    Ok(Look {
        due: round.as_ref().map_or(Due::Today, |round| {
            confirmation::due(&round.deadline, today)
        }),
        parts: parts(app, v, &hit.id, round.as_ref()).await?,
        edits: institution::may_edit(&v.ctx, &hit.id),
        v,
        hit,
        round,
        faults,
    })
}

async fn parts(
    app: &App,
    v: &Visit,
    id: &Id,
    round: Option<&RoundRow>,
) -> Result<Vec<Part>, Answer> {
    let done = match round {
        Some(round) => confirmation::of(&app.store, &round.id, id).await?,
        None => Vec::new(),
    };
    let mut parts = Vec::new();
    for code in PARTS {
        let row = done.iter().find(|row| row.part == code);
        parts.push(Part {
            code,
            said: said(app, v, id, code).await?,
            done: row.map(|row| v.when(row.done_at)),
            href: match code {
                "contact" => format!("/institutions/{id}/edit"),
                "departments" => "/departments".to_owned(),
                section => format!("/institutions/{id}/edit/{section}"),
            },
        });
    }
    Ok(parts)
}

/// A part of the page in a few lines.
async fn said(app: &App, v: &Visit, id: &Id, part: &str) -> Result<String, Answer> {
    let store = &app.store;
    let lines: Vec<String> = match part {
        "contact" => {
            let found = institution::get(store, &v.ctx, id).await?;
            let found = found.ok_or(Answer::NotFound)?;
            let contact = institution::contact_of(&found.organization, found.location.as_ref());
            let values = [
                contact.address,
                contact.phone,
                contact.fax,
                contact.desk_phone,
            ];
            values.into_iter().collect()
        }
        "hours" => {
            let blocks = hours::blocks(&store.openings_of(id).await?);
            blocks.iter().flat_map(|block| week(v, block)).collect()
        }
        "departments" => {
            let list = department::list(store, &v.ctx, id).await?;
            let open = list.iter().filter(|one| one.active());
            open.map(|one| one.name().to_owned()).collect()
        }
        "tags" => {
            let tags = tag::of(store, id).await?;
            tags.iter()
                .map(|tag| tag.name(v.lang()).to_owned())
                .collect()
        }
        "doctors" => {
            let rows = store.doctors_of(id).await?;
            rows.into_iter().map(|row| row.name).collect()
        }
        "telephone" => {
            let rows = store.telephone_hours_of(id).await?;
            rows.iter()
                .map(|row| super::part::telephone(v, row))
                .collect()
        }
        _ => {
            let today = v.now().in_japan().date().to_string();
            let held = function::held_by(store, id, &today).await?;
            let names = held.iter().map(|(one, _)| one.name(v.lang()).to_owned());
            names.collect()
        }
    };
    let said: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let between = if matches!(part, "hours" | "contact" | "telephone") {
        "\n"
    } else {
        "、"
    };
    Ok(said.join(between))
}

fn week(v: &Visit, block: &hours::Block) -> Vec<String> {
    let days = block.days.iter().zip(1..);
    let open = days.filter(|(day, _)| !matches!(day, hours::Day::Unsaid));
    open.map(|(day, nth)| {
        let name = v.t(&format!("profile-day-{nth}"));
        format!("{name} {}", v.weekday(day).replace('\n', ", "))
    })
    .collect()
}
