//! A patient whose every detail is rare goes through the whole loop: none of it is in a log, an address, a refusal, the
//! figures or the audit.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use axum_test::TestResponse;
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, between, words};

each_backend!(a_name_stays_where_it_belongs);

/// Each occurs nowhere else.
const MARKERS: [&str; 9] = [
    "鸞鳳院",
    "麒麟丸",
    "ランポウイン",
    "キリンマル",
    "7391-4682",
    "73914682",
    "90817263",
    "鸞鳳町",
    "鸞痛",
];

/// Everything that this process has logged, in all detail.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One log for the process; the driver of PostgreSQL is as quiet as the program keeps it.
fn log() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("trace,tokio_postgres=info")
            .with_ansi(false)
            .with_writer(move || writer.clone());
        subscriber.try_init().unwrap();
        log
    });
    log.clone()
}

/// The markers, and what an address makes of them.
fn forms(marker: &str) -> [String; 3] {
    let percent: String = form_urlencoded::byte_serialize(marker.as_bytes()).collect();
    let half = renkei_base::name::search_key(marker);
    [marker.to_owned(), percent, half]
}

fn clean(what: &str, text: &str) {
    for form in MARKERS.iter().flat_map(|marker| forms(marker)) {
        if let Some((before, _)) = text.split_once(&form) {
            let around: String = before.chars().rev().take(200).collect();
            let around: String = around.chars().rev().collect();
            panic!("{what} says {form} after: {around}");
        }
    }
}

/// Looks at every address of an answer, and at the whole of a refusal to others.
fn addresses(what: &str, answer: &TestResponse) {
    for (name, value) in answer.headers() {
        if name != "set-cookie" {
            clean(what, std::str::from_utf8(value.as_bytes()).unwrap());
        }
    }
    let is_page = answer
        .maybe_header("content-type")
        .is_some_and(|kind| kind.to_str().unwrap_or_default().starts_with("text/html"));
    if !is_page {
        return;
    }
    let text = answer.text();
    for attribute in [
        "href=\"",
        "action=\"",
        "hx-get=\"",
        "hx-post=\"",
        "src=\"",
        "name=\"back\" value=\"",
    ] {
        for part in text.split(attribute).skip(1) {
            clean(what, part.split('"').next().unwrap());
        }
    }
}

async fn get(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    addresses(path, &answer);
    assert_eq!(
        answer.status_code(),
        200,
        "{path}: {}",
        words(&answer.text())
    );
    answer.text()
}

