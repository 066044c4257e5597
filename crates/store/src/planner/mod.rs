//! A search as SQL: constant fragments and numbered values, never a value in the text.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | which index leads, and the conditions around it |
//! | [`value`] | the condition that one clause makes of its values, by kind of parameter |
//! | [`order`] | sort keys, and where a page goes on |
//! | [`include`] | what the matches point to, and what points to them |
//! | `has` | conditions on what points to the matches |
//! | [`address`] | a search as it stands in an address |
//! | [`escape`] | FHIR's escapes in values |
//!
//! The shape: one clause leads (the one that should leave the fewest rows); its index rows carry patient and scope,
//! so the read filter and every other clause are checked without touching a body.

use renkei_base::{Ctx, Reach};
use renkei_fhir::search::{self, Kind, Param};

use crate::db::Value;
use crate::query::{Clause, Query};
use crate::{StoreError, filter};

mod address;
pub(crate) mod escape;
mod has;
pub(crate) mod include;
pub(crate) mod order;
#[cfg(test)]
mod plan;
mod value;

/// Clauses of a search, and values of a clause, at most.
const CLAUSES: usize = 50;
const VALUES: usize = 200;

/// Codes of `businessStatus` that cases end in.
const OVER: [&str; 4] = ["closed", "declined", "cancelled", "redirected"];

/// At the end of a condition: PostgreSQL then asks it of each row that leads, and does not begin with its rows instead,
/// of which it thinks that there are few.
const STAYS: &str = " limit 1 offset 0";

/// What a clause about what points to the matches is called.
const HAS: &str = "_has";

/// Types that never belong to a patient.
pub(crate) const PUBLIC: [&str; 7] = [
    "HealthcareService",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Schedule",
    "Slot",
];

/// Whether what is of this type never belongs to a patient.
pub fn is_public(typ: &str) -> bool {
    PUBLIC.contains(&typ)
}

/// A statement with its values.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) params: Vec<Value>,
}

/// What a clause is about.
#[derive(Clone, Copy)]
enum Subject {
    Id,
    Updated,
    /// What points to it.
    Has,
    Param(&'static Param),
}

/// A statement in the making.
pub(crate) struct Planner<'a> {
    ctx: &'a Ctx,
    params: Vec<Value>,
    /// How many rows have a name (`m0`, `m1`) so far.
    rows: usize,
}

/// How many resources match, under the same filter as the matches themselves.
pub(crate) fn total(ctx: &Ctx, query: &Query) -> Result<Sql, StoreError> {
    let mut planner = Planner::new(ctx);
    let found = planner.found(&query.typ, &query.clauses)?;
    let text = format!(
        "select count(*) from (select {0}.id from {1}) found",
        found.row, found.from
    );
    Ok(planner.done(text))
}

/// The rows that match: the name they have, and all that follows `from`.
struct Found {
    row: String,
    from: String,
}

/// The error for what is not known: the parameter's name, never a value.
fn unknown(clause: &Clause) -> StoreError {
    let name = match (&clause.chain, &clause.modifier) {
        (Some((typ, reference)), Some(asked)) if clause.param == HAS => {
            format!("{HAS}:{typ}:{reference}:{asked}")
        }
        (Some((_, chained)), _) => format!("{}.{chained}", clause.param),
        (None, Some(modifier)) => format!("{}:{modifier}", clause.param),
        (None, None) => clause.param.clone(),
    };
    StoreError::Query(name)
}

fn subject(typ: &str, clause: &Clause) -> Result<Subject, StoreError> {
    match clause.param.as_str() {
        "_id" => Ok(Subject::Id),
        "_lastUpdated" => Ok(Subject::Updated),
        // A search without a patient has nothing that leads: all institutions would be walked.
        HAS if !PUBLIC.contains(&typ) => Ok(Subject::Has),
        name => search::param(typ, name)
            .map(Subject::Param)
            .ok_or_else(|| unknown(clause)),
    }
}

