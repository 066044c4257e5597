//! Durable writes and reads by id on SQLite: the floor, the store in process, and the store through HTTP.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Ids, Purpose, Role, Roles, Scope};
use renkei_fhir::Resource;
use renkei_store::{Changes, Note, Store};
use renkei_testkit::Folder;

use crate::bare::{Question, Writer};
use crate::child::Door;
use crate::counts::{self, Counts, at};
use crate::http::{self, Connection};
use crate::load::{self, Client, Load, closed};
use crate::machine::{self, MachineClock, MachineIds};
use crate::plan::{FEW, MANY, Plan};
use crate::report::{Report, spread};
use crate::shape::{self, Insert};
use crate::stat::Rounds;
use crate::steps::Steps;
use crate::{Done, bare, door};

/// A data folder with patients and resources, the same for all who are compared.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) institution: Id,
    pub(crate) patients: Vec<Id>,
    pub(crate) there: Vec<Id>,
}

impl World {
    /// Fills a new store with it.
    pub(crate) async fn make(
        plan: &Plan,
        config: &renkei_store::Config,
        there: usize,
    ) -> Done<Self> {
        let store = Store::open(config, Arc::new(MachineClock)).await?;
        let ids: Arc<dyn Ids> = Arc::new(MachineIds);
        let ctx = Ctx::program(at(), Arc::clone(&ids));
        let world = Self {
            institution: ids.id(),
            patients: (0..plan.patients).map(|_| ids.id()).collect(),
            there: (0..there).map(|_| ids.id()).collect(),
        };
        for patients in world.patients.chunks(50) {
            store
                .commit(&ctx, shape::patients(patients, &world.institution))
                .await?;
        }
        let each: Vec<(usize, &Id)> = world.there.iter().enumerate().collect();
        for some in each.chunks(50) {
            let mut changes = Changes::default();
            for (number, id) in some {
                let patient = world.patient(*number)?;
                let mut resource =
                    Resource::from_json(&shape::body(patient, &world.institution, *number))?;
                resource.set("id", id.as_str().into());
                changes.create(
                    resource,
                    shape::place(patient, &world.institution, Scope::Record),
                );
            }
            store.commit(&ctx, changes).await?;
        }
        store.close().await?;
        Ok(world)
    }

    /// Not in the order in which they were made.
    pub(crate) fn patient(&self, number: usize) -> Done<&Id> {
        let at = (number * 7_919) % self.patients.len().max(1);
        self.patients.get(at).ok_or_else(|| "no patients".into())
    }

    fn reads(&self, client: usize) -> impl Iterator<Item = &Id> {
        let many = self.there.len();
        (0..500.min(many))
            .filter_map(move |number| self.there.get((number * 7_919 + client * 104_729) % many))
    }
}

/// A client of the floor: its rows are made beforehand, only their id is new each time.
#[derive(Debug)]
pub(crate) struct BareClient {
    rows: Vec<Vec<Insert>>,
    next: usize,
}

impl BareClient {
    pub(crate) fn many(world: &World, clients: usize) -> Done<Vec<Self>> {
        let one = |client: usize| {
            let rows = (0..30).map(|number| {
                let number = client * 30 + number;
                let patient = world.patient(number)?;
                let text = shape::body(patient, &world.institution, number);
                shape::rows(&text, &MachineIds.id(), patient, &world.institution, at())
            });
            Ok(Self {
                rows: rows.collect::<Done<_>>()?,
                next: 0,
            })
        };
        (0..clients).map(one).collect()
    }

    pub(crate) fn rows(&mut self) -> Vec<Insert> {
        let mut rows = self
            .rows
            .get(self.next % self.rows.len().max(1))
            .cloned()
            .unwrap_or_default();
        self.next += 1;
        let id = MachineIds.id();
        for insert in &mut rows {
            if let Some(cell) = insert.cells.get_mut(2) {
                *cell = shape::Cell::Text(id.to_string());
            }
        }
        rows
    }
}

