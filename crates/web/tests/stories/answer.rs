//! A sheet on its page: saved while it is typed, handed in, brought back as a workbook.

use std::io::{Cursor, Read, Write};

use axum_test::multipart::{MultipartForm, Part};
use renkei_base::{Role, Roles};
use renkei_store::AuditFilter;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, words};
use crate::fhir::Program;

each_backend!(
    a_ward_fills_in_its_sheet_and_hands_it_in,
    a_form_goes_out_and_comes_back,
    refused_tries_are_kept,
    a_colleague_finds_what_was_handed_over
);

async fn by_login<'a>(world: &'a World, login: &str) -> Browser<'a> {
    world.browser(&world.made.people[login]).await
}

/// Where the ward's sheet is: the survey that the sample region asks now.
async fn place(world: &World, browser: &Browser<'_>) -> String {
    let open = world.app.store.surveys_in("open").await.unwrap();
    let path = format!("/surveys/{}/answer", open[0].code);
    let answer = browser.get(&path).await;
    assert_eq!(answer.status_code(), 303);
    answer.header("location").to_str().unwrap().to_owned()
}

/// What the script sends while somebody types.
async fn typed(
    browser: &Browser<'_>,
    world: &World,
    path: &str,
    fields: &[(&str, &str)],
) -> String {
    let mut fields = fields.to_vec();
    fields.push(("token", &browser.token));
    let request = world
        .server
        .post(path)
        .form(&fields)
        .add_header("hx-request", "true");
    let answer = browser.ask(request).await;
    assert_eq!(answer.status_code(), 200, "{}", answer.text());
    answer.text()
}

async fn a_ward_fills_in_its_sheet_and_hands_it_in(backend: Backend) {
    let world = World::sample(backend).await;
    let (officer, approver) = (
        by_login(&world, "meguro.nishi").await,
        by_login(&world, "meguro.katagiri").await,
    );
    let at = place(&world, &officer).await;
    let page = officer.get(&at).await;
    assert_eq!(page.status_code(), 200);
    assert!(page.text().contains("data-sheet"), "saves itself");
    let saved = typed(
        &officer,
        &world,
        &at,
        &[("answer.a1", "yes"), ("revision.a1", "0")],
    )
    .await;
    assert!(
        saved.contains(r#"data-answer="a1" data-revision="1" data-state="stored""#),
        "{saved}"
    );
    // A colleague who has seen nothing of it gets it with the own save.
    let other = [("seen", "a1:0"), ("answer.b1", "yes"), ("revision.b1", "0")];
    let saved = typed(&approver, &world, &at, &other).await;
    assert!(
        saved.contains(r#"data-answer="a1" data-revision="1" data-state="taken""#),
        "{saved}"
    );
    // Both write in one question: both are shown, without the script too.
    let met = officer
        .post(&at, &[("answer.a1", "no"), ("revision.a1", "0")])
        .await;
    assert_eq!(met.status_code(), 409);
    let met = words(&met.text());
    assert!(met.contains("ほかの人の回答"), "{met}");
    // What is missing stops the submission, and says where.
    let early = approver.post(&at, &[("then", "submit")]).await;
    assert_eq!(early.status_code(), 422);
    assert!(words(&early.text()).contains("ア③ まだ答えていません。"));
    let sheet = approver.get(&format!("{at}/history")).await;
    assert!(words(&sheet.text()).contains("ア①"));
    let receipt = officer.get(&format!("{at}/receipt.pdf")).await;
    assert_eq!(receipt.status_code(), 409);
}

/// The parts of a workbook with one text in place of another.
fn changed(book: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..old.len() {
        let mut part = old.by_index(place).unwrap();
        let name = part.name().unwrap().to_string();
        let mut text = Vec::new();
        part.read_to_end(&mut text).unwrap();
        if name.ends_with(".xml") {
            text = String::from_utf8(text)
                .unwrap()
                .replace(from, to)
                .into_bytes();
        }
        new.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        new.write_all(&text).unwrap();
    }
    new.finish().unwrap().into_inner()
}

async fn brought(world: &World, browser: &Browser<'_>, at: &str, book: Vec<u8>) -> (u16, String) {
    let part = Part::bytes(book).file_name("form.xlsx");
    let form = MultipartForm::new()
        .add_text("token", browser.token.clone())
        .add_part("workbook", part);
    let path = format!("{at}/workbook");
    let answer = browser.ask(world.server.post(&path).multipart(form)).await;
    (answer.status_code().as_u16(), words(&answer.text()))
}

/// Story 33.
async fn a_form_goes_out_and_comes_back(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "meguro.nishi").await;
    let at = place(&world, &officer).await;
    typed(
        &officer,
        &world,
        &at,
        &[("answer.a1", "yes"), ("revision.a1", "0")],
    )
    .await;
    let form = officer.get(&format!("{at}/form.xlsx")).await;
    assert_eq!(form.status_code(), 200);
    let book = form.as_bytes().to_vec();
    let same = brought(&world, &officer, &at, book.clone()).await;
    assert_eq!(same.0, 200, "{}", same.1);
    assert!(same.1.contains("違うところはありません"), "{}", same.1);
    // Changed in the browser since: both are shown, and the form's answer is taken only where it is chosen.
    typed(
        &officer,
        &world,
        &at,
        &[("answer.a1", "no"), ("revision.a1", "1")],
    )
    .await;
    let kept = brought(&world, &officer, &at, book.clone()).await;
    assert!(
        kept.1.contains("違うところはありません"),
        "left as it was in the form: {}",
        kept.1
    );
    let filled = changed(&book, ">行っている<", ">行っていない<");
    let differs = brought(&world, &officer, &at, filled).await;
    assert_eq!(differs.0, 200, "{}", differs.1);
    // A question's id that was changed, with the address of its cell.
    let tampered = brought(&world, &officer, &at, changed(&book, ">a1<", ">zz<")).await;
    assert_eq!(tampered.0, 422);
    assert!(
        tampered.1.contains("回答!A") && tampered.1.contains("「zz」"),
        "{}",
        tampered.1
    );
    // Last year's form.
    let code = at.split('/').nth(2).unwrap();
    let old = changed(&book, &format!(">{code}<"), ">home-care-2015<");
    let old = brought(&world, &officer, &at, old).await;
    assert_eq!(old.0, 422);
    assert!(
        old.1.contains("renkei!B1") && old.1.contains("home-care-2015"),
        "{}",
        old.1
    );
    // Nothing of it was stored.
    let page = words(&officer.get(&format!("{at}/history")).await.text());
    assert!(!page.contains("Excel"), "{page}");
    let take = [
        ("take", "a1"),
        ("revision.a1", "2"),
        ("answer.a1", "yes"),
        ("status.a1", ""),
        ("explanation.a1", ""),
    ];
    let taken = officer.post(&format!("{at}/workbook/take"), &take).await;
    assert_eq!(taken.status_code(), 303, "{}", words(&taken.text()));
    let page = words(&officer.get(&format!("{at}/history")).await.text());
    assert!(page.contains("Excel"), "{page}");
    // なし is something that answers say.
    assert!(
        page.contains("（無回答）") && !page.contains(" なし "),
        "{page}"
    );
}

/// Refused tries of surveys, sorted: act and detail.
async fn refused(world: &World) -> Vec<String> {
    let filter = AuditFilter {
        until: renkei_base::Micros(i64::MAX),
        action: "survey".to_owned(),
        refused: true,
        limit: 50,
        ..AuditFilter::default()
    };
    let rows = world.app.store.audit_rows(&filter).await.unwrap();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.action, row.detail))
        .collect();
    lines.sort();
    lines
}

