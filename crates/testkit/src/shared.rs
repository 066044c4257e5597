//! The one PostgreSQL server that all tests of a run use, and servers that one test has for itself.
//!
//! The runner starts a process for each test, so a server is shared through files in one folder:
//!
//! * `lock`: held by whoever starts or stops the server, and by nobody else.
//! * `lease`: each test process holds it in common until it ends, however it ends.
//! * `server/`: the server itself.
//!
//! A small shell script watches the lease. When nobody has held it for [`IDLE_S`] seconds it stops the server and
//! removes the folder; nothing has to be told that the run is over, and no crash of a test leaves a server behind.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::Folder;
use crate::postgres::{Durability, Server, allow_passage};

/// How long the server waits for another test, in seconds.
const IDLE_S: u32 = 20;

const WATCH: &str = include_str!("watch.sh");

#[derive(Debug)]
struct Leased {
    server: Server,
    /// Held until dropped, or until the process ends.
    _lease: File,
}

/// The server of this run: started by the first test that needs it.
pub fn server() -> &'static Server {
    static SHARED: OnceLock<Leased> = OnceLock::new();
    let leased = SHARED.get_or_init(|| lease(&home(), IDLE_S, Durability::Off));
    &leased.server
}

/// A server for one test, which may stop, kill and start it. Ends when dropped.
#[derive(Debug)]
pub struct OwnServer {
    leased: Leased,
    _folder: Folder,
}

impl OwnServer {
    pub fn new(durability: Durability) -> Self {
        let folder = Folder::new();
        allow_passage(folder.path());
        Self {
            leased: lease(folder.path(), 1, durability),
            _folder: folder,
        }
    }
}

impl std::ops::Deref for OwnServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.leased.server
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if self.is_alive() {
            self.kill();
        }
    }
}

/// Takes a lease on the server of `home`, starting it where it does not run.
fn lease(home: &Path, idle_s: u32, durability: Durability) -> Leased {
    let lock = open(&home.join("lock"));
    lock.lock().expect("the lock of the test server");
    let lease = open(&home.join("lease"));
    lease.lock_shared().expect("a lease on the test server");
    let folder = home.join("server");
    let mut server = Server::at(&folder);
    if !server.is_alive() {
        // What a crash has left.
        let _ = fs::remove_dir_all(&folder);
        server = Server::create(&folder, durability);
        watch(home, idle_s);
    }
    Leased {
        server,
        _lease: lease,
    }
}

/// One folder for each user and checkout. Not under `target`, which the server's user may not be able to enter.
fn home() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    let own = fs::metadata("/proc/self").expect("/proc").uid();
    let name = format!(
        "renkei-test-postgres-{own}-{:08x}",
        hasher.finish() & 0xffff_ffff
    );
    // Short, because the path of a socket may have no more than 107 bytes.
    let home = Path::new("/tmp").join(name);
    let made = fs::DirBuilder::new()
        .mode(0o711)
        .recursive(true)
        .create(&home);
    made.expect("a folder in /tmp");
    let found = fs::symlink_metadata(&home).expect("the folder just made");
    assert!(
        found.is_dir() && found.uid() == own,
        "{} is somebody else's",
        home.display()
    );
    home
}

fn open(path: &Path) -> File {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Starts the script that ends the server, in a session of its own so that it outlives the test.
fn watch(home: &Path, idle_s: u32) {
    let started = Command::new("setsid")
        .args(["--fork", "sh", "-c", WATCH, "watch"])
        .arg(home)
        .arg(idle_s.to_string())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        started.is_ok_and(|status| status.success()),
        "setsid, of util-linux"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleep(seconds: &str) {
        Command::new("sleep").arg(seconds).status().unwrap();
    }

    #[test]
    fn the_server_ends_when_the_last_lease_does() {
        if crate::backend::without_postgres() {
            return;
        }
        let folder = Folder::new();
        allow_passage(folder.path());
        let first = lease(folder.path(), 1, Durability::Off);
        let second = lease(folder.path(), 1, Durability::Off);
        let server = first.server.clone();
        drop(first);
        sleep("3");
        assert!(server.is_alive(), "one lease is still held");
        drop(second);
        let gone = (0..100).any(|_| {
            sleep("0.1");
            !folder.join("server").exists()
        });
        assert!(gone && !server.is_alive());
    }
}
