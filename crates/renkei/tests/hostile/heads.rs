//! What comes before a body: heads, addresses, several requests in one go.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::served::{Answer, Served};

pub(crate) fn odd_heads(served: &Served) {
    let many: String = (0..500).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = "a".repeat(2_000_000);
    for (what, sent, allowed) in [
        (
            "a long header",
            format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
            [431, 0],
        ),
        (
            "many headers",
            format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
            [431, 0],
        ),
        (
            "a long address",
            format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
            [414, 431],
        ),
        ("no method", " / HTTP/1.1\r\n\r\n".to_owned(), [400, 0]),
        (
            "a NUL",
            "GET / HTTP/1.1\r\nhost: \0\r\n\r\n".to_owned(),
            [400, 0],
        ),
        (
            "a folded header",
            "GET / HTTP/1.1\r\nhost: x\r\n y\r\n\r\n".to_owned(),
            [400, 0],
        ),
        (
            "two lengths",
            "POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"
                .to_owned(),
            [400, 0],
        ),
        (
            "a length that is none",
            "POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
            [400, 0],
        ),
        (
            "another version",
            "GET / HTTP/9.9\r\nhost: x\r\n\r\n".to_owned(),
            [400, 505],
        ),
        (
            "TLS without TLS",
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\r\n\r\n".to_owned(),
            [400, 0],
        ),
        (
            "HTTP/2 that is none",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n".to_owned(),
            [0, 400],
        ),
    ] {
        let answer = served.send(&[sent.as_bytes()]);
        assert!(
            allowed.contains(&answer.status),
            "{what}: {} {}",
            answer.status,
            answer.text
        );
    }
    assert_eq!(served.get("/readyz").status, 200);
}

pub(crate) fn pipelined(served: &Served) {
    let one = served.head("GET /fhir/Patient?_summary=count", "");
    let last = served.head("GET /readyz", "connection: close\r\n");
    let mut stream = served.connect();
    stream.write_all(one.repeat(300).as_bytes()).unwrap();
    stream.write_all(last.as_bytes()).unwrap();
    let answer = Answer::of(&mut stream);
    assert_eq!(answer.text.matches("HTTP/1.1 200 OK").count(), 301);
    // A length and pieces at once: whichever is believed, the second request is not made of the first one's body.
    let inner = "GET /fhir/metadata HTTP/1.1\r\nhost: x\r\n\r\n";
    let more = format!(
        "content-length: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n",
        inner.len() + 5
    );
    let sent = format!(
        "{}0\r\n\r\n{inner}",
        served.head("POST /fhir/Patient", &more)
    );
    let answer = served.send(&[sent.as_bytes()]);
    assert!(
        answer.text.matches("HTTP/1.1").count() <= 1,
        "{}",
        answer.text
    );
}

const SEARCHES: &[&str] = &[
    "Patient?name=%00",
    "Patient?name=%ff%fe",
    "Patient?name='%20or%20'1'='1",
    "Patient?name=%27%3B%20drop%20table%20resource%3B%20--",
    "Patient?_id=1)%20union%20select%20*%20from%20account--",
    "Patient?_sort=name;select%20pg_sleep(10)",
    "Patient?_sort=-name,-name,-name,-name,-name,-name,-name,-name",
    "Patient?_count=99999999999999999999",
    "Patient?_count=-1",
    "Patient?_cursor=AAAA%27%20or%201=1",
    "Patient?_include=*:*&_revinclude=*:*",
    "Patient?_has:Task:patient:_has:Task:patient:_id=1",
    "Patient?birthdate=ge0000-00-00&birthdate=le99999-99-99",
    "Patient?birthdate=eq2026-13-45T99:99:99",
    "Observation?value-quantity=1e999999999",
    "Observation?value-quantity=lt||||||||",
    "Observation?code=%7C%7C%7C",
    "Observation?subject:Patient.managingOrganization:Organization.partof:Organization.name=x",
    "Task?_lastUpdated=gt9999-12-31T23:59:59.999999999Z",
    "Task?owner:identifier=a|b|c|d",
    "Patient?_elements=%2e%2e,%2f&_summary=data",
    "Patient?name:contains=%25%25%25_%25",
    "Patient?name:%0d%0aset-cookie:x=1",
    "Patient?%0d%0ax=1",
    "_history?_since=99999999-01-01",
    "?_type=Patient,Task&name=x",
    "Patient/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "Patient/..%5c..%5c",
];

pub(crate) fn odd_searches(served: &Served) {
    let many: String = (0..500).map(|n| format!("&name=x{n}")).collect();
    let wide = format!("Patient?identifier={}", "1,".repeat(10_000));
    let large = format!("Patient?name={}", "%E9%95%B7".repeat(5_000));
    let own = [format!("Patient?_id=1{many}"), wide, large];
    for search in SEARCHES
        .iter()
        .copied()
        .chain(own.iter().map(String::as_str))
    {
        let begun = now();
        let answer = served.get(&format!("/fhir/{search}"));
        let start: String = search.chars().take(100).collect();
        assert!(
            (200..500).contains(&answer.status),
            "{start}: {}",
            answer.text
        );
        assert!(
            !answer.text.to_lowercase().contains("sqlite"),
            "{start}: {}",
            answer.text
        );
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{start} took long"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
