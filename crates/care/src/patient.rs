//! A patient of one's own institution: register, update, view, find.
//!
//! | file | holds |
//! |---|---|
//! | `form` | what was typed, checked |
//! | `view` | a patient as pages show it; read, and found |
//! | `number` | 患者番号: in whichever system it comes, claimed once |
//! | `outside` | a patient as a program sends it |

mod form;
mod number;
pub(crate) mod outside;
mod view;

use renkei_access::{Action, Facts, permit};
use renkei_base::name::search_key;
use renkei_base::{Ctx, Grantee, Id, Micros, Refusal, Scope, limits};
use renkei_fhir::patient::{LOCAL, Patient};
use renkei_store::{Access, Changes, Failure, Note, Place, Query, StoreError, escape};

use self::form::Checked;
pub(crate) use self::number::claim;
use self::view::view_of;
pub use self::view::{PatientView, find, view};
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
