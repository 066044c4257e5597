//! One request of one visitor: who it is, in which language, with which right to send forms.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use renkei_access::SessionToken;
use renkei_access::context::Arrival;
use renkei_access::session::Use;
use renkei_base::{Ctx, Id, Lang, Micros};

use crate::error::Answer;
use crate::look::{self, Look, Switch};
use crate::messages::Messages;
use crate::routes::{
    self, ADMIN, AUDIT, CARING, DESK, DIRECTORY, OFFICE, PLANNING, Policy, REGION,
};
use crate::state::App;

/// Made by [`crate::guard`] for every request; templates and handlers use it.
#[derive(Clone, Debug)]
pub struct Visit {
    pub ctx: Ctx,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    pub session: Option<Id>,
    /// Goes into every form and comes back with it.
    pub form_token: String,
    token: Option<SessionToken>,
    /// The program whose token came with a request to `/api`.
    pub(crate) bearer: Option<Arc<renkei_access::Bearer>>,
    /// The name of the caller's institution, for the head of the page.
    pub institution_name: String,
    /// htmx asked for a part of a page.
    pub fragment: bool,
    /// The path, for the marked navigation entry.
    pub path: String,
    /// How people reach this server: `https://renkei.example.jp`.
    pub(crate) site: String,
    /// The page to come back to after a switch of language: this one, or the one whose form was sent.
    pub here: String,
    pub demo: bool,
    /// What the address says of language, furigana and size.
    pub look: Look,
    pub messages: Arc<Messages>,
}

impl Visit {
    pub const fn lang(&self) -> Lang {
        self.ctx.lang
    }

    /// The text of a key.
    pub fn t(&self, key: &str) -> String {
        self.tn(key, &[])
    }

    /// The text of a key as HTML, with furigana where the visitor wants it.
    pub fn ruby(&self, key: &str) -> String {
        let raw = self.messages.raw(self.lang(), self.look.easy, key, &[]);
        crate::ruby::html(&raw, self.look.furigana())
    }

