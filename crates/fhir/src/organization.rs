//! Organization as an institution: who it is, its names, its codes, its beds.

use renkei_base::Id;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Resource;
use crate::element::view;
use crate::system::INSTITUTION_NO;

/// 医療情報ネット ID, as text.
pub const REGISTRY_ID: &str = "https://renkei.example/fhir/sid/medical-information-net";
/// 介護事業所番号, ten digits.
pub const CARE_OFFICE: &str = "https://renkei.example/fhir/sid/care-office";
/// Kinds of institution: `hospital`, `clinic` …
pub const KIND: &str = "https://renkei.example/fhir/CodeSystem/institution-kind";
/// 全国地方公共団体コード, six digits with check digit.
pub const MUNICIPALITY: &str = "https://renkei.example/fhir/sid/municipality";
/// 都道府県番号, two digits (JP Core).
pub const PREFECTURE: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/PrefectureNo-2digits";
const KANA: &str = "https://renkei.example/fhir/StructureDefinition/kana";
const SHORT: &str = "https://renkei.example/fhir/StructureDefinition/short-name";
const LATIN: &str = "https://renkei.example/fhir/StructureDefinition/latin-name";
const MUNICIPALITY_EXTENSION: &str = "https://renkei.example/fhir/StructureDefinition/municipality";
const PREFECTURE_EXTENSION: &str = "https://renkei.example/fhir/StructureDefinition/prefecture";
const BEDS: &str = "https://renkei.example/fhir/StructureDefinition/beds";
/// Whom to ask at an institution.
const CONTACT: &str = "https://renkei.example/fhir/CodeSystem/contact-purpose";
const DESK: &str = "liaison-desk";
const NAME_PERIOD: &str = "https://renkei.example/fhir/StructureDefinition/name-period";

/// An earlier name, and the last day that it was known by (`2026-05-31`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierName {
    pub name: String,
    pub until: Option<String>,
}

view!(
    /// An institution.
    Organization, "Organization"
);

impl Organization {
    pub fn new(id: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("active", Value::from(true));
        Self(resource)
    }

    pub fn name(&self) -> &str {
        self.0.str_at("name").unwrap_or_default()
    }

    pub fn set_name(&mut self, name: &str) {
        self.0.set("name", Value::from(name));
    }

    /// Keeps the present name as an earlier one, known until that day, and takes the new one.
    pub fn rename(&mut self, name: &str, until: &str) {
        let old = self.name().to_owned();
        if old == name || old.is_empty() {
            self.set_name(name);
            return;
        }
        let period = json!({"extension": [{"url": NAME_PERIOD, "valuePeriod": {"end": until}}]});
        let count = self.0.list("alias").len();
        // `_alias` stands beside `alias`, element by element.
        let mut beside = self.0.list("_alias").to_vec();
        beside.resize(count, Value::Null);
        beside.push(period);
        let mut aliases = self.0.list("alias").to_vec();
        aliases.push(Value::from(old));
        self.0.set("alias", Value::Array(aliases));
        self.0.set("_alias", Value::Array(beside));
        self.set_name(name);
    }

    /// In the order in which they were given up.
    pub fn earlier_names(&self) -> Vec<EarlierName> {
        let beside = self.0.list("_alias");
        let names = self.0.list("alias").iter().enumerate();
        names
            .filter_map(|(at, name)| {
                Some(EarlierName {
                    name: name.as_str()?.to_owned(),
                    until: beside.get(at).and_then(period_end),
                })
            })
            .collect()
    }

    /// The name that it had on a day (`2025-04-01`): the first that had not been given up by then.
    pub fn name_on(&self, day: &str) -> String {
        let earlier = self.earlier_names();
        let found = earlier
            .iter()
            .filter(|earlier| earlier.until.as_deref().is_some_and(|until| day <= until))
            .min_by_key(|earlier| earlier.until.clone());
        found.map_or_else(|| self.name().to_owned(), |earlier| earlier.name.clone())
    }

    pub fn kana(&self) -> Option<&str> {
        self.extension(KANA)?.get("valueString")?.as_str()
    }

    pub fn set_kana(&mut self, kana: Option<&str>) {
        self.set_string(KANA, kana);
    }

    /// 略称.
    pub fn short_name(&self) -> Option<&str> {
        self.extension(SHORT)?.get("valueString")?.as_str()
    }

    pub fn set_short_name(&mut self, name: Option<&str>) {
        self.set_string(SHORT, name);
    }

    pub fn latin_name(&self) -> Option<&str> {
        self.extension(LATIN)?.get("valueString")?.as_str()
    }

    pub fn set_latin_name(&mut self, name: Option<&str>) {
        self.set_string(LATIN, name);
    }

