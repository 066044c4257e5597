//! The running of a survey: how many have answered, who has not, what comes next. Its own page for the owner; a health
//! centre sees the sheets that pass by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use renkei_base::name::search_key;
use renkei_base::{Id, Refusal};
use renkei_directory::AreaKind;
use renkei_directory::area::{Area, Atlas};
use renkei_gov::respondent::{self, Rate, SheetState};
use renkei_gov::survey::{Seen, SurveyState, course, draft, is_checked, seen};
use renkei_gov::{approver, reminder};
use renkei_store::{Failure, MailState, RespondentRow, SurveyEventRow};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::matrix::part::Part;
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// The code of a [`SheetState`], `open` for all that have not answered, `here` for those that wait for the reader.
    state: String,
    /// The key of a [`Group`].
    area: String,
    /// Part of a name, or a code.
    q: String,
    /// From 1; the first if empty.
    page: String,
}

/// How much a row shows: a hundred of them are a page.
const COLUMNS: usize = 60;

#[derive(Template)]
#[template(path = "survey/manage.html")]
struct Page<'a> {
    v: &'a Visit,
    seen: Seen,
    live: Live<'a>,
    events: Vec<SurveyEventRow>,
    /// Waiting, sent, failed or unsure mails.
    mails: [i64; 3],
    /// Of reminders: what comes next.
    next: Vec<String>,
    approves: bool,
    form: Form,
    faults: Faults,
    /// What was typed, and what is wrong, in the other forms of the page: nothing.
    blank: (Form, Faults),
    refused: Option<String>,
}

/// What comes again when something has changed.
/// Sheets that are not accepted which are named.
const LEFT: usize = 20;

#[derive(Template)]
#[template(path = "survey/manage_live.html")]
struct Live<'a> {
    v: &'a Visit,
    code: String,
    closes: renkei_base::Micros,
    rate: Rate,
    over: bool,
    /// Sheets that may still be handed in.
    still: usize,
    /// Nothing more can come in: its figures can be approved.
    settled: bool,
    here: usize,
    /// Handed in and not accepted.
    unaccepted: usize,
    /// The first of them: id, name and state.
    left: Vec<(renkei_base::Id, String, SheetState)>,
    /// Those that wait for their health centre, and stay when all that are here are accepted.
    unchecked: usize,
    params: Params,
    /// Of all sheets, whatever is chosen.
    groups: Vec<Group>,
    /// Of this page.
    rows: Vec<Row>,
    /// Of all pages.
    found: usize,
    all: usize,
    before: Option<String>,
    after: Option<String>,
}

/// The sheets of a 圏域, or of a prefecture where none is known.
struct Group {
    /// `1303`, `p27`, `-`
    key: String,
    name: String,
    rate: Rate,
}

struct Row {
    row: RespondentRow,
    state: SheetState,
    area: String,
    checker: String,
    /// The municipality is no more: what it became part of.
    merged: Option<String>,
}

impl Live<'_> {
    fn shown(&self) -> String {
        let (shown, all) = (self.found.to_string(), self.all.to_string());
        let values = [("shown", shown.as_str()), ("all", all.as_str())];
        self.v.tn("survey-shown", &values)
    }

    /// Whether a respondent has more days than the others.
    fn is_longer(&self, one: &Row) -> bool {
        one.row.closes > self.closes
    }

    fn here_url(&self) -> String {
        address(&self.code, &self.params, &self.params.page)
    }

    /// The group alone, in whatever state.
    fn group_url(&self, key: &str) -> String {
        let params = Params {
            area: key.to_owned(),
            ..Params::default()
        };
        address(&self.code, &params, "")
    }
}

/// The same choice, this page.
fn address(code: &str, params: &Params, page: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("state", params.state.as_str()),
        ("area", params.area.as_str()),
        ("q", params.q.as_str()),
        ("page", page),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("/surveys/{code}/manage?{}", query.finish())
}

/// `GET /surveys/{code}/manage?state=&area=&q=&page=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let seen = seen_by_worker(&app, &v, &code).await?;
    let live = live(&app, &v, &seen, params).await?;
    if v.fragment {
        return page(&live);
    }
    page(&whole(&app, &v, seen, live).await?)
}

/// A survey, for those who run it or check its sheets.
pub(crate) async fn seen_by_worker(app: &App, v: &Visit, code: &str) -> Result<Seen, Answer> {
    let seen = seen::seen(&app.store, &v.ctx, code).await?;
    match seen.owner || seen.checker {
        true => Ok(seen),
        false => Err(Answer::NotFound),
    }
}