    /// The text of a key with one value.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "templates give numbers and texts as they have them"
    )]
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.tn(key, &[(name, value.to_string().as_str())])
    }

    /// The text of a key with values.
    pub fn tn<'a, A>(&self, key: &str, args: &A) -> String
    where
        A: AsRef<[(&'a str, &'a str)]> + ?Sized,
    {
        let (lang, args) = (self.lang(), args.as_ref());
        if self.look.easy {
            return self.messages.easy_text(lang, key, args);
        }
        self.messages.text(lang, key, args)
    }

    /// The hint of a field, `KEY-hint`, where there is one.
    pub fn hint(&self, key: &str) -> Option<String> {
        let key = format!("{key}-hint");
        self.messages.has(self.lang(), &key).then(|| self.t(&key))
    }

    /// The text, or the word for nothing.
    pub fn or_none(&self, text: &str) -> String {
        if text.is_empty() {
            self.t("none")
        } else {
            text.to_owned()
        }
    }

    /// An answer in words, or that there is none. 「なし」 is what an answer may say.
    pub fn or_blank(&self, text: &str) -> String {
        match text {
            "" => self.t("answer-receipt-blank"),
            text => text.to_owned(),
        }
    }

    /// The text, or that nobody has entered it.
    pub fn or_unknown(&self, text: &str) -> String {
        if text.is_empty() {
            self.t("not-entered")
        } else {
            text.to_owned()
        }
    }

    /// A fault after the name of its field, the text `PREFIX-FIELD`, where there is one.
    pub fn fault_in(&self, prefix: &str, fault: &renkei_base::Fault) -> String {
        let key = format!("{prefix}-{}", fault.field);
        let fault = self.fault(fault);
        if self.messages.has(self.lang(), &key) {
            let name = self.t1("fault-in", "field", self.t(&key));
            let space = if name.ends_with('：') { "" } else { " " };
            format!("{name}{space}{fault}")
        } else {
            fault
        }
    }

    pub fn fault(&self, fault: &renkei_base::Fault) -> String {
        self.messages.fault(self.lang(), fault)
    }

    /// Whether a form was made by a page of this session. A visitor has none; the gate has checked where the form comes from.
    pub fn form_token_fits(&self, sent: &str) -> bool {
        self.token
            .as_ref()
            .is_none_or(|token| token.form_token_fits(sent))
    }

    /// The token of this session, for streams that look again whether it still lives.
    pub(crate) const fn token(&self) -> Option<&SessionToken> {
        self.token.as_ref()
    }

    /// The same visit without its address.
    pub(crate) fn nowhere(&self) -> Self {
        Self {
            path: String::new(),
            here: "/".to_owned(),
            ..self.clone()
        }
    }

    pub fn has_role(&self, code: &str) -> bool {
        renkei_base::Role::from_code(code).is_some_and(|role| self.ctx.caller.has(role))
    }

    /// Whether the caller works with patients.
    pub fn cares(&self) -> bool {
        self.ctx.caller.roles.iter().any(renkei_base::Role::cares)
    }

    pub fn now(&self) -> Micros {
        self.ctx.at
    }

    pub const fn other_language(&self) -> &'static str {
        match self.lang() {
            Lang::Ja => "en",
            Lang::En => "ja",
        }
    }

    /// The switches of the look, for visitors.
    pub(crate) fn switches(&self) -> Vec<Switch> {
        self.look.switches(&self.here, self.lang())
    }

    /// Whether the page needs the scripts of those who work here: visitors read without them.
    pub(crate) fn works(&self) -> bool {
        let signing_in = ["/login", "/enrol", "/confirm"];
        self.signed_in || signing_in.iter().any(|path| self.path.starts_with(path))
    }

    /// The entries of the navigation that this visitor may use.
    pub fn navigation(&self) -> Vec<Entry> {
        if !self.signed_in {
            return self.places();
        }
        NAVIGATION
            .iter()
            .filter(|(_, _, policy)| self.signed_in && crate::guard::admit(*policy, self).is_ok())
            // Who also works with patients begins with the work list.
            .filter(|(_, _, policy)| *policy != OFFICE || !self.cares())
            .map(|(href, key, _)| Entry {
                href,
                key,
                here: self.path == *href || self.path.starts_with(&format!("{href}/")),
            })
            .collect()
    }

    /// What anybody may look at, as far as it is there.
    pub(crate) fn places(&self) -> Vec<Entry> {
        let there = PLACES.iter().filter(|(href, _)| routes::is_public(href));
        let entry = |(href, key): &(&'static str, &'static str)| Entry {
            href,
            key,
            here: self.path == *href || self.path.starts_with(&format!("{href}/")),
        };
        there.map(entry).collect()
    }

    pub fn asset(&self, name: &str) -> String {
        crate::assets::url(name)
    }
}

/// One entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub href: &'static str,
    pub key: &'static str,
    pub here: bool,
}

/// Address, text key, who sees it: the same policies as in [`crate::routes`].
const NAVIGATION: &[(&str, &str, Policy)] = &[
    ("/home", "nav-home", CARING),
    ("/home", "nav-overview", OFFICE),
    ("/referrals", "nav-referrals", CARING),
    ("/patients", "nav-patients", CARING),
    ("/slots", "nav-slots", CARING),
    ("/surveys", "nav-surveys", PLANNING),
    ("/questionnaires", "nav-questionnaires", PLANNING),
    ("/departments", "nav-departments", DESK),
    ("/people", "nav-people", ADMIN),
    ("/clients", "nav-clients", ADMIN),
    ("/institutions", "nav-institutions", Policy::Public),
    ("/functions", "nav-functions", DIRECTORY),
    ("/tags", "nav-tags", REGION),
    ("/confirmations", "nav-confirmations", DIRECTORY),
    ("/enquiries", "nav-enquiries", DIRECTORY),
    ("/arrivals", "nav-arrivals", DIRECTORY),
    ("/guides", "nav-guides", DIRECTORY),
    ("/areas", "place-areas", DIRECTORY),
    ("/imports", "nav-imports", DIRECTORY),
    ("/audit", "nav-audit", AUDIT),
];

/// The public pages, in the order of the portal. Each shows itself with its route: events, surveys, plans and figures get
/// their line here with their noun.
const PLACES: &[(&str, &str)] = &[
    ("/institutions", "place-institutions"),
    ("/map", "place-map"),
    ("/areas", "place-areas"),
    ("/guides", "place-guides"),
    ("/surveys", "place-surveys"),
    ("/opendata", "place-opendata"),
];

impl FromRequestParts<App> for Visit {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Answer> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Answer::Broken)
    }
}

