//! Listening, what is done beside answering, and ending in order.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server as AxumServer};
use hyper_util::rt::TokioTimer;
use renkei_access::DemoMode;
use renkei_care::subscription::deliver::Post;
use renkei_directory::{Areas, Finder};
use renkei_web::{App, Parts, Proxies, WebConfig};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::config::{Server, Tls};
use crate::connection::Doorway;
use crate::courier::HttpCourier;
use crate::error::CommandError;
use crate::opendata::publishing;
use crate::subscription::telling;
use crate::wiring::Program;

/// How long answers that were begun may take after the order to end. Event streams never end by themselves.
const GRACE: Duration = Duration::from_secs(4);
/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(30);
/// How soon searches know what another process has imported.
const LOOK: Duration = Duration::from_secs(2);
/// How often the samples of figures are summed up.
const FIGURES: Duration = Duration::from_secs(5);
/// How often what has run out is removed.
const TIDY: Duration = Duration::from_secs(3600);

/// An address that is ours already, so that nothing is made where another program listens.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) base_url: String,
    tls: Option<Tls>,
    open_metrics: bool,
    proxies: Proxies,
}

impl Listening {
    /// As the configuration has it; without a name there, under the one that browsers trust with passkeys.
    pub(crate) fn configured(listen: SocketAddr, server: &Server) -> Result<Self, CommandError> {
        let tls = server.tls()?;
        let listener = TcpListener::bind(listen).map_err(|error| {
            CommandError::said(format!("{listen}: cannot listen there: {error}. Choose another address with --listen ADDRESS:PORT"))
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok(Self {
            listener,
            address,
            base_url: server
                .base_url
                .clone()
                .unwrap_or_else(|| format!("{scheme}://localhost:{}", address.port())),
            tls,
            open_metrics: server.open_metrics,
            proxies: server.trusted_proxies.clone(),
        })
    }
}

impl Listening {
    /// Where this very process answers: its own address on loopback, whatever name people will use later.
    pub(crate) fn own_url(&self) -> String {
        if !self.address.ip().to_canonical().is_loopback() {
            return self.base_url.clone();
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }
}

/// Serves until the process is told to end (SIGTERM, SIGINT). `started` is called when the address answers.
pub(crate) async fn run(
    program: &Program,
    listening: Listening,
    demo: Option<DemoMode>,
    started: impl FnOnce(),
) -> Result<(), CommandError> {
    let finder = Finder::load(&program.store).await?;
    let areas = Areas::load(&program.store).await?;
    let app = app(program, &listening, (finder.clone(), areas.clone()), demo);
    let certificate = match &listening.tls {
        Some(tls) => Some(certificate(tls).await?),
        None => None,
    };
    let handle = Handle::new();
    let mut beside = JoinSet::new();
    // Before anybody is told that it serves, so that no order is missed.
    beside.spawn(ending(Orders::new()?, handle.clone()));
    beside.spawn(publishing(
        program.store.clone(),
        areas.clone(),
        program.clock.clone(),
        program.ids.clone(),
    ));
    beside.spawn(look_again(program.store.clone(), finder, areas));
    beside.spawn(count_up(app.clone()));
    beside.spawn(renkei_web::issuing(app.clone()));
    beside.spawn(telling(post(program)?));
    if let Some(outbox) = crate::mail::outbox(program, &listening.base_url)? {
        beside.spawn(crate::mail::mailing(outbox));
    }
    beside.spawn(tidy(
        program.access.clone(),
        program.clock.clone(),
        program.ids.clone(),
    ));
    if let (Some(tls), Some(certificate)) = (listening.tls.clone(), certificate.clone()) {
        beside.spawn(renew(tls, certificate));
    }
    tracing::info!(address = %listening.address, tls = listening.tls.is_some(), "listening");
    started();
    let service = renkei_web::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served = answer(listening.listener, certificate, handle, service).await;
    tracing::info!("ended");
    Ok(served?)
}

/// What deliveries to subscriptions need.
fn post(program: &Program) -> Result<Post<HttpCourier>, CommandError> {
    let courier = HttpCourier::new();
    let courier = courier.map_err(|error| CommandError::said(format!("no TLS: {error}")))?;
    Ok(Post {
        care: program.care.clone(),
        access: program.access.clone(),
        courier,
        clock: program.clock.clone(),
        ids: program.ids.clone(),
        holder: program.ids.id(),
    })
}

fn app(
    program: &Program,
    listening: &Listening,
    (finder, areas): (Finder, Areas),
    demo: Option<DemoMode>,
) -> App {
    let metrics = renkei_web::metrics::install();
    let metrics = metrics
        .inspect_err(|error| tracing::warn!(%error, "no figures"))
        .ok();
    App::new(Parts {
        store: program.store.clone(),
        access: program.access.clone(),
        care: program.care.clone(),
        finder,
        areas,
        clock: program.clock.clone(),
        ids: program.ids.clone(),
        config: WebConfig {
            base_url: listening.base_url.clone(),
            tls: listening.tls.is_some() || listening.base_url.starts_with("https://"),
            only_proxies: listening.tls.is_none() && !listening.proxies.is_empty(),
            proxies: listening.proxies.clone(),
            open_metrics: listening.open_metrics,
            gsi_tiles: program.config.map.gsi_tiles,
            mails: program.config.mail.server.is_some(),
        },
        demo,
        metrics,
    })
}

async fn answer(
    listener: TcpListener,
    certificate: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
    service: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
) -> std::io::Result<()> {
    let doorway = Doorway::new();
    match certificate {
        Some(certificate) => {
            let server = axum_server::from_tcp_rustls(listener, certificate)?.handle(handle);
            patient(server.map(|tls| tls.acceptor(doorway)))
                .serve(service)
                .await
        }
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle);
            patient(server.acceptor(doorway)).serve(service).await
        }
    }
}

/// With an end to the patience for clients that do not finish their request's head, or are no longer there.
fn patient<A>(mut server: AxumServer<SocketAddr, A>) -> AxumServer<SocketAddr, A> {
    let mut http = server.http_builder().http1();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut http = server.http_builder().http2();
    http.timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD);
    server
}

