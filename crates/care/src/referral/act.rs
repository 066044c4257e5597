//! The use case for every step but drafts and replies.

use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::Key;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::slot::Slot;
use renkei_fhir::task::Task;
use renkei_store::{Failure, StoreError, Stored};

use super::case::Case;
use super::command::Time;
use super::rules::{Inputs, Outcome, decide};
use super::{Command, State, Step, turn};
use crate::tries::{TRIES, noted};
use crate::{Care, booking, party, policy};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub case: Id,
    pub state: State,
    /// The case's version now.
    pub version: u32,
    /// Nothing was done, since it was done before (a double click, or a colleague was quicker).
    pub already: bool,
}

/// Takes a step. `seen` is the version of the case that the page showed: `send` is refused with `Conflict` when the letter
/// changed since then, so that a doctor approves what was read; other steps go by the state alone.
///
/// # Errors
/// `Invalid` (an incomplete letter: faults name the fields of [`super::DraftForm`]), `NotNow`, `Forbidden`, `NotFound`, `Conflict`.
pub async fn act(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    seen: Option<u32>,
    command: Command,
) -> Result<Done, Failure> {
    let done = tried(care, ctx, case, seen, &command).await;
    noted(care, ctx, turn::tried(case, command.step()), done).await
}

async fn tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    seen: Option<u32>,
    command: &Command,
) -> Result<Done, Failure> {
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, &turn::action(command.step())).await?;
        // Before anything else is read: a no tells nothing of what is asked for.
        policy::may(ctx, command.step(), &case)?;
        let meant = booking::typed::meant(care, ctx, &case, command).await?;
        let planned = match booking::typed::alone(care, ctx, &case, &meant).await {
            Ok(()) => plan(care, ctx, &case, seen, &meant).await,
            Err(beside) => Err(beside),
        };
        let (changes, to) = match planned {
            Ok(Outcome::Already) => return Ok(already(&case)),
            Ok(Outcome::Go { changes, to }) => (changes, to),
            // The other half of a double click may have come between the reads: its slot looks taken, by itself.
            Err(Failure::Refused(Refusal::NotNow(_) | Refusal::Invalid(_)))
                if moved(care, ctx, &case, command).await? =>
            {
                continue;
            }
            Err(failure) => return Err(failure),
        };
        match care.store.commit(ctx, changes).await {
            Ok(written) => return Ok(done(id, to, &written)),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What a step comes to on a case as it was read. Nothing is written.
pub(crate) async fn plan(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    seen: Option<u32>,
    command: &Command,
) -> Result<Outcome, Failure> {
    // Before anything else is read: a no tells nothing of what is asked for.
    policy::may(ctx, command.step(), case)?;
    let mut inputs = inputs(care, ctx, case, command).await?;
    inputs.seen = seen;
    Ok(decide(case, command, &inputs, ctx, &care.deadlines)?)
}

/// Whether the case is no longer as it was read.
async fn moved(care: &Care, ctx: &Ctx, case: &Case, command: &Command) -> Result<bool, Failure> {
    let now = Case::load(care, ctx, &case.id, &turn::action(command.step())).await?;
    Ok(now.version() != case.version())
}

pub(crate) fn already(case: &Case) -> Done {
    Done {
        case: case.id.clone(),
        state: case.state,
        version: case.version(),
        already: true,
    }
}

pub(crate) fn done(id: &Id, state: State, written: &[Stored]) -> Done {
    let task = written
        .iter()
        .find(|one| one.key.typ == Task::TYPE && one.key.id == *id);
    Done {
        case: id.clone(),
        state,
        version: task.map_or(0, |task| task.version),
        already: false,
    }
}

/// Reads what a step needs besides the case.
async fn inputs(care: &Care, ctx: &Ctx, case: &Case, command: &Command) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::default();
    if matches!(
        command.step(),
        Step::Send | Step::Accept | Step::Decline | Step::Arrive | Step::UndoArrive
    ) {
        (inputs.sender_area, inputs.addressee_area) = party::areas(care, ctx, case).await?;
    }
    let department = match command {
        Command::Assign { department } => Some(department),
        Command::Accept { department, .. } => department.as_ref(),
        _ => None,
    };
    if let Some(department) = department {
        inputs.department = Some(own(care, ctx, department).await?);
    }
    let time = match command {
        Command::Book(time) | Command::Rebook(time) => Some(time),
        _ => None,
    };
    times(care, ctx, case, time, &mut inputs).await?;
    Ok(inputs)
}

/// Reads the slot that stands and the one that is wanted, with its department.
async fn times(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    time: Option<&Time>,
    inputs: &mut Inputs,
) -> Result<(), Failure> {
    let old = case
        .appointment()
        .and_then(|held| held.view.slot().or_else(|| held.view.given_back()))
        .map(|id| Slot::key(&id));
    let wanted = match time {
        Some(Time::Slot(id)) => Some(Slot::key(id)),
        Some(Time::New(new)) => {
            if let Some(department) = &new.department {
                inputs.department = Some(own(care, ctx, department).await?);
            }
            let actor = booking::actor(case, inputs.department.as_ref());
            actor.map(|actor| Schedule::key(&actor.id))
        }
        None => None,
    };
    let keys: Vec<Key> = old.iter().chain(&wanted).cloned().collect();
    if keys.is_empty() {
        return Ok(());
    }
    let found = care.store.read_many(ctx, &keys).await?;
    let pick = |key: &Option<Key>, typ: &str| {
        let key = key.as_ref().filter(|key| key.typ == typ)?;
        found.iter().find(|one| one.key == *key).cloned()
    };
    inputs.old_slot = pick(&old, Slot::TYPE);
    inputs.slot = pick(&wanted, Slot::TYPE);
    inputs.schedule = pick(&wanted, Schedule::TYPE);
    if let Some(slot) = &inputs.slot {
        inputs.department = department_of(care, ctx, case, slot).await?;
    }
    Ok(())
}

/// The department of a slot of one's own; `None` for slots of the institution itself.
async fn department_of(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    slot: &Stored,
) -> Result<Option<(Id, String)>, Failure> {
    let schedule = Slot::from_resource(slot.resource.clone()).and_then(|slot| slot.schedule());
    match schedule {
        Some(id)
            if slot.place.owner == ctx.caller.institution
                && case.addressee() != Some(id.clone()) =>
        {
            Ok(Some(own(care, ctx, &id).await?))
        }
        _ => Ok(None),
    }
}

/// An open department of the caller's institution.
async fn own(care: &Care, ctx: &Ctx, id: &Id) -> Result<(Id, String), Failure> {
    let department = party::department(care, ctx, id).await?;
    let own = department
        .filter(|one| one.open && Some(&one.institution) == ctx.caller.institution.as_ref());
    match own {
        Some(department) => Ok((id.clone(), department.name)),
        None => Err(Refusal::fault("department", "fault-department-unknown").into()),
    }
}
