//! Bundles of requests, and Bundles as answers (FHIR R4, bundle). Answers are put together as text: bodies go out as they are.

use serde_json::{Map, Value};

use crate::Resource;

/// One request of a batch or transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD`.
    pub method: String,
    /// Relative to the base: `Patient/1`, `Patient?identifier=x`.
    pub url: String,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub if_modified_since: Option<String>,
    pub if_none_exist: Option<String>,
}

/// One entry of a batch or transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Empty when there is none.
    pub full_url: String,
    pub resource: Option<Resource>,
    pub request: Request,
}

/// An entry that is none: its number from 0, and the element.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Bundle.entry[{entry}].{element}")]
pub struct NoEntry {
    pub entry: usize,
    pub element: &'static str,
}

/// The entries of a batch or transaction, in their order.
pub fn entries(mut bundle: Resource) -> Result<Vec<Entry>, NoEntry> {
    let list = match bundle.remove("entry") {
        Some(Value::Array(list)) => list,
        None => Vec::new(),
        Some(_) => {
            return Err(NoEntry {
                entry: 0,
                element: "request",
            });
        }
    };
    list.into_iter()
        .enumerate()
        .map(|(number, value)| {
            entry(value).map_err(|element| NoEntry {
                entry: number,
                element,
            })
        })
        .collect()
}

fn entry(value: Value) -> Result<Entry, &'static str> {
    let Value::Object(mut entry) = value else {
        return Err("request");
    };
    let Some(Value::Object(request)) = entry.shift_remove("request") else {
        return Err("request");
    };
    let resource = match entry.shift_remove("resource") {
        Some(value) => Some(Resource::from_value(value).map_err(|_| "resource")?),
        None => None,
    };
    Ok(Entry {
        full_url: text(&entry, "fullUrl").unwrap_or_default(),
        resource,
        request: Request {
            method: text(&request, "method").ok_or("request.method")?,
            url: text(&request, "url").ok_or("request.url")?,
            if_match: text(&request, "ifMatch"),
            if_none_match: text(&request, "ifNoneMatch"),
            if_modified_since: text(&request, "ifModifiedSince"),
            if_none_exist: text(&request, "ifNoneExist"),
        },
    })
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// One entry of an answer. Texts are JSON already.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    pub full_url: Option<String>,
    /// The resource.
    pub body: Option<String>,
    /// `match`, `include`, `outcome`.
    pub mode: Option<&'static str>,
    /// Method and address, in a history.
    pub request: Option<(&'static str, String)>,
    pub response: Option<Response>,
}

/// How one request of a batch or transaction, or one version of a history, was answered.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// `201 Created`
    pub status: String,
    pub location: Option<String>,
    pub etag: Option<String>,
    /// An instant.
    pub modified: Option<String>,
    /// An OperationOutcome, as JSON.
    pub outcome: Option<String>,
}

/// A Bundle that answers.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// `searchset`, `history`, `batch-response`, `transaction-response`.
    pub typ: &'static str,
    /// An instant.
    pub updated: Option<String>,
    pub total: Option<u64>,
    /// Relation and address.
    pub links: Vec<(&'static str, String)>,
    pub entries: Vec<Answered>,
    /// Marked as not whole: `SUBSETTED`.
    pub narrowed: bool,
}

/// The mark of a resource that lacks elements (FHIR R4, search, `_summary`).
pub const SUBSETTED: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

