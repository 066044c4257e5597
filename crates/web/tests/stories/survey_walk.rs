//! The pages of surveys as people walk them: every link and every choice that is shown answers, for whomever; pages of the
//! whole country are pages; English pages are in English.

use std::collections::BTreeMap;

use renkei_base::Micros;
use renkei_gov::respondent::expect::row;
use renkei_gov::respondent::universe::Expected;
use renkei_store::Changes;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, words};

each_backend!(
    whatever_is_shown_answers,
    the_whole_country_comes_in_pages,
    english_pages_are_in_english
);

const PLANE: [&str; 5] = [
    "/surveys",
    "/questionnaires",
    "/percent-check",
    "/api/",
    "/openapi",
];

/// Addresses of links, and of each choice of the forms that only ask.
fn offered(html: &str) -> Vec<String> {
    let mut found: Vec<String> = values(html, "href=\"").map(str::to_owned).collect();
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let Some(action) = values(form, "action=\"")
            .next()
            .filter(|_| form.contains("method=\"get\""))
        else {
            continue;
        };
        let hidden: Vec<String> = form
            .split("type=\"hidden\"")
            .skip(1)
            .filter_map(|field| {
                let field = field.split('>').next()?;
                let (name, value) = (
                    values(field, "name=\"").next()?,
                    values(field, "value=\"").next()?,
                );
                Some(format!("{name}={value}"))
            })
            .collect();
        for select in form.split("<select").skip(1) {
            let select = select.split("</select>").next().unwrap();
            let name = values(select, "name=\"").next().unwrap();
            for value in values(select, "value=\"") {
                let mut query = hidden.clone();
                query.push(format!("{name}={value}"));
                found.push(format!("{action}?{}", query.join("&")));
            }
        }
    }
    let plain = |address: String| {
        let address = address.split('#').next().unwrap_or_default();
        address.replace("&amp;", "&").replace("&#38;", "&")
    };
    let plane = |address: &String| PLANE.iter().any(|start| address.starts_with(start));
    found.into_iter().map(plain).filter(plane).collect()
}

fn values<'a>(html: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

/// Addresses of the same make: three of them tell as much as a thousand.
fn make(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let part =
        |part: &str| match part.len() > 30 || part.starts_with("131") || part.starts_with("132") {
            true => "*".to_owned(),
            false => part.to_owned(),
        };
    let path: Vec<String> = path.split('/').map(part).collect();
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    format!("{}?{}", path.join("/"), names.join("&"))
}

/// Walks on from here; returns how many addresses answered.
async fn walk(browser: &Browser<'_>, who: &str, from: &[&str]) -> usize {
    let mut open: Vec<(String, String)> = from
        .iter()
        .map(|path| ((*path).to_owned(), "its address".to_owned()))
        .collect();
    let mut makes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut walked = 0;
    while let Some((address, on)) = open.pop() {
        let seen = makes.entry(make(&address)).or_default();
        let most = if address.contains(".pdf") { 1 } else { 3 };
        if seen.contains(&address) || seen.len() >= most {
            continue;
        }
        seen.push(address.clone());
        let answer = browser.get(&address).await;
        let status = answer.status_code().as_u16();
        assert!(
            matches!(status, 200 | 303),
            "{who}: {address} on {on}: {status}"
        );
        walked += 1;
        let html = answer.headers().get("content-type");
        if html.is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html")) {
            let more = offered(&answer.text());
            open.extend(more.into_iter().map(|one| (one, address.clone())));
        }
    }
    walked
}

async fn whatever_is_shown_answers(backend: Backend) {
    let world = World::sample(backend).await;
    let visitor = world.visitor();
    let public = ["/surveys", "/percent-check"];
    assert!(walk(&visitor, "visitor", &public).await > 40);
    for login in ["naika.mihara", "chuo.takahashi"] {
        let browser = world.browser(&world.made.people[login]).await;
        assert!(walk(&browser, login, &public).await > 40, "{login}");
    }
    for login in [
        "tocho.mizushima",
        "tocho.okabe",
        "meguro-hokenjo.seto",
        "meguro.nishi",
        "meguro.katagiri",
        "setagaya.kishi",
    ] {
        let browser = world.browser(&world.made.people[login]).await;
        let from = [
            "/surveys",
            "/questionnaires",
            "/percent-check",
            "/surveys/home-care-2026",
        ];
        let walked = walk(&browser, login, &from).await;
        assert!(walked > 50, "{login}: {walked}");
    }
    // Who has not answered sees counts alone, and is offered no more.
    let ward = world.browser(&world.made.people["meguro.nishi"]).await;
    let page = ward.get("/surveys/home-care-2026").await.text();
    assert!(!page.contains("name=\"area\"") && !page.contains("name=\"by\""));
}

