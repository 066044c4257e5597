//! Task as the work of a referral: where it stands, whose turn it is, until when, and who did what.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::element::{
    code_of, concept, display_of, extension, instant_of, key_of, person, reference, set_extension,
    text_of, view,
};
use crate::system::{EVENT, HOLDER, MARK, NEWS, REASON, UNREAD, WATCHER};
use crate::{Key, Resource};

/// Codes of `businessStatus`: the states of a referral.
pub const STATE: &str = "https://renkei.example/fhir/CodeSystem/referral-state";
/// Codes of `statusReason`: why a referral was declined.
pub const DECLINE_REASON: &str = "https://renkei.example/fhir/CodeSystem/decline-reason";
/// Codes of `statusReason`, and of an Appointment's `cancelationReason`: why a referral or a booking was cancelled.
pub const CANCEL_REASON: &str = "https://renkei.example/fhir/CodeSystem/cancel-reason";
/// 紹介番号.
pub const REFERRAL_NUMBER: &str = "https://renkei.example/fhir/sid/referral-number";
/// A department as a code: the id of its HealthcareService.
pub const DEPARTMENT: &str = "https://renkei.example/fhir/sid/department";
const VISIT: &str = "https://renkei.example/fhir/StructureDefinition/visit";

view!(
    /// The work of a referral.
    Task, "Task"
);

/// One line of `note`: who did what, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Micros,
    /// The step's code.
    pub code: String,
    pub by: String,
    /// The institution that the person acted for.
    pub institution: Option<Id>,
    /// What the person wrote to it.
    pub text: String,
    /// Why, as a code; empty where the step asks for none.
    pub reason: String,
}

impl Task {
    pub fn new(id: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("intent", Value::from("order"));
        Self(resource)
    }

    /// The code of `businessStatus`.
    pub fn state(&self) -> Option<&str> {
        code_of(self.0.get("businessStatus")?, STATE)
    }

    pub fn status(&self) -> &str {
        self.0.str_at("status").unwrap_or_default()
    }

    pub fn set_state(&mut self, code: &str, status: &str) {
        self.0.set("status", Value::from(status));
        self.0.set("businessStatus", concept(STATE, code));
    }

    /// Why it stands so: a code of [`DECLINE_REASON`] or [`CANCEL_REASON`], and a text.
    pub fn reason(&self) -> Option<(&str, &str)> {
        let reason = self.0.get("statusReason")?;
        let code = code_of(reason, DECLINE_REASON).or_else(|| code_of(reason, CANCEL_REASON));
        Some((code?, text_of(reason, "text")))
    }

    /// `system` is [`DECLINE_REASON`] or [`CANCEL_REASON`].
    pub fn set_reason(&mut self, system: &str, code: &str, text: &str) {
        self.0.set("statusReason", said(system, code, text));
    }

    /// It stands where it stands for no particular reason.
    pub fn forget_reason(&mut self) {
        self.0.remove("statusReason");
    }

    /// The institution whose turn it is.
    pub fn holder(&self) -> Option<Id> {
        self.institution_at(HOLDER)
    }

    pub fn set_holder(&mut self, institution: Option<&Id>) {
        self.set_institution_at(HOLDER, institution);
    }

    /// The institution that has news to read, though it is not its turn.
    pub fn news(&self) -> Option<Id> {
        self.institution_at(NEWS)
    }

    pub fn set_news(&mut self, institution: Option<&Id>) {
        self.set_institution_at(NEWS, institution);
    }

    /// The institution that waits for the holder.
    pub fn watcher(&self) -> Option<Id> {
        self.institution_at(WATCHER)
    }

    pub fn set_watcher(&mut self, institution: Option<&Id>) {
        self.set_institution_at(WATCHER, institution);
    }

    /// Whether that institution has a message to read.
    pub fn has_unread(&self, institution: &Id) -> bool {
        let mut all = self.0.list("extension").iter();
        all.any(|one| is_unread_of(one, institution))
    }

