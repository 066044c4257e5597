//! The texts of mails. No names of people and no answers are in them: what is asked, until when, and a link.

use std::sync::Arc;

use jiff::civil::Date;
use renkei_base::{Lang, era};
use renkei_gov::mail::Details;
use renkei_gov::mail::deliver::Writer;

use crate::messages::Messages;

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
