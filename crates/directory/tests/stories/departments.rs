//! Departments, and institutions that no file has.

use renkei_base::{Refusal, Role};
use renkei_directory::department::{self, Typed};
use renkei_directory::institution::{self, NewInstitution};
use renkei_directory::{Filter, Finder, Kind, Search};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::World;

each_backend!(a_clinic_by_hand, departments_come_and_go);

fn clinic() -> NewInstitution {
    NewInstitution {
        kind: "clinic".to_owned(),
        name: "𠮷田こころのクリニック".to_owned(),
        kana: "よしだこころのくりにっく".to_owned(),
        municipality: "13110".to_owned(),
        address: "目黒区中目黒１−１".to_owned(),
        code: "13-1-8814790".to_owned(),
        ..Default::default()
    }
}

fn named(name: &str, code: &str) -> Typed {
    Typed {
        name: name.to_owned(),
        code: code.to_owned(),
        letter_needed: Some(true),
        ..Default::default()
    }
}

async fn a_clinic_by_hand(backend: Backend) {
    let world = World::new(backend).await;
    let region = world.person(Role::RegionAdmin, None);
    let id = institution::register(&world.store, &region, &clinic())
        .await
        .unwrap();
    let one = institution::get(&world.store, &region, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.organization.municipality(), Some("131105"));
    assert_eq!(one.organization.address(), Some("東京都目黒区中目黒１−１"));
    assert_eq!(one.organization.kana(), Some("ヨシダココロノクリニック"));
    let taken = institution::register(&world.store, &region, &clinic()).await;
    assert!(matches!(taken, Err(Failure::Refused(Refusal::Invalid(_)))));
    let wrong = NewInstitution {
        kind: "casino".to_owned(),
        municipality: "131104".to_owned(),
        code: "1318814791".to_owned(),
        ..Default::default()
    };
    let Err(Failure::Refused(Refusal::Invalid(faults))) =
        institution::register(&world.store, &region, &wrong).await
    else {
        panic!("refused")
    };
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "fault-institution-kind",
            "fault-institution-name",
            "fault-municipality-code-check-digit",
            "fault-institution-code-check-digit"
        ]
    );
}

async fn departments_come_and_go(backend: Backend) {
    let world = World::new(backend).await;
    let region = world.person(Role::RegionAdmin, None);
    let id = institution::register(&world.store, &region, &clinic())
        .await
        .unwrap();
    let nurse = world.person(Role::Nurse, Some(&id));
    let first = department::add(&world.store, &nurse, &id, &named("精神科", "02"))
        .await
        .unwrap();
    let finder = Finder::load(&world.store).await.unwrap();
    department::add(&world.store, &nurse, &id, &named("内科", "01"))
        .await
        .unwrap();
    let twice = department::add(&world.store, &nurse, &id, &named("精神 科", "")).await;
    assert!(matches!(twice, Err(Failure::Refused(Refusal::Invalid(_)))));
    let stranger = world.person(Role::Nurse, Some(&world.ids.id()));
    assert!(
        department::close(&world.store, &stranger, &first)
            .await
            .is_err()
    );
    department::edit(&world.store, &nurse, &first, &named("こころの科", "02"))
        .await
        .unwrap();
    department::close(&world.store, &nurse, &first)
        .await
        .unwrap();
    let list = department::list(&world.store, &nurse, &id).await.unwrap();
    let names: Vec<(&str, bool)> = list.iter().map(|one| (one.name(), one.active())).collect();
    assert_eq!(names, [("内科", true), ("こころの科", false)]);

    let by_department = |name: &str| Search {
        filter: Filter {
            department: Some(name.to_owned()),
            kinds: vec![Kind::Clinic],
            ..Default::default()
        },
        ..Default::default()
    };
    assert_eq!(finder.search(&by_department("精神科")).total, 1);
    assert!(finder.refresh(&world.store).await.unwrap());
    assert!(!finder.refresh(&world.store).await.unwrap(), "nothing new");
    assert_eq!(finder.search(&by_department("精神科")).total, 0, "closed");
    assert_eq!(finder.search(&by_department("01")).total, 1);
}
