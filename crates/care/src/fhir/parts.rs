//! A referral's draft by its parts: ServiceRequest, Task and Composition are the three faces of one case, and writing any
//! of them is saving the draft. A new Task that is `requested` sends it in the same commit.

use renkei_base::{Id, Refusal};
use renkei_fhir::composition::{Composition, DOCUMENT_TYPE, REFERRAL_LETTER};
use renkei_fhir::element::{display_of, key_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Stored};

use super::Denied;
use super::door::{Door, Planned};
use super::shape::{fault, letter_checked, request_checked, task_checked};
use super::step::{self, differs, only, renamed};
use super::words::{
    author_of, element, letter_into, request_into, requester_of, said_of, task_into,
};
use crate::record;
use crate::referral::draft::{self, DraftForm};
use crate::referral::{ActForm, Command, Step, turn};

/// Whether a new Task asks for its case to be sent, or to be put before the doctor.
pub(super) fn is_sent(task: &Resource) -> bool {
    step_of(task).is_some()
}

fn step_of(task: &Resource) -> Option<Step> {
    match task.str_at("status") {
        Some("requested") => Some(Step::Send),
        Some("ready") => Some(Step::Submit),
        _ => None,
    }
}

/// A new referral: its draft, with what the other new parts of the same commit say.
pub(super) async fn create(
    door: &mut Door<'_>,
    sent: &Resource,
    news: &[&Resource],
) -> Result<Planned, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = turn::tried(&key.id, Step::SaveDraft);
    let task = part(news, Task::TYPE, &key.id)?;
    let letter = part(news, Composition::TYPE, &key.id)?;
    let form = form_of(door, sent, task, letter)?;
    let patient = form.patient.parse().ok().map(|id| Patient::key(&id));
    let coming = patient.and_then(|key| door.put(&key));
    let home = coming.and_then(|put| put.place.owner.clone());
    let planned = draft::plan_first(care, ctx, &key.id, &form, home.as_ref()).await;
    let mut changes = planned.map_err(|failure| elements(failure.into()))?;
    if let Some(doctor) = letter.and_then(author_of).or_else(|| requester_of(sent)) {
        written_by(door, &mut changes, &doctor);
    }
    for one in [Some(sent), task].into_iter().flatten() {
        identified(door, &mut changes, one, &form).await?;
    }
    Ok(Planned::created(key, changes))
}

/// The one new part of a type that belongs to this case.
fn part<'a>(news: &[&'a Resource], typ: &str, case: &Id) -> Result<Option<&'a Resource>, Refusal> {
    let mut parts = news
        .iter()
        .filter(|one| one.typ() == typ && one.id().as_ref() == Some(case));
    match (parts.next(), parts.next()) {
        (_, Some(_)) => Err(Refusal::not_now("refuse-fhir-twice")),
        (one, None) => Ok(one.copied()),
    }
}

/// The form that the parts of a draft stand for.
fn form_of(
    door: &Door<'_>,
    request: &Resource,
    task: Option<&Resource>,
    letter: Option<&Resource>,
) -> Result<DraftForm, Refusal> {
    request_checked(door, request, task.is_some_and(is_sent))?;
    let subject = request.get("subject").and_then(key_of);
    let patient = subject.filter(|key| key.typ == Patient::TYPE);
    let patient = patient.ok_or_else(|| fault("ServiceRequest.subject", "fault-required"))?;
    let mut form = DraftForm {
        patient: patient.id.to_string(),
        ..DraftForm::default()
    };
    request_into(request, &mut form);
    if let Some(letter) = letter {
        letter_checked(letter)?;
        letter_into(letter, &mut form);
    }
    if let Some(task) = task {
        task_checked(door, task)?;
        task_into(task, &mut form)?;
    }
    Ok(form)
}

/// The numbers by which the sender's own system knows the parts.
async fn identified(
    door: &Door<'_>,
    changes: &mut Changes,
    sent: &Resource,
    form: &DraftForm,
) -> Result<(), Denied> {
    let (Some(identifier), Ok(patient)) = (sent.get("identifier"), form.patient.parse()) else {
        return Ok(());
    };
    let mut alone = Resource::new(sent.typ(), &patient);
    alone.set("identifier", identifier.clone());
    record::points_inside(door, &alone, &patient, &[]).await?;
    let mut puts = changes.puts.iter_mut();
    if let Some(put) = puts.find(|put| put.resource.key() == sent.key()) {
        put.resource.set("identifier", identifier.clone());
    }
    Ok(())
}

