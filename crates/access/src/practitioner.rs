//! The FHIR Practitioner of a person who cares.

use renkei_base::{Id, Role, Roles, Scope};
use renkei_fhir::Resource;
use renkei_store::{Changes, Place};
use serde_json::{Map, Value, json};

/// Whether letters of a person with these roles name a Practitioner.
pub(crate) fn is_one(roles: &Roles) -> bool {
    roles.any(&[Role::Doctor, Role::Nurse])
}

/// Puts a new Practitioner into `changes`.
pub(crate) fn create(
    id: &Id,
    name: &str,
    kana: &str,
    institution: Option<&Id>,
    changes: &mut Changes,
) {
    let place = Place {
        patient: None,
        scope: Scope::Identity,
        owner: institution.cloned(),
    };
    changes.create(resource(id, name, kana), place);
}

fn resource(id: &Id, name: &str, kana: &str) -> Resource {
    let mut resource = Resource::new("Practitioner", id);
    resource.set("active", Value::Bool(true));
    resource.set(
        "name",
        json!([human_name(name, "IDE"), human_name(kana, "SYL")]),
    );
    resource
}

/// JP Core: one name in kanji (`IDE`), one in kana (`SYL`); family and given name where a blank parts them.
fn human_name(text: &str, representation: &str) -> Value {
    let mut name = Map::new();
    let extension = json!([{
        "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
        "valueCode": representation,
    }]);
    name.insert("extension".to_owned(), extension);
    name.insert("use".to_owned(), json!("official"));
    name.insert("text".to_owned(), json!(text));
    if let Some((family, given)) = text.split_once(' ') {
        name.insert("family".to_owned(), json!(family));
        name.insert("given".to_owned(), json!([given]));
    }
    Value::Object(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_practitioner_of_jp_core() {
        let made = resource(&"p1".parse().unwrap(), "髙﨑 𠮷乃", "タカサキ ヨシノ");
        insta::assert_snapshot!(made.to_json(), @r#"{"resourceType":"Practitioner","id":"p1","active":true,"name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"use":"official","text":"髙﨑 𠮷乃","family":"髙﨑","given":["𠮷乃"]},{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"SYL"}],"use":"official","text":"タカサキ ヨシノ","family":"タカサキ","given":["ヨシノ"]}]}"#);
    }
}
