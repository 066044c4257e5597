//! 誰が何をしているか: items against municipalities; for one item its map, its examples, and another item crossed with it.

mod picture;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use renkei_directory::municipality::MunicipalityKind;
use renkei_gov::Status;
use renkei_gov::answer::File;
use renkei_gov::count::group::{AGEING, Grouping, SIZES};
use renkei_gov::count::{FigureLine, Figures, Sheet};

use crate::count::group;
use crate::count::seen::{Params, Viewed, said};
use crate::count::show::{areas, status_key};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

/// What a sheet can say to a line, in the order of choices.
const STATUSES: [Status; 4] = [Status::Yes, Status::No, Status::NotAsked, Status::NoAnswer];

#[derive(Template)]
#[template(path = "survey/matrix.html")]
struct Page<'a> {
    v: &'a Visit,
    viewed: Viewed,
    params: Params,
    lines: Vec<FigureLine>,
    /// The line that is chosen.
    line: Option<FigureLine>,
    places: Vec<PlaceRow>,
    areas: Vec<(String, String)>,
    sizes: Vec<(String, String)>,
    ageing: Vec<(String, String)>,
    /// Of the chosen line: how many say what.
    counts: Vec<(Status, u32)>,
    cross: Vec<(Status, Vec<u32>)>,
    with: Option<FigureLine>,
    /// Safe as it is; empty without a line.
    map: String,
}

/// A municipality with what it says.
struct PlaceRow {
    sheet: Sheet,
    area: String,
    said: Vec<(Status, bool)>,
    /// To the chosen line.
    own: Option<(Status, bool)>,
    explanation: String,
    files: Vec<File>,
    contact: String,
}

/// `GET /surveys/{code}/matrix?line=d1&area=1303&status=yes&with=e1`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?;
    let figures = chosen(&app, &viewed, &params);
    let at = (!params.line.is_empty())
        .then(|| figures.line(&params.line).ok_or(Answer::NotFound))
        .transpose()?;
    let places = if viewed.names {
        let contacts = contacts(&app, &viewed).await?;
        places(&app, &viewed, &figures, (at, &params.status), &contacts)
    } else {
        Vec::new()
    };
    let with = figures.line(&params.with);
    let cross = at.zip(with).map(|(a, b)| cross(&figures, a, b));
    page(&Page {
        lines: figures.lines.clone(),
        line: at.and_then(|at| figures.lines.get(at)).cloned(),
        with: with.and_then(|at| figures.lines.get(at)).cloned(),
        areas: areas(&app, &viewed),
        sizes: bands(&app, &v, &viewed, Grouping::Size, &SIZES),
        ageing: bands(&app, &v, &viewed, Grouping::Ageing, &AGEING),
        counts: at.map_or_else(Vec::new, |at| counts(&figures, at)),
        cross: cross.unwrap_or_default(),
        map: at.map_or_else(String::new, |at| {
            picture::of(&app, &v, &viewed, &figures, at)
        }),
        places,
        viewed,
        params,
        v: &v,
    })
}

/// The sheets that the filters leave.
fn chosen(app: &App, viewed: &Viewed, params: &Params) -> Figures {
    let (atlas, day) = (app.areas.atlas(), viewed.day());
    let fits = |by: Grouping, wanted: &str, sheet: &Sheet| {
        wanted.is_empty() || by.key(sheet, &atlas, day).code == wanted
    };
    viewed.figures().only(|sheet| {
        fits(Grouping::Kind, &params.kind, sheet)
            && fits(Grouping::Size, &params.size, sheet)
            && fits(Grouping::Ageing, &params.ageing, sheet)
    })
}

/// Bands that any sheet is in, with their names.
fn bands(
    app: &App,
    v: &Visit,
    viewed: &Viewed,
    by: Grouping,
    limits: &[u32],
) -> Vec<(String, String)> {
    let (atlas, day) = (app.areas.atlas(), viewed.day());
    let keys: Vec<String> = viewed
        .body
        .figures
        .counted()
        .map(|sheet| by.key(sheet, &atlas, day).code)
        .collect();
    let limits = limits.iter().map(ToString::to_string);
    let there = limits.filter(|limit| keys.contains(limit));
    there
        .map(|code| (code.clone(), group::name(app, v, viewed, by, &code)))
        .collect()
}

