//! 宛先待ちの紹介状: letters that wait for the region's desk.

use renkei_base::Refusal;
use renkei_care::arrival::{self, ArrivalForm, Settled};
use renkei_care::document::original;
use renkei_fhir::Key;
use renkei_store::Query;
use renkei_testkit::Backend;

use crate::document::{desk_of_the_region, gateway, inbox, numbered, sent_letter, taken, text};
use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    an_unknown_institution_waits_for_the_desk,
    the_desk_may_say_there_is_none,
    the_published_letter_comes_in,
);

async fn an_unknown_institution_waits_for_the_desk(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = gateway(&region);
    let mut letter = sent_letter("A-1");
    letter.to.code = "0411111111".to_owned();
    letter.to.name = "しみん病院".to_owned();
    letter.from.code = String::new();
    letter.from.name = "いわた医院".to_owned();
    let received = taken(&region, &ctx, &text(&letter)).await;
    assert!(received.created);
    assert!(!taken(&region, &ctx, &text(&letter)).await.created);
    assert_eq!(inbox(&region, &region.desk).await.len(), 0);
    let read = region
        .care
        .store
        .read(&ctx, &Key::new("Bundle", received.bundle.clone()))
        .await
        .unwrap();
    assert!(read.is_some(), "who brought it sees it");

    let desk = desk_of_the_region(&region);
    let list = arrival::waiting(&region.care, &desk).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].from.name.as_str(), list[0].to.code.as_str()),
        ("いわた医院", "0411111111")
    );
    assert_eq!(arrival::count(&region.care, &desk).await.unwrap(), 1);
    // Nobody else has such a list, and the desk sees no patient.
    for who in [&region.desk, &region.stranger, &region.clinic_doctor] {
        assert_eq!(
            refusal(arrival::waiting(&region.care, &region.ctx(who)).await),
            Refusal::NotFound
        );
        let assigned = arrival::assign(
            &region.care,
            &region.ctx(who),
            &list[0].id,
            &ArrivalForm::default(),
        )
        .await;
        assert_eq!(refusal(assigned), Refusal::NotFound);
    }
    let seen = region
        .care
        .store
        .read(&desk, &Key::new("Bundle", received.bundle.clone()))
        .await
        .unwrap();
    assert!(seen.is_none());

    let form = |from: &str, to: &str| ArrivalForm {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let (clinic, hospital) = (region.clinic.as_str(), region.hospital.as_str());
    for (from, to) in [
        ("", ""),
        (clinic, ""),
        (clinic, "nowhere"),
        (clinic, clinic),
    ] {
        let tried = arrival::assign(&region.care, &desk, &list[0].id, &form(from, to)).await;
        assert!(matches!(refusal(tried), Refusal::Invalid(_)), "{from} {to}");
    }
    let right = form(clinic, hospital);
    let (one, other) = tokio::join!(
        arrival::assign(&region.care, &desk, &list[0].id, &right),
        arrival::assign(&region.care, &desk, &list[0].id, &right)
    );
    let mut both = [one.unwrap(), other.unwrap()];
    both.sort_by_key(|one| *one == Settled::Already);
    assert_eq!(both, [Settled::Delivered, Settled::Already]);
    assert_eq!(arrival::count(&region.care, &desk).await.unwrap(), 0);
    let cases = inbox(&region, &region.desk).await;
    assert_eq!(cases.len(), 1);
    let view = region.view(&region.desk, &cases[0]).await.unwrap();
    assert_eq!(view.patient.name, "𠮷田 花子");
    assert!(region.view(&region.clinic_doctor, &cases[0]).await.is_ok());
    let refused = arrival::refuse(&region.care, &desk, &list[0].id).await;
    assert_eq!(refusal(refused), Refusal::not_now("refuse-arrival-settled"));
}

async fn the_desk_may_say_there_is_none(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = gateway(&region);
    let mut letter = sent_letter("A-1");
    letter.to.code = "0411111111".to_owned();
    let received = taken(&region, &ctx, &text(&letter)).await;
    let desk = desk_of_the_region(&region);
    let list = arrival::waiting(&region.care, &desk).await.unwrap();
    assert_eq!(
        list[0].from.institution.as_ref(),
        Some(&region.clinic),
        "the sender is known"
    );
    arrival::refuse(&region.care, &desk, &list[0].id)
        .await
        .unwrap();
    assert_eq!(
        arrival::refuse(&region.care, &desk, &list[0].id)
            .await
            .unwrap(),
        Settled::Already
    );
    assert_eq!(arrival::waiting(&region.care, &desk).await.unwrap(), []);
    let query = Query::of("Task").with("focus", format!("Bundle/{}", received.bundle));
    let found = region.care.store.search(&ctx, &query).await.unwrap();
    assert_eq!(found.matches.len(), 1, "who brought it is told");
    assert_eq!(found.matches[0].resource.str_at("status"), Some("rejected"));
    let form = ArrivalForm {
        from: String::new(),
        to: region.hospital.to_string(),
    };
    let late = arrival::assign(&region.care, &desk, &list[0].id, &form).await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-arrival-refused"));
    assert_eq!(inbox(&region, &region.desk).await.len(), 0);
}

async fn the_published_letter_comes_in(backend: Backend) {
    let Some(path) = renkei_testkit::test_data(
        "fhir-examples/clins/Bundle-Bundle-CLINS-Referral-Example-01.json",
    ) else {
        return;
    };
    let published = std::fs::read_to_string(path).unwrap();
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = gateway(&region);
    let received = taken(&region, &ctx, &published).await;
    let bytes = original(&region.care, &ctx, &received.bundle)
        .await
        .unwrap();
    assert_eq!(bytes, published.as_bytes());
    let desk = desk_of_the_region(&region);
    let list = arrival::waiting(&region.care, &desk).await.unwrap();
    assert_eq!(
        (list[0].from.name.as_str(), list[0].to.name.as_str()),
        ("港診療所", "東京第一テスト病院")
    );
    let form = ArrivalForm {
        from: region.clinic.to_string(),
        to: region.hospital.to_string(),
    };
    arrival::assign(&region.care, &desk, &list[0].id, &form)
        .await
        .unwrap();
    let cases = inbox(&region, &region.desk).await;
    let view = region.view(&region.desk, &cases[0]).await.unwrap();
    assert_eq!(view.patient.name, "牧野 爛漫");
    assert!(
        view.letter.purpose.starts_with("腹痛精査お願いします。"),
        "{}",
        view.letter.purpose
    );
    let titles: Vec<&str> = view.further.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["アレルギー・不耐性反応", "身体所見", "感染症情報"]);
}
