//! 診療情報提供書, 予約票 and 返書 as PDF.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use renkei_base::{Id, Lang, Micros};
use renkei_care::document::Further;
use renkei_care::letter::{self, LetterData, TicketData};
use renkei_care::patient::PatientView;
use renkei_care::reply::{self, ReplyData};
use renkei_care::{Party, Priority};
use renkei_report as report;

use crate::error::Answer;
use crate::say::{letter_birthday, letter_date, letter_day, letter_time, priority_key, sex_key};
use crate::state::App;
use crate::visit::{Visit, id};

/// `GET /referrals/{id}/letter.pdf`
pub(crate) async fn letter_pdf(
    State(app): State<App>,
    v: Visit,
    Path(case): Path<String>,
) -> Result<Response, Answer> {
    let data = letter::letter(&app.care, &v.ctx, &id(&case)?).await?;
    let file = format!("letter-{}.pdf", data.number);
    let document = letter_of(&app, data);
    pdf(&file, move || report::letter(&document)).await
}

/// `GET /referrals/{id}/ticket.pdf`
pub(crate) async fn ticket_pdf(
    State(app): State<App>,
    v: Visit,
    Path(case): Path<String>,
) -> Result<Response, Answer> {
    let data = letter::ticket(&app.care, &v.ctx, &id(&case)?).await?;
    let file = format!("ticket-{}.pdf", data.number);
    let document = ticket_of(&app, data);
    pdf(&file, move || report::ticket(&document)).await
}

/// `GET /referrals/{id}/replies/{reply}/reply.pdf`
pub(crate) async fn reply_pdf(
    State(app): State<App>,
    v: Visit,
    Path((case, reply)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let data = reply::data(&app.care, &v.ctx, &id(&case)?, &id(&reply)?).await?;
    let file = format!("reply-{}.pdf", data.number);
    let document = reply_of(&app, data);
    pdf(&file, move || report::reply(&document)).await
}

/// Typesetting takes a processor for a while, so it has threads of its own.
async fn pdf(
    file: &str,
    render: impl FnOnce() -> Result<Vec<u8>, report::ReportError> + Send + 'static,
) -> Result<Response, Answer> {
    let bytes = tokio::task::spawn_blocking(render)
        .await
        .map_err(|_| Answer::Broken)?
        .map_err(|error| {
            tracing::error!(%error, "document failed");
            Answer::Broken
        })?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/pdf"),
        ),
        (header::CONTENT_DISPOSITION, disposition(file)),
    ];
    Ok((headers, bytes).into_response())
}

