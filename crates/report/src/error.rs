//! Why a document could not be made.

/// None of these is the reader's fault; texts of patients are never part of the message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The struct could not be written as JSON.
    #[error("document data could not be written as JSON")]
    Data(#[from] serde_json::Error),
    /// The URL does not fit into a QR code.
    #[error("QR code: {0}")]
    Qr(#[from] qrcode::types::QrError),
    /// The template is not embedded or does not compile.
    #[error("template {0}: {1}")]
    Template(&'static str, String),
    /// The laid-out document could not be written as PDF.
    #[error("PDF of {0} could not be written")]
    Pdf(&'static str),
    /// The table does not fit into a sheet.
    #[error("sheet: {0}")]
    Sheet(String),
}
