//! Mergers: before and after the day the right members, taken back without trace, as a list, and what is wrong with them.

use jiff::civil::{Date, date};
use renkei_base::code::MunicipalityCode;
use renkei_base::{Ctx, Refusal, Role};
use renkei_directory::area::merger::{Merger, Successor, look, merge};
use renkei_directory::area::merger_undo::undo;
use renkei_directory::area::tokyo;
use renkei_directory::import::{Choice, Report};
use renkei_directory::{AreaKind, Areas};
use renkei_store::{Failure, Store};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, csv};

each_backend!(
    a_merger_keeps_the_past,
    one_that_was_wrong_is_taken_back,
    where_areas_differ_a_person_chooses,
    one_is_divided,
    what_is_wrong_is_told,
    two_at_once_are_one,
    a_list_is_imported,
    the_same_areas_again_bring_nothing_back,
);

const MEDICAL: AreaKind = AreaKind::SecondaryMedical;
const HEADINGS: &str = "旧市区町村コード,旧市区町村名,新市区町村コード,新市区町村名,施行日";

fn six(five: &str) -> String {
    MunicipalityCode::parse(five).unwrap().as_str().to_owned()
}

fn merger(from: &[&str], into: &str, name: &str, on: Date) -> Merger {
    Merger {
        from: from.iter().map(|code| (*code).to_owned()).collect(),
        into: vec![Successor {
            code: into.to_owned(),
            name: name.to_owned(),
            kana: String::new(),
        }],
        on,
        areas: Vec::new(),
    }
}

async fn region(backend: Backend) -> (World, Areas) {
    let world = World::new(backend).await;
    tokyo::load(&world.store, &world.program()).await.unwrap();
    let areas = Areas::load(&world.store).await.unwrap();
    (world, areas)
}

/// The administrator, a second later.
fn admin(world: &World) -> Ctx {
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    world.person(Role::RegionAdmin, None)
}

fn names(areas: &Areas, area: &str, day: Date) -> String {
    let members = areas.members(MEDICAL, area, day);
    let names: Vec<String> = members.into_iter().map(|one| one.name).collect();
    names.join(" ")
}

/// All rows of areas, as text.
async fn everything(store: &Store) -> String {
    let mut lines = Vec::new();
    for row in store.municipalities().await.unwrap() {
        let (from, to) = (row.valid_from, row.valid_to);
        lines.push(format!(
            "{} {} {from} {to} {:?}",
            row.code, row.name, row.successors
        ));
    }
    for row in store.area_members().await.unwrap() {
        let (from, to) = (row.valid_from, row.valid_to);
        lines.push(format!(
            "{} {} {} {from} {to}",
            row.kind, row.area, row.municipality
        ));
    }
    lines.join("\n")
}

async fn a_merger_keeps_the_past(backend: Backend) {
    let (world, areas) = region(backend).await;
    let into = six("13230");
    let on = date(2027, 4, 1);
    // 日の出町 and 奥多摩町 become a city.
    let both = merger(&["133051", "133086"], &into, "西奥市", on);
    let preview = look(&areas.atlas(), &both, admin(&world).at).unwrap();
    assert_eq!(preview.merged.kinds.len(), 1);
    assert_eq!(preview.after.members(MEDICAL, "1308", on).len(), 7);
    assert_eq!(areas.members(MEDICAL, "1308", on).len(), 8, "a look");
    merge(&world.store, &admin(&world), &both).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    let (before, after) = (date(2027, 3, 31), on);
    insta::allow_duplicates! {
        insta::assert_snapshot!(names(&areas, "1308", before), @"青梅市 福生市 羽村市 あきる野市 瑞穂町 日の出町 檜原村 奥多摩町");
        insta::assert_snapshot!(names(&areas, "1308", after), @"青梅市 福生市 羽村市 あきる野市 西奥市 瑞穂町 檜原村");
    }
    let atlas = areas.atlas();
    assert_eq!(atlas.municipalities(before).count(), 62);
    assert_eq!(atlas.municipalities(after).count(), 61);
    let of = |code, day| areas.of_municipality(MEDICAL, code, day).unwrap().code;
    assert_eq!(of("133051", after), "1308", "as its successor");
    assert_eq!(atlas.at("133051", before), "133051");
    assert_eq!(atlas.at("133051", after), into);
    assert_eq!(atlas.predecessors(&into).count(), 2);
    assert_eq!(atlas.grounds(&into, after), [&into, "133051", "133086"]);
    assert_eq!(areas.grounds(MEDICAL, "1308", after).len(), 7 + 2);
    assert_eq!(areas.grounds(MEDICAL, "1308", before).len(), 8);
    let rows = world.store.mergers().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].on_day.as_str(), rows[0].undone),
        ("2027-04-01", None)
    );
}

