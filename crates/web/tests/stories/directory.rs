//! Institutions found by anybody, departments kept by their own people, imports with their progress and their rejects.

use crate::common::{Browser, World, words};
use axum_test::multipart::{MultipartForm, Part};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend, test_data};

each_backend!(
    institutions_are_found,
    departments_are_kept,
    files_are_imported,
    a_file_is_looked_at_before_it_is_written,
    closed_days_are_told_where_hours_are_not,
    columns_that_look_swapped_are_asked_about,
    names_in_lists_wait_for_a_person,
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
            .is_success(),
        "an old link with a slip in it shows the beginning"
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
        (twice.status_code().as_u16(), twice.header("location")),
        (303, "/departments".parse().unwrap()),
        "a double click makes no second one, and is answered the same"
    );
    let other = [
        ("name", "内科"),
        ("code", "02"),
        ("letter_needed", "yes"),
        ("note", "<急ぎは電話>"),
    ];
    let twice = nurse.post("/departments/new", &other).await;
    assert_eq!(twice.status_code(), 422, "another one of that name");
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

pub(crate) fn form(token: &str, kind: &str, name: &str, bytes: Vec<u8>) -> MultipartForm {
    let form = MultipartForm::new()
        .add_text("token", token.to_owned())
        .add_text("kind", kind.to_owned());
    form.add_part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

/// Sends a file and waits until it was looked at; the words of the last page.
pub(crate) async fn look(
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
    let said = ended(world, browser, &path).await;
    (path, said)
}

/// Waits for the end of a job; the words of its page.
pub(crate) async fn ended(world: &World, browser: &Browser<'_>, path: &str) -> String {
    for _ in 0..1200 {
        let page = browser
            .ask(world.server.get(path).add_header("hx-request", "true"))
            .await
            .text();
        if !page.contains("<progress") {
            return words(&page);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import does not end");
}

/// Confirms what was looked at; the words of the last page.
pub(crate) async fn confirm(
    world: &World,
    browser: &Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
) -> (String, String) {
    let answer = browser.post(&format!("{path}/confirm"), fields).await;
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let path = answer.header("location").to_str().unwrap().to_owned();
    let said = ended(world, browser, &path).await;
    (path, said)
}

const CLINICS: &str = "ID,正式名称,正式名称（フリガナ）,機関区分,都道府県コード,市区町村コード,所在地\n\
    1311000000101,甲クリニック,コウ,2,13,110,東京都目黒区中目黒１\n\
    1311000000102,乙医院,オツ,2,13,110,東京都目黒区中目黒２\n\
    1311000000103,,,2,13,110,東京都目黒区中目黒３\n";

async fn a_file_is_looked_at_before_it_is_written(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let kind = "medical-institutions";
    let (path, said) = look(&world, &admin, kind, CLINICS.into()).await;
    assert!(
        said.contains("まだ何も書き込んでいません") && said.contains("甲クリニック"),
        "{said}"
    );
    assert_eq!(world.app.finder.len(), 0, "nothing is written");
    let csv = admin.get(&format!("{path}/differences.csv")).await.text();
    assert!(csv.contains("2,new,甲クリニック"), "{csv}");
    // Nothing at all, as one row is refused and the person asked for it.
    let (_, said) = confirm(&world, &admin, &path, &[("whole", "1")]).await;
    assert!(said.contains("何も書き込みませんでした"), "{said}");
    assert_eq!(world.app.finder.len(), 0);
    let again = admin.post(&format!("{path}/confirm"), &[]).await;
    assert_ne!(again.status_code(), 303, "a look is confirmed once");
    // The good part.
    let (path, _) = look(&world, &admin, kind, CLINICS.into()).await;
    let (_, said) = confirm(&world, &admin, &path, &[]).await;
    assert!(said.contains("行を処理しました"), "{said}");
    assert_eq!(world.app.finder.len(), 2);
    // Next year's file: old and new value, and what is gone.
    let next = CLINICS
        .replace("甲クリニック", "甲内科")
        .lines()
        .take(2)
        .collect::<Vec<_>>()
        .join("\n");
    let (path, said) = look(&world, &admin, kind, next.clone().into_bytes()).await;
    assert!(
        said.contains("甲クリニック") && said.contains("甲内科") && said.contains("乙医院"),
        "{said}"
    );
    assert!(!said.contains("途中で切れている"), "{said}");
    let cut = format!("{}\n1311000000102,乙", next.trim_end());
    let (_, said) = look(&world, &admin, kind, cut.into_bytes()).await;
    assert!(
        said.contains("途中で切れているかもしれません。最後の行（3 行目）"),
        "{said}"
    );
    let empty = form(&admin.token, kind, "empty.csv", Vec::new());
    let empty = admin
        .ask(world.server.post("/imports").multipart(empty))
        .await;
    assert_eq!(empty.status_code(), 422);
    assert!(words(&empty.text()).contains("空のファイルです"));
    let clinic = world.clinic("岩田医院").await;
    let nurse = world
        .signed_in("nurse", Some(&clinic), &[Role::Nurse])
        .await;
    for path in [path.clone(), format!("{path}/differences.csv")] {
        assert_eq!(nurse.get(&path).await.status_code(), 404, "{path}");
    }
    let tried = nurse.post(&format!("{path}/confirm"), &[]).await;
    assert_eq!(tried.status_code(), 404);
}

async fn closed_days_are_told_where_hours_are_not(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let file = "ID,正式名称,機関区分,都道府県コード,市区町村コード,所在地,毎週決まった曜日に休診（土）,毎週決まった曜日に休診（日）,決まった週に休診（定期週）第2週（金）,祝日に休診\n\
        1311000000101,甲病院,1,13,110,東京都目黒区中目黒１,0,0,0,0\n\
        1311000000102,乙病院,1,13,110,東京都目黒区中目黒２,,,,\n";
    let (path, _) = look(&world, &admin, "medical-institutions", file.into()).await;
    confirm(&world, &admin, &path, &[]).await;
    let page = async |id: &str| {
        let store = &world.app.store;
        let id = store.institution_by_registry_id(id).await.unwrap().unwrap();
        let path = format!("/institutions/{id}");
        words(&world.visitor().get(&path).await.text())
    };
    let said = page("1311000000101").await;
    assert!(said.contains("土・日・祝、第2週 金"), "{said}");
    assert!(
        said.contains("開いている時間は登録されていません"),
        "{said}"
    );
    let silent = page("1311000000102").await;
    assert!(!silent.contains("開いている時間は"), "{silent}");
}

async fn columns_that_look_swapped_are_asked_about(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let kind = "medical-institutions";
    let swapped = CLINICS
        .replacen("正式名称,", "#,", 1)
        .replacen("所在地", "正式名称", 1)
        .replacen("#,", "所在地,", 1);
    let (path, said) = look(&world, &admin, kind, swapped.clone().into()).await;
    for text in [
        "列の見出しと中身が合っていないようです",
        "「正式名称」の列に、住所のような値があります（調べた 3 個のうち 3 個。例「東京都目黒区中目黒１」）。",
        "「所在地」の列と入れ替わっていませんか。",
        "列はこのままで正しい",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let answer = admin.post(&format!("{path}/confirm"), &[]).await;
    assert_eq!(answer.status_code(), 422);
    assert!(answer.text().contains("columns-fault"), "asked again");
    assert_eq!(world.app.finder.len(), 0);
    let (_, said) = confirm(&world, &admin, &path, &[("columns", "1")]).await;
    assert!(said.contains("行を処理しました"), "{said}");
    // A file of another kind: which headings are missing, which are there, what it looks like.
    let (_, said) = look(&world, &admin, "areas", CLINICS.into()).await;
    for text in [
        "圏域コード、圏域名",
        "このファイルの見出し：ID、正式名称",
        "このファイルは「医療情報ネット（ナビイ）」のようです",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
}

async fn names_in_lists_wait_for_a_person(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let clinic = world.clinic("中目黒診療所").await;
    let list = "市区町村,医療機関名\n目黒区,中目黒診療\n".to_owned();
    let (path, said) = look(&world, &admin, "members", list.into_bytes()).await;
    assert!(said.contains("確認待ち"), "{said}");
    confirm(&world, &admin, &path, &[]).await;
    let page = admin.get("/imports").await.text();
    let action = crate::common::between(&page, "action=\"/imports/waits/", "\"").to_owned();
    let path = format!("/imports/waits/{action}");
    let wrong = [("institution", "other"), ("other", "1234567890")];
    assert_eq!(admin.post(&path, &wrong).await.status_code(), 422);
    let right = [("institution", "other"), ("other", clinic.as_str())];
    assert_eq!(admin.post(&path, &right).await.status_code(), 303);
    let aliases = world.app.store.aliases_of(&clinic).await.unwrap();
    assert_eq!(aliases[0].name, "中目黒診療");
    assert_eq!(
        admin.post(&path, &right).await.status_code(),
        404,
        "decided once"
    );
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
    let (_, said) = look(
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
    let bytes = std::fs::read(file).unwrap();
    let (path, said) = look(&world, &admin, "medical-institutions", bytes).await;
    assert!(said.contains("7,587"), "{said}");
    let (path, said) = confirm(&world, &admin, &path, &[]).await;
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
