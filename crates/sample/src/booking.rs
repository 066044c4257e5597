//! Slots of the coming two weeks, opened by the departments.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Role};
use renkei_care::Care;
use renkei_care::booking::{OpeningForm, SlotView, free_slots, open_slots};
use renkei_store::Failure;

use crate::SampleError;
use crate::data::DepartmentRow;
use crate::region::{Acts, Region, all, named};

/// Slots of a department that are looked at.
const SLOTS: usize = 60;

/// Opened a month ago.
pub(crate) async fn open(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    for row in region
        .data
        .departments
        .iter()
        .filter(|row| !row.times.is_empty())
    {
        let key = format!("{}/{}", row.institution, row.key);
        let clerk = region.one_of(
            &row.institution,
            &[Role::LiaisonClerk, Role::Nurse, Role::Doctor],
            0,
        )?;
        let opening = region.ctx(clerk, &format!("slots/{key}"), region.days_ago(30));
        let asking = region.ctx(clerk, &format!("free/{key}"), region.now);
        let (care, form) = (region.care.clone(), form(region, row)?);
        acts.spawn(named(key, async move {
            opened(&care, &opening, &asking, &form).await
        }));
    }
    region.slots.extend(all(acts).await?);
    Ok(())
}

async fn opened(
    care: &Care,
    opening: &Ctx,
    asking: &Ctx,
    form: &OpeningForm,
) -> Result<Vec<SlotView>, Failure> {
    open_slots(care, opening, form).await?;
    let Ok(department) = form.department.parse() else {
        return Ok(Vec::new());
    };
    free_slots(care, asking, &department, asking.at, SLOTS).await
}

fn form(region: &Region, row: &DepartmentRow) -> Result<OpeningForm, SampleError> {
    let day = |days| {
        (region.now + Span::days(days))
            .in_japan()
            .date()
            .to_string()
    };
    Ok(OpeningForm {
        department: region.department(&row.institution, &row.key)?.to_string(),
        from: day(1),
        to: day(14),
        weekdays: row.weekdays.split_whitespace().map(str::to_owned).collect(),
        times: row.times.clone(),
        minutes: row.minutes.clone(),
        capacity: row.capacity.clone(),
        doctor: region.person(&row.doctor)?.caller.name.clone(),
        place: row.place.clone(),
        ..OpeningForm::default()
    })
}
