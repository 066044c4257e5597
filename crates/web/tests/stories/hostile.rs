//! What nobody types into a form, but somebody sends: addresses, files and clicks that no page of ours makes.

use axum::http::header;
use renkei_testkit::{Backend, each_backend};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::common::{Browser, World, between, words};

each_backend!(
    addresses_typed_by_hand,
    files_in_broken_forms,
    a_body_that_is_too_large_gets_its_page,
    twenty_click_send,
    twenty_take_one_slot,
    strangers_learn_nothing_from_parts,
    two_people_in_one_draft
);

async fn addresses_typed_by_hand(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    for path in [
        "/referrals?after=zz",
        "/referrals?side=receiver&after=%00",
        "/slots?from=9999-12-31",
        "/slots?from=-9999-01-01",
        "/patients/%ff",
        "/patients?q=a&q=b",
        "/home?group=zz&department=%3Cscript%3E",
        "/institutions?page=-1",
    ] {
        let answer = desk.get(path).await;
        assert!(
            answer.status_code().as_u16() < 500,
            "{path}: {}",
            answer.status_code()
        );
        assert!(!answer.text().contains("<script>"), "{path}");
    }
}

/// A form with one file, as a browser writes it.
fn multipart(token: &str, name: &str, file: &str) -> String {
    format!(
        "--x\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--x\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--x--\r\n"
    )
}

async fn upload(browser: &Browser<'_>, world: &World, path: &str, body: String) -> (u16, String) {
    let request = world
        .server
        .post(path)
        .text(body)
        .content_type("multipart/form-data; boundary=x");
    let answer = browser.ask(request).await;
    (answer.status_code().as_u16(), answer.text())
}

async fn files_in_broken_forms(backend: Backend) {
    let world = World::sample(backend).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let path = format!("/referrals/{}/attachments?of=letter", draft_of(&world));
    for (name, file, status, said) in [
        ("a.pdf", "%PDF-1.7", 303, ""),
        ("a\0b.pdf", "%PDF-1.7", 400, ""),
        ("a\u{202E}gpj.pdf", "%PDF-1.7 2", 422, "文字の向き"),
        (&"あ".repeat(101), "%PDF-1.7 3", 422, "100 文字まで"),
        ("a.pdf", "<script>", 422, "この種類のファイル"),
        ("a.pdf", "", 422, "中身のない"),
    ] {
        let (code, page) = upload(&clerk, &world, &path, multipart(&clerk.token, name, file)).await;
        assert_eq!(code, status, "{name}: {}", words(&page));
        assert!(page.contains(said), "{name}: {}", words(&page));
        assert!(!page.contains("$max"), "{}", words(&page));
    }
    // A file that says how large it is need not be read to be refused.
    let request = world
        .server
        .post(&path)
        .add_header(header::CONTENT_LENGTH, "100000000")
        .text("--x\r\n")
        .content_type("multipart/form-data; boundary=x");
    assert_eq!(clerk.ask(request).await.status_code(), 413);
    // Names go into lists and headers.
    let nasty = "\"><script>alert(1)</script>;x=1.pdf";
    let body = multipart(&clerk.token, &nasty.replace('"', "%22"), "%PDF-1.7 4");
    assert_eq!(upload(&clerk, &world, &path, body).await.0, 303);
    let case = path.split('?').next().unwrap();
    let page = clerk
        .get(&case.replace("/attachments", "/edit"))
        .await
        .text();
    assert!(!page.contains("<script>alert"), "{page}");
}

/// As a browser sends it: all of the body first, then it looks for an answer.
async fn a_body_that_is_too_large_gets_its_page(backend: Backend) {
    let world = World::sample(backend).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = draft_of(&world);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = renkei_web::router(world.app.clone());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    for (path, kind) in [
        (
            format!("/referrals/{case}/draft"),
            "application/x-www-form-urlencoded",
        ),
        (
            format!("/referrals/{case}/attachments?of=letter"),
            "multipart/form-data; boundary=x",
        ),
    ] {
        let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
        let size = 100 * 1024 * 1024;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\ncontent-type: {kind}\r\n\
             content-length: {size}\r\nconnection: close\r\n\r\n",
            clerk.cookies.join("; ")
        );
        line.write_all(head.as_bytes()).await.unwrap();
        let part = vec![b'a'; 1024 * 1024];
        for _ in 0..100 {
            line.write_all(&part).await.expect("the server reads on");
        }
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await.expect("an answer");
        let answer = String::from_utf8(answer).expect("a page");
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        assert!(
            answer.contains("大きすぎます"),
            "{path}: {}",
            words(&answer)
        );
    }
    server.abort();
}

/// A draft of 見本内科クリニック.
fn draft_of(world: &World) -> String {
    world.made.cases["r10"].to_string()
}

