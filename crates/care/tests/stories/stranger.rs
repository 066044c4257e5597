//! A stranger's institution: whatever is asked, there is nothing.

use renkei_base::Refusal;
use renkei_care::attachment::{self, Of};
use renkei_care::referral::{self, CancelReason, Command, DeclineReason, Side};
use renkei_care::work_list::{self, Filter};
use renkei_care::{letter, patient, reply};
use renkei_testkit::Backend;

use crate::region::{Region, refusal, reply_form};

renkei_testkit::each_backend!(a_stranger_finds_nothing, a_case_opens_no_other);

async fn a_stranger_finds_nothing(backend: Backend) {
    let region = Region::new(&backend).await;
    let draft = region.draft().await;
    let arrived = region.arrived().await;
    let nothing = region.ids.id();
    let care = &region.care;
    let ctx = region.ctx(&region.stranger);
    let letter_of = region
        .view(&region.clinic_doctor, &arrived)
        .await
        .unwrap()
        .letter;
    let patient_id = letter_of.patient.parse().unwrap();
    for case in [&draft, &arrived, &nothing] {
        assert_eq!(
            refusal(region.view(&region.stranger, case).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(letter::letter(care, &ctx, case).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(letter::ticket(care, &ctx, case).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(reply::save(care, &ctx, case, 0, &reply_form(false)).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(reply::release(care, &ctx, case, 0, &reply_form(false)).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(reply::data(care, &ctx, case, &nothing).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(attachment::open(care, &ctx, case, &nothing).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(attachment::remove(care, &ctx, case, &nothing).await),
            Refusal::NotFound
        );
        let bytes = b"%PDF-1".to_vec();
        assert_eq!(
            refusal(attachment::add(care, &ctx, case, Of::Letter, "x", bytes).await),
            Refusal::NotFound
        );
        assert_eq!(
            refusal(referral::save_draft(care, &ctx, case, 1, &letter_of).await),
            Refusal::NotFound
        );
        for command in [
            Command::Submit,
            Command::Return {
                text: String::new(),
            },
            Command::Send,
            Command::Receive,
            Command::StartTriage,
            Command::Accept {
                department: None,
                text: String::new(),
            },
            Command::Decline {
                reason: DeclineReason::NoCapacity,
                text: String::new(),
            },
            Command::CancelBooking {
                reason: CancelReason::Institution,
                text: String::new(),
            },
            Command::Arrive { early: false },
            Command::Close,
            Command::Acknowledge,
            Command::Cancel {
                reason: Some(CancelReason::Patient),
                text: String::new(),
            },
        ] {
            assert_eq!(
                refusal(region.act(&region.stranger, case, command).await),
                Refusal::NotFound
            );
        }
    }
    assert_eq!(
        refusal(patient::view(care, &ctx, &patient_id).await),
        Refusal::NotFound
    );
    assert_eq!(patient::find(care, &ctx, "吉田", 10).await.unwrap(), []);
    let list = work_list::work_list(care, &ctx, &Filter::default())
        .await
        .unwrap();
    assert_eq!((list.total, list.rows.len()), (0, 0));
    for side in [Side::Sender, Side::Receiver] {
        let list = work_list::list(care, &ctx, side, work_list::Span::Running, None, None)
            .await
            .unwrap();
        assert_eq!(list.rows, []);
    }
}

/// From *sent* on the addressee sees the case, and no other case of the same patient.
async fn a_case_opens_no_other(backend: Backend) {
    let region = Region::new(&backend).await;
    let sent = region.sent().await;
    let form = region
        .view(&region.clinic_clerk, &sent)
        .await
        .unwrap()
        .letter;
    let other = region.ids.id();
    let ctx = region.ctx(&region.clinic_clerk);
    referral::save_draft(&region.care, &ctx, &other, 0, &form)
        .await
        .unwrap();
    assert!(region.view(&region.desk, &sent).await.is_ok());
    assert_eq!(
        refusal(region.view(&region.desk, &other).await),
        Refusal::NotFound
    );
    region
        .act(&region.desk, &sent, Command::Receive)
        .await
        .unwrap();
    region
        .act(
            &region.desk,
            &sent,
            Command::Accept {
                department: None,
                text: String::new(),
            },
        )
        .await
        .unwrap();
    assert_eq!(
        refusal(region.view(&region.desk, &other).await),
        Refusal::NotFound,
        "not even with the record"
    );
    let ctx = region.ctx(&region.desk);
    let list = work_list::list(
        &region.care,
        &ctx,
        Side::Receiver,
        work_list::Span::Running,
        None,
        None,
    )
    .await
    .unwrap();
    assert_eq!(
        list.rows.iter().map(|row| &row.case).collect::<Vec<_>>(),
        [&sent]
    );
}
