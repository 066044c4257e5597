//! How much of everything: in full, and in quick.

use std::path::PathBuf;

use clap::ValueEnum;

/// One part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    Durable,
    Postgres,
    Pages,
    Region,
    Import,
    Map,
    Survey,
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    /// Of one step of one round.
    pub(crate) seconds: f64,
    /// Patients whose compartments are written to.
    pub(crate) patients: usize,
    /// Resources that are there before, and are read.
    pub(crate) there: usize,
    /// Of the large region.
    pub(crate) referrals: usize,
    pub(crate) open: usize,
    pub(crate) institutions: usize,
    /// People of the hospital who are signed in.
    pub(crate) people: usize,
    /// Other load of the machine, in percent of all cores, above which a round is done again.
    pub(crate) noise: f64,
    /// Where the data goes, if it shall stay.
    pub(crate) keep: Option<PathBuf>,
}

/// Clients at the same time.
pub(crate) const MANY: usize = 64;
pub(crate) const FEW: usize = 8;

impl Plan {
    pub(crate) fn new(
        quick: bool,
        rounds: Option<usize>,
        seconds: Option<f64>,
        keep: Option<PathBuf>,
    ) -> Self {
        let full = Self {
            quick,
            rounds: rounds.unwrap_or(5),
            seconds: seconds.unwrap_or(3.0),
            patients: 2_000,
            there: 60_000,
            referrals: 100_000,
            open: 500,
            institutions: 100_000,
            people: 50,
            noise: 10.0,
            keep,
        };
        if !quick {
            return full;
        }
        Self {
            rounds: rounds.unwrap_or(1),
            seconds: seconds.unwrap_or(0.5),
            patients: 100,
            there: 500,
            referrals: 1_000,
            open: 50,
            institutions: 1_000,
            people: 10,
            noise: 1000.0,
            ..full
        }
    }
}
