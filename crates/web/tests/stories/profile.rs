//! What stands on an institution's page: edited in sections, what only members see, functions, confirmation, enquiries.

use renkei_base::clock::Span;
use renkei_base::{Id, Role};
use renkei_directory::finder::Open;
use renkei_directory::{Filter, Search};
use renkei_testkit::{Backend, each_backend};

use crate::common::{World, words};
use crate::guide;

each_backend!(
    sections_are_kept_and_put_together,
    rows_of_others_are_out_of_reach,
    members_see_what_visitors_do_not,
    tags_are_the_regions_words,
    functions_are_asked_for_and_decided,
    a_round_of_confirmation,
    enquiries_name_nobody
);

async fn page(world: &World, path: &str) -> String {
    words(&world.visitor().get(path).await.text())
}

async fn sections_are_kept_and_put_together(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    let edit = format!("/institutions/{clinic}/edit");
    let here = format!("/institutions/{clinic}");

    // Hours: what cannot be read is said, and what was typed stays.
    let path = format!("{edit}/hours");
    let bad = [("day1", "9:00-12:00"), ("day6", "午前中")];
    let answer = admin.post(&path, &bad).await;
    assert_eq!(answer.status_code(), 422);
    assert!(answer.text().contains("午前中") && answer.text().contains("9:00-12:00"));
    let good = [
        ("day1", "９時〜１２時、14:00-17:30"),
        ("day6", "第2・4 9-12"),
        ("day7", "休"),
    ];
    let answer = admin.post(&path, &good).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let said = page(&world, &here).await;
    for text in [
        "9:00～12:00",
        "14:00～17:30",
        "第2・4週 9:00～12:00",
        "休み",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }

    // In words beside: both are shown with source and day, who keeps the page is asked, the weekdays decide.
    let contact = [
        ("address", "見本市1-1"),
        ("hours", "月～金 9時から5時\n土日は休診"),
    ];
    let answer = admin.post(&edit, &contact).await;
    let next = answer.header("location").to_str().unwrap().to_owned();
    assert_eq!(next, format!("{edit}/hours?compare"));
    let form = admin.get(&next).await.text();
    assert!(words(&form).contains("土日は休診") && form.contains("role=\"alert\""));
    assert!(words(&form).contains("どちらかを直してください"));
    let said = page(&world, &here).await;
    assert_eq!(
        said.matches("出典：機関または地域による登録").count(),
        2,
        "{said}"
    );
    assert!(
        said.contains("土日は休診") && said.contains("曜日ごとの時間を使います"),
        "{said}"
    );
    let saturday = Search {
        filter: Filter {
            open: Some(Open::On {
                day: 6,
                minute: None,
            }),
            ..Filter::default()
        },
        ..Search::default()
    };
    assert_eq!(world.app.finder.search(&saturday).total, 1, "2nd and 4th");
    let same = admin.post(&edit, &contact).await;
    assert_eq!(same.header("location"), here.as_str(), "nothing new to ask");

    // Tags: two who opened the form at the same time both keep theirs.
    let path = format!("{edit}/tags");
    assert_eq!(
        admin
            .post(&path, &[("end-of-life", "on")])
            .await
            .status_code(),
        303
    );
    let shown = [("shown", "1"), ("was_end-of-life", "on")];
    let first = [
        shown[0],
        shown[1],
        ("end-of-life", "on"),
        ("saturday", "on"),
    ];
    assert_eq!(admin.post(&path, &first).await.status_code(), 303);
    let second = [shown[0], shown[1], ("wheelchair", "on")];
    assert_eq!(desk.post(&path, &second).await.status_code(), 303);
    let said = page(&world, &here).await;
    assert!(said.contains("土曜") && said.contains("車いす"), "{said}");
    assert!(!said.contains("看取り"), "taken away by the second: {said}");
    let answer = admin.post(&path, &[("no-such-tag", "on")]).await;
    assert_eq!(answer.status_code(), 422);

    // Doctors: one is added, changed by two at once, and goes when the name goes.
    let path = format!("{edit}/doctors");
    let kanji = [("name.new1", "三原 健一"), ("kana.new1", "三原 健一")];
    let answer = admin.post(&path, &kanji).await;
    assert_eq!(answer.status_code(), 422);
    assert!(
        answer.text().contains("カナで入力してください"),
        "kana are kana"
    );
    let doctor = [("name.new1", "三原 健一"), ("about.new1", "糖尿病")];
    assert_eq!(admin.post(&path, &doctor).await.status_code(), 303);
    assert!(page(&world, &here).await.contains("三原 健一"));
    let row = world.app.store.doctors_of(&clinic).await.unwrap().remove(0);
    let (name, about) = (format!("name.{}", row.id), format!("about.{}", row.id));
    let (was_name, was_about) = (format!("was_{name}"), format!("was_{about}"));
    let form = |text: &'static str| {
        [
            ("shown", "1"),
            (was_name.as_str(), "三原 健一"),
            (was_about.as_str(), "糖尿病"),
            (name.as_str(), "三原 健一"),
            (about.as_str(), text),
        ]
    };
    assert_eq!(admin.post(&path, &form("高血圧")).await.status_code(), 303);
    let answer = desk.post(&path, &form("在宅医療")).await;
    assert_eq!(answer.status_code(), 409);
    let said = words(&answer.text());
    assert!(
        said.contains("高血圧") && answer.text().contains("在宅医療"),
        "{said}"
    );
    let gone = [(name.as_str(), ""), (about.as_str(), "")];
    assert_eq!(admin.post(&path, &gone).await.status_code(), 303);
    assert!(!page(&world, &here).await.contains("三原"));

    // Of another institution there is no such page, nor for a visitor.
    let other = world.clinic("別の医院").await;
    let nothing = admin.get("/there-is-no-such-page").await.text();
    for section in [
        "hours",
        "tags",
        "doctors",
        "telephone",
        "members",
        "functions",
        "registered",
        "zzz",
    ] {
        let path = format!("/institutions/{other}/edit/{section}");
        let answer = admin.get(&path).await;
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, nothing.clone()),
            "{section}"
        );
    }
}

