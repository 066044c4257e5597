//! What the rounds of several steps gave, by the step's name.

use crate::load::Load;
use crate::report::{Table, spread};
use crate::stat::{Rounds, Times, shown};

#[derive(Clone, Debug, Default)]
struct Step {
    name: String,
    rate: Rounds,
    half: Rounds,
    most: Rounds,
    longest: Rounds,
    others: Rounds,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    pub(crate) fn push(&mut self, name: &str, load: &Load) {
        let step = self.step(name);
        step.rate.push(load.rate());
        step.others.push(load.others);
        step.times(&load.times);
    }

    /// A step that has no rate.
    pub(crate) fn push_times(&mut self, name: &str, times: &Times) {
        self.step(name).times(times);
    }

    fn step(&mut self, name: &str) -> &mut Step {
        let known = self.0.iter().position(|step| step.name == name);
        let at = known.unwrap_or_else(|| {
            self.0.push(Step {
                name: name.to_owned(),
                ..Step::default()
            });
            self.0.len() - 1
        });
        // The place that was just found or made.
        #[expect(clippy::indexing_slicing, reason = "it is there")]
        &mut self.0[at]
    }

    fn of(&self, name: &str) -> Step {
        let step = self.0.iter().find(|step| step.name == name);
        step.cloned().unwrap_or_default()
    }

    pub(crate) fn rate(&self, name: &str) -> Rounds {
        self.of(name).rate
    }

    /// In milliseconds, within which 99 of 100 answers came.
    pub(crate) fn most(&self, name: &str) -> Rounds {
        self.of(name).most
    }

    /// In milliseconds, within which half of the answers came.
    pub(crate) fn half(&self, name: &str) -> Rounds {
        self.of(name).half
    }

    /// One line for each step; `last` gives the cell under `title`, where there is one.
    pub(crate) fn table(&self, title: &str, last: impl Fn(&str) -> String) -> Table {
        let mut columns = vec![
            "step",
            "a second",
            "p50 ms",
            "p99 ms",
            "longest ms",
            "others' CPU %",
        ];
        columns.extend((!title.is_empty()).then_some(title));
        let mut table = Table::new(&columns);
        for step in &self.0 {
            let mut cells = vec![
                step.name.clone(),
                spread(&step.rate),
                shown(step.half.median()),
                spread(&step.most),
                shown(step.longest.max()),
                shown(step.others.median()),
            ];
            cells.extend((!title.is_empty()).then(|| last(&step.name)));
            table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
        }
        table
    }
}

impl Step {
    fn times(&mut self, times: &Times) {
        self.half.push(times.percentile(0.5));
        self.most.push(times.percentile(0.99));
        self.longest.push(times.percentile(1.0));
    }
}
