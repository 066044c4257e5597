//! What waits for an officer or approver now.

use renkei_base::Micros;
use renkei_gov::respondent::{self, SheetState};
use renkei_gov::sheet::explain;
use renkei_gov::sheet::hand::{self, Mine};
use renkei_gov::survey::{SurveyState, course, is_checked, seen};
use renkei_gov::{approver, respondent::Rate};
use renkei_store::{RespondentRow, SurveyRow};

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// What waits, the one that closes first at the head.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) answer: Vec<Due>,
    /// To check: survey, how many sheets are here, of how many.
    pub(crate) check: Vec<(SurveyRow, usize, usize)>,
    pub(crate) run: Vec<Run>,
    /// Questions that colleagues have handed to the reader.
    pub(crate) mine: Vec<Mine>,
    /// Answers that are to be explained.
    pub(crate) explain: Vec<explain::Due>,
}

/// A sheet that its respondent has to see to.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) survey: SurveyRow,
    pub(crate) sheet: RespondentRow,
    pub(crate) state: SheetState,
    pub(crate) owner: String,
    /// `not-yet`, `open`, `approve`, `over`, `done`
    pub(crate) turn: &'static str,
    /// Days to the last day; negative once it has passed.
    pub(crate) days: i64,
}

/// A survey of one's own that asks, or waits for its approver.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) survey: SurveyRow,
    pub(crate) state: SurveyState,
    pub(crate) rate: Rate,
    /// Sheets that wait for the owner.
    pub(crate) here: usize,
    /// All windows have passed.
    pub(crate) over: bool,
}

impl Waiting {
    pub(crate) const fn is_empty(&self) -> bool {
        self.answer.is_empty()
            && self.check.is_empty()
            && self.run.is_empty()
            && self.mine.is_empty()
            && self.explain.is_empty()
    }
}

/// What waits for the caller's institution.
pub(crate) async fn waiting(app: &App, v: &Visit) -> Result<Waiting, Answer> {
    let Some(institution) = v.ctx.caller.institution.clone() else {
        return Ok(Waiting::default());
    };
    let mut waiting = Waiting {
        mine: hand::mine(&app.store, &v.ctx).await?,
        explain: explain::due(&app.store, &v.ctx).await?,
        ..Waiting::default()
    };
    let approves = v.has_role("approver") || !approver::has(&app.store, &institution).await?;
    for survey in app.store.surveys_open_for(&institution).await? {
        if let Some(sheet) = app.store.respondent(&survey.code, &institution).await? {
            waiting.answer.push(due(app, v, survey, sheet, approves));
        }
    }
    check(app, &institution, &mut waiting).await?;
    for survey in app.store.surveys_of(&institution).await? {
        if !matches!(
            seen::state_of(&survey),
            SurveyState::Published | SurveyState::Approved
        ) {
            waiting.run.push(run(app, survey, v.now()).await?);
        }
    }
    Ok(waiting)
}

fn due(app: &App, v: &Visit, survey: SurveyRow, sheet: RespondentRow, approves: bool) -> Due {
    let state = respondent::state_of(&sheet);
    let at = v.now();
    let last = renkei_gov::survey::day::last(sheet.closes);
    let turn = match state {
        _ if state.counts() => "done",
        _ if at < survey.opens => "not-yet",
        _ if sheet.closes <= at => "over",
        SheetState::Awaiting if approves => "approve",
        SheetState::Awaiting => "awaiting",
        _ => "open",
    };
    Due {
        owner: super::name(app, &survey.owner),
        days: i64::from((last - at.in_japan().date()).get_days()),
        survey,
        sheet,
        state,
        turn,
    }
}

async fn check(
    app: &App,
    institution: &renkei_base::Id,
    waiting: &mut Waiting,
) -> Result<(), Answer> {
    let mut rows = app.store.respondents_checked_by(institution).await?;
    while let Some(first) = rows.first() {
        let code = first.survey.clone();
        let (of_one, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.survey == code);
        rows = rest;
        let Some(survey) = app.store.survey(&code).await? else {
            continue;
        };
        // What was handed in before an early close is looked at all the same.
        let asks = [SurveyState::Open, SurveyState::Closed].contains(&seen::state_of(&survey));
        if asks && is_checked(&survey.chain) {
            let here = |row: &&RespondentRow| respondent::state_of(row) == SheetState::Submitted;
            let here = of_one.iter().filter(here).count();
            if here > 0 || seen::state_of(&survey) == SurveyState::Open {
                waiting.check.push((survey, here, of_one.len()));
            }
        }
    }
    Ok(())
}

async fn run(app: &App, survey: SurveyRow, at: Micros) -> Result<Run, Answer> {
    let rate = respondent::rate::rate(&app.store, &survey.code).await?;
    let rows = app.store.respondents(&survey.code).await?;
    let latest = rows.iter().map(|row| row.closes).max();
    let checked = renkei_gov::survey::is_checked(&survey.chain);
    let here = rows.iter().filter(|row| is_here(row, checked)).count();
    Ok(Run {
        state: seen::state_of(&survey),
        over: course::is_over(&survey, latest.unwrap_or(survey.closes), at),
        rate,
        here,
        survey,
    })
}

/// Whether a sheet waits for the owner.
pub(crate) fn is_here(row: &RespondentRow, checked: bool) -> bool {
    match checked && row.checker.is_some() {
        true => respondent::state_of(row) == SheetState::Checked,
        false => respondent::state_of(row) == SheetState::Submitted,
    }
}
