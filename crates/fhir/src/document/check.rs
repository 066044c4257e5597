//! Checks a document against the rules of the profile that it claims.

use super::bundle::{Entries, value};
use super::node::{Node, canonical, claims};
use super::rules::{DocumentRules, ResourceRules, Rules, rules};
use super::{Finding, Severity, base, element, frame, invariant, section};
use crate::Resource;

/// Checks a Bundle as a letter of referral: errors first. No error means that it can be taken.
///
/// Which rules hold is said by `meta.profile` and its version (`crates/fhir/data/clins-rules.json`).
pub fn check(bundle: &Resource) -> Vec<Finding> {
    let rules = rules();
    let value = value(bundle);
    let root = Node::new("Bundle", &value);
    let mut findings = Vec::new();
    let Some(document) = chosen(&root, rules, &mut findings) else {
        return findings;
    };
    let entries = Entries::of(&value, "Bundle");
    frame::check(&root, &entries, document, &mut findings);
    let composition = entries.of_type("Composition").next();
    for rule in &document.elements {
        element::check(rule, &root, &entries, &mut findings);
        if let Some(composition) = composition {
            element::check(rule, composition, &entries, &mut findings);
        }
    }
    for name in &document.resources {
        if let Some(resource) = rules.resources.iter().find(|one| one.name == *name) {
            one_kind(resource, &root, &entries, &mut findings);
        }
    }
    if let Some(composition) = composition {
        section::check(composition, &entries, document, rules, &mut findings);
    }
    base::check(&root, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Whether the findings let a document pass.
pub fn passes(findings: &[Finding]) -> bool {
    findings
        .iter()
        .all(|finding| finding.severity != Severity::Error)
}

fn chosen<'r>(
    root: &Node<'_>,
    rules: &'r Rules,
    findings: &mut Vec<Finding>,
) -> Option<&'r DocumentRules> {
    if root.text("resourceType") != "Bundle" {
        findings.push(Finding::error("document", "Bundle", "not-a-bundle"));
        return None;
    }
    let meta = root.children("meta");
    let claimed: Vec<(&str, &str)> = meta
        .iter()
        .flat_map(|meta| meta.list("profile"))
        .filter_map(|one| one.as_str().map(canonical))
        .collect();
    let known = claimed
        .iter()
        .find_map(|(profile, version)| Some((rules.document(profile)?, *version)));
    match known {
        Some((document, version)) => {
            if !document.knows(version) {
                let finding =
                    Finding::error("profile-version", "Bundle.meta.profile", "version-unknown");
                findings.push(finding.with("version", version).warning());
            }
            Some(document)
        }
        None => {
            let key = if claimed.is_empty() {
                "profile-missing"
            } else {
                "profile-unknown"
            };
            findings.push(Finding::error(
                "Bundle.meta.profile",
                "Bundle.meta.profile",
                key,
            ));
            rules.newest().filter(|_| root.text("type") == "document")
        }
    }
}

/// The rules of one type of resource, on each that they hold for.
fn one_kind(
    rules: &ResourceRules,
    root: &Node<'_>,
    entries: &Entries<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut nodes: Vec<&Node<'_>> = Vec::new();
    if rules.name == "document" {
        nodes.push(root);
        nodes.extend(entries.of_type("Composition").take(1));
    } else {
        let profile = rules.profile.as_deref().unwrap_or_default();
        let held = |node: &&Node<'_>| rules.always || claims(node.value, profile);
        nodes.extend(entries.of_type(&rules.name).filter(held));
    }
    for node in nodes {
        for rule in &rules.elements {
            element::check(rule, node, entries, findings);
        }
        for name in &rules.invariants {
            invariant::check(name, node, findings);
        }
    }
}
