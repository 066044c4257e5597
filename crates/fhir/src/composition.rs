//! Composition as a letter of referral (57133-1) or a reply: sections of text, author, who drafted and who approved.

use renkei_base::{Id, Micros};
use serde_json::{Map, Value, json};

use crate::element::{
    code_of, concept, display_of, extension, instant_of, narrative, narrative_text, person,
    reference, set_extension, text_of, view,
};
use crate::{Key, Resource};

/// Document types of the Japanese documents.
pub const DOCUMENT_TYPE: &str = "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes";
/// 診療情報提供書.
pub const REFERRAL_LETTER: &str = "57133-1";
/// Sections of JP-CLINS documents.
pub const SECTION: &str = "http://jpfhir.jp/fhir/clins/CodeSystem/document-section";
/// Kinds of replies: `reply-first` …
pub const REPLY_KIND: &str = "https://renkei.example/fhir/CodeSystem/reply-kind";
/// Sections of replies.
pub const REPLY_SECTION: &str = "https://renkei.example/fhir/CodeSystem/reply-section";
/// 構造情報: the section that holds the others of a letter.
const STRUCTURED: &str = "300";
pub(crate) const CLOSES: &str = "https://renkei.example/fhir/StructureDefinition/reply-closes";
/// Only where the contained lines of medication were made from another text than the letter has now: that text.
const LINES_OF: &str = "https://renkei.example/fhir/StructureDefinition/letter-lines-of";
pub(crate) const MORE: &str = "https://renkei.example/fhir/StructureDefinition/reply-more";

view!(
    /// A letter or a reply.
    Composition, "Composition"
);

/// Who stands for a document, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Who wrote the draft.
    Drafted,
    /// The doctor who approved it.
    Approved,
}

impl Mode {
    /// `attester.mode`: a person's own word, or a professional's.
    const fn code(self) -> &'static str {
        match self {
            Self::Drafted => "personal",
            Self::Approved => "professional",
        }
    }
}

impl Composition {
    /// A preliminary document of that type.
    pub fn new(id: &Id, system: &str, code: &str, title: &str) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("status", Value::from("preliminary"));
        resource.set("type", concept(system, code));
        resource.set("title", Value::from(title));
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    /// The code of `type` in a system.
    pub fn kind(&self, system: &str) -> Option<&str> {
        code_of(self.0.get("type")?, system)
    }

    pub fn is_final(&self) -> bool {
        self.0.str_at("status") == Some("final")
    }

    pub fn finish(&mut self, at: Micros) {
        self.0.set("status", Value::from("final"));
        self.set_date(at);
    }

    pub fn set_subject(&mut self, patient: &Id) {
        self.0.set(
            "subject",
            reference(&Key::new("Patient", patient.clone()), ""),
        );
    }

