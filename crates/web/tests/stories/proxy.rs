//! Behind a reverse proxy: who the client is, whose pages send forms, how cookies travel.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum_test::{TestResponse, TestServer};
use renkei_testkit::{Backend, each_backend};
use renkei_web::{Network, Proxies, WebConfig};

use crate::common::{World, between, words};

each_backend!(a_region_behind_a_proxy);

const PROXY: &str = "10.1.2.3:4000";
const STRANGER: &str = "192.0.2.9:4000";

/// The same region, as this neighbour reaches it.
fn reached_from(world: &World, neighbour: &str, only_proxies: bool) -> TestServer {
    let network: Network = "10.0.0.0/8".to_owned().try_into().unwrap();
    let app = world.app.with(WebConfig {
        base_url: "https://renkei.example.jp".to_owned(),
        tls: true,
        proxies: Proxies::from(vec![network]),
        only_proxies,
        open_metrics: false,
        gsi_tiles: false,
        mails: true,
    });
    let neighbour: SocketAddr = neighbour.parse().unwrap();
    TestServer::new(renkei_web::router(app).layer(Extension(ConnectInfo(neighbour))))
}

/// A sign-in that fails, from this client.
async fn fails(server: &TestServer, login: &str, client: &str) -> TestResponse {
    let form = [("login", login), ("password", "x"), ("code", "1")];
    server
        .post("/login")
        .add_header("cookie", "lang=ja")
        .add_header("x-forwarded-for", client)
        .add_header("origin", "https://renkei.example.jp")
        .form(&form)
        .await
}

async fn a_region_behind_a_proxy(backend: Backend) {
    let world = World::demo(backend).await;
    let server = reached_from(&world, PROXY, true);

    // Cookies and pages keep to TLS, though the proxy comes without.
    let page = server.get("/login").await;
    assert!(page.headers().contains_key("strict-transport-security"));
    let account = between(&page.text(), r#"name="account" value=""#, "\"").to_owned();
    let be = |origin: &'static str, host: &'static str| {
        let request = server.post("/demo/be").add_header("origin", origin);
        request
            .add_header("host", host)
            .form(&[("account", account.clone())])
    };
    let answer = be("https://renkei.example.jp", "127.0.0.1:8080").await;
    assert_eq!(answer.status_code(), 303, "{}", answer.text());
    let cookie = answer.header("set-cookie").to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("__Host-renkei=") && cookie.contains("; Secure"),
        "{cookie}"
    );

    // Only the public name's pages send forms; a name that was made to lead here is none of ours.
    for origin in ["https://evil.example", "http://renkei.example.jp", "null"] {
        assert_eq!(
            be(origin, "renkei.example.jp").await.status_code(),
            403,
            "{origin}"
        );
    }
    let rebound = be("https://evil.example", "evil.example").await;
    assert_eq!(rebound.status_code(), 403);

    // Who fails too often waits, and others who come through the same proxy do not.
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = fails(&server, &format!("nobody{tries}"), "203.0.113.5").await;
        if words(&answer.text()).contains("しばらく") {
            break;
        }
        assert!(tries < 50, "{}", words(&answer.text()));
    }
    let spoofing = fails(&server, "nobody-else", "198.51.100.7, 203.0.113.5").await;
    assert!(
        words(&spoofing.text()).contains("しばらく"),
        "its own word does not count"
    );
    let other = fails(&server, "somebody", "203.0.113.6").await;
    assert!(
        !words(&other.text()).contains("しばらく"),
        "{}",
        words(&other.text())
    );

    // Past the proxy nobody comes, nor to the figures through it.
    let past = reached_from(&world, STRANGER, true);
    assert_eq!(past.get("/").await.status_code(), 403);
    let here = reached_from(&world, "127.0.0.1:4000", true);
    assert_eq!(here.get("/").await.status_code(), 200);
    // Without that rule a stranger's word is not believed.
    let open = reached_from(&world, STRANGER, false);
    let answer = fails(&open, "somebody-new", "203.0.113.5").await;
    assert!(!words(&answer.text()).contains("しばらく"));
}
