//! Slots: never given twice.

use renkei_base::clock::Span;
use renkei_base::{Id, Refusal};
use renkei_care::booking::{
    OpeningForm, SlotState, SlotView, free_slots, open_slots, slots, withdraw,
};
use renkei_care::referral::{ActForm, CancelReason, Command, State, Step};
use renkei_store::AuditFilter;
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    twenty_people_want_one_slot,
    a_slot_comes_back,
    a_time_of_ones_own,
    a_typed_time_that_was_opened,
    a_typed_time_that_does_not_fit,
    a_typed_time_beside_another_booking,
    slots_are_opened_once_and_withdrawn,
    a_first_opening_is_no_refusal,
    holidays_are_left_out,
);

pub(crate) async fn opened(region: &Region, times: &str) -> Vec<SlotView> {
    let form = OpeningForm {
        department: region.cardiology.to_string(),
        from: "2026-11-27".to_owned(),
        times: times.to_owned(),
        ..OpeningForm::default()
    };
    open_slots(&region.care, &region.ctx(&region.desk), &form)
        .await
        .unwrap();
    free(region).await
}

pub(crate) async fn free(region: &Region) -> Vec<SlotView> {
    free_slots(
        &region.care,
        &region.ctx(&region.desk),
        &region.cardiology,
        region.now(),
        50,
    )
    .await
    .unwrap()
}

async fn twenty_people_want_one_slot(backend: Backend) {
    let region = std::sync::Arc::new(Region::new(&backend).await);
    let slot = opened(&region, "9:00").await[0].id.clone();
    let mut cases = Vec::new();
    for _ in 0..20 {
        cases.push(region.accepted().await);
    }
    let mut tries = Vec::new();
    for case in cases.clone() {
        let (region, slot) = (region.clone(), slot.clone());
        tries.push(tokio::spawn(async move {
            region.book(&region.desk, &case, &slot).await
        }));
    }
    let mut won = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(done) => {
                assert_eq!(done.state, State::Booked);
                won += 1;
            }
            Err(error) => assert_eq!(
                refusal::<()>(Err(error)),
                Refusal::not_now("refuse-slot-taken")
            ),
        }
    }
    assert_eq!(won, 1);
    let mut booked: Vec<Id> = Vec::new();
    for case in cases {
        let view = region.view(&region.desk, &case).await.unwrap();
        if view.state == State::Booked {
            booked.push(case);
        } else {
            assert_eq!((view.state, view.appointment), (State::Accepted, None));
        }
    }
    assert_eq!(booked.len(), 1);
}

async fn a_slot_comes_back(backend: Backend) {
    let region = Region::new(&backend).await;
    let free_at_first = opened(&region, "9:00 9:30").await;
    let case = region.accepted().await;
    region
        .book(&region.desk, &case, &free_at_first[0].id)
        .await
        .unwrap();
    let twice = region
        .book(&region.desk, &case, &free_at_first[0].id)
        .await
        .unwrap();
    assert!(twice.already);
    let other = refusal(region.book(&region.desk, &case, &free_at_first[1].id).await);
    assert_eq!(other, Refusal::not_now("refuse-already-booked"));
    let form = ActForm {
        slot: free_at_first[1].id.to_string(),
        ..ActForm::default()
    };
    let rebook = Command::parse(Step::Rebook, &form).unwrap();
    assert_eq!(
        region
            .act(&region.desk, &case, rebook.clone())
            .await
            .unwrap()
            .state,
        State::Rebooked
    );
    assert!(
        region
            .act(&region.desk, &case, rebook)
            .await
            .unwrap()
            .already
    );
    assert_eq!(
        free(&region)
            .await
            .iter()
            .map(|s| &s.id)
            .collect::<Vec<_>>(),
        [&free_at_first[0].id]
    );
    let seen = slots(
        &region.care,
        &region.ctx(&region.desk),
        &region.cardiology,
        region.now(),
        region.now() + Span::days(9),
    )
    .await
    .unwrap();
    assert_eq!(
        seen.iter()
            .map(|s| (s.state, s.case.clone()))
            .collect::<Vec<_>>(),
        [
            (SlotState::Free, None),
            (SlotState::Booked, Some(case.clone()))
        ]
    );
    let cancel = Command::CancelBooking {
        reason: CancelReason::Institution,
        text: "患者都合".to_owned(),
    };
    assert_eq!(
        region.act(&region.desk, &case, cancel).await.unwrap().state,
        State::Accepted
    );
    assert_eq!(free(&region).await.len(), 2);
    region
        .book(&region.desk, &case, &free_at_first[0].id)
        .await
        .unwrap();
    region
        .act(
            &region.clinic_clerk,
            &case,
            Command::Cancel {
                reason: Some(CancelReason::Patient),
                text: String::new(),
            },
        )
        .await
        .unwrap();
    assert_eq!(free(&region).await.len(), 2);
}

