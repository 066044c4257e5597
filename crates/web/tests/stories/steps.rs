//! The steps of a case as its page offers them, from both sides.

use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, between, words};

each_backend!(
    a_letter_to_no_department_is_taken_by_one,
    an_arrival_before_its_day_is_asked_about,
    a_hospital_replies_until_it_is_done,
    a_letter_that_went_out_meanwhile_leaves_what_was_typed,
    a_department_that_closed_is_not_swapped_unseen,
    what_is_new_is_on_the_list_once,
    who_cancels_says_why_and_the_other_reads_it,
    the_two_sides_write_to_each_other,
    free_times_of_another_week,
    a_clerk_cannot_release,
);

async fn ok(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) {
    let answer = browser.post(path, fields).await;
    assert_eq!(
        answer.status_code(),
        303,
        "{path}: {}",
        words(&answer.text())
    );
}

async fn a_letter_to_no_department_is_taken_by_one(backend: Backend) {
    let world = World::sample(backend).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let case = format!("/referrals/{}", world.ids.id());
    let patient = world.made.patients["naika40"].to_string();
    let chuo = world.made.institutions["chuo"].to_string();
    let letter = [
        ("base", "0"),
        ("patient", patient.as_str()),
        ("addressee", chuo.as_str()),
        ("purpose", "精査のお願い"),
        ("diagnosis", "胸痛"),
        ("course", "3日前から"),
        ("then", "send"),
    ];
    ok(&doctor, &format!("{case}/draft"), &letter).await;
    ok(&desk, &format!("{case}/steps/receive"), &[]).await;
    let page = desk.get(&case).await.text();
    assert!(
        page.contains("id=\"accept-department\""),
        "{}",
        words(&page)
    );
    ok(
        &desk,
        &format!("{case}/steps/accept"),
        &[("department", "")],
    )
    .await;
    let page = desk.get(&case).await.text();
    let junkan = world.made.departments["chuo/junkan"].to_string();
    assert!(
        page.contains("id=\"assign-department\""),
        "{}",
        words(&page)
    );
    assert!(
        page.contains(&junkan) && page.contains("<h4>"),
        "times by department"
    );
    let slot = between(&page, "name=\"slot\" value=\"", "\"").to_owned();
    let department = between(&page, "<h4>", "</h4>").to_owned();

    let far = [("date", "9999/12/31"), ("time", "10:00")];
    let refused = desk.post(&format!("{case}/steps/book"), &far).await;
    assert_eq!(refused.status_code(), 422);
    let said = words(&refused.text());
    assert!(said.contains("2 年先まで"), "{said}");
    assert!(
        refused.text().contains("9999/12/31"),
        "what was typed stays"
    );

    ok(&desk, &format!("{case}/steps/book"), &[("slot", &slot)]).await;
    let page = words(&doctor.get(&case).await.text());
    assert!(page.contains(&department), "{department}: {page}");
    assert!(page.contains("紹介状の宛先：診療科の指定なし"), "{page}");
}

