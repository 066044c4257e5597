//! One-time links.

use renkei_access::LinkToken;
use renkei_access::enrolment::Enrol;
use renkei_base::Role;
use renkei_base::clock::Span;
use renkei_testkit::{Backend, each_backend};

use crate::world::{PASSWORD, World, keys, person};

each_backend!(
    the_first_administrator,
    a_link_is_good_once,
    a_link_runs_out,
    everything_wrong_is_said_and_the_link_stays,
    a_newer_link_ends_the_older,
    a_suspended_persons_link_is_void,
);

async fn the_first_administrator(backend: Backend) {
    let world = World::empty(backend).await;
    assert!(!world.access.administrator_enrolled().await.unwrap());
    let early = world
        .access
        .first_link(&world.program())
        .await
        .unwrap()
        .unwrap();
    let link = world
        .access
        .first_link(&world.program())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(keys(world.enrol(&early, "region").await), "refuse-link");
    let view = world
        .access
        .open_link(&world.visitor(), &link)
        .await
        .unwrap();
    assert_eq!(view.login, None);
    assert!(
        view.uri
            .starts_with("otpauth://totp/renkei:administrator?secret="),
        "{}",
        view.uri
    );
    let admin = world.enrol(&link, "Region.Admin").await.unwrap();
    assert!(world.access.administrator_enrolled().await.unwrap());
    assert!(
        world
            .access
            .first_link(&world.program())
            .await
            .unwrap()
            .is_none()
    );
    let who = world.who(&admin.session.token).await.unwrap();
    assert!(who.roles.has(Role::RegionAdmin));
    assert_eq!(
        (who.login.as_str(), who.name.as_str()),
        ("region.admin", "地域 管理")
    );
    assert_eq!(keys(world.sign_in(&admin).await), "done");
}

async fn a_link_is_good_once(backend: Backend) {
    let world = World::empty(backend).await;
    let link = world
        .access
        .first_link(&world.program())
        .await
        .unwrap()
        .unwrap();
    let (one, two) = tokio::join!(world.enrol(&link, "one"), world.enrol(&link, "two"));
    let mut answers = [keys(one), keys(two)];
    answers.sort();
    assert_eq!(answers, ["done", "refuse-link"]);
    assert_eq!(keys(world.enrol(&link, "three").await), "refuse-link");
    let unknown = LinkToken::new([3; 32]);
    assert_eq!(
        keys(world.access.open_link(&world.visitor(), &unknown).await),
        "refuse-link"
    );
}

async fn a_link_runs_out(backend: Backend) {
    let world = World::empty(backend).await;
    let link = world
        .access
        .first_link(&world.program())
        .await
        .unwrap()
        .unwrap();
    world.clock.advance(Span::seconds(24 * 3600 - 1));
    assert!(
        world
            .access
            .open_link(&world.visitor(), &link)
            .await
            .is_ok()
    );
    world.clock.advance(Span::seconds(1));
    assert_eq!(keys(world.enrol(&link, "region").await), "refuse-link");
}

async fn everything_wrong_is_said_and_the_link_stays(backend: Backend) {
    let world = World::empty(backend).await;
    let link = world
        .access
        .first_link(&world.program())
        .await
        .unwrap()
        .unwrap();
    let typed = Enrol {
        password: "short".to_owned(),
        again: "other".to_owned(),
        code: "12".to_owned(),
        ..Enrol::default()
    };
    let said = keys(world.access.enrol(&world.visitor(), &link, &typed).await);
    insta::assert_snapshot!(said, @"fault-account-login-missing fault-account-name-missing fault-account-kana-missing fault-password-short fault-password-again fault-code");
    let typed = Enrol {
        login: PASSWORD.to_owned(),
        name: "地域\u{7} 管理".to_owned(),
        kana: "x".to_owned(),
        password: PASSWORD.to_owned(),
        again: PASSWORD.to_owned(),
        ..typed
    };
    let said = keys(world.access.enrol(&world.visitor(), &link, &typed).await);
    insta::assert_snapshot!(said, @"fault-account-characters fault-account-kana fault-password-login fault-code");
    assert_eq!(keys(world.enrol(&link, "region").await), "done");
}

async fn a_newer_link_ends_the_older(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let nurse = person("nurse", Some(&hospital), &[Role::Nurse]);
    let first = world.access.invite(&by, &nurse).await.unwrap();
    let second = world.access.reset(&by, &first.account).await.unwrap();
    assert_eq!(keys(world.enrol(&first.link, "").await), "refuse-link");
    let view = world
        .access
        .open_link(&world.visitor(), &second.link)
        .await
        .unwrap();
    assert_eq!(
        (view.login.as_deref(), view.name.as_str()),
        (Some("nurse"), "岩田 健")
    );
    assert_eq!(keys(world.enrol(&second.link, "").await), "done");
}

async fn a_suspended_persons_link_is_void(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let nurse = person("nurse", Some(&hospital), &[Role::Nurse]);
    let invitation = world.access.invite(&by, &nurse).await.unwrap();
    world
        .access
        .suspend(&by, &invitation.account)
        .await
        .unwrap();
    assert_eq!(keys(world.enrol(&invitation.link, "").await), "refuse-link");
    // Without a way in there is nothing to come back to but a new link.
    world
        .access
        .unsuspend(&by, &invitation.account)
        .await
        .unwrap();
    assert_eq!(keys(world.enrol(&invitation.link, "").await), "refuse-link");
    let again = world.access.reset(&by, &invitation.account).await.unwrap();
    assert_eq!(keys(world.enrol(&again.link, "").await), "done");
}