    /// `hospital`, `clinic` …: the code of [`KIND`].
    pub fn kind(&self) -> Option<&str> {
        let codings = self.0.list("type").iter();
        let mut codings = codings
            .filter_map(|concept| concept.get("coding")?.as_array())
            .flatten();
        codings
            .find(|coding| coding.get("system").and_then(Value::as_str) == Some(KIND))?
            .get("code")?
            .as_str()
    }

    pub fn set_kind(&mut self, code: &str) {
        let mut types = self.0.list("type").to_vec();
        types.retain(|concept| !has_coding(concept, KIND));
        types.insert(0, json!({"coding": [{"system": KIND, "code": code}]}));
        self.0.set("type", Value::Array(types));
    }

    /// The ten-digit code.
    pub fn code(&self) -> Option<&str> {
        self.identifier(INSTITUTION_NO)
    }

    pub fn set_code(&mut self, code: &str) {
        self.set_identifier(INSTITUTION_NO, code);
    }

    /// 医療情報ネット ID.
    pub fn registry_id(&self) -> Option<&str> {
        self.identifier(REGISTRY_ID)
    }

    pub fn set_registry_id(&mut self, id: &str) {
        self.set_identifier(REGISTRY_ID, id);
    }

    /// 介護事業所番号.
    pub fn set_care_office(&mut self, number: &str) {
        self.set_identifier(CARE_OFFICE, number);
    }

    /// The value of the first identifier of a system.
    pub fn identifier(&self, system: &str) -> Option<&str> {
        let found = self
            .0
            .list("identifier")
            .iter()
            .find(|one| is_of(one, system))?;
        found.get("value")?.as_str()
    }

