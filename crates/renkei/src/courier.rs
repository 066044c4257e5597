//! Carries deliveries of subscriptions: HTTP to hosts that were allowed, and to nowhere else that their names may lead.
//!
//! Each goes over a connection of its own, to an address that was looked at first. Redirects are answers like any other,
//! what is answered is not read, and everything together has some seconds.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use renkei_care::subscription::{Courier, Endpoint, Letter, Lost};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Less than a process keeps a subscription for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where Debian has the certificates that programs trust.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

#[derive(Clone)]
pub(crate) struct HttpCourier {
    tls: TlsConnector,
    patience: Duration,
}

impl std::fmt::Debug for HttpCourier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpCourier")
    }
}

impl HttpCourier {
    /// With the certificates that this machine trusts; without any, no https endpoint is believed.
    pub(crate) fn new() -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        match CertificateDer::pem_file_iter(SYSTEM_ROOTS) {
            Ok(found) => {
                roots.add_parsable_certificates(found.flatten());
            }
            Err(error) => tracing::warn!(%error, "no certificates of endpoints can be checked"),
        }
        Self::trusting(roots)
    }

    fn trusting(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            patience: PATIENCE,
        })
    }

    async fn carry(&self, letter: Letter) -> Result<(), Lost> {
        let address = address(&letter.endpoint).await?;
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(|_| lost("connect"))?;
        if !letter.endpoint.tls {
            return sent(stream, letter).await;
        }
        let name = ServerName::try_from(letter.endpoint.host.clone()).map_err(|_| lost("name"))?;
        let stream = self.tls.connect(name, stream).await;
        sent(stream.map_err(|_| lost("tls"))?, letter).await
    }
}

impl Courier for HttpCourier {
    async fn post(&self, letter: Letter) -> Result<(), Lost> {
        let carried = tokio::time::timeout(self.patience, self.carry(letter)).await;
        carried.unwrap_or_else(|_| Err(lost("timeout")))
    }
}

fn lost(why: &str) -> Lost {
    Lost(why.to_owned())
}

/// The address to connect to. Where a name has an address that is not the world's, none of them is used.
async fn address(endpoint: &Endpoint) -> Result<SocketAddr, Lost> {
    let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|_| lost("resolve"))?.collect();
    if !endpoint.inside && !found.iter().all(|address| is_outside(address.ip())) {
        return Err(lost("private-address"));
    }
    found.first().copied().ok_or_else(|| lost("resolve"))
}

/// Whether an address is one of the world: not of this machine, its network, or a purpose of its own (RFC 6890).
fn is_outside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(address) => {
            // The world's are 2000::/3; without those that hold an IPv4 address or are for documents (Teredo, 6to4).
            let [a, b, ..] = address.segments();
            (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
        }
    }
}

async fn sent<S>(stream: S, letter: Letter) -> Result<(), Lost>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(letter)?;
    let opened = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|_| lost("http"))?;
    // The connection ends with this task: what the endpoint has to say beyond its status is not read.
    let mut answered = pin!(sender.send_request(request));
    let answered = tokio::select! {
        biased;
        answered = &mut answered => answered,
        // It may have answered before it closed.
        _ = connection => answered.await,
    };
    let status = answered.map_err(|_| lost("http"))?.status();
    match status.is_success() {
        true => Ok(()),
        false => Err(Lost(code(status))),
    }
}

fn code(status: StatusCode) -> String {
    format!("status-{}", status.as_u16())
}

fn request(letter: Letter) -> Result<Request<Full<Bytes>>, Lost> {
    let to = &letter.endpoint;
    let usual = if to.tls { 443 } else { 80 };
    let host = match to.port == usual {
        true => to.host.clone(),
        false => format!("{}:{}", to.host, to.port),
    };
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&to.path)
        .header("host", host)
        .header("user-agent", "renkei");
    for (name, value) in letter.headers {
        request = request.header(name, value);
    }
    request
        .body(Full::new(Bytes::from(letter.body)))
        .map_err(|_| lost("request"))
}

#[cfg(test)]
mod hostile;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn only_addresses_of_the_world() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
        ] {
            assert!(!is_outside(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "203.178.0.1", "2001:4860:4860::8888", "2400::1"] {
            assert!(is_outside(outside.parse().unwrap()), "{outside}");
        }
    }

    /// Answers one request with these bytes, and gives what came.
    async fn answering(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut came = vec![0; 4096];
            let mut read = 0;
            while !came.windows(2).any(|two| two == b"{}") {
                read += stream.read(&mut came[read..]).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            came.truncate(read);
            String::from_utf8(came).unwrap()
        });
        (port, came)
    }

    fn letter(port: u16, inside: bool) -> Letter {
        Letter {
            endpoint: Endpoint {
                tls: false,
                host: "127.0.0.1".to_owned(),
                port,
                path: "/a?b=c".to_owned(),
                inside,
            },
            headers: vec![("renkei-timestamp", "1".to_owned())],
            body: "{}".to_owned(),
        }
    }

    #[tokio::test]
    async fn an_answer_is_its_status() {
        let courier = HttpCourier::trusting(RootCertStore::empty()).unwrap();
        for (answer, expected) in [
            (
                "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
                Ok(()),
            ),
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", Ok(())),
            (
                "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n",
                Err("status-503"),
            ),
            // Nobody goes there.
            (
                "HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
                Err("status-307"),
            ),
            ("hello\r\n\r\n", Err("http")),
        ] {
            let (port, came) = answering(answer).await;
            let carried = courier.post(letter(port, true)).await;
            assert_eq!(carried, expected.map_err(lost), "{answer}");
            let came = came.await.unwrap();
            assert!(came.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{came}");
            assert!(
                came.contains(&format!("host: 127.0.0.1:{port}\r\n")),
                "{came}"
            );
            assert!(came.contains("renkei-timestamp: 1\r\n"), "{came}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let courier = HttpCourier::trusting(RootCertStore::empty()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let carried = courier.post(letter(port, false)).await;
        assert_eq!(carried, Err(lost("private-address")));
        let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "nothing was connected to");
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_trusts_is_not_believed() {
        let courier = HttpCourier::trusting(RootCertStore::empty()).unwrap();
        let (port, came) = answering("HTTP/1.1 200 OK\r\n\r\n").await;
        let mut to_tls = letter(port, true);
        to_tls.endpoint.tls = true;
        came.abort();
        assert!(courier.post(to_tls).await.is_err());
    }
}
