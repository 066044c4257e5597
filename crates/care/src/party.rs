//! One side of a referral as letters and pages show it.

use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::system::PATIENT_LOCAL_PREFIX;
use renkei_fhir::{HealthcareService, Key, Organization};
use renkei_store::{Failure, Stored};

use crate::Care;
use crate::referral::case::Case;

/// An institution, its department and its doctor, in plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The Organization; `None` while a draft has no addressee yet.
    pub institution: Option<Id>,
    pub name: String,
    /// The HealthcareService, where one was chosen.
    pub department: Option<Id>,
    pub department_name: String,
    pub doctor: String,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub fax: String,
    /// 保険医療機関番号, 10 digits; empty where it is not known. Without it no standard document goes out.
    pub code: String,
}

/// A department of an institution.
#[derive(Clone, Debug)]
pub(crate) struct Department {
    pub(crate) institution: Id,
    pub(crate) name: String,
    /// Not closed.
    pub(crate) open: bool,
}

/// The name of an institution; empty where it is not known.
pub(crate) async fn name(care: &Care, ctx: &Ctx, institution: &Id) -> Result<String, Failure> {
    let found = care
        .store
        .read(ctx, &Organization::key(institution))
        .await?;
    let organization = found.and_then(|found| Organization::from_resource(found.resource));
    Ok(organization
        .map(|one| one.name().to_owned())
        .unwrap_or_default())
}

/// The national system of the patient numbers that an institution gives; empty where its own number is not known.
pub(crate) async fn number_system(
    care: &Care,
    ctx: &Ctx,
    institution: &Id,
) -> Result<String, Failure> {
    let found = care
        .store
        .read_many(ctx, &[Organization::key(institution)])
        .await?;
    let found = found.into_iter().next();
    let organization = found.and_then(|found| Organization::from_resource(found.resource));
    let code = organization.as_ref().and_then(Organization::code);
    Ok(code.map_or_else(String::new, |code| format!("{PATIENT_LOCAL_PREFIX}{code}")))
}

/// A department by id.
pub(crate) async fn department(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
) -> Result<Option<Department>, Failure> {
    // A key that names nothing is no read that was refused.
    let mut found = care
        .store
        .read_many(ctx, &[HealthcareService::key(id)])
        .await?;
    let service = found
        .pop()
        .and_then(|found| HealthcareService::from_resource(found.resource));
    Ok(service.and_then(|service| {
        let (name, open) = (service.name().to_owned(), service.active());
        service.institution().map(|institution| Department {
            institution,
            name,
            open,
        })
    }))
}

/// The municipalities of sender and addressee; empty where not known.
pub(crate) async fn areas(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
) -> Result<(String, String), Failure> {
    let found = read(care, ctx, case).await?;
    let area = |id: Option<&Id>| {
        let organization = organization(&found, id?)?;
        organization.municipality().map(str::to_owned)
    };
    Ok((
        area(Some(&case.sender)).unwrap_or_default(),
        area(case.addressee().as_ref()).unwrap_or_default(),
    ))
}

/// Sender and addressee of a case, with the names that were written when it was made and today's addresses.
pub(crate) async fn parties(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
) -> Result<(Party, Party), Failure> {
    let found = read(care, ctx, case).await?;
    let task = &case.task.view;
    let mut sender = party(&found, task.requester());
    let approved = case
        .letter
        .view
        .attester(renkei_fhir::composition::Mode::Approved);
    sender.doctor = approved
        .map(|(name, _)| name.to_owned())
        .unwrap_or_default();
    let mut addressee = party(&found, task.owner());
    addressee.doctor = case.request.view.performer_doctor().to_owned();
    if let Some((id, name)) = task.department() {
        addressee.department = Some(id);
        addressee.department_name = name.to_owned();
    }
    Ok((sender, addressee))
}

/// Gives a side the address and numbers that its institution had at a moment: what was sent stays as it was.
pub(crate) async fn as_of(
    care: &Care,
    ctx: &Ctx,
    side: &mut Party,
    at: Micros,
) -> Result<(), Failure> {
    let Some(id) = &side.institution else {
        return Ok(());
    };
    let versions = care.store.history(ctx, &Organization::key(id)).await?;
    // Newest first; one that came later than the letter had its first values then.
    let then = versions.iter().find(|one| one.updated <= at);
    let then = then.or(versions.last()).map(|one| one.resource.clone());
    if let Some(organization) = then.and_then(Organization::from_resource) {
        reached(side, &organization);
    }
    Ok(())
}

fn reached(side: &mut Party, organization: &Organization) {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    side.postal = text(organization.postal_code());
    side.address = text(organization.address());
    side.phone = text(organization.telecom("phone"));
    side.fax = text(organization.telecom("fax"));
}

async fn read(care: &Care, ctx: &Ctx, case: &Case) -> Result<Vec<Stored>, Failure> {
    let ids = std::iter::once(case.sender.clone()).chain(case.addressee());
    let keys: Vec<Key> = ids.map(|id| Organization::key(&id)).collect();
    Ok(care.store.read_many(ctx, &keys).await?)
}

fn organization(found: &[Stored], id: &Id) -> Option<Organization> {
    let stored = found.iter().find(|one| one.key.id == *id)?;
    Organization::from_resource(stored.resource.clone())
}

fn party(found: &[Stored], who: Option<(Id, &str)>) -> Party {
    let Some((id, name)) = who else {
        return Party::default();
    };
    let mut party = Party {
        name: name.to_owned(),
        ..Party::default()
    };
    if let Some(organization) = organization(found, &id) {
        if party.name.is_empty() {
            organization.name().clone_into(&mut party.name);
        }
        reached(&mut party, &organization);
        organization
            .code()
            .unwrap_or_default()
            .clone_into(&mut party.code);
    }
    party.institution = Some(id);
    party
}
