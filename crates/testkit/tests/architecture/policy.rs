//! What the policy says, somebody asks: a row that no code asks about would be a promise that nobody keeps.

use crate::tree::{self, File};

const POLICY: &str = "crates/access/src/policy.rs";

fn check(files: &[File]) -> Vec<String> {
    let policy = files.iter().find(|f| f.path == POLICY);
    let actions = policy.map(actions).unwrap_or_default();
    let asks = |name: &str| {
        let asked = format!("Action::{name}");
        let whole = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        let mut others = files
            .iter()
            .filter(|f| f.is_rust() && !f.is_test() && f.path != POLICY);
        others.any(|f| f.text.split(&asked).skip(1).any(whole))
    };
    let unasked = actions.iter().filter(|(_, name)| !asks(name));
    unasked
        .map(|(line, name)| format!("{POLICY}:{line}: nobody asks for Action::{name}"))
        .collect()
}

/// The rows of the table, `Name "code" ROLES Side About "refuse-…";`, with their lines.
fn actions(file: &File) -> Vec<(usize, &str)> {
    let lines = (1..).zip(file.text.lines());
    let rows = lines.filter(|(_, line)| line.trim_end().ends_with("\";"));
    rows.filter_map(|(number, line)| {
        let mut words = line.split_whitespace();
        let (name, code) = (words.next()?, words.next()?);
        (code.starts_with('"') && words.count() == 4).then_some((number, name))
    })
    .collect()
}

#[test]
fn every_row_of_the_policy_is_asked_for() {
    let files = tree::tree();
    let policy = files.iter().find(|f| f.path == POLICY).unwrap();
    assert!(actions(policy).len() > 20, "the table was not found");
    tree::none(&check(&files));
}

#[test]
fn a_row_that_nobody_asks_for_is_seen() {
    let policy = File::new(
        POLICY,
        "/// x\nSend \"a.send\" DOCTOR Own Inside \"refuse-x\";\n",
    );
    let with = |text: &str| check(&[policy.clone(), File::new("crates/care/src/a.rs", text)]);
    tree::none(&with("permit(c, Action::Send, f)"));
    tree::one(&with("permit(c, Action::SendAll, f)"), "policy.rs:2");
}
