//! Search over all institutions, in memory: one packed text, scanned from end to end.
//!
//! | file | holds |
//! |---|---|
//! | `source`, `load` | the rows that it is made of; how they are read |
//! | `pack`, `packer`, `shown` | the packed text and what stands beside it; how it is made; what is shown of each |
//! | `free` | first free slots, read more often than the rest |
//! | `facts`, `hours`, `place`, `bits` | tags, functions, beds; hours; points and distances; sets of institutions |
//! | `meaning` | everyday words for troubles and diseases, and what else words mean |
//! | `query` | typed words as keys, and which kinds and prefectures they mean |
//! | `sentence` | whole sentences, of which the known words are taken |
//! | `gate`, `scan` | what may pass; candidates, ranks, the page asked for |

mod bits;
mod facts;
mod free;
mod gate;
mod hours;
mod load;
mod meaning;
mod pack;
mod packer;
mod place;
mod query;
mod scan;
mod sentence;
mod shown;
mod source;

use std::sync::{Arc, PoisonError, RwLock};

use renkei_base::{Id, Micros, limits};
use renkei_store::institution::{DepartmentRow, DirectoryMark, InstitutionRow};
use renkei_store::slot::SlotMark;
use renkei_store::{Store, StoreError};

pub use self::facts::Beds;
use self::free::Free;
pub use self::hours::Open;
pub use self::meaning::Trouble;
use self::pack::Pack;
pub use self::place::Point;
pub use self::sentence::{Said, speaks_of_dying};
pub use self::source::Source;
use crate::Kind;

/// What is looked for. Everything left out matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// All must occur, in any order: in a name, kana, address, code, department, or as a kind or prefecture; or as what
    /// they mean: a tag, a function, a department of a list, an everyday word for a trouble or a disease.
    pub words: String,
    /// Words that find nothing as they stand are read as a sentence: for pages that tell how it was read.
    pub sentence: bool,
    pub filter: Filter,
    /// The searcher's municipality (six digits): it and its prefecture come first, exact names apart.
    pub near: Option<String>,
    /// Municipalities (six digits) that come next after that one: those of its area.
    pub around: Vec<String>,
    /// From where distances are told; the nearest come first, exact names apart.
    pub from: Option<Point>,
    pub offset: usize,
    /// At most this many (50 when 0).
    pub limit: usize,
    /// Those with the earliest free slot first, whatever fits how well; those without any last.
    pub by_free: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these; all when empty.
    pub kinds: Vec<Kind>,
    /// Six digits.
    pub municipality: Option<String>,
    /// Any of these, as those of an area. `None` is all.
    pub municipalities: Option<Vec<String>>,
    /// Two digits.
    pub prefecture: Option<String>,
    /// A department's name or its code.
    pub department: Option<String>,
    /// Codes; all of them.
    pub tags: Vec<String>,
    /// Codes of everyday troubles; all of them.
    pub troubles: Vec<String>,
    /// Codes of functions of the medical plan; all of them.
    pub functions: Vec<String>,
    pub beds: Option<Beds>,
    pub open: Option<Open>,
    /// A free slot here until then; of the department asked for, where one is.
    pub free_until: Option<Micros>,
    /// Metres from [`Search::from`].
    pub within: Option<u32>,
    /// Closed institutions too.
    pub closed: bool,
}

/// One institution found.
#[derive(Clone, Debug, PartialEq)]
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
    /// Where it lies, if it says so.
    pub point: Option<Point>,
    /// In metres from [`Search::from`].
    pub distance: Option<u32>,
    /// 合計病床数, if stated.
    pub beds: Option<u32>,
    /// Codes.
    pub tags: Vec<String>,
    /// The first slot here that can be booked; of the department asked for, where one is.
    pub first_free: Option<Micros>,
}

/// A page of hits and the number of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub total: usize,
    /// How many of each kind.
    pub kinds: Vec<(Kind, usize)>,
    pub hits: Vec<Hit>,
    /// What a sentence was taken for; empty where the words were found as they stand.
    pub said: Vec<Said>,
}

/// How many of what was found lie in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceCount {
    /// Two digits, or empty.
    pub prefecture: String,
    /// Six digits, or empty.
    pub municipality: String,
    pub count: usize,
}

/// What a map shows of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub id: Id,
    pub name: String,
    /// Six digits, or empty.
    pub municipality: String,
    pub point: Point,
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
    free: Arc<Free>,
    free_mark: SlotMark,
}