/// The language, where the address says none: the cookie `lang`, else that of the account, else the browser's first wish, else Japanese.
fn language(headers: &HeaderMap, own: Option<Lang>) -> Lang {
    let chosen = match cookie(headers, "lang").as_deref() {
        Some("en") => Some(Lang::En),
        Some("ja") => Some(Lang::Ja),
        _ => own,
    };
    if let Some(lang) = chosen {
        return lang;
    }
    let wish = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if wish.starts_with("en") {
        Lang::En
    } else {
        Lang::Ja
    }
}

/// One cookie's value.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// An id of a path. What is no id is nothing.
pub(crate) fn id(text: &str) -> Result<Id, Answer> {
    text.parse().map_err(|_| Answer::NotFound)
}

/// Middleware around everything: makes the [`Visit`], runs the rest, and gives refusals their page.
/// Programs at `/fhir` are no visitors.
pub(crate) async fn attach(app: App, request: Request, next: Next) -> Response {
    if crate::fhir::is_door(request.uri().path()) {
        return crate::fhir::attach(app, request, next).await;
    }
    let (mut parts, body) = request.into_parts();
    match of(&app, &parts).await {
        Ok(visit) => {
            parts.extensions.insert(visit.clone());
            let response = next.run(Request::from_parts(parts, body)).await;
            let response = crate::error::pages(&visit, response);
            if visit.signed_in {
                return response;
            }
            look::carry(visit.look, response).await
        }
        Err(answer) => answer.into_response(),
    }
}

async fn of(app: &App, request: &Parts) -> Result<Visit, Answer> {
    let headers = &request.headers;
    let at = app.clock.now();
    let look = Look::of(request.uri.query().unwrap_or_default());
    let bearer = crate::api::bearer(app, request, at).await?;
    let session = match bearer {
        Some(_) => None,
        None => crate::session::of(app, headers, at, kind_of_use(request)).await?,
    };
    let arrival = Arrival {
        at,
        request: app.ids.id(),
        lang: look.lang.unwrap_or_else(|| {
            let own = session.as_ref().map(|(_, signed_in)| signed_in.lang);
            language(headers, own)
        }),
        address: app.config.proxies.client(request),
        ids: Arc::clone(&app.ids),
    };
    let (ctx, token, session_id) = match session {
        Some((token, signed_in)) => (
            renkei_access::ctx_for(&signed_in, arrival),
            Some(token),
            Some(signed_in.session.clone()),
        ),
        None => match &bearer {
            Some(bearer) => (bearer.ctx(arrival), None, None),
            None => (renkei_access::visitor_ctx(arrival), None, None),
        },
    };
    Ok(Visit {
        bearer,
        institution_name: own_name(app, &ctx),
        signed_in: session_id.is_some(),
        session: session_id,
        form_token: token
            .as_ref()
            .map(SessionToken::form_token)
            .unwrap_or_default(),
        token,
        ctx,
        fragment: headers.contains_key("hx-request"),
        path: request.uri.path().to_owned(),
        site: app.config.base_url.clone(),
        here: here(request),
        demo: app.demo.is_some(),
        look,
        messages: Arc::clone(&app.messages),
    })
}

/// A page that fetches a part of itself again does not keep a session alive.
fn kind_of_use(request: &Parts) -> Use {
    let again = request.headers.contains_key("hx-request") && request.method == Method::GET;
    if again || request.uri.path() == "/events" {
        Use::Background
    } else {
        Use::Person
    }
}

/// Of a page, its address; of a sent form, the page that it was on.
fn here(request: &Parts) -> String {
    if matches!(request.method, Method::GET | Method::HEAD) {
        let whole = request
            .uri
            .path_and_query()
            .map_or("/", |whole| whole.as_str());
        return whole.to_owned();
    }
    let before = request
        .headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let address = before.and_then(|before| before.parse::<Uri>().ok());
    address
        .and_then(|address| address.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned())
}

/// A place of ours to go to, from a form or an address: a path, never another site.
pub(crate) fn own_place(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (plain && text.starts_with('/') && !text.starts_with("//") && text.len() < 2_000)
        .then_some(text)
}

fn own_name(app: &App, ctx: &Ctx) -> String {
    ctx.caller
        .institution
        .as_ref()
        .and_then(|id| app.finder.by_id(id))
        .map(|hit| hit.name)
        .unwrap_or_default()
}
