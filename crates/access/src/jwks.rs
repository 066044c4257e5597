//! Public keys of machine clients (JWK Sets, RFC 7517), and signatures checked with them.
//!
//! Only what SMART Backend Services asks for: ES384 (P-384) and RS384 (2048 bits or more). There is no algorithm in here
//! by which somebody who knows a public key could sign.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// Bytes of a key set.
const BYTES: usize = 64 * 1024;
/// Keys of one client: old and new ones beside each other while they are changed.
const KEYS: usize = 16;
/// Bytes of an RSA modulus: 2048 to 8192 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// Bytes of a P-384 coordinate.
const COORDINATE: usize = 48;

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Es384,
    Rs384,
}

impl Algorithm {
    pub const ALL: [Self; 2] = [Self::Es384, Self::Rs384];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Es384 => "ES384",
            Self::Rs384 => "RS384",
        }
    }

    /// `None` for everything else: `none` and `HS384` are not algorithms here.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Why a key set cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("larger than 64 KB")]
    Large,
    #[error("not a JWK Set: a JSON object with `keys`")]
    Form,
    #[error("holds a private or a shared key; give the public ones only")]
    Secret,
    #[error("a key without `kid`, or two with the same")]
    Kid,
    #[error(
        "a key that cannot be used: EC on P-384 (ES384) or RSA from 2048 bits (RS384) is needed"
    )]
    Kind,
    #[error("more than 16 keys")]
    Many,
    #[error("no key for signatures")]
    None,
}

impl KeyFault {
    /// The message key for people.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Secret => "fault-client-keys-secret",
            Self::Large | Self::Form | Self::Kid | Self::Kind | Self::Many | Self::None => {
                "fault-client-keys"
            }
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    /// The secret part of an EC or an RSA key.
    d: Option<serde::de::IgnoredAny>,
    /// A shared secret.
    k: Option<serde::de::IgnoredAny>,
}

/// One usable public key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    kid: String,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    /// 0x04, x, y.
    P384(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// The keys of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// From the text of a JWK Set. Keys for encryption are passed over; everything else must be usable.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if text.len() > BYTES {
            return Err(KeyFault::Large);
        }
        let set: Set = serde_json::from_str(text).map_err(|_| KeyFault::Form)?;
        if set.keys.len() > KEYS {
            return Err(KeyFault::Many);
        }
        let mut keys: Vec<Key> = Vec::new();
        for jwk in set.keys {
            if jwk.d.is_some() || jwk.k.is_some() || jwk.kty == "oct" {
                return Err(KeyFault::Secret);
            }
            if jwk
                .purpose
                .as_deref()
                .is_some_and(|purpose| purpose != "sig")
            {
                continue;
            }
            let key = key_from(jwk)?;
            if keys.iter().any(|other| other.kid == key.kid) {
                return Err(KeyFault::Kid);
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyFault::None);
        }
        Ok(Self(keys))
    }

    /// The names of the keys.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.kid.as_str())
    }

    /// Whether the key of this name signed `message` in this way.
    pub fn verify(
        &self,
        kid: &str,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let key = self.0.iter().find(|key| key.kid == kid);
        match key.map(|key| &key.material) {
            Some(material) => material.verify(algorithm, message, signature),
            None => absent(algorithm, message, signature),
        }
    }
}

/// For a client or a key that is not there: as much work, and always no.
pub(crate) fn absent(algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let nobody = match algorithm {
        // The curve's own generator, whose secret is 1: only its answer is not used.
        Algorithm::Es384 => Material::P384(hex::decode(P384_GENERATOR).unwrap_or_default()),
        Algorithm::Rs384 => Material::Rsa {
            n: vec![0xff; 256],
            e: vec![1, 0, 1],
        },
    };
    let _unused = nobody.verify(algorithm, message, signature);
    false
}

/// FIPS 186-4, D.1.2.4.
const P384_GENERATOR: &str = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7\
     3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";

impl Material {
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::P384(point), Algorithm::Es384) => {
                UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
            (Self::Rsa { n, e }, Algorithm::Rs384) => RsaPublicKeyComponents { n, e }
                .verify(&signature::RSA_PKCS1_2048_8192_SHA384, message, signature)
                .is_ok(),
            _ => false,
        }
    }
}

