//! Three answers to one question: the one that a writer read, the one that is there, the one that is typed.

use renkei_store::StoreError;
use renkei_store::answer::AnswerChange;

use super::Sheet;
use crate::answer::input::Given;
use crate::{Status, Value};

/// What a typed answer comes to. Pure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// Says what is there already.
    Same,
    /// Stands on what is there.
    Write,
    /// The writer left it as it was, somebody else changed it.
    Taken,
    /// Both changed it, to different things.
    Conflict,
}

/// `read` is what the writer read: none where nobody knows it any more.
pub(crate) fn meet(read: Option<&Given>, there: &Given, typed: &Given) -> Meeting {
    if typed == there {
        Meeting::Same
    } else if read == Some(there) {
        Meeting::Write
    } else if read == Some(typed) {
        Meeting::Taken
    } else {
        Meeting::Conflict
    }
}

/// The answer that stood at a revision.
///
/// # Errors
/// `Corrupt` for what this program did not write.
pub(crate) fn at(
    sheet: &Sheet,
    changes: &[AnswerChange],
    question: &str,
    revision: i64,
) -> Result<Option<Given>, StoreError> {
    if sheet.revision(question) == revision {
        return Ok(Some(sheet.given(question)));
    }
    let next = changes
        .iter()
        .find(|change| change.question == question && change.revision == revision + 1);
    next.map(before).transpose()
}

fn before(change: &AnswerChange) -> Result<Given, StoreError> {
    Ok(Given {
        value: Value::read(&change.old_value)?,
        status: Status::from_code(&change.old_status).unwrap_or(Status::NoAnswer),
        explanation: change.old_explanation.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Given {
        if text.is_empty() {
            return Given::BLANK;
        }
        Given {
            value: Some(Value::Text {
                text: text.to_owned(),
            }),
            status: Status::Stated,
            explanation: String::new(),
        }
    }

    #[test]
    fn two_who_write_lose_nothing() {
        for (read, there, typed, meeting) in [
            ("", "", "a", Meeting::Write),
            ("a", "a", "", Meeting::Write),
            ("", "a", "a", Meeting::Same),
            ("", "a", "", Meeting::Taken),
            ("", "a", "b", Meeting::Conflict),
            ("a", "", "b", Meeting::Conflict),
        ] {
            assert_eq!(
                meet(Some(&said(read)), &said(there), &said(typed)),
                meeting,
                "{read} {there} {typed}"
            );
        }
        assert_eq!(meet(None, &said("a"), &said("b")), Meeting::Conflict);
    }
}
