//! Reads' audit rows on their way into their table.
//!
//! A read's row must be kept before the answer is given; but a transaction for each, on the writer's thread, costs more
//! than the read itself. So the thread that answers appends its row to a file of this process, and a thread beside it
//! moves what has come together into the table, some hundred rows in one transaction. What a process that ended has
//! left in its file is moved when the folder is opened again; the number of the last row that was moved is written in the
//! same transaction, so that each row is moved once.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | appending, taking, waiting until all is moved |
//! | `line` | one row as bytes |
//! | `area` | one file; there are two in turn, since one is written anew only when the disk has its rows in the table |
//! | `left` | which files are ours, and what others have left |
//! | `mover` | the thread that moves, and the one that brings everything to the disk each second |

mod area;
mod left;
mod line;
mod mover;

use std::fs::File;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, mem};

use tokio::sync::oneshot;

use self::area::Area;
pub(super) use self::left::{Left, settled};
use self::line::Line;
pub(super) use self::mover::Mover;
use crate::StoreError;
use crate::audit::Record;
use crate::db::lane::{self, Answer};

/// Bytes after which the other file is written, when it is free.
const AREA: u64 = 8 << 20;
/// Rows that may wait to be moved.
const MOST: usize = 1 << 17;
/// Rows that are moved in one transaction at most: half a segment of their index.
const BATCH: usize = 1_024;
/// How long rows may come together.
const LAG: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Journal {
    /// Tells this process's rows from those of others that have the same folder open.
    slot: i64,
    state: Mutex<State>,
    /// The mover waits for it.
    woken: Condvar,
}

#[derive(Debug)]
struct State {
    areas: [Area; 2],
    /// Which of them is written.
    second: bool,
    /// The number of the next row.
    next: i64,
    /// Rows that are not in their table, the last ones before `next`. Those that are just being moved are not among them.
    waiting: Vec<Record>,
    /// The last row that is in the table.
    moved: i64,
    /// The last row that is in the table on the disk.
    safe: i64,
    /// `moved` and `next` when everything was last brought to the disk.
    synced: (i64, i64),
    flushes: Vec<(i64, oneshot::Sender<Answer>)>,
    idle: bool,
    stopped: bool,
}

/// Rows to move, and the number of the last one.
#[derive(Debug)]
struct Batch {
    rows: Vec<Record>,
    last: i64,
}

impl Journal {
    fn new(slot: i64, areas: [Area; 2], moved: i64) -> Self {
        let state = State {
            areas,
            second: false,
            next: moved + 1,
            waiting: Vec::new(),
            moved,
            safe: moved,
            synced: (moved, moved + 1),
            flushes: Vec::new(),
            idle: false,
            stopped: false,
        };
        Self {
            slot,
            state: Mutex::new(state),
            woken: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps rows: the end of this process takes none of them away, and they are on the disk within a second.
    pub(super) fn append(&self, records: Vec<Record>) -> Answer {
        let lines: Vec<Line> = records.iter().map(Line::of).collect();
        let mut bytes = Vec::with_capacity(512 * lines.len());
        let mut state = self.state();
        if state.stopped {
            return Err(lane::closed());
        }
        if state.waiting.len() > MOST {
            return Err(StoreError::Busy);
        }
        for (number, line) in (state.next..).zip(&lines) {
            line.write(number, &mut bytes);
        }
        let next = (state.next..).nth(lines.len()).unwrap_or(state.next);
        let kept = state.area().append(&bytes, next - 1);
        kept.map_err(|error| StoreError::ReadOnly(error.to_string()))?;
        state.next = next;
        state.waiting.extend(records);
        let wake = mem::take(&mut state.idle);
        drop(state);
        if wake {
            self.woken.notify_all();
        }
        Ok(())
    }

    /// Returns when all rows of before are in their table, or why they cannot be.
    pub(super) async fn flush(&self) -> Answer {
        let answered = {
            let mut state = self.state();
            let last = state.next - 1;
            if state.moved == last {
                return Ok(());
            }
            if state.stopped {
                return Err(lane::closed());
            }
            let (answer, answered) = oneshot::channel();
            state.flushes.push((last, answer));
            answered
        };
        self.woken.notify_all();
        answered.await.unwrap_or_else(|_| Err(lane::closed()))
    }

    /// The next rows to move; waits for some. `None` when it is to end and there are none.
    fn take(&self) -> Option<Batch> {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.stopped {
            state.idle = true;
            state = self.wait(state);
        }
        state.idle = false;
        if state.waiting.is_empty() {
            return None;
        }
        let many = state.waiting.len().min(BATCH);
        let rest = state.waiting.split_off(many);
        let rows = mem::replace(&mut state.waiting, rest);
        let left = i64::try_from(state.waiting.len()).unwrap_or(i64::MAX);
        let last = state.next - 1 - left;
        Some(Batch { rows, last })
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let woken = self.woken.wait(state);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of a batch. Rows that could not be moved wait again.
    fn done(&self, mut batch: Batch, answer: &Answer) {
        let mut state = self.state();
        match answer {
            Ok(()) => state.moved = batch.last,
            Err(_) => {
                batch.rows.append(&mut state.waiting);
                state.waiting = batch.rows;
            }
        }
        let (moved, failed) = (state.moved, answer.is_err());
        let over = |(last, _): &mut (i64, _)| failed || *last <= moved;
        let over: Vec<_> = state.flushes.extract_if(.., over).collect();
        drop(state);
        for (_, flush) in over {
            let why = answer.as_ref().err().map(ToString::to_string);
            // Whoever asked may have gone.
            drop(flush.send(why.map_or(Ok(()), |why| Err(StoreError::ReadOnly(why)))));
        }
    }

    /// Lets rows come together for a while. Says whether to go on.
    fn pause(&self, time: Duration) -> bool {
        let state = self.state();
        let alone = |state: &mut State| {
            state.flushes.is_empty() && !state.stopped && state.waiting.len() < BATCH
        };
        let waited = self.woken.wait_timeout_while(state, time, alone);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    /// What there is to bring to the disk: the last row that is in the table, and both files. `None` when it is all there.
    fn unsynced(&self) -> io::Result<Option<(Synced, [File; 2])>> {
        let state = self.state();
        let now = (state.moved, state.next);
        if now == state.synced {
            return Ok(None);
        }
        let [one, other] = &state.areas;
        Ok(Some((Synced(now), [one.handle()?, other.handle()?])))
    }

    /// After table and files were brought to the disk.
    fn synced(&self, Synced(at): Synced) {
        let mut state = self.state();
        state.safe = at.0;
        state.synced = at;
    }

    /// Takes no more rows. Those that wait are moved once more.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.woken.notify_all();
    }

    /// Leaves nothing behind, where everything is in the table on the disk.
    pub(super) fn empty(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.safe == state.next - 1 {
            let [one, other] = &mut state.areas;
            one.empty()?;
            other.empty()?;
        }
        Ok(())
    }
}

/// `moved` and `next` of a moment.
#[derive(Clone, Copy, Debug)]
struct Synced((i64, i64));

impl State {
    /// The file to append to.
    fn area(&mut self) -> &mut Area {
        let safe = self.safe;
        let [one, other] = &mut self.areas;
        let (mut now, mut then) = if self.second {
            (other, one)
        } else {
            (one, other)
        };
        if now.position > AREA && then.last <= safe {
            self.second = !self.second;
            mem::swap(&mut now, &mut then);
            now.position = 0;
        }
        now
    }
}