async fn one_that_was_wrong_is_taken_back(backend: Backend) {
    let (world, areas) = region(backend).await;
    let begin = everything(&world.store).await;
    let into = six("13230");
    let on = date(2027, 4, 1);
    let both = merger(&["133051", "133086"], &into, "西奥市", on);
    let first = merge(&world.store, &admin(&world), &both).await.unwrap();
    let wide = merger(&[&into], "132055", "", date(2028, 4, 1));
    let second = merge(&world.store, &admin(&world), &wide).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    let atlas = areas.atlas();
    assert_eq!(
        atlas.at("133051", date(2028, 4, 1)),
        "132055",
        "青梅市, by two"
    );
    assert_eq!(atlas.at("133051", on), into);

    // The newer one first.
    let later = undo(&world.store, &admin(&world), &first).await;
    let Err(Failure::Refused(Refusal::NotNow(key))) = later else {
        panic!("{later:?}")
    };
    assert_eq!(key, "refuse-merger-later");
    let nurse = world.person(Role::Nurse, None);
    assert!(undo(&world.store, &nurse, &second).await.is_err());
    undo(&world.store, &admin(&world), &second).await.unwrap();
    let again = undo(&world.store, &admin(&world), &second).await;
    assert!(matches!(again, Err(Failure::Refused(Refusal::NotNow(_)))));
    // A list of areas has said more of the new one meanwhile.
    let headings = "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名,有効開始日,有効終了日";
    let row = format!("構想区域,1308,西多摩,{into},西奥市,2027-04-01,");
    let file = csv(headings, &[&row]);
    world
        .import("areas", "a.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    undo(&world.store, &admin(&world), &first).await.unwrap();
    assert_eq!(
        everything(&world.store).await,
        begin,
        "as if nothing had been"
    );
    assert!(areas.refresh(&world.store).await.unwrap());
    assert_eq!(areas.members(MEDICAL, "1308", on).len(), 8);
    // And rightly this time.
    let right = merger(&["133051"], &into, "日の出市", on);
    merge(&world.store, &admin(&world), &right).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(areas.municipality(&into).unwrap().name, "日の出市");
}

async fn where_areas_differ_a_person_chooses(backend: Backend) {
    let (world, areas) = region(backend).await;
    let on = date(2027, 4, 1);
    // 狛江市 (1311) goes into 世田谷区 (1303), which stays where it is.
    let komae = merger(&["132195"], "131121", "", on);
    merge(&world.store, &admin(&world), &komae).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    let of = |code: &str| areas.of_municipality(MEDICAL, code, on).map(|one| one.code);
    assert_eq!(of("132195").unwrap(), "1303");
    assert_eq!(areas.members(MEDICAL, "1311", on).len(), 5);

    // 調布市 (1311) and 杉並区 (1304) become one: nobody knows where.
    let into = six("13231");
    let mut new = merger(&["132080", "131156"], &into, "神代市", on);
    let open = merge(&world.store, &admin(&world), &new).await;
    let Err(Failure::Refused(Refusal::Invalid(faults))) = open else {
        panic!("{open:?}")
    };
    assert_eq!(
        (faults[0].field.as_str(), faults[0].key.as_str()),
        ("areas", "fault-merger-area")
    );
    let preview = look(&areas.atlas(), &new, admin(&world).at).unwrap();
    let choices: Vec<String> = preview
        .merged
        .undecided()
        .flat_map(|one| one.choices.clone())
        .collect();
    assert_eq!(choices, ["1304", "1311"]);
    new.areas = vec![(MEDICAL, "1399".to_owned())];
    assert!(
        merge(&world.store, &admin(&world), &new).await.is_err(),
        "none of the two"
    );
    new.areas = vec![(MEDICAL, "1304".to_owned())];
    merge(&world.store, &admin(&world), &new).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        areas.of_municipality(MEDICAL, &into, on).unwrap().code,
        "1304"
    );
    assert_eq!(areas.atlas().of_municipality(MEDICAL, &into, on).count(), 1);

    // One that takes in another may move to its area.
    let mut moves = merger(&["132250"], "132063", "", on);
    moves.areas = vec![(MEDICAL, "1310".to_owned())];
    let moved = look(&areas.atlas(), &moves, admin(&world).at);
    if let Ok(preview) = moved {
        let area = preview.after.of_municipality(MEDICAL, "132063", on).next();
        assert_eq!(area.unwrap().code, "1310");
    }
}

