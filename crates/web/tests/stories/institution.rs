//! An institution keeps its own page; the region's desk keeps the directory; each begins with what waits for them.

use std::collections::BTreeMap;

use renkei_base::Role;
use renkei_base::clock::Span;
use renkei_care::letter::{self, LetterData};
use renkei_store::Changes;
use renkei_store::import::CodeWait;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, words};

each_backend!(
    an_institution_keeps_its_page,
    two_keep_one_page,
    letters_keep_the_address_they_were_sent_with,
    the_desk_decides_about_codes,
    each_office_begins_with_its_work
);

const PAGE: [(&str, &str); 11] = [
    ("desk", "患者支援センター"),
    ("desk_phone", "03-5555-0001"),
    ("desk_fax", "03-5555-0002"),
    ("phone", "０３−５５５５−０００３"),
    ("fax", "03-5555-0004"),
    ("postal_code", "153-0061"),
    ("address", "目黒区中目黒9-9-9"),
    ("url", "https://iwata.example.jp/"),
    ("short", "岩田"),
    ("hours", "平日 9–17時\n土曜は午前"),
    ("access", "中目黒駅から徒歩3分"),
];

async fn an_institution_keeps_its_page(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let other = world.clinic("別の医院").await;
    let path = format!("/institutions/{clinic}/edit");
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let page = admin.get(&format!("/institutions/{clinic}")).await.text();
    assert!(page.contains(&path), "the way to it: {}", words(&page));
    assert_eq!(admin.get(&path).await.status_code(), 200);
    world.clock.advance(Span::seconds(1));
    let answer = admin.post(&path, &PAGE).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let said = words(
        &world
            .visitor()
            .get(&format!("/institutions/{clinic}"))
            .await
            .text(),
    );
    for text in [
        "患者支援センター",
        "03-5555-0001",
        "03-5555-0003",
        "東京都目黒区中目黒9-9-9",
        "土曜は午前",
        "徒歩3分",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let hit = world.app.finder.by_id(&clinic).unwrap();
    assert_eq!(
        hit.address, "東京都目黒区中目黒9-9-9",
        "found by it at once"
    );

    // What is wrong is said, and what was typed stays.
    let wrong = [("phone", "内線12"), ("address", " "), ("hours", "あ")];
    let answer = admin.post(&path, &wrong).await;
    assert_eq!(answer.status_code(), 422);
    assert!(answer.text().contains("内線12") || answer.text().contains("住所を入力"));
    let answer = admin
        .post(&path, &[("phone", "内線12"), ("address", "目黒区1")])
        .await;
    assert_eq!(answer.status_code(), 422);
    assert!(
        answer.text().contains("内線12"),
        "{}",
        words(&answer.text())
    );

    // Another's page is not the administrator's; the desk's are all.
    let gone = admin.get("/there-is-no-such-page").await.text();
    let others = format!("/institutions/{other}/edit");
    for answer in [admin.get(&others).await, admin.post(&others, &PAGE).await] {
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, gone.clone())
        );
    }
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    assert_eq!(desk.post(&others, &PAGE).await.status_code(), 303);
    let clerk = world
        .signed_in("clerk", Some(&clinic), &[Role::LiaisonClerk])
        .await;
    assert_eq!(clerk.get(&path).await.status_code(), 404);
}

async fn two_keep_one_page(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let path = format!("/institutions/{clinic}/edit");
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    assert_eq!(admin.post(&path, &PAGE).await.status_code(), 303);
    let page = desk.get(&path).await.text();
    assert!(
        page.contains("name=\"was_hours\""),
        "what the form showed travels with it"
    );
    // Both have the page of before; the first changes one field, the second another and then the same.
    let sent = |changes: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let now = PAGE.map(|(name, text)| {
            let change = changes.iter().find(|(field, _)| *field == name);
            (
                name.to_owned(),
                change.map_or(text, |(_, new)| new).to_owned(),
            )
        });
        let was = PAGE.map(|(name, text)| {
            let shown = match name {
                "phone" => "03-5555-0003".to_owned(),
                "address" => "東京都目黒区中目黒9-9-9".to_owned(),
                _ => text.replace('\n', "\r\n"),
            };
            (format!("was_{name}"), shown)
        });
        now.into_iter().chain(was).collect()
    };
    let post = async |browser: &Browser<'_>, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        browser.post(&path, &fields).await
    };
    let first = post(&admin, sent(&[("desk", "入退院支援室")])).await;
    assert_eq!(first.status_code(), 303);
    let second = post(&desk, sent(&[("access", "裏口から")])).await;
    assert_eq!(second.status_code(), 303);
    let said = words(&desk.get(&format!("/institutions/{clinic}")).await.text());
    assert!(
        said.contains("入退院支援室") && said.contains("裏口から"),
        "{said}"
    );
    let third = post(&desk, sent(&[("desk", "地域連携室")])).await;
    assert_eq!(third.status_code(), 409);
    let page = words(&third.text());
    assert!(page.contains("先にこのページを変更しました"), "{page}");
    assert!(page.contains("入退院支援室") && third.text().contains("value=\"地域連携室\""));
}

