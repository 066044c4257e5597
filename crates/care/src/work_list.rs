//! What needs me now; all running; closed.

use std::collections::BTreeMap;

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Micros, Role, clock, limits};
use renkei_fhir::patient::Patient;
use renkei_fhir::task::Task;
use renkei_fhir::{HealthcareService, Organization};
use renkei_store::{Failure, Query, Stored, Waiting};

use crate::patient::PatientView;
use crate::referral::{Side, State};
use crate::{Care, Priority};

/// Why a case is on the list. The message key is `group-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// 承認待ち (doctors of the sender)
    Approve,
    /// 未受付
    Receive,
    /// 受入の検討
    Decide,
    /// 予約待ち
    Book,
    /// 来院確認: the appointment is today or past
    Arrive,
    /// 返書未了
    Reply,
    /// 返書を読む
    Read,
    /// お断りの確認
    Declined,
    /// 取消の確認
    Cancelled,
    /// 下書き
    Draft,
}

impl Group {
    pub const ALL: [Self; 10] = [
        Self::Approve,
        Self::Receive,
        Self::Decide,
        Self::Book,
        Self::Arrive,
        Self::Reply,
        Self::Read,
        Self::Declined,
        Self::Cancelled,
        Self::Draft,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Receive => "receive",
            Self::Decide => "decide",
            Self::Book => "book",
            Self::Arrive => "arrive",
            Self::Reply => "reply",
            Self::Read => "read",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Draft => "draft",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}

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

/// What needs the caller's institution, and the caller's roles, now.
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
    for one in &waiting {
        let Some((group, count, overdue)) = counted(ctx, one) else {
            continue;
        };
        if group.is_receivers() && !one.department.is_empty() {
            *departments.entry(one.department.as_str()).or_insert(0) += count;
        }
        let other = filter
            .department
            .as_ref()
            .is_some_and(|wanted| wanted.as_str() != one.department);
        if other || count == 0 {
            continue;
        }
        list.add(group, count, overdue);
    }
    list.groups.sort_unstable_by_key(|(group, _)| *group);
    list.departments = named(care, ctx, departments).await?;
    list.rows = rows(care, ctx, filter, &today, &list.groups).await?;
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

/// The group of a state for this caller, with how many of it need somebody now, and how many are late.
fn counted(ctx: &Ctx, one: &Waiting) -> Option<(Group, usize, usize)> {
    let state = State::from_code(&one.state)?;
    let group = Group::of(ctx, state)?;
    let [late, visits] = one.before;
    let count = if state.is_booked() { visits } else { one.count };
    Some((group, count, late))
}

impl Group {
    /// The group of a state in which it is the turn of the caller's institution; `None` where this caller need do nothing.
    fn of(ctx: &Ctx, state: State) -> Option<Self> {
        Some(match state {
            State::Draft => Self::Draft,
            State::Ready if ctx.caller.has(Role::Doctor) => Self::Approve,
            State::Ready => return None,
            State::Sent => Self::Receive,
            State::Received | State::Triage => Self::Decide,
            State::Accepted => Self::Book,
            State::Booked | State::Rebooked => Self::Arrive,
            State::Arrived => Self::Reply,
            State::RepliedFirst | State::Closed => Self::Read,
            State::Declined => Self::Declined,
            State::Cancelled => Self::Cancelled,
        })
    }

    const fn is_receivers(self) -> bool {
        matches!(
            self,
            Self::Receive
                | Self::Decide
                | Self::Book
                | Self::Arrive
                | Self::Reply
                | Self::Cancelled
        )
    }
}

/// The first rows by deadline: bookings only where the visit is today or past. Groups without a case are not asked for.
async fn rows(
    care: &Care,
    ctx: &Ctx,
    filter: &Filter,
    today: &Today,
    groups: &[(Group, usize)],
) -> Result<Vec<Row>, Failure> {
    let wanted = |state: &State| {
        let group = Group::of(ctx, *state);
        let some = groups.iter().any(|(one, _)| Some(*one) == group);
        some && (filter.group.is_none() || filter.group == group)
    };
    let (booked, others): (Vec<State>, Vec<State>) = State::ALL
        .into_iter()
        .filter(wanted)
        .partition(|s| s.is_booked());
    let limit = if filter.limit == 0 {
        limits::PAGE_ROWS
    } else {
        filter.limit
    };
    let mut rows = Vec::new();
    for states in [others, booked] {
        if states.is_empty() {
            continue;
        }
        let visits = states.iter().any(|state| state.is_booked());
        let mut query = holder_query(ctx, &states)?.count(limit);
        if visits {
            query = query.with("x-due", format!("lt{}", today.visits_until.to_fhir()));
        }
        if let Some(department) = &filter.department {
            query = query.with("performer", department.as_str());
        }
        let page = care.store.search(ctx, &query).await?;
        rows.extend(
            page.matches
                .iter()
                .filter_map(|stored| row(ctx, stored, &page.included, true)),
        );
    }
    rows.sort_by_key(|row| (row.due.unwrap_or(Micros::NEVER), row.case.clone()));
    rows.truncate(limit);
    Ok(rows)
}

fn holder_query(ctx: &Ctx, states: &[State]) -> Result<Query, Failure> {
    let states = states.iter().map(|state| state.code().to_owned());
    Ok(Query::of(Task::TYPE)
        .with("x-holder", ctx.institution()?.as_str())
        .with_any("business-status", states)
        .include(Task::TYPE, "patient")
        .sort("x-due", false))
}

fn row(ctx: &Ctx, stored: &Stored, included: &[Stored], grouped: bool) -> Option<Row> {
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
    let due = task.due();
    Some(Row {
        case: task.focus()?.id,
        number: task.number().to_owned(),
        state,
        group: grouped.then(|| Group::of(ctx, state)).flatten(),
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
    let states = State::ALL
        .into_iter()
        .filter(|state| state.is_over() == (span == Span::Over));
    // What is not sent yet is the sender's alone.
    let states = states.filter(|state| side == Side::Sender || !state.is_private());
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
    let rows = page.matches.iter().filter(|stored| is_shown(side, stored));
    Ok(Listing {
        rows: rows
            .filter_map(|stored| row(ctx, stored, &page.included, false))
            .collect(),
        next: page.next,
    })
}

/// A draft that was thrown away was never sent: its addressee knows nothing of it, not even with the record.
fn is_shown(side: Side, stored: &Stored) -> bool {
    let task = Task::from_resource(stored.resource.clone());
    side == Side::Sender || task.is_some_and(|task| task.started().is_some())
}