async fn a_time_of_ones_own(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.accepted().await;
    let form = ActForm {
        date: "R8.11.27".to_owned(),
        time: "15:10".to_owned(),
        doctor: "髙木".to_owned(),
        ..ActForm::default()
    };
    let book = Command::parse(Step::Book, &form).unwrap();
    region.act(&region.desk, &case, book.clone()).await.unwrap();
    assert!(region.act(&region.desk, &case, book).await.unwrap().already);
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(view.appointment.unwrap().doctor, "髙木");
    region
        .act(
            &region.desk,
            &case,
            Command::CancelBooking {
                reason: CancelReason::Institution,
                text: String::new(),
            },
        )
        .await
        .unwrap();
    assert_eq!(
        free(&region).await,
        [],
        "a time of one's own is not offered to others"
    );
    let past = ActForm {
        date: "2026-11-23".to_owned(),
        ..form
    };
    let refused = refusal(
        region
            .act(
                &region.desk,
                &case,
                Command::parse(Step::Book, &past).unwrap(),
            )
            .await,
    );
    assert_eq!(refused, Refusal::fault("date", "fault-time-past"));
}

fn typed(time: &str, minutes: &str, doctor: &str) -> ActForm {
    ActForm {
        date: "R8.11.27".to_owned(),
        time: time.to_owned(),
        minutes: minutes.to_owned(),
        doctor: doctor.to_owned(),
        ..ActForm::default()
    }
}

/// Who types a time that stands open takes it: else the doctor would be booked beside it, and it be given once more.
async fn a_typed_time_that_was_opened(backend: Backend) {
    let region = Region::new(&backend).await;
    let form = OpeningForm {
        department: region.cardiology.to_string(),
        from: "2026-11-27".to_owned(),
        times: "9:00 9:30".to_owned(),
        minutes: "30".to_owned(),
        doctor: "髙木 一".to_owned(),
        place: "3番".to_owned(),
        ..OpeningForm::default()
    };
    open_slots(&region.care, &region.ctx(&region.desk), &form)
        .await
        .unwrap();
    let opened = free(&region).await;
    let case = region.accepted().await;
    let book = Command::parse(Step::Book, &typed("9:00", "15", "髙木一")).unwrap();
    region.act(&region.desk, &case, book.clone()).await.unwrap();
    assert!(region.act(&region.desk, &case, book).await.unwrap().already);
    assert_eq!(free(&region).await, [opened[1].clone()]);
    let booked = region.view(&region.clinic_clerk, &case).await.unwrap();
    let booked = booked.appointment.unwrap();
    assert_eq!(
        (booked.start, booked.end, booked.place.as_str()),
        (opened[0].start, opened[0].end, "3番")
    );
    let rebook = Command::parse(Step::Rebook, &typed("9:30", "15", "")).unwrap();
    region
        .act(&region.desk, &case, rebook.clone())
        .await
        .unwrap();
    assert!(
        region
            .act(&region.desk, &case, rebook)
            .await
            .unwrap()
            .already
    );
    assert_eq!(free(&region).await, [opened[0].clone()]);
}

/// A longer time, one in between and one of a doctor whom the slot does not name are made as they were typed.
async fn a_typed_time_that_does_not_fit(backend: Backend) {
    let region = Region::new(&backend).await;
    let opened = opened(&region, "9:00 9:30").await;
    for (time, minutes, doctor) in [("9:00", "60", ""), ("9:10", "15", ""), ("9:00", "15", "別")] {
        let case = region.accepted().await;
        let book = confirmed(&typed(time, minutes, doctor));
        region.act(&region.desk, &case, book).await.unwrap();
    }
    assert_eq!(free(&region).await, opened);
}

fn confirmed(form: &ActForm) -> Command {
    let form = ActForm {
        beside: "on".to_owned(),
        ..form.clone()
    };
    Command::parse(Step::Book, &form).unwrap()
}