async fn rows_of_others_are_out_of_reach(backend: Backend) {
    let world = World::empty(backend).await;
    let (mine, theirs) = (
        world.clinic("岩田医院").await,
        world.clinic("別の医院").await,
    );
    let admin = world
        .signed_in("admin-a", Some(&mine), &[Role::InstitutionAdmin])
        .await;
    let other = world
        .signed_in("admin-b", Some(&theirs), &[Role::InstitutionAdmin])
        .await;
    let doctor = [("name.new1", "別野 医子")];
    let path = format!("/institutions/{theirs}/edit/doctors");
    assert_eq!(other.post(&path, &doctor).await.status_code(), 303);
    let row = world.app.store.doctors_of(&theirs).await.unwrap().remove(0);
    let name = format!("name.{}", row.id);
    let path = format!("/institutions/{mine}/edit/doctors");
    admin.post(&path, &[(name.as_str(), "すり替え")]).await;
    admin.post(&path, &[(name.as_str(), "")]).await;
    let after = world.app.store.doctors_of(&theirs).await.unwrap();
    assert_eq!(after, [row]);
}

/// What only members see of an institution, field by field.
async fn secrets_of(world: &World, id: &Id) -> Vec<(String, String)> {
    let values = world.app.store.institution_values(id).await.unwrap();
    let members = values
        .into_iter()
        .filter(|value| value.field.starts_with("member_"));
    let mut secrets: Vec<(String, String)> =
        members.map(|value| (value.field, value.value)).collect();
    let hours = world.app.store.telephone_hours_of(id).await.unwrap();
    let direct = "telephone".to_owned();
    secrets.extend(hours.into_iter().map(|hour| (direct.clone(), hour.phone)));
    secrets.retain(|(_, value)| !value.is_empty());
    secrets
}

