//! Imports, next to the bare bulk rate of the store: the same rows into the same tables with their keys, by the driver alone,
//! in as many transactions. Memory of the process, and whether twice as much takes twice as long.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use clap::Args;
use renkei_base::code::{MunicipalityCode, Prefecture};
use renkei_base::{Clock, Ctx, Ids};
use renkei_directory::import::{self, Choice, Source};
use renkei_store::Store;
use renkei_testkit::Folder;
use rusqlite::types::Value;

use crate::machine::{MachineClock, MachineIds, memory, now};
use crate::plan::Plan;
use crate::report::{Report, Table};
use crate::stat::{Rounds, shown};
use crate::{Done, bare, door};

/// Of the bare rate, at least this.
const SHARE: f64 = 0.5;
/// MB that an import may take.
const MOST_MB: f64 = 150.0;
/// How much longer a row may take in the large file than in the small one.
const LINEAR: f64 = 1.3;
/// Institutions of one commit, as in the import.
const BATCH: usize = 100;

/// An import in a process of its own: `import --data DIR --file CSV`.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    file: PathBuf,
}

/// What the process says when it is done.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    /// `RssAnon`, at most.
    mb: f64,
}

/// Imports the file into a new store, and prints seconds and memory.
pub(crate) fn child(settings: &Settings) -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let peak = Peak::watch();
    let seconds = runtime.block_on(async {
        let config = door::config(settings.data.clone(), None);
        let store = Store::open(&config, Arc::new(MachineClock)).await?;
        let ids: Arc<dyn Ids> = Arc::new(MachineIds);
        let ctx = Ctx::program(MachineClock.now(), ids);
        let began = now();
        let bytes = std::fs::read(&settings.file)?;
        let source = Source::read("clinics_20260601.csv", bytes);
        let source = source.map_err(|refusal| format!("{refusal:?}"))?;
        let kind = import::kind("medical-institutions").ok_or("no such kind")?;
        let report =
            import::import(&store, &ctx, kind, &source, Choice::WRITE, &mut |_| {}).await?;
        if report.refused > 0 || report.accepted == 0 {
            return Err(format!("{} {:?}", report.to_json(), report.reasons()).into());
        }
        let seconds = began.elapsed().as_secs_f64();
        store.close().await?;
        Done::Ok(seconds)
    })?;
    println!("{seconds} {}", peak.most()?);
    Ok(())
}

/// The most memory of its own that this process has while it works: looked at 20 times a second. Pages of the database's
/// file that are mapped are the system's.
#[derive(Debug)]
struct Peak {
    end: Arc<AtomicBool>,
    watch: JoinHandle<f64>,
}

impl Peak {
    fn watch() -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&end);
        let watch = std::thread::spawn(move || {
            let mut most: f64 = 0.0;
            while !ended.load(Ordering::Relaxed) {
                most = most.max(memory(std::process::id()).map_or(0.0, |(own, _)| own));
                std::thread::park_timeout(Duration::from_millis(50));
            }
            most
        });
        Self { end, watch }
    }

    fn most(self) -> Done<f64> {
        self.end.store(true, Ordering::Relaxed);
        self.watch
            .join()
            .map_err(|_| "the watch ended early".into())
    }
}

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    let sizes = [plan.institutions / 5, plan.institutions * 2];
    let mut table = Table::new(&[
        "institutions",
        "import s",
        "bare s",
        "institutions/s",
        "of bare",
        "memory MB",
    ]);
    let mut shares = Rounds::default();
    let mut memory = Rounds::default();
    let mut slower = Rounds::default();
    for _ in 0..plan.rounds.min(3) {
        let mut each = Vec::new();
        for many in sizes {
            let folder = Folder::new();
            let file = folder.join("clinics.csv");
            std::fs::write(&file, csv(many)?)?;
            let took = imported(&folder.join("data"), &file)?;
            let floor = copied(&folder.join("data").join("renkei.db"), many)?;
            let rate = many as f64 / took.seconds;
            table.row(&[
                &many.to_string(),
                &shown(took.seconds),
                &shown(floor),
                &shown(rate),
                &shown(floor / took.seconds),
                &shown(took.mb),
            ]);
            each.push(took.seconds / many as f64);
            if Some(&many) == sizes.last() {
                shares.push(floor / took.seconds);
                memory.push(took.mb);
            }
        }
        if let [small, large] = each.as_slice() {
            slower.push(large / small);
        }
    }
    report.section(
        "Imports",
        "A CSV of clinics with the official columns, kana, hours and coordinates, in a process of its own: unpacked, \
         checked, compared, written with FHIR resources, search rows, tables and audit. The floor: all rows that it left in \
         the database, into the same tables with the same keys, by the driver alone, in as many transactions.",
    );
    report.table(&table);
    report.at_least("an import over the bare bulk rate", SHARE, &shares);
    report.below("memory of an import", MOST_MB, "MB", &memory);
    report.below(
        "time of a row, ten times as many over few",
        LINEAR,
        "times",
        &slower,
    );
    Ok(())
}