/// Sheets of 1,741 municipalities in a draft of the prefecture.
async fn many(world: &World) {
    let ctx = world.ctx();
    let store = &world.app.store;
    let mut survey = store.survey("home-care-2026").await.unwrap().unwrap();
    survey.code = "whole-country".to_owned();
    survey.state = "draft".to_owned();
    survey.closes = Micros(ctx.at.0 + 30 * 86_400_000_000);
    let mut changes = Changes::default();
    changes.put_survey(&survey, None);
    for place in 0..1_741 {
        let one = Expected {
            respondent: ctx.ids.id(),
            municipality: format!("{:02}{:03}0", place % 47 + 1, place / 47 + 200),
            name: format!("見本第{place}市"),
            counted: true,
            uncounted_why: String::new(),
            checker: None,
        };
        changes.put_respondent(&row(&survey, &one, place, &ctx), None);
    }
    store.commit(&ctx, changes).await.unwrap();
    let revision = store
        .survey("whole-country")
        .await
        .unwrap()
        .unwrap()
        .revision;
    renkei_gov::survey::course::open(store, &ctx, "whole-country", revision)
        .await
        .unwrap();
}

async fn the_whole_country_comes_in_pages(backend: Backend) {
    let world = World::sample(backend).await;
    many(&world).await;
    let officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    let get = async |path: &str| {
        let answer = officer.get(&format!("/surveys/whole-country{path}")).await;
        assert_eq!(answer.status_code(), 200, "{path}");
        let html = answer.text();
        assert!(html.matches("<tr").count() <= 2_000, "{path}");
        assert!(html.matches("<option").count() <= 2_000, "{path}");
        assert!(html.len() < 900_000, "{path}: {}", html.len());
        html
    };
    for path in [
        "",
        "/manage",
        "/matrix?version=now",
        "/matrix?line=d1",
        "/overrides",
        "/themes/a2",
        "/mails",
        "/publication",
    ] {
        get(path).await;
    }
    // Every sheet is on one page.
    let mut sheets = Vec::new();
    let mut next = Some("/manage".to_owned());
    while let Some(path) = next {
        let html = get(&path).await;
        sheets.extend(values(&html, "<tr id=\"r-").map(str::to_owned));
        next = html.split("rel=\"next\"").nth(1).map(|rest| {
            let link = values(rest, "href=\"").next().unwrap();
            link.replace("&amp;", "&")
                .replace("/surveys/whole-country", "")
        });
    }
    sheets.sort();
    let all = sheets.len();
    sheets.dedup();
    assert_eq!((all, sheets.len()), (1_741, 1_741));
    // By prefecture, with its counts; by name.
    let html = get("/manage").await;
    assert!(
        words(&html).contains("北海道 0 38 0.0%"),
        "{}",
        words(&html)
    );
    let html = get("/manage?area=p01").await;
    assert!(words(&html).contains("1741 件のうち 38 件"));
    let html = get("/manage?q=1740").await;
    assert_eq!(html.matches("<tr id=\"r-").count(), 1);
    // Too many to choose from: typed by name.
    let wrong = [
        ("respondent", "見本市"),
        ("line", "h1"),
        ("class", "yes"),
        ("reason", "理由"),
    ];
    let answer = officer
        .post("/surveys/whole-country/overrides", &wrong)
        .await;
    assert_eq!(answer.status_code(), 422);
    assert!(words(&answer.text()).contains("対象の一つを入れてください"));
}

async fn english_pages_are_in_english(backend: Backend) {
    let world = World::sample(backend).await;
    // Items are called ア, イ in every language.
    let japanese = |c: char| matches!(c, 'ぁ'..='ん');
    let mut visitor = world.visitor();
    visitor.cookies = vec!["lang=en".to_owned()];
    let survey = "/surveys/home-care-2015";
    for path in ["", "?by=area", "?by=kind", "/matrix", "/matrix?line=a1"] {
        let html = visitor.get(&format!("{survey}{path}")).await.text();
        let said = words(&html);
        assert!(said.contains("2015-10"), "{path}: {said}");
        for name in ["千代田区", "区中央部", "27年10月現在"] {
            assert!(!said.contains(name), "{path}: {name}");
        }
        if path.starts_with("/matrix") {
            assert!(
                said.contains("Chiyoda-ku") && said.contains("Kuchuobu"),
                "{said}"
            );
        }
        let main = said.split("Version 1").nth(1).unwrap_or_default();
        assert!(
            path.starts_with("/matrix?") || !main.contains(japanese),
            "{path}: {main}"
        );
    }
    let mut officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    officer.cookies[0] = "lang=en".to_owned();
    let said = words(&officer.get("/surveys/home-care-2026/manage").await.text());
    assert!(
        said.contains("Meguro-ku") && !said.contains("目黒区 "),
        "{said}"
    );
    let csv = visitor
        .get("/api/surveys/home-care-2015/answers.csv")
        .await
        .text();
    assert!(
        csv.contains("131016,千代田区,"),
        "files for programs stay as they are"
    );
}
