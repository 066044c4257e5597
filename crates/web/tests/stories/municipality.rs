//! Municipalities: who lives there, as it was imported; what maps and areas make of it.

use renkei_base::Role;
use renkei_base::clock::Span;
use renkei_directory::Kind;
use renkei_directory::import::{self, Choice, Source};
use renkei_testkit::{Backend, each_backend};

use crate::common::{World, words};

each_backend!(
    figures_are_on_pages_and_maps,
    after_a_merger_what_was_stated_stays_apart,
);

/// 区西南部; the numbers are invented.
const FILE: &str = "市区町村コード,年,人口,65歳以上人口,出典\n\
    131105,2024-01-01,270000,54000,住民基本台帳\n\
    131105,2025-01-01,280000,56000,住民基本台帳\n\
    131121,2025-01-01,920000,230000,住民基本台帳\n\
    131130,2025-01-01,230000,46000,住民基本台帳\n";

fn ctx_day(world: &World) -> jiff::civil::Date {
    world.ctx().at.in_japan().date()
}

async fn figures_are_on_pages_and_maps(backend: Backend) {
    let world = World::sample(backend).await;
    world.clinic("目黒の医院").await;
    let visitor = world.visitor();
    let rates = "/map?kind=municipality&prefecture=13&figure=clinic-per-100000";
    let blank = words(&visitor.get(rates).await.text());
    let today = ctx_day(&world);
    let (atlas, tally) = (world.app.areas.atlas(), world.app.areas.tally());
    let clinics = tally.at(&atlas, today)["131105"].of_kind(Kind::Clinic);
    let unknown = format!("目黒区 {clinics} 不明 不明");
    assert!(blank.contains(&unknown), "{unknown} in {blank}");
    let list = visitor
        .get("/map?kind=municipality&prefecture=13")
        .await
        .text();
    assert!(!list.contains("\"ageing\""), "nothing is known of it");

    let source = Source::read("people.csv", FILE.as_bytes().to_vec()).unwrap();
    let kind = import::kind("municipal-figures").unwrap();
    let (store, ctx) = (&world.app.store, world.ctx());
    let mut quiet = |_| {};
    let report = import::import(store, &ctx, kind, &source, Choice::WRITE, &mut quiet).await;
    assert_eq!(report.unwrap().accepted, 4);
    world.app.areas.refresh(store).await.unwrap();

    let one = words(&visitor.get("/areas/131105").await.text());
    for text in [
        "131105",
        "区西南部",
        "280,000",
        "56,000",
        "20.0%",
        "270,000",
        "住民基本台帳",
        "2024年1月1日",
    ] {
        assert!(one.contains(text), "{text} in {one}");
    }
    let rates = words(&visitor.get(rates).await.text());
    let known = format!("目黒区 {clinics} 280,000 {:.1}", f64::from(clinics) / 2.8);
    assert!(rates.contains(&known), "{known} in {rates}");
    assert!(
        rates.contains("2025年1月1日"),
        "the day of the denominator: {rates}"
    );
    let area = words(&visitor.get("/areas/1303").await.text());
    for text in ["1,430,000", "23.2%", "住民基本台帳"] {
        assert!(area.contains(text), "{text} in {area}");
    }
    let other = words(&visitor.get("/areas/1302").await.text());
    assert!(other.contains("国勢調査"), "what is not imported stays");
    let ageing = visitor
        .get("/map?kind=municipality&prefecture=13&figure=ageing")
        .await;
    let ageing = words(&ageing.text());
    assert!(ageing.contains("世田谷区 230,000 920,000 25.0"), "{ageing}");
    assert!(ageing.contains("65 歳以上の人の割合"), "{ageing}");
    assert_eq!(visitor.get("/areas/131104").await.status_code(), 404);
}

async fn import_people(world: &World, file: &str) {
    let source = Source::read("people.csv", file.as_bytes().to_vec()).unwrap();
    let kind = import::kind("municipal-figures").unwrap();
    let mut quiet = |_| {};
    let (store, ctx) = (&world.app.store, world.ctx());
    let report = import::import(store, &ctx, kind, &source, Choice::WRITE, &mut quiet).await;
    assert_eq!(report.unwrap().refused, 0);
    world.app.areas.refresh(store).await.unwrap();
}

async fn after_a_merger_what_was_stated_stays_apart(backend: Backend) {
    let world = World::sample(backend).await;
    import_people(
        &world,
        &format!("{FILE}132195,2025-01-01,80000,20000,住民基本台帳\n"),
    )
    .await;
    world.clock.advance(Span::seconds(1));
    let admin = world
        .signed_in("figures-admin", None, &[Role::RegionAdmin])
        .await;
    let form = [
        ("on", "2025-07-01"),
        ("from", "132195"),
        ("into", "131121"),
        ("name", ""),
        ("kana", ""),
        ("then", "write"),
    ];
    let written = admin.post("/areas/mergers", &form).await;
    assert_eq!(written.status_code(), 303, "{}", written.text());
    let visitor = world.visitor();
    let one = words(&visitor.get("/areas/131121").await.text());
    for row in [
        "2025年1月1日（令和7年） 世田谷区（合併前） 920,000 230,000 25.0% 住民基本台帳",
        "2025年1月1日（令和7年） 狛江市（合併前） 80,000 20,000 25.0% 住民基本台帳",
        "2025年1月1日（令和7年） 合併前の合計 1,000,000 250,000 25.0% 住民基本台帳",
        "公表された数字ではありません",
    ] {
        assert!(one.contains(row), "{row} in {one}");
    }
    let before = words(&visitor.get("/areas/131121?date=2025-06-30").await.text());
    assert!(!before.contains("合併前"), "{before}");
    assert!(
        before.contains("2025年1月1日（令和7年） 920,000"),
        "{before}"
    );
    let area = words(&visitor.get("/areas/1303").await.text());
    for text in [
        "1,430,000 住民基本台帳（2025年1月1日（令和7年）） 当時の区域の人口です",
        "合併前の合計（いまの区域） 1,510,000",
        "2025年1月1日（令和7年） 当時の区域の人口です。いまの区域とは違います。 1,430,000",
    ] {
        assert!(area.contains(text), "{text} in {area}");
    }
    let area = words(&visitor.get("/areas/1303?date=2025-06-30").await.text());
    assert!(
        area.contains("1,430,000") && !area.contains("合併前"),
        "{area}"
    );
    // What is left of 北多摩南部 is not known, and is not what it was: no rates.
    let left = words(&visitor.get("/areas/1311").await.text());
    assert!(left.contains("1,061,790"), "the census: {left}");
    assert!(left.contains("当時の区域の人口です"), "{left}");
    assert!(left.contains("割合は示しません"), "{left}");
    let map = "/map?kind=municipality&prefecture=13&figure=population";
    let map = words(&visitor.get(map).await.text());
    assert!(map.contains("世田谷区 1,000,000"), "{map}");
    assert!(
        map.contains("公表された数字ではありません）：世田谷区"),
        "{map}"
    );
    let english = words(&visitor.get("/areas/131121?lang=en").await.text());
    assert!(
        english.contains("Sum of before the merger 1,000,000"),
        "{english}"
    );
}
