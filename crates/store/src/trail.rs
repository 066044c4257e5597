//! The audit as auditors read it: newest first, filtered, in pages.

use renkei_base::Micros;

use crate::audit::{COLUMNS, SEGMENT, SEGMENTS, Sealed};
use crate::db::Value;
use crate::db::sqlite::READ_CHAIN;
use crate::{Store, StoreError};

/// What is looked for. Empty texts do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub from: Micros,
    /// Before this moment.
    pub until: Micros,
    pub account: String,
    pub institution: String,
    pub patient: String,
    /// The id of the resource concerned: a case's finds what was done to the case.
    pub what: String,
    /// An action or its noun: `session` finds `session.start`.
    pub action: String,
    /// Only acts that were refused.
    pub refused: bool,
    /// The last row of the page before: time, chain, number.
    pub after: Option<(Micros, String, i64)>,
    pub limit: usize,
}

/// One row, without its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub chain: String,
    pub seq: i64,
    pub at: Micros,
    pub account: String,
    pub institution: String,
    pub action: String,
    pub patient: String,
    /// `Patient/0199…`
    pub what: String,
    pub purpose: String,
    pub request: String,
    pub refused: bool,
    pub detail: String,
}

const REST: &str = "at >= $1 and (at < $2 or (at = $2 and (chain > $8 or (chain = $8 and seq < $9)))) and ($3 = '' or account = $3) and ($4 = '' or institution = $4) \
    and ($5 = '' or action = $5 or action like $5 || '.%') and refused >= $6 \
    and ($10 = '' or what like '%/' || $10) order by at desc, chain, seq desc limit $7";

fn by_time() -> String {
    format!("select {COLUMNS} from audit where {REST}")
}

/// With `patient <> ''` spelled out, so that the index of patients serves.
fn by_patient() -> String {
    format!("select {COLUMNS} from audit where patient = $11 and patient <> '' and {REST}")
}

/// The same in SQLite's file of reads: by its segments, and through the rows that are in none yet.
fn by_patient_of_reads() -> String {
    format!(
        "select {COLUMNS} from audit where chain = '{READ_CHAIN}' and seq in (\
         select o.seq from audit_segment s cross join audit_of o \
         where o.segment = s.segment and o.patient = $11 and s.high >= $1 and s.low <= $2 \
         union all select t.seq from audit t where t.chain = '{READ_CHAIN}' \
         and t.seq > ({SEGMENTS}) * {SEGMENT} and t.patient = $11) and patient = $11 and {REST}"
    )
}

impl Store {
    /// Rows of the audit, newest first. Who may read them is the caller's business; that it was read, too.
    pub async fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        // No chain comes after the tilde, so that nothing of the moment `until` itself is found.
        let (before, chain, seq) = match &filter.after {
            Some((at, chain, seq)) => (*at, chain.as_str(), *seq),
            None => (filter.until, "~", 0),
        };
        let mut params: Vec<Value> = vec![
            filter.from.into(),
            before.into(),
            filter.account.as_str().into(),
            filter.institution.as_str().into(),
            filter.action.as_str().into(),
            i64::from(filter.refused).into(),
            limit.into(),
            chain.into(),
            seq.into(),
            filter.what.as_str().into(),
        ];
        let rows = if filter.patient.is_empty() {
            self.db().query_audit(by_time(), params).await?
        } else {
            params.push(filter.patient.as_str().into());
            let (sql, of_reads) = (by_patient(), by_patient_of_reads());
            self.db().query_trail(sql, of_reads, params).await?
        };
        let mut rows = rows
            .iter()
            .map(|row| Sealed::from_row(row).map(AuditRow::from))
            .collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| (b.at, &a.chain, b.seq).cmp(&(a.at, &b.chain, a.seq)));
        rows.truncate(filter.limit);
        Ok(rows)
    }
}

impl From<Sealed> for AuditRow {
    fn from(sealed: Sealed) -> Self {
        let record = sealed.record;
        Self {
            chain: sealed.chain,
            seq: sealed.seq,
            at: record.at,
            account: record.account,
            institution: record.institution,
            action: record.action,
            patient: record.patient,
            what: record.what,
            purpose: record.purpose,
            request: record.request,
            refused: record.refused,
            detail: record.detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::dialect::{self, Backend};

    #[test]
    fn a_patient_among_reads_is_found_by_keys() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        let all = crate::migrate::ALL.iter().filter(|m| m.number == 4);
        for migration in all.chain(crate::migrate::ONLY_READS) {
            let text = dialect::render(Backend::Sqlite, migration.text);
            database.execute_batch(&text).unwrap();
        }
        let text = dialect::numbered(&by_patient_of_reads());
        let mut statement = database
            .prepare(&format!("explain query plan {text}"))
            .unwrap();
        let rows = statement.raw_query().mapped(|row| row.get::<_, String>(3));
        let plan: Vec<String> = rows.map(Result::unwrap).collect();
        insta::assert_snapshot!(plan.join("\n"), @r"
            SEARCH audit USING PRIMARY KEY (chain=? AND seq=?)
            LIST SUBQUERY 3
            COMPOUND QUERY
            LEFT-MOST SUBQUERY
            SCAN s
            SEARCH o USING PRIMARY KEY (segment=? AND patient=?)
            UNION ALL
            SEARCH t USING PRIMARY KEY (chain=? AND seq>?)
            SCALAR SUBQUERY 2
            SEARCH audit_segment USING PRIMARY KEY
            USE TEMP B-TREE FOR ORDER BY
        ");
    }
}
