//! References to what one may not see, in the elements that are kept as they came.

use renkei_care::fhir::{self, Entry, Write};
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir::{create, machine, patient, resource, said, weight};
use crate::region::Region;

renkei_testkit::each_backend!(
    a_word_points_into_its_case,
    a_number_points_nowhere,
    a_schedule_points_to_no_patient,
);

/// A patient of somebody else, what is known of them, and what was never there.
async fn hidden(region: &Region) -> [String; 3] {
    let stranger = machine(region, &region.stranger);
    let made = create(region, &stranger, patient("9")).await.unwrap();
    let person = made.key.to_string();
    let made = create(region, &stranger, weight(&person, 60.0)).await;
    let nothing = format!("Patient/{}", region.ids.id());
    [person, made.unwrap().key.to_string(), nothing]
}

fn pointing(target: &str) -> Value {
    json!({"url": "urn:x-own", "valueReference": {"reference": target}})
}

async fn a_word_points_into_its_case(backend: Backend) {
    let region = Region::new(&backend).await;
    let clinic = machine(&region, &region.clinic_clerk);
    let case = region.sent().await;
    let request = json!({"reference": format!("ServiceRequest/{case}")});
    let word = json!({
        "resourceType": "Communication",
        "status": "completed",
        "basedOn": [request],
        "payload": [{"contentString": "ペースメーカー手帳をお持ちください"}],
    });
    for target in hidden(&region).await {
        let reference = json!({"reference": target});
        for (element, value, at) in [
            ("basedOn", json!([request, reference]), "basedOn[1]"),
            (
                "category",
                json!([{"text": "x", "extension": [pointing(&target)]}]),
                "category[0].extension[0].valueReference",
            ),
            (
                "identifier",
                json!([{"value": "1", "assigner": reference}]),
                "identifier[0].assigner",
            ),
        ] {
            let mut word = word.clone();
            word[element] = value;
            assert_eq!(
                said(create(&region, &clinic, word).await),
                format!("Communication.{at} fault-fhir-reference-unknown")
            );
        }
        let absolute = format!("http://localhost:8080/fhir/{target}");
        let mut word = word.clone();
        word["basedOn"] = json!([request, {"reference": absolute}]);
        assert_eq!(
            said(create(&region, &clinic, word).await),
            "Communication.basedOn[1] fault-fhir-reference-shape"
        );
    }
    create(&region, &clinic, word).await.unwrap();
}

async fn a_number_points_nowhere(backend: Backend) {
    let region = Region::new(&backend).await;
    let clinic = machine(&region, &region.clinic_clerk);
    let own = create(&region, &clinic, patient("1")).await.unwrap().key;
    for target in hidden(&region).await {
        let number = json!([{"value": "1", "assigner": {"reference": target}}]);
        let request = json!({
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "identifier": number,
            "subject": {"reference": own.to_string()},
            "code": {"text": "精査のお願い"},
        });
        assert_eq!(
            said(create(&region, &clinic, request.clone()).await),
            "ServiceRequest.identifier[0].assigner fault-fhir-reference-unknown"
        );
        let mut plain = request;
        plain["identifier"] = json!([{"value": "1"}]);
        let task = json!({
            "resourceType": "Task",
            "status": "draft",
            "intent": "order",
            "identifier": number,
            "focus": {"reference": "urn:uuid:r"},
        });
        let entry = |address: &str, value: &Value| Entry {
            full_url: address.to_owned(),
            write: Write::Create {
                resource: resource(value),
                if_none_exist: None,
            },
        };
        let entries = vec![entry("urn:uuid:r", &plain), entry("urn:uuid:t", &task)];
        let failed = fhir::transaction(&region.care, &clinic, entries).await;
        assert_eq!(
            said(failed.map_err(|failed| failed.why)),
            "Task.identifier[0].assigner fault-fhir-reference-unknown"
        );
    }
}

async fn a_schedule_points_to_no_patient(backend: Backend) {
    let region = Region::new(&backend).await;
    let desk = machine(&region, &region.desk);
    for target in hidden(&region).await {
        let schedule = json!({
            "resourceType": "Schedule",
            "actor": [{"reference": format!("HealthcareService/{}", region.cardiology)}],
            "planningHorizon": {"start": "2027-01-01T00:00:00Z", "extension": [pointing(&target)]},
        });
        assert_eq!(
            said(create(&region, &desk, schedule).await),
            "Schedule.planningHorizon.extension[0].valueReference fault-fhir-reference-unknown"
        );
    }
}
