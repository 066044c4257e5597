//! 概要: where people begin whose work is not patients, with what waits for them.

use askama::Template;
use axum::response::Response;
use renkei_access::audit::Verified;
use renkei_base::clock::Span;
use renkei_base::{Id, Role};
use renkei_care::booking;
use renkei_directory::Kind;
use renkei_directory::confirmation::{self, Progress};
use renkei_directory::institution::{self, Contact};
use renkei_directory::{code, department};
use renkei_store::AccountState;
use renkei_store::import::ImportRun;

use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

/// Last imports that are shown.
const RUNS: usize = 5;
/// Institutions without administrator that are shown.
const LISTED: usize = 20;
/// Refused acts that are counted.
const COUNTED: usize = 1_000;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    v: &'a Visit,
    directory: Option<Directory>,
    audit: Option<Audit>,
    own: Option<Own>,
    /// For officers and approvers.
    surveys: Option<crate::survey::Waiting>,
    /// For the shared part about the last verification.
    verified: Option<Verified>,
    running: Option<Id>,
}

/// The work of the region's desk and its administrators.
struct Directory {
    /// Codes that a person can decide about now.
    confirm: u64,
    /// Letters that wait for an institution.
    arrivals: usize,
    /// Codes whose institution is not here yet.
    alone: u64,
    /// Functions that institutions ask for.
    functions: usize,
    /// The open round of confirmation: id, name, deadline, how many have confirmed.
    round: Option<(Id, String, String, usize)>,
    runs: Vec<ImportRun>,
    importing: Option<Id>,
    /// Institutions with people of whom none is an active administrator: id and name.
    orphans: Vec<(Id, String)>,
    more_orphans: usize,
    /// Whether the caller invites administrators.
    invites: bool,
    /// Administrators and people of the region who are to be reviewed.
    review: usize,
}

struct Audit {
    /// Act, how often, address of the rows.
    refusals: Vec<(String, usize, String)>,
    total: usize,
    /// There are more than were counted.
    more: bool,
}

/// What an institution's administrator sees to.
struct Own {
    institution: Id,
    /// The round in which its page waits for a word.
    asked: Option<crate::institution::part::Asked>,
    review: usize,
    invited: usize,
    /// Without 保険医療機関番号 no standard document goes out.
    without_number: bool,
    /// Text keys of what is not said on the institution's page.
    missing: Vec<&'static str>,
    departments: usize,
    /// Open departments without a free slot ahead.
    without_slots: Vec<String>,
}

/// `GET /home` of those who do not work with patients.
pub(crate) async fn show(app: &App, v: &Visit) -> Result<Response, Answer> {
    let caller = &v.ctx.caller;
    let regional = caller.has(Role::RegionDesk) || caller.has(Role::RegionAdmin);
    let auditor = caller.has(Role::Auditor);
    page(&Overview {
        v,
        directory: if regional {
            Some(directory(app, v).await?)
        } else {
            None
        },
        own: if caller.has(Role::InstitutionAdmin) {
            Some(own(app, v).await?)
        } else {
            None
        },
        surveys: if v.plans() {
            Some(crate::survey::waiting(app, v).await?)
        } else {
            None
        },
        audit: if auditor {
            Some(audit(app, v).await?)
        } else {
            None
        },
        verified: if auditor {
            app.access.last_verified(&v.ctx).await?
        } else {
            None
        },
        running: app.verdicts.running().map(|job| job.id.clone()),
    })
}