    /// That institution has a message to read, or has read all.
    pub fn set_unread(&mut self, institution: &Id, unread: bool) {
        let all = self.0.list("extension").iter();
        let mut list: Vec<Value> = all
            .filter(|one| !is_unread_of(one, institution))
            .cloned()
            .collect();
        if unread {
            let key = Key::new("Organization", institution.clone());
            list.push(json!({"url": UNREAD, "valueReference": reference(&key, "")}));
        }
        if list.is_empty() {
            self.0.remove("extension");
        } else {
            self.0.set("extension", Value::Array(list));
        }
    }

    /// What tells it apart from others of its state.
    pub fn mark(&self) -> Option<&str> {
        extension(self.0.list("extension"), MARK)?
            .get("valueCode")?
            .as_str()
    }

    pub fn set_mark(&mut self, code: Option<&str>) {
        let value = code.map(|code| json!({"url": MARK, "valueCode": code}));
        set_extension(&mut self.0, MARK, value);
    }

    fn institution_at(&self, url: &str) -> Option<Id> {
        let value = extension(self.0.list("extension"), url)?.get("valueReference")?;
        key_of(value).map(|key| key.id)
    }

    fn set_institution_at(&mut self, url: &str, institution: Option<&Id>) {
        let value = institution.map(|id| {
            let key = Key::new("Organization", id.clone());
            json!({"url": url, "valueReference": reference(&key, "")})
        });
        set_extension(&mut self.0, url, value);
    }

    /// Until when the present step must be done.
    pub fn due(&self) -> Option<Micros> {
        instant_of(self.0.at(&["restriction", "period"])?, "end")
    }

    pub fn set_due(&mut self, due: Option<Micros>) {
        match due {
            Some(due) => self
                .0
                .set("restriction", json!({"period": {"end": due.to_fhir()}})),
            None => {
                self.0.remove("restriction");
            }
        }
    }

    /// 紹介番号, from sending on.
    pub fn number(&self) -> &str {
        self.0
            .get("groupIdentifier")
            .map_or("", |group| text_of(group, "value"))
    }

    pub fn set_number(&mut self, number: &str) {
        self.0.set(
            "groupIdentifier",
            json!({"system": REFERRAL_NUMBER, "value": number}),
        );
    }

    /// FHIR request-priority.
    pub fn priority(&self) -> &str {
        self.0.str_at("priority").unwrap_or("routine")
    }

    pub fn set_priority(&mut self, code: &str) {
        self.0.set("priority", Value::from(code));
    }

    /// What it is about, one line.
    pub fn description(&self) -> &str {
        self.0.str_at("description").unwrap_or_default()
    }

    pub fn set_description(&mut self, text: &str) {
        set_text(&mut self.0, "description", text);
    }

    pub fn patient(&self) -> Option<Id> {
        key_of(self.0.get("for")?).map(|key| key.id)
    }

    pub fn set_patient(&mut self, patient: &Id) {
        self.0
            .set("for", reference(&Key::new("Patient", patient.clone()), ""));
    }

    /// The ServiceRequest.
    pub fn focus(&self) -> Option<Key> {
        key_of(self.0.get("focus")?)
    }

    pub fn set_focus(&mut self, key: &Key) {
        self.0.set("focus", reference(key, ""));
    }

    /// Who asks: the sending institution, with its name.
    pub fn requester(&self) -> Option<(Id, &str)> {
        institution(self.0.get("requester")?)
    }

    pub fn set_requester(&mut self, institution: &Id, name: &str) {
        let key = Key::new("Organization", institution.clone());
        self.0.set("requester", reference(&key, name));
    }

    /// Who is asked: the addressed institution, with its name.
    pub fn owner(&self) -> Option<(Id, &str)> {
        institution(self.0.get("owner")?)
    }

    pub fn set_owner(&mut self, owner: Option<(&Id, &str)>) {
        match owner {
            Some((id, name)) => self.0.set(
                "owner",
                reference(&Key::new("Organization", id.clone()), name),
            ),
            None => {
                self.0.remove("owner");
            }
        }
    }

