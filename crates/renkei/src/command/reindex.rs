//! `renkei reindex`

use crate::cli::Place;
use crate::error::CommandError;
use crate::say::{self, Progress};
use crate::wiring::Program;

pub(crate) async fn run(place: &Place) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let mut progress = Progress::new();
    let done = program
        .store
        .reindex(&program.ctx(), |done| progress.at(done, 0))
        .await;
    progress.end();
    program.store.close().await?;
    say::line(&format!(r#"{{"resources":{}}}"#, done?));
    Ok(())
}
