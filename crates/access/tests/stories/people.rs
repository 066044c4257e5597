//! Administrators and the people they manage.

use renkei_access::AccessConfig;
use renkei_base::clock::Span;
use renkei_base::{Role, Roles};
use renkei_fhir::Key;
use renkei_store::AccountState;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, keys, person};

each_backend!(
    an_administrator_invites_suspends_and_reviews,
    a_login_is_taken_once,
    nobody_gives_more_than_they_may,
    nobody_suspends_or_changes_themselves,
    the_last_administrator_stays,
    two_administrators_cannot_remove_each_other,
    a_higher_account_is_not_reset,
    other_institutions_people_do_not_exist,
    a_reset_closes_every_door,
    a_doctor_gets_a_practitioner,
);

fn roles(list: &[Role]) -> Roles {
    Roles::new(list.iter().copied())
}

async fn an_administrator_invites_suspends_and_reviews(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    // Whatever institution is asked for, it is one's own.
    let elsewhere = world.hospital("別の病院").await;
    let invitation = world
        .access
        .invite(&by, &person("nurse", Some(&elsewhere), &[Role::Nurse]))
        .await
        .unwrap();
    let nurse = world.access.person(&by, &invitation.account).await.unwrap();
    assert_eq!(nurse.institution, Some(hospital.clone()));
    assert_eq!(nurse.state, AccountState::Invited);

    world.enrol(&invitation.link, "").await.unwrap();
    world.access.suspend(&by, &nurse.id).await.unwrap();
    assert_eq!(
        keys(world.access.reset(&by, &nurse.id).await),
        "refuse-account-suspended"
    );
    world.access.unsuspend(&by, &nurse.id).await.unwrap();
    assert_eq!(
        keys(world.access.unsuspend(&by, &nurse.id).await),
        "refuse-account-not-suspended"
    );

    let year = AccessConfig::default().review;
    world.clock.advance(year);
    let now = world.program().at;
    let by = renkei_base::Ctx { at: now, ..by };
    let due = async || {
        let people = world.access.people(&by, &hospital).await.unwrap();
        people
            .iter()
            .filter(|person| person.review_is_due(now, year))
            .count()
    };
    assert_eq!(due().await, 2);
    world.access.review(&by, &nurse.id).await.unwrap();
    assert_eq!(due().await, 1);
}

async fn a_login_is_taken_once(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    world
        .access
        .invite(&by, &person("nurse", Some(&hospital), &[Role::Nurse]))
        .await
        .unwrap();
    let again = person("ＮＵＲＳＥ", Some(&hospital), &[Role::Nurse]);
    assert_eq!(
        keys(world.access.invite(&by, &again).await),
        "fault-account-login-taken"
    );
    let (one, two) = (
        person("same", None, &[Role::Nurse]),
        person("same", None, &[Role::Doctor]),
    );
    let (one, two) = tokio::join!(
        world.access.invite(&by, &one),
        world.access.invite(&by, &two)
    );
    let mut answers = [keys(one), keys(two)];
    answers.sort();
    assert_eq!(answers, ["done", "fault-account-login-taken"]);
}

async fn nobody_gives_more_than_they_may(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let region = world.admin_ctx().await;
    let invite = async |ctx, role| {
        keys(
            world
                .access
                .invite(ctx, &person("someone", Some(&hospital), &[role]))
                .await,
        )
    };
    for role in [Role::RegionAdmin, Role::RegionDesk, Role::Auditor] {
        assert_eq!(invite(&by, role).await, "refuse-account-role");
    }
    for role in [Role::Doctor, Role::Nurse, Role::LiaisonClerk] {
        assert_eq!(invite(&region, role).await, "refuse-account-role");
    }
    let nurse = world
        .join(&by, "nurse", Some(&hospital), &[Role::Nurse])
        .await;
    let to = async |ctx, list: &[Role]| {
        keys(
            world
                .access
                .change_roles(ctx, &nurse.account, &roles(list))
                .await,
        )
    };
    assert_eq!(
        to(&by, &[Role::Nurse, Role::RegionAdmin]).await,
        "refuse-account-other"
    );
    assert_eq!(to(&region, &[Role::Doctor]).await, "refuse-account-other");
    assert_eq!(
        to(&region, &[Role::Nurse, Role::RegionAdmin]).await,
        "fault-account-roles-mixed"
    );
    assert_eq!(to(&by, &[]).await, "fault-account-roles-missing");
    // A nurse may become the administrator, and then is managed from above too.
    assert_eq!(
        keys(world.access.suspend(&region, &nurse.account).await),
        "refuse-account-other"
    );
    assert_eq!(
        to(&region, &[Role::Nurse, Role::InstitutionAdmin]).await,
        "done"
    );
    assert_eq!(
        keys(world.access.suspend(&region, &nurse.account).await),
        "done"
    );
    // People without such a role manage nobody.
    let doctor = world
        .join(&by, "doctor", Some(&hospital), &[Role::Doctor])
        .await;
    let ctx = world.ctx(&doctor).await;
    assert_eq!(invite(&ctx, Role::Nurse).await, "not found");
    assert_eq!(invite(&world.visitor(), Role::Nurse).await, "not found");
}

