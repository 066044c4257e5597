//! An institution: registered by hand where no file has it, and what it says of itself.

use std::collections::HashMap;

use renkei_access::policy::Action;
use renkei_base::code::{InstitutionCode, MunicipalityCode, Prefecture};
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Ctx, Fault, Id, Refusal, Scope};
use renkei_fhir::{Key, Location, Organization, organization};
use renkei_store::institution::{InstitutionRow, InstitutionValue};
use renkei_store::{Changes, Failure, FoundText, Note, Place, Store, StoreError};

pub use crate::contact::{Contact, contact_of, meet};
use crate::{Kind, contact, gate};

/// The source of values that an institution, or the region for it, has typed. Imports leave these alone.
pub const OWN_SOURCE: &str = "own";

/// Where institutions live: nobody's compartment.
pub(crate) const PLACE: Place = Place {
    patient: None,
    scope: Scope::Record,
    owner: None,
};

/// A new institution as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewInstitution {
    /// `clinic`, `pharmacy` …
    pub kind: String,
    pub name: String,
    pub kana: String,
    /// Six digits, or five.
    pub municipality: String,
    /// With or without the prefecture.
    pub address: String,
    /// Ten digits, or empty.
    pub code: String,
    pub contact: Contact,
}

/// An institution with its place, as pages show it.
#[derive(Clone, Debug)]
pub struct Institution {
    pub id: Id,
    pub organization: Organization,
    pub location: Option<Location>,
    pub row: InstitutionRow,
    /// Values with a source of their own.
    pub values: Vec<InstitutionValue>,
}

/// One institution. Open to everybody; `None` where there is none.
pub async fn get(store: &Store, ctx: &Ctx, id: &Id) -> Result<Option<Institution>, Failure> {
    let Some(row) = store.institution(id).await? else {
        return Ok(None);
    };
    let keys = [Organization::key(id), Location::key(id)];
    let mut organization = None;
    let mut location = None;
    for stored in store.read_many(ctx, &keys).await? {
        match stored.key.typ.as_str() {
            Location::TYPE => location = Location::from_resource(stored.resource),
            _ => organization = Organization::from_resource(stored.resource),
        }
    }
    let values = store.institution_values(id).await?;
    Ok(organization.map(|organization| Institution {
        id: id.clone(),
        organization,
        location,
        row,
        values,
    }))
}

/// The telephone numbers of these institutions, as of one page of a list; those that state none are left out.
pub async fn phones(
    store: &Store,
    ctx: &Ctx,
    ids: &[Id],
) -> Result<HashMap<Id, String>, StoreError> {
    let keys: Vec<Key> = ids.iter().map(Organization::key).collect();
    let found = store.read_many_text(ctx, &keys).await?;
    let phone = |found: FoundText| {
        let phone = organization::telecom_in(&found.text.body, "phone")?;
        Some((found.key.id, phone))
    };
    Ok(found.into_iter().filter_map(phone).collect())
}

/// Registers an institution that no file has. Returns its id.
pub async fn register(store: &Store, ctx: &Ctx, new: &NewInstitution) -> Result<Id, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let id = ctx.ids.id();
    let organization = checked(new, &id)?;
    if let Some(code) = organization.code()
        && store.institution_by_code(code).await?.is_some()
    {
        return Err(Refusal::fault("code", "fault-institution-code-taken").into());
    }
    let mut location = Location::of_institution(&id);
    location.set_name(organization.name());
    let mut row = row_of(&organization, &id);
    OWN_SOURCE.clone_into(&mut row.source);
    row.source_date = ctx.at.in_japan().date().to_string();
    row.updated = ctx.at;
    let mut changes = Changes::default();
    changes.put_institution(&row);
    changes.create(organization.into_resource(), PLACE);
    changes.create(location.into_resource(), PLACE);
    changes.note(Note::new("institution.register").what(Organization::key(&id)));
    store.commit(ctx, changes).await?;
    Ok(id)
}

/// Whether the caller may change what this institution says of itself.
pub fn may_edit(ctx: &Ctx, id: &Id) -> bool {
    gate::own(ctx, id).is_ok()
}

/// Whether the caller may say of this institution's page that it is right: those at its desk, and the region for it.
pub fn may_confirm(ctx: &Ctx, id: &Id) -> bool {
    gate::departments(ctx, id).is_ok()
}

