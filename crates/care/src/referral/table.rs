//! Which step is possible in which state, and where it leads: the whole loop as one table.

use super::{State, Step};

/// What a step does in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Leads there.
    To(State),
    /// Leads to one of these; what the step says, or what the case is, decides.
    OneOf(&'static [State]),
    /// Was done already: said so, nothing written.
    Already,
    /// Refused; the message key.
    No(&'static str),
}

impl Cell {
    /// Whether the step can be taken.
    pub const fn is_possible(self) -> bool {
        matches!(self, Self::To(_) | Self::OneOf(_))
    }

    /// Whether the step may lead there.
    pub fn leads_to(self, state: State) -> bool {
        match self {
            Self::To(to) => to == state,
            Self::OneOf(states) => states.contains(&state),
            Self::Already | Self::No(_) => false,
        }
    }
}

/// The table. Who may take a step is the policy's business, its content the rules'.
pub const fn cell(state: State, step: Step) -> Cell {
    use State as S;
    match step {
        Step::SaveDraft => match state {
            S::Draft | S::Ready => Cell::To(state),
            _ => sent_or_cancelled(state),
        },
        Step::Submit => match state {
            S::Draft => Cell::To(S::Ready),
            S::Ready => Cell::Already,
            _ => sent_or_cancelled(state),
        },
        Step::Return => match state {
            S::Ready => Cell::To(S::Draft),
            S::Draft => Cell::Already,
            _ => sent_or_cancelled(state),
        },
        Step::Send => match state {
            S::Draft | S::Ready => Cell::To(S::Sent),
            S::Sent => Cell::Already,
            _ => sent_or_cancelled(state),
        },
        Step::Receive => match state {
            S::Sent => Cell::To(S::Received),
            S::Received | S::Triage => Cell::Already,
            _ => decided(state),
        },
        Step::StartTriage => match state {
            S::Received => Cell::To(S::Triage),
            S::Triage => Cell::Already,
            S::Sent => Cell::No("refuse-receive-first"),
            _ => decided(state),
        },
        Step::Assign => match state {
            S::Received | S::Triage | S::Accepted => Cell::To(state),
            S::Sent => Cell::No("refuse-receive-first"),
            // The time was of the department before.
            S::Booked | S::Rebooked => Cell::To(S::Accepted),
            _ => decided(state),
        },
        Step::Accept => match state {
            S::Received | S::Triage => Cell::To(S::Accepted),
            S::Accepted => Cell::Already,
            S::Sent => Cell::No("refuse-receive-first"),
            _ => decided(state),
        },
        Step::Decline => match state {
            S::Sent | S::Received | S::Triage | S::Accepted => Cell::To(S::Declined),
            S::Declined => Cell::Already,
            S::Booked | S::Rebooked => Cell::No("refuse-booked"),
            _ => decided(state),
        },
        Step::Book => match state {
            S::Accepted => Cell::To(S::Booked),
            S::Booked | S::Rebooked => Cell::Already,
            _ => before_accepted(state),
        },
        Step::Rebook => match state {
            S::Booked | S::Rebooked => Cell::To(S::Rebooked),
            S::Accepted => Cell::No("refuse-not-booked"),
            _ => before_accepted(state),
        },
        Step::CancelBooking => match state {
            S::Booked | S::Rebooked => Cell::To(S::Accepted),
            S::Accepted => Cell::Already,
            _ => before_accepted(state),
        },
        // Without an appointment too: people come on foot.
        Step::Arrive => match state {
            S::Accepted | S::Booked | S::Rebooked => Cell::To(S::Arrived),
            S::Arrived | S::RepliedFirst | S::RepliedInterim => Cell::Already,
            _ => before_accepted(state),
        },
        // Back to what it was before; once a reply is out, the patient was there.
        Step::UndoArrive => match state {
            S::Arrived => Cell::OneOf(&[S::Accepted, S::Booked, S::Rebooked]),
            S::RepliedFirst | S::RepliedInterim => Cell::No("refuse-already-replied"),
            _ => before_arrived(state),
        },
        // Also late: what the hospital still has to say arrives, and the case stays closed.
        Step::SaveReply => match state {
            S::Arrived | S::RepliedFirst | S::RepliedInterim | S::Closed => Cell::To(state),
            _ => before_arrived(state),
        },
        Step::Reply => match state {
            S::Arrived => Cell::OneOf(&[S::RepliedFirst, S::Closed]),
            S::RepliedFirst | S::RepliedInterim => Cell::OneOf(&[S::RepliedInterim, S::Closed]),
            S::Closed => Cell::To(state),
            _ => before_arrived(state),
        },
        Step::Close => match state {
            S::RepliedFirst | S::RepliedInterim => Cell::To(S::Closed),
            S::Closed => Cell::Already,
            S::Arrived => Cell::No("refuse-not-replied"),
            _ => before_arrived(state),
        },
        Step::Acknowledge => match state {
            S::Draft | S::Ready => Cell::No("refuse-nothing-to-acknowledge"),
            _ => Cell::To(state),
        },
        Step::Cancel => match state {
            S::Cancelled => Cell::Already,
            S::Arrived | S::RepliedFirst | S::RepliedInterim => Cell::No("refuse-already-arrived"),
            S::Closed => Cell::No("refuse-closed"),
            S::Declined => Cell::No("refuse-declined"),
            _ => Cell::To(S::Cancelled),
        },
    }
}

const fn sent_or_cancelled(state: State) -> Cell {
    match state {
        State::Cancelled => Cell::No("refuse-cancelled"),
        _ => Cell::No("refuse-already-sent"),
    }
}

const fn decided(state: State) -> Cell {
    match state {
        State::Draft | State::Ready => Cell::No("refuse-not-sent"),
        State::Declined => Cell::No("refuse-declined"),
        State::Cancelled => Cell::No("refuse-cancelled"),
        State::Arrived | State::RepliedFirst | State::RepliedInterim => {
            Cell::No("refuse-already-arrived")
        }
        State::Closed => Cell::No("refuse-closed"),
        _ => Cell::No("refuse-already-accepted"),
    }
}

const fn before_accepted(state: State) -> Cell {
    match state {
        State::Draft | State::Ready => Cell::No("refuse-not-sent"),
        State::Sent => Cell::No("refuse-receive-first"),
        State::Received | State::Triage => Cell::No("refuse-accept-first"),
        _ => decided(state),
    }
}

const fn before_arrived(state: State) -> Cell {
    match state {
        State::Declined => Cell::No("refuse-declined"),
        State::Cancelled => Cell::No("refuse-cancelled"),
        State::Closed => Cell::No("refuse-closed"),
        _ => Cell::No("refuse-not-arrived"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mut lines = String::new();
        for step in Step::ALL {
            lines.push_str(&format!("{}:\n", step.code()));
            for state in State::ALL {
                let cell = match cell(state, step) {
                    Cell::To(to) => format!("→ {}", to.code()),
                    Cell::OneOf(states) => {
                        let codes: Vec<&str> = states.iter().map(|to| to.code()).collect();
                        format!("→ {}", codes.join(" or "))
                    }
                    Cell::Already => "= already".to_owned(),
                    Cell::No(key) => format!("✗ {key}"),
                };
                lines.push_str(&format!("  {:<15} {cell}\n", state.code()));
            }
        }
        insta::assert_snapshot!(lines);
    }

    #[test]
    fn nothing_leads_out_of_the_end() {
        for state in State::ALL.into_iter().filter(|state| state.is_over()) {
            for step in Step::ALL {
                let cell = cell(state, step);
                let late = [Step::SaveReply, Step::Reply].contains(&step) && state == State::Closed;
                if cell.is_possible() {
                    assert!(step == Step::Acknowledge || late, "{state:?} {step:?}");
                    assert_eq!(cell, Cell::To(state));
                }
            }
        }
    }
}
