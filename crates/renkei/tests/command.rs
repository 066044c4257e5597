//! The program as people start it.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use renkei_testkit::Folder;

fn renkei(args: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command
        .args(args)
        .arg("--data")
        .arg(data)
        .env("RENKEI_LOG", "warn");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A server of its own, ended when dropped.
struct Served {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    port: u16,
    /// What it printed until it was ready.
    printed: String,
}

impl Served {
    /// Starts on a free port and waits for the line that names it.
    fn start(what: &str, data: &Path) -> Self {
        Self::start_with(&[what, "--listen", "127.0.0.1:0"], data)
    }

    /// The same where something else says that the port is a free one.
    fn start_with(args: &[&str], data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_renkei"))
            .args(args)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        let port = loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended: {printed}");
            printed.push_str(&line);
            if let Some((_, rest)) = line.split_once("http://localhost:") {
                break rest
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .collect::<String>()
                    .parse()
                    .unwrap();
            }
        };
        Self {
            child,
            out,
            port,
            printed,
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it as an operator does; everything that it printed.
    fn end(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.out.read_to_string(&mut self.printed).unwrap();
        assert!(self.child.wait().unwrap().success(), "an end in order");
        std::mem::take(&mut self.printed)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demo_is_made_served_and_shared_with_other_commands() {
    let folder = Folder::new();
    let data = folder.join("new/demo");
    let demo = Served::start("demo", &data);
    assert!(demo.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(demo.get("/").contains("見本"));
    let csv = folder.join("codes.csv");
    std::fs::write(&csv, "no table").unwrap();
    let path = csv.to_str().unwrap();
    for (args, works) in [
        (["audit", "verify"].as_slice(), true),
        (&["reindex"], true),
        (&["import", "institution-codes", path], true),
        (&["import", "medical-institutions", path], false),
    ] {
        let output = renkei(args, &data);
        assert_eq!(
            output.status.success(),
            works,
            "{args:?}: {}",
            said(&output)
        );
    }
    // A file that is refused whole: why, and the line of counts all the same.
    let output = renkei(&["import", "medical-institutions", path], &data);
    assert_eq!(output.status.code(), Some(1));
    let counts = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(
        counts.lines().next_back(),
        Some(r#"{"accepted":0,"unchanged":0,"waiting":0,"refused":0,"warned":0}"#)
    );
    assert!(said(&output).contains("columns are missing"));
    let second = renkei(&["demo", "--listen", "127.0.0.1:0"], &data);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        said(&second).contains("another renkei serves"),
        "{}",
        said(&second)
    );
    assert!(demo.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(demo.end().contains("Try this"));
    let again = Served::start("demo", &data);
    assert!(again.get("/login").contains("三原 健一"), "the same region");
    drop(again);
    let output = renkei(&["serve"], &data);
    assert!(
        !output.status.success() && said(&output).contains("holds the sample region"),
        "{}",
        said(&output)
    );
    assert!(
        renkei(&["audit", "verify"], &data).status.success(),
        "also after an end by force"
    );
}

#[test]
fn wrong_files_are_told_with_place_and_reason() {
    let folder = Folder::new();
    let data = folder.join("demo");
    drop(Served::start("demo", &data).end());
    let import = |kind: &str, name: &str, bytes: &[u8], also: &[&str]| {
        let file = folder.join(name);
        std::fs::write(&file, bytes).unwrap();
        let args = [&["import", kind, file.to_str().unwrap()], also].concat();
        let output = renkei(&args, &data);
        let counts = String::from_utf8(output.stdout.clone()).unwrap();
        let counts = counts.lines().next_back().unwrap_or_default().to_owned();
        (output.status.success(), counts, said(&output))
    };
    let rejects = folder.join("rejects.csv");
    let nothing = r#"{"accepted":0,"unchanged":0,"waiting":0,"refused":0,"warned":0}"#;
    for file in renkei_testkit::wrong_files() {
        let what = file.what;
        if let Some(good) = &file.before {
            assert!(import(file.kind, "b_20250601.csv", good, &[]).0, "{what}");
        }
        let path = rejects.to_str().unwrap();
        let _ = std::fs::remove_file(&rejects);
        let also = ["--rejects", path];
        let (works, counts, said) = import(file.kind, file.name, &file.bytes, &also);
        match &file.told {
            renkei_testkit::Told::File(_) => {
                assert_eq!((works, counts.as_str()), (false, nothing), "{what}: {said}");
                assert!(said.contains("nothing was written"), "{what}: {said}");
                assert!(
                    !said.contains("fault-") && said.lines().count() > 1,
                    "{what}: {said}"
                );
            }
            renkei_testkit::Told::Columns(heading) => {
                assert_eq!((works, counts.as_str()), (false, nothing), "{what}: {said}");
                assert!(said.contains(heading), "{what}: {said}");
            }
            renkei_testkit::Told::Rows(told) => {
                assert!(works, "{what}: {said}");
                let refused = format!(r#""refused":{}"#, file.refused());
                assert!(counts.contains(&refused), "{what}: {counts}");
                let list = std::fs::read_to_string(&rejects).unwrap();
                for (line, level, field, reason) in told {
                    let row = format!("\n{line},{level},{field},{reason},");
                    assert!(list.contains(&row), "{what}: {list}");
                }
                if file.refused() > 0 {
                    let whole = ["--all-or-nothing"];
                    let (works, _, said) = import(file.kind, file.name, &file.bytes, &whole);
                    assert!(
                        !works && said.contains("nothing was written"),
                        "{what}: {said}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_demo_takes_its_configuration_and_says_what_it_cannot_take() {
    let folder = Folder::new();
    let file = folder.join("renkei.toml");
    let config = file.to_str().unwrap();
    for (text, said_of) in [
        ("[server]\nlisten = \"0.0.0.0:0\"", "without a password"),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.0/8\"]",
            "trusted_proxies",
        ),
        (
            "[server]\nbase_url = \"https://renkei.example.jp\"",
            "base_url",
        ),
        ("[server]\ntls_key = \"key.pem\"", "tls_certificate"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = renkei(&["demo", "--config", config], &folder.join("none"));
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(said(&output).contains(said_of), "{}", said(&output));
        assert!(!folder.join("none").exists(), "nothing was made");
    }
    std::fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:0\"\n[map]\ngsi_tiles = true\n",
    )
    .unwrap();
    let demo = Served::start_with(&["demo", "--config", config], &folder.join("demo"));
    let page = demo.get("/institutions?kind=clinic");
    assert!(
        page.contains("cyberjapandata.gsi.go.jp") && page.contains("data-tiles"),
        "the configuration's map"
    );
    demo.end();
}

/// As with `renkei demo 2>&1 | head`, or after the terminal was closed.
#[test]
fn it_ends_in_order_also_when_nobody_reads_its_log() {
    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_renkei"))
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.join("demo"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "it ended");
    }
    drop(log);
    let pid = child.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    // A second order ends it at once, where the first one was heard.
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(child.wait().unwrap().success(), "an end in order");
}

#[test]
fn the_first_start_prints_a_link_once_for_each_start() {
    let folder = Folder::new();
    let link = |printed: &str| {
        let line = printed
            .lines()
            .find(|line| line.contains("/enrol/"))
            .unwrap_or_default();
        line.split_once("localhost:")
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(_, path)| format!("/{path}"))
            .unwrap()
    };
    let served = Served::start("serve", folder.path());
    let first = link(&served.end());
    let served = Served::start("serve", folder.path());
    let old = served.get(&first);
    assert!(!old.starts_with("HTTP/1.1 200"), "{old}");
    assert_ne!(link(&served.end()), first);
    let output = renkei(&["demo", "--listen", "127.0.0.1:0"], folder.path());
    let text = said(&output);
    assert!(
        !output.status.success() && text.contains("not the sample region"),
        "{text}"
    );
}

#[test]
fn doors_that_would_be_open_are_refused() {
    let folder = Folder::new();
    std::fs::write(folder.join("mine.txt"), "mine").unwrap();
    for (args, reason) in [
        (
            ["demo", "--listen", "0.0.0.0:0"].as_slice(),
            "without a password",
        ),
        (&["demo", "--listen", "[::]:0"], "without a password"),
        (&["demo", "--listen", "127.0.0.1:0"], "is not empty"),
        (&["reindex"], "holds no region"),
        (&["audit", "verify"], "holds no region"),
        (
            &["import", "institution-codes", "/nothing.csv"],
            "/nothing.csv",
        ),
    ] {
        let output = renkei(args, folder.path());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(
            said(&output).contains(reason),
            "{args:?}: {}",
            said(&output)
        );
        assert!(output.stdout.is_empty(), "{args:?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["mine.txt"], "nothing was made");
    let output = renkei(&["serve", "--listen", "0.0.0.0:0"], &folder.join("region"));
    let text = said(&output);
    assert!(
        text.contains("tls_certificate")
            && text.contains("base_url")
            && text.contains("administrator"),
        "{text}"
    );
    assert_eq!(
        renkei(&["serve", "--port", "1"], folder.path())
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn help_is_complete() {
    for args in [
        ["--help"].as_slice(),
        &["demo", "--help"],
        &["serve", "--help"],
        &["import", "medical-institutions", "--help"],
        &["import", "institution-codes", "--help"],
        &["audit", "verify", "--help"],
        &["reindex", "--help"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_renkei"))
            .args(args)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && text.contains("Usage: renkei"),
            "{args:?}"
        );
        assert!(args.len() == 1 || text.contains("--data <DIR>"), "{text}");
    }
}

/// Copied while it is served, restored elsewhere, served again.
#[test]
fn a_region_is_copied_while_it_is_served_and_restored() {
    let folder = Folder::new();
    let data = folder.join("demo");
    let demo = Served::start("demo", &data);
    let file = folder.join("region.renkei");
    let path = file.to_str().unwrap();
    let output = renkei(&["backup", path], &data);
    assert!(output.status.success(), "{}", said(&output));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["files"].as_u64().unwrap() > 3 && told["bytes"].as_u64().unwrap() > 1_000_000);
    assert!(demo.get("/readyz").starts_with("HTTP/1.1 200"));
    demo.end();
    let again = renkei(&["backup", path], &data);
    assert!(said(&again).contains("there already"), "{}", said(&again));
    let over = renkei(&["restore", path], &data);
    assert!(said(&over).contains("is not empty"), "{}", said(&over));
    let other = folder.join("other");
    let output = renkei(&["restore", path], &other);
    assert!(output.status.success(), "{}", said(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(lines.contains("sound: every row"), "{lines}");
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last, told);
    let served = Served::start("demo", &other);
    assert!(served.get("/").contains("\u{898b}\u{672c}"));
    served.end();
    std::fs::write(&file, &std::fs::read(&file).unwrap()[..5_000]).unwrap();
    let cut = renkei(&["restore", path], &folder.join("third"));
    assert!(
        !cut.status.success() && said(&cut).contains("archive"),
        "{}",
        said(&cut)
    );
}
