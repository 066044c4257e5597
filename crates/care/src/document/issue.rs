//! A sent letter and a released reply go out as documents: made once, stored as they are, never made again.

use renkei_base::{Ctx, Id};
use renkei_fhir::Resource;
use renkei_fhir::composition::Composition;
use renkei_fhir::document::{self, Enclosed, Identifier, Letter, Sender};
use renkei_fhir::element::text_of;
use renkei_fhir::patient::Patient;
use renkei_fhir::system::BUNDLE;
use renkei_fhir::task::{REFERRAL_NUMBER, Task};
use renkei_store::{
    Changes, DocumentParty, DocumentRow, DocumentState, Failure, FeedCursor, Note, StoreError,
};

use super::acting::signed;
use super::arrive::{bundle_key, digest, registered_as};
use super::{beyond, coded, map};
use crate::attachment::{self, Of};
use crate::letter::{self, LetterData};
use crate::patient::PatientView;
use crate::referral::case::{self, Case, Held};
use crate::reply::{self, ReplyData};
use crate::{Care, Party};

/// Bytes of files in one document: as base64 they stay below what the national service takes at a time.
const FILES_BYTES: usize = 7_000_000;
/// The setting that holds the place in the feed.
const PLACE: &str = "document.feed";
const PDF: &str = "application/pdf";

/// What is printed into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paper {
    Letter(Box<LetterData>),
    Reply(Box<ReplyData>),
}

/// What became of issuing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    /// Bundles made now.
    pub made: Vec<Id>,
    /// Documents that cannot be made: the sender has no 保険医療機関番号, which the identifier needs.
    pub without_number: usize,
}

/// Cases that changed after a place in the feed, at most those of `limit` versions, and the place to go on from.
///
/// # Errors
/// Those of the store.
pub async fn due(care: &Care, after: &str, limit: u32) -> Result<(Vec<Id>, FeedCursor), Failure> {
    let (fed, cursor) = care.store.feed(after, limit).await?;
    let mut cases: Vec<Id> = Vec::new();
    for one in fed.into_iter().filter(|one| one.key.typ == Task::TYPE) {
        if !cases.contains(&one.key.id) {
            cases.push(one.key.id);
        }
    }
    Ok((cases, cursor))
}

/// How far the issuing of documents has come in the feed; empty before it began.
///
/// # Errors
/// Those of the store.
pub async fn place(care: &Care) -> Result<FeedCursor, Failure> {
    Ok(care.store.setting(PLACE).await?.unwrap_or_default())
}

/// Keeps how far it has come, for the next start.
///
/// # Errors
/// Those of the store.
pub async fn keep_place(care: &Care, ctx: &Ctx, place: &str) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.set(PLACE, place);
    care.store.commit(ctx, changes).await?;
    Ok(())
}

/// Makes the documents of a case that are not there yet: of its letter once it is sent, of each released reply.
/// `print` makes the PDF that goes inside; where it cannot, the document goes without. What came in as a document does not
/// go out again.
///
/// # Errors
/// Those of the store. `NotFound` never: what is no case has no documents.
pub async fn issue<P, F>(care: &Care, ctx: &Ctx, case: &Id, print: P) -> Result<Issued, Failure>
where
    P: Fn(Paper) -> F + Sync,
    F: Future<Output = Option<Vec<u8>>> + Send,
{
    let mut issued = Issued::default();
    let found = care
        .store
        .case(&beyond(ctx), case, "document.issue")
        .await?;
    let Some(case) = Case::gather(case, found).filter(Case::was_sent) else {
        return Ok(issued);
    };
    let Some(patient) = as_sent(care, ctx, &case).await? else {
        return Ok(issued);
    };
    let Some(ends) = Ends::read(care, ctx, &case).await? else {
        return Ok(issued);
    };
    if came_in(&case).is_none() {
        let id = name(&case.id, "letter");
        issued
            .count(care, ctx, id, || {
                letter_out(care, ctx, &case, &ends, &print)
            })
            .await?;
    }
    for (at, reply) in released(&case).enumerate() {
        let id = name(&reply.stored.key.id, "letter");
        issued
            .count(care, ctx, id, || {
                reply_out(care, ctx, &case, &ends, (at, reply), &patient, &print)
            })
            .await?;
    }
    Ok(issued)
}

impl Issued {
    /// Makes one document, unless it is there.
    async fn count<M>(
        &mut self,
        care: &Care,
        ctx: &Ctx,
        id: Option<Id>,
        make: impl FnOnce() -> M,
    ) -> Result<(), Failure>
    where
        M: Future<Output = Result<Option<(Letter, DocumentRow)>, Failure>>,
    {
        let Some(id) = id else { return Ok(()) };
        if care
            .store
            .read(&beyond(ctx), &bundle_key(&id))
            .await?
            .is_some()
        {
            return Ok(());
        }
        match make().await? {
            None => self.without_number += 1,
            Some((letter, row)) => {
                if freeze(care, ctx, &id, &letter, row).await? {
                    self.made.push(id);
                }
            }
        }
        Ok(())
    }
}

