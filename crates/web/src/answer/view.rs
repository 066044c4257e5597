//! The page of a sheet: its questions, each with what stands beside it.

use std::collections::BTreeMap;

use askama::Template;
use renkei_base::{Fault, Id};
use renkei_gov::answer::condition;
use renkei_gov::questionnaire::{Question, QuestionKind, Section};
use renkei_gov::sheet::door::{self, Hand};
use renkei_gov::sheet::hand::Colleague;
use renkei_gov::sheet::previous::Previous;
use renkei_gov::sheet::save::Theirs;
use renkei_gov::sheet::submit::Steps;
use renkei_gov::sheet::{self, Outcome, Saved, Sheet};
use renkei_store::SurveyEventRow;
use renkei_store::explanation::ExplanationRow;
use renkei_store::handing::HandingRow;

use super::address;
use super::previous::{Then, previous, said_then, same};
use crate::error::Answer;
use crate::form::Faults;
use crate::question::{Filled, Shown, only_if, words};
use crate::state::App;
use crate::visit::Visit;

/// What a request did to the questions, for the page that answers it.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// What was typed and is not stored.
    pub(super) typed: BTreeMap<String, Filled>,
    pub(super) faults: Vec<Fault>,
    pub(super) theirs: BTreeMap<String, Theirs>,
    pub(super) taken: Vec<String>,
    /// Nothing was stored: the sheet is shown as it was typed.
    pub(super) unsaved: bool,
}

impl Noted {
    pub(super) fn of_faults(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    /// What became of a save, with what was typed where it is not stored.
    pub(super) fn of(saved: &Saved, mut typed: BTreeMap<String, Filled>) -> Self {
        let mut noted = Self::default();
        for (question, outcome) in &saved.outcomes {
            match outcome {
                Outcome::Stored => {
                    typed.remove(question);
                }
                Outcome::Taken => {
                    typed.remove(question);
                    noted.taken.push(question.clone());
                }
                Outcome::Conflict(theirs) => {
                    noted.theirs.insert(question.clone(), theirs.clone());
                }
                Outcome::Faults(faults) => noted.faults.extend(faults.iter().cloned()),
            }
        }
        noted.typed = typed;
        noted
    }

    /// The first fault of a question: its own, or of one of its cells.
    fn fault(&self, question: &str) -> Option<&Fault> {
        self.faults.iter().find(|fault| of(fault) == question)
    }
}

/// The question that a fault is of.
pub(super) fn of(fault: &Fault) -> &str {
    fault.field.split('.').next().unwrap_or_default()
}

/// What stands around the questions of a sheet.
pub(super) struct Around {
    /// Last year's, and those of municipalities that were merged into this one.
    pub(super) previous: Vec<Previous>,
    pub(super) handings: Vec<HandingRow>,
    pub(super) wanted: Vec<ExplanationRow>,
    pub(super) colleagues: Vec<Colleague>,
    pub(super) names: BTreeMap<Id, String>,
    pub(super) hand: Result<Hand, String>,
    /// Questions can be written in on this page.
    pub(super) writable: bool,
}

impl Around {
    pub(super) async fn of(
        app: &App,
        v: &Visit,
        sheet: &Sheet,
        edit: bool,
    ) -> Result<Self, Answer> {
        let (code, respondent) = (sheet.survey().code.as_str(), &sheet.row.respondent);
        let hand = door::hand(sheet, &v.ctx).map_err(|refusal| match refusal {
            renkei_base::Refusal::NotNow(key) | renkei_base::Refusal::Forbidden(key) => key,
            _ => "refuse-sheet-looks-only".to_owned(),
        });
        let writable = match hand {
            Ok(Hand::Respondent) => true,
            Ok(_) => edit,
            Err(_) => false,
        };
        let handings = match sheet.own {
            true => app.store.handings(code, respondent).await?,
            false => Vec::new(),
        };
        let people = sheet
            .questionnaire
            .questions()
            .filter_map(|(_, question)| sheet.answer_row(&question.id)?.answered_by.clone())
            .chain(handings.iter().map(|row| row.person.clone()));
        let people: Vec<Id> = people.collect();
        // What was handed in is nobody's to hand on.
        let colleagues = match sheet.own && hand == Ok(Hand::Respondent) {
            true => sheet::hand::colleagues(&app.store, respondent).await?,
            false => Vec::new(),
        };
        Ok(Self {
            previous: previous(app, sheet).await?,
            handings,
            wanted: sheet::explain::wanted(&app.store, (code, respondent)).await?,
            colleagues,
            names: sheet::history::names_beside(&app.store, sheet, people.into_iter()).await?,
            hand,
            writable,
        })
    }

