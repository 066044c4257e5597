//! What can be done with a sheet in which state: one pure table.

use renkei_base::Refusal;

use super::SheetState::{
    self, Accepted, Answering, Awaiting, Checked, Returned, Submitted, Unanswered,
};

/// What people do with a sheet as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetAct {
    /// The officer asks the own approver.
    Propose,
    /// The officer takes it back from the own approver.
    Recall,
    /// The own approver gives it back with a comment.
    Refuse,
    /// It leaves the respondent.
    Submit,
    /// The health centre has looked at it.
    Check,
    /// The owner accepts it: locked.
    Accept,
    /// The health centre or the owner sends it back with a comment.
    SendBack,
}

impl SheetAct {
    pub const ALL: [Self; 7] = [
        Self::Propose,
        Self::Recall,
        Self::Refuse,
        Self::Submit,
        Self::Check,
        Self::Accept,
        Self::SendBack,
    ];
}

/// The state after an act.
///
/// # Errors
/// `refuse-sheet-state` where the act is not possible (any more).
pub fn turn(state: SheetState, act: SheetAct) -> Result<SheetState, Refusal> {
    let next = match (act, state) {
        (SheetAct::Propose, Unanswered | Answering | Returned) => Awaiting,
        (SheetAct::Recall, Awaiting) => Answering,
        (SheetAct::Refuse, Awaiting) => Returned,
        (SheetAct::Submit, Unanswered | Answering | Returned | Awaiting) => Submitted,
        (SheetAct::Check, Submitted) => Checked,
        (SheetAct::Accept, Submitted | Checked) => Accepted,
        (SheetAct::SendBack, Submitted | Checked | Accepted) => Returned,
        _ => return Err(Refusal::not_now("refuse-sheet-state")),
    };
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_that_counts_has_left_its_respondent_and_is_not_writable() {
        for state in SheetState::ALL {
            for act in SheetAct::ALL {
                let Ok(next) = turn(state, act) else { continue };
                assert!(!(next.counts() && next.writable()), "{state:?} {act:?}");
                assert_eq!(
                    next.counts(),
                    matches!(act, SheetAct::Submit | SheetAct::Check | SheetAct::Accept)
                );
            }
        }
    }

    #[test]
    fn every_state_has_a_way_on() {
        for state in SheetState::ALL {
            assert!(
                SheetAct::ALL.iter().any(|act| turn(state, *act).is_ok()),
                "{state:?}"
            );
        }
    }
}
