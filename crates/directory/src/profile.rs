//! What an institution says on its page, section by section: hours, tags, doctors, questions by telephone, what only
//! members see. Each value keeps its source and date.
//!
//! | file | holds |
//! |---|---|
//! | this | sections as fields, and what is typed put together with what somebody else stored since |
//! | `hours` | opening hours as people write them |
//! | `tags`, `doctor`, `telephone`, `member` | the other sections |
//! | [`registered`] | 登録医: asked by the clinic, confirmed by the hospital |

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_fhir::Organization;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::gate;
use crate::institution::OWN_SOURCE;
use crate::tag::{self, Tag};

mod doctor;
pub mod hours;
mod member;
pub mod registered;
mod tags;
mod telephone;

pub use member::MEMBER_FIELDS;

/// Commits that another one came before, one after the other, until people are told.
const TRIES: usize = 5;

/// A part of a page that is edited on its own, as fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Fields `day1` Monday … `day7` Sunday, `day8` holidays.
    Hours,
    /// A field for each tag, by its code: `on` or empty.
    Tags,
    /// `name.ID`, `kana.ID`, `department.ID`, `about.ID`; new ones have `new1` … for an id. Without a name it goes.
    Doctors,
    /// `weekday.ID`, `time.ID`, `doctor.ID`, `topic.ID`, `phone.ID`. Without a time it goes.
    Telephone,
    /// [`MEMBER_FIELDS`]: never shown to visitors.
    Members,
}

impl Section {
    pub const ALL: [Self; 5] = [
        Self::Hours,
        Self::Tags,
        Self::Doctors,
        Self::Telephone,
        Self::Members,
    ];

    /// In addresses and text keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Tags => "tags",
            Self::Doctors => "doctors",
            Self::Telephone => "telephone",
            Self::Members => "members",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }
}

/// A section as a form has it. A field that is not there is empty.
pub type Fields = BTreeMap<String, String>;

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    Done,
    /// Nothing is stored: somebody else stored these in fields that were changed here too.
    Differs(Vec<(String, String)>),
}

/// Rows of doctors or hours that one form may add.
pub const NEW_ROWS: usize = 3;

/// A section as it is stored.
pub async fn fields(store: &Store, id: &Id, section: Section) -> Result<Fields, StoreError> {
    match section {
        Section::Hours => hours::fields(store, id).await,
        Section::Tags => tags::fields(store, id).await,
        Section::Doctors => doctor::fields(store, id).await,
        Section::Telephone => telephone::fields(store, id).await,
        Section::Members => member::fields(store, id).await,
    }
}

/// What is typed on top of what is stored `now`: a field that was left as it was `shown` follows what somebody else has
/// stored since.
///
/// # Errors
/// Fields that both changed, with what is stored.
pub fn meet(shown: &Fields, typed: &Fields, now: &Fields) -> Result<Fields, Vec<(String, String)>> {
    let names: BTreeSet<&String> = shown.keys().chain(typed.keys()).chain(now.keys()).collect();
    let (mut both, mut differ) = (Fields::new(), Vec::new());
    for name in names {
        let (was, mine, theirs) = (of(shown, name), of(typed, name), of(now, name));
        let left = same(mine, was);
        if !left && !same(was, theirs) && !same(mine, theirs) {
            differ.push((name.clone(), theirs.to_owned()));
        }
        let value = if left { theirs } else { mine };
        both.insert(name.clone(), value.to_owned());
    }
    if differ.is_empty() {
        Ok(both)
    } else {
        Err(differ)
    }
}

fn of<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// Browsers send the ends of lines their own way.
fn same(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

/// What a section needs to become rows.
struct Edit<'a> {
    ctx: &'a Ctx,
    institution: &'a Id,
    /// `2026-11-22`
    today: String,
    old: &'a Fields,
    new: &'a Fields,
    faults: Vec<Fault>,
    changes: Changes,
}

