//! `POST /fhir/Bundle`: a document comes in, and becomes a referral or a reply.

use axum::http::StatusCode;
use renkei_access::Interaction;
use renkei_base::Fault;
use renkei_care::document::{self, Finding, Received, Refused};
use renkei_care::fhir;
use renkei_fhir::Key;
use renkei_fhir::document as rules;
use renkei_fhir::operation_outcome::{Issue, Severity, outcome};

use super::act::Place;
use super::asked::Asked;
use super::header::Return;
use super::no::{No, Say};
use super::read::stamped;
use super::reply::Reply;
use super::search::information;

/// Takes it in. Its warnings are told, also where it is taken.
pub(crate) async fn take(place: &Place<'_>, asked: &Asked) -> Result<Reply, No> {
    place.guest.may("Bundle", Interaction::Create)?;
    if asked.conditions.if_none_exist.is_some() {
        let status = StatusCode::PRECONDITION_FAILED;
        return Err(No::new(status, "not-supported", "fhir-document-once"));
    }
    let received = document::receive(&place.care, &place.guest.ctx, &asked.json).await;
    let received = received.map_err(refused)?;
    let status = match received.created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let key = Key::new("Bundle", received.bundle.clone());
    let mut reply = Reply {
        status,
        ..stamped(&key, received.version, place.guest.ctx.at)
    };
    reply.updated = None;
    match place.manner.give {
        Return::Minimal => {}
        Return::Representation if received.warnings.is_empty() => {
            // Who may bring a letter in need not be able to see it.
            let stored = fhir::read_text(&place.care, &place.guest.ctx, &key).await;
            reply.body = stored.ok().flatten().map(|stored| stored.body);
        }
        _ => {
            reply.body = Some(told(place, &received));
            reply.is_outcome = true;
        }
    }
    Ok(reply)
}

/// `GET Bundle/[id]/$original`: what came in, byte for byte; what was issued here has none beside itself.
pub(crate) async fn original(place: &Place<'_>, key: &Key) -> Result<Reply, No> {
    let bytes = document::original(&place.care, &place.guest.ctx, &key.id).await?;
    let text = String::from_utf8(bytes).map_err(|_| No::not_found())?;
    Ok(Reply::ok(text))
}

fn told(place: &Place<'_>, received: &Received) -> String {
    let done = [information("fhir-done")];
    let says = received.warnings.iter().map(say).chain(done);
    let guest = place.guest;
    let issues: Vec<Issue> = says
        .map(|say| say.issue(&guest.messages, guest.ctx.lang))
        .collect();
    outcome(&issues).to_string()
}

fn say(finding: &Finding) -> Say {
    Say {
        severity: match finding.severity {
            rules::Severity::Error => Severity::Error,
            rules::Severity::Warning => Severity::Warning,
        },
        code: "business-rule",
        text: Fault {
            field: finding.path.clone(),
            key: finding.key.clone(),
            args: finding.args.clone(),
        },
        rule: Some(finding.rule.clone()),
    }
}

fn refused(refused: Refused) -> No {
    let no = |status, findings: &[Finding]| No {
        status,
        says: findings.iter().map(say).collect(),
        allow: None,
    };
    match refused {
        Refused::Faulty(findings) => no(StatusCode::UNPROCESSABLE_ENTITY, &findings),
        Refused::Differs(finding) => no(StatusCode::CONFLICT, &[finding]),
        Refused::Failure(failure) => failure.into(),
    }
}
