//! Bodies that are too large, too deep, too many, or none at all.

use std::io::Write;

use crate::served::{Answer, Served};

const MEGA: usize = 1_000_000;

/// 100 MB, whole and in pieces, to every kind of address, several at once.
pub(crate) fn too_large(served: &Served) {
    let million = vec![b' '; MEGA];
    let whole = |path: &str| {
        let more = format!("connection: close\r\ncontent-length: {}\r\n", 100 * MEGA);
        let head = served.head(&format!("POST {path}"), &more);
        let mut parts = vec![head.as_bytes()];
        parts.extend(std::iter::repeat_n(million.as_slice(), 100));
        served.send(&parts)
    };
    let pieces = |path: &str| {
        let more = "connection: close\r\ntransfer-encoding: chunked\r\n";
        let head = served.head(&format!("POST {path}"), more);
        let size = format!("{MEGA:x}\r\n");
        let mut parts = vec![head.as_bytes()];
        for _ in 0..100 {
            parts.extend([size.as_bytes(), &million, b"\r\n"]);
        }
        parts.push(b"0\r\n\r\n");
        served.send(&parts)
    };
    for path in ["/fhir/Patient", "/fhir", "/fhir/Bundle"] {
        for answer in [whole(path), pieces(path)] {
            assert_eq!(answer.status, 413, "{path}: {}", answer.text);
        }
    }
    for path in ["/oauth2/token", "/login"] {
        for answer in [whole(path), pieces(path)] {
            assert!(
                (400..500).contains(&answer.status),
                "{path}: {}",
                answer.text
            );
        }
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(pieces("/fhir").status, 413));
        }
        assert_eq!(served.get("/readyz").status, 200);
    });
}

/// As many as hold on to memory longest: each just below the largest that is taken, all at the same moment, all refused
/// only when they are whole.
pub(crate) fn many_large(served: &Served) {
    let mut body = br#"{"resourceType":"Bundle","type":"document","x":""#.to_vec();
    body.resize(31 * MEGA, b'x');
    body.extend_from_slice(br#""}"#);
    std::thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| {
                let answer = served.post("/fhir/Bundle", &body);
                assert!(
                    (400..500).contains(&answer.status) || [0, 503].contains(&answer.status),
                    "{}",
                    answer.text
                );
            });
        }
        assert_eq!(served.get("/readyz").status, 200);
    });
}

pub(crate) fn too_much(served: &Served) {
    let entries = |count: usize| {
        let entries = vec![r#"{"request":{"method":"GET","url":"Patient"}}"#; count].join(",");
        format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#)
    };
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!(r#"{{"resourceType":"Patient","x":{open}1{close}}}"#)
    };
    let names: String = (0..20_000).map(|n| format!(r#""x{n}":1,"#)).collect();
    for (path, body, status) in [
        ("/fhir/Patient", deep("[", "]").into_bytes(), 400),
        ("/fhir/Patient", deep(r#"{"a":"#, "}").into_bytes(), 400),
        ("/fhir", deep("[", "]").into_bytes(), 400),
        ("/fhir/Bundle", "[".repeat(10 * MEGA).into_bytes(), 400),
        ("/fhir", entries(100_000).into_bytes(), 413),
        (
            "/fhir/Patient",
            br#"{"resourceType":"Patient","id":"a","id":"b"}"#.to_vec(),
            400,
        ),
        (
            "/fhir/Patient",
            b"{\"resourceType\":\"Patient\",\"x\":\"\xff\xfe\"}".to_vec(),
            400,
        ),
        (
            "/fhir/Patient",
            br#"{"resourceType":"Patient","x":"\u0000"}"#.to_vec(),
            400,
        ),
        (
            "/fhir/Patient",
            br#"{"resourceType":"Patient","x":"\ud800"}"#.to_vec(),
            400,
        ),
        (
            "/fhir/Patient",
            format!(r#"{{"resourceType":"Patient",{names}"y":1}}"#).into_bytes(),
            422,
        ),
        ("/fhir/Patient", b"".to_vec(), 400),
        ("/fhir/Patient", b"null".to_vec(), 400),
    ] {
        let answer = served.post(path, &body);
        let start: String = body.iter().take(60).copied().map(char::from).collect();
        assert!(
            answer.status == status || (status == 422 && answer.status == 400),
            "{path} {start}: {}",
            answer.text
        );
    }
}

/// Pieces that are wrong, and a sender that leaves in the middle.
pub(crate) fn cut_into_pieces(served: &Served) {
    let head = served.head(
        "POST /fhir/Patient",
        "transfer-encoding: chunked\r\nconnection: close\r\n",
    );
    for body in [
        "zzz\r\n",
        "FFFFFFFFFFFFFFFFFF\r\n",
        "-1\r\n",
        "5;\0\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX",
    ] {
        let answer = served.send(&[head.as_bytes(), body.as_bytes()]);
        assert!(
            answer.status == 0 || (400..500).contains(&answer.status),
            "{body:?}: {}",
            answer.text
        );
    }
    for _ in 0..50 {
        let head = served.head("POST /fhir/Patient", "content-length: 1000\r\n");
        let mut stream = served.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(br#"{"resourceType":"Patient","#).unwrap();
    }
    let mut half = served.connect();
    half.write_all(
        served
            .head("POST /fhir/Patient", "content-length: 1000\r\n")
            .as_bytes(),
    )
    .unwrap();
    half.write_all(br#"{"resourceType":"Patient"}"#).unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = Answer::of(&mut half);
    assert!(
        answer.status == 0 || (400..500).contains(&answer.status),
        "{}",
        answer.text
    );
}
