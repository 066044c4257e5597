//! What is asked for: method, address below `/fhir`, conditions and body, from a request or from an entry of a Bundle.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use renkei_base::limits;
use renkei_fhir::{Resource, bundle};

use super::body;
use super::header::{self, Conditions};
use super::no::No;

/// Bytes of one value of a search.
const VALUE_BYTES: usize = 2_000;
/// Parameters of one request.
const PAIRS: usize = 300;

/// Names and values of an address or of a form, decoded, in their order.
pub(crate) type Pairs = Vec<(String, String)>;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// The parts of the path below `/fhir`: `["Patient", "1"]`.
    pub(crate) path: Vec<String>,
    pub(crate) pairs: Pairs,
    pub(crate) conditions: Conditions,
    /// Its parameters came in a form: they must not go into an address.
    pub(crate) form: bool,
    /// As it came; empty without one.
    pub(crate) json: String,
    pub(crate) resource: Option<Resource>,
}

impl Asked {
    pub(crate) async fn of(base: &str, parts: &Parts, body: Body) -> Result<Self, No> {
        let path = parts.uri.path().strip_prefix("/fhir").unwrap_or_default();
        let mut asked = Self::address(base, parts.method.clone(), path)?;
        asked.pairs = pairs(parts.uri.query().unwrap_or_default());
        asked.conditions = Conditions::of(&parts.headers)?;
        if matches!(parts.method, Method::POST | Method::PUT | Method::PATCH) {
            asked.read(parts, body).await?;
        }
        checked(&asked.pairs)?;
        Ok(asked)
    }

    /// The address of an entry, or of a request.
    fn address(base: &str, method: Method, url: &str) -> Result<Self, No> {
        let own = url
            .strip_prefix(base)
            .and_then(|rest| rest.strip_prefix("/fhir"));
        let (path, query) = match own.unwrap_or(url).split_once('?') {
            Some((path, query)) => (path, query),
            None => (own.unwrap_or(url), ""),
        };
        let path: Vec<String> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        // Types, ids and our own words need no escapes; what has some is nothing that is there.
        if path.iter().any(|part| part.contains('%')) {
            return Err(No::not_found());
        }
        Ok(Self {
            method,
            path,
            pairs: pairs(query),
            conditions: Conditions::default(),
            form: false,
            json: String::new(),
            resource: None,
        })
    }

    async fn read(&mut self, parts: &Parts, content: Body) -> Result<(), No> {
        if self.method == Method::PATCH {
            return Ok(());
        }
        let form = self.path.get(1).is_some_and(|part| part == "_search");
        if self.method == Method::POST && form {
            return self.read_form(parts, content).await;
        }
        body::must_be_json(&parts.headers)?;
        let json = body::read(&parts.headers, content, limits::BODY_BYTES).await?;
        let kind = self.path.first().map_or("", String::as_str);
        let (json, resource) = body::resource(kind, json).await?;
        // Some clients send each Bundle to the base: a document is what it is.
        let document = resource.typ() == "Bundle" && resource.str_at("type") == Some("document");
        if self.method == Method::POST && self.path.is_empty() && document {
            self.path.push(resource.typ().to_owned());
        }
        self.json = json;
        self.resource = Some(resource);
        Ok(())
    }

    /// `POST [type]/_search`: what is in the form, and what is in the address.
    async fn read_form(&mut self, parts: &Parts, content: Body) -> Result<(), No> {
        let kind = header::text(&parts.headers, &axum::http::header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| {
            let name = kind.split(';').next().unwrap_or_default().trim();
            name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        if !is_form && kind.is_some() {
            return Err(No::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-supported",
                "fhir-form-type",
            ));
        }
        let form = body::read(&parts.headers, content, limits::FORM_BYTES).await?;
        let form = pairs(&form);
        let format = form.iter().find(|(name, _)| name == "_format");
        if format.is_some_and(|(_, format)| !header::is_json(format)) {
            return Err(header::not_acceptable());
        }
        self.pairs.extend(form);
        self.form = true;
        Ok(())
    }

    /// From an entry of a batch or transaction.
    pub(crate) fn of_entry(base: &str, entry: bundle::Entry) -> Result<Self, No> {
        let bad = |element: &str| {
            No::bad("invalid", "fhir-entry")
                .arg("element", element)
                .at(element)
        };
        let request = entry.request;
        let method = match request.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            "PATCH" => Method::PATCH,
            _ => return Err(bad("request.method")),
        };
        let wants = matches!(method, Method::POST | Method::PUT);
        let mut asked = Self::address(base, method, &request.url)?;
        if wants != entry.resource.is_some() {
            return Err(bad("resource"));
        }
        asked.resource = entry.resource;
        asked.conditions = Conditions::read(
            request.if_match.as_deref(),
            request.if_none_match,
            request
                .if_modified_since
                .as_deref()
                .and_then(renkei_base::Micros::from_fhir),
            request.if_none_exist,
        )?;
        checked(&asked.pairs)?;
        Ok(asked)
    }

    /// The parts of the path, to match on.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// Names and values, decoded. What is not UTF-8 becomes the replacement character, and [`checked`] refuses it.
pub(crate) fn pairs(query: &str) -> Pairs {
    form_urlencoded::parse(query.as_bytes())
        .take(PAIRS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// What no database should see: too long, control characters, bytes that were no text.
pub(crate) fn checked(pairs: &Pairs) -> Result<(), No> {
    if pairs.len() > PAIRS {
        let max = PAIRS.to_string();
        return Err(No::bad("too-long", "fhir-too-many-parameters").arg("max", max));
    }
    let odd = |text: &str| text.chars().any(|c| c.is_control() || c == '\u{FFFD}');
    for (name, value) in pairs {
        if odd(name) || odd(value) || name.len() > 200 {
            return Err(No::bad("invalid", "fhir-parameter-text"));
        }
        if value.len() > VALUE_BYTES {
            let max = VALUE_BYTES.to_string();
            return Err(No::bad("too-long", "fhir-value-too-long")
                .arg("max", max)
                .at(name));
        }
    }
    Ok(())
}
