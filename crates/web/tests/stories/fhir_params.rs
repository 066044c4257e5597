//! Every search parameter of the table, with every modifier and prefix that it has and those that it has not, held against
//! what the resources say: values, lists of them, repeated parameters, chains, includes, order, counts.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::Micros;
use renkei_care::fhir::kinds;
use renkei_fhir::Resource;
use renkei_fhir::search::interval::interval;
use renkei_fhir::search::number::Number;
use renkei_fhir::search::{self, Indexed, Kind, Param, values};
use renkei_store::{escape, is_public};
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{Program, code, ids, json_of, link, patient, said, weight};

each_backend!(
    every_parameter_finds_what_the_resources_say,
    what_no_parameter_has_is_refused,
    every_type_counts_and_sorts,
    references_lead_to_what_they_name,
);

/// All modifiers of FHIR R4.
const MODIFIERS: [&str; 10] = [
    "above",
    "below",
    "contains",
    "exact",
    "identifier",
    "in",
    "missing",
    "not",
    "not-in",
    "text",
];
/// All prefixes of FHIR R4.
const PREFIXES: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

/// A resource that the program sees, with its index.
struct Seen {
    id: String,
    rows: Vec<(&'static Param, Indexed)>,
}

type Found = BTreeSet<String>;

/// Without the key to sort names by: its text is folded further than what one searches for.
fn params(typ: &str) -> impl Iterator<Item = &'static Param> {
    let own = search::params(typ).filter(|param| param.name != "x-order");
    own.chain(search::common())
}

/// The hospital's program, with a record of its own beside what the sample region has.
async fn hospital(world: &World) -> Program<'_> {
    let hospital = &world.made.institutions["chuo"];
    let program = Program::of(world, "his", hospital).await;
    let person = program.made(&patient("1", "佐藤")).await;
    let other = program.made(&patient("2", "佐,藤|\\")).await;
    let mut named = weight(&person, "64.50");
    named["identifier"] = json!([{"system": "urn:x|y", "value": "a,b$c\\"}, {"value": "plain"}]);
    named["performer"] = json!([{"reference": format!("Organization/{hospital}")}]);
    let first = program.made(&named).await;
    let mut second = weight(&other, "70");
    second["effectiveDateTime"] = json!("2026-11");
    second["hasMember"] = json!([{"reference": format!("Observation/{first}")}]);
    second["subject"]["reference"] = json!(format!("Patient/{person}"));
    program.made(&second).await;
    program.made(&weight(&other, "-1")).await;
    for (text, date) in [("高血圧症", "2020"), ("狭心症", "2021-02-03")] {
        let subject = json!({"reference": format!("Patient/{person}")});
        for (kind, status, when) in [
            ("Condition", "", "recordedDate"),
            ("AllergyIntolerance", "", "recordedDate"),
            ("Procedure", "completed", "performedDateTime"),
            ("Immunization", "completed", "occurrenceDateTime"),
            ("DiagnosticReport", "final", "effectiveDateTime"),
        ] {
            let mut body = json!({"resourceType": kind, when: date});
            let (code_of, of) = match kind {
                "Immunization" => ("vaccineCode", "patient"),
                "AllergyIntolerance" => ("code", "patient"),
                _ => ("code", "subject"),
            };
            body[code_of] = json!({"text": text, "coding": [{"system": "urn:x", "code": text}]});
            body[of] = subject.clone();
            if kind == "AllergyIntolerance" {
                let system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
                body["clinicalStatus"] = json!({"coding": [{"system": system, "code": "active"}]});
            }
            if !status.is_empty() {
                body["status"] = json!(status);
            }
            program.made(&body).await;
        }
    }
    program
}

/// `name=value` as it stands in an address.
fn pair(name: &str, value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let encoded: String = value
        .bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    format!("{name}={encoded}")
}

/// All pages of a search: ids in their order.
async fn pages(program: &Program<'_>, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = program.get(&path).await;
        assert_eq!(code(&answer), 200, "{path}: {}", answer.text());
        let page = json_of(&answer);
        found.extend(ids(&page));
        next = link(&page, "next");
    }
    found
}

