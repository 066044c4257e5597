//! The change feed: every version written, in the order of each writer. Outbox of everything that follows changes.

use renkei_base::{Id, Micros};
use renkei_fhir::Key;

use crate::db::{Row, Value};
use crate::{Store, StoreError};

pub(crate) const INSERT: &str = "insert into feed (chain, seq, at, patient, typ, id, version, institution) \
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const HEAD: &str = "select max(seq) from feed where chain = $1";
const NEXT_CHAIN: &str = "select min(chain) from feed where chain > $1";
const AFTER: &str = "select seq, at, patient, typ, id, version, institution from feed \
    where chain = $1 and seq > $2 order by seq limit $3";

/// One version that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    pub at: Micros,
    pub patient: Option<Id>,
    pub key: Key,
    pub version: u32,
    /// The institution that owns the resource.
    pub institution: Option<Id>,
}

/// How far a reader of the feed has come: `write-0:17,write-1:4`. Starts empty.
pub type FeedCursor = String;

impl Fed {
    pub(crate) fn values(&self, chain: &str, seq: i64) -> Vec<Value> {
        vec![
            Value::from(chain),
            Value::from(seq),
            Value::from(self.at),
            Value::from(self.patient.as_ref().map_or("", Id::as_str)),
            Value::from(self.key.typ.as_str()),
            Value::from(&self.key.id),
            Value::from(i64::from(self.version)),
            Value::from(self.institution.as_ref()),
        ]
    }

    /// From a row of [`AFTER`].
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let patient = row.text(2)?;
        Ok(Self {
            at: row.micros(1)?,
            patient: if patient.is_empty() {
                None
            } else {
                Some(row.id(2)?)
            },
            key: Key::new(row.text(3)?, row.id(4)?),
            version: u32::try_from(row.int(5)?).unwrap_or_default(),
            institution: match row.text_opt(6)? {
                None => None,
                Some(_) => Some(row.id(6)?),
            },
        })
    }
}

pub(crate) fn parse(cursor: &str) -> Vec<(String, i64)> {
    cursor
        .split(',')
        .filter_map(|part| part.rsplit_once(':'))
        .filter_map(|(chain, seq)| Some((chain.to_owned(), seq.parse().ok()?)))
        .collect()
}

pub(crate) fn render(position: &[(String, i64)]) -> FeedCursor {
    let parts: Vec<String> = position
        .iter()
        .map(|(chain, seq)| format!("{chain}:{seq}"))
        .collect();
    parts.join(",")
}

impl Store {
    /// What was written after a cursor, at most `limit` of each writer, and the cursor to go on from.
    /// For the program's own followers: it is not filtered by anyone's rights.
    pub async fn feed(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<Fed>, FeedCursor), StoreError> {
        let mut position = parse(after);
        let mut fed = Vec::new();
        for (chain, written) in self.written_after(&position, limit).await? {
            let Some((last, _)) = written.last() else {
                continue;
            };
            let last = *last;
            position.retain(|(name, _)| *name != chain);
            position.push((chain, last));
            fed.extend(written.into_iter().map(|(_, fed)| fed));
        }
        fed.sort_by_key(|fed| fed.at);
        Ok((fed, render(&position)))
    }

    /// Of each writer what it wrote after its place in `position`, at most `limit`, with its numbers.
    pub(crate) async fn written_after(
        &self,
        position: &[(String, i64)],
        limit: u32,
    ) -> Result<Vec<(String, Vec<(i64, Fed)>)>, StoreError> {
        let mut written = Vec::new();
        let mut chain = String::new();
        while let Some(next) = self.next_feed_chain(&chain).await? {
            chain = next;
            let seen = position
                .iter()
                .find(|(name, _)| *name == chain)
                .map_or(0, |(_, seq)| *seq);
            let params = vec![chain.as_str().into(), seen.into(), i64::from(limit).into()];
            let rows = self.db().query(AFTER, params).await?;
            let read = rows
                .iter()
                .map(|row| Ok((row.int(0)?, Fed::from_row(row)?)));
            let read = read.collect::<Result<Vec<_>, StoreError>>()?;
            written.push((chain.clone(), read));
        }
        Ok(written)
    }

    /// The writer after this one.
    pub(crate) async fn next_feed_chain(&self, chain: &str) -> Result<Option<String>, StoreError> {
        let rows = self.db().query(NEXT_CHAIN, vec![chain.into()]).await?;
        let next = rows
            .first()
            .map(|row| row.text_opt(0))
            .transpose()?
            .flatten();
        Ok(next.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let position = vec![("write-0".to_owned(), 17), ("write-1".to_owned(), 4)];
        assert_eq!(parse(&render(&position)), position);
        assert_eq!(parse(""), Vec::new());
    }
}
