//! Areas and the map: open to everybody, with a table beside the picture, small enough for an old phone.

use std::fs;

use renkei_base::Role;
use renkei_directory::import::{self, Choice, Source};
use renkei_testkit::{Backend, each_backend, test_data};

use crate::common::{World, between, words};
use crate::guide::make;

each_backend!(anybody_finds_areas, tiles_where_no_outline_is_known);

/// One clinic in 目黒区, in the sample region with the areas of Tokyo.
async fn region(backend: Backend) -> World {
    let world = World::sample(backend).await;
    world.clinic("目黒の医院").await;
    world
}

async fn anybody_finds_areas(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let list = visitor.get("/areas").await;
    assert_eq!(list.status_code(), 200);
    assert!(
        list.maybe_header("set-cookie").is_none(),
        "no cookie for visitors"
    );
    let said = words(&list.text());
    for text in [
        "二次保健医療圏",
        "1303",
        "区西南部",
        "目黒区 、 世田谷区 、 渋谷区",
        "小笠原村",
    ] {
        assert!(said.contains(text), "{text} in {said}");
    }
    let one = words(&visitor.get("/areas/1303").await.text());
    for text in [
        "くせいなんぶ",
        "131105",
        "1,475,635",
        "国勢調査",
        "2020年10月1日",
    ] {
        assert!(one.contains(text), "{text} in {one}");
    }
    let html = visitor.get("/areas/1303").await.text();
    let list = "/institutions?area=1303&kind=clinic";
    let link = format!("href=\"{}\"", list.replace('&', "&#38;"));
    assert!(html.contains(&link), "{link}");
    let listed = words(&visitor.get(list).await.text());
    assert!(listed.contains("目黒の医院"), "{listed}");
    // A municipality has its figures too, each with its list and its map.
    let html = visitor.get("/areas/131105").await.text();
    let html = html.replace("&#38;", "&").replace("&amp;", "&");
    for text in [
        "診療所の数",
        "href=\"/institutions?prefecture=13&municipality=131105&kind=clinic\"",
        "href=\"/map?kind=municipality&prefecture=13&figure=clinic\"",
    ] {
        assert!(html.contains(text), "{text} in {html}");
    }
    let english = words(&visitor.get("/areas/1303?lang=en").await.text());
    assert!(english.contains("Secondary medical area"), "{english}");
    // Who has which function of the medical plan, by name; one hospital under each of its functions.
    let (_, functions) = one.split_once("医療機能を担う機関").unwrap();
    for function in ["治療・回復・社会復帰", "精神科救急・身体合併症・専門医療"]
    {
        let (_, holders) = functions.split_once(function).unwrap();
        assert!(holders.contains("見本世田谷こころの病院"), "{function}");
    }
    let islands = words(&visitor.get("/areas/1313").await.text());
    assert!(!islands.contains("医療機能を担う機関"), "{islands}");
    // Its links lead to a list that is understood: of the kind that needs no name, and of others.
    let headings = "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名";
    let file = format!("{headings}\n精神医療圏,S1,城南,131105,目黒区\n");
    let source = Source::read("areas.csv", file.into_bytes()).unwrap();
    let kind = import::kind("areas").unwrap();
    let (store, ctx) = (&world.app.store, world.ctx());
    let mut quiet = |_| {};
    let report = import::import(store, &ctx, kind, &source, Choice::WRITE, &mut quiet).await;
    assert_eq!(report.unwrap().accepted, 1);
    world.app.areas.refresh(store).await.unwrap();
    for (page, start) in [
        ("/areas/1303", "/institutions?area=1303&"),
        (
            "/areas/S1?kind=psychiatric-area",
            "/institutions?area=psychiatric-area:S1&",
        ),
    ] {
        let html = visitor.get(page).await.text();
        let html = html.replace("&#38;", "&").replace("&amp;", "&");
        let link = format!("href=\"{start}kind=clinic\"");
        assert!(html.contains(&link), "{link} in {page}");
        let list = visitor.get(&format!("{start}kind=clinic")).await.text();
        assert!(list.contains("目黒の医院"), "{start}");
        let value = start.split_once("area=").unwrap().1.trim_end_matches('&');
        let chosen = format!("<option value=\"{value}\" selected");
        assert!(list.contains(&chosen), "{chosen}");
    }
    for nothing in [
        "/areas/9999",
        "/areas/1303?kind=psychiatric-area",
        "/areas/%3Cscript%3E",
    ] {
        assert_eq!(visitor.get(nothing).await.status_code(), 404, "{nothing}");
    }
}

