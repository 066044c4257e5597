//! Secrets that people carry: in a cookie, in a link. Only their hashes are stored, and they are never printed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// 256 bits as 64 hex digits: the value of the session cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// 256 bits as 64 hex digits: the last part of a one-time link.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

/// 256 bits as 64 hex digits: what a machine client sends with each request.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

macro_rules! token {
    ($name:ident, $label:literal) => {
        impl $name {
            pub fn new(secret: [u8; 32]) -> Self {
                Self(hex::encode(secret))
            }

            /// From a cookie or a URL; `None` for what cannot be one.
            pub fn parse(text: &str) -> Option<Self> {
                let fits = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                fits.then(|| Self(text.to_owned()))
            }

            /// The secret itself, for the cookie or the link and nothing else.
            pub fn reveal(&self) -> &str {
                &self.0
            }

            /// What is stored.
            pub(crate) fn hash(&self) -> String {
                digest($label, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

token!(SessionToken, "session");
token!(LinkToken, "link");
token!(AccessToken, "access");

impl SessionToken {
    /// The secret of this session's forms: sent in every form, and expected back (CSRF).
    /// For the sign-in form, which has no session yet, a cookie with a random token does the same.
    pub fn form_token(&self) -> String {
        self.form_mac()
            .map(|mac| hex::encode(mac.finalize().into_bytes()))
            .unwrap_or_default()
    }

    /// Whether a form came from a page of this session. Takes the same time for every wrong answer.
    pub fn form_token_fits(&self, sent: &str) -> bool {
        let (Some(mac), Ok(sent)) = (self.form_mac(), hex::decode(sent)) else {
            return false;
        };
        mac.verify_slice(&sent).is_ok()
    }

    fn form_mac(&self) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(b"form");
        Some(mac)
    }
}

/// SHA-256 as hex, apart for each use.
pub(crate) fn digest(label: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(label.as_bytes());
    hash.update([0]);
    hash.update(text.as_bytes());
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_64_hex_digits_and_is_not_printed() {
        let token = SessionToken::new([171; 32]);
        assert_eq!(SessionToken::parse(token.reveal()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "SessionToken(..)");
        assert_eq!(SessionToken::parse(""), None);
        assert_eq!(SessionToken::parse(&"A".repeat(64)), None);
        assert_eq!(SessionToken::parse(&"ａ".repeat(64)), None);
    }

    #[test]
    fn uses_have_different_hashes() {
        let (session, link) = (SessionToken::new([1; 32]), LinkToken::new([1; 32]));
        assert_ne!(session.hash(), link.hash());
        assert_ne!(session.hash(), session.reveal());
    }

    #[test]
    fn a_form_token_fits_its_session_only() {
        let (one, two) = (SessionToken::new([1; 32]), SessionToken::new([2; 32]));
        let sent = one.form_token();
        assert!(one.form_token_fits(&sent));
        assert!(!two.form_token_fits(&sent));
        assert!(!one.form_token_fits(""));
        assert!(!one.form_token_fits("zz"));
        assert!(!one.form_token_fits(sent.get(..62).unwrap()));
    }
}
