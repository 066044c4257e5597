//! Very many connections that say nothing, or say it slowly, or take nothing: the others do not notice.

use std::io::Write;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::heads::now;
use crate::served::Served;

const IDLE: usize = 2_000;

pub(crate) fn idle_and_slow(served: &Served) {
    // The senders want as many open files as the server.
    let allowed = getrlimit(Resource::Nofile).maximum;
    let wanted = Rlimit {
        current: allowed,
        maximum: allowed,
    };
    setrlimit(Resource::Nofile, wanted).unwrap();
    let idle: Vec<_> = (0..IDLE).map(|_| served.connect()).collect();
    let mut heads: Vec<_> = (0..200).map(|_| served.connect()).collect();
    for stream in &mut heads {
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nx-slow: ")
            .unwrap();
    }
    let mut bodies: Vec<_> = (0..100).map(|_| served.connect()).collect();
    for stream in &mut bodies {
        let head = served.head("POST /fhir/Patient", "content-length: 100000\r\n");
        stream.write_all(head.as_bytes()).unwrap();
    }
    // These want a large answer and do not take it.
    let mut deaf: Vec<_> = (0..10).map(|_| served.connect()).collect();
    for stream in &mut deaf {
        let ask = served.head("GET /fhir/metadata", "").repeat(20);
        stream.write_all(ask.as_bytes()).unwrap();
    }
    for _ in 0..5 {
        for stream in heads.iter_mut().chain(&mut bodies) {
            // One that was closed has had its answer.
            drop(stream.write_all(b" "));
        }
        for path in ["/readyz", "/", "/fhir/Patient?_count=1"] {
            let begun = now();
            assert_eq!(served.get(path).status, 200, "{path}");
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(10), "{path} took {took:?}");
        }
    }
    drop((idle, heads, bodies, deaf));
}

/// More large bodies than there is room for, that hardly come: who wants to send one gets room all the same.
pub(crate) fn large_and_slow(served: &Served) {
    let mut slow: Vec<_> = (0..16).map(|_| served.connect()).collect();
    for stream in &mut slow {
        let head = served.head("POST /fhir/Bundle", "content-length: 33554432\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"{").unwrap();
    }
    std::thread::scope(|scope| {
        let (done, ended) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            let wait = Duration::from_millis(200);
            while ended.recv_timeout(wait) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                for stream in &mut slow {
                    // One that was refused is closed.
                    drop(stream.write_all(b" "));
                }
            }
        });
        let body = format!(
            r#"{{"resourceType":"Bundle","type":"batch"{}}}"#,
            " ".repeat(4 << 20)
        );
        let begun = now();
        let answer = served.post("/fhir", body.as_bytes());
        let took = begun.elapsed();
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(took < Duration::from_secs(15), "{took:?}");
        drop(done);
    });
}
