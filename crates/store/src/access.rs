//! Access rows: who may see which scope of whose compartment until when.

use crate::changes::Access;
use crate::db::Step;

const GRANT: &str = "insert into access (patient, kind, grantee, scope, until) values ($1, $2, $3, $4, $5) \
    on conflict (patient, kind, grantee, scope) do update set until = excluded.until";
const REVOKE: &str =
    "delete from access where patient = $1 and kind = $2 and grantee = $3 and scope = $4";

pub(crate) fn grant(access: &Access) -> Step {
    Step::any(
        GRANT,
        vec![
            (&access.patient).into(),
            access.grantee.kind().into(),
            access.grantee.id().into(),
            access.scope.as_str().into(),
            access.until.into(),
        ],
    )
}

pub(crate) fn revoke(access: &Access) -> Step {
    Step::any(
        REVOKE,
        vec![
            (&access.patient).into(),
            access.grantee.kind().into(),
            access.grantee.id().into(),
            access.scope.as_str().into(),
        ],
    )
}
