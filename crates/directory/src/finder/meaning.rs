//! What words mean besides themselves: tags, functions, departments, and everyday words for troubles and diseases.

use std::collections::HashMap;

use renkei_base::name::search_key;
use serde::Deserialize;

use super::bits::Bits;

const PLAIN: &str = include_str!("../data/plain-words.csv");

/// One line of the table of everyday words: the departments and tags that help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub code: String,
    /// What people say, the commonest first.
    pub words: Vec<String>,
    pub english: Vec<String>,
    pub departments: Vec<String>,
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    code: String,
    words: String,
    english: String,
    departments: String,
    tags: String,
}

/// All lines.
pub(super) fn troubles() -> Vec<Trouble> {
    let mut reader = csv::Reader::from_reader(PLAIN.as_bytes());
    let lines = reader.deserialize::<Line>().filter_map(Result::ok);
    let split = |text: &str, by: char| -> Vec<String> {
        let parts = text.split(by).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let trouble = |line: Line| Trouble {
        words: split(&line.words, ' '),
        english: split(&line.english, '|'),
        departments: split(&line.departments, '|'),
        tags: split(&line.tags, ' '),
        code: line.code,
    };
    lines.map(trouble).collect()
}

/// Search keys and whom they mean. A key means a set, and departments whose hours count where they are known apart.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    sets: Vec<Bits>,
    departments: Vec<Vec<String>>,
    /// Places in `sets`.
    keys: HashMap<String, u32>,
}

impl Meanings {
    /// Adds a set under these words. A word that is there already means both.
    pub(super) fn add<'a>(
        &mut self,
        words: impl Iterator<Item = &'a str>,
        set: &Bits,
        departments: &[String],
    ) {
        if set.count() == 0 {
            return;
        }
        for key in words.map(search_key).filter(|key| !key.is_empty()) {
            match self.keys.get(&key) {
                Some(known) => {
                    let known = *known as usize;
                    if let Some(one) = self.sets.get_mut(known) {
                        one.widen(set);
                    }
                    if let Some(one) = self.departments.get_mut(known) {
                        one.extend_from_slice(departments);
                    }
                }
                None => {
                    let next = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
                    self.sets.push(set.clone());
                    self.departments.push(departments.to_vec());
                    self.keys.insert(key, next);
                }
            }
        }
    }

    pub(super) fn of(&self, key: &str) -> Option<&Bits> {
        let place = *self.keys.get(key)?;
        self.sets.get(place as usize)
    }

    pub(super) fn departments_of(&self, key: &str) -> &[String] {
        let place = self.keys.get(key).map(|place| *place as usize);
        let found = place.and_then(|place| self.departments.get(place));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_whole() {
        let troubles = troubles();
        assert_eq!(troubles.len(), PLAIN.lines().count() - 1);
        let codes: BTreeSet<_> = troubles.iter().map(|one| &one.code).collect();
        assert_eq!(codes.len(), troubles.len());
        let tags = include_str!("../data/tags.csv");
        for one in &troubles {
            assert!(!one.words.is_empty() && !one.english.is_empty(), "{one:?}");
            assert!(
                !one.departments.is_empty() || !one.tags.is_empty(),
                "{one:?}"
            );
            for tag in &one.tags {
                assert!(
                    tags.contains(&format!(",{tag},")),
                    "{tag} is no tag of the program"
                );
            }
        }
    }
}