/// The three folders, and what was done in each.
struct Bench<'a> {
    plan: &'a Plan,
    world: World,
    bare: PathBuf,
    store: PathBuf,
    door: Door,
    rounds: usize,
    bare_done: u64,
    store_done: u64,
    written: u64,
    read: u64,
}

/// What the rounds gave.
#[derive(Default)]
struct Found {
    steps: Steps,
    jobs: Rounds,
    fsync: Rounds,
}

const BARE: &str = "bare write, 64 clients";
const STORE: &str = "store in process, 64 clients";
const HTTP: &str = "write through HTTP, 64 clients";
const HTTP_FEW: &str = "write through HTTP, 8 clients";
const BARE_READ: &str = "bare read of the body, 1 thread";
const FILTERED_READ: &str = "bare read with the read filter, 1 thread";
const READ_MANY: &str = "read through HTTP, 64 clients";
const READ_FEW: &str = "read through HTTP, 8 clients";

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    let folder = Folder::new();
    let root = plan
        .keep
        .clone()
        .unwrap_or_else(|| folder.path().to_owned());
    let (bare, store, data) = (root.join("bare"), root.join("store"), root.join("door"));
    let runtime = load::runtime()?;
    let world = runtime.block_on(World::make(
        plan,
        &door::config(bare.clone(), None),
        plan.there,
    ))?;
    copy(&bare, &store)?;
    copy(&bare, &data)?;
    let door = Door::start(&data, None, &world.institution, MANY)?;
    let mut bench = Bench {
        plan,
        world,
        bare,
        store,
        door,
        rounds: 0,
        bare_done: 0,
        store_done: 0,
        written: 0,
        read: 0,
    };
    let mut found = Found::default();
    let mut left = 3 * plan.rounds;
    let mut rounds = 0;
    while rounds < plan.rounds {
        let (round, noise) = bench.round()?;
        if noise > plan.noise && left > 0 {
            println!("a round with {noise:.0} % of other load is done again");
            left -= 1;
            continue;
        }
        for (name, load) in &round.steps {
            found.steps.push(name, load);
        }
        found.jobs.push(round.jobs);
        found.fsync.push(machine::fsync_rate(
            &root,
            std::time::Duration::from_millis(300),
        )?);
        rounds += 1;
    }
    let rows = bench.check()?;
    tell(report, &found, rows);
    Ok(())
}

struct Round {
    steps: Vec<(&'static str, Load)>,
    jobs: f64,
}

impl Bench<'_> {
    fn round(&mut self) -> Done<(Round, f64)> {
        let runtime = load::runtime()?;
        let seconds = self.plan.seconds;
        let mut steps = Vec::new();
        let mut jobs = 0.0;
        // Each begins once, since whoever writes first finds the disk most at rest.
        for turn in 0..3 {
            steps.push(match (turn + self.rounds) % 3 {
                0 => (BARE, runtime.block_on(self.bare_writes())?),
                1 => (STORE, runtime.block_on(self.store_writes())?),
                _ => {
                    let before = runtime.block_on(figures(&self.door))?;
                    let load = runtime.block_on(self.writes(MANY))?;
                    let after = runtime.block_on(figures(&self.door))?;
                    jobs = (after.1 - before.1) as f64 / (after.0 - before.0).max(1) as f64;
                    (HTTP, load)
                }
            });
        }
        self.rounds += 1;
        let few = runtime.block_on(self.writes(FEW))?;
        let bare_read = |question| {
            let (path, world) = (self.bare.join("renkei.db"), &self.world);
            bare::read(&path, question, &world.institution, &world.there, seconds)
        };
        let one = bare_read(Question::Body)?;
        let filtered = bare_read(Question::Filtered)?;
        let many_reads = runtime.block_on(self.reads(MANY))?;
        let few_reads = runtime.block_on(self.reads(FEW))?;
        steps.extend([
            (HTTP_FEW, few),
            (BARE_READ, one),
            (FILTERED_READ, filtered),
            (READ_MANY, many_reads),
            (READ_FEW, few_reads),
        ]);
        let noise = steps
            .iter()
            .map(|(_, load)| load.others)
            .fold(0.0, f64::max);
        Ok((Round { steps, jobs }, noise))
    }

