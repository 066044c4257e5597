//! Registering people who are, or may be, known already.

use renkei_base::Refusal;
use renkei_care::patient::{PatientForm, Registered, find, register, update, view};
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    twins_are_asked_about,
    found_however_it_is_typed,
    two_people_correct_one_patient
);

async fn twins_are_asked_about(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = region.ctx(&region.clinic_clerk);
    let dots = "..".parse().unwrap();
    let refused = register(&region.care, &ctx, &dots, &region.patient_form(), false).await;
    assert!(matches!(refusal(refused), Refusal::Invalid(_)));
    let (one, two) = (region.ids.id(), region.ids.id());
    let form = region.patient_form();
    let saved = Registered::Saved {
        patient: one.clone(),
        version: 1,
    };
    assert_eq!(
        register(&region.care, &ctx, &one, &form, false)
            .await
            .unwrap(),
        saved
    );
    assert_eq!(
        register(&region.care, &ctx, &one, &form, false)
            .await
            .unwrap(),
        saved,
        "a double click"
    );
    let known = register(&region.care, &ctx, &two, &form, true)
        .await
        .unwrap();
    assert!(matches!(known, Registered::Known(other) if other.id.as_ref() == Some(&one)));
    let twin = PatientForm {
        local_id: "0043".to_owned(),
        family: "吉田".to_owned(),
        ..form
    };
    let asked = register(&region.care, &ctx, &two, &twin, false)
        .await
        .unwrap();
    assert!(matches!(asked, Registered::Twins(twins) if twins[0].id.as_ref() == Some(&one)));
    let both = register(&region.care, &ctx, &two, &twin, true)
        .await
        .unwrap();
    assert_eq!(
        both,
        Registered::Saved {
            patient: two,
            version: 1
        }
    );
    // Another institution's patients are nobody's twins.
    let elsewhere = region.ctx(&region.stranger);
    let third = region.ids.id();
    let saved = register(&region.care, &elsewhere, &third, &twin, false)
        .await
        .unwrap();
    assert_eq!(
        saved,
        Registered::Saved {
            patient: third,
            version: 1
        }
    );
    let twin = PatientForm {
        local_id: "0044".to_owned(),
        ..twin
    };
    let taken = register(&region.care, &elsewhere, &one, &twin, true).await;
    assert_eq!(refusal(taken), Refusal::Conflict);
}

async fn found_however_it_is_typed(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = region.ctx(&region.clinic_clerk);
    let id = region.ids.id();
    register(&region.care, &ctx, &id, &region.patient_form(), false)
        .await
        .unwrap();
    for typed in [
        "𠮷田太郎",
        "吉田 太郎",
        "よしだ",
        "ﾖｼﾀﾞ",
        "田",
        "S25.4.1",
        "1950-04-01",
        "0042",
        "",
    ] {
        let found = find(&region.care, &ctx, typed, 10).await.unwrap();
        assert_eq!(
            found.iter().map(|one| one.id.clone()).collect::<Vec<_>>(),
            [Some(id.clone())],
            "{typed}"
        );
    }
    for typed in ["山田", "S25.4.2", "0043", "a|b,c$d\\"] {
        assert_eq!(
            find(&region.care, &ctx, typed, 10).await.unwrap(),
            [],
            "{typed}"
        );
    }
}

async fn two_people_correct_one_patient(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = region.ctx(&region.clinic_clerk);
    let id = region.ids.id();
    register(&region.care, &ctx, &id, &region.patient_form(), false)
        .await
        .unwrap();
    let seen = view(&region.care, &ctx, &id).await.unwrap();
    assert_eq!(
        (seen.name.as_str(), seen.kana.as_str(), seen.age),
        ("𠮷田 太郎", "ヨシダ タロウ", 76)
    );
    let form = PatientForm {
        insurer: "138057".to_owned(),
        number: "12".to_owned(),
        ..seen.form()
    };
    assert_eq!(
        update(&region.care, &ctx, &id, 1, &form, false)
            .await
            .unwrap(),
        Registered::Saved {
            patient: id.clone(),
            version: 2
        }
    );
    let late = PatientForm {
        phone: "022-717-7000".to_owned(),
        ..seen.form()
    };
    assert_eq!(
        refusal(update(&region.care, &ctx, &id, 1, &late, false).await),
        Refusal::Conflict
    );
    let seen = view(&region.care, &ctx, &id).await.unwrap();
    assert_eq!(
        (seen.insurer.as_str(), seen.number.as_str(), seen.version),
        ("138057", "12", 2)
    );
    let stranger = region.ctx(&region.stranger);
    assert_eq!(
        refusal(update(&region.care, &stranger, &id, 2, &late, false).await),
        Refusal::NotFound
    );
}
