//! The lines of a medication text know the text that they were made from. Where the text has changed since, the letter
//! cannot go out until they are made anew; what a person has corrected in them is kept.

use super::DraftForm;
use crate::letter::split_medication;

/// Where a line comes from, when lines are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was there, perhaps corrected by hand.
    Stays,
    /// The text did not say it before.
    New,
    /// Somebody has added it by hand: the text does not say it.
    Hand,
}

/// Lines made anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anew {
    /// In the order of the text; those of a hand at the end.
    pub lines: Vec<(String, Origin)>,
    /// Lines whose place in the text is gone.
    pub gone: Vec<String>,
}

impl DraftForm {
    /// Whether the lines were made from a text that said something else than it says now.
    pub fn has_old_lines(&self) -> bool {
        let lines = self.lines_said();
        if lines.is_empty() || self.medication_of == self.medication {
            return false;
        }
        let now = split_medication(&self.medication);
        lines != now && split_medication(&self.medication_of) != now
    }

    /// The lines of the text as it is now. A correction by hand stays where the text still says what was corrected.
    /// Where the text has not changed, also those that were taken out are there again.
    pub fn lines_anew(&self) -> Anew {
        anew(
            &split_medication(&self.medication_of),
            &self.lines_said(),
            split_medication(&self.medication),
        )
    }

