//! Connections from outside: how many there are at once, and an end for those that say nothing or take nothing.
//!
//! The head of a request and the time of an answer have their ends elsewhere ([`crate::server`], the web's shell). What is
//! left is a connection that never says what it speaks, and one that does not take its answer.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// How long a connection may take to its first bytes.
const FIRST: Duration = Duration::from_secs(30);
/// How long it may take nothing of what waits for it.
const TAKEN: Duration = Duration::from_secs(60);
/// First bytes: those that tell HTTP/2 from HTTP/1.
const PREFACE: usize = 24;
/// Files that the server itself wants open at once, beside connections.
const OWN_FILES: u64 = 256;
/// Connections at once, where the machine allows as many open files.
const MOST: usize = 16_384;

/// Lets so many connections in, each watched.
#[derive(Clone, Debug)]
pub(crate) struct Doorway {
    room: Arc<Semaphore>,
}

impl Doorway {
    /// As many as the machine has files for.
    pub(crate) fn new() -> Self {
        let files = open_files().saturating_sub(OWN_FILES).max(OWN_FILES);
        let most = usize::try_from(files).unwrap_or(MOST).min(MOST);
        tracing::info!(most, "connections at once");
        Self {
            room: Arc::new(Semaphore::new(most)),
        }
    }
}

/// How many files this process may have open, after it has asked for all that it is allowed: the usual 1,024 are few.
fn open_files() -> u64 {
    let allowed = getrlimit(Resource::Nofile).maximum;
    let wanted = Rlimit {
        current: allowed,
        maximum: allowed,
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "no more open files than before");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

impl<I, S> Accept<I, S> for Doorway {
    type Stream = Watched<I>;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Self::Stream, S)>>;

    /// One too many is closed at once: better than a queue that nobody comes to the end of.
    fn accept(&self, stream: I, service: S) -> Self::Future {
        let room = Arc::clone(&self.room).try_acquire_owned();
        let watched = room.map(|room| (Watched::new(stream, room, FIRST, TAKEN), service));
        std::future::ready(watched.map_err(|_| io::ErrorKind::ConnectionRefused.into()))
    }
}

/// A connection that ends when it has said nothing for long at its beginning, or takes nothing of its answer.
#[derive(Debug)]
pub(crate) struct Watched<I> {
    stream: I,
    /// Until the first bytes are there.
    first: Option<Pin<Box<Sleep>>>,
    read: usize,
    /// While an answer waits.
    taken: Option<Pin<Box<Sleep>>>,
    /// How long it may wait.
    patience: Duration,
    _room: OwnedSemaphorePermit,
}

impl<I> Watched<I> {
    fn new(stream: I, room: OwnedSemaphorePermit, first: Duration, taken: Duration) -> Self {
        Self {
            stream,
            first: Some(Box::pin(sleep(first))),
            read: 0,
            taken: None,
            patience: taken,
            _room: room,
        }
    }

    /// What a write came to; one that waits too long is an error.
    fn waited<T>(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.taken = None;
            return wrote;
        }
        let patience = self.patience;
        let taken = self.taken.get_or_insert_with(|| Box::pin(sleep(patience)));
        late(taken, cx)
    }
}

fn late<T>(end: &mut Pin<Box<Sleep>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
    match end.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        Poll::Pending => Poll::Pending,
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, into);
        if let Some(first) = &mut this.first {
            this.read += into.filled().len() - before;
            if this.read >= PREFACE || matches!(read, Poll::Ready(Err(_))) {
                this.first = None;
            } else if read.is_pending() {
                return late(first, cx);
            }
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.waited(cx, wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.waited(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.waited(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    const SOON: Duration = Duration::from_millis(40);

    fn watched(doorway: &Doorway) -> (Watched<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        let room = Arc::clone(&doorway.room).try_acquire_owned().unwrap();
        (Watched::new(ours, room, SOON, SOON), theirs)
    }

    fn of(most: usize) -> Doorway {
        Doorway {
            room: Arc::new(Semaphore::new(most)),
        }
    }

    #[tokio::test]
    async fn one_that_says_nothing_ends() {
        let (mut ours, mut theirs) = watched(&of(1));
        theirs.write_all(b"GET").await.unwrap();
        let mut all = Vec::new();
        let error = ours.read_to_end(&mut all).await.unwrap_err();
        assert_eq!(
            (error.kind(), all.as_slice()),
            (io::ErrorKind::TimedOut, b"GET".as_slice())
        );
    }

    #[tokio::test]
    async fn one_that_has_spoken_may_be_silent() {
        let (mut ours, mut theirs) = watched(&of(1));
        theirs.write_all(&[b'x'; PREFACE]).await.unwrap();
        ours.read_exact(&mut [0; PREFACE]).await.unwrap();
        let quiet = tokio::time::timeout(SOON * 4, ours.read_u8()).await;
        assert!(quiet.is_err(), "still open");
    }

    #[tokio::test]
    async fn one_that_takes_nothing_ends() {
        let (mut ours, theirs) = watched(&of(1));
        let error = ours.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }

    #[tokio::test]
    async fn a_place_comes_back() {
        let doorway = of(1);
        let accept = |stream| Accept::<_, ()>::accept(&doorway, stream, ()).into_inner();
        let (one, _one) = duplex(8);
        let (two, _two) = duplex(8);
        let (three, _three) = duplex(8);
        let first = accept(one).unwrap();
        assert!(accept(two).is_err());
        drop(first);
        assert!(accept(three).is_ok());
    }
}
