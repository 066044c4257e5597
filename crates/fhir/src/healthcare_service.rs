//! HealthcareService as a department of an institution: its name, its code, how to refer to it.

use renkei_base::Id;
use serde_json::{Value, json};

use crate::element::view;
use crate::system::DEPARTMENT;
use crate::{Key, Resource};

const LETTER: &str = "https://renkei.example/fhir/StructureDefinition/letter-needed";
const NOTE: &str = "https://renkei.example/fhir/StructureDefinition/how-to-refer";

view!(
    /// A department of an institution.
    HealthcareService, "HealthcareService"
);

impl HealthcareService {
    pub fn of_institution(id: &Id, institution: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("active", Value::from(true));
        let by = json!({"reference": format!("Organization/{institution}")});
        resource.set("providedBy", by);
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    pub fn institution(&self) -> Option<Id> {
        let reference = self.0.at(&["providedBy", "reference"])?.as_str()?;
        Key::from_reference(reference).map(|key| key.id)
    }

    pub fn name(&self) -> &str {
        self.0.str_at("name").unwrap_or_default()
    }

    pub fn set_name(&mut self, name: &str) {
        self.0.set("name", Value::from(name));
    }

    /// 診療科 (SS-MIX2), where it is known.
    pub fn code(&self) -> Option<&str> {
        let concepts = self.0.list("specialty").iter();
        let mut codings = concepts
            .filter_map(|concept| concept.get("coding")?.as_array())
            .flatten();
        codings
            .find(|coding| coding.get("system").and_then(Value::as_str) == Some(DEPARTMENT))?
            .get("code")?
            .as_str()
    }

    pub fn set_code(&mut self, code: Option<&str>) {
        match code {
            Some(code) => {
                let concept = json!([{"coding": [{"system": DEPARTMENT, "code": code}]}]);
                self.0.set("specialty", concept);
            }
            None => {
                self.0.remove("specialty");
            }
        }
    }

    pub fn active(&self) -> bool {
        self.0
            .get("active")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }

    pub fn set_active(&mut self, active: bool) {
        self.0.set("active", Value::from(active));
    }

    /// Whether patients come by appointment only. `None` where nobody said.
    pub fn appointment_required(&self) -> Option<bool> {
        self.0.get("appointmentRequired")?.as_bool()
    }

    pub fn set_appointment_required(&mut self, required: Option<bool>) {
        match required {
            Some(required) => self.0.set("appointmentRequired", Value::from(required)),
            None => {
                self.0.remove("appointmentRequired");
            }
        }
    }

    /// Whether a letter of introduction is needed. `None` where nobody said.
    pub fn letter_needed(&self) -> Option<bool> {
        self.extension(LETTER)?.get("valueBoolean")?.as_bool()
    }

    pub fn set_letter_needed(&mut self, needed: Option<bool>) {
        let value = needed.map(|needed| json!({"url": LETTER, "valueBoolean": needed}));
        self.set_extension(LETTER, value);
    }

    /// How to refer to it, in words.
    pub fn note(&self) -> Option<&str> {
        self.extension(NOTE)?.get("valueString")?.as_str()
    }

    pub fn set_note(&mut self, note: Option<&str>) {
        let value = note.map(|note| json!({"url": NOTE, "valueString": note}));
        self.set_extension(NOTE, value);
    }

    fn extension(&self, url: &str) -> Option<&Value> {
        self.0
            .list("extension")
            .iter()
            .find(|one| has_url(one, url))
    }

    fn set_extension(&mut self, url: &str, value: Option<Value>) {
        let mut list = self.0.list("extension").to_vec();
        list.retain(|one| !has_url(one, url));
        list.extend(value);
        if list.is_empty() {
            self.0.remove("extension");
        } else {
            self.0.set("extension", Value::Array(list));
        }
    }
}

fn has_url(one: &Value, url: &str) -> bool {
    one.get("url").and_then(Value::as_str) == Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsaid_is_not_no() {
        let mut one =
            HealthcareService::of_institution(&"d1".parse().unwrap(), &"o1".parse().unwrap());
        assert_eq!(one.letter_needed(), None);
        one.set_name("精神科");
        one.set_code(Some("02"));
        one.set_letter_needed(Some(false));
        one.set_note(Some("まず電話で"));
        assert_eq!(one.letter_needed(), Some(false));
        assert_eq!(one.code(), Some("02"));
        assert_eq!(one.institution().map(String::from), Some("o1".to_owned()));
        one.set_letter_needed(None);
        insta::assert_snapshot!(one.resource().to_json(), @r#"{"resourceType":"HealthcareService","id":"d1","active":true,"providedBy":{"reference":"Organization/o1"},"name":"精神科","specialty":[{"coding":[{"system":"http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment","code":"02"}]}],"extension":[{"url":"https://renkei.example/fhir/StructureDefinition/how-to-refer","valueString":"まず電話で"}]}"#);
    }
}
