//! Figures by area, of small files and of the real one.

use std::fs;

use jiff::civil::date;
use renkei_directory::area::tally::sum;
use renkei_directory::area::{Figure, tokyo};
use renkei_directory::{AreaKind, Areas, Kind};
use renkei_testkit::{Backend, each_backend, test_data};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(figures_follow_imports);

const MEDICAL: AreaKind = AreaKind::SecondaryMedical;

/// The values of a figure for each area of Tokyo.
fn values(areas: &Areas, figure: &str) -> Vec<Option<f64>> {
    let figure = Figure::parse(figure).unwrap();
    let today = date(2026, 11, 22);
    let (atlas, tally) = (areas.atlas(), areas.tally());
    let counts = tally.at(&atlas, today);
    let all = atlas.of_kind(MEDICAL, today).map(|area| {
        let members = atlas.members(MEDICAL, &area.code, today);
        let found = members
            .iter()
            .filter_map(|one| counts.get(one.code.as_str()));
        let population = atlas.population(MEDICAL, &area.code, today);
        figure.value(&sum(found), population.as_ref())
    });
    all.collect()
}

fn text(values: &[Option<f64>], digits: usize) -> String {
    let texts = values
        .iter()
        .map(|value| value.map_or_else(|| "?".to_owned(), |value| format!("{value:.digits$}")));
    texts.collect::<Vec<_>>().join(",")
}

async fn figures_follow_imports(backend: Backend) {
    let world = World::new(backend).await;
    tokyo::load(&world.store, &world.program()).await.unwrap();
    let areas = Areas::load(&world.store).await.unwrap();
    assert_eq!(
        text(&values(&areas, "hospital"), 0),
        "0,0,0,0,0,0,0,0,0,0,0,0,0"
    );
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    assert!(areas.refresh(&world.store).await.unwrap());
    assert_eq!(
        text(&values(&areas, "hospital"), 0),
        "0,0,3,0,0,0,0,0,0,0,0,0,0"
    );
    assert_eq!(
        text(&values(&areas, "psychiatric-beds"), 0),
        "0,0,340,0,0,0,0,0,0,0,0,0,0"
    );
    let tally = areas.tally();
    assert_eq!(
        (tally.date(Kind::Hospital), tally.beds_date()),
        ("2025-06-01", "2025-06-01")
    );
    assert!(
        Figure::all(&tally, areas.atlas().figures())
            .iter()
            .any(|one| one.code() == "psychiatric-beds-per-100000")
    );
}

/// Hospitals, psychiatric beds and their rates by area, as published in June 2025 and counted in 2020.
#[test]
fn tokyo_by_area() {
    let Some(file) = test_data("institutions/01-1_hospital_facility_info_20250601.zip") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        tokyo::load(&world.store, &world.program()).await.unwrap();
        let bytes = fs::read(file).unwrap();
        world
            .hospitals("01-1_hospital_facility_info_20250601.zip", &bytes)
            .await
            .unwrap();
        let areas = Areas::load(&world.store).await.unwrap();
        let hospitals = values(&areas, "hospital");
        assert_eq!(text(&hospitals, 0), "45,37,42,40,87,85,53,28,63,23,40,39,1");
        let beds = values(&areas, "psychiatric-beds");
        assert_eq!(
            text(&beds, 0),
            "240,178,1184,172,2634,1184,165,2132,5109,38,3166,1773,0"
        );
        let with = values(&areas, "psychiatric-hospitals");
        assert_eq!(with.iter().flatten().sum::<f64>(), 90.0);
        let per = values(&areas, "psychiatric-beds-per-100000");
        assert_eq!(
            text(&per, 1),
            "25.3,15.2,80.2,13.4,132.1,86.7,11.0,562.5,354.6,5.8,298.2,236.6,0.0"
        );
        let all: f64 = beds.iter().flatten().sum();
        assert_eq!(
            format!("{all} {:.1}", all / 14_047_594.0 * 100_000.0),
            "17975 128.0"
        );
        let nation = areas.tally();
        let atlas = areas.atlas();
        let nation = sum(nation.at(&atlas, date(2026, 11, 22)).values());
        assert_eq!(
            (nation.beds("psychiatric"), nation.psychiatric_hospitals),
            (Some(293_112), 1_471)
        );
        assert_eq!(
            (nation.of_kind(Kind::Hospital), nation.unstated()),
            (7_587, 57)
        );
    });
}
