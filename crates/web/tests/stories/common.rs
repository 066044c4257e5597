//! A server over a new store, and browsers that keep a session and send forms with its token.

use std::sync::Arc;

use axum_test::{TestRequest, TestResponse, TestServer};
use renkei_access::{Access, AccessConfig, NewPerson, Person};
use renkei_base::{Clock as _, Ctx, Id, Ids, Lang, Role, Roles};
use renkei_care::subscription::Hosts;
use renkei_care::{Care, Deadlines};
use renkei_directory::Finder;
use renkei_directory::institution::{NewInstitution, register};
use renkei_store::{Changes, Store};
use renkei_testkit::{Backend, CountingIds, TestClock};
use renkei_web::{App, Parts, WebConfig};

/// The server and what tests do behind its back.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) server: TestServer,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) made: renkei_sample::Made,
    _backend: Backend,
}

impl World {
    /// An empty region, served as a real one.
    pub(crate) async fn empty(backend: Backend) -> Self {
        Self::new(backend, false, false).await
    }

    /// The sample region, with the choice of people.
    pub(crate) async fn demo(backend: Backend) -> Self {
        Self::new(backend, true, true).await
    }

    /// The sample region, served as a real one.
    pub(crate) async fn sample(backend: Backend) -> Self {
        Self::new(backend, true, false).await
    }

    async fn new(backend: Backend, sample: bool, demo: bool) -> Self {
        let clock = TestClock::default();
        let ids = CountingIds::shared(11);
        let store = Store::open(&backend.config(), clock.shared())
            .await
            .unwrap();
        let access = Access::new(store.clone(), AccessConfig::cheap(), Arc::clone(&ids));
        let hosts = Hosts::new(&["hooks.example.jp".to_owned()], &[]);
        let care = Care::new(store.clone(), Deadlines::default()).with_hosts(hosts);
        let ctx = Ctx::program(clock.now(), Arc::clone(&ids));
        let mode = access.demo_mode(&ctx, loopback()).await.unwrap();
        let made = if sample {
            renkei_sample::make(&access, &care, &mode, 7, clock.now())
                .await
                .unwrap()
        } else {
            renkei_sample::Made::default()
        };
        let app = App::new(Parts {
            finder: Finder::load(&store).await.unwrap(),
            areas: renkei_directory::Areas::load(&store).await.unwrap(),
            store,
            access,
            care,
            clock: clock.shared(),
            ids: Arc::clone(&ids),
            config: WebConfig {
                base_url: "http://localhost:8080".to_owned(),
                tls: false,
                proxies: renkei_web::Proxies::default(),
                only_proxies: false,
                open_metrics: false,
                gsi_tiles: false,
                mails: true,
            },
            demo: demo.then_some(mode),
            metrics: None,
        });
        Self {
            server: TestServer::new(renkei_web::router(app.clone())),
            app,
            clock,
            ids,
            made,
            _backend: backend,
        }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    /// A clinic of this name.
    pub(crate) async fn clinic(&self, name: &str) -> Id {
        let new = NewInstitution {
            kind: "clinic".to_owned(),
            name: name.to_owned(),
            municipality: "131105".to_owned(),
            address: "目黒区1-1".to_owned(),
            ..NewInstitution::default()
        };
        let id = register(&self.app.store, &self.ctx(), &new).await.unwrap();
        self.app.finder.refresh(&self.app.store).await.unwrap();
        self.app.areas.refresh(&self.app.store).await.unwrap();
        id
    }

    /// Somebody with these roles, who needs no password.
    pub(crate) async fn person(
        &self,
        login: &str,
        institution: Option<&Id>,
        roles: &[Role],
    ) -> Person {
        self.enter(&self.new_person(login, institution, roles))
            .await
    }

    /// What is typed of somebody with these roles.
    #[expect(clippy::unused_self, reason = "reads as what the world does")]
    pub(crate) fn new_person(
        &self,
        login: &str,
        institution: Option<&Id>,
        roles: &[Role],
    ) -> NewPerson {
        NewPerson {
            login: login.to_owned(),
            name: format!("見本 {login}"),
            kana: "ミホン".to_owned(),
            institution: institution.cloned(),
            roles: Roles::new(roles.iter().copied()),
            lang: Lang::Ja,
        }
    }

    /// Enters somebody, who needs no password.
    pub(crate) async fn enter(&self, person: &NewPerson) -> Person {
        let ctx = self.ctx();
        let mode = self.app.access.demo_mode(&ctx, loopback()).await.unwrap();
        let mut changes = Changes::default();
        let person = self
            .app
            .access
            .enter_person(&mode, &ctx, person, &mut changes)
            .unwrap();
        self.app.store.commit(&ctx, changes).await.unwrap();
        person
    }

    /// A browser in which nobody is signed in.
    pub(crate) fn visitor(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookies: vec!["lang=ja".to_owned()],
            token: String::new(),
        }
    }

