//! Searching by what institutions can do, when they are open, and where they lie.

use std::collections::BTreeMap;

use jiff::civil::datetime;
use renkei_base::Micros;
use renkei_directory::finder::{Beds, Open, Point, Source};
use renkei_directory::institution::{NewInstitution, register};
use renkei_directory::{Filter, Finder, Kind, Search, function, tag};
use renkei_store::beds::{BedCount, BedSet};
use renkei_store::function::InstitutionFunction;
use renkei_store::institution::{DepartmentRow, InstitutionRow};
use renkei_store::opening::{Department, Hours, Opening, OpeningSet, What};
use renkei_store::position::Position;
use renkei_store::slot::FirstFree;
use renkei_store::tag::InstitutionTag;
use renkei_testkit::{Backend, each_backend};

use crate::world::World;

each_backend!(
    by_what_they_can_do,
    by_everyday_words,
    by_time,
    by_distance,
    by_the_first_free_slot,
    counted_by_place,
    whatever_is_typed,
    what_institutions_carry_is_found_at_once
);

const MEGURO: &str = "131105";
const SETAGAYA: &str = "131121";

fn row(id: &str, kind: Kind, name: &str, municipality: &str) -> InstitutionRow {
    InstitutionRow {
        id: id.parse().unwrap(),
        kind: kind.code().to_owned(),
        prefecture: "13".to_owned(),
        municipality: municipality.to_owned(),
        registry_id: None,
        code: None,
        name: name.to_owned(),
        kana: String::new(),
        short: String::new(),
        other_names: String::new(),
        address: String::new(),
        active: id != "closed",
        source: String::new(),
        source_date: String::new(),
        fingerprint: String::new(),
        updated: Micros(0),
    }
}

fn carried(id: &str, code: &str) -> InstitutionTag {
    InstitutionTag {
        institution: id.parse().unwrap(),
        tag: code.to_owned(),
        source: "own".to_owned(),
        source_date: String::new(),
        confirmed_by: None,
        confirmed_at: None,
    }
}

fn hours(id: &str, spans: &[(&str, u8, u16, u16)]) -> OpeningSet {
    let departments = [("1", "内科"), ("2", "精神科"), ("3", "耳鼻いんこう科")];
    let named = departments
        .iter()
        .filter(|(code, _)| spans.iter().any(|(one, ..)| one == code));
    let opening = |(department, weekday, from, until): &(&str, u8, u16, u16)| Opening {
        department: (*department).to_owned(),
        weekday: *weekday,
        week: 0,
        from: *from,
        until: *until,
        what: What::Consultation,
    };
    OpeningSet {
        institution: id.parse().unwrap(),
        source: "medical-information-net".to_owned(),
        source_date: String::new(),
        hours: Hours {
            departments: named
                .map(|(code, name)| Department {
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                })
                .collect(),
            openings: spans.iter().map(opening).collect(),
        }
        .pack(),
    }
}

fn position(id: &str, latitude: f64, longitude: f64) -> Position {
    Position {
        institution: id.parse().unwrap(),
        latitude,
        longitude,
        source: String::new(),
        source_date: String::new(),
    }
}

fn beds(id: &str, list: &[(&str, BedCount)]) -> BedSet {
    BedSet {
        institution: id.parse().unwrap(),
        source: String::new(),
        source_date: String::new(),
        beds: list
            .iter()
            .map(|(kind, count)| ((*kind).to_owned(), *count))
            .collect(),
    }
}

async fn source(world: &World) -> Source {
    let function = |id: &str, state: &str| InstitutionFunction {
        institution: id.parse().unwrap(),
        function: "psy-acute".to_owned(),
        state: state.to_owned(),
        from: String::new(),
        until: String::new(),
        note: String::new(),
        source: String::new(),
        source_date: String::new(),
        done_by: None,
        done_at: Micros(0),
    };
    Source {
        institutions: vec![
            row("mind", Kind::Clinic, "こころクリニック", MEGURO),
            row("big", Kind::Hospital, "大病院", MEGURO),
            row("small", Kind::Hospital, "小病院", SETAGAYA),
            row("desk", Kind::ConsultationDesk, "こころの電話", SETAGAYA),
            row("closed", Kind::Clinic, "閉じた医院", MEGURO),
        ],
        tags: tag::all(&world.store).await.unwrap(),
        functions: function::all(&world.store).await.unwrap(),
        carried: vec![
            carried("big", "tracheostomy"),
            carried("big", "ventilator"),
            carried("small", "tracheostomy"),
            carried("closed", "tracheostomy"),
            carried("desk", "sleepless"),
            carried("desk", "saturday"),
            carried("mind", "lang-en"),
        ],
        held: vec![function("big", "approved"), function("small", "asked")],
        openings: vec![
            hours("big", &[("1", 6, 540, 720), ("2", 1, 540, 720)]),
            hours("mind", &[("2", 6, 540, 1_140), ("2", 2, 540, 720)]),
        ],
        positions: vec![
            position("mind", 35.640, 139.698),
            position("big", 35.630, 139.690),
            position("small", 35.646, 139.653),
        ],
        beds: vec![
            beds(
                "big",
                &[
                    ("total", BedCount::Stated(420)),
                    ("psychiatric", BedCount::Stated(40)),
                ],
            ),
            beds(
                "small",
                &[
                    ("total", BedCount::Stated(80)),
                    ("psychiatric", BedCount::Unreported),
                ],
            ),
        ],
        ..Source::default()
    }
}

