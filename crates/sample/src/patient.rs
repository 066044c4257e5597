//! Patients, registered by their institutions over the last year.

use renkei_base::{Ctx, Id, Ids, Refusal, Role};
use renkei_care::Care;
use renkei_care::patient::{PatientForm, Registered, register};
use renkei_store::Failure;

use crate::SampleError;
use crate::id::SampleIds;
use crate::region::{Acts, Region, all, named};

const WHO: [Role; 3] = [Role::LiaisonClerk, Role::Nurse, Role::Doctor];

pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    for (nth, row) in region.data.patients.iter().enumerate() {
        let id = SampleIds::of(region.seed, &format!("Patient/{}", row.key)).id();
        let clerk = region.one_of(&row.institution, &WHO, nth)?;
        let days = 120 + i64::try_from(nth).unwrap_or_default() * 31 % 240;
        let ctx = region.ctx(
            clerk,
            &format!("patient/{}", row.key),
            region.days_ago(days),
        );
        let (care, form) = (region.care.clone(), row.form.clone());
        acts.spawn(named(row.key.clone(), async move {
            entered(&care, &ctx, id, &form).await
        }));
    }
    region.made.patients.extend(all(acts).await?);
    Ok(())
}

/// Two people may have the same name and birthday; whoever registers the second one is asked, and says so.
async fn entered(care: &Care, ctx: &Ctx, id: Id, form: &PatientForm) -> Result<Id, Failure> {
    for confirmed in [false, true] {
        if let Registered::Saved { patient, .. } = register(care, ctx, &id, form, confirmed).await?
        {
            return Ok(patient);
        }
    }
    Err(Refusal::Conflict.into())
}
