//! `_include` and `_revinclude`: what the matches point to, and what points to them. Keys only, within the caller's reach.

use renkei_base::{Ctx, Id};
use renkei_fhir::search::{self, Kind, Param};

use super::{Planner, Sql, by_resource};
use crate::StoreError;
use crate::query::Include;
use crate::search::Found;

/// The statement of one include for resources of one type; its rows are type and id. None where there are none.
pub(crate) fn include<T: Found>(
    ctx: &Ctx,
    typ: &str,
    include: &Include,
    matches: &[&T],
    limit: usize,
) -> Result<Option<Sql>, StoreError> {
    let param = param(include)?;
    if matches.is_empty() {
        return Ok(None);
    }
    let mut planner = Planner::new(ctx);
    let text = match include {
        Include::Forward { .. } => planner.forward(param, matches, limit),
        Include::Reverse { .. } => planner.reverse(param, typ, matches, limit),
    };
    Ok(Some(planner.done(text)))
}

/// The reference that an include follows.
pub(crate) fn param(include: &Include) -> Result<&'static Param, StoreError> {
    let (Include::Forward { typ, param } | Include::Reverse { typ, param }) = include;
    search::param(typ, param)
        .filter(|param| param.kind == Kind::Reference)
        .ok_or_else(|| unknown(include))
}

/// Whether an include is asked of resources of this type.
pub(crate) fn is_of(include: &Include, typ: &str) -> bool {
    match include {
        Include::Forward { typ: from, .. } => from == typ,
        Include::Reverse { .. } => param(include)
            .is_ok_and(|param| param.targets.is_empty() || param.targets.contains(&typ)),
    }
}

pub(crate) fn unknown(include: &Include) -> StoreError {
    StoreError::Query(match include {
        Include::Forward { typ, param } => format!("_include {typ}:{param}"),
        Include::Reverse { typ, param } => format!("_revinclude {typ}:{param}"),
    })
}

impl Planner<'_> {
    fn forward<T: Found>(&mut self, param: &Param, matches: &[&T], limit: usize) -> String {
        let mut pairs = Vec::new();
        for one in padded(matches) {
            let patient = self.bind(one.patient().map_or("", Id::as_str));
            let id = self.bind(&one.key().id);
            pairs.push(format!("({patient}, {id})"));
        }
        let typ = self.bind(param.typ);
        let name = self.bind(param.name);
        let visible = self.visible("r");
        let limit = self.limit(limit);
        // `cross join` keeps SQLite from starting with every reference of the type (430 ms for a page among 100,000).
        format!(
            "with page (patient, id) as (values {}) \
             select distinct r.typ, r.id from page p cross join ix_reference i cross join resource r \
             where i.patient = p.patient and i.typ = {typ} and i.id = p.id and {param} = {name} \
             and r.typ = i.target_type and r.id = i.target_id \
             and r.deleted = 0 and {visible} order by 1, 2 limit {limit}",
            pairs.join(", "),
            param = by_resource("i"),
        )
    }

    fn reverse<T: Found>(
        &mut self,
        param: &Param,
        target: &str,
        matches: &[&T],
        limit: usize,
    ) -> String {
        let ids: Vec<String> = padded(matches)
            .map(|one| self.bind(&one.key().id))
            .collect();
        let typ = self.bind(param.typ);
        let name = self.bind(param.name);
        let target = self.bind(target);
        let visible = self.visible("i");
        let limit = self.limit(limit);
        format!(
            "select distinct i.typ, i.id from ix_reference i where i.typ = {typ} and i.param = {name} \
             and i.target_id in ({}) and i.target_type = {target} and {visible} order by 1, 2 limit {limit}",
            ids.join(", ")
        )
    }

    fn limit(&mut self, limit: usize) -> String {
        self.bind(i64::try_from(limit).unwrap_or(i64::MAX))
    }
}

/// The number is rounded up by repeating the last, so that there are few texts to prepare.
fn padded<T>(matches: &[T]) -> impl Iterator<Item = &T> {
    let places = matches.len().next_power_of_two();
    let fill = std::iter::repeat_n(matches.last(), places - matches.len()).flatten();
    matches.iter().chain(fill)
}
