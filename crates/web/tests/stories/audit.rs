//! What auditors read, and whether it is as it was written.

use crate::common::{World, words};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

each_backend!(
    auditors_read_and_verify,
    auditors_read_words_and_ask_by_name,
    a_file_for_a_spreadsheet
);

async fn auditors_read_and_verify(backend: Backend) {
    let world = World::sample(backend).await;
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let page = auditor.get("/audit").await;
    assert_eq!(page.status_code(), 200);
    assert!(
        page.text().contains("見本の人になった"),
        "{}",
        words(&page.text())
    );
    // That it was read is in it.
    assert!(
        auditor
            .get("/audit?action=audit")
            .await
            .text()
            .contains("監査記録を見た")
    );
    let only = auditor
        .get("/audit?from=2020-01-01&action=patient")
        .await
        .text();
    assert!(
        only.contains("患者を登録した") && !only.contains(">見本の人になった<"),
        "{}",
        words(&only)
    );
    // A name is no id: nothing is looked for, and it does not get into the audit.
    let name = auditor
        .get("/audit?patient=%E9%88%B4%E6%9C%A8")
        .await
        .text();
    assert!(
        name.contains("氏名では探せません") && name.contains("鈴木"),
        "{}",
        words(&name)
    );
    assert!(
        !auditor
            .get("/audit?action=audit")
            .await
            .text()
            .contains("鈴木")
    );
    let wrong = auditor.get("/audit?from=S64.1.8").await.text();
    assert!(wrong.contains("平成元年1月8日"), "{}", words(&wrong));

    let turned = auditor.get("/audit?from=R2.2.2&until=R2.2.1").await.text();
    assert!(
        turned.contains("終わりが始まりより前"),
        "{}",
        words(&turned)
    );
    let early = auditor.get("/audit?until=2020-02-08").await.text();
    assert!(
        early.contains("value=\"2020-02-01\""),
        "seven days before its end: {}",
        words(&early)
    );

    // Page by page, every row once.
    let mut path = "/audit?from=2020-01-01".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = auditor.get(&path).await.text();
        let rows = page.split("<tr><td").skip(1).map(str::to_owned);
        seen.extend(rows.filter(|row| !row.contains("監査記録を見た")));
        match page.split(r#"rel="next" href=""#).nth(1) {
            Some(rest) => path = rest.split('"').next().unwrap().replace("&#38;", "&"),
            None => break,
        }
    }
    assert!(seen.len() > 250, "{}", seen.len());

    let answer = auditor.post("/audit/verify", &[]).await;
    let path = answer.header("location").to_str().unwrap().to_owned();
    for _ in 0..200 {
        let page = auditor.get(&path).await.text();
        if !page.contains("<progress") {
            assert!(page.contains("書かれたときのままです"), "{}", words(&page));
            let top = words(&auditor.get("/audit").await.text());
            assert!(top.contains("行は書かれたときのままでした"), "{top}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("verification does not end");
}

/// Words for acts, purposes and things; names for people and institutions; ids for patients.
async fn auditors_read_words_and_ask_by_name(backend: Backend) {
    let world = World::sample(backend).await;
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let page = auditor.get("/audit?from=2020-01-01&action=referral").await;
    let text = words(&page.text());
    for said in ["診療のため", "患者の記録 …", "紹介 …", "承認して送った"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // What a person may not be asked for is not said: no patient's name stands in the page.
    for patient in world.made.patients.keys() {
        assert!(!text.contains(patient.as_str()), "{patient}");
    }
    // By a person's name.
    let somebody = world.person("kanzaki", None, &[Role::RegionDesk]).await;
    let desk = world.browser(&somebody.id).await;
    desk.post("/logout", &[]).await;
    let page = auditor.get("/audit?person=kanzaki").await.text();
    let rows: Vec<&str> = page.split("<tr><td").skip(1).collect();
    assert!(!rows.is_empty(), "{}", words(&page));
    assert!(
        rows.iter().all(|row| row.contains("見本 kanzaki")),
        "{}",
        words(&page)
    );
    let several = auditor.get("/audit?person=%E8%A6%8B%E6%9C%AC").await.text();
    assert!(
        several.contains("どちらですか") && !several.contains("<tr><td"),
        "{}",
        words(&several)
    );
    let nobody = auditor.get("/audit?person=zzzz").await.text();
    assert!(
        nobody.contains("患者の氏名では探せません"),
        "{}",
        words(&nobody)
    );
    // By an institution's name, by a case, by refusals.
    let (name, id) = world.made.institutions.iter().next().unwrap();
    let place = auditor
        .get(&format!("/audit?from=2020-01-01&institution={id}"))
        .await
        .text();
    let hit = world.app.finder.by_id(id).unwrap();
    let rows: Vec<&str> = place.split("<tr><td").skip(1).collect();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row.contains(&hit.name)),
        "{name}: {}",
        words(&place)
    );
    let case = world.made.cases.values().next().unwrap();
    let of_case = auditor
        .get(&format!("/audit?from=2020-01-01&case={case}"))
        .await
        .text();
    let rows: Vec<&str> = of_case.split("<tr><td").skip(1).collect();
    assert!(
        rows.len() > 2 && rows.iter().all(|row| row.contains(case.as_str())),
        "{}",
        words(&of_case)
    );
    let refused = auditor
        .get("/audit?from=2020-01-01&refused=on")
        .await
        .text();
    assert!(
        refused
            .split("<tr><td")
            .skip(1)
            .all(|row| row.contains("badge bad")),
        "{}",
        words(&refused)
    );
    let english = World::visitor(&world);
    assert_eq!(english.get("/audit").await.status_code(), 303);
}

async fn a_file_for_a_spreadsheet(backend: Backend) {
    let world = World::sample(backend).await;
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let evil = renkei_access::NewPerson {
        login: "evil".to_owned(),
        name: "=HYPERLINK(1)".to_owned(),
        ..world.new_person("evil", None, &[Role::RegionDesk])
    };
    let person = world.enter(&evil).await;
    let browser = world.browser(&person.id).await;
    browser.post("/logout", &[]).await;
    let file = auditor.get("/audit/rows.csv?from=2020-01-01").await;
    assert_eq!(file.status_code(), 200);
    let text = file.text();
    assert!(text.starts_with("\u{FEFF}\"日時\","), "{text}");
    assert!(text.contains("\"'=HYPERLINK(1)\""), "the formula is text");
    let lines = text.lines().count();
    assert!(lines > 250, "{lines}");
    let read = auditor.get("/audit?action=audit").await.text();
    assert!(
        read.contains("監査記録をファイルにした"),
        "{}",
        words(&read)
    );
    // Not for others, and not with a question that is none.
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    assert_eq!(desk.get("/audit/rows.csv").await.status_code(), 404);
    let wrong = auditor.get("/audit/rows.csv?from=S64.1.8").await;
    assert_eq!(wrong.status_code(), 303);
}
