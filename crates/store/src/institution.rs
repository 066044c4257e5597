//! Tables of the directory: the compact row of each institution, its departments, where values come from.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// What search and imports need of an institution. Drawn from its Organization and written with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionRow {
    pub id: Id,
    /// `hospital`, `clinic` …
    pub kind: String,
    /// Two digits, or empty.
    pub prefecture: String,
    /// Six digits with check digit, or empty.
    pub municipality: String,
    /// 医療情報ネット ID, as text: leading zeros count.
    pub registry_id: Option<String>,
    /// Ten digits: prefecture 2, fee table 1, institution 7.
    pub code: Option<String>,
    pub name: String,
    pub kana: String,
    pub short: String,
    /// Earlier names, one a line.
    pub other_names: String,
    pub address: String,
    pub active: bool,
    /// Where the values come from, unless `institution_value` says otherwise for one of them.
    pub source: String,
    /// `2025-06-01`, or empty.
    pub source_date: String,
    /// Of the imported row: the same again changes nothing.
    pub fingerprint: String,
    pub updated: Micros,
}

/// One value that does not come from the row's own source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionValue {
    pub institution: Id,
    pub field: String,
    pub value: String,
    pub source: String,
    pub source_date: String,
    pub confirmed_by: Option<Id>,
    pub confirmed_at: Option<Micros>,
}

/// What an import has to know of an institution to see whether a row is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryKey {
    pub id: Id,
    pub registry_id: String,
    pub fingerprint: String,
    pub source_date: String,
}

/// What search needs of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    pub id: Id,
    pub institution: Id,
    /// SS-MIX2 department code, or empty.
    pub code: String,
    pub name: String,
    pub active: bool,
    pub updated: Micros,
}

/// Changes when something in the directory has changed: compared, never read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryMark([i64; 12]);

const PUT: &str = "insert into institution (id, kind, prefecture, municipality, registry_id, code, name, kana, short, \
    other_names, address, active, source, source_date, fingerprint, updated) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
    on conflict (id) do update set kind = excluded.kind, prefecture = excluded.prefecture, \
    municipality = excluded.municipality, registry_id = excluded.registry_id, code = excluded.code, \
    name = excluded.name, kana = excluded.kana, short = excluded.short, other_names = excluded.other_names, \
    address = excluded.address, active = excluded.active, source = excluded.source, \
    source_date = excluded.source_date, fingerprint = excluded.fingerprint, updated = excluded.updated";

const ALL: &str = "select id, kind, prefecture, municipality, registry_id, code, name, kana, short, other_names, \
    address, active, source, source_date, fingerprint, updated from institution where id > $1 order by id limit $2";
/// Institutions read at a time: all of them as rows and once more as values would be much memory.
const SOME: i64 = 2_000;

const ONE: &str = "select id, kind, prefecture, municipality, registry_id, code, name, kana, short, other_names, \
    address, active, source, source_date, fingerprint, updated from institution where id = $1";

const REGISTRY_KEYS: &str = "select id, registry_id, fingerprint, source_date from institution \
    where registry_id is not null";

const MARK: &str = "select (select count(*) from institution), \
    (select coalesce(max(updated), 0) from institution), (select count(*) from institution_department), \
    (select coalesce(max(updated), 0) from institution_department), (select count(*) from import_run), \
    (select coalesce(max(updated), 0) from tag) + (select coalesce(max(updated), 0) from medical_function), \
    (select coalesce(max(updated), 0) from opening), (select coalesce(max(updated), 0) from institution_position), \
    (select coalesce(max(updated), 0) from institution_beds), (select count(*) from institution_tag), \
    (select coalesce(max(confirmed_at), 0) from institution_tag), \
    (select coalesce(max(done_at), 0) from institution_function)";

const BY_CODE: &str = "select id from institution where code = $1";

const BY_REGISTRY_ID: &str = "select id from institution where registry_id = $1";

const PUT_VALUE: &str = "insert into institution_value (institution, field, value, source, source_date, confirmed_by, \
    confirmed_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (institution, field) do update set \
    value = excluded.value, source = excluded.source, source_date = excluded.source_date, \
    confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at";

