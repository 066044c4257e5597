//! OperationOutcome: every "no" to an outside program, and what is worth knowing about a "yes" (FHIR R4, operationoutcome).

use serde_json::{Value, json};

use crate::system;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Fatal,
    Error,
    Warning,
    Information,
}

impl Severity {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

/// One text in one language: `ja` and what is said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub lang: &'static str,
    pub text: String,
}

/// One thing to say. Its texts hold no name and no value of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub severity: Severity,
    /// FHIR's issue-type: `not-found`, `invalid`, `conflict` …
    pub code: &'static str,
    /// The key of the text: a code that stays when the words change.
    pub key: String,
    /// The rule of a standard that was broken, by its own number (`R1012`).
    pub rule: Option<String>,
    /// In the reader's language.
    pub text: Said,
    /// In the other one.
    pub other: Said,
    /// Where in the resource, as FHIRPath (`Observation.status`), or the name of a search parameter.
    pub expression: Option<String>,
}

/// The resource.
pub fn outcome(issues: &[Issue]) -> Value {
    let issues: Vec<Value> = issues.iter().map(issue).collect();
    json!({"resourceType": "OperationOutcome", "issue": issues})
}

fn issue(one: &Issue) -> Value {
    let mut issue = json!({
        "severity": one.severity.code(),
        "code": one.code,
        "details": {
            "coding": [{"system": system::REFUSAL, "code": one.key}],
            "text": one.text.text,
            "_text": {"extension": [translation(&one.text), translation(&one.other)]},
        },
    });
    if let (Some(expression), Some(issue)) = (&one.expression, issue.as_object_mut()) {
        issue.insert("expression".to_owned(), json!([expression]));
    }
    let codings = issue.pointer_mut("/details/coding");
    if let (Some(rule), Some(Value::Array(codings))) = (&one.rule, codings) {
        codings.push(json!({"system": system::DOCUMENT_RULE, "code": rule}));
    }
    issue
}

/// FHIR's own extension for a text in a language.
fn translation(said: &Said) -> Value {
    json!({
        "extension": [
            {"url": "lang", "valueCode": said.lang},
            {"url": "content", "valueString": said.text},
        ],
        "url": system::TRANSLATION,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_in_both_languages() {
        let said = |lang, text: &str| Said {
            lang,
            text: text.to_owned(),
        };
        let issue = Issue {
            severity: Severity::Error,
            code: "not-found",
            key: "refuse-not-found".to_owned(),
            text: said("ja", "ありません。"),
            other: said("en", "Not there."),
            rule: None,
            expression: Some("Task.status".to_owned()),
        };
        insta::assert_snapshot!(outcome(&[issue]), @r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","details":{"coding":[{"system":"https://renkei.example/fhir/CodeSystem/refusal","code":"refuse-not-found"}],"text":"ありません。","_text":{"extension":[{"extension":[{"url":"lang","valueCode":"ja"},{"url":"content","valueString":"ありません。"}],"url":"http://hl7.org/fhir/StructureDefinition/translation"},{"extension":[{"url":"lang","valueCode":"en"},{"url":"content","valueString":"Not there."}],"url":"http://hl7.org/fhir/StructureDefinition/translation"}]}},"expression":["Task.status"]}]}"#);
    }
}
