//! Paths that the documents name are there.

use std::collections::BTreeSet;

use crate::tree::{self, File};

/// Folders at the root whose contents are spoken of by path.
const ROOTS: [&str; 6] = ["crates", "docs", "scripts", "bench", ".ci", ".config"];
/// Made by building or running.
const MADE: [&str; 4] = ["target/", "demo-data", "bench/RESULTS.md", "node_modules"];

/// `paths`: every file and folder of the project.
fn check(documents: &[File], paths: &BTreeSet<String>) -> Vec<String> {
    let complain = |file: &File| {
        let named = named(file);
        let gone = named.into_iter().filter(|(_, path)| !exists(path, paths));
        let document = file.path.clone();
        gone.map(move |(line, path)| format!("{document}:{line}: `{path}` is not there (any more)"))
            .collect::<Vec<_>>()
    };
    documents.iter().flat_map(complain).collect()
}

/// Paths in backticks and in links, each with its line. Blocks between fences are examples.
fn named(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced {
            let ticked = line
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|word| is_path(word));
            let links = line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split([')', '#']).next());
            let links = links.filter(|link| !link.is_empty() && !link.contains(':'));
            found.extend(ticked.map(|word| (number, word.trim_end_matches('/').to_owned())));
            found.extend(links.map(|link| (number, beside(&file.path, link))));
        }
    }
    found.retain(|(_, path)| !MADE.iter().any(|made| path.contains(made)));
    found
}

/// Whether a word in backticks means a file of the project.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-*{},".contains(c);
    if !word.chars().all(plain) || word.starts_with('/') {
        return false;
    }
    match word.split_once('/') {
        Some((root, _)) => ROOTS.contains(&root),
        None => [".md", ".toml", ".rs", ".ftl"]
            .iter()
            .any(|kind| word.len() > kind.len() && word.ends_with(kind)),
    }
}

/// A link of a document, from the root.
fn beside(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path from the root, or the bare name of a file wherever it is. `*` stands for anything, `{a,b}` for each.
fn exists(path: &str, paths: &BTreeSet<String>) -> bool {
    if let Some((before, rest)) = path.split_once('{')
        && let Some((choices, after)) = rest.split_once('}')
    {
        return choices
            .split(',')
            .all(|choice| exists(&format!("{before}{choice}{after}"), paths));
    }
    if let Some((before, after)) = path.split_once('*') {
        let after = after.trim_start_matches('*');
        return paths
            .iter()
            .any(|p| p.starts_with(before) && p.ends_with(after));
    }
    let bare = !path.contains('/') && paths.iter().any(|p| p.rsplit('/').next() == Some(path));
    bare || paths.contains(path)
}

/// Files and the folders that they are in.
fn with_folders(files: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for file in files {
        let ends = file.match_indices('/').map(|(at, _)| file[..at].to_owned());
        paths.extend(ends.collect::<Vec<_>>());
        paths.insert(file);
    }
    paths
}

fn all_paths() -> BTreeSet<String> {
    fn walk(folder: &std::path::Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() && !["target", "node_modules", ".git"].contains(&name.as_str())
            {
                walk(&entry.path(), &format!("{path}/"), found);
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(&renkei_testkit::data::workspace(), "", &mut found);
    with_folders(found.into_iter())
}

/// The change log speaks of the past.
fn is_document(file: &File) -> bool {
    file.path.ends_with(".md")
        && file.path != "CHANGELOG.md"
        && !file.path.starts_with("crates/web/assets/")
}

/// Functions that a document names, `` `like_this()` ``, and that no source has.
fn check_functions(documents: &[File], sources: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for document in documents {
        for (number, line) in (1..).zip(document.text.lines()) {
            let calls = line.split('`').skip(1).step_by(2);
            for call in calls.filter_map(|word| word.strip_suffix("()")) {
                let name = call.rsplit([':', '.']).next().unwrap_or_default();
                let defined = [format!("fn {name}("), format!("fn {name}<")];
                let is_there = |source: &File| defined.iter().any(|fun| source.text.contains(fun));
                if !sources.iter().any(is_there) {
                    complaints.push(format!(
                        "{}:{number}: there is no `{call}()`",
                        document.path
                    ));
                }
            }
        }
    }
    complaints
}

#[test]
fn paths_in_documents_are_there() {
    let (documents, sources): (Vec<File>, Vec<File>) =
        tree::tree().into_iter().partition(is_document);
    assert!(documents.iter().any(|f| f.path == "README.md"));
    tree::none(&check(&documents, &all_paths()));
    tree::none(&check_functions(&documents, &sources));
}

#[test]
fn a_function_that_is_gone_is_seen() {
    let sources = [File::new(
        "crates/a/src/a.rs",
        "pub async fn act(\nfn f<T>(t: T) {}",
    )];
    let document = |text: &str| check_functions(&[File::new("a.md", text)], &sources);
    tree::none(&document(
        "`act()` `a::f()` `Case::act()` `fn(&State) -> Refusal` f()",
    ));
    tree::one(&document("x\n`acts()`"), "a.md:2: there is no `acts()`");
}

#[test]
fn a_path_that_is_gone_is_seen() {
    let there = [
        "crates/care/src/referral.rs",
        "docs/a.md",
        "docs/decisions/0001-b.md",
        "README.md",
    ];
    let paths = with_folders(there.iter().map(|p| (*p).to_owned()));
    let document = |text: &str| check(&[File::new("docs/a.md", text)], &paths);
    tree::none(&document(
        "`crates/care/src/referral.rs` `crates/care/` `referral.rs` `docs/decisions/*.md`",
    ));
    tree::none(&document(
        "`crates/{care/src,care}` `text/html` `/home` `care::fhir` [b](decisions/0001-b.md#x)",
    ));
    tree::none(&document(
        "[up](../README.md) [web](https://example.org/x)\n```\n`crates/old`\n```\n",
    ));
    tree::one(
        &document("x\n`crates/care/src/reply.rs`"),
        "docs/a.md:2: `crates/care/src/reply.rs`",
    );
    tree::one(&document("`booking.rs`"), "booking.rs");
    tree::one(&document("`crates/{care,web}`"), "crates/{care,web}");
    tree::one(&document("[b](b.md)"), "docs/b.md");
}
