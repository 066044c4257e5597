//! `renkei import …`

use std::path::Path;

use renkei_base::{Fault, Lang, Refusal};
use renkei_directory::import::{self, Choice, Report, Source};
use renkei_web::import_words;
use renkei_web::messages::Messages;

use crate::cli::{Import, ImportFile};
use crate::error::CommandError;
use crate::say::{self, Progress};
use crate::wiring::Program;

pub(crate) async fn run(kind: Import) -> Result<(), CommandError> {
    let file = kind.file();
    let report = match report(&kind).await {
        Err(CommandError::Refused(Refusal::Invalid(faults))) => return refused(&faults),
        report => report?,
    };
    if let Some(path) = &file.rejects {
        reject(path, &report).await?;
    }
    tell(&report, file);
    say::line(&report.to_json());
    match (report.stopped, report.doubts.is_empty()) {
        (false, _) => Ok(()),
        (true, true) => Err(CommandError::said(
            "nothing was written: rows were refused, and --all-or-nothing was asked for",
        )),
        (true, false) => Err(CommandError::said(
            "nothing was written: mend the headings, or say --columns-are-right",
        )),
    }
}

async fn report(kind: &Import) -> Result<Report, CommandError> {
    let file = kind.file();
    let source = read(&file.file).await?;
    let program = Program::existing(&file.place).await?;
    let report = imported(&program, kind, &source).await;
    program.store.close().await?;
    report
}

/// The whole file was refused: why, and the line of counts all the same.
fn refused(faults: &[Fault]) -> Result<(), CommandError> {
    for text in import_words::refusal(&Messages::load(), Lang::En, faults) {
        say::aside(&text);
    }
    say::line(&Report::default().to_json());
    Err(CommandError::said("nothing was written"))
}

async fn read(path: &Path) -> Result<Source, CommandError> {
    let bytes = tokio::fs::read(path)
        .await
        .map_err(CommandError::file(path))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let source = Source::read(&name.unwrap_or_default(), bytes);
    source.map_err(CommandError::Refused)
}

async fn imported(
    program: &Program,
    kind: &Import,
    source: &Source,
) -> Result<Report, CommandError> {
    let code = kind.code();
    let found = import::kind(code);
    let found = found.ok_or_else(|| CommandError::said(format!("no kind of file: {code}")))?;
    let file = kind.file();
    let choice = Choice {
        dry_run: file.dry_run,
        all_or_nothing: file.all_or_nothing,
        columns_right: file.columns_are_right,
    };
    let mut progress = Progress::new();
    let mut at = |done: import::Progress| progress.at(done.done, done.rows);
    let (store, ctx) = (&program.store, program.ctx());
    let report = import::import(store, &ctx, found, source, choice, &mut at).await;
    progress.end();
    Ok(report?)
}

/// How often each remark was made, on the error output.
fn tell(report: &Report, file: &ImportFile) {
    let messages = Messages::load();
    for doubt in &report.doubts {
        say::aside(&import_words::doubt(&messages, Lang::En, doubt));
    }
    for (reason, count) in report.reasons() {
        say::aside(&format!(
            "{count} × {}",
            messages.text(Lang::En, reason, &[])
        ));
    }
    if file.dry_run {
        say::aside("a dry run: nothing was written");
        if !report.doubts.is_empty() && !file.columns_are_right {
            say::aside("nothing will be: mend the headings, or say --columns-are-right");
        }
    }
    if report.accepted > 0 {
        let changed = report.accepted - report.created;
        say::aside(&format!("{} new, {changed} changed", report.created));
    }
    if report.missing > 0 {
        say::aside(&format!(
            "{} that earlier files had are not in this one; they stay",
            report.missing
        ));
    }
    if report.codes_found > 0 {
        say::aside(&format!(
            "{} codes that waited found their institution",
            report.codes_found
        ));
    }
    match &file.rejects {
        Some(path) => say::aside(&format!("the rows are in {}", path.display())),
        None if !report.remarks.is_empty() => {
            say::aside("which rows: run it again with --rejects FILE.csv");
        }
        None => {}
    }
}

async fn reject(path: &Path, report: &Report) -> Result<(), CommandError> {
    let messages = Messages::load();
    let csv = report.rejects_csv(|reason| messages.text(Lang::Ja, reason, &[]));
    tokio::fs::write(path, csv)
        .await
        .map_err(CommandError::file(path))
}