async fn whole<'a>(
    app: &App,
    v: &'a Visit,
    seen: Seen,
    live: Live<'a>,
) -> Result<Page<'a>, Answer> {
    let events = app.store.survey_events_of(&seen.row.code, None).await?;
    let counts = app
        .store
        .mail_counts(&reminder::topic(&seen.row.code))
        .await?;
    let count = |states: &[MailState]| {
        let of = counts.iter().filter(|(state, _)| states.contains(state));
        of.map(|(_, count)| count).sum()
    };
    let lonely = !approver::has(&app.store, &seen.row.owner).await?;
    Ok(Page {
        mails: [
            count(&[MailState::Waiting, MailState::Sending]),
            count(&[MailState::Sent]),
            count(&[MailState::Failed, MailState::Unsure]),
        ],
        next: super::mails::next(app, v, &seen.row),
        approves: v.has_role("approver") || lonely,
        events,
        seen,
        live,
        form: Form::default(),
        faults: Faults::default(),
        blank: (Form::default(), Faults::default()),
        refused: None,
        v,
    })
}

async fn live<'a>(
    app: &App,
    v: &'a Visit,
    seen: &Seen,
    params: Params,
) -> Result<Live<'a>, Answer> {
    let code = &seen.row.code;
    let mut rows = app.store.respondents(code).await?;
    if !seen.owner {
        rows.retain(|row| seen::checks(&v.ctx, row));
    }
    let latest = rows.iter().map(|row| row.closes).max();
    let checked = is_checked(&seen.row.chain);
    let waits = |row: &RespondentRow| match seen.owner {
        true => super::waiting::is_here(row, checked),
        false => respondent::state_of(row) == SheetState::Submitted,
    };
    let here = rows.iter().filter(|row| waits(row)).count();
    let all = rows.len();
    let still = course::still_open(&rows, v.now());
    let settled = course::is_settled(&seen.row, &rows, v.now());
    let unaccepted = course::unaccepted(&rows);
    let left = left(&rows);
    let unchecked = |row: &&RespondentRow| respondent::course::is_unchecked(&seen.row, row);
    let unchecked = rows.iter().filter(unchecked).count();
    let rate = match seen.owner {
        true => respondent::rate::rate(&app.store, code).await?,
        false => Rate::of(&rows),
    };
    let places = Places::of(app, v);
    let groups = groups(v, &places, &rows);
    let key = search_key(&params.q);
    let wanted = |row: &RespondentRow| match params.state.as_str() {
        "" => true,
        "open" => !respondent::state_of(row).counts(),
        "here" => waits(row),
        state => row.state == state,
    };
    rows.retain(|row| {
        wanted(row)
            && (params.area.is_empty() || places.group(v, row).0 == params.area)
            && (key.is_empty() || search_key(&row.name).contains(&key) || row.municipality == key)
    });
    let part = Part::of(rows.len(), COLUMNS, &params.page).ok_or(Answer::NotFound)?;
    let beside =
        |number: Option<usize>| number.map(|number| address(code, &params, &number.to_string()));
    let (before, after) = (beside(part.before), beside(part.after));
    let found = rows.len();
    let shown_rows = rows.drain(part.rows);
    Ok(Live {
        v,
        closes: seen.row.closes,
        over: course::is_over(&seen.row, latest.unwrap_or(seen.row.closes), v.now()),
        code: code.clone(),
        rate,
        still,
        settled,
        here,
        unaccepted,
        left,
        unchecked,
        before,
        after,
        params,
        groups,
        rows: shown_rows.map(|row| shown(app, v, &places, row)).collect(),
        found,
        all,
    })
}

/// The first sheets that are counted and not accepted.
fn left(rows: &[RespondentRow]) -> Vec<(renkei_base::Id, String, SheetState)> {
    let all = rows.iter().filter(|row| course::is_unaccepted(row));
    all.take(LEFT)
        .map(|row| {
            let state = respondent::state_of(row);
            (row.respondent.clone(), row.name.clone(), state)
        })
        .collect()
}

/// Where municipalities are, today.
struct Places {
    atlas: Arc<Atlas>,
    today: Date,
}

impl Places {
    fn of(app: &App, v: &Visit) -> Self {
        Self {
            atlas: app.areas.atlas(),
            today: v.now().in_japan().date(),
        }
    }

    fn area(&self, row: &RespondentRow) -> Option<&Area> {
        let kind = AreaKind::SecondaryMedical;
        let mut areas = self
            .atlas
            .of_municipality(kind, &row.municipality, self.today);
        areas.next()
    }

    /// Key and name of the group that a sheet is in.
    fn group(&self, v: &Visit, row: &RespondentRow) -> (String, String) {
        v.group_of(self.area(row), &row.municipality)
    }
}