/// The text of an answer, whatever its form: a workbook is unpacked.
fn text_of(bytes: &[u8]) -> String {
    if !bytes.starts_with(b"PK") {
        // What is no text has no words that could be looked for.
        return std::str::from_utf8(bytes).unwrap_or_default().to_owned();
    }
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    for place in 0..book.len() {
        let entry = book.by_index(place).unwrap();
        text.push_str(&std::io::read_to_string(entry).unwrap_or_default());
    }
    text
}

/// Every value that only members see is on the page for one of them, and nowhere for a visitor: not on the page, not in
/// the lists, in no format.
async fn members_see_what_visitors_do_not(backend: Backend) {
    let world = World::sample(backend).await;
    let visitor = world.visitor();
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    let mut secrets: Vec<(String, String)> = Vec::new();
    let mut paths: Vec<String> = Vec::new();
    for (name, id) in &world.made.institutions {
        let own = secrets_of(&world, id).await;
        let path = format!("/institutions/{id}");
        let member = words(&desk.get(&path).await.text());
        for (field, secret) in &own {
            assert!(member.contains(secret.as_str()), "{name} {field}: {secret}");
        }
        let public = visitor.get(&path).await.text();
        assert!(!public.contains("card members"), "{name}");
        secrets.extend(own);
        for lang in ["en", "easy"] {
            paths.push(format!("{path}?lang={lang}"));
        }
        paths.push(path);
        for typ in ["Organization", "Location"] {
            paths.push(format!("/fhir/{typ}/{id}"));
        }
    }
    for field in [
        "member_phone",
        "member_capacity",
        "member_note",
        "telephone",
    ] {
        let of_field = secrets.iter().filter(|(one, _)| one == field);
        assert!(
            of_field.count() > 1,
            "{field}: the region has too few to tell"
        );
    }
    let all = [
        "/",
        "/institutions",
        "/institutions?q=%E7%B2%BE%E7%A5%9E",
        "/institutions?sort=free",
        "/institutions.csv",
        "/institutions.xlsx",
        "/institutions.geojson",
        "/functions",
        "/functions/psy-acute",
        "/map",
        "/map.svg",
        "/areas",
        "/guides",
        "/opendata",
        "/opendata/catalog.jsonld",
        "/opendata/institutions.csv",
        "/opendata/institutions.json",
        "/opendata/areas.csv",
        "/fhir/Organization",
        "/fhir/Location",
        "/fhir/HealthcareService",
    ];
    paths.extend(all.map(str::to_owned));
    let guides = guide::printed(&world).await;
    in_print(&world, &guides, &secrets).await;
    paths.extend(guides.into_iter().filter(|path| !path.ends_with(".pdf")));
    for path in &paths {
        let answer = visitor.get(path).await;
        let wanted = if path.starts_with("/fhir/") { 401 } else { 200 };
        assert_eq!(answer.status_code(), wanted, "{path}");
        let text = text_of(answer.as_bytes());
        let plain = words(&text);
        for (field, secret) in &secrets {
            let shown = text.contains(secret.as_str()) || plain.contains(secret.as_str());
            assert!(!shown, "{path} {field}: {secret}");
        }
    }
    // Search does not find by them either.
    for (field, secret) in &secrets {
        let words = renkei_directory::Search {
            words: secret.clone(),
            ..renkei_directory::Search::default()
        };
        let found = world.app.finder.search(&words);
        assert_eq!(found.total, 0, "{field}: {secret}");
    }
}

/// Printed guides have what everybody sees, and not what only members see.
async fn in_print(world: &World, guides: &[String], secrets: &[(String, String)]) {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    for path in guides.iter().filter(|path| path.ends_with(".pdf")) {
        let answer = world.visitor().get(path).await;
        assert_eq!(answer.status_code(), 200, "{path}");
        let Some(text) = guide::text_of_pdf(answer.as_bytes()) else {
            return;
        };
        let clinic = &world.made.institutions["meguro-kokoro"];
        let clinic = world.app.finder.by_id(clinic).unwrap();
        assert!(text.contains(&squeezed(&clinic.name)), "{path}: {text}");
        for (field, secret) in secrets {
            assert!(
                !text.contains(&squeezed(secret)),
                "{path} {field}: {secret}"
            );
        }
    }
}

