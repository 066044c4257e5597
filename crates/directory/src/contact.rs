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

impl Contact {
    /// The fields by name.
    pub fn fields(&self) -> [(&'static str, &String); 11] {
        [
            ("short", &self.short),
            ("postal_code", &self.postal_code),
            ("address", &self.address),
            ("phone", &self.phone),
            ("fax", &self.fax),
            ("url", &self.url),
            ("desk", &self.desk),
            ("desk_phone", &self.desk_phone),
            ("desk_fax", &self.desk_fax),
            ("hours", &self.hours),
            ("access", &self.access),
        ]
    }

    /// The same, to be written.
    pub fn fields_mut(&mut self) -> [(&'static str, &mut String); 11] {
        [
            ("short", &mut self.short),
            ("postal_code", &mut self.postal_code),
            ("address", &mut self.address),
            ("phone", &mut self.phone),
            ("fax", &mut self.fax),
            ("url", &mut self.url),
            ("desk", &mut self.desk),
            ("desk_phone", &mut self.desk_phone),
            ("desk_fax", &mut self.desk_fax),
            ("hours", &mut self.hours),
            ("access", &mut self.access),
        ]
    }
}

/// What is typed on top of what is stored `now`: a field that was left as it was `shown` follows what somebody else has
/// stored since.
///
/// # Errors
/// Fields that both changed, with what is stored.
pub fn meet(
    shown: &Contact,
    typed: &Contact,
    now: &Contact,
) -> Result<Contact, Vec<(&'static str, String)>> {
    let mut both = typed.clone();
    let mut differ = Vec::new();
    let others = shown.fields().into_iter().zip(now.fields());
    for ((name, mine), ((_, was), (_, theirs))) in both.fields_mut().into_iter().zip(others) {
        if same(mine, was) {
            mine.clone_from(theirs);
        } else if !same(was, theirs) && !same(mine, theirs) {
            differ.push((name, theirs.clone()));
        }
    }
    if differ.is_empty() {
        Ok(both)
    } else {
        Err(differ)
    }
}

/// Browsers send the ends of lines their own way.
fn same(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

/// The fields that differ, with their new values.
pub(crate) fn changed<'a>(
    old: &Contact,
    new: &'a Contact,
) -> impl Iterator<Item = (&'static str, &'a String)> {
    let was = old.fields().map(|(_, text)| text.clone());
    let pairs = new.fields().into_iter().zip(was);
    pairs
        .filter(|((_, text), was)| *text != was)
        .map(|(field, _)| field)
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