fn ids(finder: &Finder, search: &Search) -> Vec<String> {
    let found = finder.search(search);
    assert_eq!(found.total, found.hits.len());
    assert_eq!(
        found.total,
        found.kinds.iter().map(|(_, count)| count).sum::<usize>()
    );
    found.hits.iter().map(|hit| hit.id.to_string()).collect()
}

fn filtered(filter: Filter) -> Search {
    Search {
        filter,
        ..Search::default()
    }
}

fn words(text: &str) -> Search {
    Search {
        words: text.to_owned(),
        ..Search::default()
    }
}

async fn by_what_they_can_do(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    let tags = |codes: &[&str]| {
        filtered(Filter {
            tags: codes.iter().map(|code| (*code).to_owned()).collect(),
            ..Filter::default()
        })
    };
    assert_eq!(ids(&finder, &tags(&["tracheostomy"])).len(), 2);
    assert_eq!(
        ids(&finder, &tags(&["tracheostomy", "ventilator"])),
        ["big"]
    );
    assert!(ids(&finder, &tags(&["no-such-tag"])).is_empty());
    let acute = Filter {
        functions: vec!["psy-acute".to_owned()],
        ..Filter::default()
    };
    assert_eq!(
        ids(&finder, &filtered(acute)),
        ["big"],
        "only approved ones"
    );
    let beds = |kind: &str, least, most| {
        let kind = kind.to_owned();
        filtered(Filter {
            beds: Some(Beds { kind, least, most }),
            ..Filter::default()
        })
    };
    assert_eq!(ids(&finder, &beds("total", 1, Some(199))), ["small"]);
    assert_eq!(
        ids(&finder, &beds("psychiatric", 0, None)),
        ["big"],
        "stated only"
    );
    let hit = finder.by_id(&"big".parse().unwrap()).unwrap();
    assert_eq!((hit.beds, hit.tags.len()), (Some(420), 2));
    let counts = finder.tags();
    assert!(
        counts.contains(&("tracheostomy".to_owned(), 2)),
        "{counts:?}"
    );
}

async fn by_everyday_words(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    for (typed, wanted) in [
        ("眠れない", vec!["desk", "mind", "big"]),
        ("眠れない 目黒区", vec![]),
        ("気管切開", vec!["big", "small"]),
        ("きかんせっかい", vec!["big", "small"]),
        ("tracheostomy", vec!["big", "small"]),
        ("cannot sleep", vec!["desk", "mind", "big"]),
        ("英語", vec!["mind"]),
        ("精神科", vec!["mind", "big"]),
        ("耳鼻いんこう科", vec![]),
        ("相談窓口", vec!["desk"]),
    ] {
        let mut found = ids(&finder, &words(typed));
        let mut wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{typed}");
    }
    let meguro = Search {
        filter: Filter {
            municipalities: Some(vec![MEGURO.to_owned(), "999999".to_owned()]),
            ..Filter::default()
        },
        ..words("眠れない")
    };
    assert_eq!(ids(&finder, &meguro).len(), 2);
    let troubles = finder.troubles();
    assert!(
        troubles
            .iter()
            .any(|(one, count)| one.code == "sleep" && *count == 3)
    );
    assert!(
        !troubles.iter().any(|(one, _)| one.code == "teeth"),
        "nobody is there for it"
    );
}

async fn by_time(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    let open = |when, department: &str| {
        ids(
            &finder,
            &filtered(Filter {
                open: Some(when),
                department: Some(department.to_owned()),
                ..Filter::default()
            }),
        )
    };
    let on = |day, minute| Open::On { day, minute };
    assert_eq!(
        open(on(6, None), "").len(),
        3,
        "the desk says so by its tag"
    );
    assert_eq!(
        open(on(6, None), "精神科"),
        ["mind"],
        "the hospital's 精神科 is closed then"
    );
    assert_eq!(open(on(6, Some(1_139)), ""), ["mind", "desk"]);
    assert_eq!(open(Open::Evening, ""), ["mind"]);
    let at = |when| open(Open::At(when), "");
    assert_eq!(at(datetime(2026, 11, 21, 10, 0, 0, 0)).len(), 2);
    assert_eq!(
        at(datetime(2026, 11, 23, 10, 0, 0, 0)).len(),
        0,
        "a Monday, but a holiday"
    );
    assert_eq!(at(datetime(2026, 11, 30, 10, 0, 0, 0)), ["big"]);
}