/// The doctor whom a machine names as the author of its institution's letter.
pub(super) fn written_by(door: &Door<'_>, changes: &mut Changes, doctor: &str) {
    let Some(institution) = &door.ctx.caller.institution else {
        return;
    };
    let letters = changes.puts.iter_mut();
    for put in letters.filter(|put| put.resource.typ() == Composition::TYPE) {
        let Some(mut letter) = Composition::from_resource(put.resource.clone()) else {
            continue;
        };
        let custodian = put.resource.get("custodian");
        let name = custodian
            .map_or("", |custodian| display_of(custodian))
            .to_owned();
        letter.set_author(Some((None, doctor)), institution, &name);
        put.resource = letter.into_resource();
    }
}

/// A Task or Composition that came with its ServiceRequest in one commit is there already. A Task that comes after it
/// says whom the draft is for. Either may send it.
pub(super) async fn joined(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    let step = step_of(sent).filter(|_| sent.typ() == Task::TYPE);
    if door.put(&key).is_some() {
        return match step {
            Some(step) => go(door, key, step).await,
            None => Ok(Planned::created(key, Changes::default())),
        };
    }
    if sent.typ() != Task::TYPE {
        return Err(Denied::NotOffered("refuse-fhir-letter"));
    }
    task_checked(door, sent)?;
    let focus = sent.get("focus").and_then(key_of);
    let focus = focus.filter(|focus| focus.typ == ServiceRequest::TYPE);
    focus.ok_or_else(|| fault("Task.focus", "fault-required"))?;
    let planned = change(door, &key, |form| task_into(sent, form)).await?;
    let Some(step) = step else {
        return Ok(planned);
    };
    door.pending.add(planned.changes)?;
    let sent = go(door, key, step).await?;
    Ok(Planned::updated(sent.key, sent.changes))
}

/// Sends what the entries before have made.
async fn go(door: &mut Door<'_>, key: Key, step: Step) -> Result<Planned, Denied> {
    door.tried = turn::tried(&key.id, step);
    let command = Command::parse(step, &ActForm::default())?;
    let changes = step::take(door, &key, &command, None).await?;
    Ok(Planned::created(key, changes.unwrap_or_default()))
}

/// Other words in a ServiceRequest or a letter.
pub(super) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    let changed = differs(&said_of(&stored.resource), &said_of(sent));
    if sent.typ() == ServiceRequest::TYPE {
        let words = ["code", "priority", "performer", "reasonCode", "note"];
        only(ServiceRequest::TYPE, &changed, &words)?;
        return change(door, &stored.key, |form| {
            request_into(sent, form);
            Ok(())
        })
        .await;
    }
    let view = Composition::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    if view.kind(DOCUMENT_TYPE) != Some(REFERRAL_LETTER) {
        return Err(Denied::NotOffered("refuse-fhir-reply"));
    }
    let words = ["section", "contained", "date", "author"];
    only(Composition::TYPE, &changed, &words)?;
    letter_checked(sent)?;
    let mut planned = change(door, &stored.key, |form| {
        letter_into(sent, form);
        Ok(())
    })
    .await?;
    if let Some(doctor) = author_of(sent) {
        written_by(door, &mut planned.changes, &doctor);
    }
    Ok(planned)
}

/// Another addressee or priority in the Task of a draft.
pub(super) async fn readdress(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    change(door, &stored.key, |form| task_into(sent, form)).await
}

/// Saves the draft of a case with other words.
async fn change(
    door: &mut Door<'_>,
    key: &Key,
    write: impl FnOnce(&mut DraftForm) -> Result<(), Refusal>,
) -> Result<Planned, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    door.tried = turn::tried(&key.id, Step::SaveDraft);
    let case = door.case(&key.id, &turn::action(Step::SaveDraft)).await?;
    let mut form = draft::form_of(&case);
    write(&mut form)?;
    let planned = draft::plan_change(care, ctx, &case, &form).await;
    let changes = planned.map_err(|failure| elements(failure.into()))?;
    Ok(match changes {
        Some(mut changes) => {
            let doctor = case.letter.view.author();
            written_by(door, &mut changes, doctor);
            Planned::updated(key.clone(), changes)
        }
        None => Planned::unchanged(key.clone()),
    })
}

fn elements(denied: Denied) -> Denied {
    match denied {
        Denied::Refused(refusal) => Denied::Refused(renamed(refusal, element)),
        other => other,
    }
}

/// The case whose draft a new file belongs to, where it comes in the same commit.
pub(super) fn pending_case(door: &Door<'_>, case: &Id) -> Option<Id> {
    let put = door.put(&Task::key(case))?;
    put.place.patient.clone()
}
