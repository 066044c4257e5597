//! 調査: what one must answer, what one asks, and the running of it.
//!
//! | file | holds |
//! |---|---|
//! | `form` | a new survey, and what is said of one |
//! | `universe` | who is asked |
//! | `manage` | the running: rate, sheets, days, approval |
//! | `respondent` | one sheet from outside: days, telephone, contact, checked, accepted, sent back |
//! | `mails` | the log of reminders |
//! | `waiting` | what waits for an officer or approver, for 概要 and the list |

mod form;
mod mails;
mod manage;
mod respondent;
mod universe;
mod waiting;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_base::{Id, Micros};
use renkei_gov::publication;
use renkei_gov::respondent::Rate;
use renkei_gov::survey::{SurveyState, day, seen};
use renkei_store::SurveyRow;

pub(crate) use self::form::{change, create, edit, new};
pub(crate) use self::mails::{again, list as mails};
pub(crate) use self::manage::{act, seen_by_worker, show as manage};
pub(crate) use self::respondent::{act as act_on_respondent, show as show_respondent};
pub(crate) use self::universe::{add, choose, show as universe};
pub(crate) use self::waiting::{Waiting, waiting};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "survey/list.html")]
struct List<'a> {
    v: &'a Visit,
    /// None for who neither asks nor answers.
    waiting: Option<Waiting>,
    own: Vec<Line>,
    /// Where the caller answered, and it is over.
    past: Vec<Line>,
    published: Vec<Line>,
}

/// A survey in a list.
pub(crate) struct Line {
    pub(crate) row: SurveyRow,
    pub(crate) state: SurveyState,
    pub(crate) owner: String,
}

impl Line {
    fn of(app: &App, row: SurveyRow) -> Self {
        Self {
            state: seen::state_of(&row),
            owner: name(app, &row.owner),
            row,
        }
    }

    /// In the reader's language, where there is such a title.
    pub(crate) fn title(&self, v: &Visit) -> String {
        title(v, &self.row)
    }
}

/// A survey's title in the reader's language.
pub(crate) fn title(v: &Visit, row: &SurveyRow) -> String {
    match v.lang() {
        renkei_base::Lang::En if !row.english.is_empty() => row.english.clone(),
        _ => row.title.clone(),
    }
}

/// `53 のうち 49 が回答（92.5％）`
pub(crate) fn rate_said(v: &Visit, rate: &Rate) -> String {
    let (answered, expected) = (rate.answered.to_string(), rate.expected.to_string());
    let values = [
        ("answered", answered.as_str()),
        ("expected", expected.as_str()),
        ("percent", &rate.percent()),
    ];
    v.tn("survey-rate", &values)
}

/// The name of an institution, or nothing.
pub(crate) fn name(app: &App, id: &Id) -> String {
    app.finder.by_id(id).map(|hit| hit.name).unwrap_or_default()
}

impl Visit {
    /// The last day of a window: `12月20日(日)`.
    pub(crate) fn last_day(&self, closes: impl std::borrow::Borrow<Micros>) -> String {
        self.day(day::start(day::last(*closes.borrow())))
    }

    /// The note of an event, with the day that it begins with as days are said.
    pub(crate) fn noted(&self, note: &str) -> String {
        let (first, rest) = note.split_once(' ').unwrap_or((note, ""));
        match first.parse() {
            Ok(date) => format!("{} {rest}", self.day(day::start(date))),
            Err(_) => note.to_owned(),
        }
    }

    /// Whether the caller asks and answers surveys for its institution.
    pub(crate) fn plans(&self) -> bool {
        let mut roles = self.ctx.caller.roles.iter();
        roles.any(renkei_base::Role::plans) && self.ctx.caller.institution.is_some()
    }
}

/// The surveys of which everybody sees a version, as that version calls them: what is corrected since is not out yet.
pub(crate) async fn published(app: &App) -> Result<Vec<SurveyRow>, Answer> {
    let mut all = app.store.surveys_published().await?;
    for row in &mut all {
        if seen::state_of(row) == SurveyState::Published {
            continue;
        }
        if let Some(newest) = publication::newest(&app.store, &row.code).await? {
            SurveyState::Published.code().clone_into(&mut row.state);
            row.title = newest.body.title;
            row.english = newest.body.english;
            row.about = newest.body.about;
            row.about_english = newest.body.about_english;
            row.as_of = newest.body.as_of;
        }
    }
    Ok(all)
}

/// `GET /surveys`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let published = published(&app).await?;
    let line = |row| Line::of(&app, row);
    let mut shown = List {
        waiting: None,
        own: Vec::new(),
        past: Vec::new(),
        published: published.into_iter().map(line).collect(),
        v: &v,
    };
    if v.plans()
        && let Some(institution) = &v.ctx.caller.institution
    {
        let own = app.store.surveys_of(institution).await?;
        let asking = app.store.surveys_asking(institution).await?;
        let past = asking.into_iter().map(line);
        let past = past.filter(|line| line.state != SurveyState::Open);
        shown.waiting = Some(waiting(&app, &v).await?);
        shown.past = past.collect();
        shown.own = own.into_iter().map(line).collect();
    }
    page(&shown)
}
