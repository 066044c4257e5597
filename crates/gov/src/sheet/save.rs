//! Answers are kept one by one while they are typed, by several people at once. Two in one sheet merge by question; two in
//! one question both see both.

use renkei_base::{Ctx, Fault, Id, Micros, Refusal};
use renkei_store::answer::{AnswerChange, AnswerRow};
use renkei_store::{Changes, Failure, Store, StoreError, SurveyEventRow};

use super::base::{self, Meeting};
use super::door::{self, Hand, Origin, Pass};
use super::{Sheet, load};
use crate::answer::input::{self, Given, Typed};
use crate::answer::{Answers, condition};
use crate::respondent::SheetState;
use crate::survey::event::event;
use crate::{Answer, Question, Value, audit};

/// Tries where somebody else writes at the same moment.
pub(super) const TRIES: usize = 5;

/// What was typed for a question, on the revision that was read (0: nothing was there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub question: String,
    pub revision: i64,
    pub typed: Typed,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored; the revision is in the sheet.
    Stored,
    /// The writer had left it as it was; somebody else's answer is in the sheet.
    Taken,
    /// Somebody else changed it too, to something else: not stored.
    Conflict(Theirs),
    /// Not stored.
    Faults(Vec<Fault>),
}

/// What somebody else wrote, who, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    pub answer: Given,
    pub by: Option<Id>,
    pub at: Micros,
}

/// A sheet after a save.
#[derive(Clone, Debug)]
pub struct Saved {
    pub sheet: Sheet,
    /// By question, in the order of the entries.
    pub outcomes: Vec<(String, Outcome)>,
}

impl Saved {
    pub fn outcome(&self, question: &str) -> Option<&Outcome> {
        let found = self.outcomes.iter().find(|(id, _)| id == question);
        found.map(|(_, outcome)| outcome)
    }

    /// Whether everything is stored that was typed.
    pub fn is_whole(&self) -> bool {
        let stored = |outcome: &Outcome| matches!(outcome, Outcome::Stored | Outcome::Taken);
        self.outcomes.iter().all(|(_, outcome)| stored(outcome))
    }

    pub fn faults(&self) -> Vec<Fault> {
        let faults = |outcome: &Outcome| match outcome {
            Outcome::Faults(faults) => faults.clone(),
            _ => Vec::new(),
        };
        self.outcomes
            .iter()
            .flat_map(|(_, outcome)| faults(outcome))
            .collect()
    }
}

/// How a save is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    pub origin: Origin,
    /// The reason, where the sheet was handed in.
    pub why: String,
    /// Everything or nothing: files and programs. Otherwise what can be stored is stored.
    pub whole: bool,
}

impl Manner {
    /// While typing.
    pub const TYPING: Self = Self {
        origin: Origin::Browser,
        why: String::new(),
        whole: false,
    };
}

/// Stores answers. Questions that are not asked now are stored too: what is typed is kept, and counts as 非該当.
///
/// # Errors
/// Those of [`door::pass`]; `fault-answer-required` on what a correction leaves blank; `Invalid` for a question that is not
/// in the questionnaire.
pub async fn save(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    entries: &[Entry],
    manner: &Manner,
) -> Result<Saved, Failure> {
    let saved = save_tried(store, ctx, sheet, entries, manner).await;
    audit::noted(store, ctx, manner.origin.act(), sheet, saved).await
}