fn key_from(jwk: Jwk) -> Result<Key, KeyFault> {
    let kid = jwk.kid.filter(|kid| !kid.is_empty() && kid.len() <= 255);
    let kid = kid.ok_or(KeyFault::Kid)?;
    let (material, algorithm) = match jwk.kty.as_str() {
        "EC" if jwk.crv.as_deref() == Some("P-384") => {
            let (x, y) = (bytes(jwk.x.as_deref())?, bytes(jwk.y.as_deref())?);
            if x.len() != COORDINATE || y.len() != COORDINATE {
                return Err(KeyFault::Kind);
            }
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            (Material::P384(point), Algorithm::Es384)
        }
        "RSA" => {
            let (n, e) = (bytes(jwk.n.as_deref())?, bytes(jwk.e.as_deref())?);
            if !MODULUS.contains(&n.len()) || n.first().is_none_or(|first| *first < 0x80) {
                return Err(KeyFault::Kind);
            }
            (Material::Rsa { n, e }, Algorithm::Rs384)
        }
        _ => return Err(KeyFault::Kind),
    };
    if jwk.alg.is_some_and(|alg| alg != algorithm.code()) {
        return Err(KeyFault::Kind);
    }
    Ok(Key { kid, material })
}

fn bytes(text: Option<&str>) -> Result<Vec<u8>, KeyFault> {
    let text = text.ok_or(KeyFault::Kind)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyFault::Kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_testkit::Signer;

    fn said(set: &str) -> KeyFault {
        KeySet::parse(set).unwrap_err()
    }

    #[test]
    fn a_key_fits_what_it_signed_and_nothing_else() {
        for (one, other) in [
            (Signer::es384("a"), Signer::es384("a")),
            (Signer::rs384("a"), Signer::es384("a")),
        ] {
            let keys = KeySet::parse(&one.jwks()).unwrap();
            let algorithm = Algorithm::from_code(one.algorithm()).unwrap();
            let sign = one.sign(b"words");
            assert!(keys.verify("a", algorithm, b"words", &sign));
            assert!(!keys.verify("b", algorithm, b"words", &sign));
            assert!(!keys.verify("a", algorithm, b"other words", &sign));
            assert!(!keys.verify("a", algorithm, b"words", &other.sign(b"words")));
            assert!(!keys.verify("a", algorithm, b"words", b""));
            for wrong in Algorithm::ALL.into_iter().filter(|one| *one != algorithm) {
                assert!(!keys.verify("a", wrong, b"words", &sign));
            }
        }
    }

    #[test]
    fn nobody_s_key_is_a_point_of_the_curve_and_never_fits() {
        let point = hex::decode(P384_GENERATOR).unwrap();
        assert_eq!(point.len(), 1 + 2 * COORDINATE);
        for algorithm in Algorithm::ALL {
            assert!(!absent(algorithm, b"words", &[1; 96]));
        }
    }

    #[test]
    fn only_algorithms_with_a_public_key() {
        for code in ["none", "HS256", "HS384", "RS256", "ES256", "es384", ""] {
            assert_eq!(Algorithm::from_code(code), None, "{code}");
        }
    }

    #[test]
    fn a_set_that_cannot_be_used_says_why() {
        let public = Signer::es384("a").jwk();
        let set = |key: &str| format!(r#"{{"keys":[{key}]}}"#);
        assert_eq!(said("[]"), KeyFault::Form);
        assert_eq!(said(&public), KeyFault::Form);
        assert_eq!(said(r#"{"keys":[]}"#), KeyFault::None);
        assert_eq!(said(&set(&format!("{public},{public}"))), KeyFault::Kid);
        let secret = public.replacen('{', r#"{"d":"AA","#, 1);
        assert_eq!(said(&set(&secret)), KeyFault::Secret);
        assert_eq!(
            said(&set(r#"{"kty":"oct","kid":"a","k":"AAAA"}"#)),
            KeyFault::Secret
        );
        let p256 = public.replace("P-384", "P-256");
        assert_eq!(said(&set(&p256)), KeyFault::Kind);
        let nameless = public.replace(r#""kid":"a""#, r#""kid":"""#);
        assert_eq!(said(&set(&nameless)), KeyFault::Kid);
        let small = format!(
            r#"{{"kty":"RSA","kid":"a","n":"{}","e":"AQAB"}}"#,
            "_".repeat(171)
        );
        assert_eq!(said(&set(&small)), KeyFault::Kind);
        let crypt = public.replacen('{', r#"{"use":"enc","#, 1);
        assert_eq!(said(&set(&crypt)), KeyFault::None);
        assert_eq!(said(&" ".repeat(BYTES + 1)), KeyFault::Large);
    }
}