/// The id of a document, made from what it is of: so that it is one.
fn name(of: &Id, what: &str) -> Option<Id> {
    format!("{of}-{what}").parse().ok()
}

/// The identifier of the document that a case came in by.
fn came_in(case: &Case) -> Option<Identifier> {
    let requisition = case.request.stored.resource.get("requisition")?;
    let system = text_of(requisition, "system");
    (system != REFERRAL_NUMBER).then(|| Identifier {
        system: system.to_owned(),
        value: text_of(requisition, "value").to_owned(),
    })
}

/// The patient whom a reply is about: as the letter said where it came in as a document, for who brought that one is told
/// nothing of the patient that it did not say itself. `None` where that letter cannot be read: then nothing is told.
async fn as_sent(care: &Care, ctx: &Ctx, case: &Case) -> Result<Option<Patient>, Failure> {
    if came_in(case).is_none() {
        return Ok(Some(case.patient.view.clone()));
    }
    // By the case, never by its identifier: others may have used that one many times.
    let Some(row) = care.store.letter_of_case(&case.id).await? else {
        return Ok(None);
    };
    let letter = care
        .store
        .read(&beyond(ctx), &bundle_key(&row.bundle))
        .await?;
    let said = letter.map(|letter| document::read(&letter.resource).patient);
    let said = said.and_then(|said| Resource::from_value(said).ok());
    Ok(said.and_then(Patient::from_resource))
}

/// Replies that are out and did not come in as documents.
fn released(case: &Case) -> impl Iterator<Item = &Held<Composition>> {
    case.replies.iter().filter(|held| {
        let own = held.stored.resource.get("identifier");
        held.view.is_final() && own.is_none_or(|one| text_of(one, "system").is_empty())
    })
}

/// The institutions of a case, with their numbers.
struct Ends {
    from: Id,
    from_code: String,
    to: Id,
    to_code: String,
}

impl Ends {
    async fn read(care: &Care, ctx: &Ctx, case: &Case) -> Result<Option<Self>, Failure> {
        let Some(to) = case.addressee() else {
            return Ok(None);
        };
        let keys = [&case.sender, &to].map(renkei_fhir::Organization::key);
        let found = care.store.read_many(&beyond(ctx), &keys).await?;
        let code = |id: &Id| {
            let stored = found.iter().find(|one| one.key.id == *id)?;
            let institution = renkei_fhir::Organization::from_resource(stored.resource.clone())?;
            institution.code().map(str::to_owned)
        };
        Ok(Some(Self {
            from_code: code(&case.sender).unwrap_or_default(),
            to_code: code(&to).unwrap_or_default(),
            from: case.sender.clone(),
            to,
        }))
    }
}

/// `institution^year^number`: the year is that of Japan.
fn identifier(code: &str, at: renkei_base::Micros, number: &str) -> Identifier {
    let year = at.in_japan().date().year();
    Identifier {
        system: BUNDLE.to_owned(),
        value: format!("{code}^{year}^{number}"),
    }
}

fn party(party: &Party, code: &str) -> Sender {
    Sender {
        code: code.to_owned(),
        name: party.name.clone(),
        department: party.department_name.clone(),
        doctor: party.doctor.clone(),
        postal: party.postal.clone(),
        address: party.address.clone(),
        phone: party.phone.clone(),
        fax: party.fax.clone(),
    }
}

async fn letter_out<P, F>(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    ends: &Ends,
    print: &P,
) -> Result<Option<(Letter, DocumentRow)>, Failure>
where
    P: Fn(Paper) -> F + Sync,
    F: Future<Output = Option<Vec<u8>>> + Send,
{
    let data = letter::letter(care, &signed(ctx, &ends.from, ""), &case.id).await?;
    let identifier = identifier(&ends.from_code, data.date, &data.number);
    if ends.from_code.is_empty() {
        return Ok(None);
    }
    let mut letter = Letter {
        identifier,
        at: data.date,
        from: party(&data.from, &ends.from_code),
        to: party(&data.to, &ends.to_code),
        patient: case.patient.stored.resource.clone().into_value(),
        keeper: ends.from_code.clone(),
        sections: map::of_letter(&data),
        ..Letter::default()
    };
    coded::put(care, ctx, case, &mut letter).await?;
    let title = format!("診療情報提供書-{}.pdf", data.number);
    letter.pdf = printed(print, Paper::Letter(Box::new(data)), title).await;
    enclose(care, case, Of::Letter, &mut letter).await?;
    let row = row(case, ends, &letter, "letter");
    Ok(Some((letter, row)))
}

