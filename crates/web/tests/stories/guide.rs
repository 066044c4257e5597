//! Guides and open data: what visitors find, what the region's desk prints and publishes.

use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};
use serde_json::Value;

use crate::common::{Browser, World, between, words};

each_backend!(
    a_guide_is_made_and_printed,
    professionals_only,
    tools_are_registered,
    open_data_for_everybody
);

async fn desk(world: &World) -> Browser<'_> {
    world.signed_in("desk", None, &[Role::RegionDesk]).await
}

const GUIDE: [(&str, &str); 5] = [
    ("title", "区西南部マップ"),
    ("form", "map"),
    ("audience", "residents"),
    ("areas", "secondary-medical-area/1303"),
    ("preface", "はじめに\n電話で。"),
];

pub(crate) async fn make(desk: &Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = desk.post("/guides/new", fields).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    answer.header("location").to_str().unwrap().to_owned()
}

/// Guides for residents with everybody in them, printed: where a visitor reads them.
pub(crate) async fn printed(world: &World) -> Vec<String> {
    let desk = world.signed_in("maker", None, &[Role::RegionDesk]).await;
    let atlas = world.app.areas.atlas();
    let today = world.ctx().at.in_japan().date();
    let areas = atlas.of_kind(renkei_directory::AreaKind::SecondaryMedical, today);
    let areas: Vec<String> = areas
        .map(|area| format!("secondary-medical-area/{}", area.code))
        .collect();
    let mut paths = Vec::new();
    for form in ["map", "guidebook"] {
        let mut fields = vec![
            ("title", "みんなの連携マップ"),
            ("form", form),
            ("audience", "residents"),
        ];
        fields.extend(areas.iter().map(|area| ("areas", area.as_str())));
        let path = make(&desk, &fields).await;
        let print = desk
            .post(&format!("{path}/print"), &[("number", "1")])
            .await;
        assert_eq!(print.status_code(), 303);
        paths.extend(["", "/1.pdf", "/now.pdf"].map(|file| format!("{path}{file}")));
    }
    paths
}

/// What is written in a PDF, without white space, since lines break where a column ends. `None` without poppler.
pub(crate) fn text_of_pdf(bytes: &[u8]) -> Option<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let program = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut program) = program else {
        println!("poppler-utils is not installed: PDF files are not looked into");
        return None;
    };
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "a PDF that can be read");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_whitespace().collect())
}

async fn a_guide_is_made_and_printed(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = desk(&world).await;
    let empty = desk.post("/guides/new", &[("title", "")]).await;
    assert_eq!(empty.status_code(), 422);
    assert!(words(&empty.text()).contains("題名を入力してください"));
    let path = make(&desk, &GUIDE).await;
    let page = desk.get(&path).await.text();
    assert!(page.contains("/print"), "the button");
    let print = format!("{path}/print");
    let first = desk.post(&print, &[("number", "1")]).await;
    assert_eq!(first.status_code(), 303);
    let again = desk.post(&print, &[("number", "1")]).await;
    assert_eq!(again.status_code(), 303, "a double press is one version");
    let visitor = world.visitor();
    let seen = visitor.get(&path).await.text();
    assert!(words(&seen).contains("第1版"), "{}", words(&seen));
    assert!(!words(&seen).contains("第2版"));
    assert!(
        seen.contains("<figure class=\"map\">"),
        "the map is there too"
    );
    assert!(
        seen.contains("<span class=\"num\">1</span>"),
        "numbered as in print"
    );
    assert!(!seen.contains("/print"));
    let pdf = visitor.get(&format!("{path}/1.pdf")).await;
    assert_eq!(pdf.status_code(), 200);
    assert!(pdf.as_bytes().starts_with(b"%PDF"));
    let now = visitor.get(&format!("{path}/now.pdf")).await;
    assert!(now.as_bytes().starts_with(b"%PDF"));
    for file in ["2.pdf", "x.pdf", "1", "0.pdf"] {
        let gone = visitor.get(&format!("{path}/{file}")).await;
        assert_eq!(gone.status_code(), 404, "{file}");
    }
    let mut changed = GUIDE.to_vec();
    changed[0].1 = "新しい題";
    changed.push(("revision", "1"));
    let saved = desk.post(&format!("{path}/edit"), &changed).await;
    assert_eq!(saved.status_code(), 303);
    let late = desk.post(&format!("{path}/edit"), &changed).await;
    assert_eq!(late.status_code(), 409);
    assert!(words(&late.text()).contains("ほかの人が先に変更しました"));
    assert!(late.text().contains("電話で。"), "what was typed stays");
    let retired = desk.post(&format!("{path}/retire"), &[]).await;
    assert_eq!(retired.status_code(), 303);
    assert_eq!(visitor.get(&path).await.status_code(), 404);
    assert_eq!(
        visitor.get(&format!("{path}/1.pdf")).await.status_code(),
        404
    );
}

