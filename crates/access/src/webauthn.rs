//! What a browser's answer about a passkey must be (W3C Web Authentication Level 3, §7.1 and §7.2), as pure checks.
//!
//! The profile is narrow: ES256 and RS256 keys, no attestation, the person verified by the device (fingerprint, PIN).
//! Everything else is no.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Bytes of a credential's id (§4, Credential ID).
const CREDENTIAL: usize = 1023;
/// Flags of authenticator data (§6.1): present, verified, may be backed up, is backed up, has a key, has extensions.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BACK_UP: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_KEY: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// This server as browsers know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The host's name.
    pub id: String,
    /// Scheme, host and port.
    pub origin: String,
}

impl Party {
    /// Of an address such as `https://renkei.example.jp`. `None` where browsers offer no passkeys: for an IP address, and
    /// without TLS anywhere but on `localhost`.
    pub fn of(base_url: &str) -> Option<Self> {
        let (scheme, rest) = base_url.split_once("://")?;
        let host = rest
            .split(['/', ':'])
            .next()
            .filter(|host| !host.is_empty())?;
        let named = host.bytes().any(|b| b.is_ascii_alphabetic()) && !rest.starts_with('[');
        let secure = scheme == "https" || (scheme == "http" && host == "localhost");
        (named && secure).then(|| Self {
            id: host.to_owned(),
            origin: base_url.trim_end_matches('/').to_owned(),
        })
    }
}

/// A public key of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// A point on P-256: 0x04, x, y.
    Es256(Vec<u8>),
    /// A modulus of 2048 bits; the exponent is 65537.
    Rs256(Vec<u8>),
}

impl PublicKey {
    pub(crate) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::Rs256(_) => "RS256",
        }
    }

    pub(crate) fn to_hex(&self) -> String {
        let (Self::Es256(bytes) | Self::Rs256(bytes)) = self;
        hex::encode(bytes)
    }

    pub(crate) fn from_hex(algorithm: &str, text: &str) -> Option<Self> {
        let bytes = hex::decode(text).ok()?;
        match algorithm {
            "ES256" => Some(Self::Es256(bytes)),
            "RS256" => Some(Self::Rs256(bytes)),
            _ => None,
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(point) => UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point)
                .verify(message, signature)
                .is_ok(),
            Self::Rs256(n) => RsaPublicKeyComponents {
                n: n.as_slice(),
                e: &[1, 0, 1],
            }
            .verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok(),
        }
    }

    /// A COSE key as CTAP2 demands that authenticators write it (canonical CBOR), and what follows it.
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        if let Some(rest) = bytes.strip_prefix(ES256_BEGIN) {
            let (x, rest) = rest.split_at_checked(32)?;
            let rest = rest.strip_prefix(ES256_Y)?;
            let (y, rest) = rest.split_at_checked(32)?;
            return Some((Self::Es256([&[4], x, y].concat()), rest));
        }
        let rest = bytes.strip_prefix(RS256_BEGIN)?;
        let (n, rest) = rest.split_at_checked(256)?;
        let rest = rest.strip_prefix(RS256_E)?;
        Some((Self::Rs256(n.to_vec()), rest))
    }
}

/// `{1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x`
const ES256_BEGIN: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
/// `-3: y`
const ES256_Y: &[u8] = &[0x22, 0x58, 0x20];
/// `{1: 3 (RSA), 3: -257 (RS256), -1: n`
const RS256_BEGIN: &[u8] = &[
    0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00,
];
/// `-2: 65537`
const RS256_E: &[u8] = &[0x21, 0x43, 0x01, 0x00, 0x01];

/// A passkey that a device has just made.
#[derive(Debug)]
pub(crate) struct Registered {
    /// The challenge that it answers, as sent. Whether it is ours is still to be looked at.
    pub(crate) challenge: String,
    pub(crate) credential: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) counter: u32,
}

/// A signature by a passkey.
#[derive(Debug)]
pub(crate) struct Asserted {
    pub(crate) challenge: String,
    pub(crate) counter: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// §7.1, without attestation.
pub(crate) fn register(
    party: &Party,
    client_data: &[u8],
    authenticator_data: &[u8],
) -> Option<Registered> {
    let challenge = client(party, client_data, "webauthn.create")?;
    let data = Data::split(party, authenticator_data)?;
    if data.flags & HAS_KEY == 0 {
        return None;
    }
    // 16 bytes name the model of the authenticator.
    let (_model, rest) = data.rest.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, rest) = rest.split_at_checked(length)?;
    let (key, rest) = PublicKey::split(rest)?;
    let ends = rest.is_empty() != (data.flags & HAS_EXTENSIONS != 0);
    let fits = (1..=CREDENTIAL).contains(&credential.len());
    (ends && fits).then(|| Registered {
        challenge,
        credential: credential.to_vec(),
        key,
        counter: data.counter,
    })
}

