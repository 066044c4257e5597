//! A letter that came in, as a case: its patient, its request and task, its texts and files.

use renkei_base::era::Month;
use renkei_base::name::search_key;
use renkei_base::{Ctx, Grantee, Id, Machine, Micros, Refusal, Scope};
use renkei_fhir::composition::{Composition, DOCUMENT_TYPE, Mode, REFERRAL_LETTER, SECTION};
use renkei_fhir::document::{Enclosed, Letter};
use renkei_fhir::document_reference::{DocumentReference, File};
use renkei_fhir::medication_request;
use renkei_fhir::patient::{LOCAL, Patient, Script};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::system::PATIENT_LOCAL_PREFIX;
use renkei_fhir::task::{Entry, Task};
use renkei_fhir::{Organization, Resource};
use renkei_store::{
    Access, Changes, Count, DocumentRow, DocumentState, Failure, Place, Query, Stored, escape,
};
use serde_json::{Value, json};

use super::arrive::Arrived;
use super::beyond;
use super::map::{MEDICATION, subject, whole};
use crate::attachment::Kind;
use crate::letter::split_medication;
use crate::referral::{State, Step, number, turn};
use crate::text::headline;
use crate::{Care, count};

/// Characters of the line that lists show.
const SUBJECT_CHARS: usize = 40;
/// For files that are none of ours: a browser is to keep them, not to open them.
const UNKNOWN: &str = "application/octet-stream";

/// The two institutions of a case.
pub(crate) struct Ends {
    pub(crate) from: Organization,
    pub(crate) to: Organization,
}

/// Where the resources of a document's case live.
pub(crate) fn place(row: &DocumentRow, owner: Option<&Id>) -> Place {
    Place {
        patient: Some(row.patient.clone()),
        scope: Scope::Case(row.case.clone()),
        owner: owner.cloned(),
    }
}

/// What who brought a document sees of it: this case, nothing else. A reply opens no case to a gateway: it belongs to a
/// letter that perhaps another one brought, or nobody.
pub(super) fn bringer(ctx: &Ctx, row: &DocumentRow) -> Vec<Access> {
    let grantee = match ctx.caller.machine {
        Some(Machine::Gateway) if row.kind == "reply" => None,
        Some(Machine::Gateway) => ctx.caller.account.clone().map(Grantee::Person),
        _ => ctx.caller.institution.clone().map(Grantee::Institution),
    };
    grantee
        .map(|grantee| open(row, grantee))
        .into_iter()
        .collect()
}

fn open(row: &DocumentRow, grantee: Grantee) -> Access {
    Access {
        patient: row.patient.clone(),
        grantee,
        scope: Scope::Case(row.case.clone()),
        until: Micros::NEVER,
    }
}

/// The changes of a letter: a case where both institutions are known, else it waits.
pub(super) async fn take(
    care: &Care,
    ctx: &Ctx,
    arrived: &Arrived,
    row: &mut DocumentRow,
) -> Result<Changes, Failure> {
    let mut known = None;
    if let Some(sender) = &row.from.institution {
        known = same_patient(care, ctx, sender, &arrived.letter).await?;
        if let Some(found) = &known {
            row.patient = found.key.id.clone();
        }
    }
    match ends(care, ctx, row).await? {
        Some(ends) => case(care, ctx, row, &arrived.letter, &ends, known.as_ref()).await,
        None => {
            row.state = DocumentState::Waiting;
            Ok(Changes::default())
        }
    }
}

/// Both institutions, where the directory knows them.
pub(crate) async fn ends(
    care: &Care,
    ctx: &Ctx,
    row: &DocumentRow,
) -> Result<Option<Ends>, Failure> {
    let (Some(from), Some(to)) = (&row.from.institution, &row.to.institution) else {
        return Ok(None);
    };
    if from == to {
        return Err(Refusal::fault("addressee", "fault-addressee-self").into());
    }
    let keys = [Organization::key(from), Organization::key(to)];
    let found = care.store.read_many(&beyond(ctx), &keys).await?;
    let one = |id: &Id| {
        let stored = found.iter().find(|one| one.key.id == *id)?;
        Organization::from_resource(stored.resource.clone())
    };
    Ok(one(from).zip(one(to)).map(|(from, to)| Ends { from, to }))
}

/// 患者番号 of the sender, where the document says it in the sender's own system.
fn local_number(letter: &Letter) -> String {
    let system = format!("{PATIENT_LOCAL_PREFIX}{}", letter.from.code);
    patient_of(letter).map_or_else(String::new, |patient| {
        patient.identifier(&system).to_owned()
    })
}

fn patient_of(letter: &Letter) -> Option<Patient> {
    Patient::from_resource(Resource::from_value(letter.patient.clone()).ok()?)
}

async fn with_number(
    care: &Care,
    ctx: &Ctx,
    sender: &Id,
    letter: &Letter,
) -> Result<Vec<Stored>, Failure> {
    let local = local_number(letter);
    if local.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::of(Patient::TYPE)
        .with("organization", format!("Organization/{sender}"))
        .with("identifier", format!("{LOCAL}{sender}|{}", escape(&local)))
        .count(10);
    Ok(care.store.search(&beyond(ctx), &query).await?.matches)
}

