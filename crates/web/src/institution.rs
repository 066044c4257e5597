//! 医療機関: found by anybody.

mod confirm;
pub(crate) mod edit;
pub(crate) mod part;
pub(crate) mod section;
mod show;
mod source;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use renkei_base::code::Prefecture;
use renkei_base::{Lang, limits};
use renkei_directory::{Filter, Found, Kind, Search};
use serde::Deserialize;

use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

pub(crate) use self::confirm::{confirm, look};
pub(crate) use self::show::show;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    q: String,
    kind: String,
    /// Two digits.
    prefecture: String,
    /// Six digits.
    municipality: String,
    /// From 1.
    page: usize,
}

#[derive(Template)]
#[template(path = "institutions.html")]
struct List<'a> {
    v: &'a Visit,
    params: &'a Params,
    kinds: &'static [Kind],
    /// Code and name; only one needs no choice.
    prefectures: Vec<(String, &'static str)>,
    /// Code and name, of the prefecture chosen.
    municipalities: Vec<(String, String)>,
    found: Found,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "institution_rows.html")]
struct Rows<'a> {
    v: &'a Visit,
    found: Found,
    pages: Pages,
}

/// Which page of a list this is.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Addresses of the neighbours.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// `GET /institutions?q=&kind=&municipality=&page=`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let found = search(&app, &v, &params);
    let pages = pages(&params, &found);
    if v.fragment {
        return page(&Rows {
            v: &v,
            found,
            pages,
        });
    }
    let municipalities = app.finder.municipalities();
    let prefectures = prefectures(&municipalities, v.lang());
    let chosen = if prefectures.len() > 1 {
        params.prefecture.as_str()
    } else {
        ""
    };
    let all = prefectures.len() <= 1;
    page(&List {
        v: &v,
        params: &params,
        kinds: &Kind::ALL,
        municipalities: municipalities
            .into_iter()
            .filter(|(code, _)| all || !chosen.is_empty() && code.starts_with(chosen))
            .collect(),
        prefectures,
        found,
        pages,
    })
}

/// Those that have institutions, in the order of their codes.
fn prefectures(municipalities: &[(String, String)], lang: Lang) -> Vec<(String, &'static str)> {
    let has = |code: &str| municipalities.iter().any(|(one, _)| one.starts_with(code));
    let all = Prefecture::all().map(|prefecture| (prefecture.code(), prefecture));
    let there = all.filter(|(code, _)| has(code));
    let name = |prefecture: Prefecture| match lang {
        Lang::Ja => prefecture.name(),
        Lang::En => prefecture.english(),
    };
    there
        .map(|(code, prefecture)| (code, name(prefecture)))
        .collect()
}

fn search(app: &App, v: &Visit, params: &Params) -> Found {
    let near = v
        .ctx
        .caller
        .institution
        .as_ref()
        .and_then(|id| app.finder.by_id(id));
    app.finder.search(&Search {
        words: params.q.clone(),
        filter: Filter {
            kinds: Kind::from_code(&params.kind).into_iter().collect(),
            prefecture: (!params.prefecture.is_empty()).then(|| params.prefecture.clone()),
            // A municipality that was chosen before another prefecture was does not count.
            municipality: (!params.municipality.is_empty()
                && params.municipality.starts_with(&params.prefecture))
            .then(|| params.municipality.clone()),
            ..Filter::default()
        },
        near: near
            .map(|hit| hit.municipality)
            .filter(|code| !code.is_empty()),
        offset: params
            .page
            .saturating_sub(1)
            .saturating_mul(limits::PAGE_ROWS),
        limit: limits::PAGE_ROWS,
    })
}

fn pages(params: &Params, found: &Found) -> Pages {
    let number = params.page.max(1);
    let before = (number - 1).saturating_mul(limits::PAGE_ROWS);
    let last = before.saturating_add(found.hits.len());
    Pages {
        first: if found.hits.is_empty() { 0 } else { before + 1 },
        last,
        before: (number > 1).then(|| address(params, number - 1)),
        after: (last < found.total).then(|| address(params, number + 1)),
    }
}

fn address(params: &Params, page: usize) -> String {
    let mut query = form_urlencoded::Serializer::for_suffix(
        "/institutions?".to_owned(),
        "/institutions?".len(),
    );
    for (name, value) in [
        ("q", &params.q),
        ("kind", &params.kind),
        ("municipality", &params.municipality),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("page", &page.to_string()).finish()
}
