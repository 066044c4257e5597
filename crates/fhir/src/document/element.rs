//! Single elements: how often, which text, which form, where a reference points to.

use serde_json::Value;

use super::Finding;
use super::bundle::Entries;
use super::node::Node;
use super::rules::Element;

/// Checks one rule on a resource of its type; on another type it says nothing.
pub(super) fn check(
    rule: &Element,
    resource: &Node<'_>,
    entries: &Entries<'_>,
    findings: &mut Vec<Finding>,
) {
    let names: Vec<&str> = rule.path.split('.').collect();
    let Some(([typ, parents @ ..], last)) = names.split_last().map(|(last, rest)| (rest, *last))
    else {
        return;
    };
    if resource.text("resourceType") != *typ {
        return;
    }
    for parent in resource.walk(parents) {
        often(rule, &parent, last, findings);
        for node in parent.children(last) {
            holds(rule, &node, findings);
            points(rule, &node, entries, findings);
        }
    }
}

fn name(rule: &Element, what: &str) -> String {
    rule.rule
        .clone()
        .unwrap_or_else(|| format!("{}:{what}", rule.path))
}

fn often(rule: &Element, parent: &Node<'_>, last: &str, findings: &mut Vec<Finding>) {
    let count = parent.count(last);
    let path = format!("{}.{last}", parent.path);
    if count < rule.min {
        let (key, kind) = if rule.min == 1 {
            ("missing", "min")
        } else {
            ("too-few", "min")
        };
        let finding = Finding::error(&name(rule, kind), path, key);
        findings.push(
            finding
                .with("element", last)
                .with("min", rule.min.to_string()),
        );
    } else if rule.max.is_some_and(|max| count > max) {
        let max = rule.max.unwrap_or(0).to_string();
        let key = if max == "0" {
            "not-allowed"
        } else {
            "too-many"
        };
        let finding = Finding::error(&name(rule, "max"), path, key);
        findings.push(finding.with("element", last).with("max", max));
    }
}

fn holds(rule: &Element, node: &Node<'_>, findings: &mut Vec<Finding>) {
    let text = node.value.as_str();
    if let Some(fixed) = &rule.fixed
        && text != Some(fixed)
    {
        let finding = Finding::error(&name(rule, "fixed"), &node.path, "fixed");
        findings.push(finding.with("value", fixed));
    }
    if !rule.one_of.is_empty()
        && !text.is_some_and(|text| rule.one_of.iter().any(|one| one == text))
    {
        let finding = Finding::error(&name(rule, "code"), &node.path, "one-of");
        findings.push(finding.with("values", rule.one_of.join(", ")));
    }
    if let Some(form) = rule.form
        && !text.is_some_and(|text| form.holds(text))
    {
        findings.push(Finding::error(&name(rule, "form"), &node.path, form.key()));
    }
    if text == Some("") {
        findings.push(Finding::error("ele-1", &node.path, "empty"));
    }
}

fn points(rule: &Element, node: &Node<'_>, entries: &Entries<'_>, findings: &mut Vec<Finding>) {
    if rule.target.is_empty() {
        return;
    }
    let reference = node.value.get("reference").and_then(Value::as_str);
    // One that leads nowhere is told of by the frame.
    let Some(target) = reference.and_then(|reference| entries.find(reference)) else {
        return;
    };
    let typ = target.text("resourceType");
    if !rule.target.iter().any(|one| one == typ) {
        let finding = Finding::error(&name(rule, "target"), &node.path, "target");
        findings.push(
            finding
                .with("types", rule.target.join(", "))
                .with("type", typ),
        );
    }
}
