//! `renkei import …`

use std::path::Path;

use renkei_base::Lang;
use renkei_directory::import::{Report, Source, institution_codes, medical_institutions};
use renkei_store::Failure;
use renkei_web::messages::Messages;

use crate::cli::{Import, ImportFile};
use crate::error::CommandError;
use crate::say::{self, Progress};
use crate::wiring::Program;

pub(crate) async fn run(kind: Import) -> Result<(), CommandError> {
    let (Import::MedicalInstitutions(file) | Import::InstitutionCodes(file)) = &kind;
    let source = read(&file.file).await?;
    let program = Program::existing(&file.place).await?;
    let report = imported(&program, &kind, &source).await;
    program.store.close().await?;
    let report = report?;
    if let Some(path) = &file.rejects {
        reject(path, &report).await?;
    }
    tell(&report, file);
    say::line(&report.to_json());
    Ok(())
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

async fn imported(program: &Program, kind: &Import, source: &Source) -> Result<Report, Failure> {
    let mut progress = Progress::new();
    let mut at = |done: renkei_directory::import::Progress| progress.at(done.done, done.rows);
    let (store, ctx) = (&program.store, program.ctx());
    let report = match kind {
        Import::MedicalInstitutions(_) => medical_institutions(store, &ctx, source, &mut at).await,
        Import::InstitutionCodes(_) => institution_codes(store, &ctx, source, &mut at).await,
    };
    progress.end();
    report
}

/// How often each remark was made, on the error output.
fn tell(report: &Report, file: &ImportFile) {
    let messages = Messages::load();
    for (reason, count) in report.reasons() {
        say::aside(&format!(
            "{count} × {}",
            messages.text(Lang::En, reason, &[])
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
