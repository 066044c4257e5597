//! Writing a letter of referral: saved while typing, version-checked.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Fault, Id, Micros, Refusal, Role, Scope, limits};
use renkei_fhir::Organization;
use renkei_fhir::composition::{Composition, DOCUMENT_TYPE, Mode, REFERRAL_LETTER, SECTION};
use renkei_fhir::medication_request;
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::{Changes, Failure, Note, StoreError};

use super::act::refused;
use super::case::{Case, place};
use super::table::{Cell, cell};
use super::turn::{self, Turn};
use super::{State, Verb};
use crate::letter::split_medication;
use crate::text::{Check, headline};
use crate::{Care, Deadlines, Priority, party, policy};

/// Characters of one medication line.
const MEDICATION_CHARS: usize = 300;
/// Characters of the line that lists show.
const SUBJECT_CHARS: usize = 40;

/// Everything of a letter that people type, as typed. Empty text means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct DraftForm {
    /// Patient id. Fixed after the first save.
    pub patient: String,
    /// Organization id of the addressee.
    pub addressee: String,
    /// HealthcareService id of the addressee's department.
    pub department: String,
    /// 担当医 of the addressee, free text.
    pub addressee_doctor: String,
    /// Code of a [`crate::Priority`]; routine when empty.
    pub priority: String,
    /// 紹介目的 (950)
    pub purpose: String,
    /// 傷病名・主訴 (340)
    pub diagnosis: String,
    /// 現病歴: 症状経過及び検査結果 (360)
    pub course: String,
    /// 既往歴 (370)
    pub past_history: String,
    /// 家族歴 (550)
    pub family_history: String,
    /// 臨床経過: 治療経過 (330)
    pub treatment: String,
    /// 投薬指示 (430): the text as pasted.
    pub medication: String,
    /// The same, split and confirmed, one line each. When empty, [`crate::letter::split_medication`] of `medication` stands.
    pub medication_lines: Vec<String>,
    /// 備考 (220)
    pub remarks: String,
}

/// What somebody else wrote meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftConflict {
    /// The stored letter.
    pub theirs: DraftForm,
    /// Who stored it, and when.
    pub by: String,
    pub at: Micros,
    /// The version to stand on when saving again.
    pub version: u32,
    /// Fields of [`DraftForm`] that differ between the two.
    pub differs: Vec<&'static str>,
}

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftSaved {
    /// Stored (or nothing had changed); the next save stands on `version`.
    Saved { version: u32 },
    /// Not stored: somebody else wrote. The typed text is with the caller, theirs is here.
    Conflict(Box<DraftConflict>),
}

/// Saves a draft. `case` is made by the page (`ctx.ids.id()`) when the form is first shown, so that a double click stays one;
/// `base` is the version that the page shows, 0 for a new draft.
///
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
    if let Err(Failure::Refused(refusal)) = &saved {
        refused(care, ctx, case, Verb::SaveDraft, refusal).await?;
    }
    saved
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
        let changes = first(care, ctx, id, &form, &names).await?;
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(DraftSaved::Saved { version: 1 }),
            // A double click, or an id that is not the caller's: then there is nothing to load.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let case = Case::load(care, ctx, id, &turn::action(Verb::SaveDraft)).await?;
    match change(care, ctx, &case, base, &form, &names).await? {
        Step::Done(saved) => Ok(saved),
        Step::Write(changes) => match care.store.commit(ctx, *changes).await {
            Ok(_) => Ok(DraftSaved::Saved {
                version: case.version() + 1,
            }),
            Err(StoreError::Conflict(_)) => {
                let now = Case::load(care, ctx, id, &turn::action(Verb::SaveDraft)).await?;
                Ok(conflict(&now, &form))
            }
            Err(other) => Err(other.into()),
        },
    }
}

enum Step {
    Done(DraftSaved),
    Write(Box<Changes>),
}

/// The changes of a first save.
async fn first(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &DraftForm,
    names: &Names,
) -> Result<Changes, Failure> {
    check_case_id(id)?;
    let institution = ctx.institution()?;
    let unknown = || Refusal::fault("patient", "fault-patient-unknown");
    let patient: Id = form.patient.parse().map_err(|_| unknown())?;
    let found = care
        .store
        .read(ctx, &Patient::key(&patient))
        .await?
        .filter(|found| !found.deleted);
    let home = found
        .and_then(|found| found.place.owner)
        .ok_or_else(unknown)?;
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
        &turn::entry(ctx, Verb::SaveDraft, ""),
        ctx.caller.account.as_ref(),
    );
    let place = place(patient, id, institution);
    let note = Note::new(&turn::action(Verb::SaveDraft))
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
) -> Result<Step, Failure> {
    may_write(ctx, case)?;
    if form.patient != case.patient_id.as_str() {
        return Err(Refusal::fault("patient", "fault-patient-fixed").into());
    }
    if form_of(case) == *form {
        return Ok(Step::Done(DraftSaved::Saved {
            version: case.version(),
        }));
    }
    if !stands_on(care, ctx, case, base).await? {
        return Ok(Step::Done(conflict(case, form)));
    }
    Ok(Step::Write(Box::new(update(ctx, case, form, names))))
}

