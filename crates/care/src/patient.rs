//! A patient of one's own institution: register, update, view, find.

use renkei_base::{Ctx, Id};
use renkei_store::Failure;

use crate::Care;

/// The fields of the patient form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct PatientForm {
    /// 姓 (required)
    pub family: String,
    /// 名
    pub given: String,
    /// セイ (any kana; stored as katakana)
    pub family_kana: String,
    /// メイ
    pub given_kana: String,
    /// 和暦 or 西暦, typed freely (required)
    pub birthday: String,
    /// `male`, `female`, `other`, `unknown` (required)
    pub sex: String,
    /// 保険者番号, 6 or 8 digits
    pub insurer: String,
    /// 記号
    pub symbol: String,
    /// 番号
    pub number: String,
    /// 枝番, 2 digits
    pub branch: String,
    /// 患者番号 of this institution
    pub local_id: String,
    pub postal: String,
    pub address: String,
    pub phone: String,
    /// 職業
    pub occupation: String,
}

/// A patient as pages show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatientView {
    pub id: Option<Id>,
    pub version: u32,
    /// 山田 太郎
    pub name: String,
    /// ヤマダ タロウ, may be empty
    pub kana: String,
    /// ISO date
    pub birthday: String,
    /// Full years at the time of asking.
    pub age: u16,
    /// FHIR administrative-gender; the message key is `sex-` and this.
    pub sex: String,
    pub insurer: String,
    pub symbol: String,
    pub number: String,
    pub branch: String,
    pub local_id: String,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub occupation: String,
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
}

impl PatientView {
    /// The form filled with what is stored.
    pub fn form(&self) -> PatientForm {
        PatientForm {
            family: self.family.clone(),
            given: self.given.clone(),
            family_kana: self.family_kana.clone(),
            given_kana: self.given_kana.clone(),
            birthday: self.birthday.clone(),
            sex: self.sex.clone(),
            insurer: self.insurer.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            local_id: self.local_id.clone(),
            postal: self.postal.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            occupation: self.occupation.clone(),
        }
    }
}

/// What became of a registration or an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// Stored (or was stored just so before).
    Saved { patient: Id, version: u32 },
    /// Not stored: this institution has people of the same name and birthday. Ask, then call again with `confirmed`.
    Twins(Vec<PatientView>),
    /// Not stored: this 患者番号 of this institution belongs to this patient. Offer the link.
    Known(Box<PatientView>),
}

/// Registers a patient of the caller's institution under an id that the page made (`ctx.ids.id()`), so that a double click stays one.
///
/// # Errors
/// `Invalid` with faults that name the fields of [`PatientForm`]; `Forbidden`.
pub async fn register(
    _care: &Care,
    _ctx: &Ctx,
    _id: &Id,
    _form: &PatientForm,
    _confirmed: bool,
) -> Result<Registered, Failure> {
    crate::text::unbuilt()
}

/// Changes a patient; `base` is the version that the page showed.
///
/// # Errors
/// As [`register`], and `NotFound`, `Conflict`.
pub async fn update(
    _care: &Care,
    _ctx: &Ctx,
    _id: &Id,
    _base: u32,
    _form: &PatientForm,
    _confirmed: bool,
) -> Result<Registered, Failure> {
    crate::text::unbuilt()
}

/// Reads a patient.
///
/// # Errors
/// `NotFound` for whom the caller may not see.
pub async fn view(_care: &Care, _ctx: &Ctx, _id: &Id) -> Result<PatientView, Failure> {
    crate::text::unbuilt()
}

/// Patients of the caller's institution by name, kana, birthday or 患者番号; empty text lists the newest.
/// At most `limit`, in the order of kana.
///
/// # Errors
/// `Forbidden` for callers without an institution.
pub async fn find(
    _care: &Care,
    _ctx: &Ctx,
    _text: &str,
    _limit: usize,
) -> Result<Vec<PatientView>, Failure> {
    crate::text::unbuilt()
}
