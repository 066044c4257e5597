//! Institutions: who there is in the region, what they are called, where they are, what they offer.
//!
//! | file | holds |
//! |---|---|
//! | [`kind`] | kinds of institution |
//! | [`area`], [`municipality`] | 圏域 and the municipalities that they are made of, at any date |
//! | [`municipal_figure`] | inhabitants of municipalities and other figures of them, by year |
//! | [`boundary`] | outlines of municipalities; areas dissolved from them |
//! | [`institution`], [`contact`] | registration by hand, what an institution says of itself |
//! | [`tag`], [`function`] | what institutions can do, in the region's words; functions of the medical plan |
//! | [`profile`] | what an institution says on its page, section by section |
//! | [`confirmation`], [`enquiry`] | the yearly confirmation of pages; what desks were asked, without names |
//! | [`department`] | the departments of an institution and how to refer to them |
//! | [`opening`] | when an institution is open |
//! | [`import`] | 医療情報ネット and code lists: files in, counts and rejects out |
//! | [`matching`] | which institution a row of a code list means; pure |
//! | [`code`] | codes that wait for a person to confirm them |
//! | [`finder`] | search over all institutions, in memory |

pub mod area;
pub mod boundary;
pub mod code;
pub mod confirmation;
pub mod contact;
pub mod day;
pub mod department;
pub mod enquiry;
pub mod finder;
pub mod function;
mod gate;
pub mod guide;
pub mod import;
pub mod institution;
pub mod kind;
pub mod matching;
pub mod municipal_figure;
pub mod municipality;
pub mod opendata;
pub mod opening;
pub mod profile;
pub mod tag;
pub mod tool;

pub use area::{Area, AreaKind, Areas};
pub use finder::{Filter, Finder, Found, Search};
pub use kind::Kind;
pub use municipal_figure::{MunicipalFigure, MunicipalFigures};