/// Another institution, and programs whose token is not good for it.
async fn refused_tries_are_kept(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "meguro.nishi").await;
    let at = place(&world, &officer).await;
    let other = world.clinic("よその医院").await;
    let stranger = world
        .signed_in("stranger", Some(&other), &[Role::Officer])
        .await;
    assert!(refused(&world).await.is_empty());
    assert_eq!(stranger.get(&at).await.status_code(), 404);
    let (code, ward) = at
        .trim_start_matches("/surveys/")
        .split_once("/answer/")
        .unwrap();
    let office = &world.made.institutions["office-131105"];
    let client = async |name: &str, scopes: &str| {
        let roles = Roles::new([Role::Officer]);
        Program::client(&world, name, Some(office), roles, scopes).await
    };
    let path = format!("/api/surveys/{code}/answers/131105");
    let reader = client("reader", "system/api.read").await;
    let writer = client("writer", "system/api.write").await;
    let neither = client("neither", "system/*.rs").await;
    assert_eq!(
        reader.sign(world.server.get(&path)).await.status_code(),
        200
    );
    let put = world.server.put(&format!("{path}/a1")).text("{}");
    assert_eq!(reader.sign(put).await.status_code(), 403);
    assert_eq!(
        writer.sign(world.server.get(&path)).await.status_code(),
        403
    );
    assert_eq!(
        neither.sign(world.server.get(&path)).await.status_code(),
        401
    );
    assert_eq!(
        refused(&world).await,
        [
            "survey.api refuse-api-scope".to_owned(),
            "survey.api refuse-api-scope".to_owned(),
            "survey.api refuse-api-scope".to_owned(),
            format!("survey.read not-found {code} {ward}"),
        ]
    );
}

async fn a_colleague_finds_what_was_handed_over(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "meguro.nishi").await;
    let approver = by_login(&world, "meguro.katagiri").await;
    let at = place(&world, &officer).await;
    assert!(
        !approver
            .get("/home")
            .await
            .text()
            .contains("同僚から頼まれた質問")
    );
    let person = world.made.people["meguro.katagiri"].to_string();
    let fields = [
        ("questions", "a1"),
        ("person", &person),
        ("note", "台帳で確かめてください"),
    ];
    let handed = officer.post(&format!("{at}/handings"), &fields).await;
    assert_eq!(handed.status_code(), 303, "{}", handed.text());
    let home = approver.get("/home").await.text();
    assert!(home.contains("同僚から頼まれた質問"), "{}", words(&home));
    assert!(home.contains("ア①") && home.contains("台帳で確かめてください"));
    assert!(
        !officer
            .get("/home")
            .await
            .text()
            .contains("同僚から頼まれた質問")
    );
    // Where it reads such notices is its own business.
    let office = &world.made.institutions["office-131105"];
    let mail = format!("/institutions/{office}/mail");
    let fields = [("own", "katagiri@example.jp")];
    let said = approver.post(&mail, &fields).await;
    assert_eq!(said.status_code(), 303, "{}", said.text());
    assert!(
        approver
            .get(&mail)
            .await
            .text()
            .contains("katagiri@example.jp")
    );
    assert!(
        !officer
            .get(&mail)
            .await
            .text()
            .contains("katagiri@example.jp")
    );
}
