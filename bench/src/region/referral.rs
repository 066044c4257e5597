//! Referrals, copied from one of the sample region that was sent and received: request, task, letter and patient with
//! ids, names, states and deadlines of their own. Two of each patient; a fifth to one hospital.

use renkei_base::clock::Span;
use renkei_base::{Grantee, Id, Micros, Scope};
use renkei_care::referral::State;
use renkei_fhir::Resource;
use renkei_fhir::composition::Composition;
use renkei_fhir::patient::{Patient, Script};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_sample::Made;
use renkei_store::{Access, Changes, Place, Stored};

use super::Making;
use crate::Done;
use crate::plan::Plan;

/// States in which it is the receiver's turn, in equal parts.
const OPEN: [State; 5] = [
    State::Sent,
    State::Received,
    State::Triage,
    State::Accepted,
    State::Arrived,
];
/// One of so many goes to the hospital.
const TO_HOSPITAL: usize = 5;
/// Patients of one commit. In a much larger one SQLite spends its time on going through the list of changed pages
/// that each statement may have to undo.
const BATCH: usize = 8;

const FAMILY: [(&str, &str); 8] = [
    ("髙橋", "タカハシ"),
    ("山﨑", "ヤマザキ"),
    ("𠮷田", "ヨシダ"),
    ("齋藤", "サイトウ"),
    ("佐々木", "ササキ"),
    ("田中", "タナカ"),
    ("小林", "コバヤシ"),
    ("渡邉", "ワタナベ"),
];
const GIVEN: [(&str, &str); 6] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("美咲", "ミサキ"),
    ("一郎", "イチロウ"),
    ("和子", "カズコ"),
    ("健", "ケン"),
];

/// A case of the sample region as texts, with the ids that are replaced.
struct Template {
    case: Id,
    patient: Id,
    sender: Id,
    receiver: Id,
    request: String,
    task: String,
    letter: String,
    person: String,
}

/// One to be made.
struct Plain {
    case: Id,
    patient: Id,
    sender: Id,
    receiver: Id,
    /// `None`: closed, nobody's turn.
    open: Option<State>,
    due: Micros,
    number: usize,
}

/// Writes them all; returns how many resources these are.
pub(super) async fn make(
    making: &Making,
    plan: &Plan,
    sample: &Made,
    institutions: &[Id],
) -> Done<usize> {
    let template = template(making, sample).await?;
    let ctx = making.ctx();
    let all: Vec<usize> = (0..plan.referrals / 2).collect();
    for some in all.chunks(BATCH) {
        let mut changes = Changes::default();
        for pair in some {
            let patient = making.ids.id();
            let sender = institutions
                .get(1 + pair * 13 % (institutions.len() - 1))
                .ok_or("no sender")?;
            changes.create(
                template.person(&patient, *pair)?,
                place(&patient, sender, Scope::Identity),
            );
            changes.grants.push(grant(&patient, sender, Scope::Record));
            for number in [2 * pair, 2 * pair + 1] {
                let plain = Plain {
                    case: making.ids.id(),
                    patient: patient.clone(),
                    sender: sender.clone(),
                    receiver: receiver(institutions, number)?.clone(),
                    open: open(plan, number),
                    due: ctx.at + Span::minutes(i64::try_from(number % 8_000)? - 2_000),
                    number,
                };
                template.write(&plain, &mut changes)?;
            }
        }
        making.store.commit(&ctx, changes).await?;
    }
    Ok(plan.referrals / 2 * 7)
}

fn receiver(institutions: &[Id], number: usize) -> Done<&Id> {
    let at = if number.is_multiple_of(TO_HOSPITAL) {
        0
    } else {
        1 + number * 17 % (institutions.len() - 1)
    };
    institutions.get(at).ok_or_else(|| "no receiver".into())
}

/// Of the hospital's, as many as wanted are open, spread over all; of the others' a tenth.
fn open(plan: &Plan, number: usize) -> Option<State> {
    let state = |count: usize| OPEN.get(count % OPEN.len()).copied();
    if !number.is_multiple_of(TO_HOSPITAL) {
        return if number % 10 == 1 {
            state(number / 10)
        } else {
            None
        };
    }
    let (at, all) = (number / TO_HOSPITAL, plan.referrals / TO_HOSPITAL);
    let before = |at: usize| at * plan.open / all;
    (before(at + 1) > before(at))
        .then(|| state(before(at)))
        .flatten()
}

