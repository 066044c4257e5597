//! The machine: its clock and ids, its counters, what it is, how fast its disk is.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use renkei_base::{Clock, Id, Ids, Micros};

use crate::Done;

/// The only place that asks for the time to measure by.
#[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[derive(Debug)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "as the binary's clock")]
    fn now(&self) -> Micros {
        Micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// As the binary's, so that ids and secrets cost what they cost there.
#[derive(Debug)]
pub(crate) struct MachineIds;

impl Ids for MachineIds {
    #[expect(clippy::disallowed_methods, reason = "as the binary's ids")]
    #[expect(clippy::expect_used, reason = "a UUID's text is always an id")]
    fn id(&self) -> Id {
        let text = uuid::Uuid::now_v7().to_string();
        text.parse().expect("an id")
    }

    #[expect(clippy::disallowed_methods, reason = "as the binary's ids")]
    #[expect(
        clippy::expect_used,
        reason = "without chance there is nothing to measure"
    )]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("random bytes");
        bytes
    }
}

/// Processor time used so far by everything and by this run's own processes, in ticks of 10 ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    busy: u64,
    own: u64,
    all: u64,
}

/// Names of the processes that belong to a run.
const OWN: [&str; 3] = ["renkei-bench", "renkei", "postgres"];

impl Ticks {
    pub(crate) fn read() -> Done<Self> {
        let text = std::fs::read_to_string("/proc/stat")?;
        let first = text.lines().next().unwrap_or_default();
        let numbers = first.split_whitespace().skip(1);
        let numbers: Vec<u64> = numbers.filter_map(|word| word.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal; guests are in user already.
        let all: u64 = numbers.iter().take(8).sum();
        let idle: u64 = numbers.iter().skip(3).take(2).sum();
        Ok(Self {
            busy: all - idle,
            own: own()?,
            all,
        })
    }

    /// Processor time that others used since, in percent of all cores.
    pub(crate) fn others_since(self, before: Self) -> f64 {
        let busy = self.busy.saturating_sub(before.busy) as f64;
        let own = self.own.saturating_sub(before.own) as f64;
        let all = self.all.saturating_sub(before.all).max(1) as f64;
        (100.0 * (busy - own) / all).max(0.0)
    }
}

fn own() -> Done<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path().join("stat");
        // Processes end while one looks.
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let Some((before, after)) = text.rsplit_once(')') else {
            continue;
        };
        let name = before.split_once('(').map_or("", |(_, name)| name);
        if OWN.contains(&name) {
            let ticks = after.split_whitespace().skip(11).take(2);
            sum += ticks
                .filter_map(|word| word.parse::<u64>().ok())
                .sum::<u64>();
        }
    }
    Ok(sum)
}

/// Waits until the disk is at rest, so that no step pays for what the one before it left: all that was written is out,
/// and small appends are quick again.
pub(crate) async fn settle() -> Done<()> {
    for _ in 0..TRIES {
        if !Command::new("sync").status()?.success() {
            return Err("sync failed".into());
        }
        // Checkpoints that were begun go on for a moment.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let rate = fsync_rate(&std::env::temp_dir(), Duration::from_millis(200))?;
        if rate >= RESTED.get().copied().unwrap_or_default() {
            return Ok(());
        }
    }
    Ok(())
}

/// Half of the appends a second that the disk did before anything was measured: then it is at rest.
static RESTED: OnceLock<f64> = OnceLock::new();
/// How often a disk is asked whether it is at rest; then it is taken as it is.
const TRIES: usize = 12;

pub(crate) fn remember_rest(rate: f64) {
    // The first says what is rest.
    let _already = RESTED.set(rate / 2.0);
}

/// Appends of 2 kB, each brought to the disk, for a time: how many a second.
pub(crate) fn fsync_rate(folder: &Path, time: Duration) -> Done<f64> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let block = [b'x'; 2048];
    let began = now();
    let mut count = 0_u32;
    while began.elapsed() < time {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// A process's memory that is its own and not of mapped files, and the whole, in MB.
pub(crate) fn memory(process: u32) -> Done<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number
            .and_then(|number| number.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
            / 1024.0
    };
    Ok((of("RssAnon"), of("VmRSS")))
}

/// What the machine is, without its name.
pub(crate) fn description(folder: &Path) -> Done<String> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |line| {
        line.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism()?.get();
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    let total = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let total = total.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    let gib = total.unwrap_or(f64::NAN) / (1024.0 * 1024.0);
    let kernel = output(Command::new("uname").arg("-r"));
    let kernel = kernel.split('-').next().unwrap_or_default();
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let system = system
        .unwrap_or("unknown system")
        .trim_matches('"')
        .to_owned();
    let kind = output(Command::new("df").arg("--output=fstype").arg(folder));
    let kind = kind.lines().last().unwrap_or_default();
    let compiler = output(Command::new("rustc").arg("--version"));
    Ok(format!(
        "{cores} cores of {model}, {gib:.0} GiB of memory, {kind}, {system}, Linux {kernel}, {compiler}"
    ))
}

fn output(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout);
    let text = String::from_utf8(output.unwrap_or_default()).unwrap_or_default();
    text.trim().to_owned()
}
