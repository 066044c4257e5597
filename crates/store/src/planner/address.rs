//! A search as it stands in an address: `Task?owner=Organization/1&subject:Patient.name=山田&_sort=-authored-on`.

use super::HAS;
use super::escape::split_values;
use crate::StoreError;
use crate::query::{Clause, Include, Order, Query};

impl Query {
    /// From the decoded names and values of an address, in their order.
    ///
    /// `_count`, `_sort`, `_include`, `_revinclude`, `_total` and our own `_cursor` say how to answer; `_format` and `_pretty`
    /// are the web's. What has the wrong form is [`StoreError::Query`], and so is a condition without a value: who forgot one
    /// would be shown everything.
    pub fn from_pairs<'a>(
        typ: &str,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, StoreError> {
        let mut query = Self::of(typ);
        for (name, value) in pairs {
            query.add(name, value)?;
        }
        Ok(query)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let wrong = || StoreError::Query(name.to_owned());
        match name {
            "_format" | "_pretty" => {}
            _ if split_values(value).iter().any(|one| one.trim().is_empty()) => {
                return Err(wrong());
            }
            "_count" => {
                self.count = value
                    .parse()
                    .ok()
                    .filter(|count| *count > 0)
                    .ok_or_else(wrong)?;
            }
            "_cursor" => self.cursor = Some(value.to_owned()),
            "_total" => self.total = value != "none",
            "_sort" => self.order.extend(value.split(',').map(order)),
            "_include" => {
                let (typ, param) = arrow(value).ok_or_else(wrong)?;
                self.includes.push(Include::Forward { typ, param });
            }
            "_include:iterate" => {
                let (typ, param) = arrow(value).ok_or_else(wrong)?;
                self.iterate.push(Include::Forward { typ, param });
            }
            "_revinclude:iterate" => {
                let (typ, param) = arrow(value).ok_or_else(wrong)?;
                self.iterate.push(Include::Reverse { typ, param });
            }
            "_revinclude" => {
                let (typ, param) = arrow(value).ok_or_else(wrong)?;
                self.includes.push(Include::Reverse { typ, param });
            }
            _ if name.starts_with("_has:") => {
                self.clauses.push(has(name, value).ok_or_else(wrong)?);
            }
            _ => self.clauses.push(clause(name, value).ok_or_else(wrong)?),
        }
        Ok(())
    }
}

fn order(text: &str) -> Order {
    let (param, descending) = match text.strip_prefix('-') {
        Some(param) => (param, true),
        None => (text, false),
    };
    Order {
        param: param.to_owned(),
        descending,
    }
}

/// `Task:focus`.
fn arrow(text: &str) -> Option<(String, String)> {
    let (typ, param) = text.split_once(':')?;
    (!param.contains(':')).then(|| (typ.to_owned(), param.to_owned()))
}

/// `name`, `name:exact`, `subject.name`, `subject:Patient.name:exact`; one step of a chain at most.
fn clause(name: &str, value: &str) -> Option<Clause> {
    let (first, chained) = match name.split_once('.') {
        None => (name, None),
        Some((first, chained)) => (first, Some(chained)),
    };
    let (param, after) = with_modifier(first);
    let (chain, modifier) = match chained {
        None => (None, after),
        Some(chained) if chained.contains('.') => return None,
        Some(chained) => {
            let (chained, modifier) = with_modifier(chained);
            let typ = after.unwrap_or_default();
            (Some((typ, chained)), modifier)
        }
    };
    Some(Clause {
        param,
        modifier,
        chain,
        values: split_values(value),
    })
}

/// `_has:Observation:patient:code`; the parameter may have a modifier, and is no chain itself.
fn has(name: &str, value: &str) -> Option<Clause> {
    let mut parts = name.splitn(4, ':').skip(1);
    let (typ, reference, asked) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = !asked.contains('.') && !asked.starts_with("_has");
    plain.then(|| Clause {
        param: HAS.to_owned(),
        modifier: Some(asked.to_owned()),
        chain: Some((typ.to_owned(), reference.to_owned())),
        values: split_values(value),
    })
}

pub(super) fn with_modifier(text: &str) -> (String, Option<String>) {
    match text.split_once(':') {
        None => (text.to_owned(), None),
        Some((name, modifier)) => (name.to_owned(), Some(modifier.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_modifiers_and_chains() {
        let clause = |name| clause(name, r"a,b\,c").unwrap();
        assert_eq!(clause("name").values, ["a", r"b\,c"]);
        assert_eq!(clause("name:exact").modifier.as_deref(), Some("exact"));
        let chained = clause("subject:Patient.name:exact");
        assert_eq!(chained.param, "subject");
        assert_eq!(
            chained.chain,
            Some(("Patient".to_owned(), "name".to_owned()))
        );
        assert_eq!(chained.modifier.as_deref(), Some("exact"));
        let has = has("_has:Observation:patient:code:not", "a").unwrap();
        assert_eq!(has.modifier.as_deref(), Some("code:not"));
        assert_eq!(
            clause("subject.name").chain,
            Some((String::new(), "name".to_owned()))
        );
    }

    #[test]
    fn the_rest_says_how_to_answer() {
        let query = Query::from_pairs(
            "Task",
            [
                ("_count", "7"),
                ("_sort", "-x-due,_id"),
                ("_include", "Task:focus"),
                ("_total", "accurate"),
                ("_format", ""),
            ],
        )
        .unwrap();
        assert_eq!(
            (query.count, query.total, query.clauses.len()),
            (7, true, 0)
        );
        assert!(query.order[0].descending && !query.order[1].descending);
        assert_eq!(query.includes.len(), 1);
        for (name, value) in [
            ("_has:Observation:patient", "x"),
            ("_has:Task:patient:focus.status", "x"),
            ("_has:Task:patient:_has:Task:focus:status", "x"),
            ("_include:iterate", "Task"),
            ("status", ""),
            ("patient:Patient.name", " "),
            ("owner", ","),
            ("status", "requested,,received"),
            ("_sort", ""),
            ("_count", "0"),
            ("_count", "x"),
            ("_include", "Task"),
            ("_include", "Task:focus:ServiceRequest"),
            ("a.b.c", "1"),
        ] {
            assert!(
                Query::from_pairs("Task", [(name, value)]).is_err(),
                "{name}={value}"
            );
        }
    }
}
