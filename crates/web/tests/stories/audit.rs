//! What auditors read, and whether it is as it was written.

use crate::common::{World, words};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

each_backend!(auditors_read_and_verify);

async fn auditors_read_and_verify(backend: Backend) {
    let world = World::sample(backend).await;
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let page = auditor.get("/audit").await;
    assert_eq!(page.status_code(), 200);
    assert!(
        page.text().contains("session.demo"),
        "{}",
        words(&page.text())
    );
    // That it was read is in it.
    assert!(
        auditor
            .get("/audit?action=audit")
            .await
            .text()
            .contains("audit.read")
    );
    let only = auditor
        .get("/audit?from=2020-01-01&action=patient")
        .await
        .text();
    assert!(
        only.contains("patient.") && !only.contains("<code>session."),
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

    // Page by page, every row once.
    let mut path = "/audit?from=2020-01-01".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = auditor.get(&path).await.text();
        let rows = page.split("<tr><td").skip(1).map(str::to_owned);
        seen.extend(rows.filter(|row| !row.contains("audit.read")));
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
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("verification does not end");
}
