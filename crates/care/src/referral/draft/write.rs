//! The form of a letter and the resources that it is kept in.

use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::Organization;
use renkei_fhir::composition::{Composition, SECTION};
use renkei_fhir::medication_request;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_store::Failure;

use super::DraftForm;
use crate::referral::case::Case;
use crate::text::headline;
use crate::{Care, party};

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
