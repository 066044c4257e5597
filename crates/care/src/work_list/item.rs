//! What waits, from the index: in which groups a case is, and when it comes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use renkei_base::{Ctx, Id, Micros, clock};
use renkei_store::{Concern, Waiting};

use super::{Band, Group};
use crate::referral::State;
use crate::{Care, Deadlines, Priority};

/// A case that needs the caller, before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) case: Id,
    pub(super) group: Group,
    /// There is a message to read.
    pub(super) unread: bool,
    /// Only to be read, without a deadline of one's own.
    pub(super) is_news: bool,
    pub(super) due: Option<Micros>,
    pub(super) overdue: bool,
    pub(super) band: Band,
    pub(super) priority: Priority,
    pub(super) department: String,
}

impl Item {
    pub(super) fn is_in(&self, group: Group) -> bool {
        self.groups().any(|one| one == group)
    }

    /// Why it is on the list; a message may be a second reason.
    pub(super) fn groups(&self) -> impl Iterator<Item = Group> {
        let other = (self.unread && self.group != Group::Message).then_some(Group::Message);
        std::iter::once(self.group).chain(other)
    }

    /// The place in the list.
    pub(super) fn order(&self) -> (Band, Reverse<Option<Priority>>, Micros, Id) {
        let priority = self.band.is_by_priority().then_some(self.priority);
        let due = self.due.unwrap_or(Micros::NEVER);
        (self.band, Reverse(priority), due, self.case.clone())
    }
}

/// What "today" means for the list.
pub(super) struct Today {
    deadlines: Deadlines,
    midnight: Micros,
    /// Bookings that are due before this have their visit today or earlier.
    visits_until: Micros,
}

impl Today {
    pub(super) fn of(care: &Care, ctx: &Ctx) -> Self {
        let tomorrow = ctx.at.in_japan().date().tomorrow().ok();
        let midnight = tomorrow
            .and_then(|day| Micros::from_japan(day.at(0, 0, 0, 0)))
            .unwrap_or(ctx.at);
        Self {
            deadlines: care.deadlines,
            midnight,
            visits_until: midnight + clock::Span::minutes(care.deadlines.arrive_minutes),
        }
    }

    fn band(&self, ctx: &Ctx, priority: Priority, due: Option<Micros>) -> Band {
        let days = self.deadlines.working_days();
        let long = |due| days.after(due, super::band::LONG_DAYS * 24 * 60);
        Band::of(priority, due, ctx.at, self.midnight, long)
    }
}

/// The cases that need the caller, each once: by whose turn it is before what is new, late elsewhere or written.
pub(super) fn items(ctx: &Ctx, today: &Today, waiting: &[Waiting]) -> Vec<Item> {
    let mut all: BTreeMap<&Id, (Concern, Item)> = BTreeMap::new();
    let mut written = Vec::new();
    for one in waiting {
        if one.concern == Concern::Message {
            written.push(&one.task);
        }
        let Some(item) = item(ctx, today, one) else {
            continue;
        };
        match all.get(&one.task) {
            Some((concern, _)) if *concern <= one.concern => {}
            _ => drop(all.insert(&one.task, (one.concern, item))),
        }
    }
    for case in written {
        if let Some((_, item)) = all.get_mut(case) {
            item.unread = true;
        }
    }
    all.into_values().map(|(_, item)| item).collect()
}

/// `None` where the caller need do nothing: what is the other's and not late, a visit of another day.
fn item(ctx: &Ctx, today: &Today, one: &Waiting) -> Option<Item> {
    let state = State::from_code(&one.state)?;
    let over = one.due.is_some_and(|due| due < ctx.at);
    let booked = state.is_booked();
    let visited = one.due.is_some_and(|due| due < today.visits_until);
    if booked && one.concern == Concern::Turn && !visited {
        return None;
    }
    // Once the visit is over, nobody is told of it any more: one asks whether the patient came.
    let late = one.concern == Concern::Watch || (one.concern == Concern::News && booked && over);
    let group = Group::of(ctx, one.concern, state, &one.mark, late)?;
    let priority = Priority::from_code(&one.priority).unwrap_or_default();
    let is_news = !late && matches!(one.concern, Concern::News | Concern::Message);
    let due = one
        .due
        .filter(|_| !is_news || (booked && one.concern == Concern::News));
    let band = match due {
        // Patients are told, and answers read, the same day.
        None if is_news => Band::Today,
        due => today.band(ctx, priority, due),
    };
    Some(Item {
        case: one.task.clone(),
        group,
        unread: one.concern == Concern::Message,
        is_news,
        overdue: over && !is_news,
        due,
        band,
        priority,
        department: one.department.clone(),
    })
}
