//! Every kind of parameter, with its prefixes and modifiers.

use renkei_store::StoreError;
use renkei_testkit::{Backend, each_backend};

use crate::world::World;

each_backend!(
    tokens,
    dates,
    quantities,
    references,
    chains,
    specials,
    what_is_not_known_is_named,
    the_index_follows_the_resource,
);

async fn all(world: &World, cases: &[(&str, &str)]) {
    let ctx = world.program();
    for (address, found) in cases {
        assert_eq!(world.finds(&ctx, address).await, *found, "{address}");
    }
}

async fn tokens(backend: Backend) {
    let world = World::open(backend).await;
    for json in [
        r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"http://x","value":"1"},{"system":"http://y","value":"2"}],"gender":"male","active":true,"telecom":[{"system":"phone","value":"03-1234-5678"}]}"#,
        r#"{"resourceType":"Patient","id":"b","identifier":[{"system":"http://y","value":"1"}],"gender":"female","active":false,"telecom":[{"system":"email","value":"B@example.jp"}]}"#,
        r#"{"resourceType":"Patient","id":"c","identifier":[{"value":"1"},{"value":"a|b,c\\d"}],"deceasedDateTime":"2020"}"#,
    ] {
        world.record("p", json).await;
    }
    all(
        &world,
        &[
            ("Patient?identifier=1", "a b c"),
            ("Patient?identifier=http://x|1", "a"),
            ("Patient?identifier=http://y|1", "b"),
            ("Patient?identifier=|1", "c"),
            ("Patient?identifier=http://y|", "a b"),
            ("Patient?identifier=http://x|2", ""),
            ("Patient?identifier=|", ""),
            ("Patient?identifier=2,|1", "a c"),
            (r"Patient?identifier=a\|b\,c\\d", "c"),
            (r"Patient?identifier=|a\|b\,c\\d", "c"),
            ("Patient?gender=male", "a"),
            ("Patient?gender=Male", ""),
            ("Patient?gender:not=male", "b c"),
            ("Patient?gender:not=male,female", "c"),
            ("Patient?gender:missing=true", "c"),
            ("Patient?gender:missing=false", "a b"),
            ("Patient?active=true", "a"),
            ("Patient?deceased=true", "c"),
            ("Patient?deceased=false", "a b"),
            ("Patient?phone=0312345678", "a"),
            ("Patient?phone=０３（１２３４）５６７８", "a"),
            ("Patient?email=b@EXAMPLE.jp", "b"),
            ("Patient?telecom=03-1234-5678,b@example.jp", "a b"),
            ("Patient?identifier=1&gender=female", "b"),
            ("Patient?identifier=1&identifier=2", "a"),
        ],
    )
    .await;
}