async fn by_distance(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    let from = Search {
        from: Point::new(35.646, 139.653),
        ..Search::default()
    };
    assert_eq!(
        ids(&finder, &from),
        ["small", "big", "mind", "desk"],
        "who says not where comes last"
    );
    let hits = finder.search(&from).hits;
    assert!(hits[0].distance < Some(20) && hits[3].distance.is_none());
    let near = Search {
        filter: Filter {
            within: Some(4_000),
            ..Filter::default()
        },
        ..from.clone()
    };
    assert_eq!(ids(&finder, &near), ["small", "big"]);
    let named = Search {
        words: "こころクリニック".to_owned(),
        ..from
    };
    assert_eq!(ids(&finder, &named)[0], "mind");
    assert!(finder.middle(MEGURO).unwrap().latitude < 35.64);
    assert_eq!(finder.middle("999999"), None);
}

/// A map counts just those that the list shows.
async fn counted_by_place(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    let searches = [
        Search::default(),
        words("クリニック"),
        words("病院"),
        words("どこにもない"),
    ];
    let mut most = 0;
    for search in searches {
        let mut listed: BTreeMap<(String, String), usize> = BTreeMap::new();
        let all = Search {
            limit: 1_000,
            ..search.clone()
        };
        for hit in finder.search_all(&all).hits {
            *listed
                .entry((hit.prefecture, hit.municipality))
                .or_default() += 1;
        }
        most = most.max(listed.len());
        let counted = finder.count(&search).into_iter();
        let counted = counted.map(|one| ((one.prefecture, one.municipality), one.count));
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), listed);
    }
    assert!(most > 1, "there are several places to tell apart");
}

async fn whatever_is_typed(backend: Backend) {
    let world = World::new(backend).await;
    let finder = Finder::of_source(source(&world).await);
    for typed in [
        "%' or 1=1 --",
        "\0\u{1}\u{2}",
        "<script>",
        "((((",
        "*",
        &"眠".repeat(10_000),
        &"a ".repeat(10_000),
        "\u{202E}\u{FEFF}",
    ] {
        let _ = finder.search(&words(typed));
    }
}

async fn what_institutions_carry_is_found_at_once(backend: Backend) {
    let world = World::new(backend).await;
    let new = NewInstitution {
        kind: "clinic".to_owned(),
        name: "見本医院".to_owned(),
        municipality: MEGURO.to_owned(),
        address: "目黒区1-1".to_owned(),
        ..NewInstitution::default()
    };
    let ctx = world.program();
    let id = register(&world.store, &ctx, &new).await.unwrap();
    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(finder.search(&words("往診")).total, 0);
    let mut changes = renkei_store::Changes::default();
    changes.put_institution_tag(&InstitutionTag {
        institution: id.clone(),
        ..carried("x", "house-call")
    });
    changes.put_position(&position(id.as_str(), 35.64, 139.7), Micros(5));
    world.store.commit(&ctx, changes).await.unwrap();
    assert!(finder.refresh(&world.store).await.unwrap());
    assert_eq!(finder.search(&words("往診")).total, 1);
    assert!(finder.by_id(&id).unwrap().point.is_some());
    assert!(!finder.refresh(&world.store).await.unwrap(), "nothing new");
}

async fn by_the_first_free_slot(backend: Backend) {
    let world = World::new(backend).await;
    let day = |days: i64| Micros(days * 86_400_000_000);
    let department = |id: &str, institution: &str, name: &str| DepartmentRow {
        id: id.parse().unwrap(),
        institution: institution.parse().unwrap(),
        code: String::new(),
        name: name.to_owned(),
        active: true,
        updated: Micros(0),
    };
    let free = |institution: &str, department: &str, days: i64| FirstFree {
        institution: institution.parse().unwrap(),
        department: department.parse().unwrap(),
        start: day(days),
    };
    let finder = Finder::of_source(Source {
        departments: vec![
            department("d1", "big", "精神科"),
            department("d2", "big", "内科"),
        ],
        // A clinic without departments has the slots itself.
        first_free: vec![
            free("big", "d1", 9),
            free("big", "d2", 3),
            free("mind", "mind", 5),
        ],
        ..source(&world).await
    });
    assert!(finder.has_free());
    let found = |filter: Filter, by_free: bool| -> Vec<(String, Option<Micros>)> {
        let search = Search {
            filter,
            by_free,
            ..Search::default()
        };
        let hits = finder.search(&search).hits;
        hits.into_iter()
            .map(|hit| (hit.id.to_string(), hit.first_free))
            .collect()
    };
    let until = |days: i64, department: Option<&str>| Filter {
        free_until: Some(day(days)),
        department: department.map(str::to_owned),
        ..Filter::default()
    };
    let said = |id: &str, days: i64| (id.to_owned(), Some(day(days)));
    assert_eq!(found(until(2, None), true), []);
    assert_eq!(
        found(until(5, None), true),
        [said("big", 3), said("mind", 5)]
    );
    assert_eq!(found(until(5, Some("精神科")), true), []);
    assert_eq!(found(until(9, Some("精神科")), false), [said("big", 9)]);
    let all = found(Filter::default(), true);
    assert_eq!(all[..2], [said("big", 3), said("mind", 5)]);
    assert!(all.len() > 3 && all[2..].iter().all(|(_, free)| free.is_none()));
    assert_eq!(
        finder.by_id(&"mind".parse().unwrap()).unwrap().first_free,
        Some(day(5))
    );
}