/// How few rows a clause should leave, 0 the fewest; nothing for what cannot lead.
fn rank(subject: Subject, clause: &Clause) -> Option<u8> {
    if matches!(clause.modifier.as_deref(), Some("missing" | "not")) {
        return None;
    }
    match subject {
        Subject::Id => Some(0),
        Subject::Updated | Subject::Has => None,
        Subject::Param(_) if clause.chain.is_some() => Some(4),
        Subject::Param(param) => Some(match param.kind {
            Kind::Token => token_rank(param.name, clause),
            Kind::Reference if clause.values.iter().any(|v| v.starts_with("Organization/")) => 6,
            Kind::Reference => 2,
            Kind::String => string_rank(clause),
            Kind::Date | Kind::Quantity => 7,
        }),
    }
}

fn token_rank(name: &str, clause: &Clause) -> u8 {
    match name {
        _ if clause.values.iter().any(|value| value.ends_with('|')) => 9,
        "identifier" | "requisition" | "group-identifier" | "phone" | "email" => 1,
        "status" | "active" | "gender" | "priority" | "intent" | "deceased" => 8,
        // With the years nearly all cases are over.
        "business-status"
            if clause
                .values
                .iter()
                .any(|value| OVER.contains(&value.as_str())) =>
        {
            8
        }
        // As broad as an institution.
        "performer" => 6,
        _ => 5,
    }
}

fn string_rank(clause: &Clause) -> u8 {
    let shortest = clause
        .values
        .iter()
        .map(|value| value.chars().count())
        .min();
    match clause.modifier.as_deref() {
        Some("exact") => 3,
        Some(_) => 9,
        None if shortest.unwrap_or(0) >= 2 => 3,
        None => 5,
    }
}

impl<'a> Planner<'a> {
    pub(crate) fn new(ctx: &'a Ctx) -> Self {
        Self {
            ctx,
            params: Vec::new(),
            rows: 0,
        }
    }

    fn done(self, text: String) -> Sql {
        Sql {
            text,
            params: self.params,
        }
    }

