//! A patient as pages show it; read, and found.

use jiff::civil::Date;
use renkei_access::{Action, Facts, permit};
use renkei_base::code::MemberId;
use renkei_base::name::search_key;
use renkei_base::{Ctx, Id, Micros, Refusal, era};
use renkei_fhir::patient::{Patient, Script};
use renkei_store::{Clause, Failure, Query, Stored, escape};

use super::PatientForm;
use crate::Care;

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
    /// 患者番号 as a letter gave it, where another patient has it.
    pub number_sent: String,
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

impl PatientView {
    /// From what is stored, with the age at that time.
    pub(crate) fn of(patient: &Patient, version: u32, at: Micros) -> Self {
        let (family, given) = patient.name(Script::Kanji);
        let (family_kana, given_kana) = patient.name(Script::Kana);
        let member = MemberId::parse(patient.member_id()).ok();
        let part =
            |part: fn(&MemberId) -> &str| member.as_ref().map(part).unwrap_or_default().to_owned();
        let birthday: Option<Date> = patient.birthday().parse().ok();
        let age = birthday.map_or(0, |birthday| era::age(birthday, at.in_japan().date()));
        Self {
            id: patient.id(),
            version,
            name: joined(&family, &given),
            kana: joined(&family_kana, &given_kana),
            birthday: patient.birthday().to_owned(),
            age: u16::try_from(age).unwrap_or(0),
            sex: patient.sex().to_owned(),
            insurer: part(|member| member.insurer().on_card()),
            symbol: part(MemberId::symbol),
            number: part(MemberId::number),
            branch: part(MemberId::branch),
            local_id: patient.local_id().to_owned(),
            number_sent: patient.number_sent().to_owned(),
            postal: patient.postal().to_owned(),
            address: patient.address().to_owned(),
            phone: patient.phone().to_owned(),
            occupation: patient.occupation().to_owned(),
            family,
            given,
            family_kana,
            given_kana,
        }
    }
}

fn joined(family: &str, given: &str) -> String {
    [family, given]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn view_of(stored: Stored, at: Micros) -> Option<PatientView> {
    let version = stored.version;
    Patient::from_resource(stored.resource).map(|patient| PatientView::of(&patient, version, at))
}

/// Reads a patient.
///
/// # Errors
/// `NotFound` for whom the caller may not see.
pub async fn view(care: &Care, ctx: &Ctx, id: &Id) -> Result<PatientView, Failure> {
    let found = care
        .store
        .read(ctx, &Patient::key(id))
        .await?
        .filter(|found| !found.deleted);
    let stored = found.ok_or(Refusal::NotFound)?;
    // What the store shows is opened by an access row: the caller's institution is involved.
    permit(
        &ctx.caller,
        Action::PatientRead,
        &Facts {
            owner: true,
            ..Facts::NONE
        },
    )?;
    Ok(view_of(stored, ctx.at).ok_or(Refusal::NotFound)?)
}

/// Patients of the caller's institution by name, kana, birthday or the beginning of a 患者番号, at most `limit`.
/// In the order of names, by 患者番号 in the order of numbers; for an empty text those that were registered or changed last.
///
/// # Errors
/// `Forbidden` for callers without an institution.
pub async fn find(
    care: &Care,
    ctx: &Ctx,
    text: &str,
    limit: usize,
) -> Result<Vec<PatientView>, Failure> {
    permit(&ctx.caller, Action::PatientSearch, &Facts::NONE)?;
    let institution = ctx.institution()?;
    let mine = || {
        Query::of(Patient::TYPE)
            .with("organization", format!("Organization/{institution}"))
            .count(limit)
    };
    let text = renkei_base::text::clean(text).trim().to_owned();
    if search_key(&text).is_empty() {
        return views(care, ctx, &mine().sort("_lastUpdated", true)).await;
    }
    if let Ok(date) = era::parse(&text) {
        return views(
            care,
            ctx,
            &mine()
                .with("birthdate", date.to_string())
                .sort("name", false),
        )
        .await;
    }
    let local = mine().with("x-local", escape(&text)).sort("x-local", false);
    let found = views(care, ctx, &local).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut query = mine().sort("name", false);
    query.clauses.push(Clause {
        param: "name".to_owned(),
        modifier: Some("contains".to_owned()),
        chain: None,
        values: vec![escape(&text)],
    });
    views(care, ctx, &query).await
}

async fn views(care: &Care, ctx: &Ctx, query: &Query) -> Result<Vec<PatientView>, Failure> {
    let page = care.store.search(ctx, query).await?;
    Ok(page
        .matches
        .into_iter()
        .filter_map(|stored| view_of(stored, ctx.at))
        .collect())
}