async fn professionals_only(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = desk(&world).await;
    let mut inside = GUIDE;
    inside[2].1 = "professionals";
    let path = make(&desk, &inside).await;
    desk.post(&format!("{path}/print"), &[("number", "1")])
        .await;
    let visitor = world.visitor();
    let gone = visitor
        .get("/guides/01999999-0000-7000-8000-000000000000")
        .await;
    for path in [
        path.clone(),
        format!("{path}/1.pdf"),
        format!("{path}/now.pdf"),
    ] {
        let hidden = visitor.get(&path).await;
        assert_eq!(hidden.status_code(), 404);
        assert_eq!(hidden.text(), gone.text());
    }
    assert!(!visitor.get("/guides").await.text().contains(&path));
    let clinic = world.clinic("岩田医院").await;
    let nurse = world
        .signed_in("nurse", Some(&clinic), &[Role::Nurse])
        .await;
    assert_eq!(nurse.get(&path).await.status_code(), 200);
    let refused = nurse
        .post(&format!("{path}/print"), &[("number", "2")])
        .await;
    assert_eq!(refused.status_code(), 404);
}

async fn tools_are_registered(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = desk(&world).await;
    let visitor = world.visitor();
    let public = words(&visitor.get("/guides").await.text());
    assert!(public.contains("aaKこころの支援マップ"), "{public}");
    assert!(public.contains("令和元年度 更新"), "{public}");
    assert!(
        !public.contains("精神科連携ガイドブック"),
        "not for residents"
    );
    let seven = desk.get("/guides").await.text();
    assert_eq!(
        seven.matches("href=\"/tools/0").count(),
        7,
        "{}",
        words(&seven)
    );
    let fields = [
        ("kind", "links"),
        ("name", "区南部リンク集"),
        ("audience", "residents"),
        ("area", "1302"),
        ("url", "https://example.jp/"),
    ];
    let added = desk.post("/tools/new", &fields).await;
    assert_eq!(added.status_code(), 303, "{}", words(&added.text()));
    let page = desk.get("/guides").await.text();
    let (before, _) = page.split_once("区南部リンク集").unwrap();
    let (_, path) = before.rsplit_once("href=\"").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    let years = format!("{path}/years");
    let wrong = desk
        .post(&years, &[("year", "いつか"), ("act", "made")])
        .await;
    assert_eq!(wrong.status_code(), 422);
    assert!(wrong.text().contains("いつか"));
    let noted = desk.post(&years, &[("year", "R5"), ("act", "made")]).await;
    assert_eq!(noted.status_code(), 303);
    assert!(words(&visitor.get("/guides").await.text()).contains("令和5年度 作成"));
    let back = [("fiscal_year", "2023"), ("act", "made")];
    desk.post(&format!("{years}/remove"), &back).await;
    assert!(!words(&visitor.get("/guides").await.text()).contains("令和5年度 作成"));
}

async fn open_data_for_everybody(backend: Backend) {
    let world = World::sample(backend).await;
    let visitor = world.visitor();
    let page = visitor.get("/opendata").await;
    assert!(page.maybe_header("set-cookie").is_none());
    let areas = visitor.get("/opendata/areas.csv").await;
    assert_eq!(areas.header("content-type"), "text/csv; charset=utf-8");
    let text = areas.text();
    assert!(text.starts_with(
        "\u{FEFF}area_kind,area_code,area_name,municipality_code,municipality_name,valid_from,valid_to\r\n"
    ));
    assert!(text.contains("secondary-medical-area,1303,区西南部,131105,目黒区,"));
    let json: Value =
        serde_json::from_str(&visitor.get("/opendata/institutions.json").await.text()).unwrap();
    assert!(json.as_array().unwrap().len() > 11);
    let catalogue: Value =
        serde_json::from_str(&visitor.get("/opendata/catalog.jsonld").await.text()).unwrap();
    let dataset = &catalogue["dcat:dataset"][1];
    assert_eq!(dataset["dct:identifier"], "institutions");
    let distributions = dataset["dcat:distribution"].as_array().unwrap();
    let dated: Vec<&Value> = distributions
        .iter()
        .filter(|one| !one["spdx:checksum"].is_null())
        .collect();
    assert_eq!(dated.len(), 2, "csv and json of the sample's release");
    let release = between(&page.text(), "href=\"/opendata/2", "/").to_owned();
    let path = format!("/opendata/2{release}/institutions.csv");
    let frozen = visitor.get(&path).await;
    assert_eq!(frozen.status_code(), 200, "{path}");
    let tag = frozen.header("etag").to_str().unwrap().to_owned();
    let sum = dated[0]["spdx:checksum"]["spdx:checksumValue"].as_str();
    assert_eq!(tag.trim_matches('"'), sum.unwrap());
    for gone in [
        "/opendata/patients.csv",
        "/opendata/2001-01-01/areas.csv",
        "/opendata/../etc/passwd",
    ] {
        assert_eq!(visitor.get(gone).await.status_code(), 404, "{gone}");
    }
    let clinic = world.clinic("別の医院").await;
    let nurse = world
        .signed_in("nurse", Some(&clinic), &[Role::Nurse])
        .await;
    assert_eq!(nurse.post("/opendata", &[]).await.status_code(), 404);
    let desk = desk(&world).await;
    assert_eq!(desk.post("/opendata", &[]).await.status_code(), 303);
    let now = visitor.get("/opendata").await.text();
    assert!(
        now.matches("institutions.csv\"").count() > 2,
        "one more release"
    );
    assert_eq!(visitor.get(&path).await.header("etag"), tag.as_str());
}
