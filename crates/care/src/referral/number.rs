//! 紹介番号: `261122-7QX4-MZ3C`, unique without a counter that processes would have to share.
//!
//! The day in Japan, seven random characters and a check character, of an alphabet without I, L, O and U (Crockford).
//! 35 random bits a day: at 10,000 referrals a day two are the same about once in a thousand days, and then only the number
//! is; the case's id is what counts.

use renkei_base::Micros;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The number of a referral sent at that time.
pub fn number(at: Micros, secret: [u8; 32]) -> String {
    let day = at.in_japan().date();
    let mut text = format!("{:02}{:02}{:02}", day.year() % 100, day.month(), day.day());
    text.extend(
        secret
            .iter()
            .take(7)
            .map(|byte| character(u32::from(*byte))),
    );
    text.push(check_character(&text));
    let (date, rest) = text.split_at_checked(6).unwrap_or((&text, ""));
    let (first, last) = rest.split_at_checked(4).unwrap_or((rest, ""));
    format!("{date}-{first}-{last}")
}

/// Whether the check character fits. Dashes and case do not matter; I and L are 1, O is 0.
pub fn holds(number: &str) -> bool {
    let plain = plain(number);
    let mut body = plain.chars();
    let check = body.next_back();
    plain.len() == 14 && check == Some(check_character(body.as_str()))
}

/// A number as it is stored, of one as people type it; `None` where the check character does not fit.
pub fn written(typed: &str) -> Option<String> {
    let plain = plain(typed.trim());
    let (date, rest) = plain.split_at_checked(6).filter(|_| holds(&plain))?;
    let (first, last) = rest.split_at_checked(4)?;
    Some(format!("{date}-{first}-{last}"))
}

fn plain(number: &str) -> String {
    let letters = number.chars().filter(|c| *c != '-');
    let read = letters.map(|c| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    });
    read.collect()
}

fn character(value: u32) -> char {
    let at = usize::try_from(value % 32).unwrap_or(0);
    ALPHABET.get(at).map_or('0', |byte| char::from(*byte))
}

/// Luhn's rule with base 32: finds one wrong character and two neighbours swapped.
fn check_character(text: &str) -> char {
    let mut sum = 0;
    let mut double = true;
    for c in text.bytes().rev() {
        let at = ALPHABET.iter().position(|byte| *byte == c).unwrap_or(0);
        let value = u32::try_from(at).unwrap_or(0) * if double { 2 } else { 1 };
        sum += value / 32 + value % 32;
        double = !double;
    }
    character((32 - sum % 32) % 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found() {
        let at = Micros::from_fhir("2026-11-22T20:00:00Z").unwrap();
        let mut secret = [0; 32];
        for (at, byte) in secret.iter_mut().enumerate() {
            *byte = u8::try_from(at * 37 % 251).unwrap();
        }
        let number = number(at, secret);
        insta::assert_snapshot!(number, @"261123-05AF-MSY5");
        assert!(holds(&number) && holds(&number.to_ascii_lowercase().replace('-', "")));
        let chars: Vec<char> = number.chars().collect();
        for at in 0..chars.len() {
            let mut wrong = chars.clone();
            wrong[at] = if chars[at] == '7' { '8' } else { '7' };
            assert!(!holds(&wrong.iter().collect::<String>()), "{at}");
        }
    }
}
