//! Everything of the store that search looks at.

use renkei_store::beds::BedSet;
use renkei_store::function::InstitutionFunction;
use renkei_store::institution::{DepartmentRow, InstitutionRow};
use renkei_store::opening::OpeningSet;
use renkei_store::position::Position;
use renkei_store::slot::FirstFree;
use renkei_store::tag::InstitutionTag;
use renkei_store::{Store, StoreError};

use crate::function::{self, Function};
use crate::tag::{self, Tag};

/// Rows of the tables of the directory.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub institutions: Vec<InstitutionRow>,
    pub departments: Vec<DepartmentRow>,
    /// Those that are offered and those that are retired.
    pub tags: Vec<Tag>,
    pub carried: Vec<InstitutionTag>,
    pub functions: Vec<Function>,
    pub held: Vec<InstitutionFunction>,
    /// By institution.
    pub openings: Vec<OpeningSet>,
    pub positions: Vec<Position>,
    pub beds: Vec<BedSet>,
    /// Only for a finder without a store: one with it reads these more often than the rest.
    pub first_free: Vec<FirstFree>,
}

impl Source {
    /// Tags and functions: what is not read some rows at a time.
    pub(super) async fn few(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            tags: tag::all(store).await?,
            carried: store.institution_tags().await?,
            functions: function::all(store).await?,
            held: store.institution_functions().await?,
            ..Self::default()
        })
    }
}
