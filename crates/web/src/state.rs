//! What every handler may use.

use std::sync::Arc;

use renkei_access::{Access, DemoMode};
use renkei_base::{Clock, Ids};
use renkei_care::Care;
use renkei_directory::Finder;
use renkei_store::Store;

use crate::messages::Messages;

/// Settings of the pages.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// How people reach the server, for links in PDFs and QR codes: `http://localhost:8080`.
    pub base_url: String,
    /// Whether cookies may only travel over TLS.
    pub tls: bool,
}

/// Shared by all handlers; cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub store: Store,
    pub access: Access,
    pub care: Care,
    pub finder: Finder,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub messages: Arc<Messages>,
    pub config: Arc<WebConfig>,
    /// Present in the invented sample region on loopback only: people are offered at sign-in.
    pub demo: Option<DemoMode>,
}
