//! The style sheet uses only tokens that are there.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_token_of_the_style_exists() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let own = std::fs::read_to_string(assets.join("src/app.css")).unwrap();
    let tokens = "node_modules/@digital-go-jp/design-tokens/dist/tokens.css";
    let tokens = std::fs::read_to_string(assets.join(tokens)).unwrap();
    let used: BTreeSet<&str> = own
        .split("var(")
        .skip(1)
        .filter_map(|rest| rest.split([')', ',']).next())
        .collect();
    let missing: Vec<_> = used
        .iter()
        .filter(|name| !own.contains(&format!("{name}:")) && !tokens.contains(&format!("{name}:")))
        .collect();
    assert!(used.len() > 20 && missing.is_empty(), "{missing:?}");
}
