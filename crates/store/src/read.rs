//! Reads: each within the caller's reach, each audited before its answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use renkei_base::{Ctx, Id, Reach};
use renkei_fhir::Key;

use crate::audit::Record;
use crate::changes::{FoundText, Note, Stored, StoredText};
use crate::db::lane::Request;
use crate::db::{Row, Value};
use crate::resource::{COLUMNS, stored, stored_text};
use crate::search::Found;
use crate::{Failure, Store, StoreError, filter};

/// Keys asked for in one statement; more go in several.
const KEYS: usize = 64;
/// As many are asked for on the caller's own thread.
const FEW: usize = 8;

impl Store {
    /// One resource, if the caller may see it. Audited before the answer when it has a patient.
    /// A deleted one comes as [`Stored`] with `deleted`.
    pub async fn read(&self, ctx: &Ctx, key: &Key) -> Result<Option<Stored>, StoreError> {
        let found = self.current(ctx, key).await?;
        self.note_read(ctx, "resource.read", key, found.as_ref().map(patient))
            .await?;
        Ok(found)
    }

    /// As [`Store::read`], for doors that pass a resource on as it is: its text is not parsed.
    pub async fn read_text(&self, ctx: &Ctx, key: &Key) -> Result<Option<StoredText>, StoreError> {
        let rows = self.current_row(ctx, key).await?;
        let found = rows.first().map(stored_text).transpose()?;
        let of = found.as_ref().map(|(_, patient)| patient.as_ref());
        self.note_read(ctx, "resource.read", key, of).await?;
        Ok(found.map(|(text, _)| text))
    }

    /// One earlier version, filtered by today's rights; one from before it was issued is its owner's alone.
    pub async fn read_version(
        &self,
        ctx: &Ctx,
        key: &Key,
        version: u32,
    ) -> Result<Option<Stored>, StoreError> {
        let found = match self.current(ctx, key).await? {
            Some(current) if current.version == version => Some(current),
            Some(current) if current.version > version => {
                self.earlier(ctx, &current, version).await?
            }
            _ => None,
        };
        self.note_read(ctx, "resource.vread", key, found.as_ref().map(patient))
            .await?;
        Ok(found)
    }

    /// All versions that the caller may see, newest first. Empty when that is not even the current one.
    pub async fn history(&self, ctx: &Ctx, key: &Key) -> Result<Vec<Stored>, StoreError> {
        let current = self.current(ctx, key).await?;
        self.note_read(ctx, "resource.history", key, current.as_ref().map(patient))
            .await?;
        let Some(current) = current else {
            return Ok(Vec::new());
        };
        let mut params = version_params(&current, current.version);
        let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
        let sql = format!(
            "select {COLUMNS} from version r where r.patient = $1 and r.typ = $2 and r.id = $3 \
             and r.version < $4 and {visible} order by r.version desc"
        );
        let rows = self.db().query(sql, params).await?;
        let mut versions = vec![current];
        for row in &rows {
            versions.push(stored(row)?);
        }
        Ok(versions)
    }

    /// Several resources by key in one query; those that may not be seen are left out, deleted ones too.
    /// One audit row for each patient.
    pub async fn read_many(&self, ctx: &Ctx, keys: &[Key]) -> Result<Vec<Stored>, StoreError> {
        let found = self.fetch(ctx, keys, false).await?;
        self.note_found(ctx, "resource.read", &found).await?;
        Ok(found)
    }

    /// As [`Store::read_many`], the texts not parsed: for who needs little of each.
    pub async fn read_many_text(
        &self,
        ctx: &Ctx,
        keys: &[Key],
    ) -> Result<Vec<FoundText>, StoreError> {
        let found = self.fetch(ctx, keys, false).await?;
        self.note_found(ctx, "resource.read", &found).await?;
        Ok(found)
    }

    /// Everything of one case (same scope) that the caller may see, and its Patient. One audit row with this action.
    /// Without its documents (Bundle): they are large, and say what the rest says.
    pub async fn case(
        &self,
        ctx: &Ctx,
        case: &Id,
        action: &str,
    ) -> Result<Vec<Stored>, StoreError> {
        let mut params = vec![Value::from(case)];
        let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
        let sql = format!(
            "select {COLUMNS} from resource r where r.scope = $1 and r.scope <> 'identity' \
             and r.scope <> 'record' and r.deleted = 0 and r.typ <> 'Bundle' and {visible} \
             order by r.typ, r.updated, r.id"
        );
        let rows = self.db().query(sql, params).await?;
        let mut found = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        let patients: BTreeSet<Key> = found
            .iter()
            .filter_map(|one| one.place.patient.clone())
            .map(|id| Key::new("Patient", id))
            .collect();
        let patients: Vec<Key> = patients.into_iter().collect();
        let known = self.fetch(ctx, &patients, false).await?;
        let mut note = Note::new(action).what(Key::new("ServiceRequest", case.clone()));
        note.patient = patients.first().map(|key| key.id.clone());
        note.refused = found.is_empty();
        self.log(ctx, vec![note]).await?;
        found.extend(known);
        Ok(found)
    }

    /// Writes audit lines outside a commit (refused tries, sign-ins that failed, exports).
    pub async fn audit(&self, ctx: &Ctx, notes: Vec<Note>) -> Result<(), StoreError> {
        let records = notes
            .into_iter()
            .map(|note| Record::new(ctx, note))
            .collect();
        let request = Request {
            records: Arc::new(records),
            ..Request::default()
        };
        self.db().commit(request).await.map_err(audit_failed)?;
        self.anchor_when_due();
        Ok(())
    }

