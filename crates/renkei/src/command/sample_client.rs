//! The sample region's machine clients: key pairs of their own in the data folder, so that one can try at once.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

use crate::error::CommandError;
use crate::wiring::{Program, private_folder};

/// Folder of the keys, in the data folder.
pub(crate) const FOLDER: &str = "clients";

/// Adds the clients that are not there yet, each with a new key pair: `NAME.pem` and `NAME.jwks.json`.
pub(crate) async fn add(program: &Program) -> Result<(), CommandError> {
    let folder = program.folder.join(FOLDER);
    for client in renkei_sample::client::ALL {
        let ctx = program.ctx();
        if program
            .access
            .client_named(&ctx, client.name)
            .await?
            .is_some()
        {
            continue;
        }
        private_folder(&folder)?;
        let pair = Pair::new(client.name)?;
        write(&folder.join(format!("{}.pem", client.name)), &pair.pem)?;
        write(
            &folder.join(format!("{}.jwks.json", client.name)),
            &pair.jwks,
        )?;
        client
            .add(&program.access, &program.store, &ctx, &pair.jwks)
            .await?;
    }
    Ok(())
}

/// Only for this user.
fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).map_err(CommandError::file(path))?;
    file.write_all(text.as_bytes())
        .map_err(CommandError::file(path))
}

/// A key pair on P-384 for ES384.
#[derive(Debug)]
struct Pair {
    /// PKCS #8.
    pem: String,
    /// The public key.
    jwks: String,
}

impl Pair {
    fn new(kid: &str) -> Result<Self, CommandError> {
        let (random, way) = (SystemRandom::new(), &ECDSA_P384_SHA384_FIXED_SIGNING);
        let failed = |_| CommandError::said("no key pair could be made");
        let document = EcdsaKeyPair::generate_pkcs8(way, &random).map_err(failed)?;
        let pair = EcdsaKeyPair::from_pkcs8(way, document.as_ref(), &random)
            .map_err(|_| CommandError::said("no key pair could be made"))?;
        // 0x04, x and y of 48 bytes each.
        let point = pair.public_key().as_ref().split_first_chunk::<1>();
        let (x, y) = point
            .map(|(_, rest)| rest.split_at(rest.len() / 2))
            .unwrap_or_default();
        Ok(Self {
            pem: pem(document.as_ref()),
            jwks: format!(
                "{{\"keys\":[{{\"kty\":\"EC\",\"crv\":\"P-384\",\"alg\":\"ES384\",\"use\":\"sig\",\"kid\":\"{kid}\",\"x\":\"{}\",\"y\":\"{}\"}}]}}\n",
                URL_SAFE_NO_PAD.encode(x),
                URL_SAFE_NO_PAD.encode(y),
            ),
        })
    }
}

/// RFC 7468: lines of 64 characters.
fn pem(document: &[u8]) -> String {
    let text = STANDARD.encode(document);
    let mut lines = String::from("-----BEGIN PRIVATE KEY-----\n");
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines.push_str("\n-----END PRIVATE KEY-----\n");
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_pair_is_what_a_client_may_have() {
        let pair = Pair::new("demo").unwrap();
        let keys = renkei_access::jwks::KeySet::parse(&pair.jwks).unwrap();
        assert_eq!(keys.kids().collect::<Vec<_>>(), ["demo"]);
        let body: String = pair
            .pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let signer = renkei_testkit::Signer::from_pkcs8("demo", &STANDARD.decode(body).unwrap());
        let algorithm = renkei_access::jwks::Algorithm::Es384;
        assert!(keys.verify("demo", algorithm, b"words", &signer.sign(b"words")));
        assert!(pair.pem.lines().all(|line| line.len() <= 64));
    }
}
