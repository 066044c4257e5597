//! Tags: what institutions can do, when, in which languages, for which worries, in the region's own words.
//!
//! Some come with the program (`data/tags.csv`); the region renames, orders and retires them, and defines its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Fault, Id, Lang, Refusal};
use renkei_store::tag::TagRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};
use serde::Deserialize;

use crate::gate;
use crate::institution::line;

/// Those that come with the program.
const DEFAULTS: &str = include_str!("data/tags.csv");

/// What a tag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// できること: 往診, 気管切開 …
    Capability,
    /// こころの医療
    Mental,
    /// いつ: 土曜, 夜間 …
    Time,
    /// ことば
    Language,
    /// 来やすさ: wheelchair, online …
    Access,
    /// こんなとき: a worry in plain words, by which residents find help.
    Worry,
}

impl Family {
    pub const ALL: [Self; 6] = [
        Self::Capability,
        Self::Mental,
        Self::Time,
        Self::Language,
        Self::Access,
        Self::Worry,
    ];

    /// The code in tables and forms; the key of its name is `tag-family-CODE`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Mental => "mental",
            Self::Time => "time",
            Self::Language => "language",
            Self::Access => "access",
            Self::Worry => "worry",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.code() == code)
    }
}

/// One tag, with what the region has made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Small letters, digits, hyphens: stays whatever the name becomes.
    pub code: String,
    pub family: Family,
    pub name: String,
    pub english: String,
    /// Other words by which people look for it, blanks between.
    pub words: String,
    /// Its place in its family.
    pub place: i64,
    /// Retired ones stay on what carries them and are offered no more.
    pub active: bool,
    /// Defined by this region.
    pub own: bool,
}

impl Tag {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.name,
            Lang::En => &self.english,
        }
    }
}

/// A tag as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The code of a [`Family`].
    pub family: String,
    pub name: String,
    /// Empty is the Japanese name.
    pub english: String,
    /// Its place in its family, from 1; empty is the end.
    pub place: String,
}

#[derive(Deserialize)]
struct Default {
    family: String,
    code: String,
    name: String,
    english: String,
    words: String,
}

static SHIPPED: LazyLock<Vec<Tag>> = LazyLock::new(shipped);

/// Places of the program's tags, so that the region can put its own between them.
const STEP: i64 = 1_000;

fn shipped() -> Vec<Tag> {
    let mut reader = csv::Reader::from_reader(DEFAULTS.as_bytes());
    let mut places: BTreeMap<Family, i64> = BTreeMap::new();
    let rows = reader.deserialize::<Default>().filter_map(Result::ok);
    let tags = rows.filter_map(|row| {
        let family = Family::from_code(&row.family)?;
        let place = places.entry(family).or_default();
        *place += STEP;
        Some(Tag {
            code: row.code,
            family,
            name: row.name,
            english: row.english,
            words: row.words,
            place: *place,
            active: true,
            own: false,
        })
    });
    tags.collect()
}

/// All tags, retired ones too: by family, then by their place.
pub async fn all(store: &Store) -> Result<Vec<Tag>, StoreError> {
    Ok(merged(store.tags().await?))
}

fn merged(rows: Vec<TagRow>) -> Vec<Tag> {
    let mut tags: BTreeMap<String, Tag> = SHIPPED
        .iter()
        .map(|tag| (tag.code.clone(), tag.clone()))
        .collect();
    for row in rows {
        let Some(family) = Family::from_code(&row.family) else {
            continue;
        };
        let before = tags.remove(&row.code);
        let tag = Tag {
            own: before.is_none(),
            words: before.map(|tag| tag.words).unwrap_or_default(),
            code: row.code,
            family,
            name: row.name,
            english: row.english,
            place: row.place,
            active: row.active,
        };
        tags.insert(tag.code.clone(), tag);
    }
    let mut tags: Vec<Tag> = tags.into_values().collect();
    tags.sort_by(|a, b| (a.family, a.place, &a.code).cmp(&(b.family, b.place, &b.code)));
    tags
}

/// One tag by its code.
pub async fn get(store: &Store, code: &str) -> Result<Option<Tag>, StoreError> {
    Ok(all(store).await?.into_iter().find(|tag| tag.code == code))
}

/// Defines a tag. Returns its code.
pub async fn define(store: &Store, ctx: &Ctx, typed: &Typed) -> Result<String, Failure> {
    gate::region(ctx, Action::TagsManage)?;
    let tags = all(store).await?;
    let family = Family::from_code(&typed.family)
        .ok_or_else(|| Refusal::fault("family", "fault-tag-family"))?;
    let code = format!("own-{}", ctx.ids.id());
    let row = checked(typed, &tags, &code, family, ctx)?;
    put(store, ctx, &row, "tag.define").await?;
    Ok(code)
}

