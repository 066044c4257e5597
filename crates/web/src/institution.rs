//! 医療機関: found by anybody.

pub(crate) mod asking;
mod condition;
mod confirm;
pub(crate) mod edit;
pub(crate) mod file;
mod help;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod part;
mod picture;
pub(crate) mod section;
mod show;
mod source;
pub(crate) mod wanted;

pub(crate) use self::confirm::{confirm, look};
pub(crate) use self::list::list;
pub(crate) use self::show::show;