async fn template(making: &Making, sample: &Made) -> Done<Template> {
    let ctx = making.ctx();
    for case in sample.cases.values() {
        let found = making.store.case(&ctx, case, "bench.copy").await?;
        let text = |typ: &str| {
            let one =
                |one: &&Stored| one.key.typ == typ && (typ == Patient::TYPE || one.key.id == *case);
            found.iter().find(one).map(|one| one.resource.to_json())
        };
        let task = found
            .iter()
            .find(|one| one.key.typ == Task::TYPE && one.key.id == *case);
        let task = task.and_then(|one| Task::from_resource(one.resource.clone()));
        let Some(task) = task.filter(|task| task.state() == Some(State::Received.code())) else {
            continue;
        };
        let missing = || "a sample case lacks something";
        return Ok(Template {
            case: case.clone(),
            patient: task.patient().ok_or_else(missing)?,
            sender: task.requester().ok_or_else(missing)?.0,
            receiver: task.owner().ok_or_else(missing)?.0,
            request: text(ServiceRequest::TYPE).ok_or_else(missing)?,
            task: text(Task::TYPE).ok_or_else(missing)?,
            letter: text(Composition::TYPE).ok_or_else(missing)?,
            person: text(Patient::TYPE).ok_or_else(missing)?,
        });
    }
    Err("the sample region has no case that was received".into())
}

impl Template {
    fn person(&self, patient: &Id, number: usize) -> Done<Resource> {
        let text = self.person.replace(self.patient.as_str(), patient.as_str());
        let mut person = Patient::from_resource(Resource::from_json(&text)?).ok_or("no Patient")?;
        let none = || "a table that is too short";
        let (family, family_kana) = FAMILY.get(number % FAMILY.len()).ok_or_else(none)?;
        let (given, given_kana) = GIVEN.get(number / 8 % GIVEN.len()).ok_or_else(none)?;
        person.set_name(Script::Kanji, family, given);
        person.set_name(Script::Kana, family_kana, given_kana);
        person.set_birthday(&format!(
            "{}-{:02}-{:02}",
            1930 + number % 80,
            1 + number % 12,
            1 + number % 28
        ));
        Ok(person.into_resource())
    }

    fn write(&self, plain: &Plain, changes: &mut Changes) -> Done<()> {
        let state = plain.open.unwrap_or(State::Closed);
        let copied = |text: &str| {
            let text = text.replace(self.case.as_str(), plain.case.as_str());
            let text = text.replace(self.patient.as_str(), plain.patient.as_str());
            let text = text.replace(self.sender.as_str(), plain.sender.as_str());
            Resource::from_json(&text.replace(self.receiver.as_str(), plain.receiver.as_str()))
        };
        let mut request =
            ServiceRequest::from_resource(copied(&self.request)?).ok_or("no ServiceRequest")?;
        let mut task = Task::from_resource(copied(&self.task)?).ok_or("no Task")?;
        let name = format!(
            "261122-{:04}-{:04}",
            plain.number / 10_000,
            plain.number % 10_000
        );
        request.set_status(state.request_status());
        request.set_requisition(&name);
        task.set_number(&name);
        task.set_state(state.code(), state.task_status());
        task.set_holder(plain.open.map(|_| &plain.receiver));
        task.set_due(plain.open.map(|_| plain.due));
        let place = place(
            &plain.patient,
            &plain.sender,
            Scope::Case(plain.case.clone()),
        );
        changes.create(request.into_resource(), place.clone());
        changes.create(task.into_resource(), place.clone());
        changes.create(copied(&self.letter)?, place);
        changes.grants.push(grant(
            &plain.patient,
            &plain.receiver,
            Scope::Case(plain.case.clone()),
        ));
        Ok(())
    }
}

fn place(patient: &Id, owner: &Id, scope: Scope) -> Place {
    Place {
        patient: Some(patient.clone()),
        scope,
        owner: Some(owner.clone()),
    }
}

fn grant(patient: &Id, institution: &Id, scope: Scope) -> Access {
    Access {
        patient: patient.clone(),
        grantee: Grantee::Institution(institution.clone()),
        scope,
        until: Micros::NEVER,
    }
}