async fn letters_keep_the_address_they_were_sent_with(backend: Backend) {
    let world = World::sample(backend).await;
    let care = &world.app.care;
    let mut before = Vec::new();
    let mut doctors = BTreeMap::new();
    for (name, institution) in &world.made.institutions {
        let doctor = world
            .person(
                &format!("letters.{name}"),
                Some(institution),
                &[Role::Doctor],
            )
            .await;
        let ctx = world.ctx_of(&doctor.id).await;
        for case in world.made.cases.values() {
            let Ok(one) = letter::letter(care, &ctx, case).await else {
                continue;
            };
            if one.from.institution.as_ref() == Some(institution) {
                before.push(one);
            }
        }
        doctors.insert(institution.clone(), doctor.id);
    }
    let sent = before.iter().filter(|one| !one.draft);
    let sender = sent
        .filter_map(|one| one.from.institution.clone())
        .find(|sender| {
            let of = |one: &&LetterData| one.from.institution.as_ref() == Some(sender);
            before.iter().filter(of).any(|one| one.draft)
        })
        .unwrap();
    before.retain(|one| one.from.institution.as_ref() == Some(&sender));
    world.clock.advance(Span::hours(1));
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    let moved = desk
        .post(&format!("/institutions/{sender}/edit"), &PAGE)
        .await;
    assert_eq!(moved.status_code(), 303, "{}", words(&moved.text()));
    let ctx = world.ctx_of(&doctors[&sender]).await;
    for old in &before {
        let now = letter::letter(care, &ctx, &old.case).await.unwrap();
        assert_ne!(old.from.phone, "03-5555-0003");
        if old.draft {
            assert_eq!(now.from.phone, "03-5555-0003", "a draft has today's");
        } else {
            assert_eq!(now.from, old.from, "as it was sent");
        }
    }
}

async fn the_desk_decides_about_codes(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let twin = world.clinic("岩田医院分院").await;
    let mut changes = Changes::default();
    changes.put_code_wait(&CodeWait {
        code: "1311000019".to_owned(),
        prefecture: "13".to_owned(),
        name: "医療法人 岩田医院".to_owned(),
        postal: "153-0061".to_owned(),
        address: "目黒区1-1".to_owned(),
        candidates: vec![clinic.clone(), twin],
        source: "codes.csv".to_owned(),
        line: 7,
        since: world.ctx().at,
    });
    world.app.store.commit(&world.ctx(), changes).await.unwrap();
    let desk = world.signed_in("desk", None, &[Role::RegionDesk]).await;
    let home = words(&desk.get("/home").await.text());
    assert!(home.contains("人の確認を待つコード 1"), "{home}");
    let page = desk.get("/imports").await.text();
    for text in [
        "医療法人 岩田医院",
        "東京都目黒区1-1",
        "診療所",
        "岩田医院分院",
    ] {
        assert!(page.contains(text), "{text}: {}", words(&page));
    }
    world.clock.advance(Span::seconds(1));
    let answer = desk
        .post(
            "/imports/codes/1311000019",
            &[("institution", clinic.as_str())],
        )
        .await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    assert_eq!(world.app.finder.by_id(&clinic).unwrap().code, "1311000019");
    let home = words(&desk.get("/home").await.text());
    assert!(home.contains("人の確認を待つコード 0"), "{home}");
    // People are the administrators' business.
    assert_eq!(desk.get("/people").await.status_code(), 404);
}

async fn each_office_begins_with_its_work(backend: Backend) {
    let world = World::sample(backend).await;
    let orphan = world.clinic("管理者のいない医院").await;
    world.person("alone", Some(&orphan), &[Role::Nurse]).await;
    let region = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let home = region.get("/home").await.text();
    assert!(
        home.contains("管理者のいない医院")
            && home.contains(&format!("/people/new?institution={orphan}")),
        "{}",
        words(&home)
    );
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let nurse = world.person("curious", Some(&orphan), &[Role::Nurse]).await;
    let nurse = world.browser(&nurse.id).await;
    let case = world.made.cases.values().next().unwrap();
    assert_eq!(
        nurse.get(&format!("/referrals/{case}")).await.status_code(),
        404
    );
    let home = words(&auditor.get("/home").await.text());
    for text in [
        "まだしていません",
        "この7日間の拒否・失敗",
        "紹介を見た 拒否 1",
    ] {
        assert!(home.contains(text), "{text}: {home}");
    }
    let admin = world
        .signed_in("admin", Some(&orphan), &[Role::InstitutionAdmin])
        .await;
    let home = words(&admin.get("/home").await.text());
    for text in [
        "再確認の時期の利用者 0",
        "連携室の電話",
        "診療科はまだ登録されていません",
    ] {
        assert!(home.contains(text), "{text}: {home}");
    }
    // Who works with patients too begins with the work list.
    let both = world
        .signed_in(
            "both",
            Some(&orphan),
            &[Role::Doctor, Role::InstitutionAdmin],
        )
        .await;
    assert!(both.get("/home").await.text().contains("作業一覧"));
}
