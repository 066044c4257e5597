//! Where institutions read what is sent to them.

use renkei_base::{Ctx, Id};

use crate::db::{Step, Value};
use crate::{Changes, Store, StoreError};

const PUT: &str = "insert into mail_address (institution, address, updated_by, updated_at) values ($1, $2, $3, $4) \
    on conflict (institution) do update set address = excluded.address, updated_by = excluded.updated_by, \
    updated_at = excluded.updated_at";
const ONE: &str = "select address from mail_address where institution = $1";
const ALL: &str =
    "select institution, address from mail_address where address <> '' order by institution";

impl Changes {
    /// Says where an institution reads; empty is nowhere.
    pub fn put_mail_address(&mut self, ctx: &Ctx, institution: &Id, address: &str) {
        let params = vec![
            Value::from(institution),
            Value::from(address),
            Value::from(ctx.caller.account.as_ref()),
            Value::from(ctx.at),
        ];
        self.steps.push(Step::any(PUT, params));
    }
}

impl Store {
    /// The address of an institution, or empty.
    pub async fn mail_address(&self, institution: &Id) -> Result<String, StoreError> {
        let rows = self.db().query(ONE, vec![institution.into()]).await?;
        rows.first()
            .map_or_else(|| Ok(String::new()), |row| row.text(0).map(str::to_owned))
    }

    /// All institutions that have an address.
    pub async fn mail_addresses(&self) -> Result<Vec<(Id, String)>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        let each = rows
            .iter()
            .map(|row| Ok((row.id(0)?, row.text(1)?.to_owned())));
        each.collect()
    }
}
