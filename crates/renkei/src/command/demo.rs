//! `renkei demo`: the sample region, on this machine only.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Uri;
use renkei_access::DemoMode;
use renkei_sample::State;

use crate::cli::Place;
use crate::command::sample_client;
use crate::config::{Config, Server};
use crate::error::CommandError;
use crate::say;
use crate::server::{self, Listening};
use crate::wiring::{Program, alone, holds_region, locked, private_folder};

const FOLDER: &str = "demo-data";
/// Lies in a folder while a region is being made in it. It is only ever put into an empty folder, so where it is found
/// after a power cut, everything beside it was made by us and can be made again.
const MAKING: &str = "sample-is-being-made";

pub(crate) async fn run(place: &Place, listen: Option<SocketAddr>) -> Result<(), CommandError> {
    let config = Config::load(place)?;
    let listen = config.server.listen(listen);
    only_here(listen, &config.server)?;
    let folder = config.folder(place, FOLDER);
    let listening = Listening::configured(listen, &config.server)?;
    let making = if config.database.url.is_none() {
        prepare(&folder)?
    } else {
        None
    };
    let _turn = alone(&config, &folder)?;
    let program = Program::open(config, folder).await?.telling_here();
    let ended = serve(&program, listening, making).await;
    program.store.close().await?;
    ended
}

/// The sample region lets everybody in: nobody may come from other machines, by whatever way.
fn only_here(listen: SocketAddr, server: &Server) -> Result<(), CommandError> {
    const OPEN: &str = "and the sample region lets everybody in without a password";
    let refused = |text: String| Err(CommandError::said(text));
    if !listen.ip().to_canonical().is_loopback() {
        return refused(format!(
            "{listen} can be reached from other machines, {OPEN}. Choose an address of this machine, such as \
             127.0.0.1:{} (--listen, or listen under [server] in the configuration).",
            listen.port()
        ));
    }
    if !server.trusted_proxies.is_empty() {
        return refused(format!(
            "trusted_proxies under [server] let people from other machines in, {OPEN}. The demo cannot take it: leave it out, \
             or use renkei serve."
        ));
    }
    match &server.base_url {
        Some(url) if !is_here(url) => refused(format!(
            "base_url under [server] is {url}, by which other machines come, {OPEN}. The demo takes only names of this machine, \
             such as http://localhost:{}; leave it out, or use renkei serve.",
            listen.port()
        )),
        _ => Ok(()),
    }
}

