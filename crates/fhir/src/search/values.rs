//! How index values are drawn from the JSON of a resource. Every function takes paths (`name.family`); arrays on the way are walked through.
//!
//! What has the wrong shape gives no value: the index never refuses a resource.

use std::borrow::Cow;

use renkei_base::Micros;
use renkei_base::name::{kana_sort_key, search_key};
use serde_json::Value;

use super::Indexed;
use super::interval::interval;
use crate::{Key, Resource, system};

type Out = Vec<Indexed>;

/// Longest code, system or string in the index, in bytes; PostgreSQL limits an index row to 2,700.
const INDEX_BYTES: usize = 255;

/// Cuts what is too long for the index, at a character's border, and drops NUL. Searches cut in the same way.
pub fn bound(text: &str) -> String {
    let mut end = text.len().min(INDEX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().replace('\0', "")
}

/// A string as it stands in the index.
pub fn norm(text: &str) -> String {
    bound(&search_key(text))
}

/// A telephone number as it stands in the index: its digits, after a plus sign if there is one.
pub fn phone_key(text: &str) -> String {
    let folded = search_key(text);
    let plus = if folded.starts_with('+') { "+" } else { "" };
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    bound(&format!("{plus}{digits}"))
}

/// The values at a path.
fn walk<'a>(resource: &'a Resource, path: &str) -> Vec<&'a Value> {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| resource.get(name));
    let mut found: Vec<&Value> = first.into_iter().flat_map(each).collect();
    for name in names {
        found = found
            .into_iter()
            .filter_map(|value| value.get(name))
            .flat_map(each)
            .collect();
    }
    found
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn walk_all<'a>(
    resource: &'a Resource,
    paths: &'a [&'a str],
) -> impl Iterator<Item = &'a Value> + 'a {
    paths.iter().flat_map(|path| walk(resource, path))
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// code, boolean, Coding, CodeableConcept, Identifier, told apart by their shape.
pub(super) fn token(resource: &Resource, paths: &[&str], out: &mut Out) {
    for value in walk_all(resource, paths) {
        token_of(value, out);
    }
}

fn token_of(value: &Value, out: &mut Out) {
    match value {
        Value::String(code) => push_token("", code, out),
        Value::Bool(flag) => push_token("", if *flag { "true" } else { "false" }, out),
        Value::Object(_) => match value.get("coding") {
            Some(codings) => each(codings)
                .iter()
                .for_each(|coding| token_of(coding, out)),
            None => {
                let code = text(value, "code").or_else(|| text(value, "value"));
                push_token(
                    text(value, "system").unwrap_or_default(),
                    code.unwrap_or_default(),
                    out,
                );
            }
        },
        _ => {}
    }
}

fn push_token(system: &str, code: &str, out: &mut Out) {
    let (system, code) = (bound(system.trim()), bound(code.trim()));
    if !code.is_empty() {
        out.push(Indexed::Token { system, code });
    }
}

/// The telephone numbers of ContactPoints.
pub(super) fn phone(resource: &Resource, paths: &[&str], out: &mut Out) {
    for number in contact(resource, paths, &["phone", "fax", "sms", "pager"]) {
        push_token("", &phone_key(number), out);
    }
}

pub(super) fn email(resource: &Resource, paths: &[&str], out: &mut Out) {
    for address in contact(resource, paths, &["email"]) {
        push_token("", &address.to_lowercase(), out);
    }
}

/// Every way to reach somebody.
pub(super) fn telecom(resource: &Resource, paths: &[&str], out: &mut Out) {
    phone(resource, paths, out);
    email(resource, paths, out);
    for address in contact(resource, paths, &["url", "other"]) {
        push_token("", address, out);
    }
}

fn contact<'a>(
    resource: &'a Resource,
    paths: &'a [&'a str],
    systems: &'a [&'a str],
) -> impl Iterator<Item = &'a str> + 'a {
    walk_all(resource, paths)
        .filter(move |point| text(point, "system").is_some_and(|s| systems.contains(&s)))
        .filter_map(|point| text(point, "value"))
}

/// Whether a person is dead: the element is there and is not `false`.
pub(super) fn deceased(resource: &Resource, _: &[&str], out: &mut Out) {
    let dead = resource.get("deceasedDateTime").is_some()
        || resource.get("deceasedBoolean") == Some(&Value::Bool(true));
    push_token("", if dead { "true" } else { "false" }, out);
}

