//! Tests: the template, the builder's steps, what is refused, and FHIR there and back.

use proptest::prelude::*;
use renkei_base::{Id, Micros, Refusal};
use renkei_store::questionnaire::QuestionnaireRow;

use super::act::{Version, VersionState};
use super::check::{check, without_english};
use super::compare::{Change, compare};
use super::edit::{Edit, KINDS, Kept, apply, blank, digest};
use super::*;
use crate::line::lines;

fn keys(refusal: &Refusal) -> Vec<(String, String)> {
    let Refusal::Invalid(faults) = refusal else {
        panic!("{refusal:?}")
    };
    let each = faults.iter();
    each.map(|one| (one.field.clone(), one.key.clone()))
        .collect()
}

fn version(body: Questionnaire) -> Version {
    let id: Id = "q-1".parse().unwrap();
    Version {
        row: QuestionnaireRow {
            id: id.clone(),
            version: 3,
            owner: id,
            state: VersionState::Final.code().to_owned(),
            title: body.title.ja.clone(),
            english: body.title.en.clone(),
            body: String::new(),
            copied_from: String::new(),
            note: String::new(),
            created_by: None,
            created_at: Micros(0),
            updated_by: None,
            updated_at: Micros(1_000_000),
            revision: 1,
        },
        body,
    }
}

fn there_and_back(body: &Questionnaire) -> Questionnaire {
    let resource = fhir::write(
        &version(body.clone()),
        "https://region.example/questionnaires/q-1",
    );
    let arrived = fhir::read(&resource.to_json()).unwrap();
    assert_eq!(arrived.notes, vec![], "{}", resource.to_json());
    arrived.body
}

/// Story 23: the template has the questions of the published table, in its order.
#[test]
fn the_template_makes_the_lines_of_the_table() {
    let body = home_care();
    assert_eq!(check(&body, &Kept::default()), vec![]);
    assert_eq!(without_english(&body), 0);
    let headings: Vec<String> = lines(&body)
        .iter()
        .map(|line| format!("{}{}", line.item, line.label))
        .collect();
    assert_eq!(
        headings.join(" "),
        "ア① ア③ イ① ウ① エ① オ① カ① カ② キ① キ③パンフ キ③HP ク①"
    );
    let conditional = body.question("a3").unwrap();
    assert_eq!(conditional.when[0].question, "a1");
    let json = serde_json::to_string(&body).unwrap();
    assert_eq!(serde_json::from_str::<Questionnaire>(&json).unwrap(), body);
}

#[test]
fn the_template_goes_to_fhir_and_comes_back() {
    assert_eq!(there_and_back(&home_care()), home_care());
}

/// Everything that a questionnaire can hold.
fn rich() -> Questionnaire {
    let mut body = home_care();
    let kept = Kept::default();
    let section = body.sections.len();
    apply(&mut body, &kept, &Edit::AddSection).unwrap();
    for kind in KINDS {
        let edit = Edit::AddQuestion {
            section,
            kind: kind.to_owned(),
        };
        apply(&mut body, &kept, &edit).unwrap();
    }
    body.sections[section].label = "ケ".to_owned();
    body.sections[section].title = Words::new("その他", "");
    for (at, question) in body.sections[section].questions.iter_mut().enumerate() {
        question.text = Words::new(format!("問い{at}"), "");
        let choice = |code: &str, retired| Choice {
            retired,
            ..Choice::classed(code, Words::new(code, ""), Class::No)
        };
        match &mut question.kind {
            QuestionKind::One { choices } | QuestionKind::Many { choices } => {
                *choices = vec![choice("a", false), choice("b", false), choice("c", true)];
            }
            QuestionKind::Number {
                unit,
                most,
                decimals,
                ..
            } => {
                *unit = Words::new("人", "people");
                *most = Some("99.50".to_owned());
                *decimals = 2;
            }
            QuestionKind::Table { columns, rows, .. } => {
                let cells = [
                    Cell::Text { most: 100 },
                    Cell::Number {
                        unit: Words::new("回", "times"),
                        decimals: 1,
                    },
                    Cell::Date,
                    Cell::One {
                        choices: vec![choice("x", false), choice("y", false)],
                    },
                ];
                let column = |(at, cell)| Column {
                    id: format!("c{at}"),
                    text: Words::new(format!("列{at}"), "column"),
                    cell,
                };
                *columns = cells.into_iter().enumerate().map(column).collect();
                *rows = vec![Words::new("一行目", "first"), Words::new("二行目", "")];
            }
            _ => {}
        }
    }
    let last = body.sections[section].questions.last_mut().unwrap();
    let when = |question: &str, any: &[&str]| Condition {
        question: question.to_owned(),
        any: any.iter().map(|code| (*code).to_owned()).collect(),
    };
    last.when = vec![when("a1", &["yes"]), when("b1", &["yes", "no"])];
    last.explain = Some(Words::default());
    body
}

