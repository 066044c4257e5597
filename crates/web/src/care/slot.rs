//! 予約枠: a department's slots by week; opening and withdrawing them.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use renkei_base::{Id, Micros, Refusal, era};
use renkei_care::booking::{self, OpenedSlots, OpeningForm, SlotView};
use renkei_directory::department;
use renkei_store::Failure;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    department: String,
    from: String,
    made: String,
    skipped: String,
}

struct Day {
    date: Micros,
    slots: Vec<SlotView>,
}

#[derive(Template)]
#[template(path = "care/slots.html")]
struct Slots<'a> {
    v: &'a Visit,
    departments: Vec<(Id, String)>,
    department: Option<Id>,
    monday: Date,
    days: Vec<Day>,
    form: Form,
    faults: Faults,
    opened: Option<OpenedSlots>,
}

/// `GET /slots?department=&from=`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    page(&load(&app, &v, &params).await?)
}

async fn load<'a>(app: &App, v: &'a Visit, params: &Params) -> Result<Slots<'a>, Answer> {
    let departments = own_departments(app, v).await?;
    let asked = params.department.parse::<Id>().ok();
    let department = asked.or_else(|| departments.first().map(|(id, _)| id.clone()));
    let monday = monday(v, &params.from);
    let days = match &department {
        Some(department) => week(app, v, department, monday).await?,
        None => Vec::new(),
    };
    let mut form = Form::default();
    form.set("minutes", "15");
    form.set("capacity", "1");
    let opened = params.made.parse().ok().map(|made| OpenedSlots {
        made,
        skipped: params.skipped.parse().unwrap_or_default(),
    });
    Ok(Slots {
        v,
        departments,
        department,
        monday,
        days,
        form,
        faults: Faults::default(),
        opened,
    })
}

pub(super) async fn own_departments(app: &App, v: &Visit) -> Result<Vec<(Id, String)>, Answer> {
    let institution = v.ctx.institution()?;
    let list = department::list(&app.store, &v.ctx, institution).await?;
    let open = list.iter().filter(|department| department.active());
    Ok(open
        .filter_map(|department| Some((department.id()?, department.name().to_owned())))
        .collect())
}

/// The Monday of the week that is asked for, else of this one; on a Sunday of the one that begins.
pub(super) fn monday(v: &Visit, from: &str) -> Date {
    let day = era::parse(from).unwrap_or_else(|_| this_week(v.now().in_japan().date()));
    let back = day.weekday().to_monday_zero_offset();
    day.checked_sub(i64::from(back).days()).unwrap_or(day)
}

async fn week(app: &App, v: &Visit, department: &Id, monday: Date) -> Result<Vec<Day>, Answer> {
    let start = midnight(monday);
    let end = start + renkei_base::clock::Span::days(7);
    let slots = booking::slots(&app.care, &v.ctx, department, start, end).await?;
    let mut days: Vec<Day> = Vec::new();
    for slot in slots {
        let date = midnight(slot.start.in_japan().date());
        match days.last_mut() {
            Some(day) if day.date == date => day.slots.push(slot),
            _ => days.push(Day {
                date,
                slots: vec![slot],
            }),
        }
    }
    Ok(days)
}

/// A day of the week that people plan in: on a Sunday the coming one.
fn this_week(today: Date) -> Date {
    match today.weekday() {
        Weekday::Sunday => today.tomorrow().unwrap_or(today),
        _ => today,
    }
}

pub(super) fn midnight(date: Date) -> Micros {
    Micros::from_japan(date.at(0, 0, 0, 0)).unwrap_or_default()
}

/// `POST /slots`
pub(crate) async fn open(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    match booking::open_slots(&app.care, &v.ctx, &typed(&v, &form)).await {
        Ok(opened) => {
            let department = form.get("department");
            let from = era::parse(form.get("from"))
                .map(|date| date.to_string())
                .unwrap_or_default();
            let OpenedSlots { made, skipped } = opened;
            let there =
                format!("/slots?department={department}&from={from}&made={made}&skipped={skipped}");
            Ok(Redirect::to(&there).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let params = Params {
                department: form.get("department").to_owned(),
                ..Params::default()
            };
            let mut shown = load(&app, &v, &params).await?;
            shown.form = form;
            shown.faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /slots/{id}/withdraw`
pub(crate) async fn withdraw(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    booking::withdraw(&app.care, &v.ctx, &crate::visit::id(&id)?).await?;
    let there = format!(
        "/slots?department={}&from={}",
        form.get("department"),
        form.get("from")
    );
    // Only ids and dates come here; anything else leads back to the plain list.
    let plain = there
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/?=&-.".contains(&byte));
    Ok(Redirect::to(if plain { &there } else { "/slots" }).into_response())
}

impl Slots<'_> {
    fn week(&self, weeks: i64) -> String {
        let day = self
            .monday
            .checked_add((weeks * 7).days())
            .unwrap_or(self.monday);
        let department = self
            .department
            .as_ref()
            .map(Id::to_string)
            .unwrap_or_default();
        format!("/slots?department={department}&from={day}")
    }

    fn chosen(&self, id: &Id) -> bool {
        self.department.as_ref() == Some(id)
    }

    fn has_weekday(&self, day: &str) -> bool {
        self.form.all("weekdays").iter().any(|chosen| chosen == day)
    }
}

/// A day without a year (`12/3`, `１２月３日`) as the next such day, which is what one means who books; else as typed.
pub(crate) fn coming_day(typed: &str, today: Date) -> String {
    let plain = renkei_base::text::usual_width(typed.trim());
    let plain = plain.strip_suffix('日').unwrap_or(&plain);
    let coming = plain
        .split_once(['/', '-', '月', '.'])
        .and_then(|(month, day)| Some((month.parse::<i8>().ok()?, day.parse::<i8>().ok()?)))
        .and_then(|(month, day)| {
            let years = [today.year(), today.year() + 1];
            let mut days = years
                .into_iter()
                .filter_map(|year| Date::new(year, month, day).ok());
            days.find(|day| *day >= today)
        });
    coming.map_or_else(|| typed.to_owned(), |day| day.to_string())
}

fn typed(v: &Visit, form: &Form) -> OpeningForm {
    let text = |name| form.get(name).to_owned();
    let day = |name| coming_day(form.get(name), v.now().in_japan().date());
    OpeningForm {
        department: text("department"),
        from: day("from"),
        to: day("to"),
        weekdays: form.all("weekdays").to_vec(),
        holidays: text("holidays"),
        times: text("times"),
        minutes: text("minutes"),
        capacity: text("capacity"),
        doctor: text("doctor"),
        place: text("place"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_sunday_the_coming_week_is_meant() {
        let week = |day: i8| this_week(Date::constant(2026, 11, day)).day();
        assert_eq!((week(21), week(22), week(23)), (21, 23, 23));
    }

    #[test]
    fn a_day_without_a_year_is_the_next_one() {
        let today = Date::constant(2026, 11, 22);
        for (typed, read) in [
            ("12/3", "2026-12-03"),
            ("11/22", "2026-11-22"),
            ("１１/２１", "2027-11-21"),
            (" 1月15日 ", "2027-01-15"),
            ("2-29", "2-29"),
            ("13/1", "13/1"),
            ("R8.12.3", "R8.12.3"),
            ("2026/12/3", "2026/12/3"),
            ("", ""),
        ] {
            assert_eq!(coming_day(typed, today), read, "{typed}");
        }
    }
}