/// Whose turn it is: the Organization ids of the holder extension.
pub(super) fn holder(resource: &Resource, paths: &[&str], out: &mut Out) {
    institution(system::HOLDER, resource, paths, out);
}

/// Who has news to read.
pub(super) fn news(resource: &Resource, paths: &[&str], out: &mut Out) {
    institution(system::NEWS, resource, paths, out);
}

/// Who waits for the holder.
pub(super) fn watcher(resource: &Resource, paths: &[&str], out: &mut Out) {
    institution(system::WATCHER, resource, paths, out);
}

/// Who has messages to read.
pub(super) fn unread(resource: &Resource, paths: &[&str], out: &mut Out) {
    institution(system::UNREAD, resource, paths, out);
}

/// The code of the mark extension.
pub(super) fn mark(resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths)
        .filter(|extension| text(extension, "url") == Some(system::MARK))
        .filter_map(|extension| text(extension, "valueCode"))
        .for_each(|code| push_token("", code, out));
}

fn institution(url: &str, resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths)
        .filter(|extension| text(extension, "url") == Some(url))
        .filter_map(|extension| extension.get("valueReference"))
        .filter_map(local_key)
        .filter(|key| key.typ == "Organization")
        .for_each(|key| push_token("", key.id.as_str(), out));
}

/// Numbers that institutions gave (患者番号), to be found by their beginning.
pub(super) fn local(resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths)
        .filter(|one| {
            text(one, "system").is_some_and(|system| system.starts_with(crate::patient::LOCAL))
        })
        .filter_map(|one| text(one, "value"))
        .for_each(|number| push_string(number, out));
}

/// Plain strings, whole and from each word on.
pub(super) fn string(resource: &Resource, paths: &[&str], out: &mut Out) {
    for text in walk_all(resource, paths).filter_map(Value::as_str) {
        push_string(text, out);
        for word in text.split_whitespace() {
            push_string(word, out);
        }
    }
}

fn push_string(text: &str, out: &mut Out) {
    let norm = norm(text);
    if !norm.is_empty() {
        out.push(Indexed::String { norm });
    }
}

/// HumanName: `text`, family and given together, and each part.
pub(super) fn name(resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths).for_each(|name| name_of(name, out));
}

/// HumanName, those in kana only.
pub(super) fn kana(resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths)
        .filter(|name| representation(name) == Some("SYL"))
        .for_each(|name| name_of(name, out));
}

fn representation(name: &Value) -> Option<&str> {
    name.get("extension")
        .into_iter()
        .flat_map(each)
        .find(|extension| text(extension, "url") == Some(system::NAME_REPRESENTATION))
        .and_then(|extension| text(extension, "valueCode"))
}

fn name_of(name: &Value, out: &mut Out) {
    let family = text(name, "family").unwrap_or_default();
    let given: Vec<&str> = words(name, "given").collect();
    let joined = given.concat();
    if let Some(whole) = text(name, "text") {
        push_string(whole, out);
        whole
            .split_whitespace()
            .for_each(|word| push_string(word, out));
    }
    push_string(&format!("{family}{joined}"), out);
    if family.is_ascii() && joined.is_ascii() {
        push_string(&format!("{joined}{family}"), out);
    }
    for part in given.into_iter().chain([family]) {
        push_string(part, out);
    }
}

fn words<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    value
        .get(name)
        .into_iter()
        .flat_map(each)
        .filter_map(Value::as_str)
}

/// The key that people and institutions are listed by, 五十音順: of the first name in kana, else of the first name.
pub(super) fn order(resource: &Resource, paths: &[&str], out: &mut Out) {
    let names: Vec<&Value> = walk_all(resource, paths).collect();
    let kana = names
        .iter()
        .find(|name| representation(name) == Some("SYL"));
    let Some(name) = kana.or(names.first()) else {
        return;
    };
    let written = name.as_str().or_else(|| text(name, "text"));
    let whole = match (text(name, "family"), written) {
        (None, Some(text)) => text.to_owned(),
        (family, _) => {
            let given: Vec<&str> = words(name, "given").collect();
            format!("{}{}", family.unwrap_or_default(), given.concat())
        }
    };
    let norm = bound(&kana_sort_key(&whole));
    if !norm.trim().is_empty() {
        out.push(Indexed::String { norm });
    }
}

