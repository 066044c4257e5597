//! Which files are ours, and what processes that ended have left in theirs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Journal;
use super::area::Area;
use crate::StoreError;
use crate::audit::Record;
use crate::db::lane::Request;
use crate::db::sqlite::READS_FILE;
use crate::db::sqlite::connection::{Link, read_error};
use crate::db::{Step, Value};

const MOVED: &str = "select number from audit_moved where slot = $1";
const MARK: &str = "insert into audit_moved (slot, number) values ($1, $2) \
    on conflict (slot) do update set number = excluded.number";
/// Processes that have one folder open at once, at most.
const SLOTS: i64 = 1_000;
/// How often one looks whether others have moved their rows, and how long.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 500;

fn path(folder: &Path, slot: i64, area: char) -> PathBuf {
    folder.join(format!("audit-reads-{slot}{area}.log"))
}

/// Writes down which row was the last to be moved, with the rows themselves.
pub(super) fn mark(slot: i64, number: i64) -> Step {
    Step::any(MARK, vec![slot.into(), number.into()])
}

/// The files of a process that ended, or of one that never was.
#[derive(Debug)]
pub(in crate::db::sqlite) struct Left {
    slot: i64,
    areas: [Area; 2],
    /// The last row that is in the table.
    moved: i64,
    rows: Vec<(i64, Record)>,
}

impl Left {
    /// All that nobody has, the first of them to be ours. Processes that begin on one folder do so in turn.
    pub(in crate::db::sqlite) fn all(folder: &Path) -> Result<Vec<Self>, StoreError> {
        let mut link =
            Link::reader(&folder.join(READS_FILE)).map_err(|error| read_error(&error))?;
        let mut all = Vec::new();
        for slot in 0..SLOTS {
            let is_new = !path(folder, slot, 'a').exists();
            if is_new && !all.is_empty() {
                break;
            }
            let left = Self::claim(folder, slot, &mut link)?;
            all.extend(left);
        }
        Ok(all)
    }

    fn claim(folder: &Path, slot: i64, link: &mut Link) -> Result<Option<Self>, StoreError> {
        let claim = |area| Area::claim(&path(folder, slot, area)).map_err(|error| failed(&error));
        let (Some(mut one), Some(mut other)) = (claim('a')?, claim('b')?) else {
            return Ok(None);
        };
        let moved = moved(link, slot)?;
        let mut rows = one.rows().map_err(|error| failed(&error))?;
        rows.extend(other.rows().map_err(|error| failed(&error))?);
        rows.retain(|(number, _)| *number > moved);
        rows.sort_by_key(|(number, _)| *number);
        Ok(Some(Self {
            slot,
            areas: [one, other],
            moved,
            rows,
        }))
    }

    /// What brings the rows into their table, if there are any.
    pub(in crate::db::sqlite) fn request(&mut self) -> Option<Request> {
        let rows = std::mem::take(&mut self.rows);
        self.moved = rows.last()?.0;
        Some(Request {
            steps: vec![mark(self.slot, self.moved)],
            records: Arc::new(rows.into_iter().map(|(_, record)| record).collect()),
            ..Request::default()
        })
    }

    /// For new rows, once the old ones are in their table on the disk.
    pub(in crate::db::sqlite) fn journal(mut self) -> Result<Journal, StoreError> {
        self.empty()?;
        Ok(Journal::new(self.slot, self.areas, self.moved))
    }

    pub(in crate::db::sqlite) fn empty(&mut self) -> Result<(), StoreError> {
        let emptied = self.areas.iter_mut().try_for_each(Area::empty);
        emptied.map_err(|error| failed(&error))
    }
}

