//! Inside the window ⇔ input is open: any course of opening, closing, more days and decisions, through the use cases and the
//! database's own guard, held against a model that knows no code.

use renkei_base::clock::Span;
use renkei_base::{Clock, Micros};
use renkei_gov::respondent::SheetState;
use renkei_gov::respondent::course::{Decision, decide};
use renkei_gov::respondent::desk::{self, Act};
use renkei_gov::sheet::submit::Step;
use renkei_gov::survey::{SurveyState, course, day};
use renkei_store::{Failure, SurveyRow};
use renkei_testkit::Backend;

use crate::world::{CODE, World, entry};

renkei_testkit::each_backend!(whatever_happened_it_is_open_inside_and_nowhere_else);

const STEPS: usize = 160;
const SEEDS: [u64; 2] = [7, 41];

/// What the rules say of one survey with one sheet.
#[derive(Clone, Copy, Debug)]
struct Model {
    survey: SurveyState,
    /// The survey's own last moment, and the sheet's.
    closes: Micros,
    own: Micros,
    sheet: SheetState,
}

#[derive(Clone, Copy, Debug)]
enum Do {
    Wait(i64),
    Step(Step),
    Decide(Decision),
    /// Days from today.
    Extend(i32),
    TakeBack,
    Prolong(i32),
    Close,
    Approve,
    Unlock,
}

/// Numbers in a row that are no row.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn days(&mut self) -> i32 {
        i32::try_from(self.up_to(12)).unwrap() - 2
    }

    fn next(&mut self) -> Do {
        match self.up_to(20) {
            0..6 => Do::Wait(i64::try_from(self.up_to(60)).unwrap() + 1),
            6 => Do::Step(Step::Propose),
            7 => Do::Step(Step::Recall),
            8 => Do::Step(Step::Refuse),
            9 | 10 => Do::Step(Step::Submit),
            11 => Do::Decide(Decision::Accept),
            12 | 13 => Do::Decide(Decision::SendBack),
            14 => Do::Extend(self.days()),
            15 => Do::TakeBack,
            16 => Do::Prolong(self.days()),
            17 => Do::Close,
            18 => Do::Approve,
            _ => Do::Unlock,
        }
    }
}

impl Model {
    fn of(survey: &SurveyRow) -> Self {
        Self {
            survey: SurveyState::Open,
            closes: survey.closes,
            own: survey.closes,
            sheet: SheetState::Unanswered,
        }
    }

    fn is_open(&self, at: Micros) -> bool {
        self.survey == SurveyState::Open && self.sheet.writable() && at < self.own
    }

    /// What an act that was let through leaves behind.
    fn took(&mut self, done: Do, at: Micros) {
        let end = |days: i32| day::end(at.in_japan().date() + jiff::Span::new().days(days));
        match done {
            Do::Wait(_) => {}
            Do::Step(Step::Propose) => self.sheet = SheetState::Awaiting,
            Do::Step(Step::Recall) => self.sheet = SheetState::Answering,
            Do::Step(Step::Refuse) => self.sheet = SheetState::Returned,
            Do::Step(_) => self.sheet = SheetState::Submitted,
            Do::Decide(Decision::SendBack) => {
                self.sheet = SheetState::Returned;
                self.own = self.own.max(end(7));
                self.survey = SurveyState::Open;
            }
            Do::Decide(_) => self.sheet = SheetState::Accepted,
            Do::Extend(days) => {
                self.own = end(days);
                self.survey = SurveyState::Open;
            }
            Do::TakeBack => self.own = self.closes,
            Do::Prolong(days) => {
                let to = end(days);
                if self.own == self.closes || self.own < to {
                    self.own = to;
                }
                self.closes = to;
                self.survey = SurveyState::Open;
            }
            Do::Close | Do::Approve => {
                if self.survey == SurveyState::Open {
                    self.own = self.own.min(at);
                    if matches!(done, Do::Close) {
                        self.closes = self.closes.min(at);
                    }
                }
                self.survey = match done {
                    Do::Close => SurveyState::Closed,
                    _ => SurveyState::Approved,
                };
            }
            Do::Unlock => self.survey = SurveyState::Closed,
        }
    }
}

async fn act(world: &World, one: Do) -> Result<(), Failure> {
    let (store, owner, place) = (&world.store, world.owner(), world.place());
    let revision = store.survey(CODE).await?.unwrap().revision;
    let typed = |days: i32| {
        let today = owner.at.in_japan().date();
        (today + jiff::Span::new().days(days)).to_string()
    };
    let why = "理由";
    match one {
        Do::Wait(hours) => {
            world.clock.advance(Span::hours(hours));
            Ok(())
        }
        Do::Step(step @ (Step::Propose | Step::Recall)) => {
            world.step(&world.officer(), step, why).await
        }
        Do::Step(step) => world.step(&world.approver(), step, why).await,
        Do::Decide(decision) => decide(store, &owner, place, decision, why).await,
        Do::Extend(days) => {
            let closes = typed(days);
            let extend = Act::Extend {
                closes: &closes,
                why,
            };
            desk::act(store, &owner, place, &extend).await
        }
        Do::TakeBack => {
            let back = Act::TakeBack { at_once: true, why };
            desk::act(store, &owner, place, &back).await
        }
        Do::Prolong(days) => {
            course::prolong(store, &owner, CODE, revision, &typed(days), why).await
        }
        Do::Close => course::close(store, &owner, CODE, revision, why).await,
        Do::Approve => course::approve(store, &owner, CODE, revision, why).await,
        Do::Unlock => course::unlock(store, &owner, CODE, revision, why).await,
    }
}

/// Whether an officer of the respondent can write now.
async fn writes(world: &World, value: usize) -> bool {
    let answers = world.store.answers(CODE, &world.ward).await.unwrap();
    let revision = answers.iter().find(|row| row.question == "b1");
    let revision = revision.map_or(0, |row| row.revision);
    let typed = entry("b1", revision, &(value % 1000).to_string());
    match world.save(&world.officer(), &[typed]).await {
        Ok(saved) => saved.is_whole(),
        Err(Failure::Refused(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// Story 34.
async fn whatever_happened_it_is_open_inside_and_nowhere_else(backend: Backend) {
    let world = World::new(backend).await;
    world.filled().await;
    let mut model = Model::of(&world.store.survey(CODE).await.unwrap().unwrap());
    model.sheet = SheetState::Answering;
    let (mut open, mut shut) = (0, 0);
    for seed in SEEDS {
        let mut dice = Dice(seed);
        let mut told = Vec::new();
        for n in 0..STEPS {
            let one = dice.next();
            let at = world.clock.now();
            let was = model;
            match act(&world, one).await {
                Ok(()) => model.took(one, at),
                Err(Failure::Refused(_)) => {}
                Err(other) => panic!("{one:?} {other:?}"),
            }
            told.push(format!("{one:?} {was:?} → {model:?}"));
            let at = world.clock.now();
            let wrote = writes(&world, n + usize::from(seed > 10)).await;
            let last: Vec<&String> = told.iter().rev().take(6).collect();
            assert_eq!(wrote, model.is_open(at), "{seed} {n} {at:?} {last:#?}");
            if wrote && model.sheet == SheetState::Unanswered {
                model.sheet = SheetState::Answering;
            }
            if wrote {
                open += 1;
            } else {
                shut += 1;
            }
            let row = world.row().await;
            assert_eq!(row.state, model.sheet.code(), "{last:#?}");
            assert_eq!(row.closes, model.own, "{last:#?}");
        }
    }
    assert!(open > 30 && shut > 30, "{open} {shut}");
}