    async fn bare_writes(&mut self) -> Done<Load> {
        let writer = Writer::start(&self.bare.join("renkei.db"))?;
        let mut clients = BareClient::many(&self.world, MANY)?;
        let load = closed(&mut clients, self.plan.seconds, async |client| {
            writer.write(client.rows()).await
        })
        .await?;
        if self.plan.quick {
            println!("bare: {} a commit", load.done / writer.commits().max(1));
        }
        writer.close()?;
        self.bare_done += load.done;
        Ok(load)
    }

    async fn store_writes(&mut self) -> Done<Load> {
        let store = Store::open(
            &door::config(self.store.clone(), None),
            Arc::new(MachineClock),
        )
        .await?;
        let mut clients = (0..MANY)
            .map(|client| {
                let texts = (0..30).map(|number| {
                    let patient = self.world.patient(client * 30 + number)?;
                    Ok((
                        shape::body(patient, &self.world.institution, number),
                        patient.clone(),
                    ))
                });
                Ok((texts.collect::<Done<Vec<_>>>()?, 0))
            })
            .collect::<Done<Vec<_>>>()?;
        let institution = &self.world.institution;
        let load = closed(&mut clients, self.plan.seconds, async |(texts, next)| {
            let (text, patient) = texts.get(*next % 30).ok_or("no texts")?;
            *next += 1;
            let ctx = ctx(institution);
            let id = ctx.ids.id();
            let mut resource = Resource::from_json(text)?;
            resource.set("id", id.as_str().into());
            let mut changes = Changes::default();
            changes.create(resource, shape::place(patient, institution, Scope::Record));
            changes.note(
                Note::new(door::WRITTEN)
                    .patient(patient)
                    .what(shape::key(&id)),
            );
            store.commit(&ctx, changes).await?;
            Ok(())
        })
        .await?;
        store.close().await?;
        drop(store);
        closed_files(&self.store)?;
        self.store_done += load.done;
        Ok(load)
    }

    async fn writes(&mut self, many: usize) -> Done<Load> {
        let load = write_step(self.plan, &self.world, &self.door, many).await?;
        self.written += load.done;
        Ok(load)
    }

    async fn reads(&mut self, many: usize) -> Done<Load> {
        let mut clients = Vec::with_capacity(many);
        for (client, session) in self.door.sessions.iter().take(many).enumerate() {
            let cookie = vec![format!("cookie: renkei={session}")];
            let ids = self.world.reads(client);
            let requests = ids
                .map(|id| http::request("GET", &format!("/door/Observation/{id}"), &cookie, b""));
            clients.push(Client::new(
                Connection::open(self.door.address).await?,
                requests.collect(),
                200,
            ));
        }
        let load = closed(&mut clients, self.plan.seconds, Client::step).await?;
        self.read += load.done;
        Ok(load)
    }

    /// Ends the door and counts; returns the rows of its audit.
    fn check(self) -> Done<u64> {
        self.door.close()?;
        let there = self.world.there.len() as u64;
        let data = self.store.with_file_name("door");
        let bare = Counts::expected(there + self.bare_done, 0, 0);
        bare.check("bare", counts::sqlite(&self.bare)?)?;
        let store = Counts::expected(there + self.store_done, self.store_done, 0);
        store.check("store", counts::sqlite(&self.store)?)?;
        let door = Counts::expected(there + self.written, self.written, self.read);
        door.check("door", counts::sqlite(&data)?)?;
        load::runtime()?.block_on(counts::audit(&door::config(data, None)))
    }
}

/// Writes through a door's HTTP, by clients with a session each.
pub(crate) async fn write_step(plan: &Plan, world: &World, door: &Door, many: usize) -> Done<Load> {
    let mut clients = Vec::with_capacity(many);
    for (client, session) in door.sessions.iter().take(many).enumerate() {
        let head = [
            format!("cookie: renkei={session}"),
            "content-type: application/fhir+json".to_owned(),
        ];
        let requests = (0..30).map(|number| {
            let number = client * 30 + number;
            let body = shape::body(world.patient(number)?, &world.institution, number);
            Ok(http::request(
                "POST",
                "/door/Observation",
                &head,
                body.as_bytes(),
            ))
        });
        let requests = requests.collect::<Done<_>>()?;
        clients.push(Client::new(
            Connection::open(door.address).await?,
            requests,
            201,
        ));
    }
    closed(&mut clients, plan.seconds, Client::step).await
}

