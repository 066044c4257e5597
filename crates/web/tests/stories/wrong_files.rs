//! Files with something wrong in them, sent by the page: what it says, what its list of rejects says, and what was kept.

use renkei_base::{Lang, Role};
use renkei_testkit::{Backend, Told, WrongFile, each_backend, wrong_files};
use renkei_web::messages::Messages;

use crate::common::{Browser, World, words};
use crate::directory::{confirm, ended, form};

each_backend!(the_page_tells_place_and_reason);

/// The beginning of a text, before anything that is filled in.
fn text(messages: &Messages, key: &str) -> String {
    let text = messages.text(Lang::Ja, key, &[]);
    let end = text.find(['{', '\u{2068}']).unwrap_or(text.len());
    words(text.get(..end).unwrap_or_default())
}

/// Sends a file: where it is looked at and what that page says, or what the form says at once.
async fn send(
    world: &World,
    browser: &Browser<'_>,
    (kind, name): (&str, &str),
    bytes: &[u8],
) -> (Option<String>, String) {
    let form = form(&browser.token, kind, name, bytes.to_vec());
    let answer = browser
        .ask(world.server.post("/imports").multipart(form))
        .await;
    if answer.status_code() == 422 {
        return (None, words(&answer.text()));
    }
    assert_eq!(answer.status_code(), 303, "{}", words(&answer.text()));
    let path = answer.header("location").to_str().unwrap().to_owned();
    let said = ended(world, browser, &path).await;
    (Some(path), said)
}

async fn rejects(browser: &Browser<'_>, path: &str) -> String {
    browser.get(&format!("{path}/rejects.csv")).await.text()
}

async fn the_page_tells_place_and_reason(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let messages = Messages::load();
    for file in wrong_files() {
        if let Some(good) = &file.before {
            let names = (file.kind, "b_20250601.csv");
            let (path, _) = send(&world, &admin, names, good).await;
            confirm(&world, &admin, &path.unwrap(), &[]).await;
        }
        one(&world, &admin, &messages, &file).await;
    }
}

async fn one(world: &World, admin: &Browser<'_>, messages: &Messages, file: &WrongFile) {
    let what = file.what;
    let names = (file.kind, file.name);
    let runs = async || world.app.store.import_runs(99).await.unwrap().len();
    let begin = runs().await;
    let (path, said) = send(world, admin, names, &file.bytes).await;
    assert!(!said.contains("fault-"), "{what}: a key: {said}");
    match &file.told {
        Told::File(reason) => {
            let reason = text(messages, reason);
            assert!(said.contains(&reason), "{what}: {reason}: {said}");
        }
        Told::Columns(heading) => {
            assert!(
                said.contains(&format!("「{heading}」の列に")),
                "{what}: {said}"
            );
            let path = path.unwrap();
            let answer = admin.post(&format!("{path}/confirm"), &[]).await;
            assert_eq!(answer.status_code(), 422, "{what}: asked again");
        }
        Told::Rows(told) => {
            let path = path.unwrap();
            let list = rejects(admin, &path).await;
            for (line, level, field, reason) in told {
                assert!(said.contains(&text(messages, reason)), "{what}: {said}");
                let row = format!("\n{line},{level},{field},{reason},");
                assert!(list.contains(&row), "{what}: {list}");
            }
            assert_eq!(runs().await, begin, "{what}: a look");
            if file.refused() > 0 {
                let (_, said) = confirm(world, admin, &path, &[("whole", "1")]).await;
                assert!(said.contains("何も書き込みませんでした"), "{what}: {said}");
                assert_eq!(runs().await, begin, "{what}: nothing");
                let (again, _) = send(world, admin, names, &file.bytes).await;
                kept(world, admin, file, &again.unwrap()).await;
            } else {
                kept(world, admin, file, &path).await;
            }
            assert_eq!(runs().await, begin + 1, "{what}: the good part");
            return;
        }
    }
    assert_eq!(runs().await, begin, "{what}: nothing was written");
}

async fn kept(world: &World, admin: &Browser<'_>, file: &WrongFile, path: &str) {
    let what = file.what;
    let (path, said) = confirm(world, admin, path, &[]).await;
    assert!(said.contains("行を処理しました"), "{what}: {said}");
    let refused = format!("取り込めない行 {}", file.refused());
    assert!(said.contains(&refused), "{what}: {refused}: {said}");
    if file.refused() > 0 {
        let list = rejects(admin, &path).await;
        assert!(list.contains(",refused,"), "{what}: {list}");
    }
}
