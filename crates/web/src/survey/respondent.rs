//! One expected sheet from outside: where it stands, its days, whom to reach, what was heard, and its way to the owner.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_gov::respondent::course::{self, Decision, decide};
use renkei_gov::respondent::desk::{self, Act, Contact};
use renkei_gov::respondent::merger::{self, Merged};
use renkei_gov::respondent::{self, SheetState, expect};
use renkei_gov::survey::event::INSIDE;
use renkei_gov::survey::{Seen, SurveyState, seen};
use renkei_store::{Failure, RespondentRow, SurveyEventRow};

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "survey/respondent.html")]
struct Page<'a> {
    v: &'a Visit,
    seen: Seen,
    row: RespondentRow,
    state: SheetState,
    /// The caller is of the institution that checks it.
    checks: bool,
    checker: String,
    events: Vec<SurveyEventRow>,
    form: Form,
    faults: Faults,
    /// What was typed, and what is wrong, in the other forms of the page: nothing.
    blank: (Form, Faults),
    refused: Option<String>,
    /// Its municipality is no more: what it became part of.
    merged: Option<Merged>,
    /// Who answers in its place since.
    successor: String,
}

impl Page<'_> {
    /// What was typed in the form of an act.
    fn typed(&self, act: &str) -> &Form {
        match self.form.get("act").replace('-', "_") == act {
            true => &self.form,
            false => &self.blank.0,
        }
    }

    /// What is wrong in the form of an act: several have a field of the same name.
    fn wrong(&self, act: &str) -> &Faults {
        match self.form.get("act").replace('-', "_") == act {
            true => &self.faults,
            false => &self.blank.1,
        }
    }

    /// It has more days than the others, which can be taken back.
    fn longer(&self) -> bool {
        self.row.closes > self.seen.row.closes
    }

    /// Taking them back closes the sheet at once.
    fn at_once(&self) -> bool {
        desk::closes_at_once(&self.seen, &self.row, self.v.now())
    }

    fn action(&self) -> String {
        format!(
            "/surveys/{}/respondents/{}",
            self.row.survey, self.row.respondent
        )
    }

    /// Days that it has to mend what is sent back.
    fn days(&self) -> i64 {
        course::DAYS_TO_MEND
    }

    /// Whether its health centre has still to look at it.
    fn unchecked(&self) -> bool {
        course::is_unchecked(&self.seen.row, &self.row)
    }

    fn locked(&self) -> bool {
        self.seen.state >= SurveyState::Approved
    }

    /// Whether the reader decides about it now.
    fn decides(&self) -> bool {
        let asked = matches!(self.seen.state, SurveyState::Open | SurveyState::Closed);
        asked
            && match self.state {
                SheetState::Submitted => self.seen.owner || self.checks,
                SheetState::Checked | SheetState::Accepted => self.seen.owner,
                _ => false,
            }
    }
}

/// `GET /surveys/{code}/respondents/{respondent}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
) -> Result<Response, Answer> {
    page(&of(&app, &v, &code, &id(&respondent)?).await?)
}

async fn of<'a>(app: &App, v: &'a Visit, code: &str, key: &Id) -> Result<Page<'a>, Answer> {
    let (seen, mut row) = seen::sheet(&app.store, &v.ctx, code, key).await?;
    row.name = v.municipality(&app.areas.atlas(), &row.municipality, &row.name);
    let mut events = app.store.survey_events_of(code, Some(key)).await?;
    let checks = seen.checker && seen::checks(&v.ctx, &row);
    // What was heard about a respondent on the telephone is not for itself.
    events.retain(|event| event.kind != "called" || seen.owner || checks);
    // Nor is what its own people say to one another for others.
    let own = v.ctx.caller.institution.as_ref() == Some(&row.respondent);
    events.retain(|event| own || !INSIDE.contains(&event.kind.as_str()));
    let mut form = Form::default();
    form.set("contact_name", row.contact_name.as_str());
    form.set("contact_phone", row.contact_phone.as_str());
    form.set("contact_mail", row.contact_mail.as_str());
    let checker = row.checker.as_ref();
    let successor = row.successor.as_ref();
    let today = v.now().in_japan().date();
    let merged = merger::merged(&app.areas, &app.finder, &row, today);
    if let Some(merged) = &merged {
        form.set("merger_why", v.t1("survey-merged", "name", &merged.name));
    }
    Ok(Page {
        merged: merged.filter(|_| seen.owner),
        successor: successor.map_or_else(String::new, |id| super::name(app, id)),
        checks,
        checker: checker.map_or_else(String::new, |id| super::name(app, id)),
        state: respondent::state_of(&row),
        seen,
        row,
        events,
        form,
        faults: Faults::default(),
        blank: (Form::default(), Faults::default()),
        refused: None,
        v,
    })
}

/// `POST /surveys/{code}/respondents/{respondent}`: `act` is one of check, accept, return, extend, call, contact,
/// count-out, count-in, remove, take-back, hand-over.
pub(crate) async fn act(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let key = id(&respondent)?;
    let shown = of(&app, &v, &code, &key).await?;
    let done = one(&app, &v, &code, &key, &form).await;
    let here = match form.get("act") {
        "remove" | "accept" | "check" => format!("/surveys/{code}/manage#r-{key}"),
        _ => format!("/surveys/{code}/respondents/{key}"),
    };
    let (status, faults, refused) = match done {
        Ok(()) => return Ok(Redirect::to(&here).into_response()),
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
    let mut typed = shown.form.clone();
    for (name, value) in form.pairs() {
        typed.set(name, value);
    }
    let again = Page {
        form: typed,
        faults,
        refused,
        ..shown
    };
    page_with(status, &again)
}

async fn one(app: &App, v: &Visit, code: &str, key: &Id, form: &Form) -> Result<(), Failure> {
    let (store, ctx) = (&app.store, &v.ctx);
    let (comment, why) = (form.get("comment"), form.get("why"));
    let decided = async |decision| decide(store, ctx, (code, key), decision, comment).await;
    let acted = async |act: Act<'_>| desk::act(store, ctx, (code, key), &act).await;
    let counted = |counted| Act::Count {
        counted,
        why: form.get("uncounted_why"),
    };
    match form.get("act") {
        "check" => decided(Decision::Check).await,
        "accept" => decided(Decision::Accept).await,
        "return" => decided(Decision::SendBack).await,
        "extend" => {
            let closes = form.get("closes");
            acted(Act::Extend { closes, why }).await
        }
        "take-back" => {
            let at_once = form.get("at_once") == "1";
            acted(Act::TakeBack { at_once, why }).await
        }
        "call" => {
            let note = form.get("note");
            acted(Act::Call { note }).await
        }
        "count-out" => acted(counted(false)).await,
        "count-in" => acted(counted(true)).await,
        "remove" => expect::remove(store, ctx, code, key).await,
        "hand-over" => {
            let why = form.get("merger_why");
            merger::hand_over(store, &app.areas, &app.finder, ctx, (code, key), why).await
        }
        "contact" => acted(Act::Contact(&contact(form))).await,
        _ => Err(Refusal::NotFound.into()),
    }
}

fn contact(form: &Form) -> Contact {
    Contact {
        name: form.get("contact_name").to_owned(),
        phone: form.get("contact_phone").to_owned(),
        mail: form.get("contact_mail").to_owned(),
    }
}