    /// Adds a value; returns its placeholder.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    fn visible(&mut self, row: &str) -> String {
        filter::visible(&self.ctx.reach, self.ctx.at, row, &mut self.params)
    }

    /// Everything of a type that fits all clauses and that the caller may see.
    fn found(&mut self, typ: &str, clauses: &[Clause]) -> Result<Found, StoreError> {
        check(typ, clauses)?;
        let row = format!("m{}", self.rows);
        self.rows += 1;
        let mut known = Vec::with_capacity(clauses.len());
        for clause in clauses {
            known.push((subject(typ, clause)?, clause));
        }
        let lead = (0..known.len())
            .filter_map(|at| known.get(at).and_then(|(s, c)| Some((rank(*s, c)?, at))))
            .min()
            .map(|(_, at)| at);
        let mut from = self.base(typ, &row, lead.and_then(|at| known.get(at)))?;
        let visible = self.visible(&row);
        from.push_str(&format!(" and {visible}"));
        for (at, (subject, clause)) in known.iter().enumerate() {
            let is_base = lead == Some(at) && matches!(subject, Subject::Param(_));
            if !is_base {
                let condition = self.condition(typ, &row, *subject, clause)?;
                from.push_str(&format!(" and {condition}"));
            }
        }
        Ok(Found { row, from })
    }

    /// The rows that a search starts from, up to the first condition.
    fn base(
        &mut self,
        typ: &str,
        row: &str,
        lead: Option<&(Subject, &Clause)>,
    ) -> Result<String, StoreError> {
        match lead {
            Some((Subject::Param(param), clause)) => self.index_base(typ, row, param, clause),
            Some(_) => Ok(self.resource_base(typ, row)),
            None => {
                let base = self.resource_base(typ, row);
                Ok(base + &self.own_patients(typ, row))
            }
        }
    }

    fn resource_base(&mut self, typ: &str, row: &str) -> String {
        let typ = self.bind(typ);
        format!("resource {row} where {row}.typ = {typ} and {row}.deleted = 0")
    }

    /// Without a clause to lead, the patients that the caller may see lead.
    fn own_patients(&mut self, typ: &str, row: &str) -> String {
        let Reach::Granted(grantees) = &self.ctx.reach else {
            return String::new();
        };
        if grantees.is_empty() || PUBLIC.contains(&typ) {
            return String::new();
        }
        let mut pairs = Vec::with_capacity(grantees.len());
        for grantee in grantees {
            let kind = self.bind(grantee.kind());
            let id = self.bind(grantee.id());
            pairs.push(format!("({kind}, {id})"));
        }
        let at = self.bind(self.ctx.at);
        format!(
            " and {row}.patient in (select '' union select own.patient from access own \
             where (own.kind, own.grantee) in (values {}) and own.until > {at})",
            pairs.join(", ")
        )
    }

    /// The index rows of the leading clause, each resource once.
    fn index_base(
        &mut self,
        typ: &str,
        row: &str,
        param: &'static Param,
        clause: &Clause,
    ) -> Result<String, StoreError> {
        let typ_at = self.bind(typ);
        let name_at = self.bind(param.name);
        let fits = self.fits("i", param, clause)?;
        let distinct = if once(param, clause) { "" } else { "distinct " };
        Ok(format!(
            "(select {distinct}i.patient, i.scope, i.draft_of, i.updated, i.id from {} i \
             where i.typ = {typ_at} and i.param = {name_at} and {fits}) {row} where 1 = 1",
            table(param.kind)
        ))
    }

    /// One clause as a condition on a row that is found already.
    fn condition(
        &mut self,
        typ: &str,
        row: &str,
        subject: Subject,
        clause: &Clause,
    ) -> Result<String, StoreError> {
        let param = match subject {
            Subject::Id => return self.ids(row, clause),
            Subject::Updated => return self.updated(row, clause),
            Subject::Has => return self.has(typ, row, clause),
            Subject::Param(param) => param,
        };
        let typ = self.bind(typ);
        let name = self.bind(param.name);
        let rows = format!(
            "exists (select 1 from {} i where i.patient = {row}.patient and i.typ = {typ} \
             and i.id = {row}.id and {} = {name}",
            table(param.kind),
            by_resource("i")
        );
        match (clause.modifier.as_deref(), &clause.chain) {
            (Some("missing"), None) => match clause.values.as_slice() {
                [value] if value == "true" => Ok(format!("not {rows}{STAYS})")),
                [value] if value == "false" => Ok(format!("{rows}{STAYS})")),
                _ => Err(unknown(clause)),
            },
            (Some("not"), None) if param.kind == Kind::Token => {
                let plain = Clause {
                    modifier: None,
                    ..clause.clone()
                };
                let fits = self.fits("i", param, &plain)?;
                Ok(format!("not {rows} and {fits}{STAYS})"))
            }
            _ => {
                let fits = self.fits("i", param, clause)?;
                Ok(format!("{rows} and {fits}{STAYS})"))
            }
        }
    }
}

fn check(typ: &str, clauses: &[Clause]) -> Result<(), StoreError> {
    let known = !typ.is_empty() && typ.len() <= 64 && typ.bytes().all(|b| b.is_ascii_alphabetic());
    if !known {
        return Err(StoreError::Query("_type".to_owned()));
    }
    if clauses.len() > CLAUSES {
        return Err(StoreError::Query("too many conditions".to_owned()));
    }
    match clauses.iter().find(|clause| clause.values.len() > VALUES) {
        Some(clause) => Err(unknown(clause)),
        None => Ok(()),
    }
}

const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Token => "ix_token",
        Kind::String => "ix_string",
        Kind::Reference => "ix_reference",
        Kind::Date => "ix_date",
        Kind::Quantity => "ix_quantity",
    }
}

/// The parameter's name in an index row that is looked up by its resource. PostgreSQL, while it has no statistics, would
/// rather walk the index by value (measured: 3.7 s for a work list instead of 18 ms); an expression keeps it from that.
fn by_resource(row: &str) -> String {
    format!("({row}.param || '')")
}

/// Whether the index has at most one row that fits for each resource, so that no doubles need to be taken out.
fn once(param: &Param, clause: &Clause) -> bool {
    let [value] = clause.values.as_slice() else {
        return false;
    };
    if clause.chain.is_some() {
        return false;
    }
    match param.kind {
        Kind::Token => !value.ends_with('|') && escape::split_pipe(value).len() == 2,
        Kind::Reference => value.contains('/') || clause.modifier.is_some(),
        Kind::String => clause.modifier.as_deref() == Some("exact"),
        Kind::Date | Kind::Quantity => false,
    }
}
