//! Machine clients: how they get a token, how they do not, and what a token opens.

use renkei_access::{Ask, AssertionFault, Bearer, Granted, Interaction, NewClient, NoToken};
use renkei_base::clock::Span;
use renkei_base::{Clock, Grantee, Id, Machine, Reach, Role, Roles};
use renkei_store::AuditFilter;
use renkei_testkit::{Backend, Signer, each_backend};

use crate::world::{World, keys};

each_backend!(
    a_signed_request_gets_a_token,
    both_kinds_of_key_work_and_may_be_changed,
    everything_unproven_gets_the_same_answer,
    an_assertion_is_good_once,
    of_two_at_the_same_moment_one_is_late,
    a_wrong_assertion_says_what_is_wrong,
    only_what_the_client_has_is_granted,
    a_suspended_client_is_out_at_the_next_request,
    failures_slow_who_fails,
    one_bad_client_slows_no_other,
    a_gateway_reaches_what_it_brought_in,
    who_adds_and_who_suspends,
    what_is_no_client_is_refused,
);

const US: &str = "http://localhost:8080/oauth2/token";

fn new(name: &str, institution: Option<&Id>, signer: &Signer) -> NewClient {
    let roles = institution.map(|_| Role::LiaisonClerk);
    NewClient {
        name: name.to_owned(),
        kind: if institution.is_some() {
            Machine::Institution
        } else {
            Machine::Gateway
        },
        institution: institution.cloned(),
        roles: Roles::new(roles),
        scopes: String::new(),
        keys: signer.jwks(),
    }
}