    pub fn date(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("date")?)
    }

    pub fn set_date(&mut self, at: Micros) {
        self.0.set("date", Value::from(at.to_fhir()));
    }

    /// The institution, and the doctor once there is one.
    pub fn set_author(
        &mut self,
        doctor: Option<(Option<&Id>, &str)>,
        institution: &Id,
        name: &str,
    ) {
        let key = Key::new("Organization", institution.clone());
        let institution = reference(&key, name);
        let mut list = Vec::new();
        if let Some((account, name)) = doctor {
            list.push(person(account, name));
        }
        list.push(institution.clone());
        self.0.set("author", Value::Array(list));
        self.0.set("custodian", institution);
    }

    /// The name of the person among the authors.
    pub fn author(&self) -> &str {
        let mut list = self.0.list("author").iter();
        list.find(|one| text_of(one, "type") == "Practitioner")
            .map_or("", display_of)
    }

    /// Who stands for it in that way: name and time. The last, where several did.
    pub fn attester(&self, mode: Mode) -> Option<(&str, Option<Micros>)> {
        let found = self
            .0
            .list("attester")
            .iter()
            .rev()
            .find(|one| text_of(one, "mode") == mode.code())?;
        Some((
            found.get("party").map_or("", display_of),
            instant_of(found, "time"),
        ))
    }

    /// Puts or replaces who stands for it in that way.
    pub fn set_attester(&mut self, mode: Mode, account: Option<&Id>, name: &str, at: Micros) {
        let mut list = self.0.list("attester").to_vec();
        list.retain(|one| text_of(one, "mode") != mode.code());
        list.push(
            json!({"mode": mode.code(), "time": at.to_fhir(), "party": person(account, name)}),
        );
        self.0.set("attester", Value::Array(list));
    }

    /// The plain text of a section, wherever it stands; empty where there is none.
    pub fn text(&self, system: &str, code: &str) -> String {
        find(self.0.list("section"), system, code)
            .and_then(|section| section.get("text"))
            .map(narrative_text)
            .unwrap_or_default()
    }

    /// All sections of a system that have a text, also those inside others, in their order.
    pub fn sections(&self, system: &str) -> Vec<SectionText> {
        let mut found = Vec::new();
        gather(self.0.list("section"), system, &mut found);
        found
    }

    /// Puts the text of a top-level section; an empty one removes it.
    pub fn set_text(&mut self, system: &str, code: &str, title: &str, text: &str) {
        let mut list = self.0.list("section").to_vec();
        put_section(&mut list, system, code, title, text);
        set_sections(&mut self.0, list);
    }

    /// Puts the text of a section under 構造情報 (300); an empty one removes it.
    pub fn set_structured(&mut self, code: &str, title: &str, text: &str) {
        let mut list = self.0.list("section").to_vec();
        let at = list
            .iter()
            .position(|one| is_section(one, SECTION, STRUCTURED));
        let mut parent = match at {
            Some(at) => list.remove(at),
            None => json!({"title": "構造情報", "code": concept(SECTION, STRUCTURED)}),
        };
        if let Value::Object(parent) = &mut parent {
            let mut inner = parent
                .get("section")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            put_section(&mut inner, SECTION, code, title, text);
            if inner.is_empty() {
                parent.remove("section");
            } else {
                parent.insert("section".to_owned(), Value::Array(inner));
            }
            if parent.contains_key("section") {
                list.insert(at.unwrap_or(0), Value::Object(parent.clone()));
            }
        }
        set_sections(&mut self.0, list);
    }

    /// Points a section to resources (contained ones as `#id`).
    pub fn set_entries(&mut self, system: &str, code: &str, references: &[String]) {
        let mut list = self.0.list("section").to_vec();
        let entries: Vec<Value> = references
            .iter()
            .map(|one| json!({"reference": one}))
            .collect();
        if let Some(Value::Object(section)) = find_mut(&mut list, system, code) {
            if entries.is_empty() {
                section.remove("entry");
            } else {
                section.insert("entry".to_owned(), Value::Array(entries));
            }
        }
        set_sections(&mut self.0, list);
    }

    pub fn contained(&self) -> &[Value] {
        self.0.list("contained")
    }

    pub fn set_contained(&mut self, resources: Vec<Value>) {
        if resources.is_empty() {
            self.0.remove("contained");
        } else {
            self.0.set("contained", Value::Array(resources));
        }
    }

    /// The text that the contained lines were made from, where it is not the letter's any more.
    pub fn lines_of(&self) -> Option<&str> {
        let found = extension(self.0.list("extension"), LINES_OF)?;
        Some(text_of(found, "valueString"))
    }

    pub fn set_lines_of(&mut self, text: Option<&str>) {
        let value = text.map(|text| json!({"url": LINES_OF, "valueString": text}));
        set_extension(&mut self.0, LINES_OF, value);
    }

    /// Whether a reply ends the case.
    pub fn closes(&self) -> bool {
        extension(self.0.list("extension"), CLOSES)
            .and_then(|one| one.get("valueBoolean")?.as_bool())
            .unwrap_or(false)
    }

    pub fn set_closes(&mut self, closes: bool) {
        let value = closes.then(|| json!({"url": CLOSES, "valueBoolean": true}));
        set_extension(&mut self.0, CLOSES, value);
    }

    /// Whether a reply says that another one follows.
    pub fn more(&self) -> bool {
        extension(self.0.list("extension"), MORE)
            .and_then(|one| one.get("valueBoolean")?.as_bool())
            .unwrap_or(false)
    }

    pub fn set_more(&mut self, more: bool) {
        let value = more.then(|| json!({"url": MORE, "valueBoolean": true}));
        set_extension(&mut self.0, MORE, value);
    }

    /// The code of `type` in a system, replaced; the title with it.
    pub fn set_kind(&mut self, system: &str, code: &str, title: &str) {
        self.0.set("type", concept(system, code));
        self.0.set("title", Value::from(title));
    }
}

