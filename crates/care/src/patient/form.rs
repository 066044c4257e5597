//! The patient form, checked.

use jiff::civil::Date;
use renkei_base::code::{InsurerNumber, MemberId, postal_code, telephone};
use renkei_base::name::{is_kana, to_katakana};
use renkei_base::{Fault, Id, Micros, Refusal, era};
use renkei_fhir::patient::{Patient, Script};

use super::PatientForm;
use crate::text::Check;

/// Characters of an address.
const ADDRESS_CHARS: usize = 200;
/// FHIR administrative-gender.
const SEXES: [&str; 4] = ["male", "female", "other", "unknown"];

/// A form without faults.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) family: String,
    pub(super) given: String,
    pub(super) family_kana: String,
    pub(super) given_kana: String,
    pub(super) birthday: Date,
    sex: String,
    member: String,
    pub(super) local_id: String,
    postal: String,
    address: String,
    phone: String,
    occupation: String,
}

impl Checked {
    /// Reads a form; all faults at once.
    pub(super) fn of(form: &PatientForm, now: Micros) -> Result<Self, Refusal> {
        let mut check = Check::default();
        let today = now.in_japan().date();
        let checked = Self {
            family: name(&mut check, "family", &form.family, true),
            given: name(&mut check, "given", &form.given, false),
            family_kana: kana(&mut check, "family_kana", &form.family_kana),
            given_kana: kana(&mut check, "given_kana", &form.given_kana),
            birthday: birthday(&mut check, &form.birthday, today),
            sex: sex(&mut check, &form.sex),
            member: member(&mut check, form),
            local_id: check.line("local_id", &form.local_id),
            postal: optional(&mut check, &form.postal, |typed| {
                postal_code(typed).map_err(|fault| fault.fault("postal"))
            }),
            address: check.kept(renkei_base::text::line(
                "address",
                &form.address,
                ADDRESS_CHARS,
            )),
            phone: optional(&mut check, &form.phone, |typed| {
                telephone(typed).map_err(|fault| fault.fault("phone"))
            }),
            occupation: check.line("occupation", &form.occupation),
        };
        check.done()?;
        Ok(checked)
    }

    /// Writes the form into a patient; what the form does not know stays.
    pub(super) fn write(&self, patient: &mut Patient, institution: &Id) {
        patient.set_name(Script::Kanji, &self.family, &self.given);
        patient.set_name(Script::Kana, &self.family_kana, &self.given_kana);
        patient.set_birthday(&self.birthday.to_string());
        patient.set_sex(&self.sex);
        patient.set_member_id(&self.member);
        patient.set_local_id(institution, &self.local_id);
        patient.set_address(&self.postal, &self.address);
        patient.set_phone(&self.phone);
        patient.set_occupation(&self.occupation);
    }
}

/// Signs of a markup were pasted along with the name, or are somebody's try.
fn name(check: &mut Check, field: &str, typed: &str, required: bool) -> String {
    let line = match required {
        true => check.required_line(field, typed),
        false => check.line(field, typed),
    };
    if line.contains(['<', '>']) {
        check.fault(Fault::new(field, "fault-name-signs"));
    }
    line
}

fn kana(check: &mut Check, field: &str, typed: &str) -> String {
    let line = check.line(field, typed);
    if !line.is_empty() && !is_kana(&line) {
        check.fault(Fault::new(field, "fault-kana"));
    }
    to_katakana(&line)
}

fn birthday(check: &mut Check, typed: &str, today: Date) -> Date {
    if typed.trim().is_empty() {
        check.fault(Fault::new("birthday", "fault-required"));
        return Date::ZERO;
    }
    era::parse_birthday(typed, today).unwrap_or_else(|fault| {
        check.fault(fault.fault("birthday"));
        Date::ZERO
    })
}

fn sex(check: &mut Check, typed: &str) -> String {
    if !SEXES.contains(&typed) {
        let key = if typed.is_empty() {
            "fault-required"
        } else {
            "fault-unknown-code"
        };
        check.fault(Fault::new("sex", key));
    }
    typed.to_owned()
}

fn optional(
    check: &mut Check,
    typed: &str,
    read: impl Fn(&str) -> Result<String, Fault>,
) -> String {
    if typed.trim().is_empty() {
        String::new()
    } else {
        check.kept(read(typed))
    }
}

/// 被保険者個人識別子; empty where nothing of the card was typed.
fn member(check: &mut Check, form: &PatientForm) -> String {
    let parts = [&form.insurer, &form.symbol, &form.number, &form.branch];
    if parts.iter().all(|part| part.trim().is_empty()) {
        return String::new();
    }
    if form.insurer.trim().is_empty() {
        check.fault(Fault::new("insurer", "fault-required"));
        return String::new();
    }
    let insurer = InsurerNumber::parse(&form.insurer).map_err(|fault| fault.fault("insurer"));
    let Some(insurer) = check.kept(insurer.map(Some)) else {
        return String::new();
    };
    let member = MemberId::build(insurer, &form.symbol, &form.number, &form.branch);
    check.kept(
        member
            .map(|member| member.to_string())
            .map_err(|fault| fault.fault("number")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(form: &PatientForm) -> String {
        let now = Micros::from_fhir("2026-11-24T00:00:00Z").unwrap();
        match Checked::of(form, now) {
            Ok(_) => "ok".to_owned(),
            Err(Refusal::Invalid(faults)) => faults
                .iter()
                .map(|fault| format!("{}:{}", fault.field, fault.key))
                .collect::<Vec<_>>()
                .join(" "),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn every_fault_names_its_field() {
        insta::assert_snapshot!(faults(&PatientForm::default()), @"family:fault-required birthday:fault-required sex:fault-required");
        let wrong = PatientForm {
            family: "山田\u{202E}".to_owned(),
            family_kana: "yamada".to_owned(),
            birthday: "昭和64年1月8日".to_owned(),
            sex: "m".to_owned(),
            insurer: "138058".to_owned(),
            postal: "12".to_owned(),
            phone: "12".to_owned(),
            ..PatientForm::default()
        };
        insta::assert_snapshot!(faults(&wrong), @"family:fault-text-direction family_kana:fault-kana birthday:fault-date-other-era sex:fault-unknown-code insurer:fault-insurer-number-check-digit postal:fault-postal-code-shape phone:fault-telephone-shape");
        let part = PatientForm {
            family: "山田".to_owned(),
            birthday: "S25.4.1".to_owned(),
            sex: "male".to_owned(),
            number: "12".to_owned(),
            ..PatientForm::default()
        };
        insta::assert_snapshot!(faults(&part), @"insurer:fault-required");
        let good = PatientForm {
            insurer: "138057".to_owned(),
            ..part
        };
        assert_eq!(faults(&good), "ok");
        let signs = PatientForm {
            family: "<b>太郎</b>".to_owned(),
            given: "a>b".to_owned(),
            ..good
        };
        insta::assert_snapshot!(faults(&signs), @"family:fault-name-signs given:fault-name-signs");
    }
}
