//! Readers: threads with a connection each, that take the next question from the shared queue; and connections at hand
//! for questions by key, which the caller's own thread asks.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::connection::{Link, fatal, read_error};
use crate::StoreError;
use crate::db::{Row, Value, lane};

/// Steps of SQLite's machine between two looks at the bound.
const STEPS: i32 = 100_000;
/// A question that needs more looks than this is given up (some ten seconds).
const LOOKS: u64 = 4_000;
/// Connections at hand that are kept open.
const AT_HAND: usize = 4;

pub(super) struct Question {
    pub(super) sql: Cow<'static, str>,
    pub(super) params: Vec<Value>,
    pub(super) answer: oneshot::Sender<Result<Vec<Row>, StoreError>>,
}

/// Readers of one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    questions: flume::Sender<Question>,
    at_hand: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(super) fn start(path: &Path, threads: usize) -> Result<Self, StoreError> {
        let (questions, queue) = flume::bounded(lane::QUEUE);
        for number in 0..threads {
            let (queue, path) = (queue.clone(), path.to_owned());
            std::thread::Builder::new()
                .name(format!("read-{number}"))
                .spawn(move || serve(&path, &queue))
                .map_err(|error| StoreError::Driver(error.to_string()))?;
        }
        Ok(Self {
            path: path.to_owned(),
            questions,
            at_hand: Mutex::default(),
        })
    }

    /// A question by key, answered on this very thread. It touches a few pages that mostly are in memory; to wake a
    /// reader's thread and to be woken by it takes several times as long as the answer itself.
    pub(super) fn answer(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let kept = self.at_hand().pop();
        let asked = match kept {
            Some(reader) => Ok(reader),
            None => Reader::open(&self.path),
        };
        let mut reader = asked.map_err(|error| read_error(&error))?;
        let result = reader.answer(sql, params);
        if !result.as_ref().is_err_and(fatal) {
            let mut at_hand = self.at_hand();
            if at_hand.len() < AT_HAND {
                at_hand.push(reader);
            }
        }
        result.map_err(|error| read_error(&error))
    }

    fn at_hand(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn ask(
        &self,
        sql: Cow<'static, str>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question {
            sql,
            params,
            answer,
        };
        self.questions
            .try_send(question)
            .map_err(|error| match error {
                flume::TrySendError::Full(_) => StoreError::Busy,
                flume::TrySendError::Disconnected(_) => lane::closed(),
            })?;
        answered.await.unwrap_or_else(|_| Err(lane::closed()))
    }
}

/// A connection, and how often SQLite has looked at the bound since the question began.
#[derive(Debug)]
struct Reader {
    link: Link,
    looks: Arc<AtomicU64>,
}

impl Reader {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let mut link = Link::reader(path)?;
        let looks = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&looks);
        let over = move || seen.fetch_add(1, Ordering::Relaxed) > LOOKS;
        link.conn.progress_handler(STEPS, Some(over))?;
        Ok(Self { link, looks })
    }

    fn answer(&mut self, sql: &str, params: &[Value]) -> rusqlite::Result<Vec<Row>> {
        self.looks.store(0, Ordering::Relaxed);
        self.link.query(sql, params)
    }
}

fn serve(path: &Path, queue: &flume::Receiver<Question>) {
    let mut reader: Option<Reader> = None;
    while let Ok(question) = queue.recv() {
        let result = opened(&mut reader, path)
            .and_then(|reader| reader.answer(&question.sql, &question.params));
        if result.as_ref().is_err_and(fatal) {
            reader = None;
        }
        // Whoever asked may have gone.
        drop(
            question
                .answer
                .send(result.map_err(|error| read_error(&error))),
        );
    }
}

fn opened<'a>(reader: &'a mut Option<Reader>, path: &Path) -> rusqlite::Result<&'a mut Reader> {
    match reader {
        Some(reader) => Ok(reader),
        None => Ok(reader.insert(Reader::open(path)?)),
    }
}
