//! Both languages say everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexer::{lex, without_tests};
use crate::tree::{self, File};

const FOLDER: &str = "crates/web/messages/";
const LANGUAGES: [&str; 2] = ["ja", "en"];

/// Key → the variables that its text uses.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn check(files: &[File]) -> Vec<String> {
    let mut complaints = parity(files);
    complaints.extend(twice(files));
    let all: BTreeSet<String> = in_language(files, "ja")
        .flat_map(|f| keys(&f.text).into_keys())
        .collect();
    if !all.is_empty() {
        let sources = files.iter().filter(|f| f.is_rust() && !f.is_test());
        complaints.extend(sources.flat_map(|file| missing(file, &all)));
    }
    complaints
}

fn in_language<'a>(files: &'a [File], language: &'a str) -> impl Iterator<Item = &'a File> {
    let folder = format!("{FOLDER}{language}/");
    files
        .iter()
        .filter(move |f| f.path.starts_with(&folder) && f.path.ends_with(".ftl"))
}

/// Each file of one language has its like in the other: the same keys, with the same variables.
fn parity(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (here, there) in [(LANGUAGES[0], LANGUAGES[1]), (LANGUAGES[1], LANGUAGES[0])] {
        for file in in_language(files, here) {
            let other = file
                .path
                .replace(&format!("/{here}/"), &format!("/{there}/"));
            let found = files.iter().find(|f| f.path == other);
            let theirs = keys(found.map_or("", |f| &f.text));
            for (key, variables) in keys(&file.text) {
                match theirs.get(&key) {
                    None => {
                        complaints.push(format!("{other}: {key} is missing; {} has it", file.path));
                    }
                    Some(used) if *used != variables => {
                        complaints.push(format!(
                            "{other}: {key} uses {used:?}, but {variables:?} in {here}"
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    // Different variables were seen from both sides.
    complaints.dedup();
    complaints
}

/// A key stands in one file only: which of two texts is shown would be chance.
fn twice(files: &[File]) -> Vec<String> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut complaints = Vec::new();
    for file in in_language(files, LANGUAGES[0]) {
        for key in file.text.lines().filter_map(|line| key_of(line)) {
            if let Some(first) = seen.insert(key.to_owned(), &file.path) {
                complaints.push(format!("{}: {key} is also in {first}", file.path));
            }
        }
    }
    complaints
}

/// Keys of faults and refusals in the code that no file has.
fn missing(file: &File, all: &BTreeSet<String>) -> Vec<String> {
    let literals = lex(without_tests(&file.text)).literals;
    let unknown = literals
        .iter()
        .filter(|(_, text)| is_key(text) && !all.contains(text));
    unknown
        .map(|(line, key)| format!("{}:{line}: {key} is in no file of {FOLDER}ja", file.path))
        .collect()
}

fn is_key(text: &str) -> bool {
    let rest = text.strip_prefix("fault-").or(text.strip_prefix("refuse-"));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain))
}

/// Refusals that tell people to press what no page has: every 「…」 and “…” begins some other text.
fn unknown_buttons(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (language, marks) in [("ja", ['「', '」']), ("en", ['“', '”'])] {
        let lines = in_language(files, language).flat_map(|f| f.text.lines());
        let texts: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(" = ")).collect();
        for (key, text) in texts.iter().filter(|(key, _)| key.starts_with("refuse-")) {
            for quoted in text.split(marks).skip(1).step_by(2) {
                if !texts.iter().any(|(_, text)| text.starts_with(quoted)) {
                    complaints.push(format!(
                        "{FOLDER}{language}: {key} names {quoted}, which no page says"
                    ));
                }
            }
        }
    }
    complaints
}

/// Messages, terms and attributes (`key.attribute`) of a Fluent file.
fn keys(text: &str) -> Messages {
    let mut messages = Messages::new();
    let (mut message, mut current) = (String::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(key) = key_of(line) {
            key.clone_into(&mut message);
            key.clone_into(&mut current);
        } else if let Some(attribute) = attribute_of(line) {
            current = format!("{message}.{attribute}");
        }
        if !current.is_empty() {
            messages
                .entry(current.clone())
                .or_default()
                .extend(variables(line));
        }
    }
    messages
}

fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let name = key.strip_prefix('-').unwrap_or(key);
    is_name(name).then_some(key)
}

fn attribute_of(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix('.')?.split_once('=')?;
    is_name(name.trim_end()).then_some(name.trim_end())
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain)
}

fn variables(line: &str) -> impl Iterator<Item = String> {
    let after = line.split('$').skip(1);
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    after.map(move |rest| rest.chars().take_while(plain).collect())
}

#[test]
fn both_languages_are_complete() {
    tree::none(&check(&tree::tree()));
}

#[test]
fn refusals_name_what_is_there() {
    tree::none(&unknown_buttons(&tree::tree()));
    let ftl = |text: &str| unknown_buttons(&[File::new(&format!("{FOLDER}ja/a.ftl"), text)]);
    tree::none(&ftl(
        "step-receive = 受け付ける\nrefuse-first = 先に「受け付ける」を押してください。\nfault-x = 「9:00」\n",
    ));
    tree::one(
        &ftl("step-receive = 受付\nrefuse-first = 先に「受け付ける」を押してください。\n"),
        "受け付ける",
    );
}

#[test]
fn a_missing_text_is_seen() {
    let ftl = |language: &str, text: &str| File::new(&format!("{FOLDER}{language}/a.ftl"), text);
    let both = |ja: &str, en: &str| check(&[ftl("ja", ja), ftl("en", en)]);
    tree::none(&both(
        "# x = y\na = あ { $n }\n  b\n    .t = い\n",
        "a =\n  { $n } x\n    .t = i\n",
    ));
    tree::one(
        &both("a = あ\nb = い\n", "a = a\n"),
        "en/a.ftl: b is missing",
    );
    tree::one(
        &both("a = あ\n", "a = a\n    .title = t\n"),
        "ja/a.ftl: a.title is missing",
    );
    tree::one(&both("a = あ\na = い\n", "a = a\n"), "also in");
    assert_eq!(both("a = { $n }\n", "a = { $m }\n").len(), 2);
    tree::one(&check(&[ftl("ja", "a = あ\n")]), "en/a.ftl: a is missing");
}

#[test]
fn a_key_without_text_is_seen() {
    let text = "fault-date = 日付\n";
    let messages = [
        File::new(&format!("{FOLDER}ja/a.ftl"), text),
        File::new(&format!("{FOLDER}en/a.ftl"), text),
    ];
    let source = |text: &str| {
        let source = [File::new("crates/care/src/a.rs", text)];
        check(&[&messages[..], &source[..]].concat())
    };
    tree::none(&source(
        "f(\"fault-date\"); // \"fault-x\"\n#[cfg(test)]\nmod tests { f(\"fault-y\") }",
    ));
    tree::none(&source("key.starts_with(\"fault-\") && \"fault-A b\""));
    tree::one(
        &source("\nRefusal::forbidden(\"refuse-role\")"),
        "a.rs:2: refuse-role",
    );
}
