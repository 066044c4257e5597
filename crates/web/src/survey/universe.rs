//! Who is asked: the rule is typed, looked at, and written; one more later.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::name::search_key;
use renkei_base::{Lang, Refusal};
use renkei_directory::area::Atlas;
use renkei_directory::municipality::MunicipalityKind;
use renkei_directory::{AreaKind, Kind, function, tag};
use renkei_gov::respondent::expect;
use renkei_gov::respondent::universe::{Expected, Found, Universe, find};
use renkei_gov::survey::{SurveyState, is_checked, seen};
use renkei_store::{Failure, SurveyRow};

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "survey/universe.html")]
struct Page<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    form: Form,
    atlas: Arc<Atlas>,
    /// Code and name.
    areas: Vec<(String, String)>,
    kinds: Vec<(Kind, usize)>,
    /// Code and name.
    tags: Vec<(String, String)>,
    functions: Vec<(String, String)>,
    /// Two digits and name.
    prefectures: Vec<(String, &'static str)>,
    /// What the rule finds, before it is written.
    found: Option<Found>,
    /// How many are asked as it stands.
    asked: usize,
    refused: Option<String>,
    faults: Faults,
    /// It was written, without the lines of the list that mean nobody: they stay in their field.
    written: bool,
}

/// Names of those that are found, or of what is not, that are shown.
const SHOWN: usize = 300;

impl Page<'_> {
    /// How many are in each 圏域, or prefecture where none is known; one group is none.
    fn groups(&self, found: &Found) -> Vec<(String, usize)> {
        let today = self.v.now().in_japan().date();
        let mut groups: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for one in &found.expected {
            let code = &one.municipality;
            let kind = AreaKind::SecondaryMedical;
            let area = self.atlas.of_municipality(kind, code, today).next();
            let (key, name) = self.v.group_of(area, code);
            groups.entry(key).or_insert((name, 0)).1 += 1;
        }
        match groups.len() {
            1 => Vec::new(),
            _ => groups.into_values().collect(),
        }
    }

    /// Those with the words that were looked for in their name, as many as fit; and how many more.
    fn names<'f>(&self, found: &'f Found) -> (Vec<(String, &'f Expected)>, usize) {
        let key = search_key(self.form.get("within"));
        let named = found.expected.iter().map(|one| {
            let name = self
                .v
                .municipality(&self.atlas, &one.municipality, &one.name);
            (name, one)
        });
        let mut fitting: Vec<_> = named
            .filter(|(name, one)| {
                search_key(name).contains(&key) || search_key(&one.name).contains(&key)
            })
            .collect();
        let more = fitting.len().saturating_sub(SHOWN);
        fitting.truncate(SHOWN);
        (fitting, more)
    }

    fn place(&self, code: &str, name: &str) -> String {
        self.v.municipality(&self.atlas, code, name)
    }

    /// Institutions are asked, and it would be published who said what.
    fn names_institutions(&self, found: &Found) -> bool {
        let own = |one: &Expected| {
            let known = self.atlas.municipality(&one.municipality);
            known.is_some_and(|known| known.name == one.name)
        };
        self.survey.least == 0 && !found.expected.iter().all(own)
    }

    fn uncounted(&self, found: &Found) -> usize {
        found.expected.iter().filter(|one| !one.counted).count()
    }

    fn said_written(&self, found: &Found) -> String {
        let (count, lines) = (found.expected.len(), found.unknown.len());
        let (count, lines) = (count.to_string(), lines.to_string());
        let values = [("count", count.as_str()), ("lines", lines.as_str())];
        self.v.tn("survey-universe-written", &values)
    }

    /// What the button says that writes it: lines that mean nobody are left out.
    fn write_said(&self, found: &Found) -> String {
        let (count, lines) = (found.expected.len(), found.unknown.len());
        let (count, lines) = (count.to_string(), lines.to_string());
        match found.unknown.is_empty() {
            true => self.v.t1("survey-universe-write", "count", count),
            false => {
                let values = [("count", count.as_str()), ("lines", lines.as_str())];
                self.v.tn("survey-universe-write-without", &values)
            }
        }
    }

    fn unchecked(&self, found: &Found) -> usize {
        let lacks = |one: &&Expected| one.checker.is_none();
        match is_checked(&self.survey.chain) {
            true => found.expected.iter().filter(lacks).count(),
            false => 0,
        }
    }
}

