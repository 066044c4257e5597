//! Mails are handed to a server that catches them: taken, refused for ever, refused for now, broken off, not there.

use std::sync::{Arc, Mutex};

use renkei_base::clock::Span;
use renkei_base::{Clock, Id, Lang};
use renkei_gov::mail::Details;
use renkei_store::{Changes, MailRow, MailState, RespondentRow, Store, SurveyRow};
use renkei_testkit::{Backend, CountingIds, TestClock};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

type Caught = Arc<Mutex<Vec<String>>>;

/// Reminders of one survey in an outbox, each to a respondent that has not answered.
async fn reminders(store: &Store, ctx: &Ctx, count: usize) {
    let mut changes = Changes::default();
    changes.put_survey(&survey(ctx), None);
    store.commit(ctx, changes).await.unwrap();
    let all: Vec<usize> = (0..count).collect();
    for batch in all.chunks(200) {
        let mut changes = Changes::default();
        for place in batch {
            let institution = ctx.ids.id();
            changes.put_respondent(&respondent(ctx, &institution, *place), None);
            changes.put_mail(&MailRow {
                id: ctx.ids.id(),
                about: format!("survey/a/{institution}"),
                topic: reminder::topic("a"),
                kind: "survey-before".to_owned(),
                address: format!("a{place}@example.jp"),
                institution,
                lang: Lang::Ja,
                details: Details::default().write(),
                state: MailState::Waiting,
                tries: 0,
                next: ctx.at,
                fault: String::new(),
                created_at: ctx.at,
                done_at: None,
            });
        }
        store.commit(ctx, changes).await.unwrap();
    }
}

fn survey(ctx: &Ctx) -> SurveyRow {
    let id = || ctx.ids.id();
    let none = String::new;
    SurveyRow {
        code: "a".to_owned(),
        owner: id(),
        questionnaire: id(),
        questionnaire_version: 1,
        title: "調査".to_owned(),
        english: none(),
        about: none(),
        about_english: none(),
        as_of: none(),
        previous: none(),
        state: "open".to_owned(),
        opens: ctx.at,
        closes: ctx.at + Span::days(7),
        chain: "owner".to_owned(),
        peers: "never".to_owned(),
        base: "all".to_owned(),
        least: 0,
        reminders: "-7".to_owned(),
        invented: false,
        created_by: None,
        created_at: ctx.at,
        updated_at: ctx.at,
        revision: 1,
    }
}

fn respondent(ctx: &Ctx, institution: &Id, place: usize) -> RespondentRow {
    let none = String::new;
    RespondentRow {
        survey: "a".to_owned(),
        respondent: institution.clone(),
        municipality: none(),
        name: format!("{place}"),
        place: i64::try_from(place).unwrap(),
        counted: true,
        uncounted_why: none(),
        closes: ctx.at + Span::days(7),
        checker: None,
        state: "unanswered".to_owned(),
        marks: none(),
        contact_name: none(),
        contact_phone: none(),
        contact_mail: none(),
        submitted_by: None,
        submitted_at: None,
        decided_by: None,
        decided_at: None,
        updated_at: ctx.at,
        revision: 1,
        successor: None,
    }
}

/// So many reminders through the way to the mail server as it is: each is caught once.
async fn through(count: usize) {
    let backend = Backend::sqlite();
    let clock = TestClock::default();
    let store = Store::open(&backend.config(), clock.shared())
        .await
        .unwrap();
    let ids = CountingIds::shared(7);
    let ctx = Ctx::program(clock.now(), Arc::clone(&ids));
    reminders(&store, &ctx, count).await;
    let (port, caught) = catcher("250 ok", "250 taken").await;
    let outbox = Outbox {
        store,
        carrier: carrier(port),
        writer: renkei_web::mail_writer("https://renkei.example.jp"),
        clock: clock.shared(),
        holder: ids.id(),
        ids,
    };
    assert_eq!(outbox.work().await.unwrap(), count);
    let id = |text: &String| {
        let line = text.lines().find(|line| line.starts_with("Message-ID"));
        line.unwrap().to_owned()
    };
    let mut ids: Vec<String> = caught.lock().unwrap().iter().map(id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), caught.lock().unwrap().len()), (count, count));
}

#[tokio::test]
async fn hundreds_go_out_once_each() {
    through(300).await;
}

