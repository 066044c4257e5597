//! Boundaries: N03 in both formats, broken in all ways; areas dissolved from their members.

use std::fs;

use jiff::civil::date;
use renkei_base::Refusal;
use renkei_directory::area::tokyo;
use renkei_directory::boundary::dissolve::{dissolve, inner};
use renkei_directory::boundary::topology::simplify;
use renkei_directory::boundary::{Boundaries, Ring, area, check, pack, read, unpack};
use renkei_directory::import::{Choice, Report};
use renkei_directory::{AreaKind, Areas};
use renkei_store::Failure;
use renkei_testkit::{Backend, Fuzz, each_backend, test_data};

use crate::world::World;

each_backend!(
    two_neighbours_and_an_island,
    broken_ones_are_told_and_the_good_are_kept,
    one_broken_feature_costs_no_other
);

fn feature(code: &str, name: &str, rings: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"N03_001":"東京都","N03_003":null,"N03_004":"{name}","N03_007":{code}}},"geometry":{{"type":"Polygon","coordinates":{rings}}}}}"#
    )
}

fn collection(features: &[String]) -> Vec<u8> {
    let features = features.join(",");
    format!(r#"{{"type":"FeatureCollection","name":"N03-25_13_250101","features":[{features}]}}"#)
        .into_bytes()
}

const WEST: &str = "[[[139.0,35.0],[139.5,35.0],[139.5,35.5],[139.0,35.5],[139.0,35.0]]]";
const EAST: &str = "[[[139.5,35.0],[140.0,35.0],[140.0,35.5],[139.5,35.5],[139.5,35.0]]]";
const ISLAND: &str = "[[[139.3,34.0],[139.4,34.0],[139.4,34.1],[139.3,34.0]]]";

/// The two neighbours share an arc.
const TOPOLOGY: &str = r#"{"type":"Topology","transform":{"scale":[0.1,0.1],"translate":[139,35]},
"arcs":[[[5,0],[0,5]],[[5,5],[-5,0],[0,-5],[5,0]],[[5,0],[5,0],[0,5],[-5,0]]],
"objects":{"N03-21_13_210101":{"type":"GeometryCollection","geometries":[
{"type":"Polygon","properties":{"N03_004":"千代田区","N03_007":"13101"},"arcs":[[0,1]]},
{"type":"Polygon","properties":{"N03_004":"中央区","N03_007":"13102"},"arcs":[[2,-1]]},
{"type":"Polygon","properties":{"N03_004":"所属未定地","N03_007":null},"arcs":[[2,-1]]}]}}}"#;

async fn import(world: &World, bytes: &[u8]) -> Result<Report, Failure> {
    world
        .import("boundaries", "N03.geojson", bytes, Choice::WRITE)
        .await
}

async fn outlines(world: &World) -> Boundaries {
    Boundaries::new(world.store.boundaries().await.unwrap())
}

async fn two_neighbours_and_an_island(backend: Backend) {
    let world = World::new(backend).await;
    let file = collection(&[
        feature("\"13101\"", "千代田区", WEST),
        feature("\"13102\"", "中央区", EAST),
        feature("\"13102\"", "中央区", ISLAND),
        feature("null", "所属未定地", ISLAND),
    ]);
    let report = import(&world, &file).await.unwrap();
    assert_eq!(
        report.to_json(),
        r#"{"accepted":2,"unchanged":0,"waiting":0,"refused":0,"warned":1}"#
    );
    let all = outlines(&world).await;
    let both = ["131016".to_owned(), "131024".to_owned()];
    let together = all.together(&both);
    assert_eq!(
        together.len(),
        2,
        "the border between them is gone, the island is not"
    );
    assert_eq!(
        all.touching(&[vec![both[0].clone()], vec![both[1].clone()]])
            .len(),
        1
    );
    let areas = Areas::load(&world.store).await.unwrap();
    assert_eq!(
        areas.municipality("131016").unwrap().name,
        "千代田区",
        "the file names them"
    );
    let again = import(&world, &file).await.unwrap();
    assert_eq!((again.unchanged, again.accepted), (2, 0));

    let report = import(&world, TOPOLOGY.as_bytes()).await.unwrap();
    assert_eq!(
        (
            report.accepted,
            report.created,
            report.refused,
            report.warned
        ),
        (2, 0, 0, 1)
    );
    let all = outlines(&world).await;
    assert_eq!(all.together(&both).len(), 1);
    let half: i64 = all
        .of("131016")
        .unwrap()
        .iter()
        .map(|ring| area(ring))
        .sum();
    assert_eq!(half, 2 * 50_000 * 50_000, "anticlockwise");
    let origin = all.origins(["131016"]).into_iter().next().unwrap();
    assert_eq!(origin.date, "2021-01-01", "as the file says of itself");
}

