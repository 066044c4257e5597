//! 登録医: doctors of a clinic who are registered with a hospital. The clinic asks, the hospital confirms, either ends it.

use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::Organization;
use renkei_store::profile::RegisteredDoctor;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::institution::line;
use crate::{Kind, gate};

/// What is done to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// By the clinic (or the hospital, which then confirms it too).
    Ask,
    /// By the hospital.
    Confirm,
    /// By either.
    End,
}

impl Act {
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "ask" => Some(Self::Ask),
            "confirm" => Some(Self::Confirm),
            "end" => Some(Self::End),
            _ => None,
        }
    }
}

/// Those that stand with a hospital today, and those it is asked about.
pub async fn at(store: &Store, hospital: &Id) -> Result<Vec<RegisteredDoctor>, StoreError> {
    let mut rows = store.registered_at(hospital).await?;
    rows.retain(|row| row.state != "ended");
    Ok(rows)
}

/// Hospitals with which a clinic's doctors are registered or have asked to be.
pub async fn of(store: &Store, clinic: &Id) -> Result<Vec<RegisteredDoctor>, StoreError> {
    let mut rows = store.registered_of(clinic).await?;
    rows.retain(|row| row.state != "ended");
    Ok(rows)
}

/// Asks, confirms or ends. Each twice is once.
///
/// # Errors
/// `Invalid` on `doctor` or `hospital`, `NotFound` where there is nothing to confirm or end, `Forbidden`.
pub async fn act(
    store: &Store,
    ctx: &Ctx,
    (hospital, clinic): (&Id, &Id),
    doctor: &str,
    act: Act,
) -> Result<(), Failure> {
    let of_hospital = gate::own(ctx, hospital).is_ok();
    if !of_hospital || act != Act::Confirm {
        gate::own(ctx, clinic)
            .or_else(|refusal| if of_hospital { Ok(()) } else { Err(refusal) })?;
    }
    if act == Act::Confirm {
        gate::own(ctx, hospital)?;
    }
    let mut faults = Vec::new();
    let doctor = line(doctor, "doctor", &mut faults);
    if doctor.is_empty() {
        return Err(Refusal::fault("doctor", "fault-profile-doctor-name").into());
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let place = store.institution(hospital).await?;
    let place = place.filter(|row| row.kind == Kind::Hospital.code());
    let clinic_row = store.institution(clinic).await?.ok_or(Refusal::NotFound)?;
    if place.is_none() || hospital == clinic {
        return Err(Refusal::fault("hospital", "fault-profile-hospital").into());
    }
    let rows = store.registered_of(clinic).await?;
    let before = rows
        .into_iter()
        .find(|row| row.hospital == *hospital && row.doctor == doctor);
    let today = ctx.at.in_japan().date().to_string();
    let standing = before.as_ref().filter(|row| row.state != "ended");
    let (state, from, until) = match (act, standing) {
        (Act::Ask, Some(_)) => return Ok(()),
        (Act::Ask, None) if of_hospital => ("confirmed", today, String::new()),
        (Act::Ask, None) => ("asked", String::new(), String::new()),
        (Act::Confirm, Some(row)) if row.state == "asked" => ("confirmed", today, String::new()),
        (Act::Confirm, Some(_)) => return Ok(()),
        (Act::End, Some(row)) => ("ended", row.from.clone(), today),
        (_, None) => return Err(Refusal::NotFound.into()),
    };
    let mut changes = Changes::default();
    changes.put_registered_doctor(&RegisteredDoctor {
        hospital: hospital.clone(),
        clinic: clinic.clone(),
        doctor,
        state: state.to_owned(),
        from,
        until,
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    });
    changes.touch_institution(clinic, clinic_row.updated, ctx.at);
    changes.note(
        Note::new("institution.edit")
            .what(Organization::key(clinic))
            .detail(format!("registered {hospital} {state}")),
    );
    changes.tell.extend([clinic.clone(), hospital.clone()]);
    store.commit(ctx, changes).await?;
    Ok(())
}
