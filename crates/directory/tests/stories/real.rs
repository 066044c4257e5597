//! The real files, where `RENKEI_TEST_DATA` names their folder.

use renkei_directory::{Finder, Search};
use renkei_testkit::{Backend, test_data};

use crate::world::World;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it says how long the imports take"
)]
fn hospitals_and_codes() {
    let hospitals = test_data("institutions/01-1_hospital_facility_info_20250601.zip");
    let codes = test_data("codes/202508_all_med_inst_cd.zip");
    let (Some(hospitals), Some(codes)) = (hospitals, codes) else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let file = std::fs::read(hospitals).unwrap();
        let name = "01-1_hospital_facility_info_20250601.zip";
        let started = std::time::Instant::now();
        let report = world.hospitals(name, &file).await.unwrap();
        println!(
            "hospitals {:?} {} {:?}",
            started.elapsed(),
            report.to_json(),
            report.reasons()
        );
        assert_eq!((report.accepted, report.rows()), (7_587, 7_587));
        let reasons = report.reasons();
        let count = |key: &str| reasons.get(key).copied().unwrap_or_default();
        assert_eq!(count("fault-import-position-none"), 270);
        assert_eq!(count("fault-import-beds-no-total"), 34);
        assert_eq!(count("fault-import-beds-blank"), 57 - 34);
        assert_eq!(count("fault-import-beds-total"), 74);
        let again = world.hospitals(name, &file).await.unwrap();
        assert_eq!((again.unchanged, again.accepted), (7_587, 0));

        let started = std::time::Instant::now();
        let report = world
            .codes(
                "202508_all_med_inst_cd.zip",
                &std::fs::read(&codes).unwrap(),
            )
            .await
            .unwrap();
        println!(
            "codes {:?} {} {:?}",
            started.elapsed(),
            report.to_json(),
            report.reasons()
        );
        assert_eq!(
            (report.rows(), report.unchanged, report.refused),
            (97_024, 536, 0)
        );
        assert!(report.accepted > 7_200, "{}", report.accepted);
        let again = world
            .codes(
                "202508_all_med_inst_cd.zip",
                &std::fs::read(&codes).unwrap(),
            )
            .await
            .unwrap();
        assert_eq!((again.accepted, again.waiting), (0, report.waiting));
        assert_eq!(again.unchanged, report.accepted + 536);

        let started = std::time::Instant::now();
        let finder = Finder::load(&world.store).await.unwrap();
        println!("finder {:?}", started.elapsed());
        let tokyo = Search {
            filter: renkei_directory::Filter {
                prefecture: Some("13".to_owned()),
                ..Default::default()
            },
            ..Default::default()
        };
        assert_eq!(finder.search(&tokyo).total, 583);
        let unnamed = finder
            .municipalities()
            .into_iter()
            .filter(|(code, name)| code == name)
            .collect::<Vec<_>>();
        println!(
            "municipalities {} without a name {unnamed:?}",
            finder.municipalities().len()
        );
        write_sample(&world).await;
    });
}

/// Where `RENKEI_TEST_SAMPLE` names a file: all codes given, name and address of both sides, to be looked at.
async fn write_sample(world: &World) {
    let Some(file) = std::env::var_os("RENKEI_TEST_SAMPLE") else {
        return;
    };
    let mut text = String::new();
    for row in world.store.institutions().await.unwrap() {
        if let Some(code) = row.code {
            text.push_str(&format!(
                "{code}\t{}\t{}\t{}\n",
                row.registry_id.unwrap_or_default(),
                row.name,
                row.address
            ));
        }
    }
    std::fs::write(file, text).unwrap();
}
