//! What needs me now; all running; closed.

mod find;
mod group;

use std::collections::{BTreeMap, BTreeSet};

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Micros, clock, limits};
use renkei_fhir::patient::Patient;
use renkei_fhir::task::Task;
use renkei_fhir::{HealthcareService, Organization};
use renkei_store::{Clause, Concern, Failure, Query, Stored, Waiting};

use crate::patient::PatientView;
use crate::referral::turn::RETURNED;
use crate::referral::{Side, State};
use crate::{Care, Priority};

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
    /// Why a draft was given back.
    pub note: String,
}

/// What needs me now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkList {
    /// Groups that have cases (after the department filter), in the order to show them.
    pub groups: Vec<(Group, usize)>,
    /// Cases in all groups.
    pub total: usize,
    /// Of these past their deadline.
    pub overdue: usize,
    /// By deadline, the earliest first; without a deadline last.
    pub rows: Vec<Row>,
    /// Departments that occur, with their names and counts, for the filter.
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
    let today = Today::of(care, ctx);
    let waiting = care
        .store
        .waiting(ctx, ctx.institution()?, [ctx.at, today.visits_until])
        .await?;
    let mut list = WorkList::default();
    let mut departments = BTreeMap::new();
    let mut parts = Vec::new();
    for (one, (part, count, overdue)) in waiting
        .iter()
        .flat_map(|one| counted(ctx, one).map(move |counted| (one, counted)))
    {
        if part.group.is_receivers() && !one.department.is_empty() {
            *departments.entry(one.department.as_str()).or_insert(0) += count;
        }
        let other = filter
            .department
            .as_ref()
            .is_some_and(|wanted| wanted.as_str() != one.department);
        if other || count == 0 {
            continue;
        }
        list.add(part.group, count, overdue);
        parts.push(part);
    }
    list.groups.sort_unstable_by_key(|(group, _)| *group);
    list.departments = named(care, ctx, departments).await?;
    list.rows = rows(care, ctx, filter, &today, &parts).await?;
    Ok(list)
}

impl WorkList {
    fn add(&mut self, group: Group, count: usize, overdue: usize) {
        match self.groups.iter_mut().find(|(one, _)| *one == group) {
            Some((_, sum)) => *sum += count,
            None => self.groups.push((group, count)),
        }
        self.total += count;
        self.overdue += overdue;
    }
}

/// Cases of one group that are found alike.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    group: Group,
    concern: Concern,
    state: State,
    mark: String,
    /// Only those whose deadline is over.
    over: bool,
}

/// What "today" means for the list.
struct Today {
    /// Bookings that are due before this have their visit today or earlier.
    visits_until: Micros,
}

impl Today {
    fn of(care: &Care, ctx: &Ctx) -> Self {
        let tomorrow = ctx.at.in_japan().date().tomorrow().ok();
        let midnight = tomorrow
            .and_then(|day| Micros::from_japan(day.at(0, 0, 0, 0)))
            .unwrap_or(ctx.at);
        Self {
            visits_until: midnight + clock::Span::minutes(care.deadlines.arrive_minutes),
        }
    }
}

/// The groups of a state for this caller, with how many of each need somebody now, and how many are late.
fn counted(ctx: &Ctx, one: &Waiting) -> impl Iterator<Item = (Part, usize, usize)> {
    let [late, visits] = one.before;
    let state = State::from_code(&one.state);
    let booked = state.is_some_and(State::is_booked);
    let counts = match one.concern {
        Concern::Turn if booked => vec![(false, visits, late)],
        Concern::Turn => vec![(false, one.count, late)],
        // Once the visit is over, nobody is told of it any more.
        Concern::News if booked => vec![(false, one.count - late, 0), (true, late, late)],
        Concern::News => vec![(false, one.count, 0)],
        Concern::Watch => vec![(true, late, late)],
    };
    let part = move |over| {
        let state = state?;
        let group = Group::of(ctx, one.concern, state, &one.mark, over)?;
        Some(Part {
            group,
            concern: one.concern,
            state,
            mark: one.mark.clone(),
            over,
        })
    };
    counts
        .into_iter()
        .filter_map(move |(over, count, late)| Some((part(over)?, count, late)))
}

