//! Values that are given once within a scope: who writes one claims it in the same commit.

use std::collections::BTreeSet;

use renkei_base::Id;

use crate::db::{Step, Value};
use crate::{Changes, Store, StoreError};

/// Values asked for in one statement; more go in several.
const VALUES: usize = 64;

// The same holder claims again without a word.
const CLAIM: &str = "insert into claim (kind, scope, value, holder) values ($1, $2, $3, $4) \
    on conflict (kind, scope, value) do update set holder = excluded.holder where claim.holder = excluded.holder";
const DROP: &str =
    "delete from claim where kind = $1 and scope = $2 and value = $3 and holder = $4";

impl Changes {
    /// Claims a value for a resource. Where another one holds it, the commit is a conflict.
    pub fn claim(&mut self, kind: &'static str, scope: &Id, value: &str, holder: &Id) {
        let params = params(kind, scope, value, holder);
        self.steps.push(Step::one(CLAIM, params, kind));
    }

    /// Gives a value back, if this resource holds it.
    pub fn unclaim(&mut self, kind: &'static str, scope: &Id, value: &str, holder: &Id) {
        let params = params(kind, scope, value, holder);
        self.steps.push(Step::any(DROP, params));
    }
}

impl Store {
    /// The resources that hold some of these values. For rules that look before they claim; it says nothing of a patient, and
    /// nothing of it is for a caller's eyes.
    pub async fn holders(
        &self,
        kind: &str,
        scope: &Id,
        values: &[String],
    ) -> Result<BTreeSet<Id>, StoreError> {
        let mut found = BTreeSet::new();
        for values in values.chunks(VALUES) {
            let (sql, params) = holders(kind, scope, values);
            for row in &self.db().query_key(sql, params).await? {
                found.insert(row.id(0)?);
            }
        }
        Ok(found)
    }
}

/// The number of values is rounded up with what nobody claims, so that there are few texts to prepare.
pub(crate) fn holders(kind: &str, scope: &Id, values: &[String]) -> (String, Vec<Value>) {
    let mut params = vec![Value::from(kind), Value::from(scope)];
    let places = values.len().next_power_of_two();
    let mut list = Vec::with_capacity(places);
    for place in 0..places {
        params.push(Value::from(values.get(place).map_or("", String::as_str)));
        list.push(format!("${}", params.len()));
    }
    let sql = format!(
        "select c.holder from claim c where c.kind = $1 and c.scope = $2 and c.value in ({})",
        list.join(", ")
    );
    (sql, params)
}

fn params(kind: &str, scope: &Id, value: &str, holder: &Id) -> Vec<Value> {
    vec![
        Value::from(kind),
        Value::from(scope),
        Value::from(value),
        Value::from(holder),
    ]
}
