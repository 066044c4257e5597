//! What the audit gets of an act on a sheet, done or refused: the survey, the respondent, ids of questions. Never a name,
//! never an answer, and nothing that a sender made up.

use renkei_base::{Ctx, Id};
use renkei_store::{Failure, Note, Store};

/// The longest code of a survey has as many bytes.
const CODE_BYTES: usize = 64;

/// A line on an act on a sheet.
pub(crate) fn note<'a>(
    act: &str,
    (survey, respondent): (&str, &Id),
    more: impl IntoIterator<Item = &'a str>,
) -> Note {
    let mut detail = format!("{} {respondent}", plain(survey));
    for one in more {
        detail.push(' ');
        detail.push_str(plain(one));
    }
    Note::new(act).detail(detail)
}

/// Passes an act's result on; a refused one is kept ([`Store::noted`]).
pub(crate) async fn noted<T>(
    store: &Store,
    ctx: &Ctx,
    act: &str,
    sheet: (&str, &Id),
    result: Result<T, Failure>,
) -> Result<T, Failure> {
    store.noted(ctx, note(act, sheet, []), result).await
}

/// A code as codes are: what comes with an address or a form may be anything.
pub(crate) fn plain(code: &str) -> &str {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    match !code.is_empty() && code.len() <= CODE_BYTES && code.bytes().all(fits) {
        true => code,
        false => "?",
    }
}