/// Transactions and commits of a door so far.
pub(crate) async fn figures(door: &Door) -> Done<(u64, u64)> {
    let request = http::request("GET", "/figures", &[], b"");
    let answer = Connection::open(door.address).await?.ask(&request).await?;
    let (one, other) = answer.text()?.split_once(' ').ok_or("no figures")?;
    Ok((one.parse()?, other.parse()?))
}

/// A doctor of the institution, as the door makes it of a session.
fn ctx(institution: &Id) -> Ctx {
    let caller = Caller {
        account: Some(institution.clone()),
        name: String::new(),
        institution: Some(institution.clone()),
        roles: Roles::new([Role::Doctor]),
        machine: None,
    };
    Ctx {
        reach: renkei_access::reach(&caller),
        purpose: Purpose::Treatment,
        caller,
        ..Ctx::program(at(), Arc::new(MachineIds))
    }
}

/// The last of a closed store's connections takes the logs away when it ends, a moment later.
fn closed_files(folder: &Path) -> Done<()> {
    let log = |name: &str| folder.join(name).exists();
    let began = machine::now();
    while log("renkei.db-wal") || log("audit-reads.db-wal") {
        if began.elapsed() > std::time::Duration::from_secs(10) {
            return Err("the store does not close its files".into());
        }
        std::thread::yield_now();
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Done<()> {
    closed_files(from)?;
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

const TEXT: &str = "One durable write is one new FHIR Observation of about 1.5 kB in one of 2,000 patients' compartments: one resource row \
and nine index rows in four tables.\n\n\
- **bare**: these rows and nothing else, made beforehand, by the SQLite driver in process: 64 clients, one writer thread that commits \
whatever waits in one transaction, the same tables and pragmas, the same checkpoint thread. No HTTP, session, policy, read filter, JSON, \
savepoint, change feed, audit.\n\
- **store in process**: `store.commit` called by 64 tasks: JSON checked, read filter, index drawn, savepoint, feed row, audit row chained by hash.\n\
- **through HTTP**: the same from another process, with 64 sessions, each request authenticated and permitted by the policy.\n\n\
Reads, one thread with one prepared statement: **of the body** asks for the body by id and nothing else; **with the read filter** asks what the \
store asks, all columns of a row that an access row opens. Through HTTP each read has its session, policy, read filter, and an audit row chained \
and written before the answer.\n";

fn tell(report: &mut Report, found: &Found, rows: u64) {
    report.section("Durable writes and reads by id, SQLite", TEXT);
    report.table(&found.steps.table("", |_| String::new()));
    let bare = found.steps.rate(BARE);
    report.at_least(
        "durable writes from 64 clients through HTTP / bare",
        0.75,
        &found.steps.rate(HTTP).over(&bare),
    );
    report.at_least("jobs a commit, 64 clients through HTTP", 25.0, &found.jobs);
    for (floor, name) in [
        (FILTERED_READ, "bare with the read filter"),
        (BARE_READ, "bare read of the body"),
    ] {
        let read = found.steps.rate(floor);
        for (step, many, wanted) in [(READ_MANY, MANY, 0.35), (READ_FEW, FEW, 0.22)] {
            let what = format!("reads by id, {many} clients through HTTP / {name}");
            report.at_least(&what, wanted, &found.steps.rate(step).over(&read));
        }
    }
    let store = spread(&found.steps.rate(STORE).over(&bare));
    let fsync = spread(&found.fsync);
    report.note(&format!(
        "Store in process / bare: {store}. Raw appends with fsync beside each round: {fsync} a second.\n\n\
         Asserted: resources and index rows in each database, one audit row for each acknowledged write and read, \
         all {rows} audit rows hashed again."
    ));
}
