//! The binary: configuration, wiring, subcommands.
//!
//! | file | holds |
//! |---|---|
//! | `cli`, `config` | what is said on the command line, and in the file |
//! | `machine` | the time and the ids of this machine |
//! | `wiring` | the parts put together |
//! | `server` | listening, TLS, what is done beside answering, ending in order |
//! | `connection` | how many connections at once, and an end for silent ones |
//! | `subscription`, `courier` | the job that tells programs of changes, and HTTP to them |
//! | `command/` | one file for each subcommand |
//! | `error`, `say` | what people at the terminal are told |

mod cli;
mod command;
mod config;
mod connection;
mod courier;
mod error;
mod machine;
mod mail;
mod opendata;
mod say;
mod server;
mod subscription;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::error::CommandError;

/// Gives memory back that a burst of pages needed for a moment, and is quicker with the many small pieces of JSON.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    wiring::log(cli.verbose);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::aside(&format!("renkei: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: cli::Command) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(command::run(command))
}
