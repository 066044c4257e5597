//! How sessions end.

use renkei_access::session::Use;
use renkei_access::{SessionToken, session::SessionLine};
use renkei_base::clock::Span;
use renkei_base::{Role, Roles};
use renkei_testkit::{Backend, each_backend};

use crate::world::{Someone, World};

each_backend!(
    a_session_left_alone_ends,
    a_session_in_use_ends_after_half_a_day,
    a_page_that_fetches_itself_keeps_nobody_signed_in,
    one_session_or_all_are_ended,
    a_suspended_person_is_out_at_the_next_request,
    other_roles_count_at_the_next_request,
    another_process_sees_it_within_a_second,
    a_token_is_stored_as_its_hash,
    old_rows_go_at_night,
);

async fn admin(world: &World) -> &Someone {
    world.admin.as_ref().unwrap()
}

async fn a_session_left_alone_ends(backend: Backend) {
    let world = World::new(backend).await;
    let token = admin(&world).await.session.token.clone();
    world.clock.advance(Span::minutes(29));
    assert!(world.who(&token).await.is_some());
    world.clock.advance(Span::minutes(29));
    assert!(world.who(&token).await.is_some(), "the use was noted");
    world.clock.advance(Span::minutes(30));
    assert!(world.who(&token).await.is_none());
    assert!(world.who(&SessionToken::new([9; 32])).await.is_none());
}

async fn a_session_in_use_ends_after_half_a_day(backend: Backend) {
    let world = World::new(backend).await;
    let session = admin(&world).await.session.clone();
    for _ in 0..47 {
        world.clock.advance(Span::minutes(15));
        assert!(world.who(&session.token).await.is_some());
    }
    world.clock.advance(Span::minutes(15));
    assert!(world.visitor().at >= session.expires);
    assert!(world.who(&session.token).await.is_none());
}

async fn a_page_that_fetches_itself_keeps_nobody_signed_in(backend: Backend) {
    let world = World::new(backend).await;
    let token = admin(&world).await.session.token.clone();
    let fetch = async || {
        world.clock.advance(Span::minutes(10));
        world
            .access
            .authenticate(&token, world.visitor().at, Use::Background)
            .await
            .unwrap()
    };
    assert!(fetch().await.is_some());
    assert!(fetch().await.is_some());
    assert!(fetch().await.is_none());
}

async fn one_session_or_all_are_ended(backend: Backend) {
    let world = World::new(backend).await;
    let first = admin(&world).await;
    let second = world.sign_in(first).await.unwrap();
    let third = world.sign_in(first).await.unwrap();
    let ctx = world.ctx(first).await;
    let lines = world.access.own_sessions(&ctx).await.unwrap();
    assert_eq!(lines.len(), 3);
    let line = |id| -> &SessionLine { lines.iter().find(|line| &line.id == id).unwrap() };
    assert_eq!(line(&second.id).address, "192.0.2.1");
    assert_eq!(line(&second.id).agent, "Mozilla/5.0");

    world.access.sign_out(&ctx, &second.id).await.unwrap();
    assert!(world.who(&second.token).await.is_none());
    assert!(world.who(&third.token).await.is_some());

    world.access.sign_out_everywhere(&ctx).await.unwrap();
    for token in [&first.session.token, &third.token] {
        assert!(world.who(token).await.is_none());
    }
}

async fn a_suspended_person_is_out_at_the_next_request(backend: Backend) {
    let world = World::new(backend).await;
    let (_, admin) = world.staffed("市民病院").await;
    let (hospital, _) = (world.ctx(&admin).await.caller.institution.unwrap(), ());
    let by = world.ctx(&admin).await;
    let nurse = world
        .join(&by, "nurse", Some(&hospital), &[Role::Nurse])
        .await;
    assert!(world.who(&nurse.session.token).await.is_some());
    world.access.suspend(&by, &nurse.account).await.unwrap();
    assert!(world.who(&nurse.session.token).await.is_none());
}

async fn other_roles_count_at_the_next_request(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let nurse = world
        .join(&by, "nurse", Some(&hospital), &[Role::Nurse])
        .await;
    assert!(world.ctx(&nurse).await.caller.has(Role::Nurse));
    let clerk = Roles::new([Role::LiaisonClerk]);
    world
        .access
        .change_roles(&by, &nurse.account, &clerk)
        .await
        .unwrap();
    assert_eq!(world.ctx(&nurse).await.caller.roles, clerk);
}

async fn another_process_sees_it_within_a_second(backend: Backend) {
    let world = World::new(backend).await;
    let other = world.other_process();
    let token = &admin(&world).await.session.token;
    let seen = async || {
        other
            .authenticate(token, world.visitor().at, Use::Person)
            .await
            .unwrap()
    };
    assert!(seen().await.is_some());
    let ctx = world.admin_ctx().await;
    world.access.sign_out_everywhere(&ctx).await.unwrap();
    world.clock.advance(Span(999_999));
    assert!(seen().await.is_none());
}

async fn a_token_is_stored_as_its_hash(backend: Backend) {
    let world = World::new(backend).await;
    let someone = admin(&world).await;
    let rows = world.store.sessions_of(&someone.account).await.unwrap();
    let token = someone.session.token.reveal();
    assert_eq!(rows.len(), 1);
    assert!(!format!("{rows:?}").contains(token));
    assert!(world.store.session_owner(token).await.unwrap().is_none());
}

async fn old_rows_go_at_night(backend: Backend) {
    let world = World::new(backend).await;
    let someone = admin(&world).await;
    world.clock.advance(Span::hours(2));
    let fresh = world.sign_in(someone).await.unwrap();
    world.access.tidy(&world.program()).await.unwrap();
    let rows = world.store.sessions_of(&someone.account).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| &row.id).collect::<Vec<_>>(),
        [&fresh.id]
    );
}
