//! A row of the audit in words: codes and ids become texts and names, as far as an auditor may know them.

use renkei_access::audit::AuditLine;
use renkei_base::{Id, Role};

use super::filter::Params;
use crate::state::App;
use crate::visit::Visit;

/// Nouns of actions, in the order in which they are offered.
pub const GROUPS: &[&str] = &[
    "session",
    "account",
    "passkey",
    "client",
    "token",
    "patient",
    "record",
    "referral",
    "reply",
    "attachment",
    "document",
    "arrival",
    "message",
    "slot",
    "institution",
    "department",
    "area",
    "tag",
    "function",
    "confirmation",
    "enquiry",
    "questionnaire",
    "survey",
    "guide",
    "tool",
    "opendata",
    "import",
    "subscription",
    "resource",
    "audit",
    "backup",
    "sample",
];

/// One row as the page and the file show it.
pub(super) struct Line {
    pub(super) line: AuditLine,
    pub(super) institution: String,
    pub(super) act: String,
    pub(super) purpose: String,
    pub(super) things: Vec<Thing>,
    /// What the detail says in words.
    pub(super) said: Vec<String>,
    /// Addresses that ask for this person, institution, action.
    pub(super) of_person: String,
    pub(super) of_institution: String,
    pub(super) of_act: String,
}

/// What was acted on, with the address that asks for it.
pub(super) struct Thing {
    pub(super) text: String,
    pub(super) address: Option<String>,
}

impl Line {
    pub(super) fn new(app: &App, v: &Visit, params: &Params, line: AuditLine) -> Self {
        let row = &line.row;
        Self {
            institution: institution(app, &row.institution),
            act: act(v, &row.action),
            purpose: v.t(&format!("audit-purpose-{}", row.purpose)),
            things: things(app, v, params, &line),
            said: said(v, &line),
            of_person: params.only("account", &row.account),
            of_institution: params.only("institution", &row.institution),
            of_act: params.only("action", &row.action),
            line,
        }
    }
}

/// The name of an institution; its id where it has none here.
pub(super) fn institution(app: &App, id: &str) -> String {
    let hit = id.parse::<Id>().ok().and_then(|id| app.finder.by_id(&id));
    hit.map_or_else(|| id.to_owned(), |hit| hit.name)
}

/// The text key of an action: `session.end-all` is `audit-do-session-end-all`.
pub(crate) fn act_key(action: &str) -> String {
    format!("audit-do-{}", action.replace('.', "-"))
}

/// An action in words; one of an older version as its code.
pub(crate) fn act(v: &Visit, action: &str) -> String {
    let key = act_key(action);
    if v.messages.has(v.lang(), &key) {
        v.t(&key)
    } else {
        action.to_owned()
    }
}

pub(crate) fn group_key(noun: &str) -> String {
    format!("audit-group-{noun}")
}

fn things(app: &App, v: &Visit, params: &Params, line: &AuditLine) -> Vec<Thing> {
    let row = &line.row;
    let mut things = Vec::new();
    if let Some((typ, id)) = row.what.split_once('/')
        && row.patient != id
    {
        things.push(thing(app, v, params, typ, id));
    }
    if !row.patient.is_empty() {
        things.push(Thing {
            text: v.t1("audit-of-patient", "id", short(&row.patient)),
            address: Some(params.only("patient", &row.patient)),
        });
    }
    things
}

fn thing(app: &App, v: &Visit, params: &Params, typ: &str, id: &str) -> Thing {
    match typ {
        "Organization" | "Location" => Thing {
            text: institution(app, id),
            address: Some(format!("/institutions/{id}")),
        },
        "Task" | "ServiceRequest" => Thing {
            text: v.t1("audit-thing-case", "id", short(id)),
            address: Some(params.only("case", id)),
        },
        _ => {
            let key = format!("audit-thing-{typ}");
            let text = if v.messages.has(v.lang(), &key) {
                v.t1(&key, "id", short(id))
            } else {
                format!("{typ} …{}", short(id))
            };
            Thing {
                text,
                address: Some(params.only("case", id)),
            }
        }
    }
}

/// The end of an id: enough to tell two rows of a page apart, nothing of a person.
fn short(id: &str) -> &str {
    let start = id.len().saturating_sub(6);
    id.get(start..).unwrap_or(id)
}

/// The parts of a detail that have words: to whom it was done, and which roles were given.
fn said(v: &Visit, line: &AuditLine) -> Vec<String> {
    let mut said = Vec::new();
    if !line.whom.is_empty() {
        said.push(v.t1("audit-whom", "name", &line.whom));
    }
    let roles = line
        .row
        .detail
        .split_whitespace()
        .find_map(|part| part.strip_prefix("roles="));
    if let Some(roles) = roles {
        let names = roles.split(',').filter_map(Role::from_code);
        let roles = v.roles(&renkei_base::Roles::new(names));
        said.push(v.t1("audit-roles", "roles", roles));
    }
    said
}
