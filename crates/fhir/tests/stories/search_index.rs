//! Index values drawn from whole resources, as people write them.

use renkei_fhir::Resource;
use renkei_fhir::search::{GROUPS, Indexed, Kind, PARAMS, index, param};

/// The rows as text: parameter, then the value.
fn rows(json: &str) -> String {
    let resource = Resource::from_json(json).unwrap();
    let lines: Vec<String> = index(&resource)
        .into_iter()
        .map(|(param, value)| format!("{} {}", param.name, shown(&value)))
        .collect();
    lines.join("\n")
}

fn shown(value: &Indexed) -> String {
    match value {
        Indexed::Token { system, code } => format!("{system}|{code}"),
        Indexed::String { norm } => norm.clone(),
        Indexed::Reference { typ, id } => format!("{typ}/{id}"),
        Indexed::Date { low, high } => format!("{low} {high}"),
        Indexed::Quantity {
            value,
            system,
            code,
        } => format!("{value}|{system}|{code}"),
    }
}

#[test]
fn patient() {
    let rows = rows(
        r##"{"resourceType":"Patient","id":"1","active":true,
        "meta":{"tag":[{"system":"s","code":"見本"}]},
        "identifier":[{"system":"urn:oid:1.2","value":"00123"},{"value":"9"},{"system":"only"}],
        "name":[
          {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"text":"髙山　花子","family":"髙山","given":["花子"]},
          {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"SYL"}],"family":"タカヤマ","given":["ハナコ"]},
          {"family":"Takayama","given":["Hanako"]}],
        "telecom":[{"system":"phone","value":"０３－１２３４－５６７８"},{"system":"email","value":"Hana@Example.jp"}],
        "gender":"female","birthDate":"1950-03-01",
        "address":[{"postalCode":"150-0001","state":"東京都","city":"渋谷区","line":["神宮前1-2-3"]}],
        "managingOrganization":{"reference":"Organization/o1"},
        "link":[{"other":{"reference":"Patient/2"}},{"other":{"reference":"#contained"}}]}"##,
    );
    insta::assert_snapshot!(rows, @r"
        active |true
        address 東京都渋谷区神宮前1-2-3
        address 東京都
        address 渋谷区
        address 150-0001
        address 神宮前1-2-3
        address-city 渋谷区
        address-postalcode 150-0001
        address-state 東京都
        birthdate 1950-02-28T15:00:00.000000Z 1950-03-01T14:59:59.999999Z
        deceased |false
        email |hana@example.jp
        family 高山
        family たかやま
        family takayama
        gender |female
        given 花子
        given はなこ
        given hanako
        identifier urn:oid:1.2|00123
        identifier |9
        link Patient/2
        name 高山花子
        name 高山
        name 花子
        name たかやまはなこ
        name はなこ
        name たかやま
        name takayamahanako
        name hanakotakayama
        name hanako
        name takayama
        organization Organization/o1
        phone |0312345678
        phonetic たかやまはなこ
        phonetic はなこ
        phonetic たかやま
        telecom |0312345678
        telecom |hana@example.jp
        x-order たかやまはなこ たかやまはなこ
        _tag s|見本
    ");
}

#[test]
fn task_with_holder_and_due_day() {
    let rows = rows(
        r#"{"resourceType":"Task","id":"1","status":"requested",
        "extension":[{"url":"https://renkei.example/fhir/StructureDefinition/holder","valueReference":{"reference":"Organization/h1"}},
                     {"url":"https://example.org/other","valueReference":{"reference":"Organization/h2"}}],
        "businessStatus":{"coding":[{"system":"b","code":"sent"},{"code":"alone"}],"text":"送付済"},
        "focus":{"reference":"ServiceRequest/s1"},"for":{"reference":"Patient/p1"},
        "owner":{"reference":"https://other.example/fhir/Organization/o9"},
        "requester":{"reference":"Organization/o1/_history/3"},
        "authoredOn":"2026-11-22T10:00:00+09:00",
        "restriction":{"period":{"end":"2026-12-01"}}}"#,
    );
    insta::assert_snapshot!(rows, @r"
        authored-on 2026-11-22T01:00:00.000000Z 2026-11-22T01:00:00.999999Z
        business-status b|sent
        business-status |alone
        focus ServiceRequest/s1
        patient Patient/p1
        requester Organization/o1
        status |requested
        subject Patient/p1
        x-due 2026-11-30T15:00:00.000000Z 2026-12-01T14:59:59.999999Z
        x-holder |h1
    ");
}

