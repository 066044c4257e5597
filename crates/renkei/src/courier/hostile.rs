//! Receivers that are not whom they should be, or do not behave.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;

const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// An authority that the courier trusts, and what it issues.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key.
type Pair = (CertificateDer<'static>, KeyPair);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    fn courier(&self) -> HttpCourier {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        HttpCourier {
            patience: Duration::from_millis(1_500),
            ..HttpCourier::trusting(roots).unwrap()
        }
    }

    /// For that host, until the end of that year.
    fn issue(&self, host: &str, year: i32) -> Pair {
        let key = KeyPair::generate().unwrap();
        (
            params(host, year)
                .signed_by(&key, self.issuer())
                .unwrap()
                .der()
                .clone(),
            key,
        )
    }

    fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

fn params(host: &str, year: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(year, 12, 31);
    params
}

fn letter(tls: bool, host: &str, port: u16) -> Letter {
    Letter {
        endpoint: Endpoint {
            tls,
            host: host.to_owned(),
            port,
            path: "/hook".to_owned(),
            inside: true,
        },
        headers: Vec::new(),
        body: r#"{"resourceType":"Parameters"}"#.to_owned(),
    }
}

async fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A receiver with that certificate. It gives what it could read of the delivery: nothing where nobody trusted it.
async fn secured(pair: &Pair) -> (u16, JoinHandle<String>) {
    let key = PrivateKeyDer::try_from(pair.1.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.0.clone()], key)
        .unwrap();
    let (listener, port) = listening().await;
    let came = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return String::new();
        };
        let mut came = vec![0; 4096];
        let read = stream.read(&mut came).await.unwrap_or(0);
        let _ = stream.write_all(OK.as_bytes()).await;
        let _ = stream.shutdown().await;
        came.truncate(read);
        String::from_utf8(came).unwrap()
    });
    (port, came)
}

#[tokio::test]
async fn only_whom_the_roots_vouch_for_is_told() {
    let (ours, strangers) = (Authority::new(), Authority::new());
    let courier = ours.courier();
    let own = KeyPair::generate().unwrap();
    let itself = params("localhost", 2099).self_signed(&own).unwrap();
    for (what, pair, expected) in [
        ("good", ours.issue("localhost", 2099), Ok(())),
        ("expired", ours.issue("localhost", 2001), Err(lost("tls"))),
        (
            "of another host",
            ours.issue("hooks.example.jp", 2099),
            Err(lost("tls")),
        ),
        (
            "of another authority",
            strangers.issue("localhost", 2099),
            Err(lost("tls")),
        ),
        ("self-signed", (itself.der().clone(), own), Err(lost("tls"))),
    ] {
        let (port, came) = secured(&pair).await;
        assert_eq!(
            courier.post(letter(true, "localhost", port)).await,
            expected,
            "{what}"
        );
        let came = came.await.unwrap();
        assert_eq!(
            came.starts_with("POST /hook "),
            expected.is_ok(),
            "{what}: {came}"
        );
    }
}

/// Takes connections and does that with each, until the test ends.
async fn behaving<F, B>(behave: B) -> u16
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
    B: Fn(TcpStream) -> F + Send + 'static,
{
    let (listener, port) = listening().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream));
        }
    });
    port
}

#[tokio::test]
async fn who_is_slow_is_left() {
    let courier = Authority::new().courier();
    let silent = behaving(|stream| async move {
        let _kept = stream;
        std::future::pending().await
    })
    .await;
    let dripping = behaving(|mut stream| async move {
        for byte in b"HTTP/1.1 200 OK\r\nx-slow: "
            .iter()
            .chain(std::iter::repeat(&b'a'))
        {
            stream.write_all(&[*byte]).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })
    .await;
    for (tls, port) in [
        (false, silent),
        (true, silent),
        (false, dripping),
        (true, dripping),
    ] {
        let carried = courier.post(letter(tls, "localhost", port)).await;
        // What is no TLS is seen to be none at the first bytes.
        let expected = if tls && port == dripping {
            "tls"
        } else {
            "timeout"
        };
        assert_eq!(carried, Err(lost(expected)), "{tls} {port}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let courier = Authority::new().courier();
    let endless = |head: &'static str| {
        move |mut stream: TcpStream| async move {
            stream.write_all(head.as_bytes()).await?;
            let much = vec![b'a'; 64 * 1024];
            loop {
                stream.write_all(&much).await?;
            }
        }
    };
    let body = behaving(endless("HTTP/1.1 200 OK\r\n\r\n")).await;
    assert_eq!(courier.post(letter(false, "localhost", body)).await, Ok(()));
    let head = behaving(endless("HTTP/1.1 200 OK\r\nx-much: ")).await;
    assert_eq!(
        courier.post(letter(false, "localhost", head)).await,
        Err(lost("http"))
    );
}

#[tokio::test]
async fn nobody_goes_where_a_redirect_leads() {
    let courier = Authority::new().courier();
    let (aim, port) = listening().await;
    for status in [301, 302, 303, 307, 308] {
        let there = behaving(move |mut stream: TcpStream| async move {
            let answer = format!(
                "HTTP/1.1 {status} Go\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n"
            );
            let mut came = [0; 1024];
            let _ = stream.read(&mut came).await?;
            stream.write_all(answer.as_bytes()).await
        })
        .await;
        let carried = courier.post(letter(false, "localhost", there)).await;
        assert_eq!(carried, Err(Lost(format!("status-{status}"))));
    }
    let nobody = tokio::time::timeout(Duration::from_millis(50), aim.accept()).await;
    assert!(nobody.is_err(), "nobody came");
}
