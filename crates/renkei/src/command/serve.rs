//! `renkei serve`

use std::net::SocketAddr;

use crate::cli::Place;
use crate::error::CommandError;
use crate::say;
use crate::server::{self, Listening};
use crate::wiring::{Program, alone};

pub(crate) async fn run(place: &Place, listen: Option<SocketAddr>) -> Result<(), CommandError> {
    let program = Program::served(place).await?;
    let ended = serve(&program, listen).await;
    program.store.close().await?;
    ended
}

async fn serve(program: &Program, listen: Option<SocketAddr>) -> Result<(), CommandError> {
    let listen = program.config.server.listen(listen);
    if program.access.is_sample().await? {
        return Err(CommandError::said(format!(
            "{} holds the sample region, whose people are invented and need no password. Start it with: renkei demo --data {0}",
            program.folder.display()
        )));
    }
    let enrolled = program.access.administrator_enrolled().await?;
    refuse_open_doors(program, listen, enrolled)?;
    let _turn = alone(&program.config, &program.folder)?;
    let listening = Listening::configured(listen, &program.config.server)?;
    let url = listening.own_url();
    let link = program.access.first_link(&program.ctx()).await?;
    server::run(program, listening, None, || {
        say::line(&format!("renkei serves {url}"));
        if let Some(link) = &link {
            say::line("Nobody can sign in yet. The first region administrator opens this link, once and within a day:");
            say::line(&format!("  {url}/enrol/{}", link.reveal()));
            say::line("A new start makes a new link; this one then ends.");
        }
    })
    .await
}

/// Other machines may come only over TLS, and only where somebody watches over the region.
fn refuse_open_doors(
    program: &Program,
    listen: SocketAddr,
    enrolled: bool,
) -> Result<(), CommandError> {
    let server = &program.config.server;
    if listen.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let mut missing = Vec::new();
    if server.tls()?.is_none() && !server.behind_proxy() {
        missing.push(
            "TLS: set tls_certificate and tls_key under [server] in the configuration file (--config FILE); \
             or, where a reverse proxy has the TLS, trusted_proxies and an https:// base_url",
        );
    }
    if server.base_url.is_none() {
        missing.push("its name: set base_url under [server], as people will type it (https://renkei.example.jp)");
    }
    if !enrolled {
        missing.push(
            "an administrator who can sign in: start it once with --listen 127.0.0.1:8080 on this machine, \
             open the link that is printed, and set a password and a second factor",
        );
    }
    if missing.is_empty() {
        return Ok(());
    }
    let list: String = missing.iter().map(|one| format!("\n  - {one}")).collect();
    Err(CommandError::said(format!(
        "{listen} can be reached from other machines. Before that, the region needs{list}"
    )))
}
