//! How far a referral has come: the lines of `flows.toml`, read.

use renkei_base::clock::Span;
use renkei_care::referral::Step;

use crate::SampleError;
use crate::moment::span;

/// One line: `book 9d at -28h`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) step: Step,
    pub(crate) age: Span,
    pub(crate) detail: Detail,
}

/// What a step needs besides the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    None,
    /// The next free slot of the department.
    Slot,
    /// A time, from now.
    At(Span),
    /// The reason of a decline; how it goes on after a reply (`closes`, `more`), or its kind (`interim`, `final`).
    Word(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) steps: Vec<Leg>,
}

impl Flow {
    /// All ages, and times in the past, are `shift` days older.
    pub(crate) fn read(lines: &[String], shift: i64) -> Result<Self, SampleError> {
        let shift = Span::days(shift);
        let steps = lines.iter().map(|line| leg(line, shift));
        Ok(Self {
            steps: steps.collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn slots(&self) -> usize {
        self.steps
            .iter()
            .filter(|leg| leg.detail == Detail::Slot)
            .count()
    }
}

fn leg(line: &str, shift: Span) -> Result<Leg, SampleError> {
    let fault = || SampleError::data(format!("flows.toml: {line}"));
    let words: Vec<&str> = line.split_whitespace().collect();
    let (step, age, detail) = match words.as_slice() {
        [step, age] => (step, age, Detail::None),
        [step, age, "slot"] => (step, age, Detail::Slot),
        [step, age, "at", time] => (step, age, Detail::At(Span(span(time)?.0 - shift.0))),
        [step, age, word] => (step, age, Detail::Word((*word).to_owned())),
        _ => return Err(fault()),
    };
    Ok(Leg {
        step: Step::from_code(step).ok_or_else(fault)?,
        age: Span(span(age)?.0 + shift.0),
        detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_step_age_and_detail() {
        let lines = ["send 3d", "book 2d at -28h", "decline 4d duplicate"].map(str::to_owned);
        let flow = Flow::read(&lines, 1).unwrap();
        let details: Vec<Detail> = flow.steps.iter().map(|leg| leg.detail.clone()).collect();
        assert_eq!(
            details,
            [
                Detail::None,
                Detail::At(Span::hours(-52)),
                Detail::Word("duplicate".to_owned())
            ]
        );
        assert_eq!(
            (flow.steps[0].step, flow.steps[0].age),
            (Step::Send, Span::days(4))
        );
        for wrong in ["send", "sent 3d", "send 3", "book 2d at noon", "a b c d e"] {
            assert!(Flow::read(&[wrong.to_owned()], 0).is_err(), "{wrong}");
        }
    }
}
