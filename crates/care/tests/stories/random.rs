//! Whatever people press in whatever order: the table holds, nothing is left by half.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use renkei_base::clock::Span;
use renkei_base::{Id, Refusal, Role, Scope};
use renkei_care::booking::SlotState;
use renkei_care::referral::command::Time;
use renkei_care::referral::table::cell;
use renkei_care::referral::{CancelReason, Command, DeclineReason, NewSlot, Side, State, Step};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::slot::Slot;
use renkei_fhir::task::Task;
use renkei_store::{Failure, Query};
use renkei_testkit::Backend;

use crate::region::{Region, Who};
use crate::replies;

/// Who presses what.
#[derive(Clone, Debug)]
struct Press {
    who: usize,
    step: usize,
    /// Chooses a time to book.
    time: i64,
}

fn presses() -> impl Strategy<Value = Vec<Press>> {
    let press = (0..5_usize, 0..Step::ALL.len(), 0..3_i64).prop_map(|(who, step, time)| Press {
        who,
        step,
        time,
    });
    // Mostly the next sensible step by the right person, so that the far states are reached too.
    prop::collection::vec(press, 20..60)
}

fn people(region: &Region) -> [(&Who, Option<Side>, Role); 5] {
    [
        (&region.clinic_clerk, Some(Side::Sender), Role::LiaisonClerk),
        (&region.clinic_doctor, Some(Side::Sender), Role::Doctor),
        (&region.desk, Some(Side::Receiver), Role::Nurse),
        (&region.hospital_doctor, Some(Side::Receiver), Role::Doctor),
        (&region.stranger, None, Role::Doctor),
    ]
}

pub(crate) fn command(step: Step, region: &Region, time: i64) -> Option<Command> {
    let text = String::new();
    let start = region.now() + Span::days(1 + time);
    let new = || {
        Time::New(NewSlot {
            start,
            end: start + Span::minutes(15),
            doctor: String::new(),
            place: String::new(),
            department: None,
            confirmed: false,
        })
    };
    Some(match step {
        Step::Submit => Command::Submit,
        Step::Return => Command::Return { text },
        Step::Send => Command::Send,
        Step::Receive => Command::Receive,
        Step::StartTriage => Command::StartTriage,
        Step::Accept => Command::Accept {
            department: None,
            text,
        },
        Step::Decline => Command::Decline {
            reason: DeclineReason::Duplicate,
            text,
        },
        Step::Book => Command::Book(new()),
        Step::Rebook => Command::Rebook(new()),
        Step::CancelBooking => Command::CancelBooking {
            reason: CancelReason::Patient,
            text,
        },
        Step::Assign => Command::Assign {
            department: region.cardiology.clone(),
        },
        Step::Arrive => Command::Arrive { early: time > 0 },
        Step::UndoArrive => Command::UndoArrive {
            text: "押し間違い".to_owned(),
        },
        Step::Close => Command::Close,
        Step::Acknowledge => Command::Acknowledge,
        Step::Cancel => Command::Cancel {
            reason: Some(CancelReason::Patient),
            text,
        },
        Step::SaveDraft | Step::SaveReply | Step::Reply => return None,
    })
}

#[test]
fn no_order_of_steps_breaks_a_case() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    });
    let reached = std::cell::RefCell::new(std::collections::BTreeSet::new());
    runner
        .run(&presses(), |presses| {
            runtime.block_on(play(&presses, &reached));
            Ok(())
        })
        .unwrap();
    assert!(
        reached.borrow().len() >= 8,
        "too tame: {:?}",
        reached.borrow()
    );
}

