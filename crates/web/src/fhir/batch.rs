//! batch and transaction: `POST /fhir`.

use axum::http::StatusCode;
use renkei_base::limits;
use renkei_care::fhir::{self, Entry, Refer, Write};
use renkei_fhir::bundle::{self, Answered, Page, Response};

use super::act::{self, Act, Place};
use super::asked::Asked;
use super::no::No;
use super::once::Again;
use super::reply::{Reply, status_line};
use super::write;

/// Does what the Bundle asks for.
pub(crate) async fn answer(
    place: &Place<'_>,
    again: Option<&Again>,
    asked: Asked,
) -> Result<Reply, No> {
    let bundle = asked.resource.ok_or_else(not_a_bundle)?;
    if bundle.typ() != "Bundle" {
        return Err(not_a_bundle());
    }
    let count = bundle.list("entry").len();
    if count > limits::BUNDLE_ENTRIES {
        let max = limits::BUNDLE_ENTRIES.to_string();
        let no = No::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-costly",
            "fhir-too-many-entries",
        );
        return Err(no
            .arg("max", max)
            .arg("count", count.to_string())
            .at("Bundle.entry"));
    }
    let kind = bundle.str_at("type").unwrap_or_default().to_owned();
    if !matches!(kind.as_str(), "batch" | "transaction") {
        return Err(not_a_bundle());
    }
    let entries = bundle::entries(bundle).map_err(|no| no_entry(&no))?;
    match kind.as_str() {
        "batch" => Ok(batch(place, again, entries).await),
        _ => transaction(place, again, entries).await,
    }
}

fn not_a_bundle() -> No {
    No::bad("invalid", "fhir-bundle-type").at("Bundle.type")
}

fn no_entry(no: &bundle::NoEntry) -> No {
    No::bad("invalid", "fhir-entry")
        .arg("element", no.element)
        .at(no.element)
        .at(&at(no.entry))
}

fn at(entry: usize) -> String {
    format!("Bundle.entry[{entry}]")
}

/// Each by itself, one after the other; a refusal is the answer of its entry.
async fn batch(place: &Place<'_>, again: Option<&Again>, entries: Vec<bundle::Entry>) -> Reply {
    let mut answers = Answers::of(place, entries.len());
    for (number, entry) in entries.into_iter().enumerate() {
        let answered = match answers.full() {
            true => Err(too_much()),
            false => one(place, again, number, entry).await,
        };
        answers.put(number, answered);
    }
    answers.page("batch-response")
}

/// The answers of all entries in their order, and how much they hold together.
struct Answers<'a> {
    place: &'a Place<'a>,
    base: String,
    entries: Vec<Answered>,
    bytes: usize,
}

impl<'a> Answers<'a> {
    fn of(place: &'a Place<'a>, count: usize) -> Self {
        Self {
            place,
            base: place.base(),
            entries: vec![Answered::default(); count],
            bytes: 0,
        }
    }

    /// Whether no more is read: one request must not fetch everything.
    const fn full(&self) -> bool {
        self.bytes > limits::BODY_BYTES
    }

    fn put(&mut self, number: usize, answered: Result<Reply, No>) {
        let answer = match answered {
            Ok(reply) => reply.entry(&self.base),
            Err(no) => refusal(self.place, &no),
        };
        self.bytes += answer.body.as_ref().map_or(0, String::len);
        if let Some(entry) = self.entries.get_mut(number) {
            *entry = answer;
        }
    }

    fn page(self, typ: &'static str) -> Reply {
        let page = Page {
            typ,
            entries: self.entries,
            ..Page::default()
        };
        Reply::ok(page.to_json())
    }
}

fn too_much() -> No {
    No::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-costly",
        "fhir-answer-too-large",
    )
}

async fn one(
    place: &Place<'_>,
    again: Option<&Again>,
    number: usize,
    entry: bundle::Entry,
) -> Result<Reply, No> {
    let asked = Asked::of_entry(&place.app.config.base_url, entry)?;
    let Some(again) = again else {
        return act::perform(place, asked).await;
    };
    // Each entry is a request of its own, also for retries.
    let kind = asked.path.first().map_or("", String::as_str);
    let again = again.entry(number, kind);
    if let Some(done) = again.reply(place).await? {
        return Ok(done);
    }
    let place = Place {
        care: again.care(place.app),
        ..*place
    };
    act::perform(&place, asked).await
}

fn refusal(place: &Place<'_>, no: &No) -> Answered {
    Answered {
        response: Some(Response {
            status: status_line(no.status),
            outcome: Some(no.outcome(&place.guest.messages, place.guest.ctx.lang)),
            ..Response::default()
        }),
        ..Answered::default()
    }
}

/// All or nothing: the writes in one commit. The reads come after them, and are refused one by one: what was written
/// stays.
async fn transaction(
    place: &Place<'_>,
    again: Option<&Again>,
    entries: Vec<bundle::Entry>,
) -> Result<Reply, No> {
    let mut answers = Answers::of(place, entries.len());
    let (mut writes, mut reads) = (Vec::new(), Vec::new());
    let mut refers = Vec::new();
    for (number, entry) in entries.into_iter().enumerate() {
        let full_url = entry.full_url.clone();
        let asked = meant(place, entry).map_err(|no| no.at(&at(number)))?;
        match asked {
            Meant::Write(write) => {
                let found = searched(place, &write, writes.len());
                refers.extend(found.map_err(|no| no.at(&at(number)))?);
                let write = *write;
                writes.push((number, Entry { full_url, write }));
            }
            Meant::Read(asked) => reads.push((number, asked)),
        }
    }
    let (numbers, writes): (Vec<usize>, Vec<Entry>) = writes.into_iter().unzip();
    if !writes.is_empty() {
        let ctx = &place.guest.ctx;
        let written = fhir::transaction_with(&place.care, ctx, writes, &refers).await;
        let written = written.map_err(|failed| {
            let entry = failed.entry.and_then(|entry| numbers.get(entry));
            let no = No::from(failed.why);
            entry.map_or(no.clone(), |entry| no.at(&at(*entry)))
        })?;
        if let Some(again) = again {
            again.keep(place, &written).await;
        }
        for (number, written) in numbers.into_iter().zip(written) {
            answers.put(number, Ok(write::reply(place, written)));
        }
    }
    for (number, asked) in reads {
        let answered = match answers.full() {
            true => Err(too_much()),
            false => act::perform(place, *asked).await,
        };
        answers.put(number, answered);
    }
    Ok(answers.page("transaction-response"))
}

/// The references of an entry that are searches. A condition tells what is there, so it needs the right to search.
fn searched(place: &Place<'_>, write: &Write, entry: usize) -> Result<Vec<Refer>, No> {
    let (Write::Create { resource, .. }
    | Write::Update { resource, .. }
    | Write::ConditionalUpdate { resource, .. }) = write
    else {
        return Ok(Vec::new());
    };
    let texts = fhir::searched(resource);
    let refers = texts.into_iter().map(|text| {
        let query = act::reference(place, &text)?;
        Ok(Refer { entry, text, query })
    });
    refers.collect()
}

/// What an entry of a transaction asks for.
enum Meant {
    Write(Box<fhir::Write>),
    Read(Box<Asked>),
}

fn meant(place: &Place<'_>, entry: bundle::Entry) -> Result<Meant, No> {
    let mut asked = Asked::of_entry(&place.app.config.base_url, entry)?;
    let path = asked.path.clone();
    Ok(match act::of(place.guest, &mut asked)? {
        Act::Write(write) => Meant::Write(write),
        _ => Meant::Read(Box::new(Asked { path, ..asked })),
    })
}
