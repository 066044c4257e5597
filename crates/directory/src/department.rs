//! Departments of an institution (HealthcareService), and how to refer to them.

use renkei_base::limits::TEXT_CHARS;
use renkei_base::name::search_key;
use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_fhir::{HealthcareService, Key};
use renkei_store::institution::DepartmentRow;
use renkei_store::{Changes, Failure, Note, Place, Store, StoreError};

use crate::gate;
use crate::institution::{PLACE, line};

/// Kind of the claim that an open department has on its name; the scope is the institution.
const NAME: &str = "department";
/// How often somebody else may be faster.
const TRIES: usize = 3;

/// A department as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub name: String,
    /// SS-MIX2 department code, two or three digits, or empty.
    pub code: String,
    pub letter_needed: Option<bool>,
    pub appointment_required: Option<bool>,
    /// How to refer to it, in words.
    pub note: String,
}

/// The departments of an institution by name, open ones first. Open to everybody.
pub async fn list(
    store: &Store,
    ctx: &Ctx,
    institution: &Id,
) -> Result<Vec<HealthcareService>, Failure> {
    let rows = store.departments_of(institution).await?;
    let keys: Vec<Key> = rows
        .iter()
        .map(|row| HealthcareService::key(&row.id))
        .collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let stored = store.read_many(ctx, &keys).await?;
    let mut list: Vec<HealthcareService> = stored
        .into_iter()
        .filter_map(|stored| HealthcareService::from_resource(stored.resource))
        .collect();
    sort(&mut list);
    Ok(list)
}

/// As the institution orders its departments: the open ones, by code and name.
pub fn sort(list: &mut [HealthcareService]) {
    list.sort_by_cached_key(|one| (!one.active(), code_order(one), one.name().to_owned()));
}

/// Departments with a code come in the order of the codes (内科 01, 精神科 02 …), the others after them.
fn code_order(one: &HealthcareService) -> String {
    one.code().unwrap_or("zzz").to_owned()
}

