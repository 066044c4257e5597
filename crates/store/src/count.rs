//! Counts for the governance plane: added to what is there.

use crate::changes::Count;
use crate::db::Step;

const ADD: &str = "insert into count (indicator, period, area, institution, numerator, denominator) \
    values ($1, $2, $3, $4, $5, $6) \
    on conflict (indicator, period, area, institution) do update set \
    numerator = count.numerator + excluded.numerator, \
    denominator = count.denominator + excluded.denominator";

pub(crate) fn step(count: &Count) -> Step {
    Step::any(
        ADD,
        vec![
            count.indicator.into(),
            count.period.as_str().into(),
            count.area.as_str().into(),
            count.institution.as_str().into(),
            count.numerator.into(),
            count.denominator.into(),
        ],
    )
}
