//! The files of the project, read once for each rule.

use std::fs;
use std::path::Path;

/// One text file: its path from the root of the project, with `/`, and what is in it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Declared under `#[cfg(test)]`.
    only_for_tests: bool,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            only_for_tests: false,
        }
    }

    /// `store` of `crates/store/src/lib.rs`, `bench` of what is in `bench`; empty for what is in no crate.
    pub(crate) fn krate(&self) -> &str {
        let inner = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        match inner.split_once('/') {
            Some((krate, _)) if inner != self.path || krate == "bench" => krate,
            _ => "",
        }
    }

    /// Whether only tests use it, by where it is or by how it is declared.
    pub(crate) fn is_test(&self) -> bool {
        self.only_for_tests
            || self.krate() == "testkit"
            || self.path.contains("/tests/")
            || self.path.contains("/examples/")
            || self.path.ends_with("/tests.rs")
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

const SKIPPED: [&str; 6] = [
    "target",
    "node_modules",
    ".git",
    "demo-data",
    "seeds",
    "pictures",
];
const KINDS: [&str; 12] = [
    "rs", "toml", "md", "html", "txt", "css", "js", "ftl", "typ", "sh", "sql", "svg",
];

/// All text files of the project.
pub(crate) fn tree() -> Vec<File> {
    let root = renkei_testkit::data::workspace();
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    mark(&mut files);
    assert!(
        files.len() > 50,
        "the tree was not found at {}",
        root.display()
    );
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else if is_text(&path) {
            // Somebody may have removed it since.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.push(File::new(&path, &text));
            }
        }
    }
}

/// Finds the modules that are files of their own and only for tests, with all that is below them.
fn mark(files: &mut [File]) {
    let declared: Vec<String> = files
        .iter()
        .filter(|f| f.is_rust())
        .flat_map(test_modules)
        .collect();
    for file in files {
        let below = |module: &String| {
            let rest = file.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        file.only_for_tests = declared.iter().any(below);
    }
}

/// `crates/report/src/proof` for a `mod proof;` under `#[cfg(test)]` in `crates/report/src/lib.rs`.
fn test_modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
    let folder = match name.trim_end_matches(".rs") {
        "lib" | "main" | "mod" => folder.to_owned(),
        parent => format!("{folder}/{parent}"),
    };
    let after = file.text.split("#[cfg(test)]\n").skip(1);
    let declaration = after.filter_map(|rest| rest.lines().next()?.trim().strip_suffix(';'));
    let names = declaration.filter_map(|line| line.rsplit_once("mod ").map(|(_, name)| name));
    names.map(|name| format!("{folder}/{name}")).collect()
}

fn is_text(path: &str) -> bool {
    let kind = path.rsplit_once('.').map_or("", |(_, kind)| kind);
    KINDS.contains(&kind) || path.starts_with("scripts/") || path == "Makefile" || path == ".ci/run"
}

/// Fails with all complaints at once.
pub(crate) fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

/// For the tests of the rules: exactly one complaint, which names this.
pub(crate) fn one(complaints: &[String], named: &str) {
    assert_eq!(complaints.len(), 1, "{complaints:#?}");
    assert!(complaints[0].contains(named), "{complaints:#?}");
}

#[test]
fn modules_for_tests_are_found() {
    let mut files = [
        File::new(
            "crates/a/src/lib.rs",
            "#[cfg(test)]\nmod proof;\nmod other;\n",
        ),
        File::new("crates/a/src/proof.rs", ""),
        File::new("crates/a/src/proof/part.rs", ""),
        File::new(
            "crates/a/src/other.rs",
            "#[cfg(test)]\nmod inner;\n#[cfg(test)]\nmod tests {}\n",
        ),
        File::new("crates/a/src/other/inner.rs", ""),
        File::new("crates/a/src/proofs.rs", ""),
    ];
    mark(&mut files);
    let marked: Vec<usize> = (0..files.len()).filter(|at| files[*at].is_test()).collect();
    assert_eq!(marked, [1, 2, 4]);
}