/// §7.2 for a passkey that was found by its credential.
pub(crate) fn assert(
    party: &Party,
    key: &PublicKey,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> Option<Asserted> {
    let challenge = client(party, client_data, "webauthn.get")?;
    let data = Data::split(party, authenticator_data)?;
    let signed = [authenticator_data, &Sha256::digest(client_data)[..]].concat();
    key.verify(&signed, signature).then_some(Asserted {
        challenge,
        counter: data.counter,
    })
}

/// The challenge of an answer that was made on our own page.
fn client(party: &Party, bytes: &[u8], kind: &str) -> Option<String> {
    let data: ClientData = serde_json::from_slice(bytes).ok()?;
    let ours = data.kind == kind && data.origin == party.origin && !data.cross_origin;
    let challenge = URL_SAFE_NO_PAD.decode(&data.challenge).ok()?;
    String::from_utf8(challenge).ok().filter(|_| ours)
}

struct Data<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> Data<'a> {
    /// Hash of our name, flags, counter (§6.1); only with a person who was there and verified.
    fn split(party: &Party, bytes: &'a [u8]) -> Option<Self> {
        let (name, rest) = bytes.split_at_checked(32)?;
        let (flags, rest) = rest.split_first()?;
        let (counter, rest) = rest.split_first_chunk::<4>()?;
        let ours = name == &Sha256::digest(party.id.as_bytes())[..];
        let there = flags & (PRESENT | VERIFIED) == PRESENT | VERIFIED;
        let possible = flags & BACKED_UP == 0 || flags & MAY_BACK_UP != 0;
        (ours && there && possible).then_some(Self {
            flags: *flags,
            counter: u32::from_be_bytes(*counter),
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party() -> Party {
        Party::of("http://localhost:8080").unwrap()
    }

    fn client_data(kind: &str, origin: &str, more: &str) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode("challenge");
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#).into()
    }

    fn data(flags: u8, more: &[u8]) -> Vec<u8> {
        let name = Sha256::digest(b"localhost");
        [&name[..], &[flags], &[0, 0, 0, 7], more].concat()
    }

    fn with_key() -> Vec<u8> {
        let key = [ES256_BEGIN, &[1; 32], ES256_Y, &[2; 32]].concat();
        [&[0; 16], &[0, 3][..], b"abc", &key].concat()
    }

    #[test]
    fn browsers_offer_passkeys_to_names_over_tls_and_to_this_machine() {
        assert_eq!(party().id, "localhost");
        let there = Party::of("https://renkei.example.jp").unwrap();
        assert_eq!(there.id, "renkei.example.jp");
        assert_eq!(there.origin, "https://renkei.example.jp");
        for url in [
            "http://renkei.example.jp",
            "https://192.0.2.1",
            "http://127.0.0.1:8080",
            "https://[::1]:1",
            "x",
        ] {
            assert_eq!(Party::of(url), None, "{url}");
        }
    }

    #[test]
    fn a_new_passkey_is_read() {
        let ours = client_data(
            "webauthn.create",
            "http://localhost:8080",
            r#","crossOrigin":false"#,
        );
        let made = register(&party(), &ours, &data(0x45, &with_key())).unwrap();
        assert_eq!((made.challenge.as_str(), made.counter), ("challenge", 7));
        assert_eq!(made.credential, b"abc");
        assert_eq!(
            made.key.to_hex(),
            format!("04{}{}", "01".repeat(32), "02".repeat(32))
        );
        let rsa = [RS256_BEGIN, &[0xff; 256], RS256_E].concat();
        let rsa = [&[0; 16], &[0, 1][..], b"a", &rsa].concat();
        let made = register(&party(), &ours, &data(0x45, &rsa)).unwrap();
        assert_eq!(made.key.algorithm(), "RS256");
        let extended = [with_key().as_slice(), &[0xa0]].concat();
        assert!(register(&party(), &ours, &data(0xc5, &extended)).is_some());
    }

    #[test]
    fn everything_else_is_no() {
        let ours = "http://localhost:8080";
        let good = client_data("webauthn.create", ours, "");
        let key = with_key();
        for (what, client, data) in [
            (
                "sign-in",
                client_data("webauthn.get", ours, ""),
                data(0x45, &key),
            ),
            (
                "another page",
                client_data("webauthn.create", "http://localhost:8081", ""),
                data(0x45, &key),
            ),
            (
                "a frame",
                client_data("webauthn.create", ours, r#","crossOrigin":true"#),
                data(0x45, &key),
            ),
            ("nobody there", good.clone(), data(0x44, &key)),
            ("not verified", good.clone(), data(0x41, &key)),
            ("no key", good.clone(), data(0x05, &key)),
            (
                "backed up without being able to",
                good.clone(),
                data(0x55, &key),
            ),
            (
                "more than said",
                good.clone(),
                data(0x45, &[key.as_slice(), &[0]].concat()),
            ),
            (
                "less than said",
                good.clone(),
                data(0x45, &key[..key.len() - 1]),
            ),
            (
                "extensions that are not there",
                good.clone(),
                data(0xc5, &key),
            ),
            ("nothing", good.clone(), Vec::new()),
            (
                "no name",
                good,
                [&[0; 32], &data(0x45, &key)[32..]].concat(),
            ),
            ("no JSON", Vec::new(), data(0x45, &key)),
        ] {
            assert!(register(&party(), &client, &data).is_none(), "{what}");
        }
    }
}
