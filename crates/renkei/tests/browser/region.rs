//! `renkei demo` on a free port, with its folder, ended with the test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use renkei_testkit::Folder;

pub(crate) struct Region {
    pub(crate) base: String,
    folder: Folder,
    server: Child,
    driver: Child,
    pub(crate) driver_url: String,
}

impl Region {
    /// Starts the sample region and a driver for browsers, and waits until both answer.
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// The same with this configuration.
    pub(crate) async fn start_with(config: &str) -> Self {
        let folder = Folder::new();
        let file = folder.join("renkei.toml");
        std::fs::write(&file, config).unwrap();
        let port = free_port();
        let server = Command::new(env!("CARGO_BIN_EXE_renkei"))
            .args(["demo", "--data"])
            .arg(folder.join("data"))
            .arg("--config")
            .arg(&file)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .spawn()
            .expect("renkei starts");
        let (driver, driver_port) = driver();
        let region = Self {
            base: format!("http://localhost:{port}"),
            folder,
            server,
            driver,
            driver_url: format!("http://127.0.0.1:{driver_port}"),
        };
        region.answers(port).await;
        region
    }

    async fn answers(&self, port: u16) {
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("renkei demo does not answer");
    }

    /// `renkei import KIND FILE` beside the running server; every row is accounted for.
    pub(crate) fn import(&self, kind: &str, file: &Path) {
        let output = Command::new(env!("CARGO_BIN_EXE_renkei"))
            .args(["import", kind])
            .arg(file)
            .arg("--data")
            .arg(self.folder.join("data"))
            .output()
            .expect("renkei runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8(output.stderr).unwrap()
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let count = |name: &str| line[name].as_u64().unwrap();
        assert_eq!(
            count("accepted") + count("unchanged") + count("waiting") + count("refused"),
            7_587
        );
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.driver] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// chromedriver says its port on a line of its own.
fn driver() -> (Child, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed: apt-get install chromium chromium-driver");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let rest = line.split("successfully on port ").nth(1)?;
        rest.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    (child, port.expect("chromedriver starts"))
}
