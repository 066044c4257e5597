//! Letters and replies go out as documents, and replies come in as such.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id};
use renkei_care::attachment::{self, Of};
use renkei_care::document::{Issued, Paper, Refused, due, issue, receive};
use renkei_care::referral::{Command, State};
use renkei_fhir::document::{Letter, Section, check, read};
use renkei_fhir::system::PATIENT_LOCAL_PREFIX;
use renkei_fhir::{Key, Resource};
use renkei_store::Query;
use renkei_testkit::Backend;

use crate::document::{
    CLINIC, HOSPITAL, gateway, hospital_system, inbox, numbered, sent_letter, taken, text,
};
use crate::region::Region;

renkei_testkit::each_backend!(
    a_sent_letter_goes_out_once,
    a_large_file_stays_behind,
    without_a_number_nothing_goes_out,
    a_released_reply_goes_out,
    a_reply_comes_in,
    a_reply_to_what_came_by_the_gateway,
    a_reply_to_a_letter_that_came_in,
    a_reply_by_the_wrong_one_is_refused,
);

async fn print(_: Paper) -> Option<Vec<u8>> {
    Some(b"%PDF-1.7 printed".to_vec())
}

pub(crate) async fn issued(region: &Region, case: &Id) -> Issued {
    let ctx = Ctx::program(region.now(), region.ids.clone());
    issue(&region.care, &ctx, case, print).await.unwrap()
}

pub(crate) async fn bundle(region: &Region, ctx: &Ctx, id: &Id) -> Resource {
    let key = Key::new("Bundle", id.clone());
    let found = region.care.store.read(ctx, &key).await.unwrap();
    found.unwrap().resource
}

/// Everything that we write, without a word from the checker.
pub(crate) fn faultless(bundle: &Resource) -> Letter {
    assert_eq!(check(bundle), []);
    read(bundle)
}

async fn a_sent_letter_goes_out_once(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.draft().await;
    let clerk = region.ctx(&region.clinic_clerk);
    let file = b"%PDF-1.7 ecg".to_vec();
    attachment::add(
        &region.care,
        &clerk,
        &case,
        Of::Letter,
        "心電図.pdf",
        file.clone(),
    )
    .await
    .unwrap();
    assert_eq!(
        issued(&region, &case).await,
        Issued::default(),
        "a draft is nobody's"
    );
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let made = issued(&region, &case).await.made;
    assert_eq!(made, [format!("{case}-letter").parse().unwrap()]);
    let first = bundle(&region, &region.ctx(&region.clinic_clerk), &made[0]).await;
    let letter = faultless(&first);
    assert!(
        letter
            .identifier
            .value
            .starts_with(&format!("{CLINIC}^2026^")),
        "{:?}",
        letter.identifier
    );
    assert_eq!(
        (letter.to.code.as_str(), letter.to.name.as_str()),
        (HOSPITAL, "市民病院")
    );
    assert_eq!(letter.from.doctor, "岩田 一郎");
    assert_eq!(
        letter.section("340").unwrap().text,
        "狭心症の疑い\n高血圧症"
    );
    assert_eq!(letter.patient["name"][0]["family"], "𠮷田");
    assert_eq!(letter.pdf[0].bytes, b"%PDF-1.7 printed");
    assert_eq!(
        (letter.files[0].title.as_str(), &letter.files[0].bytes),
        ("心電図.pdf", &file)
    );

    // Once, and the same for ever; both sides find it, nobody else.
    region.clock.advance(Span::hours(1));
    region
        .act(&region.desk, &case, Command::Receive)
        .await
        .unwrap();
    assert_eq!(issued(&region, &case).await, Issued::default());
    let identifier = format!("{}|{}", letter.identifier.system, letter.identifier.value);
    let query = Query::of("Bundle").with("identifier", identifier);
    for (who, sees) in [
        (&region.clinic_clerk, 1),
        (&region.desk, 1),
        (&region.stranger, 0),
    ] {
        let found = region
            .care
            .store
            .search(&region.ctx(who), &query)
            .await
            .unwrap();
        assert_eq!(found.matches.len(), sees);
        assert!(found.matches.iter().all(|one| one.resource == first));
    }
    // Our own document, sent back to us, is known.
    let again = taken(&region, &gateway(&region), &first.to_json()).await;
    assert_eq!((again.created, &again.bundle), (false, &made[0]));
    assert_eq!(inbox(&region, &region.desk).await.len(), 0);
    // The followers of the feed are told of the case.
    let (cases, cursor) = due(&region.care, "", 1000).await.unwrap();
    assert!(cases.contains(&case));
    assert_eq!(
        due(&region.care, &cursor, 1000).await.unwrap().0,
        Vec::<Id>::new()
    );
}

