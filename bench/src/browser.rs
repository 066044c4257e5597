//! Somebody signed in to `renkei demo`, as a browser would be.

use std::net::SocketAddr;

use crate::Done;
use crate::http::{Answer, Connection, form, request};

#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) connection: Connection,
    address: SocketAddr,
    cookie: String,
    token: String,
}

impl Browser {
    /// Becomes this person, without password.
    pub(crate) async fn be(address: SocketAddr, account: &str) -> Done<Self> {
        let mut connection = Connection::open(address).await?;
        let head = ["content-type: application/x-www-form-urlencoded".to_owned()];
        let answer = connection
            .ask(&request(
                "POST",
                "/demo/be",
                &head,
                &form(&[("account", account)]),
            ))
            .await?;
        let set = answer.header("set-cookie").ok_or("nobody was signed in")?;
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        let mut browser = Self {
            connection,
            address,
            cookie,
            token: String::new(),
        };
        let home = browser.get("/home").await?;
        if home.status != 200 {
            return Err(format!("/home answered {}", home.status).into());
        }
        browser.token = value(home.text()?, "token").ok_or("a page without a form token")?;
        Ok(browser)
    }

    /// Lines of the head that say who asks, and that browsers send.
    fn head(&self, fragment: bool) -> Vec<String> {
        let mut head = vec![
            format!("cookie: {}", self.cookie),
            "accept-encoding: gzip, deflate, br, zstd".to_owned(),
            "accept-language: ja".to_owned(),
        ];
        if fragment {
            head.push("hx-request: true".to_owned());
        }
        head
    }

    /// The request for a page, or for the part of it that fetches itself again.
    pub(crate) fn page(&self, path: &str, fragment: bool) -> Vec<u8> {
        request("GET", path, &self.head(fragment), b"")
    }

    /// As it is before it is packed.
    pub(crate) async fn get(&mut self, path: &str) -> Done<Answer> {
        let head = [format!("cookie: {}", self.cookie)];
        self.connection.ask(&request("GET", path, &head, b"")).await
    }

    /// Sends a form of one of the pages.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        fragment: bool,
    ) -> Done<Answer> {
        let mut all = vec![("token", self.token.as_str())];
        all.extend(fields);
        let mut head = vec![
            format!("cookie: {}", self.cookie),
            "content-type: application/x-www-form-urlencoded".to_owned(),
        ];
        if fragment {
            head.push("hx-request: true".to_owned());
        }
        self.connection
            .ask(&request("POST", path, &head, &form(&all)))
            .await
    }

    /// The stream that tells of changes, open until this is dropped.
    pub(crate) fn events(&self) -> tokio::task::AbortHandle {
        let (address, head) = (self.address, self.head(false));
        let listening = tokio::spawn(async move {
            if let Ok(connection) = Connection::open(address).await {
                drop(
                    connection
                        .listen(request("GET", "/events", &head, b""))
                        .await,
                );
            }
        });
        listening.abort_handle()
    }
}

/// The value of the first field of this name in a page.
pub(crate) fn value(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
