//! Settings: a name and a text.

use crate::db::{Step, Value};
use crate::{Changes, Store, StoreError};

const READ: &str = "select value from setting where name = $1";
const WRITE: &str = "insert into setting (name, value) values ($1, $2) \
    on conflict (name) do update set value = excluded.value";
const FORGET: &str = "delete from setting where name = $1";

pub(crate) fn write(name: &str, value: &str) -> Step {
    Step::any(WRITE, vec![name.into(), value.into()])
}

pub(crate) fn forget(name: &str) -> Step {
    Step::any(FORGET, vec![name.into()])
}

impl Changes {
    /// Sets a setting.
    pub fn set(&mut self, name: &str, value: &str) {
        self.steps.push(write(name, value));
    }
}

impl Store {
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let rows = self.db().query(READ, vec![Value::from(name)]).await?;
        rows.first()
            .map(|row| row.text(0).map(str::to_owned))
            .transpose()
    }
}