async fn save_tried(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    entries: &[Entry],
    manner: &Manner,
) -> Result<Saved, Failure> {
    for _ in 0..TRIES {
        let sheet = load::find(store, ctx, (code, respondent)).await?;
        let pass = door::pass(&sheet, ctx, &manner.why)?;
        let behind = |entry: &Entry| entry.revision < sheet.revision(&entry.question);
        let changes = match entries.iter().any(behind) {
            true => store.answer_changes(code, respondent).await?,
            false => Vec::new(),
        };
        let judged = judged(&sheet, &changes, entries)?;
        let saved = Saved {
            outcomes: judged.iter().map(told).collect(),
            sheet,
        };
        let writes: Vec<(&str, &Given)> = judged.iter().filter_map(write).collect();
        if writes.is_empty() || (manner.whole && !saved.is_whole()) {
            return Ok(saved);
        }
        pass.allows(&saved.sheet, &writes)?;
        if pass.marked && manner.origin != Origin::Paper {
            complete(&saved.sheet, &writes)?;
        }
        let how = (manner.origin, manner.origin.act());
        let changes = written(ctx, &saved.sheet, &pass, &writes, how);
        match store.commit(ctx, changes).await {
            Ok(_) => {
                let sheet = load::find(store, ctx, (code, respondent)).await?;
                return Ok(Saved { sheet, ..saved });
            }
            // Somebody was quicker, or the sheet has just closed: looked at again.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What was handed in stays complete: a correction leaves no question blank that must be answered and was not missing
/// before (a sheet on paper may lack some).
pub(super) fn complete(sheet: &Sheet, writes: &[(&str, &Given)]) -> Result<(), Refusal> {
    let before = condition::missing(&sheet.questionnaire, &sheet.answers);
    let after = after(sheet, writes);
    let missing = condition::missing(&sheet.questionnaire, &after).into_iter();
    let faults: Vec<Fault> = missing
        .filter(|question| before.iter().all(|one| one.id != question.id))
        .map(|question| Fault::new(&question.id, "fault-answer-required"))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn after(sheet: &Sheet, writes: &[(&str, &Given)]) -> Answers {
    let mut after = sheet.answers.clone();
    for (question, given) in writes {
        after.insert((*question).to_owned(), answer(given, 0));
    }
    after
}

/// An entry held against what is there.
enum Judged {
    Write(Given),
    Same,
    Told(Outcome),
}

fn judged(
    sheet: &Sheet,
    changes: &[AnswerChange],
    entries: &[Entry],
) -> Result<Vec<(String, Judged)>, Failure> {
    let mut judged = Vec::with_capacity(entries.len());
    for entry in entries {
        let question = sheet.questionnaire.question(&entry.question);
        let question =
            question.ok_or_else(|| Refusal::fault(&entry.question, "fault-answer-question"))?;
        let one = judge(sheet, changes, question, entry)?;
        judged.push((entry.question.clone(), one));
    }
    Ok(judged)
}

fn judge(
    sheet: &Sheet,
    changes: &[AnswerChange],
    question: &Question,
    entry: &Entry,
) -> Result<Judged, StoreError> {
    let read = base::at(sheet, changes, &question.id, entry.revision)?;
    // What was read may have a choice that is offered no more.
    let was = sheet.answers.get(&question.id);
    let typed = match input::read(question, &entry.typed, was) {
        Ok(typed) => typed,
        Err(faults) => return Ok(Judged::Told(Outcome::Faults(faults))),
    };
    let there = sheet.given(&question.id);
    // Who says nothing of the explanation has not read it either.
    let read = read.map(|read| Given {
        explanation: match entry.typed.explanation {
            Some(_) => read.explanation,
            None => there.explanation.clone(),
        },
        ..read
    });
    Ok(match base::meet(read.as_ref(), &there, &typed) {
        Meeting::Write => Judged::Write(typed),
        Meeting::Same => Judged::Same,
        Meeting::Taken => Judged::Told(Outcome::Taken),
        Meeting::Conflict => {
            let row = sheet.answer_row(&question.id);
            Judged::Told(Outcome::Conflict(Theirs {
                answer: there,
                by: row.and_then(|row| row.answered_by.clone()),
                at: row.map_or(Micros(0), |row| row.answered_at),
            }))
        }
    })
}

fn told((question, judged): &(String, Judged)) -> (String, Outcome) {
    let outcome = match judged {
        Judged::Write(_) | Judged::Same => Outcome::Stored,
        Judged::Told(outcome) => outcome.clone(),
    };
    (question.clone(), outcome)
}

fn write((question, judged): &(String, Judged)) -> Option<(&str, &Given)> {
    match judged {
        Judged::Write(given) => Some((question.as_str(), given)),
        _ => None,
    }
}

/// Everything that answers come to: their rows, what they were before, the sheet's turn, its marks and a line of its history
/// where it was handed in, and one line of the audit, under `act`.
pub(super) fn written(
    ctx: &Ctx,
    sheet: &Sheet,
    pass: &Pass,
    writes: &[(&str, &Given)],
    (origin, act): (Origin, &str),
) -> Changes {
    let (code, respondent) = (sheet.survey().code.as_str(), &sheet.row.respondent);
    let mut changes = Changes::default();
    if pass.marked {
        let after = after(sheet, writes);
        let marks = condition::marks(&sheet.questionnaire, &after).write();
        let was = (sheet.row.revision, marks.as_str());
        changes.hold_marked_sheet(code, respondent, pass.guard, ctx.at, was);
        // It counts: what is approved meanwhile, by whichever server, has it or is not changed by it.
        changes.hold_asking_survey(code);
    } else {
        changes.hold_sheet(code, respondent, pass.guard, ctx.at);
    }
    let act = if pass.marked { "survey.correct" } else { act };
    let ids = writes.iter().map(|(question, _)| *question);
    let about = std::iter::once(origin.code()).chain(ids);
    changes.note(audit::note(act, (code, respondent), about));
    for (question, given) in writes {
        let old = sheet.answer_row(question);
        let row = row(ctx, sheet, question, given, origin);
        changes.put_answer(&row, old, &pass.why);
        if old.map_or("", |old| old.explanation.as_str()) != given.explanation {
            changes.end_explanation((code, respondent), question, ctx.at);
        }
    }
    if pass.marked {
        changes.put_survey_event(&corrected(ctx, sheet, pass, writes));
    }
    changes.tell.push(respondent.clone());
    // Those who wait for it hear that it has begun, and what is corrected.
    if pass.marked || pass.hand == Hand::Owner || sheet.state() == SheetState::Unanswered {
        changes.tell.push(sheet.survey().owner.clone());
        changes.tell.extend(sheet.row.checker.clone());
    }
    changes
}

/// What the history of the sheet says: which questions, and why.
fn corrected(ctx: &Ctx, sheet: &Sheet, pass: &Pass, writes: &[(&str, &Given)]) -> SurveyEventRow {
    let kind = match pass.explains(sheet, writes) {
        true => "explained",
        false => "corrected",
    };
    let all = sheet.questionnaire.questions();
    let written = all.filter(|(_, question)| writes.iter().any(|(id, _)| *id == question.id));
    let numbers: Vec<String> = written
        .map(|(section, question)| format!("{}{}", section.label, question.label))
        .collect();
    let note = format!("{} {}", numbers.join("、"), pass.why);
    let (code, respondent) = (sheet.survey().code.as_str(), &sheet.row.respondent);
    event(ctx, code, Some(respondent), kind, note.trim())
}

fn answer(given: &Given, revision: i64) -> Answer {
    Answer {
        value: given.value.clone(),
        status: given.status,
        explanation: given.explanation.clone(),
        revision,
    }
}

fn row(ctx: &Ctx, sheet: &Sheet, question: &str, given: &Given, origin: Origin) -> AnswerRow {
    AnswerRow {
        survey: sheet.survey().code.clone(),
        respondent: sheet.row.respondent.clone(),
        question: question.to_owned(),
        value: given.value.as_ref().map(Value::write).unwrap_or_default(),
        status: given.status.code().to_owned(),
        explanation: given.explanation.clone(),
        origin: origin.code().to_owned(),
        answered_by: ctx.caller.account.clone(),
        answered_at: ctx.at,
        revision: sheet.revision(question) + 1,
    }
}
