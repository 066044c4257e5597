//! What a filled form would change, before anything is stored.

use renkei_base::{Ctx, Fault, Id};
use renkei_store::{Failure, Store};

use super::layout::About;
use super::read::{self, Filled};
use crate::answer::input::{self, Given, Typed};
use crate::sheet::base::{self, Meeting};
use crate::sheet::{Sheet, door, load};

/// One answer that the file has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub question: String,
    pub there: Given,
    pub file: Given,
    /// As it was typed, for the form that takes it.
    pub typed: Typed,
    /// Of the answer that is there.
    pub revision: i64,
    /// Somebody has changed it since the form was made.
    pub newer: bool,
    pub address: String,
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct Preview {
    pub sheet: Sheet,
    pub differences: Vec<Difference>,
    /// Faults with the cell's address as field: nothing of the file is taken.
    pub faults: Vec<Fault>,
}

/// Whose form a sheet's is.
pub fn about(sheet: &Sheet) -> About {
    let survey = sheet.survey();
    About {
        survey: survey.code.clone(),
        respondent: sheet.row.respondent.to_string(),
        questionnaire: format!("{}/{}", survey.questionnaire, survey.questionnaire_version),
    }
}

/// Reads a file and holds it against the sheet. Nothing is stored.
///
/// # Errors
/// As [`door::hand`]: who may not write in the sheet now is told so before anything is read.
pub async fn preview(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    bytes: Vec<u8>,
) -> Result<Preview, Failure> {
    let sheet = load::load(store, ctx, code, respondent).await?;
    door::hand(&sheet, ctx)?;
    let wanted = about(&sheet);
    let questionnaire = sheet.questionnaire.clone();
    let read = tokio::task::spawn_blocking(move || {
        let bytes = super::open::open(bytes).map_err(|fault| vec![fault])?;
        read::read(bytes, &questionnaire, &wanted)
    });
    let read = read
        .await
        .unwrap_or_else(|_| Err(vec![Fault::new("workbook", "fault-workbook-broken")]));
    let filled = match read {
        Ok(filled) => filled,
        Err(faults) => {
            return Ok(Preview {
                sheet,
                differences: Vec::new(),
                faults,
            });
        }
    };
    let changes = store.answer_changes(code, respondent).await?;
    let mut differences = Vec::new();
    let mut faults = Vec::new();
    for one in filled {
        let Some(question) = sheet.questionnaire.question(&one.question) else {
            continue;
        };
        let there = sheet.given(&one.question);
        let was = sheet.answers.get(&one.question);
        match input::read(question, &one.typed, was) {
            Err(more) => faults.extend(more.into_iter().map(|fault| Fault {
                field: addressed(&one, &fault.field),
                ..fault
            })),
            Ok(mut file) => {
                // A form has no cell for explanations that are not asked for.
                if question.explain.is_none() {
                    file.explanation.clone_from(&there.explanation);
                }
                let then = base::at(&sheet, &changes, &one.question, one.revision)?;
                match base::meet(then.as_ref(), &there, &file) {
                    Meeting::Same | Meeting::Taken => {}
                    meeting => differences.push(Difference {
                        newer: meeting == Meeting::Conflict,
                        revision: sheet.revision(&one.question),
                        typed: Typed {
                            explanation: file.explanation.clone(),
                            ..one.typed
                        },
                        question: one.question,
                        address: one.address,
                        there,
                        file,
                    }),
                }
            }
        }
    }
    if !faults.is_empty() {
        differences.clear();
    }
    Ok(Preview {
        sheet,
        differences,
        faults,
    })
}

/// The address of a question's cell; of a table's, with the row and column behind it.
fn addressed(one: &Filled, field: &str) -> String {
    match field.strip_prefix(&format!("{}.", one.question)) {
        Some(cell) => format!("{} ({cell})", one.address),
        None => one.address.clone(),
    }
}
