//! Passkeys, with a device made of software.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use renkei_access::passkey::{Answer, Wish};
use renkei_access::webauthn::Party;
use renkei_access::{NewSession, SessionToken};
use renkei_base::clock::Span;
use renkei_base::{Id, Role};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use sha2::{Digest, Sha256};

use crate::world::{Someone, World, keys};

each_backend!(
    a_passkey_signs_in,
    an_answer_is_good_once_and_for_one_purpose,
    a_challenge_is_one_however_it_is_written,
    a_device_that_is_asked_by_nobody_says_who_it_is,
    wrong_answers_all_get_the_same,
    a_copied_key_is_seen,
    one_may_have_several_and_remove_them,
    one_person_s_passkey_is_not_another_s,
    a_reset_takes_them_away,
    another_browser_answers_nothing,
    one_bad_device_slows_itself,
);

/// The browser of these stories.
const BROWSER: &str = "a browser";

pub(crate) fn party() -> Party {
    Party::of("http://localhost:8080").unwrap()
}

/// A phone with one passkey.
pub(crate) struct Device {
    pair: EcdsaKeyPair,
    credential: Vec<u8>,
    pub(crate) user: Id,
    pub(crate) counter: u32,
    pub(crate) origin: &'static str,
}

impl Device {
    pub(crate) fn new(user: &Id) -> Self {
        let (random, way) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(way, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(way, document.as_ref(), &random).unwrap();
        Self {
            credential: Sha256::digest(pair.public_key().as_ref()).to_vec(),
            pair,
            user: user.clone(),
            counter: 0,
            origin: "http://localhost:8080",
        }
    }

    fn client(&self, kind: &str, wish: &Wish) -> Vec<u8> {
        let (challenge, origin) = (&wish.challenge, self.origin);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
            .into_bytes()
    }

    fn data(&self, flags: u8, more: &[u8]) -> Vec<u8> {
        let name = Sha256::digest(b"localhost");
        [&name[..], &[flags], &self.counter.to_be_bytes(), more].concat()
    }

    pub(crate) fn make(&self, wish: &Wish) -> Answer {
        let point = self.pair.public_key().as_ref();
        let key = [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20],
            &point[1..33],
            &[0x22, 0x58, 0x20],
            &point[33..],
        ]
        .concat();
        let more = [&[0; 16], &[0, 32][..], &self.credential, &key].concat();
        Answer {
            client_data: text(&self.client("webauthn.create", wish)),
            authenticator_data: text(&self.data(0x45, &more)),
            ..Answer::default()
        }
    }

