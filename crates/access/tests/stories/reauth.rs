//! What is grave asks who one is, when that was shown longer ago.

use renkei_base::clock::Span;
use renkei_testkit::{Backend, each_backend};

use crate::passkey::{Device, party, registered};
use crate::world::{PASSWORD, Someone, World, keys};

each_backend!(
    a_proof_is_good_for_five_minutes,
    password_and_code_prove_it_again,
    a_passkey_proves_it_too,
    nobody_proves_it_for_somebody_else,
);

async fn left_alone(world: &World) -> &Someone {
    world.clock.advance(Span::minutes(6));
    world.admin.as_ref().unwrap()
}

async fn a_proof_is_good_for_five_minutes(backend: Backend) {
    let world = World::new(backend).await;
    let me = world.admin.as_ref().unwrap();
    let proven = async || {
        let ctx = world.ctx(me).await;
        world.access.is_proven(&ctx, &me.session.id).await.unwrap()
    };
    assert!(proven().await);
    world.clock.advance(Span::seconds(299));
    assert!(proven().await);
    world.clock.advance(Span::seconds(1));
    assert!(!proven().await);
    let ctx = world.ctx(me).await;
    let codes = world
        .access
        .renew_recovery_codes(&ctx, &me.session.id)
        .await;
    assert_eq!(keys(codes), "refuse-unproven");
    assert_eq!(
        keys(world.access.renew_factors(&ctx, &me.session.id).await),
        "refuse-unproven"
    );
    let wish = world.access.passkey_to_make(&ctx).await.unwrap();
    let answer = Device::new(&me.account).make(&wish);
    let added = world
        .access
        .add_passkey(&ctx, &me.session.id, &party(), "x", &answer)
        .await;
    assert_eq!(keys(added), "refuse-unproven");
}

async fn password_and_code_prove_it_again(backend: Backend) {
    let world = World::new(backend).await;
    let me = left_alone(&world).await;
    let ctx = world.ctx(me).await;
    let prove = async |password: &str, code: &str| {
        keys(
            world
                .access
                .prove_by_password(&ctx, &me.session.id, password, code)
                .await,
        )
    };
    let code = world.code(&me.app);
    assert_eq!(prove("wrong", &code).await, "fault-signin");
    assert_eq!(prove(PASSWORD, "000000").await, "fault-signin");
    assert!(!world.access.is_proven(&ctx, &me.session.id).await.unwrap());
    assert_eq!(prove(PASSWORD, &code).await, "done");
    assert!(world.access.is_proven(&ctx, &me.session.id).await.unwrap());
    assert_eq!(
        prove(PASSWORD, &code).await,
        "fault-signin",
        "a code is good once"
    );
    assert_eq!(
        keys(
            world
                .access
                .renew_recovery_codes(&ctx, &me.session.id)
                .await
        ),
        "done"
    );
    for _ in 0..5 {
        prove("wrong", "000000").await;
    }
    assert_eq!(prove("wrong", "000000").await, "fault-signin-wait");
}

async fn a_passkey_proves_it_too(backend: Backend) {
    let world = World::new(backend).await;
    let device = registered(&world, world.admin.as_ref().unwrap()).await;
    let me = left_alone(&world).await;
    let ctx = world.ctx(me).await;
    let signing_in = world
        .access
        .passkey_to_sign_in(&ctx, "a browser")
        .await
        .unwrap();
    let wish = world.access.passkey_to_confirm(&ctx).await.unwrap();
    let prove = async |wish| {
        let answer = device.answer(wish);
        keys(
            world
                .access
                .prove_by_passkey(&ctx, &me.session.id, &party(), &answer)
                .await,
        )
    };
    assert_eq!(prove(&signing_in).await, "fault-signin");
    assert_eq!(prove(&wish).await, "done");
    assert_eq!(prove(&wish).await, "fault-signin", "an answer is good once");
    assert!(world.access.is_proven(&ctx, &me.session.id).await.unwrap());
}

async fn nobody_proves_it_for_somebody_else(backend: Backend) {
    let world = World::new(backend).await;
    let (_, other) = world.staffed("市民病院").await;
    let theirs = registered(&world, &other).await;
    let me = left_alone(&world).await;
    let ctx = world.ctx(me).await;
    let wish = world.access.passkey_to_confirm(&ctx).await.unwrap();
    let answer = theirs.answer(&wish);
    let proved = world
        .access
        .prove_by_passkey(&ctx, &me.session.id, &party(), &answer)
        .await;
    assert_eq!(keys(proved), "fault-signin");
    let stolen = world
        .access
        .prove_by_password(&ctx, &me.session.id, PASSWORD, &world.code(&other.app))
        .await;
    assert_eq!(keys(stolen), "fault-signin");
}
