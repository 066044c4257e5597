//! What a use case or an outside program wants found: FHIR search as data.

use crate::Stored;

/// One search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub typ: String,
    /// All must hold.
    pub clauses: Vec<Clause>,
    pub includes: Vec<Include>,
    /// `_include:iterate`, `_revinclude:iterate`: of the matches, and of what was included, a few rounds.
    pub iterate: Vec<Include>,
    pub order: Vec<Order>,
    /// At most this many matches (`limits::PAGE_ROWS` when 0).
    pub count: usize,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Whether the number of all matches is wanted.
    pub total: bool,
}

/// One condition: any of the values may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// `birthdate`, `_id`, `_lastUpdated`, `subject`; for a chain `subject` with `chain = Some(("Patient", "name"))`
    /// (an empty type: each that the reference may point to). The modifier of a chain is that of its last parameter.
    /// `_has:Observation:patient:code` is `_has` with `chain = Some(("Observation", "patient"))` and the modifier `code`.
    pub param: String,
    pub modifier: Option<String>,
    pub chain: Option<(String, String)>,
    /// As in the URL, decoded and split at commas ([`crate::split_values`]): `ge2020-01-01`, `http://system|code`, `Patient/1`.
    /// FHIR's escapes stay in; [`crate::escape`] puts them into text that came from a person or a document.
    pub values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Include {
    /// `_include=Task:focus`: what the matches point to.
    Forward { typ: String, param: String },
    /// `_revinclude=Task:focus`: what points to the matches.
    Reverse { typ: String, param: String },
}

/// `_sort`: `_lastUpdated`, `_id`, or a date, string or token parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub param: String,
    pub descending: bool,
}

/// One page of matches, parsed or as text ([`crate::FoundText`]).
#[derive(Clone, Debug, Default)]
pub struct Page<T = Stored> {
    pub matches: Vec<T>,
    pub included: Vec<T>,
    /// Present when there is more.
    pub next: Option<String>,
    pub total: Option<u64>,
}

impl Query {
    pub fn of(typ: &str) -> Self {
        Self {
            typ: typ.to_owned(),
            ..Self::default()
        }
    }

    /// Adds `param=value`.
    #[must_use]
    pub fn with(mut self, param: &str, value: impl Into<String>) -> Self {
        self.clauses.push(Clause {
            param: param.to_owned(),
            modifier: None,
            chain: None,
            values: vec![value.into()],
        });
        self
    }

    /// Adds `param=a,b,c`.
    #[must_use]
    pub fn with_any(mut self, param: &str, values: impl IntoIterator<Item = String>) -> Self {
        self.clauses.push(Clause {
            param: param.to_owned(),
            modifier: None,
            chain: None,
            values: values.into_iter().collect(),
        });
        self
    }

    #[must_use]
    pub fn include(mut self, typ: &str, param: &str) -> Self {
        self.includes.push(Include::Forward {
            typ: typ.to_owned(),
            param: param.to_owned(),
        });
        self
    }

    #[must_use]
    pub fn sort(mut self, param: &str, descending: bool) -> Self {
        self.order.push(Order {
            param: param.to_owned(),
            descending,
        });
        self
    }

    #[must_use]
    pub fn count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }
}
