//! The data file of rules: which document claims what, and what that asks for.

use std::sync::LazyLock;

use serde::Deserialize;

const TEXT: &str = include_str!("../../data/clins-rules.json");

static RULES: LazyLock<Rules> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

/// All rules. A test holds that the file is read.
pub(super) fn rules() -> &'static Rules {
    &RULES
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Rules {
    pub(super) documents: Vec<DocumentRules>,
    pub(super) resources: Vec<ResourceRules>,
    pub(super) sections: Vec<SectionRule>,
}

/// A kind of document, by the profile that its Bundle claims.
#[derive(Debug, Deserialize)]
pub(super) struct DocumentRules {
    pub(super) profile: String,
    /// Versions that the rules were read from: `1` stands for 1 and all 1.x.
    pub(super) versions: Vec<String>,
    pub(super) section_system: String,
    pub(super) elements: Vec<Element>,
    pub(super) entries: Vec<EntryRule>,
    /// Names of [`ResourceRules`].
    pub(super) resources: Vec<String>,
}

/// What a resource of the document must look like.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceRules {
    /// The resource type, or `document` for Bundle and Composition.
    pub(super) name: String,
    pub(super) profile: Option<String>,
    /// For every resource of the type; else only for those that claim the profile.
    #[serde(default)]
    pub(super) always: bool,
    pub(super) elements: Vec<Element>,
    /// Names of functions in `invariant.rs`.
    #[serde(default)]
    pub(super) invariants: Vec<String>,
}

/// One element: how often within its parent, and what it holds.
#[derive(Debug, Deserialize)]
pub(super) struct Element {
    /// `Composition.type.coding`; `value[x]` stands for any type of value.
    pub(super) path: String,
    #[serde(default)]
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    pub(super) fixed: Option<String>,
    #[serde(default)]
    pub(super) one_of: Vec<String>,
    pub(super) form: Option<Form>,
    /// Types that a reference may point to.
    #[serde(default)]
    pub(super) target: Vec<String>,
    /// The standard's number, where it has one.
    pub(super) rule: Option<String>,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    Instant,
    DateTime,
    Date,
    BundleIdentifier,
}

/// How many entries of a type a document has.
#[derive(Debug, Deserialize)]
pub(super) struct EntryRule {
    #[serde(rename = "type")]
    pub(super) typ: String,
    #[serde(default)]
    pub(super) min: usize,
    pub(super) max: Option<usize>,
}

/// A section, by code.
#[derive(Debug, Deserialize)]
pub(super) struct SectionRule {
    pub(super) code: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    /// Stands under 構造情報 (300).
    #[serde(default)]
    pub(super) inside: bool,
    /// Holds other sections.
    #[serde(default)]
    pub(super) holds: bool,
    /// Has no text.
    #[serde(default)]
    pub(super) bare: bool,
    #[serde(default)]
    pub(super) entry: SectionEntries,
}

/// What a section points to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SectionEntries {
    #[serde(default)]
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    #[serde(default)]
    pub(super) types: Vec<String>,
    #[serde(default)]
    pub(super) each: Vec<EntryRule>,
}

impl Rules {
    /// The rules of a claimed profile (without its version).
    pub(super) fn document(&self, profile: &str) -> Option<&DocumentRules> {
        self.documents.iter().find(|one| one.profile == profile)
    }

    /// The newest: what is checked where no profile that we know is claimed.
    pub(super) fn newest(&self) -> Option<&DocumentRules> {
        self.documents.first()
    }

    pub(super) fn section(&self, code: &str) -> Option<&SectionRule> {
        self.sections.iter().find(|one| one.code == code)
    }

    /// Whether it is one of the code systems of sections.
    pub(super) fn is_section_system(&self, system: &str) -> bool {
        self.documents
            .iter()
            .any(|one| one.section_system == system)
    }
}

impl DocumentRules {
    /// Whether the rules were read from that version, or from none that is claimed.
    pub(super) fn knows(&self, version: &str) -> bool {
        version.is_empty()
            || self.versions.iter().any(|known| {
                version
                    .strip_prefix(known.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read() {
        let rules: Rules = serde_json::from_str(TEXT).unwrap();
        assert_eq!(rules.documents.len(), 2);
        for document in &rules.documents {
            for name in &document.resources {
                assert!(
                    rules.resources.iter().any(|one| one.name == *name),
                    "{name}"
                );
            }
        }
        let known = super::super::invariant::NAMES;
        for name in rules.resources.iter().flat_map(|one| &one.invariants) {
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn versions_are_compared_part_by_part() {
        let rules = rules().newest().unwrap();
        for known in ["", "1", "1.5.2", "1.13.0-preR1"] {
            assert!(rules.knows(known), "{known}");
        }
        for unknown in ["2", "10.1", "x"] {
            assert!(!rules.knows(unknown), "{unknown}");
        }
    }
}
