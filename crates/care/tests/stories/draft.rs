//! Drafts: typed by two people, saved while typing, files beside them.

mod medication;

use renkei_base::{Id, Refusal};
use renkei_care::attachment::{self, Of};
use renkei_care::referral::{self, Command, DraftForm, DraftSaved};
use renkei_care::reply::{self, ReplyForm, ReplySaved};
use renkei_testkit::Backend;

use crate::region::{Region, Who, refusal, reply_form};

renkei_testkit::each_backend!(
    two_people_write_one_draft,
    two_people_write_one_field,
    two_people_write_one_reply,
    a_file_is_no_conflict,
    a_doctor_signs_what_was_read,
    what_cannot_be_kept_is_refused,
    files_are_what_they_are,
    a_waiting_letter_is_the_doctors,
    the_send_button_is_pressed_twice,
);

async fn save(region: &Region, who: &Who, case: &Id, base: u32, form: &DraftForm) -> DraftSaved {
    referral::save_draft(&region.care, &region.ctx(who), case, base, form)
        .await
        .unwrap()
}

async fn two_people_write_one_draft(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let form = region
        .view(&region.clinic_clerk, &case)
        .await
        .unwrap()
        .letter;
    let mine = DraftForm {
        purpose: "入院のお願い".to_owned(),
        past_history: String::new(),
        ..form.clone()
    };
    let theirs = DraftForm {
        remarks: "車いす".to_owned(),
        ..form.clone()
    };
    assert_eq!(
        save(&region, &region.clinic_doctor, &case, 1, &theirs).await,
        DraftSaved::Saved { version: 2 }
    );
    let DraftSaved::Merged(meeting) = save(&region, &region.clinic_clerk, &case, 1, &mine).await
    else {
        panic!()
    };
    let both = DraftForm {
        remarks: "車いす".to_owned(),
        ..mine.clone()
    };
    assert_eq!((&meeting.form, meeting.version), (&both, 3));
    assert_eq!(
        (meeting.by.as_str(), meeting.taken.as_slice()),
        ("岩田 一郎", ["remarks"].as_slice())
    );
    assert_eq!(
        save(&region, &region.clinic_clerk, &case, 3, &both).await,
        DraftSaved::Saved { version: 3 },
        "says the same"
    );
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!((view.letter, view.drafted_by.as_str()), (both, "森 花子"));
}

/// Both wrote in one field: nothing is stored until somebody has looked at both.
async fn two_people_write_one_field(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    let with = |purpose: &str, remarks: &str| DraftForm {
        purpose: purpose.to_owned(),
        remarks: remarks.to_owned(),
        ..view.letter.clone()
    };
    let theirs = with("転院のお願い", "車いす");
    save(&region, &region.clinic_doctor, &case, 1, &theirs).await;
    let mine = with("入院のお願い", &view.letter.remarks);
    for base in [1, 99] {
        let DraftSaved::Conflict(meeting) =
            save(&region, &region.clinic_clerk, &case, base, &mine).await
        else {
            panic!()
        };
        assert_eq!(meeting.theirs, theirs);
        assert_eq!(meeting.version, 2);
        if base == 1 {
            assert_eq!(meeting.differs, ["purpose"]);
            assert_eq!(meeting.form, with("入院のお願い", "車いす"));
        } else {
            assert_eq!(meeting.differs, ["purpose", "remarks"], "unknown beginning");
        }
    }
    let stored = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(stored.letter, theirs);
    let chosen = with("入院のお願い", "車いす");
    assert_eq!(
        save(&region, &region.clinic_clerk, &case, 2, &chosen).await,
        DraftSaved::Saved { version: 3 }
    );
    // The first form sent once more, as after a lost answer: it says nothing new.
    let DraftSaved::Merged(meeting) = save(&region, &region.clinic_clerk, &case, 1, &mine).await
    else {
        panic!()
    };
    assert_eq!((&meeting.form, meeting.version), (&chosen, 3));
    // The draft's beginning is the empty letter: only its other texts can be in the way.
    let other = with("受診のお願い", "");
    let DraftSaved::Conflict(meeting) = save(&region, &region.clinic_clerk, &case, 0, &other).await
    else {
        panic!()
    };
    assert_eq!(
        (meeting.taken.as_slice(), meeting.differs.as_slice()),
        (["remarks"].as_slice(), ["purpose"].as_slice())
    );
}

