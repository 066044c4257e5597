//! `renkei backup`

use std::path::Path;

use renkei_store::backup::Copied;

use crate::cli::Place;
use crate::error::CommandError;
use crate::say;
use crate::wiring::Program;

pub(crate) async fn run(file: &Path, place: &Place) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let copied = program.store.backup(&program.ctx(), file).await;
    program.store.close().await?;
    say::line(&json(&copied?));
    Ok(())
}

/// One line for machines.
pub(super) fn json(copied: &Copied) -> String {
    let Copied {
        made,
        files,
        bytes,
        sha256,
    } = copied;
    let made = made.to_fhir();
    format!(r#"{{"made":"{made}","files":{files},"bytes":{bytes},"sha256":"{sha256}"}}"#)
}
