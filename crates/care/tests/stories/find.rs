//! A case is found by what somebody on the phone says.

use renkei_care::work_list;
use renkei_testkit::{Backend, each_backend};

use crate::region::{Region, Who};

each_backend!(
    found_by_name_birthday_and_number,
    a_draft_is_found_by_its_writer_alone,
);

async fn found(region: &Region, who: &Who, text: &str) -> Vec<String> {
    let rows = work_list::find(&region.care, &region.ctx(who), text).await;
    let rows = rows.unwrap();
    rows.iter().map(|row| row.case.to_string()).collect()
}

async fn found_by_name_birthday_and_number(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let view = region.view(&region.desk, &case).await.unwrap();
    let family = view.patient.family.clone();
    let typed = view.number.to_lowercase().replace('-', "");
    let asked = [
        family.as_str(),
        &view.patient.kana,
        &view.patient.birthday,
        &view.number,
        &typed,
    ];
    for text in asked {
        assert!(!text.is_empty());
        for who in [&region.desk, &region.clinic_clerk] {
            assert_eq!(
                found(&region, who, text).await,
                [case.to_string()],
                "{text}"
            );
        }
        assert!(found(&region, &region.stranger, text).await.is_empty());
    }
    for nothing in ["", " 　", "居ない人", "261122-0000-0000"] {
        let rows = found(&region, &region.desk, nothing).await;
        assert!(rows.is_empty(), "{nothing}");
    }
}

async fn a_draft_is_found_by_its_writer_alone(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    let name = view.patient.name.clone();
    let own = found(&region, &region.clinic_clerk, &name).await;
    assert_eq!(own, [case.to_string()]);
    assert!(found(&region, &region.desk, &name).await.is_empty());
}
