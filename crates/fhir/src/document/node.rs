//! A place in a document: a value and the path that leads to it.

use serde_json::Value;

/// A value and where it stands: `Bundle.entry[1].resource.name[0].text`.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) path: String,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn new(path: impl Into<String>, value: &'a Value) -> Self {
        Self {
            path: path.into(),
            value,
        }
    }

    /// The elements of that name, one by one. `value[x]` finds `valueString` and its like.
    pub(super) fn children(&self, name: &str) -> Vec<Self> {
        let Some(map) = self.value.as_object() else {
            return Vec::new();
        };
        let found: Vec<(&String, &Value)> = match name.strip_suffix("[x]") {
            Some(start) => map
                .iter()
                .filter(|(name, _)| {
                    name.strip_prefix(start)
                        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                })
                .collect(),
            None => map.get_key_value(name).into_iter().collect(),
        };
        found
            .into_iter()
            .flat_map(|(name, value)| self.each(name, value))
            .collect()
    }

    fn each(&self, name: &str, value: &'a Value) -> Vec<Self> {
        let path = format!("{}.{name}", self.path);
        match value {
            Value::Array(list) => list
                .iter()
                .enumerate()
                .map(|(at, one)| Self::new(format!("{path}[{at}]"), one))
                .collect(),
            one => vec![Self::new(path, one)],
        }
    }

    /// The elements at the end of a path of names.
    pub(super) fn walk(&self, names: &[&str]) -> Vec<Self> {
        let mut nodes = vec![self.clone()];
        for name in names {
            nodes = nodes.iter().flat_map(|node| node.children(name)).collect();
        }
        nodes
    }

    /// How many there are of an element; one that only says why it is absent (`_name`) counts too.
    pub(super) fn count(&self, name: &str) -> usize {
        let values = self
            .children(name)
            .iter()
            .filter(|node| !node.value.is_null())
            .count();
        values.max(self.children(&format!("_{name}")).len())
    }

    pub(super) fn text(&self, name: &str) -> &'a str {
        self.value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn list(&self, name: &str) -> &'a [Value] {
        let list = self.value.get(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }
}

/// A canonical URL and its version: `http://…|1.0`.
pub(super) fn canonical(text: &str) -> (&str, &str) {
    text.split_once('|').unwrap_or((text, ""))
}

/// Whether a resource claims a profile, in any version.
pub(super) fn claims(resource: &Value, profile: &str) -> bool {
    let claimed = resource
        .get("meta")
        .and_then(|meta| meta.get("profile"))
        .and_then(Value::as_array);
    claimed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|one| canonical(one).0 == profile)
}
