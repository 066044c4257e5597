//! Reads a letter from a document Bundle that was checked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_base::Micros;
use serde_json::Value;

use super::bundle::{Entries, value};
use super::letter::{Enclosed, Identifier, Letter, Section, Sender};
use super::node::Node;
use super::rules::rules;
use super::say;
use crate::Resource;
use crate::composition::{CLOSES, MORE};
use crate::element::{narrative_text, text_of};
use crate::system::INSTITUTION_NO;

/// The letter in a Bundle. What is missing is empty: [`super::check`] says what may be missing.
pub fn read(bundle: &Resource) -> Letter {
    let value = value(bundle);
    let entries = Entries::of(&value, "Bundle");
    let Some(composition) = entries.of_type("Composition").next() else {
        return Letter::default();
    };
    let mut letter = Letter {
        identifier: identifier(&value, "identifier").unwrap_or_default(),
        at: Micros::from_fhir(text_of(&value, "timestamp")).unwrap_or_default(),
        answers: related(composition, "appends"),
        replaces: related(composition, "replaces"),
        closes: says(composition, CLOSES),
        more: says(composition, MORE),
        ..Letter::default()
    };
    if let Some(patient) = entries.of_type("Patient").next() {
        letter.patient = patient.value.clone();
    }
    for section in composition.children("section") {
        top(&section, &entries, &mut letter);
    }
    for unseen in unseen_files(composition, &entries) {
        letter.files.extend(unseen);
    }
    if letter.from.doctor.is_empty() {
        letter.from.doctor = author(composition, &entries);
    }
    letter
}

fn identifier(value: &Value, name: &str) -> Option<Identifier> {
    let one = value.get(name)?;
    Some(Identifier {
        system: text_of(one, "system").to_owned(),
        value: text_of(one, "value").to_owned(),
    })
}

/// The document that this one answers (`appends`) or corrects (`replaces`).
fn related(composition: &Node<'_>, code: &str) -> Option<Identifier> {
    let related = composition.list("relatesTo").iter();
    let mut related = related.filter(|one| text_of(one, "code") == code);
    identifier(related.next()?, "targetIdentifier")
}

/// Whether an extension of ours is there and says yes.
fn says(composition: &Node<'_>, url: &str) -> bool {
    let mut list = composition.list("extension").iter();
    let found = list.find(|one| text_of(one, "url") == url);
    found.and_then(|one| one.get("valueBoolean")?.as_bool()) == Some(true)
}

fn top(section: &Node<'_>, entries: &Entries<'_>, letter: &mut Letter) {
    match code_of(section) {
        "920" => letter.from = party(section, entries),
        "910" => letter.to = party(section, entries),
        "230" => letter.pdf.extend(files(section, entries)),
        "300" => {
            for inner in section.children("section") {
                take(&inner, entries, letter);
            }
            // A parent may say something itself.
            let own = spoken(section, entries);
            if !own.text.is_empty() {
                letter.sections.push(own);
            }
        }
        _ => take(section, entries, letter),
    }
}

fn take(section: &Node<'_>, entries: &Entries<'_>, letter: &mut Letter) {
    let files = files(section, entries);
    let mut spoken = spoken(section, entries);
    // A list of the enclosed files says nothing that the files do not.
    let titles = |line: &str| files.iter().any(|file| file.title == line);
    if spoken.text.lines().all(titles) {
        spoken.text.clear();
    }
    spoken.lines.retain(|line| !titles(line));
    let (texts, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_text);
    for file in texts {
        let text = String::from_utf8(file.bytes).unwrap_or_default();
        spoken.text = joined(&spoken.text, text.trim());
    }
    letter.files.extend(files);
    // Several of one code (備考) are one to us.
    let same = letter
        .sections
        .iter_mut()
        .find(|one| one.code == spoken.code);
    match same {
        Some(same) => {
            same.text = joined(&same.text, &spoken.text);
            same.lines.extend(spoken.lines);
        }
        None if spoken.text.is_empty() => {}
        None => letter.sections.push(spoken),
    }
    for inner in section.children("section") {
        take(&inner, entries, letter);
    }
}

/// A text file is a text of its section.
fn is_text(file: &Enclosed) -> bool {
    file.mime.starts_with("text/plain") && std::str::from_utf8(&file.bytes).is_ok()
}

fn joined(one: &str, other: &str) -> String {
    match (one.is_empty(), other.is_empty()) {
        (_, true) => one.to_owned(),
        (true, _) => other.to_owned(),
        _ => format!("{one}\n{other}"),
    }
}

/// The code in whichever of the code systems.
fn code_of<'a>(section: &Node<'a>) -> &'a str {
    let codings = section.walk(&["code", "coding"]);
    let known = codings
        .iter()
        .find(|one| rules().is_section_system(one.text("system")));
    known.or(codings.first()).map_or("", |one| one.text("code"))
}

