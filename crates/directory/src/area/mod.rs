//! 圏域: areas as overlapping, dated sets of municipalities.
//!
//! | file | holds |
//! |---|---|
//! | [`kind`], [`validity`] | kinds of area; from when to when |
//! | [`atlas`] | all areas, municipalities and populations as of one moment, in memory; pure |
//! | [`merge`] | municipalities that become one, with their successors |
//! | [`tokyo`] | the areas and municipalities of Tokyo, which come with the program |

pub mod atlas;
pub mod kind;
pub mod merge;
pub mod tokyo;
pub mod validity;

use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;
use renkei_store::area::AreaMark;
use renkei_store::{Store, StoreError};

pub use self::atlas::{Atlas, Population};
pub use self::kind::AreaKind;
pub use self::validity::Validity;
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

#[derive(Clone, Debug)]
struct Now {
    atlas: Arc<Atlas>,
    mark: AreaMark,
}

impl Areas {
    /// Reads everything.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let now = read(store).await?;
        Ok(Self {
            now: Arc::new(RwLock::new(now)),
        })
    }

    /// From rows, without a store.
    pub fn of(atlas: Atlas) -> Self {
        let now = Now {
            atlas: Arc::new(atlas),
            mark: AreaMark::default(),
        };
        Self {
            now: Arc::new(RwLock::new(now)),
        }
    }

    /// Reads everything again, if anything changed since. Returns whether it did.
    pub async fn refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let known = self.now.read().unwrap_or_else(PoisonError::into_inner).mark;
        if store.area_mark().await? == known {
            return Ok(false);
        }
        let now = read(store).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(true)
    }

    /// All of it as of this moment: for several questions that must fit together.
    pub fn atlas(&self) -> Arc<Atlas> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&now.atlas)
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

    /// A municipality by its six digits, of whatever time.
    pub fn municipality(&self, code: &str) -> Option<Municipality> {
        self.atlas().municipality(code).cloned()
    }
}

async fn read(store: &Store) -> Result<Now, StoreError> {
    // The mark first: what changes in between is read again next time.
    let mark = store.area_mark().await?;
    let atlas = Atlas::new(
        store.municipalities().await?,
        store.areas().await?,
        store.area_members().await?,
        store.populations().await?,
    );
    Ok(Now {
        atlas: Arc::new(atlas),
        mark,
    })
}
