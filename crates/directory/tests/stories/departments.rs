//! Departments, and institutions that no file has.

use renkei_base::{Refusal, Role};
use renkei_directory::department::{self, Typed};
use renkei_directory::institution::{self, NewInstitution};
use renkei_directory::{Filter, Finder, Kind, Search};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::World;

each_backend!(
    a_clinic_by_hand,
    departments_come_and_go,
    two_at_once_make_one_department,
);

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

async fn two_at_once_make_one_department(backend: Backend) {
    let world = World::new(backend).await;
    let region = world.person(Role::RegionAdmin, None);
    let id = institution::register(&world.store, &region, &clinic())
        .await
        .unwrap();
    let (nurse, clerk) = (
        world.person(Role::Nurse, Some(&id)),
        world.person(Role::LiaisonClerk, Some(&id)),
    );
    let typed = named("内科", "01");
    let (one, two) = tokio::join!(
        department::add(&world.store, &nurse, &id, &typed),
        department::add(&world.store, &clerk, &id, &typed),
    );
    let first = one.unwrap();
    assert_eq!(first, two.unwrap());
    let (surgery, other) = (named("外科", "10"), named("外 科", ""));
    let (one, two) = tokio::join!(
        department::add(&world.store, &nurse, &id, &surgery),
        department::add(&world.store, &clerk, &id, &other),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let list = department::list(&world.store, &nurse, &id).await.unwrap();
    assert_eq!(list.len(), 2);

    // A closed or renamed one gives its name back, and takes it again.
    let store = &world.store;
    department::close(store, &nurse, &first).await.unwrap();
    let second = department::add(store, &nurse, &id, &typed).await.unwrap();
    assert!(department::reopen(store, &nurse, &first).await.is_err());
    department::edit(store, &nurse, &second, &named("総合診療科", "01"))
        .await
        .unwrap();
    department::reopen(store, &nurse, &first).await.unwrap();
}
