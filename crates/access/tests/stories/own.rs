//! One's own account.

use renkei_testkit::{Backend, each_backend};

use crate::world::{PASSWORD, Someone, World, keys};

each_backend!(
    a_new_password,
    wrong_passwords_slow_here_too,
    new_recovery_codes,
    a_new_app
);

const NEW: &str = "furuike-ya-basho";

async fn a_new_password(backend: Backend) {
    let world = World::new(backend).await;
    let me = world.admin.as_ref().unwrap();
    let other = world.sign_in(me).await.unwrap();
    let ctx = world.ctx(me).await;
    let change = async |current, new, again| {
        keys(
            world
                .access
                .change_password(&ctx, &me.session.id, current, new, again)
                .await,
        )
    };
    assert_eq!(change("wrong", NEW, NEW).await, "fault-password-current");
    assert_eq!(
        change(PASSWORD, "region", "x").await,
        "fault-password-short fault-password-again"
    );
    assert_eq!(change(PASSWORD, NEW, NEW).await, "done");
    assert!(world.who(&me.session.token).await.is_some());
    assert!(world.who(&other.token).await.is_none());
    assert_eq!(keys(world.sign_in(me).await), "fault-signin");
    let changed = renkei_access::Entry {
        password: NEW.to_owned(),
        ..world.entry(me)
    };
    assert_eq!(
        keys(world.access.sign_in(&world.visitor(), &changed).await),
        "done"
    );
}

async fn wrong_passwords_slow_here_too(backend: Backend) {
    let world = World::new(backend).await;
    let ctx = world.admin_ctx().await;
    let session = &world.admin.as_ref().unwrap().session.id;
    let change = async |current| {
        let changed = world
            .access
            .change_password(&ctx, session, current, NEW, NEW);
        keys(changed.await)
    };
    for _ in 0..5 {
        assert_eq!(change("wrong").await, "fault-password-current");
    }
    assert_eq!(change(PASSWORD).await, "fault-signin-wait");
}

async fn new_recovery_codes(backend: Backend) {
    let world = World::new(backend).await;
    let me = world.admin.as_ref().unwrap();
    let ctx = world.ctx(me).await;
    let codes = world
        .access
        .renew_recovery_codes(&ctx, &me.session.id)
        .await
        .unwrap();
    let with = async |code: &str| {
        let entry = renkei_access::Entry {
            code: code.to_owned(),
            ..world.entry(me)
        };
        keys(world.access.sign_in(&world.visitor(), &entry).await)
    };
    assert_eq!(with(&me.recovery_codes[0]).await, "fault-signin");
    assert_eq!(with(&codes[0]).await, "done");
}

async fn a_new_app(backend: Backend) {
    let world = World::new(backend).await;
    let me = world.admin.as_ref().unwrap();
    let ctx = world.ctx(me).await;
    let invitation = world
        .access
        .renew_factors(&ctx, &me.session.id)
        .await
        .unwrap();
    // Until it is used, the old app holds.
    assert_eq!(keys(world.sign_in(me).await), "done");
    let renewed: Someone = world.enrol(&invitation.link, "").await.unwrap();
    assert_eq!(renewed.login, me.login);
    assert!(world.who(&me.session.token).await.is_none());
    assert_eq!(keys(world.sign_in(me).await), "fault-signin");
    assert_eq!(keys(world.sign_in(&renewed).await), "done");
}
