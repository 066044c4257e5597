//! The way to PostgreSQL by TLS: only to whom the certificate names, and whom the root certificates vouch for.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use renkei_store::{Changes, Config, Database, Store, StoreError};
use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Folder, TestClock};

use crate::world::{key, public, slot};

/// An authority of its own: the PEM file of its certificate, and certificate and key of a server with this name.
fn authority(folder: &Path, name: &str) -> (PathBuf, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let roots = folder.join(format!("ca-{name}.pem"));
    std::fs::write(&roots, issuer.pem()).unwrap();
    let own = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&own, &issuer).unwrap();
    (roots, certificate.pem(), own.serialize_pem())
}

#[test]
fn only_the_server_that_the_roots_vouch_for() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let folder = Folder::new();
    // An address of this machine that nobody else is likely to use.
    let process = std::process::id();
    let address = format!("127.77.{}.{}", process / 250 % 250, process % 250 + 1);
    let (roots, certificate, secret) = authority(folder.path(), &address);
    let (strangers, _, _) = authority(folder.path(), "stranger");
    let server = OwnServer::new(Durability::Off);
    server.secure(address.parse().unwrap(), &certificate, &secret);
    server.create_database("secured");
    let config = |host: &str, mode: &str, roots: Option<&PathBuf>| Config {
        data: folder.join("data"),
        database: Database::Postgres {
            url: format!("postgres://renkei@{host}/secured?sslmode={mode}"),
            roots: roots.cloned(),
        },
    };
    renkei_testkit::backend::run(async move {
        let clock = TestClock::default();
        // Roots that do not know it; the system's roots; a server that takes TLS alone asked plainly.
        for (mode, roots) in [
            ("require", Some(&strangers)),
            ("require", None),
            ("disable", Some(&roots)),
        ] {
            let opened = Store::open(&config(&address, mode, roots), clock.shared()).await;
            assert!(
                matches!(opened, Err(StoreError::ReadOnly(_) | StoreError::Driver(_))),
                "{mode} {roots:?}"
            );
        }
        // Another name than the certificate's.
        let other = "127.77.255.254";
        let named = config(other, "require&hostaddr=", Some(&roots));
        let Database::Postgres { url, roots: file } = named.database else {
            unreachable!();
        };
        let named = Config {
            data: named.data,
            database: Database::Postgres {
                url: format!("{url}{address}"),
                roots: file,
            },
        };
        let opened = Store::open(&named, clock.shared()).await;
        assert!(opened.is_err(), "a certificate of another name");
        let store = Store::open(
            &config(&address, "verify-full", Some(&roots)),
            clock.shared(),
        )
        .await
        .unwrap();
        let ids = renkei_testkit::CountingIds::shared(1);
        let program = renkei_base::Ctx::program(renkei_base::Micros(0), ids);
        let mut changes = Changes::default();
        changes.create(slot("s1"), public(None));
        store.commit(&program, changes).await.unwrap();
        let found = store.read(&program, &key("Slot/s1")).await.unwrap();
        assert!(found.is_some());
        store.close().await.unwrap();
    });
}
