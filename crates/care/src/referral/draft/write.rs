//! The form of a letter and the resources that it is kept in.

use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::Key;
use renkei_fhir::Organization;
use renkei_fhir::composition::{Composition, SECTION};
use renkei_fhir::medication_request;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::Failure;

use super::DraftForm;
use super::form::MEDICATION;
use crate::referral::case::Case;
use crate::text::headline;
use crate::{Care, Priority, field, party};

/// Characters of the line that lists show.
const SUBJECT_CHARS: usize = 40;

/// The addressee and its department by name, as the directory has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) addressee: Option<(Id, String)>,
    pub(crate) department: Option<(Id, String)>,
}

impl Names {
    pub(super) async fn read(care: &Care, ctx: &Ctx, form: &DraftForm) -> Result<Self, Failure> {
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
pub(super) fn write(
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
    field::write(form, letter, SECTION);
    let patient = format!("Patient/{}", form.patient);
    let lines = form.medication_lines.iter().enumerate();
    let lines: Vec<_> = lines
        .map(|(at, line)| medication_request::line(&format!("med{at}"), &patient, line))
        .collect();
    let entries: Vec<String> = (0..lines.len()).map(|at| format!("#med{at}")).collect();
    letter.set_contained(lines);
    letter.set_entries(SECTION, MEDICATION, &entries);
    let of = form.medication_of.as_str();
    letter.set_lines_of((of != form.medication).then_some(of));
    letter.set_date(ctx.at);
}

/// The form that a stored letter stands for.
pub(crate) fn form_of(case: &Case) -> DraftForm {
    read(
        &case.patient_id,
        &case.task.view,
        &case.request.view,
        &case.letter.view,
    )
}

fn read(patient: &Id, task: &Task, request: &ServiceRequest, letter: &Composition) -> DraftForm {
    let lines = letter
        .contained()
        .iter()
        .filter_map(medication_request::text);
    let id = |found: Option<(Id, &str)>| found.map(|(id, _)| id.to_string()).unwrap_or_default();
    let mut form = DraftForm {
        patient: patient.to_string(),
        addressee: id(task.owner()),
        department: id(task.department()),
        addressee_doctor: request.performer_doctor().to_owned(),
        priority: task.priority().to_owned(),
        medication_lines: lines.map(str::to_owned).collect(),
        ..DraftForm::default()
    };
    field::read(&mut form, letter, SECTION);
    let of = letter.lines_of().unwrap_or(&form.medication);
    form.medication_of = of.to_owned();
    form
}

/// The form as the letter stood at a version of the case, 0 for before its first. `None` where there is no such version.
pub(super) async fn form_at(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    version: u32,
) -> Result<Option<DraftForm>, Failure> {
    if version == 0 {
        return Ok(Some(DraftForm {
            patient: case.patient_id.to_string(),
            priority: Priority::Routine.code().to_owned(),
            ..DraftForm::default()
        }));
    }
    let at = async |key: Key, version| care.store.read_version(ctx, &key, version).await;
    let Some(task) = at(Task::key(&case.id), version).await? else {
        return Ok(None);
    };
    let then = task.updated;
    let Some(task) = Task::from_resource(task.resource) else {
        return Ok(None);
    };
    let Some(letter) = task.letter_version() else {
        return Ok(None);
    };
    let letter = at(Composition::key(&case.id), letter).await?;
    let letter = letter.and_then(|found| Composition::from_resource(found.resource));
    // The request is written only where it changes: the last one that was there then.
    let mut request = case.request.stored.clone();
    while request.updated > then && request.version > 1 {
        match at(ServiceRequest::key(&case.id), request.version - 1).await? {
            Some(earlier) => request = earlier,
            None => return Ok(None),
        }
    }
    let request = ServiceRequest::from_resource(request.resource);
    Ok(letter
        .zip(request)
        .map(|(letter, request)| read(&case.patient_id, &task, &request, &letter)))
}
