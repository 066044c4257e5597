//! Table `institution_number`: numbers of institutions in registers (介護事業所番号 …), for imports to find them again.

use renkei_base::Id;

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A number of an institution, or one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionNumber {
    /// `care-office` …
    pub system: String,
    pub value: String,
    /// The service code of a care office (`760`); empty where a number has no parts.
    pub part: String,
    pub institution: Id,
    pub fingerprint: String,
    /// `2025-06-01`, or empty.
    pub source_date: String,
}

const PUT: &str = "insert into institution_number (system, value, part, institution, fingerprint, source_date) \
    values ($1, $2, $3, $4, $5, $6) on conflict (system, value, part) do update set \
    institution = excluded.institution, fingerprint = excluded.fingerprint, source_date = excluded.source_date";

const OF_SYSTEM: &str = "select system, value, part, institution, fingerprint, source_date from institution_number \
    where system = $1 order by value, part";

const OF: &str = "select system, value, part, institution, fingerprint, source_date from institution_number \
    where institution = $1 order by system, value, part";

impl Changes {
    /// Writes a number of an institution, new or changed.
    pub fn put_institution_number(&mut self, number: &InstitutionNumber) {
        self.steps.push(Step::any(
            PUT,
            vec![
                Value::from(number.system.as_str()),
                Value::from(number.value.as_str()),
                Value::from(number.part.as_str()),
                Value::from(&number.institution),
                Value::from(number.fingerprint.as_str()),
                Value::from(number.source_date.as_str()),
            ],
        ));
    }
}

impl Store {
    /// All numbers of one register, by number and part.
    pub async fn institution_numbers(
        &self,
        system: &str,
    ) -> Result<Vec<InstitutionNumber>, StoreError> {
        let rows = self.db().query(OF_SYSTEM, vec![system.into()]).await?;
        rows.iter().map(number).collect()
    }

    /// The numbers of one institution.
    pub async fn institution_numbers_of(
        &self,
        institution: &Id,
    ) -> Result<Vec<InstitutionNumber>, StoreError> {
        let rows = self.db().query(OF, vec![institution.into()]).await?;
        rows.iter().map(number).collect()
    }
}

fn number(row: &Row) -> Result<InstitutionNumber, StoreError> {
    Ok(InstitutionNumber {
        system: row.text(0)?.to_owned(),
        value: row.text(1)?.to_owned(),
        part: row.text(2)?.to_owned(),
        institution: row.id(3)?,
        fingerprint: row.text(4)?.to_owned(),
        source_date: row.text(5)?.to_owned(),
    })
}
