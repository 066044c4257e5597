//! The form of a letter: what people type, cleaned and compared.

use renkei_base::{Fault, Refusal, limits};

use crate::Priority;
use crate::letter::split_medication;
use crate::text::Check;

/// Characters of one medication line.
const MEDICATION_CHARS: usize = 300;

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

/// The fields in which two forms differ.
pub(super) fn differs(one: &DraftForm, other: &DraftForm) -> Vec<&'static str> {
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

/// The form cleaned, with its medication lines filled in.
pub(super) fn normal(form: &DraftForm) -> Result<DraftForm, Refusal> {
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