async fn nobody_suspends_or_changes_themselves(backend: Backend) {
    let world = World::new(backend).await;
    let (_, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let own = &admin.account;
    assert_eq!(
        keys(world.access.suspend(&by, own).await),
        "refuse-account-own"
    );
    assert_eq!(
        keys(world.access.reset(&by, own).await),
        "refuse-account-own"
    );
    assert_eq!(
        keys(world.access.review(&by, own).await),
        "refuse-account-own"
    );
    let doctor = roles(&[Role::Doctor, Role::InstitutionAdmin]);
    assert_eq!(
        keys(world.access.change_roles(&by, own, &doctor).await),
        "refuse-account-own"
    );
}

async fn the_last_administrator_stays(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, first) = world.staffed("市民病院").await;
    let region = world.admin_ctx().await;
    let last = "refuse-account-last-admin";
    assert_eq!(
        keys(world.access.suspend(&region, &first.account).await),
        last
    );
    let doctor = roles(&[Role::Doctor]);
    assert_eq!(
        keys(
            world
                .access
                .change_roles(&world.program(), &first.account, &doctor)
                .await
        ),
        last
    );
    // An invited administrator cannot sign in yet.
    let second = person("second", Some(&hospital), &[Role::InstitutionAdmin]);
    let invitation = world.access.invite(&region, &second).await.unwrap();
    assert_eq!(
        keys(world.access.suspend(&region, &first.account).await),
        last
    );
    world.enrol(&invitation.link, "").await.unwrap();
    assert_eq!(
        keys(world.access.suspend(&region, &first.account).await),
        "done"
    );
    // The region's own, too.
    let own = &world.admin.as_ref().unwrap().account;
    assert_eq!(
        keys(world.access.suspend(&world.program(), own).await),
        last
    );
}

async fn two_administrators_cannot_remove_each_other(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, one) = world.staffed("市民病院").await;
    let region = world.admin_ctx().await;
    let two = world
        .join(&region, "two", Some(&hospital), &[Role::InstitutionAdmin])
        .await;
    let (by_one, by_two) = (world.ctx(&one).await, world.ctx(&two).await);
    let (a, b) = tokio::join!(
        world.access.suspend(&by_one, &two.account),
        world.access.suspend(&by_two, &one.account),
    );
    let mut answers = [keys(a), keys(b)];
    answers.sort();
    assert_eq!(answers, ["done", "refuse-account-last-admin"]);
}

async fn a_higher_account_is_not_reset(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let region = world.admin_ctx().await;
    // Somebody of the region whose office is in the hospital.
    let desk = world
        .join(&region, "desk", Some(&hospital), &[Role::RegionDesk])
        .await;
    let by = world.ctx(&admin).await;
    assert_eq!(
        keys(world.access.reset(&by, &desk.account).await),
        "refuse-account-other"
    );
    assert_eq!(
        keys(world.access.suspend(&by, &desk.account).await),
        "refuse-account-other"
    );
    let top = &world.admin.as_ref().unwrap().account;
    assert_eq!(keys(world.access.reset(&by, top).await), "not found");
}

async fn other_institutions_people_do_not_exist(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, one) = world.staffed("市民病院").await;
    let (_, two) = world.staffed("岩田医院").await;
    let by = world.ctx(&two).await;
    assert_eq!(
        keys(world.access.person(&by, &one.account).await),
        "not found"
    );
    assert_eq!(
        keys(world.access.suspend(&by, &one.account).await),
        "not found"
    );
    assert_eq!(keys(world.access.people(&by, &hospital).await), "not found");
    assert_eq!(keys(world.access.administrators(&by).await), "not found");
    let region = world.admin_ctx().await;
    assert_eq!(world.access.administrators(&region).await.unwrap().len(), 3);
    let nowhere = person(
        "x.y",
        "no-such".parse().ok().as_ref(),
        &[Role::InstitutionAdmin],
    );
    assert_eq!(
        keys(world.access.invite(&region, &nowhere).await),
        "fault-account-institution"
    );
}

async fn a_reset_closes_every_door(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let doctor = world
        .join(&by, "doctor", Some(&hospital), &[Role::Doctor])
        .await;
    let invitation = world.access.reset(&by, &doctor.account).await.unwrap();
    assert!(world.who(&doctor.session.token).await.is_none());
    assert_eq!(keys(world.sign_in(&doctor).await), "fault-signin");
    let again = world.enrol(&invitation.link, "").await.unwrap();
    assert_ne!(again.app, doctor.app);
    world.clock.advance(Span::minutes(1));
    assert_eq!(keys(world.sign_in(&doctor).await), "fault-signin");
    assert_eq!(keys(world.sign_in(&again).await), "done");
}

async fn a_doctor_gets_a_practitioner(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let clerk = world
        .join(&by, "clerk", Some(&hospital), &[Role::LiaisonClerk])
        .await;
    let practitioner = async || {
        world
            .access
            .person(&by, &clerk.account)
            .await
            .unwrap()
            .practitioner
    };
    assert_eq!(practitioner().await, None);
    let both = roles(&[Role::LiaisonClerk, Role::Nurse]);
    world
        .access
        .change_roles(&by, &clerk.account, &both)
        .await
        .unwrap();
    let id = practitioner().await.unwrap();
    let key = Key::new("Practitioner", id.clone());
    let stored = world.store.read(&by, &key).await.unwrap().unwrap();
    assert_eq!(stored.place.owner, Some(hospital));
    world
        .access
        .change_roles(&by, &clerk.account, &roles(&[Role::Doctor]))
        .await
        .unwrap();
    assert_eq!(
        practitioner().await,
        Some(id),
        "the same person stays the same Practitioner"
    );
}