async fn seen(program: &Program<'_>, typ: &str) -> Vec<Seen> {
    let mut all = Vec::new();
    let mut next = Some(format!("/{typ}?_count=200"));
    while let Some(path) = next {
        let page = json_of(&program.get(&path).await);
        for entry in page["entry"].as_array().cloned().unwrap_or_default() {
            let resource = Resource::from_value(entry["resource"].clone()).unwrap();
            all.push(Seen {
                id: resource.id().unwrap().to_string(),
                rows: search::index(&resource),
            });
        }
        next = link(&page, "next");
    }
    all
}

/// Those that have a value of the parameter for which this holds.
fn with(seen: &[Seen], param: &Param, holds: impl Fn(&Indexed) -> bool) -> Found {
    let has = |one: &&Seen| {
        let mut rows = one.rows.iter();
        rows.any(|(of, row)| of.name == param.name && holds(row))
    };
    seen.iter().filter(has).map(|one| one.id.clone()).collect()
}

/// Names with values, and what they find.
type Case = (Vec<(String, String)>, Found);

fn case(name: &str, value: impl Into<String>, found: Found) -> Case {
    (vec![(name.to_owned(), value.into())], found)
}

/// Some values of the parameter.
fn some(seen: &[Seen], param: &Param) -> Vec<Indexed> {
    let mut all = BTreeMap::new();
    for one in seen {
        for (_, row) in one.rows.iter().filter(|(of, _)| of.name == param.name) {
            all.insert(format!("{row:?}"), row.clone());
        }
    }
    let mut all: Vec<Indexed> = all.into_values().collect();
    let last = all.pop();
    all.into_iter().next().into_iter().chain(last).collect()
}

/// One value in its plainest form, and what it finds.
fn plain(seen: &[Seen], param: &Param, value: &Indexed) -> (String, Found) {
    match value {
        Indexed::Token { code, .. } => (
            escape(code),
            with(
                seen,
                param,
                |row| matches!(row, Indexed::Token { code: other, .. } if other == code),
            ),
        ),
        Indexed::String { norm } => {
            let start: String = norm.chars().take(3).collect();
            let key = values::norm(&start);
            (
                escape(&start),
                with(
                    seen,
                    param,
                    |row| matches!(row, Indexed::String { norm } if norm.starts_with(&key)),
                ),
            )
        }
        Indexed::Reference { typ, id } => {
            (format!("{typ}/{id}"), with(seen, param, |row| row == value))
        }
        Indexed::Date { low, .. } => dated(seen, param, "eq", *low),
        Indexed::Quantity { value, .. } => quantity(seen, param, "eq", *value),
    }
}

fn dated(seen: &[Seen], param: &Param, prefix: &str, at: Micros) -> (String, Found) {
    let text = at.to_fhir();
    let (from, to) = interval(&text).unwrap();
    let found = with(seen, param, |row| match row {
        Indexed::Date { low, high } => {
            let within = *low >= from && *high <= to;
            match prefix {
                "eq" => within,
                "ne" => !within,
                "gt" => *high > to,
                "lt" => *low < from,
                "ge" => *high > to || within,
                "le" => *low < from || within,
                "sa" => *low > to,
                _ => *high < from,
            }
        }
        _ => false,
    });
    (format!("{prefix}{text}"), found)
}

fn quantity(seen: &[Seen], param: &Param, prefix: &str, value: f64) -> (String, Found) {
    let text = value.to_string();
    let number = Number::parse(&text).unwrap();
    let found = with(seen, param, |row| match row {
        Indexed::Quantity { value: other, .. } => {
            let within = *other >= number.low() && *other < number.high();
            match prefix {
                "eq" => within,
                "ne" => !within,
                "gt" | "sa" => *other > value,
                "lt" | "eb" => *other < value,
                "ge" => *other >= value,
                _ => *other <= value,
            }
        }
        _ => false,
    });
    (format!("{prefix}{text}"), found)
}