impl Page {
    pub fn to_json(&self) -> String {
        let room = self
            .entries
            .iter()
            .map(|one| one.body.as_ref().map_or(0, String::len) + 200);
        let mut out = String::with_capacity(room.sum::<usize>() + 500);
        out.push_str(r#"{"resourceType":"Bundle""#);
        self.meta(&mut out);
        member(&mut out, "type", &quoted(self.typ));
        if let Some(total) = self.total {
            member(&mut out, "total", &total.to_string());
        }
        list(&mut out, "link", &self.links, |out, (relation, url)| {
            out.push_str(r#"{"relation":"#);
            out.push_str(&quoted(relation));
            member(out, "url", &quoted(url));
            out.push('}');
        });
        list(&mut out, "entry", &self.entries, |out, entry| {
            entry.write(out);
        });
        out.push('}');
        out
    }

    fn meta(&self, out: &mut String) {
        let updated = self.updated.as_ref();
        let parts: Vec<String> = updated
            .map(|at| format!(r#""lastUpdated":{}"#, quoted(at)))
            .into_iter()
            .chain(self.narrowed.then(|| format!(r#""tag":[{SUBSETTED}]"#)))
            .collect();
        if !parts.is_empty() {
            member(out, "meta", &format!("{{{}}}", parts.join(",")));
        }
    }
}

impl Answered {
    fn write(&self, out: &mut String) {
        let start = out.len() + 1;
        out.push('{');
        if let Some(url) = &self.full_url {
            first(out, start, "fullUrl", &quoted(url));
        }
        if let Some(body) = &self.body {
            first(out, start, "resource", body);
        }
        if let Some(mode) = self.mode {
            first(
                out,
                start,
                "search",
                &format!(r#"{{"mode":{}}}"#, quoted(mode)),
            );
        }
        if let Some((method, url)) = &self.request {
            let request = format!(r#"{{"method":{},"url":{}}}"#, quoted(method), quoted(url));
            first(out, start, "request", &request);
        }
        if let Some(response) = &self.response {
            first(out, start, "response", &response.to_json());
        }
        out.push('}');
    }
}

impl Response {
    fn to_json(&self) -> String {
        let mut out = format!(r#"{{"status":{}"#, quoted(&self.status));
        for (name, value) in [
            ("location", &self.location),
            ("etag", &self.etag),
            ("lastModified", &self.modified),
        ] {
            if let Some(value) = value {
                member(&mut out, name, &quoted(value));
            }
        }
        if let Some(outcome) = &self.outcome {
            member(&mut out, "outcome", outcome);
        }
        out.push('}');
        out
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn member(out: &mut String, name: &str, json: &str) {
    out.push(',');
    bare(out, name, json);
}

/// As [`member`], without a comma where the object begins.
fn first(out: &mut String, start: usize, name: &str, json: &str) {
    if out.len() > start {
        out.push(',');
    }
    bare(out, name, json);
}

fn bare(out: &mut String, name: &str, json: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    out.push_str(json);
}

/// A list, which FHIR does not have empty.
fn list<T>(out: &mut String, name: &str, items: &[T], write: impl Fn(&mut String, &T)) {
    if items.is_empty() {
        return;
    }
    member(out, name, "[");
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_go_out_as_they_are() {
        let page = Page {
            typ: "searchset",
            total: Some(1),
            links: vec![("self", "http://h/fhir/Patient?name=\"".to_owned())],
            entries: vec![Answered {
                full_url: Some("http://h/fhir/Patient/1".to_owned()),
                body: Some(r#"{"x": 1.50}"#.to_owned()),
                mode: Some("match"),
                ..Answered::default()
            }],
            ..Page::default()
        };
        insta::assert_snapshot!(page.to_json(), @r#"{"resourceType":"Bundle","type":"searchset","total":1,"link":[{"relation":"self","url":"http://h/fhir/Patient?name=\""}],"entry":[{"fullUrl":"http://h/fhir/Patient/1","resource":{"x": 1.50},"search":{"mode":"match"}}]}"#);
        let empty = Page {
            typ: "batch-response",
            narrowed: true,
            entries: vec![Answered {
                response: Some(Response {
                    status: "204 No Content".to_owned(),
                    ..Response::default()
                }),
                ..Answered::default()
            }],
            ..Page::default()
        };
        insta::assert_snapshot!(empty.to_json(), @r#"{"resourceType":"Bundle","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"type":"batch-response","entry":[{"response":{"status":"204 No Content"}}]}"#);
    }

    #[test]
    fn entries_need_a_request() {
        let read = |json: &str| entries(Resource::from_json(json).unwrap());
        let found = read(
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Task"},"request":{"method":"POST","url":"Task","ifNoneExist":"a=b"}}]}"#,
        )
        .unwrap();
        assert_eq!(found[0].full_url, "urn:uuid:1");
        assert_eq!(found[0].request.if_none_exist.as_deref(), Some("a=b"));
        for (json, element) in [
            (r#"{"resourceType":"Bundle","entry":[{}]}"#, "request"),
            (r#"{"resourceType":"Bundle","entry":[1]}"#, "request"),
            (
                r#"{"resourceType":"Bundle","entry":[{"request":{"url":"x"}}]}"#,
                "request.method",
            ),
            (
                r#"{"resourceType":"Bundle","entry":[{"request":{"url":"x","method":"GET"},"resource":{}}]}"#,
                "resource",
            ),
        ] {
            assert_eq!(read(json), Err(NoEntry { entry: 0, element }), "{json}");
        }
        assert_eq!(read(r#"{"resourceType":"Bundle"}"#), Ok(Vec::new()));
    }
}
