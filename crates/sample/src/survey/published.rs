//! The survey of 27年10月, published: 53 invented sheets, of which only the totals are those of the published table.
//!
//! Rule: the municipalities in the order of their codes; of a line that k of them do, the first k do it. 島しょ is 集計外.

use std::collections::BTreeMap;

use jiff::civil::date;
use renkei_base::{Ctx, Id, Micros};
use renkei_directory::Areas;
use renkei_directory::area::AreaKind;
use renkei_gov::answer::condition;
use renkei_gov::questionnaire::home_care;
use renkei_gov::respondent::SheetState;
use renkei_gov::survey::{SurveyState, day};
use renkei_gov::{Answer, Questionnaire, Status, Value, publication, snapshot};
use renkei_store::answer::AnswerRow;
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Changes, Note, RespondentRow, Store, SurveyRow};

use crate::SampleError;
use crate::region::Region;

/// Its code.
pub(crate) const CODE: &str = "home-care-2015";
/// How many of the 53 do what each question asks for; of ③ of キ, leaflets and web pages alike.
pub(super) const DONE: [(&str, usize); 11] = [
    ("a1", 49),
    ("a3", 40),
    ("b1", 46),
    ("c1", 31),
    ("d1", 28),
    ("e1", 33),
    ("f1", 36),
    ("f2", 27),
    ("g1", 27),
    ("g3", 18),
    ("h1", 14),
];
/// What some explained, by place in the list of municipalities.
const EXPLAINED: [(usize, &str, &str); 6] = [
    (
        0,
        "d1",
        "（見本）連携シート：退院時に病院と在宅の担当者が一枚に書き込む",
    ),
    (
        9,
        "d1",
        "（見本）在宅療養連携手帳。本人が持ち歩き、関わる職種が書き足す",
    ),
    (
        11,
        "d1",
        "（見本）多職種のための連絡様式集。紙でもファイルでも使う",
    ),
    (9, "b1", "（見本）在宅療養推進会議、年3回"),
    (
        9,
        "h1",
        "（見本）区西南部の3区で退院支援の様式を話し合っている",
    ),
    (9, "e1", "（見本）在宅療養相談窓口、区役所2階"),
];
/// Answered otherwise until after the meeting, as the published table says that some did.
const CORRECTED: (usize, &str) = (27, "d1");
const WHY: &str = "意見交換会の後、担当課に確かめて修正";
/// 島しょ
const ISLANDS: &str = "1313";

/// Municipal offices by the six digits of their municipality.
pub(crate) type Offices = BTreeMap<String, Id>;

pub(crate) async fn make(
    region: &Region,
    owner: &Id,
    offices: &Offices,
) -> Result<(), SampleError> {
    let store = region.care.store.clone();
    let areas = Areas::load(&store).await?;
    let ctx = region.program("survey/2015", moment(date(2015, 9, 1)));
    let sheets = sheets(&areas, offices);
    store.commit(&ctx, asked(&ctx, owner, &sheets)?).await?;

    let ctx = region.program("survey/2015/presented", moment(date(2015, 10, 20)));
    let shown = snapshot::present(
        &store,
        &ctx,
        &areas,
        CODE,
        "意見交換会（最終回）資料5",
        "2015-10-20",
    );
    shown.await.map_err(SampleError::at(CODE))?;

    let ctx = region.program("survey/2015/corrected", moment(date(2015, 10, 28)));
    correct(&store, &ctx, &sheets).await?;
    let ctx = region.program("survey/2015/approved", moment(date(2015, 11, 2)));
    approve(&store, &ctx).await?;
    let ctx = region.program("survey/2015/published", moment(date(2015, 11, 10)));
    let out = publication::publish(&store, &ctx, &areas, CODE, "");
    out.await.map_err(SampleError::at(CODE))?;
    Ok(())
}

/// The middle of a working day.
fn moment(day: jiff::civil::Date) -> Micros {
    Micros::from_japan(day.at(14, 0, 0, 0)).unwrap_or_default()
}

/// One expected sheet.
struct Expected {
    municipality: String,
    name: String,
    office: Id,
    /// Among those that are counted.
    place: Option<usize>,
}

