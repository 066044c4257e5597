//! 調査票: what an institution asks, built by its officers in versions, seen beforehand as its respondents will see it.

mod build;
mod file;
mod new;
mod question;
mod typed;
mod view;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_base::Id;
use renkei_gov::questionnaire::act::{self, Version};
use renkei_gov::questionnaire::{Question, Questionnaire, VersionState};
use renkei_store::questionnaire::QuestionnaireRow;

pub(crate) use self::build::{edit, step};
pub(crate) use self::file::fhir;
pub(crate) use self::new::{make, new};
pub(crate) use self::question::{change, preview_one, show_one};
pub(crate) use self::view::{compare, preview, show};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "questionnaires.html")]
struct List<'a> {
    v: &'a Visit,
    lines: Vec<Line>,
}

/// A questionnaire with its newest version.
struct Line {
    newest: QuestionnaireRow,
    /// The newest one that can be asked.
    final_version: Option<i64>,
}

/// `GET /questionnaires`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut lines: Vec<Line> = Vec::new();
    for row in act::list(&app.store, &v.ctx).await? {
        let offered = row.state == VersionState::Final.code();
        let version = offered.then_some(row.version);
        match lines.iter_mut().find(|line| line.newest.id == row.id) {
            Some(line) => {
                line.final_version = line.final_version.max(version);
                if row.version > line.newest.version {
                    line.newest = row;
                }
            }
            None => lines.push(Line {
                newest: row,
                final_version: version,
            }),
        }
    }
    page(&List { v: &v, lines })
}

/// Where a questionnaire lives.
fn address(id: &Id) -> String {
    format!("/questionnaires/{id}")
}

/// `ア①`, or that it has no number yet.
fn number(body: &Questionnaire, question: &Question) -> String {
    let found = body.questions().find(|(_, one)| one.id == question.id);
    found.map_or_else(String::new, |(section, one)| {
        format!("{}{}", section.label, one.label)
    })
}

/// The version that the address asks for, or the newest.
fn chosen(versions: &[Version], asked: Option<i64>) -> Result<&Version, Answer> {
    let found = match asked {
        Some(number) => versions.iter().find(|one| one.row.version == number),
        None => versions.first(),
    };
    found.ok_or(Answer::NotFound)
}