#[tokio::test]
#[ignore = "a measurement: the reminders of every municipality's institutions"]
async fn ten_thousand_go_out_once_each() {
    through(10_000).await;
}

/// Catches mails. `rcpt` answers an addressee, `data` the mail itself; an empty answer closes the line.
async fn catcher(rcpt: &'static str, data: &'static str) -> (u16, Caught) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let caught = Caught::default();
    let kept = Arc::clone(&caught);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(one(stream, rcpt, data, Arc::clone(&kept)));
        }
    });
    (port, caught)
}

async fn one(stream: tokio::net::TcpStream, rcpt: &'static str, data: &'static str, kept: Caught) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail: Option<String> = None;
    write.write_all(b"220 catcher\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match &mut mail {
            Some(text) if line == "." => {
                kept.lock().unwrap().push(std::mem::take(text));
                mail = None;
                data
            }
            Some(text) => {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            None if line.starts_with("EHLO") => "250 catcher",
            None if line.starts_with("RCPT") => rcpt,
            None if line == "DATA" => {
                mail = Some(String::new());
                "354 go on"
            }
            None if line == "QUIT" => "221 bye",
            None => "250 ok",
        };
        if answer.is_empty() {
            return;
        }
        let answer = format!("{answer}\r\n");
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn carrier(port: u16) -> SmtpCarrier {
    let mail = Mail {
        server: Some("127.0.0.1".to_owned()),
        port: Some(port),
        security: MailSecurity::None,
        from: Some("Renkei <renkei@example.jp>".to_owned()),
        ..Mail::default()
    };
    SmtpCarrier::new(&mail).unwrap().unwrap()
}

fn letter() -> Letter {
    Letter {
        id: "m1".parse().unwrap(),
        to: "zaitaku@meguro.example.jp".to_owned(),
        subject: "【在宅医療】締切は12月20日です".to_owned(),
        body: "次のページから回答してください。\n\nhttps://renkei.example.jp/surveys/a/answer\n"
            .to_owned(),
    }
}

#[tokio::test]
async fn a_mail_is_caught_whole() {
    let (port, caught) = catcher("250 ok", "250 taken").await;
    let carrier = carrier(port);
    carrier.send(letter()).await.unwrap();
    carrier.send(letter()).await.unwrap();
    let caught = caught.lock().unwrap();
    assert_eq!(caught.len(), 2);
    let text = &caught[0];
    assert!(text.contains("Message-ID: <m1@example.jp>"), "{text}");
    assert!(text.contains("To: zaitaku@meguro.example.jp"), "{text}");
    assert!(text.contains("From: Renkei <renkei@example.jp>"), "{text}");
    assert!(text.contains("charset=utf-8"), "{text}");
}

#[tokio::test]
async fn what_the_server_says_decides_whether_it_is_tried_again() {
    for (rcpt, data, expected) in [
        ("550 nobody here", "250 ok", lost("status-550", Fate::Never)),
        ("451 not now", "250 ok", lost("status-451", Fate::Later)),
        ("250 ok", "554 spam", lost("status-554", Fate::Never)),
        ("250 ok", "", lost("broken-off", Fate::Unsure)),
    ] {
        let (port, _) = catcher(rcpt, data).await;
        assert_eq!(
            carrier(port).send(letter()).await,
            Err(expected),
            "{rcpt} {data}"
        );
    }
}

#[tokio::test]
async fn without_a_server_it_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let sent = carrier(port).send(letter()).await;
    assert_eq!(sent, Err(lost("connect", Fate::Later)));
}

#[tokio::test]
async fn no_mail_leaves_this_machine_in_the_open() {
    let mail = |server: &str, from: &str| Mail {
        server: Some(server.to_owned()),
        security: MailSecurity::None,
        from: Some(from.to_owned()),
        ..Mail::default()
    };
    assert!(SmtpCarrier::new(&mail("smtp.example.jp", "a@example.jp")).is_err());
    assert!(SmtpCarrier::new(&mail("localhost", "nobody")).is_err());
    assert!(
        SmtpCarrier::new(&mail("localhost", "a@example.jp"))
            .unwrap()
            .is_some()
    );
    assert!(SmtpCarrier::new(&Mail::default()).unwrap().is_none());
    let strict = Mail {
        security: MailSecurity::Starttls,
        ..mail("smtp.example.jp", "a@example.jp")
    };
    assert!(SmtpCarrier::new(&strict).unwrap().is_some());
}
