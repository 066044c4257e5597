//! The pages over a sample region in a new folder, for looking at them: `cargo run -p renkei-web --example serve -- 8090 [demo|plain] [FILE]`.
//! `plain` serves the same region without the choice of people; FILE is one of 医療情報ネット. The clock stands still.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use renkei_access::{Access, AccessConfig};
use renkei_base::{Clock as _, Ctx};
use renkei_care::{Care, Deadlines};
use renkei_directory::{Finder, import};
use renkei_store::Store;
use renkei_testkit::{Backend, CountingIds, TestClock};
use renkei_web::{App, Parts, WebConfig};

type Anything = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let mut args = std::env::args().skip(1);
    let port: u16 = args
        .next()
        .and_then(|port| port.parse().ok())
        .unwrap_or(8090);
    let plain = args.next().is_some_and(|word| word == "plain");
    let file = args.next().map(PathBuf::from);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let backend = Backend::sqlite();
    let clock = TestClock::default();
    let ids = CountingIds::shared(7);
    let store = Store::open(&backend.config(), clock.shared()).await?;
    let access = Access::new(store.clone(), AccessConfig::cheap(), Arc::clone(&ids));
    let care = Care::new(store.clone(), Deadlines::default());
    let ctx = Ctx::program(clock.now(), Arc::clone(&ids));
    let mode = access.demo_mode(&ctx, address).await?;
    renkei_sample::make(&access, &care, &mode, renkei_sample::SEED, clock.now()).await?;
    if let Some(file) = file {
        let source = import::Source::read("hospitals.zip", std::fs::read(file)?)?;
        let kind = import::kind("medical-institutions").ok_or("no such kind")?;
        import::import(
            &store,
            &ctx,
            kind,
            &source,
            import::Choice::WRITE,
            &mut |_| {},
        )
        .await?;
    }
    let finder = Finder::load(&store).await?;
    let areas = renkei_directory::Areas::load(&store).await?;
    let app = App::new(Parts {
        finder,
        areas,
        access,
        care,
        clock: clock.shared(),
        ids,
        config: WebConfig {
            base_url: format!("http://localhost:{port}"),
            tls: false,
            proxies: renkei_web::Proxies::default(),
            only_proxies: false,
            open_metrics: false,
            gsi_tiles: false,
            mails: false,
        },
        demo: (!plain).then_some(mode),
        metrics: Some(renkei_web::metrics::install()?),
        store,
    });
    if plain && let Some(link) = app.access.first_link(&ctx).await? {
        eprintln!("http://localhost:{port}/enrol/{}", link.reveal());
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    let service = renkei_web::router(app).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}