async fn one_is_divided(backend: Backend) {
    let (world, areas) = region(backend).await;
    let on = date(2027, 4, 1);
    // 檜原村: one part goes to 青梅市, the other one becomes a village of its own.
    let mut both = merger(&["133078"], "132055", "", on);
    both.into.push(Successor {
        code: six("13310"),
        name: "数馬村".to_owned(),
        kana: "かずまむら".to_owned(),
    });
    merge(&world.store, &admin(&world), &both).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    let atlas = areas.atlas();
    assert_eq!(
        atlas.at("133078", on),
        "133078",
        "nobody knows which of the two"
    );
    assert!(
        atlas.grounds("132055", on).contains(&"133078"),
        "but it is found"
    );
    assert_eq!(atlas.members(MEDICAL, "1308", on).len(), 8);
    let two = Merger {
        from: vec!["133051".to_owned(), "133086".to_owned()],
        ..both
    };
    let refused = look(&atlas, &two, admin(&world).at).unwrap_err();
    assert!(matches!(refused, Refusal::Invalid(faults) if faults[0].key == "fault-merger-divided"));
}

async fn what_is_wrong_is_told(backend: Backend) {
    let (world, areas) = region(backend).await;
    let on = date(2027, 4, 1);
    let gone = merger(&["133051"], "132055", "", on);
    merge(&world.store, &admin(&world), &gone).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    let new = six("13230");
    for (from, into, name, day, field, key) in [
        // Merged twice.
        (
            "133051",
            "131121",
            "",
            date(2028, 4, 1),
            "from",
            "fault-merger-over",
        ),
        ("133051", "131121", "", on, "from", "fault-merger-over"),
        // Round in a circle: it takes in the other one later.
        (
            "132055",
            "133051",
            "",
            date(2026, 4, 1),
            "from",
            "fault-merger-later",
        ),
        (
            "131130",
            "133051",
            "",
            date(2026, 4, 1),
            "into",
            "fault-merger-later",
        ),
        (
            "131130",
            "133051",
            "",
            date(2028, 4, 1),
            "into",
            "fault-merger-over",
        ),
        (
            "139999",
            "131121",
            "",
            on,
            "from",
            "fault-municipality-code-check-digit",
        ),
        ("139998", "131121", "", on, "from", "fault-merger-unknown"),
        ("", "131121", "", on, "from", "fault-merger-none"),
        ("131121", "131121", "", on, "from", "fault-merger-self"),
        (
            "131130",
            new.as_str(),
            "どこか",
            on,
            "name",
            "fault-merger-name",
        ),
        (
            "131130",
            "131129",
            "",
            on,
            "into",
            "fault-municipality-code-check-digit",
        ),
        ("131130", "13112", "", on, "into", "fault-merger-digits"),
        // 131229 is 葛飾区: a slip of the code.
        (
            "131130",
            "131229",
            "城南区",
            on,
            "into",
            "fault-merger-other-name",
        ),
        (
            "131130",
            "130001",
            "",
            on,
            "into",
            "fault-import-area-prefecture",
        ),
        (
            "131130",
            "141003",
            "横浜市",
            on,
            "into",
            "fault-merger-prefecture",
        ),
        (
            "131130",
            "131121",
            "",
            date(1888, 4, 1),
            "on",
            "fault-merger-date",
        ),
        (
            "131130",
            "131121",
            "",
            date(2207, 4, 1),
            "on",
            "fault-merger-date",
        ),
    ] {
        let from: Vec<&str> = from.split_whitespace().collect();
        let what = format!("{from:?} {into} {day}");
        let refused = look(
            &areas.atlas(),
            &merger(&from, into, name, day),
            admin(&world).at,
        );
        let Err(Refusal::Invalid(faults)) = refused else {
            panic!("{what}: {refused:?}")
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].key.as_str()),
            (field, key),
            "{what}"
        );
    }
    // Its own name may be said, with its prefecture too.
    for name in ["", "葛飾区", "東京都葛飾区"] {
        let named = merger(&["131130"], "131229", name, on);
        assert!(
            look(&areas.atlas(), &named, admin(&world).at).is_ok(),
            "{name}"
        );
    }
    // Before it was there.
    let young = merger(&["131130"], &new, "新宿渋谷区", on);
    merge(&world.store, &admin(&world), &young).await.unwrap();
    areas.refresh(&world.store).await.unwrap();
    for day in [date(2026, 4, 1), on] {
        let early = merger(&[&new], "131121", "", day);
        let refused = look(&areas.atlas(), &early, admin(&world).at).unwrap_err();
        assert!(
            matches!(&refused, Refusal::Invalid(faults) if faults[0].key == "fault-merger-early"),
            "{day}: {refused:?}"
        );
    }
    let before = merger(&["131105"], &new, "", date(2026, 4, 1));
    assert!(look(&areas.atlas(), &before, admin(&world).at).is_err());
}