/// Address: `text`, the parts together as they are written in Japan, and each part.
pub(super) fn address(resource: &Resource, paths: &[&str], out: &mut Out) {
    walk_all(resource, paths).for_each(|address| {
        let part = |name: &str| text(address, name).unwrap_or_default();
        let lines: Vec<&str> = words(address, "line").collect();
        let whole = [
            part("state"),
            part("city"),
            part("district"),
            &lines.concat(),
        ]
        .concat();
        let single = ["text", "state", "city", "district", "postalCode", "country"].map(part);
        [whole.as_str()]
            .into_iter()
            .chain(single)
            .chain(lines)
            .for_each(|text| push_string(text, out));
    });
}

/// References to resources of this server: `Type/id`. Not contained ones, not absolute addresses.
pub(super) fn reference(resource: &Resource, paths: &[&str], targets: &[&str], out: &mut Out) {
    walk_all(resource, paths)
        .filter_map(local_key)
        .filter(|key| targets.is_empty() || targets.contains(&key.typ.as_str()))
        .for_each(|key| {
            out.push(Indexed::Reference {
                typ: key.typ,
                id: key.id.to_string(),
            });
        });
}

fn local_key(value: &Value) -> Option<Key> {
    Key::from_reference(text(value, "reference")?)
}

/// date, dateTime, instant, Period, Timing.
pub(super) fn date(resource: &Resource, paths: &[&str], out: &mut Out) {
    for value in walk_all(resource, paths) {
        if let Some((low, high)) = span_of(value) {
            out.push(Indexed::Date { low, high });
        }
    }
}

fn span_of(value: &Value) -> Option<(Micros, Micros)> {
    match value {
        Value::String(text) => interval(text),
        Value::Object(period) if period.contains_key("start") || period.contains_key("end") => {
            let start = end_of(value, "start", |(low, _)| low, Micros(i64::MIN))?;
            let end = end_of(value, "end", |(_, high)| high, Micros::NEVER)?;
            Some((start, end))
        }
        Value::Object(_) => timing(value),
        _ => None,
    }
}

/// One end of a Period: open when it is missing, nothing when it is no date.
fn end_of(
    period: &Value,
    name: &str,
    pick: fn((Micros, Micros)) -> Micros,
    open: Micros,
) -> Option<Micros> {
    match period.get(name) {
        None | Some(Value::Null) => Some(open),
        Some(value) => value.as_str().and_then(interval).map(pick),
    }
}

fn timing(value: &Value) -> Option<(Micros, Micros)> {
    let events: Vec<(Micros, Micros)> = words(value, "event").filter_map(interval).collect();
    let low = events.iter().map(|(low, _)| *low).min();
    let high = events.iter().map(|(_, high)| *high).max();
    low.zip(high).or_else(|| {
        let bounds = value.get("repeat")?.get("boundsPeriod")?;
        span_of(bounds)
    })
}

/// Where a Period ends.
pub(super) fn end(resource: &Resource, paths: &[&str], out: &mut Out) {
    for (low, high) in walk_all(resource, paths)
        .filter_map(|period| text(period, "end"))
        .filter_map(interval)
    {
        out.push(Indexed::Date { low, high });
    }
}

/// Quantity, Age, Duration. The unit stands for a missing code.
pub(super) fn quantity(resource: &Resource, paths: &[&str], out: &mut Out) {
    for quantity in walk_all(resource, paths) {
        let value = quantity.get("value").and_then(Value::as_f64);
        let Some(value) = value.filter(|value| value.is_finite()) else {
            continue;
        };
        let code = text(quantity, "code").or_else(|| text(quantity, "unit"));
        out.push(Indexed::Quantity {
            value,
            system: bound(text(quantity, "system").unwrap_or_default()),
            code: bound(code.unwrap_or_default()),
        });
    }
}

/// The name of a parameter's value as the index holds it: telephone numbers lose their hyphens, mail addresses their capitals.
pub fn token_key<'a>(param: &str, code: &'a str) -> Cow<'a, str> {
    match param {
        "phone" => Cow::Owned(phone_key(code)),
        "email" => Cow::Owned(bound(&code.to_lowercase())),
        "telecom" if code.contains('@') => Cow::Owned(bound(&code.to_lowercase())),
        "telecom" if !code.contains(':') => Cow::Owned(phone_key(code)),
        _ if code.len() > INDEX_BYTES => Cow::Owned(bound(code)),
        _ => Cow::Borrowed(code),
    }
}