/// The groups that sheets are in, by key.
fn groups(v: &Visit, places: &Places, rows: &[RespondentRow]) -> Vec<Group> {
    let mut groups: BTreeMap<String, (String, Vec<&RespondentRow>)> = BTreeMap::new();
    for row in rows {
        let (key, name) = places.group(v, row);
        let (_, sheets) = groups.entry(key).or_insert((name, Vec::new()));
        sheets.push(row);
    }
    let each = groups.into_iter().map(|(key, (name, sheets))| Group {
        key,
        name,
        rate: Rate::of(sheets),
    });
    each.collect()
}

fn shown(app: &App, v: &Visit, places: &Places, row: RespondentRow) -> Row {
    let (atlas, code) = (&places.atlas, &row.municipality);
    let now = atlas.at(code, places.today);
    let merged = (now != code).then(|| atlas.municipality(now));
    Row {
        state: respondent::state_of(&row),
        area: places.group(v, &row).1,
        checker: row
            .checker
            .as_ref()
            .map_or_else(String::new, |id: &Id| super::name(app, id)),
        merged: merged
            .flatten()
            .map(|one| v.municipality(atlas, &one.code, &one.name)),
        row: RespondentRow {
            name: v.municipality(atlas, &row.municipality, &row.name),
            ..row
        },
    }
}

/// `POST /surveys/{code}/manage`: `act` is one of open, close, prolong, approve, unlock, discard, accept-all.
pub(crate) async fn act(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let seen = seen_by_worker(&app, &v, &code).await?;
    let revision = form.get("revision").parse().unwrap_or(seen.row.revision);
    let (store, ctx, why) = (&app.store, &v.ctx, form.get("why"));
    let done = match form.get("act") {
        "open" => course::open(store, ctx, &code, revision).await,
        "close" => course::close(store, ctx, &code, revision, why).await,
        "prolong" => course::prolong(store, ctx, &code, revision, form.get("closes"), why).await,
        "approve" => course::approve(store, ctx, &code, revision, why).await,
        "unlock" => course::unlock(store, ctx, &code, revision, why).await,
        "accept-all" => respondent::course::accept_all(store, ctx, &code)
            .await
            .map(drop),
        "discard" => {
            draft::discard(store, ctx, &code).await?;
            return Ok(Redirect::to("/surveys").into_response());
        }
        _ => return Err(Answer::Request),
    };
    let (status, faults, refused) = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/surveys/{code}/manage")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Faults::new(faults), None)
        }
        Err(Failure::Refused(Refusal::NotNow(key))) => {
            (StatusCode::CONFLICT, Faults::default(), Some(key))
        }
        Err(Failure::Refused(Refusal::Conflict)) => {
            let key = "refuse-survey-changed".to_owned();
            (StatusCode::CONFLICT, Faults::default(), Some(key))
        }
        Err(other) => return Err(other.into()),
    };
    let live = live(&app, &v, &seen, Params::default()).await?;
    let shown = Page {
        form,
        faults,
        refused,
        ..whole(&app, &v, seen, live).await?
    };
    page_with(status, &shown)
}

impl Page<'_> {
    /// What was typed in the form of an act.
    fn typed(&self, act: &str) -> &Form {
        match self.form.get("act") == act {
            true => &self.form,
            false => &self.blank.0,
        }
    }

    /// What is wrong in the form of an act: several have a field of the same name.
    fn wrong(&self, act: &str) -> &Faults {
        match self.form.get("act") == act {
            true => &self.faults,
            false => &self.blank.1,
        }
    }

    fn is(&self, code: &str) -> bool {
        self.seen.state.code() == code
    }

    /// Where it stands; after its last day, how many sheets are still out.
    fn state_said(&self) -> String {
        let (row, still) = (&self.seen.row, self.live.still);
        if self.seen.state != SurveyState::Open || row.closes > self.v.now() {
            let key = format!("survey-state-{}", self.seen.state.code());
            return self.v.t(&key);
        }
        match still {
            0 => self.v.t("survey-state-over"),
            still => self.v.t1("survey-state-some", "count", still),
        }
    }

    fn window(&self) -> String {
        let (opens, closes) = (self.seen.row.opens, self.seen.row.closes);
        let (opens, closes) = (self.v.day(opens), self.v.last_day(closes));
        let values = [("opens", opens.as_str()), ("closes", closes.as_str())];
        self.v.tn("survey-window", &values)
    }

    fn mails_said(&self) -> String {
        let [waiting, sent, failed] = self.mails.map(|count| count.to_string());
        let values = [
            ("waiting", waiting.as_str()),
            ("sent", sent.as_str()),
            ("failed", failed.as_str()),
        ];
        self.v.tn("survey-mails", &values)
    }

    /// Whether something still has to be chosen before it can ask.
    fn nobody(&self) -> bool {
        self.seen.state == SurveyState::Draft && self.live.all == 0
    }
}