/// Shown in the browser, and saved under this name (RFC 6266, RFC 8187).
pub(crate) fn disposition(file: &str) -> HeaderValue {
    let mut encoded = String::new();
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&format!("inline; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("inline"))
}

fn stamp(app: &App, case: &Id, number: String, at: Micros, draft: bool) -> report::Stamp {
    report::Stamp {
        number,
        url: (!draft).then(|| format!("{}/referrals/{case}", app.config.base_url)),
        day: at.in_japan().date(),
        draft,
        sample: app.demo.is_some(),
    }
}

/// What a letter from outside says beyond our fields stands after the remarks, under its titles.
fn with_further(remarks: String, further: &[Further]) -> String {
    let further = further
        .iter()
        .map(|one| format!("【{}】\n{}", one.title, one.text));
    let parts: Vec<String> = std::iter::once(remarks).chain(further).collect();
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

pub(super) fn letter_of(app: &App, data: LetterData) -> report::Letter {
    let word = |key: &str| app.messages.text(Lang::Ja, key, &[]);
    let history = [
        ("letter-past_history", &data.past_history),
        ("letter-family_history", &data.family_history),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(key, text)| format!("{}：{text}", word(key)))
    .collect::<Vec<_>>()
    .join("\n");
    report::Letter {
        stamp: stamp(app, &data.case, data.number, data.date, data.draft),
        date: letter_date(data.date),
        to: party(&data.to),
        from: party(&data.from),
        patient: person(app, &data.patient),
        priority: (data.priority != Priority::Routine).then(|| word(&priority_key(&data.priority))),
        diagnosis: data.diagnosis,
        purpose: data.purpose,
        history: some(history),
        course: some(data.course),
        treatment: some(data.treatment),
        prescription: data.medication,
        remarks: some(with_further(data.remarks, &data.further)),
        attachments: data.attachments,
        drafted_by: some(data.drafted_by).filter(|name| *name != data.approved_by),
        approved_by: some(data.approved_by),
    }
}

fn ticket_of(app: &App, data: TicketData) -> report::Ticket {
    let word = |key: &str| app.messages.text(Lang::Ja, key, &[]);
    let from = [
        ("name", data.from.name.as_str()),
        ("phone", data.from.phone.as_str()),
    ];
    let referrer = app.messages.text(Lang::Ja, "ticket-note-referrer", &from);
    report::Ticket {
        stamp: stamp(app, &data.case, data.number, data.booked_at, false),
        patient: person(app, &data.patient),
        at: party(&data.at),
        place: some(data.place),
        date: letter_day(data.start),
        western: Some(renkei_base::era::seireki(data.start.in_japan().date())),
        time: letter_time(data.start),
        arrival: Some(word("ticket-arrival")),
        bring: [
            "ticket-bring-ticket",
            "ticket-bring-insurance",
            "ticket-bring-medication",
            "ticket-bring-card",
        ]
        .map(word)
        .to_vec(),
        access: None,
        notes: vec![referrer],
        issued_by: [data.at.name.as_str(), data.booked_by.as_str()]
            .join("　")
            .trim()
            .to_owned(),
        issued_phone: some(data.at.phone.clone()),
        issued_on: letter_date(data.booked_at),
    }
}

pub(super) fn reply_of(app: &App, data: ReplyData) -> report::Reply {
    report::Reply {
        stamp: stamp(app, &data.case, data.number.clone(), data.date, data.draft),
        kind: match data.kind.as_str() {
            "interim" => report::ReplyKind::Interim,
            "final" => report::ReplyKind::Final,
            _ => report::ReplyKind::First,
        },
        date: letter_date(data.date),
        to: party(&data.to),
        from: party(&data.from),
        patient: person(app, &data.patient),
        referral: data.number,
        referred_on: letter_date(data.referred),
        visited_on: data.visited.map(letter_date),
        diagnosis: some(data.form.diagnosis),
        findings: some(data.form.findings),
        plan: some(data.form.plan),
        medication: data.medication,
        next_visit: some(data.form.next_visit),
        request: some(data.form.request),
        attachments: data.attachments,
        drafted_by: some(data.drafted_by).filter(|name| *name != data.approved_by),
        approved_by: some(data.approved_by),
    }
}

fn party(party: &Party) -> report::Party {
    let postal = if party.postal.is_empty() {
        String::new()
    } else {
        format!("〒{} ", party.postal)
    };
    report::Party {
        institution: party.name.clone(),
        department: some(party.department_name.clone()),
        doctor: some(party.doctor.clone()),
        address: some(format!("{postal}{}", party.address)),
        phone: some(party.phone.clone()),
        fax: some(party.fax.clone()),
    }
}

fn person(app: &App, patient: &PatientView) -> report::Person {
    report::Person {
        name: patient.name.clone(),
        kana: some(patient.kana.clone()),
        sex: Some(app.messages.text(Lang::Ja, &sex_key(&patient.sex), &[])),
        birth: some(letter_birthday(&patient.birthday)),
        age: Some(format!("{}歳", patient.age)),
        address: some(patient.address.clone()),
        phone: some(patient.phone.clone()),
        occupation: some(patient.occupation.clone()),
    }
}

fn some(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}
