//! Maps on the tiles of others, in a browser: nothing is asked of anybody until the operator allows it and a visitor presses;
//! then pictures of one host, and the pins are those of the list. The host is a server of this test, found under its name.

use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use renkei_testkit::backend;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use thirtyfour::By;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::desk::Desk;
use crate::region::Region;

const HOST: &str = "cyberjapandata.gsi.go.jp";
const LIST: &str = "/institutions?lang=ja&kind=clinic";
/// One grey point.
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\
    \x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x38\x01\x00\x00\
    \xca\x00\xc9\x99\xca\x5d\x7e\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
/// Hosts that the page has loaded anything from.
const HOSTS: &str = "return [...new Set(performance.getEntriesByType('resource').map((one) => new URL(one.name).host))]";
/// Tiles that have come and are pictures.
const TILES: &str = "return [...document.querySelectorAll('.leaflet-tile')].filter((one) => one.complete && one.naturalWidth > 0).length";
const PINS: &str = "return Number(document.querySelector('.tiles').dataset.pins)";
/// How many of the list say where they lie.
const PLACED: &str = "const done = arguments[0]; fetch(document.querySelector('summary + .row a[href*=geojson]').href)\
    .then((answer) => answer.json()).then(({ features }) => done(features.filter((one) => one.geometry).length));";
/// Whether the page may load a picture of that host.
const MAY_LOAD: &str = "const done = arguments[1]; document.addEventListener('securitypolicyviolation', () => done(false), \
    { once: true }); const one = new Image(); one.onload = () => done(true); one.src = arguments[0];";

/// Answers every request with a picture, and remembers its host and path.
struct TileServer {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TileServer {
    async fn start() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
        };
        let asked = server.asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(acceptor.clone(), stream, asked.clone()));
            }
        });
        server
    }

    /// Paths that were asked for under the name of the tiles' host. A browser may talk to its maker beside.
    fn tiles(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let of_host = asked.iter().filter_map(|one| one.strip_prefix(HOST));
        of_host.map(str::to_owned).collect()
    }

    /// Every name but this machine's leads here.
    fn wishes(&self) -> Vec<String> {
        vec![
            format!(
                "--host-resolver-rules=MAP * 127.0.0.1:{}, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                self.port
            ),
            "--ignore-certificate-errors".to_owned(),
        ]
    }
}

async fn answer(acceptor: TlsAcceptor, stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) {
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap_or_default();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let mut lines = head.lines().map(str::to_lowercase);
    let host = lines.find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
    let one = format!("{}{path}", host.unwrap_or_default());
    asked.lock().unwrap().push(one);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        PNG.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), PNG].concat()).await;
    let _ = stream.shutdown().await;
}

fn hosts(answer: Value) -> Vec<String> {
    serde_json::from_value(answer).expect("hosts")
}

impl Desk {
    async fn may_load(&self, address: &str) -> bool {
        let answer = self.driver.execute_async(MAY_LOAD, vec![address.into()]);
        answer.await.unwrap().json().as_bool().unwrap()
    }
}

#[test]
fn tiles_are_asked_for_where_allowed_and_pressed() {
    backend::run(async {
        let tiles = TileServer::start().await;
        let region = Region::start_with("[map]\ngsi_tiles = true\n").await;
        let visitor = Desk::open_with(&region, &tiles.wishes()).await;
        visitor.go(LIST).await;
        let own = region.base.trim_start_matches("http://").to_owned();
        visitor.find(By::Css("[data-tiles]")).await;
        assert_eq!(hosts(visitor.script(HOSTS).await), [own.as_str()]);
        assert!(tiles.tiles().is_empty(), "nothing before the press");
        let placed = visitor.script_async(PLACED).await.as_u64().unwrap();
        assert!(placed > 5, "{placed}");

        visitor.click(By::Css("[data-tiles]")).await;
        visitor.find(By::Css(".leaflet-tile-loaded")).await;
        assert!(visitor.script(TILES).await.as_u64() > Some(0));
        let asked = tiles.tiles();
        for path in &asked {
            let parts: Vec<&str> = path.split('/').collect();
            assert!(
                path.starts_with("/xyz/pale/") && path.ends_with(".png"),
                "{path}"
            );
            assert_eq!(parts.len(), 6, "{path}: /xyz/pale/z/x/y.png");
        }
        assert!(!asked.is_empty());
        let mut loaded = hosts(visitor.script(HOSTS).await);
        loaded.sort();
        let mut wanted = vec![HOST.to_owned(), own];
        wanted.sort();
        assert_eq!(loaded, wanted);
        visitor.becomes(PINS, placed).await;
        visitor.shows_text("地理院タイル").await;
        assert!(visitor.may_load(&format!("https://{HOST}/x.png")).await);
        for other in ["https://tile.example.org/x.png", "https://gsi.go.jp/x.png"] {
            assert!(!visitor.may_load(other).await, "{other}");
        }
        visitor.close().await;
    });
}

#[test]
fn without_the_operators_word_nobody_is_asked() {
    backend::run(async {
        let tiles = TileServer::start().await;
        let region = Region::start().await;
        let visitor = Desk::open_with(&region, &tiles.wishes()).await;
        let own = region.base.trim_start_matches("http://").to_owned();
        for page in [
            "/",
            LIST,
            "/map?kind=municipality&prefecture=13&pins=clinic",
        ] {
            visitor.go(page).await;
            let offers = visitor.script("return document.querySelectorAll('[data-tiles]').length");
            assert_eq!(offers.await, 0, "{page}");
            assert_eq!(hosts(visitor.script(HOSTS).await), [own.as_str()], "{page}");
            assert!(
                !visitor.may_load(&format!("https://{HOST}/x.png")).await,
                "{page}"
            );
        }
        assert!(tiles.tiles().is_empty());
        visitor.close().await;
    });
}
