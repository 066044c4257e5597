//! Our fields and the sections of the standard letter, both ways.

use renkei_fhir::document::{Letter, Section};

use crate::letter::LetterData;
use crate::reply::{ReplyData, ReplyForm};

const PURPOSE: &str = "950";
pub(super) const DIAGNOSIS: &str = "340";
const COURSE: &str = "360";
pub(super) const PAST: &str = "370";
const FAMILY: &str = "550";
const TREATMENT: &str = "330";
pub(super) const MEDICATION: &str = "430";
const PLAN: &str = "420";
const REMARKS: &str = "220";

/// What a reply is for, where the form has a field for it.
const REPLY_PURPOSE: &str = "ご紹介患者の診療結果のご報告（返書）";
const NEXT_VISIT: &str = "次回受診：";
const REQUEST: &str = "かかりつけ医へのお願い：";
const LEFT: &str = "大きいため同封していないファイル：";
/// Stands where the standard wants a text and the writer left none.
const NOTHING: &str = "（記載なし）";

fn section(code: &str, text: &str) -> Section {
    Section {
        code: code.to_owned(),
        text: text.to_owned(),
        ..Section::default()
    }
}

fn required(text: &str) -> &str {
    if text.trim().is_empty() {
        NOTHING
    } else {
        text
    }
}

/// The sections of a letter, in the order of the standard.
pub(super) fn of_letter(letter: &LetterData) -> Vec<Section> {
    let medication = letter.medication.join("\n");
    let mut sections = vec![
        section(PURPOSE, required(&letter.purpose)),
        section(DIAGNOSIS, required(&letter.diagnosis)),
        section(COURSE, required(&letter.course)),
        section(PAST, &letter.past_history),
        section(FAMILY, &letter.family_history),
        section(MEDICATION, &medication),
        section(TREATMENT, &letter.treatment),
        section(REMARKS, &letter.remarks),
    ];
    sections.retain(|one| !one.text.is_empty());
    sections
}

/// The sections of a reply. It has the form of a letter: the standard knows no other.
pub(super) fn of_reply(reply: &ReplyData) -> Vec<Section> {
    let form = &reply.form;
    let remarks: Vec<String> = [(NEXT_VISIT, &form.next_visit), (REQUEST, &form.request)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(title, text)| format!("{title}{text}"))
        .collect();
    let mut sections = vec![
        section(PURPOSE, REPLY_PURPOSE),
        section(DIAGNOSIS, required(&form.diagnosis)),
        section(COURSE, required(&form.findings)),
        section(MEDICATION, &form.medication),
        section(PLAN, required(&form.plan)),
        section(REMARKS, &remarks.join("\n")),
    ];
    sections.retain(|one| !one.text.is_empty());
    sections
}

/// Names files that are too large to go along.
pub(super) fn remark(letter: &mut Letter, left: &[String]) {
    let line = format!("{LEFT}{}", left.join("、"));
    let there = letter.sections.iter_mut().find(|one| one.code == REMARKS);
    match there {
        Some(remarks) => remarks.text = format!("{}\n{line}", remarks.text),
        None => letter.sections.push(section(REMARKS, &line)),
    }
}

/// The reply that a document says. Sections that have no field stand with the findings, under their titles.
pub(super) fn reply_of(letter: &Letter) -> ReplyForm {
    let text = |code: &str| letter.section(code).map(whole).unwrap_or_default();
    let mut findings = text(COURSE);
    for one in &letter.sections {
        let known = [PURPOSE, DIAGNOSIS, COURSE, MEDICATION, PLAN, REMARKS];
        if !known.contains(&one.code.as_str()) {
            findings = format!("{findings}\n\n【{}】\n{}", one.title, whole(one));
        }
    }
    let (next_visit, request) = remarks(&text(REMARKS));
    ReplyForm {
        diagnosis: required(&text(DIAGNOSIS)).to_owned(),
        findings: required(findings.trim()).to_owned(),
        plan: required(&text(PLAN)).to_owned(),
        medication: text(MEDICATION),
        next_visit,
        request,
        ..ReplyForm::default()
    }
}

/// Next visit and request, as our own replies write them; anything else is a request.
fn remarks(text: &str) -> (String, String) {
    let Some(rest) = text.strip_prefix(NEXT_VISIT) else {
        let request = text.strip_prefix(REQUEST).unwrap_or(text);
        return (String::new(), request.to_owned());
    };
    let (next, request) = rest.split_once('\n').unwrap_or((rest, ""));
    let request = request.strip_prefix(REQUEST).unwrap_or(request);
    (next.to_owned(), request.to_owned())
}

/// A section's narrative and what its entries say beyond it.
pub(super) fn whole(section: &Section) -> String {
    let mut text = section.text.clone();
    for line in &section.lines {
        if !text.contains(line.as_str()) {
            text.push('\n');
            text.push_str(line);
        }
    }
    text
}

/// Whether a section has a field of the letter's form.
pub(super) fn has_field(code: &str) -> bool {
    [
        PURPOSE, DIAGNOSIS, COURSE, PAST, FAMILY, TREATMENT, MEDICATION, REMARKS,
    ]
    .contains(&code)
}

/// What lists show of a letter.
pub(super) fn subject(letter: &Letter) -> String {
    letter.section(DIAGNOSIS).map(whole).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_of_a_reply_come_back() {
        for (next, request) in [
            ("", ""),
            ("12月1日 10時", ""),
            ("", "血圧を\n見てください"),
            ("未定", "処方\n継続"),
        ] {
            let parts = [(NEXT_VISIT, next), (REQUEST, request)];
            let lines = parts.iter().filter(|(_, text)| !text.is_empty());
            let text: Vec<String> = lines
                .map(|(title, text)| format!("{title}{text}"))
                .collect();
            assert_eq!(
                remarks(&text.join("\n")),
                (next.to_owned(), request.to_owned())
            );
        }
        assert_eq!(remarks("よろしく"), (String::new(), "よろしく".to_owned()));
    }
}