const VALUES: &str = "select institution, field, value, source, source_date, confirmed_by, confirmed_at \
    from institution_value where institution = $1 order by field";

const VALUES_BY_SOURCE: &str = "select institution, field, value, source, source_date, confirmed_by, confirmed_at \
    from institution_value where source = $1 order by institution, field";

const PUT_DEPARTMENT: &str = "insert into institution_department (id, institution, code, name, active, updated) \
    values ($1, $2, $3, $4, $5, $6) on conflict (id) do update set code = excluded.code, name = excluded.name, \
    active = excluded.active, updated = excluded.updated";

const DEPARTMENTS: &str =
    "select id, institution, code, name, active, updated from institution_department";

const DEPARTMENTS_OF: &str = "select id, institution, code, name, active, updated from institution_department \
    where institution = $1";

impl Changes {
    /// Writes the row of an institution, new or changed.
    pub fn put_institution(&mut self, row: &InstitutionRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                Value::from(&row.id),
                Value::from(row.kind.as_str()),
                Value::from(row.prefecture.as_str()),
                Value::from(row.municipality.as_str()),
                Value::from(row.registry_id.as_deref()),
                Value::from(row.code.as_deref()),
                Value::from(row.name.as_str()),
                Value::from(row.kana.as_str()),
                Value::from(row.short.as_str()),
                Value::from(row.other_names.as_str()),
                Value::from(row.address.as_str()),
                Value::from(row.active),
                Value::from(row.source.as_str()),
                Value::from(row.source_date.as_str()),
                Value::from(row.fingerprint.as_str()),
                Value::from(row.updated),
            ],
        ));
    }

    /// Writes where one value of an institution comes from.
    pub fn put_institution_value(&mut self, value: &InstitutionValue) {
        self.steps.push(Step::any(
            PUT_VALUE,
            vec![
                Value::from(&value.institution),
                Value::from(value.field.as_str()),
                Value::from(value.value.as_str()),
                Value::from(value.source.as_str()),
                Value::from(value.source_date.as_str()),
                Value::from(value.confirmed_by.as_ref()),
                Value::from(value.confirmed_at),
            ],
        ));
    }

    /// Writes the row of a department, new or changed.
    pub fn put_department(&mut self, row: &DepartmentRow) {
        self.steps.push(Step::any(
            PUT_DEPARTMENT,
            vec![
                Value::from(&row.id),
                Value::from(&row.institution),
                Value::from(row.code.as_str()),
                Value::from(row.name.as_str()),
                Value::from(row.active),
                Value::from(row.updated),
            ],
        ));
    }
}

impl Store {
    /// All institutions, by id; what comes in meanwhile may be missing. Institutions are not about patients, so nothing is
    /// filtered or audited.
    pub async fn institutions(&self) -> Result<Vec<InstitutionRow>, StoreError> {
        let mut all: Vec<InstitutionRow> = Vec::new();
        loop {
            let rows = self.institutions_after(all.last()).await?;
            if rows.is_empty() {
                return Ok(all);
            }
            all.extend(rows);
        }
    }

    /// The next two thousand institutions by id; none is the end.
    pub async fn institutions_after(
        &self,
        last: Option<&InstitutionRow>,
    ) -> Result<Vec<InstitutionRow>, StoreError> {
        let last = last.map_or("", |row| row.id.as_str());
        let rows = self.db().query(ALL, vec![last.into(), SOME.into()]).await?;
        rows.iter().map(institution).collect()
    }

    pub async fn institution(&self, id: &Id) -> Result<Option<InstitutionRow>, StoreError> {
        let rows = self.db().query(ONE, vec![Value::from(id)]).await?;
        rows.first().map(institution).transpose()
    }

    /// All institutions that have a 医療情報ネット ID.
    pub async fn registry_keys(&self) -> Result<Vec<RegistryKey>, StoreError> {
        let rows = self.db().query(REGISTRY_KEYS, vec![]).await?;
        rows.iter().map(registry_key).collect()
    }

    /// The institution with a ten-digit code.
    pub async fn institution_by_code(&self, code: &str) -> Result<Option<Id>, StoreError> {
        let rows = self.db().query(BY_CODE, vec![Value::from(code)]).await?;
        rows.first().map(|row| row.id(0)).transpose()
    }

