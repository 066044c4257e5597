//! What a filled form would change, before anything is stored.

use renkei_base::{Ctx, Fault, Id};
use renkei_store::answer::AnswerChange;
use renkei_store::{Failure, Store, StoreError};

use super::layout::About;
use super::read::{self, Filled};
use crate::answer::input::{self, Given, Typed};
use crate::audit;
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
    place: (&str, &Id),
    bytes: Vec<u8>,
) -> Result<Preview, Failure> {
    let looked = look(store, ctx, place, bytes).await;
    audit::noted(store, ctx, "survey.workbook", place, looked).await
}

async fn look(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    bytes: Vec<u8>,
) -> Result<Preview, Failure> {
    let sheet = load::find(store, ctx, (code, respondent)).await?;
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
        match held(&sheet, &changes, one)? {
            Ok(difference) => differences.extend(difference),
            Err(more) => faults.extend(more),
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

/// One answer of the file against the one that is there: nothing where the file left it alone, or says the same.
fn held(
    sheet: &Sheet,
    changes: &[AnswerChange],
    one: Filled,
) -> Result<Result<Option<Difference>, Vec<Fault>>, StoreError> {
    let Some(question) = sheet.questionnaire.question(&one.question) else {
        return Ok(Ok(None));
    };
    let there = sheet.given(&one.question);
    let was = sheet.answers.get(&one.question);
    let file = match input::read(question, &one.typed, was) {
        Ok(file) => file,
        Err(faults) => {
            let placed = |fault: Fault| Fault {
                field: addressed(&one, &fault.field),
                ..fault
            };
            return Ok(Err(faults.into_iter().map(placed).collect()));
        }
    };
    let then = base::at(sheet, changes, &one.question, one.revision)?;
    let then = then.map(|then| Given {
        explanation: match one.typed.explanation {
            Some(_) => then.explanation,
            None => there.explanation.clone(),
        },
        ..then
    });
    let meeting = base::meet(then.as_ref(), &there, &file);
    if matches!(meeting, Meeting::Same | Meeting::Taken) {
        return Ok(Ok(None));
    }
    Ok(Ok(Some(Difference {
        newer: meeting == Meeting::Conflict,
        revision: sheet.revision(&one.question),
        typed: one.typed,
        question: one.question,
        address: one.address,
        there,
        file,
    })))
}

/// The address of the cell that a fault is of: a question's, or one of its table's.
fn addressed(one: &Filled, field: &str) -> String {
    let cell = field.strip_prefix(&format!("{}.", one.question));
    let address = cell.and_then(|cell| one.cells.get(cell));
    address.unwrap_or(&one.address).clone()
}
