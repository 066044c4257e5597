//! `renkei restore`

use std::path::Path;

use renkei_store::backup;

use super::{audit, backup::json};
use crate::cli::Place;
use crate::config::Config;
use crate::error::CommandError;
use crate::say;
use crate::wiring::{self, Program};

pub(crate) async fn run(file: &Path, place: &Place) -> Result<(), CommandError> {
    let config = Config::load(place)?;
    let folder = config.folder(place, wiring::FOLDER);
    wiring::private_folder(&folder)?;
    let to = wiring::data(&config, &folder);
    let copied = backup::restore(&to, file).await?;
    say::aside("every file is the one that the archive tells of; now its audit");
    let program = Program::open(config, folder).await?;
    let verified = audit::verified(&program).await;
    program.store.close().await?;
    verified?;
    say::line(&json(&copied));
    Ok(())
}