/// The sender's patient with that number. One of another birthday is somebody else: a number was mistyped somewhere.
/// A gateway only says whose letter it is: there the name must fit too.
/// Whether one was found is in no answer, for it would tell which numbers there are; the sender sees it on the case's page.
async fn same_patient(
    care: &Care,
    ctx: &Ctx,
    sender: &Id,
    letter: &Letter,
) -> Result<Option<Stored>, Failure> {
    let Some(sent) = patient_of(letter) else {
        return Ok(None);
    };
    let gateway = ctx.caller.machine == Some(Machine::Gateway);
    let found = with_number(care, ctx, sender, letter).await?;
    Ok(found.into_iter().find(|stored| {
        let there = Patient::from_resource(stored.resource.clone());
        there.is_some_and(|there| {
            there.birthday() == sent.birthday() && (!gateway || is_named(&there, &sent))
        })
    }))
}

/// Whether two patients have the same name, in kanji or in kana.
fn is_named(one: &Patient, other: &Patient) -> bool {
    let key = |patient: &Patient, script| {
        let (family, given) = patient.name(script);
        search_key(&format!("{family}{given}"))
    };
    [Script::Kanji, Script::Kana].into_iter().any(|script| {
        let key_of_one = key(one, script);
        !key_of_one.is_empty() && key_of_one == key(other, script)
    })
}

async fn local_number_taken(
    care: &Care,
    ctx: &Ctx,
    sender: &Id,
    letter: &Letter,
) -> Result<bool, Failure> {
    Ok(!with_number(care, ctx, sender, letter).await?.is_empty())
}

/// The case of a letter, new and sent. `known` is the sender's patient where it is one already.
pub(crate) async fn case(
    care: &Care,
    ctx: &Ctx,
    row: &DocumentRow,
    letter: &Letter,
    ends: &Ends,
    known: Option<&Stored>,
) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    let (Some(sender), Some(addressee)) = (&row.from.institution, &row.to.institution) else {
        return Ok(changes);
    };
    if known.is_none() {
        let taken = local_number_taken(care, ctx, sender, letter).await?;
        new_patient(&mut changes, row, letter, ends, !taken);
    }
    let department = department(care, addressee, &letter.to.department).await?;
    let department = department.as_ref().map(|(id, name)| (id, name.as_str()));
    let place = place(row, Some(sender));
    for resource in [
        request(ctx, row, letter, ends, department),
        task(care, ctx, row, letter, ends, department),
    ] {
        changes.create(resource, place.clone());
    }
    changes.create(composition(ctx, row, letter, ends), place.clone());
    for file in letter.pdf.iter().chain(&letter.files) {
        let resource = enclosed(care, ctx, row, letter, file).await?;
        changes.create(resource, place.clone());
    }
    changes
        .grants
        .push(open(row, Grantee::Institution(addressee.clone())));
    for (indicator, id, organization) in [
        (count::SENT, sender, &ends.from),
        (count::RECEIVED, addressee, &ends.to),
    ] {
        changes.counts.push(Count {
            indicator,
            period: Month::of(ctx.at.in_japan().date()).to_string(),
            area: organization.municipality().unwrap_or_default().to_owned(),
            institution: id.to_string(),
            numerator: 1,
            denominator: 0,
        });
    }
    changes.tell.extend([sender.clone(), addressee.clone()]);
    Ok(changes)
}

/// The patient as the document says, in a compartment of the sender's.
fn new_patient(
    changes: &mut Changes,
    row: &DocumentRow,
    letter: &Letter,
    ends: &Ends,
    numbered: bool,
) {
    let Some((sender, sent)) = row.from.institution.as_ref().zip(patient_of(letter)) else {
        return;
    };
    let mut patient = Patient::new(&row.patient);
    patient.set_institution(sender, ends.from.name());
    for script in [Script::Kanji, Script::Kana] {
        let (family, given) = sent.name(script);
        patient.set_name(script, &family, &given);
    }
    patient.set_birthday(sent.birthday());
    patient.set_sex(sent.sex());
    if let Ok(member) = renkei_base::code::MemberId::parse(sent.member_id()) {
        patient.set_member_id(&member.to_string());
    }
    let number = local_number(letter);
    if numbered {
        patient.set_local_id(sender, &number);
        // Another letter of the same patient at the same moment meets this, and finds the patient.
        crate::patient::claim(changes, sender, &row.patient, "", &number);
    } else {
        patient.set_number_sent(sender, &number);
    }
    patient.set_address(sent.postal(), sent.address());
    patient.set_phone(sent.phone());
    let place = Place {
        patient: Some(row.patient.clone()),
        scope: Scope::Identity,
        owner: Some(sender.clone()),
    };
    changes.create(patient.into_resource(), place);
    changes.grants.push(Access {
        patient: row.patient.clone(),
        grantee: Grantee::Institution(sender.clone()),
        scope: Scope::Record,
        until: Micros::NEVER,
    });
}

