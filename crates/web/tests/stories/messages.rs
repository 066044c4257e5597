//! Every text key that templates and sources name has its text in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use renkei_base::Lang;
use renkei_web::messages::Messages;

fn files(folder: &Path, extension: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(files(&path, extension));
        } else if path.extension().is_some_and(|one| one == extension) {
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// What stands in quotes after one of these calls.
fn keys(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for call in [
        ".t(\"",
        ".ruby(\"",
        ".t1(\"",
        ".tn(\"",
        ".tn(\n            \"",
    ] {
        for part in text.split(call).skip(1) {
            found.insert(part.split('"').next().unwrap().to_owned());
        }
    }
    // Macros of forms take the key of a field as their last text but one.
    for call in text.split("{% call ").skip(1) {
        let call = call.split("%}").next().unwrap();
        let texts = call.split('"').skip(1).step_by(2);
        found.extend(
            texts
                .filter(|text| text.contains('-') && !is_other(text))
                .map(str::to_owned),
        );
    }
    found
}

/// Texts of macros that are no keys: widths, and what a field is to a password manager.
fn is_other(text: &str) -> bool {
    text.starts_with("w-") || matches!(text, "current-password" | "new-password" | "one-time-code")
}

#[test]
fn every_key_has_its_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = [
        files(&root.join("templates"), "html"),
        files(&root.join("src"), "rs"),
    ]
    .concat();
    let used: BTreeSet<String> = texts.iter().flat_map(|text| keys(text)).collect();
    assert!(used.len() > 200, "{}", used.len());
    let messages = Messages::load();
    let missing = |lang| {
        used.iter()
            .filter(move |key| !Messages::load().has(lang, key))
    };
    let missing: Vec<_> = missing(Lang::Ja).chain(missing(Lang::En)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    drop(messages);
}

/// Easy Japanese says nothing that Japanese does not say, of the same values.
#[test]
fn easy_japanese_is_of_known_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    let lines = |language: &str| {
        let texts = files(&folder.join(language), "ftl").concat();
        let lines = texts.lines().filter_map(|line| line.split_once(" = "));
        let owned = lines.map(|(key, text)| (key.to_owned(), text.to_owned()));
        owned.collect::<std::collections::BTreeMap<_, _>>()
    };
    let values = |text: &str| {
        let parts = text.split("{ $").skip(1);
        let names = parts.filter_map(|part| part.split(' ').next().map(str::to_owned));
        names.collect::<BTreeSet<_>>()
    };
    let (ja, easy) = (lines("ja"), lines("ja-easy"));
    assert!(easy.len() > 30);
    for (key, text) in easy {
        let Some(other) = ja.get(&key) else {
            panic!("{key} is no text")
        };
        assert_eq!(values(&text), values(other), "{key}");
    }
}

#[test]
fn keys_that_are_made_of_codes_have_their_texts() {
    let messages = Messages::load();
    let roles = renkei_base::Role::ALL.iter().flat_map(|role| {
        [
            format!("role-{}", role.code()),
            format!("role-about-{}", role.code()),
        ]
    });
    let kinds = renkei_directory::Kind::ALL
        .iter()
        .map(|kind| kind.key().to_owned());
    let names = renkei_web::LIST_NAMES.iter();
    let names = names.map(|name| format!("list-name-{name}"));
    let families =
        renkei_directory::tag::Family::ALL.map(|one| format!("tag-family-{}", one.code()));
    let days = (1..=8).map(|day| format!("list-day-{day}"));
    let states = ["invited", "active", "suspended"].map(|state| format!("people-state-{state}"));
    for key in roles
        .chain(kinds)
        .chain(states)
        .chain(names)
        .chain(families)
        .chain(days)
    {
        for lang in Lang::ALL {
            assert!(messages.has(lang, &key), "{key} {lang:?}");
        }
    }
}

#[test]
fn no_template_has_words_of_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for text in files(&root.join("templates"), "html") {
        let japanese = text
            .chars()
            .filter(|c| ('\u{3040}'..='\u{30FF}').contains(c))
            .count();
        assert_eq!(japanese, 0, "{text}");
    }
}

/// Nouns and verbs that sources write into the audit: after `Note::new(` and its like, and wherever a text has the form.
fn audit_codes() -> BTreeSet<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut codes = BTreeSet::new();
    for name in [
        "access",
        "care",
        "directory",
        "gov",
        "sample",
        "store",
        "web",
    ] {
        for text in files(&crates.join(name).join("src"), "rs") {
            let noted = [
                "Note::new(\"",
                "Note::refused(\"",
                "note(\"",
                "Note::new(\n",
                "note_refused(ctx, \"",
            ];
            for call in noted {
                for part in text.split(call).skip(1) {
                    let part = part.trim_start().trim_start_matches('"');
                    codes.extend(code(part.split('"').next().unwrap()));
                }
            }
            for part in text.split('"').skip(1) {
                let known = |code: &String| {
                    let noun = code.split('.').next().unwrap();
                    GROUPS.contains(&noun)
                };
                codes.extend(code(part).filter(known));
            }
        }
    }
    let steps = renkei_care::referral::Step::ALL;
    codes.extend(steps.map(|step| format!("referral.{}", step.code())));
    let events = renkei_gov::survey::event::KINDS;
    codes.extend(events.map(|kind| format!("survey.{kind}")));
    codes.retain(|code| ![INDICATORS, SETTINGS].concat().contains(&code.as_str()));
    codes
}

/// `noun.verb`
fn code(text: &str) -> Option<String> {
    let (noun, verb) = text.split_once('.')?;
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    (plain(noun) && plain(verb) && !ENDINGS.contains(&verb)).then(|| text.to_owned())
}

const GROUPS: &[&str] = renkei_web::AUDIT_NOUNS;
/// Of `crates/care/src/count.rs`.
const INDICATORS: &[&str] = &[
    "referral.sent",
    "referral.received",
    "referral.accepted",
    "referral.arrived",
    "reply.first",
    "reply.first-in-time",
];
/// Settings, whose names have the form of an act.
const SETTINGS: &[&str] = &["document.feed"];
/// Endings of files, whose names have the form of an act.
const ENDINGS: &[&str] = &["html", "csv", "pdf"];

#[test]
fn every_act_of_the_audit_has_its_words() {
    let messages = Messages::load();
    let written = audit_codes();
    assert!(written.len() > 60, "{written:?}");
    let acts = renkei_access::policy::Action::ALL.iter();
    let acts = acts.map(|action| action.code().to_owned());
    let mut missing = Vec::new();
    for act in acts.chain(written.iter().cloned()) {
        let key = format!("audit-do-{}", act.replace('.', "-"));
        let there = Lang::ALL.iter().all(|lang| messages.has(*lang, &key));
        if !there {
            missing.push(key);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    for noun in written.iter().map(|code| code.split('.').next().unwrap()) {
        assert!(GROUPS.contains(&noun), "{noun} is no group");
    }
    for noun in GROUPS {
        let key = format!("audit-group-{noun}");
        assert!(
            Lang::ALL.iter().all(|lang| messages.has(*lang, &key)),
            "{key}"
        );
    }
}