/// Changes what an institution says of itself. Later imports leave these values alone.
pub async fn edit(store: &Store, ctx: &Ctx, id: &Id, contact: &Contact) -> Result<(), Failure> {
    gate::own(ctx, id)?;
    let stored = store
        .read(ctx, &Organization::key(id))
        .await?
        .ok_or(Refusal::NotFound)?;
    let before = store.institution(id).await?.ok_or(Refusal::NotFound)?;
    let mut organization =
        Organization::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    let place = store.read(ctx, &Location::key(id)).await?;
    let mut location = place
        .as_ref()
        .and_then(|place| Location::from_resource(place.resource.clone()))
        .unwrap_or_else(|| Location::of_institution(id));
    let old = contact_of(&organization, Some(&location));
    let mut faults = Vec::new();
    contact::set(&mut organization, contact, &mut faults);
    contact::set_place(&mut organization, &mut location, contact, &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let mut changes = Changes::default();
    let new = contact_of(&organization, Some(&location));
    for (field, value) in contact::changed(&old, &new) {
        changes.put_institution_value(&InstitutionValue {
            institution: id.clone(),
            field: field.to_owned(),
            value: value.clone(),
            source: OWN_SOURCE.to_owned(),
            source_date: ctx.at.in_japan().date().to_string(),
            confirmed_by: ctx.caller.account.clone(),
            confirmed_at: Some(ctx.at),
        });
    }
    changes.put_institution(&InstitutionRow {
        source: before.source,
        source_date: before.source_date,
        fingerprint: before.fingerprint,
        updated: ctx.at,
        ..row_of(&organization, id)
    });
    changes.update(&stored, organization.into_resource());
    match place {
        Some(place) => changes.update(&place, location.into_resource()),
        None => changes.create(location.into_resource(), PLACE),
    }
    changes.note(Note::new("institution.edit").what(Organization::key(id)));
    changes.tell.push(id.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

fn checked(new: &NewInstitution, id: &Id) -> Result<Organization, Refusal> {
    let mut faults = Vec::new();
    let mut organization = Organization::new(id);
    match Kind::from_code(&new.kind) {
        Some(kind) => organization.set_kind(kind.code()),
        None => faults.push(Fault::new("kind", "fault-institution-kind")),
    }
    let name = line(&new.name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-institution-name"));
    }
    organization.set_name(&name);
    let kana = line(&new.kana, "kana", &mut faults);
    organization.set_kana(
        (!kana.is_empty())
            .then(|| renkei_base::name::to_katakana(&kana))
            .as_deref(),
    );
    match MunicipalityCode::parse(&new.municipality) {
        Ok(code) => {
            let prefecture = code.prefecture();
            organization.set_municipality(code.as_str());
            organization.set_prefecture(&prefecture.map(Prefecture::code).unwrap_or_default());
            let address = line(&new.address, "address", &mut faults);
            organization.set_address(&with_prefecture(&address, prefecture));
        }
        Err(fault) => faults.push(fault.fault("municipality")),
    }
    if !new.code.trim().is_empty() {
        match InstitutionCode::parse(&new.code) {
            Ok(code) => organization.set_code(code.as_str()),
            Err(fault) => faults.push(fault.fault("code")),
        }
    }
    contact::set(&mut organization, &new.contact, &mut faults);
    if faults.is_empty() {
        Ok(organization)
    } else {
        Err(Refusal::Invalid(faults))
    }
}

pub(crate) fn with_prefecture(address: &str, prefecture: Option<Prefecture>) -> String {
    match (Prefecture::of_address(address), prefecture) {
        (None, Some(prefecture)) => format!("{}{address}", prefecture.name()),
        _ => address.to_owned(),
    }
}

/// One line of text without control characters; blanks around it go.
pub(crate) fn line(text: &str, field: &str, faults: &mut Vec<Fault>) -> String {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        faults.push(Fault::new(field, "fault-institution-control"));
    }
    if text.chars().count() > LINE_CHARS {
        faults.push(Fault::new(field, "fault-institution-too-long").with("limit", LINE_CHARS));
    }
    text.to_owned()
}

/// The compact row of an Organization. Source and time are the caller's to set.
pub(crate) fn row_of(organization: &Organization, id: &Id) -> InstitutionRow {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let earlier: Vec<String> = organization
        .earlier_names()
        .into_iter()
        .map(|earlier| earlier.name)
        .collect();
    InstitutionRow {
        id: id.clone(),
        kind: text(organization.kind()),
        prefecture: text(organization.prefecture()),
        municipality: text(organization.municipality()),
        registry_id: organization.registry_id().map(str::to_owned),
        code: organization.code().map(str::to_owned),
        name: organization.name().to_owned(),
        kana: text(organization.kana()),
        short: text(organization.short_name()),
        other_names: earlier.join("\n"),
        address: text(organization.address()),
        active: organization.active(),
        source: String::new(),
        source_date: String::new(),
        fingerprint: String::new(),
        updated: renkei_base::Micros::default(),
    }
}
