//! A step that cannot be taken: the page of the case stays, and says why.

use renkei_testkit::{Backend, each_backend};

use crate::common::{World, between, words};

each_backend!(
    a_slot_that_was_just_taken,
    a_clerk_does_not_send,
    an_addressee_without_a_desk_is_named
);

/// The first free slot that the page offers.
fn first_slot(html: &str) -> String {
    between(html, "name=\"slot\" value=\"", "\"").to_owned()
}

async fn a_slot_that_was_just_taken(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    // r07 and r42 both wait for a booking at the same department.
    let [one, other] = ["r07", "r42"].map(|key| format!("/referrals/{}", world.made.cases[key]));
    let slot = first_slot(&desk.get(&one).await.text());
    assert_eq!(slot, first_slot(&desk.get(&other).await.text()));

    let booked = desk
        .post(&format!("{one}/steps/book"), &[("slot", slot.as_str())])
        .await;
    assert_eq!(booked.status_code(), 303);
    let refused = desk
        .post(&format!("{other}/steps/book"), &[("slot", slot.as_str())])
        .await;
    assert_eq!(refused.status_code(), 409);

    let page = refused.text();
    assert!(page.contains("role=\"alert\""), "{}", words(&page));
    assert!(
        page.contains(&format!("{other}/steps/book")),
        "the form is still there"
    );
    assert_ne!(first_slot(&page), slot, "other slots are offered");
}

async fn a_clerk_does_not_send(backend: Backend) {
    let world = World::sample(backend).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r11"]);
    let refused = clerk.post(&format!("{case}/steps/send"), &[]).await;
    assert_eq!(refused.status_code(), 403);
    let page = refused.text();
    assert!(page.contains("role=\"alert\""), "{}", words(&page));
    assert!(page.contains("badge ready"), "nothing was done");
}

async fn an_addressee_without_a_desk_is_named(backend: Backend) {
    let world = World::sample(backend).await;
    let unseen = world.clinic("岩田医院").await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let chuo = world.made.institutions["chuo"].to_string();
    for (choose, warned) in [(unseen.as_str(), true), (chuo.as_str(), false)] {
        let part = clerk
            .post("/referrals/addressee", &[("choose", choose)])
            .await;
        assert_eq!(part.status_code(), 200);
        assert_eq!(
            part.text().contains("notice warn"),
            warned,
            "{}",
            words(&part.text())
        );
    }
}
