//! Surveys of the whole country: 1,741 municipalities with 120 questions each. What counts everything, what hands one
//! sheet in, on both databases; pages and files of it as a visitor gets them; and whether ten years of such surveys make
//! one of them slower.

mod made;
mod page;

use std::path::Path;
use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Purpose, Reach, Role, Roles};
use renkei_directory::Areas;
use renkei_gov::publication;
use renkei_gov::sheet::submit::{self, Step};
use renkei_gov::survey::SurveyState;
use renkei_store::{Changes, Note, Store};
use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Folder, postgres};

use self::made::{Asked, QUESTIONS, program, yes};
use crate::child::Renkei;
use crate::load::{self, closed};
use crate::machine::{MachineClock, now};
use crate::plan::Plan;
use crate::report::Report;
use crate::stat::{Times, shown};
use crate::steps::Steps;
use crate::{Done, door};

/// The survey that is measured; those of later years stand beside it.
const CODE: &str = "bench-01";
const OPEN: &str = "bench-open";
/// What 99 of 100 may take, in milliseconds.
const COUNT_MS: f64 = 100.0;
const SUBMIT_MS: f64 = 20.0;
/// One survey's count with ten years of surveys there, over the same with that one alone.
const GROWTH: f64 = 1.3;
/// Sheets handed in in one round.
const SUBMITTED: usize = 30;

/// How many sheets a survey has, and how many surveys are there in the end.
#[derive(Clone, Copy, Debug)]
struct Size {
    sheets: usize,
    years: usize,
}

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    let size = if plan.quick {
        Size {
            sheets: 120,
            years: 3,
        }
    } else {
        Size {
            sheets: 1_741,
            years: 10,
        }
    };
    let folder = Folder::new();
    let data = folder.join("demo");
    drop(Renkei::demo(&data)?);
    let text = format!(
        "{} municipalities with {QUESTIONS} questions each, {} surveys of that size in the end. Counting reads the sheets' \
         marks and makes the whole table; a submission is that of a sheet whose {QUESTIONS} answers are there. One client \
         without pause, in process.\n",
        size.sheets, size.years
    );
    report.section("Surveys", &text);
    let runtime = load::runtime()?;
    let areas = runtime.block_on(sqlite(plan, size, &data, report))?;
    if postgres::binaries().is_none() {
        report.note("PostgreSQL: left out, it is not installed.");
    } else {
        runtime.block_on(postgresql(plan, size, &folder, &areas, report))?;
    }
    let renkei = Renkei::demo(&data)?;
    runtime.block_on(page::measure(plan, size.sheets, &renkei, &data, report))
}

async fn sqlite(plan: &Plan, size: Size, data: &Path, report: &mut Report) -> Done<Areas> {
    let store = Store::open(&door::config(data.to_owned(), None), Arc::new(MachineClock)).await?;
    let areas = Areas::load(&store).await?;
    let sample = store.survey("home-care-2015").await?;
    let owner = sample.ok_or("the sample region has no survey")?.owner;
    let bench = Bench::new(store, &areas, &owner, size).await?;
    bench.measure(plan, "SQLite", report).await?;
    bench.store.close().await?;
    Ok(areas)
}

async fn postgresql(
    plan: &Plan,
    size: Size,
    folder: &Folder,
    areas: &Areas,
    report: &mut Report,
) -> Done<()> {
    let server = OwnServer::new(Durability::On);
    server.create_database("survey");
    let config = door::config(folder.join("postgres"), Some(&server.url("survey")));
    let store = Store::open(&config, Arc::new(MachineClock)).await?;
    let owner = program().ids.id();
    let bench = Bench::new(store, areas, &owner, size).await?;
    bench.measure(plan, "PostgreSQL", report).await?;
    bench.store.close().await?;
    Ok(())
}

struct Bench<'a> {
    store: Store,
    areas: &'a Areas,
    asked: Asked,
    size: Size,
}

impl<'a> Bench<'a> {
    async fn new(store: Store, areas: &'a Areas, owner: &Id, size: Size) -> Done<Self> {
        let atlas = areas.atlas();
        let all = atlas.municipalities_ever().map(|one| one.code.clone());
        let municipalities: Vec<String> = all.collect();
        let asked = Asked::make(&store, owner, &municipalities, size.sheets).await?;
        Ok(Self {
            store,
            areas,
            asked,
            size,
        })
    }

