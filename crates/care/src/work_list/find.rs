//! Cases by what somebody on the phone says: a name, a birthday, a number.

use renkei_access::{Action, Facts, permit};
use renkei_base::name::search_key;
use renkei_base::{Ctx, era, limits};
use renkei_fhir::patient::Patient;
use renkei_fhir::task::Task;
use renkei_store::{Clause, Failure, Query, escape};

use super::Row;
use super::row::{Patients, row};
use crate::Care;
use crate::referral::number;

/// Cases, sent or received, running or over, whose 紹介番号 is the text, or whose patient's birthday, 患者番号 or name:
/// the first of these that finds any, newest first, at most one page. An empty text finds nothing.
///
/// # Errors
/// As [`super::work_list`].
pub async fn find(care: &Care, ctx: &Ctx, text: &str) -> Result<Vec<Row>, Failure> {
    permit(&ctx.caller, Action::WorkList, &Facts::NONE)?;
    ctx.institution()?;
    let text = renkei_base::text::clean(text).trim().to_owned();
    if search_key(&text).is_empty() {
        return Ok(Vec::new());
    }
    for clause in clauses(&text) {
        let mut query = Query::of(Task::TYPE)
            .include(Task::TYPE, "patient")
            .sort("_lastUpdated", true)
            .count(limits::PAGE_ROWS);
        query.clauses.push(clause);
        let page = care.store.search(ctx, &query).await?;
        let patients = Patients::of(ctx, page.included);
        let found = page.matches.into_iter();
        let rows: Vec<_> = found
            .filter_map(|stored| row(ctx, stored, &patients, None))
            .collect();
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// What the text may mean, the surest first.
fn clauses(text: &str) -> Vec<Clause> {
    if let Some(number) = number::written(text) {
        return vec![Clause {
            param: "group-identifier".to_owned(),
            modifier: None,
            chain: None,
            values: vec![escape(&number)],
        }];
    }
    if let Ok(birthday) = era::parse(text) {
        return vec![of_patient("birthdate", None, birthday.to_string())];
    }
    vec![
        of_patient("x-local", None, escape(text)),
        of_patient("name", Some("contains"), escape(text)),
    ]
}

fn of_patient(param: &str, modifier: Option<&str>, value: String) -> Clause {
    Clause {
        param: "patient".to_owned(),
        modifier: modifier.map(str::to_owned),
        chain: Some((Patient::TYPE.to_owned(), param.to_owned())),
        values: vec![value],
    }
}
