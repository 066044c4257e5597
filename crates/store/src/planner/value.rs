//! The condition that one clause makes of its values. Several values: any of them.

use renkei_base::Micros;
use renkei_fhir::Key;
use renkei_fhir::search::interval::interval;
use renkei_fhir::search::number::Number;
use renkei_fhir::search::{self, Kind, Param, values};

use super::{Planner, escape, unknown};
use crate::StoreError;
use crate::db::Value;
use crate::query::Clause;

/// What nothing fits.
const NONE: &str = "1 = 0";

/// The leading column of an index after type and parameter, and the placeholder of the value that it must have.
type Leading = (String, String);

/// The comparison before a date or number (FHIR R4, search, prefixes). `ap` is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
    Sa,
    Eb,
}

impl Prefix {
    /// The prefix and what follows it; nothing for a prefix that is not known.
    fn split(value: &str) -> Option<(Self, &str)> {
        let letters = value.bytes().take_while(u8::is_ascii_lowercase).count();
        let (prefix, rest) = value.split_at_checked(letters)?;
        let prefix = match prefix {
            "" | "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "lt" => Self::Lt,
            "ge" => Self::Ge,
            "le" => Self::Le,
            "sa" => Self::Sa,
            "eb" => Self::Eb,
            _ => return None,
        };
        Some((prefix, rest))
    }
}

