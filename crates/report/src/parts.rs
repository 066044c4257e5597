//! What the documents share.

use jiff::civil::Date;
use serde::Serialize;

/// What identifies a document and says how far it may be trusted.
#[derive(Debug, Clone, Serialize)]
pub struct Stamp {
    /// Number of the document in renkei, as people say it on the telephone.
    pub number: String,
    /// Opaque URL for the QR code; without it no code is printed.
    #[serde(skip)]
    pub url: Option<String>,
    /// Day of the document, for the PDF's own data; the same input gives the same bytes.
    #[serde(skip)]
    pub day: Date,
    /// Not yet approved: prints 「下書き」.
    pub draft: bool,
    /// From the sample region: prints 「見本」.
    pub sample: bool,
}

/// An institution that sends or receives, as the letter names it. Absent lines are left out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Party {
    pub institution: String,
    pub department: Option<String>,
    /// Doctor's name without title.
    pub doctor: Option<String>,
    /// With the postal code, in one line.
    pub address: Option<String>,
    pub phone: Option<String>,
    pub fax: Option<String>,
}

/// The patient, every value as it is to be printed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Person {
    pub name: String,
    pub kana: Option<String>,
    pub sex: Option<String>,
    /// 和暦, such as 昭和15年3月2日.
    pub birth: Option<String>,
    /// In full years, such as 86歳.
    pub age: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub occupation: Option<String>,
}