    /// The lines without those that were emptied.
    fn lines_said(&self) -> Vec<String> {
        let lines = self.medication_lines.iter().map(|line| line.trim());
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// What a letter prints: never the lines of another text.
    pub fn medication_now(&self) -> Vec<String> {
        if !self.has_old_lines() {
            return self.medication_lines.clone();
        }
        let lines = self.lines_anew().lines.into_iter();
        lines.map(|(line, _)| line).collect()
    }

    /// The form with the text that its lines were made from. Who does not say it and has changed no line of what is stored
    /// has not looked at them: then they are from the text that they were stored with.
    pub(super) fn settled(mut self, stored: Option<&Self>) -> Self {
        if self.medication_of.is_empty() {
            let untouched = stored.filter(|stored| {
                !self.medication.is_empty() && stored.medication_lines == self.medication_lines
            });
            let of = untouched.map_or(&self.medication, |stored| &stored.medication_of);
            self.medication_of = of.clone();
        }
        if !self.has_old_lines() {
            self.medication_of.clone_from(&self.medication);
        }
        self
    }
}

/// What stands for a line of the old text.
enum Stands {
    /// The same, or the same drug corrected.
    Surely(String),
    /// Another text in its place.
    Perhaps(String),
    /// Taken out by hand.
    Removed,
    /// Nothing is known: the text alone counts.
    Unknown,
}

fn anew(old: &[String], lines: &[String], now: Vec<String>) -> Anew {
    let (stands, by_hand) = paired(old, lines);
    let mut olds: Vec<_> = old.iter().zip(stands).map(Some).collect();
    let (mut anew, whole) = (Anew::default(), old == now);
    for line in now {
        let at = olds
            .iter()
            .position(|one| one.as_ref().is_some_and(|(old, _)| **old == line));
        match at.and_then(|at| olds.get_mut(at)?.take()) {
            Some((_, Stands::Surely(text) | Stands::Perhaps(text))) => {
                anew.lines.push((text, Origin::Stays));
            }
            Some((_, Stands::Removed)) if !whole => {}
            Some((_, Stands::Removed | Stands::Unknown)) | None => {
                anew.lines.push((line, Origin::New));
            }
        }
    }
    for (_, stands) in olds.into_iter().flatten() {
        match stands {
            Stands::Surely(text) => anew.gone.push(text),
            Stands::Perhaps(text) => anew.lines.push((text, Origin::Hand)),
            Stands::Removed | Stands::Unknown => {}
        }
    }
    let by_hand = by_hand.into_iter().map(|text| (text, Origin::Hand));
    anew.lines.extend(by_hand);
    anew
}

/// For each line of the old text what stands for it, and the lines that stand for none.
fn paired(old: &[String], lines: &[String]) -> (Vec<Stands>, Vec<String>) {
    let mut rest: Vec<Option<&String>> = lines.iter().map(Some).collect();
    let mut found: Vec<Option<&String>> = vec![None; old.len()];
    for alike in [same, same_drug] {
        for (old, found) in old.iter().zip(&mut found) {
            if found.is_some() {
                continue;
            }
            let place = rest
                .iter_mut()
                .find(|one| one.is_some_and(|line| alike(old, line)));
            *found = place.and_then(Option::take);
        }
    }
    let rest: Vec<&String> = rest.into_iter().flatten().collect();
    let open = found.iter().filter(|found| found.is_none()).count();
    let in_order = open == rest.len();
    let mut others = rest.iter();
    let stands = found.into_iter().map(|found| match found {
        Some(line) => Stands::Surely(line.clone()),
        None if rest.is_empty() => Stands::Removed,
        None if in_order => others
            .next()
            .map_or(Stands::Unknown, |line| Stands::Perhaps((*line).clone())),
        None => Stands::Unknown,
    });
    let stands = stands.collect();
    let by_hand = match in_order {
        true => Vec::new(),
        false => rest.into_iter().cloned().collect(),
    };
    (stands, by_hand)
}

fn same(one: &str, other: &str) -> bool {
    one == other
}

/// Whether both begin with the same word: a drug's name.
fn same_drug(one: &str, other: &str) -> bool {
    let drug = |line: &'_ str| line.split_whitespace().next().map(str::to_owned);
    drug(one) == drug(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(of: &str, lines: &[&str], text: &str) -> DraftForm {
        DraftForm {
            medication: text.to_owned(),
            medication_lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            medication_of: of.to_owned(),
            ..DraftForm::default()
        }
    }

    /// One line each, with its sign: ` ` stays, `+` new, `*` by hand, `-` gone.
    fn told(form: &DraftForm) -> String {
        let anew = form.lines_anew();
        let lines = anew.lines.iter().map(|(line, origin)| match origin {
            Origin::Stays => format!("  {line}"),
            Origin::New => format!("+ {line}"),
            Origin::Hand => format!("* {line}"),
        });
        let gone = anew.gone.iter().map(|line| format!("- {line}"));
        lines.chain(gone).collect::<Vec<_>>().join("\n")
    }

    const OLD: &str = "A錠 1錠 分1\nB錠 1錠 分1\nC錠 1錠 分1";
    const SPLIT: [&str; 3] = ["A錠 1錠 分1", "B錠 1錠 分1", "C錠 1錠 分1"];

    #[test]
    fn only_another_content_makes_lines_old() {
        assert!(!form(OLD, &SPLIT, OLD).has_old_lines());
        assert!(!form(OLD, &SPLIT, &OLD.replace(' ', "　")).has_old_lines());
        assert!(form(OLD, &SPLIT, &format!("{OLD}\nD錠 1錠")).has_old_lines());
        assert!(form(OLD, &SPLIT, "").has_old_lines());
        // Corrected by hand to what the text says now.
        assert!(!form("A錠 1錠", &["A錠 2錠"], "A錠 2錠").has_old_lines());
        assert!(!form("A錠 1錠", &[], "A錠 2錠").has_old_lines());
    }

    #[test]
    fn corrections_stay_where_the_text_does() {
        let lines = ["A錠 1錠 分1 粉砕", "C錠 1錠 分1 休薬中"];
        let form = form(
            OLD,
            &lines,
            "D錠 1錠\nC錠 2錠 分1\nB錠 1錠 分1\nA錠 1錠 分1",
        );
        insta::assert_snapshot!(told(&form), @r"
        + D錠 1錠
        + C錠 2錠 分1
          A錠 1錠 分1 粉砕
        - C錠 1錠 分1 休薬中
        ");
    }

    #[test]
    fn what_a_hand_has_added_is_not_lost() {
        let lines = ["A錠 1錠 分1", "B錠 1錠 分1", "C錠 1錠 分1", "市販の胃薬"];
        let added = form(OLD, &lines, "A錠 1錠 分1\nD錠 1錠");
        insta::assert_snapshot!(told(&added), @r"
          A錠 1錠 分1
        + D錠 1錠
        * 市販の胃薬
        - B錠 1錠 分1
        - C錠 1錠 分1
        ");
        // Another drug was written over a line, and the line's own is gone from the text.
        let over = form(
            OLD,
            &["A錠 1錠 分1", "市販の胃薬", "C錠 1錠 分1"],
            "A錠 1錠 分1",
        );
        insta::assert_snapshot!(told(&over), @r"
          A錠 1錠 分1
        * 市販の胃薬
        - C錠 1錠 分1
        ");
    }

    #[test]
    fn an_emptied_text_has_no_lines() {
        assert_eq!(form(OLD, &SPLIT, "").medication_now(), Vec::<String>::new());
    }

    #[test]
    fn what_is_printed_says_the_whole_text() {
        let text = format!("{OLD}\nワーファリン錠1mg 2錠 夕食後");
        let now = form(OLD, &SPLIT, &text).medication_now();
        assert_eq!(now, split_medication(&text));
    }

    #[test]
    fn who_does_not_say_the_text_has_lines_of_what_is_stored() {
        let stored = form(OLD, &SPLIT, OLD);
        let more = format!("{OLD}\nD錠 1錠");
        let same = form("", &SPLIT, &more).settled(Some(&stored));
        assert_eq!(same.medication_of, OLD);
        let other = form("", &["A錠", "D錠"], &more).settled(Some(&stored));
        assert_eq!(other.medication_of, more);
        assert_eq!(form("", &SPLIT, &more).settled(None).medication_of, more);
    }
}
