//! What stands on an institution's page beside its name and address: doctors, hours for questions by telephone, 登録医.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A doctor who wishes to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorRow {
    pub id: Id,
    pub institution: Id,
    pub name: String,
    pub kana: String,
    pub department: String,
    /// What the doctor is known for, in the institution's words.
    pub about: String,
    pub place: i64,
    pub source: String,
    pub source_date: String,
    pub updated: Micros,
}

/// When a doctor may be asked by telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelephoneHour {
    pub id: Id,
    pub institution: Id,
    /// 1 Monday to 7 Sunday, 8 holidays.
    pub weekday: i64,
    /// Minutes since midnight.
    pub from: i64,
    pub until: i64,
    /// Who answers: `精神科の当番医`.
    pub doctor: String,
    pub topic: String,
    /// For members only.
    pub phone: String,
    pub source: String,
    pub source_date: String,
    pub updated: Micros,
}

/// 登録医: a doctor of a clinic who is registered with a hospital.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredDoctor {
    pub hospital: Id,
    pub clinic: Id,
    pub doctor: String,
    /// `asked`, `confirmed`, `ended`
    pub state: String,
    /// `2026-04-01`, or empty.
    pub from: String,
    pub until: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const TOUCH: &str = "update institution set updated = $2 where id = $1 and updated = $3";
const REMOVE_VALUE: &str = "delete from institution_value where institution = $1 and field = $2";
const PUT_DOCTOR: &str = "insert into institution_doctor (id, institution, name, kana, department, about, place, \
    source, source_date, updated) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do update set \
    name = excluded.name, kana = excluded.kana, department = excluded.department, about = excluded.about, \
    place = excluded.place, source = excluded.source, source_date = excluded.source_date, updated = excluded.updated";
const REMOVE_DOCTOR: &str = "delete from institution_doctor where id = $1 and institution = $2";
const DOCTORS: &str = "select id, institution, name, kana, department, about, place, source, source_date, updated \
    from institution_doctor where institution = $1 order by place, id";
const PUT_HOUR: &str = "insert into telephone_hour (id, institution, weekday, minute_from, minute_until, doctor, \
    topic, phone, source, source_date, updated) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    on conflict (id) do update set weekday = excluded.weekday, minute_from = excluded.minute_from, \
    minute_until = excluded.minute_until, doctor = excluded.doctor, topic = excluded.topic, phone = excluded.phone, \
    source = excluded.source, source_date = excluded.source_date, updated = excluded.updated";
const REMOVE_HOUR: &str = "delete from telephone_hour where id = $1 and institution = $2";
const HOURS: &str = "select id, institution, weekday, minute_from, minute_until, doctor, topic, phone, source, \
    source_date, updated from telephone_hour where institution = $1 order by weekday, minute_from, id";
const PUT_REGISTERED: &str = "insert into registered_doctor (hospital, clinic, doctor, state, valid_from, valid_to, \
    done_by, done_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (hospital, clinic, doctor) do update set \
    state = excluded.state, valid_from = excluded.valid_from, valid_to = excluded.valid_to, \
    done_by = excluded.done_by, done_at = excluded.done_at";
const REGISTERED_AT: &str = "select hospital, clinic, doctor, state, valid_from, valid_to, done_by, done_at \
    from registered_doctor where hospital = $1 order by clinic, doctor";
const REGISTERED_OF: &str = "select hospital, clinic, doctor, state, valid_from, valid_to, done_by, done_at \
    from registered_doctor where clinic = $1 order by hospital, doctor";

impl Changes {
    /// Says that something of an institution has changed. A conflict where it has changed since it was read (`was`).
    pub fn touch_institution(&mut self, id: &Id, was: Micros, now: Micros) {
        let now = now.max(Micros(was.0.saturating_add(1)));
        let params = vec![Value::from(id), Value::from(now), Value::from(was)];
        self.steps.push(Step::one(TOUCH, params, "institution"));
    }

    /// Takes away a value of an institution.
    pub fn remove_institution_value(&mut self, institution: &Id, field: &str) {
        let params = vec![Value::from(institution), Value::from(field)];
        self.steps.push(Step::any(REMOVE_VALUE, params));
    }

