//! Printing a version: what there is now as PDF, kept for ever.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Fault, Lang};
use renkei_directory::guide::{self, Entry, Form as Look, GuideRow};
use renkei_report as report;

use super::{address, days, inline, next, now, number, picture, places};
use crate::error::Answer;
use crate::form::Form;
use crate::say::letter_day;
use crate::state::App;
use crate::visit::{Visit, id};

/// `GET /guides/{id}/{version}.pdf`: a version as it was printed; `now.pdf`: what it would be today.
pub(crate) async fn pdf(
    State(app): State<App>,
    v: Visit,
    Path((key, file)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let guide = guide::get(&app.store, &v.ctx, &id(&key)?).await?;
    let versions = guide::versions(&app.store, &guide.id).await?;
    if file == "now.pdf" {
        let (entries, _) = now(&app, &v, &guide).await?;
        let bytes = render(&app, &v, &guide, next(&versions), entries, true).await?;
        return Ok(inline("guide-now.pdf", bytes));
    }
    let wanted = number(&file).ok_or(Answer::NotFound)?;
    let version = versions.into_iter().find(|one| one.number == wanted);
    let version = version.ok_or(Answer::NotFound)?;
    let bytes = app.store.blob(&version.pdf).await?;
    let bytes = bytes.ok_or(Answer::Broken)?;
    Ok(inline(&format!("guide-{wanted}.pdf"), bytes))
}

/// `POST /guides/{id}/print`
pub(crate) async fn issue(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let guide = guide::get(&app.store, &v.ctx, &id(&key)?).await?;
    let versions = guide::versions(&app.store, &guide.id).await?;
    let number = next(&versions);
    // A second press of the button finds the version that the first one made.
    if form.get("number").parse() != Ok(number) {
        return Ok(Redirect::to(&address(&guide.id)).into_response());
    }
    let (entries, too_many) = now(&app, &v, &guide).await?;
    if too_many {
        return Err(Answer::Invalid(Fault::new("areas", "fault-guide-too-many")));
    }
    let bytes = render(&app, &v, &guide, number, entries.clone(), false).await?;
    guide::keep(&app.store, &v.ctx, &guide, number, (&entries, bytes)).await?;
    Ok(Redirect::to(&address(&guide.id)).into_response())
}

/// Typesetting takes a processor for a while, so it has threads of its own.
async fn render(
    app: &App,
    v: &Visit,
    guide: &GuideRow,
    number: i64,
    entries: Vec<Entry>,
    draft: bool,
) -> Result<Vec<u8>, Answer> {
    let document = document(app, v, guide, number, entries, draft);
    let done = tokio::task::spawn_blocking(move || report::guide(&document)).await;
    done.map_err(|_| Answer::Broken)?.map_err(|error| {
        tracing::error!(%error, "a guide failed");
        Answer::Broken
    })
}

/// The guide in Japanese, as it is printed.
fn document(
    app: &App,
    v: &Visit,
    guide: &GuideRow,
    number: i64,
    entries: Vec<Entry>,
    draft: bool,
) -> report::Guide {
    let v = &in_japanese(v);
    let count = entries.len().to_string();
    let places = places(entries);
    let map = picture::of(app, v, guide, (&places, false));
    let places = places.into_iter().map(|place| report::GuidePlace {
        name: place.name,
        entries: (place.first..)
            .zip(place.entries)
            .map(|(number, entry)| printed(v, entry, number))
            .collect(),
    });
    let areas = super::area_names(app, v, guide);
    report::Guide {
        stamp: report::Stamp {
            number: String::new(),
            url: Some(format!("{}{}", app.config.base_url, address(&guide.id))),
            day: v.now().in_japan().date(),
            draft,
            sample: app.demo.is_some(),
        },
        title: guide.title.clone(),
        book: guide.form == Look::Guidebook.code(),
        audience: v.t(&format!("guide-audience-{}", guide.audience)),
        map_alt: v.tn(
            "guide-map-alt",
            &[("areas", areas.join("、").as_str()), ("count", &count)],
        ),
        areas,
        day: letter_day(v.now()),
        version: v.t1("guide-version", "number", number),
        preface: Some(guide.preface.clone()).filter(|text| !text.is_empty()),
        map,
        places: places.collect(),
    }
}

fn in_japanese(v: &Visit) -> Visit {
    let mut v = v.clone();
    v.ctx.lang = Lang::Ja;
    v.look = crate::look::Look::default();
    v
}

fn printed(v: &Visit, entry: Entry, number: usize) -> report::GuideEntry {
    let hours = entry
        .hours
        .iter()
        .map(|line| format!("{}　{}", days(v, &line.days), v.hours(&line.text)));
    let desk = [entry.desk.as_str(), entry.desk_phone.as_str()];
    let desk: Vec<&str> = desk.into_iter().filter(|part| !part.is_empty()).collect();
    report::GuideEntry {
        number: number.to_string(),
        hours: hours.collect(),
        kind: v.t(&format!("institution-kind-{}", entry.kind)),
        departments: entry.departments.join("、"),
        tags: entry.tags.join("、"),
        functions: entry.functions.join("、"),
        desk: desk.join("　"),
        name: entry.name,
        kana: entry.kana,
        address: entry.address,
        phone: entry.phone,
        url: entry.url,
    }
}
