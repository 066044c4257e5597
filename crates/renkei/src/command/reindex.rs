//! `renkei reindex`: the search index from the bodies, and what is counted of surveys that are not published from the answers.

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
    let marks = match &done {
        Ok(_) => renkei_gov::sheet::remark(&program.store, &program.ctx()).await,
        Err(_) => Ok(0),
    };
    program.store.close().await?;
    let (done, marks) = (done?, marks?);
    say::line(&format!(r#"{{"resources":{done},"marks":{marks}}}"#));
    Ok(())
}
