//! PostgreSQL servers of the tests' own, from Debian's binaries, each in one folder and reached by a socket there.
//!
//! PostgreSQL does not run as root: root's servers run as the user `postgres`, in folders of that user.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::Folder;

pub(crate) const INSTALL: &str = "PostgreSQL 14 or newer is not installed. As root: \
    apt-get install -y --no-install-recommends postgresql  \
    (or set RENKEI_TEST_NO_POSTGRES=1 to skip the tests that need it)";

/// Settings of all test servers. The locale is C, as the one that renkei asks for: order is that of the bytes.
const SETTINGS: &str = "
listen_addresses = ''
max_connections = 300
shared_buffers = 64MB
autovacuum = off
log_min_messages = warning
log_statement = none
";

/// For tests that are not about power cuts.
const FAST: &str = "
fsync = off
synchronous_commit = off
full_page_writes = off
";

/// A server in a folder.
#[derive(Clone, Debug)]
pub struct Server {
    folder: PathBuf,
    bin: PathBuf,
}

/// Whether a commit survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing is flushed: much faster.
    Off,
    /// As in real use.
    On,
}

impl Server {
    /// Makes a new server in `folder` (which must not be there yet) and starts it.
    pub fn create(folder: &Path, durability: Durability) -> Self {
        let server = Self::at(folder);
        make_folder(folder);
        let data = server.data();
        let arguments = ["--auth=trust", "--username=renkei", "--encoding=UTF8"];
        let mut initdb = server.command("initdb");
        initdb
            .args(arguments)
            .args(["--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(&data));
        let mut settings = format!(
            "{SETTINGS}unix_socket_directories = '{}'\n",
            folder.display()
        );
        if durability == Durability::Off {
            settings.push_str(FAST);
        }
        append(&data.join("postgresql.conf"), &settings);
        server.start();
        server
    }

    /// The server of a folder, running or not.
    pub fn at(folder: &Path) -> Self {
        let Some(bin) = binaries() else {
            panic!("{INSTALL}")
        };
        Self {
            folder: folder.to_owned(),
            bin,
        }
    }

    /// Returns when it takes connections.
    pub fn start(&self) {
        let mut command = self.command("pg_ctl");
        let log = self.folder.join("log");
        command.args(["start", "-w", "-s", "-D"]).arg(self.data());
        run(command.arg("-l").arg(log));
    }

    /// Ends all sessions and the server.
    pub fn stop(&self) {
        self.pg_ctl_stop("fast");
    }

    /// As if the power were cut, except that the operating system lives on.
    pub fn kill(&self) {
        self.pg_ctl_stop("immediate");
    }

    fn pg_ctl_stop(&self, mode: &str) {
        let mut command = self.command("pg_ctl");
        command.args(["stop", "-w", "-s", "-m", mode, "-D"]);
        run(command.arg(self.data()));
    }

    /// Whether somebody listens.
    pub fn is_alive(&self) -> bool {
        UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_ok()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The address of a database of this server, as libpq and tokio-postgres read it.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://renkei@/{database}?host={}",
            self.folder.display()
        )
    }

    /// Starts it anew so that it also listens at an address of this machine, for TLS alone. PEM texts.
    pub fn secure(&self, address: std::net::IpAddr, certificate: &str, key: &str) {
        let data = self.data();
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(&path, mode).expect("permissions of an own file");
            if is_root() {
                let (user, group) = postgres_user();
                chown(&path, Some(user), Some(group)).expect("chown by root");
            }
        }
        let settings = format!("listen_addresses = '{address}'\nssl = on\n");
        append(&data.join("postgresql.conf"), &settings);
        let doors = "local all all trust\nhostssl all all 127.0.0.0/8 trust\n";
        fs::write(data.join("pg_hba.conf"), doors).expect("a file of the own server");
        self.stop();
        self.start();
    }

    /// A new, empty database.
    pub fn create_database(&self, name: &str) {
        self.administrate(vec![
            format!("drop database if exists {name} with (force)"),
            format!("create database {name} template template0"),
        ]);
    }

    /// Removes a database, whoever still uses it. That it cannot must not hide why a test failed.
    pub fn drop_database(&self, name: &str) {
        let sql = format!("drop database if exists {name} with (force)");
        if let Err(error) = self.try_administrate(vec![sql]) {
            eprintln!("test server: {error:?}");
        }
    }

    /// Runs statements one by one, in the database `postgres`.
    pub fn administrate(&self, statements: Vec<String>) {
        if let Err(error) = self.try_administrate(statements) {
            panic!("test server: {error:?}");
        }
    }

    /// On a thread of its own, so that it may be called from asynchronous tests.
    fn try_administrate(&self, statements: Vec<String>) -> Result<(), tokio_postgres::Error> {
        let url = self.url("postgres");
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(execute(&url, &statements))
        });
        done.join().expect("the thread that administrates")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = as_owner(&program);
        // Its own folder is one that the other user may enter. No setting of the caller's reaches the server.
        command.current_dir("/").stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
    }
}

async fn execute(url: &str, statements: &[String]) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    for statement in statements {
        client.batch_execute(statement).await?;
    }
    drop(client);
    let _ = connection.await;
    Ok(())
}

/// The folder of `initdb` and `pg_ctl`: the newest of Debian's, else that of `pg_config`.
pub fn binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = debian
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(version, bin)| *version >= 14 && bin.join("initdb").exists())
        .max();
    newest.map(|(_, bin)| bin).or_else(configured)
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let bin = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    bin.join("initdb").exists().then_some(bin)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn as_owner(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ])
        .arg(program);
    command
}

/// A folder of the server's user.
fn make_folder(folder: &Path) {
    fs::create_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, mode).expect("permissions of an own folder");
    if is_root() {
        let (user, group) = postgres_user();
        chown(folder, Some(user), Some(group)).expect("chown by root");
    }
}

/// Lets other users pass through a folder to what in it is theirs.
pub(crate) fn allow_passage(folder: &Path) {
    let mode = fs::Permissions::from_mode(0o711);
    fs::set_permissions(folder, mode).expect("permissions of an own folder");
}

/// Numbers of the user and the group `postgres`, which Debian's package makes.
fn postgres_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let fields = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&"postgres"));
    let number = |at: usize| fields.as_ref()?.get(at)?.parse().ok();
    number(2)
        .zip(number(3))
        .expect("the user postgres, which PostgreSQL runs as for root")
}

fn append(path: &Path, text: &str) {
    let write = || -> io::Result<()> {
        let mut all = fs::read_to_string(path)?;
        all.push_str(text);
        fs::write(path, all)
    };
    write().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Runs to the end; what it printed is shown when it fails. Output goes by a file: a server that is started
/// would keep a pipe open.
fn run(command: &mut Command) {
    let folder = Folder::new();
    let path = folder.join("output");
    let file = fs::File::create(&path).expect("a new file");
    let again = file.try_clone().expect("a second handle");
    let status = command.stdout(file).stderr(again).status();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        let output = fs::read_to_string(&path).unwrap_or_default();
        panic!("{command:?}: {status:?}\n{output}");
    }
}
