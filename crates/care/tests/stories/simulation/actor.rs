//! The four at work: what each of them wishes next, and what became of it.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Refusal};
use renkei_care::booking::{OpeningForm, open_slots};
use renkei_care::fhir::{self, Denied, Entry, Outcome, Write, Written};
use renkei_care::referral::command::Time;
use renkei_care::referral::{self, Command, Done, DraftForm, DraftSaved, Step};
use renkei_care::reply::{self, ReplyForm};
use renkei_fhir::{Key, Resource};
use renkei_store::Failure;
use serde_json::json;

use super::body;
use super::dice::Dice;
use super::model::Model;
use crate::fhir::{machine, patient, resource};
use crate::random::command;
use crate::region::{Region, reply_form};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Actor {
    /// 岩田医院, a person
    Doctor,
    /// 市民病院, a person who is its doctor too
    Desk,
    /// The clinic's system, with a doctor's rights.
    ClinicProgram,
    /// The hospital's system, with a nurse's rights.
    HospitalProgram,
}

/// What one of them is about to do.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Step(Id, Option<u32>, Command),
    Draft(Id, u32, Box<DraftForm>),
    Reply(Id, ReplyForm),
    /// A changed Task, Appointment or Slot, with the version that it is held to.
    Put(Option<Id>, Option<Step>, Resource, Option<u32>),
    Post(Option<Id>, Option<Step>, Resource),
    /// A new referral: patient, request and task in one transaction.
    Whole(u64),
    Open(OpeningForm),
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// With the version of the Task, where the answer says it.
    Done(Option<u32>),
    /// Nothing was to do.
    Already,
    Refused(String),
}

/// A wish with its answer.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) actor: Actor,
    pub(crate) case: Option<Id>,
    /// `None` where it is no step: slots.
    pub(crate) step: Option<Step>,
    pub(crate) came: Came,
    #[expect(dead_code, reason = "printed where something is wrong")]
    wish: Wish,
}

impl Act {
    pub(crate) fn is_by_program(&self) -> bool {
        self.actor.is_program()
    }
}

impl Actor {
    pub(crate) const ALL: [Self; 4] = [
        Self::Doctor,
        Self::Desk,
        Self::ClinicProgram,
        Self::HospitalProgram,
    ];

    pub(crate) const fn account(self) -> &'static str {
        match self {
            Self::Doctor => "acc-iwata",
            Self::Desk => "acc-takagi",
            Self::ClinicProgram => "client-clinic",
            Self::HospitalProgram => "client-hospital",
        }
    }

    const fn is_program(self) -> bool {
        matches!(self, Self::ClinicProgram | Self::HospitalProgram)
    }

    const fn is_sender(self) -> bool {
        matches!(self, Self::Doctor | Self::ClinicProgram)
    }

    pub(crate) fn ctx(self, region: &Region) -> Ctx {
        let mut ctx = match self {
            Self::Doctor => region.ctx(&region.clinic_doctor),
            Self::Desk => region.ctx(&region.hospital_doctor),
            Self::ClinicProgram => machine(region, &region.clinic_doctor),
            Self::HospitalProgram => machine(region, &region.desk),
        };
        ctx.caller.account = Some(self.account().parse().unwrap());
        ctx
    }
}