/// A section as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionText {
    pub code: String,
    pub title: String,
    pub text: String,
}

fn gather(list: &[Value], system: &str, found: &mut Vec<SectionText>) {
    for section in list {
        let code = section
            .get("code")
            .and_then(|concept| code_of(concept, system));
        if let (Some(code), Some(text)) = (code, section.get("text")) {
            found.push(SectionText {
                code: code.to_owned(),
                title: text_of(section, "title").to_owned(),
                text: narrative_text(text),
            });
        }
        let inner = section.get("section").and_then(Value::as_array);
        gather(inner.map_or(&[], Vec::as_slice), system, found);
    }
}

fn is_section(section: &Value, system: &str, code: &str) -> bool {
    section
        .get("code")
        .and_then(|concept| code_of(concept, system))
        == Some(code)
}

fn find<'a>(list: &'a [Value], system: &str, code: &str) -> Option<&'a Value> {
    list.iter().find_map(|section| {
        if is_section(section, system, code) {
            return Some(section);
        }
        find(section.get("section")?.as_array()?, system, code)
    })
}

fn find_mut<'a>(list: &'a mut [Value], system: &str, code: &str) -> Option<&'a mut Value> {
    list.iter_mut().find_map(|section| {
        if is_section(section, system, code) {
            return Some(section);
        }
        find_mut(section.get_mut("section")?.as_array_mut()?, system, code)
    })
}

fn put_section(list: &mut Vec<Value>, system: &str, code: &str, title: &str, text: &str) {
    let at = list.iter().position(|one| is_section(one, system, code));
    match (at, text.is_empty()) {
        (Some(at), true) => {
            list.remove(at);
        }
        (Some(at), false) => {
            if let Some(Value::Object(section)) = list.get_mut(at) {
                section.insert("text".to_owned(), narrative(text));
            }
        }
        (None, true) => {}
        (None, false) => {
            let mut section = Map::new();
            section.insert("title".to_owned(), Value::from(title));
            section.insert("code".to_owned(), concept(system, code));
            section.insert("text".to_owned(), narrative(text));
            list.push(Value::Object(section));
        }
    }
}

fn set_sections(resource: &mut Resource, list: Vec<Value>) {
    if list.is_empty() {
        resource.remove("section");
    } else {
        resource.set("section", Value::Array(list));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_put_found_and_taken_away() {
        let mut letter = Composition::new(
            &"c".parse().unwrap(),
            DOCUMENT_TYPE,
            REFERRAL_LETTER,
            "診療情報提供書",
        );
        letter.set_structured("950", "紹介目的", "精査 <至急>\nお願いします");
        letter.set_structured("340", "傷病名・主訴", "狭心症の疑い");
        letter.set_text(SECTION, "220", "備考・連絡情報", "車いす");
        assert_eq!(letter.text(SECTION, "950"), "精査 <至急>\nお願いします");
        letter.set_structured("950", "紹介目的", "");
        letter.set_text(SECTION, "220", "備考・連絡情報", "");
        assert_eq!(letter.text(SECTION, "950"), "");
        insta::assert_snapshot!(letter.resource().to_json(), @r#"{"resourceType":"Composition","id":"c","status":"preliminary","type":{"coding":[{"system":"http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes","code":"57133-1"}]},"title":"診療情報提供書","section":[{"title":"構造情報","code":{"coding":[{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/document-section","code":"300"}]},"section":[{"title":"傷病名・主訴","code":{"coding":[{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/document-section","code":"340"}]},"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">狭心症の疑い</div>"}}]}]}"#);
        letter.set_structured("340", "傷病名・主訴", "");
        assert_eq!(letter.resource().get("section"), None);
    }
}