/// Adds a department. Returns its id; that of the one that is there where it says the very same, as after a double click.
pub async fn add(store: &Store, ctx: &Ctx, institution: &Id, typed: &Typed) -> Result<Id, Failure> {
    gate::departments(ctx, institution)?;
    store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    let id = ctx.ids.id();
    let mut department = HealthcareService::of_institution(&id, institution);
    set(&mut department, typed)?;
    for _ in 0..TRIES {
        if let Some(there) = same(store, ctx, institution, typed, department.name()).await? {
            return Ok(there);
        }
        if let Err(refused) = refuse_twice(store, institution, &id, department.name()).await {
            // It may have come in between the two looks, just as it is typed here.
            let there = same(store, ctx, institution, typed, department.name()).await?;
            return there.ok_or(refused);
        }
        let changes = added(ctx, institution, &id, &department);
        match store.commit(ctx, changes).await {
            Ok(_) => return Ok(id),
            // Another one of the name came in between: what is there now is looked at again.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

fn added(ctx: &Ctx, institution: &Id, id: &Id, department: &HealthcareService) -> Changes {
    let mut changes = Changes::default();
    changes.claim(NAME, institution, &search_key(department.name()), id);
    changes.put_department(&row_of(department, id, institution, ctx));
    let place = Place {
        owner: Some(institution.clone()),
        ..PLACE
    };
    changes.create(department.clone().into_resource(), place);
    changes.note(Note::new("department.add").what(HealthcareService::key(id)));
    changes.tell.push(institution.clone());
    changes
}

/// Changes a department.
pub async fn edit(store: &Store, ctx: &Ctx, id: &Id, typed: &Typed) -> Result<(), Failure> {
    change(store, ctx, id, "department.edit", |department| {
        set(department, typed)
    })
    .await
}

/// Closes a department: it is shown with its past, and no longer offered.
pub async fn close(store: &Store, ctx: &Ctx, id: &Id) -> Result<(), Failure> {
    change(store, ctx, id, "department.close", |department| {
        department.set_active(false);
        Ok(())
    })
    .await
}

/// Opens a closed department again.
pub async fn reopen(store: &Store, ctx: &Ctx, id: &Id) -> Result<(), Failure> {
    change(store, ctx, id, "department.reopen", |department| {
        department.set_active(true);
        Ok(())
    })
    .await
}

async fn change(
    store: &Store,
    ctx: &Ctx,
    id: &Id,
    action: &str,
    edit: impl FnOnce(&mut HealthcareService) -> Result<(), Refusal>,
) -> Result<(), Failure> {
    let stored = store
        .read(ctx, &HealthcareService::key(id))
        .await?
        .ok_or(Refusal::NotFound)?;
    let department = HealthcareService::from_resource(stored.resource.clone());
    let mut department = department.ok_or(Refusal::NotFound)?;
    let institution = department.institution().ok_or(Refusal::NotFound)?;
    gate::departments(ctx, &institution)?;
    let mut changes = Changes::default();
    let before = search_key(department.name());
    changes.unclaim(NAME, &institution, &before, id);
    edit(&mut department)?;
    if department.active() {
        refuse_twice(store, &institution, id, department.name()).await?;
        let after = search_key(department.name());
        changes.claim(NAME, &institution, &after, id);
    }
    changes.put_department(&row_of(&department, id, &institution, ctx));
    changes.update(&stored, department.into_resource());
    changes.note(Note::new(action).what(HealthcareService::key(id)));
    changes.tell.push(institution);
    store.commit(ctx, changes).await?;
    Ok(())
}

fn set(department: &mut HealthcareService, typed: &Typed) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    let name = line(&typed.name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-department-name"));
    }
    let code = typed.code.trim();
    let fits = code.is_empty()
        || (matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_digit()));
    if !fits {
        faults.push(Fault::new("code", "fault-department-code"));
    }
    let note = typed.note.trim();
    if note.chars().count() > TEXT_CHARS {
        faults.push(Fault::new("note", "fault-institution-too-long").with("limit", TEXT_CHARS));
    }
    if note
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r'))
    {
        faults.push(Fault::new("note", "fault-institution-control"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    department.set_name(&name);
    department.set_code((!code.is_empty()).then_some(code));
    department.set_letter_needed(typed.letter_needed);
    department.set_appointment_required(typed.appointment_required);
    department.set_note((!note.is_empty()).then_some(note));
    Ok(())
}

/// The open department that says all that was typed.
async fn same(
    store: &Store,
    ctx: &Ctx,
    institution: &Id,
    typed: &Typed,
    name: &str,
) -> Result<Option<Id>, Failure> {
    let rows = store.departments_of(institution).await?;
    let found = rows.iter().find(|row| row.active && row.name == name);
    let Some(row) = found else { return Ok(None) };
    let stored = store
        .read_many(ctx, &[HealthcareService::key(&row.id)])
        .await?;
    let there = stored
        .into_iter()
        .find_map(|stored| HealthcareService::from_resource(stored.resource));
    let Some(there) = there else { return Ok(None) };
    let mut again = there.clone();
    set(&mut again, typed)?;
    Ok((again == there).then(|| row.id.clone()))
}

/// Two open departments of one institution with one name cannot be told apart when somebody refers to them.
async fn refuse_twice(store: &Store, institution: &Id, id: &Id, name: &str) -> Result<(), Failure> {
    let key = search_key(name);
    let rows = store.departments_of(institution).await?;
    let mut others = rows.iter().filter(|row| row.active && row.id != *id);
    if others.any(|row| search_key(&row.name) == key) {
        return Err(Refusal::fault("name", "fault-department-twice").into());
    }
    Ok(())
}

fn row_of(department: &HealthcareService, id: &Id, institution: &Id, ctx: &Ctx) -> DepartmentRow {
    DepartmentRow {
        id: id.clone(),
        institution: institution.clone(),
        code: department.code().unwrap_or_default().to_owned(),
        name: department.name().to_owned(),
        active: department.active(),
        updated: ctx.at,
    }
}