async fn tiles_where_no_outline_is_known(backend: Backend) {
    let world = region(backend).await;
    let visitor = world.visitor();
    let page = visitor
        .get("/map?kind=secondary-medical-area&figure=clinic&prefecture=13")
        .await;
    assert_eq!(page.status_code(), 200);
    let html = page.text();
    assert_eq!(
        html.matches("<a href=\"/areas/13").count(),
        13 + 13,
        "in the picture and in the table"
    );
    assert!(
        html.contains("<title>区西南部: 診療所の数 "),
        "read out with its figure"
    );
    assert!(!html.contains(" style="), "the policy for styles holds");
    let said = words(&html);
    assert!(said.contains("升目") && said.contains("合計"), "{said}");
    let picture = visitor
        .get("/map.svg?kind=municipality&prefecture=13")
        .await;
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.text().starts_with("<svg xmlns=") && picture.text().contains("武蔵"));
    let japan = visitor
        .get("/map?kind=prefecture&figure=clinic")
        .await
        .text();
    assert_eq!(
        japan.matches("kind=municipality&amp;prefecture=").count(),
        47,
        "in the picture"
    );
    for odd in [
        "/map?kind=nothing&figure=nothing&prefecture=99&date=x&pins=x",
        "/map?figure=psychiatric-beds-per-100000",
        "/map?date=1800-01-01",
        "/map.svg?kind=%22%3E%3Cscript%3E",
    ] {
        let answer = visitor.get(odd).await;
        assert_eq!(answer.status_code(), 200, "{odd}");
        assert!(!answer.text().contains("<script>"), "{odd}");
    }
    let odd = words(&visitor.get("/map?kind=nothing&figure=wrong").await.text());
    assert!(
        odd.contains("nothing」は分かりません") && odd.contains("wrong」は分かりません"),
        "{odd}"
    );
    let right = words(&visitor.get("/map?kind=municipality").await.text());
    assert!(!right.contains("分かりません"), "{right}");
}

/// The real outlines: the page stays small and quick.
#[test]
fn tokyo_with_outlines() {
    let Some(file) = test_data("boundaries/tokyo.topojson") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = region(Backend::sqlite()).await;
        let source = Source::read("tokyo.topojson", fs::read(file).unwrap()).unwrap();
        let kind = import::kind("boundaries").unwrap();
        let (store, ctx) = (&world.app.store, world.ctx());
        import::import(store, &ctx, kind, &source, Choice::WRITE, &mut |_| {})
            .await
            .unwrap();
        world.app.areas.refresh(store).await.unwrap();
        merged_with_outlines(&world).await;
        let area = words(&world.visitor().get("/areas/1303").await.text());
        assert!(
            area.contains("隣の圏域") && area.contains("区南部"),
            "{area}"
        );
        for address in [
            "/map?kind=secondary-medical-area&figure=clinic&prefecture=13",
            "/map?kind=municipality&figure=clinic&prefecture=13",
        ] {
            let html = world.visitor().get(address).await.text();
            assert!(
                html.contains("国土数値情報") && html.contains("離島"),
                "{address}"
            );
            let packed = world
                .server
                .get(address)
                .add_header("accept-encoding", "gzip")
                .await;
            let bytes = packed.as_bytes().len();
            println!("{address}: {} bytes, {bytes} compressed", html.len());
            assert_eq!(packed.header("content-encoding"), "gzip");
            assert!(bytes < 25_000, "{address}: {bytes} bytes compressed");
        }
    });
}

/// Pictures after a merger have the new one, with the outlines of those that it was made of.
async fn merged_with_outlines(world: &World) {
    let desk = world.signed_in("guides", None, &[Role::RegionDesk]).await;
    let guide = [
        ("title", "合併後の地図"),
        ("form", "map"),
        ("audience", "residents"),
        ("areas", "secondary-medical-area/1303"),
    ];
    let guide = make(&desk, &guide).await;
    let admin = world.signed_in("mergers", None, &[Role::RegionAdmin]).await;
    let merger = [
        ("on", "2026-04-01"),
        ("from", "131105 131121"),
        ("into", "13124"),
        ("name", "城南区"),
        ("then", "write"),
    ];
    let merged = admin.post("/areas/mergers", &merger).await;
    assert_eq!(merged.status_code(), 303, "{}", words(&merged.text()));
    let list = "/institutions?area=1303&kind=clinic";
    for address in [guide.as_str(), list] {
        let html = world.visitor().get(address).await.text();
        let (_, picture) = html.split_once("<figure class=\"map\"").unwrap();
        let (picture, _) = picture.split_once("</figure>").unwrap();
        assert!(picture.contains("国土数値情報"), "{address}: outlines");
        assert!(picture.contains("城南区"), "{address}: {picture}");
        assert!(!picture.contains("<title>目黒区"), "{address}: {picture}");
    }
    let html = world.visitor().get(&guide).await.text();
    assert!(html.contains("<h3>城南区") && !html.contains("<h3>目黒区"));
    let page = admin.get("/areas/mergers").await.text();
    let id = between(&page, "href=\"/areas/mergers/", "\"").to_owned();
    let undone = admin.post(&format!("/areas/mergers/{id}/undo"), &[]).await;
    assert_eq!(undone.status_code(), 303);
}
