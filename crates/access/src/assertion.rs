//! The signed assertion by which a machine client shows who it is (`private_key_jwt`, RFC 7523; SMART Backend Services).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use renkei_base::Micros;
use renkei_base::clock::Span;
use serde::Deserialize;

use crate::jwks::Algorithm;

/// Bytes of an assertion.
const BYTES: usize = 8 * 1024;
/// Bytes of a `jti`.
const JTI: std::ops::RangeInclusive<usize> = 1..=255;

/// What an assertion says; nothing of it is true before [`crate::jwks::KeySet::verify`] has said so.
#[derive(Debug)]
pub(crate) struct Assertion<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
    pub(crate) claims: Claims,
    /// What was signed: header and claims as sent.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that must be understood; none is.
    #[serde(default, deserialize_with = "there")]
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    pub(crate) jti: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What is wrong with an assertion whose signature is right. Said to the client, which has shown who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    #[error("iss and sub must both be the client_id")]
    Subject,
    #[error("aud must be this server's token endpoint")]
    Audience,
    #[error("the assertion has expired (exp)")]
    Expired,
    #[error("exp must be at most five minutes in the future")]
    Long,
    #[error("the assertion is not valid yet (nbf, iat)")]
    Early,
    #[error("jti must have 1 to 255 characters")]
    Jti,
    #[error("this assertion (jti) was used before")]
    Replayed,
}

impl<'a> Assertion<'a> {
    /// Reads the compact form; `None` for what is none, or is signed in a way that is not offered.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > BYTES {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = part(header)?;
        let typ = header
            .typ
            .as_deref()
            .is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"));
        if !typ || header.crit.is_some() {
            return None;
        }
        Some(Self {
            algorithm: Algorithm::from_code(&header.alg)?,
            kid: header.kid?,
            claims: part(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }
}

/// Whatever stands there, `null` too.
fn there<'de, D>(value: D) -> Result<Option<serde::de::IgnoredAny>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    serde::de::IgnoredAny::deserialize(value).map(Some)
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Claims {
    /// Whether the claims fit this client, this server and this moment. Returns until when the `jti` must be remembered.
    pub(crate) fn check(
        &self,
        client: &str,
        audiences: &[String],
        now: Micros,
        longest: Span,
        skew: Span,
    ) -> Result<Micros, AssertionFault> {
        if self.iss != client || self.sub != client {
            return Err(AssertionFault::Subject);
        }
        if !self.aud.is_any_of(audiences) {
            return Err(AssertionFault::Audience);
        }
        let exp = instant(self.exp);
        if exp + skew <= now {
            return Err(AssertionFault::Expired);
        }
        if exp > now + longest + skew {
            return Err(AssertionFault::Long);
        }
        let begins = [self.nbf, self.iat].into_iter().flatten().map(instant);
        if begins.max().is_some_and(|begin| begin > now + skew) {
            return Err(AssertionFault::Early);
        }
        if !JTI.contains(&self.jti.len()) {
            return Err(AssertionFault::Jti);
        }
        Ok(exp + skew)
    }
}

impl Audience {
    fn is_any_of(&self, audiences: &[String]) -> bool {
        match self {
            Self::One(one) => audiences.contains(one),
            Self::Several(several) => several.iter().any(|one| audiences.contains(one)),
        }
    }
}

/// Seconds since 1970, with a fraction or without (RFC 7519 §2, NumericDate).
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float out of range becomes the nearest instant there is"
)]
fn instant(seconds: f64) -> Micros {
    Micros((seconds * 1_000_000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_testkit::Signer;

    const US: &str = "http://localhost:8080/oauth2/token";

    fn check(claims: &str) -> Result<Micros, AssertionFault> {
        let claims: Claims = serde_json::from_str(claims).unwrap();
        let now = Micros(1_000_000_000);
        let (longest, skew) = (Span::minutes(5), Span::seconds(60));
        claims.check("c", &[US.to_owned()], now, longest, skew)
    }

    fn claims(more: &str) -> String {
        format!(r#"{{"iss":"c","sub":"c","aud":"{US}","jti":"1",{more}}}"#)
    }

    #[test]
    fn an_assertion_lives_five_minutes_with_a_minute_of_grace() {
        assert_eq!(check(&claims(r#""exp":1300"#)), Ok(Micros(1_360_000_000)));
        assert_eq!(check(&claims(r#""exp":1299.5"#)), Ok(Micros(1_359_500_000)));
        assert!(check(&claims(r#""exp":1360"#)).is_ok());
        assert_eq!(check(&claims(r#""exp":1361"#)), Err(AssertionFault::Long));
        assert_eq!(check(&claims(r#""exp":1e300"#)), Err(AssertionFault::Long));
        assert!(check(&claims(r#""exp":941"#)).is_ok());
        assert_eq!(check(&claims(r#""exp":940"#)), Err(AssertionFault::Expired));
        assert_eq!(
            check(&claims(r#""exp":-1e300"#)),
            Err(AssertionFault::Expired)
        );
        assert!(check(&claims(r#""exp":1300,"iat":1060"#)).is_ok());
        for begins in ["iat", "nbf"] {
            let early = claims(&format!(r#""exp":1300,"{begins}":1061"#));
            assert_eq!(check(&early), Err(AssertionFault::Early));
        }
    }

    #[test]
    fn it_names_the_client_twice_and_this_server() {
        let good = claims(r#""exp":1300"#);
        for (from, to, fault) in [
            (r#""iss":"c""#, r#""iss":"d""#, AssertionFault::Subject),
            (r#""sub":"c""#, r#""sub":"d""#, AssertionFault::Subject),
            ("localhost", "elsewhere", AssertionFault::Audience),
            (r#""jti":"1""#, r#""jti":"""#, AssertionFault::Jti),
        ] {
            assert_eq!(check(&good.replace(from, to)), Err(fault));
        }
        let several = good.replace(&format!(r#""{US}""#), &format!(r#"["x","{US}"]"#));
        assert!(check(&several).is_ok());
        assert_eq!(
            check(&good.replace(&format!(r#""{US}""#), "[]")),
            Err(AssertionFault::Audience)
        );
    }

    #[test]
    fn only_the_compact_form_with_a_known_algorithm() {
        let signer = Signer::es384("k");
        let body = claims(r#""exp":1300"#);
        let parsed = |header: &str| {
            let text = signer.jwt_with(header, &body);
            Assertion::parse(&text).map(|one| (one.kid, one.signature.len()))
        };
        assert_eq!(
            parsed(r#"{"alg":"ES384","kid":"k","typ":"JWT"}"#),
            Some(("k".to_owned(), 96))
        );
        for header in [
            r#"{"alg":"none","kid":"k"}"#,
            r#"{"alg":"HS384","kid":"k"}"#,
            r#"{"alg":"ES256","kid":"k"}"#,
            r#"{"alg":"ES384"}"#,
            r#"{"alg":"ES384","kid":"k","crit":["exp"]}"#,
            r#"{"alg":"ES384","kid":"k","crit":null}"#,
            r#"{"alg":"ES384","kid":"k","typ":"at+jwt"}"#,
            r#"{"alg":"ES384","alg":"none","kid":"k"}"#,
            r"[]",
        ] {
            assert_eq!(parsed(header), None, "{header}");
        }
        for text in ["", ".", "..", "a.b.c", "a.b.c.d"] {
            assert!(Assertion::parse(text).is_none(), "{text}");
        }
    }
}
