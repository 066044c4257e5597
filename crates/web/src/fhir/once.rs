//! `Idempotency-Key`: a POST that is sent again within a day is answered as the first time, and done once.
//!
//! What is kept is what was written, not how it was said: the answer is read again, with today's rights.

use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use renkei_access::Interaction;
use renkei_base::Id;
use renkei_care::Care;
use renkei_care::fhir::{self, Denied, Outcome, Written};
use renkei_fhir::Key;
use renkei_fhir::bundle::Page;
use renkei_store::{Done, Once};
use sha2::{Digest, Sha256};

use super::act::{Place, base};
use super::asked::Asked;
use super::door::Guest;
use super::header::{Manner, Return, text};
use super::no::No;
use super::read::stamped;
use super::reply::Reply;
use crate::state::App;

/// A request with a key.
#[derive(Clone, Debug)]
pub(crate) struct Again {
    once: Once,
    /// The type in the address; empty for a Bundle of requests.
    kind: String,
}

impl Again {
    /// Of a POST that writes, where the client gives a key.
    pub(crate) fn of(
        guest: &Guest,
        headers: &HeaderMap,
        asked: &Asked,
    ) -> Result<Option<Self>, No> {
        let name = HeaderName::from_static("idempotency-key");
        let (Some(client), true) = (&guest.ctx.caller.account, headers.contains_key(&name)) else {
            return Ok(None);
        };
        if asked.method != Method::POST || asked.form {
            return Ok(None);
        }
        let key = text(headers, &name).filter(|key| (1..=255).contains(&key.len()));
        let key = key.ok_or_else(|| No::bad("invalid", "fhir-key-shape"))?;
        let condition = asked
            .conditions
            .if_none_exist
            .as_deref()
            .unwrap_or_default();
        Ok(Some(Self {
            once: Once {
                client: client.clone(),
                key: hash(&[key]),
                body: hash(&[&asked.path.join("/"), condition, &asked.json]),
            },
            kind: asked.path.first().cloned().unwrap_or_default(),
        }))
    }

    /// The key of one entry of a batch.
    pub(crate) fn entry(&self, number: usize, kind: &str) -> Self {
        Self {
            once: Once {
                key: hash(&[&self.once.key, &number.to_string()]),
                ..self.once.clone()
            },
            kind: kind.to_owned(),
        }
    }

    /// Writes through this are remembered under the key.
    pub(crate) fn care(&self, app: &App) -> Care {
        Care {
            store: app.care.store.once(self.once.clone()),
            ..app.care.clone()
        }
    }

    /// The answer, where this was done before.
    pub(crate) async fn done(
        &self,
        app: &App,
        guest: &Guest,
        manner: &Manner,
    ) -> Result<Option<Response>, No> {
        let place = Place {
            app,
            guest,
            manner,
            care: app.care.clone(),
        };
        let reply = self.reply(&place).await?;
        Ok(reply.map(|reply| reply.response(&base(app))))
    }

    /// As [`Again::done`], for an entry.
    pub(crate) async fn reply(&self, place: &Place<'_>) -> Result<Option<Reply>, No> {
        let ctx = &place.guest.ctx;
        let done = place
            .app
            .store
            .done(&self.once.client, &self.once.key, ctx.at)
            .await?;
        let Some(done) = done else {
            return Ok(None);
        };
        if done.body != self.once.body {
            let no = No::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "conflict",
                "fhir-key-other",
            );
            return Err(no);
        }
        if self.kind.is_empty() {
            return transaction(place, &done).await.map(Some);
        }
        // What was asked for, among all that one act may write.
        let asked = |(key, _): &&(Key, u32)| key.typ == self.kind;
        let written = done.written.iter();
        let first = written.clone().find(asked).or_else(|| done.written.first());
        match first {
            Some((key, version)) => reply(place, &Kept::again(key, *version)).await.map(Some),
            None => Ok(None),
        }
    }

    /// Keeps how each entry of a transaction was answered. Without it, a retry is told what was written.
    pub(crate) async fn keep(&self, place: &Place<'_>, written: &[Written]) {
        let kept: Vec<String> = written.iter().map(|one| Kept::of(one).to_text()).collect();
        let ctx = &place.guest.ctx;
        let remembered = fhir::remember(&place.app.care, ctx, &self.once, &kept.join(" ")).await;
        if let Err(error) = remembered {
            tracing::warn!(%error, "the answer to a retry is not kept");
        }
    }
}

fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// What one entry came to: `c/Task/1/3`, the letter for created, updated, same as before, deleted.
struct Kept {
    outcome: char,
    key: Key,
    version: u32,
}

impl Kept {
    fn of(written: &Written) -> Self {
        Self {
            outcome: match written.outcome {
                Outcome::Created => 'c',
                Outcome::Updated => 'u',
                Outcome::Unchanged => 's',
                Outcome::Deleted => 'd',
            },
            key: written.key.clone(),
            version: written.version,
        }
    }

    /// From what was written, where nothing more is known.
    fn again(key: &Key, version: u32) -> Self {
        Self {
            outcome: if version == 1 { 'c' } else { 'u' },
            key: key.clone(),
            version,
        }
    }

    fn to_text(&self) -> String {
        format!("{}/{}/{}", self.outcome, self.key, self.version)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let outcome = parts.next()?.chars().next()?;
        let typ = parts.next()?;
        let id: Id = parts.next()?.parse().ok()?;
        Some(Self {
            outcome,
            key: Key::new(typ, id),
            version: parts.next()?.parse().ok()?,
        })
    }
}

async fn transaction(place: &Place<'_>, done: &Done) -> Result<Reply, No> {
    let kept: Vec<Kept> = match done.answer.as_str() {
        "" => done
            .written
            .iter()
            .map(|(key, version)| Kept::again(key, *version))
            .collect(),
        answer => answer.split(' ').filter_map(Kept::parse).collect(),
    };
    let base = place.base();
    let mut entries = Vec::with_capacity(kept.len());
    for one in &kept {
        entries.push(reply(place, one).await?.entry(&base));
    }
    let page = Page {
        typ: "transaction-response",
        entries,
        ..Page::default()
    };
    Ok(Reply::ok(page.to_json()))
}

/// Whether this token, which need not be the one of the first time, would be shown what it writes.
fn sees(place: &Place<'_>, key: &Key) -> bool {
    use Interaction::{Create, Read, Search, Update};
    [Create, Read, Search, Update]
        .into_iter()
        .any(|act| place.guest.allows(&key.typ, act))
}

/// The version that was written, as it was answered then.
async fn reply(place: &Place<'_>, kept: &Kept) -> Result<Reply, No> {
    let status = match kept.outcome {
        'c' => StatusCode::CREATED,
        'd' => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    };
    let ctx = &place.guest.ctx;
    let stored = match fhir::read_version(&place.care, ctx, &kept.key, kept.version).await {
        Ok(Some(stored)) => stored,
        // Not to be seen any more, or by nobody: a gateway does not see what it brought in.
        Ok(None) | Err(Denied::NotOffered(_)) => return Ok(Reply::new(status)),
        Err(denied) => return Err(denied.into()),
    };
    let mut reply = Reply {
        status,
        ..stamped(&kept.key, kept.version, stored.updated)
    };
    if place.manner.give == Return::Representation && !stored.deleted && sees(place, &kept.key) {
        reply.body = Some(stored.resource.to_json());
    }
    Ok(reply)
}
