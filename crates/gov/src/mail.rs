//! Mails of the governance plane: to whom they go, and how the outbox is worked off. A mail names what is asked and until
//! when, and has a link; never a person, never an answer.
//!
//! | file | holds |
//! |---|---|
//! | [`deliver`] | takes mails from the outbox, one at a time, and hands them to a carrier |
//! | [`place`] | where an institution reads, and one of its people |
//! | `handing` | that questions were handed to a colleague |

pub mod deliver;
pub(crate) mod handing;
pub mod place;

use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_store::{Changes, Failure, Note, Store, StoreError};
use serde::{Deserialize, Serialize};

/// Kinds of mail; the texts are `mail-KIND-subject` and `mail-KIND-body`.
pub const KINDS: [&str; 5] = [
    "survey-before",
    "survey-after",
    "confirmation-before",
    "confirmation-after",
    handing::KIND,
];

/// Characters of an address (RFC 5321).
const ADDRESS_CHARS: usize = 254;

/// Values of a mail's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The survey's or the round's name.
    pub title: String,
    /// In English, where there is one.
    pub english: String,
    /// Who asks.
    pub owner: String,
    /// The last day: `2026-12-20`.
    pub day: String,
    /// Days until it, or since.
    pub days: i64,
    /// Where to go on: `/surveys/home-care-2026/answer`.
    pub path: String,
}

impl Details {
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A person wants a mail of this log to be sent once more: it had failed, or nobody knows. Who may is asked before.
///
/// # Errors
/// `NotFound` where it is not in this log, or not so.
pub async fn send_again(store: &Store, ctx: &Ctx, topic: &str, mail: &Id) -> Result<(), Failure> {
    let done = send_again_tried(store, ctx, topic, mail).await;
    let note = Note::new("survey.mail-again").detail(topic);
    store.noted(ctx, note, done).await
}

async fn send_again_tried(store: &Store, ctx: &Ctx, topic: &str, mail: &Id) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.send_mail_again(mail, topic, ctx.at);
    changes.note(Note::new("survey.mail-again").detail(topic));
    match store.commit(ctx, changes).await {
        Err(StoreError::Conflict(_)) => Err(Refusal::NotFound.into()),
        done => {
            done?;
            Ok(())
        }
    }
}

/// An address as typed, or empty. Looked at for slips only: whether somebody reads there, nobody can tell.
pub fn address(field: &'static str, typed: &str) -> Result<String, Fault> {
    let typed = text::usual_width(typed);
    let address = text::line(field, typed.trim(), ADDRESS_CHARS)?;
    if address.is_empty() || is_address(&address) {
        Ok(address)
    } else {
        Err(Fault::new(field, "fault-survey-mail"))
    }
}

fn is_address(address: &str) -> bool {
    let plain = address.bytes().all(|b| {
        b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'(' | b')' | b',' | b';' | b':' | b'"')
    });
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let labels = domain.split('.');
    let named = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    plain
        && !local.is_empty()
        && !local.contains('@')
        && local.len() <= 64
        && domain.contains('.')
        && labels.into_iter().all(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looked_at_for_slips() {
        for good in ["", "kaigo@city.meguro.example.jp", "ｋａ＠city.example.jp"] {
            assert!(address("mail", good).is_ok(), "{good}");
        }
        for wrong in [
            "kaigo",
            "a@b",
            "a@@b.jp",
            "a@b..jp",
            "a b@c.jp",
            "a@b.jp,c@d.jp",
            "在宅@b.jp",
            "a@-b.jp",
        ] {
            assert!(address("mail", wrong).is_err(), "{wrong}");
        }
    }
}
