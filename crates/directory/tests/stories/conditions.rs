//! Every condition of a search with every other: the index finds what a plain look at each institution finds, in one order
//! whatever the page.

use jiff::civil::datetime;
use proptest::prelude::*;
use renkei_base::Micros;
use renkei_base::name::search_key;
use renkei_directory::finder::{Beds, Open, Point, Source};
use renkei_directory::opening::Week;
use renkei_directory::{Filter, Finder, Kind, Search, tag};
use renkei_store::beds::{BedCount, BedSet};
use renkei_store::institution::{DepartmentRow, InstitutionRow};
use renkei_store::opening::{Department, Hours, Opening, OpeningSet, What};
use renkei_store::position::Position;
use renkei_store::slot::FirstFree;
use renkei_store::tag::InstitutionTag;
use renkei_testkit::{Backend, each_backend};

use crate::world::World;

each_backend!(every_condition_with_every_other);

const KINDS: [Kind; 3] = [Kind::Hospital, Kind::Clinic, Kind::ConsultationDesk];
const NAMES: [(&str, &str); 5] = [
    ("髙﨑", "タカサキ"),
    ("渡邊", "ワタナベ"),
    ("さくら", "サクラ"),
    ("中央", "チュウオウ"),
    ("メグロ", "メグロ"),
];
const PLACES: [(&str, &str); 4] = [
    ("131105", "東京都目黒区中町1"),
    ("131121", "東京都世田谷区上町2"),
    ("141003", "神奈川県横浜市さくら町3"),
    ("011002", "北海道札幌市中央4"),
];
const TAGS: [(&str, &str); 3] = [
    ("tracheostomy", "きかんせっかい"),
    ("house-call", "往診"),
    ("lang-en", "英語"),
];
const DEPARTMENTS: [&str; 3] = ["内科", "精神科", "整形外科"];
const DAY: i64 = 86_400_000_000;
const MANY: usize = 180;