fn sheets(areas: &Areas, offices: &Offices) -> Vec<Expected> {
    let atlas = areas.atlas();
    let on = date(2015, 10, 31);
    let mut place = 0;
    let each = offices.iter().filter_map(|(code, office)| {
        let municipality = atlas.municipality(code)?;
        let area = atlas
            .of_municipality(AreaKind::SecondaryMedical, code, on)
            .next();
        let counted = area.is_none_or(|area| area.code != ISLANDS);
        let own = counted.then_some(place);
        place += usize::from(counted);
        Some(Expected {
            municipality: code.clone(),
            name: municipality.name.clone(),
            office: office.clone(),
            place: own,
        })
    });
    each.collect()
}

/// What the municipality at this place says to a question; nothing where it is not asked.
pub(super) fn value(place: usize, question: &str) -> Option<Value> {
    let done = |id: &str| DONE.iter().any(|(one, k)| *one == id && place < *k);
    let code = if done(question) { "yes" } else { "no" };
    match question {
        "a3" if !done("a1") => None,
        "g3" => {
            let all = ["pamphlet", "website"].map(str::to_owned);
            let choices = if done(question) {
                all.to_vec()
            } else {
                Vec::new()
            };
            Some(Value::Many { choices })
        }
        _ => Some(Value::One {
            choice: code.to_owned(),
        }),
    }
}

fn answers(ctx: &Ctx, sheet: &Expected, place: usize) -> Vec<AnswerRow> {
    let each = DONE.iter().filter_map(|(question, _)| {
        let value = if (place, *question) == CORRECTED {
            Value::One {
                choice: "no".to_owned(),
            }
        } else {
            value(place, question)?
        };
        let explained = EXPLAINED
            .iter()
            .find(|(at, id, _)| (*at, *id) == (place, *question));
        Some(AnswerRow {
            survey: CODE.to_owned(),
            respondent: sheet.office.clone(),
            question: (*question).to_owned(),
            value: value.write(),
            status: Status::Stated.code().to_owned(),
            explanation: explained.map_or("", |(_, _, text)| text).to_owned(),
            origin: "workbook".to_owned(),
            answered_by: None,
            answered_at: ctx.at,
            revision: 1,
        })
    });
    each.collect()
}

/// Questionnaire, survey, respondents and answers, in one commit.
fn asked(ctx: &Ctx, owner: &Id, sheets: &[Expected]) -> Result<Changes, SampleError> {
    let questionnaire = home_care();
    let made = asking(ctx, owner, &questionnaire)?;
    let mut survey = survey(ctx, owner);
    survey.questionnaire = made.id.clone();
    let mut changes = Changes::default();
    changes.put_questionnaire(&made, None);
    changes.put_survey(&survey, None);
    let mut all = Vec::new();
    for (place, sheet) in (1i64..).zip(sheets) {
        let said = sheet.place.map(|at| answers(ctx, sheet, at));
        let said = said.unwrap_or_default();
        let row = respondent(ctx, sheet, place, &marks(&questionnaire, &said)?);
        changes.put_respondent(&row, None);
        all.extend(said);
    }
    changes.add_answers(&all);
    changes.note(Note::new("survey.create").detail(CODE));
    Ok(changes)
}

pub(super) fn marks(
    questionnaire: &Questionnaire,
    rows: &[AnswerRow],
) -> Result<String, SampleError> {
    if rows.is_empty() {
        return Ok(String::new());
    }
    let each = rows
        .iter()
        .map(|row| Ok((row.question.clone(), Answer::read(row)?)));
    let answers = each.collect::<Result<_, SampleError>>()?;
    Ok(condition::marks(questionnaire, &answers).write())
}

fn asking(ctx: &Ctx, owner: &Id, of: &Questionnaire) -> Result<QuestionnaireRow, SampleError> {
    let body = serde_json::to_string(of).map_err(|error| SampleError::data(error.to_string()))?;
    Ok(QuestionnaireRow {
        id: ctx.ids.id(),
        version: 1,
        owner: owner.clone(),
        state: "final".to_owned(),
        title: of.title.ja.clone(),
        english: of.title.en.clone(),
        body,
        copied_from: String::new(),
        note: String::new(),
        created_by: None,
        created_at: ctx.at,
        updated_by: None,
        updated_at: ctx.at,
        revision: 1,
    })
}

