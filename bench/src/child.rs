//! Processes that are measured: started, waited for, ended.

use std::io::BufReader;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use renkei_base::Id;

use crate::machine::now;
use crate::{Done, door};

/// How long something may take to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// The thin door, in a process of its own.
#[derive(Debug)]
pub(crate) struct Door {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    pub(crate) sessions: Vec<String>,
}

impl Door {
    pub(crate) fn start(
        data: &Path,
        postgres: Option<&str>,
        institution: &Id,
        people: usize,
    ) -> Done<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("door").arg("--data").arg(data);
        command.args([
            "--institution",
            institution.as_str(),
            "--people",
            &people.to_string(),
        ]);
        if let Some(url) = postgres {
            command.args(["--postgres", url]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (address, sessions) = door::ready(&door::line(&mut output)?)?;
        Ok(Self {
            input: child.stdin.take(),
            child,
            output,
            address,
            sessions,
        })
    }

    /// Ends it in order: its store is closed, its heads are written.
    pub(crate) fn close(mut self) -> Done<()> {
        drop(self.input.take());
        let said = door::line(&mut self.output)?;
        self.child.wait()?;
        if said.trim() == "closed" {
            Ok(())
        } else {
            Err("the door did not close its store".into())
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.input.take());
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// `renkei demo`, as people start it.
#[derive(Debug)]
pub(crate) struct Renkei {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start until it was ready to serve.
    pub(crate) start: Duration,
}

impl Renkei {
    pub(crate) fn demo(data: &Path) -> Done<Self> {
        let address = free_port()?;
        let mut command = Command::new(binary()?);
        command.arg("demo").arg("--data").arg(data);
        command.args(["--listen", &address.to_string()]);
        let began = now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut renkei = Self {
            child,
            address,
            start: Duration::ZERO,
        };
        renkei.start = renkei.ready(began)?;
        Ok(renkei)
    }

    /// Asks `/readyz` again and again.
    fn ready(&mut self, began: Instant) -> Done<Duration> {
        let runtime = crate::load::runtime()?;
        let request = crate::http::request("GET", "/readyz", &[], b"");
        loop {
            let status = runtime.block_on(async {
                let mut connection = crate::http::Connection::open(self.address).await?;
                connection.exchange(&request).await
            });
            if matches!(status, Ok(200)) {
                return Ok(began.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("renkei ended: {status}").into());
            }
            if began.elapsed() > PATIENCE {
                return Err("renkei did not become ready".into());
            }
            runtime.block_on(async { tokio::time::sleep(Duration::from_millis(2)).await });
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Renkei {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let began = now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if began.elapsed() > Duration::from_secs(10) {
                drop(self.child.kill());
            }
            std::thread::yield_now();
        }
    }
}

/// The program that people run, built beside this one.
fn binary() -> Done<PathBuf> {
    let own = std::env::current_exe()?;
    let binary = own.with_file_name("renkei");
    if binary.exists() {
        Ok(binary)
    } else {
        Err("build the binary renkei first (bench/run does)".into())
    }
}

fn free_port() -> Done<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