async fn a_large_file_stays_behind(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.draft().await;
    let clerk = region.ctx(&region.clinic_clerk);
    for (name, size) in [("大きい.pdf", 8_000_000), ("小さい.pdf", 1_000)] {
        let mut pdf = b"%PDF-1.7".to_vec();
        pdf.resize(size, b' ');
        attachment::add(&region.care, &clerk, &case, Of::Letter, name, pdf)
            .await
            .unwrap();
    }
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let made = issued(&region, &case).await.made;
    let letter = faultless(&bundle(&region, &region.ctx(&region.desk), &made[0]).await);
    assert_eq!(
        letter
            .files
            .iter()
            .map(|one| one.title.as_str())
            .collect::<Vec<_>>(),
        ["小さい.pdf"]
    );
    assert!(letter.section("220").unwrap().text.contains("大きい.pdf"));
}

async fn without_a_number_nothing_goes_out(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let done = issued(&region, &case).await;
    assert_eq!((done.made.len(), done.without_number), (0, 1));
}

async fn a_released_reply_goes_out(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.arrived().await;
    region.release(&case, false).await.unwrap();
    let made = issued(&region, &case).await.made;
    assert_eq!(made.len(), 2, "the letter and the reply");
    let clinic = region.ctx(&region.clinic_clerk);
    let sent = faultless(&bundle(&region, &clinic, &made[0]).await);
    let reply = faultless(&bundle(&region, &clinic, &made[1]).await);
    assert_eq!(reply.answers.as_ref(), Some(&sent.identifier));
    assert_eq!(
        (reply.from.code.as_str(), reply.to.code.as_str()),
        (HOSPITAL, CLINIC)
    );
    assert_eq!(reply.section("340").unwrap().text, "労作性狭心症");
    assert_eq!(reply.section("360").unwrap().text, "負荷心電図で ST 低下");
    assert_eq!(reply.section("420").unwrap().text, "冠動脈 CT を予定");
    // 患者番号 is the clinic's in both, and said to be so.
    let clinics = format!("{PATIENT_LOCAL_PREFIX}{CLINIC}");
    for letter in [&sent, &reply] {
        assert_eq!(letter.patient["identifier"][0]["system"], clinics);
    }
    assert_eq!(
        reply.patient["identifier"][0]["value"],
        sent.patient["identifier"][0]["value"]
    );
}

/// The hospital's answer to a letter, as its own system writes it.
pub(crate) fn answer(letter: &Letter, number: &str) -> Letter {
    let section = |code: &str, title: &str, text: &str| Section {
        code: code.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Section::default()
    };
    let mut answer = sent_letter(number);
    answer.identifier.value = format!("{HOSPITAL}^2026^{number}");
    std::mem::swap(&mut answer.from, &mut answer.to);
    answer.answers = Some(letter.identifier.clone());
    answer.sections = vec![
        section("950", "紹介目的", "ご報告"),
        section("340", "傷病名・主訴", "労作性狭心症"),
        section("360", "現病歴", "負荷心電図で ST 低下"),
        section("620", "検査結果", "LDL 160"),
        section("420", "診療方針指示", "カテーテル検査"),
        section(
            "220",
            "備考・連絡情報",
            "次回受診：12月1日\nかかりつけ医へのお願い：血圧を見てください",
        ),
    ];
    answer
}