async fn tags_are_the_regions_words(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let region = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    assert_eq!(
        desk.get("/tags").await.status_code(),
        404,
        "the administrator's alone"
    );
    assert!(words(&region.get("/tags").await.text()).contains("気管切開"));
    let path = format!("/institutions/{clinic}/edit/tags");
    region.post(&path, &[("tracheostomy", "on")]).await;
    let answer = region
        .post(
            "/tags/new",
            &[("family", "capability"), ("name", "気管切開")],
        )
        .await;
    assert_eq!(answer.status_code(), 422, "there is one of this name");
    let new = [
        ("family", "capability"),
        ("name", "腹膜透析"),
        ("english", "Peritoneal dialysis"),
        ("place", "１"),
    ];
    assert_eq!(region.post("/tags/new", &new).await.status_code(), 303);
    let said = words(&region.get(&path).await.text());
    let place = |word: &str| said.find(word).unwrap_or(usize::MAX);
    assert!(place("腹膜透析") < place("往診"), "{said}");
    // A new name, and no name any more.
    let rename = [("name", "気切の管理"), ("english", "Tracheostomy")];
    assert_eq!(
        region
            .post("/tags/tracheostomy", &rename)
            .await
            .status_code(),
        303
    );
    let here = format!("/institutions/{clinic}");
    assert!(page(&world, &here).await.contains("気切の管理"));
    assert_eq!(
        region
            .post("/tags/tracheostomy/retire", &[])
            .await
            .status_code(),
        303
    );
    assert!(!page(&world, &here).await.contains("気切の管理"));
    let back = region
        .post("/tags/tracheostomy/retire", &[("then", "restore")])
        .await;
    assert_eq!(back.status_code(), 303);
    assert!(
        page(&world, &here).await.contains("気切の管理"),
        "it was never taken away"
    );
    assert_eq!(region.get("/tags/no-such-tag").await.status_code(), 404);
}

async fn functions_are_asked_for_and_decided(backend: Backend) {
    let world = World::sample(backend).await;
    let setagaya = &world.made.institutions["setagaya"];
    let visitor = world.visitor();
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;

    // Story 47: an area with nobody, and one hospital under two functions.
    let said = words(&desk.get("/functions/psy-acute").await.text());
    assert!(
        said.contains("圏域の再設定を検討") && said.contains("島しょ"),
        "{said}"
    );
    for code in ["psy-acute", "psy-recovery"] {
        let said = words(&visitor.get(&format!("/functions/{code}")).await.text());
        assert!(said.contains("見本世田谷こころの病院"), "{code}: {said}");
        assert!(
            !said.contains("再設定"),
            "the plan's work is not the visitor's"
        );
    }
    // Story 46: as many goals, requirements, examples as the guideline has.
    let said = words(&visitor.get("/functions").await.text());
    for counts in [
        "目標 3・求められること 4・例 4",
        "目標 3・求められること 7・例 4",
        "目標 5・求められること 11・例 8",
        "目標 3・求められること 10・例 3",
        "目標 0・求められること 0・例 0",
    ] {
        assert!(said.contains(counts), "{counts}: {said}");
    }

    // An institution asks, the region decides.
    let clinic = world.clinic("岩田医院").await;
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let path = format!("/institutions/{clinic}/edit/functions");
    let ask = [("function", "psy-acute"), ("then", "ask")];
    assert_eq!(admin.post(&path, &ask).await.status_code(), 303);
    assert_eq!(
        admin.post(&path, &ask).await.status_code(),
        303,
        "twice is once"
    );
    let here = format!("/institutions/{clinic}");
    let name = "精神科救急・身体合併症・専門医療";
    assert!(!page(&world, &here).await.contains(name), "not yet");
    let own = clinic.to_string();
    let assign = "/functions/psy-acute/assign";
    let approve = [
        ("institution", own.as_str()),
        ("then", "approve"),
        ("from", "令和2年4月1日"),
    ];
    assert_eq!(admin.post(assign, &approve).await.status_code(), 404);
    assert!(words(&desk.get("/functions").await.text()).contains("岩田医院"));
    let wrong = [
        ("institution", own.as_str()),
        ("then", "approve"),
        ("from", "いつか"),
    ];
    assert_eq!(desk.post(assign, &wrong).await.status_code(), 422);
    assert_eq!(desk.post(assign, &approve).await.status_code(), 303);
    assert!(page(&world, &here).await.contains(name));
    world.clock.advance(Span::days(1));
    let desk = world.signed_in("desk-2", None, &[Role::RegionDesk]).await;
    let end = [("institution", own.as_str()), ("then", "end")];
    assert_eq!(desk.post(assign, &end).await.status_code(), 303);
    assert!(!page(&world, &here).await.contains(name));
    assert!(
        page(&world, &format!("/institutions/{setagaya}"))
            .await
            .contains(name)
    );
    assert_eq!(visitor.get("/functions/none").await.status_code(), 404);
}

