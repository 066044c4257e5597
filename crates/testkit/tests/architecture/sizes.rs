//! Files that one can read in one sitting.

use crate::tree::{self, File};

/// Lines of a Rust file, its tests included.
const FILE_LINES: usize = 700;
const TEMPLATE_LINES: usize = 250;

fn check(files: &[File]) -> Vec<String> {
    let limit = |file: &File| match file {
        file if file.is_rust() => Some(FILE_LINES),
        file if file.path.starts_with("crates/web/templates/") => Some(TEMPLATE_LINES),
        _ => None,
    };
    let complain = |file: &File| {
        let (lines, limit) = (file.text.lines().count(), limit(file)?);
        let path = &file.path;
        (lines > limit).then(|| {
            format!("{path}: {lines} lines, more than {limit}: split it by noun or by step")
        })
    };
    files.iter().filter_map(complain).collect()
}

#[test]
fn files_are_small() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn a_long_file_is_seen() {
    let file = |path: &str, lines: usize| check(&[File::new(path, &"x\n".repeat(lines))]);
    tree::none(&file("crates/a/src/lib.rs", 700));
    tree::one(&file("crates/a/src/lib.rs", 701), "701 lines");
    tree::none(&file("crates/web/templates/home.html", 250));
    tree::one(
        &file("crates/web/templates/home.html", 251),
        "more than 250",
    );
    tree::none(&file("docs/long.md", 5000));
}
