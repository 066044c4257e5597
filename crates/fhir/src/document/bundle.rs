//! A Bundle as a document: its entries, and what a reference in it points to.

use serde_json::Value;

use super::node::Node;
use crate::Resource;
use crate::element::text_of;

/// Entries by place and full URL.
pub(super) struct Entries<'a> {
    list: Vec<(Node<'a>, &'a str)>,
}

impl<'a> Entries<'a> {
    /// `path` leads to the Bundle.
    pub(super) fn of(bundle: &'a Value, path: &str) -> Self {
        let list = bundle.get("entry").and_then(Value::as_array);
        let list = list.into_iter().flatten().enumerate().map(|(at, entry)| {
            let resource = entry.get("resource").unwrap_or(&Value::Null);
            let path = format!("{path}.entry[{at}].resource");
            (Node::new(path, resource), text_of(entry, "fullUrl"))
        });
        Self {
            list: list.collect(),
        }
    }

    /// The resources with their full URLs.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Node<'a>, &'a str)> {
        self.list.iter().map(|(node, url)| (node, *url))
    }

    pub(super) fn of_type(&self, typ: &str) -> impl Iterator<Item = &Node<'a>> {
        let list = self.list.iter().map(|(node, _)| node);
        list.filter(move |node| node.text("resourceType") == typ)
    }

    /// What a reference points to: by its full URL, or by type and id where the entries have such addresses.
    pub(super) fn find(&self, reference: &str) -> Option<&Node<'a>> {
        let target = reference.split('#').next().unwrap_or_default();
        let found = self.list.iter().find(|(_, url)| {
            !url.is_empty()
                && (*url == target
                    || !target.contains(':')
                        && url
                            .strip_suffix(target)
                            .is_some_and(|base| base.ends_with('/')))
        });
        found.map(|(node, _)| node)
    }
}

/// The Bundle's resource as JSON, for walking.
pub(super) fn value(bundle: &Resource) -> Value {
    Value::Object(bundle.json().clone())
}
