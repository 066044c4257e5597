//! The audit, for auditors. Reading it is an act of its own and stands in it.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::name::search_key;
use renkei_base::{Ctx, Id, Micros};
use renkei_store::{AuditFilter, AuditRow, Changes, Failure, Note, Store, Verdict};

use crate::Access;
use crate::policy::{Action, Facts, permit};

/// Rows that one export takes at most.
pub const EXPORT_ROWS: usize = 50_000;
/// Rows read at a time.
const ROWS: usize = 1_000;
/// People that a name may mean, as they are offered.
const OFFERED: usize = 20;
/// The setting that keeps what the last verification found.
const VERIFIED: &str = "audit-verified";

/// One row, with the names of people in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    pub row: AuditRow,
    /// Empty for visitors and for the program itself.
    pub who: String,
    /// To whom it was done (`account=…` of the detail); empty where to nobody.
    pub whom: String,
}

/// Somebody whom a typed name may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPerson {
    pub id: Id,
    pub login: String,
    pub name: String,
    pub institution: Option<Id>,
}

/// What the last verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    pub at: Micros,
    pub rows: u64,
    pub problems: u64,
}

impl Access {
    /// Rows of the audit, newest first.
    pub async fn audit_rows(
        &self,
        ctx: &Ctx,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditLine>, Failure> {
        self.noted(ctx, "audit.read", filter).await?;
        let rows = self.store.audit_rows(filter).await?;
        self.lines(rows).await
    }

    /// The same for a file: up to [`EXPORT_ROWS`] rows, and whether there would have been more.
    pub async fn audit_export(
        &self,
        ctx: &Ctx,
        filter: &AuditFilter,
    ) -> Result<(Vec<AuditLine>, bool), Failure> {
        self.noted(ctx, "audit.export", filter).await?;
        let mut rows: Vec<AuditRow> = Vec::new();
        let mut next = AuditFilter {
            limit: ROWS,
            ..filter.clone()
        };
        while rows.len() < EXPORT_ROWS {
            let some = self.store.audit_rows(&next).await?;
            let full = some.len() == ROWS;
            next.after = some.last().map(|row| (row.at, row.chain.clone(), row.seq));
            rows.extend(some);
            if !full {
                return Ok((self.lines(rows).await?, false));
            }
        }
        Ok((self.lines(rows).await?, true))
    }

    /// Refused acts of a time by their action, most frequent first; `most` rows are looked at.
    pub async fn refusals(
        &self,
        ctx: &Ctx,
        from: Micros,
        most: usize,
    ) -> Result<Vec<(String, usize)>, Failure> {
        let filter = AuditFilter {
            from,
            until: ctx.at + renkei_base::clock::Span::seconds(1),
            refused: true,
            limit: most,
            ..AuditFilter::default()
        };
        self.noted(ctx, "audit.read", &filter).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.store.audit_rows(&filter).await? {
            *counts.entry(row.action).or_default() += 1;
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(action, count)| (std::cmp::Reverse(*count), action.clone()));
        Ok(counts)
    }

    /// People whose name, reading or login holds these words: whom a filter may mean.
    pub async fn audit_people(&self, ctx: &Ctx, words: &str) -> Result<Vec<AuditPerson>, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let wanted = search_key(words);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let all = self.store.first_accounts(i64::MAX).await?;
        let found = all.into_iter().filter(|one| {
            one.login == wanted
                || [&one.login, &one.name, &one.kana]
                    .into_iter()
                    .any(|text| search_key(text).contains(&wanted))
        });
        let found = found.map(|one| AuditPerson {
            id: one.id,
            login: one.login,
            name: one.name,
            institution: one.institution,
        });
        Ok(found.take(OFFERED).collect())
    }

    /// The name of an account, for a filter by its id.
    pub async fn audit_person(&self, ctx: &Ctx, id: &Id) -> Result<Option<String>, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        Ok(self.store.account(id).await?.map(|account| account.name))
    }

    async fn noted(&self, ctx: &Ctx, action: &str, filter: &AuditFilter) -> Result<(), Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let detail = format!(
            "from={} until={} of={} institution={} patient={} what={} action={} refused={}",
            filter.from,
            filter.until,
            filter.account,
            filter.institution,
            filter.patient,
            filter.what,
            filter.action,
            filter.refused
        );
        self.store
            .audit(ctx, vec![Note::new(action).detail(detail)])
            .await?;
        Ok(())
    }

    async fn lines(&self, rows: Vec<AuditRow>) -> Result<Vec<AuditLine>, Failure> {
        let names = names(&self.store, &rows).await?;
        let name = |id: &str| names.get(id).cloned().unwrap_or_default();
        let lines = rows.into_iter().map(|row| AuditLine {
            who: name(&row.account),
            whom: name(subject(&row.detail).unwrap_or_default()),
            row,
        });
        Ok(lines.collect())
    }

    /// Reads the whole audit and says whether it is as it was written. `progress` is told the rows read so far.
    pub async fn verify_audit(
        &self,
        ctx: &Ctx,
        progress: impl FnMut(u64) + Send,
    ) -> Result<Verdict, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let verdict = self.store.verify_audit(progress).await?;
        let rows: u64 = verdict.rows.values().sum();
        let problems = verdict.problems.len();
        let mut changes = Changes::default();
        changes.set(VERIFIED, &format!("{} {rows} {problems}", ctx.at.0));
        changes.note(Note::new("audit.verify").detail(format!("problems={problems}")));
        self.store.commit(ctx, changes).await?;
        Ok(verdict)
    }

    /// What the last verification of an auditor found.
    pub async fn last_verified(&self, ctx: &Ctx) -> Result<Option<Verified>, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let text = self.store.setting(VERIFIED).await?;
        Ok(text.as_deref().and_then(verified))
    }
}

/// The account that a detail names as the one it was done to.
fn subject(detail: &str) -> Option<&str> {
    detail
        .split_whitespace()
        .find_map(|part| part.strip_prefix("account="))
}

async fn names(store: &Store, rows: &[AuditRow]) -> Result<BTreeMap<String, String>, Failure> {
    let whom = rows.iter().filter_map(|row| subject(&row.detail));
    let ids: BTreeSet<&str> = rows
        .iter()
        .map(|row| row.account.as_str())
        .chain(whom)
        .collect();
    let mut names = BTreeMap::new();
    for text in ids {
        let Ok(id) = text.parse::<Id>() else {
            continue;
        };
        if let Some(account) = store.account(&id).await? {
            names.insert(text.to_owned(), account.name);
        } else if let Some(client) = store.client(&id).await? {
            names.insert(text.to_owned(), client.name);
        }
    }
    Ok(names)
}

fn verified(text: &str) -> Option<Verified> {
    let mut parts = text.split(' ');
    Some(Verified {
        at: Micros(parts.next()?.parse().ok()?),
        rows: parts.next()?.parse().ok()?,
        problems: parts.next()?.parse().ok()?,
    })
}
