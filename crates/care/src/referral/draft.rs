//! Writing a letter of referral: saved while typing, version-checked.

mod form;
mod medication;
mod write;

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Refusal, Role, Scope};
use renkei_fhir::composition::{Composition, DOCUMENT_TYPE, Mode, REFERRAL_LETTER};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Changes, Failure, Note, StoreError};

use super::case::{Case, place};
use super::table::{Cell, cell};
use super::turn::{self, Turn};
use super::{State, Step};
use crate::field::{Meeting, Saved, merge};
use crate::tries::{TRIES, noted};
use crate::{Care, Deadlines, party, policy};

pub use self::form::DraftForm;
use self::form::normal;
pub use self::medication::{Anew, Origin};
pub(crate) use self::write::{Names, form_of};
use self::write::{form_at, write};

/// What became of a save.
pub type DraftSaved = Saved<DraftForm>;
/// What somebody else wrote meanwhile.
pub type DraftMeeting = Meeting<DraftForm>;

/// Saves a draft. `case` is made by the page (`ctx.ids.id()`) when the form is first shown, so that a double click stays one;
/// `base` is the version that the page shows, 0 for a new draft.
///
/// Where somebody else wrote since `base`, fields that only one of the two has changed are merged.
/// Incomplete drafts are fine; only what could not be kept is refused.
///
/// # Errors
/// `Invalid` (too long, unknown patient, addressee or department), `NotNow` (already sent), `Forbidden`, `NotFound`.
pub async fn save_draft(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    base: u32,
    form: &DraftForm,
) -> Result<DraftSaved, Failure> {
    let saved = save(care, ctx, case, base, form).await;
    noted(care, ctx, turn::tried(case, Step::SaveDraft), saved).await
}

