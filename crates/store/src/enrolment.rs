//! One-time links by which a person gets a way in.

use std::fmt;

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One link as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentRow {
    /// SHA-256 of the link's secret, hex.
    pub hash: String,
    /// Whose link it is; `None` for the first region administrator, who has no account yet.
    pub account: Option<Id>,
    /// The TOTP secret that the person will confirm, hex.
    pub totp: String,
    pub created: Micros,
    pub expires: Micros,
    pub used: Option<Micros>,
}

impl fmt::Debug for EnrolmentRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolmentRow")
            .field("account", &self.account)
            .field("expires", &self.expires)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

const INSERT: &str =
    "insert into enrolment (hash, account, totp, created, expires) values ($1, $2, $3, $4, $5)";
const USE: &str =
    "update enrolment set used = $2 where hash = $1 and used is null and expires > $2";
const DROP_OF: &str = "delete from enrolment where account = $1 and used is null";
const DROP_FIRST: &str = "delete from enrolment where account is null and used is null";
const DROP_OLD: &str = "delete from enrolment where expires < $1";
const SELECT: &str =
    "select hash, account, totp, created, expires, used from enrolment where hash = $1";

impl Changes {
    /// A new link; unused older ones of the same account end.
    pub fn create_enrolment(&mut self, row: &EnrolmentRow) {
        self.drop_enrolments(row.account.as_ref());
        let params: Vec<Value> = vec![
            row.hash.as_str().into(),
            row.account.as_ref().into(),
            row.totp.as_str().into(),
            row.created.into(),
            row.expires.into(),
        ];
        self.steps.push(Step::one(INSERT, params, "enrolment"));
    }

    /// Spends a link. A conflict when it is spent or has run out.
    pub fn use_enrolment(&mut self, hash: &str, at: Micros) {
        self.steps
            .push(Step::one(USE, vec![hash.into(), at.into()], "enrolment"));
    }

    /// Ends the unused links of an account (`None`: of the first region administrator).
    pub fn drop_enrolments(&mut self, account: Option<&Id>) {
        self.steps.push(match account {
            Some(account) => Step::any(DROP_OF, vec![account.into()]),
            None => Step::any(DROP_FIRST, vec![]),
        });
    }

    pub fn drop_old_enrolments(&mut self, before: Micros) {
        self.steps.push(Step::any(DROP_OLD, vec![before.into()]));
    }
}

impl Store {
    /// By the hash of the link's secret.
    pub async fn enrolment(&self, hash: &str) -> Result<Option<EnrolmentRow>, StoreError> {
        let rows = self.db().query(SELECT, vec![hash.into()]).await?;
        rows.first().map(enrolment_from).transpose()
    }
}

fn enrolment_from(row: &Row) -> Result<EnrolmentRow, StoreError> {
    Ok(EnrolmentRow {
        hash: row.text(0)?.to_owned(),
        account: id_opt(row, 1)?,
        totp: row.text(2)?.to_owned(),
        created: row.micros(3)?,
        expires: row.micros(4)?,
        used: row.int_opt(5)?.map(Micros),
    })
}
