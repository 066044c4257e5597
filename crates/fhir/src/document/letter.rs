//! A letter or a reply in plain values: what is built into a Bundle, and what is read from one.

use renkei_base::Micros;
use serde_json::Value;

/// System and value of an identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifier {
    pub system: String,
    pub value: String,
}

/// An institution as the document names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// 保険医療機関番号, ten digits; empty where the document does not say it.
    pub code: String,
    pub name: String,
    pub department: String,
    pub doctor: String,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub fax: String,
}

/// One section, with the text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// `950`
    pub code: String,
    pub title: String,
    /// The narrative; where there is none, what the entries say, one a line.
    pub text: String,
    /// What the entries say beyond the narrative, one a line.
    pub lines: Vec<String>,
    /// To build: resources that say the same in codes ([`super::condition`], [`super::medication`]).
    pub coded: Vec<Value>,
}

/// A file that is inside the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enclosed {
    pub title: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// A letter of referral, or a reply in the same form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The Bundle's.
    pub identifier: Identifier,
    /// When it was issued.
    pub at: Micros,
    pub from: Sender,
    pub to: Sender,
    /// The Patient resource as it stands in the document.
    pub patient: Value,
    /// To build: 保険医療機関番号 of the institution whose 患者番号 the patient has, the sender's of a letter and the
    /// addressee's of a reply. Where it is empty, the document has no 患者番号.
    pub keeper: String,
    /// In their order; what stands under 構造情報 (300) is not nested.
    pub sections: Vec<Section>,
    /// The letter itself as PDF (230).
    pub pdf: Vec<Enclosed>,
    /// 添付情報 (210), and files of other sections.
    pub files: Vec<Enclosed>,
    /// For a reply: the identifier of the letter that it answers.
    pub answers: Option<Identifier>,
    /// For a correction: the identifier of the document that this one replaces.
    pub replaces: Option<Identifier>,
    /// For a reply: that it ends the case, or that another one follows.
    pub closes: bool,
    pub more: bool,
}

impl Letter {
    pub fn section(&self, code: &str) -> Option<&Section> {
        self.sections.iter().find(|one| one.code == code)
    }
}
