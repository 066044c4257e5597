//! Documents of JP-CLINS: the letter of referral as a Bundle. Checked, read, built.
//!
//! | file | holds |
//! |---|---|
//! | `finding` | [`Finding`]: which rule, where, how bad |
//! | `rules` | the data file `crates/fhir/data/clins-rules.json`, by claimed profile and version |
//! | `check` | [`check`]: a Bundle against its rules |
//! | `frame`, `element`, `section`, `invariant`, `form` | what is checked: entries and references, single elements, sections, numbered rules, forms of texts |
//! | `base` | the shape of FHIR R4 itself, by the data file `crates/fhir/data/r4-shape.json` |
//! | `letter` | [`Letter`]: the letter in plain values |
//! | `build`, `read` | [`build`] and [`read`]: to and from a Bundle |
//! | `coded` | the letter's words as Conditions and MedicationRequests |
//! | `say` | resources as lines for people |
//! | `bundle`, `node` | walking a Bundle |

mod base;
mod build;
mod bundle;
mod check;
mod coded;
mod element;
mod finding;
mod form;
mod frame;
mod invariant;
mod letter;
mod node;
mod read;
mod rules;
mod say;
mod section;

pub use build::build;
pub use check::{check, passes};
pub use coded::{Drug, condition, medication, names};
pub use finding::{Finding, Severity};
pub use letter::{Enclosed, Identifier, Letter, Section, Sender};
pub use read::read;
