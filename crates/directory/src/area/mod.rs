//! 圏域: areas as overlapping, dated sets of municipalities.
//!
//! | file | holds |
//! |---|---|
//! | [`kind`], [`validity`] | kinds of area; from when to when |
//! | [`atlas`] | all areas, municipalities and populations as of one moment, in memory; pure |
//! | `population` | how many people live where, and how old they are; within which borders that is |
//! | [`tally`], [`figure`] | institutions and beds by municipality, and what maps show of them |
//! | [`merger`], `merger_check`, [`merger_undo`] | municipalities that become one; what can be wrong with it; taken back |
//! | [`tokyo`] | the areas and municipalities of Tokyo, which come with the program |

pub mod atlas;
pub mod figure;
pub mod kind;
pub mod merger;
mod merger_check;
pub mod merger_undo;
mod population;
pub mod tally;
pub mod tokyo;
pub mod validity;

use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;
use renkei_store::area::AreaMark;
use renkei_store::institution::DirectoryMark;
use renkei_store::{Store, StoreError};

pub use self::atlas::Atlas;
pub use self::figure::{Figure, Measure};
pub use self::kind::AreaKind;
pub use self::population::{Extent, Population};
use self::tally::Tally;
pub use self::validity::Validity;
use crate::boundary::Boundaries;
use crate::municipal_figure::MunicipalFigures;
use crate::municipality::Municipality;

/// An area under one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub kind: AreaKind,
    /// Text: `0101` is not 101.
    pub code: String,
    pub name: String,
    /// Hiragana, or empty.
    pub kana: String,
    pub validity: Validity,
}

/// That a municipality belongs to an area, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub kind: AreaKind,
    pub area: String,
    /// Six digits.
    pub municipality: String,
    pub validity: Validity,
}

/// All areas, ready to be asked. Cheap to clone; read again when something changed.
#[derive(Clone, Debug)]
pub struct Areas {
    now: Arc<RwLock<Now>>,
}

#[derive(Clone, Debug, Default)]
struct Now {
    atlas: Arc<Atlas>,
    boundaries: Arc<Boundaries>,
    tally: Arc<Tally>,
    mark: AreaMark,
    directory: DirectoryMark,
}

impl Areas {
    /// Reads everything.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let areas = Self {
            now: Arc::default(),
        };
        let now = Now::read(store).await?;
        areas.set(Now::count(now, store).await?);
        Ok(areas)
    }

    /// From rows, without a store.
    pub fn of(atlas: Atlas) -> Self {
        let now = Now {
            atlas: Arc::new(atlas),
            ..Now::default()
        };
        Self {
            now: Arc::new(RwLock::new(now)),
        }
    }

    /// Reads again what changed since. Returns whether anything did.
    pub async fn refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let known = self.now();
        let areas = store.area_mark().await? != known.mark;
        let directory = store.directory_mark().await? != known.directory;
        let mut now = known;
        if areas {
            let read = Now::read(store).await?;
            now = Now {
                tally: now.tally,
                directory: now.directory,
                ..read
            };
        }
        if directory {
            now = Now::count(now, store).await?;
        }
        if areas || directory {
            self.set(now);
        }
        Ok(areas || directory)
    }

    fn now(&self) -> Now {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.clone()
    }

    fn set(&self, now: Now) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The outlines of municipalities.
    pub fn boundaries(&self) -> Arc<Boundaries> {
        self.now().boundaries
    }

    /// Institutions and beds by municipality.
    pub fn tally(&self) -> Arc<Tally> {
        self.now().tally
    }

    /// All of it as of this moment: for several questions that must fit together.
    pub fn atlas(&self) -> Arc<Atlas> {
        self.now().atlas
    }

    /// The areas of a kind at a date, by code.
    pub fn of_kind(&self, kind: AreaKind, date: Date) -> Vec<Area> {
        self.atlas().of_kind(kind, date).cloned().collect()
    }

    /// The area with this code at a date.
    pub fn area(&self, kind: AreaKind, code: &str, date: Date) -> Option<Area> {
        self.atlas().area(kind, code, date).cloned()
    }

    /// The municipalities of an area at a date, by code.
    pub fn members(&self, kind: AreaKind, code: &str, date: Date) -> Vec<Municipality> {
        let atlas = self.atlas();
        let members = atlas.members(kind, code, date);
        members.into_iter().cloned().collect()
    }

    /// The area that a municipality belongs to at a date; the first by code where the kind divides municipalities.
    /// A municipality that was merged before that date is asked as its successor.
    pub fn of_municipality(&self, kind: AreaKind, municipality: &str, date: Date) -> Option<Area> {
        let atlas = self.atlas();
        let area = atlas.of_municipality(kind, municipality, date).next();
        area.cloned()
    }

    /// The codes under which institutions of an area may be kept at a date: its municipalities, and those that became part
    /// of one of them.
    pub fn grounds(&self, kind: AreaKind, code: &str, date: Date) -> Vec<String> {
        let atlas = self.atlas();
        let members = atlas.members(kind, code, date);
        let all = members
            .iter()
            .flat_map(|one| atlas.grounds(&one.code, date));
        all.map(str::to_owned).collect()
    }

    /// A municipality by its six digits, of whatever time.
    pub fn municipality(&self, code: &str) -> Option<Municipality> {
        self.atlas().municipality(code).cloned()
    }
}

impl Now {
    /// Everything but what is counted.
    async fn read(store: &Store) -> Result<Self, StoreError> {
        // The mark first: what changes in between is read again next time.
        let mark = store.area_mark().await?;
        let atlas = Atlas::new(
            store.municipalities().await?,
            store.areas().await?,
            store.area_members().await?,
            store.populations().await?,
        );
        let atlas = atlas.with_figures(MunicipalFigures::load(store).await?);
        Ok(Self {
            atlas: Arc::new(atlas),
            boundaries: Arc::new(Boundaries::new(store.boundaries().await?)),
            mark,
            ..Self::default()
        })
    }

    /// The same with what is counted now.
    async fn count(now: Self, store: &Store) -> Result<Self, StoreError> {
        let directory = store.directory_mark().await?;
        let tally = Tally::new(store.tally().await?, &store.placed_beds().await?);
        Ok(Self {
            tally: Arc::new(tally),
            directory,
            ..now
        })
    }
}
