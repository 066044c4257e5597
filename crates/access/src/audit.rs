//! The audit, for auditors. Reading it is an act of its own and stands in it.

use std::collections::BTreeMap;

use renkei_base::{Ctx, Id};
use renkei_store::{AuditFilter, AuditRow, Failure, Note, Verdict};

use crate::Access;
use crate::policy::{Action, Facts, permit};

/// One row, with the name of who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    pub row: AuditRow,
    /// Empty for visitors and for the program itself.
    pub who: String,
}

impl Access {
    /// Rows of the audit, newest first.
    pub async fn audit_rows(
        &self,
        ctx: &Ctx,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditLine>, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let detail = format!(
            "from={} until={} account={} institution={} patient={} action={} refused={}",
            filter.from,
            filter.until,
            filter.account,
            filter.institution,
            filter.patient,
            filter.action,
            filter.refused
        );
        self.store
            .audit(ctx, vec![Note::new("audit.read").detail(detail)])
            .await?;
        let rows = self.store.audit_rows(filter).await?;
        let names = self.names(&rows).await?;
        Ok(rows
            .into_iter()
            .map(|row| AuditLine {
                who: names.get(&row.account).cloned().unwrap_or_default(),
                row,
            })
            .collect())
    }

    async fn names(&self, rows: &[AuditRow]) -> Result<BTreeMap<String, String>, Failure> {
        let mut names = BTreeMap::new();
        for row in rows {
            let Ok(id) = row.account.parse::<Id>() else {
                continue;
            };
            if names.contains_key(&row.account) {
                continue;
            }
            let name = self.store.account(&id).await?.map(|account| account.name);
            names.insert(row.account.clone(), name.unwrap_or_default());
        }
        Ok(names)
    }

    /// Reads the whole audit and says whether it is as it was written. `progress` is told the rows read so far.
    pub async fn verify_audit(
        &self,
        ctx: &Ctx,
        progress: impl FnMut(u64) + Send,
    ) -> Result<Verdict, Failure> {
        permit(&ctx.caller, Action::AuditRead, &Facts::NONE)?;
        let verdict = self.store.verify_audit(progress).await?;
        let detail = format!("problems={}", verdict.problems.len());
        self.store
            .audit(ctx, vec![Note::new("audit.verify").detail(detail)])
            .await?;
        Ok(verdict)
    }
}
