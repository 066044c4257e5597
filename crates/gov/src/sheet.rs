//! One respondent's filled form.
//!
//! | file | holds |
//! |---|---|
//! | [`load`](mod@load) | the sheet as somebody may see it |
//! | [`door`] | who may write in it now, and under which guard |
//! | [`save`](mod@save) | answers, by several people at once |
//! | `base` | three answers to one question: what was read, what is there, what is typed |
//! | [`submit`](mod@submit) | proposed, given back, handed in |
//! | [`previous`](mod@previous) | last year's answers beside, taken over one by one |
//! | [`hand`] | questions in a colleague's hands |
//! | [`explain`] | explanations that are asked for |
//! | [`file`](mod@file) | documents of an answer |
//! | [`history`](mod@history) | who wrote what when |
//! | [`remark`](mod@remark) | marks made anew from answers |

pub(crate) mod base;
pub mod door;
pub mod explain;
pub mod file;
pub mod hand;
pub mod history;
pub mod load;
pub mod previous;
pub mod remark;
pub mod save;
pub mod submit;

pub use self::door::Origin;
pub use self::load::{Sheet, load};
pub use self::remark::remark;
pub use self::save::{Entry, Outcome, Saved, save};