fn request(
    ctx: &Ctx,
    row: &DocumentRow,
    letter: &Letter,
    ends: &Ends,
    department: Option<(&Id, &str)>,
) -> Resource {
    let mut request = ServiceRequest::new(&row.case);
    request.set_status(State::Sent.request_status());
    request.set_subject(&row.patient);
    request.set_authored(ctx.at);
    if let Some(sender) = &row.from.institution {
        request.set_requester(sender, ends.from.name());
    }
    let addressee = row.to.institution.as_ref().map(|id| (id, ends.to.name()));
    request.set_performer(addressee, department, &letter.to.doctor);
    request.set_priority("routine");
    request.set_reason(&subject(letter));
    request.set_supporting(&Composition::key(&row.case));
    let mut request = request.into_resource();
    // The number that the sender knows it by.
    let identifier = &letter.identifier;
    request.set(
        "requisition",
        json!({"system": identifier.system, "value": identifier.value}),
    );
    request
}

fn task(
    care: &Care,
    ctx: &Ctx,
    row: &DocumentRow,
    letter: &Letter,
    ends: &Ends,
    department: Option<(&Id, &str)>,
) -> Resource {
    let mut task = Task::new(&row.case);
    task.set_patient(&row.patient);
    task.set_focus(&ServiceRequest::key(&row.case));
    if let Some(sender) = &row.from.institution {
        task.set_requester(sender, ends.from.name());
    }
    task.set_owner(row.to.institution.as_ref().map(|id| (id, ends.to.name())));
    task.set_department(department);
    task.set_priority("routine");
    task.set_description(&headline(&subject(letter), SUBJECT_CHARS));
    task.set_authored(ctx.at);
    task.set_letter(&row.case, 1);
    task.set_number(&number::number(ctx.at, ctx.ids.secret()));
    task.set_started(ctx.at);
    turn::enter(&mut task, ctx, State::Sent, &care.deadlines, None);
    let entry = Entry {
        at: ctx.at,
        code: Step::Send.code().to_owned(),
        by: letter.from.doctor.clone(),
        institution: row.from.institution.clone(),
        text: String::new(),
        reason: String::new(),
    };
    task.push_entry(&entry, None);
    task.set_modified(ctx.at);
    task.into_resource()
}

/// The addressee's department of that name.
async fn department(
    care: &Care,
    institution: &Id,
    name: &str,
) -> Result<Option<(Id, String)>, Failure> {
    if name.is_empty() {
        return Ok(None);
    }
    let all = care.store.departments_of(institution).await?;
    let found = all.into_iter().find(|one| one.active && one.name == name);
    Ok(found.map(|one| (one.id, one.name)))
}

/// The letter's texts: what has a field of ours where our letters have it, the rest as it came.
pub(super) fn composition(ctx: &Ctx, row: &DocumentRow, letter: &Letter, ends: &Ends) -> Resource {
    let mut composition =
        Composition::new(&row.case, DOCUMENT_TYPE, REFERRAL_LETTER, "診療情報提供書");
    composition.set_subject(&row.patient);
    let doctor = letter.from.doctor.as_str();
    if let Some(sender) = &row.from.institution {
        composition.set_author(Some((None, doctor)), sender, ends.from.name());
    }
    let written = if letter.at == Micros(0) {
        ctx.at
    } else {
        letter.at
    };
    composition.set_attester(Mode::Approved, None, doctor, written);
    for section in &letter.sections {
        let text = whole(section);
        if section.code == "220" {
            composition.set_text(SECTION, "220", &section.title, &text);
        } else {
            composition.set_structured(&section.code, &section.title, &text);
        }
    }
    let lines = letter
        .section(MEDICATION)
        .map(medication)
        .unwrap_or_default();
    let subject = format!("Patient/{}", row.patient);
    let lines = lines.iter().enumerate();
    let lines: Vec<Value> = lines
        .map(|(at, line)| medication_request::line(&format!("med{at}"), &subject, line))
        .collect();
    let entries: Vec<String> = (0..lines.len()).map(|at| format!("#med{at}")).collect();
    composition.set_contained(lines);
    composition.set_entries(SECTION, MEDICATION, &entries);
    composition.finish(written);
    composition.into_resource()
}

fn medication(section: &renkei_fhir::document::Section) -> Vec<String> {
    split_medication(&whole(section))
}

/// A file that was inside, as a file of the letter.
pub(super) async fn enclosed(
    care: &Care,
    ctx: &Ctx,
    row: &DocumentRow,
    letter: &Letter,
    file: &Enclosed,
) -> Result<Resource, Failure> {
    let sha256 = care.store.put_blob(file.bytes.clone()).await?;
    let mime = Kind::sniff(&file.bytes).map_or(UNKNOWN, Kind::mime);
    let title = if file.title.is_empty() {
        "添付"
    } else {
        &file.title
    };
    let described = File {
        title,
        mime,
        bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        sha256: &sha256,
    };
    let mut reference = DocumentReference::new(&ctx.ids.id(), "letter", described);
    reference.set_subject(&row.patient, &row.case);
    reference.set_author(None, &letter.from.doctor, ctx.at);
    reference.finish();
    Ok(reference.into_resource())
}
