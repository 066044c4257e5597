//! Who may import whom. The same table is in `ARCHITECTURE.md`.

use std::collections::BTreeSet;

use crate::tree::{self, File};

/// A crate and the crates of the house that its code may use.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("base", &[]),
    ("fhir", &["base"]),
    ("store", &["base", "fhir"]),
    ("access", &["base", "fhir", "store"]),
    ("directory", &["base", "fhir", "store", "access"]),
    ("care", &["base", "fhir", "store", "access", "directory"]),
    ("gov", &["base", "fhir", "store", "access", "directory"]),
    ("imaging", &["base", "fhir"]),
    ("report", &["base", "fhir"]),
    (
        "web",
        &[
            "base",
            "fhir",
            "store",
            "access",
            "directory",
            "care",
            "gov",
            "imaging",
            "report",
        ],
    ),
    (
        "sample",
        &[
            "base",
            "fhir",
            "store",
            "access",
            "directory",
            "care",
            "gov",
        ],
    ),
    (
        "renkei",
        &[
            "base",
            "fhir",
            "store",
            "access",
            "directory",
            "care",
            "gov",
            "imaging",
            "report",
            "web",
            "sample",
        ],
    ),
    ("testkit", &["base", "fhir", "store"]),
    // Measures the whole program; nothing uses it.
    (
        "bench",
        &[
            "base",
            "fhir",
            "store",
            "access",
            "directory",
            "care",
            "gov",
            "imaging",
            "report",
            "web",
            "sample",
            "testkit",
        ],
    ),
];

/// What tests may use beyond that.
const FOR_TESTS: [(&str, &[&str]); 2] = [("web", &["sample"]), ("care", &["sample"])];

fn of<'a>(table: &[(&str, &'a [&'a str])], krate: &str) -> Option<&'a [&'a str]> {
    table
        .iter()
        .find(|(name, _)| *name == krate)
        .map(|(_, allowed)| *allowed)
}

fn check(files: &[File]) -> Vec<String> {
    let manifests = files.iter().filter(|f| f.path.ends_with("/Cargo.toml"));
    manifests.flat_map(check_manifest).collect()
}

fn check_manifest(file: &File) -> Vec<String> {
    let manifest: toml::Table = file.text.parse().unwrap();
    let package = manifest["package"]["name"].as_str().unwrap_or_default();
    let krate = short(package).unwrap_or_default();
    let Some(allowed) = of(&ALLOWED, krate) else {
        return vec![format!(
            "{}: the crate {package} is not in the table of edges.rs; add it there and to ARCHITECTURE.md",
            file.path
        )];
    };
    let mut allowed_in_tests: BTreeSet<&str> = allowed.iter().copied().collect();
    allowed_in_tests.extend(of(&FOR_TESTS, krate).unwrap_or_default());
    allowed_in_tests.insert("testkit");
    let code = used(&manifest, &["dependencies", "build-dependencies"]);
    let tests = used(&manifest, &["dev-dependencies"]);
    let in_code = code.iter().filter(|name| !allowed.contains(&name.as_str()));
    let in_tests = tests
        .iter()
        .filter(|name| !allowed_in_tests.contains(name.as_str()));
    let complaint = |name: &String, whose: &str| {
        let path = &file.path;
        format!(
            "{path}: {krate} may not import {name}{whose}; see \"Who may import whom\" in ARCHITECTURE.md"
        )
    };
    let in_code = in_code.map(|name| complaint(name, ""));
    in_code
        .chain(in_tests.map(|name| complaint(name, " in its tests")))
        .collect()
}

/// `store` of `renkei-store`; the binary keeps its name.
fn short(package: &str) -> Option<&str> {
    package
        .strip_prefix("renkei-")
        .or((package == "renkei").then_some(package))
}

/// The crates of the house in these sections, those for one target included.
fn used(manifest: &toml::Table, sections: &[&str]) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets
        .into_iter()
        .flat_map(toml::Table::values)
        .filter_map(toml::Value::as_table);
    let tables = std::iter::once(manifest).chain(targets);
    tables
        .flat_map(|table| {
            sections
                .iter()
                .filter_map(|section| table.get(*section)?.as_table())
        })
        .flat_map(|section| {
            section
                .iter()
                .filter_map(|(name, value)| house(name, value))
        })
        .collect()
}

fn house(name: &str, value: &toml::Value) -> Option<String> {
    let package = value
        .get("package")
        .and_then(toml::Value::as_str)
        .unwrap_or(name);
    short(package).map(str::to_owned)
}

#[test]
fn crates_import_downwards_only() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn the_table_is_in_the_document() {
    let document =
        std::fs::read_to_string(renkei_testkit::data::workspace().join("ARCHITECTURE.md"));
    let document = document.unwrap();
    for (krate, allowed) in ALLOWED.iter().filter(|(krate, _)| *krate != "bench") {
        let listed = if allowed.is_empty() {
            "nothing".to_owned()
        } else {
            allowed.join(", ")
        };
        let row = format!("| {krate} | {listed} |");
        assert!(
            document.contains(&row),
            "ARCHITECTURE.md lacks the row\n{row}"
        );
    }
}

#[test]
fn a_new_edge_is_seen() {
    let manifest = |name: &str, rest: &str| {
        let text = format!("[package]\nname = \"renkei-{name}\"\n{rest}");
        check(&[File::new("crates/x/Cargo.toml", &text)])
    };
    let good = "[dependencies]\nrenkei-base.workspace = true\nserde = \"1\"\n";
    tree::none(&manifest(
        "gov",
        &format!("{good}[dev-dependencies]\nrenkei-testkit.workspace = true\n"),
    ));
    tree::one(
        &manifest("gov", "[dependencies]\nrenkei-care.workspace = true\n"),
        "gov may not import care",
    );
    tree::one(
        &manifest("care", "[dependencies]\nrenkei-testkit.workspace = true\n"),
        "testkit",
    );
    tree::one(
        &manifest("store", "[dev-dependencies]\nrenkei-web.workspace = true\n"),
        "in its tests",
    );
    tree::one(
        &manifest(
            "fhir",
            "[target.'cfg(unix)'.dependencies]\nrenkei-store.path = \"\"\n",
        ),
        "store",
    );
    tree::one(
        &manifest(
            "fhir",
            "[dependencies]\nx = { package = \"renkei-web\", path = \"\" }\n",
        ),
        "web",
    );
    tree::one(&manifest("new", ""), "not in the table");
}
