//! A survey on its pages: made, opened, looked after, by those who may; to all others it is not there.

use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, words};

each_backend!(
    a_prefecture_asks_its_municipalities,
    what_waits_is_where_people_begin,
    a_survey_of_others_is_not_there,
    bad_input_is_told_and_kept
);

const TYPED: [(&str, &str); 6] = [
    ("title", "在宅医療の追加調査"),
    ("closes", "令和8年12月20日"),
    ("peers", "submitted"),
    ("base", "all"),
    ("reminders", "-7"),
    ("code", "home-care-extra"),
];

async fn by_login<'a>(world: &'a World, login: &str) -> Browser<'a> {
    world.browser(&world.made.people[login]).await
}

/// The questionnaire of the sample region, as the form names it.
async fn questionnaire(world: &World) -> String {
    let survey = world.app.store.survey("home-care-2015").await.unwrap();
    let survey = survey.unwrap();
    format!("{} {}", survey.questionnaire, survey.questionnaire_version)
}

async fn page(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status_code(), 200, "{path}");
    words(&answer.text())
}

async fn moved(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.post(path, fields).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    answer.header("location").to_str().unwrap().to_owned()
}

/// Stories 23 and 34, in the browser.
async fn a_prefecture_asks_its_municipalities(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "tocho.mizushima").await;
    let ward = by_login(&world, "meguro.nishi").await;
    assert!(
        page(&officer, "/surveys/new")
            .await
            .contains("調査を始める")
    );
    let key = questionnaire(&world).await;
    let mut typed = TYPED.to_vec();
    typed.push(("questionnaire", &key));
    let at = moved(&officer, "/surveys/new", &typed).await;
    assert_eq!(at, "/surveys/home-care-extra/universe");
    // Looked at first: nothing is written.
    let rule = [
        ("municipality", "ward"),
        ("municipality", "city"),
        ("municipality", "town"),
        ("municipality", "village"),
        ("prefecture", "13"),
        ("uncounted", "1313"),
        ("uncounted_why", "島しょ部は別途"),
        ("then", "look"),
    ];
    let looked = words(&officer.post(&at, &rule).await.text());
    assert!(looked.contains("当てはまるのは 62 件"), "{looked}");
    assert!(looked.contains("うち 9 件は集計外"), "{looked}");
    let mut write = rule.to_vec();
    write[7] = ("then", "write");
    // Nobody is left out of the counts without a reason.
    let mut silent = rule.to_vec();
    silent[6] = ("uncounted_why", " ");
    let html = officer.post(&at, &silent).await.text();
    assert!(!html.contains("value=\"write\""), "{}", words(&html));
    silent[7] = ("then", "write");
    assert_eq!(officer.post(&at, &silent).await.status_code(), 422);
    // A line of the list that means nobody stays in its field, and is told.
    let mut listed = write.clone();
    listed.push(("list", "どこにもない医院"));
    let told = officer.post(&at, &listed).await.text();
    assert!(
        words(&told).contains("62 件に決めました"),
        "{}",
        words(&told)
    );
    assert!(told.contains("rows=\"6\">\nどこにもない医院</textarea>"));
    let manage = moved(&officer, &at, &write).await;
    let said = page(&officer, &manage).await;
    assert!(said.contains("53 のうち 0 が回答（0.0％）"), "{said}");
    // Those without an address are counted as the answers are: without 集計外.
    let log = page(&officer, "/surveys/home-care-extra/mails").await;
    assert!(log.contains("渋谷区") && !log.contains("大島町"), "{log}");
    assert!(log.contains("これからの督促：12月13日(日)"), "{log}");
    // A draft is not there for those who will be asked.
    assert_eq!(ward.get(&manage).await.status_code(), 404);
    moved(&officer, &manage, &[("act", "open")]).await;
    assert!(page(&ward, "/surveys").await.contains("在宅医療の追加調査"));
    // Who has not answered yet has not given no answer.
    let counts = page(&officer, "/surveys/home-care-extra?version=now").await;
    assert!(counts.contains("まだ回答していない 53"), "{counts}");
    assert!(counts.contains("未回答・無回答"), "{counts}");

    // One sheet: a contact, a telephone note, more days with a reason.
    let office = &world.made.institutions["office-131130"];
    let sheet = format!("/surveys/home-care-extra/respondents/{office}");
    let slip = [("act", "contact"), ("contact_mail", "shibuya")];
    assert_eq!(officer.post(&sheet, &slip).await.status_code(), 422);
    let mail = [("act", "contact"), ("contact_mail", "a@shibuya.example.jp")];
    moved(&officer, &sheet, &mail).await;
    moved(
        &officer,
        &sheet,
        &[("act", "call"), ("note", "来週提出とのこと")],
    )
    .await;
    let days = [
        ("act", "extend"),
        ("closes", "R8.12.25"),
        ("why", "担当の交代"),
    ];
    moved(&officer, &sheet, &days).await;
    let said = page(&officer, &sheet).await;
    assert!(said.contains("来週提出とのこと"), "{said}");
    assert!(said.contains("12月25日(金) 担当の交代"), "{said}");
    let said = page(&officer, &format!("{manage}?state=open")).await;
    assert!(said.contains("12月25日(金) 延長"), "{said}");

    // Two forms of the page ask for a reason: the fault stands at the one that was sent.
    let slip = officer.post(&sheet, &[("act", "take-back")]).await;
    assert_eq!(slip.status_code(), 422);
    assert_eq!(slip.text().matches("id=\"why-fault\"").count(), 1);

    // Closed: nobody may write; approved: nothing changes.
    moved(&officer, &manage, &[("act", "close")]).await;
    let approve = officer.post(&manage, &[("act", "approve")]).await;
    assert_eq!(approve.status_code(), 403);
    let approver = by_login(&world, "tocho.okabe").await;
    moved(&approver, &manage, &[("act", "approve")]).await;
    // Published by the approver, and offered to nobody else.
    let publication = "/surveys/home-care-extra/publication";
    let offered = |html: &str| html.contains("value=\"publish\"");
    let html = officer.get(publication).await.text();
    assert!(!offered(&html) && words(&html).contains("公表は承認者が行います"));
    assert!(offered(&approver.get(publication).await.text()));
    let late = officer.post(&sheet, &days).await;
    assert_eq!(late.status_code(), 409);
    assert!(words(&late.text()).contains("承認されているので"));
}