    /// The institution with a 医療情報ネット ID.
    pub async fn institution_by_registry_id(&self, id: &str) -> Result<Option<Id>, StoreError> {
        let rows = self
            .db()
            .query(BY_REGISTRY_ID, vec![Value::from(id)])
            .await?;
        rows.first().map(|row| row.id(0)).transpose()
    }

    /// A mark that differs after each edit and each import, also those of another process.
    pub async fn directory_mark(&self) -> Result<DirectoryMark, StoreError> {
        let rows = self.db().query(MARK, vec![]).await?;
        let mut mark = DirectoryMark::default();
        for (column, place) in mark.0.iter_mut().enumerate() {
            *place = rows.first().map_or(Ok(0), |row| row.int(column))?;
        }
        Ok(mark)
    }

    /// The values of an institution that have a source of their own.
    pub async fn institution_values(&self, id: &Id) -> Result<Vec<InstitutionValue>, StoreError> {
        let rows = self.db().query(VALUES, vec![Value::from(id)]).await?;
        rows.iter().map(value).collect()
    }

    /// All values that came from one source.
    pub async fn institution_values_from(
        &self,
        source: &str,
    ) -> Result<Vec<InstitutionValue>, StoreError> {
        let rows = self
            .db()
            .query(VALUES_BY_SOURCE, vec![Value::from(source)])
            .await?;
        rows.iter().map(value).collect()
    }

    /// All departments of all institutions, closed ones too.
    pub async fn departments(&self) -> Result<Vec<DepartmentRow>, StoreError> {
        let rows = self.db().query(DEPARTMENTS, vec![]).await?;
        rows.iter().map(department).collect()
    }

    /// The departments of one institution, closed ones too.
    pub async fn departments_of(&self, institution: &Id) -> Result<Vec<DepartmentRow>, StoreError> {
        let rows = self
            .db()
            .query(DEPARTMENTS_OF, vec![Value::from(institution)])
            .await?;
        rows.iter().map(department).collect()
    }
}

fn institution(row: &Row) -> Result<InstitutionRow, StoreError> {
    Ok(InstitutionRow {
        id: row.id(0)?,
        kind: row.text(1)?.to_owned(),
        prefecture: row.text(2)?.to_owned(),
        municipality: row.text(3)?.to_owned(),
        registry_id: row.text_opt(4)?.map(str::to_owned),
        code: row.text_opt(5)?.map(str::to_owned),
        name: row.text(6)?.to_owned(),
        kana: row.text(7)?.to_owned(),
        short: row.text(8)?.to_owned(),
        other_names: row.text(9)?.to_owned(),
        address: row.text(10)?.to_owned(),
        active: row.int(11)? != 0,
        source: row.text(12)?.to_owned(),
        source_date: row.text(13)?.to_owned(),
        fingerprint: row.text(14)?.to_owned(),
        updated: row.micros(15)?,
    })
}

fn registry_key(row: &Row) -> Result<RegistryKey, StoreError> {
    Ok(RegistryKey {
        id: row.id(0)?,
        registry_id: row.text(1)?.to_owned(),
        fingerprint: row.text(2)?.to_owned(),
        source_date: row.text(3)?.to_owned(),
    })
}

fn value(row: &Row) -> Result<InstitutionValue, StoreError> {
    Ok(InstitutionValue {
        institution: row.id(0)?,
        field: row.text(1)?.to_owned(),
        value: row.text(2)?.to_owned(),
        source: row.text(3)?.to_owned(),
        source_date: row.text(4)?.to_owned(),
        confirmed_by: match row.text_opt(5)? {
            Some(_) => Some(row.id(5)?),
            None => None,
        },
        confirmed_at: row.int_opt(6)?.map(Micros),
    })
}

fn department(row: &Row) -> Result<DepartmentRow, StoreError> {
    Ok(DepartmentRow {
        id: row.id(0)?,
        institution: row.id(1)?,
        code: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        active: row.int(4)? != 0,
        updated: row.micros(5)?,
    })
}