/// The first rows by deadline: bookings only where the visit is today or past, those of others only where they are late.
/// What has no case is not asked for.
async fn rows(
    care: &Care,
    ctx: &Ctx,
    filter: &Filter,
    today: &Today,
    parts: &[Part],
) -> Result<Vec<Row>, Failure> {
    let limit = if filter.limit == 0 {
        limits::PAGE_ROWS
    } else {
        filter.limit
    };
    let wanted = |part: &&Part| filter.group.is_none() || filter.group == Some(part.group);
    let mut rows = Vec::new();
    for concern in Concern::ALL {
        for (booked, over) in [(false, false), (true, false), (false, true), (true, true)] {
            let alike = |part: &&Part| {
                let same = part.concern == concern && part.over == over;
                same && part.state.is_booked() == booked
            };
            let parts: Vec<&Part> = parts.iter().filter(wanted).filter(alike).collect();
            if parts.is_empty() {
                continue;
            }
            let mut query = query_of(ctx, concern, &parts, filter)?.count(limit);
            let due = match (concern, over) {
                (_, true) => Some(format!("lt{}", ctx.at.to_fhir())),
                (Concern::Turn, _) if booked => Some(format!("lt{}", today.visits_until.to_fhir())),
                (Concern::News, _) if booked => Some(format!("ge{}", ctx.at.to_fhir())),
                _ => None,
            };
            if let Some(due) = due {
                query = query.with("x-due", due);
            }
            let page = care.store.search(ctx, &query).await?;
            rows.extend(
                page.matches
                    .iter()
                    .filter_map(|stored| row(ctx, stored, &page.included, Some((concern, over)))),
            );
        }
    }
    rows.sort_by_key(|row| (row.due.unwrap_or(Micros::NEVER), row.case.clone()));
    rows.truncate(limit);
    Ok(rows)
}

fn query_of(
    ctx: &Ctx,
    concern: Concern,
    parts: &[&Part],
    filter: &Filter,
) -> Result<Query, Failure> {
    let states: BTreeSet<&str> = parts.iter().map(|part| part.state.code()).collect();
    let mut query = Query::of(Task::TYPE)
        .with(concern.param(), ctx.institution()?.as_str())
        .with_any("business-status", states.into_iter().map(str::to_owned))
        .include(Task::TYPE, "patient")
        .sort("x-due", false);
    if let Some(department) = &filter.department {
        query = query.with("performer", department.as_str());
    }
    // One group of several in the same states: its mark tells them apart.
    let marks: BTreeSet<&str> = parts.iter().map(|part| part.mark.as_str()).collect();
    if filter.group.is_some() && !marks.contains("") {
        query = query.with_any("x-mark", marks.into_iter().map(str::to_owned));
    } else if filter.group.is_some() && marks.len() == 1 {
        query.clauses.push(Clause {
            param: "x-mark".to_owned(),
            modifier: Some("missing".to_owned()),
            chain: None,
            values: vec!["true".to_owned()],
        });
    }
    Ok(query)
}

fn row(
    ctx: &Ctx,
    stored: &Stored,
    included: &[Stored],
    part: Option<(Concern, bool)>,
) -> Option<Row> {
    let task = Task::from_resource(stored.resource.clone())?;
    let state = State::from_code(task.state()?)?;
    let (sender, sender_name) = task.requester()?;
    let side = if ctx.caller.institution.as_ref() == Some(&sender) {
        Side::Sender
    } else {
        Side::Receiver
    };
    let partner = match side {
        Side::Sender => task.owner().map_or("", |(_, name)| name),
        Side::Receiver => sender_name,
    };
    let patient = task.patient()?;
    let patient = included
        .iter()
        .find(|one| one.key.typ == Patient::TYPE && one.key.id == patient);
    let patient = patient.and_then(|one| Patient::from_resource(one.resource.clone()));
    let patient = patient
        .map(|patient| PatientView::of(&patient, 0, ctx.at))
        .unwrap_or_default();
    let due = match part {
        // What is new is the other side's to do; a patient is told before the visit.
        Some((Concern::News, false)) if state.is_booked() => task.visit(),
        Some((Concern::News, false)) => None,
        _ => task.due(),
    };
    let mark = task.mark().unwrap_or_default();
    let entries = task.entries();
    let returned = entries.last().filter(|_| mark == RETURNED);
    Some(Row {
        case: task.focus()?.id,
        number: task.number().to_owned(),
        state,
        group: part.and_then(|(concern, over)| Group::of(ctx, concern, state, mark, over)),
        side,
        priority: Priority::from_code(task.priority()).unwrap_or_default(),
        patient: patient.name,
        kana: patient.kana,
        birthday: patient.birthday,
        sex: patient.sex,
        partner: partner.to_owned(),
        department: task.department().map_or("", |(_, name)| name).to_owned(),
        subject: task.description().to_owned(),
        due,
        overdue: due.is_some_and(|due| due < ctx.at),
        visit: task.visit(),
        since: task.since().unwrap_or(stored.updated),
        note: returned.map(|entry| entry.text.clone()).unwrap_or_default(),
    })
}

/// The names of departments, with their counts.
async fn named(
    care: &Care,
    ctx: &Ctx,
    counts: BTreeMap<&str, usize>,
) -> Result<Vec<(Id, String, usize)>, Failure> {
    let ids = counts.keys().filter_map(|id| id.parse::<Id>().ok());
    let keys: Vec<_> = ids.map(|id| HealthcareService::key(&id)).collect();
    let found = care.store.read_many(ctx, &keys).await?;
    let services = found
        .into_iter()
        .filter_map(|stored| HealthcareService::from_resource(stored.resource));
    let named = services.filter_map(|service| {
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
    Ok(Listing {
        rows: page
            .matches
            .iter()
            .filter_map(|stored| row(ctx, stored, &page.included, None))
            .collect(),
        next: page.next,
    })
}