async fn post(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> TestResponse {
    let answer = browser.post(path, fields).await;
    addresses(path, &answer);
    answer
}

async fn ok(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = post(browser, path, fields).await;
    assert_eq!(
        answer.status_code(),
        303,
        "{path}: {}",
        words(&answer.text())
    );
    answer.header("location").to_str().unwrap().to_owned()
}

const PATIENT: [(&str, &str); 14] = [
    ("base", "0"),
    ("family", "鸞鳳院"),
    ("given", "麒麟丸"),
    ("family_kana", "ランポウイン"),
    ("given_kana", "キリンマル"),
    ("birthday", "S25.4.1"),
    ("sex", "male"),
    ("insurer", "06149991"),
    ("symbol", "鸞鳳"),
    ("number", "73914682"),
    ("local_id", "90817263"),
    ("address", "目黒区鸞鳳町1-1"),
    ("phone", "090-7391-4682"),
    ("confirmed", "on"),
];

async fn a_name_stays_where_it_belongs(backend: Backend) {
    let log = log();
    let world = World::sample(backend).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let specialist = world.browser(&world.made.people["chuo.takahashi"]).await;

    // Registered, wrongly at first; found by name, kana and number.
    let page = get(&clerk, "/patients/new").await;
    let id = between(&page, "name=\"id\" value=\"", "\"").to_owned();
    let mut wrong = PATIENT.to_vec();
    wrong[5] = ("birthday", "昭和64年1月8日");
    wrong.push(("id", &id));
    assert_eq!(
        post(&clerk, "/patients/new", &wrong).await.status_code(),
        422
    );
    let mut right = PATIENT.to_vec();
    right.push(("id", &id));
    let patient_page = ok(&clerk, "/patients/new", &right).await;
    let patient = patient_page.rsplit('/').next().unwrap().to_owned();
    for asked in ["鸞鳳院", "ランポウイン", "90817263"] {
        let found = post(&clerk, "/patients", &[("q", asked)]).await;
        assert!(
            words(&found.text()).contains("麒麟丸"),
            "{asked}: {}",
            words(&found.text())
        );
    }
    get(&clerk, &patient_page).await;
    get(&clerk, &format!("{patient_page}/edit")).await;

    // Written, sent, answered.
    let case = format!("/referrals/{}", world.ids.id());
    let chuo = world.made.institutions["chuo"].to_string();
    let department = world.made.departments["chuo/junkan"].to_string();
    let letter = |then: &'static str| {
        [
            ("base", "0"),
            ("patient", patient.as_str()),
            ("addressee", chuo.as_str()),
            ("department", department.as_str()),
            ("purpose", "鸞痛の精査のお願い"),
            ("diagnosis", "鸞痛"),
            ("course", "鸞鳳院様は3日前から鸞痛"),
            ("then", then),
        ]
    };
    ok(&doctor, &format!("{case}/draft"), &letter("send")).await;
    // Twice: what was sent is no draft any more.
    let again = post(&doctor, &format!("{case}/draft"), &letter("send")).await;
    assert!(!again.status_code().is_server_error());
    for (who, step, fields) in [
        (&desk, "receive", vec![]),
        (
            &specialist,
            "accept",
            vec![
                ("text", "鸞痛の件、承りました"),
                ("department", department.as_str()),
            ],
        ),
    ] {
        ok(who, &format!("{case}/steps/{step}"), &fields).await;
        get(&desk, &case).await;
    }
    let page = get(&desk, &case).await;
    let slot = between(&page, "name=\"slot\" value=\"", "\"").to_owned();
    ok(&desk, &format!("{case}/steps/book"), &[("slot", &slot)]).await;
    ok(&desk, &format!("{case}/steps/arrive"), &[("early", "on")]).await;
    let reply = [
        ("base", "0"),
        ("diagnosis", "鸞痛"),
        ("findings", "鸞鳳院様の鸞痛は軽快"),
        ("plan", "鸞痛に経過観察"),
        ("closes", "on"),
        ("then", "release"),
    ];
    ok(&specialist, &format!("{case}/reply"), &reply).await;
    for browser in [&clerk, &doctor, &desk] {
        for path in [case.as_str(), "/home", "/referrals", "/patients"] {
            get(browser, path).await;
        }
    }
    for paper in ["letter.pdf", "ticket.pdf"] {
        let answer = doctor.get(&format!("{case}/{paper}")).await;
        assert_eq!(answer.status_code(), 200);
        addresses(paper, &answer);
    }

    for asked in ["鸞鳳院", "ランポウイン"] {
        let found = post(&clerk, "/referrals", &[("q", asked)]).await;
        assert!(found.text().contains(&case), "{asked}");
    }

    // Refusals, and what those see who see no patients.
    let stranger = world.clinic("よその医院").await;
    let stranger = world
        .signed_in("canary.stranger", Some(&stranger), &[Role::Doctor])
        .await;
    for path in [case.as_str(), patient_page.as_str()] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status_code(), 404);
        clean(path, &answer.text());
        let answer = stranger.post(&format!("{path}/edit"), &PATIENT).await;
        assert!(answer.status_code().is_client_error());
        clean(path, &answer.text());
    }
    let broken = clerk
        .ask(world.server.post("/patients/new").form(&PATIENT))
        .await;
    assert_eq!(broken.status_code(), 403);
    clean("a form without its token", &broken.text());
    let auditor = world
        .signed_in("canary.auditor", None, &[Role::Auditor])
        .await;
    let path = format!("/audit?patient={patient}");
    let page = auditor.get(&path).await.text();
    assert!(page.contains("患者を登録した"), "{}", words(&page));
    clean("the audit", &page);
    let file = auditor.get("/audit/rows.csv").await;
    assert_eq!(file.status_code(), 200);
    clean("the audit's file", &file.text());
    let region = world
        .signed_in("canary.region", None, &[Role::RegionAdmin])
        .await;
    for path in ["/home", "/imports", "/people"] {
        clean(path, &region.get(path).await.text());
    }

    // Where nothing can be written any more, the answer and the log say why, and not whom it was about.
    world.app.store.close().await.unwrap();
    let failed = clerk.post("/patients/new", &right).await;
    assert!(
        failed.status_code().is_server_error(),
        "{}",
        failed.status_code()
    );
    clean("a failure", &failed.text());

    tracing::info!("the canary has sung");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the canary has sung"), "the log is seen");
    println!("{} bytes of log", logged.len());
    clean("the log", &logged);
}
