//! The read filter: one condition in SQL, used by every read, every search and every write.

use renkei_base::{Micros, Reach};

use crate::db::Value;

/// The condition under which the row `alias` (with columns `patient`, `scope` and `draft_of`) is visible.
/// Its values are appended to `params`, its placeholders numbered from there.
///
/// Visible is what has no patient; and of a patient what an access row opens that has not run out:
/// the record opens everything and a case itself. Who the patient is (`identity`) is opened to an institution by anything
/// at all, to a person or a program only by a row of that scope or of the record: a gateway's rows are for the letters that
/// it brought, of whomever it said that they were.
/// A draft (and a version from when it was one) is visible only to the institution, or the gateway, that owns it, whatever
/// was granted.
pub(crate) fn visible(reach: &Reach, now: Micros, alias: &str, params: &mut Vec<Value>) -> String {
    let grantees = match reach {
        Reach::Everything => return "1 = 1".to_owned(),
        Reach::Granted(grantees) if !grantees.is_empty() => grantees,
        Reach::Granted(_) | Reach::NoPatients => {
            return format!("({alias}.patient = '' and {alias}.draft_of = '')");
        }
    };
    let mut pairs = Vec::with_capacity(grantees.len());
    let mut own = vec!["''".to_owned()];
    for grantee in grantees {
        params.push(Value::from(grantee.kind()));
        params.push(Value::from(grantee.id()));
        own.push(format!("${}", params.len()));
        pairs.push(format!("(${}, ${})", params.len() - 1, params.len()));
    }
    params.push(Value::from(now));
    format!(
        "({alias}.draft_of in ({own}) and ({alias}.patient = '' or exists (select 1 from access seen \
         where seen.patient = {alias}.patient and (seen.kind, seen.grantee) in (values {pairs}) \
         and seen.until > ${now} \
         and (seen.scope = 'record' or seen.scope = {alias}.scope \
         or ({alias}.scope = 'identity' and seen.kind = 'institution')))))",
        own = own.join(", "),
        pairs = pairs.join(", "),
        now = params.len(),
    )
}

#[cfg(test)]
mod tests {
    use renkei_base::Grantee;

    use super::*;

    #[test]
    fn numbers_go_on_from_the_params_before() {
        let mut params = vec![Value::from("Task")];
        let reach = Reach::Granted(vec![
            Grantee::Institution("i1".parse().unwrap()),
            Grantee::Person("p1".parse().unwrap()),
        ]);
        let sql = visible(&reach, Micros(7), "r", &mut params);
        assert!(
            sql.contains("(values ($2, $3), ($4, $5)) and seen.until > $6"),
            "{sql}"
        );
        assert!(sql.contains("r.draft_of in ('', $3, $5) and"), "{sql}");
        assert_eq!(params.len(), 6);
    }

    #[test]
    fn nobody_reaches_no_patient() {
        let mut params = Vec::new();
        for reach in [Reach::NoPatients, Reach::Granted(Vec::new())] {
            assert_eq!(
                visible(&reach, Micros(7), "x", &mut params),
                "(x.patient = '' and x.draft_of = '')"
            );
        }
        assert!(params.is_empty());
    }
}