    /// A browser in which this account is signed in.
    pub(crate) async fn browser(&self, account: &Id) -> Browser<'_> {
        let ctx = self.ctx();
        let mode = self.app.access.demo_mode(&ctx, loopback()).await.unwrap();
        let session = self
            .app
            .access
            .become_person(&mode, &ctx, account, "test")
            .await
            .unwrap();
        let mut browser = self.visitor();
        browser
            .cookies
            .push(format!("renkei={}", session.token.reveal()));
        browser.token = session.token.form_token();
        browser
    }

    /// What this account's requests are made with.
    pub(crate) async fn ctx_of(&self, account: &Id) -> Ctx {
        let ctx = self.ctx();
        let mode = self.app.access.demo_mode(&ctx, loopback()).await.unwrap();
        let access = &self.app.access;
        let session = access.become_person(&mode, &ctx, account, "test").await;
        let token = session.unwrap().token;
        let signed_in = access
            .authenticate(&token, ctx.at, renkei_access::session::Use::Person)
            .await
            .unwrap()
            .unwrap();
        let arrival = renkei_access::context::Arrival {
            at: ctx.at,
            request: self.ids.id(),
            lang: Lang::Ja,
            address: None,
            ids: Arc::clone(&self.ids),
        };
        renkei_access::ctx_for(&signed_in, arrival)
    }

    /// A browser of somebody new with these roles.
    pub(crate) async fn signed_in(
        &self,
        login: &str,
        institution: Option<&Id>,
        roles: &[Role],
    ) -> Browser<'_> {
        let person = self.person(login, institution, roles).await;
        self.browser(&person.id).await
    }
}

fn loopback() -> std::net::SocketAddr {
    std::net::SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// One browser: its cookies, and the token of its forms.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookies: Vec<String>,
    pub(crate) token: String,
}

impl Browser<'_> {
    pub(crate) fn ask(&self, request: TestRequest) -> TestRequest {
        request.add_header("cookie", self.cookies.join("; "))
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.ask(self.world.server.get(path)).await
    }

    /// Sends nothing but the method and the cookies.
    pub(crate) async fn send(&self, method: axum::http::Method, path: &str) -> TestResponse {
        self.ask(self.world.server.method(method, path)).await
    }

    /// Sends a form with the session's token.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let mut fields = fields.to_vec();
        fields.push(("token", &self.token));
        self.ask(self.world.server.post(path).form(&fields)).await
    }

    /// Takes the cookies that an answer sets, as a browser does.
    pub(crate) fn take(&mut self, answer: &TestResponse) {
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = format!("{}=", pair.split('=').next().unwrap());
            self.cookies.retain(|old| !old.starts_with(&name));
            if let Some(token) = pair
                .strip_prefix("renkei=")
                .and_then(renkei_access::SessionToken::parse)
            {
                self.token = token.form_token();
            }
            self.cookies.push(pair);
        }
    }
}

/// The text of a page, without its marks.
pub(crate) fn words(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands between two texts.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} is not there:\n{text}"))
        .1;
    rest.split_once(after).unwrap().0
}
