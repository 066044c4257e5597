//! A letter to no department in particular: the receiving desk says which one takes it.

use renkei_base::{Ctx, Id, Refusal, Scope};
use renkei_care::booking::{OpeningForm, free_slots, open_slots};
use renkei_care::letter;
use renkei_care::referral::{self, ActForm, Command, DraftForm, State, Step};
use renkei_fhir::HealthcareService;
use renkei_store::{Changes, Place};
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    a_slot_brings_its_department,
    the_desk_chooses_the_department,
    a_time_of_ones_own_may_name_the_department,
    a_booked_case_goes_to_another_department,
);

/// A letter to the hospital, to any department, received there.
async fn received(region: &Region) -> Id {
    let patient = region.patient().await;
    let case = region.ids.id();
    let form = DraftForm {
        department: String::new(),
        ..region.draft_form(&patient)
    };
    let ctx = region.ctx(&region.clinic_clerk);
    referral::save_draft(&region.care, &ctx, &case, 0, &form)
        .await
        .unwrap();
    for (who, command) in [
        (&region.clinic_doctor, Command::Send),
        (&region.desk, Command::Receive),
    ] {
        region.act(who, &case, command).await.unwrap();
    }
    case
}

async fn department(region: &Region, id: &str, institution: &Id, name: &str) -> Id {
    let id: Id = id.parse().unwrap();
    let mut department = HealthcareService::of_institution(&id, institution);
    department.set_name(name);
    let mut changes = Changes::default();
    let place = Place {
        patient: None,
        scope: Scope::Record,
        owner: Some(institution.clone()),
    };
    changes.create(department.into_resource(), place);
    let ctx = Ctx::program(region.now(), region.ids.clone());
    region.care.store.commit(&ctx, changes).await.unwrap();
    id
}

fn accept(department: Option<&Id>) -> Command {
    Command::Accept {
        department: department.cloned(),
        text: String::new(),
    }
}

async fn a_slot_brings_its_department(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = received(&region).await;
    region.act(&region.desk, &case, accept(None)).await.unwrap();
    let surgery = department(&region, "dep-surgery", &region.hospital, "外科").await;
    let desk = region.ctx(&region.desk);
    let opening = OpeningForm {
        department: surgery.to_string(),
        from: "2026-11-27".to_owned(),
        times: "9:00".to_owned(),
        ..OpeningForm::default()
    };
    open_slots(&region.care, &desk, &opening).await.unwrap();
    let free = free_slots(&region.care, &desk, &surgery, region.now(), 5)
        .await
        .unwrap();
    for already in [false, true] {
        let done = region.book(&region.desk, &case, &free[0].id).await.unwrap();
        assert_eq!((done.state, done.already), (State::Booked, already));
    }
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(view.addressee.department, Some(surgery));
    assert_eq!(
        (
            view.addressee.department_name.as_str(),
            view.asked_department.as_str()
        ),
        ("外科", "")
    );
    let said = view.timeline.iter().filter(|event| event.code == "assign");
    assert_eq!(
        said.map(|event| event.text.as_str()).collect::<Vec<_>>(),
        ["外科"]
    );
    let ctx = region.ctx(&region.clinic_clerk);
    let paper = letter::letter(&region.care, &ctx, &case).await.unwrap();
    assert_eq!(paper.to.department_name, "", "the letter says what it said");
    let ticket = letter::ticket(&region.care, &ctx, &case).await.unwrap();
    assert_eq!(ticket.at.department_name, "外科");
}

async fn the_desk_chooses_the_department(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = received(&region).await;
    let foreign = department(&region, "dep-foreign", &region.other_clinic, "内科").await;
    for unknown in [foreign, "dep-nowhere".parse().unwrap()] {
        for command in [
            Command::Assign {
                department: unknown.clone(),
            },
            accept(Some(&unknown)),
        ] {
            assert_eq!(
                refusal(region.act(&region.desk, &case, command).await),
                Refusal::fault("department", "fault-department-unknown")
            );
        }
    }
    let assign = |department: &Id| Command::Assign {
        department: department.clone(),
    };
    for already in [false, true] {
        let done = region
            .act(&region.desk, &case, assign(&region.cardiology))
            .await
            .unwrap();
        assert_eq!((done.state, done.already), (State::Received, already));
    }
    assert!(matches!(
        refusal(
            region
                .act(&region.clinic_clerk, &case, assign(&region.cardiology))
                .await
        ),
        Refusal::Forbidden(_)
    ));
    assert_eq!(
        refusal(
            region
                .act(&region.stranger, &case, assign(&region.cardiology))
                .await
        ),
        Refusal::NotFound
    );
    let surgery = department(&region, "dep-surgery", &region.hospital, "外科").await;
    region
        .act(&region.desk, &case, accept(Some(&surgery)))
        .await
        .unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(
        (view.state, view.addressee.department_name.as_str()),
        (State::Accepted, "外科")
    );
    let codes: Vec<&str> = view.timeline.iter().map(|e| e.code.as_str()).collect();
    assert!(
        codes.ends_with(&["receive", "assign", "assign", "accept"]),
        "{codes:?}"
    );
    assert_eq!(
        refusal(
            region
                .act(&region.desk, &case, accept(Some(&region.cardiology)))
                .await
        ),
        Refusal::not_now("refuse-done-by-you"),
        "another department is not dropped without a word"
    );
}

async fn a_time_of_ones_own_may_name_the_department(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = received(&region).await;
    region.act(&region.desk, &case, accept(None)).await.unwrap();
    let form = ActForm {
        date: "2026-11-27".to_owned(),
        time: "10:00".to_owned(),
        department: region.cardiology.to_string(),
        ..ActForm::default()
    };
    let book = Command::parse(Step::Book, &form).unwrap();
    region.act(&region.desk, &case, book).await.unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.addressee.department_name, "循環器内科");
    let far = ActForm {
        date: "9999/12/31".to_owned(),
        ..form
    };
    let refused = region
        .act(
            &region.desk,
            &case,
            Command::parse(Step::Rebook, &far).unwrap(),
        )
        .await;
    let Refusal::Invalid(faults) = refusal(refused) else {
        panic!()
    };
    assert_eq!(faults[0].key, "fault-time-too-far");
}

async fn a_booked_case_goes_to_another_department(backend: Backend) {
    let region = Region::new(&backend).await;
    let surgery = department(&region, "dep-surgery", &region.hospital, "外科").await;
    let slot = crate::booking::opened(&region, "10:00").await.remove(0).id;
    let case = region.accepted().await;
    region.book(&region.desk, &case, &slot).await.unwrap();
    region
        .act(&region.clinic_clerk, &case, Command::Acknowledge)
        .await
        .unwrap();
    let assign = Command::Assign {
        department: surgery,
    };
    for already in [false, true] {
        let done = region.act(&region.desk, &case, assign.clone()).await;
        let done = done.unwrap();
        assert_eq!((done.state, done.already), (State::Accepted, already));
    }
    assert_eq!(crate::booking::free(&region).await.len(), 1, "for others");
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(view.addressee.department_name, "外科");
    assert_eq!((view.appointment, view.news), (None, true));
    let last = view.timeline.iter().rev().take(2);
    let said: Vec<(&str, &str, &str)> = last
        .map(|one| (one.code.as_str(), one.text.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(
        said,
        [("assign", "外科", ""), ("cancel-booking", "", "department")]
    );
}
