//! Sent letters and released replies go out as documents: a job beside the pages, right after sending, and once more at start
//! for what was missed.

use std::time::Duration;

use renkei_base::{Ctx, Id};
use renkei_care::document::{self, Paper};
use renkei_report as report;
use renkei_store::Failure;
use tokio::sync::broadcast::error::RecvError;

use super::document::{letter_of, reply_of};
use crate::state::App;

/// Versions of the feed looked at in one go.
const AT_ONCE: u32 = 2_000;
/// Other processes are not heard, so it looks again by itself.
const LOOK: Duration = Duration::from_secs(10);
/// Many changes are looked at together.
const GATHER: Duration = Duration::from_millis(500);
/// After each document somebody else may have the processor.
const BREATH: Duration = Duration::from_millis(50);
/// Documents in one go after which there is no hurry any more: they were missed, and people who work now come first.
const MISSED: usize = 20;
const LONG_BREATH: Duration = Duration::from_millis(250);
/// Looks without a document after which the place is kept all the same.
const LOOKS: u32 = 100;

/// Issues documents for as long as the program runs.
pub async fn issuing(app: App) {
    let mut changed = app.store.watch();
    let mut place = None;
    let mut looks = 0;
    loop {
        looks += 1;
        match issue_due(&app, &mut place, looks >= LOOKS).await {
            Ok(0) if looks < LOOKS => {}
            Ok(_) => looks = 0,
            Err(error) => tracing::warn!(%error, "documents could not be issued, tried again"),
        }
        let heard = tokio::time::timeout(LOOK, changed.recv()).await;
        if matches!(heard, Ok(Err(RecvError::Closed))) {
            return;
        }
        tokio::time::sleep(GATHER).await;
    }
}

/// Issues what is due now, from `place` in the feed on (the place that was kept, where there is none); returns how many
/// documents were made. The place is kept with documents, or when `keep` says so.
///
/// # Errors
/// Those of the store; what was made before stays.
pub async fn issue_due(
    app: &App,
    place: &mut Option<String>,
    keep: bool,
) -> Result<usize, Failure> {
    let ctx = || Ctx::program(app.clock.now(), app.ids.clone());
    let mut from = match place.take() {
        Some(place) => place,
        None => document::place(&app.care).await?,
    };
    let mut made = 0;
    loop {
        let (cases, next) = document::due(&app.care, &from, AT_ONCE).await?;
        if next == from {
            break;
        }
        let before = made;
        for case in cases {
            made += one(app, &ctx(), &case, made).await?;
        }
        from = next;
        // Who missed many and is stopped among them does not begin anew.
        if made > before {
            document::keep_place(&app.care, &ctx(), &from).await?;
        }
    }
    if made == 0 && keep {
        document::keep_place(&app.care, &ctx(), &from).await?;
    }
    *place = Some(from);
    Ok(made)
}

async fn one(app: &App, ctx: &Ctx, case: &Id, made: usize) -> Result<usize, Failure> {
    let issued = document::issue(&app.care, ctx, case, |paper| print(app.clone(), paper)).await?;
    if issued.without_number > 0 {
        tracing::debug!(%case, "no document: the sender has no institution number");
    }
    if !issued.made.is_empty() {
        let missed = made >= MISSED;
        tokio::time::sleep(if missed { LONG_BREATH } else { BREATH }).await;
    }
    Ok(issued.made.len())
}

/// The paper as PDF, on a thread of its own.
async fn print(app: App, paper: Paper) -> Option<Vec<u8>> {
    let printed = match paper {
        Paper::Letter(data) => {
            let letter = letter_of(&app, *data);
            tokio::task::spawn_blocking(move || report::letter(&letter)).await
        }
        Paper::Reply(data) => {
            let reply = reply_of(&app, *data);
            tokio::task::spawn_blocking(move || report::reply(&reply)).await
        }
    };
    match printed {
        Ok(Ok(bytes)) => Some(bytes),
        Ok(Err(error)) => {
            tracing::error!(%error, "a document goes out without its PDF");
            None
        }
        Err(error) => {
            tracing::error!(%error, "a document goes out without its PDF");
            None
        }
    }
}