    fn name(&self, person: Option<&Id>) -> &str {
        let name = person.and_then(|person| self.names.get(person));
        name.map_or("", String::as_str)
    }
}

/// Below a question.
#[derive(Template)]
#[template(path = "survey/answer_foot.html")]
struct Foot<'a> {
    v: &'a Visit,
    base: String,
    id: &'a str,
    writable: bool,
    /// Somebody else's answer where both wrote, in words, with who and when.
    theirs: Option<(String, String)>,
    taken: bool,
    wanted: Option<&'a ExplanationRow>,
    /// Who looks at the sheet may ask for an explanation.
    asks: bool,
    /// The reader gives explanations of what was handed in, by another address of the page.
    explains: bool,
    handed: Option<(&'a HandingRow, String)>,
    /// Answers of before that can be taken over: whose, and the name where there are several.
    same: Vec<(&'a Id, &'a str)>,
    files: Vec<&'a renkei_gov::answer::File>,
    /// Who wrote the answer last, and when.
    last: String,
}

/// One question as HTML.
pub(super) fn question(
    v: &Visit,
    sheet: &Sheet,
    around: &Around,
    question: &Question,
    noted: &Noted,
) -> Result<String, Answer> {
    let id = question.id.as_str();
    let asked = condition::asked(&sheet.questionnaire, &sheet.answers).contains(id);
    let typed = noted.typed.get(id).cloned();
    let filled = typed.unwrap_or_else(|| stored(sheet, id));
    let mut shown = Shown::new(v, &sheet.questionnaire, question, filled);
    let then: Vec<Then<'_>> = around
        .previous
        .iter()
        .filter_map(|before| Then::of(v, sheet, before, id))
        .collect();
    shown.only_if = only_if(v, &sheet.questionnaire, question);
    shown.before = said_then(&then);
    shown.asked = asked;
    shown.wanted = around.wanted.iter().any(|row| row.question == id);
    let here = shown.wanted || around.hand != Ok(Hand::Explanation);
    shown.writable = here && (around.writable || noted.unsaved);
    shown.fault = noted.fault(id).cloned();
    shown.revision = Some(sheet.revision(id));
    let now = sheet.answers.get(id);
    let blank = !now.is_some_and(|now| now.says_something());
    let same = match blank && around.writable {
        true => same(&then),
        false => Vec::new(),
    };
    shown.foot = foot(v, sheet, around, question, noted, same)?.render()?;
    Ok(shown.render()?)
}

/// The answer as it is stored, as fields.
fn stored(sheet: &Sheet, id: &str) -> Filled {
    let mut filled = Filled::of(sheet.answers.get(id));
    if filled.status == renkei_gov::Status::NoAnswer.code() {
        filled.status.clear();
    }
    filled
}

fn foot<'a>(
    v: &'a Visit,
    sheet: &'a Sheet,
    around: &'a Around,
    question: &'a Question,
    noted: &Noted,
    same: Vec<(&'a Id, &'a str)>,
) -> Result<Foot<'a>, Answer> {
    let id = question.id.as_str();
    let row = sheet.answer_row(id);
    let who = |by: Option<&Id>, at| format!("{} {}", around.name(by), v.when(at));
    let theirs = noted.theirs.get(id).map(|theirs| {
        let answer = sheet.answers.get(id);
        let said = words(v, question, answer);
        let note = answer.map_or("", |answer| answer.explanation.as_str());
        let said = format!("{said}\n{note}").trim().to_owned();
        (v.or_blank(&said), who(theirs.by.as_ref(), theirs.at))
    });
    let handed = around
        .handings
        .iter()
        .find(|row| row.question == id && row.done_at.is_none());
    let files = match (&question.kind, sheet.answers.get(id)) {
        (QuestionKind::File { .. }, Some(answer)) => match &answer.value {
            Some(renkei_gov::Value::File { files }) => files.iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    Ok(Foot {
        v,
        base: address(&sheet.survey().code, &sheet.row.respondent),
        id,
        writable: around.writable,
        theirs,
        taken: noted.taken.iter().any(|one| one == id),
        wanted: around.wanted.iter().find(|row| row.question == id),
        explains: !around.writable
            && matches!(around.hand, Ok(Hand::Correction | Hand::Explanation)),
        asks: !around.writable && !sheet.is_locked() && (sheet.seen.owner || !sheet.own),
        handed: handed.map(|row| (row, around.name(Some(&row.person)).to_owned())),
        same,
        files,
        last: row.map_or(String::new(), |row| match row.origin.as_str() {
            "program" => format!(
                "{} {}",
                v.t("answer-origin-program"),
                v.when(row.answered_at)
            ),
            _ => who(row.answered_by.as_ref(), row.answered_at),
        }),
    })
}

/// The whole page.
#[derive(Template)]
#[template(path = "survey/answer.html")]
pub(super) struct SheetPage<'a> {
    v: &'a Visit,
    base: String,
    /// The respondent's, in the reader's language.
    name: String,
    sheet: Sheet,
    around: Around,
    sections: Vec<(Section, Vec<String>)>,
    faults: Faults,
    /// Number of questions in which two wrote.
    conflicts: usize,
    taken: usize,
    /// Why it was not taken, a text key.
    pub(super) refused: Option<String>,
    unsaved: bool,
    answered: usize,
    asked: usize,
    steps: Steps,
    /// Why it came back, where it did.
    returned: Option<SurveyEventRow>,
    why: String,
}

