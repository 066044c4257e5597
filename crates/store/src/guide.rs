//! Tables `guide` and `guide_version`: what is chosen for a guide, and its printed versions.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// What a guide is made of. Lists of codes stand one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideRow {
    pub id: Id,
    pub title: String,
    /// `map` or `guidebook`.
    pub form: String,
    /// `residents` or `professionals`.
    pub audience: String,
    pub area_kind: String,
    pub areas: Vec<String>,
    pub kinds: Vec<String>,
    pub functions: Vec<String>,
    pub tags: Vec<String>,
    pub preface: String,
    pub active: bool,
    /// From 1; each change is one more.
    pub revision: i64,
    pub updated: Micros,
}

/// A printed version. Written once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideVersionRow {
    pub guide: Id,
    /// From 1.
    pub number: i64,
    /// `2026-11-22`
    pub day: String,
    /// As it was then.
    pub title: String,
    /// SHA-256 of the PDF, a blob.
    pub pdf: String,
    /// SHA-256 of what was printed, as JSON, a blob.
    pub entries: String,
    pub institutions: i64,
    pub made_by: Option<Id>,
    pub made_at: Micros,
}

const MAKE: &str = "insert into guide (id, title, form, audience, area_kind, areas, kinds, functions, tags, preface, \
    active, revision, updated) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing";
const CHANGE: &str = "update guide set title = $2, form = $3, audience = $4, area_kind = $5, areas = $6, kinds = $7, \
    functions = $8, tags = $9, preface = $10, active = $11, revision = $12, updated = $13 \
    where id = $1 and revision = $12 - 1";
const ALL: &str = "select id, title, form, audience, area_kind, areas, kinds, functions, tags, preface, active, \
    revision, updated from guide order by title, id";
const ONE: &str = "select id, title, form, audience, area_kind, areas, kinds, functions, tags, preface, active, \
    revision, updated from guide where id = $1";
const PRINT: &str = "insert into guide_version (guide, number, day, title, pdf, entries, institutions, made_by, made_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
const VERSIONS: &str = "select guide, number, day, title, pdf, entries, institutions, made_by, made_at \
    from guide_version where guide = $1 order by number desc";
const NEWEST: &str = "select guide, number, day, title, pdf, entries, institutions, made_by, made_at \
    from guide_version v where number = (select max(number) from guide_version n where n.guide = v.guide)";

impl Changes {
    /// Writes a guide: a new one has the revision 1. Where somebody else changed it meanwhile, the commit is a conflict.
    pub fn put_guide(&mut self, row: &GuideRow) {
        let statement = if row.revision == 1 { MAKE } else { CHANGE };
        let params = vec![
            Value::from(&row.id),
            Value::from(row.title.as_str()),
            Value::from(row.form.as_str()),
            Value::from(row.audience.as_str()),
            Value::from(row.area_kind.as_str()),
            Value::from(row.areas.join("\n")),
            Value::from(row.kinds.join("\n")),
            Value::from(row.functions.join("\n")),
            Value::from(row.tags.join("\n")),
            Value::from(row.preface.as_str()),
            Value::from(row.active),
            Value::from(row.revision),
            Value::from(row.updated),
        ];
        self.steps.push(Step::one(statement, params, "guide"));
    }

    /// Keeps a printed version. Where there is one of this number already, the commit is a conflict.
    pub fn put_guide_version(&mut self, row: &GuideVersionRow) {
        let params = vec![
            Value::from(&row.guide),
            Value::from(row.number),
            Value::from(row.day.as_str()),
            Value::from(row.title.as_str()),
            Value::from(row.pdf.as_str()),
            Value::from(row.entries.as_str()),
            Value::from(row.institutions),
            Value::from(row.made_by.as_ref()),
            Value::from(row.made_at),
        ];
        self.steps.push(Step::one(PRINT, params, "guide"));
    }
}

impl Store {
    /// All guides, by title. They are not about patients, so nothing is filtered or audited.
    pub async fn guides(&self) -> Result<Vec<GuideRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(guide).collect()
    }

    pub async fn guide(&self, id: &Id) -> Result<Option<GuideRow>, StoreError> {
        let rows = self.db().query(ONE, vec![Value::from(id)]).await?;
        rows.first().map(guide).transpose()
    }

    /// The versions of a guide, the newest first.
    pub async fn guide_versions(&self, guide: &Id) -> Result<Vec<GuideVersionRow>, StoreError> {
        let rows = self.db().query(VERSIONS, vec![Value::from(guide)]).await?;
        rows.iter().map(version).collect()
    }

    /// The newest version of each guide that has one.
    pub async fn newest_guide_versions(&self) -> Result<Vec<GuideVersionRow>, StoreError> {
        let rows = self.db().query(NEWEST, vec![]).await?;
        rows.iter().map(version).collect()
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn guide(row: &Row) -> Result<GuideRow, StoreError> {
    Ok(GuideRow {
        id: row.id(0)?,
        title: row.text(1)?.to_owned(),
        form: row.text(2)?.to_owned(),
        audience: row.text(3)?.to_owned(),
        area_kind: row.text(4)?.to_owned(),
        areas: lines(row.text(5)?),
        kinds: lines(row.text(6)?),
        functions: lines(row.text(7)?),
        tags: lines(row.text(8)?),
        preface: row.text(9)?.to_owned(),
        active: row.int(10)? != 0,
        revision: row.int(11)?,
        updated: row.micros(12)?,
    })
}

fn version(row: &Row) -> Result<GuideVersionRow, StoreError> {
    Ok(GuideVersionRow {
        guide: row.id(0)?,
        number: row.int(1)?,
        day: row.text(2)?.to_owned(),
        title: row.text(3)?.to_owned(),
        pdf: row.text(4)?.to_owned(),
        entries: row.text(5)?.to_owned(),
        institutions: row.int(6)?,
        made_by: id_opt(row, 7)?,
        made_at: row.micros(8)?,
    })
}
