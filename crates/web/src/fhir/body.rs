//! Bodies: no longer than allowed, UTF-8, JSON that is checked before it is parsed.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::{StreamExt, stream};
use renkei_base::limits;
use renkei_fhir::{Malformed, Resource};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Interval, interval};

use super::header::{is_json, text};
use super::no::{No, body_too_large};
use crate::state::App;

/// Bodies up to this size need no room and are parsed at once.
const SMALL: usize = 1024 * 1024;

/// While others wait for room, a body must bring this much in that time.
const STRETCH: usize = 1024 * 1024;
const TIME: Duration = Duration::from_secs(2);

/// The room for large bodies, in MiB, and who waits for it.
#[derive(Debug)]
pub(crate) struct Rooms {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Rooms {
    pub(crate) fn new(mib: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(mib)),
            waiting: AtomicUsize::new(0),
        }
    }

    async fn take(&self, mib: u32) -> Option<Room> {
        let free = Arc::clone(&self.free);
        if let Ok(room) = Arc::clone(&free).try_acquire_many_owned(mib) {
            return Some(Room(room));
        }
        let _waits = Waits::new(&self.waiting);
        free.acquire_many_owned(mib).await.ok().map(Room)
    }
}

/// Counts one who waits, also where it goes away meanwhile.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Room for a body, held until it is answered: many large ones wait for one another instead of filling the memory.
pub(crate) async fn room(app: &App, headers: &HeaderMap) -> Result<Option<Room>, No> {
    let length = length(headers).unwrap_or(limits::BODY_BYTES);
    if length <= SMALL {
        return Ok(None);
    }
    let mib = length.min(limits::BODY_BYTES).div_ceil(SMALL);
    let room = app.room.take(u32::try_from(mib).unwrap_or(1)).await;
    match room {
        Some(room) => Ok(Some(room)),
        None => Err(No::bare(StatusCode::SERVICE_UNAVAILABLE)),
    }
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

/// A body that holds room and comes slowly while others wait for it.
#[derive(Debug, thiserror::Error)]
#[error("the body comes too slowly")]
struct Slow;

/// A body that ends with [`Slow`] rather than keep room from those who wait.
pub(crate) fn paced(app: &App, body: Body) -> Body {
    let pace = Pace {
        rooms: Arc::clone(&app.room),
        body: body.into_data_stream(),
        time: TIME,
        beat: None,
        brought: 0,
    };
    Body::from_stream(stream::try_unfold(pace, |mut pace| async move {
        let more = pace.next().await?;
        Ok::<_, BoxError>(more.map(|bytes| (bytes, pace)))
    }))
}

struct Pace {
    rooms: Arc<Rooms>,
    body: BodyDataStream,
    time: Duration,
    beat: Option<Interval>,
    /// Bytes since the last beat.
    brought: usize,
}

impl Pace {
    async fn next(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            let beat = self.beat.get_or_insert_with(|| {
                let mut beat = interval(self.time);
                // The first one comes at once.
                beat.reset();
                beat
            });
            tokio::select! {
                more = self.body.next() => {
                    let more = more.transpose()?;
                    self.brought += more.as_ref().map_or(0, Bytes::len);
                    return Ok(more);
                }
                _ = beat.tick() => {
                    let is_slow = self.brought < STRETCH;
                    self.brought = 0;
                    if is_slow && self.rooms.waiting.load(Ordering::Relaxed) > 0 {
                        return Err(Slow.into());
                    }
                }
            }
        }
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    text(headers, &header::CONTENT_LENGTH)?.parse().ok()
}

/// The text of a body of at most `max` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<String, No> {
    // One that says how long it is need not be read to be refused.
    if length(headers).is_some_and(|length| length > max) {
        return Err(body_too_large());
    }
    let bytes = to_bytes(body, max).await.map_err(|error| broken(&error))?;
    let text = String::from_utf8(bytes.into()).map_err(|_| No::bad("structure", "fhir-utf8"))?;
    Ok(match text.strip_prefix('\u{FEFF}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

fn broken(error: &axum::Error) -> No {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<Slow>() {
            return No::bare(StatusCode::REQUEST_TIMEOUT);
        }
        cause = one.source();
    }
    body_too_large()
}

/// Refuses what does not say that it is JSON.
pub(crate) fn must_be_json(headers: &HeaderMap) -> Result<(), No> {
    match text(headers, &header::CONTENT_TYPE) {
        Some(kind) if is_json(kind) && !kind.contains('*') => Ok(()),
        _ => Err(No::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-supported",
            "fhir-content-type",
        )),
    }
}

/// The resource of a body: a Bundle and what may have a file in it are larger than others. A large one is parsed where
/// nobody waits for it.
pub(crate) async fn resource(kind: &str, json: String) -> Result<(String, Resource), No> {
    let max = match kind {
        "" | "Bundle" | "DocumentReference" => limits::BODY_BYTES,
        _ => limits::RESOURCE_BYTES,
    };
    let parse = move || {
        let resource = Resource::from_json_within(&json, max)?;
        Ok::<_, Malformed>((json, resource))
    };
    if max == limits::BODY_BYTES {
        let parsed = tokio::task::spawn_blocking(parse).await;
        let broken = |_| No::bare(StatusCode::INTERNAL_SERVER_ERROR);
        return Ok(parsed.map_err(broken)??);
    }
    Ok(parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many pieces, one at a time. Slow ones take ten times as long as a beat.
    fn pace(rooms: &Arc<Rooms>, pieces: usize, slow: bool) -> Pace {
        let time = Duration::from_millis(20);
        let pieces = stream::unfold(0, move |at| async move {
            if slow {
                tokio::time::sleep(time * 10).await;
            }
            let piece = Ok::<_, BoxError>(Bytes::from(vec![b' '; STRETCH]));
            (at < pieces).then_some((piece, at + 1))
        });
        Pace {
            rooms: Arc::clone(rooms),
            body: Body::from_stream(pieces).into_data_stream(),
            time,
            beat: None,
            brought: 0,
        }
    }

    /// How many pieces came, and whether it was too slow.
    async fn read(mut pace: Pace) -> (usize, bool) {
        let mut came = 0;
        loop {
            match pace.next().await {
                Ok(Some(_)) => came += 1,
                Ok(None) => return (came, false),
                Err(error) => return (came, error.is::<Slow>()),
            }
        }
    }

    #[tokio::test]
    async fn a_slow_one_goes_where_others_wait_and_a_quick_one_stays() {
        let rooms = Arc::new(Rooms::new(1));
        assert_eq!(read(pace(&rooms, 2, true)).await, (2, false), "alone");
        let held = rooms.take(1).await;
        let waits = tokio::spawn({
            let rooms = Arc::clone(&rooms);
            async move { rooms.take(1).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(read(pace(&rooms, 2, true)).await, (0, true));
        assert_eq!(read(pace(&rooms, 50, false)).await, (50, false));
        // Who went away waits no more.
        waits.abort();
        drop(waits.await);
        assert_eq!(read(pace(&rooms, 2, true)).await, (2, false));
        drop(held);
    }
}
