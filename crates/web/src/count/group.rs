//! The table by area, kind, size and ageing of municipalities.

use renkei_base::Lang;
use renkei_directory::area::AreaKind;
use renkei_gov::count::Figures;
use renkei_gov::count::group::{AGEING, Group, Grouping, SIZES};

use super::seen::Viewed;
use crate::state::App;
use crate::visit::Visit;

/// A group with its name; the cells are 実施 / n of each line.
pub(crate) struct Shown {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) sheets: u32,
    /// Not shown: too few sheets, or it would tell of those.
    pub(crate) small: bool,
    pub(crate) cells: Vec<Cell>,
}

pub(crate) struct Cell {
    pub(crate) yes: u32,
    pub(crate) n: u32,
    pub(crate) percent: String,
}

/// All groups of a grouping, in their order.
pub(crate) fn groups(
    app: &App,
    v: &Visit,
    viewed: &Viewed,
    figures: &Figures,
    by: Grouping,
) -> Vec<Shown> {
    let (atlas, day) = (app.areas.atlas(), viewed.day());
    let groups = figures.grouped(|sheet| by.key(sheet, &atlas, day));
    let small = viewed.small(|sheet| by.key(sheet, &atlas, day).code);
    let shown = |group: Group| Shown {
        small: small.contains(&group.key.code),
        name: name(app, v, viewed, by, &group.key.code),
        sheets: group.sheets,
        cells: group
            .tallies
            .iter()
            .filter(|_| !small.contains(&group.key.code))
            .map(|tally| Cell {
                yes: tally.yes,
                n: tally.n(viewed.base),
                percent: tally.yes_percent(viewed.base),
            })
            .collect(),
        code: group.key.code,
    };
    groups.into_iter().map(shown).collect()
}

/// The name of a group in the reader's language.
pub(crate) fn name(app: &App, v: &Visit, viewed: &Viewed, by: Grouping, code: &str) -> String {
    if code.is_empty() {
        return v.t("count-group-unknown");
    }
    match by {
        Grouping::Area => area(app, v, viewed, code),
        Grouping::Kind => v.t(&format!("municipality-kind-{code}")),
        Grouping::Size => band(v, "count-size", &SIZES, code),
        Grouping::Ageing => band(v, "count-ageing", &AGEING, code),
    }
}

/// The name of a 二次保健医療圏 as of the survey, as the version keeps it.
pub(crate) fn area(app: &App, v: &Visit, viewed: &Viewed, code: &str) -> String {
    if v.lang() == Lang::Ja
        && let Some(name) = viewed.body.areas.get(code)
    {
        return name.clone();
    }
    let found = app
        .areas
        .area(AreaKind::SecondaryMedical, code, viewed.day());
    found.map_or_else(|| code.to_owned(), |area| v.area_name(&area))
}

fn band(v: &Visit, key: &str, limits: &[u32], code: &str) -> String {
    let from: u32 = code.parse().unwrap_or_default();
    let to = limits.iter().find(|limit| **limit > from);
    let from_text = crate::say::count(from);
    match to {
        Some(to) => {
            let to = crate::say::count(to);
            v.tn(key, &[("from", from_text.as_str()), ("to", to.as_str())])
        }
        None => v.t1(&format!("{key}-most"), "from", from_text),
    }
}
