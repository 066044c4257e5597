//! The surveys that are measured: each municipality's sheet with an answer to each question, written in large commits.
//!
//! Rule: of question q, counted from 0, the first [`yes`] sheets say 実施, the others 未実施.

use std::sync::Arc;

use renkei_base::{Clock, Ctx, Id, Ids, Micros};
use renkei_gov::answer::{self, condition};
use renkei_gov::questionnaire::{Choice, Class, Question, QuestionKind, Section, Words};
use renkei_gov::respondent::SheetState;
use renkei_gov::survey::SurveyState;
use renkei_gov::{Questionnaire, Status, Value};
use renkei_store::answer::AnswerRow;
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Changes, Note, RespondentRow, Store, SurveyRow};

use crate::Done;
use crate::machine::{MachineClock, MachineIds};

/// Questions of each survey; each is one line of its table.
pub(crate) const QUESTIONS: usize = 120;
/// Sheets of one commit.
const BATCH: usize = 50;
const DAY: i64 = 86_400_000_000;

/// Who is asked, in every survey.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) owner: Id,
    /// Institution and its municipality's six digits.
    pub(crate) respondents: Vec<(Id, String)>,
    questionnaire: Id,
}

/// The program's own context.
pub(crate) fn program() -> Ctx {
    let ids: Arc<dyn Ids> = Arc::new(MachineIds);
    Ctx::program(MachineClock.now(), ids)
}

/// How many of so many sheets say 実施.
pub(crate) fn yes(question: usize, sheets: usize) -> usize {
    (question * 29 + 7) % (sheets + 1)
}

impl Asked {
    /// Puts the questionnaire that all surveys ask.
    pub(crate) async fn make(
        store: &Store,
        owner: &Id,
        municipalities: &[String],
        sheets: usize,
    ) -> Done<Self> {
        let ctx = program();
        let codes = municipalities.iter().cycle().take(sheets);
        let made = Self {
            owner: owner.clone(),
            respondents: codes.map(|code| (ctx.ids.id(), code.clone())).collect(),
            questionnaire: ctx.ids.id(),
        };
        let mut changes = Changes::default();
        changes.put_questionnaire(&made.questionnaire(&ctx)?, None);
        changes.note(Note::new("questionnaire.create"));
        store.commit(&ctx, changes).await?;
        Ok(made)
    }

    /// A survey with all its sheets: open and being answered, or closed and accepted.
    pub(crate) async fn survey(&self, store: &Store, code: &str, state: SurveyState) -> Done<()> {
        let ctx = program();
        let mut changes = Changes::default();
        changes.put_survey(&self.row(&ctx, code, state), None);
        changes.note(Note::new("survey.create").detail(code));
        store.commit(&ctx, changes).await?;
        let asked = questionnaire();
        let all: Vec<_> = self.respondents.iter().enumerate().collect();
        for some in all.chunks(BATCH) {
            let mut changes = Changes::default();
            let mut rows = Vec::with_capacity(BATCH * QUESTIONS);
            for (place, (id, municipality)) in some {
                let said = answers(&ctx, code, id, (*place, all.len()));
                let marks = condition::marks(&asked, &answer::answers(&said)?).write();
                let sheet = (*place, id, municipality.as_str());
                changes.put_respondent(&respondent(&ctx, code, sheet, state, marks), None);
                rows.extend(said);
            }
            changes.add_answers(&rows);
            changes.note(Note::new("survey.answer").detail(code));
            store.commit(&ctx, changes).await?;
        }
        Ok(())
    }

    fn questionnaire(&self, ctx: &Ctx) -> Done<QuestionnaireRow> {
        let of = questionnaire();
        Ok(QuestionnaireRow {
            id: self.questionnaire.clone(),
            version: 1,
            owner: self.owner.clone(),
            state: "final".to_owned(),
            body: serde_json::to_string(&of)?,
            title: of.title.ja,
            english: String::new(),
            copied_from: String::new(),
            note: String::new(),
            created_by: None,
            created_at: ctx.at,
            updated_by: None,
            updated_at: ctx.at,
            revision: 1,
        })
    }