impl Now {
    fn of(pack: Pack) -> Self {
        Self {
            pack: Arc::new(pack),
            mark: DirectoryMark::default(),
            free: Arc::new(Free::default()),
            free_mark: SlotMark::default(),
        }
    }
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
        Self::of_source(Source {
            institutions: rows,
            departments: departments.to_vec(),
            ..Source::default()
        })
    }

    /// From rows of all tables, without a store.
    pub fn of_source(mut source: Source) -> Self {
        let free = std::mem::take(&mut source.first_free);
        let mut now = Now::of(Pack::new(source));
        now.free = Arc::new(Free::new(&now.pack, &free));
        Self {
            now: Arc::new(RwLock::new(now)),
        }
    }

    /// Reads everything again, if anything changed since. Searches go on meanwhile. Returns whether it did. First free slots,
    /// which change all the time, are read on their own.
    pub async fn refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let known = self.now();
        if store.directory_mark().await? == known.mark {
            if store.slot_mark().await? != known.free_mark {
                let (free, free_mark) = read_free(store, &known.pack).await?;
                let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
                // Somebody else may have read everything meanwhile.
                if Arc::ptr_eq(&now.pack, &known.pack) {
                    (now.free, now.free_mark) = (free, free_mark);
                }
            }
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
        let now = self.now();
        scan::run((&now.pack, &now.free), search, limits::PAGE_ROWS_MAX)
    }

    /// As [`Self::search`], for files: up to as many as the search's limit says, however many these are.
    pub fn search_all(&self, search: &Search) -> Found {
        let now = self.now();
        scan::run((&now.pack, &now.free), search, usize::MAX)
    }

    /// As [`Self::search`], and where all of them are, if these are at most so many: in the order of the codes. For lists
    /// with a map beside them.
    pub fn search_counted(&self, search: &Search, most: usize) -> (Found, Vec<PlaceCount>) {
        let now = self.now();
        scan::run_counted((&now.pack, &now.free), search, limits::PAGE_ROWS_MAX, most)
    }

    /// Those that are found and say where they lie, the best first: for maps, which need to know less of each.
    pub fn spots(&self, search: &Search) -> Vec<Spot> {
        let now = self.now();
        scan::spots((&now.pack, &now.free), search)
    }

    /// How many are found in each place, in the order of the codes: for maps, which need not know who.
    pub fn count(&self, search: &Search) -> Vec<PlaceCount> {
        let now = self.now();
        scan::count((&now.pack, &now.free), search)
    }

    pub fn by_id(&self, id: &Id) -> Option<Hit> {
        let now = self.now();
        let place = now.pack.by_id(id.as_str())?;
        let mut hit = now.pack.hit(place);
        hit.first_free = u32::try_from(place)
            .ok()
            .and_then(|place| now.free.first(place, None));
        Some(hit)
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

    /// Open institutions of each kind, in the order of the kinds; those that there are.
    pub fn kinds(&self) -> Vec<(Kind, usize)> {
        self.now().pack.kinds.clone()
    }

    /// Codes of tags that open institutions carry, with how many do.
    pub fn tags(&self) -> Vec<(String, usize)> {
        self.now().pack.facts.tag_counts.clone()
    }

    /// Codes of functions that some institution has.
    pub fn functions(&self) -> Vec<String> {
        self.now().pack.facts.function_codes()
    }

    /// How many open institutions each municipality has: code, name, number.
    pub fn municipality_counts(&self) -> Vec<(String, String, usize)> {
        self.now().pack.municipality_counts()
    }

    /// Everyday troubles for which there is somebody, with how many.
    pub fn troubles(&self) -> Vec<(Trouble, usize)> {
        self.now().pack.facts.troubles.clone()
    }

    /// Whether any hours are known.
    pub fn has_hours(&self) -> bool {
        self.now().pack.facts.hours.known().count() > 0
    }

    /// Whether anybody has a free slot here.
    pub fn has_free(&self) -> bool {
        !self.now().free.is_empty()
    }

    /// The middle of a municipality's institutions.
    pub fn middle(&self, municipality: &str) -> Option<Point> {
        self.now().pack.middle(municipality)
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
    let pack = load::pack(store).await?;
    let (free, free_mark) = read_free(store, &pack).await?;
    Ok(Now {
        mark,
        free,
        free_mark,
        ..Now::of(pack)
    })
}

async fn read_free(store: &Store, pack: &Pack) -> Result<(Arc<Free>, SlotMark), StoreError> {
    let mark = store.slot_mark().await?;
    let slots = store.first_free().await?;
    Ok((Arc::new(Free::new(pack, &slots)), mark))
}
