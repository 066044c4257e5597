//! Tables `area` and `area_member`: dated sets of municipalities, of several kinds side by side.

use renkei_base::Micros;

use crate::db::{Row, Step};
use crate::{Changes, Store, StoreError};

/// An area under one of its names. Dates are `2026-04-01` or empty for open; the last day still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaRow {
    /// `secondary-medical-area` …
    pub kind: String,
    /// Text: leading zeros count.
    pub code: String,
    pub name: String,
    pub kana: String,
    pub valid_from: String,
    pub valid_to: String,
    pub updated: Micros,
}

/// That a municipality belongs to an area, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaMemberRow {
    pub kind: String,
    pub area: String,
    /// Six digits.
    pub municipality: String,
    pub valid_from: String,
    pub valid_to: String,
    pub updated: Micros,
}

/// Changes when something of the areas, municipalities, boundaries or populations has changed: compared, never read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AreaMark([i64; 12]);

const PUT: &str = "insert into area (kind, code, name, kana, valid_from, valid_to, updated) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (kind, code, valid_from) do update set name = excluded.name, \
    kana = excluded.kana, valid_to = excluded.valid_to, updated = excluded.updated";

const REMOVE: &str = "delete from area where kind = $1 and code = $2 and valid_from = $3";

const ALL: &str = "select kind, code, name, kana, valid_from, valid_to, updated from area order by kind, code, valid_from";

const PUT_MEMBER: &str = "insert into area_member (kind, area, municipality, valid_from, valid_to, updated) \
    values ($1, $2, $3, $4, $5, $6) on conflict (kind, area, municipality, valid_from) do update set \
    valid_to = excluded.valid_to, updated = excluded.updated";

const REMOVE_MEMBER: &str = "delete from area_member where kind = $1 and area = $2 and municipality = $3 \
    and valid_from = $4";

const MEMBERS: &str = "select kind, area, municipality, valid_from, valid_to, updated from area_member \
    order by kind, area, municipality, valid_from";

const MARK: &str = "select (select count(*) from area), (select coalesce(max(updated), 0) from area), \
    (select count(*) from area_member), (select coalesce(max(updated), 0) from area_member), \
    (select count(*) from municipality), (select coalesce(max(updated), 0) from municipality), \
    (select count(*) from boundary), (select coalesce(max(updated), 0) from boundary), \
    (select count(*) from population), (select coalesce(max(updated), 0) from population), \
    (select count(*) from municipal_figure), (select coalesce(max(updated), 0) from municipal_figure)";

impl Changes {
    /// Writes an area, new or changed.
    pub fn put_area(&mut self, row: &AreaRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                row.kind.as_str().into(),
                row.code.as_str().into(),
                row.name.as_str().into(),
                row.kana.as_str().into(),
                row.valid_from.as_str().into(),
                row.valid_to.as_str().into(),
                row.updated.into(),
            ],
        ));
    }

    /// Takes back one row of an area: it was a mistake. An area that ends gets its last day instead.
    pub fn remove_area(&mut self, kind: &str, code: &str, valid_from: &str) {
        let params = vec![kind.into(), code.into(), valid_from.into()];
        self.steps.push(Step::any(REMOVE, params));
    }

    /// Writes a membership, new or changed.
    pub fn put_area_member(&mut self, row: &AreaMemberRow) {
        self.steps.push(Step::any(
            PUT_MEMBER,
            vec![
                row.kind.as_str().into(),
                row.area.as_str().into(),
                row.municipality.as_str().into(),
                row.valid_from.as_str().into(),
                row.valid_to.as_str().into(),
                row.updated.into(),
            ],
        ));
    }

    /// Takes back a membership: it was a mistake. One that ends gets its last day instead.
    pub fn remove_area_member(&mut self, row: &AreaMemberRow) {
        let params = vec![
            row.kind.as_str().into(),
            row.area.as_str().into(),
            row.municipality.as_str().into(),
            row.valid_from.as_str().into(),
        ];
        self.steps.push(Step::any(REMOVE_MEMBER, params));
    }
}

impl Store {
    /// All areas of all kinds and times. Areas are not about patients, so nothing is filtered or audited.
    pub async fn areas(&self) -> Result<Vec<AreaRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(area).collect()
    }

    /// All memberships of all times.
    pub async fn area_members(&self) -> Result<Vec<AreaMemberRow>, StoreError> {
        let rows = self.db().query(MEMBERS, vec![]).await?;
        rows.iter().map(member).collect()
    }

    /// A mark that differs after each change, also those of another process.
    pub async fn area_mark(&self) -> Result<AreaMark, StoreError> {
        let rows = self.db().query(MARK, vec![]).await?;
        let mut mark = AreaMark::default();
        for (column, place) in mark.0.iter_mut().enumerate() {
            *place = rows.first().map_or(Ok(0), |row| row.int(column))?;
        }
        Ok(mark)
    }
}

fn area(row: &Row) -> Result<AreaRow, StoreError> {
    Ok(AreaRow {
        kind: row.text(0)?.to_owned(),
        code: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        kana: row.text(3)?.to_owned(),
        valid_from: row.text(4)?.to_owned(),
        valid_to: row.text(5)?.to_owned(),
        updated: row.micros(6)?,
    })
}

fn member(row: &Row) -> Result<AreaMemberRow, StoreError> {
    Ok(AreaMemberRow {
        kind: row.text(0)?.to_owned(),
        area: row.text(1)?.to_owned(),
        municipality: row.text(2)?.to_owned(),
        valid_from: row.text(3)?.to_owned(),
        valid_to: row.text(4)?.to_owned(),
        updated: row.micros(5)?,
    })
}
