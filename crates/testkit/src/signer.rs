//! Keys of machine clients in tests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA384, RsaKeyPair,
};

/// A key pair that signs assertions.
#[derive(Debug)]
pub struct Signer {
    kid: String,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    P384(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    /// A new pair on P-384.
    pub fn es384(kid: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key pair");
        Self::from_pkcs8(kid, document.as_ref())
    }

    /// A P-384 pair from PKCS #8.
    pub fn from_pkcs8(kid: &str, document: &[u8]) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document, &random).expect("PKCS #8");
        Self {
            kid: kid.to_owned(),
            pair: Pair::P384(pair),
        }
    }

    /// The one RSA pair of the tests: making one takes seconds.
    pub fn rs384(kid: &str) -> Self {
        let pair = RsaKeyPair::from_pkcs8(include_bytes!("rsa-of-the-tests.p8")).expect("PKCS #8");
        Self {
            kid: kid.to_owned(),
            pair: Pair::Rsa(pair),
        }
    }

    pub const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::P384(_) => "ES384",
            Pair::Rsa(_) => "RS384",
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::P384(pair) => pair
                .sign(&random, message)
                .expect("signed")
                .as_ref()
                .to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA384, &random, message, &mut signature)
                    .expect("signed");
                signature
            }
        }
    }

    /// The public key as a JWK.
    pub fn jwk(&self) -> String {
        let kid = &self.kid;
        match &self.pair {
            Pair::P384(pair) => {
                let point = pair.public_key().as_ref();
                let halves = point.get(1..).and_then(|both| both.split_at_checked(48));
                let (x, y) = halves.expect("an uncompressed point");
                let (x, y) = (text(x), text(y));
                format!(
                    r#"{{"kty":"EC","crv":"P-384","kid":"{kid}","alg":"ES384","x":"{x}","y":"{y}"}}"#
                )
            }
            Pair::Rsa(pair) => {
                let parts = ring::signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (text(&parts.n), text(&parts.e));
                format!(r#"{{"kty":"RSA","kid":"{kid}","alg":"RS384","n":"{n}","e":"{e}"}}"#)
            }
        }
    }

    pub fn jwks(&self) -> String {
        format!(r#"{{"keys":[{}]}}"#, self.jwk())
    }

    /// A signed assertion of these claims (JSON).
    pub fn jwt(&self, claims: &str) -> String {
        let header = format!(
            r#"{{"alg":"{}","kid":"{}","typ":"JWT"}}"#,
            self.algorithm(),
            self.kid
        );
        self.jwt_with(&header, claims)
    }

    /// As [`Signer::jwt`], with any header.
    pub fn jwt_with(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", text(header.as_bytes()), text(claims.as_bytes()));
        let signature = text(&self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