    pub fn put_doctor(&mut self, row: &DoctorRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(&row.institution),
            Value::from(row.name.as_str()),
            Value::from(row.kana.as_str()),
            Value::from(row.department.as_str()),
            Value::from(row.about.as_str()),
            Value::from(row.place),
            Value::from(row.source.as_str()),
            Value::from(row.source_date.as_str()),
            Value::from(row.updated),
        ];
        self.steps.push(Step::any(PUT_DOCTOR, params));
    }

    pub fn remove_doctor(&mut self, institution: &Id, id: &Id) {
        let params = vec![Value::from(id), Value::from(institution)];
        self.steps.push(Step::any(REMOVE_DOCTOR, params));
    }

    pub fn put_telephone_hour(&mut self, row: &TelephoneHour) {
        let params = vec![
            Value::from(&row.id),
            Value::from(&row.institution),
            Value::from(row.weekday),
            Value::from(row.from),
            Value::from(row.until),
            Value::from(row.doctor.as_str()),
            Value::from(row.topic.as_str()),
            Value::from(row.phone.as_str()),
            Value::from(row.source.as_str()),
            Value::from(row.source_date.as_str()),
            Value::from(row.updated),
        ];
        self.steps.push(Step::any(PUT_HOUR, params));
    }

    pub fn remove_telephone_hour(&mut self, institution: &Id, id: &Id) {
        let params = vec![Value::from(id), Value::from(institution)];
        self.steps.push(Step::any(REMOVE_HOUR, params));
    }

    pub fn put_registered_doctor(&mut self, row: &RegisteredDoctor) {
        let params = vec![
            Value::from(&row.hospital),
            Value::from(&row.clinic),
            Value::from(row.doctor.as_str()),
            Value::from(row.state.as_str()),
            Value::from(row.from.as_str()),
            Value::from(row.until.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(PUT_REGISTERED, params));
    }
}

impl Store {
    /// Doctors of an institution who wish to be named, in their order.
    pub async fn doctors_of(&self, institution: &Id) -> Result<Vec<DoctorRow>, StoreError> {
        let params = vec![Value::from(institution)];
        let rows = self.db().query(DOCTORS, params).await?;
        rows.iter().map(doctor).collect()
    }

    /// When doctors of an institution may be asked by telephone.
    pub async fn telephone_hours_of(
        &self,
        institution: &Id,
    ) -> Result<Vec<TelephoneHour>, StoreError> {
        let rows = self
            .db()
            .query(HOURS, vec![Value::from(institution)])
            .await?;
        rows.iter().map(hour).collect()
    }

    /// Doctors registered with a hospital, whatever their state.
    pub async fn registered_at(&self, hospital: &Id) -> Result<Vec<RegisteredDoctor>, StoreError> {
        let params = vec![Value::from(hospital)];
        let rows = self.db().query(REGISTERED_AT, params).await?;
        rows.iter().map(registered).collect()
    }

    /// Hospitals with which doctors of a clinic are registered, whatever the state.
    pub async fn registered_of(&self, clinic: &Id) -> Result<Vec<RegisteredDoctor>, StoreError> {
        let params = vec![Value::from(clinic)];
        let rows = self.db().query(REGISTERED_OF, params).await?;
        rows.iter().map(registered).collect()
    }
}

fn doctor(row: &Row) -> Result<DoctorRow, StoreError> {
    Ok(DoctorRow {
        id: row.id(0)?,
        institution: row.id(1)?,
        name: row.text(2)?.to_owned(),
        kana: row.text(3)?.to_owned(),
        department: row.text(4)?.to_owned(),
        about: row.text(5)?.to_owned(),
        place: row.int(6)?,
        source: row.text(7)?.to_owned(),
        source_date: row.text(8)?.to_owned(),
        updated: row.micros(9)?,
    })
}

fn hour(row: &Row) -> Result<TelephoneHour, StoreError> {
    Ok(TelephoneHour {
        id: row.id(0)?,
        institution: row.id(1)?,
        weekday: row.int(2)?,
        from: row.int(3)?,
        until: row.int(4)?,
        doctor: row.text(5)?.to_owned(),
        topic: row.text(6)?.to_owned(),
        phone: row.text(7)?.to_owned(),
        source: row.text(8)?.to_owned(),
        source_date: row.text(9)?.to_owned(),
        updated: row.micros(10)?,
    })
}

fn registered(row: &Row) -> Result<RegisteredDoctor, StoreError> {
    Ok(RegisteredDoctor {
        hospital: row.id(0)?,
        clinic: row.id(1)?,
        doctor: row.text(2)?.to_owned(),
        state: row.text(3)?.to_owned(),
        from: row.text(4)?.to_owned(),
        until: row.text(5)?.to_owned(),
        done_by: id_opt(row, 6)?,
        done_at: row.micros(7)?,
    })
}