fn spoken(section: &Node<'_>, entries: &Entries<'_>) -> Section {
    let code = code_of(section).to_owned();
    let title = match section.text("title") {
        "" => rules()
            .section(&code)
            .map_or("", |rule| rule.title.as_str()),
        title => title,
    };
    let text = section
        .value
        .get("text")
        .map(narrative_text)
        .unwrap_or_default();
    let text = text.trim().to_owned();
    let said: Vec<String> = pointed(section, entries)
        .iter()
        .map(|node| say::resource(node.value))
        .filter(|line| !line.is_empty())
        .collect();
    let lines: Vec<String> = said
        .into_iter()
        .filter(|line| !text.contains(line.as_str()))
        .collect();
    Section {
        title: title.to_owned(),
        text: if text.is_empty() {
            lines.join("\n")
        } else {
            text
        },
        code,
        lines,
        coded: Vec::new(),
    }
}

fn pointed<'a>(section: &Node<'a>, entries: &'a Entries<'a>) -> Vec<&'a Node<'a>> {
    let list = section.list("entry").iter();
    list.filter_map(|one| entries.find(text_of(one, "reference")))
        .collect()
}

fn party(section: &Node<'_>, entries: &Entries<'_>) -> Sender {
    let mut party = Sender::default();
    for node in pointed(section, entries) {
        match node.text("resourceType") {
            "Organization" => organization(node, &mut party),
            "Practitioner" => party.doctor = say::name(node.value),
            _ => {}
        }
    }
    party
}

fn organization(node: &Node<'_>, party: &mut Sender) {
    let identifiers = node.list("identifier").iter();
    let mut numbers = identifiers.filter(|one| text_of(one, "system") == INSTITUTION_NO);
    party.code = numbers
        .next()
        .map_or("", |one| text_of(one, "value"))
        .to_owned();
    party.name = node.text("name").to_owned();
    for telecom in node.list("telecom") {
        match text_of(telecom, "system") {
            "phone" if party.phone.is_empty() => party.phone = text_of(telecom, "value").to_owned(),
            "fax" if party.fax.is_empty() => party.fax = text_of(telecom, "value").to_owned(),
            _ => {}
        }
    }
    if let Some(address) = node.list("address").first() {
        party.address = text_of(address, "text").to_owned();
        party.postal = text_of(address, "postalCode").to_owned();
    }
    let extensions = node.list("extension").iter();
    let department = extensions.filter(|one| text_of(one, "url").ends_with("/JP_eCS_Department"));
    let concept = department
        .filter_map(|one| one.get("valueCodeableConcept"))
        .next();
    party.department = concept.map(say::concept).unwrap_or_default();
}

fn author(composition: &Node<'_>, entries: &Entries<'_>) -> String {
    let authors = composition.list("author").iter();
    let mut people = authors
        .filter_map(|one| entries.find(text_of(one, "reference")))
        .filter(|node| node.text("resourceType") == "Practitioner");
    people
        .next()
        .map(|node| say::name(node.value))
        .unwrap_or_default()
}

fn files(section: &Node<'_>, entries: &Entries<'_>) -> Vec<Enclosed> {
    let pointed = pointed(section, entries);
    let documents = pointed
        .iter()
        .filter(|node| node.text("resourceType") == "DocumentReference");
    documents.flat_map(|node| enclosed(node, entries)).collect()
}

/// Files that no section points to: nothing that came is dropped.
fn unseen_files(composition: &Node<'_>, entries: &Entries<'_>) -> Vec<Vec<Enclosed>> {
    let text = composition.value.to_string();
    let documents = entries.iter().filter(|(node, url)| {
        node.text("resourceType") == "DocumentReference" && !text.contains(*url)
    });
    documents.map(|(node, _)| enclosed(node, entries)).collect()
}

fn enclosed(document: &Node<'_>, entries: &Entries<'_>) -> Vec<Enclosed> {
    let attachments = document.walk(&["content", "attachment"]);
    let files = attachments.iter().filter_map(|attachment| {
        let (mime, data) = bytes(attachment, entries)?;
        let titles = [attachment.text("title"), document.text("description")];
        let title = titles
            .into_iter()
            .find(|title| !title.is_empty())
            .unwrap_or_default();
        Some(Enclosed {
            title: title.to_owned(),
            mime,
            bytes: data,
        })
    });
    files.collect()
}

/// The bytes that are inside, or in a Binary of the document.
fn bytes(attachment: &Node<'_>, entries: &Entries<'_>) -> Option<(String, Vec<u8>)> {
    let (mime, data) = match attachment.text("data") {
        "" => {
            let binary = entries.find(attachment.text("url"))?;
            (binary.text("contentType"), binary.text("data"))
        }
        data => (attachment.text("contentType"), data),
    };
    // Base64 may be broken into lines.
    let plain: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD
        .decode(plain)
        .ok()
        .filter(|bytes| !bytes.is_empty())?;
    Some((mime.to_owned(), bytes))
}
