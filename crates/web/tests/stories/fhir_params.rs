//! Every search parameter of the table, with every modifier and prefix that it has and those that it has not.

use renkei_care::fhir::kinds;
use renkei_fhir::search::{self, Kind, Param};
use renkei_testkit::{Backend, each_backend};

use crate::common::World;
use crate::fhir::{Program, code, json_of, said};

each_backend!(what_no_parameter_has_is_refused);

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

fn params(typ: &str) -> impl Iterator<Item = &'static Param> {
    search::params(typ).chain(search::common())
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
