//! Finds out whether the audit is as it was written: every row hashed again, every head looked for.

use std::collections::BTreeMap;

use crate::anchor::{self, ACTION, Anchor};
use crate::audit::{COLUMNS, GENESIS, NEXT_CHAIN, Sealed, fixed};
use crate::db::Value;
use crate::{Store, StoreError};

const AT: &str = "select hash from audit where chain = $1 and seq = $2";
/// Rows read at a time.
const ROWS: i64 = 2_000;

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// This row does not follow from the one before it: it was changed, or stands in another's place.
    Changed { chain: String, seq: i64 },
    /// Rows are gone from within the chain.
    Missing { chain: String, from: i64, to: i64 },
    /// A head that was written elsewhere is not in the chain: its tail was cut off or written anew.
    Head { chain: String, seq: i64 },
    /// The file of heads has a line that is none, or is gone while there are rows.
    HeadsFile { line: usize },
}

/// What verification found. Without problems the audit is as it was written, up to the last head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rows of each chain.
    pub rows: BTreeMap<String, u64>,
    /// Heads that were looked for.
    pub heads: u64,
    pub problems: Vec<Problem>,
}

impl Verdict {
    pub fn sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Store {
    /// Reads the whole audit and the file of heads. `progress` is told the number of rows read so far.
    pub async fn verify_audit(
        &self,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Verdict, StoreError> {
        let mut verdict = Verdict::default();
        let mut heads = self.told_outside(&mut verdict).await?;
        let mut chain = String::new();
        while let Some(next) = self.next_audit_chain(&chain).await? {
            chain = next;
            let rows = self
                .verify_chain(&chain, &mut verdict, &mut heads, &mut progress)
                .await?;
            verdict.rows.insert(chain.clone(), rows);
        }
        if heads.is_empty() && !verdict.rows.is_empty() {
            verdict.problems.push(Problem::HeadsFile { line: 0 });
        }
        for head in &heads {
            self.verify_head(head, &mut verdict).await?;
        }
        verdict.heads = heads.len() as u64;
        verdict.problems.sort();
        verdict.problems.dedup();
        Ok(verdict)
    }

    async fn next_audit_chain(&self, chain: &str) -> Result<Option<String>, StoreError> {
        let rows = self
            .db()
            .query_audit(NEXT_CHAIN, vec![chain.into()])
            .await?;
        let names = rows
            .iter()
            .map(|row| row.text_opt(0))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(names.into_iter().flatten().min().map(str::to_owned))
    }

    async fn verify_chain(
        &self,
        chain: &str,
        verdict: &mut Verdict,
        heads: &mut Vec<Anchor>,
        progress: &mut (impl FnMut(u64) + Send),
    ) -> Result<u64, StoreError> {
        let before: u64 = verdict.rows.values().sum();
        let mut link = Link::start(chain);
        loop {
            let params: Vec<Value> = vec![chain.into(), link.seq.into(), ROWS.into()];
            let rows = self.db().query_audit(after(), params).await?;
            for row in &rows {
                let Ok(sealed) = Sealed::from_row(row) else {
                    // Values of types that no writer writes.
                    verdict.problems.extend(link.unreadable(row.int(1)?));
                    continue;
                };
                if sealed.record.action == ACTION {
                    heads.extend(Anchor::from_text(&sealed.record.detail));
                }
                verdict.problems.extend(link.follow(&sealed));
            }
            progress(before + link.rows);
            if rows.is_empty() {
                return Ok(link.rows);
            }
        }
    }

    async fn verify_head(&self, head: &Anchor, verdict: &mut Verdict) -> Result<(), StoreError> {
        let params: Vec<Value> = vec![head.chain.as_str().into(), head.seq.into()];
        let rows = self.db().query_audit(AT, params).await?;
        let there = match rows.first() {
            Some(row) => fixed(row.bytes(0)?).is_ok_and(|hash| hash == head.hash),
            None => false,
        };
        if !there {
            verdict.problems.push(Problem::Head {
                chain: head.chain.clone(),
                seq: head.seq,
            });
        }
        Ok(())
    }

    async fn told_outside(&self, verdict: &mut Verdict) -> Result<Vec<Anchor>, StoreError> {
        let path = anchor::file(self.folder());
        let text = match tokio::fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                verdict.problems.push(Problem::HeadsFile { line: 0 });
                return Ok(Vec::new());
            }
            Err(error) => return Err(StoreError::Audit(error.to_string())),
        };
        let mut heads = Vec::new();
        for (number, line) in text.lines().enumerate() {
            match line
                .split_once(' ')
                .and_then(|(_, anchor)| Anchor::from_text(anchor))
            {
                Some(head) => heads.push(head),
                None => verdict
                    .problems
                    .push(Problem::HeadsFile { line: number + 1 }),
            }
        }
        Ok(heads)
    }
}

fn after() -> String {
    format!("select {COLUMNS} from audit where chain = $1 and seq > $2 order by seq limit $3")
}

/// How far a chain has been followed.
struct Link<'a> {
    chain: &'a str,
    seq: i64,
    hash: [u8; 32],
    rows: u64,
}

impl<'a> Link<'a> {
    const fn start(chain: &'a str) -> Self {
        Self {
            chain,
            seq: 0,
            hash: GENESIS,
            rows: 0,
        }
    }

    fn unreadable(&mut self, seq: i64) -> Option<Problem> {
        let chain = self.chain.to_owned();
        (self.seq, self.hash, self.rows) = (seq, GENESIS, self.rows + 1);
        Some(Problem::Changed { chain, seq })
    }

    /// The next row. After a problem the chain is followed on from what the row says, so that each is told once.
    fn follow(&mut self, row: &Sealed) -> Option<Problem> {
        let chain = self.chain.to_owned();
        let hash = row.record.hash(self.chain, row.seq, &self.hash);
        let problem = if row.seq != self.seq + 1 {
            Some(Problem::Missing {
                chain,
                from: self.seq + 1,
                to: row.seq - 1,
            })
        } else if hash.as_slice() != row.hash {
            Some(Problem::Changed {
                chain,
                seq: row.seq,
            })
        } else {
            None
        };
        self.seq = row.seq;
        self.rows += 1;
        self.hash = fixed(&row.hash).unwrap_or(GENESIS);
        problem
    }
}
