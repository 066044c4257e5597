//! Referrals: each goes its own way (`flows.toml`), all at the same time.

mod flow;
mod step;

use std::collections::BTreeMap;

use renkei_base::{Id, Ids, Role};
use renkei_care::booking::SlotView;

use self::flow::{Flow, Leg};
use crate::SampleError;
use crate::data::ReferralRow;
use crate::id::SampleIds;
use crate::region::{Acts, Person, Region, all};

/// Everything that one referral needs, so that it can go its way alone.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) row: ReferralRow,
    pub(crate) nth: usize,
    pub(crate) case: Id,
    pub(crate) patient: Id,
    pub(crate) addressee: Id,
    pub(crate) department: Id,
    pub(crate) steps: Vec<Leg>,
    /// Taken in turn by `slot`.
    pub(crate) slots: Vec<SlotView>,
    pub(crate) place: String,
    /// Who drafts and who sends.
    pub(crate) drafter: Person,
    pub(crate) sender: Person,
    /// Who receives, triages and books; who examines and replies.
    pub(crate) clerk: Person,
    pub(crate) nurse: Person,
    pub(crate) doctor: Person,
}

pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    let data = region.data.clone();
    let mut taken = BTreeMap::new();
    let mut acts = Acts::new();
    for (nth, row) in data.referrals.iter().enumerate() {
        let plan = plan(region, row, nth, &mut taken)?;
        let made = (row.key.clone(), plan.case.clone());
        let (care, data, seed, now) = (region.care.clone(), data.clone(), region.seed, region.now);
        acts.spawn(async move {
            step::all(&care, &data, seed, now, plan).await?;
            Ok(made)
        });
    }
    region.made.cases.extend(all(acts).await?);
    Ok(())
}

fn plan(
    region: &Region,
    row: &ReferralRow,
    nth: usize,
    taken: &mut BTreeMap<String, usize>,
) -> Result<Plan, SampleError> {
    let missing = |what: &str| SampleError::data(format!("{}: no {what}", row.key));
    let data = &region.data;
    let patient = data
        .patients
        .iter()
        .find(|one| one.key == row.patient)
        .ok_or_else(|| missing("patient"))?;
    let department = data
        .departments
        .iter()
        .find(|one| one.institution == row.to && one.key == row.department);
    let department = department.ok_or_else(|| missing("department"))?;
    let flow = data
        .flows
        .flow
        .get(&row.flow)
        .ok_or_else(|| missing("flow"))?;
    let flow = Flow::read(flow, row.shift)?;
    let from = &patient.institution;
    let one = |institution: &str, roles: &[Role]| region.one_of(institution, roles, nth).cloned();
    Ok(Plan {
        nth,
        case: SampleIds::of(region.seed, &format!("ServiceRequest/{}", row.key)).id(),
        patient: region
            .made
            .patients
            .get(&row.patient)
            .ok_or_else(|| missing("patient"))?
            .clone(),
        addressee: region.institution(&row.to)?.clone(),
        department: region.department(&row.to, &row.department)?.clone(),
        slots: slots(region, row, flow.slots(), taken)?,
        steps: flow.steps,
        place: department.place.clone(),
        drafter: one(from, &[Role::LiaisonClerk, Role::Nurse, Role::Doctor])?,
        sender: one(from, &[Role::Doctor])?,
        clerk: one(&row.to, &[Role::LiaisonClerk, Role::Nurse, Role::Doctor])?,
        nurse: one(&row.to, &[Role::Nurse, Role::LiaisonClerk, Role::Doctor])?,
        doctor: region.person(&department.doctor)?.clone(),
        row: row.clone(),
    })
}

/// Every second free slot of the department, so that some stay free in between.
fn slots(
    region: &Region,
    row: &ReferralRow,
    count: usize,
    taken: &mut BTreeMap<String, usize>,
) -> Result<Vec<SlotView>, SampleError> {
    let key = format!("{}/{}", row.to, row.department);
    let free = region
        .slots
        .get(&key)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let from = taken.entry(key).or_insert(1);
    let mut slots = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = free
            .get(*from)
            .ok_or_else(|| SampleError::data(format!("{}: no free slot left", row.key)))?;
        slots.push(slot.clone());
        *from += 2;
    }
    Ok(slots)
}
