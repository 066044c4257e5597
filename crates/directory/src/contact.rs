//! What an institution says of itself: how it is reached, where its liaison desk is, when and how one comes.

use renkei_base::Fault;
use renkei_base::code::{MunicipalityCode, postal_code, telephone};
use renkei_base::limits::NOTE_CHARS;
use renkei_fhir::{Location, Organization};

use crate::import::medical::web_address;
use crate::institution::{line, with_prefecture};

/// What an institution may change of itself. Empty takes a value away, but for the address, which then stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    pub short: String,
    pub postal_code: String,
    /// With or without the prefecture.
    pub address: String,
    pub phone: String,
    pub fax: String,
    pub url: String,
    /// 連携室 as it calls itself.
    pub desk: String,
    pub desk_phone: String,
    pub desk_fax: String,
    /// When one may come, over several lines.
    pub hours: String,
    /// How to get there, over several lines.
    pub access: String,
}

/// What an institution says of itself now, for pages and forms.
pub fn contact_of(organization: &Organization, location: Option<&Location>) -> Contact {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Contact {
        short: text(organization.short_name()),
        postal_code: text(organization.postal_code()),
        address: text(organization.address()),
        phone: text(organization.telecom("phone")),
        fax: text(organization.telecom("fax")),
        url: text(organization.telecom("url")),
        desk: text(organization.desk(None)),
        desk_phone: text(organization.desk(Some("phone"))),
        desk_fax: text(organization.desk(Some("fax"))),
        hours: text(location.and_then(Location::hours_note)),
        access: text(location.and_then(Location::access_note)),
    }
}

/// The fields that differ, with their new values.
pub(crate) fn changed<'a>(
    old: &Contact,
    new: &Contact,
) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
    let pairs = [
        ("short", &old.short, &new.short),
        ("postal_code", &old.postal_code, &new.postal_code),
        ("address", &old.address, &new.address),
        ("phone", &old.phone, &new.phone),
        ("fax", &old.fax, &new.fax),
        ("url", &old.url, &new.url),
        ("desk", &old.desk, &new.desk),
        ("desk_phone", &old.desk_phone, &new.desk_phone),
        ("desk_fax", &old.desk_fax, &new.desk_fax),
        ("hours", &old.hours, &new.hours),
        ("access", &old.access, &new.access),
    ];
    let changed: Vec<(&str, String)> = pairs
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, _, new)| (field, new.clone()))
        .collect();
    changed.into_iter()
}

/// Writes what belongs to the Organization, without its address.
pub(crate) fn set(organization: &mut Organization, contact: &Contact, faults: &mut Vec<Fault>) {
    let short = line(&contact.short, "short", faults);
    organization.set_short_name(filled(&short));
    let postal = optional(&contact.postal_code, "postal_code", faults, |text| {
        postal_code(text).map_err(|fault| fault.key())
    });
    organization.set_postal_code(postal.as_deref());
    for (system, text) in [("phone", &contact.phone), ("fax", &contact.fax)] {
        organization.set_telecom(system, number(text, system, faults).as_deref());
    }
    let url = optional(&contact.url, "url", faults, |text| {
        web_address(text).ok_or("fault-institution-url")
    });
    organization.set_telecom("url", url.as_deref());
    let desk = line(&contact.desk, "desk", faults);
    let phone = number(&contact.desk_phone, "desk_phone", faults);
    let fax = number(&contact.desk_fax, "desk_fax", faults);
    organization.set_desk(filled(&desk), phone.as_deref(), fax.as_deref());
}

/// Writes the address, and what belongs to the Location.
pub(crate) fn set_place(
    organization: &mut Organization,
    location: &mut Location,
    contact: &Contact,
    faults: &mut Vec<Fault>,
) {
    let address = line(&contact.address, "address", faults);
    if !address.is_empty() {
        let code = MunicipalityCode::parse(organization.municipality().unwrap_or_default()).ok();
        let prefecture = code.and_then(|code| code.prefecture());
        organization.set_address(&with_prefecture(&address, prefecture));
    }
    let hours = lines(&contact.hours, "hours", faults);
    location.set_hours_note(filled(&hours));
    let access = lines(&contact.access, "access", faults);
    location.set_access_note(filled(&access));
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn number(text: &str, field: &str, faults: &mut Vec<Fault>) -> Option<String> {
    optional(text, field, faults, |text| {
        telephone(text).map_err(|fault| fault.key())
    })
}

/// A field that may be empty; a fault leaves it empty.
fn optional(
    text: &str,
    field: &str,
    faults: &mut Vec<Fault>,
    parse: impl Fn(&str) -> Result<String, &'static str>,
) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    parse(text)
        .map_err(|key| faults.push(Fault::new(field, key)))
        .ok()
}

/// Text over several lines, without other control characters.
fn lines(text: &str, field: &str, faults: &mut Vec<Fault>) -> String {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().any(|c| c.is_control() && c != '\n') {
        faults.push(Fault::new(field, "fault-institution-control"));
    }
    if text.chars().count() > NOTE_CHARS {
        faults.push(Fault::new(field, "fault-institution-too-long").with("limit", NOTE_CHARS));
    }
    text
}
