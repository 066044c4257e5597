//! Search over 100,000 institutions: in memory, and through the page.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use renkei_directory::{Finder, Search};
use renkei_store::Store;

use crate::http::{Connection, encoded, request};
use crate::load::{Client, closed, paced};
use crate::machine::{MachineClock, now};
use crate::plan::{FEW, Plan};
use crate::region::Large;
use crate::report::Report;
use crate::stat::{Times, shown};
use crate::steps::Steps;
use crate::{Done, door};

/// What people type: names, kana of both widths, places, kinds, parts of codes, and what is not there.
const WORDS: [&str; 16] = [
    "佐藤",
    "やまざき",
    "ﾜﾀﾅﾍﾞ",
    "さくら内科",
    "見本会",
    "病院",
    "訪問看護",
    "東京都 歯科",
    "長谷川クリニック",
    "港 薬局",
    "北海道 整形",
    "1310000",
    "医",
    "齋藤医院 駅前",
    "どこにもない名前",
    "神奈川県見本205市",
];
const TYPING: &str = "GET /institutions?q=, the list while one types";
/// What 99 of 100 searches may take.
const MOST_MS: f64 = 10.0;
/// Searches of one person: one in so many seconds.
const PACE: f64 = 1.0;

pub(crate) async fn in_process(data: &Path, large: &Large, report: &mut Report) -> Done<()> {
    let store = Store::open(&door::config(data.to_owned(), None), Arc::new(MachineClock)).await?;
    let began = now();
    let finder = Finder::load(&store).await?;
    let load = began.elapsed().as_secs_f64();
    if finder.len() != large.institutions {
        return Err(format!("{} institutions in memory", finder.len()).into());
    }
    let mut times = Vec::new();
    let mut hits = 0;
    for round in 0..20 {
        for words in WORDS {
            let search = Search {
                words: words.to_owned(),
                offset: if round % 4 == 3 { 50 } else { 0 },
                ..Search::default()
            };
            let began = now();
            hits += finder.search(&search).total;
            times.push(u32::try_from(began.elapsed().as_micros())?);
        }
    }
    store.close().await?;
    if hits == 0 {
        return Err("the searches found nothing".into());
    }
    let times = Times::new(times);
    let text = format!(
        "{} different searches (names, both widths of kana, places, kinds, parts of codes, nothing). In memory, one thread: p50 {} ms, p99 {} ms; \
         read into memory in {} s.\n",
        WORDS.len(),
        shown(times.percentile(0.5)),
        shown(times.percentile(0.99)),
        shown(load)
    );
    report.section("Institution search, large region", &text);
    Ok(())
}

/// Through `GET /institutions?q=`, as visitors.
pub(crate) async fn run(plan: &Plan, address: SocketAddr, report: &mut Report) -> Done<()> {
    let mut steps = Steps::default();
    let named = |name: &str| format!("{name}, each of {} people every {PACE} s", plan.people);
    for (name, fragment) in [(TYPING, true), ("GET /institutions?q=, whole page", false)] {
        for _ in 0..plan.rounds {
            let mut clients = clients(address, plan.people, fragment).await?;
            let load = paced(&mut clients, plan.seconds * 2.0, PACE, Client::step).await?;
            steps.push(&named(name), &load);
        }
    }
    for many in [1, FEW] {
        let mut clients = clients(address, many, true).await?;
        let load = closed(&mut clients, plan.seconds, Client::step).await?;
        steps.push(&format!("{TYPING}, {many} without pause"), &load);
    }
    report.table(&steps.table("", |_| String::new()));
    report.below(
        &format!(
            "institution search at {}, p99 through HTTP",
            plan.institutions
        ),
        MOST_MS,
        "ms",
        &steps.most(&named(TYPING)),
    );
    Ok(())
}

async fn clients(address: SocketAddr, many: usize, fragment: bool) -> Done<Vec<Client>> {
    let mut head = vec![
        "accept-encoding: gzip".to_owned(),
        "accept-language: ja".to_owned(),
    ];
    if fragment {
        head.push("hx-request: true".to_owned());
    }
    let mut clients = Vec::with_capacity(many);
    for client in 0..many {
        let words = WORDS.iter().cycle().skip(client).take(WORDS.len());
        let requests = words.map(|words| {
            request(
                "GET",
                &format!("/institutions?q={}", encoded(words)),
                &head,
                b"",
            )
        });
        clients.push(Client::new(
            Connection::open(address).await?,
            requests.collect(),
            200,
        ));
    }
    Ok(clients)
}
