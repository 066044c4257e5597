//! Measures speed and size of the whole program, side by side with what the bare database does on the same machine in
//! the same minutes. `bench/run` builds and starts it; what it found is in `bench/RESULTS.md`.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | how much of everything, in full and in quick |
//! | `machine`, `load`, `http`, `browser`, `child` | clock and counters of the machine, clients, a small HTTP client, somebody signed in, processes |
//! | `stat`, `steps`, `report` | percentiles and ratios; what rounds gave; tables and targets as Markdown |
//! | `shape` | the resource that is written and read, and the rows that it becomes |
//! | `bare`, `bare_postgres` | the floor: the same rows, by the driver alone |
//! | `door` | a server with a thin FHIR door over the store: session, policy, filter, audit |
//! | `durable`, `postgres` | writes and reads through that door, next to the floor |
//! | `pages`, `weight` | real pages of `renkei demo`: start, writes, reads, bytes over the wire |
//! | `region` | a folder with 100,000 referrals and 100,000 institutions: start, memory |
//! | `import` | imports, next to the bare rate of the rows that they leave |
//! | `map` | the map of Tokyo and an area's page |
//! | `survey` | a survey of all municipalities: counting, handing in, pages and files, ten years of them |
//! | `work_list`, `search` | the two pages that such a region must not slow down |
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measures"
)]

mod bare;
mod bare_postgres;
mod browser;
mod child;
mod counts;
mod door;
mod durable;
mod http;
mod import;
mod load;
mod machine;
mod map;
mod pages;
mod person;
mod plan;
mod postgres;
mod region;
mod report;
mod search;
mod shape;
mod stat;
mod steps;
mod survey;
mod weight;
mod work_list;

use clap::{Parser, Subcommand};

use crate::plan::{Only, Plan};
use crate::report::Report;

/// As in the binary: the door is measured as the binary's doors would be.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What goes wrong ends the run.
type Failed = Box<dyn std::error::Error + Send + Sync>;
type Done<T> = Result<T, Failed>;

#[derive(Debug, Parser)]
#[command(name = "renkei-bench", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures everything and writes the results.
    All {
        /// A few seconds of each, to see that it works. Writes no results.
        #[arg(long)]
        quick: bool,
        /// Rounds of each comparison.
        #[arg(long)]
        rounds: Option<usize>,
        /// Seconds of each step.
        #[arg(long)]
        seconds: Option<f64>,
        /// Only one part.
        #[arg(long, value_enum)]
        only: Vec<Only>,
        /// Where the results go.
        #[arg(long, default_value = "bench/RESULTS.md")]
        results: std::path::PathBuf,
        /// A folder for the data of the run (default: a new one that goes away).
        #[arg(long)]
        keep: Option<std::path::PathBuf>,
    },
    /// Serves the thin door until its standard input ends. Started by `all`.
    Door(door::Settings),
    /// Imports a file into a new folder. Started by `all`.
    Import(import::Settings),
}

fn main() -> Done<()> {
    match Cli::parse().command {
        Command::Door(settings) => door::run(&settings),
        Command::Import(settings) => import::child(&settings),
        Command::All {
            quick,
            rounds,
            seconds,
            only,
            results,
            keep,
        } => {
            let plan = Plan::new(quick, rounds, seconds, keep);
            let mut report = Report::new(&plan)?;
            let wanted = |part: Only| only.is_empty() || only.contains(&part);
            if wanted(Only::Durable) {
                durable::run(&plan, &mut report)?;
            }
            if wanted(Only::Postgres) {
                postgres::run(&plan, &mut report)?;
            }
            if wanted(Only::Pages) {
                pages::run(&plan, &mut report)?;
            }
            if wanted(Only::Region) {
                region::run(&plan, &mut report)?;
            }
            if wanted(Only::Import) {
                import::run(&plan, &mut report)?;
            }
            if wanted(Only::Map) {
                map::run(&plan, &mut report)?;
            }
            if wanted(Only::Survey) {
                survey::run(&plan, &mut report)?;
            }
            report.finish(!quick && only.is_empty(), &results)
        }
    }
}
