//! When institutions can see the next patient: the first free slot of each department that has slots here. Few have.

use renkei_base::Micros;
use renkei_store::slot::FirstFree;

use super::bits::Bits;
use super::pack::Pack;

/// Later than any that is sorted by.
pub(super) const NEVER: u32 = (1 << 24) - 1;
const MINUTE: i64 = 60_000_000;

#[derive(Debug, Default)]
pub(super) struct Free {
    /// By place, each with the earliest first.
    rows: Vec<Row>,
    /// The earliest of all: what times are sorted from.
    earliest: Micros,
}

#[derive(Debug)]
struct Row {
    place: u32,
    start: Micros,
    /// Name and code of the department, as search keys.
    keys: Box<[String]>,
}

impl Free {
    pub(super) fn new(pack: &Pack, slots: &[FirstFree]) -> Self {
        let row = |slot: &FirstFree| {
            let place = pack.by_id(slot.institution.as_str())?;
            Some(Row {
                place: u32::try_from(place).ok()?,
                start: slot.start,
                keys: pack.keys_of_department(slot.department.as_str()).into(),
            })
        };
        let mut rows: Vec<Row> = slots.iter().filter_map(row).collect();
        rows.sort_by_key(|row| (row.place, row.start));
        Self {
            earliest: rows.iter().map(|row| row.start).min().unwrap_or_default(),
            rows,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first of an institution; with a department (a search key), of this alone.
    pub(super) fn first(&self, place: u32, department: Option<&str>) -> Option<Micros> {
        let start = self.rows.partition_point(|row| row.place < place);
        let rows = self.rows.get(start..).unwrap_or_default();
        let mut theirs = rows.iter().take_while(|row| row.place == place);
        let found = theirs.find(|row| row.is_of(department))?;
        Some(found.start)
    }

    /// Those that have one until then.
    pub(super) fn until(&self, last: Micros, department: Option<&str>) -> Bits {
        let fitting = self.rows.iter();
        let fitting = fitting.filter(|row| row.start <= last && row.is_of(department));
        Bits::of(fitting.map(|row| row.place))
    }

    /// Minutes that sort institutions by their first slot, below 2^24.
    pub(super) fn rank(&self, place: u32, department: Option<&str>) -> u32 {
        let first = self.first(place, department);
        let minutes = first.map(|start| (start - self.earliest).0 / MINUTE);
        let minutes = minutes.and_then(|minutes| u32::try_from(minutes).ok());
        minutes.map_or(NEVER, |minutes| minutes.min(NEVER - 1))
    }
}

impl Row {
    fn is_of(&self, department: Option<&str>) -> bool {
        department.is_none_or(|key| self.keys.iter().any(|one| one == key))
    }
}