async fn an_arrival_before_its_day_is_asked_about(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r01"]);
    let arrive = format!("{case}/steps/arrive");
    let page = desk.get(&case).await.text();
    assert!(page.contains("name=\"early\""), "{}", words(&page));
    let refused = desk.post(&arrive, &[]).await;
    assert_eq!(refused.status_code(), 422);
    let page = refused.text();
    assert!(page.contains("<details open>") && page.contains("role=\"alert\""));
    ok(&desk, &arrive, &[("early", "on")]).await;
    let undo = format!("{case}/steps/undo-arrive");
    assert!(desk.get(&case).await.text().contains(&undo));
    assert_eq!(desk.post(&undo, &[("text", "")]).await.status_code(), 422);
    ok(&desk, &undo, &[("text", "別の患者の記録でした")]).await;
    let page = words(&clerk.get(&case).await.text());
    for said in [
        "来院しました",
        "来院の記録を取り消しました",
        "別の患者の記録でした",
        "予約済み",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(clerk.post(&undo, &[("text", "x")]).await.status_code(), 403);
}

async fn a_hospital_replies_until_it_is_done(backend: Backend) {
    let world = World::sample(backend).await;
    let doctor = world.browser(&world.made.people["chuo.takahashi"]).await;
    let clinic = world.browser(&world.made.people["naika.mihara"]).await;
    let case = format!("/referrals/{}", world.made.cases["r02"]);
    let reply = format!("{case}/reply");
    let texts = |findings: &'static str| {
        vec![
            ("base", "0"),
            ("diagnosis", "大腸ポリープ"),
            ("findings", findings),
            ("plan", "内視鏡で切除"),
            ("then", "release"),
        ]
    };
    let with = |findings, name, value| [texts(findings), vec![(name, value)]].concat();
    let page = doctor.get(&reply).await.text();
    assert!(page.contains("name=\"closes\" value=\"more\"") && !page.contains("name=\"kind\""));
    ok(&doctor, &reply, &with("初診の所見", "closes", "more")).await;
    let page = clinic.get(&case).await.text();
    for step in ["close", "acknowledge"] {
        assert!(page.contains(&format!("{case}/steps/{step}")), "{step}");
    }
    assert!(
        words(&page).contains("続きの返書を送る予定です"),
        "{}",
        words(&page)
    );
    let page = doctor.get(&reply).await.text();
    assert!(page.contains("name=\"kind\" value=\"final\"") && page.contains("初診の所見"));
    ok(&doctor, &reply, &with("切除しました", "kind", "interim")).await;
    ok(&doctor, &reply, &with("病理は良性です", "kind", "final")).await;
    let page = clinic.get(&case).await.text();
    let order: Vec<usize> = ["初診の所見", "切除しました", "病理は良性です"]
        .iter()
        .map(|text| page.find(text).unwrap())
        .collect();
    assert!(order.is_sorted(), "in the order in which they came");
    let links = page.matches("/replies/").count();
    assert_eq!(links, 3);
    for part in page.split("/replies/").skip(1) {
        let id = part.split('/').next().unwrap();
        let paper = clinic.get(&format!("{case}/replies/{id}/reply.pdf")).await;
        assert_eq!(paper.status_code(), 200, "{id}");
    }
    let late = doctor
        .post(&reply, &with("まだある", "kind", "interim"))
        .await;
    assert_eq!(late.status_code(), 303, "what comes late arrives");
    let page = words(&clinic.get(&case).await.text());
    assert!(page.contains("まだある") && page.contains("終了"), "{page}");
    let page = words(&doctor.get(&case).await.text());
    assert!(page.contains("追加の返書を書く"), "{page}");
}