impl Planner<'_> {
    /// The condition on the index row `row` of a parameter.
    pub(super) fn fits(
        &mut self,
        row: &str,
        param: &Param,
        clause: &Clause,
    ) -> Result<String, StoreError> {
        if let Some((typ, chained)) = &clause.chain {
            return self.chained(row, param, clause, typ, chained);
        }
        let modifier = clause.modifier.as_deref();
        let mut any = Vec::with_capacity(clause.values.len());
        let mut leading = Vec::new();
        for value in &clause.values {
            let one = match (param.kind, modifier) {
                (Kind::Token, None) => Some(self.token(row, param, value, &mut leading)),
                (Kind::String, None | Some("exact" | "contains")) => {
                    Some(self.string(row, modifier, value))
                }
                (Kind::Reference, None) => Some(self.reference(row, None, value, &mut leading)),
                (Kind::Reference, Some(typ)) if typ.starts_with(char::is_uppercase) => {
                    Some(self.reference(row, Some(typ), value, &mut leading))
                }
                (Kind::Date, None) => {
                    self.date(&format!("{row}.low"), &format!("{row}.high"), value)
                }
                (Kind::Quantity, None) => self.quantity(row, value),
                _ => None,
            };
            any.push(one.ok_or_else(|| unknown(clause))?);
        }
        Ok(listed(&any, &leading))
    }

    /// `code`, `system|code`, `|code`, `system|`. `leading` gets the code.
    fn token(
        &mut self,
        row: &str,
        param: &Param,
        value: &str,
        leading: &mut Vec<Leading>,
    ) -> String {
        let parts: Vec<String> = escape::split_pipe(value)
            .iter()
            .map(|part| escape::plain(part))
            .collect();
        match parts.as_slice() {
            [code] if !code.is_empty() => {
                let code = self.code(param, code);
                leading.push((format!("{row}.code"), code.clone()));
                format!("{row}.code = {code}")
            }
            [system, code] if !code.is_empty() => {
                let code = self.code(param, code);
                leading.push((format!("{row}.code"), code.clone()));
                let system = self.bind(values::bound(system));
                format!("({row}.code = {code} and {row}.system = {system})")
            }
            [system, _] if !system.is_empty() => {
                let system = self.bind(values::bound(system));
                format!("{row}.system = {system}")
            }
            _ => NONE.to_owned(),
        }
    }

    fn code(&mut self, param: &Param, code: &str) -> String {
        self.bind(values::bound(&values::token_key(param.name, code)))
    }

    /// The start, the whole or any part of a string, all folded. A text that folds to nothing fits nothing.
    fn string(&mut self, row: &str, modifier: Option<&str>, value: &str) -> String {
        let norm = values::norm(&escape::plain(value));
        if norm.is_empty() {
            return NONE.to_owned();
        }
        match modifier {
            Some("exact") => {
                let norm = self.bind(norm);
                format!("{row}.norm = {norm}")
            }
            Some(_) => {
                let pattern = self.bind(format!("%{}%", like(&norm)));
                format!("{row}.norm like {pattern} escape '\\'")
            }
            None => {
                let end = after(&norm);
                let start = self.bind(norm);
                let end = self.bind(end);
                format!("({row}.norm >= {start} and {row}.norm < {end})")
            }
        }
    }

    /// `Type/id` or `id`. `leading` gets the id.
    fn reference(
        &mut self,
        row: &str,
        typ: Option<&str>,
        value: &str,
        leading: &mut Vec<Leading>,
    ) -> String {
        let value = escape::plain(value);
        let key = match typ {
            Some(typ) if !value.contains('/') => Key::from_reference(&format!("{typ}/{value}")),
            _ => Key::from_reference(&value),
        };
        match (key, typ) {
            (Some(key), Some(typ)) if key.typ != typ => NONE.to_owned(),
            (Some(key), _) => {
                let typ = self.bind(key.typ.as_str());
                let id = self.bind(&key.id);
                leading.push((format!("{row}.target_id"), id.clone()));
                format!("({row}.target_id = {id} and {row}.target_type = {typ})")
            }
            (None, _) => match value.parse::<renkei_base::Id>() {
                Ok(id) => {
                    let id = self.bind(&id);
                    leading.push((format!("{row}.target_id"), id.clone()));
                    format!("{row}.target_id = {id}")
                }
                Err(_) => NONE.to_owned(),
            },
        }
    }

    /// A date's condition on an interval; nothing when it is no date.
    fn date(&mut self, low: &str, high: &str, value: &str) -> Option<String> {
        let (prefix, text) = Prefix::split(value)?;
        let (from, to) = interval(text)?;
        Some(self.compare(prefix, low, high, (from, to)))
    }

    /// FHIR's comparisons of a resource's interval (`low`, `high`) with that of the search.
    fn compare(
        &mut self,
        prefix: Prefix,
        low: &str,
        high: &str,
        (from, to): (Micros, Micros),
    ) -> String {
        // `low <= to` and the like follow from the rest; they give the index a range.
        match prefix {
            Prefix::Eq => {
                let (from, to) = (self.bind(from), self.bind(to));
                format!("({low} >= {from} and {low} <= {to} and {high} <= {to})")
            }
            Prefix::Ne => {
                let (from, to) = (self.bind(from), self.bind(to));
                format!("not ({low} >= {from} and {high} <= {to})")
            }
            Prefix::Ge => {
                let (from, to) = (self.bind(from), self.bind(to));
                format!("({high} >= {from} and ({high} > {to} or {low} >= {from}))")
            }
            Prefix::Le => {
                let (from, to) = (self.bind(from), self.bind(to));
                format!("({low} <= {to} and ({low} < {from} or {high} <= {to}))")
            }
            Prefix::Gt => format!("{high} > {}", self.bind(to)),
            Prefix::Lt => format!("{low} < {}", self.bind(from)),
            Prefix::Sa => format!("{low} > {}", self.bind(to)),
            Prefix::Eb => format!("{high} < {}", self.bind(from)),
        }
    }

    /// `5.4`, `lt5.4|http://unitsofmeasure.org|mg`, `5.4||mg`.
    fn quantity(&mut self, row: &str, value: &str) -> Option<String> {
        let parts: Vec<String> = escape::split_pipe(value)
            .iter()
            .map(|part| escape::plain(part))
            .collect();
        let (number, system, code) = match parts.as_slice() {
            [number] => (number, "", ""),
            [number, system, code] => (number, system.as_str(), code.as_str()),
            _ => return None,
        };
        let (prefix, number) = Prefix::split(number)?;
        let number = Number::parse(number)?;
        let mut all = vec![self.measure(row, prefix, number)];
        if !system.is_empty() {
            let system = self.bind(values::bound(system));
            all.push(format!("{row}.system = {system}"));
        }
        if !code.is_empty() {
            let code = self.bind(values::bound(code));
            all.push(format!("{row}.code = {code}"));
        }
        Some(format!("({})", all.join(" and ")))
    }

    fn measure(&mut self, row: &str, prefix: Prefix, number: Number) -> String {
        let value = format!("{row}.value");
        let sign = match prefix {
            Prefix::Eq | Prefix::Ne => {
                let low = self.bind(Value::Real(number.low()));
                let high = self.bind(Value::Real(number.high()));
                let within = format!("({value} >= {low} and {value} < {high})");
                return if prefix == Prefix::Eq {
                    within
                } else {
                    format!("not {within}")
                };
            }
            Prefix::Gt | Prefix::Sa => ">",
            Prefix::Lt | Prefix::Eb => "<",
            Prefix::Ge => ">=",
            Prefix::Le => "<=",
        };
        let exact = self.bind(Value::Real(number.value));
        format!("{value} {sign} {exact}")
    }

    /// What a reference points to fits the chained clause, and the caller may see it.
    fn chained(
        &mut self,
        row: &str,
        param: &Param,
        clause: &Clause,
        typ: &str,
        chained: &str,
    ) -> Result<String, StoreError> {
        let types: Vec<&str> = match typ {
            "" => param.targets.to_vec(),
            typ if param.targets.is_empty() || param.targets.contains(&typ) => vec![typ],
            _ => Vec::new(),
        };
        let mut any = Vec::new();
        for typ in types {
            if param.kind != Kind::Reference || !chainable(typ, chained) {
                continue;
            }
            let inner = Clause {
                param: chained.to_owned(),
                chain: None,
                ..clause.clone()
            };
            let typ_at = self.bind(typ);
            let found = self.found(typ, &[inner])?;
            any.push(format!(
                "({row}.target_type = {typ_at} and {row}.target_id in (select {0}.id from {1}))",
                found.row, found.from
            ));
        }
        if any.is_empty() {
            Err(unknown(clause))
        } else {
            Ok(any_of(&any))
        }
    }

    /// `_id`.
    pub(super) fn ids(&mut self, row: &str, clause: &Clause) -> Result<String, StoreError> {
        if clause.modifier.is_some() || clause.chain.is_some() {
            return Err(unknown(clause));
        }
        let ids: Vec<String> = clause
            .values
            .iter()
            .filter_map(|value| value.parse::<renkei_base::Id>().ok())
            .map(|id| self.bind(&id))
            .collect();
        Ok(match ids.as_slice() {
            [] => NONE.to_owned(),
            ids => format!("{row}.id in ({})", ids.join(", ")),
        })
    }

    /// `_lastUpdated`.
    pub(super) fn updated(&mut self, row: &str, clause: &Clause) -> Result<String, StoreError> {
        if clause.modifier.is_some() || clause.chain.is_some() {
            return Err(unknown(clause));
        }
        let at = format!("{row}.updated");
        let mut any = Vec::with_capacity(clause.values.len());
        for value in &clause.values {
            any.push(self.date(&at, &at, value).ok_or_else(|| unknown(clause))?);
        }
        Ok(any_of(&any))
    }
}