async fn dates(backend: Backend) {
    let world = World::open(backend).await;
    for (id, date) in [
        ("day", r#""effectiveDateTime":"2026-03-10""#),
        ("noon", r#""effectiveDateTime":"2026-03-10T12:00:00+09:00""#),
        ("utc", r#""effectiveDateTime":"2026-03-09T23:00:00Z""#),
        ("month", r#""effectiveDateTime":"2026-03""#),
        ("open", r#""effectivePeriod":{"start":"2026-03-11"}"#),
        (
            "past",
            r#""effectivePeriod":{"start":"2020-01-01","end":"2020-12-31"}"#,
        ),
    ] {
        let json = format!(r#"{{"resourceType":"Observation","id":"{id}",{date}}}"#);
        world.record("p", &json).await;
    }
    let date = |list: &'static [(&str, &str)]| {
        list.iter()
            .map(|(value, found)| (format!("Observation?date={value}"), *found))
    };
    let cases: Vec<(String, &str)> = date(&[
        ("2026-03-10", "day noon utc"),
        ("eq2026-03", "day month noon utc"),
        ("2026", "day month noon utc"),
        ("2026-03-10T12:00:00+09:00", "noon"),
        ("2026-03-10T12:00", "noon"),
        ("2026-03-10T03:00:00Z", "noon"),
        ("ne2026-03-10", "month open past"),
        ("gt2026-03-10", "month open"),
        ("ge2026-03-10", "day month noon open utc"),
        ("lt2026-03-10", "month past"),
        ("le2026-03-10", "day month noon past utc"),
        ("sa2026-03-10", "open"),
        ("eb2026-03-10", "past"),
        ("ge2026-03-10T12:00:00+09:00", "day month noon open"),
        ("2020,2026-03-11", "past"),
        ("ge2026-03-10&date=lt2026-03-11", "day month noon utc"),
    ])
    .collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    all(&world, &cases).await;
}

async fn quantities(backend: Backend) {
    let world = World::open(backend).await;
    for (id, value) in [
        (
            "a",
            r#"{"value":5.40,"system":"http://unitsofmeasure.org","code":"mg","unit":"ミリグラム"}"#,
        ),
        ("b", r#"{"value":5.44,"unit":"mg"}"#),
        (
            "c",
            r#"{"value":-1,"system":"http://unitsofmeasure.org","code":"Cel"}"#,
        ),
    ] {
        let json =
            format!(r#"{{"resourceType":"Observation","id":"{id}","valueQuantity":{value}}}"#);
        world.record("p", &json).await;
    }
    all(
        &world,
        &[
            ("Observation?value-quantity=5.4", "a b"),
            ("Observation?value-quantity=5.40", "a"),
            (
                "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg",
                "a",
            ),
            ("Observation?value-quantity=5.4||mg", "a b"),
            ("Observation?value-quantity=5||g", ""),
            ("Observation?value-quantity=ne5.4", "c"),
            ("Observation?value-quantity=gt5.4", "b"),
            ("Observation?value-quantity=ge5.4", "a b"),
            ("Observation?value-quantity=lt5.4", "c"),
            ("Observation?value-quantity=le5.4", "a c"),
            ("Observation?value-quantity=lt0||Cel", "c"),
            ("Observation?value-quantity=-1,5.44", "b c"),
        ],
    )
    .await;
}

async fn referrals(world: &World) {
    world
        .public(r#"{"resourceType":"Organization","id":"o1","name":"医療法人 山田病院"}"#)
        .await;
    world
        .public(r#"{"resourceType":"Organization","id":"o2","name":"林医院"}"#)
        .await;
    world.record("p1", r#"{"resourceType":"Patient","id":"p1","name":[{"family":"山田"}],"birthDate":"1950-01-01"}"#).await;
    world
        .record(
            "p2",
            r#"{"resourceType":"Patient","id":"p2","name":[{"family":"林"}]}"#,
        )
        .await;
    for (id, patient, owner) in [("t1", "p1", "o1"), ("t2", "p2", "o1"), ("t3", "p2", "o2")] {
        let json = format!(
            r#"{{"resourceType":"Task","id":"{id}","status":"requested","for":{{"reference":"Patient/{patient}"}},
            "owner":{{"reference":"Organization/{owner}"}},"focus":{{"reference":"ServiceRequest/{id}"}}}}"#
        );
        world.record(patient, &json).await;
    }
}

async fn references(backend: Backend) {
    let world = World::open(backend).await;
    referrals(&world).await;
    all(
        &world,
        &[
            ("Task?patient=Patient/p1", "t1"),
            ("Task?patient=p2", "t2 t3"),
            ("Task?subject:Patient=p2", "t2 t3"),
            ("Task?subject:Group=p2", ""),
            ("Task?subject:Patient=Group/p2", ""),
            ("Task?owner=Organization/o1", "t1 t2"),
            ("Task?owner=Practitioner/o1", ""),
            ("Task?owner=Organization/o1,Organization/o2", "t1 t2 t3"),
            ("Task?owner=Organization/o1&patient=p2", "t2"),
            ("Task?focus=ServiceRequest/t3", "t3"),
            ("Task?focus=t3", "t3"),
            ("Task?part-of:missing=true", "t1 t2 t3"),
            ("Task?owner=not an id", ""),
            (
                "Task?owner=https://elsewhere.example/fhir/Organization/o1",
                "",
            ),
        ],
    )
    .await;
}

async fn chains(backend: Backend) {
    let world = World::open(backend).await;
    referrals(&world).await;
    all(
        &world,
        &[
            ("Task?subject:Patient.name=山田", "t1"),
            ("Task?patient.name=山田", "t1"),
            ("Task?patient.name=山田,林", "t1 t2 t3"),
            ("Task?patient.name:contains=林", "t2 t3"),
            ("Task?patient.birthdate=1950", "t1"),
            ("Task?patient.birthdate:missing=true", "t2 t3"),
            ("Task?patient._id=p1", "t1"),
            ("Task?owner:Organization.name=山田病院", "t1 t2"),
            ("Task?owner.name=林", "t3"),
            ("Task?owner.name=山田&patient.name=林", "t2"),
            ("Task?patient.name=誰か", ""),
        ],
    )
    .await;
}

async fn specials(backend: Backend) {
    let world = World::open(backend).await;
    referrals(&world).await;
    world.forward(60).await;
    world.public(r#"{"resourceType":"Organization","id":"o3","meta":{"tag":[{"system":"s","code":"見本"}]}}"#).await;
    let key = renkei_fhir::Key::from_reference("Organization/o1").unwrap();
    let first = world
        .store
        .read(&world.program(), &key)
        .await
        .unwrap()
        .unwrap();
    let first = first.updated.to_fhir();
    all(
        &world,
        &[
            ("Organization?_id=o1", "o1"),
            ("Organization?_id=o1,o3,x y", "o1 o3"),
            ("Organization?_id=t1", ""),
            (&format!("Organization?_lastUpdated={first}"), "o1 o2"),
            (&format!("Organization?_lastUpdated=gt{first}"), "o3"),
            (
                &format!("Organization?_lastUpdated=le{first}&name=林"),
                "o2",
            ),
            ("Organization?_tag=s|見本", "o3"),
            ("Organization?_sort=-_lastUpdated,_id", "o3 o1 o2"),
            ("Organization?_sort=-_id", "o3 o2 o1"),
            ("Basic", ""),
        ],
    )
    .await;
}

async fn what_is_not_known_is_named(backend: Backend) {
    let world = World::open(backend).await;
    let ctx = world.program();
    for (address, name) in [
        ("Patient?nothing=1", "nothing"),
        ("Patient?name:text=1", "name:text"),
        ("Patient?gender:contains=m", "gender:contains"),
        ("Patient?birthdate=ap2020", "birthdate"),
        ("Patient?birthdate=昭和25年", "birthdate"),
        ("Patient?birthdate=2020-13", "birthdate"),
        ("Patient?birthdate:not=2020", "birthdate:not"),
        ("Patient?gender:missing=maybe", "gender:missing"),
        ("Patient?_id:not=1", "_id:not"),
        ("Observation?value-quantity=a", "value-quantity"),
        ("Observation?value-quantity=1|2", "value-quantity"),
        ("Task?owner:identifier=x|1", "owner:identifier"),
        ("Task?patient.nothing=1", "patient.nothing"),
        ("Task?status.name=1", "status.name"),
        ("Task?patient:Organization.name=1", "patient.name"),
        ("Task?_sort=owner", "_sort owner"),
        ("Task?_sort=nothing", "_sort nothing"),
        ("Task?_include=Task:status", "_include Task:status"),
        (
            "Task?_include=Patient:organization",
            "_include Patient:organization",
        ),
        ("Task?_cursor=00", "_cursor"),
        ("Ta sk?_id=1", "_type"),
    ] {
        match world.search(&ctx, address).await {
            Err(StoreError::Query(said)) => assert_eq!(said, name, "{address}"),
            other => panic!("{address}: {other:?}"),
        }
    }
}

async fn the_index_follows_the_resource(backend: Backend) {
    let world = World::open(backend).await;
    world
        .record(
            "p",
            r#"{"resourceType":"Patient","id":"p","gender":"male","name":[{"family":"旧姓"}]}"#,
        )
        .await;
    world
        .replace(
            r#"{"resourceType":"Patient","id":"p","gender":"female","name":[{"family":"新姓"}]}"#,
        )
        .await;
    all(
        &world,
        &[
            ("Patient?gender=male", ""),
            ("Patient?gender=female", "p"),
            ("Patient?name=旧", ""),
            ("Patient?name=新", "p"),
        ],
    )
    .await;
    world.delete("Patient/p").await;
    all(
        &world,
        &[
            ("Patient?gender=female", ""),
            ("Patient?_id=p", ""),
            ("Patient", ""),
        ],
    )
    .await;
}
