//! A survey from its draft to its approval: who is asked, who may see it, days for one, the way of a sheet, the lock.

use renkei_base::clock::Span;
use renkei_base::{Clock, Ctx, Id, Refusal, Role};
use renkei_gov::respondent::course::{Decision, decide};
use renkei_gov::respondent::desk::Act;
use renkei_gov::respondent::{Universe, desk, expect, rate};
use renkei_gov::survey::{SurveyState, course, day, draft, seen};
use renkei_gov::{approver, respondent};
use renkei_store::{AccountState, Failure, Store};
use renkei_testkit::{Backend, each_backend};

use crate::world::{HACHIOJI, MEGURO, SURVEY, World};

each_backend!(
    rows_from_the_first_day,
    a_draft_is_its_owners_alone,
    more_days_for_one_do_not_open_the_others,
    days_are_taken_back_and_never_silently_at_once,
    a_last_day_that_was_mistyped_is_made_earlier,
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

type Done = Result<(), Failure>;

async fn check(store: &Store, ctx: &Ctx, code: &str, office: &Id, comment: &str) -> Done {
    decide(store, ctx, (code, office), Decision::Check, comment).await
}

async fn accept(store: &Store, ctx: &Ctx, code: &str, office: &Id, comment: &str) -> Done {
    decide(store, ctx, (code, office), Decision::Accept, comment).await
}

async fn send_back(store: &Store, ctx: &Ctx, code: &str, office: &Id, comment: &str) -> Done {
    decide(store, ctx, (code, office), Decision::SendBack, comment).await
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
    let called = desk::act(
        &world.store,
        &other,
        (SURVEY, &office),
        &Act::Call { note: "何か" },
    )
    .await;
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
        desk::act(
            &world.store,
            &owner,
            (SURVEY, &office),
            &Act::Extend { closes, why },
        )
        .await
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

async fn days_are_taken_back_and_never_silently_at_once(backend: Backend) {
    let world = World::open(backend).await;
    let office = world.office(MEGURO);
    let store = &world.store;
    let act = async |act: Act<'_>| {
        let owner = world.officer(&world.prefecture);
        desk::act(store, &owner, (SURVEY, &office), &act).await
    };
    let back = |at_once, why| Act::TakeBack { at_once, why };
    let none = act(back(false, "誤り")).await;
    assert_eq!(key(none.unwrap_err()), "refuse-sheet-not-extended");
    let survey = world.survey().await;
    let last = day::last(survey.closes);
    let later = last.saturating_add(jiff::Span::new().days(9)).to_string();
    let extend = |closes| Act::Extend {
        closes,
        why: "担当の交代",
    };
    act(extend(&later)).await.unwrap();
    // Changed, and taken back with a reason: as before.
    let less = last.saturating_add(jiff::Span::new().days(4)).to_string();
    act(extend(&less)).await.unwrap();
    assert_eq!(
        day::last(world.sheet(MEGURO).await.closes).to_string(),
        less
    );
    assert!(act(back(false, " ")).await.is_err(), "without a reason");
    act(back(false, "不要になった")).await.unwrap();
    assert_eq!(world.sheet(MEGURO).await.closes, survey.closes);
    // Once the survey's own last day has passed it closes at once, which has to be said.
    act(extend(&later)).await.unwrap();
    world
        .clock
        .advance(survey.closes + Span::hours(1) - world.clock.now());
    let silent = act(back(false, "誤り")).await;
    assert_eq!(key(silent.unwrap_err()), "fault-sheet-at-once");
    let open = async || {
        let (survey, row) = (world.survey().await, world.sheet(MEGURO).await);
        let window = renkei_gov::survey::Window {
            opens: survey.opens,
            closes: row.closes,
        };
        let state = respondent::state_of(&row);
        respondent::open(seen::state_of(&survey), state, window, world.clock.now())
    };
    assert!(open().await, "nothing happened");
    act(back(true, "誤り")).await.unwrap();
    assert!(!open().await);
    let events = store.survey_events_of(SURVEY, Some(&office)).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|one| one.kind.as_str()).collect();
    let (more, less) = ("extended", "unextended");
    assert_eq!(kinds, [more, more, less, more, less]);
    // One that was handed in has nothing to lose.
    act(extend(&later)).await.unwrap();
    world.put(MEGURO, "submitted").await;
    act(back(false, "提出済み")).await.unwrap();
}