/// What the modifiers and prefixes of the parameter's kind make of a value.
fn modified(seen: &[Seen], param: &Param, value: &Indexed) -> Vec<Case> {
    let name = param.name;
    match value {
        Indexed::Token { system, code } => {
            let of = |row: &Indexed| matches!(row, Indexed::Token { system: other, .. } if other == system);
            let mut cases = vec![case(
                name,
                format!("{}|{}", escape(system), escape(code)),
                with(seen, param, |row| row == value),
            )];
            if !system.is_empty() {
                cases.push(case(
                    name,
                    format!("{}|", escape(system)),
                    with(seen, param, of),
                ));
            }
            let (text, found) = plain(seen, param, value);
            cases.push(case(&format!("{name}:not"), text, without(seen, &found)));
            cases
        }
        Indexed::String { norm } => {
            let part: String = norm.chars().skip(1).take(2).collect();
            let key = values::norm(&part);
            let is =
                |row: &Indexed| matches!(row, Indexed::String { norm: other } if other == norm);
            let has =
                |row: &Indexed| matches!(row, Indexed::String { norm } if norm.contains(&key));
            let mut cases = vec![case(
                &format!("{name}:exact"),
                escape(norm),
                with(seen, param, is),
            )];
            if !key.is_empty() {
                cases.push(case(
                    &format!("{name}:contains"),
                    escape(&part),
                    with(seen, param, has),
                ));
            }
            cases
        }
        Indexed::Reference { typ, id } => vec![
            case(
                name,
                id.clone(),
                with(
                    seen,
                    param,
                    |row| matches!(row, Indexed::Reference { id: other, .. } if other == id),
                ),
            ),
            case(
                &format!("{name}:{typ}"),
                id.clone(),
                with(seen, param, |row| row == value),
            ),
        ],
        Indexed::Date { low, high } => {
            let mut cases = Vec::new();
            for prefix in param.kind.prefixes() {
                for at in [low, high].into_iter().filter(|at| **at != Micros::NEVER) {
                    let (text, found) = dated(seen, param, prefix, *at);
                    cases.push(case(name, text, found));
                }
            }
            cases
        }
        Indexed::Quantity { value, .. } => {
            let prefixes = param.kind.prefixes().iter();
            prefixes
                .map(|prefix| {
                    let (text, found) = quantity(seen, param, prefix, *value);
                    case(name, text, found)
                })
                .collect()
        }
    }
}

fn without(seen: &[Seen], found: &Found) -> Found {
    let all = seen.iter().map(|one| one.id.clone());
    all.filter(|id| !found.contains(id)).collect()
}

fn cases(seen: &[Seen], param: &'static Param) -> Vec<Case> {
    let name = param.name;
    let any = with(seen, param, |_| true);
    let missing = format!("{name}:missing");
    let mut cases = vec![
        case(&missing, "true", without(seen, &any)),
        case(&missing, "false", any),
    ];
    let values = some(seen, param);
    let plain: Vec<(String, Found)> = values.iter().map(|one| plain(seen, param, one)).collect();
    for (text, found) in &plain {
        cases.push(case(name, text, found.clone()));
    }
    for value in &values {
        cases.extend(modified(seen, param, value));
    }
    if let [(one, first), (two, second)] = plain.as_slice() {
        cases.push(case(name, format!("{one},{two}"), first | second));
        let both = [one, two].map(|value| (name.to_owned(), value.clone()));
        cases.push((both.into(), first & second));
        if param.kind == Kind::Token {
            let neither = without(seen, &(first | second));
            cases.push(case(
                &format!("{name}:not"),
                format!("{one},{two}"),
                neither,
            ));
        }
    }
    cases
}

