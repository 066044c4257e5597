//! 誰が何をしているか: items against municipalities; for one item its map, its examples, and another item crossed with it.

pub(crate) mod part;
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
use renkei_gov::matrix::Example;
use renkei_gov::survey_withdrawal::{self, WithdrawalRow, Withdrawn};

use self::part::Part;
use crate::count::group;
use crate::count::seen::{Params, Viewed, said};
use crate::count::show::areas;
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
    /// Of this page.
    places: Vec<PlaceRow>,
    /// Of all pages.
    found: usize,
    before: Option<String>,
    after: Option<String>,
    /// The word of each status that is shown, looked up once.
    words: BTreeMap<Status, String>,
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
    explanation: Text,
    files: Vec<Document>,
    contact: String,
}

/// A document that a respondent shows.
struct Document {
    file: File,
    /// Why it is shown no more; then its name is not shown either.
    withdrawn: Option<String>,
}

/// What a respondent explained.
#[derive(Default)]
struct Text {
    text: String,
    withdrawn: Option<String>,
}

/// `GET /surveys/{code}/matrix?line=d1&area=1303&status=yes&with=e1`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = match params.line.as_str() {
        "" => Viewed::of(&app, &v, &code, &params).await?,
        _ => Viewed::with_examples(&app, &v, &code, &params).await?,
    };
    let viewed = viewed.named(&app, &v);
    let figures = chosen(&app, &viewed, &params);
    let at = (!params.line.is_empty())
        .then(|| figures.line(&params.line).ok_or(Answer::NotFound))
        .transpose()?;
    let fitting = fitting(&viewed, &figures, at, &params.status);
    let columns = if at.is_some() { 6 } else { figures.lines.len() };
    let part = Part::of(fitting.len(), columns, &params.page).ok_or(Answer::NotFound)?;
    let shown = fitting.get(part.rows.clone()).unwrap_or_default();
    let beside = Beside {
        contacts: contacts(&app, &viewed, at.is_some()).await?,
        withdrawn: survey_withdrawal::of(&app.store, &code).await?,
    };
    let places = places(&app, &v, &viewed, (&figures, at), (shown, &beside));
    let with = figures.line(&params.with);
    let cross = at.zip(with).map(|(a, b)| cross(&figures, a, b));
    page(&Page {
        lines: figures.lines.clone(),
        line: at.and_then(|at| figures.lines.get(at)).cloned(),
        with: with.and_then(|at| figures.lines.get(at)).cloned(),
        areas: areas(&app, &v, &viewed),
        sizes: bands(&app, &v, &viewed, Grouping::Size, &SIZES),
        ageing: bands(&app, &v, &viewed, Grouping::Ageing, &AGEING),
        counts: at.map_or_else(Vec::new, |at| counts(&figures, at)),
        cross: cross.unwrap_or_default(),
        map: at.map_or_else(String::new, |at| {
            picture::of(&app, &v, &viewed, &figures, at)
        }),
        words: words(&v, &viewed, &places),
        found: fitting.len(),
        before: part
            .before
            .map(|number| address(&viewed.code, &params, number)),
        after: part
            .after
            .map(|number| address(&viewed.code, &params, number)),
        places,
        viewed,
        params,
        v: &v,
    })
}

/// The same choice, another page.
fn address(code: &str, params: &Params, number: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let number = number.to_string();
    for (name, value) in [
        ("version", params.version.as_str()),
        ("line", params.line.as_str()),
        ("area", params.area.as_str()),
        ("kind", params.kind.as_str()),
        ("size", params.size.as_str()),
        ("ageing", params.ageing.as_str()),
        ("status", params.status.as_str()),
        ("with", params.with.as_str()),
        ("page", number.as_str()),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("/surveys/{code}/matrix?{}", query.finish())
}

fn words(v: &Visit, viewed: &Viewed, places: &[PlaceRow]) -> BTreeMap<Status, String> {
    let cells = places
        .iter()
        .flat_map(|one| one.said.iter().chain(&one.own));
    let mut words = BTreeMap::new();
    for (status, _) in cells {
        words
            .entry(*status)
            .or_insert_with(|| viewed.word(v, *status));
    }
    words
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

/// Whom to ask, by respondent: for those whom the survey lets see one another, whom the respondent named; for others the
/// institution itself.
/// Read where they are shown.
async fn contacts(
    app: &App,
    viewed: &Viewed,
    shown: bool,
) -> Result<BTreeMap<String, String>, Answer> {
    let mut contacts = BTreeMap::new();
    let inside = viewed
        .inside
        .as_ref()
        .is_some_and(renkei_gov::matrix::names);
    if !inside || !shown {
        return Ok(contacts);
    }
    for row in app.store.respondents(&viewed.code).await? {
        let parts = [row.contact_name, row.contact_phone, row.contact_mail];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        contacts.insert(row.respondent.to_string(), parts.join(" "));
    }
    Ok(contacts)
}

/// The sheets that say this to the line; none where the reader sees only counts.
fn fitting<'f>(
    viewed: &Viewed,
    figures: &'f Figures,
    at: Option<usize>,
    status: &str,
) -> Vec<&'f Sheet> {
    let wanted = Status::from_code(status).zip(at);
    let fits = |sheet: &Sheet| {
        wanted.is_none_or(|(wanted, at)| {
            let said = figures.said(sheet);
            said.get(at).is_some_and(|one| one.status == wanted)
        })
    };
    let named = viewed.names.then(|| figures.counted());
    named
        .into_iter()
        .flatten()
        .filter(|sheet| fits(sheet))
        .collect()
}

