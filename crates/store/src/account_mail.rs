//! Where a person reads what is sent to it alone.

use renkei_base::{Id, Micros};

use crate::db::{Step, Value};
use crate::{Changes, Store, StoreError};

const PUT: &str = "insert into account_mail (account, address, updated_at) values ($1, $2, $3) \
    on conflict (account) do update set address = excluded.address, updated_at = excluded.updated_at";
const ONE: &str = "select address from account_mail where account = $1";

impl Changes {
    /// Says where a person reads; empty is where its institution reads.
    pub fn put_account_mail(&mut self, account: &Id, address: &str, at: Micros) {
        let params = vec![Value::from(account), Value::from(address), Value::from(at)];
        self.steps.push(Step::any(PUT, params));
    }
}

impl Store {
    /// A person's own address, or empty.
    pub async fn account_mail(&self, account: &Id) -> Result<String, StoreError> {
        let rows = self.db().query(ONE, vec![account.into()]).await?;
        rows.first()
            .map_or_else(|| Ok(String::new()), |row| row.text(0).map(str::to_owned))
    }
}