async fn every_parameter_finds_what_the_resources_say(backend: Backend) {
    let world = World::sample(backend).await;
    let program = hospital(&world).await;
    let (mut parameters, mut asked, mut empty) = (0, 0, Vec::new());
    for kind in kinds() {
        let seen = seen(&program, kind.name).await;
        if seen.is_empty() {
            empty.push(kind.name);
        }
        for param in params(kind.name) {
            parameters += 1;
            for (number, (pairs, wanted)) in cases(&seen, param).into_iter().enumerate() {
                asked += 1;
                let said: Vec<String> = pairs
                    .iter()
                    .map(|(name, value)| pair(name, value))
                    .collect();
                let path = format!("/{}?{}&_elements=id&_count=200", kind.name, said.join("&"));
                let found: Found = pages(&program, &path).await.into_iter().collect();
                assert_eq!(found, wanted, "{path}");
                if number == 2 {
                    let form: Vec<(&str, &str)> = pairs
                        .iter()
                        .map(|(a, b)| (a.as_str(), b.as_str()))
                        .collect();
                    let form = [&form[..], &[("_summary", "count")]].concat();
                    let path = format!("/{}/_search", kind.name);
                    let page = json_of(&program.form(&path, &form).await);
                    assert_eq!(page["total"], wanted.len(), "{path} {form:?}");
                }
            }
        }
    }
    assert!(parameters > 200 && asked > 1_500, "{parameters} {asked}");
    assert!(empty.len() <= 5, "{empty:?}");
}

async fn what_no_parameter_has_is_refused(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let lenient = program.with("prefer", "handling=lenient");
    let refused = (400, "fhir-parameter".to_owned());
    for kind in kinds() {
        for param in params(kind.name) {
            let value = match param.kind {
                Kind::Date => "2026",
                Kind::Quantity => "1",
                _ => "x",
            };
            for modifier in MODIFIERS {
                let value = if modifier == "missing" { "true" } else { value };
                let path = format!("/{}?{}:{modifier}={value}", kind.name, param.name);
                let offered = param.kind.modifiers().contains(&modifier);
                let answer = program.get(&path).await;
                assert_eq!(code(&answer) == 200, offered, "{path}: {}", answer.text());
                if !offered {
                    assert_eq!(said(&answer), refused, "{path}");
                    // A parameter that means something else than it says is never passed over.
                    if modifier == "text" {
                        assert_eq!(said(&lenient.get(&path).await), refused, "{path}");
                    }
                }
            }
            for prefix in PREFIXES
                .iter()
                .filter(|_| !param.kind.prefixes().is_empty())
            {
                let path = format!("/{}?{}={prefix}{value}", kind.name, param.name);
                let offered = param.kind.prefixes().contains(prefix);
                let answer = program.get(&path).await;
                assert_eq!(code(&answer) == 200, offered, "{path}: {}", answer.text());
            }
        }
        for other in [
            "_filter",
            "_text",
            "_content",
            "_list",
            "_query",
            "_contained",
            "_type",
            "x",
        ] {
            let path = format!("/{}?{other}=x", kind.name);
            assert_eq!(said(&program.get(&path).await), refused, "{path}");
            let page = json_of(&lenient.get(&path).await);
            let last = page["entry"].as_array().unwrap().last().unwrap();
            assert_eq!(last["search"]["mode"], "outcome", "{path}");
        }
        let has = format!("/{}?_has:Observation:performer:status=x", kind.name);
        assert_eq!(code(&lenient.get(&has).await), 200, "{has}");
    }
}

/// `_count`, `_summary`, `_total`, `_elements`, `_sort` for every type, as `/metadata` says.
async fn every_type_counts_and_sorts(backend: Backend) {
    let world = World::sample(backend).await;
    let program = hospital(&world).await;
    let says = json_of(&program.get("/metadata").await);
    let named = says["rest"][0]["searchParam"].as_array().unwrap();
    let named: Found = named
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    let known = [
        "_count",
        "_elements",
        "_has",
        "_include",
        "_revinclude",
        "_sort",
        "_summary",
        "_total",
    ];
    assert_eq!(named, known.map(str::to_owned).into());
    for kind in kinds() {
        let typ = kind.name;
        let all: Found = pages(&program, &format!("/{typ}?_count=200"))
            .await
            .into_iter()
            .collect();
        for counted in [
            "_summary=count",
            "_count=0",
            "_summary=count&_total=none&_sort=_id",
        ] {
            let page = json_of(&program.get(&format!("/{typ}?{counted}")).await);
            assert_eq!(page["total"], all.len(), "{typ} {counted}");
            assert!(page.get("entry").is_none(), "{typ} {counted}");
        }
        for (total, is_there) in [
            ("none", all.len() < 2),
            ("estimate", true),
            ("accurate", true),
        ] {
            let page = json_of(
                &program
                    .get(&format!("/{typ}?_count=1&_total={total}"))
                    .await,
            );
            let expected = if is_there {
                json!(all.len())
            } else {
                Value::Null
            };
            assert_eq!(page["total"], expected, "{typ} {total}");
        }
        let page = json_of(
            &program
                .get(&format!("/{typ}?_elements=status&_count=3"))
                .await,
        );
        for entry in page["entry"].as_array().cloned().unwrap_or_default() {
            let tag = &entry["resource"]["meta"]["tag"].as_array().unwrap();
            assert!(tag.iter().any(|one| one["code"] == "SUBSETTED"), "{entry}");
            assert!(entry["resource"].get("text").is_none(), "{entry}");
        }
        sorted(&program, typ, &all).await;
    }
}

