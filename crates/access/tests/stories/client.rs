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
    a_gateway_reaches_what_it_brought_in,
);

pub(crate) const US: &str = "http://localhost:8080/oauth2/token";

pub(crate) fn new(name: &str, institution: Option<&Id>, signer: &Signer) -> NewClient {
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

pub(crate) fn claims(world: &World, name: &str, jti: &str) -> String {
    let exp = world.clock.now().0 / 1_000_000 + 240;
    format!(r#"{{"iss":"{name}","sub":"{name}","aud":"{US}","exp":{exp},"jti":"{jti}"}}"#)
}

pub(crate) fn ask(assertion: String) -> Ask {
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

pub(crate) async fn signed(
    world: &World,
    signer: &Signer,
    name: &str,
    jti: &str,
) -> Result<Granted, NoToken> {
    send(world, &ask(signer.jwt(&claims(world, name, jti)))).await
}

pub(crate) async fn bearer(world: &World, granted: &Granted) -> Option<Bearer> {
    let (token, now) = (granted.token.reveal(), world.clock.now());
    let found = world.access.bearer(token, now).await.unwrap();
    found.map(|bearer| Bearer::clone(&bearer))
}

/// A hospital and its client.
pub(crate) async fn hospital(world: &World, signer: &Signer) -> (Id, Id) {
    let hospital = world.hospital("市民病院").await;
    let client = new("his", Some(&hospital), signer);
    let id = world
        .access
        .add_client(&world.program(), &client)
        .await
        .unwrap();
    (hospital, id)
}

pub(crate) fn refused(result: Result<Granted, NoToken>) -> String {
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