/// Whom to ask, by respondent: for those inside, whom the respondent named; for others the institution itself.
async fn contacts(app: &App, viewed: &Viewed) -> Result<BTreeMap<String, String>, Answer> {
    let mut contacts = BTreeMap::new();
    if viewed.inside.is_none() {
        return Ok(contacts);
    }
    for row in app.store.respondents(&viewed.code).await? {
        let parts = [row.contact_name, row.contact_phone, row.contact_mail];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        contacts.insert(row.respondent.to_string(), parts.join(" "));
    }
    Ok(contacts)
}

fn places(
    app: &App,
    viewed: &Viewed,
    figures: &Figures,
    (at, status): (Option<usize>, &str),
    contacts: &BTreeMap<String, String>,
) -> Vec<PlaceRow> {
    let question = at.and_then(|at| figures.lines.get(at));
    let question = question.map_or("", |line| line.question.as_str());
    let wanted = Status::from_code(status);
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let rows = figures.counted().filter_map(|sheet| {
        let said: Vec<(Status, bool)> = figures
            .said(sheet)
            .into_iter()
            .map(|one| (one.status, one.overridden))
            .collect();
        let own = at.and_then(|at| said.get(at)).copied();
        if wanted.is_some() && at.is_some() && own.map(|one| one.0) != wanted {
            return None;
        }
        let mut examples = viewed.body.examples.iter();
        let example = examples
            .find(|one| one.respondent == sheet.respondent && one.question == question)
            .cloned()
            .unwrap_or_default();
        let area = names
            .entry(sheet.area.as_str())
            .or_insert_with(|| group::area(app, viewed, &sheet.area));
        Some(PlaceRow {
            area: area.clone(),
            said,
            own,
            explanation: example.explanation,
            files: example.files,
            contact: contacts.get(&sheet.respondent).cloned().unwrap_or_default(),
            sheet: sheet.clone(),
        })
    });
    rows.collect()
}

/// How many say what to a line.
fn counts(figures: &Figures, at: usize) -> Vec<(Status, u32)> {
    let mut counts: BTreeMap<Status, u32> = BTreeMap::new();
    for ((status, _), count) in figures.cross(at, at) {
        *counts.entry(status).or_default() += count;
    }
    counts.into_iter().collect()
}

/// Rows: what is said to the one line; columns: [`STATUSES`] of the other.
fn cross(figures: &Figures, a: usize, b: usize) -> Vec<(Status, Vec<u32>)> {
    let cross = figures.cross(a, b);
    let cell = |row, column| cross.get(&(row, column)).copied().unwrap_or_default();
    let rows = STATUSES
        .into_iter()
        .map(|row| (row, STATUSES.map(|column| cell(row, column)).to_vec()));
    rows.filter(|(_, cells)| cells.iter().any(|count| *count > 0))
        .collect()
}

impl Page<'_> {
    fn word(&self, status: &Status) -> String {
        self.v.t(&status_key(*status))
    }

    /// A sign for the cell, beside its words for those who hear it.
    fn sign(&self, status: &Status) -> &'static str {
        match status {
            Status::Yes => "○",
            Status::No => "―",
            Status::NotAsked => "／",
            Status::NoAnswer => "",
            _ => "△",
        }
    }

    fn text(&self, line: &FigureLine) -> String {
        let text = said(self.v, &line.text);
        match said(self.v, &line.choice_text) {
            "" => text.to_owned(),
            choice => format!("{text} {choice}"),
        }
    }

    fn has_line(&self, line: &FigureLine) -> bool {
        self.params.line == line.id
    }

    /// The same page for this line.
    fn to_line(&self, id: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("line", id);
        for (name, value) in [
            ("area", self.params.area.as_str()),
            ("kind", self.params.kind.as_str()),
            ("version", self.params.version.as_str()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/surveys/{}/matrix?{}", self.viewed.code, query.finish())
    }
}

/// `GET /surveys/{code}/documents/{blob}`: a document that is shown as an example to this caller.
pub(crate) async fn document(
    State(app): State<App>,
    v: Visit,
    Path((code, blob)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &Params::default()).await?;
    if !viewed.names {
        return Err(Answer::NotFound);
    }
    let mut files = viewed.body.examples.iter().flat_map(|one| &one.files);
    let file = files.find(|file| file.blob == blob);
    let file = file.ok_or(Answer::NotFound)?;
    let bytes = app.store.blob(&file.blob).await?.ok_or(Answer::Broken)?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type.clone()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
