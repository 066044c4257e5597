//! A data set in pieces, so that a country's institutions never lie in memory as one text.

use jiff::civil::Date;
use renkei_store::institution::InstitutionRow;
use renkei_store::{Store, StoreError};

use super::cell::{self, Cell};
use super::institutions::Beside;
use super::{Dataset, Format, areas};
use crate::area::Areas;

/// UTF-8's mark, without which spreadsheets take Japanese for something else.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A data set that is being read.
#[derive(Debug)]
pub struct Reading {
    store: Store,
    dataset: Dataset,
    format: Format,
    source: Source,
    part: Part,
    /// Rows given so far.
    pub records: i64,
}

#[derive(Debug)]
enum Source {
    Areas(Vec<Vec<Cell>>),
    Institutions {
        beside: Box<Beside>,
        last: Option<Box<InstitutionRow>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    Rows,
    End,
}

impl Reading {
    /// The data set as of now; `day` is today in Japan.
    pub async fn begin(
        store: &Store,
        areas: &Areas,
        (dataset, format): (Dataset, Format),
        day: Date,
    ) -> Result<Self, StoreError> {
        let source = match dataset {
            Dataset::Areas => Source::Areas(areas::rows(&areas.atlas())),
            Dataset::Institutions => Source::Institutions {
                beside: Box::new(Beside::read(store, areas, day).await?),
                last: None,
            },
        };
        Ok(Self {
            store: store.clone(),
            dataset,
            format,
            source,
            part: Part::Head,
            records: 0,
        })
    }

    /// The next piece; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.part {
            Part::Head => {
                self.part = Part::Rows;
                Ok(Some(self.head()))
            }
            Part::Rows => {
                let rows = self.source.next(&self.store).await?;
                if rows.is_empty() {
                    self.part = Part::End;
                    return Ok(self.tail());
                }
                let piece = self.piece(&rows);
                self.records += i64::try_from(rows.len()).unwrap_or_default();
                Ok(Some(piece))
            }
            Part::End => Ok(None),
        }
    }

    fn head(&self) -> Vec<u8> {
        let headings = self.dataset.headings();
        match self.format {
            Format::Csv => {
                let cells: Vec<Cell> = headings.iter().map(|one| Cell::text(one)).collect();
                [MARK, &cell::csv(&[cells])].concat()
            }
            Format::Json => b"[".to_vec(),
        }
    }

    fn piece(&self, rows: &[Vec<Cell>]) -> Vec<u8> {
        match self.format {
            Format::Csv => cell::csv(rows),
            Format::Json => cell::json(self.dataset.headings(), rows, self.records == 0),
        }
    }

    fn tail(&self) -> Option<Vec<u8>> {
        (self.format == Format::Json).then(|| b"\n]\n".to_vec())
    }
}

impl Source {
    async fn next(&mut self, store: &Store) -> Result<Vec<Vec<Cell>>, StoreError> {
        match self {
            Self::Areas(rows) => Ok(std::mem::take(rows)),
            Self::Institutions { beside, last } => {
                let some = store.institutions_after(last.as_deref()).await?;
                let rows = some.iter().map(|one| beside.row(one)).collect();
                if let Some(newest) = some.into_iter().next_back() {
                    *last = Some(Box::new(newest));
                }
                Ok(rows)
            }
        }
    }
}
