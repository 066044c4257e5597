//! The sections of a letter: how often, in which code system, with which title, text and entries.

use serde_json::Value;

use super::Finding;
use super::bundle::Entries;
use super::node::Node;
use super::rules::{DocumentRules, EntryRule, Rules, SectionRule};

const CDA: &str = "200";
const STRUCTURED: &str = "300";

struct Check<'a, 'f> {
    entries: &'a Entries<'a>,
    document: &'a DocumentRules,
    rules: &'a Rules,
    findings: &'f mut Vec<Finding>,
}

pub(super) fn check<'a>(
    composition: &Node<'a>,
    entries: &'a Entries<'a>,
    document: &'a DocumentRules,
    rules: &'a Rules,
    findings: &mut Vec<Finding>,
) {
    let mut check = Check {
        entries,
        document,
        rules,
        findings,
    };
    let top = check.codes(&composition.children("section"));
    check.often(&top, false, &format!("{}.section", composition.path));
    let has = |code: &str| top.iter().any(|(found, _)| *found == code);
    if has(CDA) == has(STRUCTURED) {
        let path = format!("{}.section", composition.path);
        check.findings.push(Finding::error(
            "cda-xor-structured",
            path,
            "cda-xor-structured",
        ));
    }
    for (code, node) in &top {
        check.one(code, node, false);
        if *code == STRUCTURED {
            let inner = check.codes(&node.children("section"));
            check.often(&inner, true, &format!("{}.section", node.path));
            for (code, node) in &inner {
                check.one(code, node, true);
            }
        }
    }
}

impl<'a> Check<'a, '_> {
    fn error(&mut self, rule: &str, path: &str, kind: &str) {
        self.findings.push(Finding::error(rule, path, kind));
    }

    /// The sections with their codes, in whichever of the code systems.
    fn codes(&mut self, sections: &[Node<'a>]) -> Vec<(&'a str, Node<'a>)> {
        let mut found = Vec::new();
        for section in sections {
            let coding = section.walk(&["code", "coding"]);
            if coding.len() != 1 {
                self.error(
                    "section-code",
                    &format!("{}.code", section.path),
                    "section-code",
                );
            }
            let Some(coding) = coding.first() else {
                continue;
            };
            let (system, code) = (coding.text("system"), coding.text("code"));
            if system != self.document.section_system {
                let finding =
                    Finding::error("section-system", format!("{}.system", coding.path), "fixed");
                let finding = finding.with("value", &self.document.section_system);
                // The other guide's system says the same with the same codes: it is read.
                let known = self.rules.is_section_system(system);
                self.findings
                    .push(if known { finding.warning() } else { finding });
                if !known {
                    continue;
                }
            }
            found.push((code, section.clone()));
        }
        found
    }

    fn often(&mut self, sections: &[(&str, Node<'a>)], inside: bool, path: &str) {
        let rules = self
            .rules
            .sections
            .iter()
            .filter(|one| one.inside == inside);
        for rule in rules {
            let count = sections
                .iter()
                .filter(|(code, _)| *code == rule.code)
                .count();
            let kind = if count < rule.min {
                "section-missing"
            } else if rule.max.is_some_and(|max| count > max) {
                "section-twice"
            } else {
                continue;
            };
            let name = format!("section-{}", rule.code);
            let finding = Finding::error(&name, path, kind);
            self.findings
                .push(finding.with("code", &rule.code).with("title", &rule.title));
        }
    }

    fn one(&mut self, code: &str, node: &Node<'a>, inside: bool) {
        let Some(rule) = self
            .rules
            .section(code)
            .filter(|rule| rule.inside == inside)
        else {
            let finding = Finding::error("section-unknown", &node.path, "section-unknown");
            self.findings.push(finding.with("code", code).warning());
            return;
        };
        let name = |what: &str| format!("section-{code}-{what}");
        if node.text("title") != rule.title {
            let finding = Finding::error(&name("title"), format!("{}.title", node.path), "fixed");
            self.findings.push(finding.with("value", &rule.title));
        }
        self.text(rule, node, &name("text"));
        for absent in ["mode", "orderedBy"] {
            if node.count(absent) > 0 {
                let finding = Finding::error(
                    &name("element"),
                    format!("{}.{absent}", node.path),
                    "not-allowed",
                );
                self.findings.push(finding.with("element", absent));
            }
        }
        if !rule.holds {
            if node.count("section") > 0 {
                let finding = Finding::error(
                    &name("element"),
                    format!("{}.section", node.path),
                    "not-allowed",
                );
                self.findings.push(finding.with("element", "section"));
            }
            self.pointed(rule, node, &name("entry"));
            self.content(rule, node, &name("content"));
        }
    }

    fn text(&mut self, rule: &SectionRule, node: &Node<'a>, name: &str) {
        for text in node.children("text") {
            if rule.bare {
                let finding = Finding::error(name, &text.path, "not-allowed");
                self.findings.push(finding.with("element", "text"));
            } else if text.text("status") != "additional" {
                let finding = Finding::error(name, format!("{}.status", text.path), "fixed");
                self.findings.push(finding.with("value", "additional"));
            } else if !text.text("div").starts_with("<div") {
                self.error(name, &format!("{}.div", text.path), "narrative");
            }
        }
    }

    /// A section says something: by text or by entries (FHIR R4, cmp-1).
    fn content(&mut self, rule: &SectionRule, node: &Node<'a>, name: &str) {
        if node.count("text") + node.count("entry") == 0 && !rule.bare {
            self.error(name, &node.path, "section-empty");
        }
    }

    fn pointed(&mut self, rule: &SectionRule, node: &Node<'a>, name: &str) {
        let entries = node.children("entry");
        let path = format!("{}.entry", node.path);
        if entries.len() < rule.entry.min {
            self.counted(name, &path, "missing", "1");
        } else if let Some(max) = rule.entry.max.filter(|max| entries.len() > *max) {
            self.counted(name, &path, "too-many", &max.to_string());
        }
        let types: Vec<&str> = entries.iter().map(|entry| self.typ(entry)).collect();
        for (entry, typ) in entries.iter().zip(&types) {
            let fits = rule.entry.types.iter().any(|one| one == typ);
            if !rule.entry.types.is_empty() && !typ.is_empty() && !fits {
                let finding = Finding::error(name, &entry.path, "target");
                let finding = finding.with("types", rule.entry.types.join(", "));
                self.findings.push(finding.with("type", *typ));
            }
        }
        for each in &rule.entry.each {
            self.each(each, &types, &path, name);
        }
    }

    fn counted(&mut self, name: &str, path: &str, kind: &str, number: &str) {
        let finding = Finding::error(name, path, kind).with("element", "entry");
        self.findings
            .push(finding.with("min", number).with("max", number));
    }

    fn each(&mut self, rule: &EntryRule, types: &[&str], path: &str, name: &str) {
        let count = types.iter().filter(|typ| **typ == rule.typ).count();
        let kind = if count < rule.min {
            "entries-too-few"
        } else if rule.max.is_some_and(|max| count > max) {
            "entries-too-many"
        } else {
            return;
        };
        let finding = Finding::error(name, path, kind).with("type", &rule.typ);
        let max = rule.max.unwrap_or(rule.min).to_string();
        self.findings
            .push(finding.with("min", rule.min.to_string()).with("max", max));
    }

    fn typ(&self, entry: &Node<'a>) -> &'a str {
        let reference = entry.value.get("reference").and_then(Value::as_str);
        let target = reference.and_then(|reference| self.entries.find(reference));
        target.map_or("", |target| target.text("resourceType"))
    }
}
