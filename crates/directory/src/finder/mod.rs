//! Search over all institutions, in memory: one packed text, scanned from end to end.
//!
//! | file | holds |
//! |---|---|
//! | `pack` | the packed text and what stands beside it |
//! | `query` | typed words as keys, and which kinds and prefectures they mean |
//! | `scan` | candidates, ranks, the page asked for |

mod pack;
mod query;
mod scan;

use std::sync::{Arc, PoisonError, RwLock};

use renkei_base::Id;
use renkei_store::institution::{DepartmentRow, DirectoryMark, InstitutionRow};
use renkei_store::{Store, StoreError};

use self::pack::Pack;
use crate::Kind;

/// What is looked for. Everything left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// All must occur, in any order: in a name, kana, address, code, department, or as a kind or prefecture.
    pub words: String,
    pub filter: Filter,
    /// The searcher's municipality (six digits): it and its prefecture come first among equals.
    pub near: Option<String>,
    pub offset: usize,
    /// At most this many (50 when 0).
    pub limit: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these; all when empty.
    pub kinds: Vec<Kind>,
    /// Six digits.
    pub municipality: Option<String>,
    /// Two digits.
    pub prefecture: Option<String>,
    /// A department's name or its code.
    pub department: Option<String>,
    /// Closed institutions too.
    pub closed: bool,
}

/// One institution found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub id: Id,
    pub kind: Option<Kind>,
    pub name: String,
    pub kana: String,
    pub short: String,
    pub address: String,
    /// Ten digits, or empty.
    pub code: String,
    /// 医療情報ネット ID, or empty.
    pub registry_id: String,
    pub prefecture: String,
    /// Six digits, or empty.
    pub municipality: String,
    /// The code itself where no name is known.
    pub municipality_name: String,
    pub active: bool,
}

/// A page of hits and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub total: usize,
    pub hits: Vec<Hit>,
}

/// All institutions, ready to be searched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Finder {
    now: Arc<RwLock<Now>>,
}

#[derive(Clone, Debug)]
struct Now {
    pack: Arc<Pack>,
    mark: DirectoryMark,
}

impl Finder {
    /// Reads everything.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let now = read(store).await?;
        Ok(Self {
            now: Arc::new(RwLock::new(now)),
        })
    }

    /// From rows, without a store.
    pub fn of(rows: Vec<InstitutionRow>, departments: &[DepartmentRow]) -> Self {
        let now = Now {
            pack: Arc::new(Pack::new(rows, departments)),
            mark: DirectoryMark::default(),
        };
        Self {
            now: Arc::new(RwLock::new(now)),
        }
    }

    /// Reads everything again, if anything changed since. Searches go on meanwhile. Returns whether it did.
    pub async fn refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let known = self.now().mark;
        if store.directory_mark().await? == known {
            return Ok(false);
        }
        let now = read(store).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(true)
    }

    pub fn len(&self) -> usize {
        self.now().pack.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes some milliseconds of one core at 100,000 institutions.
    pub fn search(&self, search: &Search) -> Found {
        scan::run(&self.now().pack, search)
    }

    pub fn by_id(&self, id: &Id) -> Option<Hit> {
        let pack = self.now().pack;
        pack.by_id(id.as_str()).map(|place| pack.hit(place))
    }

    /// By the ten-digit code.
    pub fn by_code(&self, code: &str) -> Option<Hit> {
        let pack = self.now().pack;
        pack.by_code(code).map(|place| pack.hit(place))
    }

    /// By the 医療情報ネット ID.
    pub fn by_registry_id(&self, id: &str) -> Option<Hit> {
        let pack = self.now().pack;
        pack.by_registry_id(id).map(|place| pack.hit(place))
    }

    /// The municipality's name, or its code where none is known.
    pub fn municipality_name(&self, code: &str) -> String {
        self.now().pack.municipality_name(code).to_owned()
    }

    /// Municipalities that have institutions, code and name, in the order of the codes.
    pub fn municipalities(&self) -> Vec<(String, String)> {
        let pack = self.now().pack;
        let pairs = pack
            .municipalities()
            .map(|(code, name)| (code.to_owned(), name.to_owned()));
        pairs.collect()
    }

    fn now(&self) -> Now {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn read(store: &Store) -> Result<Now, StoreError> {
    // The mark first: what changes in between is read again next time.
    let mark = store.directory_mark().await?;
    let rows = store.institutions().await?;
    let departments = store.departments().await?;
    let pack = tokio::task::spawn_blocking(move || Pack::new(rows, &departments)).await;
    let pack = pack.map_err(|error| StoreError::Driver(error.to_string()))?;
    Ok(Now {
        pack: Arc::new(pack),
        mark,
    })
}