async fn shown<'a>(app: &App, v: &'a Visit, code: &str, form: Form) -> Result<Page<'a>, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, code).await?;
    if seen::state_of(&survey) != SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-asked").into());
    }
    let lang = v.lang();
    let today = v.now().in_japan().date();
    let tags = tag::all(&app.store).await?;
    let functions = function::all(&app.store).await?;
    let asked = app.store.respondents(code).await?.len();
    let atlas = app.areas.atlas();
    let mut prefectures: Vec<(String, &'static str)> = atlas
        .municipalities(today)
        .filter_map(renkei_directory::municipality::Municipality::prefecture)
        .map(|one| match lang {
            Lang::Ja => (one.code(), one.name()),
            Lang::En => (one.code(), one.english()),
        })
        .collect();
    prefectures.dedup();
    Ok(Page {
        areas: atlas
            .of_kind(AreaKind::SecondaryMedical, today)
            .map(|area| (area.code.clone(), v.area_name(area)))
            .collect(),
        atlas: Arc::clone(&atlas),
        kinds: app.finder.kinds(),
        tags: tags
            .iter()
            .map(|tag| (tag.code.clone(), tag.name(lang).to_owned()))
            .collect(),
        functions: functions
            .iter()
            .map(|one| (one.code.clone(), one.name(lang).to_owned()))
            .collect(),
        prefectures,
        found: None,
        refused: None,
        faults: Faults::default(),
        written: false,
        asked,
        survey,
        form,
        v,
    })
}

/// `GET /surveys/{code}/universe`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let mut form = Form::default();
    let own = v.ctx.institution()?;
    let prefecture = app.finder.by_id(own).map(|hit| hit.prefecture);
    form.set("prefecture", prefecture.unwrap_or_default());
    page(&shown(&app, &v, &code, form).await?)
}

/// `POST /surveys/{code}/universe`: with `then=write` it is written, else looked at.
pub(crate) async fn choose(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let mut shown = shown(&app, &v, &code, form.clone()).await?;
    let rule = Universe {
        checked: is_checked(&shown.survey.chain),
        ..rule(&form)
    };
    if form.get("then") == "write" {
        let done = expect::expect(&app.store, &app.areas, &app.finder, &v.ctx, &code, &rule);
        return match done.await {
            Ok(found) if !found.unknown.is_empty() => {
                shown.asked = found.expected.len();
                shown.found = Some(found);
                shown.written = true;
                page(&shown)
            }
            Ok(_) => Ok(Redirect::to(&format!("/surveys/{code}/manage")).into_response()),
            Err(Failure::Refused(Refusal::Invalid(faults))) => {
                shown.faults = Faults::new(faults);
                page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
            }
            Err(Failure::Refused(Refusal::NotNow(key))) => {
                shown.refused = Some(key);
                page_with(StatusCode::CONFLICT, &shown)
            }
            Err(other) => Err(other.into()),
        };
    }
    if rule.lacks_why() {
        shown.faults = Faults::one("uncounted_why", "fault-required");
    }
    let today = v.now().in_japan().date();
    shown.found = Some(find(&app.areas, &app.finder, &rule, today));
    page(&shown)
}

/// `POST /surveys/{code}/respondents`: one more.
pub(crate) async fn add(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let named = form.get("institution");
    let added = expect::add(&app.store, &app.areas, &app.finder, &v.ctx, &code, named).await?;
    Ok(Redirect::to(&format!("/surveys/{code}/manage#r-{added}")).into_response())
}

fn rule(form: &Form) -> Universe {
    let kinds = form.all("municipality").iter();
    let institutions = form.all("kind").iter();
    let some = |name: &str| -> Vec<String> {
        let each = form.all(name).iter();
        each.filter(|one| !one.is_empty()).cloned().collect()
    };
    Universe {
        municipalities: kinds
            .filter_map(|code| MunicipalityKind::from_code(code))
            .collect(),
        prefecture: form.get("prefecture").to_owned(),
        areas: some("area"),
        kinds: institutions
            .filter_map(|code| Kind::from_code(code))
            .collect(),
        tags: some("tag"),
        functions: some("function"),
        list: form.get("list").to_owned(),
        uncounted_areas: some("uncounted"),
        uncounted_why: form.get("uncounted_why").trim().to_owned(),
        checked: false,
    }
}