async fn a_letter_that_went_out_meanwhile_leaves_what_was_typed(backend: Backend) {
    let world = World::sample(backend).await;
    let doctor = world.browser(&world.made.people["naika.mihara"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.ids.id());
    let patient = world.made.patients["naika40"].to_string();
    let chuo = world.made.institutions["chuo"].to_string();
    let letter = |course, then| {
        [
            ("base", "0"),
            ("patient", patient.as_str()),
            ("addressee", chuo.as_str()),
            ("purpose", "精査のお願い"),
            ("diagnosis", "胸痛"),
            ("course", course),
            ("then", then),
        ]
    };
    let draft = format!("{case}/draft");
    ok(&doctor, &draft, &letter("3日前から", "send")).await;
    let late = clerk.post(&draft, &letter("昨夜から", "stay")).await;
    assert_eq!(late.status_code(), 409);
    let page = late.text();
    assert!(page.contains("昨夜から</textarea>"), "{}", words(&page));
    assert!(words(&page).contains("もう送信されています"));
}

async fn a_department_that_closed_is_not_swapped_unseen(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let case = format!("/referrals/{}", world.made.cases["r07"]);
    let page = desk.get(&case).await.text();
    let named = between(&page, "id=\"assign-department\"", "</select>").to_owned();
    let id = between(&named, "value=\"", "\" selected")
        .rsplit('"')
        .next()
        .unwrap()
        .to_owned();
    ok(&desk, &format!("/departments/{id}/close"), &[]).await;
    let page = desk.get(&case).await.text();
    let now = between(&page, "id=\"assign-department\"", "</select>");
    assert!(now.contains("<option value=\"\""), "{now}");
    assert!(now.contains("閉鎖"), "{now}");
    let assign = format!("{case}/steps/assign");
    let nothing = desk.post(&assign, &[("department", "")]).await;
    assert_eq!(nothing.status_code(), 422);
}

async fn what_is_new_is_on_the_list_once(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r07"]);
    let page = desk.get(&case).await.text();
    let slot = between(&page, "name=\"slot\" value=\"", "\"").to_owned();
    let shown = |page: String| page.contains(&format!("href=\"{case}\""));
    let list = "/home?group=booked";
    assert!(!shown(clerk.get(list).await.text()));
    ok(&desk, &format!("{case}/steps/book"), &[("slot", &slot)]).await;
    let page = clerk.get(list).await.text();
    assert!(words(&page).contains("予約の連絡") && shown(page));
    ok(&clerk, &format!("{case}/steps/acknowledge"), &[]).await;
    assert!(!shown(clerk.get(list).await.text()));
    // A draft that came back says so, and why.
    let page = words(
        &world
            .browser(&world.made.people["naika.hayashi"])
            .await
            .get("/home?group=late-receive")
            .await
            .text(),
    );
    assert!(page.contains("受付の返事がない"), "{page}");
}

async fn who_cancels_says_why_and_the_other_reads_it(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r01"]);
    let page = clerk.get(&case).await.text();
    let cancel = format!("{case}/steps/cancel-booking");
    assert!(!page.contains(&cancel));
    let refused = desk.post(&cancel, &[("text", "担当医の不在")]).await;
    assert_eq!(refused.status_code(), 422);
    let page = refused.text();
    assert!(
        page.contains("担当医の不在") && page.contains("role=\"alert\""),
        "{}",
        words(&page)
    );
    assert!(
        words(&page).contains("理由：入力してください"),
        "which field"
    );
    let other = desk.post(&cancel, &[("reason", "other")]).await.text();
    assert!(
        words(&other).contains("説明：入力してください"),
        "which field"
    );
    let why = [("reason", "institution"), ("text", "担当医の不在")];
    ok(&desk, &cancel, &why).await;
    ok(&desk, &cancel, &why).await;
    let page = words(&clerk.get(&case).await.text());
    for said in ["予約が取り消されました", "当院の都合", "担当医の不在"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let list = words(&clerk.get("/home").await.text());
    assert!(
        list.contains("当院の都合") && list.contains("予約取消の連絡"),
        "{list}"
    );
    // The same person again with another word is told that it is done, and by whom.
    let other = [("reason", "mistake"), ("text", "")];
    let again = desk.post(&cancel, &other).await;
    assert_eq!(again.status_code(), 409);
    let said = words(&again.text());
    assert!(
        said.contains("あなたがもう済ませています") && !said.contains("ほかの人が"),
        "{said}"
    );
}

async fn the_two_sides_write_to_each_other(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r01"]);
    let messages = format!("{case}/messages");
    assert_eq!(
        clerk.post(&messages, &[("text", " ")]).await.status_code(),
        422
    );
    for _ in 0..2 {
        ok(&clerk, &messages, &[("text", "<b>車いす</b>で伺います")]).await;
    }
    let list = words(&desk.get("/home?group=message").await.text());
    assert!(list.contains("連絡を読む"), "{list}");
    let page = desk.get(&case).await.text();
    assert_eq!(
        page.matches("&#60;b&#62;車いす").count(),
        2,
        "message and history"
    );
    assert!(words(&page).contains("読んでいない連絡があります"));
    ok(&desk, &format!("{case}/steps/acknowledge"), &[]).await;
    let page = words(&desk.get(&case).await.text());
    assert!(!page.contains("読んでいない連絡があります"), "{page}");
    ok(&desk, &messages, &[("text", "承知しました")]).await;
    let list = words(&clerk.get("/home?group=message").await.text());
    assert!(list.contains("連絡を読む"), "{list}");
}

async fn free_times_of_another_week(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let case = format!("/referrals/{}", world.made.cases["r01"]);
    let times = format!("{case}/times");
    assert!(
        desk.get(&case).await.text().contains(&times),
        "a link leads there"
    );
    assert_eq!(
        clerk.get(&times).await.status_code(),
        409,
        "not the sender's"
    );
    let mut page = desk.get(&times).await.text();
    for _ in 0..4 {
        if page.contains("name=\"slot\"") {
            break;
        }
        let next = between(&page, &format!("{times}?from="), "\"").to_owned();
        page = desk.get(&format!("{times}?from={next}")).await.text();
    }
    let slot = between(&page, "name=\"slot\" value=\"", "\"").to_owned();
    ok(&desk, &format!("{case}/steps/rebook"), &[("slot", &slot)]).await;
    let far = desk.get(&format!("{times}?from=9999-12-31")).await;
    assert_eq!(far.status_code(), 200);
    let odd = desk.get(&format!("{times}?from=%E3%81%82")).await;
    assert_eq!(odd.status_code(), 200, "what is no day is this week");
    let odd = odd.text();
    assert!(odd.contains("日付として読み取れません") && odd.contains("value=\"あ\""));
}

async fn a_clerk_cannot_release(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let case = format!("/referrals/{}", world.made.cases["r01"]);
    ok(&desk, &format!("{case}/steps/arrive"), &[("early", "on")]).await;
    let crafted = [
        ("base", "0"),
        ("diagnosis", "胸痛"),
        ("findings", "異常なし"),
        ("plan", "経過観察"),
        ("then", "release"),
    ];
    let answer = desk.post(&format!("{case}/reply"), &crafted).await;
    assert_eq!(answer.status_code(), 403);
    let said = words(&answer.text());
    assert!(said.contains("返書は医師が承認して送ります"), "{said}");
    assert!(said.contains("経過観察"), "what was typed stays: {said}");
}
