//! 相談の記録: what a desk was asked, without names, counted by worry and month.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_base::era::{FiscalYear, Month};
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

/// Columns of months; of a longer time there is one for each year.
const MONTHS: usize = 24;
/// Fiscal years to choose from.
const YEARS: i16 = 5;
const TYPED_CHARS: usize = 20;

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
    /// Names of the columns.
    columns: Vec<String>,
    table: Vec<Counted>,
    /// Of each column.
    sums: Vec<u64>,
    total: u64,
    /// Fiscal years to choose from, with their first and last month.
    years: Vec<(String, String, String)>,
    /// What was typed and is no month.
    unread: Vec<String>,
    /// Those that nobody chooses any more too.
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

/// The months that are counted.
struct Period {
    from: Month,
    until: Month,
    /// What was typed and is no month.
    unread: Vec<String>,
}

impl Period {
    /// As it was asked for, from the earlier to the later; else this fiscal year so far.
    fn of(v: &Visit, params: &Params) -> Self {
        let today = v.now().in_japan().date();
        let mut unread = Vec::new();
        let mut or = |text: &str, other: Month| match Month::parse(text) {
            _ if text.trim().is_empty() => other,
            Ok(month) => month,
            Err(_) => {
                unread.push(text.chars().take(TYPED_CHARS).collect());
                other
            }
        };
        let until = or(&params.until, Month::of(today));
        let from = or(&params.from, Month::of(until.fiscal_year().first_day()));
        Self {
            from: from.min(until),
            until: until.max(from),
            unread,
        }
    }

    fn text(&self) -> (String, String) {
        (self.from.to_string(), self.until.to_string())
    }

    /// A column for each month, also where nobody asked anything; for each fiscal year, from the first to the last with
    /// enquiries, where there would be too many.
    fn columns(&self, counts: &[EnquiryCount]) -> Vec<Column> {
        let months = |from: Month, until: Month| {
            let all = std::iter::successors(Some(from), |month| month.next());
            all.take_while(move |month| *month <= until)
        };
        if months(self.from, self.until).nth(MONTHS).is_none() {
            let each = months(self.from, self.until).map(|month| Column {
                name: month.to_string(),
                from: month,
                until: month,
            });
            return each.collect();
        }
        let years = counts
            .iter()
            .filter_map(|one| Month::parse(&one.month).ok())
            .map(|month| month.fiscal_year().0);
        let (first, last) = (years.clone().min(), years.max());
        let (Some(first), Some(last)) = (first, last) else {
            return Vec::new();
        };
        let each = (first..=last).map(FiscalYear).map(|year| Column {
            name: year.wareki(),
            from: Month::of(year.first_day()).max(self.from),
            until: Month::of(year.last_day()).min(self.until),
        });
        each.collect()
    }
}

/// A month, or a fiscal year as far as it is counted.
struct Column {
    name: String,
    from: Month,
    until: Month,
}

async fn list_of<'a>(
    app: &App,
    v: &'a Visit,
    params: &Params,
    form: Form,
    faults: Faults,
) -> Result<List<'a>, Answer> {
    let period = Period::of(v, params);
    let (from, until) = period.text();
    let range = (from.as_str(), until.as_str());
    let counts = enquiry::counts(&app.store, &v.ctx, range).await?;
    let mut worries = tag::all(&app.store).await?;
    worries.retain(|tag| tag.family == Family::Worry);
    let notes = crate::guard::admit(DESK, v).is_ok() && v.ctx.caller.institution.is_some();
    let rows = match &v.ctx.caller.institution {
        Some(desk) if notes => enquiry::list(&app.store, &v.ctx, desk, range).await?,
        _ => Vec::new(),
    };
    let columns = period.columns(&counts);
    let table = table(v, &counts, &columns, &worries);
    let sums = (0..columns.len()).map(|at| {
        let each = table.iter().filter_map(|(_, counts, _)| counts.get(at));
        each.sum()
    });
    Ok(List {
        sums: sums.collect(),
        columns: columns.into_iter().map(|one| one.name).collect(),
        years: years(v),
        total: counts.iter().map(|one| one.count).sum(),
        table,
        worries,
        rows,
        notes,
        form,
        faults,
        unread: period.unread,
        params: Params { from, until },
        v,
    })
}

/// This fiscal year and those before it: name, first and last month.
fn years(v: &Visit) -> Vec<(String, String, String)> {
    let this = FiscalYear::of(v.now().in_japan().date());
    let years = (0..YEARS).map(|back| FiscalYear(this.0 - back));
    let each = years.map(|year| {
        let month = |day| Month::of(day).to_string();
        (
            year.wareki(),
            month(year.first_day()),
            month(year.last_day()),
        )
    });
    each.collect()
}

/// Worry, its counts by column, their sum.
type Counted = (String, Vec<u64>, u64);

/// A row for each worry that occurs, also for those that nobody chooses any more.
fn table(v: &Visit, counts: &[EnquiryCount], columns: &[Column], worries: &[Tag]) -> Vec<Counted> {
    let mut cells: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for one in counts {
        let row = cells.entry(&one.theme);
        let row = row.or_insert_with(|| vec![0; columns.len()]);
        let month = Month::parse(&one.month).ok();
        let at = month.and_then(|month| {
            columns
                .iter()
                .position(|column| column.from <= month && month <= column.until)
        });
        if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
            *cell += one.count;
        }
    }
    let mut table = Vec::new();
    for tag in worries {
        if let Some(row) = cells.remove(tag.code.as_str()) {
            table.push((tag.name(v.lang()).to_owned(), row));
        }
    }
    let unknown = cells.into_iter().map(|(code, row)| (code.to_owned(), row));
    let all = table.into_iter().chain(unknown);
    all.map(|(name, row)| {
        let sum = row.iter().sum();
        (name, row, sum)
    })
    .collect()
}

/// `GET /enquiries/counts.csv?from=&until=`
pub(crate) async fn export(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let (from, until) = Period::of(&v, &params).text();
    let range = (from.as_str(), until.as_str());
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
    /// Those that can be chosen.
    fn chosen(&self) -> impl Iterator<Item = &Tag> {
        self.worries.iter().filter(|tag| tag.active)
    }

    fn theme(&self, code: &str) -> String {
        let tag = self.worries.iter().find(|tag| tag.code == code);
        tag.map_or_else(|| code.to_owned(), |tag| tag.name(self.v.lang()).to_owned())
    }
}
