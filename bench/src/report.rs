//! Tables and targets, printed as they come and written as Markdown at the end.

use std::path::Path;
use std::time::Duration;

use renkei_base::Clock;

use crate::Done;
use crate::machine::{self, MachineClock};
use crate::plan::Plan;
use crate::stat::{Rounds, shown};

#[derive(Debug)]
pub(crate) struct Report {
    head: String,
    targets: Vec<Target>,
    sections: String,
}

/// Something that was asked for.
#[derive(Debug)]
struct Target {
    what: String,
    wanted: String,
    found: String,
    met: bool,
}

impl Report {
    pub(crate) fn new(plan: &Plan) -> Done<Self> {
        let folder = std::env::temp_dir();
        let mut rates = Rounds::default();
        for _ in 0..3 {
            rates.push(machine::fsync_rate(&folder, Duration::from_millis(300))?);
        }
        machine::remember_rest(rates.median());
        let head = format!(
            "Measured on {} (UTC) on {}.\n\
             Appends of 2 kB, each brought to the disk, one thread: {} a second (median of three).\n\
             {} rounds of {} seconds a step, A B A B in one run, each begun when the disk is at rest (`sync`, and small appends at half their speed or more). A round in which other processes used more than {} % of the machine was done again.\n",
            MachineClock
                .now()
                .to_fhir()
                .split('.')
                .next()
                .unwrap_or_default()
                .replace('T', " "),
            machine::description(&folder)?,
            shown(rates.median()),
            plan.rounds,
            plan.seconds,
            plan.noise,
        );
        println!("{head}");
        Ok(Self {
            head,
            targets: Vec::new(),
            sections: String::new(),
        })
    }

    pub(crate) fn section(&mut self, title: &str, text: &str) {
        self.add(&format!("## {title}\n\n{text}\n"));
    }

    pub(crate) fn table(&mut self, table: &Table) {
        self.add(&table.text());
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.add(&format!("{text}\n"));
    }

    fn add(&mut self, text: &str) {
        println!("{text}");
        self.sections.push_str(text);
        self.sections.push('\n');
    }

    /// At least this.
    pub(crate) fn at_least(&mut self, what: &str, wanted: f64, found: &Rounds) {
        let met = found.median() >= wanted;
        self.target(what, &format!("≥ {wanted}"), &spread(found), met);
    }

    /// Less than this.
    pub(crate) fn below(&mut self, what: &str, wanted: f64, unit: &str, found: &Rounds) {
        let met = found.median() < wanted;
        self.target(what, &format!("< {wanted} {unit}"), &spread(found), met);
    }

    fn target(&mut self, what: &str, wanted: &str, found: &str, met: bool) {
        println!(
            "{} {what}: {found} (wanted {wanted})\n",
            if met { "met" } else { "MISSED" }
        );
        self.targets.push(Target {
            what: what.to_owned(),
            wanted: wanted.to_owned(),
            found: found.to_owned(),
            met,
        });
    }

    /// Prints the targets together; writes everything where results are wanted.
    pub(crate) fn finish(self, write: bool, path: &Path) -> Done<()> {
        let mut table = Table::new(&["what", "wanted", "median (min–max)", ""]);
        for target in &self.targets {
            let met = if target.met { "met" } else { "**missed**" };
            table.row(&[&target.what, &target.wanted, &target.found, met]);
        }
        let table = table.text();
        println!("{table}");
        if write {
            let text = format!(
                "# Results\n\n{}\n{REPEAT}\n## Targets\n\n{table}\n{}",
                self.head,
                self.sections.trim_end()
            );
            std::fs::write(path, format!("{}\n", text.trim_end()))?;
        }
        Ok(())
    }
}

const REPEAT: &str = "To repeat: `make bench` (or `bench/run`; `bench/run --quick` only shows that it works, \
    `bench/run --only durable` runs one part). The sources beside this file say what each line does. \
    Absolute numbers are this machine's; the ratios are what counts.\n";

/// Median, and from where to where.
pub(crate) fn spread(rounds: &Rounds) -> String {
    if rounds.all().len() == 1 {
        return shown(rounds.median());
    }
    format!(
        "{} ({}–{})",
        shown(rounds.median()),
        shown(rounds.min()),
        shown(rounds.max())
    )
}

/// A table of Markdown.
#[derive(Debug)]
pub(crate) struct Table {
    lines: Vec<String>,
}

impl Table {
    pub(crate) fn new(columns: &[&str]) -> Self {
        let rule = columns.iter().map(|_| "---").collect::<Vec<_>>();
        Self {
            lines: vec![line(columns), line(&rule)],
        }
    }

    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.lines.push(line(cells));
    }

    fn text(&self) -> String {
        format!("{}\n", self.lines.join("\n"))
    }
}

fn line(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}