async fn a_reply_comes_in(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.sent().await;
    let made = issued(&region, &case).await.made;
    let hospital = hospital_system(&region);
    let sent = read(&bundle(&region, &hospital, &made[0]).await);
    let reply = text(&answer(&sent, "B-7"));
    let (one, other) = tokio::join!(
        receive(&region.care, &hospital, &reply),
        receive(&region.care, &hospital, &reply)
    );
    let both = [one.unwrap(), other.unwrap()];
    assert_eq!(both.iter().filter(|one| one.created).count(), 1, "{both:?}");
    let again = taken(&region, &hospital, &reply).await;
    assert!(!again.created);

    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.state, State::RepliedFirst);
    assert_eq!(view.replies.len(), 1);
    let form = &view.replies[0].form;
    assert_eq!(
        (form.diagnosis.as_str(), form.plan.as_str()),
        ("労作性狭心症", "カテーテル検査")
    );
    assert_eq!(
        form.findings,
        "負荷心電図で ST 低下\n\n【検査結果】\nLDL 160"
    );
    assert_eq!(
        (form.next_visit.as_str(), form.request.as_str()),
        ("12月1日", "血圧を見てください")
    );
    assert_eq!(view.replies[0].approved_by, "髙木 誠");
    assert_eq!(view.replies[0].attachments.len(), 1);
    // What came in as a document does not go out again.
    assert_eq!(issued(&region, &case).await, Issued::default());
    let clinic = region.ctx(&region.clinic_clerk);
    let found = region
        .care
        .store
        .search(&clinic, &Query::of("Bundle"))
        .await
        .unwrap();
    assert_eq!(found.matches.len(), 2);
}

async fn a_reply_to_what_came_by_the_gateway(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let gateway = gateway(&region);
    let letter = sent_letter("A-1");
    taken(&region, &gateway, &text(&letter)).await;
    let case = inbox(&region, &region.desk).await.remove(0);
    let accept = Command::Accept {
        department: None,
        text: String::new(),
    };
    for step in [Command::Receive, accept, Command::Arrive { early: false }] {
        region.act(&region.desk, &case, step).await.unwrap();
    }
    region.release(&case, true).await.unwrap();
    let made = issued(&region, &case).await.made;
    assert_eq!(
        made.len(),
        1,
        "the letter came as a document, only the reply goes out"
    );
    // The gateway fetches it for the clinic.
    let reply = faultless(&bundle(&region, &gateway, &made[0]).await);
    assert_eq!(reply.answers, Some(letter.identifier));
}

/// The hospital's own system answers a letter that came in as a document: found by the letter's identifier.
async fn a_reply_to_a_letter_that_came_in(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let letter = sent_letter("A-1");
    taken(&region, &gateway(&region), &text(&letter)).await;
    let case = inbox(&region, &region.desk).await.remove(0);
    let hospital = hospital_system(&region);
    taken(&region, &hospital, &text(&answer(&letter, "B-1"))).await;
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!((view.state, view.replies.len()), (State::RepliedFirst, 1));
    let gateway = gateway(&region);
    let found = region
        .care
        .store
        .search(&gateway, &Query::of("Bundle"))
        .await
        .unwrap();
    assert_eq!(
        found.matches.len(),
        2,
        "the gateway sees the letter and its reply"
    );
}

async fn a_reply_by_the_wrong_one_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.sent().await;
    let made = issued(&region, &case).await.made;
    let hospital = hospital_system(&region);
    let sent = read(&bundle(&region, &hospital, &made[0]).await);
    let rules = |refused| match refused {
        Err(Refused::Faulty(findings)) => {
            let findings: Vec<renkei_fhir::document::Finding> = findings;
            findings[0].rule.clone()
        }
        other => panic!("{other:?}"),
    };
    // The clinic answers its own letter: that is no reply to it, but a letter.
    let mut own = answer(&sent, "B-1");
    std::mem::swap(&mut own.from, &mut own.to);
    own.identifier.value = format!("{CLINIC}^2026^B-1");
    let clinic = crate::document::clinic_system(&region);
    let received = taken(&region, &clinic, &text(&own)).await;
    assert_eq!(received.warnings[0].rule, "renkei-answers");
    // Too long for what a reply holds.
    let mut long = answer(&sent, "B-2");
    long.sections[4].text = "長".repeat(10_001);
    assert_eq!(
        rules(receive(&region.care, &hospital, &text(&long)).await),
        "renkei-text"
    );
    // An answer to a letter that nobody knows is a letter of its own.
    let mut lost = answer(&sent, "B-3");
    lost.answers.as_mut().unwrap().value = "nothing".to_owned();
    let received = taken(&region, &hospital, &text(&lost)).await;
    assert_eq!(received.warnings[0].rule, "renkei-answers");
    let view = region.view(&region.desk, &case).await.unwrap();
    assert_eq!(
        (view.state, view.replies.len()),
        (State::Sent, 0),
        "nothing was done by halves"
    );
}