fn claims(world: &World, name: &str, jti: &str) -> String {
    let exp = world.clock.now().0 / 1_000_000 + 240;
    format!(r#"{{"iss":"{name}","sub":"{name}","aud":"{US}","exp":{exp},"jti":"{jti}"}}"#)
}

fn ask(assertion: String) -> Ask {
    Ask {
        grant_type: "client_credentials".to_owned(),
        assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
        assertion,
        client_id: None,
        scope: String::new(),
    }
}

async fn send(world: &World, ask: &Ask) -> Result<Granted, NoToken> {
    world
        .access
        .exchange(&world.visitor(), ask, &[US.to_owned()])
        .await
}

async fn signed(world: &World, signer: &Signer, name: &str, jti: &str) -> Result<Granted, NoToken> {
    send(world, &ask(signer.jwt(&claims(world, name, jti)))).await
}

async fn bearer(world: &World, granted: &Granted) -> Option<Bearer> {
    let (token, now) = (granted.token.reveal(), world.clock.now());
    let found = world.access.bearer(token, now).await.unwrap();
    found.map(|bearer| Bearer::clone(&bearer))
}

/// A hospital and its client.
async fn hospital(world: &World, signer: &Signer) -> (Id, Id) {
    let hospital = world.hospital("市民病院").await;
    let client = new("his", Some(&hospital), signer);
    let id = world
        .access
        .add_client(&world.program(), &client)
        .await
        .unwrap();
    (hospital, id)
}

fn refused(result: Result<Granted, NoToken>) -> String {
    match result {
        Ok(_) => "granted".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

async fn audited(world: &World, action: &str) -> Vec<String> {
    let filter = AuditFilter {
        action: action.to_owned(),
        until: renkei_base::Micros::NEVER,
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = world.store.audit_rows(&filter).await.unwrap();
    rows.into_iter().map(|row| row.detail).collect()
}

async fn a_signed_request_gets_a_token(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k1");
    let (hospital, client) = hospital(&world, &signer).await;
    let granted = signed(&world, &signer, "his", "1").await.unwrap();
    assert_eq!(granted.life, Span::minutes(5));
    let who = bearer(&world, &granted).await.unwrap();
    assert_eq!((&who.client, who.name.as_str()), (&client, "his"));
    assert!(who.scopes.allows("Task", Interaction::Update));
    let ctx = who.ctx(world.arrival());
    assert_eq!(ctx.caller.machine, Some(Machine::Institution));
    assert_eq!(
        ctx.reach,
        Reach::Granted(vec![
            Grantee::Institution(hospital),
            Grantee::Person(client.clone())
        ])
    );
    assert!(!ctx.caller.has(Role::Doctor));
    world.clock.advance(Span::seconds(299));
    assert!(bearer(&world, &granted).await.is_some());
    world.clock.advance(Span::seconds(1));
    assert_eq!(bearer(&world, &granted).await, None);
    assert_eq!(
        world.access.bearer("x", world.clock.now()).await.unwrap(),
        None
    );
    let issued = audited(&world, "token.issue").await;
    assert!(
        issued[0].starts_with(&format!("client={client} with=assertion")),
        "{issued:?}"
    );
    assert!(!issued[0].contains(granted.token.reveal()));
}

async fn both_kinds_of_key_work_and_may_be_changed(backend: Backend) {
    let world = World::empty(backend).await;
    let (old, new) = (Signer::rs384("old"), Signer::es384("new"));
    let (_, client) = hospital(&world, &old).await;
    let granted = signed(&world, &old, "his", "1").await.unwrap();
    let by = world.program();
    let both = format!(r#"{{"keys":[{},{}]}}"#, old.jwk(), new.jwk());
    world
        .access
        .change_client_keys(&by, &client, &both)
        .await
        .unwrap();
    assert_eq!(
        bearer(&world, &granted).await,
        None,
        "got with the old keys"
    );
    assert!(signed(&world, &old, "his", "2").await.is_ok());
    assert!(signed(&world, &new, "his", "3").await.is_ok());
    world
        .access
        .change_client_keys(&by, &client, &new.jwks())
        .await
        .unwrap();
    assert_eq!(refused(signed(&world, &old, "his", "4").await), "Client");
    let spoilt = world.access.change_client_keys(&by, &client, "{}").await;
    assert_eq!(keys(spoilt), "fault-client-keys");
    assert!(signed(&world, &new, "his", "5").await.is_ok());
}

async fn everything_unproven_gets_the_same_answer(backend: Backend) {
    let world = World::empty(backend).await;
    let (signer, other) = (Signer::es384("k"), Signer::es384("k"));
    let (_, client) = hospital(&world, &signer).await;
    let good = claims(&world, "his", "1");
    let strange = Signer::es384("other");
    let mut cases = vec![
        ask(signer.jwt(&claims(&world, "nobody", "1"))),
        ask(other.jwt(&good)),
        ask(strange.jwt(&good)),
        ask(signer.jwt_with(r#"{"alg":"none","kid":"k"}"#, &good)),
        ask(signer.jwt_with(r#"{"alg":"HS384","kid":"k"}"#, &good)),
        ask(signer.jwt_with(r#"{"alg":"RS384","kid":"k"}"#, &good)),
        ask("nonsense".to_owned()),
    ];
    let mut beside = ask(signer.jwt(&good));
    beside.client_id = Some("another".to_owned());
    cases.push(beside);
    // Claims that were changed after they were signed.
    let token = signer.jwt(&good);
    let (_, signature) = token.rsplit_once('.').unwrap();
    let changed = signer.jwt(&claims(&world, "his", "2"));
    let (claims_part, _) = changed.rsplit_once('.').unwrap();
    cases.push(ask(format!("{claims_part}.{signature}")));
    for case in cases {
        assert_eq!(refused(send(&world, &case).await), "Client");
        world.clock.advance(Span::hours(25));
    }
    world
        .access
        .suspend_client(&world.program(), &client)
        .await
        .unwrap();
    assert_eq!(refused(signed(&world, &signer, "his", "9").await), "Client");
    let rows = audited(&world, "token.refuse").await;
    assert!(
        rows.iter()
            .all(|row| row.starts_with("reason=client client-hash=")),
        "{rows:?}"
    );
}

async fn an_assertion_is_good_once(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    hospital(&world, &signer).await;
    let once = ask(signer.jwt(&claims(&world, "his", "1")));
    send(&world, &once).await.unwrap();
    assert_eq!(refused(send(&world, &once).await), "Assertion(Replayed)");
    // Another process, or the same after a restart, remembers too.
    let other = world.other_process();
    let again = other
        .exchange(&world.visitor(), &once, &[US.to_owned()])
        .await;
    assert_eq!(refused(again), "Assertion(Replayed)");
    // Until its end and the minute of grace are over; then it is too old.
    world.clock.advance(Span::seconds(240 + 59));
    world.access.tidy(&world.program()).await.unwrap();
    assert_eq!(refused(send(&world, &once).await), "Assertion(Replayed)");
    world.clock.advance(Span::seconds(1));
    world.access.tidy(&world.program()).await.unwrap();
    assert_eq!(refused(send(&world, &once).await), "Assertion(Expired)");
}

async fn of_two_at_the_same_moment_one_is_late(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    hospital(&world, &signer).await;
    let once = ask(signer.jwt(&claims(&world, "his", "1")));
    let (one, two, three) = tokio::join!(
        send(&world, &once),
        send(&world, &once),
        send(&world, &once)
    );
    let granted = [&one, &two, &three]
        .iter()
        .filter(|one| one.is_ok())
        .count();
    assert_eq!(granted, 1);
}

async fn a_wrong_assertion_says_what_is_wrong(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    hospital(&world, &signer).await;
    let elsewhere = claims(&world, "his", "1").replace("localhost", "elsewhere");
    let answer = send(&world, &ask(signer.jwt(&elsewhere))).await;
    let Err(NoToken::Assertion(fault)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(fault, AssertionFault::Audience);
    let mut other = ask(signer.jwt(&claims(&world, "his", "2")));
    other.grant_type = "password".to_owned();
    assert_eq!(refused(send(&world, &other).await), "Grant");
    other.grant_type = String::new();
    assert!(refused(send(&world, &other).await).starts_with("Request"));
    other.grant_type = "client_credentials".to_owned();
    other.assertion_type = "saml".to_owned();
    assert!(refused(send(&world, &other).await).starts_with("Request"));
}

async fn only_what_the_client_has_is_granted(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    let hospital = world.hospital("市民病院").await;
    let mut client = new("his", Some(&hospital), &signer);
    client.scopes = "system/Task.rs system/Slot.cruds".to_owned();
    world
        .access
        .add_client(&world.program(), &client)
        .await
        .unwrap();
    let wish = async |jti: &str, scope: &str| {
        let mut ask = ask(signer.jwt(&claims(&world, "his", jti)));
        ask.scope = scope.to_owned();
        send(&world, &ask).await
    };
    let granted = wish("1", "system/*.rs openid").await.unwrap();
    assert_eq!(granted.scopes.to_string(), "system/Slot.rs system/Task.rs");
    let who = bearer(&world, &granted).await.unwrap();
    assert!(!who.scopes.allows("Slot", Interaction::Create));
    let all = wish("2", "").await.unwrap();
    assert_eq!(all.scopes.to_string(), "system/Slot.cruds system/Task.rs");
    assert_eq!(refused(wish("3", "system/Patient.rs").await), "Scope");
    assert_eq!(refused(wish("4", "system/Task.rs?status=x").await), "Scope");
}

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

async fn a_gateway_reaches_what_it_brought_in(backend: Backend) {
    let world = World::empty(backend).await;
    let signer = Signer::es384("k");
    let gateway = new("gateway", None, &signer);
    let id = world
        .access
        .add_client(&world.program(), &gateway)
        .await
        .unwrap();
    let granted = signed(&world, &signer, "gateway", "1").await.unwrap();
    let ctx = bearer(&world, &granted).await.unwrap().ctx(world.arrival());
    assert_eq!(ctx.caller.machine, Some(Machine::Gateway));
    assert_eq!(ctx.reach, Reach::Granted(vec![Grantee::Person(id)]));
    assert!(ctx.caller.institution.is_none());
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
