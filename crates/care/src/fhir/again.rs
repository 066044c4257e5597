//! How a request with a key for retries was answered.

use renkei_base::Ctx;
use renkei_store::{Changes, Once, StoreError};

use crate::Care;

/// Keeps the answer beside what the request wrote. Without it, a retry is told what was written.
///
/// # Errors
/// The store's; what was written stays written.
pub async fn remember(care: &Care, ctx: &Ctx, once: &Once, answer: &str) -> Result<(), StoreError> {
    let mut changes = Changes::default();
    changes.answer_once(once, answer);
    care.store.commit(ctx, changes).await.map(drop)
}
