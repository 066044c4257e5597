//! The areas and municipalities of Tokyo, which come with the program: 13 and 62.

use std::collections::BTreeMap;

use renkei_base::{Ctx, Micros};
use renkei_store::area::{AreaMemberRow, AreaRow};
use renkei_store::municipality::MunicipalityRow;
use renkei_store::population::PopulationRow;
use renkei_store::{Changes, Failure, Note, Store};

use super::{AreaKind, Atlas};
use crate::gate;
use crate::municipality::MunicipalityKind;
use renkei_access::policy::Action;

/// Area code, area name, municipality code, municipality name.
const MEMBERS: &str = include_str!("../data/tokyo-areas.csv");
/// Municipality code, kana.
const KANA: &str = include_str!("../data/tokyo-kana.csv");
/// Area code, kana, inhabitants.
const POPULATION: &str = include_str!("../data/tokyo-population.csv");
/// The day of the census.
const CENSUS: &str = "2020-10-01";
const CENSUS_NAME: &str = "国勢調査";
const KIND: AreaKind = AreaKind::SecondaryMedical;

/// The rows of Tokyo.
#[derive(Clone, Debug, Default)]
pub struct Tokyo {
    pub municipalities: Vec<MunicipalityRow>,
    pub areas: Vec<AreaRow>,
    pub members: Vec<AreaMemberRow>,
    pub populations: Vec<PopulationRow>,
}

impl Tokyo {
    /// As written at an instant.
    pub fn rows(updated: Micros) -> Self {
        let mut tokyo = Self::default();
        let kana: BTreeMap<&str, &str> =
            cells::<2>(KANA).map(|[code, kana]| (code, kana)).collect();
        let facts = cells::<3>(POPULATION);
        let facts: BTreeMap<&str, [&str; 2]> = facts
            .map(|[code, kana, people]| (code, [kana, people]))
            .collect();
        for [area, area_name, code, name] in cells::<4>(MEMBERS) {
            if tokyo.areas.last().is_none_or(|last| last.code != area) {
                let [area_kana, people] = facts.get(area).copied().unwrap_or_default();
                tokyo
                    .areas
                    .push(area_row(area, area_name, area_kana, updated));
                tokyo
                    .populations
                    .push(population_row(area, people, updated));
            }
            tokyo.members.push(AreaMemberRow {
                kind: KIND.code().to_owned(),
                area: area.to_owned(),
                municipality: code.to_owned(),
                valid_from: String::new(),
                valid_to: String::new(),
                updated,
            });
            let kind = MunicipalityKind::of_name(name);
            tokyo.municipalities.push(MunicipalityRow {
                code: code.to_owned(),
                name: name.to_owned(),
                kana: kana.get(code).copied().unwrap_or_default().to_owned(),
                kind: kind
                    .map(MunicipalityKind::code)
                    .unwrap_or_default()
                    .to_owned(),
                valid_from: String::new(),
                valid_to: String::new(),
                successors: Vec::new(),
                updated,
            });
        }
        tokyo
    }

    /// In memory.
    pub fn atlas() -> Atlas {
        let rows = Self::rows(Micros::default());
        Atlas::new(
            rows.municipalities,
            rows.areas,
            rows.members,
            rows.populations,
        )
    }
}

/// Writes Tokyo into a store, in one commit. Twice is once.
pub async fn load(store: &Store, ctx: &Ctx) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryImport)?;
    let rows = Tokyo::rows(ctx.at);
    let mut changes = Changes::default();
    for row in &rows.municipalities {
        changes.put_municipality(row);
    }
    for row in &rows.areas {
        changes.put_area(row);
    }
    for row in &rows.members {
        changes.put_area_member(row);
    }
    for row in &rows.populations {
        changes.put_population(row);
    }
    changes.note(Note::new("area.import").detail("tokyo"));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn area_row(code: &str, name: &str, kana: &str, updated: Micros) -> AreaRow {
    AreaRow {
        kind: KIND.code().to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
        kana: kana.to_owned(),
        valid_from: String::new(),
        valid_to: String::new(),
        updated,
    }
}

fn population_row(code: &str, people: &str, updated: Micros) -> PopulationRow {
    PopulationRow {
        kind: KIND.code().to_owned(),
        code: code.to_owned(),
        date: CENSUS.to_owned(),
        people: people.parse().unwrap_or_default(),
        source: CENSUS_NAME.to_owned(),
        updated,
    }
}

/// The rows below the heading, with this many cells.
fn cells<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        cells.try_into().ok()
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use renkei_base::code::MunicipalityCode;

    use super::*;

    #[test]
    fn thirteen_areas_and_sixty_two_municipalities() {
        let atlas = Tokyo::atlas();
        let today = date(2026, 11, 22);
        let sizes: Vec<usize> = atlas
            .of_kind(KIND, today)
            .map(|area| atlas.members(KIND, &area.code, today).len())
            .collect();
        assert_eq!(sizes, [5, 2, 3, 3, 4, 3, 3, 8, 5, 6, 6, 5, 9]);
        assert_eq!(atlas.municipalities(today).count(), 62);
        for one in atlas.municipalities(today) {
            assert_eq!(
                atlas.of_municipality(KIND, &one.code, today).count(),
                1,
                "{}",
                one.name
            );
            assert_eq!(
                MunicipalityCode::parse(&one.code).unwrap().as_str(),
                one.code
            );
            assert!(renkei_base::name::is_kana(&one.kana), "{}", one.name);
            assert_eq!(one.prefecture().unwrap().name(), "東京都");
        }
    }

    /// 23 wards, 26 cities, 3 towns and 1 village on the mainland.
    #[test]
    fn the_mainland_by_kind() {
        let atlas = Tokyo::atlas();
        let today = date(2026, 11, 22);
        let mainland = atlas.municipalities(today).filter(|one| {
            let area = atlas.of_municipality(KIND, &one.code, today).next();
            area.is_some_and(|area| area.code != "1313")
        });
        let mut counts = BTreeMap::new();
        for one in mainland {
            *counts.entry(one.kind.unwrap()).or_insert(0) += 1;
        }
        assert_eq!(counts.into_values().collect::<Vec<u32>>(), [23, 26, 3, 1]);
    }

    #[test]
    fn the_census() {
        let atlas = Tokyo::atlas();
        let today = date(2026, 11, 22);
        let people = |code: &str| atlas.population(KIND, code, today).unwrap().people;
        assert_eq!(people("1303"), 1_475_635);
        let all: u32 = atlas
            .of_kind(KIND, today)
            .map(|area| people(&area.code))
            .sum();
        assert_eq!(all, 14_047_594);
    }
}