/// Each parameter that sorts has everything once, whatever the pages, both ways; others are refused.
async fn sorted(program: &Program<'_>, typ: &str, all: &Found) {
    let own = params(typ).map(|param| (param.name, param.kind.sorts()));
    for (name, sorts) in own.chain([("_id", true), ("_lastUpdated", true)]) {
        if !sorts {
            let answer = program.get(&format!("/{typ}?_sort={name}")).await;
            assert_eq!(code(&answer), 400, "{typ} {name}");
            continue;
        }
        let size = all.len() / 2 + 1;
        for sort in [name.to_owned(), format!("-{name}")] {
            let path = |count: usize| format!("/{typ}?_sort={sort}&_elements=id&_count={count}");
            let whole = pages(program, &path(200)).await;
            assert_eq!(whole, pages(program, &path(size)).await, "{typ} {sort}");
            assert_eq!(whole.len(), all.len(), "{typ} {sort}");
            assert_eq!(whole.into_iter().collect::<Found>(), *all, "{typ} {sort}");
        }
    }
}

/// `_include`, `_revinclude`, chains and `_has` for every reference that is used.
async fn references_lead_to_what_they_name(backend: Backend) {
    let world = World::sample(backend).await;
    let program = hospital(&world).await;
    let mut every = BTreeMap::new();
    for kind in kinds() {
        every.insert(kind.name, seen(&program, kind.name).await);
    }
    let mut followed = 0;
    for (typ, list) in &every {
        for param in search::params(typ).filter(|param| param.kind == Kind::Reference) {
            let targets = list
                .iter()
                .flat_map(|one| one.rows.iter().map(move |row| (one, row)));
            let used = targets.filter(|(_, (of, _))| of.name == param.name);
            let there = |typ: &str, id: &str| {
                every
                    .get(typ)
                    .is_some_and(|all| all.iter().any(|one| one.id == id))
            };
            let mut used = used.filter_map(|(one, (_, row))| match row {
                Indexed::Reference { typ, id } if there(typ, id) => {
                    Some((one, typ.as_str(), id.as_str()))
                }
                _ => None,
            });
            let Some((one, target, id)) = used.next() else {
                continue;
            };
            followed += 1;
            let name = param.name;
            let page = pages(
                &program,
                &format!("/{typ}?_id={}&_include={typ}:{name}", one.id),
            )
            .await;
            assert!(page.iter().any(|found| found == id), "{typ}:{name}");
            let page = pages(
                &program,
                &format!("/{target}?_id={id}&_revinclude={typ}:{name}"),
            )
            .await;
            assert!(page.contains(&one.id), "{typ}:{name}");
            let wanted = with(
                list,
                param,
                |row| matches!(row, Indexed::Reference { typ, id: other } if typ == target && other == id),
            );
            let chain = pages(
                &program,
                &format!("/{typ}?{name}:{target}._id={id}&_count=200"),
            )
            .await;
            assert_eq!(chain.into_iter().collect::<Found>(), wanted, "{typ}:{name}");
            if !is_public(target) {
                let has = pages(
                    &program,
                    &format!("/{target}?_has:{typ}:{name}:_id={}", one.id),
                )
                .await;
                assert!(has.iter().any(|found| found == id), "{typ}:{name}");
            }
        }
    }
    assert!(followed > 20, "{followed}");
}
