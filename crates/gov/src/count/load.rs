//! The figures of a survey as it stands now, from the store.

use std::collections::HashMap;

use jiff::civil::Date;
use renkei_directory::area::{AreaKind, Areas, Atlas};
use renkei_directory::municipality::MunicipalityKind;
use renkei_store::marks::MarksRow;
use renkei_store::survey_override::OverrideRow;
use renkei_store::{Store, StoreError, SurveyRow};

use super::{FigureLine, Figures, Override, Sheet, group};
use crate::questionnaire::Class;
use crate::respondent::SheetState;
use crate::{Marks, Questionnaire, Status, respondent};

/// The day whose areas hold for a survey: the last one of its window.
pub fn day(survey: &SurveyRow) -> Date {
    let last = renkei_base::Micros(survey.closes.0.saturating_sub(1));
    last.in_japan().date()
}

/// The questionnaire of a survey, as it was asked.
pub async fn questionnaire(store: &Store, survey: &SurveyRow) -> Result<Questionnaire, StoreError> {
    let row = store
        .questionnaire(&survey.questionnaire, survey.questionnaire_version)
        .await?;
    let body = row.map(|row| row.body).unwrap_or_default();
    serde_json::from_str(&body).map_err(|error| {
        let what = format!("questionnaire {}: {error}", survey.questionnaire);
        StoreError::Corrupt(what)
    })
}

/// The figures as they stand now. Not filtered by anyone's rights.
pub async fn live(store: &Store, survey: &SurveyRow, areas: &Areas) -> Result<Figures, StoreError> {
    let questionnaire = questionnaire(store, survey).await?;
    let mut figures = Figures::of(&questionnaire);
    let mut overrides: HashMap<String, Vec<Override>> = HashMap::new();
    for row in store.overrides(&survey.code).await? {
        let to = overrides.entry(row.respondent.to_string()).or_default();
        to.extend(overriding(row));
    }
    let (atlas, day) = (areas.atlas(), day(survey));
    for row in store.marks(&survey.code).await? {
        let mut sheet = sheet(row, &atlas, day);
        sheet.overrides = overrides.remove(&sheet.respondent).unwrap_or_default();
        figures.sheets.push(sheet);
    }
    without_retired(&mut figures, &questionnaire);
    Ok(figures)
}

/// A choice that is offered no more is no line, unless a sheet has it.
fn without_retired(figures: &mut Figures, questionnaire: &Questionnaire) {
    let is_retired = |line: &FigureLine| {
        let question = questionnaire.question(&line.question);
        let choices = question.map_or(&[][..], |one| one.kind.choices());
        let found = choices
            .iter()
            .find(|one| line.choice.as_ref() == Some(&one.code));
        found.is_some_and(|one| one.retired)
    };
    let has = |at: usize, line: &FigureLine| {
        figures.sheets.iter().any(|sheet| {
            Marks::read(&sheet.marks).0.get(at) == Some(&Status::Yes)
                || sheet.overrides.iter().any(|one| one.line == line.id)
        })
    };
    let lines = figures.lines.iter().enumerate();
    let keep: Vec<bool> = lines
        .map(|(at, line)| !is_retired(line) || has(at, line))
        .collect();
    if keep.iter().all(|keep| *keep) {
        return;
    }
    let kept = |at: usize| keep.get(at).copied().unwrap_or(true);
    let mut at = 0..;
    figures.lines.retain(|_| at.next().is_some_and(kept));
    for sheet in &mut figures.sheets {
        let letters = sheet.marks.chars().enumerate();
        sheet.marks = letters
            .filter_map(|(at, letter)| kept(at).then_some(letter))
            .collect();
    }
}

fn overriding(row: OverrideRow) -> Option<Override> {
    let class = match row.class.as_str() {
        "yes" => Class::Yes,
        "no" => Class::No,
        _ => return None,
    };
    Some(Override {
        line: row.line,
        class,
        reason: row.reason,
    })
}

fn sheet(row: MarksRow, atlas: &Atlas, day: Date) -> Sheet {
    let state = SheetState::from_code(&row.state);
    let answered = state.is_some_and(SheetState::counts);
    let area = area(atlas, &row.municipality, day);
    let place = atlas.municipality(&row.municipality);
    let kind = place
        .and_then(|place| place.kind)
        .or_else(|| MunicipalityKind::of_name(&row.name))
        .filter(|_| !row.municipality.is_empty());
    Sheet {
        own: respondent::is_own(atlas, &row.municipality, &row.name),
        inhabitants: (!row.municipality.is_empty())
            .then(|| group::known(atlas, &row.municipality, day)),
        respondent: row.respondent.to_string(),
        area,
        kind: kind.map_or("", MunicipalityKind::code).to_owned(),
        municipality: row.municipality,
        name: row.name,
        counted: row.counted,
        answered,
        marks: if answered { row.marks } else { String::new() },
        overrides: Vec::new(),
    }
}

/// 二次保健医療圏, or empty.
fn area(atlas: &Atlas, municipality: &str, day: Date) -> String {
    let mut areas = atlas.of_municipality(AreaKind::SecondaryMedical, municipality, day);
    areas
        .next()
        .map(|area| area.code.clone())
        .unwrap_or_default()
}
