//! The conditions of a list in words, as its reader chose them, each with the address of the list without it.

use renkei_base::Lang;
use renkei_base::code::Prefecture;
use renkei_directory::finder::{Beds, Point};
use renkei_directory::{AreaKind, Kind, function, tag};

use super::list::TIMES;
use super::wanted::{self, DAYS, Understood, Wanted};
use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// 目黒区
    pub(super) text: String,
    /// The list without it.
    pub(super) href: String,
}

/// Everything that narrows or orders the list. What nobody understands is told elsewhere.
pub(super) async fn of(
    app: &App,
    v: &Visit,
    asked: &Wanted,
    understood: &Understood,
) -> Result<Vec<Condition>, Answer> {
    let names = Names::of(app, v, asked).await?;
    let mut found = Vec::new();
    for (name, value) in asked.pairs() {
        let mut unknown = understood.unknown.iter();
        if unknown.any(|one| one.name == name) {
            continue;
        }
        let Some(text) = text(app, v, asked, &names, (name, value)) else {
            continue;
        };
        let href = match name {
            "beds" => asked.without_all(&["beds", "bed"]),
            "near" => asked.without_all(&["near", "within"]),
            _ => asked.without(name, value),
        };
        found.push(Condition { text, href });
    }
    Ok(found)
}

/// Names of tags and functions, read only where some are asked for.
struct Names {
    tags: Vec<(String, String)>,
    functions: Vec<(String, String)>,
}

impl Names {
    async fn of(app: &App, v: &Visit, asked: &Wanted) -> Result<Self, Answer> {
        let mut names = Self {
            tags: Vec::new(),
            functions: Vec::new(),
        };
        if !asked.one("tag").is_empty() {
            let all = tag::all(&app.store).await?.into_iter();
            let pair = |one: tag::Tag| (one.code.clone(), one.name(v.lang()).to_owned());
            names.tags = all.map(pair).collect();
        }
        if !asked.one("function").is_empty() {
            let all = function::all(&app.store).await?.into_iter();
            let pair = |one: function::Function| (one.code.clone(), one.name(v.lang()).to_owned());
            names.functions = all.map(pair).collect();
        }
        Ok(names)
    }
}

fn named(names: &[(String, String)], code: &str) -> String {
    let known = names.iter().find(|(one, _)| one == code);
    known.map_or_else(|| code.to_owned(), |(_, name)| name.clone())
}

/// In words; `None` for what says nothing by itself.
fn text(
    app: &App,
    v: &Visit,
    asked: &Wanted,
    names: &Names,
    (name, value): (&str, &str),
) -> Option<String> {
    let said = match name {
        "q" => v.t1("list-chosen-q", "words", value),
        "trouble" => trouble(app, v.lang(), value),
        "kind" => v.t(Kind::from_code(value)?.key()),
        "prefecture" => {
            // Its municipality says it too.
            let inside = asked.one("municipality");
            if !inside.is_empty() && inside.starts_with(value) {
                return None;
            }
            prefecture(v.lang(), value)?
        }
        "municipality" => municipality(app, v, value),
        "area" => area(app, v, value)?,
        "department" => value.to_owned(),
        "tag" => named(&names.tags, value),
        "function" => named(&names.functions, value),
        "beds" => beds(v, &asked.beds()?),
        "open" => open(v, value)?,
        "at" => value.to_owned(),
        "near" => {
            let place = match Point::parse(value) {
                Some(_) => value.to_owned(),
                None => municipality(app, v, value),
            };
            v.t1("list-chosen-near", "place", place)
        }
        "within" if !asked.one("near").is_empty() => v.t1("list-chosen-within", "km", value),
        "free" => match value.parse::<u32>() {
            Ok(days) => v.t1(
                "list-chosen-free",
                "until",
                v.t1("list-free-days", "days", days),
            ),
            Err(_) => v.t1("list-chosen-free", "until", v.date(value)),
        },
        "sort" => v.t("list-sort-free"),
        "closed" if value == "yes" => v.t("list-chosen-closed"),
        _ => return None,
    };
    Some(said)
}

fn trouble(app: &App, lang: Lang, code: &str) -> String {
    let all = app.finder.troubles();
    let known = all.iter().find(|(one, _)| one.code == code);
    let words = known.map(|(one, _)| match lang {
        Lang::Ja => &one.words,
        Lang::En => &one.english,
    });
    let first = words.and_then(|words| words.first());
    first.map_or(code, String::as_str).to_owned()
}

fn prefecture(lang: Lang, code: &str) -> Option<String> {
    let one = Prefecture::parse(code)?;
    Some(match lang {
        Lang::Ja => one.name().to_owned(),
        Lang::En => one.english().to_owned(),
    })
}

fn municipality(app: &App, v: &Visit, code: &str) -> String {
    let atlas = app.areas.atlas();
    let now = atlas.at(code, wanted::today(v));
    match atlas.municipality(now) {
        Some(one) => one.name.clone(),
        None => app.finder.municipality_name(code),
    }
}

fn area(app: &App, v: &Visit, value: &str) -> Option<String> {
    let (kind, code) = match value.split_once(':') {
        Some((kind, code)) => (AreaKind::from_code(kind)?, code),
        None => (AreaKind::SecondaryMedical, value),
    };
    let area = app.areas.area(kind, code, wanted::today(v))?;
    Some(area.name)
}

/// 精神病床 20床以上
fn beds(v: &Visit, beds: &Beds) -> String {
    let mut kinds = crate::say::BEDS.iter();
    let kind = kinds.find(|(code, _)| *code == beds.kind);
    let kind = kind.map(|(_, key)| v.t(key)).unwrap_or_default();
    let (least, most) = (
        beds.least.to_string(),
        beds.most.map(|most| most.to_string()),
    );
    match most {
        None => v.tn(
            "list-chosen-beds-from",
            &[("kind", kind.as_str()), ("least", least.as_str())],
        ),
        Some(most) => v.tn(
            "list-chosen-beds-span",
            &[
                ("kind", kind.as_str()),
                ("least", least.as_str()),
                ("most", most.as_str()),
            ],
        ),
    }
}

/// 土曜, 夜
fn open(v: &Visit, value: &str) -> Option<String> {
    if let Some((_, key)) = TIMES.iter().find(|(code, _)| *code == value) {
        return Some(v.t(key));
    }
    let day = DAYS.iter().position(|one| *one == value)?;
    Some(v.t(&format!("list-day-{}", day + 1)))
}
