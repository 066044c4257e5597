//! Which institutions a guide has now.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_store::guide::GuideRow;

use crate::area::{AreaKind, Areas, Atlas};
use crate::finder::Hit;
use crate::{Filter, Finder, Kind, Search};

/// Institutions of one guide; more is no guide but a telephone book.
pub const MOST: usize = 2_000;

/// Open institutions in one of the areas, of one of the kinds, with one of the functions and one of the tags, where such
/// are chosen. Each under the municipality of the day, by that, kind, and kana. At most one more than [`MOST`].
pub fn choose(finder: &Finder, areas: &Areas, guide: &GuideRow, day: Date) -> Vec<Hit> {
    let mut found: BTreeMap<String, Hit> = BTreeMap::new();
    let municipalities = municipalities(areas, guide, day);
    for function in one_by_one(&guide.functions) {
        for tag in one_by_one(&guide.tags) {
            let search = search(guide, &municipalities, (function, tag));
            let hits = finder.search(&search).hits;
            found.extend(hits.into_iter().map(|hit| (hit.id.to_string(), hit)));
        }
    }
    let atlas = areas.atlas();
    let placed = |hit| placed(&atlas, hit, day);
    let mut hits: Vec<Hit> = found.into_values().map(placed).collect();
    hits.sort_by(|a, b| order(a).cmp(&order(b)));
    hits.truncate(MOST + 1);
    hits
}

/// Under what its municipality had become by the day.
fn placed(atlas: &Atlas, hit: Hit, day: Date) -> Hit {
    let now = atlas.at(&hit.municipality, day);
    match atlas.municipality(now) {
        Some(one) if now != hit.municipality => Hit {
            municipality: one.code.clone(),
            municipality_name: one.name.clone(),
            ..hit
        },
        _ => hit,
    }
}

/// Each of them, or once nothing.
fn one_by_one(codes: &[String]) -> Vec<Option<&String>> {
    if codes.is_empty() {
        vec![None]
    } else {
        codes.iter().map(Some).collect()
    }
}

fn search(
    guide: &GuideRow,
    municipalities: &[String],
    (function, tag): (Option<&String>, Option<&String>),
) -> Search {
    let kinds = guide.kinds.iter();
    Search {
        filter: Filter {
            kinds: kinds.filter_map(|code| Kind::from_code(code)).collect(),
            municipalities: Some(municipalities.to_vec()),
            functions: function.into_iter().cloned().collect(),
            tags: tag.into_iter().cloned().collect(),
            ..Filter::default()
        },
        limit: MOST + 1,
        ..Search::default()
    }
}

fn municipalities(areas: &Areas, guide: &GuideRow, day: Date) -> Vec<String> {
    let Some(kind) = AreaKind::from_code(&guide.area_kind) else {
        return Vec::new();
    };
    let members = guide
        .areas
        .iter()
        .flat_map(|code| areas.grounds(kind, code, day));
    members.collect()
}

fn order(hit: &Hit) -> (&str, Option<Kind>, &str, &str, &str) {
    let kana = if hit.kana.is_empty() {
        &hit.name
    } else {
        &hit.kana
    };
    (
        &hit.municipality,
        hit.kind,
        kana,
        &hit.name,
        hit.id.as_str(),
    )
}