/// What stands beside the answers of a line.
struct Beside {
    /// By respondent.
    contacts: BTreeMap<String, String>,
    withdrawn: Withdrawn,
}

fn places(
    app: &App,
    v: &Visit,
    viewed: &Viewed,
    (figures, at): (&Figures, Option<usize>),
    (shown, beside): (&[&Sheet], &Beside),
) -> Vec<PlaceRow> {
    let line = at.and_then(|at| figures.lines.get(at));
    let question = line.map(|line| line.question.as_str());
    let examples = viewed.body.examples.iter();
    let examples: BTreeMap<&str, _> = examples
        .filter(|one| Some(one.question.as_str()) == question)
        .map(|one| (one.respondent.as_str(), one))
        .collect();
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let rows = shown.iter().map(|sheet| {
        let said = figures.said(sheet).into_iter();
        let said: Vec<(Status, bool)> = said.map(|one| (one.status, one.overridden)).collect();
        let own = at.and_then(|at| said.get(at)).copied();
        let example = examples.get(sheet.respondent.as_str());
        let area = names
            .entry(sheet.area.as_str())
            .or_insert_with(|| group::area(app, v, viewed, &sheet.area));
        let shown = example.map(|one| exampled(v, one, &beside.withdrawn));
        let (explanation, files) = shown.unwrap_or_default();
        PlaceRow {
            area: area.clone(),
            said,
            own,
            explanation,
            files,
            contact: beside
                .contacts
                .get(&sheet.respondent)
                .cloned()
                .unwrap_or_default(),
            sheet: (*sheet).clone(),
        }
    });
    rows.collect()
}

/// An example as it is shown: of what was withdrawn, that it was, and why.
fn exampled(v: &Visit, example: &Example, withdrawn: &Withdrawn) -> (Text, Vec<Document>) {
    let why = |row: &WithdrawalRow| {
        let day = v.day(row.done_at);
        let values = [("day", day.as_str()), ("reason", row.reason.as_str())];
        v.tn("matrix-withdrawn", &values)
    };
    let text = Text {
        text: example.explanation.clone(),
        withdrawn: withdrawn
            .text(&example.respondent, &example.question)
            .map(why),
    };
    let files = example.files.iter().map(|file| Document {
        withdrawn: withdrawn.document(&file.blob).map(why),
        file: file.clone(),
    });
    (text, files.collect())
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
    fn word(&self, status: &Status) -> std::borrow::Cow<'_, str> {
        match self.words.get(status) {
            Some(word) => word.into(),
            None => self.viewed.word(self.v, *status).into(),
        }
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

    /// Why the chosen line of a sheet counts otherwise than it was answered.
    fn why<'s>(&self, sheet: &'s Sheet) -> &'s str {
        let mut all = sheet.overrides.iter();
        let found = all.find(|one| one.line == self.params.line);
        found.map_or("", |one| &one.reason)
    }

    fn has_line(&self, line: &FigureLine) -> bool {
        self.params.line == line.id
    }

    /// The version that is looked at, for documents and forms.
    fn and_version(&self) -> String {
        match self.params.version.as_str() {
            "" => String::new(),
            version => format!("?version={version}"),
        }
    }

    /// The question that what stands beside the chosen line is of.
    fn question(&self) -> &str {
        self.line.as_ref().map_or("", |line| line.question.as_str())
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

/// `GET /surveys/{code}/documents/{blob}?version=2`: a document that is shown as an example to this caller. Of a version that
/// is out it stays, also where the next one shows it no more; what was withdrawn is shown of none.
pub(crate) async fn document(
    State(app): State<App>,
    v: Visit,
    Path((code, blob)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::with_examples(&app, &v, &code, &params).await?;
    let withdrawn = survey_withdrawal::of(&app.store, &code).await?;
    if !viewed.names || withdrawn.document(&blob).is_some() {
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
