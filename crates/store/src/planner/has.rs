//! `_has:Observation:patient:code=…`: what points to the matches, as far as the caller may see that.

use renkei_fhir::search::{self, Kind};

use super::address::with_modifier;
use super::{Planner, STAYS, subject, unknown};
use crate::StoreError;
use crate::query::Clause;

impl Planner<'_> {
    /// A condition on a row that is found already. What one may not see is as if it did not point there.
    pub(super) fn has(
        &mut self,
        typ: &str,
        row: &str,
        clause: &Clause,
    ) -> Result<String, StoreError> {
        let wrong = || unknown(clause);
        let (Some((from, reference)), Some(asked)) = (&clause.chain, &clause.modifier) else {
            return Err(wrong());
        };
        let points = search::param(from, reference)
            .filter(|param| param.kind == Kind::Reference)
            .filter(|param| param.targets.is_empty() || param.targets.contains(&typ))
            .ok_or_else(wrong)?;
        let (param, modifier) = with_modifier(asked);
        let inner = Clause {
            param,
            modifier,
            chain: None,
            values: clause.values.clone(),
        };
        let about = subject(from, &inner).map_err(|_| wrong())?;
        let other = format!("h{}", self.rows);
        self.rows += 1;
        let (from_at, name_at) = (self.bind(from.as_str()), self.bind(points.name));
        let target = self.bind(typ);
        let visible = self.visible(&other);
        let fits = self.condition(from, &other, about, &inner);
        let fits = fits.map_err(|_| wrong())?;
        Ok(format!(
            "exists (select 1 from ix_reference {other} where {other}.typ = {from_at} \
             and {other}.param = {name_at} and {other}.target_id = {row}.id \
             and {other}.target_type = {target} and {visible} and {fits}{STAYS})"
        ))
    }
}
