//! How long each step of a referral may take, by priority. Loaded by the binary from its configuration.

use renkei_base::Micros;
use renkei_base::clock::Span;
use renkei_base::holiday::{MonthDay, WorkingDays};
use serde::{Deserialize, Serialize};

use crate::referral::State;

/// FHIR request-priority, in the words of a liaison office.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// 通常
    #[default]
    Routine,
    /// 準至急
    Urgent,
    /// 至急
    Asap,
    /// 緊急
    Stat,
}

impl Priority {
    pub const ALL: [Self; 4] = [Self::Routine, Self::Urgent, Self::Asap, Self::Stat];

    /// The FHIR code; the message key is `priority-` and this.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Asap => "asap",
            Self::Stat => "stat",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// Minutes that the steps of one priority may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Ready until the doctor sends.
    pub approve_minutes: i64,
    /// Sent until received.
    pub receive_minutes: i64,
    /// Received until accepted or declined.
    pub decide_minutes: i64,
    /// Accepted until booked.
    pub book_minutes: i64,
}

/// All deadlines of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    pub routine: Steps,
    pub urgent: Steps,
    pub asap: Steps,
    pub stat: Steps,
    /// After an appointment's end until somebody says whether the patient came.
    pub arrive_minutes: i64,
    /// Arrived until the first reply.
    pub reply_days: i64,
    /// A reply that says that another one follows, until that one.
    pub next_reply_days: i64,
    /// An answer (first reply, declined, cancelled) until the other side has read it.
    pub read_days: i64,
    /// First and last day around New Year that are no working days. Routine steps are counted in working days:
    /// without weekends, national holidays and these.
    pub closed_from: MonthDay,
    pub closed_to: MonthDay,
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

const fn steps(approve: i64, receive: i64, decide: i64, book: i64) -> Steps {
    Steps {
        approve_minutes: approve,
        receive_minutes: receive,
        decide_minutes: decide,
        book_minutes: book,
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            routine: steps(DAY, DAY, 3 * DAY, 7 * DAY),
            urgent: steps(8 * HOUR, 8 * HOUR, DAY, 3 * DAY),
            asap: steps(2 * HOUR, 2 * HOUR, 4 * HOUR, DAY),
            stat: steps(30, 30, HOUR, 2 * HOUR),
            arrive_minutes: 2 * HOUR,
            reply_days: 7,
            next_reply_days: 30,
            read_days: 14,
            closed_from: WorkingDays::default().closed_from,
            closed_to: WorkingDays::default().closed_to,
        }
    }
}

impl Deadlines {
    const fn steps(&self, priority: Priority) -> &Steps {
        match priority {
            Priority::Routine => &self.routine,
            Priority::Urgent => &self.urgent,
            Priority::Asap => &self.asap,
            Priority::Stat => &self.stat,
        }
    }

    /// Which days count.
    pub const fn working_days(&self) -> WorkingDays {
        WorkingDays {
            closed_from: self.closed_from,
            closed_to: self.closed_to,
        }
    }

    /// When the step that a state waits for must be done, if it was entered at `entered`. A booking waits for its `visit_end`.
    ///
    /// Routine steps are counted in working days, and what may take a number of calendar days ends on a working day;
    /// urgent ones go by the clock.
    pub fn due(
        &self,
        state: State,
        priority: Priority,
        entered: Micros,
        visit_end: Option<Micros>,
    ) -> Option<Micros> {
        let steps = self.steps(priority);
        let minutes = match state {
            State::Draft => return None,
            State::Ready => steps.approve_minutes,
            State::Sent => steps.receive_minutes,
            State::Received | State::Triage => steps.decide_minutes,
            State::Accepted => steps.book_minutes,
            State::Booked | State::Rebooked => {
                return visit_end.map(|end| end + Span::minutes(self.arrive_minutes));
            }
            State::Arrived => return Some(self.days(priority, entered, self.reply_days)),
            State::RepliedInterim => {
                return Some(self.days(priority, entered, self.next_reply_days));
            }
            State::RepliedFirst | State::Declined | State::Closed | State::Cancelled => {
                return Some(self.days(priority, entered, self.read_days));
            }
        };
        Some(match priority {
            Priority::Routine => self.working_days().after(entered, minutes),
            _ => entered + Span::minutes(minutes),
        })
    }

    fn days(&self, priority: Priority, entered: Micros, days: i64) -> Micros {
        let end = entered + Span::days(days);
        match priority {
            Priority::Routine => self.working_days().not_closed(end),
            _ => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_urgent_is_never_slower() {
        let deadlines = Deadlines::default();
        for state in State::ALL {
            let dues: Vec<_> = Priority::ALL
                .map(|p| deadlines.due(state, p, Micros(0), Some(Micros(5))))
                .to_vec();
            assert!(dues.is_sorted_by(|a, b| a >= b), "{state:?} {dues:?}");
        }
    }

    #[test]
    fn the_first_reply_is_due_a_week_after_arrival() {
        let due = Deadlines::default().due(State::Arrived, Priority::Stat, Micros(1), None);
        assert_eq!(due, Some(Micros(1) + Span::days(7)));
    }

    #[test]
    fn routine_steps_wait_for_working_days() {
        let japan = |text: &str| Micros::from_fhir(&format!("{text}:00+09:00")).unwrap();
        let due =
            |priority, state, at: &str| Deadlines::default().due(state, priority, japan(at), None);
        // A Friday before a Monday that is a holiday.
        let friday = "2026-11-20T15:00";
        assert_eq!(
            due(Priority::Routine, State::Sent, friday),
            Some(japan("2026-11-24T15:00"))
        );
        assert_eq!(
            due(Priority::Urgent, State::Sent, friday),
            Some(japan("2026-11-20T23:00"))
        );
        assert_eq!(
            due(Priority::Routine, State::Arrived, "2026-11-16T10:00"),
            Some(japan("2026-11-24T10:00"))
        );
    }
}
