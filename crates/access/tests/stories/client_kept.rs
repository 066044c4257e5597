//! Machine clients as they are kept: added, suspended, slowed when they fail.

use renkei_access::NewClient;
use renkei_base::clock::Span;
use renkei_base::{Role, Roles};
use renkei_testkit::{Backend, Signer, each_backend};

use crate::client::{US, ask, bearer, claims, hospital, new, refused, signed};
use crate::world::{World, keys};

each_backend!(
    a_suspended_client_is_out_at_the_next_request,
    failures_slow_who_fails,
    one_bad_client_slows_no_other,
    who_adds_and_who_suspends,
    what_is_no_client_is_refused,
);

async fn a_suspended_client_is_out_at_the_next_request(backend: Backend) {
    let world = World::new(backend).await;
    let signer = Signer::es384("k");
    let (hospital, admin) = world.staffed("市民病院").await;
    let client = new("his", Some(&hospital), &signer);
    let id = world
        .access
        .add_client(&world.program(), &client)
        .await
        .unwrap();
    let granted = signed(&world, &signer, "his", "1").await.unwrap();
    assert!(bearer(&world, &granted).await.is_some());
    let by = world.ctx(&admin).await;
    world.access.suspend_client(&by, &id).await.unwrap();
    assert_eq!(bearer(&world, &granted).await, None);
    let trial = world.access.trial_token(&world.program(), "his").await;
    assert_eq!(keys(trial), "refuse-client-suspended");
    world.access.unsuspend_client(&by, &id).await.unwrap();
    assert_eq!(
        bearer(&world, &granted).await,
        None,
        "old tokens stay ended"
    );
    let trial = world
        .access
        .trial_token(&world.program(), "his")
        .await
        .unwrap();
    assert!(bearer(&world, &trial).await.is_some());
    // A client never is somebody who gives itself a token.
    let who = bearer(&world, &trial).await.unwrap().ctx(world.arrival());
    assert_eq!(
        keys(world.access.trial_token(&who, "his").await),
        "not found"
    );
}

async fn failures_slow_who_fails(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    hospital(&world, &signer).await;
    let stranger = Signer::es384("k");
    for n in 0..5 {
        let tried = signed(&world, &stranger, "his", &format!("f{n}")).await;
        assert_eq!(refused(tried), "Client");
    }
    let slowed = signed(&world, &signer, "his", "1").await;
    assert_eq!(refused(slowed), format!("Wait({:?})", Span::seconds(5)));
    let elsewhere = world.visitor_at("192.0.2.9");
    let right = ask(signer.jwt(&claims(&world, "his", "1")));
    let other = world
        .access
        .exchange(&elsewhere, &right, &[US.to_owned()])
        .await;
    assert!(other.is_ok(), "the client itself is not locked out");
    world.clock.advance(Span::seconds(5));
    assert!(signed(&world, &signer, "his", "2").await.is_ok());
    // A success wipes the slate.
    let tried = signed(&world, &stranger, "his", "f9").await;
    assert_eq!(refused(tried), "Client");
    assert!(signed(&world, &signer, "his", "3").await.is_ok());
}

async fn one_bad_client_slows_no_other(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    hospital(&world, &signer).await;
    // An expired key in a cellar of the hospital, for half a day.
    let old = Signer::es384("k");
    for n in 0..45 {
        let tried = signed(&world, &old, "cellar", &format!("c{n}")).await;
        assert_eq!(refused(tried), "Client");
        if n >= 4 {
            let again = signed(&world, &old, "cellar", &format!("d{n}")).await;
            assert!(refused(again).starts_with("Wait"));
            world.clock.advance(Span::minutes(16));
        }
    }
    assert!(signed(&world, &signer, "his", "1").await.is_ok());
    // Who names another one each time slows the address.
    let mut waited = false;
    for n in 0..30 {
        let tried = signed(&world, &old, &format!("x{n}"), "1").await;
        waited |= refused(tried).starts_with("Wait");
    }
    assert!(waited);
}

async fn who_adds_and_who_suspends(backend: Backend) {
    let world = World::new(backend).await;
    let signer = Signer::es384("k");
    let (hospital, admin) = world.staffed("市民病院").await;
    let (_, stranger) = world.staffed("よその病院").await;
    let by = world.program();
    let his = new("his", Some(&hospital), &signer);
    let id = world.access.add_client(&by, &his).await.unwrap();
    let gate = new("gate", None, &signer);
    let gate = world.access.add_client(&by, &gate).await.unwrap();
    let (admin, stranger) = (world.ctx(&admin).await, world.ctx(&stranger).await);
    let region = world.admin_ctx().await;
    let names = async |ctx| {
        let clients = world.access.clients(ctx).await.unwrap();
        clients.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&admin).await, ["his"]);
    assert_eq!(names(&region).await, ["gate"]);
    assert_eq!(names(&stranger).await, Vec::<String>::new());
    assert_eq!(names(&by).await, ["gate", "his"]);
    assert_eq!(
        keys(world.access.clients(&world.visitor()).await),
        "not found"
    );
    for (ctx, client) in [(&stranger, &id), (&region, &id), (&admin, &gate)] {
        assert_eq!(
            keys(world.access.suspend_client(ctx, client).await),
            "not found"
        );
    }
    world.access.suspend_client(&region, &gate).await.unwrap();
    for ctx in [&admin, &region] {
        let other = new("other", Some(&hospital), &signer);
        assert_eq!(
            keys(world.access.add_client(ctx, &other).await),
            "not found"
        );
        let change = world
            .access
            .change_client_keys(ctx, &id, &signer.jwks())
            .await;
        assert_eq!(keys(change), "not found");
    }
}

async fn what_is_no_client_is_refused(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    let (hospital, _) = hospital(&world, &signer).await;
    let good = new("other", Some(&hospital), &signer);
    let gate = new("gate", None, &signer);
    let nowhere = world.ids.id();
    let admin = Roles::new([Role::InstitutionAdmin]);
    for (client, key) in [
        (
            NewClient {
                name: "his".to_owned(),
                ..good.clone()
            },
            "fault-client-taken",
        ),
        (
            NewClient {
                name: "The HIS".to_owned(),
                ..good.clone()
            },
            "fault-client-name",
        ),
        (
            NewClient {
                keys: "{}".to_owned(),
                ..good.clone()
            },
            "fault-client-keys",
        ),
        (
            NewClient {
                scopes: "patient/*.rs".to_owned(),
                ..good.clone()
            },
            "fault-client-scopes",
        ),
        (
            NewClient {
                roles: admin,
                ..good.clone()
            },
            "fault-client-roles",
        ),
        (
            NewClient {
                roles: Roles::default(),
                ..good.clone()
            },
            "fault-client-roles",
        ),
        (
            NewClient {
                institution: None,
                ..good.clone()
            },
            "fault-client-institution-missing",
        ),
        (
            NewClient {
                institution: Some(nowhere),
                ..good.clone()
            },
            "fault-account-institution",
        ),
        (
            NewClient {
                institution: Some(hospital.clone()),
                ..gate.clone()
            },
            "fault-client-gateway",
        ),
        (
            NewClient {
                roles: good.roles.clone(),
                ..gate
            },
            "fault-client-gateway",
        ),
    ] {
        assert_eq!(
            keys(world.access.add_client(&world.program(), &client).await),
            key
        );
    }
}
