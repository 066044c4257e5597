//! Documents of JP-CLINS: the letter of referral as a Bundle.
//!
//! | file | holds |
//! |---|---|
//! | `finding` | [`Finding`]: which rule, where, how bad |

mod finding;

pub use finding::{Finding, Severity};