    fn set_identifier(&mut self, system: &str, value: &str) {
        let mut list = self.0.list("identifier").to_vec();
        match list.iter_mut().find(|one| is_of(one, system)) {
            Some(Value::Object(one)) => {
                one.insert("value".to_owned(), Value::from(value));
            }
            _ => list.push(json!({"system": system, "value": value})),
        }
        self.0.set("identifier", Value::Array(list));
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

    pub fn prefecture(&self) -> Option<&str> {
        self.coded(PREFECTURE_EXTENSION)
    }

    pub fn set_prefecture(&mut self, code: &str) {
        self.set_coded(PREFECTURE_EXTENSION, PREFECTURE, code);
    }

    pub fn municipality(&self) -> Option<&str> {
        self.coded(MUNICIPALITY_EXTENSION)
    }

    pub fn set_municipality(&mut self, code: &str) {
        self.set_coded(MUNICIPALITY_EXTENSION, MUNICIPALITY, code);
    }

    /// The whole address in one line, with the prefecture.
    pub fn address(&self) -> Option<&str> {
        self.0.list("address").first()?.get("text")?.as_str()
    }

    /// `123-4567`
    pub fn postal_code(&self) -> Option<&str> {
        self.0.list("address").first()?.get("postalCode")?.as_str()
    }

    pub fn set_address(&mut self, text: &str) {
        self.edit_address("text", Some(text));
    }

    pub fn set_postal_code(&mut self, code: Option<&str>) {
        self.edit_address("postalCode", code);
    }

    fn edit_address(&mut self, member: &str, value: Option<&str>) {
        let mut list = self.0.list("address").to_vec();
        if list.is_empty() {
            list.push(json!({"use": "work", "country": "JP"}));
        }
        if let Some(Value::Object(first)) = list.first_mut() {
            put_or_remove(first, member, value);
        }
        self.0.set("address", Value::Array(list));
    }

    /// `phone`, `fax`, `url`, `email`.
    pub fn telecom(&self, system: &str) -> Option<&str> {
        let found = self
            .0
            .list("telecom")
            .iter()
            .find(|one| is_of(one, system))?;
        found.get("value")?.as_str()
    }

    pub fn set_telecom(&mut self, system: &str, value: Option<&str>) {
        let mut list = self.0.list("telecom").to_vec();
        let at = list.iter().position(|one| is_of(one, system));
        match (at.and_then(|at| list.get_mut(at)), value) {
            (Some(Value::Object(one)), Some(value)) => {
                one.insert("value".to_owned(), Value::from(value));
            }
            (Some(_), None) => list.retain(|one| !is_of(one, system)),
            (_, Some(value)) => list.push(json!({"system": system, "value": value})),
            (None, None) => return,
        }
        set_list(&mut self.0, "telecom", list);
    }

    /// `phone` or `fax` of the liaison desk (連携室), or its name for `None`.
    pub fn desk(&self, system: Option<&str>) -> Option<&str> {
        let desk = self.0.list("contact").iter().find(|one| is_desk(one))?;
        let Some(system) = system else {
            return desk.get("name")?.get("text")?.as_str();
        };
        let telecom = desk.get("telecom")?.as_array()?;
        let found = telecom.iter().find(|one| is_of(one, system))?;
        found.get("value")?.as_str()
    }

    /// Replaces name, telephone and fax of the liaison desk; without any of them there is none.
    pub fn set_desk(&mut self, name: Option<&str>, phone: Option<&str>, fax: Option<&str>) {
        let mut list = self.0.list("contact").to_vec();
        list.retain(|one| !is_desk(one));
        let telecom: Vec<Value> = [("phone", phone), ("fax", fax)]
            .into_iter()
            .filter_map(|(system, value)| Some(json!({"system": system, "value": value?})))
            .collect();
        if name.is_some() || !telecom.is_empty() {
            let purpose =
                json!({"coding": [{"system": CONTACT, "code": DESK}], "text": "地域医療連携室"});
            let mut desk = json!({"purpose": purpose});
            if let Value::Object(desk) = &mut desk {
                put(desk, "name", name.map(|name| json!({"text": name})));
                let telecom = (!telecom.is_empty()).then_some(Value::Array(telecom));
                put(desk, "telecom", telecom);
            }
            list.push(desk);
        }
        set_list(&mut self.0, "contact", list);
    }

    /// Beds of a kind (`general`, `psychiatric`, `total` …). A blank in the source is `None`, never 0.
    pub fn beds(&self, kind: &str) -> Option<u32> {
        let parts = self.extension(BEDS)?.get("extension")?.as_array()?;
        let found = parts.iter().find(|part| has_url(part, kind))?;
        found.get("valueUnsignedInt")?.as_u64()?.try_into().ok()
    }

    /// Replaces all bed numbers; kinds without one are left out.
    pub fn set_beds(&mut self, beds: &[(&str, u32)]) {
        let parts: Vec<Value> = beds
            .iter()
            .map(|(kind, number)| json!({"url": kind, "valueUnsignedInt": number}))
            .collect();
        let value = (!parts.is_empty()).then(|| json!({"url": BEDS, "extension": parts}));
        self.set_extension(BEDS, value);
    }

    fn coded(&self, url: &str) -> Option<&str> {
        self.extension(url)?
            .get("valueCoding")?
            .get("code")?
            .as_str()
    }

    fn set_coded(&mut self, url: &str, system: &str, code: &str) {
        let value = json!({"url": url, "valueCoding": {"system": system, "code": code}});
        self.set_extension(url, Some(value));
    }

    fn set_string(&mut self, url: &str, value: Option<&str>) {
        self.set_extension(
            url,
            value.map(|value| json!({"url": url, "valueString": value})),
        );
    }

    fn extension(&self, url: &str) -> Option<&Value> {
        self.0
            .list("extension")
            .iter()
            .find(|one| has_url(one, url))
    }

    fn set_extension(&mut self, url: &str, value: Option<Value>) {
        let mut list = self.0.list("extension").to_vec();
        let at = list.iter().position(|one| has_url(one, url));
        match (at.and_then(|at| list.get_mut(at)), value) {
            (Some(place), Some(value)) => *place = value,
            (Some(_), None) => list.retain(|one| !has_url(one, url)),
            (None, Some(value)) => list.push(value),
            (None, None) => return,
        }
        set_list(&mut self.0, "extension", list);
    }
}

/// FHIR knows no empty arrays.
fn set_list(resource: &mut Resource, name: &str, list: Vec<Value>) {
    if list.is_empty() {
        resource.remove(name);
    } else {
        resource.set(name, Value::Array(list));
    }
}

fn put_or_remove(object: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    match value {
        Some(value) => {
            object.insert(name.to_owned(), Value::from(value));
        }
        None => {
            object.shift_remove(name);
        }
    }
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value);
    }
}

fn is_desk(contact: &Value) -> bool {
    let purpose = contact.get("purpose").unwrap_or(&Value::Null);
    let codings = purpose.get("coding").and_then(Value::as_array);
    codings.is_some_and(|codings| {
        let mut codings = codings.iter().filter(|coding| is_of(coding, CONTACT));
        codings.any(|coding| coding.get("code").and_then(Value::as_str) == Some(DESK))
    })
}

/// As [`Organization::telecom`], from the text of one: the rest of it is not built.
pub fn telecom_in(text: &str, system: &str) -> Option<String> {
    let said: Contacts = serde_json::from_str(text).ok()?;
    let is_of = |one: &ContactPoint| one.system.as_deref() == Some(system);
    said.telecom.into_iter().find(is_of)?.value
}

