//! The parts put together.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_access::{Access, AccessConfig};
use renkei_base::{Clock, Ctx, Ids};
use renkei_care::Care;
use renkei_store::{Database, Store};
use tracing_subscriber::EnvFilter;

use crate::cli::Place;
use crate::config::Config;
use crate::error::CommandError;
use crate::machine::{MachineClock, MachineIds};

/// Folder of the data where nothing else is said.
pub(crate) const FOLDER: &str = "renkei-data";

/// Everything that commands work with.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) config: Config,
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    pub(crate) access: Access,
    pub(crate) care: Care,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

impl Program {
    /// Opens the data of a region, making it where there is none.
    pub(crate) async fn open(config: Config, folder: PathBuf) -> Result<Self, CommandError> {
        private_folder(&folder)?;
        let clock: Arc<dyn Clock> = Arc::new(MachineClock);
        let ids: Arc<dyn Ids> = Arc::new(MachineIds);
        let place = data(&config, &folder);
        let store = Store::open(&place, Arc::clone(&clock)).await?;
        Ok(Self {
            access: Access::new(store.clone(), AccessConfig::default(), Arc::clone(&ids)),
            care: Care::new(store.clone(), config.deadlines)
                .with_hosts(config.subscriptions.hosts()),
            config,
            folder,
            store,
            clock,
            ids,
        })
    }

    /// Opens the data of a region that is there already.
    pub(crate) async fn existing(place: &Place) -> Result<Self, CommandError> {
        let config = Config::load(place)?;
        let folder = config.folder(place, FOLDER);
        if config.database.url.is_none() && !holds_region(&folder) {
            let folder = folder.display();
            return Err(CommandError::said(format!(
                "{folder} holds no region. Say where it is with --data DIR or --config FILE; `renkei serve` makes a new one."
            )));
        }
        Self::open(config, folder).await
    }

    /// For a server: makes a new region where there is none.
    pub(crate) async fn served(place: &Place) -> Result<Self, CommandError> {
        let config = Config::load(place)?;
        let folder = config.folder(place, FOLDER);
        Self::open(config, folder).await
    }

    /// As the sample region: this machine's other programs may be told of changes, without TLS.
    pub(crate) fn telling_here(mut self) -> Self {
        let hosts = self.config.subscriptions.hosts().and_here();
        self.care = self.care.with_hosts(hosts);
        self
    }

    /// The context of the program's own work now.
    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }
}

/// The server's turn on a folder with an embedded database: one at a time, since a server keeps in memory who may come in
/// and tells only its own pages of changes. It ends with the process. Servers over PostgreSQL may be several.
pub(crate) fn alone(config: &Config, folder: &Path) -> Result<Option<File>, CommandError> {
    if config.database.url.is_some() {
        return Ok(None);
    }
    private_folder(folder)?;
    let taken = |folder: &str| {
        format!(
            "another renkei serves {folder}. End it first, or give this one a folder of its own: --data DIR"
        )
    };
    locked(&folder.join("server.lock"), taken).map(Some)
}

/// A file that is made if it is missing, locked by this process; `taken` says with the folder's name why it is not to be had.
pub(crate) fn locked(
    path: &Path,
    taken: impl FnOnce(&str) -> String,
) -> Result<File, CommandError> {
    let mut options = File::options();
    let file = options.write(true).create(true).truncate(false).open(path);
    let file = file.map_err(CommandError::file(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let folder = path.parent().unwrap_or(path).display().to_string();
            Err(CommandError::said(taken(&folder)))
        }
        Err(TryLockError::Error(error)) => Err(CommandError::File(path.to_owned(), error)),
    }
}

/// Where the store's data is.
pub(crate) fn data(config: &Config, folder: &Path) -> renkei_store::Config {
    let database = match &config.database.url {
        Some(url) => Database::Postgres {
            url: url.clone(),
            roots: config.database.root_certificates.clone(),
        },
        None => Database::Sqlite,
    };
    renkei_store::Config {
        data: folder.to_owned(),
        database,
    }
}

/// Whether a folder holds an embedded database.
pub(crate) fn holds_region(folder: &Path) -> bool {
    folder.join(renkei_store::store::SQLITE_FILE).exists()
}

/// A folder that only this user may enter, since patients' data goes into it. One that is there keeps its rights.
pub(crate) fn private_folder(folder: &Path) -> Result<(), CommandError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).map_err(CommandError::file(folder))
}

/// The log: to the error output, one line each.
#[expect(clippy::disallowed_methods, reason = "settings are read here")]
pub(crate) fn log(verbose: bool) {
    let asked = std::env::var("RENKEI_LOG")
        .ok()
        .filter(|level| !level.is_empty());
    let usual = if verbose {
        "debug,hyper=info,h2=info,rustls=info,tokio_postgres=info"
    } else {
        "info"
    };
    let filter = EnvFilter::try_new(asked.as_deref().unwrap_or(usual))
        .unwrap_or_else(|_| EnvFilter::new(usual));
    // This driver writes the values of its statements, patients' names among them, into its debug log.
    let quiet = "tokio_postgres=info".parse();
    let filter = quiet.map_or(filter.clone(), |quiet| filter.add_directive(quiet));
    let to_stderr = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Nobody may be reading any more; a complaint about that would go to the same closed output, and panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    to_stderr
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}
