//! Files of a letter or a reply: PDF, JPEG and PNG by their content, never by their name.
//!
//! Metadata inside pictures (camera, place) is kept as it came for now.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::Care;

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

    /// By the first bytes (and for PDF and PNG the last), as their formats lay them down.
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
/// `Invalid` on field `file` (`fault-file-type`, `fault-file-too-large`, `fault-file-empty`, `fault-files-too-many`), `NotNow`, `Forbidden`, `NotFound`.
pub async fn add(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _of: Of,
    _title: &str,
    _bytes: Vec<u8>,
) -> Result<(Id, u32), Failure> {
    crate::text::unbuilt()
}

/// Takes a file away again, while the letter or reply is still a draft. Returns the case's new version.
///
/// # Errors
/// `NotNow`, `Forbidden`, `NotFound`.
pub async fn remove(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _attachment: &Id,
) -> Result<u32, Failure> {
    crate::text::unbuilt()
}

/// The bytes of a file.
///
/// # Errors
/// `NotFound`.
pub async fn open(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _attachment: &Id,
) -> Result<Opened, Failure> {
    crate::text::unbuilt()
}
