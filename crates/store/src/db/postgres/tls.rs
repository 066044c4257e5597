//! The way to the server: by TLS, or plain where that is safe or said.
//!
//! `sslmode` of the address decides. Without it, a socket or an address of this machine is spoken to plainly, and any
//! other by TLS. `require`, `verify-ca` and `verify-full` are one here: the certificate is always looked at, and its name.
//! `prefer` would let whoever stands between choose, and so means TLS too. Plain to another machine is `disable`, said.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{Config, Socket};

use crate::StoreError;

const CONNECT: Duration = Duration::from_secs(3);
/// Where Debian has the certificates that programs trust.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A server and the way to it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

impl Target {
    /// From the address as libpq writes it; `roots` is a PEM file of certificates to trust instead of the system's.
    pub(crate) fn new(url: &str, roots: Option<&Path>) -> Result<Self, StoreError> {
        // The driver knows three modes; the stricter ones are what `require` does here.
        let url = url
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        let said = url.contains("sslmode=disable");
        // The parser's error may quote the address, and with it a password.
        let mut config = Config::from_str(&url).map_err(|_| {
            StoreError::Driver("the database's address is not understood".to_owned())
        })?;
        config.connect_timeout(CONNECT).application_name("renkei");
        let plain = match config.get_ssl_mode() {
            SslMode::Disable => true,
            SslMode::Prefer => roots.is_none() && is_local(&config),
            _ => false,
        };
        if plain {
            if said && !is_local(&config) {
                tracing::warn!("the database is on another machine and spoken to without TLS");
            }
            config.ssl_mode(SslMode::Disable);
            return Ok(Self {
                config,
                tls: Tls(None),
            });
        }
        config.ssl_mode(SslMode::Require);
        let tls = Tls(Some(Arc::new(client(roots)?)));
        Ok(Self { config, tls })
    }
}

/// Whether all hosts are sockets or addresses of this machine.
fn is_local(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    });
    named
        && config
            .get_hostaddrs()
            .iter()
            .all(|address| address.is_loopback())
}

fn client(roots: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let path = roots.map_or_else(|| PathBuf::from(SYSTEM_ROOTS), Path::to_owned);
    let failed = |why: String| {
        let path = path.display();
        StoreError::Driver(format!("root certificates {path}: {why}"))
    };
    let certificates =
        CertificateDer::pem_file_iter(&path).map_err(|error| failed(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        // One among many that is not understood harms nobody; a file without any does.
        drop(store.add(certificate));
    }
    if store.is_empty() {
        return Err(failed("no certificate in it".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

/// Makes TLS connections, or none.
#[derive(Clone)]
pub(crate) struct Tls(Option<Arc<ClientConfig>>);

pub(crate) struct Handshake {
    client: Option<Arc<ClientConfig>>,
    name: io::Result<ServerName<'static>>,
}

pub(crate) struct Secured(tokio_rustls::client::TlsStream<Socket>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Secured;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        // A socket has no name; then nothing is secured either.
        let name = ServerName::try_from(domain.to_owned());
        Ok(Handshake {
            client: self.0.clone(),
            name: name.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error)),
        })
    }
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Secured;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secured>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let client = self.client.ok_or_else(|| {
                io::Error::new(io::ErrorKind::Unsupported, "TLS was not asked for")
            })?;
            let connector = tokio_rustls::TlsConnector::from(client);
            connector.connect(self.name?, socket).await.map(Secured)
        })
    }
}

impl TlsStream for Secured {
    /// The certificate was looked at: passwords need not be bound to the connection.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Target::new(url, None).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn plain_is_for_this_machine_or_said() {
        for url in [
            "postgres://renkei@/renkei?host=/var/run/postgresql",
            "postgres://renkei@localhost/renkei",
            "postgres://renkei@127.0.0.1/renkei",
            "postgres://renkei@db.example/renkei?sslmode=disable",
        ] {
            assert_eq!(mode(url), SslMode::Disable, "{url}");
        }
    }

    #[test]
    fn anything_else_is_secured() {
        if !Path::new(SYSTEM_ROOTS).exists() {
            return;
        }
        for url in [
            "postgres://renkei@db.example/renkei",
            "postgres://renkei@db.example/renkei?sslmode=prefer",
            "postgres://renkei@db.example/renkei?sslmode=verify-full",
            "postgres://renkei@127.0.0.1/renkei?sslmode=require",
            "postgres://renkei@127.0.0.1,db.example/renkei",
        ] {
            assert_eq!(mode(url), SslMode::Require, "{url}");
        }
    }

    #[test]
    fn roots_must_be_there() {
        let missing = Path::new("/nowhere/ca.pem");
        let error = Target::new("postgres://renkei@db.example/renkei", Some(missing));
        let Err(StoreError::Driver(why)) = error else {
            panic!("roots that are not there");
        };
        assert!(
            why.starts_with("root certificates /nowhere/ca.pem"),
            "{why}"
        );
        let error = Target::new("postgres://geheim", None).err();
        assert!(error.is_none_or(|error| !error.to_string().contains("geheim")));
    }
}