fn survey(ctx: &Ctx, owner: &Id) -> SurveyRow {
    SurveyRow {
        code: CODE.to_owned(),
        owner: owner.clone(),
        questionnaire: owner.clone(),
        questionnaire_version: 1,
        title: "在宅医療・介護連携推進事業の取組状況（27年10月）".to_owned(),
        english: "Home care: links between medical and long-term care (October 2015)".to_owned(),
        about: "合計だけが公表された集計結果（資料5）と同じです。53の調査票は見本で、実際の区市町村の回答ではありません。"
            .to_owned(),
        about_english: "Only the totals are those of the published table. The 53 sheets are invented; no municipality \
            answered so."
            .to_owned(),
        as_of: "27年10月現在".to_owned(),
        previous: String::new(),
        state: SurveyState::Closed.code().to_owned(),
        opens: day::start(date(2015, 9, 1)),
        closes: day::end(date(2015, 10, 31)),
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

fn respondent(ctx: &Ctx, sheet: &Expected, place: i64, marks: &str) -> RespondentRow {
    let counted = sheet.place.is_some();
    let state = if counted {
        SheetState::Accepted
    } else {
        SheetState::Unanswered
    };
    RespondentRow {
        survey: CODE.to_owned(),
        respondent: sheet.office.clone(),
        municipality: sheet.municipality.clone(),
        name: sheet.name.clone(),
        place,
        counted,
        uncounted_why: if counted {
            ""
        } else {
            "島しょ部は別途開催"
        }
        .to_owned(),
        closes: day::end(date(2015, 10, 31)),
        checker: None,
        state: state.code().to_owned(),
        marks: marks.to_owned(),
        contact_name: if counted {
            "在宅療養担当（見本）"
        } else {
            ""
        }
        .to_owned(),
        contact_phone: String::new(),
        contact_mail: String::new(),
        submitted_by: None,
        submitted_at: counted.then(|| moment(date(2015, 10, 15))),
        decided_by: None,
        decided_at: counted.then(|| moment(date(2015, 10, 19))),
        updated_at: ctx.at,
        revision: 1,
        successor: None,
    }
}

/// What one municipality mended after the meeting.
async fn correct(store: &Store, ctx: &Ctx, sheets: &[Expected]) -> Result<(), SampleError> {
    let (place, question) = CORRECTED;
    let Some(sheet) = sheets.iter().find(|sheet| sheet.place == Some(place)) else {
        return Ok(());
    };
    let mut rows = store.answers(CODE, &sheet.office).await?;
    let mut changes = Changes::default();
    for row in rows.iter_mut().filter(|row| row.question == question) {
        let old = row.clone();
        row.value = value(place, question)
            .map(|value| value.write())
            .unwrap_or_default();
        row.revision += 1;
        row.answered_at = ctx.at;
        changes.put_answer(row, Some(&old), WHY);
    }
    let found = store.respondent(CODE, &sheet.office).await?;
    let mut found = found.ok_or_else(|| SampleError::data(format!("{CODE}: no sheet")))?;
    found.marks = marks(&home_care(), &rows)?;
    found.updated_at = ctx.at;
    let was = found.revision;
    changes.put_respondent(&found, Some(was));
    changes.note(Note::new("survey.answer").detail(CODE));
    store.commit(ctx, changes).await?;
    Ok(())
}

async fn approve(store: &Store, ctx: &Ctx) -> Result<(), SampleError> {
    let found = store.survey(CODE).await?;
    let mut survey = found.ok_or_else(|| SampleError::data(format!("{CODE}: no survey")))?;
    let was = survey.revision;
    SurveyState::Approved.code().clone_into(&mut survey.state);
    survey.updated_at = ctx.at;
    let mut changes = Changes::default();
    changes.put_survey(&survey, Some(was));
    changes.note(Note::new("survey.approved").detail(CODE));
    store.commit(ctx, changes).await?;
    Ok(())
}