    fn row(&self, ctx: &Ctx, code: &str, state: SurveyState) -> SurveyRow {
        SurveyRow {
            code: code.to_owned(),
            owner: self.owner.clone(),
            questionnaire: self.questionnaire.clone(),
            questionnaire_version: 1,
            title: format!("計測の調査 {code}"),
            english: String::new(),
            about: String::new(),
            about_english: String::new(),
            as_of: String::new(),
            previous: String::new(),
            state: state.code().to_owned(),
            opens: Micros(ctx.at.0 - 30 * DAY),
            closes: closes(ctx, state),
            chain: "owner".to_owned(),
            peers: "submitted".to_owned(),
            base: "all".to_owned(),
            reminders: String::new(),
            invented: true,
            least: 0,
            created_by: None,
            created_at: ctx.at,
            updated_at: ctx.at,
            revision: 1,
        }
    }
}

fn closes(ctx: &Ctx, state: SurveyState) -> Micros {
    let days = if state == SurveyState::Open { 30 } else { -1 };
    Micros(ctx.at.0 + days * DAY)
}

fn words(ja: impl Into<String>) -> Words {
    Words::new(ja, "")
}

fn questionnaire() -> Questionnaire {
    let choice = |code: &str, ja: &str, class| Choice {
        code: code.to_owned(),
        text: words(ja),
        label: String::new(),
        class: Some(class),
        retired: false,
    };
    let choices = vec![
        choice("yes", "行っている", Class::Yes),
        choice("no", "行っていない", Class::No),
    ];
    let question = |number: usize| Question {
        id: id(number),
        label: format!("{}", number + 1),
        text: words(format!("取組{}を行っていますか。", number + 1)),
        definition: Words::default(),
        source: String::new(),
        kind: QuestionKind::One {
            choices: choices.clone(),
        },
        required: true,
        when: Vec::new(),
        explain: None,
        counted: true,
    };
    Questionnaire {
        title: words("計測の調査票"),
        about: Words::default(),
        sections: vec![Section {
            label: "ア".to_owned(),
            title: words("取組"),
            questions: (0..QUESTIONS).map(question).collect(),
        }],
    }
}

fn id(number: usize) -> String {
    format!("q{number:03}")
}

fn answers(ctx: &Ctx, code: &str, of: &Id, (place, sheets): (usize, usize)) -> Vec<AnswerRow> {
    let answer = |question: usize| {
        let does = place < yes(question, sheets);
        AnswerRow {
            survey: code.to_owned(),
            respondent: of.clone(),
            question: id(question),
            value: Value::One {
                choice: if does { "yes" } else { "no" }.to_owned(),
            }
            .write(),
            status: Status::Stated.code().to_owned(),
            // Each sheet explains a few of its answers.
            explanation: match (place + question) % 40 {
                0 => "担当課と地区医師会で年に三回話し合っている".to_owned(),
                _ => String::new(),
            },
            origin: "workbook".to_owned(),
            answered_by: None,
            answered_at: ctx.at,
            revision: 1,
        }
    };
    (0..QUESTIONS).map(answer).collect()
}

fn respondent(
    ctx: &Ctx,
    code: &str,
    (place, id, municipality): (usize, &Id, &str),
    state: SurveyState,
    marks: String,
) -> RespondentRow {
    let open = state == SurveyState::Open;
    let (sheet, marks) = if open {
        (SheetState::Answering, String::new())
    } else {
        (SheetState::Accepted, marks)
    };
    RespondentRow {
        survey: code.to_owned(),
        respondent: id.clone(),
        municipality: municipality.to_owned(),
        name: format!("計測市{place}"),
        place: i64::try_from(place).unwrap_or_default(),
        counted: true,
        uncounted_why: String::new(),
        closes: closes(ctx, state),
        checker: None,
        state: sheet.code().to_owned(),
        marks,
        contact_name: "在宅療養担当".to_owned(),
        contact_phone: String::new(),
        contact_mail: String::new(),
        submitted_by: None,
        submitted_at: (!open).then_some(ctx.at),
        decided_by: None,
        decided_at: (!open).then_some(ctx.at),
        updated_at: ctx.at,
        revision: 1,
        successor: None,
    }
}
