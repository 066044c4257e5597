//! What only one crate knows: databases, HTTP, templates, typesetting, files.

use crate::lexer::{lex, without_tests};
use crate::tree::{self, File};

/// A kind of thing, the outside crates that stand for it (as code names them), and who may name them.
const KNOWN_BY: [(&str, &[&str], &[&str]); 8] = [
    (
        "a database driver",
        &[
            "rusqlite",
            "libsqlite3_sys",
            "tokio_postgres",
            "deadpool_postgres",
            "postgres_types",
            "sqlx",
            "diesel",
            "sea_orm",
        ],
        // testkit makes and drops the databases of the tests.
        &["store", "testkit", "bench"],
    ),
    ("attachments' storage", &["object_store"], &["store"]),
    (
        "HTTP",
        &[
            "axum",
            "axum_server",
            "axum_extra",
            "tower",
            "tower_http",
            "hyper",
            "http",
        ],
        &["web", "renkei", "bench"],
    ),
    (
        "templates and messages",
        &["askama", "fluent_bundle", "unic_langid"],
        &["web"],
    ),
    (
        "typesetting",
        &["typst", "typst_pdf", "typst_layout", "comemo", "qrcode"],
        &["report"],
    ),
    (
        "passwords and second factors",
        &["argon2", "totp_rs"],
        &["access"],
    ),
    (
        "DICOM",
        &["dicom", "dicom_core", "dicom_object", "dicom_ul"],
        &["imaging"],
    ),
    ("the command line", &["clap"], &["renkei", "bench"]),
];

/// Crates whose code may open files. The others are given bytes.
const FILES: [&str; 4] = ["store", "renkei", "testkit", "bench"];

fn check(files: &[File]) -> Vec<String> {
    let manifests = files
        .iter()
        .filter(|f| f.path.ends_with("/Cargo.toml"))
        .flat_map(check_manifest);
    let sources = files
        .iter()
        .filter(|f| f.is_rust() && !f.krate().is_empty())
        .flat_map(check_source);
    manifests.chain(sources).collect()
}

fn complaint(file: &File, line: usize, name: &str, what: &str, who: &[&str]) -> String {
    let who = who.join(", ");
    format!(
        "{}:{line}: {name} is {what}, which only {who} may name",
        file.path
    )
}

/// Names that this crate may not use, with what they are.
fn foreign(
    krate: &str,
) -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
    let others = KNOWN_BY
        .iter()
        .filter(move |(_, _, who)| !who.contains(&krate));
    others.flat_map(|(what, names, who)| names.iter().map(move |name| (*name, *what, *who)))
}

fn check_manifest(file: &File) -> Vec<String> {
    let mut section = "";
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.starts_with('[') {
            section = line;
        }
        let key = line
            .split(['.', '=', ' '])
            .next()
            .unwrap_or_default()
            .replace('-', "_");
        // Tests may talk to the program from outside.
        if section.contains("dependencies") && !section.contains("dev-dependencies") {
            let found = foreign(file.krate()).filter(|(name, ..)| *name == key);
            complaints
                .extend(found.map(|(name, what, who)| complaint(file, number, name, what, who)));
        }
    }
    complaints
}

fn check_source(file: &File) -> Vec<String> {
    let source = if file.is_test() {
        &file.text
    } else {
        without_tests(&file.text)
    };
    let may_open_files =
        FILES.contains(&file.krate()) || file.is_test() || file.path.ends_with("build.rs");
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(lex(source).code.lines()) {
        for (name, what, who) in foreign(file.krate()) {
            if names_crate(line, name) && !(file.is_test() && what == "HTTP") {
                complaints.push(complaint(file, number, name, what, who));
            }
        }
        if !may_open_files && (line.contains("std::fs") || line.contains("tokio::fs")) {
            complaints.push(complaint(file, number, "std::fs", "files", &FILES));
        }
    }
    complaints
}

/// `http::Uri` and `use http;` name the crate; a variable, and a module of another crate, do not.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = &line[..at];
        let after = &line[at + name.len()..];
        let begins = !before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c))
            || before.ends_with(" ::");
        let used = before.trim_end().ends_with("use") && after.starts_with([';', ' ']);
        begins && (after.starts_with("::") || used)
    })
}

#[test]
fn each_outside_thing_is_known_by_one_crate() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn a_driver_in_a_wrong_place_is_seen() {
    let source = |path: &str, text: &str| check(&[File::new(path, text)]);
    tree::one(
        &source("crates/care/src/a.rs", "use rusqlite::Connection;\n"),
        "database driver",
    );
    tree::one(
        &source(
            "crates/web/src/a.rs",
            "let c = tokio_postgres::connect(url);\n",
        ),
        "a.rs:1",
    );
    tree::one(
        &source(
            "crates/care/src/a.rs",
            "\nfn f(s: axum::http::StatusCode) {}\n",
        ),
        "a.rs:2",
    );
    tree::one(
        &source("crates/directory/src/a.rs", "std::fs::read(p)"),
        "files",
    );
    tree::none(&source(
        "crates/store/src/a.rs",
        "use rusqlite::Connection; use std::fs;",
    ));
    tree::none(&source(
        "crates/care/src/a.rs",
        "// rusqlite::x\nlet http = \"axum::\";\nother::http::x()",
    ));
    tree::none(&source(
        "crates/care/src/a.rs",
        "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }",
    ));
    let manifest = "[package]\nname = \"x\"\n[dependencies]\ntower-http.workspace = true\n";
    tree::one(&source("crates/care/Cargo.toml", manifest), "tower_http");
    let manifest = manifest.replace("[dep", "[dev-dep");
    tree::none(&source("crates/care/Cargo.toml", &manifest));
}
