//! Free texts of a survey in groups that its owner names: what municipalities wish, by theme.

use std::collections::BTreeMap;

use renkei_access::policy::Action;
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::survey_theme::SurveyThemeRow;
use renkei_store::{Changes, Failure, Note, Store};

use crate::{audit, gate};

/// Texts that are put somewhere at once.
pub const MOST: usize = 2_000;

/// A theme with those whose texts are about it.
pub type Themes = BTreeMap<String, Vec<Id>>;

/// The themes of one question's texts.
pub async fn of(store: &Store, survey: &str, question: &str) -> Result<Themes, Failure> {
    let mut themes = Themes::new();
    for row in store.survey_themes(survey, question).await? {
        themes.entry(row.theme).or_default().push(row.respondent);
    }
    Ok(themes)
}

/// Puts texts into a theme, which is new or there. `owner`: of the survey.
pub async fn put(
    store: &Store,
    ctx: &Ctx,
    owner: &Id,
    place: (&str, &str),
    respondents: &[Id],
    theme: &str,
) -> Result<(), Failure> {
    let done = put_tried(store, ctx, owner, place, respondents, theme).await;
    let note = Note::new("survey.theme").detail(format!(
        "{} {}",
        audit::plain(place.0),
        audit::plain(place.1)
    ));
    store.noted(ctx, note, done).await
}

async fn put_tried(
    store: &Store,
    ctx: &Ctx,
    owner: &Id,
    (survey, question): (&str, &str),
    respondents: &[Id],
    theme: &str,
) -> Result<(), Failure> {
    gate::own(ctx, Action::SurveyManage, owner)?;
    let theme = renkei_base::text::required_line("theme", theme, LINE_CHARS)
        .map_err(|fault| Refusal::Invalid(vec![fault]))?;
    if respondents.is_empty() || respondents.len() > MOST {
        return Err(Refusal::fault("respondents", "fault-theme-texts").into());
    }
    let mut changes = Changes::default();
    for respondent in respondents {
        changes.put_survey_theme(&row(ctx, (survey, question), respondent, &theme));
    }
    changes.note(Note::new("survey.theme").detail(format!("{survey} {question}")));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Takes one text out of a theme. A theme without texts is gone.
pub async fn take(
    store: &Store,
    ctx: &Ctx,
    owner: &Id,
    place: (&str, &str),
    respondent: &Id,
    theme: &str,
) -> Result<(), Failure> {
    let done = take_tried(store, ctx, owner, place, respondent, theme).await;
    let note = Note::new("survey.theme").detail(format!(
        "{} {}",
        audit::plain(place.0),
        audit::plain(place.1)
    ));
    store.noted(ctx, note, done).await
}

async fn take_tried(
    store: &Store,
    ctx: &Ctx,
    owner: &Id,
    (survey, question): (&str, &str),
    respondent: &Id,
    theme: &str,
) -> Result<(), Failure> {
    gate::own(ctx, Action::SurveyManage, owner)?;
    let mut changes = Changes::default();
    changes.remove_survey_theme(&row(ctx, (survey, question), respondent, theme));
    changes.note(Note::new("survey.theme").detail(format!("{survey} {question}")));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn row(
    ctx: &Ctx,
    (survey, question): (&str, &str),
    respondent: &Id,
    theme: &str,
) -> SurveyThemeRow {
    SurveyThemeRow {
        survey: survey.to_owned(),
        question: question.to_owned(),
        respondent: respondent.clone(),
        theme: theme.to_owned(),
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    }
}
