//! What every handler may use.

use std::ops::Deref;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use renkei_access::{Access, DemoMode};
use renkei_base::{Clock, Ids, limits};
use renkei_care::Care;
use renkei_directory::{Areas, Finder};
use renkei_store::{Store, Verdict};

use crate::fhir::Rooms;
use crate::import::Imported;
use crate::job::Jobs;
use crate::messages::Messages;
use crate::proxy::Proxies;
use crate::turn::Turns;

/// Settings of the pages.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// How people reach the server, for links in PDFs and QR codes, and what the browser calls a form's origin:
    /// `http://localhost:8080`.
    pub base_url: String,
    /// Whether people come over TLS, this server's own or a proxy's: cookies then travel in no other way.
    pub tls: bool,
    /// Reverse proxies whose word about the client's address is believed.
    pub proxies: Proxies,
    /// Whether only those may come, and this machine itself: where they, not this server, have the TLS.
    pub only_proxies: bool,
    /// Whether `/metrics` answers others than this machine itself.
    pub open_metrics: bool,
    /// Whether maps may be shown on the tiles of the Geospatial Information Authority: visitors' browsers then ask its
    /// server for them.
    pub gsi_tiles: bool,
    /// Whether a server takes mails: without one no reminder goes out.
    pub mails: bool,
}

/// What the program brings.
#[derive(Debug)]
pub struct Parts {
    pub store: Store,
    pub access: Access,
    pub care: Care,
    pub finder: Finder,
    pub areas: Areas,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub config: WebConfig,
    /// Present in the invented sample region on loopback only: people are offered at sign-in.
    pub demo: Option<DemoMode>,
    /// The figures of `/metrics`; [`crate::metrics::install`] makes it.
    pub metrics: Option<PrometheusHandle>,
}

/// Shared by all handlers. One handle, since each layer of a request clones it: a count for each part would be written by
/// all cores at once.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

/// What an [`App`] leads to.
#[derive(Clone, Debug)]
pub struct Shared {
    pub store: Store,
    pub access: Access,
    pub care: Care,
    pub finder: Finder,
    pub areas: Areas,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub messages: Arc<Messages>,
    pub config: Arc<WebConfig>,
    pub demo: Option<Arc<DemoMode>>,
    pub(crate) metrics: Option<Arc<PrometheusHandle>>,
    /// Imports that were started from the pages.
    pub(crate) imports: Jobs<Imported>,
    /// Verifications of the audit.
    pub(crate) verdicts: Jobs<Verdict>,
    /// Room for large bodies of programs, in MiB.
    pub(crate) room: Arc<Rooms>,
    /// Long lists that are made at the same time.
    pub(crate) turns: Turns,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Shared {
            store: parts.store,
            access: parts.access,
            care: parts.care,
            finder: parts.finder,
            areas: parts.areas,
            clock: parts.clock,
            ids: parts.ids,
            messages: Arc::new(Messages::load()),
            config: Arc::new(parts.config),
            demo: parts.demo.map(Arc::new),
            metrics: parts.metrics.map(Arc::new),
            imports: Jobs::default(),
            verdicts: Jobs::default(),
            room: Arc::new(Rooms::new(limits::BODIES_MIB)),
            turns: Turns::default(),
        }))
    }

    /// The same region with other settings.
    #[must_use]
    pub fn with(&self, config: WebConfig) -> Self {
        Self(Arc::new(Shared {
            config: Arc::new(config),
            ..Shared::clone(&self.0)
        }))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
