//! A row of 医療情報ネット as Organization and Location, new or changed.

use renkei_base::{Id, Micros};
use renkei_fhir::{Location, Organization};
use renkei_store::institution::InstitutionRow;

use super::medical::Record;
use crate::institution::row_of;

/// The name of this source in the tables.
pub(crate) const SOURCE: &str = "medical-information-net";

/// Where a row comes from and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    /// `2025-06-01`: of the file, or the day of the import.
    pub(super) date: &'a str,
    /// The day before, until which a changed name was known.
    pub(super) day_before: &'a str,
    pub(super) at: Micros,
}

/// An institution as it is to be stored.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) organization: Organization,
    pub(super) location: Location,
    pub(super) row: InstitutionRow,
}

/// Writes what the row says into what is there. `own` are the fields that the institution has said itself: these stay.
pub(super) fn apply(
    record: &Record,
    before: Option<(Organization, Location)>,
    id: &Id,
    own: &[String],
    origin: Origin<'_>,
) -> Applied {
    let is_own = |field: &str| own.iter().any(|one| one == field);
    let (mut organization, mut location) =
        before.unwrap_or_else(|| (Organization::new(id), Location::of_institution(id)));
    organization.set_registry_id(&record.registry_id);
    organization.set_kind(record.kind.code());
    organization.set_prefecture(&record.prefecture);
    organization.set_municipality(&record.municipality);
    if !is_own("name") {
        organization.rename(&record.name, origin.day_before);
        location.set_name(&record.name);
    }
    if let Some(kana) = record.kana.as_ref().filter(|_| !is_own("kana")) {
        organization.set_kana(kana.as_deref());
    }
    if let Some(short) = record.short.as_ref().filter(|_| !is_own("short")) {
        organization.set_short_name(short.as_deref());
    }
    if let Some(latin) = &record.latin {
        organization.set_latin_name(latin.as_deref());
    }
    if !is_own("address") {
        organization.set_address(&record.address);
    }
    if let Some(url) = record.url.as_ref().filter(|_| !is_own("url")) {
        organization.set_telecom("url", url.as_deref());
    }
    if let Some(beds) = &record.beds {
        organization.set_beds(beds.as_deref().unwrap_or_default());
    }
    place(record, &mut location);
    let mut row = row_of(&organization, id);
    SOURCE.clone_into(&mut row.source);
    origin.date.clone_into(&mut row.source_date);
    row.fingerprint = record.fingerprint();
    row.updated = origin.at;
    Applied {
        organization,
        location,
        row,
    }
}

fn place(record: &Record, location: &mut Location) {
    if let Some(position) = &record.position {
        let position = position.as_ref();
        location.set_position(position.map(|(lat, lon)| (lat.as_str(), lon.as_str())));
    }
    if let Some(days) = &record.closed_days {
        location.set_closed_days(days.as_deref());
    }
    if let Some(note) = &record.closed_note {
        location.set_closed_note(note.as_deref());
    }
}
