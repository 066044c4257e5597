//! Who does what: every line against every sheet, with what respondents explained and attached.

use std::collections::{BTreeSet, HashMap, HashSet};

use renkei_base::Id;
use renkei_store::answer::AnswerRow;
use renkei_store::{Store, StoreError, SurveyRow};
use serde::{Deserialize, Serialize};

use crate::answer::{Answers, File, Value, condition};
use crate::count::load::questionnaire;
use crate::respondent::SheetState;
use crate::survey::{Peers, Seen};
use crate::{Answer, QuestionKind, Questionnaire, Status};

/// What a respondent explained and attached to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub respondent: String,
    /// The question that is counted.
    pub question: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub explanation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

/// Whether this caller sees who said what: the owner and the checker always, a respondent as the survey has it; others see
/// only what was published.
pub fn names(seen: &Seen) -> bool {
    if seen.owner || seen.checker {
        return true;
    }
    let Some(own) = &seen.own else {
        return false;
    };
    match Peers::from_code(&seen.row.peers) {
        Some(Peers::Always) => true,
        Some(Peers::Submitted) => SheetState::from_code(&own.state).is_some_and(SheetState::counts),
        Some(Peers::Never) | None => false,
    }
}

/// For each question that shows something beside another one (its explanation, documents asked for only where it was
/// answered so), the question that it is shown beside.
fn beside(questionnaire: &Questionnaire) -> HashMap<&str, &str> {
    let mut beside = HashMap::new();
    for (_, question) in questionnaire.questions() {
        if question.counted {
            beside.insert(question.id.as_str(), question.id.as_str());
        } else if matches!(question.kind, QuestionKind::File { .. })
            && let [condition] = question.when.as_slice()
        {
            beside.insert(question.id.as_str(), condition.question.as_str());
        }
    }
    beside
}

/// The examples of a survey, of the sheets that were handed in, by respondent and question.
pub async fn examples(store: &Store, survey: &SurveyRow) -> Result<Vec<Example>, StoreError> {
    let questionnaire = questionnaire(store, survey).await?;
    let beside = beside(&questionnaire);
    let sheets = store.marks(&survey.code).await?;
    let counts = |state: &str| SheetState::from_code(state).is_some_and(SheetState::counts);
    let there: HashSet<Id> = sheets
        .into_iter()
        .filter(|row| row.counted && counts(&row.state))
        .map(|row| row.respondent)
        .collect();
    let mut found: Vec<Example> = Vec::new();
    let mut places = HashMap::new();
    let mut rows = store.answers_with_examples(&survey.code).await?;
    rows.retain(|row| row.status == Status::Stated.code() && there.contains(&row.respondent));
    let conditions = conditions(store, survey, &questionnaire, &rows).await?;
    let none = Answers::new();
    let mut asked = HashMap::new();
    for row in rows {
        let Some(question) = beside.get(row.question.as_str()) else {
            continue;
        };
        let asked = asked.entry(row.respondent.clone()).or_insert_with(|| {
            let answers = conditions.get(&row.respondent).unwrap_or(&none);
            condition::asked(&questionnaire, answers)
        });
        if asked.contains(row.question.as_str()) && asked.contains(question) {
            add(&mut found, &mut places, question, row);
        }
    }
    Ok(found)
}

/// By respondent, the answers on which it stands whether the questions of these rows are asked.
async fn conditions(
    store: &Store,
    survey: &SurveyRow,
    questionnaire: &Questionnaire,
    rows: &[AnswerRow],
) -> Result<HashMap<Id, Answers>, StoreError> {
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = rows.iter().map(|row| row.question.as_str()).collect();
    open.sort_unstable();
    open.dedup();
    while let Some(id) = open.pop() {
        let when = questionnaire.question(id).map(|one| one.when.as_slice());
        for condition in when.unwrap_or_default() {
            if wanted.insert(condition.question.as_str()) {
                open.push(condition.question.as_str());
            }
        }
    }
    let mut found: HashMap<Id, Answers> = HashMap::new();
    for question in wanted {
        for row in store.answers_of_question(&survey.code, question).await? {
            let answer = Answer::read(&row)?;
            let answers = found.entry(row.respondent).or_default();
            answers.insert(row.question, answer);
        }
    }
    Ok(found)
}

/// Puts what a row shows beside its question; `places` says where in `found` that is.
fn add<'q>(
    found: &mut Vec<Example>,
    places: &mut HashMap<(Id, &'q str), usize>,
    question: &'q str,
    row: AnswerRow,
) {
    let files = match serde_json::from_str(&row.value) {
        Ok(Value::File { files }) => files,
        _ => Vec::new(),
    };
    if files.is_empty() && row.explanation.is_empty() {
        return;
    }
    let explained = row.explanation;
    let respondent = row.respondent.to_string();
    let next = found.len();
    let place = *places.entry((row.respondent, question)).or_insert(next);
    match found.get_mut(place) {
        Some(one) => {
            one.files.extend(files);
            if one.explanation.is_empty() {
                one.explanation = explained;
            }
        }
        None => found.push(Example {
            respondent,
            question: question.to_owned(),
            explanation: explained,
            files,
        }),
    }
}