async fn a_round_of_confirmation(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let clerk = world
        .signed_in("clerk", Some(&clinic), &[Role::LiaisonClerk])
        .await;
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    assert_eq!(admin.get("/confirmations").await.status_code(), 404);
    let bad = [("name", ""), ("deadline", "2020-01-01")];
    assert_eq!(desk.post("/confirmations", &bad).await.status_code(), 422);
    let today = renkei_base::Clock::now(&world.clock).in_japan().date();
    let deadline = (today + jiff::Span::new().days(20)).to_string();
    let round = [("name", "令和8年度の確認"), ("deadline", deadline.as_str())];
    let answer = desk.post("/confirmations", &round).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let path = answer.header("location").to_str().unwrap().to_owned();
    assert_eq!(
        desk.post("/confirmations", &round).await.status_code(),
        409,
        "one at a time"
    );

    // Everybody of the desk is asked, on the page and in the overview; others are not.
    let here = format!("/institutions/{clinic}");
    for browser in [&clerk, &admin] {
        assert!(words(&browser.get(&here).await.text()).contains("確認してください"));
    }
    for browser in [&clerk, &admin] {
        assert!(words(&browser.get("/home").await.text()).contains("確認してください"));
    }
    let blank = [("institution", clinic.as_str()), ("note", " ")];
    let answer = desk.post(&format!("{path}/notes"), &blank).await;
    assert_eq!(answer.status_code(), 422);
    assert!(
        answer.text().contains("id=\"note-fault\""),
        "beside the field"
    );
    assert!(!page(&world, &here).await.contains("確認してください"));
    let said = words(&desk.get(&path).await.text());
    assert!(
        said.contains("岩田医院") && said.contains("まだ 1"),
        "{said}"
    );

    // After the deadline it still counts, by part, twice the same.
    world.clock.advance(Span::days(30));
    let clerk = world
        .signed_in("clerk2", Some(&clinic), &[Role::LiaisonClerk])
        .await;
    let desk = world.signed_in("desk2", None, &[Role::RegionDesk]).await;
    assert!(words(&clerk.get(&here).await.text()).contains("過ぎています"));
    let id = path.rsplit('/').next().unwrap();
    let own = format!("{here}/confirmation");
    assert_eq!(
        clerk.post(&own, &[("round", id)]).await.status_code(),
        422,
        "nothing ticked"
    );
    let part = [("round", id), ("part", "contact"), ("part", "hours")];
    assert_eq!(clerk.post(&own, &part).await.status_code(), 303);
    assert!(words(&desk.get(&path).await.text()).contains("途中 1"));
    let mut all = vec![("round", id)];
    all.extend(renkei_directory::confirmation::PARTS.map(|part| ("part", part)));
    for _ in 0..2 {
        assert_eq!(clerk.post(&own, &all).await.status_code(), 303);
    }
    assert!(words(&desk.get(&path).await.text()).contains("確認済み 1"));
    assert!(!words(&clerk.get(&here).await.text()).contains("確認してください"));
    assert!(page(&world, &here).await.contains("最後の確認"));
    let note = [
        ("institution", &*clinic.to_string()),
        ("note", "電話で確認"),
    ]
    .map(|(a, b)| (a, b.to_owned()));
    let note: Vec<(&str, &str)> = note.iter().map(|(a, b)| (*a, b.as_str())).collect();
    assert_eq!(
        desk.post(&format!("{path}/notes"), &note)
            .await
            .status_code(),
        303
    );
    assert!(words(&desk.get(&path).await.text()).contains("電話で確認"));
    assert_eq!(
        desk.post(&format!("{path}/close"), &[]).await.status_code(),
        303
    );
    assert_eq!(
        clerk.post(&own, &part).await.status_code(),
        409,
        "it is over"
    );
    let other = world.clinic("別の医院").await;
    let theirs = format!("/institutions/{other}/confirmation");
    assert_eq!(clerk.get(&theirs).await.status_code(), 404);
}

