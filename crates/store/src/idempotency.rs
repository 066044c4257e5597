//! Requests that are sent again: what the first of them came to is kept with its commit, for a day.
//!
//! A handle made by [`Store::once`] writes the row with everything that is committed through it. A second request under
//! the same key finds it ([`Store::done`]); one that runs at the same moment ends in a conflict, and then finds it.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::Key;

use crate::changes::Stored;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// How long a key is remembered.
pub const REMEMBERED: Span = Span::hours(24);

const DROP_OLD: &str = "delete from idempotency where at < $1";
/// One request may commit more than once (a document with its files); another one under the same key may not.
const KEEP: &str = "insert into idempotency (client, key, request, body, at, written, answer) \
    values ($1, $2, $3, $4, $5, $6, '') on conflict (client, key) do update \
    set written = idempotency.written || ' ' || excluded.written \
    where idempotency.request = excluded.request";
const ANSWER: &str = "update idempotency set answer = $3 where client = $1 and key = $2";
const DONE: &str =
    "select body, written, answer from idempotency where client = $1 and key = $2 and at >= $3";

/// Under which key a client sends something, and a hash of what it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub client: Id,
    /// SHA-256 of the client's key, in hex.
    pub key: String,
    /// SHA-256 of method, address and body, in hex.
    pub body: String,
}

/// What a request under this key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub body: String,
    /// What was written, with its versions, in the order of the commit.
    pub written: Vec<(Key, u32)>,
    /// What [`Changes::answer_once`] kept; empty without.
    pub answer: String,
}

impl Once {
    /// The steps beside what is written.
    pub(crate) fn steps(&self, ctx: &Ctx, written: &[Stored]) -> [Step; 2] {
        let written: Vec<String> = written
            .iter()
            .map(|one| format!("{}/{}", one.key, one.version))
            .collect();
        let params = vec![
            Value::from(&self.client),
            Value::from(self.key.as_str()),
            Value::from(&ctx.request),
            Value::from(self.body.as_str()),
            Value::from(ctx.at),
            Value::from(written.join(" ")),
        ];
        [
            Step::any(DROP_OLD, vec![(ctx.at - REMEMBERED).into()]),
            Step::one(KEEP, params, "idempotency"),
        ]
    }
}

impl Changes {
    /// Keeps how a request was answered, beside what it wrote.
    pub fn answer_once(&mut self, once: &Once, answer: &str) {
        let params = vec![
            Value::from(&once.client),
            Value::from(once.key.as_str()),
            Value::from(answer),
        ];
        self.steps.push(Step::any(ANSWER, params));
    }
}

impl Store {
    /// What was done under a key within the last day.
    pub async fn done(
        &self,
        client: &Id,
        key: &str,
        now: Micros,
    ) -> Result<Option<Done>, StoreError> {
        let params = vec![
            Value::from(client),
            Value::from(key),
            Value::from(now - REMEMBERED),
        ];
        let rows = self.db().query(DONE, params).await?;
        rows.first().map(done).transpose()
    }
}

fn done(row: &Row) -> Result<Done, StoreError> {
    let written = row.text(1)?.split_whitespace().map(written);
    Ok(Done {
        body: row.text(0)?.to_owned(),
        written: written.collect::<Result<_, _>>()?,
        answer: row.text(2)?.to_owned(),
    })
}

/// `Task/1/3`
fn written(text: &str) -> Result<(Key, u32), StoreError> {
    let parts = text.rsplit_once('/');
    parts
        .and_then(|(key, version)| Some((Key::from_reference(key)?, version.parse().ok()?)))
        .ok_or_else(|| StoreError::Corrupt("what a request wrote".to_owned()))
}
