//! `renkei token`: a short-lived token for trying the interfaces.

use renkei_base::Refusal;
use renkei_store::Failure;

use crate::cli::Place;
use crate::command::client::unknown;
use crate::error::CommandError;
use crate::say;
use crate::wiring::Program;

pub(crate) async fn run(place: &Place, name: &str) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let granted = program.access.trial_token(&program.ctx(), name).await;
    program.store.close().await?;
    let granted = granted.map_err(|failure| match failure {
        Failure::Refused(Refusal::NotFound) => unknown(name),
        other => other.into(),
    })?;
    say::aside(&format!("good for five minutes: {}", granted.scopes));
    say::line(granted.token.reveal());
    Ok(())
}
