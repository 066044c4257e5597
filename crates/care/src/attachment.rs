//! Files of a letter or a reply: PDF, JPEG and PNG by their content, never by their name.
//!
//! Pictures are kept without their metadata (`picture.rs`), a PDF as it came.

use renkei_base::{Ctx, Fault, Id, Micros, Refusal, limits};
use renkei_fhir::document_reference::{DocumentReference, File};
use renkei_fhir::task::Task;
use renkei_store::{Changes, Failure, Note, StoreError};

use crate::referral::case::{Case, Held, place};
use crate::referral::{Side, draft};
use crate::tries::{TRIES, noted};
use crate::{Care, picture, policy, reply};

/// What a file really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Jpeg,
    Png,
}

impl Kind {
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// By the first bytes, as their formats lay them down.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }
}

/// What a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Letter,
    Reply,
}

/// A file as pages show it. Its bytes come from [`open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentView {
    pub id: Id,
    pub title: String,
    pub mime: String,
    pub bytes: u64,
    pub at: Micros,
    pub by: String,
}

/// A file with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub title: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// Adds a file to a letter that is a draft, or to a reply that is being written. The same bytes twice are once.
/// Returns its id and the case's new version (for the draft's next save).
///
/// # Errors
/// `Invalid` on field `file` (`fault-file-type`, `fault-file-broken`, `fault-file-too-large`, `fault-file-empty`, `fault-files-too-many`), `NotNow`, `Forbidden`, `NotFound`.
pub async fn add(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    of: Of,
    title: &str,
    bytes: Vec<u8>,
) -> Result<(Id, u32), Failure> {
    let added = add_tried(care, ctx, case, of, title, bytes).await;
    noted(
        care,
        ctx,
        Note::new("attachment.add").what(Task::key(case)),
        added,
    )
    .await
}

async fn add_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    of: Of,
    title: &str,
    bytes: Vec<u8>,
) -> Result<(Id, u32), Failure> {
    let case = Case::load(care, ctx, id, "attachment.add").await?;
    may_write(ctx, &case, of)?;
    let (kind, title) = checked(title, &bytes)?;
    let bytes = picture::bare(kind, bytes).ok_or(Refusal::fault("file", "fault-file-broken"))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let sha256 = care.store.put_blob(bytes).await?;
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, "attachment.add").await?;
        may_write(ctx, &case, of)?;
        if let Some(there) = same(&case, of, &sha256)? {
            return Ok((there, case.version()));
        }
        let file = File {
            title: &title,
            mime: kind.mime(),
            bytes: size,
            sha256: &sha256,
        };
        let file_id = ctx.ids.id();
        let changes = added(ctx, &case, of, file, &file_id)?;
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok((file_id, case.version() + 1)),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What adding a file to the letter or the reply of the caller's side comes to: the file that is there already, or changes.
/// The bytes are kept at once; nothing else is written.
pub(crate) async fn plan(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    id: &Id,
    title: &str,
    bytes: Vec<u8>,
) -> Result<(Id, Option<Changes>), Failure> {
    let of = match case.side(ctx) {
        Some(Side::Receiver) => Of::Reply,
        _ => Of::Letter,
    };
    may_write(ctx, case, of)?;
    let (kind, title) = checked(title, &bytes)?;
    let bytes = picture::bare(kind, bytes).ok_or(Refusal::fault("file", "fault-file-broken"))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let sha256 = care.store.put_blob(bytes).await?;
    if let Some(there) = same(case, of, &sha256)? {
        return Ok((there, None));
    }
    let file = File {
        title: &title,
        mime: kind.mime(),
        bytes: size,
        sha256: &sha256,
    };
    let changes = added(ctx, case, of, file, id)?;
    Ok((id.clone(), Some(changes)))
}