/// What this one does next: mostly what is offered, now and then anything.
pub(crate) async fn wish(region: &Region, model: &Model, dice: &mut Dice, actor: Actor) -> Wish {
    let few = model.running() < 3;
    if few && actor.is_sender() && dice.chance(60) {
        return first(region, dice, actor).await;
    }
    if !actor.is_sender() && dice.chance(12) {
        return times(region, model, dice, actor).await;
    }
    let Some(case) = model.any(dice) else {
        return first(region, dice, actor).await;
    };
    let view = referral::view(&region.care, &actor.ctx(region), &case).await;
    let offers = view
        .as_ref()
        .map(|view| view.offers.clone())
        .unwrap_or_default();
    let step = drawn(dice, &offers);
    if actor.is_program() {
        return body::of(region, model, dice, actor, &case, step).await;
    }
    let version = view.as_ref().map_or(0, |view| view.version);
    match step {
        Step::SaveDraft => {
            let letter = view.map(|view| view.letter).unwrap_or_default();
            let form = DraftForm {
                remarks: format!("追記 {}", dice.below(1000)),
                ..letter
            };
            Wish::Draft(case, version, Box::new(form))
        }
        Step::Reply | Step::SaveReply => {
            let replied = view.is_ok_and(|view| view.state.is_replied());
            let kinds: &[&str] = if replied {
                &["interim", "final"]
            } else {
                &[""]
            };
            let form = ReplyForm {
                kind: (*dice.pick(kinds).unwrap()).to_owned(),
                closes: (*dice.pick(&["on", "more", ""]).unwrap()).to_owned(),
                findings: format!("所見 {}", dice.below(1_000_000)),
                ..reply_form(false)
            };
            Wish::Reply(case, form)
        }
        step => {
            let seen = dice.chance(30).then_some(version);
            Wish::Step(case, seen, command_of(region, model, dice, step))
        }
    }
}

/// Mostly what is offered. What ends a case or leads back always is, and would be all that ever happens.
fn drawn(dice: &mut Dice, offers: &[Step]) -> Step {
    let dear = [Step::Cancel, Step::Decline, Step::SaveDraft, Step::Return];
    let mut step = Step::Acknowledge;
    for _ in 0..6 {
        let list = if dice.chance(80) && !offers.is_empty() {
            offers
        } else {
            &Step::ALL
        };
        step = *dice.pick(list).unwrap();
        if !dear.contains(&step) || dice.chance(10) {
            break;
        }
    }
    step
}

fn command_of(region: &Region, model: &Model, dice: &mut Dice, step: Step) -> Command {
    let slot = model.slot(dice).filter(|_| dice.chance(70)).map(Time::Slot);
    match (step, slot) {
        (Step::Book, Some(time)) => Command::Book(time),
        (Step::Rebook, Some(time)) => Command::Rebook(time),
        _ => command(step, region, dice.below(3).try_into().unwrap()).unwrap(),
    }
}

/// A new referral.
async fn first(region: &Region, dice: &mut Dice, actor: Actor) -> Wish {
    match actor {
        Actor::Doctor => {
            let patient = region.patient().await;
            let form = region.draft_form(&patient);
            Wish::Draft(region.ids.id(), 0, Box::new(form))
        }
        _ => Wish::Whole(dice.below(1_000_000_000) as u64),
    }
}

/// Opens a time, withdraws one, or tries to free one that is taken.
async fn times(region: &Region, model: &Model, dice: &mut Dice, actor: Actor) -> Wish {
    let half = 18 + dice.below(8);
    let clock = format!(
        "{:02}:{}",
        half / 2,
        if half.is_multiple_of(2) { "00" } else { "30" }
    );
    if actor == Actor::Desk {
        return Wish::Open(OpeningForm {
            department: region.cardiology.to_string(),
            from: "2026-11-27".to_owned(),
            times: clock,
            ..OpeningForm::default()
        });
    }
    let there = match model.slot(dice).filter(|_| dice.chance(60)) {
        Some(id) => {
            let key = Key::new("Slot", id);
            let found = region.care.store.read(&actor.ctx(region), &key).await;
            found.unwrap()
        }
        None => None,
    };
    if let Some(stored) = there {
        let mut slot = stored.resource;
        let status = dice.pick(&["free", "free", "busy-unavailable"]).unwrap();
        slot.set("status", json!(status));
        return Wish::Put(None, None, slot, None);
    }
    let start = region.now() + Span::hours(24 + i64::try_from(dice.below(48)).unwrap());
    let slot = json!({
        "resourceType": "Slot", "schedule": {"reference": "Schedule/dep-cardiology"}, "status": "free",
        "start": start.to_fhir(), "end": (start + Span::minutes(30)).to_fhir(),
    });
    Wish::Post(None, None, resource(&slot))
}

