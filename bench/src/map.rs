//! The map of Tokyo and the page of an area in the sample region, as visitors get them: with the real outlines where
//! `RENKEI_TEST_DATA` names a folder that has them, else with tiles.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use renkei_base::{Clock, Ctx, Ids};
use renkei_directory::import::{self, Choice, Source};
use renkei_store::Store;
use renkei_testkit::{Folder, test_data};

use crate::child::Renkei;
use crate::http::{Connection, request};
use crate::load::{self, Client, closed};
use crate::machine::{MachineClock, MachineIds};
use crate::plan::Plan;
use crate::report::{Report, Table};
use crate::stat::{Rounds, shown};
use crate::steps::Steps;
use crate::{Done, door};

const MAP: &str = "/map?kind=secondary-medical-area&figure=hospital&prefecture=13";
const DETAILED: &str = "/map?kind=municipality&figure=hospital&prefecture=13";
const AREA: &str = "/areas/1303?kind=secondary-medical-area";
/// What 99 of 100 pages may take.
const MOST_MS: f64 = 20.0;
/// What the map's page may weigh when it is packed, in bytes of a thousand to the kB.
const MOST_KB: f64 = 25.0;
/// Areas of Tokyo, and its municipalities: in the picture and in the table each.
const COUNTS: [(&str, &str, usize); 3] = [
    (MAP, "<a href=\"/areas/13", 2 * 13),
    (DETAILED, "municipality=13", 2 * 62),
    (AREA, "municipality=13", 3),
];

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    let folder = Folder::new();
    let data = folder.join("demo");
    // Makes the sample region.
    drop(Renkei::demo(&data)?);
    let outlines = test_data("boundaries/tokyo.topojson");
    let runtime = load::runtime()?;
    if let Some(file) = &outlines {
        runtime.block_on(bring(&data, file))?;
    }
    let renkei = Renkei::demo(&data)?;
    let drawn = if outlines.is_some() {
        "the outlines of its 62 municipalities (国土数値情報 N03, simplified)"
    } else {
        "tiles, since no outlines were given"
    };
    report.section(
        "Maps",
        &format!(
            "Tokyo in the sample region, with {drawn}; as a visitor, one client without pause."
        ),
    );
    runtime.block_on(measure(plan, renkei.address, report))
}

async fn bring(data: &Path, file: &Path) -> Done<()> {
    let store = Store::open(&door::config(data.to_owned(), None), Arc::new(MachineClock)).await?;
    let ids: Arc<dyn Ids> = Arc::new(MachineIds);
    let ctx = Ctx::program(MachineClock.now(), ids);
    let source = Source::read("tokyo.topojson", std::fs::read(file)?);
    let source = source.map_err(|refusal| format!("{refusal:?}"))?;
    let kind = import::kind("boundaries").ok_or("no such kind")?;
    let found = import::import(&store, &ctx, kind, &source, Choice::WRITE, &mut |_| {}).await?;
    store.close().await?;
    if found.refused > 0 || found.accepted != 62 {
        return Err(format!("outlines: {}", found.to_json()).into());
    }
    Ok(())
}

async fn measure(plan: &Plan, address: SocketAddr, report: &mut Report) -> Done<()> {
    let mut connection = Connection::open(address).await?;
    let mut weights = Table::new(&["page", "packed kB"]);
    let mut heaviest = Rounds::default();
    let mut most: f64 = 0.0;
    for (path, part, wanted) in COUNTS {
        let text = connection.ask(&asked(path, false)).await?;
        let found = text.text()?.matches(part).count();
        if text.status != 200 || found != wanted {
            return Err(format!("{path}: {}, {found} of {wanted}", text.status).into());
        }
        let packed = connection.ask(&asked(path, true)).await?;
        if packed.header("content-encoding").is_none() {
            return Err(format!("{path} is not packed").into());
        }
        let kb = packed.bytes as f64 / 1000.0;
        most = most.max(kb);
        weights.row(&[path, &shown(kb)]);
    }
    heaviest.push(most);
    let mut steps = Steps::default();
    for (path, ..) in COUNTS {
        for _ in 0..plan.rounds {
            let connection = Connection::open(address).await?;
            let mut clients = vec![Client::new(connection, vec![asked(path, true)], 200)];
            let load = closed(&mut clients, plan.seconds, Client::step).await?;
            steps.push(path, &load);
        }
    }
    report.table(&weights);
    report.table(&steps.table("", |_| String::new()));
    report.below("map page of Tokyo, packed", MOST_KB, "kB", &heaviest);
    report.below("map page of Tokyo, p99", MOST_MS, "ms", &steps.most(MAP));
    report.below(
        "area page with figures, p99",
        MOST_MS,
        "ms",
        &steps.most(AREA),
    );
    Ok(())
}

fn asked(path: &str, packed: bool) -> Vec<u8> {
    let mut head = vec!["accept-language: ja".to_owned()];
    head.extend(packed.then(|| "accept-encoding: gzip".to_owned()));
    request("GET", path, &head, b"")
}