/// The same for a letter that comes in the same commit.
pub(crate) async fn plan_new(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    patient: &Id,
    id: &Id,
    title: &str,
    bytes: Vec<u8>,
) -> Result<Changes, Failure> {
    let (kind, title) = checked(title, &bytes)?;
    let bytes = picture::bare(kind, bytes).ok_or(Refusal::fault("file", "fault-file-broken"))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let sha256 = care.store.put_blob(bytes).await?;
    let file = File {
        title: &title,
        mime: kind.mime(),
        bytes: size,
        sha256: &sha256,
    };
    let mut view = DocumentReference::new(id, Of::Letter.code(), file);
    view.set_subject(patient, case);
    view.set_author(ctx.caller.account.as_ref(), &ctx.caller.name, ctx.at);
    let mut changes = Changes::default();
    let place = place(patient, case, ctx.institution()?);
    changes.create(view.into_resource(), place);
    Ok(changes)
}

/// The same bytes twice are once; more than the limit are refused.
fn same(case: &Case, of: Of, sha256: &str) -> Result<Option<Id>, Refusal> {
    let files: Vec<_> = files(case, of).collect();
    let same = files.iter().find(|file| file.view.sha256() == Some(sha256));
    if let Some(same) = same {
        return Ok(Some(same.stored.key.id.clone()));
    }
    if files.len() >= limits::ATTACHMENTS {
        let fault = Fault::new("file", "fault-files-too-many").with("max", limits::ATTACHMENTS);
        return Err(Refusal::Invalid(vec![fault]));
    }
    Ok(None)
}

/// The file and the case's next version: so that nothing is added while the letter goes out.
fn added(ctx: &Ctx, case: &Case, of: Of, file: File<'_>, id: &Id) -> Result<Changes, Refusal> {
    let mut view = DocumentReference::new(id, of.code(), file);
    view.set_subject(&case.patient_id, &case.id);
    view.set_author(ctx.caller.account.as_ref(), &ctx.caller.name, ctx.at);
    let mut changes = Changes::default();
    changes.create(view.into_resource(), case.place(ctx.institution()?));
    touch(ctx, case, &mut changes);
    changes.note(
        Note::new("attachment.add")
            .patient(&case.patient_id)
            .what(DocumentReference::key(id)),
    );
    Ok(changes)
}

fn touch(ctx: &Ctx, case: &Case, changes: &mut Changes) {
    let mut task = case.task.view.clone();
    task.set_modified(ctx.at);
    changes.update(&case.task.stored, task.into_resource());
}

/// What the file is, and a title for it.
fn checked(title: &str, bytes: &[u8]) -> Result<(Kind, String), Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::fault("file", "fault-file-empty"));
    }
    if bytes.len() > limits::ATTACHMENT_BYTES {
        let fault = Fault::new("file", "fault-file-too-large")
            .with("max", limits::ATTACHMENT_BYTES / 1024 / 1024);
        return Err(Refusal::Invalid(vec![fault]));
    }
    let kind = Kind::sniff(bytes).ok_or(Refusal::fault("file", "fault-file-type"))?;
    // Browsers send a path from some systems; the last part is the name.
    let name = title.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = renkei_base::text::line("file", name, limits::LINE_CHARS)
        .map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let name = if name.is_empty() {
        kind.mime().replace('/', ".")
    } else {
        name
    };
    Ok((kind, name))
}

/// Takes a file away again, while the letter or reply is still a draft. Returns the case's new version.
///
/// # Errors
/// `NotNow`, `Forbidden`, `NotFound`.
pub async fn remove(care: &Care, ctx: &Ctx, case: &Id, attachment: &Id) -> Result<u32, Failure> {
    let removed = remove_tried(care, ctx, case, attachment).await;
    noted(
        care,
        ctx,
        Note::new("attachment.remove").what(Task::key(case)),
        removed,
    )
    .await
}

async fn remove_tried(care: &Care, ctx: &Ctx, id: &Id, attachment: &Id) -> Result<u32, Failure> {
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, "attachment.remove").await?;
        let changes = plan_remove(ctx, &case, attachment)?;
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(case.version() + 1),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What taking a file away comes to. Pure.
pub(crate) fn plan_remove(ctx: &Ctx, case: &Case, attachment: &Id) -> Result<Changes, Refusal> {
    let mut files = case.files.iter();
    let found = files.find(|file| file.stored.key.id == *attachment);
    let file = found.ok_or(Refusal::NotFound)?;
    may_write(ctx, case, Of::from_file(&file.view))?;
    if file.view.is_final() {
        return Err(Refusal::not_now("refuse-already-replied"));
    }
    let mut changes = Changes::default();
    changes.delete(&file.stored);
    touch(ctx, case, &mut changes);
    changes.note(
        Note::new("attachment.remove")
            .patient(&case.patient_id)
            .what(file.stored.key.clone()),
    );
    Ok(changes)
}