async fn broken_ones_are_told_and_the_good_are_kept(backend: Backend) {
    let world = World::new(backend).await;
    let file = collection(&[
        feature("\"13101\"", "千代田区", WEST),
        feature(
            "\"13102\"",
            "中央区",
            "[[[139.5,35.0],[140.0,35.0],[140.0,35.5]]]",
        ),
        feature(
            "\"13103\"",
            "港区",
            "[[[35.0,139.5],[35.0,140.0],[35.5,140.0],[35.0,139.5]]]",
        ),
        feature(
            "\"13104\"",
            "新宿区",
            "[[[139.0,35.0],[0,0],[139.5,35.5],[139.0,35.0]]]",
        ),
        feature(
            "\"13105\"",
            "文京区",
            "[[[139.0,35.0],[139.1,35.0],[139.0,35.0]]]",
        ),
        feature("\"131060\"", "台東区", EAST),
        feature("null", "墨田区", EAST),
        feature("\"13108\"", "江東区", "[139.0,35.0]"),
    ]);
    let dry = world
        .import("boundaries", "N03.json", &file, Choice::LOOK)
        .await
        .unwrap();
    let report = import(&world, &file).await.unwrap();
    assert_eq!(dry.remarks, report.remarks);
    let told: Vec<String> = report
        .remarks
        .iter()
        .map(|one| format!("{} {} {}", one.line, one.reason, one.value))
        .collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told.join("\n"), @r"
        6 fault-municipality-code-check-digit 台東区 131060
        7 fault-municipality-code-shape 墨田区
        2 fault-import-boundary-open 中央区 polygon 1, ring 1
        3 fault-import-boundary-swapped 港区 polygon 1, ring 1, point 1: 35, 139.5
        4 fault-import-boundary-outside 新宿区 polygon 1, ring 1, point 2: 0, 0
        5 fault-import-boundary-short 文京区 polygon 1, ring 1
        8 fault-import-boundary-no-polygon 江東区
        ");
    }
    assert_eq!((report.accepted, report.refused), (1, 7));
    let apart = TOPOLOGY
        .replace("[[0,1]]", "[[0,2]]")
        .replace("[[2,-1]]", "[[2,-9]]");
    let report = import(&world, apart.as_bytes()).await.unwrap();
    let reasons: Vec<&str> = report.reasons().into_keys().collect();
    assert_eq!(
        reasons,
        [
            "fault-import-boundary-arcs-apart",
            "fault-import-boundary-nobodys",
            "fault-import-boundary-no-arc"
        ]
        .iter()
        .copied()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    for text in [
        "",
        "{}",
        "[[[[",
        "{\"type\":\"FeatureCollection\",\"features\":7}",
        "ID,名",
    ] {
        let refused = import(&world, text.as_bytes()).await;
        assert!(
            matches!(refused, Err(Failure::Refused(Refusal::Invalid(_)))),
            "{text}: {refused:?}"
        );
    }
}

/// Whatever stands where a coordinate, an arc or a feature should be: the others are taken, or nothing, as one chooses.
async fn one_broken_feature_costs_no_other(backend: Backend) {
    let world = World::new(backend).await;
    let file = collection(&[
        // A code that some program has made a number of.
        feature("13101", "千代田区", WEST),
        feature(
            "\"13102\"",
            "中央区",
            "[[[139.5,35.0],[140.0,\"35.0\"],[140.0,35.5]]]",
        ),
        feature("\"13103\"", "港区", "[[[139.5,35.0],[140.0],[140.0,35.5]]]"),
        feature(
            "\"13104\"",
            "新宿区",
            "[[[139.5,35.0],[139.6,35.1],[140.0,35.5],null]]",
        ),
        feature("\"13105\"", "文京区", "\"?\""),
        "null".to_owned(),
        "[1,2]".to_owned(),
        r#"{"type":"Feature","properties":7,"geometry":[]}"#.to_owned(),
        feature("\"13106\"", "台東区", EAST),
    ]);
    let whole = Choice {
        all_or_nothing: true,
        ..Choice::WRITE
    };
    let stopped = world
        .import("boundaries", "N03.json", &file, whole)
        .await
        .unwrap();
    assert!(stopped.stopped && stopped.refused == 7);
    assert!(outlines(&world).await.is_empty(), "nothing, as one chose");
    let report = import(&world, &file).await.unwrap();
    let told: Vec<String> = report
        .remarks
        .iter()
        .map(|one| {
            format!("{} {} {}", one.line, one.reason, one.value)
                .trim()
                .to_owned()
        })
        .collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told.join("\n"), @r"
        6 fault-municipality-code-shape
        7 fault-municipality-code-shape
        8 fault-municipality-code-shape
        2 fault-import-boundary-bad-point 中央区 polygon 1, ring 1, point 2
        3 fault-import-boundary-bad-point 港区 polygon 1, ring 1, point 2
        4 fault-import-boundary-bad-point 新宿区 polygon 1, ring 1, point 4
        5 fault-import-boundary-bad-point 文京区 polygon 1, ring 1, point 1
        ");
    }
    assert_eq!((report.accepted, report.refused), (2, 7));

    // One arc is broken: the one that needs it is refused, with the arc's number.
    let broken = TOPOLOGY.replace("[[5,5],[-5,0],[0,-5],[5,0]]", "[[5,5],[-5,\"x\"],[0,-5]]");
    assert_ne!(broken, TOPOLOGY);
    let report = import(&world, broken.as_bytes()).await.unwrap();
    let reasons: Vec<String> = report
        .remarks
        .iter()
        .map(|one| format!("{} {}", one.reason, one.value))
        .collect();
    assert!(
        reasons.contains(&"fault-import-boundary-bad-arc 千代田区 arc 1".to_owned()),
        "{reasons:?}"
    );
    assert_eq!((report.accepted, report.refused), (1, 1));
}