async fn what_waits_is_where_people_begin(backend: Backend) {
    let world = World::sample(backend).await;
    for (login, text) in [
        ("meguro.nishi", "回答する調査"),
        ("meguro.katagiri", "回答する調査"),
        ("meguro-hokenjo.seto", "確認する回答（管内）"),
        ("tocho.mizushima", "進めている調査"),
        ("tocho.okabe", "進めている調査"),
    ] {
        let browser = by_login(&world, login).await;
        let home = page(&browser, "/home").await;
        assert!(home.contains(text), "{login}: {home}");
    }
    let visitor = world.visitor();
    let said = words(&visitor.get("/surveys").await.text());
    assert!(said.contains("公表している調査") && !said.contains("回答する調査"));
    let seto = by_login(&world, "meguro-hokenjo.seto").await;
    let said = page(&seto, "/surveys/home-care-2026/manage").await;
    assert!(
        said.contains("目黒区") && !said.contains("千代田区"),
        "{said}"
    );
}

async fn a_survey_of_others_is_not_there(backend: Backend) {
    let world = World::sample(backend).await;
    let clinic = world.clinic("よその医院").await;
    let stranger = world
        .signed_in("stranger", Some(&clinic), &[Role::Officer, Role::Approver])
        .await;
    let gone = stranger.get("/there-is-no-such-page").await.text();
    let office = &world.made.institutions["office-131105"];
    let here = "/surveys/home-care-2026";
    let paths = [
        format!("{here}/manage"),
        format!("{here}/edit"),
        format!("{here}/universe"),
        format!("{here}/mails"),
        format!("{here}/respondents/{office}"),
    ];
    for path in &paths {
        let answer = stranger.get(path).await;
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, gone.clone()),
            "{path}"
        );
    }
    let acts = [
        (format!("{here}/manage"), vec![("act", "close")]),
        (
            format!("{here}/respondents"),
            vec![("institution", "131105")],
        ),
        (paths[4].clone(), vec![("act", "call"), ("note", "a")]),
        (format!("{here}/mails/{office}/again"), vec![]),
    ];
    for (path, fields) in &acts {
        let answer = stranger.post(path, fields).await;
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, gone.clone()),
            "{path}"
        );
    }
    // A ward sees its own sheet, and no other's; the prefecture's pages are not its own.
    let ward = by_login(&world, "meguro.nishi").await;
    assert_eq!(ward.get(&paths[4]).await.status_code(), 200);
    let other = &world.made.institutions["office-132012"];
    for path in [
        format!("{here}/respondents/{other}"),
        paths[0].clone(),
        paths[3].clone(),
    ] {
        assert_eq!(ward.get(&path).await.status_code(), 404, "{path}");
    }
}

async fn bad_input_is_told_and_kept(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "tocho.mizushima").await;
    let key = questionnaire(&world).await;
    for (field, typed, told) in [
        ("closes", "らいしゅう", "日付が読めません"),
        ("closes", "R8.11.1", "今日より前の日"),
        ("closes", "２０２６年１２月２０日", ""),
        ("title", "", "タイトル"),
        ("code", "在宅", "小文字の英数字"),
        ("code", "home-care-2015", "すでにあります"),
        ("reminders", "0", "督促の日"),
        ("previous", "nothing", "前回の調査が見つかりません"),
    ] {
        let mut fields = TYPED.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.extend([(field, typed), ("questionnaire", key.as_str())]);
        let answer = officer.post("/surveys/new", &fields).await;
        if told.is_empty() {
            assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
            continue;
        }
        let html = answer.text();
        assert_eq!(answer.status_code(), 422, "{field} {typed}");
        if field != "title" {
            assert!(words(&html).contains(told), "{field}: {}", words(&html));
            assert!(html.contains("在宅医療の追加調査"), "what was typed stays");
        }
    }
}
