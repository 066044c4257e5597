//! The context of a request, made of who sends it.

use std::net::IpAddr;
use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Ids, Lang, Machine, Micros, Purpose, Reach, Role};

use crate::{SignedIn, policy};

/// What a request brings, whoever sends it.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub at: Micros,
    /// The request's id.
    pub request: Id,
    pub lang: Lang,
    pub address: Option<IpAddr>,
    pub ids: Arc<dyn Ids>,
}

/// The context of somebody who is signed in.
pub fn ctx_for(signed_in: &SignedIn, arrival: Arrival) -> Ctx {
    let caller = signed_in.caller();
    let reach = policy::reach(&caller);
    let purpose = purpose(&caller);
    context(caller, reach, purpose, arrival)
}

/// The context of a machine client.
pub(crate) fn machine_ctx(caller: Caller, arrival: Arrival) -> Ctx {
    let reach = policy::reach(&caller);
    let purpose = if caller.machine == Some(Machine::Gateway) {
        Purpose::Treatment
    } else {
        purpose(&caller)
    };
    context(caller, reach, purpose, arrival)
}

/// The context of a visitor: sees no patients.
pub fn visitor_ctx(arrival: Arrival) -> Ctx {
    context(
        Caller::visitor(),
        Reach::NoPatients,
        Purpose::Operations,
        arrival,
    )
}

fn purpose(caller: &Caller) -> Purpose {
    if caller.has(Role::Auditor) {
        Purpose::Audit
    } else if caller.roles.iter().any(Role::cares) {
        Purpose::Treatment
    } else {
        Purpose::Operations
    }
}

fn context(caller: Caller, reach: Reach, purpose: Purpose, arrival: Arrival) -> Ctx {
    Ctx {
        caller,
        reach,
        purpose,
        at: arrival.at,
        request: arrival.request,
        lang: arrival.lang,
        address: arrival.address,
        ids: arrival.ids,
    }
}
