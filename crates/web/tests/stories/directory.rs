//! Institutions found by anybody, departments kept by their own people, imports with their progress and their rejects.

use crate::common::{Browser, World, words};
use axum_test::multipart::{MultipartForm, Part};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend, test_data};

each_backend!(
    institutions_are_found,
    departments_are_kept,
    files_are_imported,
    the_real_file_is_imported
);

async fn institutions_are_found(backend: Backend) {
    let world = World::sample(backend).await;
    let visitor = world.visitor();
    let page = visitor
        .get("/institutions?q=%EF%BE%8B%EF%BE%9E%EF%BD%AE%EF%BD%B3%EF%BD%B2%EF%BE%9D")
        .await
        .text();
    assert!(
        page.contains("中央病院"),
        "half-width kana find a hospital: {}",
        words(&page)
    );
    let part = world
        .server
        .get("/institutions?q=x")
        .add_header("hx-request", "true")
        .await
        .text();
    assert!(!part.contains("<html"), "{part}");
    assert!(
        visitor
            .get("/institutions?kind=pharmacy")
            .await
            .text()
            .contains("薬局")
    );
    assert!(
        visitor
            .get("/institutions?page=99999999999999999999")
            .await
            .status_code()
            .is_client_error()
    );
    assert_eq!(
        visitor
            .get("/institutions?page=9223372036854775807")
            .await
            .status_code(),
        200
    );
    let id = world.made.institutions.values().next().unwrap();
    let page = visitor.get(&format!("/institutions/{id}")).await;
    assert_eq!(page.status_code(), 200);
    assert!(
        !page.text().contains("/departments\""),
        "nothing to keep for a visitor"
    );
    let hit = world.app.finder.by_id(id).unwrap();
    if !hit.code.is_empty() {
        let answer = visitor.get(&format!("/institutions/{}", hit.code)).await;
        assert_eq!(
            answer.header("location"),
            format!("/institutions/{id}").as_str()
        );
    }
    assert_eq!(
        visitor.get("/institutions/0000000000").await.status_code(),
        404
    );
}

async fn departments_are_kept(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let nurse = world
        .signed_in("nurse", Some(&clinic), &[Role::Nurse])
        .await;
    let fields = [
        ("name", "内科"),
        ("code", "01"),
        ("letter_needed", "yes"),
        ("note", "火曜の午前\r\n<急ぎは電話>"),
    ];
    assert_eq!(
        nurse
            .post("/departments/new", &fields)
            .await
            .header("location"),
        "/departments"
    );
    let twice = nurse.post("/departments/new", &fields).await;
    assert_eq!(
        twice.status_code(),
        422,
        "a double click makes no second one"
    );
    assert!(
        twice.text().contains(r#"value="yes" checked"#)
            && twice.text().contains("&#60;急ぎは電話&#62;")
    );
    assert_eq!(
        nurse
            .post("/departments/new", &[("name", ""), ("code", "x")])
            .await
            .status_code(),
        422
    );
    let list = nurse.get("/departments").await.text();
    let path = format!(
        "/departments/{}",
        crate::common::between(&list, r#"data-row href="/departments/"#, "\"")
    );
    assert_eq!(
        nurse
            .post(&path, &[("name", "総合内科")])
            .await
            .status_code(),
        303
    );
    let page = world
        .visitor()
        .get(&format!("/institutions/{clinic}"))
        .await
        .text();
    assert!(
        page.contains("総合内科") && !page.contains("紹介状が必要"),
        "{}",
        words(&page)
    );
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    assert_eq!(
        nurse
            .post(&format!("{path}/close"), &[])
            .await
            .status_code(),
        303
    );
    assert!(
        !world
            .visitor()
            .get(&format!("/institutions/{clinic}"))
            .await
            .text()
            .contains("総合内科")
    );
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    assert_eq!(
        nurse
            .post(&format!("{path}/reopen"), &[])
            .await
            .status_code(),
        303
    );
    assert!(
        world.app.finder.search(&search("総合内科")).total == 1,
        "found by its department at once"
    );
}

fn search(words: &str) -> renkei_directory::Search {
    renkei_directory::Search {
        words: words.to_owned(),
        ..renkei_directory::Search::default()
    }
}

fn form(token: &str, kind: &str, name: &str, bytes: Vec<u8>) -> MultipartForm {
    let form = MultipartForm::new()
        .add_text("token", token.to_owned())
        .add_text("kind", kind.to_owned());
    form.add_part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

/// Sends a file and waits for its end; the words of the last page.
async fn import(
    world: &World,
    browser: &Browser<'_>,
    kind: &str,
    bytes: Vec<u8>,
) -> (String, String) {
    let form = form(&browser.token, kind, "file_20250601.csv", bytes);
    let answer = browser
        .ask(world.server.post("/imports").multipart(form))
        .await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let path = answer.header("location").to_str().unwrap().to_owned();
    for _ in 0..1200 {
        let page = browser
            .ask(world.server.get(&path).add_header("hx-request", "true"))
            .await
            .text();
        if !page.contains("<progress") {
            return (path, words(&page));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import does not end");
}

async fn files_are_imported(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let send = |token: &str, kind: &str, bytes: &[u8]| {
        admin.ask(world.server.post("/imports").multipart(form(
            token,
            kind,
            "x.csv",
            bytes.to_vec(),
        )))
    };
    for (kind, bytes, fault) in [
        ("medical-institutions", b"".as_slice(), "id=\"file-fault\""),
        (
            "medical-institutions",
            b"PK\x03\x04broken",
            "id=\"file-fault\"",
        ),
        ("", b"ID,x", "種類を選んでください"),
    ] {
        let answer = send(&admin.token, kind, bytes).await;
        assert_eq!(answer.status_code(), 422, "{}", words(&answer.text()));
        assert!(answer.text().contains(fault), "{}", words(&answer.text()));
    }
    assert_eq!(
        send("wrong", "medical-institutions", b"ID,x")
            .await
            .status_code(),
        403
    );
    let (_, said) = import(
        &world,
        &admin,
        "medical-institutions",
        b"a,b\n1,2\n".to_vec(),
    )
    .await;
    assert!(
        said.contains("取込みの画面に戻る"),
        "a file of something else ends with its reason: {said}"
    );
    let not = admin
        .post("/imports/codes/1234567890", &[("institution", "none")])
        .await;
    assert_eq!(not.status_code(), 404);
}

async fn the_real_file_is_imported(backend: Backend) {
    let Some(file) = test_data("institutions/01-1_hospital_facility_info_20250601.zip") else {
        return;
    };
    if backend.is_postgres() {
        return;
    }
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let (path, said) = import(
        &world,
        &admin,
        "medical-institutions",
        std::fs::read(file).unwrap(),
    )
    .await;
    assert!(said.contains("行を処理しました"), "{said}");
    assert!(world.app.finder.len() > 7_000);
    let csv = admin.get(&format!("{path}/rejects.csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text().lines().count() > 1);
    assert!(
        admin
            .get("/imports")
            .await
            .text()
            .contains("file_20250601.csv")
    );
    let page = world
        .visitor()
        .get("/institutions?q=%E6%9D%B1%E5%A4%A7&prefecture=13")
        .await
        .text();
    assert!(
        page.contains("東京大学") || page.contains("data-row"),
        "{}",
        words(&page)
    );
}