    /// Passes the result of a use case on. Of a refused try the audit gets this note, its detail after the refusal's codes;
    /// what does not exist and what may not be seen are the same there.
    pub async fn noted<T>(
        &self,
        ctx: &Ctx,
        mut note: Note,
        result: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Err(Failure::Refused(refusal)) = &result {
            let detail = format!("{} {}", refusal.code(), note.detail);
            detail.trim_end().clone_into(&mut note.detail);
            self.audit(ctx, vec![note.refused()]).await?;
        }
        result
    }

    /// The current version, if the caller may see it. Not audited: the caller of this does that.
    pub(crate) async fn current(&self, ctx: &Ctx, key: &Key) -> Result<Option<Stored>, StoreError> {
        let rows = self.current_row(ctx, key).await?;
        rows.first().map(stored).transpose()
    }

    /// One row of [`COLUMNS`], or none.
    async fn current_row(&self, ctx: &Ctx, key: &Key) -> Result<Vec<Row>, StoreError> {
        let mut params = vec![Value::from(key.typ.as_str()), Value::from(&key.id)];
        let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
        let sql = format!(
            "select {COLUMNS} from resource r where r.typ = $1 and r.id = $2 and {visible}"
        );
        self.db().query_key(sql, params).await
    }

    pub(crate) async fn earlier(
        &self,
        ctx: &Ctx,
        current: &Stored,
        version: u32,
    ) -> Result<Option<Stored>, StoreError> {
        let mut params = version_params(current, version);
        let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
        let sql = format!(
            "select {COLUMNS} from version r where r.patient = $1 and r.typ = $2 and r.id = $3 \
             and r.version = $4 and {visible}"
        );
        let rows = self.db().query(sql, params).await?;
        rows.first().map(stored).transpose()
    }

    /// Current versions by key within the caller's reach, in the order of the keys. Not audited.
    pub(crate) async fn fetch<T: Found>(
        &self,
        ctx: &Ctx,
        keys: &[Key],
        deleted: bool,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let (sql, params) = by_keys(ctx, keys, deleted);
            let rows = match keys.len() {
                ..=FEW => self.db().query_key(sql, params).await?,
                _ => self.db().query(sql, params).await?,
            };
            let mut some = rows.iter().map(T::read).collect::<Result<Vec<_>, _>>()?;
            some.sort_by_cached_key(|one| keys.iter().position(|key| key == one.key()));
            some.dedup_by(|one, other| one.key() == other.key());
            found.append(&mut some);
        }
        Ok(found)
    }

    /// A read of one thing, `found` with the patient that it has: audited when it has one; and when there is nothing,
    /// or nothing for this caller, as a refusal, without saying which.
    async fn note_read(
        &self,
        ctx: &Ctx,
        action: &str,
        key: &Key,
        found: Option<Option<&Id>>,
    ) -> Result<(), StoreError> {
        let note = Note::new(action).what(key.clone());
        let note = match found {
            Some(Some(patient)) => note.patient(patient),
            Some(None) => return Ok(()),
            None if ctx.caller.account.is_some() => note.refused(),
            None => return Ok(()),
        };
        self.log(ctx, vec![note]).await
    }

    /// A read of many: one row for each patient among them.
    pub(crate) async fn note_found<T: Found>(
        &self,
        ctx: &Ctx,
        action: &str,
        found: &[T],
    ) -> Result<(), StoreError> {
        let patients: BTreeSet<&Id> = found.iter().filter_map(Found::patient).collect();
        let notes = patients.into_iter().map(|patient| {
            let of: Vec<String> = found
                .iter()
                .filter(|one| one.patient() == Some(patient))
                .map(|one| one.key().to_string())
                .collect();
            Note::new(action).patient(patient).detail(of.join(" "))
        });
        let notes = notes.collect();
        self.log(ctx, notes).await
    }

    /// Reads' audit lines, kept before the answer is given. Without them there is no answer.
    pub(crate) async fn log(&self, ctx: &Ctx, notes: Vec<Note>) -> Result<(), StoreError> {
        if notes.is_empty() || ctx.reach == Reach::Everything {
            return Ok(());
        }
        let records = notes
            .into_iter()
            .map(|note| Record::new(ctx, note))
            .collect();
        self.db().log(records).await.map_err(audit_failed)?;
        self.anchor_when_due();
        Ok(())
    }
}

fn patient(found: &Stored) -> Option<&Id> {
    found.place.patient.as_ref()
}

fn audit_failed(error: StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        other => StoreError::Audit(other.to_string()),
    }
}

fn version_params(current: &Stored, version: u32) -> Vec<Value> {
    vec![
        crate::resource::patient(&current.place).into(),
        current.key.typ.as_str().into(),
        (&current.key.id).into(),
        i64::from(version).into(),
    ]
}

/// A list of the keys, joined: SQLite reads all of a table for a list of pairs in its `where`.
/// The number of keys is rounded up with what is nobody's key, so that there are few texts to prepare.
pub(crate) fn by_keys(ctx: &Ctx, keys: &[Key], deleted: bool) -> (String, Vec<Value>) {
    let places = keys.len().next_power_of_two();
    let mut params = Vec::with_capacity(2 * places);
    let mut pairs = Vec::with_capacity(places);
    for place in 0..places {
        let key = keys.get(place);
        params.push(Value::from(key.map_or("", |key| key.typ.as_str())));
        params.push(Value::from(key.map_or("", |key| key.id.as_str())));
        pairs.push(format!("(${}, ${})", params.len() - 1, params.len()));
    }
    let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
    let alive = if deleted { "" } else { "and r.deleted = 0 " };
    let sql = format!(
        "select {COLUMNS} from (values {}) k cross join resource r \
         where r.typ = k.column1 and r.id = k.column2 {alive}and {visible}",
        pairs.join(", ")
    );
    (sql, params)
}