    /// The addressed department (HealthcareService), with its name. A code, so that lists can be filtered by it.
    pub fn department(&self) -> Option<(Id, &str)> {
        let mut codings = self
            .0
            .list("performerType")
            .iter()
            .filter_map(|one| one.get("coding")?.as_array())
            .flatten();
        let coding = codings.find(|coding| text_of(coding, "system") == DEPARTMENT)?;
        Some((
            text_of(coding, "code").parse().ok()?,
            text_of(coding, "display"),
        ))
    }

    pub fn set_department(&mut self, department: Option<(&Id, &str)>) {
        match department {
            Some((id, name)) => {
                let coding = json!({"system": DEPARTMENT, "code": id.as_str(), "display": name});
                self.0.set("performerType", json!([{"coding": [coding]}]));
            }
            None => {
                self.0.remove("performerType");
            }
        }
    }

    /// The version of the letter that this version of the task stands for.
    pub fn letter_version(&self) -> Option<u32> {
        let letter = self
            .0
            .list("input")
            .iter()
            .find_map(|one| one.get("valueReference"))?;
        text_of(letter, "reference").split('/').nth(3)?.parse().ok()
    }

    pub fn set_letter(&mut self, letter: &Id, version: u32) {
        let reference = format!("Composition/{letter}/_history/{version}");
        self.0.set(
            "input",
            json!([{"type": {"text": "letter"}, "valueReference": {"reference": reference}}]),
        );
    }

    /// Start of the booked appointment, so that lists need not read it.
    pub fn visit(&self) -> Option<Micros> {
        instant_of(extension(self.0.list("extension"), VISIT)?, "valueInstant")
    }

    pub fn set_visit(&mut self, start: Option<Micros>) {
        let value = start.map(|start| json!({"url": VISIT, "valueInstant": start.to_fhir()}));
        set_extension(&mut self.0, VISIT, value);
    }

    pub fn authored(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("authoredOn")?)
    }

    pub fn set_authored(&mut self, at: Micros) {
        self.0.set("authoredOn", Value::from(at.to_fhir()));
    }

    pub fn modified(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("lastModified")?)
    }

    pub fn set_modified(&mut self, at: Micros) {
        self.0.set("lastModified", Value::from(at.to_fhir()));
    }

    /// When it was sent.
    pub fn started(&self) -> Option<Micros> {
        instant_of(self.0.get("executionPeriod")?, "start")
    }

    pub fn set_started(&mut self, at: Micros) {
        self.0
            .set("executionPeriod", json!({"start": at.to_fhir()}));
    }

    /// When it was over. Says nothing about one that was never sent.
    pub fn set_ended(&mut self, at: Micros) {
        let started = self.started();
        if let Some(start) = started {
            self.0.set(
                "executionPeriod",
                json!({"start": start.to_fhir(), "end": at.to_fhir()}),
            );
        }
    }

    /// Who did what, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.list("note").iter().filter_map(entry).collect()
    }

    /// When it came to where it stands.
    pub fn since(&self) -> Option<Micros> {
        let last = self
            .0
            .list("note")
            .last()
            .and_then(|note| instant_of(note, "time"));
        last.or_else(|| self.authored())
    }

    pub fn push_entry(&mut self, entry: &Entry, account: Option<&Id>) {
        let mut author = person(account, &entry.by);
        if let (Value::Object(author), Some(institution)) = (&mut author, &entry.institution) {
            let key = Key::new("Organization", institution.clone());
            let value = json!([{"url": HOLDER, "valueReference": reference(&key, "")}]);
            author.insert("extension".to_owned(), value);
        }
        let mut notes = self.0.list("note").to_vec();
        let mut extension = vec![json!({"url": EVENT, "valueCode": entry.code})];
        if !entry.reason.is_empty() {
            extension.push(json!({"url": REASON, "valueCode": entry.reason}));
        }
        notes.push(json!({
            "extension": extension,
            "authorReference": author,
            "time": entry.at.to_fhir(),
            // Annotation.text is required: the code where nothing was written.
            "text": if entry.text.is_empty() { &entry.code } else { &entry.text },
        }));
        self.0.set("note", Value::Array(notes));
    }

    /// Takes the texts (not the steps) of all entries away.
    pub fn forget_texts(&mut self) {
        let mut notes = self.0.list("note").to_vec();
        for note in &mut notes {
            let code = note_code(note).to_owned();
            if let (Value::Object(note), false) = (note, code.is_empty()) {
                note.insert("text".to_owned(), Value::from(code));
            }
        }
        if !notes.is_empty() {
            self.0.set("note", Value::Array(notes));
        }
    }
}

