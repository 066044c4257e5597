//! Elements that many resource types share: references, people, codes, texts.

use renkei_base::{Id, Micros};
use serde_json::{Map, Value, json};

use crate::Key;
use crate::system::ACCOUNT;

/// A reference with the name that was valid when it was written.
pub fn reference(key: &Key, display: &str) -> Value {
    if display.is_empty() {
        json!({"reference": key.to_string()})
    } else {
        json!({"reference": key.to_string(), "display": display})
    }
}

/// A person as an account: no resource of its own, but an identifier and the name at that time.
pub fn person(account: Option<&Id>, name: &str) -> Value {
    let mut person = Map::new();
    person.insert("type".to_owned(), Value::from("Practitioner"));
    if let Some(id) = account {
        let identifier = json!({"system": ACCOUNT, "value": id.as_str()});
        person.insert("identifier".to_owned(), identifier);
    }
    // FHIR has no empty texts.
    if !name.is_empty() {
        person.insert("display".to_owned(), Value::from(name));
    }
    Value::Object(person)
}

/// What a relative reference points to.
pub fn key_of(reference: &Value) -> Option<Key> {
    Key::from_reference(reference.get("reference")?.as_str()?)
}

/// The name in a reference, or nothing.
pub fn display_of(reference: &Value) -> &str {
    text_of(reference, "display")
}

/// The account in a reference that [`person`] made.
pub fn account_of(reference: &Value) -> Option<Id> {
    let identifier = reference.get("identifier")?;
    let ours = identifier.get("system").and_then(Value::as_str) == Some(ACCOUNT);
    ours.then(|| text_of(identifier, "value").parse().ok())
        .flatten()
}

/// A string member, or nothing.
pub fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An instant member.
pub fn instant_of(value: &Value, name: &str) -> Option<Micros> {
    Micros::from_fhir(value.get(name)?.as_str()?)
}

/// A CodeableConcept of one code.
pub fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

/// The code of a system in a CodeableConcept.
pub fn code_of<'a>(concept: &'a Value, system: &str) -> Option<&'a str> {
    concept
        .get("coding")?
        .as_array()?
        .iter()
        .find(|coding| text_of(coding, "system") == system)?
        .get("code")?
        .as_str()
}

/// Escapes for XML text and attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// A Narrative of plain text: line ends become `<br/>`.
pub fn narrative(text: &str) -> Value {
    let body = escaped(text).replace('\n', "<br/>");
    json!({
        "status": "additional",
        "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div>"),
    })
}

/// The plain text of a Narrative, also of one from outside: tags fall away, blocks and `<br/>` end lines.
pub fn narrative_text(narrative: &Value) -> String {
    let mut out = String::new();
    let mut rest = text_of(narrative, "div");
    while let Some((before, after)) = rest.split_once('<') {
        push_unescaped(before, &mut out);
        let Some((tag, after)) = after.split_once('>') else {
            return out;
        };
        let name = tag.trim_end_matches('/').trim();
        let name = name.split_whitespace().next().unwrap_or_default();
        if matches!(name, "br" | "/p" | "/li" | "/tr") {
            out.push('\n');
        }
        rest = after;
    }
    push_unescaped(rest, &mut out);
    out
}

fn push_unescaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match after
            .split_once(';')
            .and_then(|(name, tail)| Some((entity(name)?, tail)))
        {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        other => {
            let digits = other.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

/// The skeleton of a view: new, from and into a resource, key.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $typ:literal) => {
        $(#[$doc])*
        /// A view: everything that has no accessor stays as it came.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name($crate::Resource);

        impl $name {
            pub const TYPE: &'static str = $typ;

            /// `None` for a resource of another type.
            pub fn from_resource(resource: $crate::Resource) -> Option<Self> {
                (resource.typ() == Self::TYPE).then_some(Self(resource))
            }

            pub fn key(id: &renkei_base::Id) -> $crate::Key {
                $crate::Key::new(Self::TYPE, id.clone())
            }

            pub const fn resource(&self) -> &$crate::Resource {
                &self.0
            }

            pub fn into_resource(self) -> $crate::Resource {
                self.0
            }
        }
    };
}
pub(crate) use view;

/// The extension of that URL in an element's or a resource's list.
pub(crate) fn extension<'a>(list: &'a [Value], url: &str) -> Option<&'a Value> {
    list.iter().find(|one| text_of(one, "url") == url)
}

/// Puts, replaces or (without a value) removes the extension of that URL.
pub(crate) fn set_extension(resource: &mut crate::Resource, url: &str, value: Option<Value>) {
    let mut list = resource.list("extension").to_vec();
    let at = list.iter().position(|one| text_of(one, "url") == url);
    match (at.and_then(|at| list.get_mut(at)), value) {
        (Some(place), Some(value)) => *place = value,
        (Some(_), None) => list.retain(|one| text_of(one, "url") != url),
        (None, Some(value)) => list.push(value),
        (None, None) => return,
    }
    if list.is_empty() {
        resource.remove("extension");
    } else {
        resource.set("extension", Value::Array(list));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_comes_back_as_it_was() {
        for text in [
            "",
            "胸痛\n発症 3 日前",
            "<b>&amp;\"'</b>",
            "a & b; c",
            "\n\n",
            "A&lt;B",
        ] {
            assert_eq!(narrative_text(&narrative(text)), text);
        }
    }

    #[test]
    fn xhtml_from_outside_becomes_lines() {
        let outside = json!({"div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>一&#12354;&nbsp;</p><ul><li>二</li></ul>三<br />四 & 五 &#x3042;</div>"});
        assert_eq!(narrative_text(&outside), "一あ \n二\n三\n四 & 五 あ");
    }

    #[test]
    fn broken_markup_does_no_harm() {
        for div in ["<", "<div", "a<b", "&", "&#xFFFFFFFF;", "&#;", ">"] {
            let _ = narrative_text(&json!({"div": div}));
        }
    }
}
