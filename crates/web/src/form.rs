//! Forms: read with their token, kept as typed, shown again with their faults.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
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

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.fields.insert(name.to_owned(), vec![value.into()]);
    }
}

impl FromRequest<App> for Form {
    type Rejection = Answer;

    async fn from_request(request: Request, app: &App) -> Result<Self, Answer> {
        let visit = request.extensions().get::<Visit>().cloned().ok_or(Answer::Broken)?;
        let body = Bytes::from_request(request, app).await.map_err(|_| Answer::TooLarge)?;
        if body.len() > limits::FORM_BYTES {
            return Err(Answer::TooLarge);
        }
        let form = Self::from_pairs(form_urlencoded::parse(&body).into_owned());
        // A visitor without a session has no token; the gate has checked where the form comes from.
        if visit.signed_in && form.get("token") != visit.form_token {
            return Err(Answer::Forgery);
        }
        Ok(form)
    }
}

/// The faults of a form, by field, for templates.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub const fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
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