fn institution(value: &Value) -> Option<(Id, &str)> {
    let key = key_of(value).filter(|key| key.typ == "Organization")?;
    Some((key.id, display_of(value)))
}

fn is_unread_of(one: &Value, institution: &Id) -> bool {
    let of = one.get("valueReference").and_then(key_of);
    text_of(one, "url") == UNREAD && of.is_some_and(|key| key.id == *institution)
}

fn note_code(note: &Value) -> &str {
    note_extension(note, EVENT)
}

fn note_extension<'a>(note: &'a Value, url: &str) -> &'a str {
    let list = note
        .get("extension")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    extension(list, url).map_or("", |event| text_of(event, "valueCode"))
}

fn entry(note: &Value) -> Option<Entry> {
    let code = note_code(note);
    let author = note.get("authorReference");
    let inside = author
        .and_then(|author| author.get("extension"))
        .and_then(Value::as_array);
    let institution = extension(inside.map_or(&[][..], Vec::as_slice), HOLDER)
        .and_then(|one| key_of(one.get("valueReference")?))
        .map(|key| key.id);
    let text = text_of(note, "text");
    Some(Entry {
        at: instant_of(note, "time")?,
        code: code.to_owned(),
        by: author.map_or("", display_of).to_owned(),
        institution,
        text: if text == code {
            String::new()
        } else {
            text.to_owned()
        },
        reason: note_extension(note, REASON).to_owned(),
    })
}

/// A reason in code and words.
pub(crate) fn said(system: &str, code: &str, text: &str) -> Value {
    let mut value = concept(system, code);
    if let (Value::Object(value), false) = (&mut value, text.is_empty()) {
        value.insert("text".to_owned(), Value::from(text));
    }
    value
}

/// Sets a text, or removes it when it is empty (FHIR has no empty strings).
pub(crate) fn set_text(resource: &mut Resource, name: &str, text: &str) {
    if text.is_empty() {
        resource.remove(name);
    } else {
        resource.set(name, Value::from(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessors_leave_the_rest_alone() {
        let text = r#"{"resourceType":"Task","id":"t","x":2.50,"extension":[{"url":"u","valueDecimal":1.0}],"status":"draft"}"#;
        let mut task = Task::from_resource(Resource::from_json(text).unwrap()).unwrap();
        let institution: Id = "o1".parse().unwrap();
        task.set_holder(Some(&institution));
        task.set_state("sent", "requested");
        task.set_holder(None);
        insta::assert_snapshot!(task.resource().to_json(), @r#"{"resourceType":"Task","id":"t","x":2.50,"extension":[{"url":"u","valueDecimal":1.0}],"status":"requested","businessStatus":{"coding":[{"system":"https://renkei.example/fhir/CodeSystem/referral-state","code":"sent"}]}}"#);
    }

    #[test]
    fn entries_come_back() {
        let mut task = Task::new(&"t".parse().unwrap());
        let mut entry = Entry {
            at: Micros(1_000_000),
            code: "decline".to_owned(),
            by: "佐藤".to_owned(),
            institution: "o1".parse().ok(),
            text: "満床".to_owned(),
            reason: "no-capacity".to_owned(),
        };
        task.push_entry(&entry, None);
        assert_eq!(task.entries(), [entry.clone()]);
        task.forget_texts();
        entry.text = String::new();
        assert_eq!(task.entries(), [entry]);
    }
}