async fn twenty_click_send(backend: Backend) {
    let world = World::sample(backend).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let case = draft_of(&world);
    let page = doctor.get(&format!("/referrals/{case}/edit")).await.text();
    let mut fields = typed(&page);
    fields.extend(
        [
            ("then", "send"),
            ("purpose", "精査"),
            ("diagnosis", "狭心症"),
            ("course", "三日前から"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let path = format!("/referrals/{case}/draft");
    let clicks = (0..20).map(|_| doctor.post(&path, &fields));
    for answer in futures_util::future::join_all(clicks).await {
        assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    }
    let page = doctor.get(&format!("/referrals/{case}")).await.text();
    assert_eq!(
        page.matches("承認して送信しました").count(),
        1,
        "{}",
        words(&page)
    );
}

/// What the fields of a form hold, the last value of each name.
fn typed(page: &str) -> std::collections::BTreeMap<String, String> {
    let mut fields = std::collections::BTreeMap::new();
    for part in page.split("<input").skip(1) {
        let tag = part.split('>').next().unwrap();
        let chosen = !tag.contains("type=\"radio\"") || tag.contains(" checked");
        if chosen && tag.contains("name=\"") && tag.contains("value=\"") {
            let name = between(tag, "name=\"", "\"").to_owned();
            fields.insert(name, between(tag, "value=\"", "\"").to_owned());
        }
    }
    for part in page.split("<textarea").skip(1) {
        let text = between(part, ">", "</textarea>").trim_start_matches('\n');
        fields.insert(between(part, "name=\"", "\"").to_owned(), text.to_owned());
    }
    for unsent in ["q", "lang", "back", "choose", "token"] {
        fields.remove(unsent);
    }
    fields
}

async fn twenty_take_one_slot(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let cases = ["r07", "r42"].map(|key| format!("/referrals/{}", world.made.cases[key]));
    let page = desk.get(&cases[0]).await.text();
    let slot = between(&page, "name=\"slot\" value=\"", "\"").to_owned();
    let slot = [("slot", slot.as_str())];
    let paths: Vec<String> = cases
        .iter()
        .cycle()
        .take(20)
        .map(|case| format!("{case}/steps/book"))
        .collect();
    let all = paths.iter().map(|path| desk.post(path, &slot));
    let answers = futures_util::future::join_all(all).await;
    for case in [0, 1] {
        let codes: std::collections::BTreeSet<u16> = answers
            .iter()
            .skip(case)
            .step_by(2)
            .map(|answer| answer.status_code().as_u16())
            .collect();
        assert_eq!(codes.len(), 1, "one case has it, at each click: {codes:?}");
    }
    let booked = answers.iter().filter(|answer| answer.status_code() == 303);
    assert_eq!(booked.count(), 10);
}

async fn strangers_learn_nothing_from_parts(backend: Backend) {
    let world = World::sample(backend).await;
    let stranger = world.browser(&world.made.people["josan.umino"]).await;
    let none = "01999999-0000-7000-8000-000000000000";
    let case = world.made.cases["r07"].to_string();
    let step = [
        "receive", "accept", "decline", "book", "arrive", "close", "cancel", "send",
    ];
    let mut parts = vec![
        String::new(),
        "/edit".to_owned(),
        "/reply".to_owned(),
        "/letter.pdf".to_owned(),
    ];
    parts.extend(step.map(|step| format!("/steps/{step}")));
    for part in parts {
        let (there, nowhere) = (
            format!("/referrals/{case}{part}"),
            format!("/referrals/{none}{part}"),
        );
        for fragment in [false, true] {
            let mut answers = Vec::new();
            for path in [&there, &nowhere] {
                let request = if part.starts_with("/steps") {
                    let fields = [
                        ("token", stranger.token.as_str()),
                        ("reason", "other"),
                        ("text", "x"),
                        ("slot", "x"),
                    ];
                    world.server.post(path).form(&fields)
                } else {
                    world.server.get(path)
                };
                let request = if fragment {
                    request.add_header("hx-request", "true")
                } else {
                    request
                };
                let answer = stranger.ask(request).await;
                let headers = format!("{:?}", answer.headers());
                answers.push((answer.status_code().as_u16(), headers, answer.text()));
            }
            assert_eq!(answers[0], answers[1], "{part} {fragment}");
            assert_eq!(answers[0].0, 404, "{part}");
        }
    }
}

async fn two_people_in_one_draft(backend: Backend) {
    let world = World::sample(backend).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let path = format!("/referrals/{}/draft", draft_of(&world));
    let page = clerk.get(&path.replace("/draft", "/edit")).await.text();
    let with = |remarks: &str, then: &str| {
        let mut fields = typed(&page);
        fields.insert("remarks".to_owned(), remarks.to_owned());
        fields.insert("then".to_owned(), then.to_owned());
        fields
    };
    let send =
        |browser: &Browser<'_>, fields: std::collections::BTreeMap<String, String>, part: bool| {
            let mut fields: Vec<(String, String)> = fields.into_iter().collect();
            fields.push(("token".to_owned(), browser.token.clone()));
            let request = world.server.post(&path).form(&fields);
            browser.ask(if part {
                request.add_header("hx-request", "true")
            } else {
                request
            })
        };
    assert_eq!(
        send(&doctor, with("医師の追記", "stay"), false)
            .await
            .status_code(),
        303
    );
    // The draft that saves itself says so, and writes nothing over the other's.
    let part = send(&clerk, with("事務の追記", ""), true).await.text();
    assert!(part.contains("同じ項目を先に書き換えました"), "{part}");
    let stored = doctor.get(&path.replace("/draft", "/edit")).await.text();
    assert!(stored.contains("医師の追記") && !stored.contains("事務の追記"));
    // The button shows both.
    let both = send(&clerk, with("事務の追記", "stay"), false).await;
    assert_eq!(both.status_code(), 409);
    let both = both.text();
    assert!(
        both.contains("医師の追記") && both.contains("事務の追記"),
        "{}",
        words(&both)
    );
    // Saved with both in view; now the doctor sees what the clerk wrote.
    let base = between(&both, "name=\"base\" value=\"", "\"").to_owned();
    let mut fields = with("両方の追記", "stay");
    fields.insert("base".to_owned(), base);
    assert_eq!(send(&clerk, fields, false).await.status_code(), 303);
    let late = send(&doctor, with("医師の続き", "stay"), false)
        .await
        .text();
    assert!(
        late.contains("両方の追記") && late.contains("医師の続き"),
        "{}",
        words(&late)
    );
}
