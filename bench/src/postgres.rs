//! Durable writes on PostgreSQL: the floor, and the store through HTTP. A server of its own, durable as in real use.

use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Folder, postgres};

use crate::bare_postgres::Writers;
use crate::child::Door;
use crate::counts::{self, Counts};
use crate::durable::{BareClient, World, figures, write_step};
use crate::load::{self, Load, closed};
use crate::plan::{MANY, Plan};
use crate::report::{Report, Table, spread};
use crate::stat::{Rounds, shown};
use crate::{Done, door};

/// Connections of the floor: as many as the store has writers, and as many as are good for PostgreSQL's own grouping.
const FLOORS: [usize; 2] = [4, 16];

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    if postgres::binaries().is_none() {
        report.section(
            "Durable writes, PostgreSQL",
            "Left out: PostgreSQL is not installed.",
        );
        return Ok(());
    }
    let server = OwnServer::new(Durability::On);
    let folder = Folder::new();
    let bench = Bench::new(plan, &server, &folder)?;
    let mut found = Found::default();
    let mut rounds = 0;
    let mut left = 3 * plan.rounds;
    let (mut bare_done, mut door_done) = (0, 0);
    while rounds < plan.rounds {
        let round = bench.round()?;
        let floors = round.floors.iter().map(|load| load.done).sum::<u64>();
        bare_done += floors;
        door_done += round.http.done;
        let noise = round
            .floors
            .iter()
            .chain([&round.http])
            .map(|load| load.others)
            .fold(0.0, f64::max);
        if noise > plan.noise && left > 0 {
            println!("a round with {noise:.0} % of other load is done again");
            left -= 1;
            continue;
        }
        found.push(&round);
        rounds += 1;
    }
    let rows = bench.check(bare_done, door_done)?;
    tell(report, &found, rows);
    Ok(())
}

struct Bench<'a> {
    plan: &'a Plan,
    world: World,
    bare: String,
    url: String,
    door: Door,
    folder: &'a Folder,
}

struct Round {
    floors: Vec<Load>,
    http: Load,
    jobs: f64,
}

#[derive(Default)]
struct Found {
    floors: [Rounds; 2],
    best: Rounds,
    http: Rounds,
    jobs: Rounds,
    half: Rounds,
    most: Rounds,
}

impl Found {
    fn push(&mut self, round: &Round) {
        for (rounds, load) in self.floors.iter_mut().zip(&round.floors) {
            rounds.push(load.rate());
        }
        self.best
            .push(round.floors.iter().map(Load::rate).fold(0.0, f64::max));
        self.http.push(round.http.rate());
        self.jobs.push(round.jobs);
        self.half.push(round.http.times.percentile(0.5));
        self.most.push(round.http.times.percentile(0.99));
    }
}

impl<'a> Bench<'a> {
    fn new(plan: &'a Plan, server: &OwnServer, folder: &'a Folder) -> Done<Self> {
        let runtime = load::runtime()?;
        let mut urls = Vec::new();
        for name in ["bare", "door"] {
            server.create_database(name);
            urls.push(server.url(name));
        }
        let [bare, url]: [String; 2] = urls.try_into().map_err(|_| "two databases")?;
        // The floor needs the tables; its patients are nobody's, since it asks for no rights.
        let config = door::config(folder.join("bare"), Some(&bare));
        runtime.block_on(World::make(plan, &config, 0))?;
        let data = folder.join("door");
        let world = runtime.block_on(World::make(
            plan,
            &door::config(data.clone(), Some(&url)),
            0,
        ))?;
        let door = Door::start(&data, Some(&url), &world.institution, MANY)?;
        Ok(Self {
            plan,
            world,
            bare,
            url,
            door,
            folder,
        })
    }

    fn round(&self) -> Done<Round> {
        let mut floors = Vec::new();
        for many in FLOORS {
            let runtime = load::runtime()?;
            floors.push(runtime.block_on(self.floor(many))?);
        }
        let runtime = load::runtime()?;
        let before = runtime.block_on(figures(&self.door))?;
        let http = runtime.block_on(write_step(self.plan, &self.world, &self.door, MANY))?;
        let after = runtime.block_on(figures(&self.door))?;
        let jobs = (after.1 - before.1) as f64 / (after.0 - before.0).max(1) as f64;
        Ok(Round { floors, http, jobs })
    }

    async fn floor(&self, many: usize) -> Done<Load> {
        let writers = Writers::start(&self.bare, many).await?;
        let mut clients = BareClient::many(&self.world, MANY)?;
        closed(&mut clients, self.plan.seconds, async |client| {
            writers.write(client.rows()).await
        })
        .await
    }

    fn check(self, bare_done: u64, door_done: u64) -> Done<u64> {
        self.door.close()?;
        let runtime = load::runtime()?;
        let bare = runtime.block_on(counts::postgres(&self.bare))?;
        Counts::expected(bare_done, 0, 0).check("bare", bare)?;
        let found = runtime.block_on(counts::postgres(&self.url))?;
        Counts::expected(door_done, door_done, 0).check("door", found)?;
        runtime.block_on(counts::audit(&door::config(
            self.folder.join("door"),
            Some(&self.url),
        )))
    }
}

const TEXT: &str = "The same write as on SQLite, on a PostgreSQL of its own that flushes each commit. **Bare**: the same rows by the driver in \
process, each connection taking what waits into one transaction whose statements are all sent at once; with 4 connections (as many as the \
store has writers) and with 16. The ratio is to the faster of the two in the same round.\n";

fn tell(report: &mut Report, found: &Found, rows: u64) {
    report.section("Durable writes, PostgreSQL", TEXT);
    let mut table = Table::new(&["step", "a second", "p50 ms", "p99 ms"]);
    for (many, rounds) in FLOORS.iter().zip(&found.floors) {
        table.row(&[
            &format!("bare, 64 clients, {many} connections"),
            &spread(rounds),
            "",
            "",
        ]);
    }
    let (half, most) = (shown(found.half.median()), shown(found.most.median()));
    table.row(&[
        "through HTTP, 64 clients",
        &spread(&found.http),
        &half,
        &most,
    ]);
    report.table(&table);
    report.at_least(
        "PostgreSQL: durable writes from 64 clients through HTTP / bare",
        0.5,
        &found.http.over(&found.best),
    );
    report.note(&format!(
        "Jobs a commit of one writer: {}. Asserted: resources, index rows, one audit row for each acknowledged write, all {rows} audit rows hashed again.",
        spread(&found.jobs)
    ));
}
