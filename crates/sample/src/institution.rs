//! Institutions and their departments.

use renkei_base::Role;
use renkei_directory::department::Typed;
use renkei_directory::institution::{Contact, NewInstitution};

use crate::SampleError;
use crate::data::{DepartmentRow, InstitutionRow};
use crate::region::{Acts, Region, all, named};

/// Registered by the region, a good year ago.
pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    for row in &region.data.institutions {
        let ctx = region.program(&format!("institution/{}", row.key), region.days_ago(400));
        let (store, new, key) = (region.care.store.clone(), typed(row), row.key.clone());
        acts.spawn(named(key, async move {
            renkei_directory::institution::register(&store, &ctx, &new).await
        }));
    }
    region.made.institutions.extend(all(acts).await?);
    Ok(())
}

fn typed(row: &InstitutionRow) -> NewInstitution {
    NewInstitution {
        kind: row.kind.clone(),
        name: row.name.clone(),
        kana: row.kana.clone(),
        municipality: row.municipality.clone(),
        address: row.address.clone(),
        code: row.code.clone(),
        contact: Contact {
            short: row.short.clone(),
            postal_code: row.postal.clone(),
            phone: row.phone.clone(),
            fax: row.fax.clone(),
            url: row.url.clone(),
            ..Contact::default()
        },
    }
}

/// Added by the institutions themselves.
pub(crate) async fn make_departments(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    for row in &region.data.departments {
        let key = format!("{}/{}", row.institution, row.key);
        let keeper = region.one_of(&row.institution, &[Role::InstitutionAdmin], 0)?;
        let ctx = region.ctx(keeper, &format!("department/{key}"), region.days_ago(390));
        let institution = region.institution(&row.institution)?.clone();
        let (store, typed) = (region.care.store.clone(), department(row)?);
        acts.spawn(named(key, async move {
            renkei_directory::department::add(&store, &ctx, &institution, &typed).await
        }));
    }
    region.made.departments.extend(all(acts).await?);
    Ok(())
}

fn department(row: &DepartmentRow) -> Result<Typed, SampleError> {
    Ok(Typed {
        name: row.name.clone(),
        code: row.code.clone(),
        letter_needed: Some(yes(&row.letter_needed)?),
        appointment_required: Some(yes(&row.appointment_required)?),
        note: row.note.clone(),
    })
}

fn yes(text: &str) -> Result<bool, SampleError> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(SampleError::data(format!(
            "departments.csv: {other}: yes or no"
        ))),
    }
}
