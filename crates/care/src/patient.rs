//! A patient of one's own institution: register, update, view, find.

mod form;
mod number;
pub(crate) mod outside;

use std::collections::BTreeSet;

use jiff::civil::Date;
use renkei_access::{Action, Facts, permit};
use renkei_base::code::MemberId;
use renkei_base::name::search_key;
use renkei_base::{Ctx, Grantee, Id, Micros, Refusal, Scope, era, limits};
use renkei_fhir::patient::{LOCAL, Patient, Script};
use renkei_store::{
    Access, Changes, Clause, Failure, Note, Place, Query, StoreError, Stored, escape,
};

use self::form::Checked;
use crate::tries::noted;
use crate::{Care, party};

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

/// Registers a patient of the caller's institution under an id that the page made (`ctx.ids.id()`), so that a double click stays one.
///
/// # Errors
/// `Invalid` with faults that name the fields of [`PatientForm`]; `Forbidden`.
pub async fn register(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &PatientForm,
    confirmed: bool,
) -> Result<Registered, Failure> {
    let registered = register_tried(care, ctx, id, form, confirmed).await;
    noted(
        care,
        ctx,
        Note::new("patient.register").what(Patient::key(id)),
        registered,
    )
    .await
}

async fn register_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    form: &PatientForm,
    confirmed: bool,
) -> Result<Registered, Failure> {
    permit(&ctx.caller, Action::PatientRegister, &Facts::NONE)?;
    // An address of dots alone leads elsewhere: nobody could open such a patient.
    if id.as_str().bytes().all(|byte| byte == b'.') {
        return Err(Refusal::fault("", "fault-case-id").into());
    }
    let checked = Checked::of(form, ctx.at)?;
    let institution = ctx.institution()?;
    if let Some(same) = known(care, ctx, institution, id, &checked, confirmed).await? {
        return Ok(same);
    }
    let mut patient = Patient::new(id);
    patient.set_institution(institution, &party::name(care, ctx, institution).await?);
    checked.write(&mut patient, institution);
    let mut changes = Changes::default();
    let place = Place {
        patient: Some(id.clone()),
        scope: Scope::Identity,
        owner: Some(institution.clone()),
    };
    changes.create(patient.into_resource(), place);
    changes.grants.push(Access {
        patient: id.clone(),
        grantee: Grantee::Institution(institution.clone()),
        scope: Scope::Record,
        until: Micros::NEVER,
    });
    changes.note(
        Note::new("patient.register")
            .patient(id)
            .what(Patient::key(id)),
    );
    changes.tell.push(institution.clone());
    claim(&mut changes, institution, id, "", &checked.local_id);
    match care.store.commit(ctx, changes).await {
        Ok(_) => Ok(Registered::Saved {
            patient: id.clone(),
            version: 1,
        }),
        // A double click, an id that is taken, or somebody was quicker with the number.
        Err(StoreError::Conflict(_)) => {
            match known(care, ctx, institution, id, &checked, true).await? {
                Some(same) => Ok(same),
                None => same_again(care, ctx, id, &checked).await,
            }
        }
        Err(other) => Err(other.into()),
    }
}

/// What a patient's number is claimed as: each is given once by an institution.
const NUMBER: &str = "patient-number";

/// Claims the number that a patient has from now on, and gives the old one back.
pub(crate) fn claim(changes: &mut Changes, institution: &Id, patient: &Id, old: &str, new: &str) {
    let set = |number: &str| -> BTreeSet<String> {
        let number = Some(number.to_owned()).filter(|number| !number.is_empty());
        number.into_iter().collect()
    };
    claim_all(changes, institution, patient, &set(old), &set(new));
}

/// As [`claim`], where a patient has numbers of several institutions.
fn claim_all(
    changes: &mut Changes,
    institution: &Id,
    patient: &Id,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) {
    for number in old.difference(new) {
        changes.unclaim(NUMBER, institution, number, patient);
    }
    for number in new.difference(old) {
        changes.claim(NUMBER, institution, number, patient);
    }
}

async fn same_again(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    checked: &Checked,
) -> Result<Registered, Failure> {
    let found = care.store.read(ctx, &Patient::key(id)).await?;
    let own = found.filter(|found| found.place.owner == ctx.caller.institution);
    let stored = own.ok_or(Refusal::Conflict)?;
    let there = Patient::from_resource(stored.resource).ok_or(Refusal::Conflict)?;
    let mut wanted = there.clone();
    checked.write(&mut wanted, ctx.institution()?);
    if wanted == there {
        return Ok(Registered::Saved {
            patient: id.clone(),
            version: stored.version,
        });
    }
    Err(Refusal::Conflict.into())
}