async fn a_last_day_that_was_mistyped_is_made_earlier(backend: Backend) {
    let world = World::open(backend).await;
    let owner = world.officer(&world.prefecture);
    let office = world.office(HACHIOJI);
    let last = day::last(world.survey().await.closes);
    let on = |days: i64| {
        last.saturating_add(jiff::Span::new().days(days))
            .to_string()
    };
    let prolong = async |closes: String| {
        let revision = world.survey().await.revision;
        course::prolong(&world.store, &owner, SURVEY, revision, &closes, "訂正").await
    };
    let closes = async |municipality| {
        let row = world.sheet(municipality).await;
        day::last(row.closes).to_string()
    };
    let own = on(40);
    let extend = Act::Extend {
        closes: &own,
        why: "担当の交代",
    };
    desk::act(&world.store, &owner, (SURVEY, &office), &extend)
        .await
        .unwrap();
    prolong(on(30)).await.unwrap();
    prolong(on(3)).await.unwrap();
    assert_eq!(
        closes(MEGURO).await,
        on(3),
        "no sheet is open longer than it says"
    );
    assert_eq!(
        closes(HACHIOJI).await,
        own,
        "but one that was given its own day"
    );
    let past = prolong("2026-11-01".to_owned()).await;
    assert_eq!(key(past.unwrap_err()), "fault-survey-past");
    let events = world.store.survey_events_of(SURVEY, None).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds[kinds.len() - 2..], ["prolonged", "shortened"]);
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
    // What the health centre has not seen and nobody accepted is approved with a reason alone.
    let silent = course::approve(store, &owner, SURVEY, revision, " ").await;
    assert_eq!(key(silent.unwrap_err()), "fault-survey-unaccepted");
    course::approve(store, &owner, SURVEY, revision, "電話で確認")
        .await
        .unwrap();
    let events = store.survey_events_of(SURVEY, None).await.unwrap();
    assert_eq!(events.last().unwrap().note, "(1) 電話で確認");
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
    course::approve(store, &approver, SURVEY, revision, "確認済み")
        .await
        .unwrap();
    // Sent twice: it is approved.
    course::approve(store, &approver, SURVEY, revision, "")
        .await
        .unwrap();
    // Nothing moves.
    let why = "理由";
    let (extend, count) = (
        Act::Extend {
            closes: "2099-01-01",
            why,
        },
        Act::Count {
            counted: false,
            why,
        },
    );
    let tried = [
        accept(store, &owner, SURVEY, &office, "").await,
        send_back(store, &owner, SURVEY, &office, "直して").await,
        desk::act(store, &owner, (SURVEY, &office), &extend).await,
        desk::act(store, &owner, (SURVEY, &office), &count).await,
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
    desk::act(
        &world.store,
        &owner,
        (SURVEY, &office),
        &Act::Contact(&contact),
    )
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
    // A survey that follows no other finds those of the owner's last ones.
    let typed = renkei_gov::survey::Typed {
        code: "another".to_owned(),
        ..world.typed()
    };
    let made = draft::create(&world.store, &owner, &before.questionnaire, 1, &typed).await;
    let code = made.unwrap();
    expect::expect(&world.store, areas, finder, &owner, &code, &rule)
        .await
        .unwrap();
    let row = world.store.respondent(&code, &office).await.unwrap();
    assert_eq!(row.unwrap().contact_mail, "kaigo@meguro.example.jp");
}
