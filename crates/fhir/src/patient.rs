//! Patient of one institution: names in kanji and kana, birthday, insurance, the institution's own number.

use renkei_base::Id;
use serde_json::{Map, Value, json};

use crate::element::{extension, key_of, reference, set_extension, text_of, view};
use crate::system::{INSURED_PERSON, NAME_REPRESENTATION};
use crate::{Key, Resource};

/// 患者番号 of an institution of renkei: its id follows.
pub const LOCAL: &str = "https://renkei.example/fhir/sid/patient-number/";
/// Beginning of the system of a 患者番号 that a letter gave and that is another patient's here; the id of its institution follows.
const SENT: &str = "https://renkei.example/fhir/sid/patient-number-as-sent/";
const OCCUPATION: &str = "https://renkei.example/fhir/StructureDefinition/occupation";

view!(
    /// A person as one institution knows them.
    Patient, "Patient"
);

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// 漢字 (IDE)
    Kanji,
    /// カナ (SYL)
    Kana,
}

impl Script {
    const fn code(self) -> &'static str {
        match self {
            Self::Kanji => "IDE",
            Self::Kana => "SYL",
        }
    }
}

impl Patient {
    pub fn new(id: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("active", Value::from(true));
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    /// Family and given name in a script. A name without a script counts as kanji.
    pub fn name(&self, script: Script) -> (String, String) {
        let Some(name) = self.0.list("name").iter().find(|name| is_in(name, script)) else {
            return Default::default();
        };
        let given = name
            .get("given")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let given: Vec<&str> = given.iter().filter_map(Value::as_str).collect();
        let family = text_of(name, "family");
        if family.is_empty() && given.is_empty() {
            return (text_of(name, "text").to_owned(), String::new());
        }
        (family.to_owned(), given.join(" "))
    }

    /// Puts a name in a script; an empty one removes it.
    pub fn set_name(&mut self, script: Script, family: &str, given: &str) {
        let mut list = self.0.list("name").to_vec();
        let at = list.iter().position(|name| is_in(name, script));
        let old = at.map(|at| list.remove(at));
        if !(family.is_empty() && given.is_empty()) {
            let name = written(old, script, family, given);
            list.insert(at.unwrap_or(list.len()), name);
        }
        if list.is_empty() {
            self.0.remove("name");
        } else {
            self.0.set("name", Value::Array(list));
        }
    }

    /// ISO date.
    pub fn birthday(&self) -> &str {
        self.0.str_at("birthDate").unwrap_or_default()
    }

    pub fn set_birthday(&mut self, date: &str) {
        self.0.set("birthDate", Value::from(date));
    }

    /// FHIR administrative-gender.
    pub fn sex(&self) -> &str {
        self.0.str_at("gender").unwrap_or("unknown")
    }

    pub fn set_sex(&mut self, code: &str) {
        self.0.set("gender", Value::from(code));
    }

    pub fn institution(&self) -> Option<Id> {
        key_of(self.0.get("managingOrganization")?).map(|key| key.id)
    }

    pub fn set_institution(&mut self, institution: &Id, name: &str) {
        let key = Key::new("Organization", institution.clone());
        self.0.set("managingOrganization", reference(&key, name));
    }

    /// 患者番号 of the institution that manages it.
    pub fn local_id(&self) -> &str {
        if let Some(institution) = self.institution() {
            return self.identifier(&format!("{LOCAL}{institution}"));
        }
        let mut list = self.0.list("identifier").iter();
        list.find(|one| text_of(one, "system").starts_with(LOCAL))
            .map_or("", |one| text_of(one, "value"))
    }

    pub fn set_local_id(&mut self, institution: &Id, value: &str) {
        self.set_identifier(&format!("{LOCAL}{institution}"), value);
    }

    /// Writes 患者番号 into the identifier of its national system too, where the patient has that one.
    pub fn renumber(&mut self, system: &str) {
        if !system.is_empty() && !self.identifier(system).is_empty() {
            let number = self.local_id().to_owned();
            self.set_identifier(system, &number);
        }
    }

    /// 患者番号 as a letter gave it, where it is another patient's.
    pub fn number_sent(&self) -> &str {
        let mut list = self.0.list("identifier").iter();
        list.find(|one| text_of(one, "system").starts_with(SENT))
            .map_or("", |one| text_of(one, "value"))
    }

    pub fn set_number_sent(&mut self, institution: &Id, value: &str) {
        self.set_identifier(&format!("{SENT}{institution}"), value);
    }

    /// 被保険者個人識別子.
    pub fn member_id(&self) -> &str {
        self.identifier(INSURED_PERSON)
    }

    pub fn set_member_id(&mut self, value: &str) {
        self.set_identifier(INSURED_PERSON, value);
    }

    pub fn identifier(&self, system: &str) -> &str {
        let mut list = self.0.list("identifier").iter();
        list.find(|one| text_of(one, "system") == system)
            .map_or("", |one| text_of(one, "value"))
    }

    fn set_identifier(&mut self, system: &str, value: &str) {
        let mut list = self.0.list("identifier").to_vec();
        let at = list.iter().position(|one| text_of(one, "system") == system);
        match (at, value.is_empty()) {
            (Some(at), true) => {
                list.remove(at);
            }
            (Some(at), false) => {
                if let Some(Value::Object(one)) = list.get_mut(at) {
                    one.insert("value".to_owned(), Value::from(value));
                }
            }
            (None, false) => list.push(json!({"system": system, "value": value})),
            (None, true) => return,
        }
        if list.is_empty() {
            self.0.remove("identifier");
        } else {
            self.0.set("identifier", Value::Array(list));
        }
    }

    pub fn address(&self) -> &str {
        self.0
            .list("address")
            .first()
            .map_or("", |one| text_of(one, "text"))
    }

    pub fn postal(&self) -> &str {
        self.0
            .list("address")
            .first()
            .map_or("", |one| text_of(one, "postalCode"))
    }

    pub fn set_address(&mut self, postal: &str, text: &str) {
        let mut list = self.0.list("address").to_vec();
        let first = if list.is_empty() {
            Value::Object(Map::new())
        } else {
            list.remove(0)
        };
        if let Value::Object(mut first) = first {
            put_or_remove(&mut first, "text", text);
            put_or_remove(&mut first, "postalCode", postal);
            if !first.is_empty() {
                list.insert(0, Value::Object(first));
            }
        }
        if list.is_empty() {
            self.0.remove("address");
        } else {
            self.0.set("address", Value::Array(list));
        }
    }

    pub fn phone(&self) -> &str {
        let mut list = self.0.list("telecom").iter();
        list.find(|one| text_of(one, "system") == "phone")
            .map_or("", |one| text_of(one, "value"))
    }

    pub fn set_phone(&mut self, number: &str) {
        let mut list = self.0.list("telecom").to_vec();
        let at = list
            .iter()
            .position(|one| text_of(one, "system") == "phone");
        if let Some(at) = at {
            list.remove(at);
        }
        if !number.is_empty() {
            list.insert(
                at.unwrap_or(list.len()),
                json!({"system": "phone", "value": number}),
            );
        }
        if list.is_empty() {
            self.0.remove("telecom");
        } else {
            self.0.set("telecom", Value::Array(list));
        }
    }

    /// 職業.
    pub fn occupation(&self) -> &str {
        extension(self.0.list("extension"), OCCUPATION)
            .map_or("", |one| text_of(one, "valueString"))
    }

    pub fn set_occupation(&mut self, text: &str) {
        let value = (!text.is_empty()).then(|| json!({"url": OCCUPATION, "valueString": text}));
        set_extension(&mut self.0, OCCUPATION, value);
    }
}

fn put_or_remove(map: &mut Map<String, Value>, name: &str, text: &str) {
    if text.is_empty() {
        map.shift_remove(name);
    } else {
        map.insert(name.to_owned(), Value::from(text));
    }
}

fn script_of(name: &Value) -> Option<&str> {
    let list = name.get("extension")?.as_array()?;
    Some(text_of(extension(list, NAME_REPRESENTATION)?, "valueCode"))
}

fn is_in(name: &Value, script: Script) -> bool {
    match script_of(name) {
        Some(code) => code == script.code(),
        None => script == Script::Kanji,
    }
}

/// The name, keeping what stood beside it (use, period).
fn written(old: Option<Value>, script: Script, family: &str, given: &str) -> Value {
    let mut name = match old {
        Some(Value::Object(old)) => old,
        _ => {
            let mut name = Map::new();
            let script = json!([{"url": NAME_REPRESENTATION, "valueCode": script.code()}]);
            name.insert("extension".to_owned(), script);
            name.insert("use".to_owned(), Value::from("official"));
            name
        }
    };
    let text = [family, given]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    put_or_remove(&mut name, "text", &text);
    put_or_remove(&mut name, "family", family);
    name.shift_remove("given");
    if !given.is_empty() {
        name.insert("given".to_owned(), json!([given]));
    }
    Value::Object(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_addresses() {
        let institution: Id = "o1".parse().unwrap();
        let mut patient = Patient::new(&"p".parse().unwrap());
        patient.set_name(Script::Kanji, "𠮷田", "太郎");
        patient.set_name(Script::Kana, "ヨシダ", "タロウ");
        patient.set_local_id(&institution, "0042");
        patient.set_address("981-3131", "宮城県仙台市");
        patient.set_phone("022-717-7000");
        patient.set_occupation("農業");
        assert_eq!(
            patient.name(Script::Kanji),
            ("𠮷田".to_owned(), "太郎".to_owned())
        );
        assert_eq!(patient.name(Script::Kana).0, "ヨシダ");
        assert_eq!(
            (
                patient.local_id(),
                patient.postal(),
                patient.phone(),
                patient.occupation()
            ),
            ("0042", "981-3131", "022-717-7000", "農業")
        );
        let national = "urn:oid:1.2.392.100495.20.3.51.11311234567";
        patient.renumber(national);
        assert_eq!(patient.identifier(national), "");
        patient.set_identifier(national, "0042");
        patient.set_local_id(&institution, "0043");
        patient.renumber(national);
        assert_eq!(patient.identifier(national), "0043");
        patient.set_name(Script::Kana, "", "");
        patient.set_local_id(&institution, "");
        patient.renumber(national);
        patient.set_address("", "");
        patient.set_phone("");
        patient.set_occupation("");
        insta::assert_snapshot!(patient.resource().to_json(), @r#"{"resourceType":"Patient","id":"p","active":true,"name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"use":"official","text":"𠮷田 太郎","family":"𠮷田","given":["太郎"]}]}"#);
    }
}
