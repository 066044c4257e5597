//! `_include` and `_revinclude`.

use renkei_testkit::{Backend, each_backend};

use crate::world::{World, parse};

each_backend!(matches_bring_what_belongs_to_them);

async fn matches_bring_what_belongs_to_them(backend: Backend) {
    let world = World::open(backend).await;
    world
        .public(r#"{"resourceType":"Organization","id":"o1"}"#)
        .await;
    world
        .public(
            r#"{"resourceType":"Organization","id":"o2","partOf":{"reference":"Organization/o1"}}"#,
        )
        .await;
    world.public(r#"{"resourceType":"HealthcareService","id":"h1","providedBy":{"reference":"Organization/o1"}}"#).await;
    world.public(r#"{"resourceType":"HealthcareService","id":"h2","providedBy":{"reference":"Organization/o1"}}"#).await;
    world.public(r#"{"resourceType":"HealthcareService","id":"h3","providedBy":{"reference":"Organization/gone"}}"#).await;
    for (address, found) in [
        (
            "HealthcareService?_include=HealthcareService:organization",
            "Organization/o1",
        ),
        (
            "HealthcareService?_id=h3&_include=HealthcareService:organization",
            "",
        ),
        (
            "Organization?_id=o1&_revinclude=HealthcareService:organization",
            "HealthcareService/h1 HealthcareService/h2",
        ),
        // What is a match already does not come twice.
        ("Organization?_include=Organization:partof", ""),
        (
            "Organization?_id=o2&_include=Organization:partof",
            "Organization/o1",
        ),
        ("Organization?_id=none&_include=Organization:partof", ""),
        (
            "Organization?_id=o2,o1&_include=Organization:partof&_revinclude=HealthcareService:organization",
            "HealthcareService/h1 HealthcareService/h2",
        ),
    ] {
        let page = world
            .store
            .search(&world.program(), &parse(address).unwrap())
            .await
            .unwrap();
        let keys: Vec<String> = page
            .included
            .iter()
            .map(|one| one.key.to_string())
            .collect();
        assert_eq!(keys.join(" "), found, "{address}");
        assert!(
            page.included
                .iter()
                .all(|one| one.resource.id() == Some(one.key.id.clone()))
        );
    }
}
