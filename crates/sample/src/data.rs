//! The files of `data/`, read and checked.

use std::collections::BTreeMap;

use renkei_base::Roles;
use renkei_care::patient::PatientForm;
use renkei_care::reply::ReplyForm;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::SampleError;

const INSTITUTIONS: &str = include_str!("../data/institutions.csv");
const DEPARTMENTS: &str = include_str!("../data/departments.csv");
const PROFILES: &str = include_str!("../data/profiles.csv");
const DOCTORS: &str = include_str!("../data/doctors.csv");
const PEOPLE: &str = include_str!("../data/people.csv");
const PATIENTS: &str = include_str!("../data/patients.csv");
const REFERRALS: &str = include_str!("../data/referrals.csv");
const FLOWS: &str = include_str!("../data/flows.toml");
const LETTERS: &str = include_str!("../data/letters.toml");
const REPLIES: &str = include_str!("../data/replies.toml");
const ECG: &[u8] = include_bytes!("../data/ecg.png");
const LABORATORY: &[u8] = include_bytes!("../data/laboratory.pdf");

/// One line of `institutions.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct InstitutionRow {
    pub key: String,
    pub kind: String,
    pub name: String,
    pub kana: String,
    pub short: String,
    pub municipality: String,
    pub address: String,
    pub code: String,
    pub postal: String,
    pub phone: String,
    pub fax: String,
    pub url: String,
    /// Degrees; invented as the institution is.
    pub latitude: f64,
    pub longitude: f64,
}

/// One line of `departments.csv`: a department, and the slots that it opens.
#[derive(Clone, Debug, Deserialize)]
pub struct DepartmentRow {
    pub institution: String,
    pub key: String,
    pub name: String,
    pub code: String,
    pub letter_needed: String,
    pub appointment_required: String,
    pub note: String,
    /// Login of the doctor.
    pub doctor: String,
    pub place: String,
    pub weekdays: String,
    pub times: String,
    pub minutes: String,
    pub capacity: String,
}

/// One line of `profiles.csv`: what an institution says on its page, and what the region has decided of it.
#[derive(Clone, Debug, Deserialize)]
pub struct ProfileRow {
    pub institution: String,
    /// Codes, separated by blanks.
    pub tags: String,
    pub mon: String,
    pub tue: String,
    pub wed: String,
    pub thu: String,
    pub fri: String,
    pub sat: String,
    pub sun: String,
    pub holiday: String,
    /// Codes, separated by blanks.
    pub functions: String,
    /// `code:name`, separated by blanks; of institutions without people.
    pub departments: String,
    /// The last three are for members only.
    pub phone: String,
    pub capacity: String,
    pub note: String,
}

impl ProfileRow {
    /// The fields of the section of hours.
    pub fn hours(&self) -> BTreeMap<String, String> {
        let days = [
            &self.mon,
            &self.tue,
            &self.wed,
            &self.thu,
            &self.fri,
            &self.sat,
            &self.sun,
            &self.holiday,
        ];
        let named = days.into_iter().zip(1..);
        named
            .map(|(text, day)| (format!("day{day}"), text.clone()))
            .collect()
    }
}

/// One line of `doctors.csv`: a doctor who is named, and when that doctor may be asked.
#[derive(Clone, Debug, Deserialize)]
pub struct DoctorRow {
    pub institution: String,
    pub name: String,
    pub kana: String,
    pub department: String,
    pub about: String,
    /// 1 Monday to 7 Sunday, or empty.
    pub weekday: String,
    pub time: String,
    pub topic: String,
    pub phone: String,
    /// The key of the hospital with which the doctor is registered, or empty.
    pub hospital: String,
}

/// One line of `people.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct PersonRow {
    pub login: String,
    pub institution: String,
    pub name: String,
    pub kana: String,
    /// Codes, separated by blanks.
    pub roles: String,
}

/// One line of `patients.csv`: the fields of the form, and whose patient it is.
#[derive(Clone, Debug)]
pub struct PatientRow {
    pub key: String,
    pub institution: String,
    pub form: PatientForm,
}

#[derive(Deserialize)]
struct PatientKey {
    key: String,
    institution: String,
}

/// One line of `referrals.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct ReferralRow {
    pub key: String,
    pub flow: String,
    /// Days by which everything in the flow is older.
    pub shift: i64,
    pub patient: String,
    pub to: String,
    pub department: String,
    pub priority: String,
    pub letter: String,
    pub reply: String,
    /// `ecg`, `laboratory`, separated by blanks.
    pub files: String,
}

/// One entry of `letters.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letter {
    pub purpose: String,
    pub diagnosis: String,
    pub course: String,
    pub past_history: String,
    pub family_history: String,
    pub treatment: String,
    pub medication: String,
    pub remarks: String,
}

/// `flows.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    pub flow: BTreeMap<String, Vec<String>>,
    pub text: BTreeMap<String, String>,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct Data {
    pub institutions: Vec<InstitutionRow>,
    pub departments: Vec<DepartmentRow>,
    pub profiles: Vec<ProfileRow>,
    pub doctors: Vec<DoctorRow>,
    pub people: Vec<PersonRow>,
    pub patients: Vec<PatientRow>,
    pub referrals: Vec<ReferralRow>,
    pub flows: Flows,
    pub letters: BTreeMap<String, Letter>,
    pub replies: BTreeMap<String, ReplyForm>,
}

impl Data {
    pub fn read() -> Result<Self, SampleError> {
        Ok(Self {
            institutions: table("institutions.csv", INSTITUTIONS)?,
            departments: table("departments.csv", DEPARTMENTS)?,
            profiles: table("profiles.csv", PROFILES)?,
            doctors: table("doctors.csv", DOCTORS)?,
            people: table("people.csv", PEOPLE)?,
            patients: patients()?,
            referrals: table("referrals.csv", REFERRALS)?,
            flows: tree("flows.toml", FLOWS)?,
            letters: tree("letters.toml", LETTERS)?,
            replies: tree("replies.toml", REPLIES)?,
        })
    }
}

impl PersonRow {
    pub fn roles(&self) -> Result<Roles, SampleError> {
        let codes = self.roles.split_whitespace();
        let unknown = |code| SampleError::data(format!("people.csv: {code}: no such role"));
        let roles =
            codes.map(|code| renkei_base::Role::from_code(code).ok_or_else(|| unknown(code)));
        Ok(Roles::new(roles.collect::<Result<Vec<_>, _>>()?))
    }
}

/// Title and bytes of an attachment.
pub fn file(key: &str) -> Result<(&'static str, &'static [u8]), SampleError> {
    match key {
        "ecg" => Ok(("心電図（見本）.png", ECG)),
        "laboratory" => Ok(("血液検査（見本）.pdf", LABORATORY)),
        other => Err(SampleError::data(format!("{other}: no such file"))),
    }
}

fn table<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, SampleError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<Vec<T>, _>>();
    rows.map_err(|error| SampleError::data(format!("{name}: {error}")))
}

/// Read in two parts, since serde would take what looks like a number in a flattened struct for one.
fn patients() -> Result<Vec<PatientRow>, SampleError> {
    let keys: Vec<PatientKey> = table("patients.csv", PATIENTS)?;
    let forms: Vec<PatientForm> = table("patients.csv", PATIENTS)?;
    let rows = keys.into_iter().zip(forms).map(|(row, form)| PatientRow {
        key: row.key,
        institution: row.institution,
        form,
    });
    Ok(rows.collect())
}

fn tree<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, SampleError> {
    toml::from_str(text).map_err(|error| SampleError::data(format!("{name}: {error}")))
}
