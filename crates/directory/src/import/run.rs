//! The frame of all imports: look first or write at once, the good part or nothing, counts, the record of the run.

use std::fmt;
use std::pin::Pin;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Refusal};
use renkei_store::import::ImportRun;
use renkei_store::{Changes, Failure, Note, Store, StoreError, Stored};

use super::doubt::{Judge, LOOKED_AT};
use super::file::Source;
use super::heading;
use super::report::Report;
use super::table::{Columns, Rows};
use crate::gate;

/// How often a batch that met somebody else's change is decided again.
pub(crate) const TRIES: usize = 3;

/// How far an import is. `rows` is an estimate by bytes until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub rows: u64,
}

/// Called after each batch.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send + Sync);

/// What the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Says what would be done, and writes nothing.
    pub dry_run: bool,
    /// Writes nothing if any row is refused.
    pub all_or_nothing: bool,
    /// A person has looked: the columns hold what their headings say, however that looks.
    pub columns_right: bool,
}

impl Choice {
    /// The good part is kept.
    pub const WRITE: Self = Self {
        dry_run: false,
        all_or_nothing: false,
        columns_right: false,
    };
    pub const LOOK: Self = Self {
        dry_run: true,
        ..Self::WRITE
    };
}

/// The work of an import.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// A kind of file that can be imported.
pub struct FileKind {
    /// `medical-institutions`: on the command line, in forms, in the record of runs. Its words: `import-kind-…`.
    pub code: &'static str,
    /// Whether a file's first row may be that of this kind.
    pub looks: fn(&csv::StringRecord) -> bool,
    /// Reads the file and writes through [`Import::commit`], or looks only: it need not know which.
    pub run: for<'a, 'b> fn(&'a mut Import<'b>) -> Work<'a>,
}

impl fmt::Debug for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileKind").field(&self.code).finish()
    }
}

/// An import on its way: what a kind of file works with.
pub struct Import<'a> {
    pub store: &'a Store,
    pub ctx: &'a Ctx,
    pub source: &'a Source,
    pub report: Report,
    /// The day that the file is of: by its name, else today.
    pub date: String,
    progress: OnProgress<'a>,
    dry: bool,
    columns_right: bool,
}

impl fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import")
            .field("file", &self.source.file)
            .field("dry", &self.dry)
            .finish_non_exhaustive()
    }
}

impl Import<'_> {
    /// Whether nothing is written.
    pub const fn is_dry(&self) -> bool {
        self.dry
    }

    /// The rows of a CSV.
    pub fn rows(&self) -> Result<Rows, Failure> {
        Ok(Rows::of(self.source)?)
    }

    /// Looks at the first rows of a CSV, whether its columns hold what their headings say. True where the import ends here:
    /// they do not, and nobody has said that it is right so. To be asked before anything is written.
    pub fn is_doubtful(&mut self, columns: &Columns) -> Result<bool, Failure> {
        let mut judge = columns.judge();
        let mut rows = self.rows()?;
        let _ = rows.advance()?;
        let mut seen = 0;
        while seen < LOOKED_AT && rows.advance()?.is_some() {
            judge.see(|at| rows.row().get(at).unwrap_or_default());
            seen += 1;
        }
        Ok(self.ends_here(judge))
    }

    /// As [`Self::is_doubtful`], for rows that a kind of file reads by itself.
    pub(super) fn ends_here(&mut self, judge: Judge) -> bool {
        self.report.doubts = judge.doubts();
        !self.report.doubts.is_empty() && !self.dry && !self.columns_right
    }

    /// Writes a batch: at most [`super::BATCH_ROWS`] rows, so that others can write in between. A dry run does nothing.
    pub async fn commit(&self, changes: Changes) -> Result<Vec<Stored>, StoreError> {
        if self.dry {
            return Ok(Vec::new());
        }
        self.store.commit(self.ctx, changes).await
    }

    /// Says how far it is.
    pub fn tell(&mut self, done: u64, rows: u64) {
        (self.progress)(Progress {
            done,
            rows: rows.max(done),
        });
    }
}

/// Imports a file. Twice is once: what is there already stays as it is. What is committed stays when it is cut off;
/// running it again takes up the rest.
pub async fn import(
    store: &Store,
    ctx: &Ctx,
    kind: &FileKind,
    source: &Source,
    choice: Choice,
    progress: OnProgress<'_>,
) -> Result<Report, Failure> {
    gate::region(ctx, Action::DirectoryImport)?;
    if choice.all_or_nothing || choice.dry_run {
        let look = Choice {
            dry_run: true,
            ..choice
        };
        let report = once(store, ctx, kind, source, look, progress).await?;
        if choice.dry_run {
            return Ok(report);
        }
        if report.refused > 0 {
            return Ok(Report {
                stopped: true,
                accepted: 0,
                created: 0,
                waiting: 0,
                ..report
            });
        }
    }
    let report = once(store, ctx, kind, source, choice, progress).await?;
    if report.stopped {
        return Ok(report);
    }
    record(store, ctx, kind.code, source, &report).await?;
    Ok(report)
}

async fn once(
    store: &Store,
    ctx: &Ctx,
    kind: &FileKind,
    source: &Source,
    choice: Choice,
    progress: OnProgress<'_>,
) -> Result<Report, Failure> {
    let today = || ctx.at.in_japan().date().to_string();
    let mut import = Import {
        store,
        ctx,
        source,
        report: Report::default(),
        date: source.date.clone().unwrap_or_else(today),
        progress,
        dry: choice.dry_run,
        columns_right: choice.columns_right,
    };
    match (kind.run)(&mut import).await {
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            return Err(Refusal::Invalid(heading::explained(faults, kind, source)).into());
        }
        ran => ran?,
    }
    import.report.stopped =
        !import.report.doubts.is_empty() && !choice.dry_run && !choice.columns_right;
    let rows = import.report.rows();
    import.tell(rows, rows);
    Ok(import.report)
}

/// Keeps that an import ran to its end.
async fn record(
    store: &Store,
    ctx: &Ctx,
    kind: &str,
    source: &Source,
    report: &Report,
) -> Result<(), Failure> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut changes = Changes::default();
    changes.put_import_run(&ImportRun {
        id: ctx.ids.id(),
        kind: kind.to_owned(),
        file: source.file.clone(),
        sha256: source.sha256.clone(),
        started: ctx.at,
        ended: ctx.at,
        account: ctx.caller.account.clone(),
        accepted: number(report.accepted),
        unchanged: number(report.unchanged),
        waiting: number(report.waiting),
        refused: number(report.refused),
        warned: number(report.warned),
    });
    changes.note(Note::new("import.end").detail(format!(
        "{kind} {} {}",
        source.sha256,
        report.to_json()
    )));
    store.commit(ctx, changes).await?;
    Ok(())
}