#[test]
fn every_kind_goes_to_fhir_and_comes_back() {
    let body = rich();
    assert_eq!(check(&body, &Kept::default()), vec![]);
    assert_eq!(there_and_back(&body), body);
}

#[test]
fn what_fhir_says_otherwise_is_refused_with_its_place() {
    let read = |items: &str| {
        let text = format!(
            r#"{{"resourceType":"Questionnaire","status":"active","title":"x","item":[{items}]}}"#
        );
        fhir::read(&text)
    };
    let refused = |items: &str| keys(&read(items).unwrap_err());
    let one = |place: &str, key: &str| vec![(place.to_owned(), key.to_owned())];
    assert_eq!(
        refused(r#"{"linkId":"1","text":"a","type":"quantity"}"#),
        one("item[0]", "fault-fhir-type")
    );
    assert_eq!(
        refused(
            r#"{"linkId":"1","type":"boolean"},{"linkId":"2","type":"string","enableWhen":[{"question":"1","operator":"!=","answerBoolean":true}]}"#
        ),
        one("item[1].enableWhen[0]", "fault-fhir-operator")
    );
    assert_eq!(
        refused(
            r#"{"linkId":"1","type":"string","enableWhen":[{"question":"9","operator":"=","answerBoolean":true}]}"#
        ),
        one("item[0].enableWhen[0]", "fault-fhir-condition")
    );
    assert_eq!(
        refused(
            r#"{"linkId":"g","type":"group","text":"A","item":[{"linkId":"h","type":"group","text":"B","item":[{"linkId":"i","type":"date"}]}]}"#
        ),
        one("item[0].item[0]", "fault-fhir-nested")
    );
    assert_eq!(
        refused(r#"{"linkId":"1","type":"string","modifierExtension":[]}"#),
        one("item[0]", "fault-fhir-meaning")
    );
    assert_eq!(
        refused(r#"{"linkId":"1","type":"choice"}"#),
        one("item[0]", "fault-fhir-options")
    );
    // What stands in a question would be lost, and several answers to a text be one.
    assert_eq!(
        refused(
            r#"{"linkId":"1","type":"boolean","item":[{"linkId":"2","text":"どこで","type":"string"}]}"#
        ),
        one("item[0]", "fault-fhir-nested")
    );
    assert_eq!(
        refused(r#"{"linkId":"1","type":"string","repeats":true}"#),
        one("item[0]", "fault-fhir-meaning")
    );
    assert!(matches!(fhir::read("{"), Err(Refusal::Invalid(_))));
    assert!(matches!(
        fhir::read(r#"{"resourceType":"Patient"}"#),
        Err(Refusal::Invalid(_))
    ));
}

/// A file of two megabytes holds tens of thousands of questions: it is told at the first that is too many.
#[test]
fn a_file_with_too_many_of_anything_is_refused_where_it_begins() {
    let whole = |items: String| {
        let text = format!(
            r#"{{"resourceType":"Questionnaire","status":"active","title":"x","item":[{items}]}}"#
        );
        keys(&fhir::read(&text).unwrap_err())
    };
    let many = |count: usize, one: fn(usize) -> String| {
        let each: Vec<String> = (0..count).map(one).collect();
        each.join(",")
    };
    let told = |place: &str| vec![(place.to_owned(), "fault-fhir-many".to_owned())];
    let questions = many(20_000, |n| format!(r#"{{"linkId":"q{n}","type":"date"}}"#));
    assert_eq!(whole(questions), told("item[500]"));
    let options = many(20_000, |n| format!(r#"{{"valueString":"{n}"}}"#));
    let one = format!(r#"{{"linkId":"q","type":"choice","answerOption":[{options}]}}"#);
    assert_eq!(whole(one), told("item[0].answerOption[100]"));
    let columns = many(20_000, |n| format!(r#"{{"linkId":"c{n}","type":"date"}}"#));
    let table = format!(r#"{{"linkId":"t","type":"group","repeats":true,"item":[{columns}]}}"#);
    assert_eq!(whole(table), told("item[0].item[20]"));
}

/// Another system's: loose questions, dots in names, a yes/no, a condition on it. What is called otherwise is told.
#[test]
fn a_foreign_questionnaire_arrives() {
    let text = r#"{"resourceType":"Questionnaire","status":"active","title":"在宅医療","item":[
        {"linkId":"1.1","prefix":"1","text":"往診していますか","type":"boolean","required":true},
        {"linkId":"1.2","text":"月に何件ですか","type":"integer",
         "enableWhen":[{"question":"1.1","operator":"=","answerBoolean":true}]}]}"#;
    let arrived = fhir::read(text).unwrap();
    let questions: Vec<&Question> = arrived.body.questions().map(|(_, one)| one).collect();
    assert_eq!(questions[0].id, "1-1");
    assert_eq!(questions[1].when[0].question, "1-1");
    assert_eq!(questions[1].when[0].any, ["yes"]);
    let told: Vec<&str> = arrived.notes.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(told, ["fault-fhir-renamed", "fault-fhir-renamed"]);
}

#[test]
fn what_is_wrong_is_told_at_once_with_its_place() {
    let mut body = home_care();
    body.sections[0].questions[1].when[0].question = "h1".to_owned();
    body.sections[1].label = "ア".to_owned();
    let tool = &mut body.sections[3].questions[0];
    let choices = tool.kind.choices_mut().unwrap();
    choices[0].class = None;
    choices[1].class = None;
    choices[1].code = "yes".to_owned();
    body.sections[4].questions[0].label = String::new();
    let found: Vec<(String, String)> = check(&body, &Kept::default())
        .into_iter()
        .map(|one| (one.field, one.key))
        .collect();
    let has = |place: &str, key: &str| {
        assert!(
            found.contains(&(place.to_owned(), key.to_owned())),
            "{place} {key} {found:?}"
        );
    };
    has("a2", "fault-condition-later");
    has("section-1", "fault-section-twice");
    has("d1", "fault-question-class");
    has("d1", "fault-choice-code");
    has("e1", "fault-question-label");
    has("b1", "fault-line-twice");
}

#[test]
fn bounds_are_sane() {
    let wrong = |least: &str, most: &str, decimals: u8| {
        let mut question = blank("n", "number").unwrap();
        question.text = Words::new("数", "");
        question.kind = QuestionKind::Number {
            unit: Words::default(),
            least: Some(least.to_owned()),
            most: Some(most.to_owned()),
            decimals,
        };
        let body = Questionnaire {
            title: Words::new("題", ""),
            about: Words::default(),
            sections: vec![Section {
                label: "1".to_owned(),
                title: Words::new("項目", ""),
                questions: vec![question],
            }],
        };
        let found = check(&body, &Kept::default());
        found.first().map(|one| one.key.clone()).unwrap_or_default()
    };
    assert_eq!(wrong("0", "99.5", 1), "");
    assert_eq!(wrong("0", "約20", 1), "fault-question-bound");
    assert_eq!(wrong("10", "9", 0), "fault-question-bounds");
    assert_eq!(wrong("0", "0.25", 1), "fault-question-bound-decimals");
    assert_eq!(wrong("0", "1", 7), "fault-question-decimals");
}

/// A removed option that has answers: it is retired, and stays where answers have it.
#[test]
fn a_choice_of_a_final_version_is_retired_not_removed() {
    let mut body = home_care();
    let kept = Kept::of([home_care()]);
    let old = body.question("g3").unwrap().clone();
    let mut new = old.clone();
    new.kind.choices_mut().unwrap().remove(1);
    let edit = Edit::Question {
        was: digest(&old),
        question: Box::new(new),
    };
    apply(&mut body, &kept, &edit).unwrap();
    let choices = body.question("g3").unwrap().kind.choices();
    assert_eq!(choices.len(), 2);
    assert!(choices[1].code == "website" && choices[1].retired);
    assert_eq!(check(&body, &kept), vec![]);
    // Its kind stays too.
    let now = body.question("g3").unwrap().clone();
    let mut other = now.clone();
    other.kind = QuestionKind::Date;
    let edit = Edit::Question {
        was: digest(&now),
        question: Box::new(other),
    };
    let refused = apply(&mut body, &kept, &edit).unwrap_err();
    assert_eq!(keys(&refused)[0].1, "fault-question-kind-bound");
    // Without a final version, it is simply gone.
    let mut draft = home_care();
    let mut new = old.clone();
    new.kind.choices_mut().unwrap().remove(1);
    let edit = Edit::Question {
        was: digest(&old),
        question: Box::new(new),
    };
    apply(&mut draft, &Kept::default(), &edit).unwrap();
    assert_eq!(draft.question("g3").unwrap().kind.choices().len(), 1);
}

#[test]
fn a_question_that_somebody_else_wrote_meanwhile_is_a_conflict() {
    let mut body = home_care();
    let old = body.question("a1").unwrap().clone();
    let mut mine = old.clone();
    mine.text.ja = "別の問い".to_owned();
    let write = |question: &Question| Edit::Question {
        was: digest(&old),
        question: Box::new(question.clone()),
    };
    apply(&mut body, &Kept::default(), &write(&mine)).unwrap();
    let again = apply(&mut body, &Kept::default(), &write(&mine));
    assert_eq!(again, Err(Refusal::Conflict));
}

#[test]
fn what_others_depend_on_is_not_removed() {
    let mut body = home_care();
    let remove = |id: &str| Edit::RemoveQuestion { id: id.to_owned() };
    let refused = apply(&mut body, &Kept::default(), &remove("a1")).unwrap_err();
    assert_eq!(keys(&refused)[0].1, "fault-question-needed");
    for id in ["a4", "a3", "a2", "a1"] {
        apply(&mut body, &Kept::default(), &remove(id)).unwrap();
    }
    assert!(body.sections[0].questions.is_empty());
}

#[test]
fn a_copied_section_asks_by_its_own_answers() {
    let mut body = home_care();
    apply(&mut body, &Kept::default(), &Edit::CopySection { at: 0 }).unwrap();
    let copy = &body.sections[1];
    assert_eq!(copy.questions[1].when[0].question, copy.questions[0].id);
    assert_ne!(copy.questions[0].id, "a1");
}

#[test]
fn versions_are_compared() {
    let old = home_care();
    let mut new = home_care();
    let kept = Kept::of([home_care()]);
    new.sections[0].questions[0].text.ja.push('。');
    apply(
        &mut new,
        &kept,
        &Edit::RemoveQuestion {
            id: "d2".to_owned(),
        },
    )
    .unwrap();
    apply(
        &mut new,
        &kept,
        &Edit::AddQuestion {
            section: 7,
            kind: "date".to_owned(),
        },
    )
    .unwrap();
    let up = Edit::MoveQuestion {
        id: "f2".to_owned(),
        up: true,
    };
    apply(&mut new, &kept, &up).unwrap();
    let found: Vec<(Change, String)> = compare(&old, &new)
        .into_iter()
        .map(|one| (one.change, one.question))
        .collect();
    assert_eq!(found[0], (Change::Changed, "a1".to_owned()));
    assert!(
        found.contains(&(Change::Moved, "f2".to_owned())),
        "{found:?}"
    );
    assert!(
        found.contains(&(Change::Added, "q1".to_owned())),
        "{found:?}"
    );
    assert_eq!(found.last(), Some(&(Change::Removed, "d2".to_owned())));
    assert_eq!(compare(&old, &old), vec![]);
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let ids = prop::sample::select(vec!["a1", "a3", "c1", "g3", "h1", "q1", "q2", "q3"]);
    let kinds = prop::sample::select(KINDS.to_vec());
    let place = 0usize..10;
    prop_oneof![
        Just(Edit::AddSection),
        (place.clone(), any::<bool>()).prop_map(|(at, up)| Edit::MoveSection { at, up }),
        place.clone().prop_map(|at| Edit::CopySection { at }),
        place.clone().prop_map(|at| Edit::RemoveSection { at }),
        (place, kinds).prop_map(|(section, kind)| Edit::AddQuestion {
            section,
            kind: kind.to_owned()
        }),
        (ids.clone(), any::<bool>()).prop_map(|(id, up)| Edit::MoveQuestion {
            id: id.to_owned(),
            up
        }),
        ids.clone()
            .prop_map(|id| Edit::CopyQuestion { id: id.to_owned() }),
        ids.prop_map(|id| Edit::RemoveQuestion { id: id.to_owned() }),
    ]
}

proptest! {
    /// Whatever buttons are pressed: no id is there twice, none comes back, moving loses nothing.
    #[test]
    fn ids_stay_unique(edits in prop::collection::vec(any_edit(), 0..40)) {
        let mut body = home_care();
        let kept = Kept::of([home_care()]);
        for edit in &edits {
            let before = body.questions().count();
            let moved = matches!(edit, Edit::MoveQuestion { .. } | Edit::MoveSection { .. });
            let done = apply(&mut body, &kept, edit);
            let after = body.questions().count();
            prop_assert!(!(moved && before != after));
            prop_assert!(done.is_ok() || before == after);
            let mut ids: Vec<&str> = body.questions().map(|(_, one)| one.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), after);
        }
        let faults = check(&body, &kept);
        prop_assert!(!faults.iter().any(|one| one.key == "fault-question-id"));
    }

    /// No text makes the reader fall over.
    #[test]
    fn any_json_is_read_or_refused(text in r#"[\[\]{}":,a-z0-9.]{0,80}"#) {
        let _ = fhir::read(&text);
        let item = format!(r#"{{"resourceType":"Questionnaire","item":[{{"linkId":"1","type":"group","item":[{text}]}}]}}"#);
        let _ = fhir::read(&item);
    }
}
