//! What a step leaves behind: an audit row, a count; and what two people at once are told.

use renkei_base::clock::Span;
use renkei_base::{Micros, Refusal};
use renkei_care::count;
use renkei_care::referral::{Command, DeclineReason, State};
use renkei_store::AuditFilter;
use renkei_testkit::Backend;

use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    steps_and_refusals_are_in_the_audit,
    steps_are_counted,
    two_decide_at_once
);

async fn steps_and_refusals_are_in_the_audit(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    drop(
        region
            .act(&region.clinic_clerk, &case, Command::Receive)
            .await,
    );
    drop(region.act(&region.stranger, &case, Command::Receive).await);
    drop(
        region
            .act(&region.desk, &case, Command::Arrive { early: false })
            .await,
    );
    region
        .act(&region.desk, &case, Command::Receive)
        .await
        .unwrap();
    let filter = AuditFilter {
        from: Micros(0),
        until: region.now() + Span::days(1),
        limit: 500,
        ..AuditFilter::default()
    };
    let rows = region.care.store.audit_rows(&filter).await.unwrap();
    let mut seen: Vec<String> = rows
        .iter()
        .filter(|row| row.action == "referral.receive" || row.action == "referral.arrive")
        .filter(|row| row.refused || !row.detail.is_empty())
        .map(|row| {
            format!("{} {} {}", row.action, row.refused, row.detail)
                .trim()
                .to_owned()
        })
        .collect();
    seen.sort();
    seen.dedup();
    insta::assert_snapshot!(seen.join("\n"), @r"
    referral.arrive true refuse-receive-first
    referral.receive false sent received
    referral.receive true
    referral.receive true not-found
    referral.receive true refuse-needs-owner
    ");
    let all = format!("{rows:?}");
    for name in ["𠮷田", "ヨシダ", "狭心症"] {
        assert!(!all.contains(name), "{name}");
    }
}

async fn steps_are_counted(backend: Backend) {
    let region = Region::new(&backend).await;
    let declined = region.sent().await;
    let reason = DeclineReason::NoCapacity;
    region
        .act(
            &region.desk,
            &declined,
            Command::Decline {
                reason,
                text: String::new(),
            },
        )
        .await
        .unwrap();
    for late in [false, true] {
        let case = region.arrived().await;
        if late {
            region.clock.advance(Span::days(8));
        }
        for _ in 0..2 {
            region.release(&case, false).await.unwrap();
        }
    }
    let counts = region.care.store.counts(&region.hospital).await.unwrap();
    let of = |indicator: &str| {
        let rows = counts.iter().filter(|row| row.indicator == indicator);
        rows.fold((0, 0), |sum, row| {
            (sum.0 + row.numerator, sum.1 + row.denominator)
        })
    };
    assert_eq!(of(count::RECEIVED), (3, 0));
    assert_eq!(of(count::ACCEPTED), (2, 3));
    assert_eq!(of(count::ARRIVED), (2, 0));
    assert_eq!(of(count::REPLIED), (2, 2));
    assert_eq!(of(count::REPLIED_IN_TIME), (1, 2));
    assert!(
        counts
            .iter()
            .all(|row| row.area == "041009" && row.period.starts_with("2026-1"))
    );
}

async fn two_decide_at_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    region
        .act(&region.desk, &case, Command::Receive)
        .await
        .unwrap();
    let accept = region.act(
        &region.desk,
        &case,
        Command::Accept {
            department: None,
            text: String::new(),
        },
    );
    let decline = Command::Decline {
        reason: DeclineReason::NoCapacity,
        text: String::new(),
    };
    let decline = region.act(&region.hospital_doctor, &case, decline);
    let (accepted, declined) = tokio::join!(accept, decline);
    let state = region.view(&region.desk, &case).await.unwrap().state;
    match (accepted, declined) {
        // Declining what was just accepted is a step of its own; whoever came second decided on what the first left.
        (Ok(_), Ok(_)) => assert_eq!(state, State::Declined),
        (Err(error), Ok(_)) => {
            assert_eq!(state, State::Declined);
            assert_eq!(
                refusal::<()>(Err(error)),
                Refusal::not_now("refuse-declined")
            );
        }
        other => panic!("{other:?}"),
    }
}
