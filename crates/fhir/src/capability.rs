//! The CapabilityStatement: what the server says that it does (FHIR R4). Made of the tables that it works by.

use serde_json::{Value, json};

use crate::search::{self, Kind, Param};

/// What is said of one resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub typ: &'static str,
    pub create: bool,
    pub update: bool,
    pub delete: bool,
    /// `If-None-Exist` with a create.
    pub conditional_create: bool,
    /// Profiles that what we send holds to.
    pub profiles: Vec<&'static str>,
    /// Operations on one resource: names and definitions.
    pub operations: Vec<(&'static str, &'static str)>,
    /// Why something is not offered, for people; empty where everything is.
    pub note: String,
}

/// What is said of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server<'a> {
    /// `https://host/fhir`
    pub base: &'a str,
    pub version: &'a str,
    /// When this version was made, `2026-11-22`.
    pub date: &'a str,
    pub description: &'a str,
    /// How to get a token, for people.
    pub security: &'a str,
    /// `https://host/oauth2/token`
    pub token: &'a str,
    /// What `_has` is good for, for people.
    pub has: &'a str,
    /// What values, modifiers and prefixes are good for, for people.
    pub search: &'a str,
}

/// Parameters that say how to search and to answer, beside those of [`search::PARAMS`].
pub const ALL_TYPES: [(&str, &str); 2] = [("_id", "token"), ("_lastUpdated", "date")];

/// Parameters of every type that say how to answer.
pub const ANSWERS: [(&str, &str); 7] = [
    ("_count", "number"),
    ("_elements", "special"),
    ("_include", "special"),
    ("_revinclude", "special"),
    ("_sort", "special"),
    ("_summary", "special"),
    ("_total", "special"),
];

/// The resource.
pub fn statement(server: &Server<'_>, offered: &[Offered]) -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": server.date,
        "publisher": "renkei",
        "kind": "instance",
        "software": {"name": "renkei", "version": server.version},
        "implementation": {"description": server.description, "url": server.base},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "rest": [{
            "mode": "server",
            "documentation": server.search,
            "security": security(server),
            "resource": offered.iter().map(|one| resource(one, offered)).collect::<Vec<_>>(),
            "interaction": [{"code": "transaction"}, {"code": "batch"}, {"code": "history-system"}],
            "searchParam": answers(server),
        }],
    })
}

fn answers(server: &Server<'_>) -> Vec<Value> {
    let has = json!({"name": "_has", "type": "special", "documentation": server.has});
    let answers = ANSWERS.map(|(name, kind)| json!({"name": name, "type": kind}));
    std::iter::once(has).chain(answers).collect()
}

fn security(server: &Server<'_>) -> Value {
    json!({
        "extension": [{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "token", "valueUri": server.token}],
        }],
        "service": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                "code": "SMART-on-FHIR",
            }],
        }],
        "description": server.security,
    })
}

/// Codes of the interactions of one type.
pub fn interactions(one: &Offered) -> Vec<&'static str> {
    let always = [
        "read",
        "vread",
        "history-instance",
        "history-type",
        "search-type",
    ];
    let writes = [
        (one.create, "create"),
        (one.update, "update"),
        (one.delete, "delete"),
    ];
    let writes = writes.into_iter().filter(|(offered, _)| *offered);
    always
        .into_iter()
        .chain(writes.map(|(_, code)| code))
        .collect()
}

fn resource(one: &Offered, all: &[Offered]) -> Value {
    let codes = interactions(one);
    let codes: Vec<Value> = codes.iter().map(|code| json!({"code": code})).collect();
    let mut says = json!({
        "type": one.typ,
        "interaction": codes,
        "versioning": if one.update { "versioned-update" } else { "versioned" },
        "readHistory": true,
        "updateCreate": false,
        "conditionalCreate": one.conditional_create,
        "conditionalRead": "full-support",
        "conditionalUpdate": one.update,
        "conditionalDelete": if one.delete { "single" } else { "not-supported" },
        "searchInclude": includes(one.typ, all),
        "searchRevInclude": reverse(one.typ, all),
        "searchParam": params(one.typ),
    });
    let Some(object) = says.as_object_mut() else {
        return says;
    };
    if !one.operations.is_empty() {
        let operations = one.operations.iter();
        let operations = operations.map(|(name, url)| json!({"name": name, "definition": url}));
        object.insert("operation".to_owned(), operations.collect());
    }
    if !one.profiles.is_empty() {
        object.insert("supportedProfile".to_owned(), json!(one.profiles));
    }
    if !one.note.is_empty() {
        object.insert("documentation".to_owned(), json!(one.note));
    }
    object.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    says
}

fn params(typ: &str) -> Vec<Value> {
    let own = search::params(typ)
        .chain(search::common())
        .map(|param| json!({"name": param.name, "type": kind(param.kind)}));
    let all = ALL_TYPES.map(|(name, kind)| json!({"name": name, "type": kind}));
    all.into_iter().chain(own).collect()
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Token => "token",
        Kind::String => "string",
        Kind::Reference => "reference",
        Kind::Date => "date",
        Kind::Quantity => "quantity",
    }
}

fn references(typ: &str) -> impl Iterator<Item = &'static Param> {
    search::params(typ).filter(|param| param.kind == Kind::Reference)
}

/// `Task:focus`: references of the type that can point to something that is offered.
fn includes(typ: &str, all: &[Offered]) -> Vec<String> {
    references(typ)
        .filter(|param| all.iter().any(|target| points(param, target.typ)))
        .map(|param| format!("{typ}:{}", param.name))
        .collect()
}

/// `Task:focus`: references of any type that can point to this one.
fn reverse(typ: &str, all: &[Offered]) -> Vec<String> {
    all.iter()
        .flat_map(|from| references(from.typ).map(move |param| (from.typ, param)))
        .filter(|(_, param)| points(param, typ))
        .map(|(from, param)| format!("{from}:{}", param.name))
        .collect()
}

/// Whether a reference may point to this type.
pub fn points(param: &Param, typ: &str) -> bool {
    param.targets.is_empty() || param.targets.contains(&typ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_tables_hold() {
        let offered = |typ, create| Offered {
            typ,
            create,
            update: create,
            delete: false,
            conditional_create: create,
            profiles: Vec::new(),
            operations: Vec::new(),
            note: String::new(),
        };
        let all = [offered("Task", true), offered("Organization", false)];
        let server = Server {
            base: "http://h/fhir",
            version: "1",
            date: "2026-11-22",
            description: "d",
            security: "s",
            token: "http://h/oauth2/token",
            has: "h",
            search: "s",
        };
        let says = statement(&server, &all);
        let task = &says["rest"][0]["resource"][0];
        assert_eq!(task["interaction"].as_array().unwrap().len(), 7);
        assert!(
            task["searchInclude"]
                .as_array()
                .unwrap()
                .contains(&json!("Task:owner"))
        );
        let organization = &says["rest"][0]["resource"][1];
        assert!(
            organization["searchRevInclude"]
                .as_array()
                .unwrap()
                .contains(&json!("Task:owner"))
        );
        assert!(organization.get("documentation").is_none());
        assert_eq!(organization["versioning"], "versioned");
        let names = |one: &Value| one["searchParam"].as_array().unwrap().len();
        assert_eq!(
            names(task),
            search::params("Task").count() + search::common().count() + 2
        );
    }
}