/// Renames a tag or puts it in another place of its family.
pub async fn edit(store: &Store, ctx: &Ctx, code: &str, typed: &Typed) -> Result<(), Failure> {
    gate::region(ctx, Action::TagsManage)?;
    let tags = all(store).await?;
    let tag = tags
        .iter()
        .find(|tag| tag.code == code)
        .ok_or(Refusal::NotFound)?;
    let row = checked(typed, &tags, code, tag.family, ctx)?;
    let row = TagRow {
        active: tag.active,
        ..row
    };
    put(store, ctx, &row, "tag.edit").await
}

/// Retires a tag or takes it into use again.
pub async fn set_active(store: &Store, ctx: &Ctx, code: &str, active: bool) -> Result<(), Failure> {
    gate::region(ctx, Action::TagsManage)?;
    let tag = get(store, code).await?.ok_or(Refusal::NotFound)?;
    let row = TagRow {
        code: tag.code,
        family: tag.family.code().to_owned(),
        name: tag.name,
        english: tag.english,
        place: tag.place,
        active,
        updated: ctx.at,
    };
    let act = if active { "tag.restore" } else { "tag.retire" };
    put(store, ctx, &row, act).await
}

async fn put(store: &Store, ctx: &Ctx, row: &TagRow, act: &str) -> Result<(), Failure> {
    let mut changes = Changes::default();
    changes.put_tag(row);
    changes.note(Note::new(act).detail(row.code.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn checked(
    typed: &Typed,
    tags: &[Tag],
    code: &str,
    family: Family,
    ctx: &Ctx,
) -> Result<TagRow, Refusal> {
    let mut faults = Vec::new();
    let name = line(&typed.name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-tag-name"));
    }
    let key = renkei_base::name::search_key(&name);
    let mut others = tags
        .iter()
        .filter(|tag| tag.code != code && tag.family == family && tag.active);
    if others.any(|tag| renkei_base::name::search_key(&tag.name) == key) {
        faults.push(Fault::new("name", "fault-tag-twice"));
    }
    let english = line(&typed.english, "english", &mut faults);
    let place = match typed.place.trim() {
        "" => end_of(tags, family),
        text => place_of(text, tags, code, family).unwrap_or_else(|| {
            faults.push(Fault::new("place", "fault-tag-place"));
            0
        }),
    };
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    Ok(TagRow {
        code: code.to_owned(),
        family: family.code().to_owned(),
        english: if english.is_empty() {
            name.clone()
        } else {
            english
        },
        name,
        place,
        active: true,
        updated: ctx.at,
    })
}

fn end_of(tags: &[Tag], family: Family) -> i64 {
    let places = tags.iter().filter(|tag| tag.family == family);
    places.map(|tag| tag.place).max().unwrap_or(0) + STEP
}

/// The place that makes it the n-th of its family: between its neighbours there.
fn place_of(text: &str, tags: &[Tag], code: &str, family: Family) -> Option<i64> {
    let wanted: usize = renkei_base::text::usual_width(text).trim().parse().ok()?;
    let before = wanted.checked_sub(1)?;
    let places: Vec<i64> = tags
        .iter()
        .filter(|tag| tag.family == family && tag.code != code && tag.active)
        .map(|tag| tag.place)
        .collect();
    let next = places.get(before).copied();
    let last = before.checked_sub(1).and_then(|at| places.get(at)).copied();
    Some(match (last, next) {
        (Some(last), Some(next)) => last.midpoint(next),
        (None, Some(next)) => next - STEP,
        (_, None) => end_of(tags, family),
    })
}

/// The tags of one institution that are in use, by family.
pub async fn of(store: &Store, institution: &Id) -> Result<Vec<Tag>, StoreError> {
    let carried = store.tags_of(institution).await?;
    let mut tags = all(store).await?;
    tags.retain(|tag| carried.iter().any(|one| one.tag == tag.code));
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_come_with_the_program_are_read() {
        let lines = DEFAULTS.lines().count() - 1;
        assert_eq!(SHIPPED.len(), lines);
        for family in Family::ALL {
            assert!(SHIPPED.iter().any(|tag| tag.family == family));
        }
        let mut codes: Vec<&str> = SHIPPED.iter().map(|tag| tag.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), lines);
    }
}
