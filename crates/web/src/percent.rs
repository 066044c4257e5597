//! 割合の検算: whether a whole number of n gives a percentage, for everybody, as a page and for programs.

use askama::Template;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use renkei_base::text::usual_width;
use renkei_base::{Fault, Refusal};
use renkei_directory::import::Source;
use renkei_directory::import::workbook::{Limits, Workbook};
use renkei_gov::percent::table::{Judged, Table, cells, judge};
use renkei_gov::percent::{MOST_N, MOST_PERCENTS, Percent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form, body_of, says_at_most};
use crate::visit::Visit;

/// Bytes of a file that is checked, and of what a program sends.
pub(crate) const FILE_BYTES: usize = 2 * 1024 * 1024;
/// Of one percentage that a program sends.
const TEXT_BYTES: usize = 64;

#[derive(Template)]
#[template(path = "percent_check.html")]
struct Check<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    table: Option<Table>,
}

impl Check<'_> {
    /// What is said below a percentage that does not fit; empty where it does.
    fn said(&self, judged: &Judged) -> String {
        let Some(n) = judged.n else {
            return self.v.t("percent-without-n");
        };
        if let Some(beside) = judged.beside {
            let counts = judged.verdict.counts.first().copied().unwrap_or_default();
            let (beside, counts) = (beside.to_string(), counts.to_string());
            let values = [("beside", beside.as_str()), ("count", counts.as_str())];
            return self.v.tn("percent-beside", &values);
        }
        if judged.verdict.fits() {
            return String::new();
        }
        let n = n.to_string();
        match judged.hint {
            Some((other, count)) => {
                let (other, count) = (other.to_string(), count.to_string());
                let values = [("n", n.as_str()), ("other", &other), ("count", &count)];
                self.v.tn("percent-unfit", &values)
            }
            None => self.v.t1("percent-impossible", "n", n),
        }
    }

    /// `49 / 53`
    fn counts(&self, judged: &Judged) -> String {
        let n = judged.n.unwrap_or_default();
        match judged.verdict.counts.as_slice() {
            [] => String::new(),
            [one] => format!("{one} / {n}"),
            [first, .., last] => format!("{first}–{last} / {n}"),
        }
    }

    /// What came out of those that have an n; where none has one, only that.
    fn summary(&self, table: &Table) -> String {
        let judged = table.percents - table.without_n;
        if judged == 0 && table.percents > 0 {
            return self.v.t("percent-n-unknown");
        }
        let (all, fit) = (judged.to_string(), table.fitting.to_string());
        let values = [("all", all.as_str()), ("fit", fit.as_str())];
        self.v.tn("percent-summary", &values)
    }

    /// `fits`, `unfit`, or `unknown` where there is no n to judge by.
    fn class(&self, judged: &Judged) -> &'static str {
        match judged.n {
            None => "unknown",
            Some(_) if judged.fits() => "fits",
            Some(_) => "unfit",
        }
    }

    fn sign(&self, judged: &Judged) -> &'static str {
        match self.class(judged) {
            "fits" => "✓",
            "unfit" => "✗",
            _ => "?",
        }
    }
}

/// `GET /percent-check`
pub(crate) async fn show(v: Visit) -> Result<Response, Answer> {
    page(&Check {
        v: &v,
        form: Form::default(),
        faults: Faults::default(),
        table: None,
    })
}