#[test]
fn observation() {
    let rows = rows(
        r#"{"resourceType":"Observation","id":"1","status":"final",
        "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},
        "subject":{"reference":"Group/g1"},
        "effectivePeriod":{"start":"2026-01"},
        "valueQuantity":{"value":7.20,"unit":"%","system":"http://unitsofmeasure.org","code":"%"},
        "component":[{"valueQuantity":{"value":1e400}},{"valueQuantity":{"value":3,"unit":"回"}}]}"#,
    );
    insta::assert_snapshot!(rows, @r"
        code http://loinc.org|4548-4
        combo-code http://loinc.org|4548-4
        component-value-quantity 3||回
        date 2025-12-31T15:00:00.000000Z 
        status |final
        subject Group/g1
        value-quantity 7.2|http://unitsofmeasure.org|%
    ");
}

#[test]
fn timing_and_open_ends() {
    let rows = rows(
        r#"{"resourceType":"MedicationRequest","id":"1",
        "dosageInstruction":[{"timing":{"event":["2026-01-03","2026-01-01"]}},
          {"timing":{"repeat":{"boundsPeriod":{"start":"2026-02-01","end":"2026-02-02"}}}},
          {"timing":{"code":{"text":"毎食後"}}}]}"#,
    );
    insta::assert_snapshot!(rows, @r"
        date 2025-12-31T15:00:00.000000Z 2026-01-03T14:59:59.999999Z
        date 2026-01-31T15:00:00.000000Z 2026-02-02T14:59:59.999999Z
    ");
}

#[test]
fn wrong_shapes_give_no_values_and_no_trouble() {
    let rows = rows(
        r#"{"resourceType":"Patient","identifier":"x","name":[1,null,"山田",{"family":7,"given":"花"}],
        "telecom":{"system":"phone"},"birthDate":"昭和25年","gender":["male","male"],"address":"東京",
        "managingOrganization":{"reference":17},"deceasedBoolean":false}"#,
    );
    insta::assert_snapshot!(rows, @r"
        deceased |false
        gender |male
        given 花
        identifier |x
        name 花
    ");
}

#[test]
fn long_values_are_cut_between_characters() {
    let json = format!(
        r#"{{"resourceType":"Patient","identifier":[{{"value":"{0}"}}],"name":[{{"family":"{0}"}}]}}"#,
        "髙".repeat(1_000)
    );
    for (_, value) in index(&Resource::from_json(&json).unwrap()) {
        let length = match value {
            Indexed::Token { code, .. } => code.len(),
            Indexed::String { norm } => norm.len(),
            _ => 0,
        };
        assert!(length <= 255, "{length}");
    }
}

#[test]
fn the_table_is_whole() {
    let grouped: usize = GROUPS.iter().map(|(_, params)| params.len()).sum();
    assert_eq!(PARAMS.len(), grouped);
    for (typ, params) in GROUPS {
        for param in *params {
            assert_eq!(param.typ, *typ);
            let same = params
                .iter()
                .filter(|other| other.name == param.name)
                .count();
            assert_eq!(same, 1, "{typ} {}", param.name);
            assert!(param.targets.is_empty() || param.kind == Kind::Reference);
        }
    }
    assert_eq!(param("Patient", "_tag").unwrap().typ, "Resource");
    assert!(param("Patient", "nothing").is_none());
}
