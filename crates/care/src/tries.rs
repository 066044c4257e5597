//! How often a use case is tried, and what is kept of a try that was refused.

use renkei_base::Ctx;
use renkei_store::{Failure, Note};

use crate::Care;

/// How often something is tried when others change the same thing at the same moment.
pub(crate) const TRIES: usize = 2;

/// Passes the result of a use case on; a refused try is kept by [`renkei_store::Store::noted`].
pub(crate) async fn noted<T>(
    care: &Care,
    ctx: &Ctx,
    note: Note,
    result: Result<T, Failure>,
) -> Result<T, Failure> {
    care.store.noted(ctx, note, result).await
}
