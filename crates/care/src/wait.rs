//! 待ち時間: how long one waits for a department, as its slots tell. Reads slots alone: no patient is reachable from here.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::schedule::Schedule;
use renkei_fhir::slot::Slot;
use renkei_store::{Failure, Query};

use crate::{Care, booking};

/// Booked slots that are looked at.
const LOOKED_AT: usize = 50;
/// From fewer than these nothing is said.
const ENOUGH: usize = 5;
/// How far back a slot may lie to count.
const BACK: Span = Span::days(56);

/// What slots tell of a department.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// The first slot that can be had.
    pub first_free: Option<Micros>,
    /// Days from booking to appointment: half of the last bookings waited no longer. `None` from too few.
    pub days: Option<i64>,
}

/// How long one waits for a department.
pub async fn of_department(care: &Care, ctx: &Ctx, department: &Id) -> Result<Wait, Failure> {
    let free = booking::free_slots(care, ctx, department, ctx.at, 1).await?;
    let query = Query::of(Slot::TYPE)
        .with("schedule", Schedule::key(department).to_string())
        .with("status", "busy")
        .with("start", format!("ge{}", (ctx.at - BACK).to_fhir()))
        .sort("start", true)
        .count(LOOKED_AT);
    let page = care.store.search(ctx, &query).await?;
    // A slot was last written when it was booked.
    let waits = page.matches.iter().filter_map(|stored| {
        let slot = Slot::from_resource(stored.resource.clone())?;
        let start = slot.start()?;
        Some((start - stored.updated).0 / Span::days(1).0)
    });
    Ok(Wait {
        first_free: free.first().map(|slot| slot.start),
        days: middle(waits.filter(|days| *days >= 0).collect()),
    })
}

fn middle(mut days: Vec<i64>) -> Option<i64> {
    if days.len() < ENOUGH {
        return None;
    }
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bookings_say_nothing() {
        assert_eq!(middle(vec![3, 4, 5, 6]), None);
        assert_eq!(middle(vec![9, 1, 3, 2, 30]), Some(3));
    }
}