#[derive(Deserialize)]
struct Contacts {
    #[serde(default)]
    telecom: Vec<ContactPoint>,
}

#[derive(Deserialize)]
struct ContactPoint {
    system: Option<String>,
    value: Option<String>,
}

fn is_of(one: &Value, system: &str) -> bool {
    one.get("system").and_then(Value::as_str) == Some(system)
}

fn has_url(one: &Value, url: &str) -> bool {
    one.get("url").and_then(Value::as_str) == Some(url)
}

fn has_coding(concept: &Value, system: &str) -> bool {
    let codings = concept.get("coding").and_then(Value::as_array);
    codings.is_some_and(|codings| codings.iter().any(|coding| is_of(coding, system)))
}

fn period_end(beside: &Value) -> Option<String> {
    let extensions = beside.get("extension")?.as_array()?;
    let found = extensions.iter().find(|one| has_url(one, NAME_PERIOD))?;
    Some(found.get("valuePeriod")?.get("end")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization() -> Organization {
        let text = r#"{"resourceType":"Organization","id":"o1","_name":{"id":"n"},"name":"昭和大学附属烏山病院",
            "extension":[{"url":"http://other.example","valueDecimal":2.50}],"alias":["烏山"],"identifier":[{"system":"urn:x","value":"1"}]}"#;
        Organization::from_resource(Resource::from_json(text).unwrap()).unwrap()
    }

    #[test]
    fn accessors_leave_everything_else_as_it_was() {
        let mut one = organization();
        one.set_kana(Some("カラスヤマ"));
        one.set_kind("hospital");
        one.set_code("1310000000");
        one.set_beds(&[("psychiatric", 0), ("total", 60)]);
        one.set_municipality("131121");
        one.set_telecom("url", Some("https://example.jp/"));
        one.set_address("東京都世田谷区北烏山６－１１－１１");
        assert_eq!(one.beds("psychiatric"), Some(0));
        assert_eq!(one.beds("general"), None);
        one.set_kana(None);
        one.set_beds(&[]);
        one.set_telecom("url", None);
        insta::assert_snapshot!(one.into_resource().to_json(), @r#"{"resourceType":"Organization","id":"o1","_name":{"id":"n"},"name":"昭和大学附属烏山病院","extension":[{"url":"http://other.example","valueDecimal":2.50},{"url":"https://renkei.example/fhir/StructureDefinition/municipality","valueCoding":{"system":"https://renkei.example/fhir/sid/municipality","code":"131121"}}],"alias":["烏山"],"identifier":[{"system":"urn:x","value":"1"},{"system":"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"1310000000"}],"type":[{"coding":[{"system":"https://renkei.example/fhir/CodeSystem/institution-kind","code":"hospital"}]}],"address":[{"use":"work","country":"JP","text":"東京都世田谷区北烏山６－１１－１１"}]}"#);
    }

    #[test]
    fn the_liaison_desk_stands_beside_other_contacts() {
        let mut one = organization();
        let other = json!([{"purpose": {"text": "人事"}, "name": {"text": "総務課"}}]);
        one.0.set("contact", other.clone());
        assert_eq!(one.desk(None), None);
        one.set_desk(Some("地域連携室"), Some("03-1234-5678"), None);
        one.set_desk(
            Some("患者支援センター"),
            Some("03-1234-5679"),
            Some("03-1234-5670"),
        );
        assert_eq!(one.desk(None), Some("患者支援センター"));
        assert_eq!(one.desk(Some("phone")), Some("03-1234-5679"));
        assert_eq!(one.desk(Some("fax")), Some("03-1234-5670"));
        one.set_desk(None, None, None);
        assert_eq!(one.0.get("contact"), Some(&other));
    }

    #[test]
    fn each_day_has_the_name_of_its_time() {
        let mut one = organization();
        one.rename("昭和医科大学烏山病院", "2025-07-31");
        one.rename("第三の名の病院", "2030-03-31");
        assert_eq!(one.name(), "第三の名の病院");
        assert_eq!(one.name_on("2019-05-01"), "昭和大学附属烏山病院");
        assert_eq!(one.name_on("2025-07-31"), "昭和大学附属烏山病院");
        assert_eq!(one.name_on("2025-08-01"), "昭和医科大学烏山病院");
        assert_eq!(one.name_on("2031-01-01"), "第三の名の病院");
        let names = one.earlier_names();
        assert_eq!(
            names.first().map(|n| n.until.clone()),
            Some(None),
            "the alias without a period stays without"
        );
        assert_eq!(names.len(), 3);
        one.rename("第三の名の病院", "2031-01-01");
        assert_eq!(one.earlier_names().len(), 3, "the same name is no new one");
    }
}
