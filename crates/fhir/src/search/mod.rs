//! The one table of search parameters, and the index values drawn from a resource.
//!
//! | file | holds |
//! |---|---|
//! | `params/` | the table, one file per resource type |
//! | [`values`] | how values are drawn: names, identifiers, codings, references, dates, quantities |
//! | [`interval`] | dates and times of any precision as intervals |
//! | [`number`] | numbers of a search with their implicit precision |

use renkei_base::Micros;

use crate::Resource;

pub mod interval;
pub mod number;
mod params;
pub mod values;

pub use params::{GROUPS, PARAMS};

/// How a parameter is searched (FHIR R4, search, §3.1.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Token,
    String,
    Reference,
    Date,
    Quantity,
}

impl Kind {
    /// The modifiers that are known, without the `[type]` of references. Everything else is refused.
    pub const fn modifiers(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["missing", "not"],
            Self::String => &["contains", "exact", "missing"],
            Self::Reference | Self::Date | Self::Quantity => &["missing"],
        }
    }

    /// The prefixes of values that are known. `ap` is not: nobody could say what it finds.
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Date | Self::Quantity => &["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"],
            Self::Token | Self::String | Self::Reference => &[],
        }
    }

    /// Whether `_sort` takes it.
    pub const fn sorts(self) -> bool {
        matches!(self, Self::Date | Self::String | Self::Token)
    }
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
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// `Resource` for the parameters of every type.
    pub typ: &'static str,
    /// The FHIR name, `birthdate`, or a name of ours that starts with `x-`.
    pub name: &'static str,
    pub kind: Kind,
    /// Types that a reference may point to (empty: any type, or another kind).
    pub targets: &'static [&'static str],
    /// Draws the values.
    pub extract: fn(&Resource, &mut Vec<Indexed>),
}

/// The parameters of one type, without those of every type.
pub fn params(typ: &str) -> impl Iterator<Item = &'static Param> {
    GROUPS
        .iter()
        .find(|(name, _)| *name == typ)
        .map_or(&[][..], |(_, params)| *params)
        .iter()
}

/// The parameters of every type: `_tag`, `_security`.
pub fn common() -> impl Iterator<Item = &'static Param> {
    params("Resource")
}

/// A parameter by type and name.
pub fn param(typ: &str, name: &str) -> Option<&'static Param> {
    params(typ).chain(common()).find(|param| param.name == name)
}

/// All index rows of a resource, each once.
pub fn index(resource: &Resource) -> Vec<(&'static Param, Indexed)> {
    let mut rows = Vec::new();
    let mut values: Vec<Indexed> = Vec::new();
    for param in params(resource.typ()).chain(common()) {
        (param.extract)(resource, &mut values);
        let first = rows.len();
        for value in values.drain(..) {
            let twice = rows.iter().skip(first).any(|(_, row)| *row == value);
            if !twice {
                rows.push((param, value));
            }
        }
    }
    rows
}
