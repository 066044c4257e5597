//! What was said before, beside each question.

use renkei_base::Id;
use renkei_gov::sheet::previous::Previous;
use renkei_gov::sheet::{self, Sheet};

use crate::error::Answer;
use crate::question::words;
use crate::state::App;
use crate::visit::Visit;

/// What stands beside a sheet: last year's, and those of municipalities that were merged into this one.
pub(super) async fn previous(app: &App, sheet: &Sheet) -> Result<Vec<Previous>, Answer> {
    let atlas = app.areas.atlas();
    let all = sheet::previous::previous(&app.store, &atlas, sheet.survey(), &sheet.row).await;
    Ok(all?)
}

/// What was said to a question before, in words.
pub(super) struct Then<'a> {
    before: &'a Previous,
    said: String,
    /// Whose it is: empty where it is the respondent's own of last year.
    name: &'a str,
    /// It can be taken over: documents stay where they are.
    typed: bool,
}

impl<'a> Then<'a> {
    pub(super) fn of(v: &Visit, sheet: &Sheet, before: &'a Previous, id: &str) -> Option<Self> {
        let asked = before.questionnaire.question(id)?;
        let answer = before.answers.get(id)?;
        let said = words(v, asked, Some(answer));
        let own = before.name == sheet.row.name;
        Some(Self {
            name: if own { "" } else { &before.name },
            typed: sheet::previous::typed(answer).is_some(),
            before,
            said,
        })
    }
}

/// Last year's answer, or one line for each municipality that was merged.
pub(super) fn said_then(then: &[Then<'_>]) -> String {
    let lines = then.iter().filter(|one| !one.said.is_empty());
    let lines = lines.map(|one| match one.name {
        "" => one.said.clone(),
        name => format!("{name}: {}", one.said),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whose answers can be taken over, with the names to tell them apart.
pub(super) fn same<'a>(then: &[Then<'a>]) -> Vec<(&'a Id, &'a str)> {
    let typed = then.iter().filter(|one| one.typed);
    typed
        .map(|one| (&one.before.respondent, one.name))
        .collect()
}