impl Edit<'_> {
    fn new_value(&self, name: &str) -> &str {
        of(self.new, name).trim()
    }

    fn differs(&self, name: &str) -> bool {
        !same(of(self.old, name), of(self.new, name))
    }

    /// The parts after the dot of field names: ids of rows, in the order of the old form, then new ones.
    fn rows(&self) -> BTreeSet<String> {
        let names = self.new.keys().filter_map(|name| name.split_once('.'));
        names.map(|(_, row)| row.to_owned()).collect()
    }

    /// The id of a row that this institution has; anything else is a new row.
    fn known(&self, row: &str) -> Option<Id> {
        let mut names = self.old.keys().filter_map(|name| name.split_once('.'));
        let there = names.any(|(_, one)| one == row);
        row.parse().ok().filter(|_| there)
    }

    /// One line of a row, checked.
    fn line(&mut self, name: &str) -> String {
        let text = of(self.new, name).to_owned();
        crate::institution::line(&text, name, &mut self.faults)
    }
}

/// What rows of a section depend on.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub id: &'a Id,
    /// The code of its kind.
    pub kind: &'a str,
    pub tags: &'a [Tag],
}

/// The rows of a section that become new from old ones; nothing is stored and nobody is asked. For those who make many
/// pages at once.
///
/// # Errors
/// `Invalid` with the fields.
pub fn rows(
    ctx: &Ctx,
    known: &Known<'_>,
    section: Section,
    (old, new): (&Fields, &Fields),
) -> Result<Changes, Refusal> {
    let mut edit = Edit {
        ctx,
        institution: known.id,
        today: ctx.at.in_japan().date().to_string(),
        old,
        new,
        faults: Vec::new(),
        changes: Changes::default(),
    };
    match section {
        Section::Hours => hours::edit(&mut edit, known.kind),
        Section::Tags => tags::edit(&mut edit, known.tags),
        Section::Doctors => doctor::edit(&mut edit),
        Section::Telephone => telephone::edit(&mut edit),
        Section::Members => member::edit(&mut edit),
    }
    if edit.faults.is_empty() {
        Ok(edit.changes)
    } else {
        Err(Refusal::Invalid(edit.faults))
    }
}

/// Stores a section: what was `typed` into a form that had `shown` these values (`None`: the typed values count alone).
///
/// # Errors
/// `Invalid` with the fields, `NotFound`, `Forbidden`, `Conflict` where others keep coming before.
pub async fn save(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    section: Section,
    (shown, typed): (Option<&Fields>, &Fields),
) -> Result<Saved, Failure> {
    gate::own(ctx, id)?;
    let mut tries = 0;
    loop {
        let row = store.institution(id).await?.ok_or(Refusal::NotFound)?;
        let now = fields(store, id, section).await?;
        let new = match meet(shown.unwrap_or(&now), typed, &now) {
            Ok(both) => both,
            Err(differ) => return Ok(Saved::Differs(differ)),
        };
        let tags = tag::all(store).await?;
        let known = Known {
            id,
            kind: &row.kind,
            tags: &tags,
        };
        let mut changes = rows(ctx, &known, section, (&now, &new))?;
        changes.touch_institution(id, row.updated, ctx.at);
        changes.note(
            Note::new("institution.edit")
                .what(Organization::key(id))
                .detail(section.code()),
        );
        changes.tell.push(id.clone());
        match store.commit(ctx, changes).await {
            Err(StoreError::Conflict(_)) if tries < TRIES => tries += 1,
            done => {
                done?;
                return Ok(Saved::Done);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_of(pairs: &[(&str, &str)]) -> Fields {
        let each = pairs.iter();
        each.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn what_nobody_touched_follows_the_other() {
        let shown = fields_of(&[("a", "1"), ("b", "2"), ("c", "on")]);
        let typed = fields_of(&[("a", "9"), ("b", "2")]);
        let now = fields_of(&[("a", "1"), ("b", "8"), ("c", "on"), ("d", "on")]);
        let both = meet(&shown, &typed, &now).unwrap();
        let wanted = fields_of(&[("a", "9"), ("b", "8"), ("c", ""), ("d", "on")]);
        assert_eq!(both, wanted);
    }

    #[test]
    fn both_changed_one_field() {
        let shown = fields_of(&[("a", "1")]);
        let differ = meet(
            &shown,
            &fields_of(&[("a", "2")]),
            &fields_of(&[("a", "3\r\n")]),
        );
        assert_eq!(differ.unwrap_err(), [("a".to_owned(), "3\r\n".to_owned())]);
        let same = meet(
            &shown,
            &fields_of(&[("a", "2")]),
            &fields_of(&[("a", "2\r\n")]),
        );
        assert_eq!(same.unwrap().get("a").map(String::as_str), Some("2"));
    }
}