/// `POST /percent-check`: a pasted table, or a file.
pub(crate) async fn check(v: Visit, request: Request) -> Result<Response, Answer> {
    let (form, file) = receive(&v, request).await?;
    let judged = tokio::task::spawn_blocking({
        let form = form.clone();
        move || judged(&form, file)
    });
    let judged = judged.await.map_err(|_| Answer::Broken)?;
    let shown = |faults, table| Check {
        v: &v,
        form,
        faults,
        table,
    };
    match judged {
        Ok(table) => page(&shown(Faults::default(), Some(table))),
        Err(Refusal::Invalid(faults)) => {
            let shown = shown(Faults::new(faults), None);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

async fn receive(v: &Visit, request: Request) -> Result<(Form, Option<(String, Vec<u8>)>), Answer> {
    says_at_most(request.headers(), 2 * FILE_BYTES)?;
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| Answer::Request)?;
    let mut form = Form::default();
    let mut file = None;
    while let Some(part) = parts.next_field().await.map_err(|_| Answer::Request)? {
        let field = part.name().unwrap_or_default().to_owned();
        if field == "file" {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|_| Answer::TooLarge)?;
            file = Some((name, bytes.to_vec())).filter(|(_, bytes)| !bytes.is_empty());
        } else {
            form.set(&field, part.text().await.map_err(|_| Answer::Request)?);
        }
    }
    if !v.form_token_fits(form.get("token")) {
        return Err(Answer::Forgery);
    }
    Ok((form, file))
}

fn judged(form: &Form, file: Option<(String, Vec<u8>)>) -> Result<Table, Refusal> {
    let typed = usual_width(form.get("n")).replace(',', "");
    let n = match typed.trim() {
        "" => None,
        typed => Some(n_of(typed).ok_or_else(|| {
            Refusal::Invalid(vec![Fault::new("n", "fault-percent-n").with("max", MOST_N)])
        })?),
    };
    let rows = match file {
        Some((name, bytes)) => rows_of(&name, bytes)?,
        None => cells(form.get("table")),
    };
    let table = judge(&rows, n);
    if table.percents == 0 && table.unreadable == 0 {
        return Err(Refusal::fault("table", "fault-percent-none"));
    }
    Ok(table)
}

fn n_of(text: &str) -> Option<u32> {
    let n: u32 = text.parse().ok()?;
    (1..=MOST_N).contains(&n).then_some(n)
}

/// Of a workbook, all sheets one below the other.
fn rows_of(name: &str, bytes: Vec<u8>) -> Result<Vec<Vec<String>>, Refusal> {
    if bytes.len() > FILE_BYTES {
        return Err(Refusal::fault("file", "fault-percent-large"));
    }
    let source = Source::read(name, bytes)?;
    if !source.is_workbook() {
        return Ok(cells(&source.text()?));
    }
    let cells = |fault: Refusal| match &fault {
        Refusal::Invalid(faults)
            if faults.iter().any(|one| one.key == "fault-import-too-large") =>
        {
            Refusal::fault("file", "fault-percent-cells")
        }
        _ => fault,
    };
    let mut workbook = Workbook::within(&source, Limits::ANYBODY).map_err(cells)?;
    let mut rows = Vec::new();
    for name in workbook.names() {
        let sheet = workbook.sheet(&name).map_err(cells)?;
        let each = sheet.rows.iter();
        rows.extend(each.map(|row| row.cells().map(str::to_owned).collect::<Vec<_>>()));
    }
    Ok(rows)
}

/// What a program asks: percentages as texts, since 34.0 and 34 are not the same claim.
#[derive(Debug, Deserialize)]
struct Asked {
    n: Value,
    percents: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct Answered {
    results: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    percent: String,
    counts: Vec<u32>,
    other_n: Vec<u32>,
    #[serde(skip)]
    wrong: bool,
    /// In the reader's language, of what is no percentage.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// `POST /api/percent-check`
pub(crate) async fn api(v: Visit, request: Request) -> Result<Response, Answer> {
    let body = body_of(request, FILE_BYTES)
        .await
        .map_err(|_| Answer::TooLarge)?;
    let judged = tokio::task::spawn_blocking(move || {
        let asked = asked(&body)?;
        Ok::<_, Answer>(asked.0.iter().map(|text| one(text, asked.1)).collect())
    });
    let mut judged: Vec<One> = judged.await.map_err(|_| Answer::Broken)??;
    for one in &mut judged {
        one.error = one.wrong.then(|| v.t("percent-api-unreadable"));
    }
    let body = Answered { results: judged };
    Ok(crate::api::answer(StatusCode::OK, &body))
}

/// Percentages and n of a body.
fn asked(body: &[u8]) -> Result<(Vec<String>, u32), Answer> {
    let asked: Asked = serde_json::from_slice(body).map_err(|_| {
        let key = "refuse-percent-json".to_owned();
        Answer::Refused(StatusCode::BAD_REQUEST, key)
    })?;
    let n = asked.n.as_u64().and_then(|n| u32::try_from(n).ok());
    let n = n.filter(|n| (1..=MOST_N).contains(n)).ok_or_else(|| {
        let fault = Fault::new("n", "fault-percent-n");
        Answer::Invalid(fault.with("max", MOST_N))
    })?;
    if asked.percents.len() > MOST_PERCENTS {
        let fault = Fault::new("percents", "fault-percent-many");
        return Err(Answer::Invalid(fault.with("max", MOST_PERCENTS)));
    }
    let texts = asked.percents.into_iter().map(|percent| match percent {
        Value::String(text) if text.len() <= TEXT_BYTES => Ok(text),
        _ => Err(Answer::Invalid(Fault::new(
            "percents",
            "fault-percent-text",
        ))),
    });
    Ok((texts.collect::<Result<_, _>>()?, n))
}

fn one(text: &str, n: u32) -> One {
    let percent = Percent::read(text);
    let verdict = percent.map(|percent| percent.judge(n)).unwrap_or_default();
    One {
        percent: text.to_owned(),
        counts: verdict.counts,
        other_n: verdict.other_n,
        wrong: percent.is_none(),
        error: None,
    }
}
