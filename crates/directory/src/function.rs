//! Functions of the medical plan (医療機能): what each is for, what it asks of an institution, and who has it.
//!
//! Some come with the program (`data/functions.csv`, `data/function-items.csv`: the five of the psychiatric guideline in
//! short words, and others); the region changes them and adds its own. Institutions ask for a function, the region
//! decides.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use renkei_base::{Id, Lang};
use renkei_store::function::{FunctionItem, FunctionRow, InstitutionFunction};
use renkei_store::{Store, StoreError};
use serde::Deserialize;

pub use self::act::{Typed, ask, assign, define, edit, end, set_active};

mod act;

const FUNCTIONS: &str = include_str!("data/functions.csv");
const ITEMS: &str = include_str!("data/function-items.csv");

/// What an item says of its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// 目標
    Goal,
    /// 医療機関に求められる事項
    Requirement,
    /// 医療機関等の例
    Example,
}

impl Aspect {
    pub const ALL: [Self; 3] = [Self::Goal, Self::Requirement, Self::Example];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Requirement => "requirement",
            Self::Example => "example",
        }
    }
}

/// How an institution stands to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunctionState {
    /// It has asked for it.
    Asked,
    /// The region has said yes: public from here on.
    Approved,
    Refused,
    Ended,
}

impl FunctionState {
    pub const ALL: [Self; 4] = [Self::Asked, Self::Approved, Self::Refused, Self::Ended];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// One goal, requirement or example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub aspect: Aspect,
    pub name: String,
    pub english: String,
}

impl Item {
    pub fn name(&self, lang: Lang) -> &str {
        in_language(lang, &self.name, &self.english)
    }
}

/// One function, with what the region has made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub code: String,
    /// `psychiatric`, `mental-special`, `general`, `home-care`; the key of its name is `function-family-CODE`.
    pub family: String,
    pub name: String,
    pub english: String,
    pub place: i64,
    pub active: bool,
    /// Defined by this region.
    pub own: bool,
    /// In order, goals first.
    pub items: Vec<Item>,
}

impl Function {
    pub fn name(&self, lang: Lang) -> &str {
        in_language(lang, &self.name, &self.english)
    }

    pub fn of(&self, aspect: Aspect) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.aspect == aspect)
    }
}

fn in_language<'a>(lang: Lang, name: &'a str, english: &'a str) -> &'a str {
    match lang {
        Lang::En if !english.is_empty() => english,
        _ => name,
    }
}

/// Families in their order.
pub const FAMILIES: [&str; 4] = ["psychiatric", "mental-special", "general", "home-care"];

#[derive(Deserialize)]
struct FunctionLine {
    family: String,
    code: String,
    name: String,
    english: String,
}

#[derive(Deserialize)]
struct ItemLine {
    function: String,
    aspect: String,
    number: i64,
    name: String,
    english: String,
}

static SHIPPED: LazyLock<Vec<Function>> = LazyLock::new(shipped);

/// Places of the program's functions, so that the region can put its own between them.
const STEP: i64 = 1_000;

fn shipped() -> Vec<Function> {
    let mut reader = csv::Reader::from_reader(FUNCTIONS.as_bytes());
    let rows = reader.deserialize::<FunctionLine>().filter_map(Result::ok);
    let items = shipped_items();
    let each = rows.zip(1..).map(|(row, nth)| Function {
        items: items_of(&items, &row.code),
        code: row.code,
        family: row.family,
        name: row.name,
        english: row.english,
        place: nth * STEP,
        active: true,
        own: false,
    });
    each.collect()
}

fn shipped_items() -> Vec<FunctionItem> {
    let mut reader = csv::Reader::from_reader(ITEMS.as_bytes());
    let rows = reader.deserialize::<ItemLine>().filter_map(Result::ok);
    let each = rows.map(|row| FunctionItem {
        function: row.function,
        aspect: row.aspect,
        number: row.number,
        name: row.name,
        english: row.english,
    });
    each.collect()
}

fn items_of(items: &[FunctionItem], code: &str) -> Vec<Item> {
    let mut found = Vec::new();
    for aspect in Aspect::ALL {
        let own = items
            .iter()
            .filter(|item| item.function == code && item.aspect == aspect.code());
        found.extend(own.map(|item| Item {
            aspect,
            name: item.name.clone(),
            english: item.english.clone(),
        }));
    }
    found
}

/// All functions, retired ones too: by family, then by their place.
pub async fn all(store: &Store) -> Result<Vec<Function>, StoreError> {
    let rows = store.functions().await?;
    let items = if rows.is_empty() {
        Vec::new()
    } else {
        store.function_items().await?
    };
    Ok(merged(rows, &items))
}

fn merged(rows: Vec<FunctionRow>, items: &[FunctionItem]) -> Vec<Function> {
    let mut all: BTreeMap<String, Function> = SHIPPED
        .iter()
        .map(|one| (one.code.clone(), one.clone()))
        .collect();
    for row in rows {
        let own = !SHIPPED.iter().any(|one| one.code == row.code);
        let function = Function {
            items: items_of(items, &row.code),
            code: row.code,
            family: row.family,
            name: row.name,
            english: row.english,
            place: row.place,
            active: row.active,
            own,
        };
        all.insert(function.code.clone(), function);
    }
    let mut all: Vec<Function> = all.into_values().collect();
    let family = |one: &Function| FAMILIES.iter().position(|code| *code == one.family);
    all.sort_by(|a, b| (family(a), a.place, &a.code).cmp(&(family(b), b.place, &b.code)));
    all
}

/// One function by its code.
pub async fn get(store: &Store, code: &str) -> Result<Option<Function>, StoreError> {
    let all = all(store).await?;
    Ok(all.into_iter().find(|one| one.code == code))
}

/// The functions that an institution has today: what everybody sees, with how it stands to them.
pub async fn held_by(
    store: &Store,
    institution: &Id,
    today: &str,
) -> Result<Vec<(Function, InstitutionFunction)>, StoreError> {
    let rows = store.functions_of(institution).await?;
    let all = all(store).await?;
    let pair = |function: Function| {
        let row = rows.iter().find(|row| row.function == function.code)?;
        (function.active && holds(row, today)).then(|| (function, row.clone()))
    };
    Ok(all.into_iter().filter_map(pair).collect())
}

/// Whether a function is approved and runs on this day (`2026-11-22`).
pub fn holds(row: &InstitutionFunction, day: &str) -> bool {
    row.state == FunctionState::Approved.code()
        && (row.from.is_empty() || row.from.as_str() <= day)
        && (row.until.is_empty() || row.until.as_str() >= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of the guideline: goals, requirements, examples of its five functions.
    #[test]
    fn the_five_functions_of_the_guideline() {
        let five = SHIPPED.iter().filter(|one| one.family == "psychiatric");
        let counts: Vec<[usize; 3]> = five
            .map(|one| Aspect::ALL.map(|aspect| one.of(aspect).count()))
            .collect();
        let wanted = [[3, 4, 4], [3, 7, 4], [5, 11, 8], [3, 10, 3], [0, 0, 0]];
        assert_eq!(counts, wanted);
    }

    #[test]
    fn all_that_come_with_the_program_are_read() {
        assert_eq!(SHIPPED.len(), FUNCTIONS.lines().count() - 1);
        assert_eq!(shipped_items().len(), ITEMS.lines().count() - 1);
        for one in SHIPPED.iter() {
            assert!(FAMILIES.contains(&one.family.as_str()), "{}", one.code);
        }
        for item in shipped_items() {
            assert!(SHIPPED.iter().any(|one| one.code == item.function));
        }
    }
}
