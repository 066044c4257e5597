//! The public portal: what visitors see without signing in, in every wording, without leaving a trace.

use renkei_base::Role;
use renkei_directory::Search;
use renkei_store::Changes;
use renkei_store::tag::InstitutionTag;
use renkei_testkit::{Backend, each_backend};
use renkei_web::routes::{Policy, table};

use crate::common::{World, words};

each_backend!(
    the_first_page_leads_to_help,
    what_people_type_finds_help,
    who_wants_to_die_is_answered_first,
    nothing_found_is_not_the_end,
    hours_of_some_weeks_are_told,
    every_wording_is_kept_in_the_address,
    visitors_leave_no_trace,
    the_first_page_is_light,
    public_pages_are_light,
    surveys_speak_easy_japanese,
    signed_in_people_keep_their_pages
);

async fn portal(backend: Backend) -> World {
    let world = World::sample(backend).await;
    let mut changes = Changes::default();
    for (key, tag) in [("mental", "saturday"), ("mental", "sleepless")] {
        changes.put_institution_tag(&InstitutionTag {
            institution: world.made.institutions[key].clone(),
            tag: tag.to_owned(),
            source: "own".to_owned(),
            source_date: "2026-04-01".to_owned(),
            confirmed_by: None,
            confirmed_at: None,
        });
    }
    world.app.store.commit(&world.ctx(), changes).await.unwrap();
    world.app.finder.refresh(&world.app.store).await.unwrap();
    world
}

/// Addresses of a page that lead to our own pages.
fn links(page: &str) -> Vec<String> {
    let hrefs = page.split("<a ").skip(1).filter_map(|tag| {
        let tag = tag.split('>').next()?;
        let href = tag.split("href=\"").nth(1)?.split('"').next()?;
        href.starts_with('/').then(|| href.replace("&#38;", "&"))
    });
    hrefs.collect()
}

async fn the_first_page_leads_to_help(backend: Backend) {
    let world = portal(backend).await;
    let visitor = world.visitor();
    let page = visitor.get("/").await.text();
    for part in ["困りごとから", "場所から", "種類から", "119", "サインイン"] {
        assert!(words(&page).contains(part), "{part}: {}", words(&page));
    }
    let links = links(&page);
    assert!(links.len() > 15, "{links:?}");
    let mut found = 0;
    for link in links.iter().filter(|link| !link.starts_with("/login")) {
        let answer = visitor.get(link).await;
        assert_eq!(answer.status_code(), 200, "{link}: no dead links");
        if link.contains("kind=")
            || link.contains("municipality=")
            || link.contains("tag=")
            || link.contains("trouble=")
        {
            found += 1;
            assert!(
                answer.text().contains("data-row"),
                "{link}: no empty promises"
            );
        }
    }
    assert!(found > 10, "{links:?}");
}

/// Sentences, and what these must be taken for.
const TYPED: [(&str, &str); 36] = [
    ("消えたい", ""),
    ("死にたいです", ""),
    ("もう死にたい", ""),
    ("きえてしまいたい", "死にたい"),
    ("リストカット", ""),
    ("眠れません", ""),
    ("夜眠れなくてつらいです", "気分が落ち込む・眠れない"),
    ("夜ぜんぜん眠れません", "眠れない"),
    ("お酒をやめたい", ""),
    ("主人がお酒ばかり飲んでいます", "お酒がやめられない"),
    ("子どもが学校に行かない", "学校に行けない"),
    ("息子がずっとひきこもっています", "ひきこもり"),
    ("母の物忘れがひどい", "もの忘れ"),
    ("認知症かもしれない", "もの忘れ"),
    ("家族が病院に行きたがらない", ""),
    ("お腹が痛い", ""),
    ("おなかいたい", ""),
    ("子供の熱", ""),
    ("娘が熱を出した", "子どもの熱"),
    ("胸がいたい", "胸が痛い"),
    ("咳が止まらない", "かぜ"),
    ("転んで足を痛めた", "腰が痛い"),
    ("歯医者", ""),
    ("禁煙", ""),
    ("介護保険", ""),
    ("医療費", ""),
    ("仕事のストレス", ""),
    ("お金がない 医療費", ""),
    ("オンライン診療", ""),
    ("往診してくれる医者", "家に来てほしい"),
    (
        "目黒区の精神科で土曜日もやっているところ",
        "目黒区・精神科・土曜日",
    ),
    ("めぐろく せいしんか どようび", ""),
    ("メンタルクリニック 目黒 土曜", ""),
    ("目黒区で頭が痛くて眠れません", "目黒区・眠れない・頭が痛い"),
    ("I cannot sleep at night", "眠れない"),
    (
        "どこに相談したらいいか分からない",
        "どこに相談すればよいか分からない",
    ),
];

