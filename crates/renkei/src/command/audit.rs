//! `renkei audit verify`

use renkei_store::{Problem, Verdict};

use crate::cli::Place;
use crate::error::CommandError;
use crate::say::{self, Progress};
use crate::wiring::Program;

pub(crate) async fn verify(place: &Place) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let verified = verified(&program).await;
    program.store.close().await?;
    verified
}

/// Looks at the whole audit and says what was found; an error when it is not as it was written.
pub(super) async fn verified(program: &Program) -> Result<(), CommandError> {
    let mut progress = Progress::new();
    let verdict = program
        .store
        .verify_audit(|rows| progress.at(rows, 0))
        .await;
    progress.end();
    told(&verdict?)
}

fn told(verdict: &Verdict) -> Result<(), CommandError> {
    for (chain, rows) in &verdict.rows {
        say::line(&format!("{chain}: {rows} rows"));
    }
    say::line(&format!("heads: {}", verdict.heads));
    for problem in &verdict.problems {
        say::line(&words(problem));
    }
    if verdict.sound() {
        say::line("sound: every row is as it was written");
        return Ok(());
    }
    let count = verdict.problems.len();
    Err(CommandError::said(format!(
        "the audit is not as it was written: {count} problems"
    )))
}

fn words(problem: &Problem) -> String {
    match problem {
        Problem::Changed { chain, seq } => {
            format!("{chain}: row {seq} was changed or stands in another's place")
        }
        Problem::Missing { chain, from, to } => format!("{chain}: rows {from} to {to} are gone"),
        Problem::Head { chain, seq } => {
            format!("{chain}: cut off or written anew at row {seq}, which a head tells of")
        }
        Problem::HeadsFile { line: 0 } => "the file of heads is gone".to_owned(),
        Problem::HeadsFile { line } => format!("the file of heads: line {line} is no head"),
    }
}
