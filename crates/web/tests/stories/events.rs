//! "Something changed": told to the institution that it is about, and to nobody else; not after the session.

use std::time::Duration;

use crate::common::{Browser, World};
use crate::fhir::{Program, patient, weight};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};
use tower::ServiceExt;

each_backend!(
    changes_are_told,
    a_stream_ends_with_its_session,
    a_stranger_hears_nothing_of_the_patients_of_others,
);

async fn listen(world: &World, browser: &Browser<'_>) -> BodyDataStream {
    let request = Request::get("/events").header("cookie", browser.cookies.join("; "));
    let router = renkei_web::router(world.app.clone());
    let answer = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "text/event-stream"
    );
    assert_eq!(answer.headers().get("x-accel-buffering").unwrap(), "no");
    answer.into_body().into_data_stream()
}

/// What is told within two seconds.
async fn told(stream: &mut BodyDataStream) -> Option<String> {
    let chunk = tokio::time::timeout(Duration::from_secs(2), stream.next())
        .await
        .ok()??
        .unwrap();
    Some(String::from_utf8(chunk.to_vec()).unwrap())
}

async fn changes_are_told(backend: Backend) {
    let world = World::empty(backend).await;
    let (here, there) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let mine = world.signed_in("mine", Some(&here), &[Role::Doctor]).await;
    let theirs = world
        .signed_in("theirs", Some(&there), &[Role::Doctor])
        .await;
    let mut stream = listen(&world, &mine).await;
    let mut other = listen(&world, &theirs).await;
    for name in ["内科", "外科", "眼科"] {
        assert_eq!(
            mine.post("/departments/new", &[("name", name)])
                .await
                .status_code(),
            303
        );
    }
    let event = told(&mut stream).await.expect("something");
    assert_eq!(
        event, "event: changed\ndata: 1\n\n",
        "no more than that something changed"
    );
    assert_eq!(told(&mut other).await, None);
    assert_eq!(told(&mut stream).await.filter(|more| more != &event), None);
}

async fn a_stream_ends_with_its_session(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let mine = world
        .signed_in("mine", Some(&clinic), &[Role::Doctor])
        .await;
    let colleague = world
        .signed_in("colleague", Some(&clinic), &[Role::Doctor])
        .await;
    let mut stream = listen(&world, &mine).await;
    mine.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(
        colleague
            .post("/departments/new", &[("name", "内科")])
            .await
            .status_code(),
        303
    );
    let end = tokio::time::timeout(Duration::from_secs(2), stream.next()).await;
    assert!(
        matches!(end, Ok(None)),
        "nothing is told to whom nobody knows any more: {end:?}"
    );
}

async fn a_stranger_hears_nothing_of_the_patients_of_others(backend: Backend) {
    let world = World::empty(backend).await;
    let (here, there) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let mine = world.signed_in("mine", Some(&here), &[Role::Doctor]).await;
    let theirs = world
        .signed_in("theirs", Some(&there), &[Role::Doctor])
        .await;
    let auditor = world.signed_in("auditor", None, &[Role::Auditor]).await;
    let mut stream = listen(&world, &mine).await;
    let mut others = [
        listen(&world, &theirs).await,
        listen(&world, &auditor).await,
    ];
    let program = Program::of(&world, "his", &here).await;
    let stranger = Program::of(&world, "other", &there).await;
    for number in ["1", "2", "3"] {
        let made = program.made(&patient(number, "佐藤")).await;
        program.made(&weight(&made, "64.5")).await;
        // What a stranger tries is told to nobody either.
        stranger.get(&format!("/Patient/{made}")).await;
        stranger
            .put(&format!("/Patient/{made}"), &patient(number, "鈴木"))
            .await;
    }
    let event = told(&mut stream).await.expect("something");
    assert_eq!(event, "event: changed\ndata: 1\n\n");
    for other in &mut others {
        assert_eq!(told(other).await, None);
    }
}
