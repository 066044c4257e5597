//! Bytes over the wire of a first visit: the page and everything that it asks for, heads included.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use crate::Done;
use crate::browser::Browser;
use crate::http::{Connection, request};
use crate::report::{Report, Table};
use crate::stat::{Rounds, shown};

/// What a page may weigh, in bytes of a thousand to the kB.
const MOST_KB: f64 = 100.0;

/// One page's own bytes, those of its files, and how many files.
struct Weight {
    page: usize,
    files: usize,
    many: usize,
}

/// Weighs `/` and `/login` for visitors, `/home` for somebody signed in.
pub(crate) async fn weigh(address: SocketAddr, account: &str, report: &mut Report) -> Done<()> {
    let browser = Browser::be(address, account).await?;
    let as_browser = |path: &str| {
        let head = [
            "accept-encoding: gzip, deflate, br, zstd".to_owned(),
            "accept-language: ja".to_owned(),
        ];
        request("GET", path, &head, b"")
    };
    let plain = |path: &str| request("GET", path, &[], b"");
    let mut own = browser;
    let home = own.get("/home").await?.text()?.to_owned();
    let home_packed = own.page("/home", false);
    let mut connection = Connection::open(address).await?;
    let mut table = Table::new(&["page", "page kB", "files", "files kB", "together kB"]);
    let mut most: f64 = 0.0;
    for path in ["/", "/login", "/home"] {
        let (text, packed) = if path == "/home" {
            (home.clone(), own.connection.ask(&home_packed).await?)
        } else {
            let text = connection.ask(&plain(path)).await?.text()?.to_owned();
            (text, connection.ask(&as_browser(path)).await?)
        };
        if packed.status != 200 || packed.header("content-encoding").is_none() {
            return Err(format!("{path}: {}, not packed", packed.status).into());
        }
        let mut weight = Weight {
            page: packed.bytes,
            files: 0,
            many: 0,
        };
        for file in files(&text) {
            let answer = connection.ask(&as_browser(&file)).await?;
            if answer.status != 200 {
                return Err(format!("{file}: {}", answer.status).into());
            }
            weight.files += answer.bytes;
            weight.many += 1;
        }
        let kb = |bytes: usize| bytes as f64 / 1000.0;
        let together = kb(weight.page + weight.files);
        most = most.max(together);
        table.row(&[
            path,
            &shown(kb(weight.page)),
            &weight.many.to_string(),
            &shown(kb(weight.files)),
            &shown(together),
        ]);
    }
    report.section(
        "Bytes over the wire of a first visit",
        "Packed as the browser asks (`accept-encoding: gzip, deflate, br, zstd`), heads of the answers included, sample region.",
    );
    report.table(&table);
    let mut found = Rounds::default();
    found.push(most);
    report.below(
        "first page with everything, the heaviest of three",
        MOST_KB,
        "kB",
        &found,
    );
    Ok(())
}

/// The addresses of a page's own files.
fn files(page: &str) -> BTreeSet<String> {
    let parts = page.split(['"', '\'']);
    let local = |part: &&str| part.starts_with("/assets/") && !part.contains(char::is_whitespace);
    parts.filter(local).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_once() {
        let page = r#"<link href="/assets/a.css"><script src='/assets/b.js'></script><img src="/assets/a.css">"#;
        assert_eq!(
            files(page).into_iter().collect::<Vec<_>>(),
            ["/assets/a.css", "/assets/b.js"]
        );
    }
}
