//! What needs me now; all running; closed.

mod band;
mod find;
mod group;
mod item;
mod row;

use std::collections::BTreeMap;

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Micros, limits};
use renkei_directory::department;
use renkei_fhir::task::Task;
use renkei_fhir::{HealthcareService, Organization};
use renkei_store::{Failure, Query};

use self::item::{Item, Today};
use self::row::{Patients, row};
use crate::referral::{Side, State};
use crate::{Care, Priority};

pub use band::Band;
pub use find::find;
pub use group::Group;

/// What is wanted of the list of what needs me.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// HealthcareService of my institution.
    pub department: Option<Id>,
    pub group: Option<Group>,
    /// Rows at most (`limits::PAGE_ROWS` when 0).
    pub limit: usize,
}

/// One case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub case: Id,
    pub number: String,
    pub state: State,
    /// `None` in the lists of all running and closed ones.
    pub group: Option<Group>,
    /// How soon it wants somebody; `None` there too.
    pub band: Option<Band>,
    /// My institution has a message to read.
    pub unread: bool,
    /// Which end my institution is.
    pub side: Side,
    pub priority: Priority,
    pub patient: String,
    pub kana: String,
    /// ISO date
    pub birthday: String,
    pub sex: String,
    /// The other institution's name.
    pub partner: String,
    /// The addressee's department.
    pub department: String,
    /// 傷病名, the first line, shortened.
    pub subject: String,
    pub due: Option<Micros>,
    pub overdue: bool,
    /// Start of the appointment.
    pub visit: Option<Micros>,
    /// When it came to this state.
    pub since: Micros,
    /// Key of the reason why it was declined or cancelled, its booking too; empty else.
    pub reason: String,
    /// What was written to it, and why a draft was given back.
    pub note: String,
}

/// What needs me now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkList {
    /// Groups that have cases (after the department filter), in the order to show them.
    pub groups: Vec<(Group, usize)>,
    /// Cases in all groups; one with a message is in two of them.
    pub total: usize,
    /// Of these past their deadline.
    pub overdue: usize,
    /// By [`Band`], in each the urgent ones first, then by deadline.
    pub rows: Vec<Row>,
    /// Departments that occur, with their names and counts, for the filter; in the order of the institution.
    pub departments: Vec<(Id, String, usize)>,
}

/// Which of the two long lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Running,
    Over,
}

/// One page of a long list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub rows: Vec<Row>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// What needs the caller's institution, and the caller's roles, now: what it has to do, what is new to it,
/// and what is late with the others.
///
/// # Errors
/// `Forbidden` for callers without an institution or without a role that cares.
pub async fn work_list(care: &Care, ctx: &Ctx, filter: &Filter) -> Result<WorkList, Failure> {
    permit(&ctx.caller, Action::WorkList, &Facts::NONE)?;
    let waiting = care.store.waiting(ctx, ctx.institution()?, ctx.at).await?;
    let mut items = item::items(ctx, &Today::of(care, ctx), &waiting);
    let mut list = WorkList {
        departments: departments(care, ctx, &items).await?,
        ..WorkList::default()
    };
    items.retain(|item| {
        let mut wanted = filter.department.iter();
        wanted.all(|wanted| wanted.as_str() == item.department)
    });
    list.count(&items);
    items.retain(|item| filter.group.is_none_or(|group| item.is_in(group)));
    items.sort_by_cached_key(Item::order);
    items.truncate(if filter.limit == 0 {
        limits::PAGE_ROWS
    } else {
        filter.limit
    });
    list.rows = rows(care, ctx, &items).await?;
    Ok(list)
}

impl WorkList {
    fn count(&mut self, items: &[Item]) {
        let mut groups = BTreeMap::new();
        for item in items {
            for group in item.groups() {
                *groups.entry(group).or_insert(0) += 1;
            }
        }
        self.groups = groups.into_iter().collect();
        self.total = items.len();
        self.overdue = items.iter().filter(|item| item.overdue).count();
    }
}

/// The cases themselves, in the order of the items.
async fn rows(care: &Care, ctx: &Ctx, items: &[Item]) -> Result<Vec<Row>, Failure> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::of(Task::TYPE)
        .with_any("_id", items.iter().map(|item| item.case.to_string()))
        .include(Task::TYPE, "patient")
        .count(items.len());
    let page = care.store.search(ctx, &query).await?;
    let patients = Patients::of(ctx, page.included);
    let found = page.matches.into_iter();
    let mut found: BTreeMap<Id, _> = found.map(|one| (one.key.id.clone(), one)).collect();
    let rows = items.iter().filter_map(|item| {
        let stored = found.remove(&item.case)?;
        row(ctx, stored, &patients, Some(item))
    });
    Ok(rows.collect())
}

/// The departments of what is the receiver's to do, with their names and counts, in the order of the institution.
async fn departments(
    care: &Care,
    ctx: &Ctx,
    items: &[Item],
) -> Result<Vec<(Id, String, usize)>, Failure> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let here = items
        .iter()
        .filter(|item| item.group.is_receivers() && !item.department.is_empty());
    for item in here {
        *counts.entry(item.department.as_str()).or_default() += 1;
    }
    let ids = counts.keys().filter_map(|id| id.parse::<Id>().ok());
    let keys: Vec<_> = ids.map(|id| HealthcareService::key(&id)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let found = care.store.read_many(ctx, &keys).await?;
    let mut services: Vec<HealthcareService> = found
        .into_iter()
        .filter_map(|stored| HealthcareService::from_resource(stored.resource))
        .collect();
    department::sort(&mut services);
    let named = services.into_iter().filter_map(|service| {
        let id = service.id()?;
        let count = counts.get(id.as_str()).copied()?;
        Some((id, service.name().to_owned(), count))
    });
    Ok(named.collect())
}

/// All running or all closed cases that the caller's institution sent or received, newest first.
/// Drafts are among the sender's running ones.
///
/// # Errors
/// As [`work_list`].
pub async fn list(
    care: &Care,
    ctx: &Ctx,
    side: Side,
    span: Span,
    department: Option<&Id>,
    cursor: Option<&str>,
) -> Result<Listing, Failure> {
    permit(&ctx.caller, Action::WorkList, &Facts::NONE)?;
    let param = match side {
        Side::Sender => "requester",
        Side::Receiver => "owner",
    };
    // What is not sent yet the store shows to its sender alone.
    let states = State::ALL
        .into_iter()
        .filter(|state| state.is_over() == (span == Span::Over));
    let mut query = Query::of(Task::TYPE)
        .with(param, Organization::key(ctx.institution()?).to_string())
        .with_any(
            "business-status",
            states.map(|state| state.code().to_owned()),
        )
        .include(Task::TYPE, "patient")
        .sort("_lastUpdated", true);
    if let Some(department) = department {
        query = query.with("performer", department.as_str());
    }
    query.cursor = cursor.map(str::to_owned);
    let page = care.store.search(ctx, &query).await?;
    let patients = Patients::of(ctx, page.included);
    let found = page.matches.into_iter();
    Ok(Listing {
        rows: found
            .filter_map(|stored| row(ctx, stored, &patients, None))
            .collect(),
        next: page.next,
    })
}
