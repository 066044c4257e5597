//! Checks of typed text that every noun of the care plane shares.

use renkei_base::Refusal;
use renkei_store::Failure;

pub(crate) fn unbuilt<T>() -> Result<T, Failure> {
    Err(Failure::Refused(Refusal::not_now("refuse-unbuilt")))
}