async fn enquiries_name_nobody(backend: Backend) {
    let world = World::empty(backend).await;
    let desk: Id = world.clinic("こころの相談").await;
    let clerk = world
        .signed_in("clerk", Some(&desk), &[Role::LiaisonClerk])
        .await;
    let region = world.signed_in("region", None, &[Role::RegionDesk]).await;
    let month = renkei_directory::enquiry::month_of(
        renkei_base::Clock::now(&world.clock).in_japan().date(),
    );
    let typed = |note: &'static str| {
        vec![
            ("month", month.as_str()),
            ("theme", "forgetful"),
            ("asker", "family"),
            ("outcome", "informed"),
            ("note", note),
        ]
    };
    for bad in [
        "田中さんから電話",
        "090-1234-5678に折り返す",
        "昭和25年3月4日生まれ",
    ] {
        let answer = clerk.post("/enquiries", &typed(bad)).await;
        assert_eq!(answer.status_code(), 422, "{bad}");
        assert!(answer.text().contains(bad), "what was typed stays");
    }
    // Where it is an office that looks like a person, its writer says so.
    let mut vouched = typed("保健所 03-1234-5678 を案内");
    let answer = clerk.post("/enquiries", &vouched).await;
    assert!(answer.text().contains("name=\"nameless\""), "asked about");
    vouched[0] = ("month", "2001-02");
    vouched.push(("nameless", "1"));
    assert_eq!(clerk.post("/enquiries", &vouched).await.status_code(), 303);
    for month in ["1800-01", "2999-01", "2026-13"] {
        let mut typed = typed("もの忘れ");
        typed[0] = ("month", month);
        assert_eq!(
            clerk.post("/enquiries", &typed).await.status_code(),
            422,
            "{month}"
        );
    }
    for _ in 0..2 {
        let answer = clerk.post("/enquiries", &typed("80代の母のもの忘れ")).await;
        assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    }
    let said = words(&region.get("/enquiries").await.text());
    assert!(
        said.contains("もの忘れが気になる") && said.contains("計 2"),
        "{said}"
    );
    assert!(!said.contains("80代"), "the region sees counts");
    let csv = region.get("/enquiries/counts.csv").await.text();
    assert!(
        csv.contains(&format!(
            "\"{month}\",\"もの忘れが気になる\",\"こころの相談\",\"2\""
        )),
        "{csv}"
    );
    let row = world
        .app
        .store
        .enquiries_of(&desk, (&month, &month))
        .await
        .unwrap()
        .remove(0);
    let other = world.clinic("別の窓口").await;
    let stranger = world
        .signed_in("other", Some(&other), &[Role::LiaisonClerk])
        .await;
    let path = format!("/enquiries/{}/withdraw", row.id);
    assert_eq!(stranger.post(&path, &[]).await.status_code(), 404);
    assert!(!words(&stranger.get("/enquiries").await.text()).contains("計 2"));
    assert_eq!(clerk.post(&path, &[]).await.status_code(), 303);
    assert!(words(&region.get("/enquiries").await.text()).contains("計 1"));
}