async fn what_people_type_finds_help(backend: Backend) {
    let world = portal(backend).await;
    let mut wrong = Vec::new();
    for (typed, meant) in TYPED {
        let search = Search {
            words: typed.to_owned(),
            sentence: true,
            ..Search::default()
        };
        let found = world.app.finder.search(&search);
        let said: Vec<&str> = found.said.iter().map(|one| one.japanese.as_str()).collect();
        if found.total == 0 || said.join("・") != meant {
            let names: Vec<&str> = found
                .hits
                .iter()
                .take(3)
                .map(|hit| hit.name.as_str())
                .collect();
            wrong.push(format!("{typed}: {} {said:?} {names:?}", found.total));
        }
        // Pages that do not tell how a sentence was read find what is written.
        if !meant.is_empty() {
            let plain = Search {
                sentence: false,
                ..search
            };
            assert_eq!(world.app.finder.search(&plain).total, 0, "{typed}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A name that nobody has is not a sentence of its parts.
    for name in ["田中精神科", "未知目黒区", "せいろか 目黒区"] {
        let search = Search {
            words: name.to_owned(),
            sentence: true,
            ..Search::default()
        };
        assert_eq!(world.app.finder.search(&search).total, 0, "{name}");
    }
    let answer = world.visitor().get("/institutions?q=%E5%A4%9C%E3%81%9C%E3%82%93%E3%81%9C%E3%82%93%E7%9C%A0%E3%82%8C%E3%81%BE%E3%81%9B%E3%82%93").await;
    assert!(words(&answer.text()).contains("「眠れない」で探しました"));
}

async fn who_wants_to_die_is_answered_first(backend: Backend) {
    let world = portal(backend).await;
    let visitor = world.visitor();
    for query in [
        "q=%E6%B6%88%E3%81%88%E3%81%9F%E3%81%84",
        "tag=suicidal",
        "trouble=dying",
        "q=I+want+to+die&municipality=131105",
    ] {
        let page = visitor.get(&format!("/institutions?{query}")).await.text();
        let told = words(&page);
        for part in ["119", "0120-279-338", "よりそいホットライン"] {
            assert!(told.contains(part), "{query} {part}: {told}");
        }
        let desk = told.find("相談").expect("a desk");
        let line = page.find("id=\"danger\"").unwrap();
        let list = page.find("data-row").unwrap_or(page.len());
        assert!(line < list && desk < told.len(), "{query}");
    }
    let other = visitor
        .get("/institutions?q=%E8%85%B0%E7%97%9B")
        .await
        .text();
    assert!(!other.contains("id=\"danger\""));
}

async fn nothing_found_is_not_the_end(backend: Backend) {
    let world = portal(backend).await;
    let visitor = world.visitor();
    let page = visitor.get("/institutions?q=zzzz").await.text();
    for part in [
        "119",
        "kind=consultation-desk",
        "trouble=sleep",
        "tag=sleepless",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let full = visitor.get("/institutions").await.text();
    assert!(!full.contains("id=\"instead\""));
}

async fn hours_of_some_weeks_are_told(backend: Backend) {
    let world = portal(backend).await;
    let page = world.visitor().get("/institutions?open=sat").await.text();
    let told = words(&page);
    assert!(told.contains("第1・3週 9:00～12:00"), "{told}");
    assert!(!told.contains("休み"), "{told}");
}

async fn every_wording_is_kept_in_the_address(backend: Backend) {
    let world = portal(backend).await;
    let visitor = world.visitor();
    let easy = visitor.get("/?lang=easy").await.text();
    assert!(easy.contains("<ruby>困<rp>") && words(&easy).contains("さがすことが できます"));
    for link in links(&easy) {
        assert!(link.contains("lang=easy"), "{link}");
    }
    assert!(easy.contains(r#"<input type="hidden" name="lang" value="easy">"#));
    let plain = visitor.get("/?lang=easy&furigana=no").await.text();
    assert!(!plain.contains("<ruby>") && !plain.contains('《'));
    let japanese = visitor.get("/").await.text();
    assert!(!japanese.contains("<ruby>") && !japanese.contains('《'));
    assert!(visitor.get("/?furigana=yes").await.text().contains("<rt>"));
    let large = visitor.get("/institutions?q=x&lang=en&size=large").await;
    let large = large.text();
    assert!(
        large.contains(r#"<html lang="en" class="large">"#),
        "{large}"
    );
    assert!(
        large.contains(r#"href="?q=x&#38;lang=ja&#38;size=large""#),
        "{large}"
    );
    // On the way by a code, too.
    let code = world
        .app
        .finder
        .by_id(&world.made.institutions["chuo"])
        .unwrap()
        .code;
    let answer = visitor.get(&format!("/institutions/{code}?lang=en")).await;
    let place = answer.header("location");
    assert!(place.to_str().unwrap().ends_with("?lang=en"), "{place:?}");
}

/// Every page that visitors may open, with the addresses of the sample region in it.
async fn visitors_leave_no_trace(backend: Backend) {
    let world = portal(backend).await;
    let id = world.made.institutions["chuo"].to_string();
    let mut pages = 0;
    for route in table() {
        let page = route.policy == Policy::Public && route.method == axum::http::Method::GET;
        // Who asks for that is about to sign in, and is no visitor.
        if !page || route.path == "/login/passkey" {
            continue;
        }
        let path = route
            .path
            .replace("{id}", &id)
            .replace("{token}", &"0".repeat(64));
        for look in ["", "?lang=easy", "?lang=en&size=large", "?furigana=yes"] {
            let answer = world.server.get(&format!("{path}{look}")).await;
            assert!(
                answer.maybe_header("set-cookie").is_none(),
                "{path}{look} sets a cookie"
            );
            let page = answer.text();
            for outside in [
                "src=\"http",
                "href=\"http://fonts",
                "<img src=\"//",
                "<iframe",
            ] {
                assert!(!page.contains(outside), "{path}: {outside}");
            }
            pages += 1;
        }
    }
    assert!(pages > 30, "{pages}");
}

async fn the_first_page_is_light(backend: Backend) {
    let world = portal(backend).await;
    let request = world.server.get("/").add_header("accept-encoding", "gzip");
    let answer = request.await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut bytes = answer.as_bytes().len();
    let page = world.server.get("/").await.text();
    let assets = page
        .split("/assets/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let mut names = Vec::new();
    for asset in assets {
        let request = world.server.get(&format!("/assets/{asset}"));
        bytes += request
            .add_header("accept-encoding", "gzip")
            .await
            .as_bytes()
            .len();
        names.push(asset.split('-').next().unwrap().to_owned());
    }
    assert_eq!(
        names,
        ["icon", "tokens", "app", "public"],
        "visitors load no scripts of staff"
    );
    assert!(bytes < 30_000, "{bytes} bytes: allowed are 60 kB");
}

/// With all that a browser loads for it, packed.
async fn public_pages_are_light(backend: Backend) {
    let world = portal(backend).await;
    for path in [
        "/",
        "/institutions",
        "/institutions?kind=clinic&open=sat",
        "/map?kind=secondary-medical-area&figure=hospital",
        "/areas",
        "/areas/1303",
        "/areas/131105",
        "/guides",
        "/opendata",
        "/functions",
        "/surveys",
        "/percent-check",
        "/login",
    ] {
        let packed = async |path: &str| {
            let request = world.server.get(path).add_header("accept-encoding", "gzip");
            let answer = request.await;
            assert_eq!(answer.status_code(), 200, "{path}");
            answer.as_bytes().len()
        };
        let mut bytes = packed(path).await;
        let page = world.server.get(path).await.text();
        let assets = page.split("/assets/").skip(1);
        let assets: std::collections::BTreeSet<&str> =
            assets.filter_map(|rest| rest.split('"').next()).collect();
        for asset in assets {
            bytes += packed(&format!("/assets/{asset}")).await;
        }
        println!("{path}: {bytes} bytes");
        // Who signs in loads what those need who work here.
        let most = if path == "/login" { 90_000 } else { 60_000 };
        assert!(bytes < most, "{path}: {bytes} bytes");
    }
}

/// Pages of surveys and percentages too, with furigana where these are wanted.
async fn surveys_speak_easy_japanese(backend: Backend) {
    let world = portal(backend).await;
    let visitor = world.visitor();
    for (path, said) in [
        ("/surveys", "だれでも 見る ことが できる 調査"),
        ("/percent-check", "％ が 正しいか 見る"),
    ] {
        let easy = visitor.get(&format!("{path}?lang=easy")).await.text();
        assert!(easy.contains("<ruby>") && !easy.contains('《'), "{path}");
        let plain = visitor.get(&format!("{path}?lang=easy&furigana=no")).await;
        let plain = plain.text();
        assert!(words(&plain).contains(said), "{path}: {}", words(&plain));
        assert!(!plain.contains("<ruby>") && !plain.contains('《'), "{path}");
        let large = visitor.get(&format!("{path}?size=large")).await.text();
        assert!(large.contains("class=\"large\""), "{path}");
    }
}

async fn signed_in_people_keep_their_pages(backend: Backend) {
    let world = portal(backend).await;
    let clinic = world.made.institutions["naika"].clone();
    let nurse = world
        .signed_in("nurse", Some(&clinic), &[Role::Nurse])
        .await;
    let page = nurse.get("/institutions?lang=en").await.text();
    assert!(page.contains(r#"<html lang="en">"#));
    assert!(
        page.contains(r#"href="/home""#),
        "links of their pages stay as they are"
    );
    assert!(page.contains("htmx"));
}
