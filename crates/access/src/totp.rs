//! The second factor: six digits from an app, new every 30 seconds (RFC 6238).

use renkei_base::Micros;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret (RFC 4226 §4).
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;

/// A new secret, as hex.
pub(crate) fn new_secret(secret: [u8; 32]) -> String {
    let bytes: Vec<u8> = secret.into_iter().take(SECRET_BYTES).collect();
    hex::encode(bytes)
}

/// The step whose code this is, one step before and after allowed; `None` for a wrong code.
/// The caller sees to it that a step is used once.
pub(crate) fn step_of(secret: &str, code: &str, at: Micros) -> Option<i64> {
    let code: String = code.chars().filter_map(digit).collect();
    let seconds = u64::try_from(at.0 / 1_000_000).ok()?;
    let step = totp(secret)?.check(&code, seconds)?;
    i64::try_from(step).ok()
}

/// The code at an instant, for tests and for the sample region's tour.
pub fn code_at(secret: &str, at: Micros) -> Option<String> {
    let seconds = u64::try_from(at.0 / 1_000_000).ok()?;
    Some(totp(secret)?.generate(seconds).to_string())
}

/// When the code of this instant is replaced by the next.
pub fn next_step(at: Micros) -> Micros {
    let step = STEP_SECONDS * 1_000_000;
    Micros((at.0 / step + 1) * step)
}

/// The secret as people type it into an app.
pub(crate) fn base32(secret: &str) -> String {
    hex::decode(secret)
        .map(|bytes| Secret::new(bytes.into()).to_base32())
        .unwrap_or_default()
}

/// What the QR code holds (`otpauth:` URI as apps read it). It is drawn elsewhere.
pub(crate) fn uri(secret: &str, issuer: &str, login: &str) -> String {
    format!(
        "otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
        issuer = percent(issuer),
        login = percent(login),
        secret = base32(secret),
    )
}

fn totp(secret: &str) -> Option<Totp> {
    let bytes = hex::decode(secret).ok()?;
    Builder::new()
        .with_secret(Secret::new(bytes.into()))
        .build()
        .ok()
}

/// Digits in either width; blanks and hyphens between them are dropped, anything else makes the code wrong.
fn digit(c: char) -> Option<char> {
    match c {
        ' ' | '\u{3000}' | '-' => None,
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        other => Some(other),
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use renkei_base::clock::Span;

    use super::*;

    /// RFC 6238, appendix B: the ASCII secret `12345678901234567890`; its eight digits end in these six.
    const RFC: &str = "3132333435363738393031323334353637383930";

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            let at = Micros(seconds * 1_000_000);
            assert_eq!(code_at(RFC, at).as_deref(), Some(code));
            assert_eq!(step_of(RFC, code, at), Some(seconds / 30));
        }
    }

    #[test]
    fn one_step_of_slack() {
        let at = Micros(1_111_111_109 * 1_000_000);
        let code = code_at(RFC, at).unwrap();
        assert!(step_of(RFC, &code, at + Span::seconds(30)).is_some());
        assert!(step_of(RFC, &code, at - Span::seconds(30)).is_some());
        assert!(step_of(RFC, &code, at + Span::seconds(61)).is_none());
        assert!(step_of(RFC, &code, at - Span::seconds(61)).is_none());
    }

    #[test]
    fn as_people_type_it() {
        let at = Micros(59 * 1_000_000);
        assert!(step_of(RFC, "287 082", at).is_some());
        assert!(step_of(RFC, "２８７０８２", at).is_some());
        for wrong in ["", "28708", "2870822", "+87082", "28７O82", "abcdef"] {
            assert_eq!(step_of(RFC, wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn the_uri_says_who_and_where() {
        insta::assert_snapshot!(uri(RFC, "連携", "a@b"), @"otpauth://totp/%E9%80%A3%E6%90%BA:a%40b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E9%80%A3%E6%90%BA&algorithm=SHA1&digits=6&period=30");
        assert_eq!(next_step(Micros(59_000_000)), Micros(60_000_000));
        assert_eq!(next_step(Micros(60_000_000)), Micros(90_000_000));
    }
}
