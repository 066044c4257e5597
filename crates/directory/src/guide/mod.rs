//! 連携マップ, ガイドブック: chosen by areas, kinds, functions and tags; printed in versions that stay.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | what a guide is; making and changing one |
//! | `choose` | which institutions it has now |
//! | `entry` | what it says of each |
//! | `version` | printed versions, and what differs between two |

mod choose;
mod entry;
mod version;

use renkei_access::policy::Action;
use renkei_base::limits::{NOTE_CHARS, TEXT_CHARS};
use renkei_base::{Ctx, Fault, Id, Refusal};
pub use renkei_store::guide::{GuideRow, GuideVersionRow};
use renkei_store::{Changes, Failure, Note, Store, StoreError};

pub use self::choose::{MOST, choose};
pub use self::entry::{Entry, Hours, entries};
pub use self::version::{Difference, difference, keep, kept, versions};
use crate::area::{AreaKind, Areas};
use crate::institution::line;
use crate::{Kind, function, gate, tag};

/// What a guide looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One map and a list.
    Map,
    /// A page's part for each institution, with indexes.
    Guidebook,
}

/// For whom it is. What is for professionals shows the desks' telephone numbers and is open to members only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Residents,
    Professionals,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Map, Self::Guidebook];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Guidebook => "guidebook",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl Audience {
    pub const ALL: [Self; 2] = [Self::Residents, Self::Professionals];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Professionals => "professionals",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What a person typed of a guide. Lists hold codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub title: String,
    pub form: String,
    pub audience: String,
    pub area_kind: String,
    pub areas: Vec<String>,
    pub kinds: Vec<String>,
    pub functions: Vec<String>,
    pub tags: Vec<String>,
    pub preface: String,
    /// Of the guide that was shown; 0 for a new one.
    pub revision: i64,
}

/// Whether the caller may see a guide, or its versions.
pub fn may_see(ctx: &Ctx, guide: &GuideRow) -> bool {
    let public = guide.audience == Audience::Residents.code();
    let region = gate::region(ctx, Action::DirectoryEdit).is_ok();
    region || guide.active && (public || ctx.caller.account.is_some())
}

/// All guides that the caller may see.
pub async fn list(store: &Store, ctx: &Ctx) -> Result<Vec<GuideRow>, StoreError> {
    let all = store.guides().await?.into_iter();
    Ok(all.filter(|guide| may_see(ctx, guide)).collect())
}

/// A guide that the caller may see.
pub async fn get(store: &Store, ctx: &Ctx, id: &Id) -> Result<GuideRow, Failure> {
    let guide = store.guide(id).await?;
    let guide = guide.filter(|guide| may_see(ctx, guide));
    Ok(guide.ok_or(Refusal::NotFound)?)
}

/// Makes a guide. Returns its id.
pub async fn make(store: &Store, ctx: &Ctx, areas: &Areas, typed: &Typed) -> Result<Id, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let id = ctx.ids.id();
    let row = GuideRow {
        id: id.clone(),
        revision: 1,
        active: true,
        ..checked(store, ctx, areas, typed).await?
    };
    put(store, ctx, "guide.make", &row).await?;
    Ok(id)
}

/// Changes what a guide is made of. Versions that were printed stay as they are.
pub async fn edit(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    id: &Id,
    typed: &Typed,
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let now = get(store, ctx, id).await?;
    let row = GuideRow {
        id: id.clone(),
        active: now.active,
        revision: typed.revision + 1,
        ..checked(store, ctx, areas, typed).await?
    };
    put(store, ctx, "guide.edit", &row).await
}

/// Takes a guide off the list, or puts it back.
pub async fn set_active(store: &Store, ctx: &Ctx, id: &Id, active: bool) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let now = get(store, ctx, id).await?;
    if now.active == active {
        return Ok(());
    }
    let row = GuideRow {
        active,
        revision: now.revision + 1,
        updated: ctx.at,
        ..now
    };
    let action = if active {
        "guide.offer"
    } else {
        "guide.retire"
    };
    put(store, ctx, action, &row).await
}

async fn put(store: &Store, ctx: &Ctx, action: &str, row: &GuideRow) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.put_guide(row);
    changes.note(Note::new(action).detail(row.id.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

async fn checked(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    typed: &Typed,
) -> Result<GuideRow, Failure> {
    let mut faults = Vec::new();
    let title = line(&typed.title, "title", &mut faults);
    if title.is_empty() {
        faults.push(Fault::new("title", "fault-guide-title"));
    }
    if Form::from_code(&typed.form).is_none() {
        faults.push(Fault::new("form", "fault-guide-form"));
    }
    if Audience::from_code(&typed.audience).is_none() {
        faults.push(Fault::new("audience", "fault-guide-audience"));
    }
    let preface = typed.preface.replace("\r\n", "\n").trim().to_owned();
    if preface.chars().count() > TEXT_CHARS.min(2 * NOTE_CHARS) {
        let fault = Fault::new("preface", "fault-institution-too-long");
        faults.push(fault.with("limit", 2 * NOTE_CHARS));
    }
    if preface.chars().any(|c| c.is_control() && c != '\n') {
        faults.push(Fault::new("preface", "fault-institution-control"));
    }
    known(store, ctx, areas, typed, &mut faults).await?;
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    Ok(GuideRow {
        id: ctx.ids.id(),
        title,
        form: typed.form.clone(),
        audience: typed.audience.clone(),
        area_kind: typed.area_kind.clone(),
        areas: typed.areas.clone(),
        kinds: typed.kinds.clone(),
        functions: typed.functions.clone(),
        tags: typed.tags.clone(),
        preface,
        active: true,
        revision: 1,
        updated: ctx.at,
    })
}

/// Each code that was chosen is there.
async fn known(
    store: &Store,
    ctx: &Ctx,
    areas: &Areas,
    typed: &Typed,
    faults: &mut Vec<Fault>,
) -> Result<(), StoreError> {
    let today = ctx.at.in_japan().date();
    let kind = AreaKind::from_code(&typed.area_kind);
    let there = |code: &String| kind.is_some_and(|kind| areas.area(kind, code, today).is_some());
    if typed.areas.is_empty() || !typed.areas.iter().all(there) {
        faults.push(Fault::new("areas", "fault-guide-areas"));
    }
    if !typed
        .kinds
        .iter()
        .all(|code| Kind::from_code(code).is_some())
    {
        faults.push(Fault::new("kinds", "fault-guide-kinds"));
    }
    let functions = function::all(store).await?;
    let is = |code: &String| functions.iter().any(|one| one.code == *code);
    if !typed.functions.iter().all(is) {
        faults.push(Fault::new("functions", "fault-guide-functions"));
    }
    let tags = tag::all(store).await?;
    let is = |code: &String| tags.iter().any(|one| one.code == *code);
    if !typed.tags.iter().all(is) {
        faults.push(Fault::new("tags", "fault-guide-tags"));
    }
    Ok(())
}
