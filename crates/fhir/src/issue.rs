//! Whether a resource has been issued: before that it is its writer's alone.

use crate::Resource;

/// How far a resource has come, by its own status (FHIR R4; of a DocumentReference its `docStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// Being written: nobody but its owner may know of it.
    Draft,
    Issued,
    /// Withdrawn, on hold or unknown: as it was before. What was never issued stays with its owner.
    AsBefore,
}

impl Issue {
    pub fn of(resource: &Resource) -> Self {
        let status = resource.str_at("status");
        match (resource.typ(), status) {
            ("DocumentReference", _) => match resource.str_at("docStatus") {
                Some("preliminary") => Self::Draft,
                _ if status == Some("entered-in-error") => Self::AsBefore,
                Some("entered-in-error") => Self::AsBefore,
                _ => Self::Issued,
            },
            ("Composition", Some("preliminary")) => Self::Draft,
            ("Communication", Some("preparation")) => Self::Draft,
            // A Task is ready before it is sent: see the states of a referral.
            ("Task", Some("ready")) => Self::Draft,
            // Where a program wants to be told what is nobody's business but its institution's.
            ("Subscription", _) => Self::Draft,
            (_, Some("draft")) => Self::Draft,
            (_, Some("cancelled" | "revoked" | "rejected" | "failed" | "stopped")) => {
                Self::AsBefore
            }
            (_, Some("entered-in-error" | "on-hold" | "not-done" | "unknown" | "retired")) => {
                Self::AsBefore
            }
            _ => Self::Issued,
        }
    }

    /// Whether it is a draft now, given whether it was one before (nothing for a new one).
    pub fn is_draft(self, before: Option<bool>) -> bool {
        match self {
            Self::Draft => true,
            Self::Issued => false,
            Self::AsBefore => before.unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(json: &str) -> Issue {
        Issue::of(&Resource::from_json(json).unwrap())
    }

    #[test]
    fn what_is_being_written_is_a_draft() {
        for json in [
            r#"{"resourceType":"ServiceRequest","status":"draft"}"#,
            r#"{"resourceType":"Task","status":"draft"}"#,
            r#"{"resourceType":"Task","status":"ready"}"#,
            r#"{"resourceType":"Composition","status":"preliminary"}"#,
            r#"{"resourceType":"DocumentReference","status":"current","docStatus":"preliminary"}"#,
            r#"{"resourceType":"Communication","status":"preparation"}"#,
            r#"{"resourceType":"Subscription","status":"active"}"#,
        ] {
            assert_eq!(issue(json), Issue::Draft, "{json}");
        }
        for json in [
            r#"{"resourceType":"ServiceRequest","status":"active"}"#,
            r#"{"resourceType":"Task","status":"requested"}"#,
            r#"{"resourceType":"Composition","status":"final"}"#,
            r#"{"resourceType":"DocumentReference","status":"current"}"#,
            // A first result of a laboratory is a result.
            r#"{"resourceType":"Observation","status":"preliminary"}"#,
            r#"{"resourceType":"Patient"}"#,
        ] {
            assert_eq!(issue(json), Issue::Issued, "{json}");
        }
    }

    #[test]
    fn what_is_withdrawn_stays_with_whom_it_was() {
        let thrown_away = issue(r#"{"resourceType":"Task","status":"cancelled"}"#);
        assert!(thrown_away.is_draft(Some(true)));
        assert!(!thrown_away.is_draft(Some(false)));
        assert!(!thrown_away.is_draft(None));
        assert!(!issue(r#"{"resourceType":"Task","status":"requested"}"#).is_draft(Some(true)));
    }
}
