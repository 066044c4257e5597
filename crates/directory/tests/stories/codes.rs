//! Code lists: sure ones are given, the others wait for a person or for their institution.

use renkei_base::{Refusal, Role};
use renkei_directory::{Finder, code};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(
    sure_ones_are_given_and_the_others_wait,
    a_person_confirms,
    a_code_finds_an_institution_that_comes_later
);

/// Code, seven digits, name, postal code, address: two sure ones (one repeated), a clinic, a namesake, malformed ones.
const LIST: [&str; 8] = [
    "010112489,0112489,札幌医科大学附属病院,0608543,札幌市中央区南一条西１６丁目２９１",
    "010112489,0112489,札幌医科大学附属病院,0608543,札幌市中央区南一条西１６丁目２９１",
    "138814790,8814790,医療法人社団青葉会 目黒あおば病院,1530061,目黒区中目黒一丁目２番３号",
    "131012343,1012343,名もない診療所,1000001,千代田区千代田１",
    "131012343,1012343,別の名の診療所,1000001,千代田区千代田１",
    "13101234,101234,先頭が消えた病院,1000001,千代田区千代田１",
    "138814791,8814791,検査数字の違う病院,1000001,千代田区千代田１",
    "138814790,8814790,余り,1,2,3",
];

async fn sure_ones_are_given_and_the_others_wait(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let list = csv(LIST[0], &LIST[1..]);
    let report = world.codes("codes.csv", &list).await.unwrap();
    assert_eq!(
        report.to_json(),
        r#"{"accepted":2,"unchanged":1,"waiting":1,"refused":4,"warned":0}"#
    );
    let again = world.codes("codes.csv", &list).await.unwrap();
    assert_eq!(
        again.to_json(),
        r#"{"accepted":0,"unchanged":3,"waiting":1,"refused":4,"warned":0}"#
    );

    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(
        finder.by_code("0110112489").unwrap().registry_id,
        "0111010000010"
    );
    assert_eq!(
        finder.by_code("1318814790").unwrap().registry_id,
        "131100002"
    );
    let id = finder.by_code("1318814790").unwrap().id;
    let values = world.store.institution_values(&id).await.unwrap();
    assert_eq!(
        (values[0].field.as_str(), values[0].source.as_str()),
        ("code", "institution-codes")
    );

    // The next file of hospitals says nothing about codes: they stay.
    let changed = ROWS[2]
        .replace("メグロ", "")
        .replace(",60,0,61", ",61,0,61");
    assert_eq!(
        world
            .hospitals("h2.csv", &csv(HEADINGS, &[&changed]))
            .await
            .unwrap()
            .accepted,
        1
    );
    assert_eq!(
        Finder::load(&world.store)
            .await
            .unwrap()
            .by_code("1318814790")
            .unwrap()
            .id,
        id
    );
}

async fn a_person_confirms(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    // The same name in the same ward, but at two doors: two rows, one institution.
    let list = csv(
        "138814790,8814790,目黒ひかり病院,1520003,目黒区碑文谷１−１",
        &["131012343,1012343,目黒ひかり病院,1520003,目黒区碑文谷２−２"],
    );
    let report = world.codes("codes.csv", &list).await.unwrap();
    assert_eq!((report.accepted, report.waiting), (0, 2));
    let region = world.person(Role::RegionAdmin, None);
    let waits = code::to_confirm(&world.store, &region, 10).await.unwrap();
    let id = world
        .store
        .institution_by_registry_id("131100003")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(waits.len(), 2);
    assert!(waits.iter().all(|wait| wait.candidates == [id.clone()]));

    let nurse = world.person(Role::Nurse, Some(&id));
    let refused = code::confirm(&world.store, &nurse, "1318814790", &id).await;
    assert!(matches!(refused, Err(Failure::Refused(Refusal::NotFound))));
    code::confirm(&world.store, &region, "1318814790", &id)
        .await
        .unwrap();
    let twice = code::confirm(&world.store, &region, "1311012343", &id).await;
    assert!(
        matches!(twice, Err(Failure::Refused(Refusal::NotNow(_)))),
        "{twice:?}"
    );
    code::dismiss(&world.store, &region, "1311012343")
        .await
        .unwrap();
    assert!(matches!(
        code::dismiss(&world.store, &region, "1311012343").await,
        Err(Failure::Refused(Refusal::NotFound))
    ));
    let again = world.codes("codes.csv", &list).await.unwrap();
    assert_eq!((again.accepted, again.unchanged, again.waiting), (0, 2, 0));
    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(finder.by_code("1318814790").unwrap().id, id);
}

async fn a_code_finds_an_institution_that_comes_later(backend: Backend) {
    let world = World::new(backend).await;
    let list = csv(LIST[0], &LIST[1..4]);
    let report = world.codes("codes.csv", &list).await.unwrap();
    assert_eq!((report.accepted, report.waiting), (0, 3));
    let report = world
        .hospitals("h.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    assert_eq!(report.codes_found, 2);
    let finder = Finder::load(&world.store).await.unwrap();
    assert_eq!(
        finder.by_code("0110112489").unwrap().name,
        "札幌医科大学附属病院"
    );
    assert_eq!(world.store.code_waits().await.unwrap().len(), 1);
}
