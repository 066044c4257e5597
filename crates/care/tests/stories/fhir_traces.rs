//! What a step by FHIR leaves behind is what the button leaves: audit, history, counts, who is told.

use renkei_base::Id;
use renkei_base::clock::Span;
use renkei_care::referral::{Command, DeclineReason};
use renkei_fhir::Resource;
use renkei_store::AuditFilter;
use renkei_testkit::Backend;
use serde_json::json;

use crate::fhir::{machine, update};
use crate::fhir_step::task;
use crate::region::{Region, Who};

renkei_testkit::each_backend!(the_button_and_the_door_leave_the_same);

/// What was done to a case: audit rows, history, who was told, what was counted.
async fn traces(region: &Region, case: &Id, told: &mut Vec<String>) -> String {
    let filter = AuditFilter {
        until: region.now() + Span::days(1),
        what: case.to_string(),
        limit: 500,
        ..AuditFilter::default()
    };
    let rows = region.care.store.audit_rows(&filter).await.unwrap();
    // Reads say nothing in their detail.
    let mut lines: Vec<String> = rows
        .iter()
        .filter(|row| row.action.starts_with("referral.") && !row.detail.is_empty())
        .map(|row| {
            format!(
                "{} {} {} {}",
                row.action, row.account, row.refused, row.detail
            )
        })
        .collect();
    lines.sort();
    told.sort();
    told.dedup();
    lines.push(format!("told {}", told.join(" ")));
    let view = region.view(&region.desk, case).await.unwrap();
    for event in view.timeline {
        lines.push(format!(
            "{} {} {} {}",
            event.code, event.by, event.text, event.reason
        ));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}

async fn the_button_and_the_door_leave_the_same(backend: Backend) {
    let region = Region::new(&backend).await;
    let (pressed, sent) = (region.sent().await, region.sent().await);
    let reason = "https://renkei.example/fhir/CodeSystem/decline-reason";
    let counts = || async {
        let counts = region.care.store.counts(&region.hospital).await.unwrap();
        let of = counts
            .into_iter()
            .filter(|one| one.indicator == "referral.accepted");
        of.map(|one| (one.numerator, one.denominator))
            .collect::<Vec<_>>()
    };
    let mut watch = region.care.store.watch();
    let mut told = || {
        let mut list = Vec::new();
        while let Ok(changed) = watch.try_recv() {
            list.push(changed.institution.to_string());
        }
        list
    };
    drop(
        region
            .act(&region.stranger, &pressed, Command::Receive)
            .await,
    );
    drop(
        region
            .act(&region.clinic_clerk, &pressed, Command::Receive)
            .await,
    );
    region
        .act(&region.desk, &pressed, Command::Receive)
        .await
        .unwrap();
    let decline = Command::Decline {
        reason: DeclineReason::NoCapacity,
        text: "満床".to_owned(),
    };
    region.act(&region.desk, &pressed, decline).await.unwrap();
    let one = traces(&region, &pressed, &mut told()).await;
    assert_eq!(counts().await, [(0, 1)]);

    let with = |who: &Who, task: Resource| {
        let mut ctx = machine(&region, who);
        ctx.caller.name = region.ctx(who).caller.name;
        let region = &region;
        async move { update(region, &ctx, task, None).await }
    };
    let mut body = task(&region, &region.ctx(&region.desk), &sent).await;
    body.set("status", json!("received"));
    drop(with(&region.stranger, body.clone()).await);
    drop(with(&region.clinic_clerk, body.clone()).await);
    let received = with(&region.desk, body).await.unwrap();
    let mut body = received.resource.unwrap();
    body.set("status", json!("rejected"));
    body.set(
        "statusReason",
        json!({"coding": [{"system": reason, "code": "no-capacity"}], "text": "満床"}),
    );
    with(&region.desk, body).await.unwrap();
    let other = traces(&region, &sent, &mut told()).await;
    assert_eq!(counts().await, [(0, 2)]);
    // A stranger's try stops at the read, before it is known to be a step.
    let (tried, one): (Vec<&str>, Vec<&str>) =
        one.lines().partition(|line| line.contains("acc-nobody"));
    let other: Vec<&str> = other.lines().collect();
    assert_eq!(one, other);
    assert_eq!(tried.len(), 1);
    insta::assert_snapshot!(one.join("\n"), @r"
    referral.decline acc-sato false received declined
    referral.receive acc-mori true refuse-needs-owner
    referral.receive acc-sato false sent received
    referral.save-draft acc-mori false new
    referral.send acc-iwata false draft sent
    told org-iwata org-shimin
    send 岩田 一郎
    receive 佐藤 恵
    decline 佐藤 恵 満床 no-capacity
    ");
    // Every refused write is in the audit, in codes.
    let filter = AuditFilter {
        until: region.now() + Span::days(1),
        what: sent.to_string(),
        account: "acc-nobody".to_owned(),
        refused: true,
        limit: 10,
        ..AuditFilter::default()
    };
    let rows = region.care.store.audit_rows(&filter).await.unwrap();
    let rows: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.action, row.detail))
        .collect();
    assert!(
        rows.contains(&"resource.update not-found".to_owned()),
        "{rows:?}"
    );
}
