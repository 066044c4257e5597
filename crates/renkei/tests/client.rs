//! Machine clients as an operator and another program meet them: the command line, the sample region's keys, a token.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_testkit::{Folder, Signer};

fn renkei(args: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.args(args).arg("--data").arg(data);
    command.env("RENKEI_LOG", "warn").output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A demo of its own, ended when dropped.
struct Demo {
    child: Child,
    port: u16,
}

impl Demo {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_renkei"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("http://localhost:")?;
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .ok()
        });
        // Read on, so that it never waits for somebody to read.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            port: port.expect("a port"),
        }
    }

    fn token(&self, assertion: &str) -> String {
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let body = format!(
            "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "POST /oauth2/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The key pair that the demo left in its folder.
fn signer(data: &Path, name: &str) -> Signer {
    let pem = std::fs::read_to_string(data.join(format!("clients/{name}.pem"))).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    Signer::from_pkcs8(name, &STANDARD.decode(body).unwrap())
}

#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "as another program does"
)]
fn seconds() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs()
}

#[test]
fn the_sample_region_s_clients_get_tokens_while_it_runs() {
    let folder = Folder::new();
    let data = folder.join("demo");
    let demo = Demo::start(&data);
    let list = out(&renkei(&["client", "list"], &data));
    let names: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(
        names,
        [
            "demo-clinic",
            "demo-gateway",
            "demo-hospital",
            "demo-prefecture"
        ]
    );

    let printed = renkei(&["token", "--client", "demo-hospital"], &data);
    let token = out(&printed);
    assert_eq!(token.trim().len(), 64, "{printed:?}");
    assert!(
        !renkei(&["token", "--client", "nobody"], &data)
            .status
            .success()
    );

    let claims = |jti: &str| {
        format!(
            r#"{{"iss":"demo-hospital","sub":"demo-hospital","aud":"http://localhost:{}/oauth2/token","exp":{},"jti":"{jti}"}}"#,
            demo.port,
            seconds() + 200
        )
    };
    let key = signer(&data, "demo-hospital");
    let answer = demo.token(&key.jwt(&claims("1")));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("access_token"), "{answer}");
    assert!(
        renkei(&["client", "suspend", "demo-hospital"], &data)
            .status
            .success()
    );
    let answer = demo.token(&key.jwt(&claims("2")));
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn a_client_is_added_by_its_public_key_and_nothing_else() {
    let folder = Folder::new();
    let data = folder.join("demo");
    drop(Demo::start(&data));
    let keys = folder.join("keys.json");
    std::fs::write(&keys, Signer::es384("k").jwks()).unwrap();
    let keys = keys.to_str().unwrap();
    let add = |more: &[&str]| {
        let args = [&["client", "add", "his", "--jwks", keys], more].concat();
        renkei(&args, &data)
    };
    assert_eq!(add(&[]).status.code(), Some(2), "whose it is must be said");
    assert!(!add(&["--institution", "0000000000"]).status.success());
    assert!(
        !add(&["--institution", "1419901026", "--roles", "auditor"])
            .status
            .success()
    );
    let done = add(&["--institution", "1419901026", "--scopes", "system/*.rs"]);
    assert!(done.status.success(), "{done:?}");
    let list = out(&renkei(&["client", "list"], &data));
    let line = list.lines().find(|line| line.starts_with("his\t")).unwrap();
    assert!(
        line.contains("\tliaison-clerk\tsystem/*.rs\tk\tactive\tnever used"),
        "{line}"
    );
    assert!(
        !add(&["--institution", "1419901026"]).status.success(),
        "the name is taken"
    );
}
