//! The sample region: an invented city, made by the same use cases that people use. Everything in it is marked 見本.
//!
//! | file | holds |
//! |---|---|
//! | `data/` | all its texts: institutions, people, patients, letters, replies, and how far each referral has come |
//! | [`data`] | those files, read and checked |
//! | [`id`], [`moment`] | ids from a seed; times before now, in working hours |
//! | [`client`] | three machine clients, whose keys are made where the region is |
//! | `region` | what is shared while the region is being made |
//! | `profile` | what stands on institutions' pages, a round of confirmation, enquiries at desks |
//! | `guide` | guides, tools of others, a release of the open data |
//! | `survey` | municipal offices, a survey that is published, one that asks now |
//! | `institution`, `person`, `patient`, `booking`, `referral` | one noun each, in the order in which they are made |
//!
//! The same seed and the same time give the same region, to the byte.

mod booking;
pub mod client;
pub mod data;
mod guide;
mod id;
mod institution;
mod moment;
mod patient;
mod person;
mod profile;
mod referral;
mod region;
mod survey;

use std::collections::BTreeMap;

use renkei_access::{Access, DemoMode};
use renkei_base::{Id, Micros, Refusal};
use renkei_care::Care;
use renkei_store::{Changes, Failure, Store, StoreError};

use crate::data::Data;
use crate::region::Region;

/// The setting that says that the region was made to its end, and when.
const MADE: &str = "sample.made";
/// The seed of the region that `renkei demo` makes.
pub const SEED: u64 = 2026;

/// Why the sample region could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A file of `data/` that cannot be understood.
    #[error("sample data: {0}")]
    Data(String),
    /// A use case said no to one of its rows.
    #[error("sample {what}: {failure}")]
    Refused { what: String, failure: Failure },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was begun before and cut off.
    #[error("the sample region was begun and not finished")]
    Half,
    #[error("a task of the sample region ended early")]
    Task,
}

impl SampleError {
    pub(crate) fn at(what: &str) -> impl FnOnce(Failure) -> Self {
        let what = what.to_owned();
        move |failure| Self::Refused { what, failure }
    }

    pub(crate) fn data(text: impl Into<String>) -> Self {
        Self::Data(text.into())
    }
}

impl From<(&str, Refusal)> for SampleError {
    fn from((what, refusal): (&str, Refusal)) -> Self {
        Self::Refused {
            what: what.to_owned(),
            failure: refusal.into(),
        }
    }
}

/// Whether a store holds the sample region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Empty,
    /// Begun and cut off, or not a sample region at all.
    Half,
    Made,
}

/// Ids of what was made, by the keys of the data files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub institutions: BTreeMap<String, Id>,
    /// By login.
    pub people: BTreeMap<String, Id>,
    /// By `institution/department`.
    pub departments: BTreeMap<String, Id>,
    pub patients: BTreeMap<String, Id>,
    /// Referrals.
    pub cases: BTreeMap<String, Id>,
}

/// What is in a store.
pub async fn state(store: &Store) -> Result<State, StoreError> {
    if store.setting(MADE).await?.is_some() {
        return Ok(State::Made);
    }
    let begun =
        !store.institutions().await?.is_empty() || !store.first_accounts(1).await?.is_empty();
    Ok(if begun { State::Half } else { State::Empty })
}

/// Makes the region in an empty store, as if its people had worked until `now`.
///
/// # Errors
/// [`SampleError::Half`] where the store is not empty.
pub async fn make(
    access: &Access,
    care: &Care,
    mode: &DemoMode,
    seed: u64,
    now: Micros,
) -> Result<Made, SampleError> {
    if state(&care.store).await? != State::Empty {
        return Err(SampleError::Half);
    }
    let mut region = Region::new(Data::read()?, care.clone(), seed, now);
    let ctx = region.program("areas", now);
    let tokyo = renkei_directory::area::tokyo::load(&region.care.store, &ctx).await;
    tokyo.map_err(SampleError::at("areas"))?;
    institution::make(&mut region).await?;
    survey::office::make(&mut region).await?;
    person::make(&mut region, access, mode).await?;
    institution::make_departments(&mut region).await?;
    profile::make(&mut region).await?;
    guide::make(&mut region).await?;
    booking::open(&mut region).await?;
    patient::make(&mut region).await?;
    referral::make(&mut region).await?;
    survey::make(&region).await?;
    let mut changes = Changes::default();
    changes.set(MADE, &now.to_fhir());
    region
        .care
        .store
        .commit(&region.program("made", now), changes)
        .await?;
    Ok(region.made)
}
