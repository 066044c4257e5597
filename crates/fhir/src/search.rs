//! The one table of search parameters, and the index values drawn from a resource.

use renkei_base::Micros;

use crate::Resource;

/// How a parameter is searched (FHIR R4, search, §3.1.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Token,
    String,
    Reference,
    Date,
    Quantity,
}

/// One value of one parameter of one resource: one row of the index.
#[derive(Clone, Debug, PartialEq)]
pub enum Indexed {
    /// `system` may be empty.
    Token { system: String, code: String },
    /// Already normalised by `renkei_base::name::search_key`.
    String { norm: String },
    /// A relative reference.
    Reference { typ: String, id: String },
    /// Closed interval: a date of day precision is its whole day in Japan's time when it has no zone.
    Date { low: Micros, high: Micros },
    /// The number as f64 for comparison; the body keeps its digits.
    Quantity {
        value: f64,
        system: String,
        code: String,
    },
}

/// One search parameter of one resource type.
#[derive(Debug)]
pub struct Param {
    pub typ: &'static str,
    /// The FHIR name, `birthdate`, or a name of ours that starts with `x-`.
    pub name: &'static str,
    pub kind: Kind,
    /// Types that a reference may point to (empty for other kinds).
    pub targets: &'static [&'static str],
    /// Draws the values.
    pub extract: fn(&Resource, &mut Vec<Indexed>),
}

/// All parameters of all types. The CapabilityStatement, the index and the planner read this table.
pub const PARAMS: &[Param] = &[];

/// The parameters of one type.
pub fn params(typ: &str) -> impl Iterator<Item = &'static Param> {
    PARAMS.iter().filter(move |param| param.typ == typ)
}

/// A parameter by type and name.
pub fn param(typ: &str, name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|param| param.typ == typ && param.name == name)
}

/// All index rows of a resource.
pub fn index(resource: &Resource) -> Vec<(&'static Param, Indexed)> {
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for param in params(resource.typ()) {
        (param.extract)(resource, &mut values);
        rows.extend(values.drain(..).map(|value| (param, value)));
    }
    rows
}
