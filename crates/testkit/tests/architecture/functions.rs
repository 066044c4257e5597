//! Functions that fit on a screen.

use crate::lexer::lex;
use crate::tree::{self, File};

/// From the line of `fn` to that of the closing brace.
const LINES: usize = 70;
/// A story is told from its beginning to its end.
const STORY_LINES: usize = 180;
/// Data in the form of a function, one entry a line: cut in two one could not look over it any more.
const TABLES: [(&str, &str); 2] = [
    ("crates/care/src/referral/table.rs", "cell"),
    ("crates/web/src/routes.rs", "table"),
];

fn check(files: &[File]) -> Vec<String> {
    let long = |file: &File| {
        let most = if file.path.contains("/tests/") {
            STORY_LINES
        } else {
            LINES
        };
        let path = file.path.clone();
        let is_table = |f: &Function| TABLES.contains(&(path.as_str(), f.name.as_str()));
        functions(&lex(&file.text).code)
            .into_iter()
            .filter(|f| f.lines > most && !is_table(f))
            .map(|f| {
                let (line, name, lines) = (f.line, &f.name, f.lines);
                format!("{path}:{line}: fn {name} has {lines} lines, more than {most}")
            })
            .collect::<Vec<_>>()
    };
    files
        .iter()
        .filter(|f| f.is_rust())
        .flat_map(long)
        .collect()
}

#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// The functions with a body in code without comments and texts.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at..];
        let name: String = rest[3..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if let (false, Some(end)) = (name.is_empty(), end_of_body(rest)) {
            found.push(Function {
                name,
                line: code[..at].matches('\n').count() + 1,
                lines: rest[..end].matches('\n').count() + 1,
            });
        }
    }
    found
}

/// Where the body ends, `None` for a function without one.
fn end_of_body(code: &str) -> Option<usize> {
    let mut inside = 0;
    let mut braces = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => inside += 1,
            ')' | ']' => inside -= 1,
            ';' if inside == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && inside == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn functions_are_small() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn a_long_function_is_seen() {
    let source = |path: &str, lines: usize| {
        let body = "    x(\"}\"); // }\n".repeat(lines - 2);
        check(&[File::new(
            path,
            &format!("\nfn long(a: [u8; 2]) -> [u8; 2] {{\n{body}}}\n"),
        )])
    };
    tree::none(&source("crates/a/src/lib.rs", 70));
    tree::one(
        &source("crates/a/src/lib.rs", 71),
        "lib.rs:2: fn long has 71 lines",
    );
    tree::none(&source("crates/a/tests/stories/loop.rs", 180));
    tree::one(
        &source("crates/a/tests/stories/loop.rs", 181),
        "more than 180",
    );
}

#[test]
fn functions_are_found() {
    let code = "trait T { fn a(&self); fn b() { { } } }\nimpl T {\n  fn c<F: Fn(u8)>(\n    f: fn(u8) -> u8,\n  ) where F: X {\n  }\n}\n";
    let found: Vec<_> = functions(code)
        .into_iter()
        .map(|f| (f.name, f.line, f.lines))
        .collect();
    assert_eq!(found, [("b".to_owned(), 1, 1), ("c".to_owned(), 3, 4)]);
}
