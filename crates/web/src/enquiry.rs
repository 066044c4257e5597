//! 相談の記録: what a desk was asked, without names, counted by worry and month.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_base::era::FiscalYear;
use renkei_directory::enquiry::{self, ASKERS, OUTCOMES, Typed};
use renkei_directory::tag::{self, Family, Tag};
use renkei_store::Failure;
use renkei_store::enquiry::{EnquiryCount, EnquiryRow};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::routes::DESK;
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// `2026-04`
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "enquiries.html")]
struct List<'a> {
    v: &'a Visit,
    params: Params,
    months: Vec<String>,
    table: Vec<Counted>,
    total: u64,
    worries: Vec<Tag>,
    rows: Vec<EnquiryRow>,
    /// Whether the caller notes enquiries here.
    notes: bool,
    form: Form,
    faults: Faults,
}

/// `GET /enquiries?from=&until=`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("month", enquiry::month_of(v.now().in_japan().date()));
    page(&list_of(&app, &v, &params, form, Faults::default()).await?)
}

/// The months asked for, else those of this fiscal year so far.
fn months(v: &Visit, params: &Params) -> Params {
    let today = v.now().in_japan().date();
    let this = enquiry::month_of(today);
    let first = enquiry::month_of(FiscalYear::of(today).first_day());
    let or = |text: &str, other: String| {
        if enquiry::is_month(text) {
            text.to_owned()
        } else {
            other
        }
    };
    Params {
        from: or(&params.from, first),
        until: or(&params.until, this),
    }
}

async fn list_of<'a>(
    app: &App,
    v: &'a Visit,
    params: &Params,
    form: Form,
    faults: Faults,
) -> Result<List<'a>, Answer> {
    let params = months(v, params);
    let range = (params.from.as_str(), params.until.as_str());
    let counts = enquiry::counts(&app.store, &v.ctx, range).await?;
    let mut worries = tag::all(&app.store).await?;
    worries.retain(|tag| tag.family == Family::Worry);
    let notes = crate::guard::admit(DESK, v).is_ok() && v.ctx.caller.institution.is_some();
    let rows = match &v.ctx.caller.institution {
        Some(desk) if notes => enquiry::list(&app.store, &v.ctx, desk, range).await?,
        _ => Vec::new(),
    };
    let (months, table) = table(v, &counts, &worries);
    worries.retain(|tag| tag.active);
    Ok(List {
        v,
        months,
        total: counts.iter().map(|one| one.count).sum(),
        table,
        worries,
        rows,
        notes,
        form,
        faults,
        params,
    })
}

/// Worry, its counts by month, their sum.
type Counted = (String, Vec<u64>, u64);

/// A row for each worry that occurs.
fn table(v: &Visit, counts: &[EnquiryCount], worries: &[Tag]) -> (Vec<String>, Vec<Counted>) {
    let months: BTreeSet<&String> = counts.iter().map(|one| &one.month).collect();
    let mut cells: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for one in counts {
        *cells.entry((&one.theme, &one.month)).or_default() += one.count;
    }
    let rows = worries.iter().filter_map(|tag| {
        let cell = |month: &&String| cells.get(&(tag.code.as_str(), month.as_str())).copied();
        let each: Vec<u64> = months
            .iter()
            .map(|month| cell(month).unwrap_or_default())
            .collect();
        let sum: u64 = each.iter().sum();
        (sum > 0).then(|| (tag.name(v.lang()).to_owned(), each, sum))
    });
    let rows = rows.collect();
    (months.into_iter().cloned().collect(), rows)
}

/// `GET /enquiries/counts.csv?from=&until=`
pub(crate) async fn export(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let params = months(&v, &params);
    let range = (params.from.as_str(), params.until.as_str());
    let counts = enquiry::counts(&app.store, &v.ctx, range).await?;
    let worries = tag::all(&app.store).await?;
    let heading = ["month", "theme", "desk", "number"].map(|name| v.t(&format!("enquiry-{name}")));
    let rows = counts.iter().map(|one| {
        let theme = worries.iter().find(|tag| tag.code == one.theme);
        let theme = theme.map_or(one.theme.as_str(), |tag| tag.name(v.lang()));
        let desk = app.finder.by_id(&one.desk).map(|hit| hit.name);
        [
            one.month.clone(),
            theme.to_owned(),
            desk.unwrap_or_default(),
            one.count.to_string(),
        ]
    });
    Ok(crate::sheet::csv(
        "enquiries.csv",
        std::iter::once(heading).chain(rows),
    ))
}

/// `POST /enquiries`
pub(crate) async fn note(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let desk = v.ctx.institution()?.clone();
    let text = |name: &str| form.get(name).trim().to_owned();
    let typed = Typed {
        month: text("month"),
        theme: text("theme"),
        asker: text("asker"),
        outcome: text("outcome"),
        note: form.get("note").to_owned(),
        nameless: !form.get("nameless").is_empty(),
    };
    match enquiry::note(&app.store, &v.ctx, &desk, &typed).await {
        Ok(_) => Ok(Redirect::to("/enquiries").into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let faults = Faults::new(faults);
            let again = list_of(&app, &v, &Params::default(), form, faults).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /enquiries/{id}/withdraw`
pub(crate) async fn withdraw(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let desk = v.ctx.institution()?.clone();
    enquiry::withdraw(&app.store, &v.ctx, &desk, &crate::visit::id(&id)?).await?;
    Ok(Redirect::to("/enquiries").into_response())
}

impl List<'_> {
    fn theme(&self, code: &str) -> String {
        let tag = self.worries.iter().find(|tag| tag.code == code);
        tag.map_or_else(|| code.to_owned(), |tag| tag.name(self.v.lang()).to_owned())
    }
}
