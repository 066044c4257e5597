//! Deadlines and the work list: who waits, since when, too long?

use renkei_base::clock::Span;
use renkei_care::referral::{self, Command, DraftForm, Side};
use renkei_care::work_list::{self, Filter, Group};
use renkei_testkit::Backend;

use crate::region::Region;

renkei_testkit::each_backend!(what_waits_too_long_comes_first, the_list_counts_and_filters);

async fn what_waits_too_long_comes_first(backend: Backend) {
    let region = Region::new(&backend).await;
    let routine = region.sent().await;
    let urgent = region.draft().await;
    let form = region
        .view(&region.clinic_clerk, &urgent)
        .await
        .unwrap()
        .letter;
    let form = DraftForm {
        priority: "stat".to_owned(),
        ..form
    };
    let ctx = region.ctx(&region.clinic_clerk);
    referral::save_draft(&region.care, &ctx, &urgent, 1, &form)
        .await
        .unwrap();
    region
        .act(&region.clinic_doctor, &urgent, Command::Send)
        .await
        .unwrap();
    let list = |region: &Region| {
        let ctx = region.ctx(&region.desk);
        let care = region.care.clone();
        async move {
            work_list::work_list(&care, &ctx, &Filter::default())
                .await
                .unwrap()
        }
    };
    let now = list(&region).await;
    assert_eq!(
        now.rows.iter().map(|row| &row.case).collect::<Vec<_>>(),
        [&urgent, &routine]
    );
    assert_eq!(now.overdue, 0);
    region.clock.advance(Span::minutes(31));
    let now = list(&region).await;
    assert_eq!(
        (now.overdue, now.rows[0].overdue, now.rows[1].overdue),
        (1, true, false)
    );
    region.clock.advance(Span::days(1));
    assert_eq!(list(&region).await.overdue, 2);
    region
        .act(&region.desk, &urgent, Command::Receive)
        .await
        .unwrap();
    let view = region.view(&region.desk, &urgent).await.unwrap();
    assert_eq!(
        (view.due, view.overdue),
        (Some(region.now() + Span::hours(1)), false),
        "a new step, a new deadline"
    );
}

async fn the_list_counts_and_filters(backend: Backend) {
    let region = Region::new(&backend).await;
    for _ in 0..3 {
        region.sent().await;
    }
    region.accepted().await;
    region.arrived().await;
    region.draft().await;
    let desk = region.ctx(&region.desk);
    let all = work_list::work_list(&region.care, &desk, &Filter::default())
        .await
        .unwrap();
    assert_eq!(
        all.groups,
        [(Group::Receive, 3), (Group::Book, 1), (Group::Reply, 1)]
    );
    assert_eq!((all.total, all.rows.len()), (5, 5));
    assert_eq!(
        all.departments,
        [(region.cardiology.clone(), "循環器内科".to_owned(), 5)]
    );
    let row = &all.rows[0];
    assert_eq!(
        (
            row.patient.as_str(),
            row.kana.as_str(),
            row.birthday.as_str()
        ),
        ("𠮷田 太郎", "ヨシダ タロウ", "1950-04-01")
    );
    assert_eq!(
        (
            row.partner.as_str(),
            row.department.as_str(),
            row.subject.as_str()
        ),
        ("岩田医院", "循環器内科", "狭心症の疑い")
    );
    let filter = Filter {
        group: Some(Group::Receive),
        limit: 2,
        ..Filter::default()
    };
    let some = work_list::work_list(&region.care, &desk, &filter)
        .await
        .unwrap();
    assert_eq!(
        (some.rows.len(), some.groups.len()),
        (2, 3),
        "the counts stay"
    );
    let filter = Filter {
        department: Some("dep-other".parse().unwrap()),
        ..Filter::default()
    };
    let none = work_list::work_list(&region.care, &desk, &filter)
        .await
        .unwrap();
    assert_eq!(
        (none.total, none.rows.len(), none.departments.len()),
        (0, 0, 1)
    );
    let clerk = region.ctx(&region.clinic_clerk);
    let mine = work_list::work_list(&region.care, &clerk, &Filter::default())
        .await
        .unwrap();
    assert_eq!(mine.groups, [(Group::Draft, 1)]);
    let running = work_list::list(
        &region.care,
        &clerk,
        Side::Sender,
        work_list::Span::Running,
        None,
        None,
    )
    .await
    .unwrap();
    assert_eq!((running.rows.len(), running.next), (6, None));
}
