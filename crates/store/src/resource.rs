//! Resources and their versions: rows, and the steps that write them.

use renkei_base::{Ctx, Id, Scope};
use renkei_fhir::issue::Issue;
use renkei_fhir::{Key, Resource};

use crate::StoreError;
use crate::changes::{Place, Put, Stored, StoredText};
use crate::db::dialect::{self, Backend};
use crate::db::{Row, Step, Value};
use crate::filter;

/// The columns of `resource r` (and of `version r`) that [`stored`] reads, in its order.
pub(crate) const COLUMNS: &str =
    "r.patient, r.typ, r.id, r.version, r.scope, r.owner, r.updated, r.deleted, r.body, r.draft_of";

const CREATE: &str = "insert into resource \
    (patient, typ, id, version, scope, owner, updated, deleted, author, body, draft_of) \
    select r.patient, r.typ, r.id, 1, r.scope, cast($5 as text), cast($6 as bigint), 0, \
    cast($7 as text), cast($8 as text), r.draft_of \
    from (select cast($1 as text) as patient, cast($2 as text) as typ, cast($3 as text) as id, \
    cast($4 as text) as scope, cast($9 as text) as draft_of) r \
    where not exists (select 1 from resource o where o.typ = r.typ and o.id = r.id) and ";

const KEEP: &str = "insert into version \
    (patient, typ, id, version, scope, owner, updated, deleted, author, body, draft_of) \
    select r.patient, r.typ, r.id, r.version, r.scope, r.owner, r.updated, r.deleted, r.author, r.body, \
    r.draft_of \
    from resource r where r.patient = $1 and r.typ = $2 and r.id = $3 and r.version = $4 \
    and r.scope = $5 and coalesce(r.owner, '') = $6 and ";

const UPDATE: &str = "update resource set version = $5, updated = $6, deleted = $7, author = $8, body = $9, \
    draft_of = $10 \
    where patient = $1 and typ = $2 and id = $3 and version = $4";

/// From a row that begins with [`COLUMNS`].
pub(crate) fn stored(row: &Row) -> Result<Stored, StoreError> {
    let resource = Resource::from_stored(row.text(8)?)
        .map_err(|error| StoreError::Corrupt(format!("a body: {error}")))?;
    head(row, resource)
}

/// As [`stored`], the body as it is, and the patient that it has.
pub(crate) fn stored_text(row: &Row) -> Result<(StoredText, Option<Id>), StoreError> {
    let text = StoredText {
        version: version(row.int(3)?)?,
        updated: row.micros(6)?,
        deleted: row.int(7)? != 0,
        body: row.text(8)?.to_owned(),
    };
    Ok((text, place(row)?.patient))
}

fn head(row: &Row, resource: Resource) -> Result<Stored, StoreError> {
    Ok(Stored {
        key: Key::new(row.text(1)?, row.id(2)?),
        version: version(row.int(3)?)?,
        updated: row.micros(6)?,
        deleted: row.int(7)? != 0,
        draft: !row.text(9)?.is_empty(),
        place: place(row)?,
        resource,
    })
}

fn version(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Corrupt("a version out of range".to_owned()))
}

fn place(row: &Row) -> Result<Place, StoreError> {
    let patient = if row.text(0)?.is_empty() {
        None
    } else {
        Some(row.id(0)?)
    };
    let scope = Scope::from_text(row.text(4)?)
        .ok_or_else(|| StoreError::Corrupt("a scope that is none".to_owned()))?;
    let owner = if row.text_opt(5)?.is_none() {
        None
    } else {
        Some(row.id(5)?)
    };
    Ok(Place {
        patient,
        scope,
        owner,
    })
}

/// The patient of a place as the tables hold it.
pub(crate) fn patient(place: &Place) -> &str {
    place.patient.as_ref().map_or("", Id::as_str)
}

/// The column `draft_of`: whose draft it is; empty for what is issued. `?` is nobody's id.
pub(crate) fn draft_of(stored: &Stored) -> &str {
    match (stored.draft, &stored.place.owner) {
        (false, _) => "",
        (true, Some(owner)) => owner.as_str(),
        (true, None) => "?",
    }
}

/// What a put becomes: stamped with its new version and time. `before` is what it replaces.
pub(crate) fn stamped(ctx: &Ctx, put: Put, before: Option<&Stored>) -> Result<Stored, StoreError> {
    let key = put
        .resource
        .key()
        .ok_or_else(|| StoreError::Corrupt("a resource without type or id".to_owned()))?;
    let version = put.base + 1;
    let mut resource = put.resource;
    let before = before.map(|before| before.draft);
    let issue = match put.delete {
        true => Issue::AsBefore,
        false => Issue::of(&resource),
    };
    resource.stamp(&key.id, version, ctx.at);
    Ok(Stored {
        key,
        version,
        updated: ctx.at,
        deleted: put.delete,
        draft: issue.is_draft(before),
        place: put.place,
        resource,
    })
}

/// The steps that write a version: a first one where nothing is, a later one on the one that was read.
/// Both only where the caller may see the place.
pub(crate) fn steps(ctx: &Ctx, backend: Backend, new: &Stored) -> Vec<Step> {
    if new.version == 1 {
        create(ctx, backend, new)
    } else {
        vec![keep(ctx, new), update(ctx, new)]
    }
}

fn author(ctx: &Ctx) -> &str {
    ctx.caller.account.as_ref().map_or("", Id::as_str)
}

fn create(ctx: &Ctx, backend: Backend, new: &Stored) -> Vec<Step> {
    let mut params: Vec<Value> = vec![
        patient(&new.place).into(),
        new.key.typ.as_str().into(),
        (&new.key.id).into(),
        new.place.scope.as_str().into(),
        new.place.owner.as_ref().into(),
        new.updated.into(),
        author(ctx).into(),
        new.resource.to_json().into(),
        draft_of(new).into(),
    ];
    let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
    let create = Step::text(format!("{CREATE}{visible}"), params, new.key.to_string());
    let lock = dialect::lock(backend).map(|sql| Step::any(sql, vec![new.key.to_string().into()]));
    lock.into_iter().chain([create]).collect()
}

fn keep(ctx: &Ctx, new: &Stored) -> Step {
    let mut params: Vec<Value> = vec![
        patient(&new.place).into(),
        new.key.typ.as_str().into(),
        (&new.key.id).into(),
        i64::from(new.version - 1).into(),
        new.place.scope.as_str().into(),
        new.place.owner.as_ref().map_or("", Id::as_str).into(),
    ];
    let visible = filter::visible(&ctx.reach, ctx.at, "r", &mut params);
    Step::text(format!("{KEEP}{visible}"), params, new.key.to_string())
}

fn update(ctx: &Ctx, new: &Stored) -> Step {
    let params = vec![
        patient(&new.place).into(),
        new.key.typ.as_str().into(),
        (&new.key.id).into(),
        i64::from(new.version - 1).into(),
        i64::from(new.version).into(),
        new.updated.into(),
        new.deleted.into(),
        author(ctx).into(),
        new.resource.to_json().into(),
        draft_of(new).into(),
    ];
    Step::one(UPDATE, params, new.key.to_string())
}
