//! The frame of a document: its entries, their full URLs, and that every reference stays inside (FHIR R4, documents).

use std::collections::HashSet;

use serde_json::Value;

use super::Finding;
use super::bundle::Entries;
use super::node::Node;
use super::rules::DocumentRules;
use crate::element::text_of;

const URN: &str = "urn:uuid:";

pub(super) fn check(
    root: &Node<'_>,
    entries: &Entries<'_>,
    rules: &DocumentRules,
    findings: &mut Vec<Finding>,
) {
    first(entries, findings);
    addresses(root, entries, findings);
    for rule in &rules.entries {
        let count = entries.of_type(&rule.typ).count();
        let name = format!("entry-{}", rule.typ.to_ascii_lowercase());
        if count < rule.min {
            let finding = Finding::error(&name, "Bundle.entry", "entries-too-few");
            findings.push(
                finding
                    .with("type", &rule.typ)
                    .with("min", rule.min.to_string()),
            );
        } else if rule.max.is_some_and(|max| count > max) {
            let max = rule.max.unwrap_or(0).to_string();
            let finding = Finding::error(&name, "Bundle.entry", "entries-too-many");
            findings.push(finding.with("type", &rule.typ).with("max", max));
        }
    }
    for (node, _) in entries.iter() {
        references(node, node, entries, findings);
    }
}

fn first(entries: &Entries<'_>, findings: &mut Vec<Finding>) {
    let first = entries
        .iter()
        .next()
        .map(|(node, _)| node.text("resourceType"));
    if first != Some("Composition") {
        findings.push(Finding::error(
            "bdl-11",
            "Bundle.entry[0]",
            "composition-first",
        ));
    }
}

/// Each entry holds a resource under an address of its own.
fn addresses(root: &Node<'_>, entries: &Entries<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for ((node, url), entry) in entries.iter().zip(root.children("entry")) {
        let path = format!("{}.fullUrl", entry.path);
        if node.text("resourceType").is_empty() {
            findings.push(Finding::error("bdl-5", &entry.path, "entry-empty"));
        }
        if !url.strip_prefix(URN).is_some_and(is_uuid) {
            findings.push(Finding::error("entry-full-url", path, "full-url"));
        } else if !seen.insert(url) {
            findings.push(Finding::error("bdl-7", path, "full-url-twice"));
        }
        for name in ["request", "response", "search"] {
            if !entry.children(name).is_empty() {
                let finding =
                    Finding::error("bdl-3", format!("{}.{name}", entry.path), "not-allowed");
                findings.push(finding.with("element", name));
            }
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Every reference leads to an entry or to what the resource contains.
fn references(
    node: &Node<'_>,
    resource: &Node<'_>,
    entries: &Entries<'_>,
    findings: &mut Vec<Finding>,
) {
    match node.value {
        Value::Array(list) => {
            for (at, one) in list.iter().enumerate() {
                let node = Node::new(format!("{}[{at}]", node.path), one);
                references(&node, resource, entries, findings);
            }
        }
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("reference")
                && !leads(reference, resource, entries)
            {
                let path = format!("{}.reference", node.path);
                let finding = Finding::error("reference-inside", path, "reference-outside");
                findings.push(finding);
            }
            for (name, value) in map {
                let node = Node::new(format!("{}.{name}", node.path), value);
                if name == "resource" && resource.text("resourceType") == "Bundle" {
                    // A document within the document (210 添付情報) has entries of its own.
                    let inner = Entries::of(resource.value, &resource.path);
                    references(&node, &node, &inner, findings);
                } else {
                    references(&node, resource, entries, findings);
                }
            }
        }
        _ => {}
    }
}

fn leads(reference: &str, resource: &Node<'_>, entries: &Entries<'_>) -> bool {
    match reference.strip_prefix('#') {
        Some("") => true,
        Some(id) => resource
            .list("contained")
            .iter()
            .any(|one| text_of(one, "id") == id),
        None => entries.find(reference).is_some(),
    }
}
