//! What is shown of institutions: one text of all, in which each finds its own. A text for each would be a third larger.

/// How many texts each has.
pub(super) const FIELDS: usize = 7;

/// Places in the texts of one institution.
pub(super) const ID: usize = 0;
pub(super) const CODE: usize = 5;
pub(super) const REGISTRY_ID: usize = 6;

/// Id, name, kana, short, address, code, 医療情報ネット ID, between zero bytes.
#[derive(Debug, Default)]
pub(super) struct Shown {
    text: String,
    /// Where each one's begin.
    starts: Vec<u32>,
}

impl Shown {
    pub(super) fn push(&mut self, fields: [&str; FIELDS]) {
        self.starts
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        for field in fields {
            // Nobody's name has one; where a file slipped one in, it is left out.
            self.text.extend(field.split('\0'));
            self.text.push('\0');
        }
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// All texts of one institution; empty ones for none.
    pub(super) fn fields(&self, place: usize) -> [&str; FIELDS] {
        let mut parts = self.of(place).split('\0');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }

    pub(super) fn field(&self, place: usize, at: usize) -> &str {
        debug_assert!(at < FIELDS);
        self.of(place).split('\0').nth(at).unwrap_or_default()
    }

    fn of(&self, place: usize) -> &str {
        let at = |place: usize| self.starts.get(place).map(|at| *at as usize);
        let Some(start) = at(place) else {
            return "";
        };
        let end = at(place + 1).unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finds_its_own() {
        let mut shown = Shown::default();
        shown.push(["a", "目黒病院", "", "", "東京都", "", "13"]);
        shown.push(["b", "\0x", "", "", "", "", ""]);
        shown.push(["c", "", "", "", "", "1310000000", ""]);
        assert_eq!(
            shown.fields(0),
            ["a", "目黒病院", "", "", "東京都", "", "13"]
        );
        assert_eq!(shown.field(1, 1), "x");
        assert_eq!(
            (shown.field(2, ID), shown.field(2, CODE)),
            ("c", "1310000000")
        );
        assert_eq!(shown.fields(3), [""; FIELDS]);
    }
}
