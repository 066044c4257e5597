//! Mails are handed to a server that catches them: taken, refused for ever, refused for now, broken off, not there.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

type Caught = Arc<Mutex<Vec<String>>>;

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