fn imported(data: &Path, file: &Path) -> Done<Took> {
    std::fs::create_dir_all(data)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("import").arg("--data").arg(data);
    command.arg("--file").arg(file);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the import failed".into());
    }
    let said = String::from_utf8(output.stdout)?;
    let (seconds, mb) = said.trim().split_once(' ').ok_or("no figures")?;
    Ok(Took {
        seconds: seconds.parse()?,
        mb: mb.parse()?,
    })
}

/// Seconds that all rows of a database take into a new one, by the driver alone.
fn copied(from: &Path, institutions: usize) -> Done<f64> {
    let source = bare::open(from)?;
    let to = from.with_file_name("bare.db");
    let target = bare::open(&to)?;
    let mut schema =
        source.prepare("select name, type, sql from sqlite_master where sql is not null")?;
    let parts: Vec<(String, String, String)> = schema
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let own = parts.iter().filter(|part| !part.0.starts_with("sqlite_"));
    for kind in ["table", "index"] {
        for (_, _, sql) in own.clone().filter(|part| part.1 == kind) {
            target.execute_batch(sql)?;
        }
    }
    let commits = institutions.div_ceil(BATCH);
    let tables: Vec<&String> = own
        .filter(|part| part.1 == "table")
        .map(|part| &part.0)
        .collect();
    let mut statements = Vec::new();
    let mut shapes = Vec::new();
    for table in tables {
        let count: i64 = source.query_row(&format!("select count(*) from {table}"), [], |row| {
            row.get(0)
        })?;
        let statement = source.prepare(&format!("select * from {table}"))?;
        let columns = statement.column_count();
        let places: Vec<String> = (1..=columns).map(|n| format!("?{n}")).collect();
        let insert = format!("insert into {table} values ({})", places.join(", "));
        shapes.push((insert, columns, usize::try_from(count)?.div_ceil(commits)));
        statements.push(statement);
    }
    let readers = statements.iter_mut().map(|statement| statement.query([]));
    let mut readers: Vec<rusqlite::Rows<'_>> = readers.collect::<rusqlite::Result<_>>()?;
    let mut seconds = 0.0;
    // A slice of each table goes into each transaction, as the import writes them. Reading them is not counted.
    for _ in 0..commits {
        let mut slices = Vec::new();
        for (reader, (insert, columns, size)) in readers.iter_mut().zip(&shapes) {
            slices.push((insert, slice(reader, *columns, *size)?));
        }
        let began = now();
        target.prepare_cached("begin immediate")?.execute([])?;
        for (insert, rows) in slices {
            let mut statement = target.prepare_cached(insert)?;
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row))?;
            }
        }
        target.prepare_cached("commit")?.execute([])?;
        seconds += began.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

/// The next rows.
fn slice(
    reader: &mut rusqlite::Rows<'_>,
    columns: usize,
    size: usize,
) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::with_capacity(size);
    while rows.len() < size {
        let Some(row) = reader.next()? else { break };
        let cells = (0..columns).map(|n| row.get(n));
        rows.push(cells.collect::<rusqlite::Result<_>>()?);
    }
    Ok(rows)
}

const HEADINGS: &str = "ID,正式名称,正式名称（フリガナ）,略称,機関区分,都道府県コード,市区町村コード,所在地,所在地座標（緯度）,\
    所在地座標（経度）,案内用ホームページアドレス,毎週決まった曜日に休診（日）,祝日に休診,一般病床,合計病床数";

/// Clinics all over the country, with invented names.
fn csv(many: usize) -> Done<String> {
    let mut text = format!("\u{FEFF}{HEADINGS}\r\n");
    for number in 0..many {
        let city = 201 + number / 47 % 12;
        let prefecture = u8::try_from(1 + number % 47)?;
        let code = MunicipalityCode::from_parts(&format!("{prefecture:02}"), &city.to_string());
        let code = code.map_err(|fault| format!("{fault:?}"))?;
        let name = Prefecture::from_number(prefecture).map(Prefecture::name);
        let name = name.ok_or("no prefecture")?;
        let code = code.as_str().get(2..5).ok_or("no code")?;
        writeln!(
            text,
            "{prefecture:02}2{number:010},医療法人社団見本会 見本{number}内科クリニック,ミホン{number}ナイカクリニック,\
             見本{number}内科,2,{prefecture:02},{code},{name}見本{city}市中央{}丁目{}番{}号,{}.{:06},{}.{:06},\
             https://{number}.example.jp/,0,0,0,0\r",
            1 + number % 9,
            1 + number % 30,
            1 + number % 17,
            33 + number % 9,
            number % 1_000_000,
            131 + number % 9,
            number % 1_000_000,
        )?;
    }
    Ok(text)
}
