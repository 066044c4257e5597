//! The care plane: one file per noun, holding its states, its pure rules and its use cases.
//!
//! | file | holds |
//! |---|---|
//! | [`referral`] | the closed loop: states, the table of steps, drafts, sending, the view of a case |
//! | [`patient`] | registering, updating, finding a patient of one's own institution |
//! | [`letter`] | the text of a letter of referral, and what its PDF needs |
//! | [`reply`] | the first reply: draft, release, what its PDF needs |
//! | [`booking`] | slots and appointments, never given twice |
//! | [`document`] | the standard letter as a Bundle: in and out |
//! | [`arrival`] | 宛先待ちの紹介状: letters of or to institutions that the directory does not know |
//! | [`attachment`] | files of a letter or a reply, by what they really are |
//! | [`wait`] | how long one waits for a department |
//! | [`work_list`] | what needs me now, all running, closed |
//! | [`deadline`] | how long each step may take, by priority |
//! | [`fhir`] | the door for outside programs: a write becomes the command that the button gives |
//! | [`message`] | a word on a case between its two institutions |
//! | [`subscription`] | what programs want to be told of, and telling them |
//! | [`record`] | the clinical resources of a patient |
//! | [`field`] | fields that several people write: one table each, merged field by field
//! | [`count`] | the indicators that the loop counts for the governance plane |
//!
//! Every use case takes [`Care`] and the caller's `Ctx`, reads through the store's filter, asks a pure rule,
//! and commits what the rule says in one transaction. See `referral/rules.rs` for the rules.

pub mod arrival;
pub mod attachment;
pub mod booking;
mod civil;
pub mod count;
pub mod deadline;
pub mod document;
pub mod fhir;
pub mod field;
pub mod letter;
pub mod message;
pub mod party;
pub mod patient;
mod picture;
mod policy;
pub mod record;
pub mod referral;
pub mod reply;
pub mod subscription;
mod text;
mod tries;
pub mod wait;
pub mod work_list;

use std::sync::Arc;

use renkei_store::Store;

pub use deadline::{Deadlines, Priority};
pub use party::Party;

/// What every use case of the care plane needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Care {
    pub store: Store,
    pub deadlines: Deadlines,
    /// Where subscriptions may be delivered to: nowhere unless said.
    pub hosts: Arc<subscription::Hosts>,
}

impl Care {
    pub fn new(store: Store, deadlines: Deadlines) -> Self {
        Self {
            store,
            deadlines,
            hosts: Arc::default(),
        }
    }

    #[must_use]
    pub fn with_hosts(mut self, hosts: subscription::Hosts) -> Self {
        self.hosts = Arc::new(hosts);
        self
    }
}