fn chainable(typ: &str, name: &str) -> bool {
    matches!(name, "_id" | "_lastUpdated") || search::param(typ, name).is_some()
}

/// As [`any_of`], where every condition asks for one value of the index's leading column: SQLite reads the index by a list of
/// these, and for an `or` of pairs all that the parameter has.
fn listed(conditions: &[String], leading: &[Leading]) -> String {
    let any = any_of(conditions);
    let is_paired = conditions.iter().any(|one| one.starts_with('('));
    match leading {
        [(column, _), _, ..] if is_paired && leading.len() == conditions.len() => {
            let values: Vec<&str> = leading.iter().map(|(_, value)| value.as_str()).collect();
            format!("({column} in ({}) and {any})", values.join(", "))
        }
        _ => any,
    }
}

fn any_of(conditions: &[String]) -> String {
    match conditions {
        [] => NONE.to_owned(),
        [one] => one.clone(),
        many => format!("({})", many.join(" or ")),
    }
}

/// The first text after all that begin with this one, by bytes.
fn after(prefix: &str) -> String {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            break;
        }
    }
    chars.into_iter().collect()
}

/// A text inside a pattern of `like … escape '\'`.
fn like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_its_successor() {
        assert_eq!(after("山"), "屲");
        assert_eq!(after("a\u{D7FF}"), "a\u{E000}");
        assert_eq!(after("a\u{10FFFF}"), "b");
        assert_eq!(after("\u{10FFFF}"), "");
        assert!("山\u{10FFFF}" < after("山").as_str());
    }

    #[test]
    fn prefixes_are_letters_before_a_value() {
        assert_eq!(Prefix::split("ge2020"), Some((Prefix::Ge, "2020")));
        assert_eq!(Prefix::split("2020"), Some((Prefix::Eq, "2020")));
        assert_eq!(Prefix::split("ap2020"), None);
        assert_eq!(Prefix::split("today"), None);
        assert_eq!(Prefix::split("年"), Some((Prefix::Eq, "年")));
    }
}