/// The bytes of a file.
///
/// # Errors
/// `NotFound`.
pub async fn open(care: &Care, ctx: &Ctx, case: &Id, attachment: &Id) -> Result<Opened, Failure> {
    let case = Case::load(care, ctx, case, "attachment.read").await?;
    let found = case
        .files
        .iter()
        .find(|file| file.stored.key.id == *attachment);
    let file = found.ok_or(Refusal::NotFound)?;
    let bytes = match file.view.sha256() {
        Some(sha256) => care.store.blob(sha256).await?,
        None => None,
    };
    Ok(Opened {
        title: file.view.title().to_owned(),
        mime: file.view.mime().to_owned(),
        bytes: bytes.ok_or(Refusal::NotFound)?,
    })
}

/// Whether files of the letter or the reply may be changed now.
fn may_write(ctx: &Ctx, case: &Case, of: Of) -> Result<(), Refusal> {
    policy::may_attach(ctx, case)?;
    match of {
        Of::Letter => draft::may_write(ctx, case),
        Of::Reply => reply::may_write(ctx, case),
    }
}

impl Of {
    const fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Reply => "reply",
        }
    }

    fn from_file(file: &DocumentReference) -> Self {
        if file.belongs() == Some(Self::Reply.code()) {
            Self::Reply
        } else {
            Self::Letter
        }
    }
}

/// The files of the letter, or of the reply that is being written.
pub(crate) fn files(case: &Case, of: Of) -> impl Iterator<Item = &Held<DocumentReference>> {
    case.files.iter().filter(move |file| {
        Of::from_file(&file.view) == of && (of == Of::Letter || !file.view.is_final())
    })
}

pub(crate) fn views(case: &Case, of: Of) -> Vec<AttachmentView> {
    shown(files(case, of))
}

/// The files that went out with a reply.
pub(crate) fn views_of_reply(case: &Case, reply: &Id) -> Vec<AttachmentView> {
    let of_reply = |file: &&Held<DocumentReference>| file.view.reply().as_ref() == Some(reply);
    shown(case.files.iter().filter(of_reply))
}

fn shown<'a>(files: impl Iterator<Item = &'a Held<DocumentReference>>) -> Vec<AttachmentView> {
    files
        .map(|file| AttachmentView {
            id: file.stored.key.id.clone(),
            title: file.view.title().to_owned(),
            mime: file.view.mime().to_owned(),
            bytes: file.view.bytes(),
            at: file.view.date().unwrap_or(file.stored.updated),
            by: file.view.author().to_owned(),
        })
        .collect()
}

pub(crate) fn titles(case: &Case, of: Of) -> Vec<String> {
    files(case, of)
        .map(|file| file.view.title().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_nothing_about_the_content() {
        let png = b"\x89PNG\r\n\x1a\n....";
        assert_eq!(
            checked("心電図.pdf", png),
            Ok((Kind::Png, "心電図.pdf".to_owned()))
        );
        assert_eq!(
            checked("C:\\scan\\a.jpg", &[0xFF, 0xD8, 0xFF, 0xE0])
                .unwrap()
                .1,
            "a.jpg"
        );
        assert_eq!(checked("", b"%PDF-1.7\n").unwrap().1, "application.pdf");
        for (bytes, key) in [
            (&b"MZ\x90\0"[..], "fault-file-type"),
            (b"<html>%PDF-", "fault-file-type"),
            (b"", "fault-file-empty"),
        ] {
            assert_eq!(checked("a.pdf", bytes), Err(Refusal::fault("file", key)));
        }
        let large = vec![0; limits::ATTACHMENT_BYTES + 1];
        assert!(
            matches!(checked("a.pdf", &large), Err(Refusal::Invalid(faults)) if faults[0].key == "fault-file-too-large")
        );
    }
}