/// Whether a URL names this machine.
fn is_here(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else {
        return false;
    };
    let host = url.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

async fn serve(
    program: &Program,
    listening: Listening,
    making: Option<Making>,
) -> Result<(), CommandError> {
    let new = making.is_some() || program.config.database.url.is_some();
    let mode = made(program, listening.address, new).await?;
    if let Some(making) = making {
        making.done()?;
    }
    sample_client::add(program).await?;
    let (url, folder) = (
        listening.base_url.clone(),
        program.folder.display().to_string(),
    );
    server::run(program, listening, Some(mode), || {
        say::line(&welcome(&url, &folder));
    })
    .await
}

/// The sample region, made now where there is none. A region that was there and is still empty is somebody else's, too.
async fn made(program: &Program, listen: SocketAddr, new: bool) -> Result<DemoMode, CommandError> {
    let folder = program.folder.display();
    let state = renkei_sample::state(&program.store).await?;
    let ours = program.access.is_sample().await? || (new && state == State::Empty);
    if !ours {
        return Err(CommandError::said(format!(
            "{folder} holds a region that is not the sample region. Give the demo a folder of its own: --data DIR"
        )));
    }
    let mode = program.access.demo_mode(&program.ctx(), listen).await?;
    match state {
        State::Made => {}
        State::Half => {
            return Err(CommandError::said(format!(
                "the sample region in {folder} was begun and not finished. Remove the folder (or empty the database) and start again."
            )));
        }
        State::Empty => {
            say::aside("making the sample region …");
            let now = program.clock.now();
            renkei_sample::make(
                &program.access,
                &program.care,
                &mode,
                renkei_sample::SEED,
                now,
            )
            .await?;
            let took = program.clock.now() - now;
            let took = Duration::from_micros(u64::try_from(took.0).unwrap_or_default());
            say::aside(&format!("made in {:.1} s", took.as_secs_f64()));
        }
    }
    Ok(mode)
}

fn welcome(url: &str, folder: &str) -> String {
    format!(
        "\n  renkei 連携 (見本: everything is invented)   {url}\n\n\
         Try this:\n\
         \x20 1. Open {url} and become 三原 健一, doctor of 見本内科クリニック. Write a referral to 見本市立中央病院.\n\
         \x20 2. In a private window become 青木 真由美 of its liaison office: receive, accept, book.\n\
         \x20 3. Become 髙橋 直樹, its doctor: the patient arrives, and you reply. The clinic sees it at once.\n\
         Another program, while this runs (its keys are in {folder}/clients):\n\
         \x20 curl {url}/fhir/metadata\n\
         \x20 renkei token --client demo-hospital --data {folder}\n\
         Real hospitals, while this runs:\n\
         \x20 renkei import medical-institutions FILE --data {folder}\n\
         Ctrl-C ends it; the data stays in {folder}.\n"
    )
}

/// The mark in the folder, locked as long as the region is being made.
#[derive(Debug)]
struct Making {
    path: PathBuf,
    _lock: File,
}

impl Making {
    fn done(self) -> Result<(), CommandError> {
        std::fs::remove_file(&self.path).map_err(CommandError::file(&self.path))
    }
}

/// Makes an empty folder ready, and clears one in which the region was cut off. `None` where a region is already.
fn prepare(folder: &Path) -> Result<Option<Making>, CommandError> {
    private_folder(folder)?;
    let path = folder.join(MAKING);
    if path.exists() {
        let lock = marked(&path)?;
        say::aside("the sample region was cut off while it was made; making it again");
        clear(folder, &path)?;
        return Ok(Some(Making { path, _lock: lock }));
    }
    if holds_region(folder) {
        return Ok(None);
    }
    if entries(folder)?.is_empty() {
        let lock = marked(&path)?;
        return Ok(Some(Making { path, _lock: lock }));
    }
    let folder = folder.display();
    Err(CommandError::said(format!(
        "{folder} is not empty and holds no region. Give the demo an empty or a new folder: --data DIR"
    )))
}

/// The mark, held by the one process that makes the region.
fn marked(path: &Path) -> Result<File, CommandError> {
    locked(path, |folder| {
        format!("another renkei is making the sample region in {folder}")
    })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let entries = std::fs::read_dir(folder).map_err(CommandError::file(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<_, _>>()
        .map_err(CommandError::file(folder))
}

/// Removes everything beside the mark.
fn clear(folder: &Path, mark: &Path) -> Result<(), CommandError> {
    for path in entries(folder)?.into_iter().filter(|path| path != mark) {
        let gone = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        gone.map_err(CommandError::file(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_testkit::Folder;

    #[test]
    fn nobody_comes_from_other_machines() {
        let here: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let refused = |listen: SocketAddr, server: &str| {
            let server: Server = toml::from_str(server).unwrap();
            only_here(listen, &server).err().map(|no| no.to_string())
        };
        assert_eq!(refused(here, ""), None);
        for url in [
            "http://localhost:8080",
            "https://127.0.0.1",
            "http://[::1]:80",
        ] {
            assert_eq!(
                refused(here, &format!("base_url = \"{url}\"")),
                None,
                "{url}"
            );
        }
        for (listen, server, said) in [
            ("0.0.0.0:80", "", "without a password"),
            (
                "127.0.0.1:80",
                "base_url = \"https://renkei.example.jp\"",
                "base_url",
            ),
            (
                "127.0.0.1:80",
                "base_url = \"http://localhost.example.jp\"",
                "base_url",
            ),
            (
                "127.0.0.1:80",
                "trusted_proxies = [\"10.0.0.0/8\"]",
                "trusted_proxies",
            ),
        ] {
            let no = refused(listen.parse().unwrap(), server).expect(said);
            assert!(no.contains(said), "{no}");
        }
    }

    #[test]
    fn only_an_empty_folder_becomes_a_sample_region() {
        let folder = Folder::new();
        let making = prepare(folder.path()).unwrap().expect("an empty folder");
        assert!(
            prepare(folder.path())
                .unwrap_err()
                .to_string()
                .contains("another renkei")
        );
        making.done().unwrap();
        std::fs::write(folder.join("letter.txt"), "mine").unwrap();
        assert!(
            prepare(folder.path())
                .unwrap_err()
                .to_string()
                .contains("not empty")
        );
        assert!(folder.join("letter.txt").exists());
        std::fs::write(folder.join(renkei_store::store::SQLITE_FILE), "").unwrap();
        assert!(prepare(folder.path()).unwrap().is_none(), "a region");
    }

    #[test]
    fn what_was_cut_off_is_cleared() {
        let folder = Folder::new();
        drop(prepare(folder.path()).unwrap());
        std::fs::write(folder.join(renkei_store::store::SQLITE_FILE), "half").unwrap();
        std::fs::create_dir_all(folder.join("blobs/ab")).unwrap();
        let making = prepare(folder.path()).unwrap().expect("made again");
        assert_eq!(entries(folder.path()).unwrap(), [folder.join(MAKING)]);
        making.done().unwrap();
    }
}
