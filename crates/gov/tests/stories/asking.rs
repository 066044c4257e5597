//! A survey from its draft to its approval: who is asked, who may see it, days for one, the way of a sheet, the lock.

use renkei_base::clock::Span;
use renkei_base::{Clock, Refusal, Role};
use renkei_gov::respondent::course::{accept, check, send_back};
use renkei_gov::respondent::{Universe, desk, expect, rate};
use renkei_gov::survey::{SurveyState, course, day, draft, seen};
use renkei_gov::{approver, respondent};
use renkei_store::{AccountState, Failure};
use renkei_testkit::{Backend, each_backend};

use crate::world::{HACHIOJI, MEGURO, SURVEY, World};

each_backend!(
    rows_from_the_first_day,
    a_draft_is_its_owners_alone,
    more_days_for_one_do_not_open_the_others,
    a_sheet_passes_by_the_health_centre,
    what_is_sent_back_can_be_mended,
    an_approved_survey_is_locked,
    an_approver_who_left_locks_nobody_out,
    two_who_change_a_survey_do_not_overwrite_one_another,
    names_that_mean_nobody_are_told,
    contacts_are_those_of_the_asking_before
);

fn key(failure: Failure) -> String {
    match failure {
        Failure::Refused(Refusal::NotNow(key) | Refusal::Forbidden(key)) => key,
        Failure::Refused(Refusal::Invalid(faults)) => faults[0].key.clone(),
        Failure::Refused(Refusal::NotFound) => "not-found".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Story 23: 53 rows exist at once, unanswered; 島しょ 9 are 集計外.
async fn rows_from_the_first_day(backend: Backend) {
    let world = World::open(backend).await;
    let rows = world.store.respondents(SURVEY).await.unwrap();
    let counted = rows.iter().filter(|row| row.counted);
    assert_eq!((rows.len(), counted.count()), (62, 53));
    assert!(rows.iter().all(|row| row.state == "unanswered"));
    let closes = world.survey().await.closes;
    assert!(rows.iter().all(|row| row.closes == closes));
    assert_eq!(rows[0].name, "千代田区");
    let rate = rate::rate(&world.store, SURVEY).await.unwrap();
    assert_eq!((rate.expected, rate.answered, rate.uncounted), (53, 0, 9));
    // The only health centre is of 目黒区: its own municipality, and the only one of 区西南部.
    let checked = rows.iter().filter(|row| row.checker.is_some());
    let checked: Vec<&str> = checked.map(|row| row.name.as_str()).collect();
    assert_eq!(checked, ["目黒区", "世田谷区", "渋谷区"]);
}

async fn a_draft_is_its_owners_alone(backend: Backend) {
    let world = World::drafted(backend).await;
    let owner = world.officer(&world.prefecture);
    let ward = world.officer(&world.office(MEGURO));
    let centre = world.officer(&world.centre);
    let doctor = world.person(&world.prefecture, Role::Doctor);
    let sees = async |ctx| seen::seen(&world.store, ctx, SURVEY).await.is_ok();
    assert!(sees(&owner).await);
    assert!(!sees(&ward).await && !sees(&centre).await && !sees(&doctor).await);
    let revision = world.survey().await.revision;
    let opened = course::open(&world.store, &ward, SURVEY, revision).await;
    assert_eq!(key(opened.unwrap_err()), "not-found");
    course::open(&world.store, &owner, SURVEY, revision)
        .await
        .unwrap();
    assert!(sees(&ward).await && sees(&centre).await && !sees(&doctor).await);
    // A sheet: its own, its health centre's, the owner's; no other ward's.
    let office = world.office(MEGURO);
    let other = world.officer(&world.office(HACHIOJI));
    for (ctx, expected) in [
        (&owner, true),
        (&ward, true),
        (&centre, true),
        (&other, false),
    ] {
        let sheet = seen::sheet(&world.store, ctx, SURVEY, &office).await;
        assert_eq!(sheet.is_ok(), expected);
    }
    // Nothing is changed of others', nor asked anew once it is open.
    let called = desk::telephone(&world.store, &other, SURVEY, &office, "何か").await;
    assert_eq!(key(called.unwrap_err()), "not-found");
    let anew = draft::discard(&world.store, &owner, SURVEY).await;
    assert_eq!(key(anew.unwrap_err()), "refuse-survey-asked");
}

/// Story 34.
async fn more_days_for_one_do_not_open_the_others(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    world.clock.advance(Span::days(30));
    let owner = renkei_base::Ctx {
        at: world.clock.now(),
        ..owner
    };
    let survey = world.survey().await;
    course::close(&world.store, &owner, SURVEY, survey.revision, "")
        .await
        .unwrap();
    let office = world.office(MEGURO);
    let last = owner
        .at
        .in_japan()
        .date()
        .checked_add(jiff::Span::new().days(5))
        .unwrap();
    let extend = async |closes: &str, why: &str| {
        desk::extend(&world.store, &owner, SURVEY, &office, closes, why).await
    };
    assert_eq!(
        key(extend("来週", "担当の交代").await.unwrap_err()),
        "fault-survey-day"
    );
    assert!(
        extend(&last.to_string(), "").await.is_err(),
        "without a reason"
    );
    let far = extend("R99.12.25", "担当の交代").await;
    assert_eq!(key(far.unwrap_err()), "fault-survey-far");
    // What was mistyped is taken back.
    let wrong = last.saturating_add(jiff::Span::new().days(90));
    extend(&wrong.to_string(), "誤記").await.unwrap();
    extend(&last.to_string(), "担当の交代").await.unwrap();
    let open = async |municipality: &str| {
        let (survey, row) = (world.survey().await, world.sheet(municipality).await);
        let window = renkei_gov::survey::Window {
            opens: survey.opens,
            closes: row.closes,
        };
        let state = respondent::state_of(&row);
        respondent::open(seen::state_of(&survey), state, window, world.clock.now())
    };
    assert!(open(MEGURO).await);
    assert!(!open(HACHIOJI).await && !open("131121").await);
    let events = world
        .store
        .survey_events_of(SURVEY, Some(&office))
        .await
        .unwrap();
    let notes: Vec<&str> = events.iter().map(|event| event.note.as_str()).collect();
    assert!(
        notes.contains(&format!("{last} 担当の交代").as_str()),
        "{notes:?}"
    );
    world.clock.advance(Span::days(6));
    assert!(!open(MEGURO).await);
}

async fn a_sheet_passes_by_the_health_centre(backend: Backend) {
    let world = World::open(backend).await;
    let (owner, centre) = (
        world.officer(&world.prefecture),
        world.officer(&world.centre),
    );
    let (store, office) = (&world.store, world.office(MEGURO));
    // Nothing to check yet.
    let early = check(store, &centre, SURVEY, &office, "").await;
    assert_eq!(key(early.unwrap_err()), "refuse-sheet-state");
    world.put(MEGURO, "submitted").await;
    // The ward does not check itself, nor does the health centre accept.
    let ward = world.officer(&office);
    let own = check(store, &ward, SURVEY, &office, "").await;
    assert_eq!(key(own.unwrap_err()), "not-found");
    let early = accept(store, &centre, SURVEY, &office, "").await;
    assert_eq!(key(early.unwrap_err()), "not-found");
    check(store, &centre, SURVEY, &office, "確認しました")
        .await
        .unwrap();
    assert_eq!(world.sheet(MEGURO).await.state, "checked");
    // What has gone on is not the health centre's any more.
    let late = send_back(store, &centre, SURVEY, &office, "やはり").await;
    assert_eq!(key(late.unwrap_err()), "refuse-sheet-state");
    // One that no health centre looks at goes to the owner directly.
    world.put(HACHIOJI, "submitted").await;
    let done = respondent::course::accept_all(store, &owner, SURVEY).await;
    assert_eq!(done.unwrap(), 2);
    assert_eq!(world.sheet(HACHIOJI).await.state, "accepted");
    let kinds: Vec<String> = store
        .survey_events_of(SURVEY, Some(&office))
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, ["checked", "accepted"]);
}

async fn what_is_sent_back_can_be_mended(backend: Backend) {
    let world = World::open(backend).await;
    world.put(MEGURO, "submitted").await;
    world.clock.advance(Span::days(40));
    let owner = world.officer(&world.prefecture);
    let (store, office) = (&world.store, world.office(MEGURO));
    let revision = world.survey().await.revision;
    course::close(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
    let silent = send_back(store, &owner, SURVEY, &office, " ").await;
    assert!(silent.is_err(), "without a comment");
    send_back(store, &owner, SURVEY, &office, "エ①をもう一度")
        .await
        .unwrap();
    let (survey, row) = (world.survey().await, world.sheet(MEGURO).await);
    assert_eq!(
        (survey.state.as_str(), row.state.as_str()),
        ("open", "returned")
    );
    let days = day::last(row.closes) - owner.at.in_japan().date();
    assert_eq!(days.get_days(), 7);
    // The others stay shut.
    assert!(world.sheet(HACHIOJI).await.closes <= owner.at);
    // While it is out nothing is approved; once it is back it need not be closed again.
    let revision = world.survey().await.revision;
    let early = course::approve(store, &owner, SURVEY, revision, "").await;
    assert_eq!(key(early.unwrap_err()), "refuse-survey-not-closed");
    world.put(MEGURO, "submitted").await;
    course::approve(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
}

async fn an_approved_survey_is_locked(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    world
        .account(&world.prefecture, Role::Approver, AccountState::Active)
        .await;
    let approver = world.person(&world.prefecture, Role::Approver);
    let (store, office) = (&world.store, world.office(MEGURO));
    world.put(MEGURO, "submitted").await;
    let revision = world.survey().await.revision;
    let early = course::approve(store, &approver, SURVEY, revision, "").await;
    assert_eq!(key(early.unwrap_err()), "refuse-survey-not-closed");
    course::close(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
    let revision = world.survey().await.revision;
    let alone = course::approve(store, &owner, SURVEY, revision, "").await;
    assert_eq!(key(alone.unwrap_err()), "refuse-needs-approver");
    course::approve(store, &approver, SURVEY, revision, "")
        .await
        .unwrap();
    // Sent twice: it is approved.
    course::approve(store, &approver, SURVEY, revision, "")
        .await
        .unwrap();
    // Nothing moves.
    let last = "2099-01-01";
    let tried = [
        accept(store, &owner, SURVEY, &office, "").await,
        send_back(store, &owner, SURVEY, &office, "直して").await,
        desk::extend(store, &owner, SURVEY, &office, last, "理由").await,
        desk::count(store, &owner, SURVEY, &office, false, "理由").await,
        draft::edit(store, &owner, SURVEY, 99, &world.typed()).await,
        expect::remove(store, &owner, SURVEY, &office).await,
    ];
    for one in tried {
        assert_eq!(key(one.unwrap_err()), "refuse-survey-locked");
    }
    let revision = world.survey().await.revision;
    let silent = course::unlock(store, &approver, SURVEY, revision, "").await;
    assert!(silent.is_err(), "without a reason");
    course::unlock(store, &approver, SURVEY, revision, "誤りが見つかった")
        .await
        .unwrap();
    let passed = accept(store, &owner, SURVEY, &office, "").await;
    assert_eq!(key(passed.unwrap_err()), "fault-sheet-unchecked");
    accept(store, &owner, SURVEY, &office, "保健所と電話で確認")
        .await
        .unwrap();
    let events = store.survey_events_of(SURVEY, Some(&office)).await.unwrap();
    let kept = |kind: &str| events.iter().any(|event| event.kind == kind);
    assert!(kept("accepted-unchecked") && !kept("accepted"));
    assert_eq!(seen::state_of(&world.survey().await), SurveyState::Closed);
}

async fn an_approver_who_left_locks_nobody_out(backend: Backend) {
    let world = World::open(backend).await;
    let (store, owner) = (&world.store, world.officer(&world.prefecture));
    // One who was suspended, and one of another institution, are none.
    world
        .account(&world.prefecture, Role::Approver, AccountState::Suspended)
        .await;
    world
        .account(&world.office(MEGURO), Role::Approver, AccountState::Active)
        .await;
    assert!(!approver::has(store, &world.prefecture).await.unwrap());
    let revision = world.survey().await.revision;
    course::close(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
    let stranger = world.officer(&world.office(MEGURO));
    let revision = world.survey().await.revision;
    let theirs = course::approve(store, &stranger, SURVEY, revision, "").await;
    assert_eq!(key(theirs.unwrap_err()), "not-found");
    course::approve(store, &owner, SURVEY, revision, "")
        .await
        .unwrap();
    let events = store.survey_events_of(SURVEY, None).await.unwrap();
    assert_eq!(events.last().unwrap().kind, "approved-alone");
}

async fn two_who_change_a_survey_do_not_overwrite_one_another(backend: Backend) {
    let world = World::drafted(backend).await;
    let owner = world.officer(&world.prefecture);
    let revision = world.survey().await.revision;
    let mut typed = world.typed();
    typed.about = "一人目".to_owned();
    draft::edit(&world.store, &owner, SURVEY, revision, &typed)
        .await
        .unwrap();
    typed.about = "二人目".to_owned();
    let second = draft::edit(&world.store, &owner, SURVEY, revision, &typed).await;
    assert!(matches!(second, Err(Failure::Refused(Refusal::Conflict))));
    assert_eq!(world.survey().await.about, "一人目");
}

async fn names_that_mean_nobody_are_told(backend: Backend) {
    let world = World::drafted(backend).await;
    let rule = Universe {
        list: "131105\n見本目黒保健所\nどこにもない医院\n\n131104".to_owned(),
        ..Universe::default()
    };
    let found = world.expect(&rule).await;
    let names: Vec<&str> = found.expected.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["目黒区", "見本目黒保健所"]);
    assert_eq!(found.unknown, ["どこにもない医院", "131104"]);
    let owner = world.officer(&world.prefecture);
    let (store, areas, finder) = (&world.store, &world.areas, &world.finder);
    let add = async |typed: &str| expect::add(store, areas, finder, &owner, SURVEY, typed).await;
    assert_eq!(
        key(add("八王子").await.unwrap_err()),
        "fault-survey-unknown"
    );
    assert_eq!(key(add("131105").await.unwrap_err()), "fault-survey-known");
    assert_eq!(add(HACHIOJI).await.unwrap(), world.office(HACHIOJI));
}

/// Nobody types 53 addresses anew every year.
async fn contacts_are_those_of_the_asking_before(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    let office = world.office(MEGURO);
    let contact = desk::Contact {
        name: "西 見本".to_owned(),
        phone: "03-0000-0000".to_owned(),
        mail: "kaigo@meguro.example.jp".to_owned(),
    };
    desk::contact(&world.store, &owner, SURVEY, &office, &contact)
        .await
        .unwrap();
    let before = world.survey().await;
    let typed = renkei_gov::survey::Typed {
        code: "home-care-next".to_owned(),
        previous: SURVEY.to_owned(),
        ..world.typed()
    };
    let made = draft::create(&world.store, &owner, &before.questionnaire, 1, &typed).await;
    let code = made.unwrap();
    let rule = crate::world::universe();
    let (areas, finder) = (&world.areas, &world.finder);
    expect::expect(&world.store, areas, finder, &owner, &code, &rule)
        .await
        .unwrap();
    let contact = async |office| {
        let row = world
            .store
            .respondent(&code, office)
            .await
            .unwrap()
            .unwrap();
        (row.contact_name, row.contact_phone, row.contact_mail)
    };
    let wanted = ("西 見本", "03-0000-0000", "kaigo@meguro.example.jp");
    let (name, phone, mail) = contact(&office).await;
    assert_eq!((name.as_str(), phone.as_str(), mail.as_str()), wanted);
    let (name, _, mail) = contact(&world.office(HACHIOJI)).await;
    assert!(name.is_empty() && mail.is_empty());
}
