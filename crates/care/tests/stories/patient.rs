//! Registering people who are, or may be, known already.

use renkei_base::Refusal;
use renkei_care::patient::{PatientForm, Registered, find, register, update, view};
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    twins_are_asked_about,
    found_however_it_is_typed,
    one_number_at_one_moment,
    a_number_is_found_by_its_beginning,
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

async fn one_number_at_one_moment(backend: Backend) {
    let region = std::sync::Arc::new(Region::new(&backend).await);
    let mut tries = Vec::new();
    for nth in 0..8 {
        let region = region.clone();
        tries.push(tokio::spawn(async move {
            let form = PatientForm {
                given: format!("{nth}郎"),
                ..region.patient_form()
            };
            let ctx = region.ctx(&region.clinic_clerk);
            register(&region.care, &ctx, &region.ids.id(), &form, true).await
        }));
    }
    let (mut saved, mut known) = (Vec::new(), Vec::new());
    for one in tries {
        match one.await.unwrap().unwrap() {
            Registered::Saved { patient, .. } => saved.push(patient),
            Registered::Known(other) => known.push(other.id.unwrap()),
            other @ Registered::Twins(_) => panic!("{other:?}"),
        }
    }
    assert_eq!((saved.len(), known.len()), (1, 7));
    assert!(known.iter().all(|id| *id == saved[0]), "shown whose it is");
    // Given back, it can be given again; another institution's is another number.
    let ctx = region.ctx(&region.clinic_clerk);
    let form = PatientForm {
        local_id: "77".to_owned(),
        ..region.patient_form()
    };
    update(&region.care, &ctx, &saved[0], 1, &form, true)
        .await
        .unwrap();
    for who in [&region.clinic_clerk, &region.desk] {
        let (ctx, id, form) = (region.ctx(who), region.ids.id(), region.patient_form());
        let again = register(&region.care, &ctx, &id, &form, true).await;
        assert!(matches!(
            again.unwrap(),
            Registered::Saved { version: 1, .. }
        ));
    }
}

async fn a_number_is_found_by_its_beginning(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = region.ctx(&region.clinic_clerk);
    for number in ["A-1007", "A-100", "B-1007"] {
        let form = PatientForm {
            local_id: number.to_owned(),
            insurer: String::new(),
            ..region.patient_form()
        };
        register(&region.care, &ctx, &region.ids.id(), &form, true)
            .await
            .unwrap();
    }
    let found = async |text: &str| {
        let list = find(&region.care, &ctx, text, 10).await.unwrap();
        let numbers = list.iter().map(|one| one.local_id.clone());
        numbers.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("A-10").await, "A-100 A-1007");
    assert_eq!(found("Ａ－1007").await, "A-1007");
    assert_eq!(found("1007").await, "", "by its beginning");
    let other = region.ctx(&region.desk);
    assert_eq!(
        find(&region.care, &other, "A-10", 10).await.unwrap().len(),
        0
    );
}
