//! Whether the store takes writes, tried.

use std::sync::atomic::Ordering;
use std::time::Duration;

use renkei_base::clock::Span;

use crate::db::lane::Request;
use crate::{Store, StoreError, setting};

/// Between two tries.
const EVERY: Span = Span::seconds(5);
/// How long a try may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The setting that a try writes.
const SETTING: &str = "probe";

impl Store {
    /// Whether writes and audit rows can be kept now (for `/readyz`): tried, though not more often than every few seconds,
    /// so that a fault is seen before somebody meets it, and its end too.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let now = self.clock().now().0;
        let before = self.inner().probed.load(Ordering::Relaxed);
        let since = now.checked_sub(before);
        if since.is_none_or(|since| !(0..EVERY.0).contains(&since)) {
            self.inner().probed.store(now, Ordering::Relaxed);
            self.probe(now).await?;
        }
        self.writable()
    }

    async fn probe(&self, now: i64) -> Result<(), StoreError> {
        let request = Request {
            steps: vec![setting::write(SETTING, &now.to_string())],
            ..Request::default()
        };
        let tried = tokio::time::timeout(PATIENCE, async {
            self.db().commit(request).await?;
            self.db().log(Vec::new()).await
        });
        match tried.await {
            // It may lose a race or meet a full queue: then others get through.
            Ok(Ok(()) | Err(StoreError::Conflict(_) | StoreError::Busy)) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StoreError::ReadOnly("no answer".to_owned())),
        }
    }
}
