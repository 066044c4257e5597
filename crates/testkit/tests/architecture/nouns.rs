//! Every noun in a URL is in the glossary.

use std::collections::BTreeSet;

use crate::lexer::lex;
use crate::tree::{self, File};

const ROUTES: &str = "crates/web/src/routes.rs";
const GLOSSARY: &str = "docs/glossary.md";

fn check(files: &[File]) -> Vec<String> {
    let text = |path: &str| {
        files
            .iter()
            .find(|f| f.path == path)
            .map(|f| f.text.as_str())
    };
    let known = glossary_segments(text(GLOSSARY).unwrap_or_default());
    let routes = lex(text(ROUTES).unwrap_or_default()).literals;
    let unknown = routes
        .iter()
        .filter_map(|(line, path)| Some((line, first_segment(path)?)));
    unknown
        .filter(|(_, segment)| !known.contains(segment))
        .map(|(line, segment)| {
            format!("{ROUTES}:{line}: `/{segment}` is not in {GLOSSARY}: add its row there first")
        })
        .collect()
}

/// `referrals` of `/referrals/{id}/send`; nothing for `/`, for other texts, and for a path that begins with a variable.
fn first_segment(path: &str) -> Option<&str> {
    let segment = path.strip_prefix('/')?.split(['/', '?', '#']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    (!segment.is_empty() && segment.chars().all(plain)).then_some(segment)
}

/// First segments of everything in the glossary that is written `` `/like/this` ``.
fn glossary_segments(text: &str) -> BTreeSet<&str> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(first_segment)
        .collect()
}

/// Codes whose words people must find in the glossary as the pages say them: the beginnings of their keys.
const WORDED: [&str; 6] = [
    "state-",
    "priority-",
    "decline-",
    "group-",
    "role-",
    "institution-kind-",
];
/// Not a code: an explanation of one.
const NO_CODE: [&str; 3] = ["role-about-", "decline-reason", "decline-text"];

/// Each code with its Japanese word is a row's beginning: `| sent | 送信済み |`.
fn check_words(files: &[File]) -> Vec<String> {
    let glossary = files.iter().find(|f| f.path == GLOSSARY);
    let glossary = glossary.map_or("", |f| f.text.as_str());
    let texts = files
        .iter()
        .filter(|f| f.path.starts_with("crates/web/messages/ja/"));
    let lines = texts.flat_map(|f| f.text.lines());
    let words = lines.filter_map(|line| line.split_once(" = "));
    let mut complaints = Vec::new();
    for (key, word) in words.filter(|(key, _)| !NO_CODE.iter().any(|no| key.starts_with(no))) {
        let code = WORDED.iter().find_map(|start| key.strip_prefix(start));
        if let Some(code) = code
            && !glossary.contains(&format!("| {code} | {word} |"))
        {
            complaints.push(format!("{GLOSSARY}: lacks `| {code} | {word} |` ({key})"));
        }
    }
    complaints
}

#[test]
fn words_of_the_glossary_are_those_of_the_pages() {
    tree::none(&check_words(&tree::tree()));
}

#[test]
fn another_word_is_seen() {
    let check = |text: &str| {
        let glossary = File::new(GLOSSARY, "| sent | 送信済み | requested |\n");
        check_words(&[glossary, File::new("crates/web/messages/ja/a.ftl", text)])
    };
    tree::none(&check(
        "state-sent = 送信済み\nstep-send = 送る\nrole-about-x = y\n",
    ));
    tree::one(&check("state-sent = 送付済み\n"), "| sent | 送付済み |");
}

#[test]
fn routed_nouns_are_in_the_glossary() {
    let files = tree::tree();
    assert!(files.iter().any(|f| f.path == GLOSSARY));
    tree::none(&check(&files));
}

#[test]
fn a_new_noun_is_seen() {
    let glossary = File::new(
        GLOSSARY,
        "| 紹介 | referral | Task | `/referrals/{id}` |\n`/home`\n",
    );
    let routes = |text: &str| check(&[glossary.clone(), File::new(ROUTES, text)]);
    tree::none(&routes(
        r#"route("/", a).route("/home", b).route("/referrals/{id}/send", c) // "/x""#,
    ));
    tree::none(&routes(r#"name("a/b"); path("/{file}")"#));
    tree::one(
        &routes("\nroute(\"/pathways\", a)"),
        "routes.rs:2: `/pathways`",
    );
}
