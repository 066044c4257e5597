//! `_has`: what points to the matches; `:iterate`: what is included of what is included. Hidden things point nowhere.

use renkei_store::StoreError;
use renkei_testkit::{Backend, each_backend};

use crate::hidden::region;
use crate::world::{World, parse};

each_backend!(
    what_points_to_it,
    what_is_hidden_points_nowhere,
    includes_of_includes,
    a_chain_has_an_end
);

async fn what_points_to_it(backend: Backend) {
    let world = region(backend).await;
    let all = world.program();
    for (address, found) in [
        ("Patient?_has:Observation:patient:code=bp", "p1 p2"),
        ("Patient?_has:Observation:subject:code=bp&name=山田", "p1"),
        ("Patient?_has:Observation:patient:code=none", ""),
        ("Patient?_has:Observation:patient:code:not=bp", ""),
        ("Patient?_has:Observation:patient:_id=op2", "p2"),
        (
            "Patient?_has:Task:patient:owner=Organization/hospital",
            "p1 p2",
        ),
        (
            "Patient?_has:Task:patient:requester=Organization/clinic2",
            "p2",
        ),
        ("ServiceRequest?_has:Task:focus:status=requested", "sp1 sp2"),
        (
            "ServiceRequest?_has:Task:focus:status=draft,requested&_id=sp1",
            "sp1",
        ),
        (
            "Patient?_has:Task:patient:status=requested&_has:Observation:patient:code=none",
            "",
        ),
    ] {
        assert_eq!(world.finds(&all, address).await, found, "{address}");
    }
    world.delete("Observation/op2").await;
    assert_eq!(
        world
            .finds(&all, "Patient?_has:Observation:patient:code=bp")
            .await,
        "p1"
    );
    for bad in [
        "Patient?_has:Observation:code:code=bp",
        "Patient?_has:Observation:patient:nothing=bp",
        "Patient?_has:Nothing:patient:code=bp",
        "Patient?_has:Slot:schedule:status=free",
        // All institutions would be walked.
        "Organization?_has:Task:owner:status=requested",
    ] {
        let refused = world.search(&all, bad).await;
        assert!(matches!(refused, Err(StoreError::Query(_))), "{bad}");
    }
}

async fn what_is_hidden_points_nowhere(backend: Backend) {
    let world = region(backend).await;
    let hospital = world.of("hospital");
    // It sees the patient and the case, not the record.
    assert_eq!(
        world
            .finds(&hospital, "Patient?_has:Observation:patient:code=bp")
            .await,
        ""
    );
    assert_eq!(
        world
            .finds(&hospital, "Patient?_has:Task:patient:status=requested")
            .await,
        "p1"
    );
    let clinic = world.of("clinic1");
    assert_eq!(
        world
            .finds(&clinic, "Patient?_has:Observation:patient:code=bp")
            .await,
        "p1"
    );
    let stranger = world.stranger();
    assert_eq!(
        world
            .finds(&stranger, "Patient?_has:Task:patient:status=requested")
            .await,
        ""
    );
}

async fn includes_of_includes(backend: Backend) {
    let world = region(backend).await;
    let included = async |ctx: &renkei_base::Ctx, address: &str| {
        let page = world
            .store
            .search(ctx, &parse(address).unwrap())
            .await
            .unwrap();
        let keys = page.included.iter().map(|one| one.key.to_string());
        keys.collect::<Vec<_>>().join(" ")
    };
    let all = world.program();
    let plain = "Task?_id=tp1&_include=Task:focus&_include=ServiceRequest:subject";
    let refused = world.store.search(&all, &parse(plain).unwrap()).await;
    assert!(
        matches!(refused, Err(StoreError::Query(_))),
        "of another type only by iterate"
    );
    let path = "Task?_id=tp1&_include=Task:focus&_include:iterate=ServiceRequest:subject";
    assert_eq!(included(&all, path).await, "ServiceRequest/sp1 Patient/p1");
    let back = format!("{path}&_revinclude:iterate=Observation:patient");
    assert_eq!(
        included(&all, &back).await,
        "ServiceRequest/sp1 Patient/p1 Observation/op1"
    );
    // The hospital has no right to the record.
    let hospital = world.of("hospital");
    assert_eq!(
        included(&hospital, &back).await,
        "ServiceRequest/sp1 Patient/p1"
    );
    assert_eq!(included(&world.stranger(), &back).await, "");
}

/// However long the chain is, a search goes four steps.
async fn a_chain_has_an_end(backend: Backend) {
    let world = World::open(backend).await;
    for n in 0..9 {
        let json = format!(
            r#"{{"resourceType":"Organization","id":"o{n}","partOf":{{"reference":"Organization/o{}"}}}}"#,
            (n + 1) % 9
        );
        world.public(&json).await;
    }
    let query = parse("Organization?_id=o0&_include:iterate=Organization:partof").unwrap();
    let page = world.store.search(&world.program(), &query).await;
    assert_eq!(page.unwrap().included.len(), 4);
}
