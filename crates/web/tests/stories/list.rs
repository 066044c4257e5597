//! The list of institutions: its conditions, its files, and what happens with those that make no sense.

use renkei_base::{Micros, Role};
use renkei_directory::import::{self, Choice, Source};
use renkei_store::Changes;
use renkei_store::beds::{BedCount, BedSet};
use renkei_store::position::Position;
use renkei_store::tag::InstitutionTag;
use renkei_testkit::{Backend, each_backend, test_data};
use serde_json::Value;

use crate::common::{World, words};

each_backend!(
    conditions_narrow_the_list,
    conditions_are_named_and_taken_off,
    paper_says_where_the_living_page_is,
    those_with_free_slots_come_first,
    the_same_as_files,
    what_makes_no_sense_is_said,
    files_of_members_are_those_of_visitors,
    what_was_found_is_on_a_map,
    addressees_nearby_come_first
);

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The sample region, in which the hospital in the middle has beds, a place and tags, and a clinic a name like a formula.
async fn region(backend: Backend) -> World {
    let world = World::sample(backend).await;
    let chuo = world.made.institutions["chuo"].clone();
    let mut changes = Changes::default();
    for tag in ["lang-ne", "lang-tl"] {
        changes.put_institution_tag(&InstitutionTag {
            institution: chuo.clone(),
            tag: tag.to_owned(),
            source: "own".to_owned(),
            source_date: String::new(),
            confirmed_by: None,
            confirmed_at: None,
        });
    }
    changes.put_position(
        &Position {
            institution: chuo.clone(),
            latitude: 35.447_5,
            longitude: 139.642,
            source: "own".to_owned(),
            source_date: String::new(),
        },
        Micros(5),
    );
    changes.put_beds(
        &BedSet {
            institution: chuo,
            source: "own".to_owned(),
            source_date: String::new(),
            beds: vec![("total".to_owned(), BedCount::Stated(420))],
        },
        Micros(5),
    );
    world.app.store.commit(&world.ctx(), changes).await.unwrap();
    world.clinic("=SUM(A1) 医院").await;
    world.app.finder.refresh(&world.app.store).await.unwrap();
    world
}

async fn conditions_narrow_the_list(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let count = async |query: &str| {
        let page = visitor.get(&format!("/institutions?{query}")).await;
        assert_eq!(page.status_code(), 200, "{query}");
        page.text().matches("data-row href").count()
    };
    assert!(count("").await > 15);
    for (query, wanted) in [
        ("tag=lang-ne&tag=lang-tl", 1),
        ("tag=lang-ne&tag=no-such-tag", 0),
        ("beds=400", 1),
        ("beds=500", 0),
        ("beds=-419", 0),
        ("near=35.45,139.64&within=1", 1),
        ("near=35.45,139.64&within=1&kind=clinic", 0),
        ("kind=hospital&municipality=141917", 1),
        (&format!("q={}", escaped("ネパール語")), 1),
        ("utm_source=old&fbclid=1&kind=pharmacy", 1),
    ] {
        assert_eq!(count(query).await, wanted, "{query}");
    }
    let page = visitor.get("/institutions?near=35.45,139.64").await.text();
    assert!(page.contains("0.3 km"), "{}", words(&page));
    assert!(
        words(&page).contains("045-000-0102"),
        "the telephone is on the list and its print"
    );
}