/// A time beside one that the same doctor has given already is asked about.
async fn a_typed_time_beside_another_booking(backend: Backend) {
    let region = Region::new(&backend).await;
    let slots = opened(&region, "9:00").await;
    let first = region.accepted().await;
    region
        .book(&region.desk, &first, &slots[0].id)
        .await
        .unwrap();
    let doctor = slots[0].doctor.clone();
    let case = region.accepted().await;
    for (time, minutes, doctor) in [
        ("9:00", "15", ""),
        ("9:05", "15", doctor.as_str()),
        ("8:50", "15", ""),
    ] {
        let form = typed(time, minutes, doctor);
        let book = Command::parse(Step::Book, &form).unwrap();
        let Refusal::Invalid(faults) = refusal(region.act(&region.desk, &case, book).await) else {
            panic!()
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].key.as_ref()),
            ("beside", "fault-time-beside")
        );
    }
    let after = Command::parse(Step::Book, &typed("9:30", "15", "")).unwrap();
    region.act(&region.desk, &case, after).await.unwrap();
    // One's own time is in nobody's way, and who says so is booked beside.
    let near = ActForm {
        beside: String::new(),
        ..typed("9:35", "15", "")
    };
    let near = Command::parse(Step::Rebook, &near).unwrap();
    region.act(&region.desk, &case, near).await.unwrap();
    let other = region.accepted().await;
    let book = confirmed(&typed("9:05", "15", ""));
    for already in [false, true] {
        let done = region.act(&region.desk, &other, book.clone()).await;
        assert_eq!(done.unwrap().already, already);
    }
}

async fn slots_are_opened_once_and_withdrawn(backend: Backend) {
    let region = Region::new(&backend).await;
    let form = OpeningForm {
        department: region.cardiology.to_string(),
        from: "2026-11-24".to_owned(),
        to: "2026-11-30".to_owned(),
        times: "8:00-10:00".to_owned(),
        minutes: "30".to_owned(),
        capacity: "2".to_owned(),
        ..OpeningForm::default()
    };
    let desk = region.ctx(&region.desk);
    let (one, two) = tokio::join!(
        open_slots(&region.care, &desk, &form),
        open_slots(&region.care, &desk, &form)
    );
    // Five days of four times, two each; today's 8:00 and 8:30 are past.
    assert_eq!(one.unwrap().made + two.unwrap().made, 36);
    assert_eq!(free(&region).await.len(), 36);
    let slot = free(&region).await[0].id.clone();
    for _ in 0..2 {
        withdraw(&region.care, &desk, &slot).await.unwrap();
    }
    let case = region.accepted().await;
    assert_eq!(
        refusal(region.book(&region.desk, &case, &slot).await),
        Refusal::not_now("refuse-slot-taken")
    );
    let slot = free(&region).await[0].id.clone();
    region.book(&region.desk, &case, &slot).await.unwrap();
    assert_eq!(
        refusal(withdraw(&region.care, &desk, &slot).await),
        Refusal::not_now("refuse-slot-taken")
    );
    let other = region.ctx(&region.clinic_clerk);
    assert!(matches!(
        refusal(open_slots(&region.care, &other, &form).await),
        Refusal::Forbidden(_)
    ));
    assert!(matches!(
        refusal(withdraw(&region.care, &other, &slot).await),
        Refusal::Forbidden(_)
    ));
}

async fn a_first_opening_is_no_refusal(backend: Backend) {
    let region = Region::new(&backend).await;
    opened(&region, "9:00").await;
    let filter = AuditFilter {
        from: renkei_base::Micros(0),
        until: region.now() + Span::days(1),
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = region.care.store.audit_rows(&filter).await.unwrap();
    let refused: Vec<_> = rows.iter().filter(|row| row.refused).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

async fn holidays_are_left_out(backend: Backend) {
    let region = Region::new(&backend).await;
    let desk = region.ctx(&region.desk);
    let form = OpeningForm {
        department: region.cardiology.to_string(),
        from: "2026-12-28".to_owned(),
        to: "2027-01-04".to_owned(),
        times: "9:00".to_owned(),
        ..OpeningForm::default()
    };
    let made = async |form: &OpeningForm| open_slots(&region.care, &desk, form).await.unwrap().made;
    assert_eq!(made(&form).await, 2, "the 28th and the 4th");
    let also = OpeningForm {
        holidays: "on".to_owned(),
        ..form.clone()
    };
    assert_eq!(made(&also).await, 4, "four weekdays around New Year too");
    let far = OpeningForm {
        from: "2030-01-07".to_owned(),
        to: String::new(),
        ..form
    };
    let refused = refusal(open_slots(&region.care, &desk, &far).await);
    assert!(
        matches!(&refused, Refusal::Invalid(faults) if faults[0].key == "fault-time-too-far"),
        "{refused:?}"
    );
}