async fn reply_out<P, F>(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    ends: &Ends,
    (at, reply): (usize, &Held<Composition>),
    patient: &Patient,
    print: &P,
) -> Result<Option<(Letter, DocumentRow)>, Failure>
where
    P: Fn(Paper) -> F + Sync,
    F: Future<Output = Option<Vec<u8>>> + Send,
{
    if ends.to_code.is_empty() {
        return Ok(None);
    }
    let doctor = signed(ctx, &ends.to, "");
    let mut data = reply::data(care, &doctor, &case.id, &reply.stored.key.id).await?;
    // What is printed says no more of the patient than the rest of the document.
    data.patient = PatientView::of(patient, case.patient.stored.version, ctx.at);
    let number = format!("{}-R{}", data.number, at + 1);
    let answers = came_in(case).or_else(|| {
        let sent = case.task.view.started().unwrap_or(data.referred);
        let known = !ends.from_code.is_empty();
        known.then(|| identifier(&ends.from_code, sent, &data.number))
    });
    let mut letter = Letter {
        identifier: identifier(&ends.to_code, data.date, &number),
        at: data.date,
        from: party(&data.from, &ends.to_code),
        to: party(&data.to, &ends.from_code),
        patient: patient.resource().clone().into_value(),
        // The case's patient is the referring institution's.
        keeper: ends.from_code.clone(),
        sections: map::of_reply(&data),
        answers,
        closes: data.form.closes(),
        more: data.form.more(),
        ..Letter::default()
    };
    let title = format!("返書-{number}.pdf");
    letter.pdf = printed(print, Paper::Reply(Box::new(data)), title).await;
    enclose(care, case, Of::Reply, &mut letter).await?;
    let row = row(case, ends, &letter, "reply");
    Ok(Some((letter, row)))
}

async fn printed<P, F>(print: &P, paper: Paper, title: String) -> Vec<Enclosed>
where
    P: Fn(Paper) -> F + Sync,
    F: Future<Output = Option<Vec<u8>>> + Send,
{
    let pdf = print(paper).await.map(|bytes| Enclosed {
        title,
        mime: PDF.to_owned(),
        bytes,
    });
    pdf.into_iter().collect()
}

/// The files, as far as they fit; the remarks name those that do not.
async fn enclose(care: &Care, case: &Case, of: Of, letter: &mut Letter) -> Result<(), Failure> {
    let mut room = FILES_BYTES.saturating_sub(letter.pdf.iter().map(|file| file.bytes.len()).sum());
    let mut left = Vec::new();
    for file in attachment::files(case, of).filter(|file| file.view.is_final()) {
        let title = file.view.title().to_owned();
        let size = usize::try_from(file.view.bytes()).unwrap_or(usize::MAX);
        let bytes = match file.view.sha256() {
            Some(sha256) if size <= room => care.store.blob(sha256).await?,
            _ => None,
        };
        match bytes {
            Some(bytes) => {
                room = room.saturating_sub(bytes.len());
                letter.files.push(Enclosed {
                    title,
                    mime: file.view.mime().to_owned(),
                    bytes,
                });
            }
            None => left.push(title),
        }
    }
    if !left.is_empty() {
        map::remark(letter, &left);
    }
    Ok(())
}

fn row(case: &Case, ends: &Ends, letter: &Letter, kind: &str) -> DocumentRow {
    let party = |sender: &Sender, institution: &Id| DocumentParty {
        name: sender.name.clone(),
        code: sender.code.clone(),
        institution: Some(institution.clone()),
    };
    let (from, to) = match kind {
        "reply" => (&ends.to, &ends.from),
        _ => (&ends.from, &ends.to),
    };
    DocumentRow {
        name: registered_as(from, &letter.identifier),
        bundle: case.id.clone(),
        patient: case.patient_id.clone(),
        case: case.id.clone(),
        kind: kind.to_owned(),
        state: DocumentState::Issued,
        digest: String::new(),
        original: String::new(),
        at: letter.at,
        source: String::new(),
        from: party(&letter.from, from),
        to: party(&letter.to, to),
        done_by: None,
        done_at: None,
    }
}

/// Stores the document. `false` when another process was quicker.
async fn freeze(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    letter: &Letter,
    mut row: DocumentRow,
) -> Result<bool, Failure> {
    let mut seed = [0; 16];
    for (to, from) in seed.iter_mut().zip(ctx.ids.secret()) {
        *to = from;
    }
    let bundle = document::build(id, letter, seed);
    row.bundle = id.clone();
    row.digest = digest(&bundle);
    let mut changes = Changes::default();
    let owner = row
        .from
        .institution
        .clone()
        .unwrap_or_else(|| row.case.clone());
    let place = case::place(&row.patient, &row.case, &owner);
    changes.create(bundle, place);
    changes.put_document(&row);
    let note = Note::new("document.issue").patient(&row.patient);
    changes.note(note.what(bundle_key(id)));
    changes.tell.extend(row.to.institution.clone());
    match care.store.commit(&beyond(ctx), changes).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}
