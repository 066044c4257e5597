//! The texts of mails: what is asked, until when, and a link; no names of people, no answers. And where an institution
//! reads them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use renkei_base::{Id, Lang, Refusal, era};
use renkei_gov::mail::Details;
use renkei_gov::mail::deliver::Writer;
use renkei_gov::mail::place;
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::messages::Messages;
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "mail.html")]
struct Page<'a> {
    v: &'a Visit,
    institution: Id,
    name: String,
    form: Form,
    faults: Faults,
}

fn blank<'a>(app: &App, v: &'a Visit, institution: Id, form: Form) -> Page<'a> {
    let name = app.finder.by_id(&institution).map(|hit| hit.name);
    Page {
        name: name.unwrap_or_default(),
        institution,
        form,
        faults: Faults::default(),
        v,
    }
}

/// `GET /institutions/{id}/mail`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
) -> Result<Response, Answer> {
    let institution = id(&key)?;
    let address = place::get(&app.store, &v.ctx, &institution).await?;
    let mut form = Form::default();
    form.set("address", address);
    form.set("own", place::own(&app.store, &v.ctx).await?);
    page(&blank(&app, &v, institution, form))
}

/// `POST /institutions/{id}/mail`: `address` of the institution, or `own`.
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let institution = id(&key)?;
    let done = match form.has("own") {
        true => place::set_own(&app.store, &v.ctx, form.get("own")).await,
        false => place::set(&app.store, &v.ctx, &institution, form.get("address")).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/institutions/{institution}/mail")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = Page {
                faults: Faults::new(faults),
                ..blank(&app, &v, institution, form)
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// Writes mails whose links lead to the server at this address.
pub fn mail_writer(base_url: &str) -> Writer {
    let messages = Messages::load();
    let base_url = base_url.to_owned();
    Arc::new(move |kind, lang, details| write(&messages, &base_url, kind, lang, details))
}

fn write(
    messages: &Messages,
    base_url: &str,
    kind: &str,
    lang: Lang,
    details: &Details,
) -> (String, String) {
    let title = match lang {
        Lang::En if !details.english.is_empty() => &details.english,
        _ => &details.title,
    };
    let (days, link) = (
        details.days.to_string(),
        format!("{base_url}{}", details.path),
    );
    let day = match (lang, details.day.parse::<Date>()) {
        (Lang::Ja, Ok(day)) => era::both(day),
        _ => details.day.clone(),
    };
    let values = [
        ("title", title.as_str()),
        ("owner", &details.owner),
        ("day", &day),
        ("days", &days),
        ("link", &link),
    ];
    let text = |part: &str| messages.text(lang, &format!("mail-{kind}-{part}"), &values);
    (text("subject"), text("body"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_says_what_until_when_and_where() {
        let writer = mail_writer("https://renkei.example.jp");
        let details = Details {
            title: "在宅医療の調査".to_owned(),
            english: "Home care".to_owned(),
            owner: "見本県".to_owned(),
            day: "2026-12-20".to_owned(),
            days: 7,
            path: "/surveys/a/answer".to_owned(),
        };
        let (subject, body) = writer("survey-before", Lang::Ja, &details);
        insta::assert_snapshot!(subject, @"【在宅医療の調査】締切は 2026年12月20日（令和8年） です");
        insta::assert_snapshot!(body, @r"
        見本県からのお知らせです。
        「在宅医療の調査」の締切は 2026年12月20日（令和8年）（あと 7 日）です。
        まだ提出されていません。次のページから回答してください。

        https://renkei.example.jp/surveys/a/answer

        このメールは自動で送っています。行き違いのときはお許しください。
        ");
        for kind in renkei_gov::mail::KINDS {
            for lang in Lang::ALL {
                let (subject, body) = writer(kind, lang, &details);
                assert!(!subject.starts_with("mail-") && body.contains("/surveys/a/answer"));
            }
        }
    }
}
