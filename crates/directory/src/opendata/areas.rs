//! Which municipalities belong to which areas, and when: one row for each, as `renkei import areas` reads them.

use jiff::civil::Date;

use super::cell::Cell;
use crate::area::{Area, Atlas, Member, Validity};

pub(super) const HEADINGS: [&str; 7] = [
    "area_kind",
    "area_code",
    "area_name",
    "municipality_code",
    "municipality_name",
    "valid_from",
    "valid_to",
];

/// All memberships of all times, by kind, area and municipality. An area that changed its name has rows for each name.
pub(super) fn rows(atlas: &Atlas) -> Vec<Vec<Cell>> {
    let areas = atlas.ever();
    areas.flat_map(|area| of_area(atlas, area)).collect()
}

fn of_area(atlas: &Atlas, area: &Area) -> Vec<Vec<Cell>> {
    let members = atlas.members_ever(area.kind, &area.code);
    let rows = members.filter(|member| member.validity.meets(area.validity));
    rows.map(|member| row(atlas, area, member)).collect()
}

fn row(atlas: &Atlas, area: &Area, member: &Member) -> Vec<Cell> {
    let (from, to) = both(area.validity, member.validity).text();
    let name = atlas.municipality(&member.municipality);
    vec![
        Cell::text(area.kind.code()),
        Cell::text(&area.code),
        Cell::text(&area.name),
        Cell::text(&member.municipality),
        Cell::text(name.map_or("", |one| one.name.as_str())),
        Cell::Text(from),
        Cell::Text(to),
    ]
}

/// The days that are in both.
fn both(a: Validity, b: Validity) -> Validity {
    let later = |a: Option<Date>, b: Option<Date>| match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, other) => one.or(other),
    };
    let earlier = |a: Option<Date>, b: Option<Date>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    Validity::new(later(a.from, b.from), earlier(a.to, b.to))
}