/// Does it.
pub(crate) async fn act(region: &Region, actor: Actor, wish: Wish) -> Act {
    let (care, ctx) = (&region.care, actor.ctx(region));
    let (mut case, mut step) = (None, None);
    let came = match wish.clone() {
        Wish::Step(id, seen, command) => {
            (case, step) = (Some(id.clone()), Some(command.step()));
            by_button(referral::act(care, &ctx, &id, seen, command).await)
        }
        Wish::Draft(id, base, form) => {
            (case, step) = (Some(id.clone()), Some(Step::SaveDraft));
            match referral::save_draft(care, &ctx, &id, base, &form).await {
                Ok(DraftSaved::Conflict(_)) => Came::Already,
                Ok(_) => Came::Done(None),
                Err(failure) => Came::Refused(said(failure)),
            }
        }
        Wish::Reply(id, form) => {
            (case, step) = (Some(id.clone()), Some(Step::Reply));
            by_button(reply::release(care, &ctx, &id, 0, &form).await)
        }
        Wish::Put(id, by, resource, if_match) => {
            (case, step) = (id, by);
            let task = resource.typ() == "Task";
            let key = resource.key().unwrap();
            let put = Write::Update {
                key,
                resource,
                if_match,
            };
            by_door(fhir::write(care, &ctx, put).await, task)
        }
        Wish::Post(id, by, resource) => {
            (case, step) = (id, by);
            let post = Write::Create {
                resource,
                if_none_exist: None,
            };
            by_door(fhir::write(care, &ctx, post).await, false)
        }
        Wish::Whole(number) => {
            step = Some(Step::SaveDraft);
            match fhir::transaction(care, &ctx, whole(number)).await {
                Ok(written) => {
                    case = Some(written[1].key.id.clone());
                    Came::Done(Some(1))
                }
                Err(failed) => Came::Refused(denied(failed.why)),
            }
        }
        Wish::Open(form) => match open_slots(care, &ctx, &form).await {
            Ok(opened) if opened.made == 0 => Came::Already,
            Ok(_) => Came::Done(None),
            Err(failure) => Came::Refused(said(failure)),
        },
    };
    Act {
        actor,
        case,
        step,
        came,
        wish,
    }
}

fn whole(number: u64) -> Vec<Entry> {
    let entry = |full_url: &str, value| Entry {
        full_url: full_url.to_owned(),
        write: Write::Create {
            resource: resource(&value),
            if_none_exist: None,
        },
    };
    let request = json!({
        "resourceType": "ServiceRequest", "status": "draft", "intent": "order",
        "subject": {"reference": "urn:uuid:p"},
        "performer": [{"reference": "Organization/org-shimin"}, {"reference": "HealthcareService/dep-cardiology"}],
        "code": {"text": "精査のお願い"}, "reasonCode": [{"text": "狭心症の疑い"}], "note": [{"text": "3日前から胸痛"}],
    });
    let task = json!({"resourceType": "Task", "status": "draft", "intent": "order", "focus": {"reference": "urn:uuid:r"}});
    vec![
        entry("urn:uuid:p", patient(&number.to_string())),
        entry("urn:uuid:r", request),
        entry("urn:uuid:t", task),
    ]
}

fn by_button(result: Result<Done, Failure>) -> Came {
    match result {
        Ok(done) if done.already => Came::Already,
        Ok(done) => Came::Done(Some(done.version)),
        Err(failure) => Came::Refused(said(failure)),
    }
}

fn by_door(result: Result<Written, Denied>, task: bool) -> Came {
    match result {
        Ok(written) if written.outcome == Outcome::Unchanged => Came::Already,
        Ok(written) => Came::Done(task.then_some(written.version)),
        Err(why) => Came::Refused(denied(why)),
    }
}

fn said(failure: Failure) -> String {
    match failure {
        Failure::Refused(refusal) => words(&refusal),
        Failure::Store(error) => panic!("{error}"),
    }
}

fn denied(why: Denied) -> String {
    match why {
        Denied::Refused(refusal) => words(&refusal),
        Denied::NotOffered(key) | Denied::Precondition(key) => key.to_owned(),
        Denied::Taken(fault) => fault.key,
        Denied::Store(error) => panic!("{error}"),
    }
}

fn words(refusal: &Refusal) -> String {
    format!("{refusal:?}")
}