async fn two_people_write_one_reply(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    let (desk, doctor) = (&region.desk, &region.hospital_doctor);
    let save = async |who: &Who, base, form: &ReplyForm| {
        reply::save(&region.care, &region.ctx(who), &case, base, form)
            .await
            .unwrap()
    };
    let begun = ReplyForm {
        request: "減塩を".to_owned(),
        ..reply_form(false)
    };
    assert_eq!(
        save(desk, 0, &begun).await,
        ReplySaved::Saved { version: 1 }
    );
    let theirs = ReplyForm {
        findings: "冠動脈に狭窄".to_owned(),
        ..begun.clone()
    };
    assert_eq!(
        save(doctor, 1, &theirs).await,
        ReplySaved::Saved { version: 2 }
    );
    let mine = ReplyForm {
        request: String::new(),
        closes: "on".to_owned(),
        ..begun.clone()
    };
    let ReplySaved::Merged(meeting) = save(desk, 1, &mine).await else {
        panic!()
    };
    let both = ReplyForm {
        findings: theirs.findings.clone(),
        ..mine.clone()
    };
    assert_eq!((&meeting.form, meeting.version), (&both, 3));
    assert_eq!(meeting.taken, ["findings"]);
    assert_eq!(
        save(desk, 3, &both).await,
        ReplySaved::Saved { version: 3 },
        "nothing new"
    );
    let other = ReplyForm {
        findings: "異常なし".to_owned(),
        ..begun
    };
    let ReplySaved::Conflict(meeting) = save(desk, 1, &other).await else {
        panic!()
    };
    assert_eq!(
        (meeting.differs.as_slice(), meeting.taken.as_slice()),
        (["findings"].as_slice(), ["request", "closes"].as_slice())
    );
    // A doctor signs what was read.
    let ctx = region.ctx(doctor);
    let released = reply::release(&region.care, &ctx, &case, 2, &theirs).await;
    assert_eq!(refusal(released), Refusal::Conflict);
}

async fn a_file_is_no_conflict(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let form = region
        .view(&region.clinic_clerk, &case)
        .await
        .unwrap()
        .letter;
    let bytes = b"%PDF-1.4 one".to_vec();
    let ctx = region.ctx(&region.clinic_doctor);
    let (file, version) = attachment::add(
        &region.care,
        &ctx,
        &case,
        Of::Letter,
        "a.pdf",
        bytes.clone(),
    )
    .await
    .unwrap();
    let again = attachment::add(&region.care, &ctx, &case, Of::Letter, "b.pdf", bytes)
        .await
        .unwrap();
    assert_eq!(
        (version, &again),
        (2, &(file, 2)),
        "the same bytes are one file"
    );
    let changed = DraftForm {
        purpose: "転院のお願い".to_owned(),
        ..form
    };
    assert_eq!(
        save(&region, &region.clinic_clerk, &case, 1, &changed).await,
        DraftSaved::Saved { version: 3 }
    );
}

async fn a_doctor_signs_what_was_read(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let seen = region.view(&region.clinic_doctor, &case).await.unwrap();
    let changed = DraftForm {
        purpose: "別の目的".to_owned(),
        ..seen.letter.clone()
    };
    save(&region, &region.clinic_clerk, &case, 1, &changed).await;
    let ctx = region.ctx(&region.clinic_doctor);
    let sent = referral::act(&region.care, &ctx, &case, Some(seen.version), Command::Send).await;
    assert_eq!(refusal(sent), Refusal::Conflict);
    let sent = referral::act(&region.care, &ctx, &case, Some(2), Command::Send)
        .await
        .unwrap();
    assert_eq!(sent.state, referral::State::Sent);
}

async fn what_cannot_be_kept_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    let patient = region.patient().await;
    let ctx = region.ctx(&region.clinic_clerk);
    let wrong = DraftForm {
        addressee: "org-nowhere".to_owned(),
        purpose: "あ".repeat(10_001),
        priority: "now".to_owned(),
        ..region.draft_form(&patient)
    };
    let case = region.ids.id();
    let Refusal::Invalid(faults) =
        refusal(referral::save_draft(&region.care, &ctx, &case, 0, &wrong).await)
    else {
        panic!()
    };
    assert_eq!(
        faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
        ["priority", "purpose"]
    );
    for (form, key) in [
        (
            DraftForm {
                addressee: "org-nowhere".to_owned(),
                ..region.draft_form(&patient)
            },
            "fault-institution-unknown",
        ),
        (
            DraftForm {
                addressee: region.clinic.to_string(),
                ..region.draft_form(&patient)
            },
            "fault-addressee-self",
        ),
        (
            DraftForm {
                addressee: region.other_clinic.to_string(),
                ..region.draft_form(&patient)
            },
            "fault-department-unknown",
        ),
        (
            DraftForm {
                patient: "nobody".to_owned(),
                ..region.draft_form(&patient)
            },
            "fault-patient-unknown",
        ),
    ] {
        let Refusal::Invalid(faults) =
            refusal(referral::save_draft(&region.care, &ctx, &case, 0, &form).await)
        else {
            panic!()
        };
        assert_eq!(faults[0].key, key);
    }
    for word in ["identity", "record", "x"] {
        let saved = referral::save_draft(
            &region.care,
            &ctx,
            &word.parse().unwrap(),
            0,
            &region.draft_form(&patient),
        )
        .await;
        assert_eq!(refusal(saved), Refusal::fault("", "fault-case-id"));
    }
    assert_eq!(
        refusal(region.view(&region.clinic_clerk, &case).await),
        Refusal::NotFound,
        "nothing was stored"
    );
}

