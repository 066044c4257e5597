//! A step that cannot be taken: the page of the case stays, and says why.

use renkei_testkit::{Backend, each_backend};

use crate::common::{World, between, words};

each_backend!(
    a_slot_that_was_just_taken,
    a_clerk_does_not_send,
    lines_of_an_older_text_are_not_sent,
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

/// Without a script: the form is refused beside its field, says what would change, and the button makes the lines anew.
async fn lines_of_an_older_text_are_not_sent(backend: Backend) {
    let world = World::sample(backend).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let case = format!("/referrals/{}", world.made.cases["r11"]);
    let page = doctor.get(&format!("{case}/edit")).await.text();
    let patient = between(&page, "name=\"patient\" value=\"", "\"").to_owned();
    let base = |page: &str| between(page, "name=\"base\" value=\"", "\"").to_owned();
    let post = async |base: &str, of: &str, lines: &[&str], then: &str| {
        let mut pairs = vec![
            ("patient", patient.as_str()),
            ("base", base),
            ("purpose", "精査のお願い"),
            ("medication", "A錠 1錠\r\nB錠 2錠\r\nD錠 1錠"),
            ("medication_of", of),
            ("then", then),
        ];
        pairs.extend(lines.iter().map(|line| ("medication_lines", *line)));
        doctor.post(&format!("{case}/draft"), &pairs).await
    };
    let (of, lines) = (
        "A錠 1錠\r\nB錠 2錠\r\nC錠 3錠",
        ["A錠 1錠 粉砕", "B錠 2錠", "C錠 3錠"],
    );
    let refused = post(&base(&page), of, &lines, "send").await;
    assert_eq!(refused.status_code(), 422);
    let page = refused.text();
    let said = words(&page);
    assert!(page.contains("id=\"medication-fault\""), "{said}");
    let preview = words(between(&page, "data-preview", "</div>"));
    assert!(
        preview.contains("加わる D錠 1錠") && preview.contains("なくなる C錠 3錠"),
        "{preview}"
    );
    assert!(page.contains("value=\"C錠 3錠\""), "the lines as they are");

    let split = post(&base(&page), of, &lines, "split").await;
    assert_eq!(split.status_code(), 200);
    let page = split.text();
    let inputs: Vec<&str> = page
        .split("name=\"medication_lines\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(inputs, ["A錠 1錠 粉砕", "B錠 2錠", "D錠 1錠"]);
    assert!(
        page.contains("<del>C錠 3錠</del>")
            && page.contains("id=\"lines-old\" role=\"status\" hidden")
    );
    let of = "A錠 1錠\r\nB錠 2錠\r\nD錠 1錠";
    let sent = post(&base(&page), of, &inputs, "send").await.text();
    assert!(
        !sent.contains("id=\"medication-fault\""),
        "{}",
        words(&sent)
    );
}