impl<'a> SheetPage<'a> {
    pub(super) async fn of(
        app: &App,
        v: &'a Visit,
        sheet: Sheet,
        noted: &Noted,
        edit: bool,
    ) -> Result<Self, Answer> {
        let around = Around::of(app, v, &sheet, edit).await?;
        let (code, respondent) = (sheet.survey().code.as_str(), &sheet.row.respondent);
        let mut sections = Vec::with_capacity(sheet.questionnaire.sections.len());
        for section in &sheet.questionnaire.sections {
            let each = section.questions.iter();
            let shown: Result<Vec<String>, Answer> = each
                .map(|one| question(v, &sheet, &around, one, noted))
                .collect();
            sections.push((section.clone(), shown?));
        }
        let (answered, asked) = condition::progress(&sheet.questionnaire, &sheet.answers);
        let events = app.store.survey_events_of(code, Some(respondent)).await?;
        let back = |event: &SurveyEventRow| match event.kind.as_str() {
            "returned" => true,
            "refused" => sheet.own,
            _ => false,
        };
        let is_back = sheet.state() == renkei_gov::respondent::SheetState::Returned;
        Ok(Self {
            v,
            base: address(code, respondent),
            name: v.municipality(&app.areas.atlas(), &sheet.row.municipality, &sheet.row.name),
            steps: sheet::submit::steps(&app.store, &v.ctx, &sheet).await?,
            returned: events.into_iter().rfind(back).filter(|_| is_back),
            sections,
            faults: Faults::new(noted.faults.clone()),
            conflicts: noted.theirs.len(),
            taken: noted.taken.len(),
            refused: None,
            unsaved: noted.unsaved,
            answered,
            asked,
            why: String::new(),
            around,
            sheet,
        })
    }

    /// The reason, as typed.
    pub(super) fn because(mut self, why: &str) -> Self {
        why.clone_into(&mut self.why);
        self
    }

    fn title(&self) -> String {
        crate::survey::title(self.v, self.sheet.survey())
    }

    /// What the survey says of itself, in the reader's language.
    fn about(&self) -> &str {
        let survey = self.sheet.survey();
        match self.v.lang() {
            renkei_base::Lang::En if !survey.about_english.is_empty() => &survey.about_english,
            _ => &survey.about,
        }
    }

    /// Saved while it is typed.
    fn is_auto(&self) -> bool {
        self.around.hand == Ok(Hand::Respondent)
    }

    /// A change may need a reason.
    fn needs_why(&self) -> bool {
        self.sheet.state().counts() && !self.explains()
    }

    /// Whatever is changed needs a reason: nothing is to be explained.
    fn must_say_why(&self) -> bool {
        self.sheet.wanted.is_empty()
    }

    /// Nothing but explanations can be written any more.
    fn explains(&self) -> bool {
        self.around.hand == Ok(Hand::Explanation)
    }

    /// A form that was filled in elsewhere can come back.
    fn takes_workbook(&self) -> bool {
        self.around.hand.is_ok() && !self.explains()
    }

    /// What was handed in can be corrected, or paper typed in, on this page.
    fn can_edit(&self) -> bool {
        !self.around.writable && self.around.hand.is_ok()
    }

    /// The reader confirms it or sends it back, on the sheet's own page.
    fn decides(&self) -> bool {
        use renkei_gov::respondent::SheetState::{Accepted, Checked, Submitted};
        let (seen, state) = (&self.sheet.seen, self.sheet.state());
        let decides = match state {
            Submitted => seen.owner || seen.checker,
            Checked | Accepted => seen.owner,
            _ => false,
        };
        decides && !self.sheet.own && !self.sheet.is_locked()
    }

    fn is_paper(&self) -> bool {
        self.around.hand == Ok(Hand::Owner)
    }

    fn has_files(&self) -> bool {
        let mut all = self.sheet.questionnaire.questions();
        all.any(|(_, question)| matches!(question.kind, QuestionKind::File { .. }))
    }

    /// Why nobody writes here now, a text key; none where somebody may, or only looks.
    fn closed(&self) -> Option<&str> {
        let key = self.around.hand.as_ref().err()?;
        let told = self.sheet.own && key != "refuse-sheet-looks-only";
        told.then_some(key.as_str())
    }

    /// The name of a question in lists: `ア①`.
    fn number(&self, id: &str) -> String {
        number(&self.sheet, id)
    }

    fn numbers(&self) -> Vec<(String, String)> {
        let all = self.sheet.questionnaire.questions();
        all.map(|(section, question)| {
            let number = format!("{}{}", section.label, question.label);
            (question.id.clone(), number)
        })
        .collect()
    }

    /// The questions in the reader's own hands.
    fn mine(&self) -> Vec<&HandingRow> {
        let me = self.v.ctx.caller.account.as_ref();
        let all = self.around.handings.iter();
        all.filter(|row| row.done_at.is_none() && Some(&row.person) == me)
            .collect()
    }
}

/// `ア①`
pub(super) fn number(sheet: &Sheet, id: &str) -> String {
    let mut all = sheet.questionnaire.questions();
    let found = all.find(|(_, question)| question.id == id);
    found.map_or(String::new(), |(section, question)| {
        format!("{}{}", section.label, question.label)
    })
}
