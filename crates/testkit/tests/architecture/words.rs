//! Words that must not stay in the sources.

use crate::lexer::lex;
use crate::tree::{self, File};

/// In parts, so that this file does not complain about itself.
const BANNED: [(&str, &str); 4] = [
    (concat!("TO", "DO"), "do it, or write an issue"),
    (concat!("FIX", "ME"), "mend it, or write an issue"),
    (concat!("XX", "X"), "say what is meant"),
    (concat!("d", "bg!"), "left over from looking for a fault"),
];

fn check(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|f| !f.path.ends_with(".md"));
    sources.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for (word, instead) in BANNED {
            if has_word(line, word) {
                complaints.push(format!("{}:{number}: {word}: {instead}", file.path));
            }
        }
    }
    if file.is_rust() {
        let code = lex(&file.text).code;
        for (number, line) in (1..).zip(code.lines()) {
            if line.contains("#[allow(") || line.contains("#![allow(") {
                let path = &file.path;
                complaints.push(format!(
                    "{path}:{number}: #[allow]: write #[expect(…, reason = \"…\")]"
                ));
            }
        }
    }
    complaints
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let ends = word.ends_with('!') || !joins(after);
        !joins(before) && ends
    })
}

#[test]
fn no_banned_words() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn a_banned_word_is_seen() {
    let source = |text: &str| check(&[File::new("crates/a/src/lib.rs", text)]);
    for (word, _) in BANNED {
        tree::one(&source(&format!("\n// {word} this\n")), "lib.rs:2");
        tree::none(&source(&format!("let A{word} = 1;")));
    }
    tree::one(&source(concat!("#[al", "low(dead_code)]")), "expect");
    tree::none(&source(
        "#[expect(dead_code, reason = \"later\")]\n// no #[allow(x)] here",
    ));
}
