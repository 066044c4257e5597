//! The sample region, served, with as few open files as a machine gives by itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use renkei_testkit::Folder;

pub(crate) struct Served {
    child: Child,
    port: u16,
    token: String,
    folder: Folder,
}

/// What came back: the status (0 for a closed connection) and everything.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Served {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let program = env!("CARGO_BIN_EXE_renkei");
        let mut child = Command::new("sh")
            .args(["-c", r#"ulimit -Sn 1024; exec "$@""#, "sh", program])
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("demo"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("http://localhost:")?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        // Read on, so that it never waits for somebody to read.
        std::thread::spawn(move || lines.for_each(drop));
        let token = Command::new(program)
            .args(["token", "--client", "demo-hospital", "--data"])
            .arg(folder.join("demo"))
            .output()
            .unwrap();
        Self {
            child,
            port: port.expect("a port"),
            token: String::from_utf8(token.stdout).unwrap().trim().to_owned(),
            folder,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }

    /// The first lines of a request of the sample hospital's program.
    pub(crate) fn head(&self, first: &str, more: &str) -> String {
        format!(
            "{first} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/fhir+json\r\n{more}\r\n",
            self.token
        )
    }

    /// Sends what may be refused before it is whole, and reads what comes.
    pub(crate) fn send(&self, parts: &[&[u8]]) -> Answer {
        let mut stream = self.connect();
        for part in parts {
            // A connection that was closed meanwhile still has an answer to read.
            if stream.write_all(part).is_err() {
                break;
            }
        }
        Answer::of(&mut stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let head = self.head(&format!("GET {path}"), "connection: close\r\n");
        self.send(&[head.as_bytes()])
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        let more = format!("connection: close\r\ncontent-length: {}\r\n", body.len());
        let head = self.head(&format!("POST {path}"), &more);
        self.send(&[head.as_bytes(), body])
    }

    /// How many patients its hospital sees.
    pub(crate) fn patients(&self) -> String {
        let answer = self.get("/fhir/Patient?_summary=count");
        assert_eq!(answer.status, 200, "{}", answer.text);
        let (_, total) = answer.text.split_once("\"total\":").unwrap();
        total.chars().take_while(char::is_ascii_digit).collect()
    }

    /// The most memory that it ever had, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Ends it as an operator does; its log.
    pub(crate) fn end(mut self) -> String {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        assert!(self.child.wait().unwrap().success(), "an end in order");
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn of(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // What was cut off is an answer as far as it came.
        drop(stream.read_to_end(&mut bytes));
        let text: String = bytes.iter().copied().map(char::from).collect();
        let status = text
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3));
        Self {
            status: status.and_then(|code| code.parse().ok()).unwrap_or(0),
            text,
        }
    }
}
