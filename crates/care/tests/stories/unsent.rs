//! What is not sent is the writer's alone, at the store already: no door has to hide it once more.

use renkei_base::{Ctx, Grantee, Id, Micros, Scope};
use renkei_care::attachment::{self, Of};
use renkei_care::referral::Command;
use renkei_care::reply::{self, ReplySaved};
use renkei_fhir::Key;
use renkei_fhir::composition::Composition;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Access, Changes, Query};
use renkei_testkit::{Backend, each_backend};

use crate::region::{Region, reply_form};

each_backend!(
    the_addressee_sees_nothing_from_before_sending,
    the_record_opens_no_letter_that_was_not_sent,
    a_reply_is_the_writers_until_it_is_released,
);

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

/// The versions that the caller sees of a resource.
async fn versions(region: &Region, ctx: &Ctx, key: &Key) -> Vec<u32> {
    let history = region.care.store.history(ctx, key).await.unwrap();
    let mut versions: Vec<u32> = history.iter().map(|one| one.version).collect();
    versions.reverse();
    for version in 1..=versions.last().copied().unwrap_or(9) {
        let read = region.care.store.read_version(ctx, key, version).await;
        assert_eq!(
            read.unwrap().is_some(),
            versions.contains(&version),
            "{key} {version}"
        );
    }
    versions
}

/// How many resources of the case the caller finds by its patient.
async fn found(region: &Region, ctx: &Ctx, patient: &Id) -> usize {
    let mut count = 0;
    for typ in ["Task", "ServiceRequest", "Composition", "DocumentReference"] {
        let query = Query::of(typ).with("patient", format!("Patient/{patient}"));
        let page = region.care.store.search(ctx, &query).await.unwrap();
        count += page.matches.len();
    }
    count
}

async fn open_record(region: &Region, patient: &Id, institution: &Id) {
    let mut changes = Changes::default();
    changes.grants.push(Access {
        patient: patient.clone(),
        grantee: Grantee::Institution(institution.clone()),
        scope: Scope::Record,
        until: Micros::NEVER,
    });
    let ctx = region.ctx(&region.clinic_doctor);
    region.care.store.commit(&ctx, changes).await.unwrap();
}

async fn the_addressee_sees_nothing_from_before_sending(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let clerk = region.ctx(&region.clinic_clerk);
    attachment::add(
        &region.care,
        &clerk,
        &case,
        Of::Letter,
        "a.pdf",
        PDF.to_vec(),
    )
    .await
    .unwrap();
    let desk = region.ctx(&region.desk);
    let keys = [
        ServiceRequest::key(&case),
        Task::key(&case),
        Composition::key(&case),
    ];
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    for key in &keys {
        let own = versions(&region, &clerk, key).await;
        let theirs = versions(&region, &desk, key).await;
        assert_eq!(own.first(), Some(&1));
        assert_eq!(theirs, [*own.last().unwrap()], "{key}");
    }
    let files = region.view(&region.desk, &case).await.unwrap().attachments;
    let file = Key::new("DocumentReference", files[0].id.clone());
    assert_eq!(versions(&region, &clerk, &file).await, [1, 2]);
    assert_eq!(versions(&region, &desk, &file).await, [2]);
}

async fn the_record_opens_no_letter_that_was_not_sent(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let clerk = region.ctx(&region.clinic_clerk);
    attachment::add(
        &region.care,
        &clerk,
        &case,
        Of::Letter,
        "a.pdf",
        PDF.to_vec(),
    )
    .await
    .unwrap();
    let letter = region.view(&region.clinic_clerk, &case).await.unwrap();
    let patient = letter.patient.id.unwrap();
    open_record(&region, &patient, &region.hospital).await;
    let desk = region.ctx(&region.desk);
    assert_eq!(found(&region, &clerk, &patient).await, 4);
    assert_eq!(found(&region, &desk, &patient).await, 0);
    let in_case = |ctx: Ctx| {
        let (store, case) = (region.care.store.clone(), case.clone());
        async move {
            store
                .case(&ctx, &case, "referral.read")
                .await
                .unwrap()
                .len()
        }
    };
    assert_eq!(in_case(desk.clone()).await, 0);
    // Thrown away, it is still nobody else's.
    // Nobody else knows of it: nobody asks why.
    let cancel = Command::Cancel {
        reason: None,
        text: String::new(),
    };
    region
        .act(&region.clinic_doctor, &case, cancel)
        .await
        .unwrap();
    assert_eq!(found(&region, &desk, &patient).await, 0);
    assert_eq!(in_case(desk).await, 0);
    assert_eq!(in_case(clerk).await, 5);
}

async fn a_reply_is_the_writers_until_it_is_released(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    let doctor = region.ctx(&region.hospital_doctor);
    let saved = reply::save(&region.care, &doctor, &case, 0, &reply_form(false)).await;
    assert_eq!(saved.unwrap(), ReplySaved::Saved { version: 1 });
    attachment::add(
        &region.care,
        &doctor,
        &case,
        Of::Reply,
        "r.pdf",
        PDF.to_vec(),
    )
    .await
    .unwrap();
    let clerk = region.ctx(&region.clinic_clerk);
    let patient = region
        .view(&region.clinic_clerk, &case)
        .await
        .unwrap()
        .patient
        .id
        .unwrap();
    let before = found(&region, &clerk, &patient).await;
    assert_eq!(found(&region, &doctor, &patient).await, before + 2);
    region.release(&case, false).await.unwrap();
    assert_eq!(found(&region, &clerk, &patient).await, before + 2);
}
