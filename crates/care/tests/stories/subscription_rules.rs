//! What may be asked for, and whose a subscription is.

use renkei_base::Ctx;
use renkei_base::clock::Span;
use renkei_care::subscription::deliver::Told;
use renkei_fhir::Key;
use renkei_testkit::Backend;
use serde_json::json;

use crate::fhir::{create, delete, machine, said, update};
use crate::region::{Region, Who};
use crate::subscription::{Hooked, client, observe, wanted};

renkei_testkit::each_backend!(
    only_what_is_allowed_can_be_asked,
    a_subscription_is_its_makers,
    an_end_comes_by_itself,
);

async fn only_what_is_allowed_can_be_asked(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    for (element, value, expected) in [
        (
            "/channel/endpoint",
            "https://evil.example/",
            "Subscription.channel.endpoint fault-endpoint-host",
        ),
        (
            "/channel/endpoint",
            "http://hooks.example.jp/",
            "Subscription.channel.endpoint fault-endpoint-https",
        ),
        (
            "/channel/endpoint",
            "https://169.254.169.254/",
            "Subscription.channel.endpoint fault-endpoint-host",
        ),
        (
            "/channel/type",
            "email",
            "Subscription.channel.type fault-subscription-channel",
        ),
        (
            "/channel/payload",
            "text/html",
            "Subscription.channel.payload fault-subscription-payload",
        ),
        (
            "/status",
            "active",
            "Subscription.status fault-subscription-status",
        ),
        ("/reason", "", "Subscription.reason fault-required"),
        (
            "/criteria",
            "Task?nothing=1",
            "Subscription.criteria fault-subscription-parameter",
        ),
        (
            "/criteria",
            "Task?patient.name=x",
            "Subscription.criteria fault-subscription-simple",
        ),
        (
            "/criteria",
            "Basic",
            "Subscription.criteria fault-subscription-type",
        ),
        (
            "/end",
            "2020-01-01T00:00:00Z",
            "Subscription.end fault-subscription-end",
        ),
    ] {
        let mut body = wanted("Task");
        match body.pointer_mut(element) {
            Some(there) => *there = json!(value),
            None => body["end"] = json!(value),
        }
        let result = create(&hooked.region, &hooked.now(), body).await;
        assert_eq!(said(result), expected, "{element} {value}");
    }
    // A person is not a program.
    let person = hooked.region.ctx(&hooked.region.clinic_doctor);
    let result = create(&hooked.region, &person, wanted("Task")).await;
    assert_eq!(said(result), "refuse-subscription-machine");
    for _ in 0..20 {
        create(&hooked.region, &hooked.now(), wanted("Task"))
            .await
            .unwrap();
    }
    let result = create(&hooked.region, &hooked.now(), wanted("Task")).await;
    assert_eq!(said(result), "refuse-subscription-many");
}

async fn a_subscription_is_its_makers(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let (id, secret) = hooked.subscribed("Observation").await;
    let key = Key::new("Subscription", id.clone());
    let stranger = client(&hooked.region, &hooked.region.stranger).await;
    let seen = hooked
        .region
        .care
        .store
        .read(&stranger, &key)
        .await
        .unwrap();
    assert!(seen.is_none(), "another institution does not know of it");
    let clerk = client_named(&hooked.region, &hooked.region.clinic_clerk).await;
    assert_eq!(
        said(delete(&hooked.region, &clerk, &key).await),
        "refuse-subscription-other"
    );
    let mut other = hooked.resource(&id).await;
    other.set("criteria", json!("Task"));
    let result = update(&hooked.region, &hooked.now(), other, None).await;
    assert_eq!(said(result), "Subscription.criteria fault-fhir-read-only");
    // Sent back with what was shown: the secret is not kept in it.
    let mut off = hooked.resource(&id).await;
    off.set("status", json!("off"));
    let url = "https://renkei.example/fhir/StructureDefinition/subscription-secret";
    off.set("extension", json!([{"url": url, "valueString": secret}]));
    update(&hooked.region, &hooked.now(), off, None)
        .await
        .unwrap();
    assert_eq!(hooked.status(&id).await, "off");
    assert!(!hooked.resource(&id).await.to_json().contains(&secret));
    assert_eq!(hooked.post.tell(&id).await.unwrap(), Told::Ended);
    delete(&hooked.region, &hooked.now(), &key).await.unwrap();
    assert_eq!(
        hooked.region.care.store.subscription(&id).await.unwrap(),
        None
    );
}

/// Another client of the same institution.
async fn client_named(region: &Region, who: &Who) -> Ctx {
    let mut ctx = machine(region, who);
    ctx.caller.account = Some("another-client".parse().unwrap());
    ctx.reach = renkei_access::reach(&ctx.caller);
    ctx
}

async fn an_end_comes_by_itself(backend: Backend) {
    let hooked = Hooked::new(&backend).await;
    let patient = hooked.region.patient().await;
    let mut body = wanted("Observation");
    let end = hooked.region.now() + Span::hours(1);
    body["end"] = json!(end.to_fhir());
    let made = create(&hooked.region, &hooked.now(), body).await.unwrap();
    assert_eq!(hooked.told(&made.key.id).await, []);
    observe(&hooked, &patient, 61.0).await;
    hooked.region.clock.advance(Span::hours(2));
    assert_eq!(hooked.post.tell(&made.key.id).await.unwrap(), Told::Ended);
    assert_eq!(hooked.taken(), []);
    assert_eq!(hooked.status(&made.key.id).await, "off");
}
