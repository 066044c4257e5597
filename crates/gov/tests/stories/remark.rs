//! Marks that are not what the answers say are put right, until the figures are published.

use renkei_gov::answer::condition;
use renkei_gov::publication::publish;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry, remark};
use renkei_gov::snapshot::PUBLISHED;
use renkei_gov::survey::course;
use renkei_store::{Changes, RespondentRow};
use renkei_testkit::{Backend, each_backend};

use crate::world::{HACHIOJI, MEGURO, SURVEY, World};

each_backend!(wrong_marks_are_put_right_and_what_is_published_stays);

async fn spoil(world: &World, municipality: &str, marks: &str) {
    let row = world.sheet(municipality).await;
    let was = row.revision;
    let mut changes = Changes::default();
    let row = RespondentRow {
        marks: marks.to_owned(),
        ..row
    };
    changes.put_respondent(&row, Some(was));
    world.store.commit(&world.program(), changes).await.unwrap();
}

async fn wrong_marks_are_put_right_and_what_is_published_stays(backend: Backend) {
    let world = World::open(backend).await;
    let (store, office) = (&world.store, world.office(MEGURO));
    let typed = renkei_gov::answer::input::Typed {
        values: vec!["yes".to_owned()],
        ..renkei_gov::answer::input::Typed::default()
    };
    let entry = Entry {
        question: "a1".to_owned(),
        revision: 0,
        typed,
    };
    let place = (SURVEY, &office);
    let ward = world.officer(&office);
    sheet::save(store, &ward, place, &[entry], &Manner::TYPING)
        .await
        .unwrap();
    world.put(MEGURO, "submitted").await;
    let loaded = sheet::load(store, &ward, SURVEY, &office).await.unwrap();
    let right = condition::marks(&loaded.questionnaire, &loaded.answers).write();
    assert!(right.starts_with('y'), "{right}");
    // As a rule that was wrong wrote them; one that was not handed in has none.
    spoil(&world, MEGURO, "n").await;
    spoil(&world, HACHIOJI, "x").await;
    let ctx = world.program();
    assert_eq!(remark(store, &ctx).await.unwrap(), 1);
    assert_eq!(world.sheet(MEGURO).await.marks, right);
    assert_eq!(world.sheet(HACHIOJI).await.marks, "x");
    assert_eq!(remark(store, &ctx).await.unwrap(), 0, "once is enough");
    let events = store.survey_events_of(SURVEY, None).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), last.note.as_str()), ("remarked", "1"));
    // What is out stays, byte for byte, and so do the marks below it.
    let owner = world.officer(&world.prefecture);
    let revision = world.survey().await.revision;
    course::close(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
    let revision = world.survey().await.revision;
    course::approve(store, &owner, SURVEY, revision, "確認済み")
        .await
        .unwrap();
    publish(store, &owner, &world.areas, SURVEY, "")
        .await
        .unwrap();
    let before = store.newest_snapshot(SURVEY, PUBLISHED).await.unwrap();
    spoil(&world, MEGURO, "n").await;
    assert_eq!(remark(store, &ctx).await.unwrap(), 0);
    assert_eq!(world.sheet(MEGURO).await.marks, "n");
    let after = store.newest_snapshot(SURVEY, PUBLISHED).await.unwrap();
    assert_eq!(before, after);
    assert!(before.is_some());
}
