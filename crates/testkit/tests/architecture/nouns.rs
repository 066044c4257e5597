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
