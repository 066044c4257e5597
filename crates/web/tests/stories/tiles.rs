//! Maps on the tiles of others: nowhere, unless the operator allows it; then one host, for pictures, after a press.

use axum_test::TestServer;
use renkei_testkit::{Backend, each_backend};
use renkei_web::WebConfig;

use crate::common::World;

each_backend!(nobody_outside_is_asked, where_it_is_allowed_one_host_is);

const STRICT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const HOST: &str = "https://cyberjapandata.gsi.go.jp";
const PAGES: [&str; 9] = [
    "/",
    "/institutions",
    "/institutions?kind=clinic",
    "/map",
    "/map?kind=municipality&prefecture=13&pins=clinic",
    "/areas",
    "/areas/1303",
    "/areas/131105",
    "/guides",
];

/// Values of attributes that a browser loads by itself, in a page.
fn loaded(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in [" src=\"", "<link ", " srcset=\"", " poster=\"", " data=\""] {
        for rest in html.split(name).skip(1) {
            let rest = if name == "<link " {
                rest.split_once("href=\"").map_or("", |(_, rest)| rest)
            } else {
                rest
            };
            found.push(rest.split('"').next().unwrap().to_owned());
        }
    }
    found
}

async fn region(backend: Backend) -> World {
    let world = World::sample(backend).await;
    world.clinic("目黒の医院").await;
    world
}

fn policy(answer: &axum_test::TestResponse) -> String {
    let policy = answer.header("content-security-policy");
    policy.to_str().unwrap().to_owned()
}

async fn nobody_outside_is_asked(backend: Backend) {
    let world = region(backend).await;
    for path in PAGES {
        let answer = world.visitor().get(path).await;
        assert_eq!(answer.status_code(), 200, "{path}");
        assert_eq!(policy(&answer), STRICT, "{path}");
        let html = answer.text();
        let loaded = loaded(&html);
        assert!(loaded.len() > 3, "{path}");
        for address in loaded {
            assert!(address.starts_with("/assets/"), "{path}: {address}");
        }
        assert!(
            !html.contains("gsi.go.jp") && !html.contains("leaflet"),
            "{path}"
        );
    }
}

async fn where_it_is_allowed_one_host_is(backend: Backend) {
    let world = region(backend).await;
    let app = world.app.with(WebConfig {
        gsi_tiles: true,
        ..WebConfig::clone(&world.app.config)
    });
    let server = TestServer::new(renkei_web::router(app));
    let opened = STRICT.replace("data:", &format!("data: {HOST}"));
    for path in PAGES {
        let answer = server.get(path).add_header("cookie", "lang=ja").await;
        let html = answer.text();
        for address in loaded(&html) {
            assert!(address.starts_with("/assets/"), "{path}: {address}");
        }
        // Only pages with institutions on a map offer it.
        let offers = html.contains("data-tiles=\"/institutions.geojson");
        assert_eq!(
            policy(&answer),
            if offers { opened.as_str() } else { STRICT },
            "{path}"
        );
        assert_eq!(offers, html.contains("地理院地図に重ねる"), "{path}");
        assert_eq!(
            offers,
            path.starts_with("/institutions") || path.contains("pins="),
            "{path}"
        );
        if offers {
            assert!(
                html.contains("国土地理院に伝わります"),
                "{path}: it is said before"
            );
            assert!(html.contains("<svg"), "{path}: the picture stays");
        }
    }
}