async fn save(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &DraftForm,
) -> Result<DraftSaved, Failure> {
    let form = normal(form)?;
    let names = Names::read(care, ctx, &form).await?;
    if base == 0 {
        let settled = form.clone().settled(None);
        let changes = first(care, ctx, id, &settled, &names, None).await?;
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(DraftSaved::Saved { version: 1 }),
            // A double click, or an id that is not the caller's: then there is nothing to load.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, &turn::action(Step::SaveDraft)).await?;
        let (changes, saved) = match change(care, ctx, &case, base, &form, &names).await? {
            Standing::Done(saved) => return Ok(saved),
            Standing::Write(changes, saved) => (changes, saved),
        };
        match care.store.commit(ctx, *changes).await {
            Ok(_) => return Ok(saved),
            // Somebody was quicker: perhaps the other half of a double click, which says the same.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What a new draft comes to. Nothing is written. `home` is the institution of a patient that comes in the same commit.
pub(crate) async fn plan_first(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &DraftForm,
    home: Option<&Id>,
) -> Result<Changes, Failure> {
    let form = normal(form)?.settled(None);
    let names = Names::read(care, ctx, &form).await?;
    first(care, ctx, id, &form, &names, home).await
}

/// What a change of a draft comes to, on the case as it was read; nothing where it says the same already.
pub(crate) async fn plan_change(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    form: &DraftForm,
) -> Result<Option<Changes>, Failure> {
    let form = normal(form)?;
    let names = Names::read(care, ctx, &form).await?;
    match change(care, ctx, case, case.version(), &form, &names).await? {
        Standing::Write(changes, _) => Ok(Some(*changes)),
        Standing::Done(DraftSaved::Saved { .. } | DraftSaved::Merged(_)) => Ok(None),
        Standing::Done(DraftSaved::Conflict(_)) => Err(Refusal::Conflict.into()),
    }
}

enum Standing {
    Done(DraftSaved),
    /// What to write, and what to say then.
    Write(Box<Changes>, DraftSaved),
}

/// The changes of a first save.
async fn first(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &DraftForm,
    names: &Names,
    home: Option<&Id>,
) -> Result<Changes, Failure> {
    check_case_id(id)?;
    let institution = ctx.institution()?;
    let unknown = || Refusal::fault("patient", "fault-patient-unknown");
    let patient: Id = form.patient.parse().map_err(|_| unknown())?;
    let home = match home {
        Some(home) => home.clone(),
        None => {
            let found = care.store.read(ctx, &Patient::key(&patient)).await?;
            let alive = found.filter(|found| !found.deleted);
            alive
                .and_then(|found| found.place.owner)
                .ok_or_else(unknown)?
        }
    };
    permit(
        &ctx.caller,
        Action::ReferralDraft,
        &Facts::patient(&ctx.caller, &home),
    )?;
    let sender = party::name(care, ctx, institution).await?;
    Ok(create(
        ctx,
        id,
        &patient,
        &sender,
        form,
        names,
        &care.deadlines,
    ))
}

/// A draft's first version. Pure.
pub(super) fn create(
    ctx: &Ctx,
    id: &Id,
    patient: &Id,
    sender: &str,
    form: &DraftForm,
    names: &Names,
    deadlines: &Deadlines,
) -> Changes {
    let mut changes = Changes::default();
    let Some(institution) = &ctx.caller.institution else {
        return changes;
    };
    let mut task = Task::new(id);
    task.set_patient(patient);
    task.set_focus(&ServiceRequest::key(id));
    task.set_requester(institution, sender);
    task.set_authored(ctx.at);
    task.set_letter(id, 1);
    let mut request = ServiceRequest::new(id);
    request.set_status(State::Draft.request_status());
    request.set_subject(patient);
    request.set_authored(ctx.at);
    request.set_requester(institution, sender);
    request.set_supporting(&Composition::key(id));
    let mut letter = Composition::new(id, DOCUMENT_TYPE, REFERRAL_LETTER, "診療情報提供書");
    letter.set_subject(patient);
    letter.set_author(
        Some((ctx.caller.account.as_ref(), &ctx.caller.name)),
        institution,
        sender,
    );
    letter.set_attester(
        Mode::Drafted,
        ctx.caller.account.as_ref(),
        &ctx.caller.name,
        ctx.at,
    );
    write(form, names, ctx, &mut task, &mut request, &mut letter);
    turn::enter(&mut task, ctx, State::Draft, deadlines, None);
    task.push_entry(
        &turn::entry(ctx, Step::SaveDraft, ""),
        ctx.caller.account.as_ref(),
    );
    let place = place(patient, id, institution);
    let note = Note::new(&turn::action(Step::SaveDraft))
        .patient(patient)
        .what(Task::key(id))
        .detail("new");
    for resource in [
        request.into_resource(),
        task.into_resource(),
        letter.into_resource(),
    ] {
        changes.create(resource, place.clone());
    }
    changes.note(note);
    changes.tell.push(institution.clone());
    changes
}

async fn change(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    base: u32,
    form: &DraftForm,
    names: &Names,
) -> Result<Standing, Failure> {
    policy::may(ctx, Step::SaveDraft, case)?;
    if form.patient != case.patient_id.as_str() {
        return Err(Refusal::fault("patient", "fault-patient-fixed").into());
    }
    let stored = form_of(case);
    let form = &form.clone().settled(Some(&stored));
    // Also of a letter that is sent: the second of a double click says the same.
    if stored == *form {
        return Ok(Standing::Done(DraftSaved::Saved {
            version: case.version(),
        }));
    }
    may_write(ctx, case)?;
    let version = case.version() + 1;
    if stands_on(care, ctx, case, base).await? {
        let changes = Box::new(update(ctx, case, form, names));
        return Ok(Standing::Write(changes, DraftSaved::Saved { version }));
    }
    together(care, ctx, case, base, form).await
}

/// Somebody else wrote meanwhile: both together, or what differs.
async fn together(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    base: u32,
    form: &DraftForm,
) -> Result<Standing, Failure> {
    let (theirs, letter) = (form_of(case), &case.letter);
    let before = form_at(care, ctx, case, base).await?;
    let merged = merge(before.as_ref(), form, &theirs);
    let (both, conflict) = (merged.form.clone(), !merged.differs.is_empty());
    let nothing = both == theirs;
    let version = case.version() + u32::from(!conflict && !nothing);
    let meeting = merged.meeting(theirs, letter.view.author(), letter.stored.updated, version);
    if conflict {
        return Ok(Standing::Done(DraftSaved::Conflict(meeting)));
    }
    let saved = DraftSaved::Merged(meeting);
    if nothing {
        return Ok(Standing::Done(saved));
    }
    let names = Names::read(care, ctx, &both).await?;
    let changes = update(ctx, case, &both, &names);
    Ok(Standing::Write(Box::new(changes), saved))
}

/// Whether the letter (its texts and files) may be changed now.
pub(crate) fn may_write(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    policy::may(ctx, Step::SaveDraft, case)?;
    match cell(case.state, Step::SaveDraft) {
        Cell::No(key) => Err(Refusal::not_now(key)),
        // A letter that waits for the doctor is the doctor's; others take it back first.
        _ if case.state == State::Ready && !ctx.caller.has(Role::Doctor) => {
            Err(Refusal::not_now("refuse-return-first"))
        }
        _ => Ok(()),
    }
}

/// Whether the letter is still as it was at that version of the case: attachments and other steps do not matter.
async fn stands_on(care: &Care, ctx: &Ctx, case: &Case, base: u32) -> Result<bool, Failure> {
    if base == case.version() {
        return Ok(true);
    }
    if base == 0 {
        return Ok(false);
    }
    let then = care
        .store
        .read_version(ctx, &Task::key(&case.id), base)
        .await?;
    let then = then.and_then(|stored| Task::from_resource(stored.resource));
    Ok(then.and_then(|task| task.letter_version()) == Some(case.letter.stored.version))
}

fn update(ctx: &Ctx, case: &Case, form: &DraftForm, names: &Names) -> Changes {
    let mut turn = Turn::new(ctx, case, Step::SaveDraft);
    let mut request = case.request.view.clone();
    let mut letter = case.letter.view.clone();
    write(form, names, ctx, &mut turn.task, &mut request, &mut letter);
    turn.task
        .set_letter(&case.id, case.letter.stored.version + 1);
    // Who began it stays the drafter; who wrote last is the author until a doctor is.
    let sender = case.task.view.requester().map_or("", |(_, name)| name);
    letter.set_author(
        Some((ctx.caller.account.as_ref(), &ctx.caller.name)),
        &case.sender,
        sender,
    );
    turn.changes
        .update(&case.letter.stored, letter.into_resource());
    if request != case.request.view {
        turn.changes
            .update(&case.request.stored, request.into_resource());
    }
    turn.finish(case.state)
}

/// A case's id is also the name of its scope: it must not read as one of the others.
fn check_case_id(id: &Id) -> Result<(), Refusal> {
    let fits = (8..=40).contains(&id.as_str().len());
    match Scope::from_text(id.as_str()) {
        Some(Scope::Case(_)) if fits => Ok(()),
        _ => Err(Refusal::fault("", "fault-case-id")),
    }
}