/// The real file: 62 municipalities, and land that no municipality has.
#[test]
fn tokyo_as_published() {
    let Some(file) = test_data("boundaries/tokyo.topojson") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        tokyo::load(&world.store, &world.program()).await.unwrap();
        let bytes = fs::read(file).unwrap();
        let report = world
            .import("boundaries", "tokyo.topojson", &bytes, Choice::WRITE)
            .await
            .unwrap();
        assert_eq!(
            report.to_json(),
            r#"{"accepted":62,"unchanged":0,"waiting":0,"refused":0,"warned":1}"#
        );
        let rows = world.store.boundaries().await.unwrap();
        let size: usize = rows.iter().map(|row| row.rings.len()).sum();
        assert!(size < 40_000, "{size} bytes");
        let all = Boundaries::new(rows);
        let areas = Areas::load(&world.store).await.unwrap();
        let today = date(2026, 11, 22);
        let groups: Vec<Vec<String>> = areas
            .of_kind(AreaKind::SecondaryMedical, today)
            .iter()
            .map(|one| {
                let members = areas.members(AreaKind::SecondaryMedical, &one.code, today);
                members.into_iter().map(|one| one.code).collect()
            })
            .collect();
        // Nothing is lost or counted twice, and mainland areas are of one piece but for islands in the bay.
        let own = |codes: &[String]| -> i64 {
            let rings = codes.iter().filter_map(|code| all.of(code)).flatten();
            rings.map(|ring| area(ring)).sum()
        };
        for group in &groups {
            let outline = all.together(group);
            let sum: i64 = outline.iter().map(|ring| area(ring)).sum();
            assert_eq!(sum, own(group));
        }
        let rings: Vec<usize> = groups
            .iter()
            .map(|group| all.together(group).len())
            .collect();
        println!("rings {rings:?}");
        let touching = all.touching(&groups);
        assert!(touching.contains(&(1, 2)), "区南部 and 区西南部");
        assert!(
            !touching.iter().any(|(a, b)| *a == 12 || *b == 12),
            "島しょ touches nobody"
        );
    });
}

const WORDS: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ",",
    "-1",
    "!",
    "1e308",
    "-0",
    "0.5",
    "null",
    "\"arcs\":",
    "\"type\":",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
    "Topology",
    "FeatureCollection",
    "13101",
    "999999999999999999999",
    "\\u0000",
    "139.0,35.0",
];

/// Whatever is in a file: features or a refusal; whatever the rings are, they are packed, made simpler and dissolved.
#[test]
fn fuzz_boundary_files() {
    let good = String::from_utf8(collection(&[
        feature("\"13101\"", "千代田区", WEST),
        feature("\"13102\"", "中央区", EAST),
    ]));
    let mut fuzz = Fuzz::new(&[TOPOLOGY, &good.unwrap()], WORDS);
    while let Some(text) = fuzz.next() {
        let Ok(read) = read::features(&text) else {
            continue;
        };
        let polygons = read
            .features
            .into_iter()
            .filter_map(|one| one.polygons.ok());
        let mut shapes: Vec<Vec<Ring>> = polygons
            .map(|polygons| {
                let rings = polygons
                    .iter()
                    .flatten()
                    .filter_map(|ring| check::ring(ring, false).ok());
                rings.collect()
            })
            .collect();
        for rings in &shapes {
            assert_eq!(unpack(&pack(rings)).as_ref(), Some(rings));
        }
        simplify(&mut shapes, 4);
        let all = || shapes.iter().map(Vec::as_slice);
        let _ = (dissolve(all()), inner(all()));
    }
}
