//! Tables of tags: what the region calls things that institutions can do, and who can do them.
//!
//! The table `tag` holds only what the region has defined or changed; `renkei_directory::tag` puts those that come with
//! the program beside it.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A tag that the region has defined or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRow {
    pub code: String,
    /// `capability`, `worry`, `language`, `access` …
    pub family: String,
    pub name: String,
    pub english: String,
    /// Its place in its family.
    pub place: i64,
    /// Retired ones stay on what carries them and are offered no more.
    pub active: bool,
    pub updated: Micros,
}

/// That an institution carries a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionTag {
    pub institution: Id,
    pub tag: String,
    pub source: String,
    /// `2026-04-01`
    pub source_date: String,
    pub confirmed_by: Option<Id>,
    pub confirmed_at: Option<Micros>,
}

const PUT: &str = "insert into tag (code, family, name, english, place, active, updated) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (code) do update set family = excluded.family, \
    name = excluded.name, english = excluded.english, place = excluded.place, active = excluded.active, \
    updated = excluded.updated";
const ALL: &str =
    "select code, family, name, english, place, active, updated from tag order by code";
const PUT_OF: &str = "insert into institution_tag (institution, tag, source, source_date, confirmed_by, confirmed_at) \
    values ($1, $2, $3, $4, $5, $6) on conflict (institution, tag) do update set source = excluded.source, \
    source_date = excluded.source_date, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at";
const REMOVE_OF: &str = "delete from institution_tag where institution = $1 and tag = $2";
const ALL_OF: &str = "select institution, tag, source, source_date, confirmed_by, confirmed_at from institution_tag \
    order by institution, tag";
const OF: &str = "select institution, tag, source, source_date, confirmed_by, confirmed_at from institution_tag \
    where institution = $1 order by tag";

impl Changes {
    /// Writes a tag, new or changed.
    pub fn put_tag(&mut self, row: &TagRow) {
        let params = vec![
            Value::from(row.code.as_str()),
            Value::from(row.family.as_str()),
            Value::from(row.name.as_str()),
            Value::from(row.english.as_str()),
            Value::from(row.place),
            Value::from(row.active),
            Value::from(row.updated),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    /// Gives an institution a tag, or says anew where it comes from.
    pub fn put_institution_tag(&mut self, row: &InstitutionTag) {
        let params = vec![
            Value::from(&row.institution),
            Value::from(row.tag.as_str()),
            Value::from(row.source.as_str()),
            Value::from(row.source_date.as_str()),
            Value::from(row.confirmed_by.as_ref()),
            Value::from(row.confirmed_at),
        ];
        self.steps.push(Step::any(PUT_OF, params));
    }

    /// Takes a tag away.
    pub fn remove_institution_tag(&mut self, institution: &Id, tag: &str) {
        let params = vec![Value::from(institution), Value::from(tag)];
        self.steps.push(Step::any(REMOVE_OF, params));
    }
}

impl Store {
    /// Tags that the region has defined or changed. Those that come with the program are not here:
    /// `renkei_directory::tag::all` has both.
    pub async fn tags(&self) -> Result<Vec<TagRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(tag).collect()
    }

    /// Which institution carries which tag: all of them, by institution.
    pub async fn institution_tags(&self) -> Result<Vec<InstitutionTag>, StoreError> {
        let rows = self.db().query(ALL_OF, vec![]).await?;
        rows.iter().map(carried).collect()
    }

    /// The tags of one institution.
    pub async fn tags_of(&self, institution: &Id) -> Result<Vec<InstitutionTag>, StoreError> {
        let rows = self.db().query(OF, vec![Value::from(institution)]).await?;
        rows.iter().map(carried).collect()
    }
}

fn tag(row: &Row) -> Result<TagRow, StoreError> {
    Ok(TagRow {
        code: row.text(0)?.to_owned(),
        family: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        english: row.text(3)?.to_owned(),
        place: row.int(4)?,
        active: row.int(5)? != 0,
        updated: row.micros(6)?,
    })
}

fn carried(row: &Row) -> Result<InstitutionTag, StoreError> {
    Ok(InstitutionTag {
        institution: row.id(0)?,
        tag: row.text(1)?.to_owned(),
        source: row.text(2)?.to_owned(),
        source_date: row.text(3)?.to_owned(),
        confirmed_by: id_opt(row, 4)?,
        confirmed_at: row.int_opt(5)?.map(Micros),
    })
}
