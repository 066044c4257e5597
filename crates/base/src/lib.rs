//! What everything shares and nothing knows about I/O.
//!
//! | file | holds |
//! |---|---|
//! | [`ctx`] | who acts, for whom, why, when, and where new ids come from |
//! | [`role`], [`reach`] | what a caller is, and whose patients a caller may reach |
//! | [`refusal`] | every "no" that a person can be given, typed |
//! | [`clock`], [`id`] | time and ids, always passed in |
//! | [`holiday`] | Japan's holidays and working days |
//! | [`era`], [`name`], [`code`], [`text`], [`medication`], [`limits`] | 和暦・年度, search keys, codes with check digits, clean text, pasted prescriptions, sizes |

pub mod clock;
pub mod code;
pub mod ctx;
pub mod era;
pub mod holiday;
pub mod id;
pub mod lang;
pub mod limits;
pub mod medication;
pub mod name;
pub mod reach;
pub mod refusal;
pub mod role;
pub mod text;

pub use clock::{Clock, Micros};
pub use ctx::{Caller, Ctx, Machine, Purpose};
pub use id::{Id, Ids};
pub use lang::Lang;
pub use reach::{Grantee, Reach, Scope};
pub use refusal::{Fault, Refusal};
pub use role::{Role, Roles};
