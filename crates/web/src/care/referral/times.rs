//! Free times for a case: the first ones on its page, all of a week on a page of their own.

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use renkei_base::clock::Span;
use renkei_base::{Id, Micros, Refusal, era};
use renkei_care::booking::{self, SlotView};
use renkei_care::referral::{self as case, ReferralView, Step};
use serde::Deserialize;

use super::{books, departments};
use crate::care::slot::{midnight, monday};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

/// Free times that a booking form offers at first.
const TIMES_OFFERED: usize = 12;
/// The same of each department, where any may take the case.
const TIMES_OF_EACH: usize = 4;
/// Free slots among which they are looked for: several may be at the same time.
const SLOTS_READ: usize = 60;

/// Free times of one department.
#[derive(Debug)]
pub(super) struct Times {
    /// Where there are several to choose from.
    pub(super) department: Option<String>,
    pub(super) slots: Vec<SlotView>,
}

/// What the case may be booked with: the department that takes it; where none does yet, all that one has, and the institution.
fn bookable(c: &ReferralView, departments: &[(Id, String)]) -> Vec<(Id, String)> {
    match &c.addressee.department {
        Some(department) => vec![(department.clone(), String::new())],
        None => {
            let whole = c.addressee.institution.clone();
            let whole = whole.map(|id| (id, String::new()));
            departments.iter().cloned().chain(whole).collect()
        }
    }
}

/// The first free times.
pub(super) async fn free(
    app: &App,
    v: &Visit,
    c: &ReferralView,
    departments: &[(Id, String)],
) -> Result<Vec<Times>, Answer> {
    let limit = match c.addressee.department {
        Some(_) => TIMES_OFFERED,
        None => TIMES_OF_EACH,
    };
    let mut groups = Vec::new();
    for (id, name) in bookable(c, departments) {
        let found = booking::free_slots(&app.care, &v.ctx, &id, v.now(), SLOTS_READ).await?;
        groups.extend(group(name, once(found, limit)));
    }
    Ok(groups)
}

fn group(name: String, slots: Vec<SlotView>) -> Option<Times> {
    let department = (!name.is_empty()).then_some(name);
    (!slots.is_empty()).then_some(Times { department, slots })
}

/// One slot for each time, doctor and place, the first ones.
fn once(mut free: Vec<SlotView>, limit: usize) -> Vec<SlotView> {
    let mut seen = HashSet::new();
    free.retain(|slot| seen.insert((slot.start, slot.doctor.clone(), slot.place.clone())));
    free.truncate(limit);
    free
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    from: String,
}

struct Day {
    date: Micros,
    groups: Vec<Times>,
}

#[derive(Template)]
#[template(path = "care/times.html")]
struct Week<'a> {
    v: &'a Visit,
    c: ReferralView,
    monday: Date,
    days: Vec<Day>,
    /// The first free time after this week.
    later: Option<Micros>,
    /// What was typed as a day and is none.
    unread: String,
}

/// `GET /referrals/{id}/times?from=`: the free times of a week, for who may book.
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let c = case::view(&app.care, &v.ctx, &id).await?;
    if !books(&c) {
        return Err(Refusal::not_now("refuse-no-booking-now").into());
    }
    let typed = crate::care::slot::coming_day(&params.from, v.now().in_japan().date());
    let is_day = typed.is_empty() || era::parse(&typed).is_ok();
    let unread = if is_day { String::new() } else { typed.clone() };
    let monday = monday(&v, &typed);
    let (start, end) = (midnight(monday), midnight(monday) + Span::days(7));
    let mut days: Vec<Day> = Vec::new();
    let mut later: Option<Micros> = None;
    // Beyond what may be booked there is nothing to look for.
    let far = start > v.now() + Span::days(booking::YEARS_AHEAD * 366);
    let bookable = match far {
        true => Vec::new(),
        false => bookable(&c, &departments(&app, &v, &c).await?),
    };
    for (department, name) in bookable {
        let found = booking::free_between(&app.care, &v.ctx, &department, start, end).await?;
        for slot in once(found, usize::MAX) {
            add(&mut days, &name, slot);
        }
        let next = booking::free_slots(&app.care, &v.ctx, &department, end, 1).await?;
        later = later
            .into_iter()
            .chain(next.first().map(|slot| slot.start))
            .min();
    }
    days.sort_by_key(|day| day.date);
    page(&Week {
        v: &v,
        c,
        monday,
        days,
        later,
        unread,
    })
}

/// Puts a time under its day and department.
fn add(days: &mut Vec<Day>, name: &str, slot: SlotView) {
    let date = midnight(slot.start.in_japan().date());
    let at = days.iter().position(|day| day.date == date);
    let at = at.unwrap_or_else(|| {
        days.push(Day {
            date,
            groups: Vec::new(),
        });
        days.len() - 1
    });
    let Some(day) = days.get_mut(at) else { return };
    let named = |group: &&mut Times| group.department.as_deref().unwrap_or_default() == name;
    match day.groups.iter_mut().find(named) {
        Some(group) => group.slots.push(slot),
        None => day.groups.extend(group(name.to_owned(), vec![slot])),
    }
}

impl Week<'_> {
    /// The step that the times are for.
    fn step(&self) -> Step {
        if self.c.may(Step::Book) {
            Step::Book
        } else {
            Step::Rebook
        }
    }

    fn link(&self, weeks: i64) -> String {
        let day = self.monday.checked_add((weeks * 7).days());
        self.to(day.unwrap_or(self.monday))
    }

    fn link_at(&self, at: &Micros) -> String {
        self.to(at.in_japan().date())
    }

    fn to(&self, day: Date) -> String {
        format!("/referrals/{}/times?from={day}", self.c.case)
    }

    fn start(&self) -> String {
        self.v.day(midnight(self.monday))
    }

    /// Whether the week before this one is not over yet.
    fn is_ahead(&self) -> bool {
        midnight(self.monday) > self.v.now()
    }
}
