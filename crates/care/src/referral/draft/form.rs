//! The form of a letter: what people type, cleaned and compared.

use renkei_base::{Fault, Refusal, limits};

use crate::Priority;
use crate::field::{self, Field, Section, Written, field};
use crate::letter::split_medication;
use crate::text::Check;

/// Characters of one medication line.
const MEDICATION_CHARS: usize = 300;
/// 投薬指示, the section that also lists the lines.
pub(super) const MEDICATION: &str = "430";

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
    /// The text that the lines were made from. Empty where nobody says it.
    pub medication_of: String,
    /// 備考 (220)
    pub remarks: String,
}

impl Written for DraftForm {
    const FIELDS: &'static [Field<Self>] = &[
        field!(addressee, Choice, Section::None, "addressee"),
        field!(department, Choice, Section::None, "addressee"),
        field!(addressee_doctor, Line, Section::None, "addressee"),
        field!(priority, Choice, Section::None),
        field!(purpose, Long, Section::Structured("950", "紹介目的")),
        field!(diagnosis, Long, Section::Structured("340", "傷病名・主訴")),
        field!(course, Long, Section::Structured("360", "現病歴")),
        field!(past_history, Long, Section::Structured("370", "既往歴")),
        field!(family_history, Long, Section::Structured("550", "家族歴")),
        field!(
            medication,
            Long,
            Section::Structured(MEDICATION, "投薬指示")
        ),
        field!(treatment, Long, Section::Structured("330", "臨床経過")),
        field!(remarks, Long, Section::Plain("220", "備考・連絡情報")),
    ];

    fn lines(&self, field: &str) -> &[String] {
        match field {
            "medication" => &self.medication_lines,
            _ => &[],
        }
    }

    fn set_lines(&mut self, field: &str, lines: &[String]) {
        if field == "medication" {
            self.medication_lines = lines.to_vec();
        }
    }

    fn source(&self, field: &str) -> &str {
        match field {
            "medication" => &self.medication_of,
            _ => "",
        }
    }

    fn set_source(&mut self, field: &str, text: &str) {
        if field == "medication" {
            text.clone_into(&mut self.medication_of);
        }
    }
}

/// The form cleaned, with its medication lines filled in.
pub(super) fn normal(form: &DraftForm) -> Result<DraftForm, Refusal> {
    let mut check = Check::default();
    let mut clean = form.clone();
    if clean.priority.is_empty() {
        Priority::Routine.code().clone_into(&mut clean.priority);
    }
    if Priority::from_code(&clean.priority).is_none() {
        check.fault(Fault::new("priority", "fault-unknown-code"));
    }
    field::clean(&mut check, &mut clean);
    clean.medication_lines = lines(&mut check, form);
    clean.medication_of = check.long("medication", &form.medication_of);
    if clean.medication_lines.is_empty() {
        clean.medication_lines = split_medication(&clean.medication);
        clean.medication_of.clone_from(&clean.medication);
    } else if clean.medication.is_empty() && clean.medication_of.is_empty() {
        clean.medication = clean.medication_lines.join("\n");
    }
    if clean.medication_lines.len() > limits::MEDICATION_LINES {
        check.fault(
            Fault::new("medication", "fault-too-many-lines").with("max", limits::MEDICATION_LINES),
        );
    }
    check.done()?;
    Ok(clean)
}

fn lines(check: &mut Check, form: &DraftForm) -> Vec<String> {
    let typed = form.medication_lines.iter();
    let clean = typed.map(|line| {
        check.kept(renkei_base::text::line(
            "medication_lines",
            line,
            MEDICATION_CHARS,
        ))
    });
    clean.filter(|line| !line.is_empty()).collect()
}