    pub(crate) fn answer(&self, wish: &Wish) -> Answer {
        let (client, data) = (self.client("webauthn.get", wish), self.data(0x05, &[]));
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        Answer {
            credential: text(&self.credential),
            client_data: text(&client),
            authenticator_data: text(&data),
            signature: text(signature.as_ref()),
            user: text(self.user.as_str().as_bytes()),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A device whose passkey this person has registered.
pub(crate) async fn registered(world: &World, person: &Someone) -> Device {
    let device = Device::new(&person.account);
    let ctx = world.ctx(person).await;
    let wish = world.access.passkey_to_make(&ctx).await.unwrap();
    let answer = device.make(&wish);
    let session = &person.session.id;
    let access = &world.access;
    access
        .add_passkey(&ctx, session, &party(), "電話", &answer)
        .await
        .unwrap();
    device
}

async fn enter(world: &World, answer: &Answer) -> Result<NewSession, Failure> {
    let access = &world.access;
    access
        .sign_in_by_passkey(&world.visitor(), &party(), answer, BROWSER, "test")
        .await
}

async fn wish(world: &World) -> Wish {
    world
        .access
        .passkey_to_sign_in(&world.visitor(), BROWSER)
        .await
        .unwrap()
}

async fn doctor(world: &World, login: &str) -> Someone {
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    world
        .join(&by, login, Some(&hospital), &[Role::Doctor])
        .await
}

async fn a_passkey_signs_in(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let device = registered(&world, &doctor).await;
    let session = enter(&world, &device.answer(&wish(&world).await))
        .await
        .unwrap();
    let token: &SessionToken = &session.token;
    assert_eq!(world.who(token).await.unwrap().login, "iwata");
    let ctx = world.ctx(&doctor).await;
    let own = world.access.passkeys(&ctx).await.unwrap();
    assert_eq!((own[0].name.as_str(), own[0].used), ("電話", Some(ctx.at)));
    // Password and app are as good as before.
    assert_eq!(keys(world.sign_in(&doctor).await), "done");
}

async fn an_answer_is_good_once_and_for_one_purpose(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let device = registered(&world, &doctor).await;
    let asked = wish(&world).await;
    let answer = device.answer(&asked);
    let (one, two) = tokio::join!(enter(&world, &answer), enter(&world, &answer));
    assert!(one.is_ok() != two.is_ok(), "one of the two");
    assert_eq!(keys(enter(&world, &answer).await), "fault-signin");
    let ctx = world.ctx(&doctor).await;
    for other in [
        world.access.passkey_to_confirm(&ctx).await.unwrap(),
        world.access.passkey_to_make(&ctx).await.unwrap(),
    ] {
        assert_eq!(
            keys(enter(&world, &device.answer(&other)).await),
            "fault-signin"
        );
    }
    let late = wish(&world).await;
    world.clock.advance(Span::minutes(5));
    assert_eq!(
        keys(enter(&world, &device.answer(&late)).await),
        "fault-signin"
    );
    world.access.tidy(&world.program()).await.unwrap();
    world.clock.advance(Span::seconds(10));
    assert_eq!(keys(enter(&world, &answer).await), "fault-signin");
}

async fn a_challenge_is_one_however_it_is_written(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let device = registered(&world, &doctor).await;
    let asked = wish(&world).await;
    let plain = URL_SAFE_NO_PAD.decode(&asked.challenge).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let (body, word) = plain.rsplit_once('.').unwrap();
    let other = Wish {
        challenge: text(format!("{body}.{}", word.to_uppercase()).as_bytes()),
        credentials: Vec::new(),
    };
    assert_ne!(other.challenge, asked.challenge);
    assert_eq!(keys(enter(&world, &device.answer(&asked)).await), "done");
    let again = enter(&world, &device.answer(&other)).await;
    assert_eq!(keys(again), "fault-signin");
}

async fn a_device_that_is_asked_by_nobody_says_who_it_is(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let device = registered(&world, &doctor).await;
    let mut answer = device.answer(&wish(&world).await);
    answer.user = String::new();
    assert_eq!(keys(enter(&world, &answer).await), "fault-signin");
    // Where a person is signed in, they are known.
    let ctx = world.ctx(&doctor).await;
    let asked = world.access.passkey_to_confirm(&ctx).await.unwrap();
    let mut answer = device.answer(&asked);
    answer.user = String::new();
    let (access, session) = (&world.access, &doctor.session.id);
    let proved = access
        .prove_by_passkey(&ctx, session, &party(), &answer)
        .await;
    assert_eq!(keys(proved), "done");
}

async fn wrong_answers_all_get_the_same(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let mut device = registered(&world, &doctor).await;
    let mut tries = vec![
        Answer::default(),
        Device::new(&doctor.account).answer(&wish(&world).await),
    ];
    let mut forged = device.answer(&wish(&world).await);
    forged.signature = Device::new(&doctor.account)
        .answer(&wish(&world).await)
        .signature;
    tries.push(forged);
    let made_up = Wish {
        challenge: text(b"9999999999999999.00.00"),
        credentials: Vec::new(),
    };
    tries.push(device.answer(&made_up));
    device.origin = "http://elsewhere:8080";
    tries.push(device.answer(&wish(&world).await));
    device.origin = "http://localhost:8080";
    device.user = world.ids.id();
    tries.push(device.answer(&wish(&world).await));
    for answer in &tries {
        assert_eq!(keys(enter(&world, answer).await), "fault-signin");
        world.clock.advance(Span::seconds(20));
    }
    world.clock.advance(Span::hours(25));
    device.user = doctor.account.clone();
    assert_eq!(
        keys(enter(&world, &device.answer(&wish(&world).await)).await),
        "done"
    );
}

async fn a_copied_key_is_seen(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let mut device = registered(&world, &doctor).await;
    for (counter, answer) in [
        (5, "done"),
        (6, "done"),
        (6, "fault-signin"),
        (0, "fault-signin"),
        (7, "done"),
    ] {
        device.counter = counter;
        let entered = enter(&world, &device.answer(&wish(&world).await)).await;
        assert_eq!(keys(entered), answer, "{counter}");
    }
}

async fn one_may_have_several_and_remove_them(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let phone = registered(&world, &doctor).await;
    let key = registered(&world, &doctor).await;
    let (ctx, session) = (world.ctx(&doctor).await, &doctor.session.id);
    let own = world.access.passkeys(&ctx).await.unwrap();
    assert_eq!(own.len(), 2);
    // The same one twice, a nameless one, an answer to nothing.
    let again = world.access.passkey_to_make(&ctx).await.unwrap();
    assert_eq!(again.credentials.len(), 2);
    let add = async |name: &str, answer: &Answer| {
        keys(
            world
                .access
                .add_passkey(&ctx, session, &party(), name, answer)
                .await,
        )
    };
    assert_eq!(add("電話", &phone.make(&again)).await, "fault-passkey");
    assert_eq!(
        add(" ", &Device::new(&doctor.account).make(&again)).await,
        "fault-passkey-name"
    );
    assert_eq!(add("電話", &phone.answer(&again)).await, "fault-passkey");
    let access = &world.access;
    access
        .remove_passkey(&ctx, session, &own[0].id)
        .await
        .unwrap();
    assert_eq!(
        keys(access.remove_passkey(&ctx, session, &own[0].id).await),
        "not found"
    );
    assert_eq!(
        keys(enter(&world, &phone.answer(&wish(&world).await)).await),
        "fault-signin"
    );
    assert_eq!(
        keys(enter(&world, &key.answer(&wish(&world).await)).await),
        "done"
    );
}

async fn one_person_s_passkey_is_not_another_s(backend: Backend) {
    let world = World::new(backend).await;
    let (one, other) = (doctor(&world, "iwata").await, doctor(&world, "sato").await);
    registered(&world, &one).await;
    let (mine, theirs) = (world.ctx(&one).await, world.ctx(&other).await);
    let own = world.access.passkeys(&mine).await.unwrap();
    assert!(world.access.passkeys(&theirs).await.unwrap().is_empty());
    let taken = world
        .access
        .remove_passkey(&theirs, &other.session.id, &own[0].id)
        .await;
    assert_eq!(keys(taken), "not found");
    // A challenge that was given to one is not answered by the other.
    let wish = world.access.passkey_to_make(&mine).await.unwrap();
    let answer = Device::new(&other.account).make(&wish);
    let added = world
        .access
        .add_passkey(&theirs, &other.session.id, &party(), "x", &answer)
        .await;
    assert_eq!(keys(added), "fault-passkey");
}

async fn a_reset_takes_them_away(backend: Backend) {
    let world = World::new(backend).await;
    let (hospital, admin) = world.staffed("市民病院").await;
    let by = world.ctx(&admin).await;
    let doctor = world
        .join(&by, "iwata", Some(&hospital), &[Role::Doctor])
        .await;
    let device = registered(&world, &doctor).await;
    world.access.suspend(&by, &doctor.account).await.unwrap();
    assert_eq!(
        keys(enter(&world, &device.answer(&wish(&world).await)).await),
        "fault-signin"
    );
    world.access.unsuspend(&by, &doctor.account).await.unwrap();
    assert_eq!(
        keys(enter(&world, &device.answer(&wish(&world).await)).await),
        "done"
    );
    let link = world.access.reset(&by, &doctor.account).await.unwrap().link;
    world.enrol(&link, "").await.unwrap();
    assert_eq!(
        keys(enter(&world, &device.answer(&wish(&world).await)).await),
        "fault-signin"
    );
}

async fn another_browser_answers_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let doctor = doctor(&world, "iwata").await;
    let device = registered(&world, &doctor).await;
    let answer = device.answer(&wish(&world).await);
    let (access, party) = (&world.access, party());
    for browser in ["another browser", ""] {
        let from = world.visitor();
        let tried = access.sign_in_by_passkey(&from, &party, &answer, browser, "test");
        assert_eq!(keys(tried.await), "fault-signin", "{browser}");
    }
    // Where it was asked without one, it answers neither.
    let nobody = access
        .passkey_to_sign_in(&world.visitor(), "")
        .await
        .unwrap();
    let from = world.visitor();
    let nobody = device.answer(&nobody);
    let tried = access.sign_in_by_passkey(&from, &party, &nobody, "", "test");
    assert_eq!(keys(tried.await), "fault-signin");
    // What the others tried spends nothing.
    assert_eq!(keys(enter(&world, &answer).await), "done");
}

async fn one_bad_device_slows_itself(backend: Backend) {
    let world = World::new(backend).await;
    let iwata = doctor(&world, "iwata").await;
    let device = registered(&world, &iwata).await;
    let bad = Device::new(&iwata.account);
    let refused = async || {
        let answer = bad.answer(&wish(&world).await);
        keys(enter(&world, &answer).await)
    };
    for _ in 0..5 {
        assert_eq!(refused().await, "fault-signin");
    }
    assert_eq!(refused().await, "fault-signin-wait");
    // It goes on for half a day, and nobody else at the address waits.
    for _ in 0..40 {
        world.clock.advance(Span::minutes(16));
        assert_eq!(refused().await, "fault-signin");
    }
    let answer = device.answer(&wish(&world).await);
    assert_eq!(keys(enter(&world, &answer).await), "done");
    // Many different ones do slow the address.
    let mut waited = false;
    for _ in 0..30 {
        let answer = Device::new(&iwata.account).answer(&wish(&world).await);
        waited |= keys(enter(&world, &answer).await) == "fault-signin-wait";
    }
    assert!(waited);
}