async fn play(presses: &[Press], reached: &std::cell::RefCell<std::collections::BTreeSet<State>>) {
    let backend = Backend::sqlite();
    let region = Region::new(&backend).await;
    let case = region.draft().await;
    let mut state = State::Draft;
    for press in presses {
        let (who, side, role) = people(&region)[press.who];
        // Half of the time what is offered, else anything at all.
        let offered = region
            .view(who, &case)
            .await
            .map(|view| view.offers)
            .unwrap_or_default();
        let step = match offered.get(press.step % offered.len().max(1)) {
            Some(step)
                if press.step % 2 == 0 && *step != Step::Cancel && *step != Step::Decline =>
            {
                *step
            }
            _ => Step::ALL[press.step],
        };
        state = pressed(&region, &case, state, (who, side, role), step, press.time).await;
        reached.borrow_mut().insert(state);
        check(&region, &case, state).await;
        region.clock.advance(Span::minutes(7));
    }
}

async fn pressed(
    region: &Region,
    case: &Id,
    state: State,
    by: (&Who, Option<Side>, Role),
    step: Step,
    time: i64,
) -> State {
    let (who, side, role) = by;
    let result = match command(step, region, time) {
        Some(command) => region.act(who, case, command).await,
        None if step == Step::Reply
            && role == Role::Doctor
            && side == Some(Side::Receiver)
            && (state == State::Arrived || state == State::Closed || state.is_replied()) =>
        {
            let closes = ["on", "more", ""][usize::try_from(time).unwrap()];
            let kind = match time {
                _ if state == State::Arrived => "",
                0 => "final",
                _ => "interim",
            };
            replies::release(region, case, kind, closes).await
        }
        None => return state,
    };
    match result {
        Ok(done) if done.already => {
            assert_eq!(done.state, state);
            state
        }
        Ok(done) => {
            assert!(
                cell(state, step).leads_to(done.state),
                "{state:?} {step:?} {done:?}"
            );
            assert!(
                step.side().is_none_or(|wanted| Some(wanted) == side),
                "{side:?} {step:?}"
            );
            assert!(role == Role::Doctor || !matches!(step, Step::Send | Step::Reply));
            done.state
        }
        Err(Failure::Refused(Refusal::NotFound)) => {
            assert!(side != Some(Side::Sender), "{state:?} {step:?}");
            state
        }
        Err(Failure::Refused(_)) => state,
        Err(other) => panic!("{other}"),
    }
}

/// What must hold after every step.
async fn check(region: &Region, case: &Id, state: State) {
    let view = region.view(&region.clinic_doctor, case).await.unwrap();
    assert_eq!(view.state, state);
    assert_eq!(
        view.appointment.is_some(),
        state.is_booked()
            || view
                .appointment
                .as_ref()
                .is_some_and(|a| a.status == "arrived")
    );
    assert!(
        view.holder.is_some() || state.is_over(),
        "somebody must act in {state:?}"
    );
    assert_eq!(
        view.due.is_some(),
        view.holder.is_some() && state != State::Draft,
        "{state:?}"
    );
    assert_eq!(view.number.is_empty(), view.sent.is_none());
    assert_eq!(
        region.view(&region.desk, case).await.is_ok(),
        view.sent.is_some()
    );
    assert!(region.view(&region.stranger, case).await.is_err());
    let ctx = renkei_base::Ctx::program(region.now(), region.ids.clone());
    let all = region.care.store.case(&ctx, case, "test").await.unwrap();
    for one in &all {
        assert!(one.key.typ == "Patient" || one.place.scope == Scope::Case(case.clone()));
        match one.key.typ.as_str() {
            Task::TYPE => assert_eq!(one.resource.str_at("status"), Some(state.task_status())),
            ServiceRequest::TYPE => {
                assert_eq!(one.resource.str_at("status"), Some(state.request_status()));
            }
            _ => {}
        }
    }
    let busy = region
        .care
        .store
        .search(&ctx, &Query::of(Slot::TYPE).with("status", "busy"))
        .await
        .unwrap();
    assert_eq!(
        busy.matches.len(),
        usize::from(view.appointment.is_some_and(|one| !one.given_back)),
        "{:?}",
        SlotState::Booked
    );
}
