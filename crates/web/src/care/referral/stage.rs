//! How far a case has come, and what its letter says.

use renkei_care::referral::ReferralView;

/// One stage of the bar on top of a case.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) key: &'static str,
    pub(super) class: &'static str,
}

/// The straight way through the loop; what left it shows its own state beside.
const STAGES: [(&str, &[&str]); 7] = [
    ("stage-draft", &["draft", "ready"]),
    ("stage-sent", &["sent"]),
    ("stage-received", &["received", "triage"]),
    ("stage-accepted", &["accepted"]),
    ("stage-booked", &["booked", "rebooked"]),
    ("stage-arrived", &["arrived"]),
    (
        "stage-replied",
        &["replied-first", "replied-interim", "closed"],
    ),
];

pub(super) fn stage_of(c: &ReferralView) -> Option<usize> {
    STAGES
        .iter()
        .position(|(_, states)| states.contains(&c.state.code()))
}

pub(super) fn track(c: &ReferralView) -> Vec<Stage> {
    let at = stage_of(c);
    let class = |index: usize| match at {
        Some(now) if index < now => "done",
        Some(now) if index == now => "now",
        _ => "",
    };
    STAGES
        .iter()
        .enumerate()
        .map(|(index, (key, _))| Stage {
            key,
            class: class(index),
        })
        .collect()
}

/// The letter's texts with their headings, in the order of 様式11; what is empty is left out.
pub(super) fn sections(c: &ReferralView) -> Vec<(&'static str, &str)> {
    let letter = &c.letter;
    [
        ("letter-purpose", &letter.purpose),
        ("letter-diagnosis", &letter.diagnosis),
        ("letter-past_history", &letter.past_history),
        ("letter-family_history", &letter.family_history),
        ("letter-course", &letter.course),
        ("letter-treatment", &letter.treatment),
        ("letter-remarks", &letter.remarks),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(key, text)| (key, text.as_str()))
    .collect()
}