/// Whether the letter (its texts and files) may be changed now.
pub(crate) fn may_write(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    policy::may(ctx, Verb::SaveDraft, case)?;
    match cell(case.state, Verb::SaveDraft) {
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
    let mut turn = Turn::new(ctx, case, Verb::SaveDraft);
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

fn conflict(case: &Case, form: &DraftForm) -> DraftSaved {
    let theirs = form_of(case);
    DraftSaved::Conflict(Box::new(DraftConflict {
        by: case.letter.view.author().to_owned(),
        at: case.letter.stored.updated,
        version: case.version(),
        differs: differs(form, &theirs),
        theirs,
    }))
}

fn differs(one: &DraftForm, other: &DraftForm) -> Vec<&'static str> {
    let mut fields = Vec::new();
    for ((field, one), (_, other)) in fields_of(one).into_iter().zip(fields_of(other)) {
        if one != other {
            fields.push(field);
        }
    }
    if one.medication_lines != other.medication_lines && !fields.contains(&"medication") {
        fields.push("medication");
    }
    fields
}

fn fields_of(form: &DraftForm) -> [(&'static str, &str); 12] {
    [
        ("addressee", &form.addressee),
        ("department", &form.department),
        ("addressee_doctor", &form.addressee_doctor),
        ("priority", &form.priority),
        ("purpose", &form.purpose),
        ("diagnosis", &form.diagnosis),
        ("course", &form.course),
        ("past_history", &form.past_history),
        ("family_history", &form.family_history),
        ("treatment", &form.treatment),
        ("medication", &form.medication),
        ("remarks", &form.remarks),
    ]
}

/// A case's id is also the name of its scope: it must not read as one of the others.
fn check_case_id(id: &Id) -> Result<(), Refusal> {
    let fits = (8..=40).contains(&id.as_str().len());
    match Scope::from_text(id.as_str()) {
        Some(Scope::Case(_)) if fits => Ok(()),
        _ => Err(Refusal::fault("", "fault-case-id")),
    }
}

/// The form cleaned, with its medication lines filled in.
fn normal(form: &DraftForm) -> Result<DraftForm, Refusal> {
    let mut check = Check::default();
    let priority = if form.priority.is_empty() {
        Priority::Routine.code()
    } else {
        &form.priority
    };
    if Priority::from_code(priority).is_none() {
        check.fault(Fault::new("priority", "fault-unknown-code"));
    }
    let mut lines: Vec<String> = form
        .medication_lines
        .iter()
        .map(|line| {
            check.kept(renkei_base::text::line(
                "medication_lines",
                line,
                MEDICATION_CHARS,
            ))
        })
        .filter(|line| !line.is_empty())
        .collect();
    let mut medication = check.long("medication", &form.medication);
    if lines.is_empty() {
        lines = split_medication(&medication);
    } else if medication.is_empty() {
        medication = lines.join("\n");
    }
    if lines.len() > limits::MEDICATION_LINES {
        check.fault(
            Fault::new("medication", "fault-too-many-lines").with("max", limits::MEDICATION_LINES),
        );
    }
    let clean = DraftForm {
        patient: form.patient.clone(),
        addressee: form.addressee.trim().to_owned(),
        department: form.department.trim().to_owned(),
        addressee_doctor: check.line("addressee_doctor", &form.addressee_doctor),
        priority: priority.to_owned(),
        purpose: check.long("purpose", &form.purpose),
        diagnosis: check.long("diagnosis", &form.diagnosis),
        course: check.long("course", &form.course),
        past_history: check.long("past_history", &form.past_history),
        family_history: check.long("family_history", &form.family_history),
        treatment: check.long("treatment", &form.treatment),
        medication,
        medication_lines: lines,
        remarks: check.long("remarks", &form.remarks),
    };
    check.done()?;
    Ok(clean)
}

/// The addressee and its department by name, as the directory has them.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) addressee: Option<(Id, String)>,
    pub(super) department: Option<(Id, String)>,
}

impl Names {
    async fn read(care: &Care, ctx: &Ctx, form: &DraftForm) -> Result<Self, Failure> {
        let mut names = Self::default();
        if form.addressee.is_empty() {
            return match form.department.is_empty() {
                true => Ok(names),
                false => Err(Refusal::fault("department", "fault-department-unknown").into()),
            };
        }
        let unknown = || Refusal::fault("addressee", "fault-institution-unknown");
        let id: Id = form.addressee.parse().map_err(|_| unknown())?;
        if ctx.caller.institution.as_ref() == Some(&id) {
            return Err(Refusal::fault("addressee", "fault-addressee-self").into());
        }
        let found = care
            .store
            .read(ctx, &Organization::key(&id))
            .await?
            .filter(|found| !found.deleted);
        let organization = found
            .and_then(|found| Organization::from_resource(found.resource))
            .ok_or_else(unknown)?;
        names.addressee = Some((id.clone(), organization.name().to_owned()));
        if !form.department.is_empty() {
            names.department = Some(department(care, ctx, &form.department, &id).await?);
        }
        Ok(names)
    }
}

async fn department(
    care: &Care,
    ctx: &Ctx,
    typed: &str,
    institution: &Id,
) -> Result<(Id, String), Failure> {
    let unknown = || Refusal::fault("department", "fault-department-unknown");
    let id: Id = typed.parse().map_err(|_| unknown())?;
    let department = party::department(care, ctx, &id)
        .await?
        .ok_or_else(unknown)?;
    if department.institution != *institution {
        return Err(unknown().into());
    }
    Ok((id, department.name))
}

/// Writes a form into the resources of a draft.
fn write(
    form: &DraftForm,
    names: &Names,
    ctx: &Ctx,
    task: &mut Task,
    request: &mut ServiceRequest,
    letter: &mut Composition,
) {
    let addressee = names
        .addressee
        .as_ref()
        .map(|(id, name)| (id, name.as_str()));
    let department = names
        .department
        .as_ref()
        .map(|(id, name)| (id, name.as_str()));
    task.set_owner(addressee);
    task.set_department(department);
    task.set_priority(&form.priority);
    task.set_description(&headline(&form.diagnosis, SUBJECT_CHARS));
    task.set_modified(ctx.at);
    request.set_performer(addressee, department, &form.addressee_doctor);
    request.set_priority(&form.priority);
    request.set_reason(&form.diagnosis);
    for (code, title, text) in sections(form) {
        letter.set_structured(code, title, text);
    }
    letter.set_text(SECTION, "220", "備考・連絡情報", &form.remarks);
    let patient = format!("Patient/{}", form.patient);
    let lines = form.medication_lines.iter().enumerate();
    let lines: Vec<_> = lines
        .map(|(at, line)| medication_request::line(&format!("med{at}"), &patient, line))
        .collect();
    let entries: Vec<String> = (0..lines.len()).map(|at| format!("#med{at}")).collect();
    letter.set_contained(lines);
    letter.set_entries(SECTION, "430", &entries);
    letter.set_date(ctx.at);
}

/// The sections under 構造情報, in the order of JP-CLINS.
fn sections(form: &DraftForm) -> [(&'static str, &'static str, &str); 7] {
    [
        ("950", "紹介目的", &form.purpose),
        ("340", "傷病名・主訴", &form.diagnosis),
        ("360", "現病歴", &form.course),
        ("370", "既往歴", &form.past_history),
        ("550", "家族歴", &form.family_history),
        ("430", "投薬指示", &form.medication),
        ("330", "臨床経過", &form.treatment),
    ]
}

/// The form that a stored letter stands for.
pub(crate) fn form_of(case: &Case) -> DraftForm {
    let letter = &case.letter.view;
    let text = |code| letter.text(SECTION, code);
    let lines = letter
        .contained()
        .iter()
        .filter_map(medication_request::text);
    let department = case.task.view.department();
    DraftForm {
        patient: case.patient_id.to_string(),
        addressee: case.addressee().map(String::from).unwrap_or_default(),
        department: department.map(|(id, _)| id.to_string()).unwrap_or_default(),
        addressee_doctor: case.request.view.performer_doctor().to_owned(),
        priority: case.task.view.priority().to_owned(),
        purpose: text("950"),
        diagnosis: text("340"),
        course: text("360"),
        past_history: text("370"),
        family_history: text("550"),
        treatment: text("330"),
        medication: text("430"),
        medication_lines: lines.map(str::to_owned).collect(),
        remarks: text("220"),
    }
}
