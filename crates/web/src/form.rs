//! Forms: read with their token, kept as typed, shown again with their faults.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use renkei_base::{Fault, limits};

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// A sent form: field names and what was typed. Its token was right.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: BTreeMap<String, Vec<String>>,
}

impl Form {
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_default().push(value);
        }
        Self { fields }
    }

    /// What was typed, or empty.
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether this is one of the values of a field, for boxes that are ticked.
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|one| one == value)
    }

    /// Every field with each of its values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().flat_map(|(name, values)| {
            let each = values.iter();
            each.map(move |value| (name.as_str(), value.as_str()))
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.fields.insert(name.to_owned(), vec![value.into()]);
    }
}

impl FromRequest<App> for Form {
    type Rejection = Answer;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Answer> {
        let visit = request
            .extensions()
            .get::<Visit>()
            .cloned()
            .ok_or(Answer::Broken)?;
        let body = body_of(request, limits::FORM_BYTES).await?;
        let form = Self::from_pairs(form_urlencoded::parse(&body).into_owned());
        if !visit.form_token_fits(form.get("token")) {
            return Err(Answer::Forgery);
        }
        Ok(form)
    }
}

/// The body, unless it says or turns out to be larger than `most`; then the rest is not read.
pub(crate) async fn body_of(request: Request, most: usize) -> Result<Bytes, Answer> {
    says_at_most(request.headers(), most)?;
    axum::body::to_bytes(request.into_body(), most)
        .await
        .map_err(|_| Answer::TooLarge)
}

/// Refuses what says itself that it is larger, before anything of it is read.
pub(crate) fn says_at_most(headers: &HeaderMap, most: usize) -> Result<(), Answer> {
    let said = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|said| said.parse::<usize>().ok());
    if said.is_some_and(|said| said > most) {
        return Err(Answer::TooLarge);
    }
    Ok(())
}

/// The faults of a form, by field, for templates.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub const fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }
    /// One fault of the whole form, or of one field.
    pub fn one(field: &str, key: &'static str) -> Self {
        Self(vec![Fault::new(field, key)])
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
    /// The first fault of a field.
    pub fn of(&self, field: &str) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.field == field)
    }
}