fn moved(link: &mut Link, slot: i64) -> Result<i64, StoreError> {
    let params: [Value; 1] = [slot.into()];
    let rows = link
        .query(MOVED, &params)
        .map_err(|error| read_error(&error))?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

fn failed(error: &io::Error) -> StoreError {
    StoreError::Audit(format!("rows of reads: {error}"))
}

/// Waits until the rows that any process has written by now are in their table.
pub(in crate::db::sqlite) fn settled(folder: &Path) -> Result<(), StoreError> {
    let mut link = Link::reader(&folder.join(READS_FILE)).map_err(|error| read_error(&error))?;
    for slot in (0..SLOTS).take_while(|slot| path(folder, *slot, 'a').exists()) {
        let last = ['a', 'b'].into_iter().map(|area| {
            let bytes = std::fs::read(path(folder, slot, area)).map_err(|error| failed(&error))?;
            let rows = super::line::read(&bytes);
            Ok(rows.last().map_or(0, |(number, _)| *number))
        });
        let last = last.collect::<Result<Vec<i64>, StoreError>>()?;
        let last = last.into_iter().max().unwrap_or_default();
        let mut looks = 0;
        while moved(&mut link, slot)? < last {
            looks += 1;
            if looks > LOOKS {
                return Err(StoreError::Audit(
                    "rows of reads do not come into their table".to_owned(),
                ));
            }
            thread::park_timeout(LOOK);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use renkei_base::Micros;
    use renkei_testkit::Folder;

    use super::*;
    use crate::db::sqlite::connection::Sync;
    use crate::db::sqlite::journal::{AREA, Batch};
    use crate::db::sqlite::migrate;

    fn folder() -> Folder {
        let folder = Folder::new();
        migrate::file(&folder.join(READS_FILE), Sync::Normal, Micros(0)).unwrap();
        folder
    }

    fn row(detail: &str) -> Record {
        Record {
            at: Micros(7),
            account: "a".to_owned(),
            institution: "i".to_owned(),
            action: "resource.read".to_owned(),
            patient: "p".to_owned(),
            what: "Patient/p".to_owned(),
            purpose: "treatment".to_owned(),
            request: "r".to_owned(),
            refused: false,
            detail: detail.to_owned(),
        }
    }

    fn first(folder: &Folder) -> Left {
        Left::all(folder.path()).unwrap().swap_remove(0)
    }

    #[test]
    fn what_a_process_has_left_is_moved_once() {
        let folder = folder();
        let journal = first(&folder).journal().unwrap();
        for detail in ["one", "two", "three"] {
            journal.append(vec![row(detail)]).unwrap();
        }
        drop(journal);
        let left = || first(&folder).request();
        assert_eq!(left().unwrap().records.len(), 3);
        // It was not done: the same again.
        let request = left().unwrap();
        let details: Vec<&str> = request
            .records
            .iter()
            .map(|row| row.detail.as_str())
            .collect();
        assert_eq!(details, ["one", "two", "three"]);
        let mut link = Link::writer(&folder.join(READS_FILE), Sync::Normal).unwrap();
        for step in &request.steps {
            link.execute(&step.sql, &step.params).unwrap();
        }
        assert!(left().is_none(), "moved twice");
        let journal = first(&folder).journal().unwrap();
        journal.append(vec![row("four")]).unwrap();
        drop(journal);
        assert_eq!(left().unwrap().records.len(), 1);
    }

    #[test]
    fn two_at_once_have_files_of_their_own_and_one_takes_over_all() {
        let folder = folder();
        let (one, two) = (first(&folder), first(&folder));
        assert_eq!((one.slot, two.slot), (0, 1));
        for left in [one, two] {
            left.journal().unwrap().append(vec![row("x")]).unwrap();
        }
        let all = Left::all(folder.path()).unwrap();
        let rows: Vec<_> = all
            .iter()
            .map(|left| (left.slot, left.rows.len()))
            .collect();
        assert_eq!(rows, [(0, 1), (1, 1)]);
    }

    /// One that is full is written anew only when the disk has its rows in the table.
    #[test]
    fn the_files_take_turns() {
        let folder = folder();
        let journal = first(&folder).journal().unwrap();
        let large = "x".repeat(1 << 20);
        let append = |many: usize| {
            for _ in 0..many {
                journal.append(vec![row(&large)]).unwrap();
            }
        };
        let place = || {
            let state = journal.state();
            let mut places = state.areas.iter().map(|area| area.position > AREA);
            (state.second, places.next().unwrap(), places.next().unwrap())
        };
        let done = || {
            while !journal.state().waiting.is_empty() {
                let batch = journal.take().unwrap();
                journal.done(
                    Batch {
                        rows: Vec::new(),
                        ..batch
                    },
                    &Ok(()),
                );
            }
        };
        append(8);
        assert_eq!(place(), (false, true, false));
        append(8);
        assert_eq!(place(), (true, true, true));
        // Neither is free: the table has the rows, the disk does not.
        done();
        append(1);
        assert_eq!(place(), (true, true, true));
        let (now, _) = journal.unsynced().unwrap().unwrap();
        append(1);
        journal.synced(now);
        append(1);
        assert_eq!(place(), (false, false, true));
        drop(journal);
        let rows = first(&folder).rows;
        let numbers: Vec<i64> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers[numbers.len() - 3..], [17, 18, 19]);
    }

    #[test]
    fn rows_that_could_not_be_moved_wait_again() {
        let folder = folder();
        let journal = Arc::new(first(&folder).journal().unwrap());
        journal.append(vec![row("one"), row("two")]).unwrap();
        let batch = journal.take().unwrap();
        assert_eq!((batch.rows.len(), batch.last), (2, 2));
        journal.append(vec![row("three")]).unwrap();
        journal.done(batch, &Err(StoreError::Busy));
        let batch = journal.take().unwrap();
        let details: Vec<&str> = batch.rows.iter().map(|row| row.detail.as_str()).collect();
        assert_eq!((details, batch.last), (vec!["one", "two", "three"], 3));
        journal.stop();
        assert!(journal.append(vec![row("late")]).is_err());
    }
}