    async fn measure(&self, plan: &Plan, name: &str, report: &mut Report) -> Done<()> {
        let (one, all) = (
            format!("{name}: everything counted, one survey there"),
            format!("{name}: the same, {} there", self.size.years),
        );
        let mut steps = Steps::default();
        self.asked
            .survey(&self.store, CODE, SurveyState::Closed)
            .await?;
        self.publish().await?;
        self.counted(plan, &one, &mut steps).await?;
        let began = now();
        for year in 2..=self.size.years {
            let code = format!("bench-{year:02}");
            self.asked
                .survey(&self.store, &code, SurveyState::Closed)
                .await?;
        }
        let made = began.elapsed().as_secs_f64();
        self.counted(plan, &all, &mut steps).await?;
        let handed = format!("{name}: a sheet handed in");
        self.asked
            .survey(&self.store, OPEN, SurveyState::Open)
            .await?;
        let done = self.submissions(plan, &handed, &mut steps).await?;
        report.table(&steps.table("", |_| String::new()));
        let growth = steps.half(&all).over(&steps.half(&one));
        report.below(&one, COUNT_MS, "ms (p99)", &steps.most(&one));
        report.below(
            &format!("{name}: count with {} surveys / with one", self.size.years),
            GROWTH,
            "× (p50)",
            &growth,
        );
        report.below(&handed, SUBMIT_MS, "ms (p99)", &steps.most(&handed));
        report.note(&format!(
            "Asserted: 実施 of each line, {done} sheets handed in with their marks. {} surveys written in bulk: {} s.",
            self.size.years - 1,
            shown(made)
        ));
        Ok(())
    }

    /// The first one is published, for visitors.
    async fn publish(&self) -> Done<()> {
        let ctx = program();
        let survey = self.store.survey(CODE).await?;
        let mut survey = survey.ok_or("no survey")?;
        let was = survey.revision;
        SurveyState::Approved.code().clone_into(&mut survey.state);
        let mut changes = Changes::default();
        changes.put_survey(&survey, Some(was));
        changes.note(Note::new("survey.approved").detail(CODE));
        self.store.commit(&ctx, changes).await?;
        publication::publish(&self.store, &ctx, self.areas, CODE, "").await?;
        Ok(())
    }

    async fn counted(&self, plan: &Plan, step: &str, steps: &mut Steps) -> Done<()> {
        let survey = self.store.survey(CODE).await?.ok_or("no survey")?;
        let wanted: Vec<usize> = (0..QUESTIONS)
            .map(|question| yes(question, self.size.sheets))
            .collect();
        for _ in 0..plan.rounds {
            let mut client = [()];
            let load = closed(&mut client, plan.seconds, async |()| {
                let figures = renkei_gov::count::live(&self.store, &survey, self.areas).await?;
                let tallies = figures.tallies();
                let right = tallies
                    .iter()
                    .map(|one| one.yes as usize)
                    .eq(wanted.iter().copied());
                if right
                    && tallies
                        .iter()
                        .all(|one| one.all as usize == self.size.sheets)
                {
                    Ok(())
                } else {
                    Err("the survey was counted wrongly".into())
                }
            });
            steps.push(step, &load.await?);
        }
        Ok(())
    }

    /// How many sheets were handed in.
    async fn submissions(&self, plan: &Plan, step: &str, steps: &mut Steps) -> Done<usize> {
        let mut left = self.asked.respondents.iter();
        let mut done = 0;
        for _ in 0..plan.rounds {
            let mut times = Vec::with_capacity(SUBMITTED);
            for (respondent, _) in left.by_ref().take(SUBMITTED) {
                let ctx = officer(respondent);
                let began = now();
                let sheet = (OPEN, respondent);
                submit::step(&self.store, &ctx, sheet, Step::Submit, "").await?;
                times.push(u32::try_from(began.elapsed().as_micros())?);
            }
            done += times.len();
            steps.push_times(step, &Times::new(times));
        }
        let marks = self.store.marks(OPEN).await?;
        let handed = marks.iter().filter(|one| one.state == "submitted");
        let full = handed.filter(|one| one.marks.len() == QUESTIONS).count();
        if full == done {
            Ok(done)
        } else {
            Err(format!("{full} sheets of {done} were handed in").into())
        }
    }
}

/// An officer of the institution that answers; nobody approves there.
fn officer(institution: &Id) -> Ctx {
    let mut ctx = program();
    ctx.purpose = Purpose::Operations;
    ctx.reach = Reach::NoPatients;
    ctx.caller = Caller {
        account: Some(ctx.ids.id()),
        name: "計測".to_owned(),
        institution: Some(institution.clone()),
        roles: Roles::new([Role::Officer]),
        machine: None,
    };
    ctx
}
