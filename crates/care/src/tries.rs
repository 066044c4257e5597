//! How often a use case is tried, and what is kept of a try that was refused.

use renkei_base::{Ctx, Refusal};
use renkei_store::{Failure, Note};

use crate::Care;

/// How often something is tried when others change the same thing at the same moment.
pub(crate) const TRIES: usize = 2;

/// Passes the result of a use case on. Of a refused try the audit gets this note with the refusal's codes first;
/// what does not exist and what may not be seen are the same there.
pub(crate) async fn noted<T>(
    care: &Care,
    ctx: &Ctx,
    note: Note,
    result: Result<T, Failure>,
) -> Result<T, Failure> {
    if let Err(Failure::Refused(refusal)) = &result {
        let note = note.detail(code(refusal)).refused();
        care.store.audit(ctx, vec![note]).await?;
    }
    result
}

/// A refusal as codes.
pub(crate) fn code(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(faults) => {
            let faults: Vec<String> = faults
                .iter()
                .map(|fault| format!("{}:{}", fault.field, fault.key))
                .collect();
            faults.join(" ")
        }
        Refusal::NotNow(key) | Refusal::Forbidden(key) => key.clone(),
        Refusal::NotFound => "not-found".to_owned(),
        Refusal::Conflict => "conflict".to_owned(),
    }
}