/// Changes a patient; `base` is the version that the page showed.
///
/// # Errors
/// As [`register`], and `NotFound`, `Conflict`.
pub async fn update(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &PatientForm,
    confirmed: bool,
) -> Result<Registered, Failure> {
    let updated = update_tried(care, ctx, id, base, form, confirmed).await;
    noted(
        care,
        ctx,
        Note::new("patient.update").what(Patient::key(id)),
        updated,
    )
    .await
}

async fn update_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &PatientForm,
    confirmed: bool,
) -> Result<Registered, Failure> {
    let found = care
        .store
        .read(ctx, &Patient::key(id))
        .await?
        .filter(|found| !found.deleted);
    let stored = found.ok_or(Refusal::NotFound)?;
    let home = stored.place.owner.clone().ok_or(Refusal::NotFound)?;
    permit(
        &ctx.caller,
        Action::PatientEdit,
        &Facts {
            owner: true,
            ..Facts::patient(&ctx.caller, &home)
        },
    )?;
    let checked = Checked::of(form, ctx.at)?;
    let old = Patient::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    let mut patient = old.clone();
    checked.write(&mut patient, &home);
    patient.renumber(&party::number_system(care, ctx, &home).await?);
    if patient == old {
        return Ok(Registered::Saved {
            patient: id.clone(),
            version: stored.version,
        });
    }
    if stored.version != base {
        return Err(Refusal::Conflict.into());
    }
    if let Some(same) = known(care, ctx, &home, id, &checked, confirmed).await? {
        return Ok(same);
    }
    let mut changes = Changes::default();
    changes.update(&stored, patient.into_resource());
    changes.note(
        Note::new("patient.update")
            .patient(id)
            .what(Patient::key(id)),
    );
    changes.tell.push(home.clone());
    claim(&mut changes, &home, id, old.local_id(), &checked.local_id);
    match care.store.commit(ctx, changes).await {
        Ok(_) => Ok(Registered::Saved {
            patient: id.clone(),
            version: base + 1,
        }),
        Err(StoreError::Conflict(_)) => {
            let same = known(care, ctx, &home, id, &checked, true).await?;
            same.ok_or_else(|| Refusal::Conflict.into())
        }
        Err(other) => Err(other.into()),
    }
}

/// People of the institution that this may be.
async fn known(
    care: &Care,
    ctx: &Ctx,
    institution: &Id,
    id: &Id,
    checked: &Checked,
    confirmed: bool,
) -> Result<Option<Registered>, Failure> {
    let mine =
        || Query::of(Patient::TYPE).with("organization", format!("Organization/{institution}"));
    if !checked.local_id.is_empty() {
        let value = escape(&checked.local_id);
        let query = mine()
            .with("identifier", format!("{LOCAL}{institution}|{value}"))
            .count(2);
        let others = others(care, ctx, &query, id).await?;
        if let Some(other) = others.into_iter().next() {
            return Ok(Some(Registered::Known(Box::new(other))));
        }
    }
    if confirmed {
        return Ok(None);
    }
    let query = mine()
        .with("birthdate", checked.birthday.to_string())
        .count(limits::PAGE_ROWS_MAX);
    let mut twins = others(care, ctx, &query, id).await?;
    let name = search_key(&format!("{}{}", checked.family, checked.given));
    let kana = search_key(&format!("{}{}", checked.family_kana, checked.given_kana));
    twins.retain(|twin| {
        search_key(&twin.name) == name || (!kana.is_empty() && search_key(&twin.kana) == kana)
    });
    Ok((!twins.is_empty()).then_some(Registered::Twins(twins)))
}

async fn others(
    care: &Care,
    ctx: &Ctx,
    query: &Query,
    id: &Id,
) -> Result<Vec<PatientView>, Failure> {
    let page = care.store.search(ctx, query).await?;
    let views = page
        .matches
        .into_iter()
        .filter(|stored| stored.key.id != *id);
    Ok(views.filter_map(|stored| view_of(stored, ctx.at)).collect())
}

fn view_of(stored: Stored, at: Micros) -> Option<PatientView> {
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
