//! A refused request is read to its end, within bounds, before it is answered: a browser that is still sending does not
//! look for an answer, and shows a broken connection instead of the page that says why.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream as _, stream};

/// Most that is read and thrown away.
const BYTES: usize = 128 * 1024 * 1024;
/// Longest time of it.
const TIME: Duration = Duration::from_secs(10);

type Shared = Arc<Mutex<BodyDataStream>>;

/// Middleware around what reads bodies.
pub(crate) async fn refused(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let rest: Shared = Arc::new(Mutex::new(body.into_data_stream()));
    let shared = Arc::clone(&rest);
    let body = Body::from_stream(stream::poll_fn(move |cx| poll(&shared, cx)));
    let response = next.run(Request::from_parts(parts, body)).await;
    if !response.status().is_success() {
        // What did not end in time is cut off, as it would have been.
        drop(tokio::time::timeout(TIME, drain(&rest)).await);
    }
    response
}

fn poll(shared: &Shared, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
    let mut stream = shared.lock().unwrap_or_else(PoisonError::into_inner);
    std::pin::Pin::new(&mut *stream).poll_next(cx)
}

async fn drain(rest: &Shared) {
    let mut read = 0;
    while read < BYTES {
        match std::future::poll_fn(|cx| poll(rest, cx)).await {
            Some(Ok(bytes)) => read += bytes.len(),
            _ => return,
        }
    }
}
