//! The subcommands.

mod audit;
mod demo;
mod import;
mod reindex;
mod serve;

use crate::cli::{Audit, Command};
use crate::error::CommandError;

pub(crate) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Demo { place, listen } => Box::pin(demo::run(&place, listen)).await,
        Command::Serve { place, listen } => Box::pin(serve::run(&place, listen)).await,
        Command::Import { kind } => Box::pin(import::run(kind)).await,
        Command::Audit {
            what: Audit::Verify { place },
        } => Box::pin(audit::verify(&place)).await,
        Command::Reindex { place } => Box::pin(reindex::run(&place)).await,
    }
}
