//! Every size limit of the product, in one place.

/// Characters of a one-line field (names, titles).
pub const LINE_CHARS: usize = 100;
/// Characters of a note over some lines (opening hours, the way there).
pub const NOTE_CHARS: usize = 1_000;
/// Characters of a long text field (course, findings).
pub const TEXT_CHARS: usize = 10_000;
/// Medication lines of one letter.
pub const MEDICATION_LINES: usize = 100;
/// Bytes of one attachment.
pub const ATTACHMENT_BYTES: usize = 20 * 1024 * 1024;
/// Attachments of one referral.
pub const ATTACHMENTS: usize = 10;
/// Bytes of a file of institutions or codes that is sent by a form (a zip of all clinics has about 10 MB).
pub const IMPORT_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of a form without files.
pub const FORM_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of one FHIR resource as JSON.
pub const RESOURCE_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of what an outside program sends at once: a Bundle, or a resource with a file in it (base64).
pub const BODY_BYTES: usize = 32 * 1024 * 1024;
/// MiB of such bodies that are held at the same moment; others wait.
pub const BODIES_MIB: usize = 256;
/// Entries of a batch or transaction.
pub const BUNDLE_ENTRIES: usize = 1_000;
/// Values in one JSON text, counted before it is parsed.
pub const JSON_VALUES: usize = 500_000;
/// Bytes of one document (the national service takes 10 MB at a time).
pub const DOCUMENT_BYTES: usize = 10_000_000;
/// Nesting depth of JSON.
pub const JSON_DEPTH: usize = 64;
/// Rows of one page of a list, unless asked otherwise; and the most one can ask for.
pub const PAGE_ROWS: usize = 50;
pub const PAGE_ROWS_MAX: usize = 200;
/// Documents on one page of a search: each may have `DOCUMENT_BYTES`.
pub const PAGE_DOCUMENTS: usize = 5;
