//! A row of 医療情報ネット as Organization and Location, new or changed.

use renkei_base::{Id, Micros};
use renkei_fhir::{Location, Organization};
use renkei_store::BedCount;
use renkei_store::institution::InstitutionRow;
use renkei_store::opening::Hours;

use super::medical::Record;
use super::medical_days::as_openings;
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
    /// What the row says of hours and closed days; `None` where the file has no such columns.
    pub(super) hours: Option<Hours>,
    pub(super) beds: Option<Vec<(String, BedCount)>>,
    /// `None` where the file has no such columns, or the institution has said it itself.
    pub(super) position: Option<Option<(f64, f64)>>,
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
    place(record, &mut location, is_own("position"));
    let mut row = row_of(&organization, id);
    SOURCE.clone_into(&mut row.source);
    origin.date.clone_into(&mut row.source_date);
    row.fingerprint = record.fingerprint();
    row.updated = origin.at;
    Applied {
        position: (record.position.is_some() && !is_own("position")).then(|| location.position()),
        organization,
        location,
        row,
        hours: hours_of(record),
        beds: record.beds.as_ref().map(|beds| bed_counts(beds.as_deref())),
    }
}

fn hours_of(record: &Record) -> Option<Hours> {
    let closed = record.closed_days.as_ref();
    if closed.is_none() && record.openings.is_none() {
        return None;
    }
    let mut openings = as_openings(closed.cloned().flatten().as_deref().unwrap_or_default());
    openings.extend(record.openings.iter().flatten().cloned());
    Some(Hours {
        departments: Vec::new(),
        openings,
    })
}

fn bed_counts(beds: Option<&[(&'static str, u32)]>) -> Vec<(String, BedCount)> {
    let beds = beds.unwrap_or_default().iter();
    beds.map(|(kind, number)| ((*kind).to_owned(), BedCount::Stated(*number)))
        .collect()
}

fn place(record: &Record, location: &mut Location, own_position: bool) {
    if let Some(position) = record.position.as_ref().filter(|_| !own_position) {
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