async fn files_are_what_they_are(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let ctx = region.ctx(&region.clinic_clerk);
    let exe = attachment::add(
        &region.care,
        &ctx,
        &case,
        Of::Letter,
        "x.pdf",
        b"MZ....".to_vec(),
    )
    .await;
    assert_eq!(refusal(exe), Refusal::fault("file", "fault-file-type"));
    for number in 0..10 {
        let bytes = format!("%PDF-{number}").into_bytes();
        attachment::add(&region.care, &ctx, &case, Of::Letter, "x.pdf", bytes)
            .await
            .unwrap();
    }
    let more = attachment::add(
        &region.care,
        &ctx,
        &case,
        Of::Letter,
        "x.pdf",
        b"%PDF-more".to_vec(),
    )
    .await;
    assert!(
        matches!(refusal(more), Refusal::Invalid(faults) if faults[0].key == "fault-files-too-many")
    );
    let file = region
        .view(&region.clinic_clerk, &case)
        .await
        .unwrap()
        .attachments[0]
        .id
        .clone();
    attachment::remove(&region.care, &ctx, &case, &file)
        .await
        .unwrap();
    assert_eq!(
        refusal(attachment::open(&region.care, &ctx, &case, &file).await),
        Refusal::NotFound
    );
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let desk = region.ctx(&region.desk);
    let file = region.view(&region.desk, &case).await.unwrap().attachments[0]
        .id
        .clone();
    let opened = attachment::open(&region.care, &desk, &case, &file)
        .await
        .unwrap();
    assert_eq!(
        (opened.mime.as_str(), &opened.bytes[..5]),
        ("application/pdf", &b"%PDF-"[..])
    );
    assert_eq!(
        refusal(attachment::remove(&region.care, &ctx, &case, &file).await),
        Refusal::not_now("refuse-already-sent")
    );
    let reply = attachment::add(
        &region.care,
        &desk,
        &case,
        Of::Reply,
        "x.pdf",
        b"%PDF-r".to_vec(),
    )
    .await;
    assert_eq!(refusal(reply), Refusal::not_now("refuse-not-arrived"));
}

async fn a_waiting_letter_is_the_doctors(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    region
        .act(&region.clinic_clerk, &case, Command::Submit)
        .await
        .unwrap();
    let changed = DraftForm {
        purpose: "変更".to_owned(),
        ..view.letter
    };
    let clerk = region.ctx(&region.clinic_clerk);
    let saved = referral::save_draft(&region.care, &clerk, &case, 2, &changed).await;
    assert_eq!(refusal(saved), Refusal::not_now("refuse-return-first"));
    assert_eq!(
        save(&region, &region.clinic_doctor, &case, 2, &changed).await,
        DraftSaved::Saved { version: 3 }
    );
    region
        .act(
            &region.clinic_doctor,
            &case,
            Command::Return {
                text: "経過を詳しく".to_owned(),
            },
        )
        .await
        .unwrap();
    assert_eq!(
        region
            .view(&region.clinic_clerk, &case)
            .await
            .unwrap()
            .timeline
            .last()
            .unwrap()
            .text,
        "経過を詳しく"
    );
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let whole = format!("{:?}", region.view(&region.desk, &case).await.unwrap());
    assert!(
        !whole.contains("経過を詳しく"),
        "what was said in the house stays there"
    );
}

/// The button saves and sends; the second click saves the same text once more, when the letter is out already.
async fn the_send_button_is_pressed_twice(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let doctor = &region.clinic_doctor;
    let form = region.view(doctor, &case).await.unwrap().letter;
    for already in [false, true] {
        let DraftSaved::Saved { version } = save(&region, doctor, &case, 1, &form).await else {
            panic!()
        };
        let sent = referral::act(
            &region.care,
            &region.ctx(doctor),
            &case,
            Some(version),
            Command::Send,
        )
        .await;
        assert_eq!(sent.unwrap().already, already);
    }
    let other = DraftForm {
        remarks: "あとから".to_owned(),
        ..form
    };
    let late = referral::save_draft(&region.care, &region.ctx(doctor), &case, 2, &other).await;
    assert_eq!(refusal(late), Refusal::not_now("refuse-already-sent"));
}
