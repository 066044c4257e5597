//! The subcommands.

mod audit;
mod backup;
mod client;
mod demo;
mod import;
mod reindex;
mod restore;
mod sample_client;
mod serve;
mod token;

use crate::cli::{Audit, Command};
use crate::error::CommandError;

pub(crate) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Demo { place, listen } => Box::pin(demo::run(&place, listen)).await,
        Command::Serve { place, listen } => Box::pin(serve::run(&place, listen)).await,
        Command::Import { kind } => Box::pin(import::run(kind)).await,
        Command::Client { what } => Box::pin(client::run(what)).await,
        Command::Token { client, place } => Box::pin(token::run(&place, &client)).await,
        Command::Audit {
            what: Audit::Verify { place },
        } => Box::pin(audit::verify(&place)).await,
        Command::Backup { file, place } => Box::pin(backup::run(&file, &place)).await,
        Command::Restore { file, place } => Box::pin(restore::run(&file, &place)).await,
        Command::Reindex { place } => Box::pin(reindex::run(&place)).await,
    }
}