/// Each condition is named once, with the list without it behind it.
async fn conditions_are_named_and_taken_off(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let query = format!(
        "q={}&prefecture=14&municipality=141917&kind=hospital&bed=total&beds=100-500&tag=lang-ne&open=sat\
         &near=35.45,139.64&within=5&department=x&closed=yes",
        escaped("病院")
    );
    let page = visitor.get(&format!("/institutions?{query}")).await.text();
    let chosen = crate::common::between(&page, "<div class=\"chosen\">", "</div>").to_owned();
    let said = words(&chosen);
    for word in [
        "「病院」",
        "病院",
        "ネパール語",
        "100～500 床",
        "土曜",
        "から近い順",
        "5 km 以内",
        "休止・廃止を含む",
        "条件をすべて外す",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(
        !said.contains("神奈川県"),
        "the municipality says it: {said}"
    );
    let offs: Vec<String> = chosen
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"))
        .collect();
    assert_eq!(offs.len(), 11, "ten conditions and all: {offs:?}");
    for href in &offs {
        assert_eq!(visitor.get(href).await.status_code(), 200, "{href}");
        assert!(href.len() < page.len() && *href != format!("/institutions?{query}"));
    }
    assert!(
        offs.iter()
            .any(|one| one.contains("beds") && !one.contains("lang-ne"))
    );
    assert!(
        offs.iter()
            .any(|one| !one.contains("bed=") && one.contains("lang-ne"))
    );
    assert!(
        offs.iter()
            .any(|one| !one.contains("near=") && !one.contains("within="))
    );
    let bare = visitor.get("/institutions?bed=total").await.text();
    assert!(
        !bare.contains("class=\"chosen\""),
        "the form's own kind of beds"
    );
    assert!(
        bare.contains("<details class=\"conditions\"><summary>"),
        "folded"
    );
}

/// What is printed names its day and the address of the living page, also as a code.
async fn paper_says_where_the_living_page_is(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let id = &world.made.institutions["chuo"];
    for (path, shown) in [
        (
            format!("/institutions?q={}&kind=clinic", escaped("医院")),
            "/institutions?q=医院&kind=clinic".to_owned(),
        ),
        (format!("/institutions/{id}"), format!("/institutions/{id}")),
        ("/areas/1303".to_owned(), "/areas/1303".to_owned()),
        ("/areas/131105".to_owned(), "/areas/131105".to_owned()),
        (
            "/map?kind=municipality&prefecture=13".to_owned(),
            "/map?kind=municipality&prefecture=13".to_owned(),
        ),
    ] {
        let page = visitor.get(&path).await.text();
        let paper = crate::common::between(&page, "<div class=\"paper print-only\">", "</p></div>");
        let address = format!("{}{shown}", world.app.config.base_url);
        let said = words(paper).replace("&#38;", "&");
        assert!(said.contains(&address), "{path}: {said}");
        assert!(
            words(paper).contains("に印刷") && paper.contains("<svg"),
            "{path}"
        );
    }
    let page = visitor.get("/map?prefecture=13&pins=clinic").await.text();
    assert!(words(&page).contains("点：診療所"));
}

async fn those_with_free_slots_come_first(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let page = visitor.get("/institutions?free=30&sort=free").await.text();
    let total = page.matches("data-row href").count();
    assert!((1..10).contains(&total), "{total}");
    assert!(words(&page).contains("最初の空き"), "{}", words(&page));
    assert!(
        !visitor
            .get("/institutions")
            .await
            .text()
            .contains("<th scope=\"col\">最初の空き")
    );
    // The same on the page of the first one, for everybody, and in the files.
    let id = crate::common::between(&page, "data-row href=\"/institutions/", "\"").to_owned();
    let first = world
        .app
        .finder
        .by_id(&id.parse().unwrap())
        .unwrap()
        .first_free
        .unwrap();
    let here = words(&visitor.get(&format!("/institutions/{id}")).await.text());
    let civil = first.in_japan();
    let said = format!("{}月{}日", civil.month(), civil.day());
    assert!(
        here.contains(&said) && words(&page).contains(&said),
        "{said}: {here}"
    );
    let csv = visitor
        .get("/institutions.csv?free=30&sort=free")
        .await
        .text();
    let minute = civil.strftime("%Y-%m-%d %H:%M").to_string();
    assert_eq!(csv.lines().count(), total + 1);
    assert!(csv.lines().nth(1).unwrap().contains(&minute), "{csv}");
    let json = visitor.get("/institutions.geojson?free=30&sort=free").await;
    let json: Value = serde_json::from_slice(json.as_bytes()).unwrap();
    let start = json["features"][0]["properties"]["first_free"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(start.ends_with(":00+09:00"), "{start}");
    let all = visitor.get("/institutions?sort=free").await.text();
    assert!(all.matches("data-row href").count() > total);
    assert_eq!(
        visitor
            .get("/institutions?free=2000-01-01")
            .await
            .text()
            .matches("data-row href")
            .count(),
        0
    );
    for wrong in ["free=soon", "free=-1", "free=400", "sort=name"] {
        let page = words(&visitor.get(&format!("/institutions?{wrong}")).await.text());
        assert!(
            page.contains("この条件を外す") || page.contains("条件"),
            "{wrong}: {page}"
        );
        let file = visitor.get(&format!("/institutions.csv?{wrong}")).await;
        assert_eq!(file.status_code(), 422, "{wrong}");
    }
}

async fn the_same_as_files(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let csv = visitor.get("/institutions.csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let csv = csv.text();
    assert!(csv.starts_with("\u{FEFF}\"名称\",\"かな\""), "{csv}");
    assert!(
        csv.contains("\"'=SUM(A1) 医院\""),
        "no cell runs as a formula"
    );
    assert!(
        csv.contains("\"1419901026\"") && csv.contains("ネパール語"),
        "{csv}"
    );
    let one = visitor.get("/institutions.csv?tag=lang-ne").await.text();
    assert_eq!(one.lines().count(), 2);

    let answer = visitor.get("/institutions.geojson?lang=en").await;
    let text: Value = serde_json::from_slice(answer.as_bytes()).unwrap();
    let features = text["features"].as_array().unwrap();
    assert_eq!(text["type"], "FeatureCollection");
    let placed: Vec<&Value> = features
        .iter()
        .filter(|one| !one["geometry"].is_null())
        .collect();
    assert!(
        placed.len() > 30 && placed.len() < features.len(),
        "all but those that were made without a place: {} of {}",
        placed.len(),
        features.len()
    );
    let of_code = |code: &str| placed.iter().find(|one| one["properties"]["code"] == code);
    let chuo = of_code("1419901026").unwrap();
    let point: Vec<f64> = serde_json::from_value(chuo["geometry"]["coordinates"].clone()).unwrap();
    assert_eq!(point, [139.642, 35.4475], "longitude first");

    let xlsx = visitor.get("/institutions.xlsx").await;
    assert!(xlsx.as_bytes().starts_with(b"PK"));
    assert!(
        xlsx.header("content-disposition")
            .to_str()
            .unwrap()
            .contains("institutions.xlsx")
    );
    let page = visitor.get("/institutions?tag=lang-ne&page=1").await.text();
    assert!(
        page.contains(r#"href="/institutions.xlsx?tag=lang-ne""#),
        "{page}"
    );
}

async fn what_makes_no_sense_is_said(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    for (query, word) in [
        ("area=9999", "圏域"),
        ("area=no-such-kind:1", "圏域"),
        ("kind=castle", "種類"),
        ("prefecture=99", "都道府県"),
        ("municipality=000000", "市区町村"),
        ("tag=%3Cscript%3E", "できること"),
        ("near=999,999", "場所"),
        ("near=139.7,35.6", "場所"),
        ("near=NaN,NaN", "場所"),
        ("near=35.6,139.7&within=-1", "距離"),
        ("beds=many", "病床数"),
        ("bed=castle&beds=1", "病床数"),
        ("open=tomorrow", "時間"),
        ("open=sat&at=99:99", "時刻"),
    ] {
        let answer = visitor.get(&format!("/institutions?{query}")).await;
        assert_eq!(answer.status_code(), 200, "{query}");
        let page = answer.text();
        assert!(
            words(&page).contains(&format!("条件「{word}：")),
            "{query}: {}",
            words(&page)
        );
        assert!(
            !page.contains("data-row") && !page.contains("<script>"),
            "{query}"
        );
        for form in ["csv", "xlsx", "geojson"] {
            let file = visitor.get(&format!("/institutions.{form}?{query}")).await;
            assert_eq!(file.status_code(), 422, "{query}: no file of everything");
        }
    }
    for query in [
        format!("q={}", escaped(&"長".repeat(1_500))),
        format!("q={}", escaped(&"a ".repeat(3_000))),
        "q=%00%01%FF%FE".to_owned(),
        "q=%27+or+1%3D1+--".to_owned(),
        "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        "q=%E2%80%AE&page=0".to_owned(),
        "&&&=&==".to_owned(),
        "tag=no-such-tag".to_owned(),
        "function=nothing".to_owned(),
        "page=-5&within=3".to_owned(),
    ] {
        let answer = visitor.get(&format!("/institutions?{query}")).await;
        assert_eq!(answer.status_code(), 200, "{query}");
        assert!(!answer.text().contains("<script>alert"), "{query}");
    }
}

/// Without outlines, tiles that lead on; what finds nothing has no map.
async fn what_was_found_is_on_a_map(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let page = visitor.get("/institutions?prefecture=13").await.text();
    assert!(
        page.contains("id=\"show-map\"") && page.contains("<figure class=\"map\">"),
        "{page}"
    );
    assert!(page.contains("<title>目黒区 "), "{page}");
    assert!(
        page.contains("/institutions?prefecture=13&#38;municipality=131105\"")
            || page.contains("/institutions?prefecture=13&amp;municipality=131105\""),
        "{page}"
    );
    let page = visitor.get("/institutions").await;
    // Before it is packed; over the wire it is a fifth of it.
    assert!(page.as_bytes().len() < 75_000, "{}", page.as_bytes().len());
    let none = visitor.get("/institutions?tag=no-such-tag").await.text();
    assert!(!none.contains("<figure class=\"map\""), "{none}");
    let clinic = &world.made.institutions["meguro-kokoro"];
    let page = visitor.get(&format!("/institutions/{clinic}")).await.text();
    assert!(
        page.contains("見本めぐろこころのクリニックの場所（区西南部）") && page.contains("●"),
        "{page}"
    );
}

/// The real hospitals: a liaison nurse looks for a bed for somebody with a tracheostomy, and three are left.
#[test]
fn three_of_all_hospitals_are_left() {
    let hospitals = test_data("institutions/01-1_hospital_facility_info_20250601.zip");
    let outlines = test_data("boundaries/tokyo.topojson");
    let (Some(hospitals), Some(outlines)) = (hospitals, outlines) else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = region(Backend::sqlite()).await;
        import_real(
            &world,
            "medical-institutions",
            "file_20250601.zip",
            &hospitals,
        )
        .await;
        import_real(&world, "boundaries", "tokyo.topojson", &outlines).await;
        let store = &world.app.store;
        world.app.finder.refresh(store).await.unwrap();
        world.app.areas.refresh(store).await.unwrap();
        // Three with 100 to 400 beds, one with fewer, one with more, one elsewhere.
        let mut changes = Changes::default();
        for id in [
            "1311132900200",
            "1311133000660",
            "1311133000790",
            "1311132700001",
            "1311132700240",
        ] {
            carry(&world, id, "tracheostomy", &mut changes);
        }
        carry(&world, "1311132900170", "ventilator", &mut changes);
        store.commit(&world.ctx(), changes).await.unwrap();
        world.app.finder.refresh(store).await.unwrap();

        let nurse = world.made.institutions["chuo"].clone();
        let nurse = world.signed_in("nurse", Some(&nurse), &[Role::Nurse]).await;
        let count = async |query: &str| {
            let page = nurse.get(&format!("/institutions?{query}")).await.text();
            let total = page.matches("data-row href").count();
            assert!(page.len() < 130_000, "{query}: {} bytes", page.len());
            println!("{query}: {total} on the page, {} bytes", page.len());
            (total, page)
        };
        assert_eq!(count("kind=hospital").await.0, 50);
        assert_eq!(count("kind=hospital&prefecture=13").await.0, 50);
        let ward = "kind=hospital&prefecture=13&municipality=131121";
        assert_eq!(count(ward).await.0, 24, "23 and the sample's");
        let beds = format!("{ward}&beds=100-400");
        assert_eq!(count(&beds).await.0, 10);
        let (left, page) = count(&format!("{beds}&tag=tracheostomy")).await;
        assert_eq!(left, 3, "{}", words(&page));
        assert!(page.contains("玉川病院") && page.contains("国土数値情報"));
        let packed = world
            .server
            .get("/institutions?kind=hospital&prefecture=13")
            .add_header("accept-encoding", "gzip")
            .await;
        let bytes = packed.as_bytes().len();
        assert!(bytes < 60_000, "{bytes} bytes");
        println!("{bytes} bytes");
    });
}

async fn import_real(world: &World, kind: &str, name: &str, file: &std::path::Path) {
    let source = Source::read(name, std::fs::read(file).unwrap()).unwrap();
    let (store, ctx) = (&world.app.store, world.ctx());
    let kind = import::kind(kind).unwrap();
    import::import(store, &ctx, kind, &source, Choice::WRITE, &mut |_| {})
        .await
        .unwrap();
}

fn carry(world: &World, registry_id: &str, tag: &str, changes: &mut Changes) {
    let hit = world.app.finder.by_registry_id(registry_id).unwrap();
    changes.put_institution_tag(&InstitutionTag {
        institution: hit.id,
        tag: tag.to_owned(),
        source: "own".to_owned(),
        source_date: String::new(),
        confirmed_by: None,
        confirmed_at: None,
    });
}

/// A list and its files hold what everybody sees, whoever asks.
async fn files_of_members_are_those_of_visitors(backend: Backend) {
    let world = region(backend).await;
    let chuo = world.made.institutions["chuo"].clone();
    let member = world.signed_in("nurse", Some(&chuo), &[Role::Nurse]).await;
    let visitor = world.visitor();
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let theirs = sorted(member.get("/institutions.csv").await.text());
    let ours = sorted(visitor.get("/institutions.csv").await.text());
    assert_eq!(theirs, ours);
    let page = visitor.get("/institutions").await.text();
    assert!(
        !page.contains("1419901026"),
        "the code is of use to members alone"
    );
}

async fn addressees_nearby_come_first(backend: Backend) {
    let world = World::sample(backend).await;
    for number in 0..20 {
        world.clinic(&format!("とおくの病院 {number}")).await;
    }
    let clinic = world.made.institutions["naika"].clone();
    let doctor = world
        .signed_in("doctor", Some(&clinic), &[Role::Doctor])
        .await;
    let part = doctor
        .post("/referrals/addressee", &[("q", "病院")])
        .await
        .text();
    let first = part.split("class=\"person\"").nth(1).unwrap();
    assert!(first.contains("見本"), "{}", words(&part));
    assert!(words(&part).contains("ほかに"), "{}", words(&part));
    let part = doctor
        .post("/referrals/addressee", &[("q", "とおくの病院 7")])
        .await
        .text();
    assert!(!words(&part).contains("ほかに"), "{}", words(&part));
}