async fn directory(app: &App, v: &Visit) -> Result<Directory, Answer> {
    let (confirm, alone) = code::waiting(&app.store, &v.ctx).await?;
    let orphans = app.access.without_administrator(&v.ctx).await?;
    let named = orphans
        .iter()
        .filter_map(|id| Some((id.clone(), app.finder.by_id(id)?.name)));
    let invites = v.ctx.caller.has(Role::RegionAdmin);
    let people = if invites {
        app.access.administrators(&v.ctx).await?
    } else {
        Vec::new()
    };
    let after = app.access.config().review;
    Ok(Directory {
        confirm,
        arrivals: renkei_care::arrival::count(&app.care, &v.ctx).await?,
        alone,
        functions: app.store.functions_in("asked").await?.len(),
        round: round(app).await?,
        runs: app.store.import_runs(RUNS).await?,
        importing: app.imports.running().map(|job| job.id.clone()),
        orphans: named.take(LISTED).collect(),
        more_orphans: orphans.len().saturating_sub(LISTED),
        invites,
        review: people
            .iter()
            .filter(|person| person.review_is_due(v.now(), after))
            .count(),
    })
}

/// The round that is open.
async fn round(app: &App) -> Result<Option<(Id, String, String, usize)>, Answer> {
    let Some(round) = confirmation::open_round(&app.store).await? else {
        return Ok(None);
    };
    let progress = confirmation::progress(&app.store, &round.id).await?;
    let whole = progress.values().filter(|one| **one == Progress::Whole);
    Ok(Some((round.id, round.name, round.deadline, whole.count())))
}

async fn audit(app: &App, v: &Visit) -> Result<Audit, Answer> {
    let from = v.now() - Span::days(7);
    let counts = app.access.refusals(&v.ctx, from, COUNTED).await?;
    let total = counts.iter().map(|(_, count)| count).sum();
    let refusals = counts.into_iter().map(|(action, count)| {
        let address = format!("/audit?refused=on&action={action}");
        (crate::audit::words::act(v, &action), count, address)
    });
    Ok(Audit {
        refusals: refusals.collect(),
        total,
        more: total == COUNTED,
    })
}

async fn own(app: &App, v: &Visit) -> Result<Own, Answer> {
    let id = v.ctx.institution()?.clone();
    let people = app.access.people(&v.ctx, &id).await?;
    let after = app.access.config().review;
    let due = people
        .iter()
        .filter(|person| person.review_is_due(v.now(), after));
    let found = institution::get(&app.store, &v.ctx, &id)
        .await?
        .ok_or(Answer::NotFound)?;
    let contact = institution::contact_of(&found.organization, found.location.as_ref());
    let departments = department::list(&app.store, &v.ctx, &id).await?;
    let open: Vec<_> = departments.iter().filter(|one| one.active()).collect();
    let mut without_slots = Vec::new();
    for one in &open {
        let Some(key) = one.id() else { continue };
        let free = booking::free_slots(&app.care, &v.ctx, &key, v.now(), 1).await?;
        if free.is_empty() {
            without_slots.push(one.name().to_owned());
        }
    }
    Ok(Own {
        asked: crate::institution::part::asked(app, v, &id).await?,
        review: due.count(),
        invited: people
            .iter()
            .filter(|person| person.state == AccountState::Invited)
            .count(),
        without_number: writes_letters(app, &id) && found.organization.code().is_none(),
        missing: missing(&contact),
        departments: open.len(),
        without_slots,
        institution: id,
    })
}

/// Whether an institution is of a kind that has a 保険医療機関番号.
fn writes_letters(app: &App, id: &Id) -> bool {
    let kind = app.finder.by_id(id).and_then(|hit| hit.kind);
    matches!(
        kind,
        Some(Kind::Hospital | Kind::Clinic | Kind::DentalClinic)
    )
}

/// What letters and other institutions need, and nobody has said.
fn missing(contact: &Contact) -> Vec<&'static str> {
    [
        (&contact.phone, "institution-phone"),
        (&contact.fax, "institution-fax"),
        (&contact.postal_code, "institution-postal_code"),
        (&contact.desk_phone, "institution-desk_phone"),
        (&contact.hours, "institution-hours"),
        (&contact.access, "institution-access"),
    ]
    .into_iter()
    .filter(|(value, _)| value.is_empty())
    .map(|(_, key)| key)
    .collect()
}
