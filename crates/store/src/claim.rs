//! Values that are given once within a scope: who writes one claims it in the same commit.

use renkei_base::Id;

use crate::Changes;
use crate::db::{Step, Value};

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

fn params(kind: &str, scope: &Id, value: &str, holder: &Id) -> Vec<Value> {
    vec![
        Value::from(kind),
        Value::from(scope),
        Value::from(value),
        Value::from(holder),
    ]
}
