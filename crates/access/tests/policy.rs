//! The whole policy as tables that a nurse can read, and what must hold for all of it.
#![cfg(test)]

use std::fmt::Write;

use proptest::prelude::*;
use renkei_access::policy::REGIONAL;
use renkei_access::{Action, Decision, Facts, decide, permit, reach};
use renkei_base::{Caller, Grantee, Id, Reach, Refusal, Role, Roles};

const RELATIONS: [(&str, Facts); 5] = [
    ("関係なし (none)", Facts::NONE),
    (
        "自機関のもの (own)",
        Facts {
            own: true,
            ..Facts::NONE
        },
    ),
    (
        "患者を登録した機関 (home)",
        Facts {
            home: true,
            ..Facts::NONE
        },
    ),
    (
        "紹介元 (requester)",
        Facts {
            requester: true,
            ..Facts::NONE
        },
    ),
    (
        "紹介先 (owner)",
        Facts {
            owner: true,
            ..Facts::NONE
        },
    ),
];

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn caller(roles: &[Role]) -> Caller {
    Caller {
        account: Some(id("me")),
        name: String::new(),
        institution: Some(id("here")),
        roles: Roles::new(roles.iter().copied()),
        machine: None,
    }
}

fn sign(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "○",
        Decision::Forbid(_) => "×",
        Decision::Hide => "－",
    }
}

#[test]
fn matrix() {
    let mut text = "○ できる　× できないと言われる　－ そもそも見えない\n".to_owned();
    for (relation, facts) in RELATIONS {
        write!(text, "\n## {relation}\n\n{:21}", "").unwrap();
        for role in Role::ALL {
            write!(text, " {:17}", role.code()).unwrap();
        }
        for action in Action::ALL {
            write!(text, "\n{:21}", action.code()).unwrap();
            for role in Role::ALL {
                write!(
                    text,
                    " {:16}",
                    sign(decide(&caller(&[role]), *action, &facts))
                )
                .unwrap();
            }
        }
        text.push('\n');
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn codes_are_not_given_twice() {
    let mut codes: Vec<&str> = Action::ALL.iter().map(|action| action.code()).collect();
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all);
}

#[test]
fn a_clerk_drafts_and_a_doctor_sends() {
    let facts = Facts {
        requester: true,
        home: true,
        ..Facts::NONE
    };
    let (clerk, doctor) = (caller(&[Role::LiaisonClerk]), caller(&[Role::Doctor]));
    assert_eq!(permit(&clerk, Action::ReferralDraft, &facts), Ok(()));
    let refused = Refusal::forbidden("refuse-needs-doctor");
    assert_eq!(permit(&clerk, Action::ReferralSend, &facts), Err(refused));
    assert_eq!(permit(&doctor, Action::ReferralSend, &facts), Ok(()));
    let elsewhere = permit(&doctor, Action::ReferralSend, &Facts::NONE);
    assert_eq!(elsewhere, Err(Refusal::NotFound));
    let received = Facts {
        owner: true,
        ..Facts::NONE
    };
    let refused = Refusal::forbidden("refuse-needs-requester");
    assert_eq!(
        permit(&doctor, Action::ReferralSend, &received),
        Err(refused)
    );
}

#[test]
fn relations_come_from_institutions() {
    let me = caller(&[Role::Doctor]);
    let (here, there) = (id("here"), id("there"));
    let facts = Facts::referral(&me, &here, Some(&there), Some(&here));
    assert_eq!(
        (facts.requester, facts.owner, facts.home),
        (true, false, true)
    );
    assert_eq!(Facts::referral(&me, &there, None, None), Facts::NONE);
    let nowhere = Caller {
        institution: None,
        ..me
    };
    assert_eq!(Facts::own(&nowhere, &here), Facts::NONE);
    assert_eq!(reach(&nowhere), Reach::NoPatients);
}

#[test]
fn visitors_and_the_program_may_nothing_here() {
    for action in Action::ALL {
        for (_, facts) in RELATIONS {
            assert_ne!(decide(&Caller::visitor(), *action, &facts), Decision::Allow);
            assert_ne!(decide(&Caller::program(), *action, &facts), Decision::Allow);
        }
    }
}

fn any_roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(Role::ALL.to_vec(), 0..=7)
}

fn any_facts() -> impl Strategy<Value = Facts> {
    any::<(bool, bool, bool, bool)>().prop_map(|(own, home, requester, owner)| Facts {
        own,
        home,
        requester,
        owner,
    })
}

fn any_action() -> impl Strategy<Value = Action> {
    proptest::sample::select(Action::ALL.to_vec())
}

fn is_about_patients(action: Action) -> bool {
    ["patient.", "referral.", "reply.", "attachment."]
        .iter()
        .any(|noun| action.code().starts_with(noun))
}

proptest! {
    #[test]
    fn the_region_sees_no_patients(mut roles in any_roles(), facts in any_facts(), action in any_action()) {
        roles.push(REGIONAL[facts.own as usize]);
        let me = caller(&roles);
        prop_assert_eq!(reach(&me), Reach::NoPatients);
        if is_about_patients(action) {
            prop_assert_eq!(decide(&me, action, &facts), Decision::Hide);
        }
    }

    #[test]
    fn a_stranger_to_a_patient_is_told_nothing(roles in any_roles(), own: bool, action in any_action()) {
        let facts = Facts { own, ..Facts::NONE };
        let needs_none = matches!(action, Action::PatientRegister | Action::PatientSearch | Action::WorkList);
        if is_about_patients(action) && !needs_none {
            prop_assert_eq!(decide(&caller(&roles), action, &facts), Decision::Hide);
        }
    }

    #[test]
    fn a_closer_relation_takes_nothing_away(roles in any_roles(), less in any_facts(), more in any_facts(), action in any_action()) {
        let both = Facts {
            own: less.own || more.own,
            home: less.home || more.home,
            requester: less.requester || more.requester,
            owner: less.owner || more.owner,
        };
        let me = caller(&roles);
        if decide(&me, action, &less) == Decision::Allow {
            prop_assert_eq!(decide(&me, action, &both), Decision::Allow);
        }
    }

    #[test]
    fn reach_is_ones_institution_and_oneself(roles in any_roles()) {
        let me = caller(&roles);
        match reach(&me) {
            Reach::NoPatients => {}
            Reach::Granted(to) => {
                prop_assert!(roles.iter().any(|role| role.cares()));
                prop_assert_eq!(to, vec![Grantee::Institution(id("here")), Grantee::Person(id("me"))]);
            }
            Reach::Everything => prop_assert!(false, "never a person's"),
        }
    }
}
