//! What the directory publishes: as it is now, and dated, for ever.

use renkei_base::Role;
use renkei_base::clock::Span;
use renkei_directory::Areas;
use renkei_directory::area::tokyo;
use renkei_directory::opendata::{self, Dataset, Format, Reading};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};
use serde_json::Value;

use crate::world::{HEADINGS, ROWS, World};

each_backend!(
    the_list_as_it_is_now,
    areas_as_they_are_imported,
    a_release_never_changes,
    only_the_region_publishes
);

async fn text(world: &World, which: (Dataset, Format)) -> String {
    let areas = Areas::load(&world.store).await.unwrap();
    let today = world.program().at.in_japan().date();
    let mut reading = Reading::begin(&world.store, &areas, which, today)
        .await
        .unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = reading.next().await.unwrap() {
        bytes.extend(piece);
    }
    assert_eq!(reading.next().await.unwrap(), None);
    String::from_utf8(bytes).unwrap()
}

async fn region(backend: Backend) -> World {
    let world = World::new(backend).await;
    tokyo::load(&world.store, &world.program()).await.unwrap();
    let file = format!("{HEADINGS}\n{}\n", ROWS.join("\n"));
    let report = world.hospitals("h.csv", file.as_bytes()).await.unwrap();
    assert_eq!(report.accepted, 5);
    world
}

async fn the_list_as_it_is_now(backend: Backend) {
    let world = region(backend).await;
    let csv = text(&world, (Dataset::Institutions, Format::Csv)).await;
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let place = |name: &str| {
        let all = Dataset::Institutions.headings();
        all.iter().position(|one| *one == name).unwrap()
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 5);
    let sapporo = rows
        .iter()
        .find(|row| &row[place("registry_id")] == "0111010000010")
        .unwrap();
    assert_eq!(&sapporo[place("municipality_code")], "011011");
    assert_eq!(&sapporo[place("latitude")], "43.055405");
    assert_eq!(&sapporo[place("secondary_medical_area")], "");
    let karasuyama = rows
        .iter()
        .find(|row| row[place("name")].contains("烏山"))
        .unwrap();
    assert_eq!(&karasuyama[place("secondary_medical_area")], "1303");
    assert_eq!(&karasuyama[place("municipality_name")], "世田谷区");
    assert_eq!(&karasuyama[place("latitude")], "", "0/0 is no place");
    let json: Value =
        serde_json::from_str(&text(&world, (Dataset::Institutions, Format::Json)).await).unwrap();
    let json = json.as_array().unwrap();
    assert_eq!(json.len(), 5);
    for (one, row) in json.iter().zip(&rows) {
        assert_eq!(one["id"], row[place("id")]);
        assert_eq!(one["open"], Value::Bool(true));
    }
}

async fn areas_as_they_are_imported(backend: Backend) {
    let world = World::new(backend).await;
    assert!(
        text(&world, (Dataset::Areas, Format::Csv))
            .await
            .ends_with("valid_to\r\n"),
        "headings without rows"
    );
    assert_eq!(text(&world, (Dataset::Areas, Format::Json)).await, "[\n]\n");
    tokyo::load(&world.store, &world.program()).await.unwrap();
    let csv = text(&world, (Dataset::Areas, Format::Csv)).await;
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let medical = rows
        .iter()
        .filter(|row| &row[0] == "secondary-medical-area");
    assert_eq!(medical.count(), 62);
    let meguro = rows.iter().find(|row| &row[3] == "131105").unwrap();
    assert_eq!(
        (&meguro[1], &meguro[2], &meguro[4]),
        ("1303", "区西南部", "目黒区")
    );
}

async fn a_release_never_changes(backend: Backend) {
    let world = region(backend).await;
    let areas = Areas::load(&world.store).await.unwrap();
    let today = world.program().at.in_japan().date();
    assert!(opendata::due(&world.store, today).await.unwrap());
    let ctx = world.person(Role::RegionAdmin, None);
    let first = opendata::release(&world.store, &ctx, &areas).await.unwrap();
    assert_eq!(first, today.to_string());
    let again = opendata::release(&world.store, &ctx, &areas).await.unwrap();
    assert_eq!(again, first, "nothing has changed");
    assert!(!opendata::due(&world.store, today).await.unwrap());
    let before = opendata::files(&world.store, &first).await.unwrap();
    assert_eq!(before.len(), 4);
    let file = before
        .iter()
        .find(|file| file.name == "institutions.csv")
        .unwrap();
    assert_eq!(file.records, 5);
    let bytes = world.store.blob(&file.sha256).await.unwrap().unwrap();
    assert_eq!(i64::try_from(bytes.len()).unwrap(), file.size);

    world.clock.advance(Span::seconds(60));
    let renamed = format!("{HEADINGS}\n{}\n", ROWS[3].replace("ひかり", "のぞみ"));
    world.hospitals("h2.csv", renamed.as_bytes()).await.unwrap();
    let ctx = world.person(Role::RegionAdmin, None);
    let second = opendata::release(&world.store, &ctx, &areas).await.unwrap();
    assert_eq!(second, format!("{today}-2"));
    assert_eq!(
        opendata::files(&world.store, &first).await.unwrap(),
        before,
        "the first stays"
    );
    let all = opendata::releases(&world.store).await.unwrap();
    let ids: Vec<&str> = all.iter().map(|one| one.row.id.as_str()).collect();
    assert_eq!(ids, [second.as_str(), first.as_str()], "newest first");
    world.clock.advance(Span::hours(24 * 31));
    let later = world.program().at.in_japan().date();
    assert!(opendata::due(&world.store, later).await.unwrap());
}

async fn only_the_region_publishes(backend: Backend) {
    let world = region(backend).await;
    let areas = Areas::load(&world.store).await.unwrap();
    for role in [Role::InstitutionAdmin, Role::Doctor, Role::Auditor] {
        let ctx = world.person(role, None);
        let refused = opendata::release(&world.store, &ctx, &areas).await;
        assert!(matches!(refused, Err(Failure::Refused(_))), "{role:?}");
    }
    assert_eq!(opendata::releases(&world.store).await.unwrap(), []);
}