/// An institution with all that is known of it.
struct One {
    row: InstitutionRow,
    tags: Vec<&'static str>,
    departments: Vec<&'static str>,
    hours: Option<OpeningSet>,
    point: Option<(f64, f64)>,
    beds: Option<u32>,
    /// Department and day.
    free: Vec<(&'static str, i64)>,
}

fn pick<T: Copy>(list: &[T], number: usize) -> T {
    list[number % list.len()]
}

fn one(n: usize) -> One {
    let (name, kana) = pick(&NAMES, n / 3);
    let (municipality, address) = pick(&PLACES, n / 7);
    let kind = pick(&KINDS, n);
    let id = format!("i{:03}", (n * 37) % MANY);
    let bit = |shift: usize| move |(at, _): &(usize, &'static str)| (n >> (at + shift)) & 1 == 1;
    let chosen = |list: [&'static str; 3], shift| -> Vec<&'static str> {
        let all = list.into_iter().enumerate();
        all.filter(bit(shift)).map(|(_, one)| one).collect()
    };
    let departments = chosen(DEPARTMENTS, 1);
    One {
        tags: chosen(TAGS.map(|(code, _)| code), 2),
        hours: (!n.is_multiple_of(4)).then(|| hours(&id, n, &departments)),
        point: (!n.is_multiple_of(5)).then(|| {
            (
                35.6 + (n % 17) as f64 / 90.0,
                139.6 + (n % 13) as f64 / 90.0,
            )
        }),
        beds: (kind == Kind::Hospital).then(|| u32::try_from(n * 3).unwrap()),
        free: departments
            .iter()
            .filter(|_| n.is_multiple_of(6))
            .map(|one| (*one, (n % 9) as i64))
            .collect(),
        departments,
        row: InstitutionRow {
            kind: kind.code().to_owned(),
            prefecture: municipality.chars().take(2).collect(),
            municipality: municipality.to_owned(),
            registry_id: Some(format!("13{n:06}")),
            code: None,
            name: format!("医療法人 {name}{n}"),
            kana: format!("{kana}{}", pick(&["", "ダイニ"], n)),
            short: String::new(),
            other_names: String::new(),
            address: address.to_owned(),
            active: !n.is_multiple_of(11),
            source: String::new(),
            source_date: String::new(),
            fingerprint: String::new(),
            updated: Micros(0),
            id: id.parse().unwrap(),
        },
    }
}

fn hours(id: &str, n: usize, departments: &[&str]) -> OpeningSet {
    let opening = |department: String, weekday: u8, until: u16| Opening {
        department,
        weekday,
        week: 0,
        from: 540,
        until,
        what: What::Consultation,
    };
    let code = |name: &str| {
        format!(
            "c{}",
            DEPARTMENTS.iter().position(|one| *one == name).unwrap()
        )
    };
    let mut openings = vec![opening(
        String::new(),
        u8::try_from(1 + n % 8).unwrap(),
        pick(&[720, 1_140, 1_560], n),
    )];
    openings.extend(departments.iter().map(|name| {
        opening(
            code(name),
            u8::try_from(1 + (n + name.len()) % 7).unwrap(),
            1_080,
        )
    }));
    let departments = departments.iter().map(|name| Department {
        code: code(name),
        name: (*name).to_owned(),
    });
    OpeningSet {
        institution: id.parse().unwrap(),
        source: "list".to_owned(),
        source_date: String::new(),
        hours: Hours {
            departments: departments.collect(),
            openings,
        }
        .pack(),
    }
}

/// All of it as the tables hold it.
async fn source(world: &World, all: &[One]) -> Source {
    let department = |one: &One, name: &str| {
        format!(
            "{}-{}",
            one.row.id,
            DEPARTMENTS.iter().position(|d| *d == name).unwrap()
        )
    };
    let mut source = Source {
        tags: tag::all(&world.store).await.unwrap(),
        ..Source::default()
    };
    for one in all {
        let id = one.row.id.clone();
        source.institutions.push(one.row.clone());
        source.openings.extend(one.hours.clone());
        source
            .carried
            .extend(one.tags.iter().map(|tag| InstitutionTag {
                institution: id.clone(),
                tag: (*tag).to_owned(),
                source: String::new(),
                source_date: String::new(),
                confirmed_by: None,
                confirmed_at: None,
            }));
        source
            .positions
            .extend(one.point.map(|(latitude, longitude)| Position {
                institution: id.clone(),
                latitude,
                longitude,
                source: String::new(),
                source_date: String::new(),
            }));
        source.beds.extend(one.beds.map(|beds| BedSet {
            institution: id.clone(),
            source: String::new(),
            source_date: String::new(),
            beds: vec![("total".to_owned(), BedCount::Stated(beds))],
        }));
        source
            .departments
            .extend(one.departments.iter().map(|name| DepartmentRow {
                id: department(one, name).parse().unwrap(),
                institution: id.clone(),
                code: String::new(),
                name: (*name).to_owned(),
                active: true,
                updated: Micros(0),
            }));
        source
            .first_free
            .extend(one.free.iter().map(|(name, day)| FirstFree {
                institution: id.clone(),
                department: department(one, name).parse().unwrap(),
                start: Micros(day * DAY),
            }));
    }
    source
}

type Word = (&'static str, fn(&One) -> bool);

/// Words, and whom they mean besides those in whose texts they stand.
const WORDS: [Word; 14] = [
    ("", |_| true),
    ("高崎", |_| false),
    ("ﾀｶｻｷ", |_| false),
    ("わたなべ", |_| false),
    ("第二", |_| false),
    ("だいに", |_| false),
    ("目黒区", |_| false),
    ("めぐろ", |one| one.row.municipality == "131105"),
    ("東京都", |one| one.row.prefecture == "13"),
    ("病院", |one| one.row.kind == "hospital"),
    ("精神科", |one| one.departments.contains(&"精神科")),
    ("きかんせっかい", |one| {
        one.tags.contains(&"tracheostomy")
    }),
    ("英語", |one| one.tags.contains(&"lang-en")),
    ("13000042", |_| false),
];

fn has_word(one: &One, (typed, means): &Word) -> bool {
    let key = search_key(typed);
    let row = &one.row;
    let address = row
        .address
        .trim_start_matches("東京都")
        .trim_start_matches("神奈川県")
        .trim_start_matches("北海道");
    let texts = [
        row.name.as_str(),
        &row.kana,
        address,
        row.registry_id.as_deref().unwrap(),
    ];
    let mut texts = texts.into_iter().chain(one.departments.iter().copied());
    means(one) || texts.any(|text| search_key(text).contains(&key))
}

fn is_open(one: &One, when: Open, departments: &[&str]) -> bool {
    let Some(set) = &one.hours else { return false };
    let week = Week::of(std::slice::from_ref(set));
    let theirs = one
        .departments
        .iter()
        .filter(|name| departments.contains(*name));
    let parts: Vec<Week> = theirs
        .map(|name| {
            week.department(&format!(
                "c{}",
                DEPARTMENTS.iter().position(|d| d == name).unwrap()
            ))
        })
        .collect();
    let parts = if parts.is_empty() { vec![week] } else { parts };
    parts.iter().any(|week| match when {
        Open::At(at) => week.is_open_at(at, |_| false) == Some(true),
        Open::On { day, .. } => week.openings().iter().any(|one| one.weekday == day),
        Open::Evening => week.openings().iter().any(|one| one.until > 18 * 60),
    })
}

fn passes(one: &One, search: &Search, words: &[Word]) -> bool {
    let (filter, row) = (&search.filter, &one.row);
    let named: Vec<&str> = filter
        .department
        .as_deref()
        .into_iter()
        .chain(
            words
                .iter()
                .map(|(typed, _)| *typed)
                .filter(|typed| *typed == "精神科"),
        )
        .collect();
    let until = |last: Micros| {
        one.free.iter().any(|(name, day)| {
            Micros(day * DAY) <= last && filter.department.as_deref().is_none_or(|one| one == *name)
        })
    };
    let near = |metres: u32| {
        one.point
            .and_then(|(latitude, longitude)| Point::new(latitude, longitude))
            .is_some_and(|point| search.from.unwrap().metres(point) <= metres)
    };
    let fits = |beds: &Beds| {
        one.beds.is_some_and(|number| {
            number >= beds.least && beds.most.is_none_or(|most| number <= most)
        })
    };
    (row.active || filter.closed)
        && (filter.kinds.is_empty() || filter.kinds.iter().any(|kind| kind.code() == row.kind))
        && filter
            .municipalities
            .as_ref()
            .is_none_or(|list| list.contains(&row.municipality))
        && filter
            .prefecture
            .as_ref()
            .is_none_or(|one| *one == row.prefecture)
        && filter
            .department
            .as_deref()
            .is_none_or(|name| one.departments.contains(&name))
        && filter
            .tags
            .iter()
            .all(|tag| one.tags.contains(&tag.as_str()))
        && filter.beds.as_ref().is_none_or(fits)
        && filter.open.is_none_or(|when| is_open(one, when, &named))
        && filter.free_until.is_none_or(until)
        && filter.within.is_none_or(near)
        && words.iter().all(|word| has_word(one, word))
}

/// Some of all conditions.
fn searches() -> impl Strategy<Value = (Search, Vec<usize>)> {
    let opens = [
        Open::At(datetime(2026, 11, 25, 10, 0, 0, 0)),
        Open::At(datetime(2026, 11, 28, 1, 0, 0, 0)),
        Open::On {
            day: 6,
            minute: None,
        },
        Open::On {
            day: 3,
            minute: None,
        },
        Open::Evening,
    ];
    let places = PLACES.map(|(code, _)| code.to_owned());
    let maybe = |number: usize| proptest::option::weighted(0.3, 0..number);
    let whose = (
        maybe(3),
        maybe(4),
        maybe(3),
        proptest::collection::vec(0usize..3, 0..2),
        any::<bool>(),
    );
    let when = (maybe(5), maybe(9), maybe(3), any::<bool>());
    let words = proptest::collection::vec(0..WORDS.len(), 0..3);
    (whose, when, words, maybe(5), maybe(4)).prop_map(move |(whose, when, words, beds, near)| {
        let (kind, place, department, tags, closed) = whose;
        let (open, free, within, by_free) = when;
        let from = within.and(Point::new(35.64, 139.69));
        let search = Search {
            words: words
                .iter()
                .map(|at| WORDS[*at].0)
                .collect::<Vec<_>>()
                .join("　"),
            filter: Filter {
                kinds: kind.map(|at| KINDS[at]).into_iter().collect(),
                prefecture: (place == Some(0)).then(|| "13".to_owned()),
                municipalities: place.map(|at| places[at..].to_vec()),
                department: department.map(|at| DEPARTMENTS[at].to_owned()),
                tags: tags.iter().map(|at| TAGS[*at].0.to_owned()).collect(),
                beds: beds.map(|at| Beds {
                    kind: "total".to_owned(),
                    least: u32::try_from(at * 60).unwrap(),
                    most: (at % 2 == 0).then_some(400),
                }),
                open: open.map(|at| opens[at]),
                free_until: free.map(|day| Micros(day as i64 * DAY)),
                within: within.map(|at| [1_500, 5_000, 12_000][at]),
                closed,
                ..Filter::default()
            },
            near: near.map(|at| places[at].clone()),
            from,
            by_free,
            ..Search::default()
        };
        (search, words)
    })
}

async fn every_condition_with_every_other(backend: Backend) {
    let world = World::new(backend).await;
    let all: Vec<One> = (0..MANY).map(one).collect();
    let finder = Finder::of_source(source(&world, &all).await);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1_000)
    });
    let result = runner.run(&searches(), |(search, words)| {
        let words: Vec<_> = words.iter().map(|at| WORDS[*at]).collect();
        let plain = all.iter().filter(|one| passes(one, &search, &words));
        let mut plain: Vec<&str> = plain.map(|one| one.row.id.as_str()).collect();
        let whole = finder.search_all(&Search {
            limit: MANY,
            ..search.clone()
        });
        let order: Vec<&str> = whole.hits.iter().map(|hit| hit.id.as_str()).collect();
        let mut found = order.clone();
        found.sort_unstable();
        plain.sort_unstable();
        prop_assert_eq!(&found, &plain);
        prop_assert_eq!(whole.total, plain.len());
        // Pages are parts of one order; its map counts and shows the same.
        let mut paged = Vec::new();
        while paged.len() < order.len() {
            let page = Search {
                offset: paged.len(),
                limit: 7,
                ..search.clone()
            };
            let (page, places) = finder.search_counted(&page, MANY);
            prop_assert_eq!(
                places.iter().map(|one| one.count).sum::<usize>(),
                order.len()
            );
            prop_assert!(!page.hits.is_empty());
            paged.extend(page.hits.into_iter().map(|hit| hit.id.to_string()));
        }
        prop_assert_eq!(&paged, &order);
        let spots: Vec<String> = finder
            .spots(&search)
            .into_iter()
            .map(|one| one.id.to_string())
            .collect();
        let pinned = whole.hits.iter().filter(|hit| hit.point.is_some());
        prop_assert_eq!(
            spots,
            pinned.map(|hit| hit.id.to_string()).collect::<Vec<_>>()
        );
        Ok(())
    });
    result.unwrap();
    assert!(
        finder.search(&Search::default()).total > 100,
        "most are open"
    );
}