/// The certificate, with the one provider of cryptography that the whole program uses.
async fn certificate(tls: &Tls) -> Result<RustlsConfig, CommandError> {
    // A second call finds it installed, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    let read = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await;
    read.map_err(|error| {
        CommandError::said(format!(
            "the certificate {} or its key {} cannot be used: {error}",
            tls.certificate.display(),
            tls.key.display()
        ))
    })
}

/// The orders to end, heard from when this is made.
struct Orders {
    term: Signal,
    int: Signal,
}

impl Orders {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// The first order lets answers finish, the second one does not.
async fn ending(mut orders: Orders, handle: Handle<SocketAddr>) {
    orders.next().await;
    tracing::info!("ending; answers that were begun may finish");
    handle.graceful_shutdown(Some(GRACE));
    orders.next().await;
    handle.shutdown();
}

/// Lets searches know what was imported by another process.
async fn look_again(store: renkei_store::Store, finder: Finder, areas: Areas) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match finder.refresh(&store).await {
            Ok(true) => tracing::info!(institutions = finder.len(), "the directory was read again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the directory could not be read again"),
        }
        match areas.refresh(&store).await {
            Ok(true) => tracing::info!("the areas were read again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the areas could not be read again"),
        }
    }
}

/// Keeps the figures for operators small where nobody looks at them.
async fn count_up(app: App) {
    let mut tick = tokio::time::interval(FIGURES);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        renkei_web::metrics::tidy(&app);
    }
}

/// Removes what has run out.
async fn tidy(
    access: renkei_access::Access,
    clock: std::sync::Arc<dyn renkei_base::Clock>,
    ids: std::sync::Arc<dyn renkei_base::Ids>,
) {
    let mut tick = tokio::time::interval(TIDY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once; a start has better things to do.
    tick.tick().await;
    loop {
        tick.tick().await;
        let ctx = renkei_base::Ctx::program(clock.now(), ids.clone());
        if let Err(error) = access.tidy(&ctx).await {
            tracing::warn!(%error, "what has run out could not be removed");
        }
    }
}

/// Reads the certificate again on SIGHUP.
async fn renew(tls: Tls, certificate: RustlsConfig) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    while hangup.recv().await.is_some() {
        match certificate
            .reload_from_pem_file(&tls.certificate, &tls.key)
            .await
        {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => {
                tracing::error!(%error, "the certificate could not be read again; the old one stays");
            }
        }
    }
}
