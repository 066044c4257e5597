//! The only place that asks the machine for the time and for chance.

use renkei_base::{Clock, Id, Ids, Micros};

#[derive(Debug)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the time comes from"
    )]
    fn now(&self) -> Micros {
        Micros(jiff::Timestamp::now().as_microsecond())
    }
}

#[derive(Debug)]
pub(crate) struct MachineIds;

impl Ids for MachineIds {
    #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
    #[expect(clippy::expect_used, reason = "a UUID's text always fits")]
    fn id(&self) -> Id {
        let uuid = uuid::Uuid::now_v7();
        uuid.to_string().parse().expect("a UUID is an id")
    }

    #[expect(clippy::disallowed_methods, reason = "this is where secrets come from")]
    #[expect(
        clippy::expect_used,
        reason = "without chance there are no safe sessions: better to stop"
    )]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the machine gives random bytes");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_new_and_in_order() {
        let ids: Vec<Id> = (0..1000).map(|_| MachineIds.id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert_ne!(MachineIds.secret(), MachineIds.secret());
        assert!(MachineClock.now() > Micros(1_700_000_000_000_000));
    }
}
