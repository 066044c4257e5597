//! Documents for people, as PDF from plain structs.
//!
//! | module | what it makes |
//! |---|---|
//! | [`letter`] | 診療情報提供書 in the layout of 別紙様式11 |
//! | [`ticket`] | 予約票, one A4 page for the patient |
//! | [`reply`] | 返書: what became of a referral |
//! | [`form`](mod@form) | a form to fill in off line, as a workbook |
//! | [`guide`] | 連携マップ, ガイドブック: who offers what in an area |
//! | [`receipt`](mod@receipt) | 回答の控え: what a respondent of a survey handed in |
//! | [`qr`] | QR codes as SVG |
//! | [`map`] | maps as SVG |
//! | [`count`] | 集計結果: the table of a survey |
//! | [`sheet`] | tables for spreadsheet programs |
//! | [`parts`] | what the documents share: stamp, party, person |
//! | [`error`] | why a document could not be made |
//! | `world` | the closed world that typst sees: templates, fonts and one JSON file |
//! | `text` | makes any text printable with the fonts at hand |
//! | `font` | the embedded fonts |
//!
//! The fixed words of a document stand in its template (`templates/<noun>.typ`); what people wrote goes in as data and is never read as markup.
//! Everything is synchronous, one document at a time for the process, some tens of milliseconds each (half a second for 50 pages): call it on a blocking pool.
//! A character that no font can draw becomes 〓, and the document says so.

pub mod count;
pub mod error;
mod font;
pub mod form;
pub mod guide;
pub mod letter;
pub mod map;
pub mod parts;
pub mod qr;
pub mod receipt;
pub mod reply;
pub mod sheet;
mod text;
pub mod ticket;
mod world;

#[cfg(test)]
mod proof;

pub use count::{CountRow, CountTable, CountWords, count_table};
pub use error::ReportError;
pub use guide::{Guide, GuideEntry, GuidePlace, guide};
pub use letter::{Letter, letter};
pub use parts::{Party, Person, Stamp};
pub use receipt::{Receipt, ReceiptLine, ReceiptSection, receipt};
pub use reply::{Reply, ReplyKind, reply};
pub use ticket::{Ticket, ticket};