async fn two_at_once_are_one(backend: Backend) {
    let (world, _) = region(backend).await;
    let on = date(2027, 4, 1);
    let (one, other) = (admin(&world), admin(&world));
    let west = merger(&["133051"], "132055", "", on);
    let east = merger(&["133051"], "132187", "", on);
    let (one, other) = tokio::join!(
        merge(&world.store, &one, &west),
        merge(&world.store, &other, &east)
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(world.store.mergers().await.unwrap().len(), 1);
    let rows = world.store.municipalities().await.unwrap();
    let old = rows.iter().find(|row| row.code == "133051").unwrap();
    assert_eq!(old.successors.len(), 1);
}

async fn import(world: &World, rows: &[&str], choice: Choice) -> Report {
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    let file = csv(HEADINGS, rows);
    world
        .import("mergers", "mergers.csv", &file, choice)
        .await
        .unwrap()
}

fn told(report: &Report) -> String {
    let lines = report.remarks.iter().map(|one| {
        let level = one.level.code();
        format!(
            "{} {level} {} {} {}",
            one.line, one.field, one.reason, one.value
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn a_list_is_imported(backend: Backend) {
    let (world, areas) = region(backend).await;
    let new = six("13230");
    let (first, second) = (
        format!("133051,日の出町,{new},西奥市,2027-04-01"),
        format!("13308,奥多摩町,{new},西奥市,令和9年4月1日"),
    );
    let rows = [
        // The one that stands on the others comes first: they are taken in the order of their days.
        "132306,西奥市,132055,青梅市,R10.4.1",
        &first,
        &second,
        &second,
        "133051,日の出町,132055,青梅市,2029-04-01",
        "131131,渋谷区,131121,世田谷区,2027-04-01",
        "131130,渋谷区,141003,横浜市,2027-04-01",
        "139998,どこか,131121,世田谷区,2027-04-01",
        "131121,世田谷区,131121,世田谷区,2027-04-01",
        "131105,目黒区,131121,世田谷区,そのうち",
        "131156,杉並区,132314,神代市,2027-04-01",
        "132080,調布市,132314,神代市,2027-04-01",
    ];
    assert_eq!(new, "132306");
    let look = import(&world, &rows, Choice::LOOK).await;
    let begin = everything(&world.store).await;
    let report = import(&world, &rows, Choice::WRITE).await;
    assert_eq!(told(&look), told(&report));
    assert_ne!(everything(&world.store).await, begin);
    insta::allow_duplicates! {
        insta::assert_snapshot!(told(&report), @r"
        7 refused 旧市区町村コード fault-municipality-code-check-digit 131131
        11 refused 施行日 fault-import-area-date そのうち
        9 refused 旧市区町村コード fault-import-merger-unknown 139998
        10 refused 旧市区町村コード fault-import-merger-unknown 139998
        4 warned 旧市区町村コード fault-import-area-digit-added 13308
        12 refused  fault-import-merger-area 二次保健医療圏 1304 / 1311
        13 refused  fault-import-merger-area 二次保健医療圏 1304 / 1311
        8 refused 新市区町村コード fault-import-merger-prefecture 131130
        6 refused 旧市区町村コード fault-import-merger-over 133051
        ");
    }
    assert_eq!((report.accepted, report.unchanged), (3, 1));
    let changes: Vec<String> = report
        .differences
        .iter()
        .flat_map(|one| {
            one.changes
                .iter()
                .map(|change| format!("{} → {}", change.old, change.new))
        })
        .collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(changes.join("\n"), @r"
        133051 日の出町 → 132306 西奥市 (2027-04-01)
        133086 奥多摩町 → 132306 西奥市 (2027-04-01)
        132306 西奥市 → 132055 青梅市 (2028-04-01)
        ");
    }
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(areas.atlas().at("133086", date(2028, 4, 1)), "132055");
    assert_eq!(areas.members(MEDICAL, "1308", date(2028, 4, 1)).len(), 6);
    let again = import(&world, &rows, Choice::WRITE).await;
    assert_eq!((again.accepted, again.unchanged), (0, 4));
    assert_eq!(again.refused, report.refused);
}

async fn the_same_areas_again_bring_nothing_back(backend: Backend) {
    let (world, areas) = region(backend).await;
    let headings = "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名,有効開始日,有効終了日";
    let file = csv(
        headings,
        &[
            "構想区域,1308,西多摩,133051,日の出町,,",
            "構想区域,1308,西多摩,132055,青梅市,2020-04-01,",
            "構想区域,1308,西多摩,133086,奥多摩町,2020-04-01,",
        ],
    );
    let import = || world.import("areas", "a.csv", &file, Choice::WRITE);
    import().await.unwrap();
    for (code, on) in [("133051", date(2025, 4, 1)), ("133086", date(2027, 4, 1))] {
        let gone = merger(&[code], "132055", "", on);
        merge(&world.store, &admin(&world), &gone).await.unwrap();
    }
    let merged = everything(&world.store).await;
    let again = import().await.unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, 3));
    assert_eq!(everything(&world.store).await, merged);
    areas.refresh(&world.store).await.unwrap();
    let plain = csv(
        "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名",
        &["二次保健医療圏,1308,西多摩,133051,日の出町"],
    );
    let plain = world.import("areas", "b.csv", &plain, Choice::WRITE);
    assert_eq!(plain.await.unwrap().unchanged, 1);
    assert_eq!(everything(&world.store).await, merged);
}
